"""All occurrences over a span, what is next, and which care day each belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest

from domain_builders import (
    at,
    calendar,
    day,
    every,
    labelled,
    on_the_clock,
    reminder,
    utc,
    wall,
)
from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.recurrence import between, early_from, plan, planned, upcoming
from nightcare.domain.reminders import At, Cron, Every, Occurrence, Reminder

WATER = reminder(every("2h", "wake + 1h", "bedtime - 1h"))
STRETCH = reminder(at("bedtime - 30m"), "evening-stretch")
BLANKET = reminder(at("bedtime - 5m"), "loose-blanket")


def chain(what: Reminder, own: Calendar, after: datetime, until: datetime) -> list[Occurrence]:
    """Return consecutive occurrences, each found after the one before."""
    made: list[Occurrence] = []
    while (one := upcoming(what, own, after)) is not None and one.due <= until:
        made.append(one)
        after = one.due
    return made


# One of them, by what it is known by


def test_what_is_planned_is_found_by_its_key() -> None:
    """Each occurrence of a plan is the one of its key; a key that has no moment has none."""
    own = calendar()
    for what in (WATER, STRETCH, reminder(Cron("0 17 * * *"))):
        made = plan([what], own, day("2026-11-06"), 2)
        assert made
        assert [planned(what, own, one.key) for one in made] == made
        assert planned(what, own, replace(made[0].key, slot="gone")) is None


# The plan of whole care days


def test_a_day_of_the_built_in_schedule() -> None:
    """Water every two hours, the stretch half an hour before bed, the blanket just before it."""
    own = calendar()
    made = plan([WATER, STRETCH, BLANKET], own, day("2026-11-06"), 1)
    assert [(one.key.reminder, f"{own.local(one.due):%H:%M}") for one in made] == [
        *(("water", f"{hour:02}:00") for hour in range(8, 21, 2)),
        ("evening-stretch", "22:00"),
        ("loose-blanket", "22:25"),
    ]


def test_a_plan_covers_whole_care_days() -> None:
    """An evening past midnight is in the plan of its day, and not in that of the next."""
    own = calendar(sat="08:30-00:15")
    nightly = reminder(at("bedtime - 5m"))
    friday_to_saturday = plan([nightly], own, day("2026-11-06"), 2)
    assert on_the_clock(friday_to_saturday, own) == ["Fri 06 22:25", "Sun 08 00:10"]
    sunday = plan([nightly], own, day("2026-11-08"), 1)
    assert on_the_clock(sunday, own) == ["Sun 08 22:25"]


def test_a_plan_of_no_days_is_empty() -> None:
    """It has nothing of the days around it."""
    assert plan([WATER], calendar(), day("2026-11-06"), 0) == []


def test_what_is_due_together_stands_in_the_order_of_the_config() -> None:
    """The same plan looks the same each time."""
    names = ("b", "c", "a")
    made = plan([reminder(at("12:00"), name) for name in names], calendar(), day("2026-11-06"), 1)
    assert [one.key.reminder for one in made] == ["b", "c", "a"]


def test_a_reminder_that_is_not_enabled_has_no_occurrences() -> None:
    """Not in a plan, not in a span, not next."""
    own, off = calendar(), reminder(at("12:00"), enabled=False)
    assert plan([off], own, day("2026-11-06"), 7) == []
    assert between([off], own, utc("2026-11-06 00:00"), utc("2026-11-13 00:00")) == []
    assert upcoming(off, own, utc("2026-11-06 00:00")) is None


# One moment, one occurrence


def test_one_moment_of_two_care_days_is_one_occurrence_of_the_earlier() -> None:
    """00:10 is in Saturday's evening, and before Sunday's wake-up, but comes only once."""
    own = calendar(sat="08:30-00:15")
    what = reminder(at("00:10"))
    made = plan([what], own, day("2026-11-06"), 4)
    # Friday's is in the night before, Saturday's and Sunday's are the same.
    assert on_the_clock(made, own) == ["Fri 06 00:10", "Sun 08 00:10", "Mon 09 00:10"]
    assert [f"{one.key.care_day:%a}" for one in made] == ["Fri", "Sat", "Mon"]


@pytest.mark.parametrize(("first", "days"), [("2026-11-07", 1), ("2026-11-08", 1)])
def test_the_label_does_not_depend_on_where_a_plan_begins(first: str, days: int) -> None:
    """A plan of Sunday alone does not claim what is Saturday's."""
    own = calendar(sat="08:30-00:15")
    made = plan([reminder(at("00:10"))], own, day(first), days)
    assert labelled(made) == {"2026-11-07": [("07 23:10", "07")], "2026-11-08": []}[first]


