"""The occurrences a reminder has on a care day, and what they are known by."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest

from domain_builders import at, calendar, day, every, on_the_clock, reminder, sleep
from nightcare.domain.care_day import Calendar
from nightcare.domain.reminders import (
    At,
    Cron,
    Every,
    Key,
    Occurrence,
    Reminder,
    Topic,
    cron_on,
    is_evening,
    occurrences,
)

FRIDAY = "2026-11-06"
SATURDAY = "2026-11-07"


def on(date: str, what: Reminder, own: Calendar | None = None) -> list[Occurrence]:
    """Return the occurrences of a reminder on a care day."""
    own = own or calendar(sat="08:30-00:15")
    return list(occurrences(what, own.day(day(date)), own))


def clock(date: str, what: Reminder, own: Calendar | None = None) -> list[str]:
    """Return the clock times at which a reminder is due on a care day."""
    return on_the_clock(on(date, what, own), own or calendar())


# At


def test_each_moment_of_an_at_is_due_once() -> None:
    """On its own date, or after midnight where the evening goes on."""
    what = reminder(at("10:30", "15:00", "bedtime - 30m", "00:10"))
    assert clock(SATURDAY, what) == ["Sat 07 10:30", "Sat 07 15:00", "Sat 07 23:45", "Sun 08 00:10"]


def test_a_moment_is_known_by_what_journals_have_written_down() -> None:
    """A single one as "1", one of several as it is written: else an update would show it twice."""
    assert [one.key.slot for one in on(FRIDAY, reminder(at("10:30")))] == ["1"]
    several = reminder(at("10:30", "bedtime - 30m"))
    assert [one.key.slot for one in on(FRIDAY, several)] == ["10:30", "bedtime - 30m"]


def test_a_relative_moment_outside_the_waking_hours_is_not_due() -> None:
    """Neither before the wake-up nor after bedtime, but at either."""
    what = reminder(at("wake", "wake - 1m", "bedtime", "bedtime + 1m", "bedtime - 16h"))
    assert clock(FRIDAY, what) == ["Fri 06 07:00", "Fri 06 22:30"]


def test_a_clock_time_in_the_night_is_kept_as_written() -> None:
    """Before the wake-up and after bedtime."""
    assert clock(FRIDAY, reminder(at("03:00", "23:30"))) == ["Fri 06 03:00", "Fri 06 23:30"]


def test_an_earlier_bedtime_tonight_leaves_out_what_would_come_after_it() -> None:
    """Fifteen hours after waking the person sleeps this time."""
    own = calendar(tonight={day(FRIDAY): time(21)})
    assert clock(FRIDAY, reminder(at("wake + 15h", "bedtime - 30m")), own) == ["Fri 06 20:30"]


# Every


def test_an_every_includes_both_its_ends() -> None:
    """Water from 08:00 to 22:00 every two hours is eight times water."""
    what = reminder(every("2h", "wake + 1h", "bedtime - 30m"))
    assert clock(FRIDAY, what) == [f"Fri 06 {hour:02}:00" for hour in range(8, 23, 2)]


def test_an_every_ends_before_an_end_it_does_not_hit() -> None:
    """The last one is the last whole interval."""
    assert clock(FRIDAY, reminder(every("4h", "wake + 1h", "20:00")))[-1] == "Fri 06 20:00"
    assert clock(FRIDAY, reminder(every("4h", "wake + 1h", "19:59")))[-1] == "Fri 06 16:00"


@pytest.mark.parametrize(
    ("date", "due"),
    [
        ("2026-03-29", ["00:30", "01:30", "03:30", "04:30", "05:30"]),
        ("2026-10-25", ["00:30", "01:30", "02:30", "02:30", "03:30", "04:30", "05:30"]),
    ],
)
def test_an_every_counts_elapsed_time_over_a_clock_change(date: str, due: list[str]) -> None:
    """An hour is an hour: the clock seems to skip one, or to show one twice."""
    own = calendar("Europe/Copenhagen", "00:30-05:30")
    made = on(date, reminder(every("1h", "wake", "bedtime")), own)
    assert [text.split()[-1] for text in on_the_clock(made, own)] == due
    assert {b.due - a.due for a, b in pairwise(made)} == {timedelta(hours=1)}


def test_an_every_between_clock_times_may_reach_past_midnight() -> None:
    """To 00:10 of the evening that ends at 00:15."""
    what = reminder(every("2h", "20:10", "00:10"))
    assert clock(SATURDAY, what) == ["Sat 07 20:10", "Sat 07 22:10", "Sun 08 00:10"]


def test_an_every_that_ends_before_it_begins_has_nothing() -> None:
    """On Friday 00:10 lies before the wake-up, for Friday's evening ends at 22:30."""
    assert clock(FRIDAY, reminder(every("2h", "20:10", "00:10"))) == []


