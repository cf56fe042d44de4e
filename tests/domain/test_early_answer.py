"""The time from which "done" means the next occurrence of a reminder."""

from __future__ import annotations

import pytest

from domain_builders import at, calendar, every, on_the_clock, reminder, utc
from nightcare.domain.early_answer import early_from
from nightcare.domain.recurrence import upcoming
from nightcare.domain.reminders import At, Cron, Every


@pytest.mark.parametrize(
    ("timing", "now", "due", "early"),
    [
        # Half of the interval, also before the first of the day.
        (every("1h", "08:00", "20:00"), "2026-11-02 11:10", "Mon 02 13:00", "Mon 02 12:30"),
        (every("2h", "08:00", "20:00"), "2026-11-02 21:00", "Tue 03 08:00", "Tue 03 07:00"),
        (every("10h", "08:00", "20:00"), "2026-11-02 10:00", "Mon 02 18:00", "Mon 02 13:00"),
        # Half of the time since the moment before.
        (at("10:00", "12:00", "13:00"), "2026-11-02 11:10", "Mon 02 13:00", "Mon 02 12:30"),
        (at("10:00", "12:00"), "2026-11-02 10:10", "Mon 02 12:00", "Mon 02 11:00"),
        (Cron("0 9,15 * * *"), "2026-11-02 10:00", "Mon 02 15:00", "Mon 02 12:00"),
        # Four hours at most: of a reminder once a day or a week, or after a longer gap.
        (at("bedtime - 30m"), "2026-11-02 10:00", "Mon 02 22:00", "Mon 02 18:00"),
        (at("10:00", "20:00"), "2026-11-02 10:00", "Mon 02 20:00", "Mon 02 16:00"),
        (Cron("0 15 * * 3"), "2026-11-02 10:00", "Wed 04 15:00", "Wed 04 11:00"),
    ],
)
def test_early(timing: At | Every | Cron, now: str, due: str, early: str) -> None:
    """It is the nearer one from then on, and is not long before."""
    own, one = calendar(), reminder(timing)
    coming = upcoming(one, own, utc(now))
    assert coming is not None
    assert on_the_clock([coming], own) == [due]
    assert f"{own.local(early_from(one, own, coming)):%a %d %H:%M}" == early
