"""The reason for the last decision about a reminder: why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason


def test_why_before_anything_was_due(terminal: Terminal) -> None:
    """There is nothing to tell yet."""
    assert terminal("why").out == "No reminder has been due yet.\n"
    assert terminal("why", "--json").json == []


def test_why(terminal: Terminal) -> None:
    """For each reminder the step that decided last, the newest first."""
    with terminal.journal() as journal:
        for clock, name, verdict, step in (
            ("08:00", "water", "hold", Reason.LOCKED),
            ("10:00", "water", "drop", Reason.TOO_LATE),
            ("11:00", "evening-stretch", "hold", Reason.DO_NOT_DISTURB),
            ("12:00", "loose-blanket", "show", Reason.SHOW),
        ):
            occurrence = terminal.delivery(clock, name).occurrence
            journal.record_decision(
                terminal.at(clock) + timedelta(minutes=1), occurrence, verdict, step
            )
        journal.record_status(occurrence.key, DeliveryStatus.SHOWN)
    assert terminal("why").out.splitlines() == [
        "bedding (12:00): shown 12:01, because nothing held it back.",
        "stretching (11:00): waiting since 11:01, because do not disturb was on.",
        "water (10:00): not shown, because it was too late to be of use; decided 10:01.",
    ]
    assert len(terminal("why", "water").out.splitlines()) == 1
    assert terminal("why", "water", "--json").json == [
        {
            "reminder": "water",
            "due": "2026-11-22T10:00:00+01:00",
            "care_day": "2026-11-22",
            "decided": "2026-11-22T10:01:00+01:00",
            "verdict": "drop",
            "step": "too late",
            "delivery": None,
            "refusal": None,
        }
    ]


@pytest.mark.parametrize("step", list(Reason))
@pytest.mark.parametrize("verdict", ["show", "hold", "drop"])
def test_why_has_words_for_every_step(terminal: Terminal, verdict: str, step: Reason) -> None:
    """Every reason that a service can record has a text in each language."""
    with terminal.journal() as journal:
        journal.record_decision(terminal.now, terminal.delivery().occurrence, verdict, step)
    english = terminal("why").out
    terminal.write('language = "da"')
    danish = terminal("why").out
    assert english.startswith("water (14:00): ")
    assert danish.startswith("vand (kl. 14:00): ")


def test_a_later_day_is_spoken_of_by_its_day(terminal: Terminal) -> None:
    """A clock time alone would be taken for today's."""
    with terminal.journal() as journal:
        journal.record_decision(terminal.now, terminal.delivery().occurrence, "show", Reason.SHOW)
        journal.record_status(terminal.delivery().key, DeliveryStatus.SHOWN)
        journal.save_global_state(GlobalState(good_night=TODAY))
    terminal.look_at_the_clock("08:00", TODAY + timedelta(days=1))
    assert terminal("why").out.startswith("water (yesterday 14:00): shown yesterday 14:10,")