def test_a_relative_end_of_an_every_keeps_to_the_waking_hours() -> None:
    """It begins at the wake-up at the earliest and ends at bedtime at the latest."""
    what = reminder(every("5h", "wake - 2h", "bedtime + 2h"))
    assert clock(FRIDAY, what) == ["Fri 06 07:00", "Fri 06 12:00", "Fri 06 17:00", "Fri 06 22:00"]


def test_an_every_that_would_begin_after_an_early_bedtime_has_nothing() -> None:
    """Its end on the clock must not bring a relative beginning into the night."""
    what = reminder(every("30m", "wake + 14h", "23:00"))
    assert clock(FRIDAY, what, calendar(tonight={day(FRIDAY): time(20, 59)})) == []
    on_time = clock(FRIDAY, what, calendar(tonight={day(FRIDAY): time(21)}))
    assert on_time[0] == "Fri 06 21:00"


def test_an_end_on_the_clock_holds_whatever_bedtime_is_tonight() -> None:
    """An earlier bedtime must not take the whole evening's water away."""
    what = reminder(every("2h", "20:10", "00:10"))
    own = calendar(sat="08:30-00:15", tonight={day(SATURDAY): time(22, 30)})
    assert clock(SATURDAY, what, own) == ["Sat 07 20:10", "Sat 07 22:10", "Sun 08 00:10"]


# Cron


def test_cron_is_due_where_the_wall_clock_matches() -> None:
    """In the care day from wake-up to wake-up, the night after midnight too."""
    what = reminder(Cron("0 3,17 * * *"))
    assert clock(FRIDAY, what) == ["Fri 06 17:00", "Sat 07 03:00"]


def test_cron_at_the_wake_up_belongs_to_the_day_that_begins() -> None:
    """Seven o'clock is the end of no day."""
    own = calendar()
    what = reminder(Cron("0 7 * * *"))
    assert clock(FRIDAY, what, own) == ["Fri 06 07:00"]


def test_cron_takes_a_day_of_the_month_or_of_the_week() -> None:
    """If both are given, either may match, as in every cron: the 13th, and Fridays.

    As it broke elsewhere: CronTrigger and the days.
    """
    what = reminder(Cron("0 12 13 * fri"))
    november = [f"2026-11-{number:02}" for number in range(1, 31)]
    assert [date for date in november if on(date, what)] == [
        "2026-11-06",
        "2026-11-13",
        "2026-11-20",
        "2026-11-27",
    ]
    december = [f"2026-12-{number:02}" for number in range(10, 20)]
    assert [date for date in december if on(date, what)] == [
        "2026-12-11",
        "2026-12-13",
        "2026-12-18",
    ]