def test_one_moment_of_two_days_is_the_later_days_where_it_is_not_for_the_earlier() -> None:
    """On Sundays alone it cannot belong to Saturday."""
    own = calendar(sat="08:30-00:15")
    what = reminder(at("00:10"), days=frozenset({6}))
    made = between([what], own, utc("2026-11-07 12:00"), utc("2026-11-08 12:00"))
    assert labelled(made) == [("07 23:10", "08")]


def test_two_moments_that_fall_together_are_one_occurrence() -> None:
    """An hour after waking at seven is eight o'clock."""
    made = plan([reminder(at("wake + 1h", "08:00"))], calendar(), day("2026-11-06"), 1)
    assert [one.key.slot for one in made] == ["wake + 1h"]


def test_two_moments_that_a_gap_brings_together_are_one_occurrence() -> None:
    """Half past two was skipped in Copenhagen, and became half past three."""
    own = calendar()
    made = plan([reminder(at("02:30", "03:30"))], own, day("2026-03-29"), 1)
    assert on_the_clock(made, own) == ["Sun 29 03:30"]


def test_two_reminders_at_one_moment_are_two_occurrences() -> None:
    """Only what one reminder repeats is left out."""
    both = [reminder(at("12:00"), name) for name in ("water", "walk")]
    assert len(plan(both, calendar(), day("2026-11-06"), 1)) == 2


def test_overlapping_care_days_share_what_coincides_of_an_every() -> None:
    """An occurrence after Saturday's midnight is also before Sunday's wake-up."""
    own = calendar(sat="08:30-01:30")
    what = reminder(every("30m", "00:00", "01:00"))
    made = between([what], own, utc("2026-11-07 12:00"), utc("2026-11-08 12:00"))
    assert labelled(made) == [("07 23:00", "07"), ("07 23:30", "07"), ("08 00:00", "07")]


# Over clock changes


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Copenhagen", "2026-03-27"),
        ("Europe/Copenhagen", "2026-10-23"),
        ("America/New_York", "2026-03-06"),
        ("America/New_York", "2026-10-30"),
        ("Australia/Lord_Howe", "2026-10-02"),
        ("Africa/Casablanca", "2024-03-08"),
        ("America/Sao_Paulo", "2018-11-02"),
        ("Asia/Beirut", "2022-03-25"),
        ("Africa/Cairo", "2023-10-25"),
    ],
)
def test_a_clock_time_stays_where_it_is_on_the_clock(zone: str, first: str) -> None:
    """medTimer#943: after a clock change a reminder was an hour off."""
    own = calendar(zone)
    made = plan([reminder(at("21:45"))], own, day(first), 4)
    assert [f"{own.local(one.due):%H:%M}" for one in made] == ["21:45"] * 4
    assert [one.key.care_day for one in made] == [
        day(first) + number * ONE_DAY for number in range(4)
    ]


