"""The rule for the morning question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import ZONES, calendar, cramp, day, sleep, utc, wall
from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import (
    Answer,
    Night,
)
from nightcare.domain.moments import parse_moment
from nightcare.domain.morning_rule import (
    ASKED_AGAIN,
    ASKED_UNTIL,
    Asking,
    AskLater,
    AskNot,
    AskNow,
    DiaryFacts,
    morning_question,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOON = calendar().instant(wall("2026-11-22 12:00"))
QUESTION = parse_moment("wake + 30m")
UNASKED = DiaryFacts(
    night=Night(day("2026-11-21"), (), None),
    asked=(),
    covered_since=utc("2026-11-01 00:00"),
    screen_taken=False,
)


def asking(clock: str, known: DiaryFacts = UNASKED, moment: str = "wake + 30m") -> Asking:
    """Return the state of the question at a clock time of Sunday the 22nd."""
    own = calendar()
    now = own.instant(wall(f"2026-11-22 {clock}"))
    return morning_question(now, own, parse_moment(moment), known)


NOON_ENDS = utc("2026-11-22 11:00")


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("07:00", AskLater(utc("2026-11-22 06:30"))),
        ("07:29", AskLater(utc("2026-11-22 06:30"))),
        ("07:30", AskNow(day("2026-11-21"), NOON_ENDS)),
        ("11:59", AskNow(day("2026-11-21"), NOON_ENDS)),
        ("12:00", AskNot()),
        ("22:00", AskNot()),
    ],
)
def test_it_is_asked_from_its_moment_until_five_hours_after_the_wake_up(
    clock: str, expected: Asking
) -> None:
    """A person who starts the computer later in the morning is still asked."""
    assert asking(clock) == expected


def test_it_gives_way_to_reminders() -> None:
    """It is asked when the screen is free."""
    taken = replace(UNASKED, screen_taken=True)
    assert asking("07:30", taken) == AskLater(None)
    assert asking("07:00", taken) == AskLater(utc("2026-11-22 06:30"))


def test_it_comes_back_once() -> None:
    """An hour after it was first asked, and then no more."""
    once = replace(UNASKED, asked=(utc("2026-11-22 06:40"),))
    assert asking("07:41", once) == AskLater(utc("2026-11-22 07:40"))
    assert asking("08:40", once) == AskNow(day("2026-11-21"), NOON_ENDS)
    twice = replace(once, asked=(*once.asked, utc("2026-11-22 07:40")))
    assert asking("09:00", twice) == AskNot()


def test_it_does_not_come_back_when_the_morning_is_over_by_then() -> None:
    """Nobody waits for what does not come."""
    late = replace(UNASKED, asked=(utc("2026-11-22 10:30"),))
    assert asking("11:45", late) == AskNot()


@pytest.mark.parametrize(
    "night",
    [
        Night(day("2026-11-21"), (), Answer.NONE),
        Night(day("2026-11-21"), (), Answer.MILD),
        Night(day("2026-11-21"), (cramp("2026-11-22 03:10"),), None),
    ],
)
def test_a_night_that_is_in_the_diary_is_not_asked_after(night: Night) -> None:
    """The person has said it already."""
    assert asking("08:00", replace(UNASKED, night=night)) == AskNot()


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, AskNot()),
        ("2026-11-21 21:31", AskNot()),
        ("2026-11-21 21:30", AskNow(day("2026-11-21"), NOON_ENDS)),
    ],
)
def test_only_a_night_that_the_service_covered_is_asked_after(
    since: str | None, expected: Asking
) -> None:
    """It had run since before that bedtime."""
    known = replace(UNASKED, covered_since=None if since is None else utc(since))
    assert asking("08:00", known) == expected


def test_it_is_never_asked_where_the_person_wants_none() -> None:
    """`morning_question = false`."""
    own = calendar()
    assert morning_question(NOON - HOUR, own, None, UNASKED) == AskNot()


def test_a_later_moment_of_the_persons_own_has_an_hour() -> None:
    """A person can choose to be asked in the evening."""
    assert asking("18:59", moment="19:00") == AskLater(utc("2026-11-22 18:00"))
    expected = AskNow(day("2026-11-21"), utc("2026-11-22 19:00"))
    assert asking("19:00", moment="19:00") == expected
    assert asking("20:00", moment="19:00") == AskNot()


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis takes them so
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 600), max_size=3),
)
def test_it_is_never_asked_at_night_nor_too_often(now: datetime, zone: str, ago: list[int]) -> None:
    """This holds for any zone and clock."""
    own = Calendar(sleep(), ZoneInfo(zone))
    today = own.at(now)
    asked = tuple(sorted(now - minutes * MINUTE for minutes in ago))
    known = replace(UNASKED, asked=asked, covered_since=utc("2020-01-01"))
    match morning_question(now, own, QUESTION, known):
        case AskNow(night, until):
            assert today.wake + 30 * MINUTE <= now < until == today.wake + ASKED_UNTIL
            assert own.day(night).ends == today.wake
            assert len(asked) < 2
            assert all(now - one >= ASKED_AGAIN for one in asked)
        case AskLater(at):
            assert at is not None
            assert now < at < today.wake + ASKED_UNTIL
        case AskNot():
            assert len(asked) > 1 or now + ASKED_AGAIN >= today.wake + ASKED_UNTIL