@pytest.mark.parametrize(
    ("zone", "date", "fields", "due"),
    [
        # Skipped, moved by the gap; the half hours fall together with those an hour later.
        ("Europe/Copenhagen", "2026-03-28", "30 2 * * *", ["29 03:30"]),
        ("Europe/Copenhagen", "2026-03-28", "*/30 1-3 * * *", ["01:00", "01:30", "03:00", "03:30"]),
        ("Europe/Copenhagen", "2026-03-28", "15,45 2,3 * * *", ["03:15", "03:45"]),
        ("Europe/Copenhagen", "2026-03-28", "40 2 * * *", ["03:40"]),
        ("Australia/Lord_Howe", "2026-10-03", "10 2 * * *", ["02:40"]),
        ("America/Sao_Paulo", "2018-11-03", "0,15 0 * * *", ["01:00", "01:15"]),
        # Twice, taken once.
        ("Europe/Copenhagen", "2026-10-24", "30 2 * * *", ["02:30"]),
        ("Europe/Copenhagen", "2026-10-24", "*/30 2 * * *", ["02:00", "02:30"]),
        ("Australia/Lord_Howe", "2026-04-04", "45 1 * * *", ["01:45"]),
        ("America/St_Johns", "2010-11-06", "30 23 * * *", ["23:30"]),
    ],
)
def test_cron_over_a_clock_change_is_due_once_and_never_skipped(
    zone: str, date: str, fields: str, due: list[str]
) -> None:
    """A skipped time moves forward, and of two equal times the first counts.

    As it broke elsewhere: CronTrigger over DST.
    """
    own = calendar(zone)
    made = on(date, reminder(Cron(fields)), own)
    assert [text[-len(due[0]) :] for text in on_the_clock(made, own)] == due
    assert [one.due for one in made] == sorted({one.due for one in made})


def test_what_moves_over_a_gap_waits_for_what_comes_before_it() -> None:
    """Half past two became half past three, which is after three."""
    own = calendar("Europe/Copenhagen")
    made = on("2026-03-28", reminder(Cron("30 2,3 * * *")), own) + on(
        "2026-03-28", reminder(Cron("0,30 2,3 * * *")), own
    )
    assert on_the_clock(made, own) == ["Sun 29 03:30", "Sun 29 03:00", "Sun 29 03:30"]
    assert [one.key.slot for one in made] == [
        "2026-03-29T02:30",
        "2026-03-29T02:00",
        "2026-03-29T02:30",
    ]


def test_cron_of_a_date_that_the_zone_skips_comes_a_day_later() -> None:
    """Friday the 30th never was in Apia; its noon was Saturday's."""
    own = calendar("Pacific/Apia")
    assert on("2011-12-30", reminder(Cron("0 12 30 12 *")), own) == []
    (moved,) = on("2011-12-31", reminder(Cron("0 12 30 12 *")), own)
    assert on_the_clock([moved], own) == ["Sat 31 12:00"]
    assert moved.key.slot == "2011-12-30T12:00"


# Days


@pytest.mark.parametrize(
    "timing", [at("10:30"), every("2h", "10:30", "10:30"), Cron("30 10 * * *")]
)
def test_days_go_by_the_care_day(timing: At | Every | Cron) -> None:
    """A reminder for Saturdays has nothing on a Friday."""
    what = reminder(timing, days=frozenset({5}))
    assert clock(FRIDAY, what) == []
    assert clock(SATURDAY, what) == ["Sat 07 10:30"]


@pytest.mark.parametrize("timing", [at("00:10"), every("2h", "00:10", "00:10"), Cron("10 0 * * *")])
def test_after_midnight_it_is_still_the_day_of_the_evening(timing: At | Every | Cron) -> None:
    """entracte#204: ten past midnight after Saturday's evening is Saturday's, though Sunday's."""
    what = reminder(timing, days=frozenset({5}))
    assert clock(SATURDAY, what) == ["Sun 08 00:10"]


@pytest.mark.parametrize(
    "timing", [at("wake"), at("12:00"), every("1h", "wake", "bedtime"), Cron("* * * * *")]
)
def test_a_date_that_the_zone_skips_has_nothing(timing: At | Every | Cron) -> None:
    """Its moments would all fall together with those of the date that took its place."""
    assert on("2011-12-30", reminder(timing), calendar("Pacific/Apia")) == []


# What an occurrence is known by


def test_the_only_moment_of_an_at_keeps_its_key_when_it_is_edited() -> None:
    """An evening stretch that was done is not shown again because its time was put off."""
    before, after = (on(FRIDAY, reminder(at(text)))[0] for text in ("bedtime - 30m", "22:15"))
    assert before.key == after.key
    assert before.due != after.due