@pytest.mark.parametrize(
    ("zone", "switch"),
    [
        ("Europe/Copenhagen", "2026-03-29 01:00"),
        ("Europe/Copenhagen", "2026-10-25 01:00"),
        ("Australia/Lord_Howe", "2026-04-04 15:00"),
        ("Antarctica/Casey", "2021-10-02 16:01"),
        ("Pacific/Apia", "2011-12-30 10:00"),
    ],
)
@pytest.mark.parametrize(
    "timing",
    [at("02:30"), every("7m", "00:00", "06:00"), Cron("30 2 * * *"), Cron("*/10 1-3 * * *")],
)
def test_what_is_next_always_lies_ahead(zone: str, switch: str, timing: Cron) -> None:
    """medTimer#56: on the night of a clock change a reminder was planned again without end."""
    own, what = calendar(zone), reminder(timing)
    after, until = utc(switch) - 2 * ONE_DAY, utc(switch) + 2 * ONE_DAY
    made = chain(what, own, after, until)
    assert all(before.due < later.due for before, later in pairwise(made))
    assert made == between([what], own, after, until)
    assert len(made) >= 3


def test_a_whole_day_that_the_zone_skips_has_no_evening_of_its_own() -> None:
    """In Apia the evening of the 29th was followed by that of the 31st, not by two at once."""
    own = calendar("Pacific/Apia", fri="05:00-22:30")
    made = plan([WATER, STRETCH, reminder(at("21:45"), "walk")], own, day("2011-12-29"), 3)
    evenings = [one for one in made if one.key.reminder != "water"]
    assert on_the_clock(evenings, own) == [
        "Thu 29 21:45",
        "Thu 29 22:00",
        "Sat 31 21:45",
        "Sat 31 22:00",
    ]
    assert [f"{one.key.care_day:%d}" for one in evenings] == ["29", "29", "31", "31"]
    water = [one.key.care_day for one in made if one.key.reminder == "water"]
    assert water == [day("2011-12-29")] * 7 + [day("2011-12-31")] * 7


@pytest.mark.parametrize("first", ["2011-12-29", "2011-12-30", "2011-12-31"])
def test_over_a_skipped_day_the_label_is_still_the_earliest(first: str) -> None:
    """Ten past midnight after Thursday's evening is Thursday's, not Saturday's."""
    own = calendar("Pacific/Apia", thu="07:00-00:15")
    what = reminder(at("00:10"))
    expected = {"2011-12-29": [("30 10:10", "29")], "2011-12-30": [], "2011-12-31": []}
    assert labelled(plan([what], own, day(first), 1)) == expected[first]
    made = between([what], own, utc("2011-12-30 10:00"), utc("2011-12-30 12:00"))
    assert labelled(made) == expected["2011-12-29"]


def test_cron_at_the_wake_up_is_planned_for_the_day_that_begins() -> None:
    """On the first day of a plan as on all others, and once."""
    own = calendar()
    wake = own.local(own.day(day("2026-11-06")).wake)
    what = reminder(Cron(f"{wake.minute} {wake.hour} * * *"))
    made = plan([what], own, day("2026-11-06"), 2)
    assert [one.due for one in made] == [own.day(one.key.care_day).wake for one in made]
    assert [one.key.care_day for one in made] == [day("2026-11-06"), day("2026-11-07")]


def test_before_a_wake_up_after_a_skipped_day_nothing_is_lost() -> None:
    """Saturday's five o'clock lies in the night that began on Thursday."""
    own = calendar("Pacific/Apia")
    what = reminder(at("05:00"), days=frozenset({5}))
    made = between([what], own, utc("2011-12-30 14:00"), utc("2011-12-30 16:00"))
    assert labelled(made) == [("30 15:00", "31")]


# Tonight


def test_another_bedtime_tonight_moves_the_evening_and_leaves_its_keys() -> None:
    """An occurrence shown before the evening was put off keeps its key."""
    usual, late = calendar(), calendar(tonight={day("2026-11-06"): time(0, 30)})
    evening = [STRETCH, BLANKET]
    before, after = (plan(evening, own, day("2026-11-06"), 1) for own in (usual, late))
    assert on_the_clock(after, late) == ["Sat 07 00:00", "Sat 07 00:25"]
    assert [one.key for one in before] == [one.key for one in after]


