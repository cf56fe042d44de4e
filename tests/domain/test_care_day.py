"""Care days: wake-up, bedtime and night, over midnight and over clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from domain_builders import calendar, day, hours, sleep, utc, wall
from nightcare.domain.care_day import AFTER_BEDTIME, ONE_DAY, Calendar
from nightcare.domain.moments import parse_moment

MIDNIGHT = "00:00"


def local(calendar: Calendar, instant: datetime) -> str:
    """Return a time on the person's clock, with its offset."""
    return f"{calendar.local(instant):%m-%d %H:%M %z}"


# The hours


@pytest.mark.parametrize(
    ("wake", "bedtime", "next_date"),
    [
        ("07:00", "22:30", False),
        ("07:00", "00:15", True),
        ("07:00", "07:00", True),
        ("07:00", "07:01", False),
        ("00:00", "00:00", True),
        ("22:00", "13:00", True),
    ],
)
def test_a_bedtime_not_later_than_the_wake_up_is_on_the_next_date(
    wake: str, bedtime: str, *, next_date: bool
) -> None:
    """Nobody goes to bed before they have got up."""
    assert hours(wake, bedtime).bed_is_next_date() is next_date


def test_the_hours_are_those_of_the_weekday_of_the_wake_up() -> None:
    """A Saturday's hours are for the day on which Saturday's wake-up falls."""
    week = sleep("07:00-22:30", fri="07:00-23:45", sat="08:30-00:15")
    assert [week.on(day(f"2026-11-0{number}")) for number in (5, 6, 7, 8)] == [
        hours("07:00", "22:30"),
        hours("07:00", "23:45"),
        hours("08:30", "00:15"),
        hours("07:00", "22:30"),
    ]


# The care day


def test_a_care_day_lasts_from_one_wake_up_to_the_next() -> None:
    """It is named by its date, and its instants are UTC."""
    friday = calendar(sat="08:30-00:15").day(day("2026-11-06"))
    assert friday.date == day("2026-11-06")
    assert friday.wake == utc("2026-11-06 06:00")
    assert friday.bedtime == utc("2026-11-06 21:30")
    assert friday.ends == utc("2026-11-07 07:30")
    assert friday.wake.tzinfo is friday.bedtime.tzinfo is friday.ends.tzinfo is UTC


def test_an_evening_past_midnight_still_belongs_to_its_care_day() -> None:
    """A bedtime of 00:15 on Saturday is on Sunday's date, and Saturday's all the same."""
    saturday = calendar(sat="08:30-00:15").day(day("2026-11-07"))
    assert saturday.bedtime == utc("2026-11-07 23:15")
    assert saturday.ends == utc("2026-11-08 06:00")


@pytest.mark.parametrize(
    ("zone", "date", "lasts"),
    [
        ("Europe/Copenhagen", "2026-03-28", "23:00"),
        ("Europe/Copenhagen", "2026-10-24", "25:00"),
        ("America/New_York", "2026-03-07", "23:00"),
        ("America/New_York", "2026-10-31", "25:00"),
        ("Australia/Lord_Howe", "2026-10-03", "23:30"),
        ("Australia/Lord_Howe", "2026-04-04", "24:30"),
        ("Africa/Casablanca", "2024-04-13", "23:00"),
        ("Africa/Casablanca", "2024-03-09", "25:00"),
        ("America/Sao_Paulo", "2018-11-03", "23:00"),
        ("America/Sao_Paulo", "2018-02-17", "25:00"),
        ("Asia/Beirut", "2022-03-26", "23:00"),
        ("Africa/Cairo", "2023-10-26", "25:00"),
        ("Antarctica/Casey", "2021-10-02", "21:00"),
        ("Pacific/Apia", "2011-12-29", "24:00"),
        ("Pacific/Apia", "2011-12-30", "00:00"),
        ("Asia/Kolkata", "2026-03-28", "24:00"),
    ],
)
def test_a_care_day_over_a_clock_change_is_as_long_as_its_hours_are(
    zone: str, date: str, lasts: str
) -> None:
    """From 07:00 to 07:00 are not 24 hours every day, and none on a date that is skipped."""
    one = calendar(zone).day(day(date))
    hour, minute = map(int, lasts.split(":"))
    assert one.ends - one.wake == timedelta(hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Europe/Copenhagen", "2026-03-29"),
        ("Europe/Copenhagen", "2026-10-25"),
        ("America/Sao_Paulo", "2018-11-04"),
        ("Pacific/Apia", "2011-12-30"),
    ],
)
def test_care_days_leave_nothing_between_them(zone: str, around: str) -> None:
    """Each begins as the one before ends, over midnight and over a clock change."""
    own = calendar(zone, sat="08:30-00:15", sun="02:30-23:00")
    days = [own.day(day(around) + number * ONE_DAY) for number in range(-4, 5)]
    assert [one.ends for one in days[:-1]] == [one.wake for one in days[1:]]
    assert all(one.wake <= one.bedtime <= one.ends for one in days)


