"""Output fits the terminal, and a terminal that is asked for plain text draws nothing."""

from __future__ import annotations

import sys

import pytest
import tomli

from cli.talk import talking
from cli.terminal import Terminal
from nightcare.cli.output import fitted


def narrow(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, language: str = "en") -> Terminal:
    """Return a person at a terminal of 40 columns, with something to read."""
    terminal.have_open("14:00")
    terminal.write(
        f'language = "{language}"\n'
        '[reminders.stretch]\ntopic = "stretching"\nat = "bedtime - 45m"\n'
        'text = "A stretch with a long name, before bed"\n'
        '[reminders.night]\ntopic = "sleep"\nat = "03:00"\n'
    )
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    return terminal


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize(
    "words", ["status", "today", "next", "preview --days 2", "why", "pause 20h", "config check"]
)
def test_output_breaks_between_words(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, words: str, language: str
) -> None:
    """A line is longer than the terminal only if it is one word, or an excerpt of the config."""
    result = narrow(terminal, monkeypatch, language)(*words.split())
    lines = [*result.out.splitlines(), *result.err.splitlines()]
    assert lines
    for line in lines:
        assert len(line) <= 40 or len(line.split()) == 1 or " | " in line, line


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_stretch_breaks_between_words(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """From its title to the question before its first step."""

    class Stopped:
        """A clock that Ctrl-C stops."""

        def monotonic(self) -> float:
            return 0.0

        def sleep(self, seconds: float) -> None:  # noqa: ARG002 - it does not sleep
            raise KeyboardInterrupt

    monkeypatch.setattr("nightcare.cli.stretch.time", Stopped())
    lines = narrow(terminal, monkeypatch, language)("stretch").out.splitlines()
    assert len(lines) > 10
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("language", ["en", "da"])
def test_questions_break_between_words(environment: dict[str, str], language: str) -> None:
    """Their colon stays beside the answer of Enter."""
    with talking({**environment, "COLUMNS": "40", "LANG": language}, "setup") as talk:
        for answer in [*["\n"] * 8, "n\n"]:
            talk.answer("]:", answer)
        talk.end()
    lines = talk.said.splitlines()
    assert len(lines) > 20
    for line in lines:
        assert len(line.rstrip()) <= 40 or environment["HOME"] in line, line


def test_a_shown_config_has_its_comments_on_lines_of_their_own(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is still TOML, and has the same values as on a wide terminal."""
    text = narrow(terminal, monkeypatch)("config", "show").out
    assert tomli.loads(text)["reminders"]["night"]["at"] == "03:00"
    for line in text.splitlines():
        assert len(line) <= 40 or " # " not in line, line


def test_what_a_program_reads_is_not_broken(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON and paths are the same on any terminal."""
    somebody = narrow(terminal, monkeypatch)
    assert somebody("today", "--json").json
    assert somebody("config", "path").out == f"{somebody.config}\n"


def test_a_text_is_one_line_where_there_is_no_terminal(terminal: Terminal) -> None:
    """Unless it has a width of its own."""
    assert fitted("a b " * 40, "  ") == "  " + "a b " * 40
    assert max(map(len, fitted("a b " * 40, "  ", widest=30).splitlines())) <= 30
    assert terminal("status").out.splitlines()[0] == "nightcare is not running."
