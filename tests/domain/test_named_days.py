"""The dates that a day may mean."""

from __future__ import annotations

from datetime import date

from nightcare.domain.named_days import NearDay, OnDate, Weekday, dates_ahead, dates_back

SUNDAY = date(2026, 11, 22)


def test_the_dates_that_a_day_may_mean() -> None:
    """The nearest first; of an open date also the one before, to tell that it has passed."""
    assert dates_ahead(Weekday(6), SUNDAY) == [SUNDAY, date(2026, 11, 29)]
    assert dates_back(Weekday(5), SUNDAY) == [date(2026, 11, 21), date(2026, 11, 14)]
    assert dates_ahead(OnDate(None, 12, 24), SUNDAY)[:2] == [date(2025, 12, 24), date(2026, 12, 24)]
    assert dates_back(OnDate(None, 12, 24), SUNDAY)[:2] == [date(2027, 12, 24), date(2026, 12, 24)]
    assert dates_ahead(OnDate(None, 2, 29), SUNDAY) == [date(2028, 2, 29), date(2032, 2, 29)]
    assert dates_ahead(OnDate(2026, 2, 29), SUNDAY) == []
    assert dates_ahead(NearDay(10**7), SUNDAY) == []


def test_the_dates_of_a_day_of_a_month() -> None:
    """From today on, or back; months without it are left out."""
    ahead = dates_ahead(OnDate(None, None, 31), SUNDAY)
    assert ahead[:3] == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)]
    assert dates_ahead(OnDate(None, None, 22), SUNDAY)[0] == SUNDAY
    assert dates_ahead(OnDate(None, None, 21), SUNDAY)[0] == date(2026, 12, 21)
    assert dates_back(OnDate(None, None, 22), SUNDAY)[:2] == [SUNDAY, date(2026, 10, 22)]
    assert dates_back(OnDate(None, None, 23), SUNDAY)[0] == date(2026, 10, 23)
