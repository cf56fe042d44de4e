"""Moments and lengths, as a person writes and reads them."""

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
    parse_moment,
)
from nightcare.domain.time_parser import parse_clock, parse_length
from nightcare.errors import ValueRefused

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
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Nothing that stands in a config file makes a parser break down."""
    with suppress(ValueRefused):
        assert parse_length(text) > timedelta()
    with suppress(ValueRefused):
        clock = parse_clock(text)
        assert parse_clock(clock_text(clock)) == clock
    with suppress(ValueRefused):
        moment = parse_moment(text)
        assert parse_moment(str(moment)) == moment
