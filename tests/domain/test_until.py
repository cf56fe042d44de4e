"""Until when a snooze or a pause lasts, as a person says it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import calendar, utc, wall
from nightcare.domain.until import parse_end
from nightcare.errors import ValueRefused

OWN = calendar(sat="08:30-00:15")
EVENING = OWN.instant(wall("2026-11-06 20:00"))


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("10m", "2026-11-06 20:10"),
        (" 1h 30m ", "2026-11-06 21:30"),
        ("2d", "2026-11-08 20:00"),
        ("until 21:00", "2026-11-06 21:00"),
        ("Until  21:00", "2026-11-06 21:00"),
        ("until 20:00", "2026-11-07 20:00"),
        ("until 7:00", "2026-11-07 07:00"),
        ("until tomorrow", "2026-11-07 08:30"),
        ("until Tomorrow", "2026-11-07 08:30"),
        ("until 2026-11-07", "2026-11-07 08:30"),
        ("until 2026-12-27", "2026-12-27 07:00"),
    ],
)
def test_an_end_is_understood(words: str, end: str) -> None:
    """A length, a clock time to come, or the wake-up of tomorrow or of a date."""
    assert parse_end(words, OWN, EVENING) == OWN.instant(wall(end))


@pytest.mark.parametrize(
    ("words", "end"),
    [("until tomorrow", "2026-11-08 07:00"), ("until 00:30", "2026-11-08 00:30")],
)
def test_after_midnight_the_evening_goes_on(words: str, end: str) -> None:
    """At 00:10 tomorrow begins with the next wake-up, not a day later."""
    assert parse_end(words, OWN, OWN.instant(wall("2026-11-08 00:10"))) == OWN.instant(wall(end))


def test_a_clock_time_that_is_skipped_moves_forward() -> None:
    """As every wall time does."""
    night = OWN.instant(wall("2026-03-29 01:00"))
    assert parse_end("until 02:30", OWN, night) == utc("2026-03-29 01:30")
    assert parse_end("until 02:30", OWN, night - timedelta(hours=2)) == utc("2026-03-29 01:30")


BEIRUT = calendar("Asia/Beirut")
"""On 25 October 2026 the clock goes back from 00:00 to 23:00 of the 24th (21:00 UTC)."""


@pytest.mark.parametrize(
    ("now", "words", "end"),
    [
        # In the first pass of 23:05.
        ("2026-10-24 20:05", "until 23:40", "2026-10-24 20:40"),
        ("2026-10-24 20:45", "until 23:40", "2026-10-24 21:40"),
        ("2026-10-24 20:05", "until 00:10", "2026-10-24 22:10"),
        ("2026-10-24 19:30", "until 23:40", "2026-10-24 20:40"),
        # In the second.
        ("2026-10-24 21:05", "until 23:40", "2026-10-24 21:40"),
        ("2026-10-24 21:05", "until 23:30", "2026-10-24 21:30"),
        ("2026-10-24 21:05", "until 23:00", "2026-10-25 21:00"),
        ("2026-10-24 21:05", "until 00:10", "2026-10-24 22:10"),
        ("2026-10-24 21:05", "until tomorrow", "2026-10-25 05:00"),
    ],
)
def test_a_clock_time_that_occurs_twice_is_the_next_one(now: str, words: str, end: str) -> None:
    """In either pass (dbader/schedule#649)."""
    assert parse_end(words, BEIRUT, utc(now)) == utc(end)


@pytest.mark.parametrize(
    ("zone", "now", "words", "end"),
    [
        ("Europe/Copenhagen", "2026-10-25 01:10", "until 02:30", "2026-10-25 01:30"),
        ("Europe/Copenhagen", "2026-10-25 00:40", "until 02:30", "2026-10-25 01:30"),
        ("Europe/Copenhagen", "2026-10-25 00:10", "until 02:30", "2026-10-25 00:30"),
        ("America/New_York", "2026-11-01 06:05", "until 01:45", "2026-11-01 06:45"),
        # Lord Howe's clock goes back by half an hour, from 02:00 to 01:30.
        ("Australia/Lord_Howe", "2027-04-03 15:05", "until 01:45", "2027-04-03 15:15"),
        ("Australia/Lord_Howe", "2027-04-03 14:50", "until 01:45", "2027-04-03 15:15"),
        # Havana's goes forward from 00:00 to 01:00, after which the skipped 00:30 is 01:30.
        ("America/Havana", "2027-03-14 05:10", "until 00:30", "2027-03-14 05:30"),
        ("America/Havana", "2027-03-14 05:40", "until 00:30", "2027-03-15 04:30"),
        # Samoa had no 30 December 2011; its clock times are those of the 31st.
        ("Pacific/Apia", "2011-12-30 09:30", "until 21:00", "2011-12-31 07:00"),
    ],
)
def test_the_next_clock_time_around_a_clock_change(
    zone: str, now: str, words: str, end: str
) -> None:
    """Over a fall back, a gap, and a date that is skipped."""
    assert parse_end(words, calendar(zone), utc(now)) == utc(end)


@pytest.mark.parametrize("words", ["until 2026-11-06", "until 2026-11-05", "until 1999-01-01"])
def test_a_date_whose_wake_up_has_passed_is_refused(words: str) -> None:
    """A pause cannot end before it begins."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(words, OWN, EVENING)
    date = words.removeprefix("until ")
    assert (refused.value.key, refused.value.values) == ("date_has_passed", {"found": date})


def test_a_wake_up_that_is_now_has_passed() -> None:
    """A moment before it was still to come."""
    wake = OWN.instant(wall("2026-11-07 08:30"))
    assert parse_end("until 2026-11-07", OWN, wake - timedelta.resolution) == wake
    with pytest.raises(ValueRefused):
        parse_end("until 2026-11-07", OWN, wake)


@pytest.mark.parametrize(
    "words",
    ["until", "until noon", "until 25:00", "until 2026-02-30", "until 10m", "until 9999-12-31"],
)
def test_what_is_no_end_is_refused_as_it_was_said(words: str) -> None:
    """The person finds their own words again."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(words, OWN, EVENING)
    assert (refused.value.key, refused.value.values) == ("end_not_understood", {"found": words})


@pytest.mark.parametrize("words", ["", "tomorrow", "21:00", "for 10m"])
def test_without_until_it_must_be_a_length(words: str) -> None:
    """It is refused as the length that it is not."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(words, OWN, EVENING)
    assert refused.value.key == "length_not_understood"


@given(st.one_of(st.text(), st.text().map("until ".__add__), st.dates().map("until {}".format)))
def test_whatever_is_said_the_end_is_still_to_come(words: str) -> None:
    """Or it is refused."""
    try:
        end = parse_end(words, OWN, EVENING)
    except ValueRefused:
        return
    assert end > EVENING
