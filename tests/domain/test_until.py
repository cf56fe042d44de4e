"""Until when a snooze or a pause lasts, as a person says it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import calendar, utc, wall
from nightcare.domain.until import parse_end
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import read_words

OWN = calendar(sat="08:30-00:15")
DANISH = read_words("da").input
EVENING = OWN.instant(wall("2026-11-06 20:00"))


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("10m", "2026-11-06 20:10"),
        (" 1h 30m ", "2026-11-06 21:30"),
        ("2d", "2026-11-08 20:00"),
        ("2 hours from now", "2026-11-06 22:00"),
        ("until an hour from now", "2026-11-06 21:00"),
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


def test_tomorrow_has_also_the_hours_before_the_wake_up() -> None:
    """Up early, those of the day that begins have passed, and the next ones are meant."""
    early = OWN.instant(wall("2026-11-08 05:00"))
    assert parse_end("until tomorrow 04:00", OWN, early) == OWN.instant(wall("2026-11-09 04:00"))


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
        # Beirut's goes forward from 00:00 to 01:00, after which the skipped 00:30 is 01:30.
        ("Asia/Beirut", "2027-03-27 22:10", "until 00:30", "2027-03-27 22:30"),
        ("Asia/Beirut", "2027-03-27 22:40", "until 00:30", "2027-03-28 21:30"),
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
    [
        "until",
        "until lunch",
        "until 10m",
        "until 9999-12-31",
        "999999 weeks",
        "until in 999999 weeks",
        "until last monday",
        "until monday night at 1",
    ],
)
def test_what_is_no_end_is_refused_as_it_was_said(words: str) -> None:
    """The person finds their own words again."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(words, OWN, EVENING)
    assert (refused.value.key, refused.value.values) == ("end_not_understood", {"found": words})


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("", "length_not_understood"),
        ("soon", "length_not_understood"),
        ("0", "length_is_nothing"),
        ("for 0m", "length_is_nothing"),
        ("tomorrow", "end_without_until"),
        ("21:00", "end_without_until"),
        ("1.30", "end_without_until"),
        ("monday 7", "end_without_until"),
        ("tonight", "end_without_until"),
    ],
)
def test_without_until_it_must_be_a_length(words: str, key: str) -> None:
    """A moment is refused because the word is missing."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(words, OWN, EVENING)
    assert (refused.value.key, refused.value.values) == (key, {"found": words})


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("20", "2026-11-06 20:20"),
        ("for 2h", "2026-11-06 22:00"),
        ("in half an hour", "2026-11-06 20:30"),
        ("i 2 timer", "2026-11-06 22:00"),
        ("om 1 t 30 min", "2026-11-06 21:30"),
        ("until 22.30", "2026-11-06 22:30"),
        ("until 10 pm", "2026-11-06 22:00"),
        ("until 24:00", "2026-11-07 00:00"),
        ("til kl. 22.30", "2026-11-06 22:30"),
        ("indtil midnat", "2026-11-07 00:00"),
        ("until noon", "2026-11-07 12:00"),
        ("indtil middag", "2026-11-07 12:00"),
        ("until tomorrow noon", "2026-11-07 12:00"),
        ("until today 22:00", "2026-11-06 22:00"),
        ("until tonight 22:00", "2026-11-06 22:00"),
        ("until tomorrow 07:00", "2026-11-07 07:00"),
        ("til i morgen", "2026-11-07 08:30"),
        ("til i morgen kl. 7.30", "2026-11-07 07:30"),
        ("until monday", "2026-11-09 07:00"),
        ("until Mon 8:00", "2026-11-09 08:00"),
        ("til mandag", "2026-11-09 07:00"),
        ("til p\u00e5 mandag kl. 8.15", "2026-11-09 08:15"),
        ("until friday", "2026-11-13 07:00"),
        ("until friday 19:00", "2026-11-13 19:00"),
        ("until friday 21:00", "2026-11-06 21:00"),
        ("until 24 December", "2026-12-24 07:00"),
        ("until december 24th", "2026-12-24 07:00"),
        ("until 24 Dec 2027", "2027-12-24 07:00"),
        ("til den 24. december kl. 8", "clock_which_half"),
        ("til den 24. december kl. 18", "2026-12-24 18:00"),
        ("until 24/12", "2026-12-24 07:00"),
        ("until 24.12.", "2026-12-24 07:00"),
        ("until 24.12.2026", "2026-12-24 07:00"),
        ("til 24/12-2026", "2026-12-24 07:00"),
        ("until 2026-12-24", "2026-12-24 07:00"),
        ("until 2026-12-24T08:00", "2026-12-24 08:00"),
        ("until Thursday 24 December, 08:00", "2026-12-24 08:00"),
        ("til torsdag den 24. december kl. 08:00", "2026-12-24 08:00"),
        ("til 3/4", "2027-04-03 08:30"),
        ("until 29 February", "2028-02-29 07:00"),
        ("until 5/5", "2027-05-05 07:00"),
        ("ten", "2026-11-06 20:10"),
        ("i et kvarter", "2026-11-06 20:15"),
        ("until tonight at 10", "2026-11-06 22:00"),
        ("until tonight 10:30", "2026-11-06 22:30"),
        ("til i aften kl. 10", "2026-11-06 22:00"),
        ("until half past ten tonight", "2026-11-06 22:30"),
        ("til halv elleve i aften", "2026-11-06 22:30"),
        ("until tomorrow morning", "2026-11-07 08:30"),
        ("til i morgen tidlig", "2026-11-07 08:30"),
        ("until tomorrow morning at 7", "2026-11-07 07:00"),
        ("til mandag aften kl. 10", "2026-11-09 22:00"),
        ("til overmorgen", "2026-11-08 07:00"),
        ("until the day after tomorrow", "2026-11-08 07:00"),
        ("til i overmorgen kl. 9.15", "2026-11-08 09:15"),
        ("until next monday", "2026-11-09 07:00"),
        ("til n\u00e6ste mandag", "2026-11-09 07:00"),
        ("until next friday 21:00", "2026-11-13 21:00"),
        ("until 24.12.26", "2026-12-24 07:00"),
        ("til 24/12-26", "2026-12-24 07:00"),
        ("until 2026/12/24", "2026-12-24 07:00"),
        ("until 24-12-2026", "2026-12-24 07:00"),
        ("until 2026\u201112\u201124", "2026-12-24 07:00"),
        ("until 2026-12-24T07:00Z", "2026-12-24 08:00"),
        ("until 2026-12-24 08:00+01:00", "2026-12-24 08:00"),
        ("until the 24th", "2026-11-24 07:00"),
        ("until 24th at 9 pm", "2026-11-24 21:00"),
        ("til den 24. kl. 21", "2026-11-24 21:00"),
        ("indtil d. 24", "2026-11-24 07:00"),
        ("til den 6. kl. 21.30", "2026-11-06 21:30"),
        ("until the 5th", "2026-12-05 08:30"),
        ("until the 31st", "2026-12-31 07:00"),
        ("until friday the 13th", "2026-11-13 07:00"),
        ("til fredag d. 13", "2026-11-13 07:00"),
        ("til fredag d. 13. kl. 9.30", "2026-11-13 09:30"),
        ("until friday at 13", "2026-11-13 13:00"),
        ("until monday 31", "date_on_other_weekday"),
        ("until saturday 13", "2026-11-07 13:00"),
        ("until monday 9.12", "2026-11-09 09:12"),
        ("until this monday", "2026-11-09 07:00"),
        ("til nu p\u00e5 fredag", "2026-11-13 07:00"),
        ("til lordag", "2026-11-07 08:30"),
        ("til soendag kl. 9.30", "2026-11-08 09:30"),
        ("pa fredag", "end_without_until"),
        ("til naeste sondag", "2026-11-08 07:00"),
        ("until morning", "2026-11-07 08:30"),
        ("until next week", "2026-11-09 07:00"),
        ("until the weekend", "2026-11-07 08:30"),
        ("til næste uge kl. 9.30", "2026-11-09 09:30"),
        ("til weekenden", "2026-11-07 08:30"),
        ("until bedtime", "2026-11-06 22:30"),
        ("til sengetid", "2026-11-06 22:30"),
        ("til om 2 timer", "2026-11-06 22:00"),
        ("2 timer fra nu", "2026-11-06 22:00"),
        ("until in half an hour", "2026-11-06 20:30"),
        ("til 9 pm", "2026-11-06 21:00"),
        ("until about 12 midnight", "2026-11-07 00:00"),
    ],
)
def test_an_end_as_people_say_it(said: str, end: str) -> None:
    """In Danish, beside which English is understood; 6 November 2026 is a Friday."""
    if end.isidentifier():
        with pytest.raises(ValueRefused) as refused:
            parse_end(said, OWN, EVENING, DANISH)
        assert refused.value.key == end
    else:
        assert parse_end(said, OWN, EVENING, DANISH) == OWN.instant(wall(end))


@pytest.mark.parametrize(
    ("said", "key", "values"),
    [
        ("until 3/4", "date_which_way", {"found": "3/4", "one": "3 April", "other": "4 March"}),
        ("until 7", "clock_which_half", {"found": "7", "morning": "07:00", "evening": "19:00"}),
        ("until 25:00", "clock_out_of_range", {"found": "25:00"}),
        ("until monday 22:60", "clock_out_of_range", {"found": "monday 22:60"}),
        ("until today 19:00", "date_has_passed", {"found": "today 19:00"}),
        ("until yesterday", "date_has_passed", {"found": "yesterday"}),
        (
            "until 2026-11-06T18:59Z",
            "date_has_passed",
            {"found": "2026-11-06t18:59z"},
        ),
        ("until 20 October", "date_wants_year", {"found": "20 october", "year": 2027}),
        ("until 6 November", "date_wants_year", {"found": "6 november", "year": 2027}),
        (
            "until friday 24 december",
            "date_on_other_weekday",
            {"found": "friday 24 december", "date": date(2026, 12, 24)},
        ),
        ("until friday 13", "clock_or_date", {"found": "friday 13", "clock": "13:00"}),
        ("until wednesday 9.12", "clock_or_date", {"found": "wednesday 9.12", "clock": "09:12"}),
        ("until the 6th", "date_has_passed", {"found": "the 6th"}),
        ("until tonight", "part_without_clock", {"found": "tonight"}),
        ("until tomorrow evening", "part_without_clock", {"found": "tomorrow evening"}),
        ("until 31/11", "no_such_date", {"found": "31/11"}),
        ("until 2026-02-30", "no_such_date", {"found": "2026-02-30"}),
    ],
)
def test_what_has_two_meanings_is_not_guessed(
    said: str, key: str, values: dict[str, object]
) -> None:
    """A pause of a year by a slip would lose every reminder of it."""
    with pytest.raises(ValueRefused) as refused:
        parse_end(said, OWN, EVENING)
    assert (refused.value.key, refused.value.values) == (key, values)


def test_bedtime_is_the_next_one() -> None:
    """The one after it, once it has passed."""
    bedtime = OWN.instant(wall("2026-11-06 22:30"))
    assert parse_end("until bedtime", OWN, bedtime) == OWN.instant(wall("2026-11-08 00:15"))


@given(st.one_of(st.text(), st.text().map("until ".__add__), st.dates().map("until {}".format)))
def test_whatever_is_said_the_end_is_still_to_come(words: str) -> None:
    """Any other end is refused."""
    try:
        end = parse_end(words, OWN, EVENING)
    except ValueRefused:
        return
    assert end > EVENING