# Wall times that a clock change skips, or that come twice


@pytest.mark.parametrize(
    ("zone", "skipped", "becomes"),
    [
        ("Europe/Copenhagen", "2026-03-29 02:00", "03-29 03:00 +0200"),
        ("Europe/Copenhagen", "2026-03-29 02:30", "03-29 03:30 +0200"),
        ("America/New_York", "2026-03-08 02:59", "03-08 03:59 -0400"),
        ("Australia/Lord_Howe", "2026-10-04 02:10", "10-04 02:40 +1100"),
        ("Africa/Casablanca", "2024-04-14 02:30", "04-14 03:30 +0100"),
        ("America/Sao_Paulo", "2018-11-04 00:15", "11-04 01:15 -0200"),
        ("Asia/Beirut", "2022-03-27 00:10", "03-27 01:10 +0300"),
        ("Africa/Cairo", "2023-04-28 00:30", "04-28 01:30 +0300"),
        ("America/Nuuk", "2024-03-30 23:15", "03-31 00:15 -0100"),
        ("Antarctica/Casey", "2021-10-03 01:00", "10-03 04:00 +1100"),
        ("Pacific/Apia", "2011-12-30 21:45", "12-31 21:45 +1400"),
    ],
)
def test_a_wall_time_that_is_skipped_moves_forward_by_the_gap(
    zone: str, skipped: str, becomes: str
) -> None:
    """An hour, half an hour, three hours, or the whole day that the date line took."""
    own = calendar(zone)
    assert local(own, own.instant(wall(skipped))) == becomes


@pytest.mark.parametrize(
    ("zone", "twice", "first"),
    [
        ("Europe/Copenhagen", "2026-10-25 02:30", "10-25 02:30 +0200"),
        ("America/New_York", "2026-11-01 01:30", "11-01 01:30 -0400"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "04-05 01:45 +1100"),
        ("Africa/Casablanca", "2024-03-10 02:30", "03-10 02:30 +0100"),
        ("America/Sao_Paulo", "2018-02-17 23:30", "02-17 23:30 -0200"),
        ("Africa/Cairo", "2023-10-26 23:30", "10-26 23:30 +0300"),
    ],
)
def test_a_wall_time_that_comes_twice_is_taken_the_first_time(
    zone: str, twice: str, first: str
) -> None:
    """The offset is still that of summer."""
    own = calendar(zone)
    assert local(own, own.instant(wall(twice))) == first


def test_a_bedtime_in_the_gap_moves_forward() -> None:
    """In Beirut 00:15 did not come on that Sunday; the clock went from 23:59 to 01:00."""
    own = calendar("Asia/Beirut", sat="08:30-00:15")
    assert local(own, own.day(day("2022-03-26")).bedtime) == "03-27 01:15 +0300"


def test_a_bedtime_carried_past_the_next_wake_up_ends_with_the_day() -> None:
    """At 02:30, which became 03:30, nobody goes to bed who got up at 03:00."""
    own = calendar("Europe/Copenhagen", sat="07:00-02:30", sun="03:00-21:00")
    saturday = own.day(day("2026-03-28"))
    assert local(own, saturday.ends) == "03-29 03:00 +0200"
    assert saturday.bedtime == saturday.ends


