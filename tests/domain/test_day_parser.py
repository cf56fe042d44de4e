"""Days, and moments named by a day and a clock time, as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightcare.domain.day_parser import DayAndClock, coming_date, parse_day, parse_day_and_clock
from nightcare.domain.named_days import Day, NearDay, OnDate, Weekday
from nightcare.domain.time_words import ENGLISH
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import read_words

DANISH = read_words("da").input
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", NearDay(0)),
        ("Tomorrow", NearDay(1)),
        ("yesterday", NearDay(-1)),
        ("i  morgen", NearDay(1)),
        ("I g\u00e5r", NearDay(-1)),
        ("monday", Weekday(0)),
        ("on Sunday", Weekday(6)),
        ("tues", Weekday(1)),
        ("wed.", Weekday(2)),
        ("s\u00f8ndag", Weekday(6)),
        ("l\u00f8r", Weekday(5)),
        ("p\u00e5 tirsdag", Weekday(1)),
        ("2026-12-24", OnDate(2026, 12, 24)),
        ("24 December", OnDate(None, 12, 24)),
        ("the 24th of december 2026", OnDate(2026, 12, 24)),
        ("1st may", OnDate(None, 5, 1)),
        ("December 24, 2026", OnDate(2026, 12, 24)),
        ("dec. 24", OnDate(None, 12, 24)),
        ("24. december", OnDate(None, 12, 24)),
        ("den 1. maj 2027", OnDate(2027, 5, 1)),
        ("3. okt.", OnDate(None, 10, 3)),
        ("d. 24/12", OnDate(None, 12, 24)),
        ("24/12/2026", OnDate(2026, 12, 24)),
        ("24/12-2026", OnDate(2026, 12, 24)),
        ("12/24", OnDate(None, 12, 24)),
        ("3/4", OnDate(None, 4, 3)),
        ("5/5", OnDate(None, 5, 5)),
        ("24.12.", OnDate(None, 12, 24)),
        ("24. 12. 2026", OnDate(2026, 12, 24)),
        ("thursday, 24 december", OnDate(None, 12, 24, weekday=3)),
        ("torsdag den 24. december", OnDate(None, 12, 24, weekday=3)),
        ("40/50", OnDate(None, 50, 40)),
        ("", None),
        ("mo", None),
        ("24", None),
        ("24.", OnDate(None, None, 24)),
        ("the 24th", OnDate(None, None, 24)),
        ("p\u00e5 d. 24", OnDate(None, None, 24)),
        ("mandag den 24.", OnDate(None, None, 24, weekday=0)),
        ("the 32nd", None),
        ("this monday", Weekday(0)),
        ("2 days ago", NearDay(-2)),
        ("for en uge siden", NearDay(-7)),
        ("36 hours ago", None),
        ("loerdag", Weekday(5)),
        ("sondag", Weekday(6)),
        ("i gar", NearDay(-1)),
        ("24 foo", None),
        ("monday foo", None),
        ("moonday", None),
        ("december", None),
    ],
)
def test_a_day_is_understood_as_people_write_it(text: str, day: Day | None) -> None:
    """In Danish, beside which English is understood."""
    assert parse_day(text, DANISH) == day


def test_which_comes_first_is_asked_where_either_may() -> None:
    """An American means March the fourth by it."""
    for text in ("3/4", "3/4/2026", "monday 3/4"):
        with pytest.raises(ValueRefused) as refused:
            parse_day(text)
        assert refused.value.key == "date_which_way"
    assert parse_day("24/12") == OnDate(None, 12, 24)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("22.30", DayAndClock(None, timedelta(hours=22, minutes=30))),
        ("last night 3:10", DayAndClock(None, timedelta(hours=3, minutes=10))),
        ("tomorrow", DayAndClock(NearDay(1), None)),
        ("tomorrow at 7am", DayAndClock(NearDay(1), timedelta(hours=7))),
        ("i morgen kl. 7.30", DayAndClock(NearDay(1), timedelta(hours=7, minutes=30))),
        ("friday 22.30", DayAndClock(Weekday(4), timedelta(hours=22, minutes=30))),
        ("fredag 9.45", DayAndClock(Weekday(4), timedelta(hours=9, minutes=45))),
        ("fredag 24.12", DayAndClock(OnDate(None, 12, 24, 4), None)),
        ("mandag 24:00", DayAndClock(Weekday(0), timedelta(hours=24))),
        ("24 december 2026", DayAndClock(OnDate(2026, 12, 24), None)),
        ("24 december 20:26", DayAndClock(OnDate(None, 12, 24), timedelta(hours=20, minutes=26))),
        ("2026-12-24T08:00", DayAndClock(OnDate(2026, 12, 24), timedelta(hours=8))),
        ("7:30 tomorrow", DayAndClock(NearDay(1), timedelta(hours=7, minutes=30))),
        ("3 am on saturday", DayAndClock(Weekday(5), timedelta(hours=3))),
        ("kl. 20.30 24/12", DayAndClock(OnDate(None, 12, 24), timedelta(hours=20, minutes=30))),
        ("22.30 i aften", DayAndClock(None, timedelta(hours=22, minutes=30))),
        ("i aftes kl. 23.10", DayAndClock(None, timedelta(hours=23, minutes=10))),
        ("3:10 this morning", DayAndClock(None, timedelta(hours=3, minutes=10))),
        ("monday soon", None),
        ("soon", None),
    ],
)
def test_a_moment_is_a_day_a_clock_time_or_both(text: str, said: DayAndClock | None) -> None:
    """The whole is tried as one of them first."""
    assert parse_day_and_clock(text, DANISH) == said


@pytest.mark.parametrize("text", ["7", "monday 7", "tomorrow 25:00", "tonight 25:00"])
def test_a_clock_time_that_cannot_be_is_told_as_such(text: str) -> None:
    """Not as a moment that is none."""
    with pytest.raises(ValueRefused) as refused:
        parse_day_and_clock(text)
    assert refused.value.key in ("clock_which_half", "clock_out_of_range")
    assert refused.value.values["found"] == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-22"),
        ("yesterday", "2026-11-21"),
        ("sunday", "2026-11-22"),
        ("monday", "2026-11-23"),
        ("22 November", "2026-11-22"),
        ("24", "2026-11-24"),
        ("friday 27", "2026-11-27"),
        ("tuesday 24", "2026-11-24"),
        ("21 November", "2027-11-21"),
        ("2020-01-01", "2020-01-01"),
        ("Thursday 24 December", "2026-12-24"),
    ],
)
def test_the_next_date_of_a_day(text: str, day: str) -> None:
    """From today on, but for a date with its year."""
    assert coming_date(text, SUNDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("soon", "date_not_understood"),
        ("31 november", "no_such_date"),
        ("999999 weeks ago", "date_not_understood"),
        ("friday 24 december", "date_on_other_weekday"),
    ],
)
def test_what_is_no_date_to_come(text: str, key: str) -> None:
    """It is refused as it was written."""
    with pytest.raises(ValueRefused) as refused:
        coming_date(text, SUNDAY)
    assert (refused.value.key, refused.value.values["found"]) == (key, text)


@given(st.one_of(st.text(), st.from_regex(r"(mon|den|24|12|\.|/|-|T| |dec|2026|:00|kl\.)*")))
def test_any_text_is_understood_or_refused(text: str) -> None:
    """Nothing that somebody types makes a parser break down."""
    for translator in (ENGLISH, DANISH):
        with suppress(ValueRefused):
            coming_date(text, SUNDAY, translator)
        with suppress(ValueRefused):
            parse_day_and_clock(text, translator)
