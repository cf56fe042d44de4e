"""Nights and the times of cramps, as people type them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import ZONES, calendar, day, utc, wall
from nightcare.domain.care_day import Calendar
from nightcare.domain.diary_parser import night_named, parse_at
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import read_words

DANISH = read_words("da").input


@given(
    st.datetimes(datetime(2007, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis takes them so
    st.sampled_from(ZONES),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_a_clock_time_is_the_last_one_that_was(now: datetime, zone: str, clock: time) -> None:
    """Never to come, and never more than a day and a clock change ago."""
    own = calendar(zone)
    moment = parse_at(f"{clock:%H:%M}", own, now)
    assert now - timedelta(hours=49) < moment <= now
    if zone != "Pacific/Apia":
        assert now - timedelta(hours=26) < moment


@pytest.mark.parametrize(
    "text",
    ["2026-11-22", "2026-11-23", "2030-01-01", "22 November", "22/11", "5 December"],
)
def test_a_night_that_is_not_over_cannot_be_told_of(text: str) -> None:
    """Nobody knows it yet."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    with pytest.raises(ValueRefused) as caught:
        night_named(text, now, own)
    assert (caught.value.key, caught.value.values) == ("night_not_over", {"found": text})
    assert night_named("2026-11-21", now, own) == day("2026-11-21")
    assert night_named("1999-01-01", now, own) == day("1999-01-01")


def test_who_is_up_early_may_tell_of_the_night_behind_them() -> None:
    """From two hours before the wake-up on, and not a moment earlier."""
    own = calendar()
    early = own.instant(wall("2026-11-22 05:00"))
    assert night_named("2026-11-21", early, own) == day("2026-11-21")
    with pytest.raises(ValueRefused):
        night_named("2026-11-21", early - timedelta.resolution, own)


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "9999-12-31", ""])
def test_a_night_that_is_no_date(text: str) -> None:
    """It is told how one is written; the ends of the calendar are none either."""
    own = calendar()
    with pytest.raises(ValueRefused) as caught:
        night_named(text, own.instant(wall("2026-11-22 14:10")), own)
    assert caught.value.key in ("date_not_understood", "night_not_over", "no_such_date")
    assert caught.value.values == {"found": text}


