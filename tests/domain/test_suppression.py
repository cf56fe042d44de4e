"""The instants until which a pause, a closed evening or a routine keeps reminders from coming."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain_builders import calendar, day, delivery, utc
from nightcare.domain.delivery import Active, Closed, Delivery, Outcome, State
from nightcare.domain.global_state import GlobalState
from nightcare.domain.suppression import CLOSING, UNATTENDED, Suppression

NOW = utc("2026-11-06 19:00")
MINUTE = timedelta(minutes=1)


def at(global_state: GlobalState | None = None, under_way: Delivery | None = None) -> Suppression:
    """Return the suppression now."""
    return Suppression.at(NOW, global_state or GlobalState(), calendar(), under_way)


def test_nothing_is_kept_back_without_a_reason() -> None:
    """All of it ends now, and no evening is closed."""
    assert at() == Suppression(NOW, NOW, NOW, None)
    assert (at().open_from, at().ends, at().closed_until(NOW)) == (NOW, NOW, None)


@pytest.mark.parametrize("ends", [-MINUTE, MINUTE])
def test_a_pause_counts_until_its_end(ends: timedelta) -> None:
    """One that is over counts no more."""
    paused = at(GlobalState(paused_until=NOW + ends))
    assert paused.open_from == paused.ends == max(NOW, NOW + ends)


def test_a_closed_evening_ends_with_the_care_day() -> None:
    """The wake-up itself is outside."""
    closed = at(GlobalState(good_night=day("2026-11-06")))
    friday = calendar().day(day("2026-11-06"))
    assert (closed.open_from, closed.ends) == (NOW, friday.ends)
    assert closed.closed_until(friday.wake) == closed.closed_until(NOW) == friday.ends
    assert closed.closed_until(friday.ends) is closed.closed_until(friday.wake - MINUTE) is None


@pytest.mark.parametrize(
    ("state", "routine", "busy"),
    [
        (Active(NOW, NOW + MINUTE + CLOSING + UNATTENDED), MINUTE, MINUTE + CLOSING),
        (Active(NOW, NOW), -CLOSING - UNATTENDED, timedelta()),
        (Active(NOW, NOW + MINUTE, away=True), timedelta(), timedelta()),
        (Closed(Outcome.DONE, NOW), timedelta(), CLOSING),
    ],
    ids=["under way", "lost", "off the screen", "closing words"],
)
def test_a_routine_counts_until_the_end_of_its_closing_words(
    state: State, routine: timedelta, busy: timedelta
) -> None:
    """Its end follows from the instant at which its notification closes."""
    found = at(under_way=replace(delivery(NOW), state=state))
    assert (found.routine_until, found.busy_until) == (NOW + routine, NOW + busy)
