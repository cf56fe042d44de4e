"""The computers of one person, listed and forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.talk import answered
from cli.terminal import Terminal
from nightcare import __version__
from nightcare.bridge.settings import computer_id
from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.person_computers import Computer
from nightcare.journal.bridge_status import BridgeStatus, write_bridge_status
from nightcare.journal.journal_files import FILE_NAME, journal_files

CONFIG = '\n[mqtt]\nhost = "127.0.0.1"\nport = 9\nshare = true\ncomputer = "Desk"\n'


def have_two(terminal: Terminal) -> tuple[Computer, Computer]:
    """Have shared with a computer that has another schedule."""
    own = Computer(
        computer_id(), "Desk", terminal.at("08:00"), online=True, schedule={"sleep": "1"}
    )
    other = Computer(
        "0a1b2c3d4e", "Laptop", terminal.at("13:05"), version="1", schedule={"sleep": "2"}
    )
    with terminal.journal() as journal:
        for one in (own, other):
            journal.shared.save_computer(one)
    return own, other


def test_each_is_listed_with_when_it_was_seen_and_what_differs(terminal: Terminal) -> None:
    """In words and as JSON."""
    terminal.write(CONFIG)
    assert terminal("computers").out == (
        f"This computer: Desk ({computer_id()}).\nNo other computer has shared anything yet.\n"
    )
    _, other = have_two(terminal)
    assert terminal("computers").out == (
        f"This computer: Desk ({computer_id()}).\n"
        f"Laptop (0a1b2c3d4e): last seen 13:05. It has nightcare 1, not {__version__}."
        " Its schedule differs: sleep.\n"
    )
    with terminal.journal() as journal:
        same = replace(other, online=True, version=__version__, schedule={"sleep": "1"})
        journal.shared.save_computer(same)
    assert terminal("computers").out.endswith("Laptop (0a1b2c3d4e): connected.\n")
    own, found = sorted(terminal("computers", "--json").json, key=lambda one: str(one["name"]))
    assert (own["this"], own["differs"], found["this"]) == (True, [], False)
    assert found["id"] == "0a1b2c3d4e"
    assert found["seen"].endswith("13:05:00+01:00")


def test_only_another_known_computer_can_be_forgotten(terminal: Terminal) -> None:
    """The broker has to be reached, else it would come back."""
    terminal.write(CONFIG)
    own, other = have_two(terminal)
    said = terminal("computers", "--forget", own.id)
    assert (said.code, f"{own.id} is this computer" in said.err) == (2, True)
    said = terminal("computers", "--forget", "laptop")
    assert (said.code, "Known: 0a1b2c3d4e (Laptop)." in said.err) == (2, True)
    said = terminal("computers", "--forget", other.id)
    assert said.code != 0
    assert "127.0.0.1:9 were not cleared" in said.err
    with terminal.journal() as journal:
        assert len(journal.shared.computers()) == 2


def test_it_says_how_to_share(terminal: Terminal) -> None:
    """Without a table for the broker, and with one that shares nothing."""
    for config in ("", CONFIG.replace("share = true", "share = false")):
        terminal.write(config)
        said = terminal("computers")
        assert said.code == 78
        assert "share = true" in said.err


def test_an_erasure_names_the_computers_that_still_have_it(terminal: Terminal) -> None:
    """The list says so, until they have erased it."""
    terminal.write(CONFIG)
    own, other = have_two(terminal)
    said = terminal("erase", "--yes")
    assert "as soon as it is connected: Laptop." in said.out
    assert "Laptop has not erased yet" in terminal("computers").out
    assert [one["erased"] for one in terminal("computers", "--json").json] == [True, False]
    with terminal.journal() as journal:
        until = journal.shared.erased_at(own.id, terminal.now)
        assert until is not None
        journal.shared.mark_erased(other.id, until)
    assert "has not erased" not in terminal("computers").out
    terminal.write("")
    assert "connected" not in terminal("erase", "--yes").out


@pytest.mark.parametrize("share", ["true", "false"])
def test_an_erasure_that_reaches_other_computers_says_so_before_it_asks(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, share: str
) -> None:
    """Nobody learns only afterwards that the diary is gone everywhere."""
    terminal.write(CONFIG.replace("share = true", f"share = {share}"))
    have_two(terminal)
    said = answered(terminal, monkeypatch, [("Erase it? [y/N]", "n")], "erase")
    before, _, _ = said.out.partition("Erase it?")
    assert ("your other computers erase it too" in before) is (share == "true")


@pytest.mark.parametrize("content", [None, b"no journal " * 999])
def test_an_erasure_counts_for_what_the_broker_has_though_the_journal_is_lost(
    terminal: Terminal, content: bytes | None
) -> None:
    """Without a note of it, the bridge would take everything back from the broker."""
    terminal.write(CONFIG)
    have_two(terminal)
    for path in journal_files(terminal.state):
        path.unlink(missing_ok=True)
    if content is not None:
        (terminal.state / FILE_NAME).write_bytes(content)
    assert terminal("erase", "--yes").code == 0
    with terminal.journal() as journal:
        assert journal.shared.erased_at(computer_id(), terminal.now) is not None


def test_status_says_which_computers_are_not_connected(terminal: Terminal) -> None:
    """They follow later."""
    terminal.write(CONFIG)
    with terminal.journal() as journal:
        write_bridge_status(journal, BridgeStatus(awaited=("Laptop", "Work")))
    assert "Not connected: Laptop, Work." in terminal("status").out


def test_json_names_the_computer_on_which_a_reminder_was_answered(terminal: Terminal) -> None:
    """By its id, as the list of computers does; null is this one."""
    delivery = terminal.have_open()
    with terminal.journal() as journal:
        answered = Closed(Outcome.DONE, terminal.at("14:05"), computer="0a1b2c3d4e")
        journal.save(replace(delivery, state=answered))
    today = terminal("today", "--json").json
    assert [one["computer"] for one in today if "outcome" in one][-1] == "0a1b2c3d4e"
    exported = terminal("export").json["reminders"]
    assert "0a1b2c3d4e" in [one["computer"] for one in exported]


def test_undo_names_a_later_answer_on_another_computer(terminal: Terminal) -> None:
    """It takes back what was done here alone, and says where to undo the other one."""
    delivery = terminal.have_open()
    hint = "ou answered the 14:00 water on Laptop; undo that there.\n"
    have_two(terminal)

    def answer(at: str, outcome: Outcome = Outcome.DONE) -> None:
        with terminal.journal() as journal:
            state = Closed(outcome, terminal.at(at), computer="0a1b2c3d4e")
            journal.save(replace(delivery, state=state))

    answer("14:05", Outcome.MISSED)
    assert terminal("undo").err == "There is nothing to undo.\n"
    answer("14:05")
    said = terminal("undo")
    assert (said.code, said.err) == (1, f"There is nothing to undo here. Y{hint}")
    terminal.now = terminal.at("14:10")
    terminal("pause", "1h")
    # What was answered before it is not the last action.
    ended = "Undone: the pause is over, and reminders come again.\n"
    assert terminal("undo").out == ended
    terminal("pause", "1h")
    answer("14:11")
    terminal.now = terminal.at("14:12")
    assert terminal("undo").out == f"{ended}Later y{hint}"
    assert isinstance(terminal.remembered(delivery), Closed)