def test_a_wake_up_carried_past_the_bedtime_leaves_no_waking_hours() -> None:
    """From 02:30, which became 03:30, to 03:00 there was no time to be awake."""
    own = calendar("Europe/Copenhagen", sun="02:30-03:00")
    sunday = own.day(day("2026-03-29"))
    assert local(own, sunday.wake) == "03-29 03:30 +0200"
    assert sunday.bedtime == sunday.wake


def test_a_date_that_the_zone_skips_has_an_empty_care_day() -> None:
    """In Apia the evening of Thursday the 29th was followed by Saturday the 31st."""
    own = calendar("Pacific/Apia", thu="07:00-00:15", fri="05:00-21:00", sat="08:30-23:00")
    thursday, friday = own.day(day("2011-12-29")), own.day(day("2011-12-30"))
    assert local(own, thursday.bedtime) == "12-31 00:15 +1400"
    assert local(own, thursday.ends) == "12-31 08:30 +1400"
    assert friday.wake == friday.bedtime == friday.ends == thursday.ends


# Which care day it is


@pytest.mark.parametrize(
    ("now", "date"),
    [
        ("2026-11-07 06:59", "2026-11-06"),
        ("2026-11-07 08:29", "2026-11-06"),
        ("2026-11-07 08:30", "2026-11-07"),
        ("2026-11-07 23:59", "2026-11-07"),
        ("2026-11-08 00:00", "2026-11-07"),
        ("2026-11-08 00:10", "2026-11-07"),
        ("2026-11-08 06:59", "2026-11-07"),
        ("2026-11-08 07:00", "2026-11-08"),
    ],
)
def test_the_early_hours_belong_to_the_day_on_which_the_evening_began(now: str, date: str) -> None:
    """entracte#204: what is done after midnight counts for the evening, not for the new date."""
    own = calendar(sat="08:30-00:15")
    assert own.at(own.instant(wall(now))).date == day(date)


@pytest.mark.parametrize(
    ("now", "date"),
    [
        ("2011-12-30 06:59", "2011-12-29"),
        ("2011-12-30 09:00", "2011-12-29"),
        ("2011-12-30 12:00", "2011-12-29"),
        ("2011-12-30 16:59", "2011-12-29"),
        ("2011-12-30 17:00", "2011-12-31"),
        ("2011-12-31 16:59", "2011-12-31"),
        ("2011-12-31 17:00", "2012-01-01"),
    ],
)
def test_it_is_never_a_date_that_the_zone_skips(now: str, date: str) -> None:
    """Over the date line the care day goes on until the next wake-up that there is."""
    assert calendar("Pacific/Apia").at(utc(now)).date == day(date)


def test_a_wake_up_that_comes_twice_begins_the_day_the_first_time() -> None:
    """In St. John's the clocks went from 00:01 back to 23:01, on the date before."""
    own = calendar("America/St_Johns", f"{MIDNIGHT}-20:00")
    assert own.at(utc("2010-11-07 02:29")).date == day("2010-11-06")
    assert own.at(utc("2010-11-07 02:30")).date == day("2010-11-07")
    again_yesterday = utc("2010-11-07 03:00")
    assert local(own, again_yesterday) == "11-06 23:30 -0330"
    assert own.at(again_yesterday).date == day("2010-11-07")


def test_an_instant_is_understood_in_whatever_zone_it_is_given() -> None:
    """Only the instant counts."""
    own = calendar()
    now = utc("2026-11-07 05:59")
    assert own.at(now.astimezone(own.zone)) == own.at(now) == own.day(day("2026-11-06"))


# Awake and asleep


def test_the_waking_hours_include_wake_up_and_bedtime() -> None:
    """A reminder may be due at either."""
    one = calendar().day(day("2026-11-06"))
    second = timedelta(seconds=1)
    assert [
        one.awake(instant)
        for instant in (one.wake - second, one.wake, one.bedtime, one.bedtime + second)
    ] == [False, True, True, False]


def test_waking_hours_over_midnight_hold_what_is_after_midnight() -> None:
    """breaktimer-app#297: with `from <= now <= to` on the clock, 23:00 to 01:00 was never."""
    own = calendar(sat="08:30-01:00")
    saturday = own.day(day("2026-11-07"))
    assert saturday.awake(own.instant(wall("2026-11-07 23:30")))
    assert saturday.awake(own.instant(wall("2026-11-08 00:59")))
    assert not saturday.awake(own.instant(wall("2026-11-08 01:01")))


