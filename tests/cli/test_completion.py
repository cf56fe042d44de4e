"""Completions while a command is typed."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from cli.terminal import Terminal
from nightcare.cli.command_group import app
from nightcare.domain.routine import BUILT_IN

REMINDERS = {"water", "evening-stretch", "loose-blanket"}
OTHER = '[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n'


def offered(*typed: str, begun: str = "") -> set[str]:
    """Return the completions of a word after these."""
    shell = ShellComplete(app, {}, "nightcare", "_NIGHTCARE_COMPLETE")
    return {one.value for one in shell.get_completions(list(typed), begun)}


@pytest.mark.parametrize("command", ["done", "snooze", "why", "try"])
def test_reminders_are_offered_where_they_belong(terminal: Terminal, command: str) -> None:
    """The built-in ones where there is no config, and after one of them no second."""
    assert not (terminal.home / "config").exists()
    assert offered(command) == REMINDERS
    assert offered(command, begun="wa") == {"water"}
    assert offered(command, begun="x") == set()
    assert offered(command, "water") == set()


@pytest.mark.parametrize("typed", [("--config", "FILE", "done"), ("done", "--config", "FILE")])
def test_reminders_are_those_of_the_config_that_is_named(
    terminal: Terminal, typed: tuple[str, ...]
) -> None:
    """Before the name of the command or behind it."""
    file = terminal.home / "other.toml"
    file.write_text(OTHER, encoding="utf-8")
    assert offered(*(str(file) if word == "FILE" else word for word in typed)) == {"walk"}


def test_reminders_are_those_of_the_config_that_the_environment_names(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for every command."""
    file = terminal.home / "other.toml"
    file.write_text(OTHER, encoding="utf-8")
    monkeypatch.setenv("NIGHTCARE_CONFIG", str(file))
    assert offered("why") == {"walk"}


@pytest.mark.parametrize("text", ["[reminders", OTHER + "language = 3\n", None])
def test_a_config_that_is_wrong_completes_nothing(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    """Nothing is printed into the typed line, and nothing is written."""
    file = terminal.home / "wrong.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    before = set(terminal.home.rglob("*"))
    assert offered("--config", str(file), "done") == set()
    assert capsys.readouterr() == ("", "")
    assert set(terminal.home.rglob("*")) == before


@pytest.mark.usefixtures("terminal")
def test_the_words_of_a_skip_are_offered() -> None:
    """A reminder and a span, or a span alone; nothing after it."""
    assert offered("skip") == {*REMINDERS, "today", "next"}
    assert offered("skip", begun="n") == {"next"}
    assert offered("skip", "water") == {"today", "next"}
    assert offered("skip", "today") == set()
    assert offered("skip", "water", "today") == set()


@pytest.mark.usefixtures("terminal")
def test_topics_are_offered() -> None:
    """By the commands that take one."""
    assert offered("tips", begun="s") == {"stretching", "sleep"}


def test_routines_are_offered(terminal: Terminal) -> None:
    """Those that are built in, and one's own."""
    file = terminal.home / "other.toml"
    own = '[routines.mine]\nname = "Mine"\nsteps = [{ text = "Stand.", seconds = 20 }]\n'
    file.write_text(own, encoding="utf-8")
    assert offered("stretch") == set(BUILT_IN)
    assert offered("--config", str(file), "stretch") == {*BUILT_IN, "mine"}
    file.write_text("[routines", encoding="utf-8")
    assert offered("--config", str(file), "stretch") == set(BUILT_IN)
