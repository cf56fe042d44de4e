"""The figures of the diary: every night is counted once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain_builders import calendar, day, delivery, utc, wall
from nightcare.domain.delivery import Delivery, Outcome
from nightcare.domain.diary import Answer, Cramp, Morning, Severity, place_of
from nightcare.domain.reminders import Topic
from nightcare.domain.report import (
    FEWEST_NIGHTS,
    LONGEST_BY_WEEK,
    ReminderCounts,
    days_until,
    report,
)

NOW = utc("2026-11-22 13:00")
LAST = day("2026-11-21")
MONTH = days_until(LAST, 30)


def cramp(local: str, severity: Severity | None = None) -> Cramp:
    """Return a cramp at a wall time of the person's."""
    own = calendar()
    at = own.instant(wall(local))
    ahead = own.local(at).utcoffset() or timedelta()
    return Cramp(1, at, ahead, place_of(at, own), None, severity, None, "", NOW)


def morning(night: str, answer: Answer = Answer.NONE) -> Morning:
    """Return the answer about a night."""
    return Morning(day(night), answer, NOW)


def came(care_day: str, outcome: Outcome, topic: Topic = Topic.HYDRATION) -> Delivery:
    """Return a reminder with this outcome."""
    plain = delivery(NOW, care_day=care_day)
    return replace(plain, topic=topic).settle(outcome, NOW)


def test_the_days_are_so_many_and_end_with_the_last() -> None:
    """At the beginning of the calendar there are fewer."""
    assert days_until(LAST, 2) == [day("2026-11-20"), LAST]
    assert days_until(date.min, 5) == [date.min]
    assert report([date.min], [], [], []).weeks[0].first == date.min


def test_a_night_without_a_note_is_no_night_without_cramps() -> None:
    """Nobody knows how it was."""
    made = report(MONTH, [], [], [])
    assert (made.counted.all, made.counted.recorded, made.counted.unknown) == (30, 0, 30)
    assert [one.night for one in made.nights] == MONTH
    assert not made.enough


def test_nights_are_counted_not_cramps() -> None:
    """Two in one night are one night, as bad as the worse."""
    made = report(
        MONTH,
        [
            cramp("2026-11-22 03:10", Severity.MILD),
            cramp("2026-11-22 05:10", Severity.SEVERE),
            cramp("2026-11-20 23:50"),
            cramp("2026-11-20 12:00"),
        ],
        [morning("2026-11-10"), morning("2026-11-11", Answer.MILD)],
        [],
    )
    counted = made.counted
    assert (counted.cramps, counted.free, counted.severe, counted.unknown) == (3, 1, 1, 26)
    assert made.by_day == 1
    assert made.worst == {Severity.SEVERE: 1, Severity.MILD: 1, None: 1}
    assert list(made.worst) == [Severity.SEVERE, Severity.MILD, None]


def test_the_hours_are_those_of_the_clock_in_the_order_of_a_night() -> None:
    """The evening comes before the morning."""
    times = ("2026-11-22 03:10", "2026-11-21 02:00", "2026-11-20 23:50", "2026-11-20 06:59")
    made = report(MONTH, [cramp(one) for one in times], [], [])
    assert list(made.hours.items()) == [(22, 1), (2, 2), (6, 1)]


def test_what_was_done_is_counted_of_what_came() -> None:
    """A missed reminder was never shown, and an open one has no outcome yet."""
    made = report(
        MONTH,
        [],
        [],
        [
            came("2026-11-20", Outcome.DONE),
            came("2026-11-20", Outcome.EXPIRED),
            came("2026-11-20", Outcome.DISMISSED, Topic.STRETCHING),
            came("2026-11-20", Outcome.MISSED, Topic.BLANKET),
            came("2026-11-22", Outcome.DONE),
            came("2026-11-20", Outcome.SKIPPED),
            came("2026-11-20", Outcome.SKIPPED, Topic.SLEEP),
            delivery(NOW, care_day="2026-11-20"),
        ],
    )
    assert made.topics == {
        Topic.HYDRATION: ReminderCounts(2, 1, 1),
        Topic.STRETCHING: ReminderCounts(1, 0),
        Topic.SLEEP: ReminderCounts(0, 0, 1),
    }
    assert made.weeks[-1].reminded == ReminderCounts(3, 1, 2)