def test_the_first_half_hour_after_bedtime_is_not_sleep_yet() -> None:
    """A late reminder can be shown until 30 minutes after bedtime, and not a second longer."""
    one = calendar().day(day("2026-11-06"))
    late = one.bedtime + timedelta(minutes=30)
    assert late == one.bedtime + AFTER_BEDTIME
    assert not one.asleep(late)
    assert one.asleep(late + timedelta(seconds=1))


def test_the_wake_up_is_no_sleep_any_more() -> None:
    """Until just before it is."""
    one = calendar().day(day("2026-11-06"))
    assert one.asleep(one.ends - timedelta.resolution)
    assert not one.asleep(one.ends)


# Moments


@pytest.mark.parametrize(
    ("moment", "date", "due"),
    [
        ("21:45", "2026-11-07", "11-07 21:45"),
        ("00:10", "2026-11-07", "11-08 00:10"),
        ("00:15", "2026-11-07", "11-08 00:15"),
        ("00:00", "2026-11-07", "11-08 00:00"),
        ("00:16", "2026-11-07", "11-07 00:16"),
        ("00:30", "2026-11-07", "11-07 00:30"),
        ("08:00", "2026-11-07", "11-07 08:00"),
        ("00:10", "2026-11-06", "11-06 00:10"),
        ("wake", "2026-11-07", "11-07 08:30"),
        ("wake + 1h", "2026-11-07", "11-07 09:30"),
        ("bedtime", "2026-11-07", "11-08 00:15"),
        ("bedtime - 30m", "2026-11-07", "11-07 23:45"),
        ("bedtime - 30m", "2026-11-06", "11-06 22:00"),
    ],
)
def test_a_moment_falls_on_its_care_day(moment: str, date: str, due: str) -> None:
    """A clock time is on the day's own date, but in the evening's part after midnight."""
    own = calendar(sat="08:30-00:15")
    instant = own.resolve(parse_moment(moment), own.day(day(date)))
    assert f"{own.local(instant):%m-%d %H:%M}" == due


@pytest.mark.parametrize(
    ("date", "moment", "due"),
    [
        ("2026-03-29", "wake + 4h", "03-29 05:00 +0200"),
        ("2026-03-29", "bedtime - 4h", "03-29 01:00 +0100"),
        ("2026-10-25", "wake + 4h", "10-25 03:00 +0100"),
        ("2026-10-25", "bedtime - 4h", "10-25 02:00 +0100"),
    ],
)
def test_offsets_count_elapsed_time(date: str, moment: str, due: str) -> None:
    """Four hours are four hours, also when the clock changes meanwhile."""
    own = calendar("Europe/Copenhagen", f"{MIDNIGHT}-06:00")
    assert local(own, own.resolve(parse_moment(moment), own.day(day(date)))) == due


# Another bedtime tonight


def test_another_bedtime_tonight_is_for_that_evening_alone() -> None:
    """The evenings before and after keep the usual one."""
    own = calendar(tonight={day("2026-11-06"): time(0, 30)})
    bedtimes = [local(own, own.day(day(f"2026-11-0{number}")).bedtime) for number in (5, 6, 7)]
    assert bedtimes == ["11-05 22:30 +0100", "11-07 00:30 +0100", "11-07 22:30 +0100"]


def test_another_bedtime_tonight_may_be_earlier() -> None:
    """Even where the usual one is past midnight."""
    own = calendar(sat="08:30-00:15", tonight={day("2026-11-07"): time(21)})
    assert local(own, own.day(day("2026-11-07")).bedtime) == "11-07 21:00 +0100"


def test_another_bedtime_tonight_never_reaches_past_the_next_wake_up() -> None:
    """The night is empty at worst; the bedtime itself is told as it was given."""
    own = calendar(sat="05:00-22:00", tonight={day("2026-11-06"): time(6)})
    friday = own.day(day("2026-11-06"))
    assert friday.bedtime == friday.ends == own.instant(wall("2026-11-07 05:00"))
    assert own.bedtime(day("2026-11-06")) == own.instant(wall("2026-11-07 06:00"))