@pytest.mark.parametrize("tonight", [time(0, 5), time(0, 30), time(21, 0), time(23, 30)])
@pytest.mark.parametrize("saturday", ["08:30-00:15", "08:30-23:00"])
def test_another_bedtime_tonight_neither_loses_nor_doubles_a_clock_time(
    tonight: time, saturday: str
) -> None:
    """Ten past midnight comes each night once, under the key it would have had."""
    usual = calendar(sat=saturday)
    late = calendar(sat=saturday, tonight={day("2026-11-07"): tonight})
    span = utc("2026-11-05 12:00"), utc("2026-11-10 12:00")
    what = [reminder(at("00:10"))]
    assert between(what, late, *span) == between(what, usual, *span)


# Spans


def test_a_span_leaves_out_its_beginning_and_includes_its_end() -> None:
    """Two spans in a row hold each moment once."""
    own = calendar()
    made = between([WATER], own, utc("2026-11-06 07:00"), utc("2026-11-06 11:00"))
    assert on_the_clock(made, own) == ["Fri 06 10:00", "Fri 06 12:00"]


def test_a_cron_span_leaves_out_its_beginning_and_includes_its_end() -> None:
    """Cron is no exception."""
    own = calendar()
    what = reminder(Cron("0 */2 * * *"))
    made = between([what], own, utc("2026-11-06 07:00"), utc("2026-11-06 11:00"))
    assert on_the_clock(made, own) == ["Fri 06 10:00", "Fri 06 12:00"]


def test_a_span_that_ends_before_it_begins_is_empty() -> None:
    """This happens when the clock is set back."""
    own, before, after = calendar(), utc("2026-11-06 11:00"), utc("2026-11-06 07:00")
    every_kind = [WATER, reminder(at("10:00"), "a"), reminder(Cron("0 * * * *"), "b")]
    assert between(every_kind, own, before, after) == []


def test_a_span_in_the_night_holds_clock_times_of_the_day_to_come() -> None:
    """Three in the morning is asked for in the night, though it is the new date's."""
    own = calendar()
    made = between([reminder(at("03:00"))], own, utc("2026-11-06 22:00"), utc("2026-11-07 03:00"))
    assert labelled(made) == [("07 02:00", "07")]


def test_a_span_may_begin_and_end_within_a_second() -> None:
    """Nobody asks on the whole minute alone."""
    own, noon = calendar(), utc("2026-11-06 11:00")
    shortly = timedelta(milliseconds=1)
    for what in (reminder(at("12:00")), reminder(Cron("0 12 * * *"))):
        assert len(between([what], own, noon - shortly, noon)) == 1
        assert len(between([what], own, noon - shortly, noon + shortly)) == 1
        assert between([what], own, noon, noon + shortly) == []
        assert between([what], own, noon - 2 * shortly, noon - shortly) == []


# What is next


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-06 07:59", "Fri 06 08:00"),
        ("2026-11-06 08:00", "Fri 06 10:00"),
        ("2026-11-06 20:00", "Sat 07 09:30"),
        ("2026-11-07 23:15", "Sun 08 08:00"),
    ],
)
def test_what_is_next_is_later_than_now(now: str, due: str) -> None:
    """Over the night and over a weekday with other hours."""
    own = calendar(sat="08:30-00:15")
    one = upcoming(WATER, own, own.instant(wall(now)))
    assert one is not None
    assert on_the_clock([one], own) == [due]


def test_what_is_next_has_the_label_of_the_earlier_day() -> None:
    """This holds just before it."""
    own = calendar(sat="08:30-00:15")
    one = upcoming(reminder(at("00:10")), own, utc("2026-11-07 23:09"))
    assert one is not None
    assert labelled([one]) == [("07 23:10", "07")]


