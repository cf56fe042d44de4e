"""The evening of the built-in schedule, as somebody lives it who does not answer."""

from __future__ import annotations

import pytest

from nightcare.config.config_file import example_text
from parts.desk import ZONE, Desk

EVENING = "2026-11-23 21:00"


class _Evening(Desk):
    """A desk that records when each notification was shown (local)."""

    def __init__(self) -> None:
        self.times: list[str] = []
        super().__init__(example_text(), EVENING)

    def _deliver(self) -> None:
        self.times += [f"{self.now.astimezone(ZONE):%H:%M}"] * len(self.screen.reports)
        super()._deliver()


@pytest.fixture
def evening() -> _Evening:
    """Return an evening at 21:00, at which nothing is open."""
    return _Evening()


def test_three_notifications_come_and_the_last_goes_soon_after_bedtime(evening: _Evening) -> None:
    """Two of them in the last 25 minutes, and a quarter of an hour between any two."""
    evening.until("2026-11-23 22:49")
    assert evening.times == ["21:45", "22:05", "22:20"]
    assert evening.title() == "Loosen the bedding"
    assert evening.buttons[-1] == "good-night"
    evening.until("2026-11-23 23:59")
    assert (evening.title(), len(evening.times)) == (None, 3)


def test_no_words_are_repeated(evening: _Evening) -> None:
    """The repeat of the stretch brings another tip."""
    evening.until("2026-11-23 22:30")
    titles = [one.title for one in evening.screen.shown]
    assert titles == [
        "Time for a gentle stretch",
        "Once more: Time for a gentle stretch",
        "Loosen the bedding",
    ]
    bodies = [one.body for one in evening.screen.shown]
    assert len(set(bodies)) == len(bodies)
    assert all(bodies)


def test_an_answer_ends_it(evening: _Evening) -> None:
    """After the stretch only the reminder of the bedding follows."""
    evening.until("2026-11-23 21:46")
    evening.press("done")
    evening.until("2026-11-23 22:30")
    assert evening.times == ["21:45", "22:20"]


def test_a_snooze_brings_the_same_tip_and_says_so(evening: _Evening) -> None:
    """It is what the person has put off."""
    evening.until("2026-11-23 21:46")
    first = evening.screen.shown[-1]
    evening.press("snooze-10m")
    evening.until("2026-11-23 21:57")
    second = evening.screen.shown[-1]
    assert (second.title, second.body) == (f"Once more: {first.title}", first.body)