@pytest.mark.parametrize(
    ("text", "night"),
    [
        ("yesterday", "2026-11-21"),
        ("saturday", "2026-11-21"),
        ("sunday", "2026-11-15"),
        ("20 November", "2026-11-20"),
        ("20/11", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("24 December", "2025-12-24"),
        ("7 December", "2025-12-07"),
        ("last night", "2026-11-21"),
        ("the day before yesterday", "2026-11-20"),
        ("last saturday", "2026-11-21"),
        ("last sunday", "2026-11-15"),
        ("Friday 20 November", "2026-11-20"),
        ("2 days ago", "2026-11-20"),
        ("2 nights ago", "2026-11-20"),
        ("a week ago", "2026-11-15"),
        ("the 20th", "2026-11-20"),
        ("the 30th", "2026-10-30"),
        ("friday the 20th", "2026-11-20"),
        ("20", "2026-11-20"),
        ("friday 20", "2026-11-20"),
        ("this friday", "2026-11-20"),
        ("the night to today", "2026-11-21"),
        ("night to saturday", "2026-11-20"),
        ("night to saturday the 21st", "2026-11-20"),
    ],
)
def test_a_night_is_named_by_its_evening(text: str, night: str) -> None:
    """The last such night that has ended; 22 November 2026 is a Sunday."""
    own = calendar()
    assert night_named(text, own.instant(wall("2026-11-22 14:10")), own) == day(night)


@pytest.mark.parametrize(
    ("said", "parse"),
    [
        ("thursday 20 November", night_named),
        ("thursday 20 November 03:10", lambda said, now, own: parse_at(said, own, now)),
    ],
)
def test_a_date_on_another_weekday_is_a_slip(
    said: str, parse: Callable[[str, datetime, Calendar], object]
) -> None:
    """It is told which day that date is."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    with pytest.raises(ValueRefused) as caught:
        parse(said, now, own)
    assert caught.value.key == "date_on_other_weekday"
    assert caught.value.values == {"found": said, "date": day("2026-11-20")}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("03:10", "2026-11-22 03:10"),
        ("14:10", "2026-11-22 14:10"),
        ("14:11", "2026-11-21 14:11"),
        ("23:50", "2026-11-21 23:50"),
        (" 3:10 ", "2026-11-22 03:10"),
        ("today 03:10", "2026-11-22 03:10"),
        ("yesterday 03:10", "2026-11-21 03:10"),
        ("Yesterday  23:50", "2026-11-21 23:50"),
        ("2026-11-20T03:10", "2026-11-20 03:10"),
        ("2026-11-20 03:10", "2026-11-20 03:10"),
        ("2026-11-20T03:10+02:00", "2026-11-20 02:10"),
        ("2026-11-20T02:10Z", "2026-11-20 03:10"),
        ("1987-06-05T03:10", "1987-06-05 03:10"),
        ("3.10", "2026-11-22 03:10"),
        ("0310", "2026-11-22 03:10"),
        ("3:10 am", "2026-11-22 03:10"),
        ("kl. 3.10", "2026-11-22 03:10"),
        ("24:00", "2026-11-22 00:00"),
        ("yesterday 24:00", "2026-11-22 00:00"),
        ("last night 23:50", "2026-11-21 23:50"),
        ("sunday 03:10", "2026-11-22 03:10"),
        ("sunday 15:00", "2026-11-15 15:00"),
        ("saturday 03:10", "2026-11-21 03:10"),
        ("21 November 03:10", "2026-11-21 03:10"),
        ("21/11 3.10", "2026-11-21 03:10"),
        ("21.11. kl. 3.10", "2026-11-21 03:10"),
        ("24 December 03:10", "2025-12-24 03:10"),
        ("Saturday 21 November, 03:10", "2026-11-21 03:10"),
        ("2 days ago at 03:10", "2026-11-20 03:10"),
        ("about 3:10 on the 20th", "2026-11-20 03:10"),
        ("sunday 1.10", "2026-11-22 01:10"),
    ],
)
def test_when_it_was_as_a_person_says_it(words: str, expected: str) -> None:
    """A clock time is the last of that time; a date says it exactly."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    moment = parse_at(words, own, now)
    assert moment == own.instant(wall(expected))
    assert moment.tzinfo is UTC


def test_figures_after_a_weekday_may_be_its_date() -> None:
    """They are asked about where the date is on that weekday."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    with pytest.raises(ValueRefused) as caught:
        parse_at("sunday 22", own, now)
    assert caught.value.key == "clock_or_date"
    assert caught.value.values == {"found": "sunday 22", "clock": "22:00"}
    assert parse_at("saturday 22", own, now) == own.instant(wall("2026-11-21 22:00"))


@pytest.mark.parametrize("text", ["22 November 15:00", "23/11 03:10", "5 December 03:10"])
def test_a_date_that_comes_soon_is_not_that_of_a_year_ago(text: str) -> None:
    """The year before is meant where it is named."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    with pytest.raises(ValueRefused) as caught:
        parse_at(text, own, now)
    assert (caught.value.key, caught.value.values) == ("cramp_to_come", {"found": text})
    assert parse_at("22 November 2025 15:00", own, now) == own.instant(wall("2025-11-22 15:00"))


@pytest.mark.parametrize(
    ("now", "words", "expected"),
    [
        ("2026-10-25 01:40", "02:30", "2026-10-25 01:30"),
        ("2026-10-25 01:10", "02:30", "2026-10-25 00:30"),
        ("2026-10-25 08:00", "02:30", "2026-10-25 01:30"),
        ("2026-10-25 00:40", "02:30", "2026-10-25 00:30"),
        ("2026-10-25 00:10", "02:30", "2026-10-24 00:30"),
        ("2026-10-25 08:00", "today 02:30", "2026-10-25 00:30"),
    ],
)
def test_a_clock_time_that_occurred_twice_is_the_last_one(
    now: str, words: str, expected: str
) -> None:
    """The night on which the clocks go back from 03:00 to 02:00 (01:00 UTC)."""
    assert parse_at(words, calendar(), utc(now)) == utc(expected)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("today 14:11", "cramp_to_come"),
        ("2026-11-22T14:11", "cramp_to_come"),
        ("2026-11-23 03:10", "cramp_to_come"),
        ("2026-11-22", "at_not_understood"),
        ("tomorrow 03:10", "at_not_understood"),
        ("25:00", "clock_out_of_range"),
        ("monday", "at_not_understood"),
        ("31/11 03:10", "no_such_date"),
        ("last night", "part_without_clock"),
        ("23 november 2026 03:10", "cramp_to_come"),
        ("soon", "at_not_understood"),
        ("", "at_not_understood"),
        ("0001-01-01T00:00", "at_not_understood"),
        ("9999-12-31T23:59-12:00", "at_not_understood"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(words: str, key: str) -> None:
    """A future time cannot be recorded, nor one that does not exist."""
    own = calendar()
    with pytest.raises(ValueRefused) as caught:
        parse_at(words, own, own.instant(wall("2026-11-22 14:10")))
    assert (caught.value.key, caught.value.exit_code) == (key, 2)
    assert caught.value.values == {"found": words}


@pytest.mark.parametrize(
    ("words", "now", "instant"),
    [
        ("02:30", "2026-10-25 06:00", "2026-10-25 01:30"),
        ("2026-10-25T02:30", "2026-10-25 06:00", "2026-10-25 00:30"),
        ("2026-10-25T02:30+01:00", "2026-10-25 06:00", "2026-10-25 01:30"),
        ("02:30", "2026-03-29 06:00", "2026-03-29 01:30"),
    ],
)
def test_a_clock_time_that_a_clock_change_skips_or_repeats(
    words: str, now: str, instant: str
) -> None:
    """The last one; with a date the first, unless an offset says which of the two it was."""
    assert parse_at(words, calendar(), utc(now)) == utc(instant)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("10 minutes ago", "2026-11-22 14:00"),
        ("half an hour ago", "2026-11-22 13:40"),
        ("for ti minutter siden", "2026-11-22 14:00"),
        ("for et kvarter siden", "2026-11-22 13:55"),
        ("1 t 30 min siden", "2026-11-22 12:40"),
        ("just now", "2026-11-22 14:10"),
        ("lige nu", "2026-11-22 14:10"),
        ("last night at 11:30", "2026-11-21 23:30"),
        ("last night at 3", "2026-11-22 03:00"),
        ("i nat kl. halv fire", "2026-11-22 03:30"),
        ("yesterday evening at 11", "2026-11-21 23:00"),
        ("i g\u00e5r aftes kl. 11", "2026-11-21 23:00"),
        ("i forg\u00e5rs kl. 3.10", "2026-11-20 03:10"),
        ("the day before yesterday 03:10", "2026-11-20 03:10"),
        ("last sunday 3:10", "2026-11-15 03:10"),
        ("i torsdags kl. 3.10", "2026-11-19 03:10"),
    ],
)
def test_the_time_of_a_cramp_as_people_say_it(said: str, moment: str) -> None:
    """In Danish, beside which English is understood; 22 November 2026 is a Sunday."""
    own = calendar()
    now = own.instant(wall("2026-11-22 14:10"))
    assert parse_at(said, own, now, DANISH) == own.instant(wall(moment))


@pytest.mark.parametrize(
    "said", ["2 days ago", "ago", "soon ago", "next monday 3:10", "monday night at 1", "tomorrow 3"]
)
def test_what_names_no_past_moment_is_refused(said: str) -> None:
    """A number of days is no time of a day, and next monday is still to come."""
    own = calendar()
    with pytest.raises(ValueRefused) as refused:
        parse_at(said, own, own.instant(wall("2026-11-22 14:10")), DANISH)
    assert refused.value.key in ("at_not_understood", "clock_which_half")
    assert refused.value.values["found"] == said
