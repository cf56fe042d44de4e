"""A command line that is not understood: a sentence in the person's language, and where help is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
import pytest

from cli.terminal import Terminal
from nightcare.cli.command_group import app
from nightcare.cli.usage_errors import usage_error

CASES = [
    (("nope",), 'There is no command "nope".', "Der er ingen kommando ”nope”.", ""),
    (("don",), "did you mean `nightcare done`?", "mente du `nightcare done`?", ""),
    (
        ("config", "shw"),
        "did you mean `nightcare config show`?",
        "mente du `nightcare config show`?",
        "config ",
    ),
    (("--nope",), "There is no option --nope here.", "Der er intet valg --nope her.", ""),
    (("status", "--jsn"), "did you mean --json?", "mente du --json?", "status "),
    (("done", "-x"), "There is no option -x here.", "Der er intet valg -x her.", "done "),
    (("config", "set"), "KEY is missing.", "NØGLE mangler.", "config set "),
    (("done", "a", "b", "c"), '"b c" is not expected here.', "”b c” hører ikke til her.", "done "),
    (("status", "--json=3"), "--json takes no value.", "--json tager ingen værdi.", "status "),
    (("cramp", "add", "--leg"), "--leg needs a value", "--leg skal have en værdi", "cramp add "),
    (("--config", "x"), "Give a command.", "Skriv en kommando.", ""),
    (("cramp", "add", "--leg", "x"), "left, right, both.", "venstre, højre, begge.", "cramp add "),
    (
        ("report", "--days", "x"),
        "--days must be a whole number",
        "--days skal være et helt tal",
        "report ",
    ),
    (
        ("cramp", "change", "0"),
        "NUMBER must be a whole number of at least 1",
        "NUMMER skal være et helt tal, mindst 1",
        "cramp ",
    ),
]


@pytest.fixture
def terminal_in(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Terminal]:
    """Return the terminal in a language."""

    def made(language: str) -> Terminal:
        monkeypatch.setenv("LANG", f"{language}_{language.upper()}.UTF-8")
        return terminal

    return made


SAID = [
    (language, arguments, sentence, path)
    for arguments, english, danish, path in CASES
    for language, sentence in (("en", english), ("da", danish))
]


@pytest.mark.parametrize(("language", "arguments", "sentence", "path"), SAID)
def test_it_is_said_in_the_persons_language(
    terminal_in: Callable[[str], Terminal],
    language: str,
    arguments: tuple[str, ...],
    sentence: str,
    path: str,
) -> None:
    """With exit code 2, the command whose help says more, and nothing of click's own words."""
    result = terminal_in(language)(*arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert f"{'Se' if language == 'da' else 'See'} `nightcare {path}" in result.err
    assert "Usage" not in result.err
    assert "Error" not in result.err


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of all commands."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", list(commands(app)), ids=" ".join)
def test_every_command_refuses_an_option_that_it_does_not_have(
    terminal_in: Callable[[str], Terminal], words: tuple[str, ...]
) -> None:
    """In Danish as in English."""
    result = terminal_in("da")(*words, "--no-such-option")
    said = "Der er intet valg --no-such-option her"
    assert (result.code, result.err[: len(said)]) == (2, said)
    assert result.err.endswith(f"Se `nightcare {' '.join(words)} --help`.\n")


def test_what_nobody_has_foreseen_has_a_sentence_as_well() -> None:
    """The words of click are not repeated."""
    found = usage_error(click.UsageError("Something in English."), ["done"])
    assert (found.key, found.exit_code) == ("usage_other", 2)
    assert found.values == {"help": "nightcare done --help"}
    odd = click.BadParameter("Something.", param=click.Option(["--odd"], type=click.UUID))
    assert usage_error(odd, []).key == "usage_value"