def test_weeks_begin_on_monday() -> None:
    """The first and the last are cut short."""
    made = report(MONTH, [cramp("2026-11-16 03:10"), cramp("2026-11-17 03:10")], [], [])
    assert [one.first for one in made.weeks] == [
        day("2026-10-23"), day("2026-10-26"), day("2026-11-02"), day("2026-11-09"),
        day("2026-11-16"),
    ]  # fmt: skip
    assert [one.nights.cramps for one in made.weeks] == [0, 0, 0, 1, 1]
    assert [one.nights.all for one in made.weeks] == [3, 7, 7, 7, 6]


def test_months_begin_on_their_first_day() -> None:
    """The first and the last are cut short."""
    made = report(MONTH, [cramp("2026-11-01 03:10", Severity.MILD)], [], [])
    assert [one.first for one in made.months] == [day("2026-10-23"), day("2026-11-01")]
    assert [one.nights.all for one in made.months] == [9, 21]
    assert [one.worst for one in made.months] == [{Severity.MILD: 1}, {}]


def test_what_is_longer_than_a_year_is_read_by_months() -> None:
    """Nobody reads hundreds of weeks."""
    weeks = report(days_until(LAST, LONGEST_BY_WEEK), [], [], [])
    assert weeks.spans is weeks.weeks
    months = report(days_until(LAST, LONGEST_BY_WEEK + 1), [], [], [])
    assert months.spans is months.months


def test_every_cramp_is_listed_in_order_of_time() -> None:
    """By night and by day; those of other days are left out."""
    cramps = [cramp(f"2026-11-{one} 03:10") for one in ("22", "20", "10")]
    by_day = cramp("2026-11-12 12:00")
    made = report(MONTH[15:], [*cramps, by_day], [], [])
    assert made.cramps == (cramps[2], by_day, cramps[1], cramps[0])
    assert report(MONTH[-1:], [*cramps, by_day], [], []).cramps == (cramps[0],)


def test_something_can_be_said_from_a_week_of_notes_on() -> None:
    """With fewer it is said that nothing can."""
    said = [morning(f"2026-11-{number:02}") for number in range(1, FEWEST_NIGHTS + 1)]
    assert not report(MONTH, [], said[1:], []).enough
    assert report(MONTH, [], said, []).enough


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 22)),  # noqa: DTZ001 - a wall time
            st.none() | st.sampled_from(Severity),
        ),
        max_size=20,
    ),
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from(Answer)), max_size=20),
    st.integers(1, 60),
)
def test_everything_is_counted_once(
    cramps: list[tuple[datetime, Severity | None]], said: list[tuple[int, Answer]], count: int
) -> None:
    """The weeks together are the whole, and the whole is its nights."""
    days = days_until(LAST, count)
    answers = {LAST - timedelta(days=ago): answer for ago, answer in said}
    made = report(
        days,
        [cramp(at.isoformat(), severity) for at, severity in cramps],
        [Morning(night, answer, NOW) for night, answer in answers.items()],
        [],
    )
    counted = made.counted
    assert counted.all == len(days) == counted.cramps + counted.free + counted.unknown
    assert counted.cramps == sum(made.worst.values())
    assert counted.severe == made.worst.get(Severity.SEVERE, 0)
    for spans in (made.weeks, made.months):
        for name in ("all", "cramps", "free", "severe"):
            assert sum(getattr(one.nights, name) for one in spans) == getattr(counted, name)
        for kind in (*Severity, None):
            assert sum(one.worst.get(kind, 0) for one in spans) == made.worst.get(kind, 0)
    noted = [place_of(calendar().instant(at), calendar()) for at, _ in cramps]
    within = [one for one in noted if one.care_day in days]
    assert sum(made.hours.values()) == sum(one.by_night for one in within)
    assert made.by_day == sum(not one.by_night for one in within)
