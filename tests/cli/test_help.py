"""The help of the commands: complete in every language, in words, and as wide as the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from cli.terminal import Terminal
from nightcare.cli.command_group import LazyGroup, app
from nightcare.cli.command_help import path_of
from nightcare.i18n.reference_texts import HelpTexts, of_option, read_help
from nightcare.languages import languages


def commands(
    group: click.Group = app, above: click.Context | None = None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield each command with its path and a context."""
    context = above or click.Context(app, info_name="nightcare", **app.context_settings)
    yield path_of(context), group, context
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, context, info_name=name)
        if isinstance(command, click.Group):
            yield from commands(command, below)
        else:
            yield path_of(below), command, below


ALL = list(commands())
PATHS = [path for path, _, _ in ALL]


@pytest.mark.parametrize("language", languages())
def test_each_command_has_its_texts_and_nothing_is_left_over(language: str) -> None:
    """A sentence for each command and option, a placeholder for each argument."""
    texts = read_help(language)
    assert list(texts.about) == [*dict.fromkeys(texts.about)]
    assert set(texts.about) == set(PATHS)
    assert {*texts.details, *texts.examples} <= set(PATHS)
    used: set[str] = set()
    for path, command, context in ALL:
        arguments = [one for one in command.get_params(context) if isinstance(one, click.Argument)]
        placeholders = texts.arguments.get(path, ())
        assert len(placeholders) == len(arguments), path
        for one, placeholder in zip(arguments, placeholders, strict=True):
            assert placeholder.startswith("[") != one.required, (path, placeholder)
        options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
        for option in options:
            if not option.hidden:
                assert of_option(texts.options, path, option.opts[-1]), (path, option.opts)
                used |= keys_of(texts, path, option.opts[-1])
    assert used == set(texts.options)


def keys_of(texts: HelpTexts, path: str, option: str) -> set[str]:
    """Return the key that has the text about an option."""
    text = of_option(texts.options, path, option)
    keys = (f"{path} {option}", f"{path.partition(' ')[0]} {option}", option)
    return {next(one for one in keys if texts.options.get(one) == text)}


@pytest.mark.parametrize("language", languages())
def test_the_languages_have_the_same_texts(language: str) -> None:
    """None is missing, and none is left over; examples are as many."""
    english, other = vars(read_help("en")), vars(read_help(language))
    for table, texts in english.items():
        assert list(other[table]) == list(texts), table
    assert {path: len(one) for path, one in read_help(language).examples.items()} == {
        path: len(one) for path, one in read_help("en").examples.items()
    }


@pytest.mark.parametrize("language", languages())
def test_an_example_is_a_command_line_that_click_takes(language: str) -> None:
    """They may be copied."""
    for examples in read_help(language).examples.values():
        for line in examples:
            words = shlex.split(line)
            assert words.pop(0) == "nightcare"
            context = app.make_context("nightcare", list(words), resilient_parsing=False)
            command: click.Command = app
            while isinstance(command, click.Group) and words and not words[0].startswith("-"):
                name = words.pop(0)
                found = command.get_command(context, name)
                assert found is not None, line
                command = found
            command.make_context("x", words, parent=context)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("path", PATHS)
def test_help_fits_the_terminal_and_is_in_the_language(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, path: str, language: str, columns: int
) -> None:
    """Lines break between words; only an example to copy may be longer."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LANG", {"en": "en_GB.UTF-8", "da": "da_DK.UTF-8"}[language])
    result = terminal(*path.split(), "--help")
    assert (result.code, result.err) == (0, "")
    texts = read_help(language)
    assert result.out.startswith(f"{texts.labels['usage']} nightcare")
    assert texts.options["--help"].split()[-1] in result.out
    whole = {*texts.examples.get(path, {}), *texts.metavars.values()}
    for line in result.out.splitlines():
        known = any(one in line for one in whole) or "--" in line
        assert len(line) <= columns or known, line
    assert terminal("help", *path.split()).out == result.out


@pytest.mark.parametrize("words", [(), ("cramp",), ("config",)])
def test_a_group_alone_shows_its_help(terminal: Terminal, words: tuple[str, ...]) -> None:
    """It is no mistake, and all its commands are there."""
    result = terminal(*words)
    assert (result.code, result.err) == (0, "")
    assert result.out == terminal(*words, "--help").out
    group: click.Command = app
    for word in words:
        found = app.get_command(click.Context(app), word)
        assert found is not None
        group = found
    assert isinstance(group, LazyGroup)
    for name in group.list_commands(click.Context(group)):
        assert f"\n  {name} " in result.out


def test_the_overview_begins_with_setup_and_ends_with_examples(terminal: Terminal) -> None:
    """Somebody new learns where to start."""
    text = " ".join(terminal("--help").out.split())
    assert "Start with `nightcare setup`." in text
    assert text.endswith("such as `nightcare help snooze`.")
    assert text.index("Start here:") < text.index("During the day:") < text.index("Examples:")


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_has_a_short_option(terminal: Terminal, flag: str) -> None:
    """As most programs have it."""
    assert terminal(flag).out.startswith("nightcare, version ")


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("stauts",), "nightcare status"),
        (("doc",), "nightcare doctor"),
        (("prev",), "nightcare preview"),
        (("goodnight",), "nightcare good-night"),
        (("cramp", "ad"), "nightcare cramp add"),
        (("config", "chek"), "nightcare config check"),
        (("help", "snoze"), "nightcare snooze"),
        # A command of a group, without the group.
        (("add",), "nightcare cramp add"),
        (("check",), "nightcare config check"),
    ],
)
def test_a_misspelt_command_gets_a_suggestion(
    terminal: Terminal, words: tuple[str, ...], nearest: str
) -> None:
    """As a command to copy."""
    result = terminal(*words)
    assert (result.code, result.out) == (2, "")
    assert f"did you mean `{nearest}`?" in result.err


def test_what_resembles_nothing_gets_none(terminal: Terminal) -> None:
    """A wrong guess helps nobody."""
    assert "did you mean" not in terminal("zzz").err