def test_another_bedtime_tonight_moves_what_is_relative_to_it() -> None:
    """The evening stretch comes half an hour before the bedtime of this evening."""
    own = calendar(tonight={day("2026-11-06"): time(0, 30)})
    friday = own.day(day("2026-11-06"))
    assert local(own, own.resolve(parse_moment("bedtime - 30m"), friday)) == "11-07 00:00 +0100"
    assert local(own, own.resolve(parse_moment("wake + 1h"), friday)) == "11-06 08:00 +0100"


def test_another_bedtime_may_be_the_second_of_a_time_that_occurs_twice() -> None:
    """On 24 October 2026 Beirut has 23:45 at 20:45 and at 21:45 UTC."""
    evening = day("2026-10-24")
    for fold, bedtime in ((0, "2026-10-24 20:45"), (1, "2026-10-24 21:45")):
        own = calendar("Asia/Beirut", tonight={evening: time(23, 45, fold=fold)})
        assert own.day(evening).bedtime == utc(bedtime)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_skipped_time_moves_forward_whichever_is_named(fold: int) -> None:
    """A gap has no second one, and `fold=1` would mean an instant before it (PEP 495)."""
    skipped = wall("2026-03-29 02:30").replace(fold=fold)
    assert calendar().instant(skipped) == utc("2026-03-29 01:30")


@pytest.mark.parametrize(
    ("usual", "tonight", "due"),
    [
        ("07:00-22:30", time(0, 30), "11-06 00:10 +0100"),
        ("07:00-00:15", time(22, 30), "11-07 00:10 +0100"),
        ("07:00-00:15", time(0, 5), "11-07 00:10 +0100"),
    ],
)
def test_another_bedtime_tonight_leaves_a_clock_time_where_it_is(
    usual: str, tonight: time, due: str
) -> None:
    """Were it moved to another date, it would come on one night twice, and on another not."""
    own = calendar("Europe/Copenhagen", usual, {day("2026-11-06"): tonight})
    assert local(own, own.resolve(parse_moment("00:10"), own.day(day("2026-11-06")))) == due


def test_a_year_of_care_days_follows_without_a_gap() -> None:
    """Both clock changes and every weekday override lie in it."""
    own = calendar("America/New_York", fri="07:00-23:45", sat="08:30-00:15", sun="09:00-22:00")
    days = [own.day(day("2026-01-01") + number * ONE_DAY) for number in range(366)]
    assert all(before.ends == after.wake for before, after in pairwise(days))
    lengths = {(one.ends - one.wake) / timedelta(hours=1) for one in days}
    assert lengths == {22, 23.5, 24, 24.5, 25.5}


@pytest.mark.parametrize(
    ("said", "now", "evening"),
    [
        ("10:30", "2026-11-22 09:00", "22:30"),
        ("10:30", "2026-11-22 21:00", "22:30"),
        ("12:30", "2026-11-22 21:00", "00:30"),
        ("11:00", "2026-11-22 22:00", "23:00"),
        ("00:30", "2026-11-22 21:00", None),
        ("06:00", "2026-11-22 21:00", None),
        ("22:30", "2026-11-22 21:00", None),
        ("20:00", "2026-11-22 21:00", None),
        ("13:30", "2026-11-22 09:00", None),
        ("08:00", "2026-11-22 21:00", None),
    ],
)
def test_the_evening_that_a_bedtime_in_the_morning_means(
    said: str, now: str, evening: str | None
) -> None:
    """A time in the morning that would make a short day or has passed means the evening."""
    own = calendar()
    found = own.evening_half(time.fromisoformat(said), own.instant(wall(now)))
    assert found == (None if evening is None else time.fromisoformat(evening))


def test_a_calendar_returns_the_same_days_however_many_it_was_asked_for() -> None:
    """It keeps some of those that it has computed."""
    own = calendar(sat="08:30-00:15")
    dates = [day("2026-01-01") + number * ONE_DAY for number in range(400)]
    assert [own.day(one) for one in dates] == [
        calendar(sat="08:30-00:15").day(one) for one in dates
    ]
    assert own.day(dates[-1]) is own.day(dates[-1])
    assert own == calendar(sat="08:30-00:15")
