"""Clock times, lengths and moments, as people type and read them."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightcare.domain.moments import (
    Anchor,
    ClockTime,
    Moment,
    Relative,
    clock_text,
    length_text,
    normalised,
    parse_clock,
    parse_length,
    parse_moment,
    since_midnight,
    without_first,
)
from nightcare.domain.time_words import ENGLISH, SYMBOLS
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import read_words

DANISH = read_words("da").input

TYPED = (
    r"(kl|at|until|\d+[:.h]?| |[dhms]|am|pm|half past|to|halv|over|tonight|i nat|ten|and a half)*"
)


def test_the_english_words_of_the_catalogue_are_those_that_every_language_takes() -> None:
    """A translator finds them in the file that they copy."""
    assert read_words("en").input == ENGLISH.combined_with(ENGLISH)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("07:00", time(7)),
        ("7:05", time(7, 5)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
        (" 21:45 ", time(21, 45)),
        ("21:45:30", time(21, 45, 30)),
        ("22.30", time(22, 30)),
        ("7.30", time(7, 30)),
        ("10:30", time(10, 30)),
        ("2230", time(22, 30)),
        ("0730", time(7, 30)),
        ("730", time(7, 30)),
        ("22h30", time(22, 30)),
        ("22H30", time(22, 30)),
        ("22", time(22)),
        ("13", time(13)),
        ("07", time(7)),
        ("0", time(0)),
        ("00", time(0)),
        ("24", time(0)),
        ("24:00", time(0)),
        ("24.00", time(0)),
        ("2400", time(0)),
        ("10:30 pm", time(22, 30)),
        ("10:30 PM", time(22, 30)),
        ("10.30pm", time(22, 30)),
        ("1030pm", time(22, 30)),
        ("10pm", time(22)),
        ("10 p.m.", time(22)),
        ("7 a.m", time(7)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("12:30am", time(0, 30)),
        ("kl. 22.30", time(22, 30)),
        ("kl.22.30", time(22, 30)),
        ("KL 22", time(22)),
        ("\uff12\uff12\uff1a\uff13\uff10", time(22, 30)),
        ("22:30\u00a0pm".replace("22", "10"), time(22, 30)),
        ("\u206622:30\u2069", time(22, 30)),
        ("\u0662\u0662:\u0663\u0660", time(22, 30)),
        ("22 : 30", time(22, 30)),
        ("22\u223630", time(22, 30)),
        ('"22:30"', time(22, 30)),
        ("\u201c22:30\u201d", time(22, 30)),
    ],
)
def test_a_clock_time_is_understood_as_people_write_it(text: str, clock: time) -> None:
    """With any words: these forms need none of a language."""
    for translator in (SYMBOLS, ENGLISH, DANISH):
        assert parse_clock(text, translator) == clock


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("at 22:30", time(22, 30)),
        ("At 10 pm", time(22)),
        ("midnight", time(0)),
        ("noon", time(12)),
        ("ten pm", time(22)),
        ("half past ten pm", time(22, 30)),
        ("ten thirty pm", time(22, 30)),
        ("half past 22", time(22, 30)),
        ("half past midnight", time(0, 30)),
        ("a quarter to midnight", time(23, 45)),
        ("five to eleven in the evening", time(22, 55)),
        ("ten minutes past 22", time(22, 10)),
        ("22 o\u2019clock", time(22)),
        ("7 in the morning", time(7)),
        ("12 in the morning", time(0)),
        ("3 in the afternoon", time(15)),
        ("tonight at 10", time(22)),
        ("10:30 tonight", time(22, 30)),
        ("at 12 tonight", time(0)),
        ("tonight at 1", time(1)),
        ("tonight 01:00", time(1)),
        ("tonight 10 am", time(10)),
        ("last night at 11:30", time(23, 30)),
        ("last night at half past three", time(3, 30)),
    ],
)
def test_a_clock_time_in_english(text: str, clock: time) -> None:
    """English is understood beside every other language; not in the config file."""
    for translator in (ENGLISH, DANISH):
        assert parse_clock(text, translator) == clock
    with pytest.raises(ValueRefused):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("klokken 22.30", time(22, 30)),
        ("Midnat", time(0)),
        ("kl.7.15", time(7, 15)),
        ("halv elleve om aftenen", time(22, 30)),
        ("halv 23", time(22, 30)),
        ("kvart over 22", time(22, 15)),
        ("et kvarter over 22", time(22, 15)),
        ("kvart i midnat", time(23, 45)),
        ("fem over halv elleve i aften", time(22, 35)),
        ("ti minutter i 23", time(22, 50)),
        ("i aften kl. 22", time(22)),
        ("i aften kl. halv elleve", time(22, 30)),
        ("kl. 10 i aften", time(22)),
        ("i nat kl. 3", time(3)),
        ("i morges kl. 6", time(6)),
    ],
)
def test_a_clock_time_in_danish(text: str, clock: time) -> None:
    """By the words of its catalogue."""
    assert parse_clock(text, DANISH) == clock


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "clock_not_understood"),
        ("7:5", "clock_not_understood"),
        ("22.3", "clock_not_understood"),
        ("-1:00", "clock_not_understood"),
        ("12:00Z", "clock_not_understood"),
        ("half ten", "clock_not_understood"),
        ("022:30", "clock_not_understood"),
        ("24.12.26", "clock_not_understood"),
        ("22 30", "clock_not_understood"),
        ("22h", "clock_not_understood"),
        ("klo", "clock_not_understood"),
        ("atlas", "clock_not_understood"),
        ("22300", "clock_not_understood"),
        ("25:00", "clock_out_of_range"),
        ("24:01", "clock_out_of_range"),
        ("25", "clock_out_of_range"),
        ("22:60", "clock_out_of_range"),
        ("12:00:60", "clock_out_of_range"),
        ("13pm", "clock_out_of_range"),
        ("22:30 pm", "clock_out_of_range"),
        ("0am", "clock_out_of_range"),
    ],
)
def test_what_is_no_clock_time_is_refused_with_what_was_found(text: str, key: str) -> None:
    """A clock has 24 hours of 60 minutes of 60 seconds, and an afternoon has 12."""
    for translator in (SYMBOLS, ENGLISH, DANISH):
        with pytest.raises(ValueRefused) as refused:
            parse_clock(text, translator)
        assert (refused.value.key, refused.value.values) == (key, {"found": text})


@pytest.mark.parametrize(
    ("text", "morning", "evening"),
    [
        ("7", "07:00", "19:00"),
        ("10", "10:00", "22:00"),
        ("12", "00:00", "12:00"),
        ("kl. 7", "07:00", "19:00"),
        ("half past ten", "10:30", "22:30"),
        ("halv elleve", "10:30", "22:30"),
        ("kvart over ti", "10:15", "22:15"),
        ("kvart i elleve", "10:45", "22:45"),
        ("ten to eleven", "10:50", "22:50"),
        ("quarter to one", "00:45", "12:45"),
        ("tolv", "00:00", "12:00"),
    ],
)
def test_an_hour_that_comes_twice_a_day_is_asked_about(
    text: str, morning: str, evening: str
) -> None:
    """A bedtime at ten is not ten in the morning."""
    with pytest.raises(ValueRefused) as refused:
        parse_clock(text, DANISH)
    assert refused.value.key == "clock_which_half"
    assert refused.value.values == {"found": text, "morning": morning, "evening": evening}


def test_midnight_at_the_end_of_a_day_is_a_whole_day_after_its_beginning() -> None:
    """For example "yesterday 24:00" is the beginning of today."""
    assert since_midnight("24:00") == timedelta(days=1)
    assert since_midnight("00:00") == timedelta()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("10M", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1h30", 5400),
        ("1 h 30", 5400),
        (" 90s ", 90),
        ("2d", 172800),
        ("2 days", 172800),
        ("1d2h3m4s", 93784),
        ("90m", 5400),
        ("90 minutes", 5400),
        ("20 min.", 1200),
        ("1 hour, 30 minutes", 5400),
        ("1.5h", 5400),
        ("1,5 h", 5400),
        ("1\u00bd h", 5400),
        ("0h5m", 300),
        ("007m", 420),
        ("\uff12\uff10m", 1200),
    ],
)
def test_a_length_is_understood_as_people_write_it(text: str, seconds: int) -> None:
    """Days, hours, minutes and seconds add up, in that order, with or without spaces."""
    for translator in (SYMBOLS, ENGLISH, DANISH):
        assert parse_length(text, translator) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("an hour", 60),
        ("half an hour", 30),
        ("a day", 1440),
        ("1 hour and 30 minutes", 90),
        ("1 t 30 min", 90),
        ("1 time og 30 minutter", 90),
        ("en time", 60),
        ("en halv time", 30),
        ("halvanden time", 90),
        ("2 d\u00f8gn", 2880),
        ("two hours", 120),
        ("to timer", 120),
        ("tyve min.", 20),
        ("halvandet d\u00f8gn", 2160),
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("an hour and a quarter", 75),
        ("three quarters of an hour", 45),
        ("half hour", 30),
        ("1/2 hour", 30),
        ("\u00be time", 45),
        ("a couple of hours", 120),
        ("twenty-five minutes", 25),
        ("a week", 10080),
        ("et kvarter", 15),
        ("tre kvarter", 45),
        ("en time og et kvarter", 75),
        ("to en halv time", 150),
        ("en times tid", 60),
        ("et par timer", 120),
        ("femogfyrre minutter", 45),
        ("2 uger", 20160),
    ],
)
def test_a_length_in_words(text: str, minutes: int) -> None:
    """A Dane may say it in either language."""
    assert parse_length(text, DANISH) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "m", "-10m", "+10m", "30m1h", "1h1h", "1h30m20", "10m!", "\u221e", "1:30", "1.5",
        "1h 30 x", "1000000m", '90"', "half past ten",
        "1s and a half", "an", "and", "umpteen minutes", "100000",
    ],
)  # fmt: skip
def test_what_is_no_length_is_refused_with_what_was_found(text: str) -> None:
    """The error carries the text as it stands, so that the person finds it again."""
    with pytest.raises(ValueRefused) as refused:
        parse_length(text, ENGLISH)
    assert (refused.value.key, refused.value.values) == ("length_not_understood", {"found": text})


def test_a_number_alone_is_minutes_where_these_are_meant() -> None:
    """Elsewhere the unit is required."""
    for text in ("20", "twenty"):
        assert parse_length(text, ENGLISH, in_minutes=True) == timedelta(minutes=20)
    with pytest.raises(ValueRefused) as refused:
        parse_length("20")
    assert refused.value.key == "length_without_unit"
    assert refused.value.values == {"found": "20", "count": "20"}
    for text in ("1.30", "1,5"):
        with pytest.raises(ValueRefused):
            parse_length(text, in_minutes=True)


@pytest.mark.parametrize("text", ["0m", "0s", "0d0h", "0h 0m", "0.001s"])
def test_a_length_of_nothing_is_refused(text: str) -> None:
    """Nothing can be put off, or come again, by no time at all."""
    with pytest.raises(ValueRefused) as refused:
        parse_length(text)
    assert (refused.value.key, refused.value.values) == ("length_is_nothing", {"found": text})


def test_a_word_that_a_text_begins_with() -> None:
    """It is a word, not the beginning of one."""
    assert without_first("Until  21:00", ENGLISH.until) == "21:00"
    assert without_first("until", ENGLISH.until) == ""
    assert without_first("until21", ENGLISH.until) == "21"
    assert without_first("untilted", ENGLISH.until) is None
    assert without_first("21:00", ENGLISH.until) is None


@given(st.text())
def test_a_normalised_text_stays_as_it_is(text: str) -> None:
    """As far as it is plain."""
    once = normalised(text)
    assert once == " ".join(once.split())
    assert not once.isascii() or normalised(once) == once


@given(st.one_of(st.text(), st.from_regex(TYPED)))
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Nothing that somebody types makes a parser break down."""
    for translator in (SYMBOLS, ENGLISH, DANISH):
        with suppress(ValueRefused):
            assert parse_length(text, translator, in_minutes=True) > timedelta()
        with suppress(ValueRefused):
            assert timedelta() <= since_midnight(text, translator) < timedelta(hours=30)


