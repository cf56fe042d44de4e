"""Differences between the schedules of two computers."""

from __future__ import annotations

from datetime import UTC, datetime

from nightcare.domain.person_computers import Computer, schedule_differences

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def computer(**schedule: str) -> Computer:
    """Return a computer with digests of parts of its schedule."""
    return Computer("desk", "Desk", NOW, schedule=schedule)


def test_each_part_that_differs_or_is_missing_is_named() -> None:
    """In order of the keys."""
    one, other = computer(sleep="1", water="2", walk="3"), computer(sleep="1", water="4", swim="5")
    assert schedule_differences(one, other) == ("swim", "walk", "water")
    assert schedule_differences(one, one) == ()


def test_a_schedule_that_is_not_known_differs_in_nothing() -> None:
    """Another version may say nothing of it."""
    assert schedule_differences(computer(), computer(sleep="1")) == ()
    assert schedule_differences(computer(sleep="1"), computer()) == ()
