"""The computers of the person, as each says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nightcare.bridge.act_exchange import SharedMessage
from nightcare.bridge.computer_list import ComputerList, computer_payload, this_computer
from nightcare.bridge.settings import bridge_settings
from nightcare.domain.person_computers import Computer
from parts.journals import journal_in_memory

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
VALUES: dict[str, Any] = {
    "mqtt": {"host": "broker", "share": True, "computer": "Desk"},
    "sleep": {"wake": "07:00", "bedtime": "22:30"},
    "reminders": {
        "water": {"topic": "hydration", "every": "2h", "text": "Drink"},
        "walk": {"topic": "exercise", "at": ["17:00"], "enabled": False},
    },
}


def computer(values: dict[str, Any] = VALUES, zone: str = "Europe/Copenhagen") -> Computer:
    """Return what a computer says of itself."""
    settings = bridge_settings(values)
    assert settings is not None
    return this_computer(settings, "desk", values, zone, NOW)


def messages(one: Computer, alive: str = "online") -> list[SharedMessage]:
    """Return what a computer has at the broker."""
    return [
        SharedMessage(one.id, "alive", alive.encode()),
        SharedMessage(one.id, "computer", computer_payload(one)),
    ]


def laptop() -> ComputerList:
    """Return the list of another computer."""
    return ComputerList(journal_in_memory(), "laptop")


def test_a_computer_is_listed_with_its_name_and_when_it_was_seen() -> None:
    """The list says if it is there now, and when it went."""
    known = laptop()
    own = replace(computer(), id="laptop", name="Laptop")
    assert known.sync(own)
    assert not known.sync(own)
    assert known.receive(messages(computer()), NOW + HOUR, live=False)
    assert known.journal.shared.computers() == [replace(computer(), seen=NOW + HOUR), own]
    # Nothing is written without need, which would wake the service.
    assert not known.receive(messages(computer()), NOW + 2 * HOUR, live=True)
    gone = [SharedMessage("desk", "alive", b"offline")]
    assert known.receive(gone, NOW + 3 * HOUR, live=True)
    desk, _ = known.journal.shared.computers()
    assert (desk.online, desk.seen) == (False, NOW + 3 * HOUR)


def test_nobody_knows_when_a_computer_went_while_this_one_was_away() -> None:
    """It was last seen when this one last knew of it."""
    known = laptop()
    known.receive(messages(computer()), NOW + HOUR, live=False)
    known.receive(messages(computer(), "offline"), NOW + 9 * HOUR, live=False)
    (desk,) = known.journal.shared.computers()
    assert (desk.online, desk.seen) == (False, NOW + HOUR)


def test_a_computer_whose_clock_is_ahead_was_seen_now() -> None:
    """One that does not say that it is there is offline."""
    known = laptop()
    ahead = replace(computer(), seen=NOW + HOUR)
    known.receive(messages(ahead)[1:], NOW, live=True)
    assert [(one.seen, one.online) for one in known.journal.shared.computers()] == [(NOW, False)]


def test_a_computer_whose_topics_are_cleared_is_forgotten() -> None:
    """It has left, or another computer has cleared them; unknown ones do no harm."""
    known = laptop()
    known.receive(messages(computer()), NOW, live=True)
    assert known.receive([SharedMessage("desk", "computer", b"")], NOW, live=True)
    assert known.journal.shared.computers() == []
    assert not known.receive([SharedMessage("desk", "computer", b"")], NOW, live=True)
    assert not known.receive([SharedMessage("desk", "alive", b"online")], NOW, live=True)
    own = replace(computer(), id="laptop")
    assert not known.receive(messages(own), NOW, live=True)


def test_what_differs_is_named_by_the_keys_of_the_config() -> None:
    """Only what makes another occurrence of a reminder, and no reminder that is off."""
    other = json.loads(json.dumps(VALUES))
    other["reminders"]["water"] |= {"text": "Sip", "urgency": "low"}
    other["reminders"].pop("walk")
    known = laptop()
    known.receive(messages(computer(other)), NOW, live=True)
    assert known.differing(computer()) == ()
    other["reminders"]["water"]["every"] = "3h"
    other["sleep"]["bedtime"] = "23:00"
    other["reminders"]["swim"] = {"topic": "exercise", "at": ["17:00"]}
    known.receive(messages(computer(other, "Europe/Paris")), NOW, live=True)
    assert known.differing(computer()) == (
        "Desk (reminders.swim, reminders.water, sleep, timezone)",
    )
    later = replace(computer(), version="99.0")
    known.receive(messages(later), NOW, live=True)
    assert known.differing(computer()) == ("Desk (nightcare 99.0)",)
    known.receive(messages(replace(later, version="")), NOW, live=True)
    assert known.differing(computer()) == ()
    # No value of the config is told.
    payload = computer_payload(computer(other))
    assert b"23:00" not in payload
    assert b"Sip" not in payload


def test_a_name_cannot_write_to_the_terminal() -> None:
    """It is cut off after 80 characters."""
    known = laptop()
    known.receive(messages(replace(computer(), name="a\x1b[2J\nb" * 100))[1:], NOW, live=True)
    (desk,) = known.journal.shared.computers()
    assert desk.name.startswith("a[2Jb")
    assert len(desk.name) == 80
    evil = replace(computer(), name="\n", version="1\x1b[2J", schedule={"sleep\x1b[2J": "1"})
    known.receive(messages(evil)[1:], NOW, live=True)
    (desk,) = known.journal.shared.computers()
    assert (desk.version, desk.schedule) == ("1[2J", {"sleep[2J": "1"})
    assert [one.name for one in known.journal.shared.computers()] == ["desk"]


@pytest.mark.parametrize(
    "payload",
    [
        b"{}", b"[]", b"\xff", b"[" * 3_000, b" " * 20_000, b'{"name": "x", "at": "now"}',
        b'{"name": "x", "at": "2026-11-23T20:00:00Z", "schedule": []}',
    ],
)  # fmt: skip
def test_what_is_no_computer_is_ignored(payload: bytes) -> None:
    """A broker may send anything."""
    known = laptop()
    assert not known.receive([SharedMessage("desk", "computer", payload)], NOW, live=True)
    found = SharedMessage("de/sk", "computer", computer_payload(computer()))
    assert not known.receive([found], NOW, live=True)


def test_computers_that_are_not_connected_are_named() -> None:
    """They still have to take in what is done here."""
    known = laptop()
    known.sync(replace(computer(), id="laptop", name="Laptop", online=False))
    known.receive(messages(replace(computer(), id="work", name="Work"), "offline"), NOW, live=False)
    known.receive(messages(computer()), NOW, live=False)
    assert known.awaited() == ("Work",)
