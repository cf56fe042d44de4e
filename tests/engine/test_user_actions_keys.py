"""Answers to one occurrence, by its key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from nightcare.domain.delivery import Snoozed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.answer_targets import SkipSpan
from nightcare.errors import NothingToDo, ValueRefused
from parts.desk import Desk, desk_until, local

WATER = """
[reminders.water]
topic = "hydration"
text = "Water"
every = "2h"
from = "08:00"
until = "bedtime - 30m"
"""


def two_unanswered() -> Desk:
    """Return a desk where 14:00 is snoozed until 16:30, and an undo just let 16:00 come."""
    made = desk_until("14:05", WATER)
    made.answers().snooze(made.now, "water", local("16:30"))
    made.answers().skip(made.now, "water", SkipSpan.NEXT)
    made.written()
    made.until("16:05")
    # The service has not seen the undo yet.
    made.answers().undo(made.now)
    assert outcomes(made) == {"14:00": "snoozed", "16:00": "due"}
    return made


def outcomes(made: Desk) -> Mapping[str, str]:
    """Return the outcome or the state of each occurrence from 14:00 on."""
    times = [
        f"{one.occurrence.due.astimezone(made.zone):%H:%M}" for one in made.deliveries("water")
    ]
    found = dict(zip(times, made.outcomes("water"), strict=True))
    return {at: became for at, became in found.items() if at >= "14:00"}


def press(made: Desk, at: str, action: str) -> None:
    """Answer the occurrence that was due at a local time."""
    (key,) = [one.key for one in made.deliveries("water") if one.occurrence.due == local(at)]
    made.answers().answer(key, action, made.now)


@pytest.mark.parametrize(
    ("at", "action", "became"),
    [
        ("14:00", "done", {"14:00": "done", "16:00": "due"}),
        ("16:00", "done", {"14:00": "snoozed", "16:00": "done"}),
        ("14:00", "skip", {"14:00": "skipped", "16:00": "due"}),
        ("16:00", "skip", {"14:00": "snoozed", "16:00": "skipped"}),
        ("16:00", "snooze-10m", {"14:00": "snoozed", "16:00": "snoozed"}),
        ("16:00", "snooze-", {"14:00": "snoozed", "16:00": "snoozed"}),
    ],
)
def test_an_answer_is_for_the_occurrence_of_the_key(
    at: str, action: str, became: Mapping[str, str]
) -> None:
    """The other occurrence of its reminder stays as it is."""
    made = two_unanswered()
    press(made, at, action)
    assert outcomes(made) == became


def test_a_snooze_counts_from_now_for_the_occurrence_of_the_key() -> None:
    """The other one keeps the time that the person chose."""
    made = two_unanswered()
    press(made, "14:00", "snooze-10m")
    states = {one.occurrence.due: one.state for one in made.deliveries("water")}
    assert states[local("14:00")] == Snoozed(made.now + timedelta(minutes=10))


@pytest.mark.parametrize("pressed", ["14:00", "16:00"])
def test_one_occurrence_of_a_reminder_stays_after_a_snooze(pressed: str) -> None:
    """The later one takes the place of the other, as one that falls due does."""
    made = two_unanswered()
    press(made, pressed, "snooze-10m")
    made.written()
    assert outcomes(made)["14:00"] == "expired: superseded"
    (left,) = made.journal.unsettled()
    assert left.occurrence.due == local("16:00")


def test_undo_of_an_answer_restores_the_occurrence_of_the_key() -> None:
    """It waits again, and the other one is as before."""
    made = two_unanswered()
    press(made, "16:00", "skip")
    made.answers().undo(made.now)
    assert outcomes(made) == {"14:00": "snoozed", "16:00": "due"}


@pytest.mark.parametrize(
    ("undone_at", "presence"),
    [("17:50", frozenset()), ("16:28", frozenset({Condition.LOCKED}))],
    ids=["too-late", "away"],
)
def test_what_was_seen_stays_seen_when_its_snooze_is_undone(
    undone_at: str, presence: Presence
) -> None:
    """The snooze began before anybody saw it, and after its undo nobody sees it again."""
    made = desk_until("15:50", WATER)
    made.answers().skip(made.now, "water", SkipSpan.NEXT)
    made.written()
    made.until("16:05")
    made.answers().undo(made.now)
    press(made, "16:00", "snooze-10m")
    made.written()
    made.until("16:16")
    assert made.title() == "Water"
    made.until(undone_at)
    made.there(presence)
    made.undo()
    (water,) = [one for one in made.deliveries("water") if one.occurrence.due == local("16:00")]
    assert water.seen
    made.until("18:01")
    assert outcomes(made)["16:00"].startswith("expired: ")


def test_an_occurrence_with_its_outcome_takes_no_answer() -> None:
    """The first press counts, and the other occurrence does not take the second."""
    made = two_unanswered()
    press(made, "16:00", "skip")
    with pytest.raises(NothingToDo) as caught:
        press(made, "16:00", "done")
    assert caught.value.key == "no_longer_open"
    assert outcomes(made) == {"14:00": "snoozed", "16:00": "skipped"}


def test_a_snooze_into_the_night_is_refused() -> None:
    """Bedtime is at 22:30."""
    made = desk_until("22:05", WATER)
    with pytest.raises(ValueRefused) as caught:
        press(made, "22:00", "snooze-60m")
    assert caught.value.key == "snooze_into_night"


def test_what_was_snoozed_as_often_as_allowed_is_not_snoozed() -> None:
    """The limit holds for a key as well."""
    made = desk_until("14:05", WATER + "\n[snooze]\nlimit = 1\n")
    press(made, "14:00", "snooze-")
    with pytest.raises(NothingToDo) as caught:
        press(made, "14:00", "snooze-")
    assert caught.value.key == "snooze_limit"


def test_a_reminder_that_an_edit_has_removed_still_takes_an_answer() -> None:
    """It was shown before the edit."""
    made = desk_until("14:05", WATER)
    (key,) = [one.key for one in made.journal.unsettled()]
    made.schedule = desk_until("12:00", WATER.replace("water", "tea")).schedule
    made.answers().answer(key, "skip", made.now)
    assert outcomes(made)["14:00"] == "skipped"
