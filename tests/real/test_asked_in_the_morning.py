"""The question after the night, answered by a real click; and what the diary then says of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from nightcare.domain.global_state import GlobalState
from nightcare.journal.store import Journal
from parts.bus import Monitor, private_bus
from parts.display import virtual_display
from parts.home import private_home
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare, now, zone_where_it_is
from parts.servers import RealServer, xfce4_notifyd

pytestmark = pytest.mark.real

MORNING = 8
"""The hour at which it is for the person who is asked: an hour after the wake-up."""

QUESTION = "Any leg cramps last night?"
ADVICE = "Consider talking to a health professional"


@contextlib.contextmanager
def a_morning() -> Iterator[tuple[Nightcare, Monitor, RealServer]]:
    """Run the desktop of a person who got up an hour ago and has had nightcare for two days."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        xfce4_notifyd(display, bus, home) as server,
        bus.monitor() as monitor,
    ):
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        nightcare = Nightcare(home, session, zone_where_it_is(MORNING))
        nightcare.configure(LATER)
        journal = Journal.open(nightcare.state)
        journal.save_global_state(GlobalState(began=now() - timedelta(days=2), updated=now()))
        journal.close()
        yield nightcare, monitor, server


@pytest.fixture
def morning() -> Iterator[tuple[Nightcare, Monitor, RealServer]]:
    """Run the desktop of one test."""
    with a_morning() as own:
        yield own


def titles(server: RealServer) -> list[str]:
    """Return the titles of open notifications."""
    return [one.title for one in server.shown()]


def test_a_severe_night_is_told_by_a_click_and_a_professional_spoken_of_once(
    morning: tuple[Nightcare, Monitor, RealServer],
) -> None:
    """One question with three buttons; the answer is in the diary, and the notice follows."""
    nightcare, _, server = morning
    with nightcare.service():
        (asked,) = eventually(server.shown, HANG_SECONDS, "the question")
        assert asked.title == QUESTION
        assert [label for _, label in asked.actions] == ["No", "Mild", "Severe"]
        server.press("Severe")
        (said,) = eventually(
            lambda: [one for one in server.shown() if one.title == ADVICE],
            HANG_SECONDS,
            "the notice",
        )
        assert said.actions == ()
        assert titles(server) == [ADVICE]
        diary = nightcare.json("cramp", "list")
        assert [one["answer"] for one in diary["mornings"]] == ["severe"]
    with nightcare.service():
        assert nightcare.json("report")["professional"]["why"] == "severe"
        nightcare.command("try", "later")
        assert ADVICE not in titles(server)
        assert QUESTION not in titles(server)


def test_a_cramp_that_is_noted_meanwhile_answers_the_question(
    morning: tuple[Nightcare, Monitor, RealServer],
) -> None:
    """It is taken off the screen, and is not asked any more."""
    nightcare, monitor, server = morning
    with nightcare.service():
        eventually(server.shown, HANG_SECONDS, "the question")
        nightcare.command("cramp", "add", "--at", "03:10", "--severity", "mild")
        monitor.wait_for("CloseNotification")
        eventually(lambda: not server.shown(), HANG_SECONDS, "the question to go")
        assert nightcare.json("cramp", "list")["mornings"] == []
