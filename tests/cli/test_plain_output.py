"""Plain output, for screen readers: `--plain` and TERM=dumb draw nothing and move nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

import pytest

from cli.talk import CONTROL_C, talking
from cli.terminal import Terminal
from cli.test_danish_output import PRINTED
from nightcare.cli.command_group import COMMANDS

DRAWN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # control characters, as of escape sequences
    r"|[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2800-\u28ff\U0001f000-\U0001faff]"
    r"|([-=_#*~])\1{3,}"  # a line of signs
)
"""Arrows, boxes, blocks, symbols, escape sequences, and lines of signs."""

PLAIN = [(("--plain",), "xterm"), ((), "dumb")]
WAYS = ["option", "terminal"]

MOVING: dict[str, list[tuple[str, str]]] = {
    "relief": [
        ("q: close", "s"),
        ("Press Enter to start.", "\n"),
        ("Step 1 of 7", CONTROL_C),
        ("q: close", "q"),
    ],
    "stretch up": [("Press Enter to start.", "\n")],
    "rehearse --seconds 1": [],
    "config check": [],
}
"""Commands that draw on a usual terminal, with the keys that a person presses."""


def drawn(text: str) -> list[str]:
    """Return the lines with something drawn."""
    return [line for line in text.splitlines() if DRAWN.search(line)]


@pytest.mark.parametrize(("options", "kind"), PLAIN, ids=WAYS)
@pytest.mark.parametrize(
    "command",
    [*PRINTED, "doctor", *(f"help {one}" for group in COMMANDS.values() for one in group)],
)
def test_a_command_prints_plain_text(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    options: tuple[str, ...],
    kind: str,
) -> None:
    """Its result and its error, on a terminal that could draw."""
    terminal.have_open("14:00")
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setenv("COLUMNS", "80")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    result = terminal(*options, *command.split())
    assert result.out or result.err
    assert drawn(f"{result.out}\n{result.err}") == []


@pytest.fixture
def evening(terminal: Terminal, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a person with a short stretch, and a mistake in another config."""
    terminal.write('[routines.up]\nsteps = [{ text = "Stand up.", seconds = 1 }]\n')
    terminal.write('[sleep]\nbedtime = "25:00"\n', terminal.home / "other.toml")
    return {**environment, "COLUMNS": "80", "LINES": "24"}


def shown(command: str, environment: Mapping[str, str], *options: str) -> str:
    """Run one of the commands that draw in a terminal, and return all that it showed."""
    other = ("--config", f"{environment['HOME']}/other.toml") if "config" in command else ()
    with talking(environment, *options, *other, *command.split()) as talk:
        for question, keys in MOVING[command]:
            talk.answer(question, keys)
        talk.end()
    return talk.said


@pytest.mark.parametrize(("options", "kind"), PLAIN, ids=WAYS)
@pytest.mark.parametrize("command", MOVING)
def test_a_display_that_moves_is_plain_text(
    evening: dict[str, str], command: str, options: tuple[str, ...], kind: str
) -> None:
    """Cards, bars and excerpts of the config, until they end."""
    text = shown(command, {**evening, "TERM": kind}, *options)
    assert len(text) > 100
    assert drawn(text) == []


@pytest.mark.parametrize("command", MOVING)
def test_what_is_drawn_is_found(evening: dict[str, str], command: str) -> None:
    """Each of these draws on a usual terminal."""
    assert drawn(shown(command, {**evening, "TERM": "xterm"})) != []