lengths = st.integers(1, 9999 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
clocks = st.times().map(lambda clock: clock.replace(microsecond=0, fold=0))
moments: st.SearchStrategy[Moment] = st.one_of(
    clocks.map(ClockTime),
    st.builds(
        Relative,
        st.sampled_from(Anchor),
        st.one_of(lengths, lengths.map(lambda length: -length), st.just(timedelta())),
    ),
)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(minutes=10), "10m"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(hours=2), "2h"),
        (timedelta(days=2, seconds=5), "2d5s"),
        (timedelta(), "0m"),
    ],
)
def test_a_length_is_written_briefly(length: timedelta, text: str) -> None:
    """Only the units that there are, and the shortest where there are none."""
    assert length_text(length) == text


@given(lengths)
def test_a_written_length_is_read_as_the_same(length: timedelta) -> None:
    """Button keys such as "snooze-10m" are written by one version and read by another."""
    assert parse_length(length_text(length)) == length


@given(clocks)
def test_a_written_clock_time_is_read_as_the_same(clock: time) -> None:
    """Seconds are written only where there are any, and never lost."""
    assert parse_clock(clock_text(clock)) == clock


@pytest.mark.parametrize(
    ("text", "moment", "written"),
    [
        ("21:45", ClockTime(time(21, 45)), "21:45"),
        ("7:00", ClockTime(time(7)), "07:00"),
        ("wake", Relative(Anchor.WAKE), "wake"),
        ("bedtime", Relative(Anchor.BEDTIME), "bedtime"),
        ("wake + 1h", Relative(Anchor.WAKE, timedelta(hours=1)), "wake + 1h"),
        ("bedtime - 30m", Relative(Anchor.BEDTIME, timedelta(minutes=-30)), "bedtime - 30m"),
        ("bedtime-90m", Relative(Anchor.BEDTIME, timedelta(minutes=-90)), "bedtime - 1h30m"),
        ("  wake  +1h 5m ", Relative(Anchor.WAKE, timedelta(minutes=65)), "wake + 1h5m"),
    ],
)
def test_a_moment_is_understood_and_written_one_way(
    text: str, moment: Moment, written: str
) -> None:
    """However it was spelt, it is written alike, for that is what an occurrence is known by."""
    assert parse_moment(text) == moment
    assert str(moment) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "Wake + 1h",
        "wake +",
        "wake 1h",
        "1h + wake",
        "bed - 1h",
        "wakeful",
        "25:00",
        "7",
    ],
)
def test_what_is_no_moment_is_refused_with_what_was_found(text: str) -> None:
    """It is refused as a moment, not as the clock time that it is not either."""
    with pytest.raises(ValueRefused) as refused:
        parse_moment(text)
    assert (refused.value.key, refused.value.values) == ("moment_not_understood", {"found": text})


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        ("wake + soon", "length_not_understood", "soon"),
        ("wake + 1h + 5m", "length_not_understood", "1h + 5m"),
        ("bedtime - 0m", "length_is_nothing", "0m"),
    ],
)
def test_a_moment_with_a_wrong_length_is_refused_for_the_length(
    text: str, key: str, found: str
) -> None:
    """The person is pointed to the part that is wrong."""
    with pytest.raises(ValueRefused) as refused:
        parse_moment(text)
    assert (refused.value.key, refused.value.values) == (key, {"found": found})


@given(moments)
def test_a_written_moment_is_read_as_the_same(moment: Moment) -> None:
    """A moment that a program prints can be pasted into the config."""
    assert parse_moment(str(moment)) == moment


@given(st.one_of(st.text(), st.from_regex(r"(wake|bedtime|\d+:)[ +\-:\dhms]*")))
def test_any_moment_is_understood_or_refused(text: str) -> None:
    """Nothing that stands in a config file makes a parser break down."""
    with suppress(ValueRefused):
        assert parse_length(text) > timedelta()
    with suppress(ValueRefused):
        clock = parse_clock(text)
        assert parse_clock(clock_text(clock)) == clock
    with suppress(ValueRefused):
        moment = parse_moment(text)
        assert parse_moment(str(moment)) == moment