def test_a_clock_time_of_tomorrow_may_come_before_the_end_of_a_late_evening() -> None:
    """Ten past midnight is tomorrow's, and still comes before this evening's last."""
    own = calendar(tonight={day("2026-11-06"): time(0, 30)})
    what = reminder(at("00:10", "bedtime - 5m"))
    made = chain(what, own, utc("2026-11-06 12:00"), utc("2026-11-07 12:00"))
    assert labelled(made) == [("06 23:10", "07"), ("06 23:25", "06")]


def test_what_is_next_may_be_a_week_away() -> None:
    """For a reminder of one weekday that has just been."""
    own = calendar()
    what = reminder(at("09:00"), days=frozenset({0}))
    one = upcoming(what, own, utc("2026-11-02 08:00"))
    assert one is not None
    assert on_the_clock([one], own) == ["Mon 09 09:00"]


def test_what_is_next_may_be_two_weeks_away_when_a_clock_change_drops_one() -> None:
    """On the short Sunday the sixteenth hour after waking lies in the night."""
    own = calendar("Europe/Copenhagen", sun="01:00-17:00")
    what = reminder(at("wake + 16h"), days=frozenset({6}))
    one = upcoming(what, own, utc("2026-03-22 16:00"))
    assert one is not None
    assert on_the_clock([one], own) == ["Sun 05 17:00"]


@pytest.mark.parametrize(
    "what",
    [
        reminder(every("2h", "20:00", "08:00")),
        reminder(at("wake - 1h")),
        reminder(at("12:00"), days=frozenset()),
        reminder(Cron("0 12 * * *"), days=frozenset()),
        reminder(Cron("*/5 9-17 * * 1-5"), days=frozenset({5, 6})),
        # The 1st or the 31st of February, if it is the fifth Monday.
        reminder(Cron("0 12 */30 2 mon#5")),
    ],
)
def test_what_never_comes_is_not_next(what: Reminder) -> None:
    """The search ends, and a plan of it is empty."""
    assert upcoming(what, calendar(), utc("2026-11-06 12:00")) is None
    assert plan([what], calendar(), day("2026-11-02"), 7) == []


@pytest.mark.parametrize(
    ("fields", "now", "due"),
    [
        ("0 17 * * sat", "2026-11-07 15:59", "2026-11-07 16:00"),
        ("0 17 * * sat", "2026-11-07 16:00", "2026-11-14 16:00"),
        ("30 2 * * *", "2026-03-28 12:00", "2026-03-29 01:30"),
        ("30 2 * * *", "2026-03-29 01:29", "2026-03-29 01:30"),
        ("30 2 * * *", "2026-03-29 01:30", "2026-03-30 00:30"),
        ("30 2,3 * * *", "2026-03-29 01:30", "2026-03-30 00:30"),
        ("0,30 2,3 * * *", "2026-03-29 00:30", "2026-03-29 01:00"),
        ("30 2 * * *", "2026-10-25 00:30", "2026-10-26 01:30"),
        ("0 12 29 2 *", "2096-03-01 00:00", "2104-02-29 11:00"),
        ("0 12 29 2 *", "2026-11-06 00:00", "2028-02-29 11:00"),
    ],
)
def test_what_cron_has_next(fields: str, now: str, due: str) -> None:
    """Over a gap, over an hour that comes twice, and over eight years without a 29 February."""
    one = upcoming(reminder(Cron(fields)), calendar(), utc(now))
    assert one is not None
    assert one.due == utc(due)


def test_what_cron_has_next_goes_by_the_care_day() -> None:
    """After midnight it is still Saturday, also when asked on Sunday's date."""
    own = calendar(sat="08:30-00:15")
    what = reminder(Cron("10 0 * * *"), days=frozenset({5}))
    assert labelled(chain(what, own, utc("2026-11-02 00:00"), utc("2026-11-20 00:00"))) == [
        ("07 23:10", "07"),
        ("14 23:10", "14"),
    ]


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
