"""The records of the diary, and its question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain_builders import calendar, day, utc, wall
from nightcare.domain.diary import Answer, DiaryMoment, Leg, Morning, Severity
from nightcare.domain.moments import parse_moment
from nightcare.domain.morning_rule import AskLater, AskNot, AskNow
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.errors import ValueRefused
from nightcare.journal.store import Journal

HOME = calendar()
NOW = HOME.instant(wall("2026-11-22 08:00"))
CRAMP = HOME.instant(wall("2026-11-22 03:10"))
NIGHT = day("2026-11-21")
BEFORE = utc("2026-11-01 00:00")
WAKE = parse_moment("wake + 30m")


@pytest.fixture
def diary() -> Iterator[DiaryActions]:
    """Open an empty diary of a person at home in Copenhagen."""
    journal = Journal.in_memory()
    yield DiaryActions(journal.diary, HOME)
    journal.close()


def abroad(diary: DiaryActions) -> DiaryActions:
    """Return the same diary after the person has travelled."""
    return replace(diary, calendar=calendar("America/New_York"))


def test_a_cramp_is_noted_with_its_place_and_clock(diary: DiaryActions) -> None:
    """By the zone in which the person is when they note it."""
    at_home = diary.add(CRAMP, Details(Leg.BOTH, Severity.MILD, 3, "note"), NOW).cramp
    assert at_home.place == DiaryMoment(NIGHT, by_night=True)
    assert at_home.offset == timedelta(hours=1)
    assert (at_home.leg, at_home.severity, at_home.minutes) == (Leg.BOTH, Severity.MILD, 3)
    away = abroad(diary).add(CRAMP, Details(), NOW).cramp
    assert away.place == DiaryMoment(NIGHT, by_night=False)
    assert away.offset == timedelta(hours=-5)
    assert diary.pages.cramps() == [at_home, away]


def test_a_correction_changes_the_place_only_with_the_moment(diary: DiaryActions) -> None:
    """A correction that is made elsewhere does not move the cramp there."""
    cramp = diary.add(CRAMP, Details(), NOW).cramp
    later = NOW + timedelta(days=3)
    edited = abroad(diary).change(1, None, lambda one: replace(one, note="more"), later).cramp
    assert edited == replace(cramp, note="more", recorded=later)
    moved = abroad(diary).change(1, CRAMP, lambda one: one, later).cramp
    assert moved.offset == timedelta(hours=-5)


def test_a_cramp_goes_over_a_night_without_and_over_no_other_answer(diary: DiaryActions) -> None:
    """That a night was bad is no contradiction."""
    diary.answer(NIGHT, Answer.NONE, NOW)
    assert diary.add(CRAMP, Details(), NOW).instead
    assert diary.pages.morning(NIGHT) is None
    diary.answer(NIGHT, Answer.SEVERE, NOW)
    assert not diary.add(CRAMP, Details(), NOW).instead
    assert diary.pages.morning(NIGHT) == Morning(NIGHT, Answer.SEVERE, NOW)


def test_a_night_with_a_cramp_cannot_be_without(diary: DiaryActions) -> None:
    """One by day, or in another night, does not matter."""
    diary.add(NOW, Details(), NOW)
    diary.answer(NIGHT, Answer.NONE, NOW)
    diary.add(CRAMP, Details(), NOW)
    with pytest.raises(ValueRefused) as caught:
        diary.answer(NIGHT, Answer.NONE, NOW)
    assert caught.value.values == {"night": NIGHT, "number": 2}
    diary.answer(NIGHT - timedelta(days=1), Answer.NONE, NOW)


def test_nothing_is_half_changed_where_something_is_refused(diary: DiaryActions) -> None:
    """As with the number that is not there."""
    for act in (lambda: diary.remove(7), lambda: diary.change(7, None, lambda one: one, NOW)):
        with pytest.raises(ValueRefused) as caught:
            act()
        assert caught.value.key == "cramp_unknown"
    with pytest.raises(ValueRefused) as caught:
        diary.remove_answer(NIGHT)
    assert caught.value.key == "nothing_said"


def test_a_night_is_asked_after_until_it_is_answered(diary: DiaryActions) -> None:
    """At its moment, once more an hour later, and then no more."""
    expected = AskNow(NIGHT, utc("2026-11-22 11:00"))
    assert diary.question(NOW, WAKE, BEFORE, screen_taken=False) == expected
    assert diary.question(NOW, WAKE, BEFORE, screen_taken=True) == AskLater(None)
    assert diary.question(NOW, None, BEFORE, screen_taken=False) == AskNot()
    assert diary.question(NOW, WAKE, None, screen_taken=False) == AskNot()
    diary.record_question(NIGHT, NOW)
    again = NOW + timedelta(hours=1)
    assert diary.question(NOW, WAKE, BEFORE, screen_taken=False) == AskLater(again)
    assert diary.question(again, WAKE, BEFORE, screen_taken=False) == expected
    diary.answer(NIGHT, Answer.MILD, again)
    assert diary.question(again, WAKE, BEFORE, screen_taken=False) == AskNot()


def test_a_night_with_a_cramp_is_not_asked_after(diary: DiaryActions) -> None:
    """One of the night before does not matter."""
    diary.add(CRAMP - timedelta(days=1), Details(), NOW)
    assert isinstance(diary.question(NOW, WAKE, BEFORE, screen_taken=False), AskNow)
    diary.add(CRAMP, Details(), NOW)
    assert diary.question(NOW, WAKE, BEFORE, screen_taken=False) == AskNot()