def test_the_moments_of_an_at_are_known_as_they_are_written() -> None:
    """Another order, or one more of them, leaves the others what they were."""
    few = on(FRIDAY, reminder(at("10:30", "15:00")))
    more = on(FRIDAY, reminder(at("15:00", "bedtime - 60m", "10:30")))
    assert [one.key.slot for one in more] == ["15:00", "bedtime - 1h", "10:30"]
    assert set(few) < set(more)


def test_an_every_is_known_by_the_time_since_its_first() -> None:
    """With half the interval the ones that were there keep their keys."""
    twos = on(FRIDAY, reminder(every("2h", "wake + 1h", "bedtime - 1h")))
    ones = on(FRIDAY, reminder(every("1h", "wake + 1h", "bedtime - 1h")))
    assert [one.key.slot for one in twos[:3]] == ["0", "7200", "14400"]
    assert set(twos) < set(ones)


def test_cron_is_known_by_the_wall_time_it_matched() -> None:
    """Other fields that match the same time leave its key what it was."""
    (one,) = on(FRIDAY, reminder(Cron("0 17 * * *")))
    (same,) = on(FRIDAY, reminder(Cron("0 17 * * fri")))
    assert one == same
    assert one.key.slot == "2026-11-06T17:00"


@pytest.mark.parametrize(
    "timing",
    [
        at("10:30"),
        at("wake + 1h", "bedtime - 30m", "03:00"),
        every("90m", "wake + 1h", "bedtime - 1h"),
        Cron("*/20 9-17 * * *"),
    ],
)
def test_travel_leaves_the_keys_what_they_are(timing: At | Every | Cron) -> None:
    """An occurrence shown in Copenhagen is not shown again in New York or Kathmandu."""
    what = reminder(timing)
    at_home, *abroad = (
        [one.key for one in on(FRIDAY, what, Calendar(sleep(), calendar(zone).zone))]
        for zone in ("Europe/Copenhagen", "America/New_York", "Asia/Kathmandu")
    )
    assert abroad == [at_home, at_home]


def test_an_occurrence_carries_its_reminders_name() -> None:
    """Another reminder at the same moment is another occurrence."""
    water, walk = (on(FRIDAY, reminder(at("12:00"), name))[0] for name in ("water", "walk"))
    assert (water.key.reminder, walk.key.reminder) == ("water", "walk")
    assert water.key.care_day == day(FRIDAY)
    assert replace(water, key=walk.key) == walk


# Evening reminders


@pytest.mark.parametrize(
    ("timing", "evening"),
    [
        (at("bedtime - 30m"), True),
        (at("10:30", "bedtime"), True),
        (at("wake + 14h"), False),
        (at("22:00"), False),
        (every("1h", "bedtime - 3h", "bedtime"), False),
        (Cron("0 22 * * *"), False),
    ],
)
def test_an_evening_reminder_has_an_at_relative_to_bedtime(
    timing: At | Every | Cron, *, evening: bool
) -> None:
    """Neither a late clock time nor an `every` makes one."""
    assert is_evening(timing) is evening
    assert reminder(timing, topic=Topic.STRETCHING).evening is evening


def test_cron_on_no_days_is_nothing() -> None:
    """A plan may be asked for no care day at all."""
    timing = Cron("0 12 * * *")
    assert list(cron_on(reminder(timing), timing, [], calendar())) == []


@pytest.mark.parametrize("name", ["water", "routine", "vand og salt", "a/b"])
def test_a_key_can_be_written_as_text(name: str) -> None:
    """Tokens of notifications and names of menu items hold it."""
    key = Key(name, day("2026-11-23"), "wake + 1h30m")
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "trial/5", "question/2026-11-23", "water/tomorrow/1"])
def test_other_text_holds_no_key(text: str) -> None:
    """Other notifications have tokens as well."""
    assert Key.parse(text) is None
