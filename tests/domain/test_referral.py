"""The notice about seeing a professional: once a week, and never at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain_builders import sleep
from nightcare.domain.care_day import Calendar
from nightcare.domain.referral import NOTICE_EVERY, notice_due

CALENDAR = Calendar(sleep(), ZoneInfo("Europe/Copenhagen"))


def local(text: str) -> datetime:
    """Return the instant of a local date and time."""
    return datetime.fromisoformat(text).replace(tzinfo=CALENDAR.zone)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-11-23 12:00", None, "2026-11-23 12:00"),
        ("2026-11-23 12:00", "2026-11-10 09:00", "2026-11-23 12:00"),
        ("2026-11-23 12:00", "2026-11-20 09:00", "2026-11-27 09:00"),
        ("2026-11-23 03:10", None, "2026-11-23 07:00"),
        ("2026-11-22 23:10", None, "2026-11-23 07:00"),
        ("2026-11-23 22:30", None, "2026-11-24 07:00"),
        ("2026-11-23 12:00", "2026-11-16 23:30", "2026-11-24 07:00"),
        # The clock was set back since.
        ("2026-11-23 12:00", "2027-11-23 12:00", "2026-11-30 12:00"),
    ],
)
def test_when_it_may_come(now: str, last: str | None, due: str) -> None:
    """Now, in a week, or with the next wake-up."""
    said = notice_due(local(now), CALENDAR, None if last is None else local(last))
    assert said == local(due)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - made local below
    st.none() | st.timedeltas(timedelta(days=-20), timedelta(days=20)),
)
@example(datetime(2026, 3, 22, 7, 0, 0, 1), timedelta(0))  # noqa: DTZ001 - DST begins within the week
def test_never_in_the_night_and_never_twice_a_week(at: datetime, ago: timedelta | None) -> None:
    """Whenever it is asked for."""
    now = at.replace(tzinfo=CALENDAR.zone).astimezone(UTC)
    last = None if ago is None else now - ago
    due = notice_due(now, CALENDAR, last)
    day = CALENDAR.at(due)
    assert day.wake <= due < day.bedtime
    assert due >= now
    if last is not None and last <= now:
        assert due - last >= NOTICE_EVERY
