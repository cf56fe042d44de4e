"""Changing one value of the config file: config set, config unset."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from nightcare.atomic_write import file_lock
from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.config_save import (
    READ_AT_START,
    config_translator,
    content_of,
    report_to_service,
    write_all,
)
from nightcare.cli.output import echo_text, print_diagnostics
from nightcare.config.config_file import ConfigFile, built_in_value, parsed
from nightcare.config.config_source import LoadResult
from nightcare.config.edit import Edited, Keys, path_of, readings, with_value, without
from nightcare.config.layers import Layers
from nightcare.config.load import load_file
from nightcare.config.validation_errors import expect_key
from nightcare.domain.moments import clock_text, length_text, parse_clock, parse_length
from nightcare.domain.time_words import TimeWords
from nightcare.errors import ConfigError, Diagnostic, Location, NothingToDo, ValueRefused
from nightcare.i18n.translator import Translator, words_for
from nightcare.toml_writer import path_text, value_text

_SIMPLE_LENGTH = re.compile(r"([0-9]+[dhms])+")

_MISSING = ("key_missing", "timing_missing", "only_with_every", "routine_steps_missing")
"""The diagnostics of a table that lacks a key."""


@click.command("set", cls=LocalisedCommand)
@click.argument("key")
@click.argument("value")
@pass_context
def set_command(context: CommandContext, *, key: str, value: str) -> None:
    """Change one value, and keep the rest of your config file as it is."""
    where = path_of(key)
    expect_key(where)
    candidates = (*readings(value), *_canonical(value, config_translator(context).input))
    changed = _change(
        context,
        where,
        lambda raw: [with_value(raw, where, one) for one in candidates],
        prefer_last=True,
    )
    text = value_text(candidates[changed.number])
    echo_text(
        changed.translator.text("did_set", key=path_text(where), value=text, path=changed.path)
    )
    _report(context, where, changed)


def _canonical(value: str, words: TimeWords) -> Iterator[str]:
    """Yield a clock time or a length that was typed in another form as the example writes it."""
    with suppress(ValueRefused):
        yield clock_text(parse_clock(value, words))
    with suppress(ValueRefused):
        length = length_text(parse_length(value, words))
        # 90m stays as it was typed.
        if not _SIMPLE_LENGTH.fullmatch(value):
            yield length


@click.command("unset", cls=LocalisedCommand)
@click.argument("key")
@pass_context
def unset_command(context: CommandContext, *, key: str) -> None:
    """Remove one key from your config file, so that its default applies."""
    where = path_of(key)
    default = built_in_value(where)

    def remove(raw: bytes) -> list[Edited]:
        edited = without(raw, where)
        if edited is None:
            # A key that is unknown but present is an error, which removing it fixes.
            expect_key(where)
            raise NothingToDo("nothing_to_unset", key=path_text(where))
        # A key that its table requires is set to its default.
        return [edited] if default is None else [edited, with_value(raw, where, default)]

    try:
        changed = _change(context, where, remove)
    except ConfigError as error:
        if any(_is_missing(problem, where) for problem in error.problems):
            table = path_text(where[:-1])
            raise ValueRefused("unset_required", key=path_text(where), table=table) from error
        raise
    say, name = changed.translator.text, path_text(where)
    if changed.number:
        value = value_text(default)
        echo_text(say("did_unset_to_default", key=name, value=value, path=changed.path))
    else:
        echo_text(say("did_unset", key=name, path=changed.path))
    _report(context, where, changed)


def _is_missing(problem: Diagnostic, where: Keys) -> bool:
    """Return whether a diagnostic says that the table of a key requires it."""
    table = where[:-1]
    return bool(table) and problem.where[: len(table)] == table and problem.key in _MISSING


@dataclass(frozen=True)
class _Changed:
    """A change that was written.

    Attributes:
        path: The path of the file.
        file: The file as it is now.
        number: The index of the change among those that were tried.
        loaded: The config as it is now.
        translator: Its language.
    """

    path: Path
    file: ConfigFile
    number: int
    loaded: LoadResult
    translator: Translator


def _change(
    context: CommandContext,
    where: Keys,
    change: Callable[[bytes], Sequence[Edited]],
    *,
    prefer_last: bool = False,
) -> _Changed:
    """Write the first of several changes that leaves the file valid.

    Args:
        context: The context of the command.
        where: The key that changes.
        change: Returns the changes to try on the content of the file.
        prefer_last: Whether to write the last change that gives the same schedule instead.

    Raises:
        ConfigError: None leaves it valid; nothing is written.
        StateError: It cannot be written.
    """
    path = context.config_place
    with file_lock(path):
        raw, exists = content_of(path, context)
        old = parsed(str(path), raw)
        changes = change(raw)
        number, loaded = _first_valid(old, where, changes)
        if prefer_last:
            number, loaded = _last_equal(old.name, changes, number, loaded)
        if changes[number].raw != raw or not exists:
            write_all({path: changes[number].raw})
    translator = words_for(loaded.schedule.language, os.environ)
    if not exists:
        echo_text(translator.text("made_from_example", path=path))
    for key in changes[number].side_effects:
        echo_text(translator.text(key))
    return _Changed(path, parsed(str(path), changes[number].raw), number, loaded, translator)


def _first_valid(old: ConfigFile, where: Keys, changes: Sequence[Edited]) -> tuple[int, LoadResult]:
    """Return the first valid change and its config, without variables, which may differ later.

    Raises:
        ConfigError: None is valid.
    """
    refused: list[tuple[Diagnostic, ...]] = []
    for number, one in enumerate(changes):
        file = parsed(old.name, one.raw)
        try:
            # Other errors are reported with the lines that they have in the file now.
            load_file(replace(file, positions=old.positions), {})
        except ConfigError as error:
            refused.append(tuple(_placed(problem, where, old.name) for problem in error.problems))
        else:
            return number, load_file(file, {})
    # Prefer a reading of the value whose error is not in the value itself.
    elsewhere = (one for one in refused if all(problem.line is not None for problem in one))
    raise ConfigError(next(elsewhere, refused[0]), key="config_kept")


def _last_equal(
    name: str, changes: Sequence[Edited], number: int, loaded: LoadResult
) -> tuple[int, LoadResult]:
    """Return the last change, not before `number`, that gives the same schedule; and its config."""
    for later in range(len(changes) - 1, number, -1):
        try:
            same = load_file(parsed(name, changes[later].raw), {})
        except ConfigError:
            continue
        if same.schedule == loaded.schedule:
            return later, same
    return number, loaded


def _placed(problem: Diagnostic, where: Keys, name: str) -> Diagnostic:
    """Return a diagnostic without the lines of a change that is not written."""
    if problem.where[: len(where)] == where:
        problem = replace(problem, place=Location(name))
    if problem.against is not None and problem.against[: len(where)] == where:
        problem = replace(problem, also=None)
    return problem


def _report(context: CommandContext, where: Keys, changed: _Changed) -> None:
    """Print the reasons why a change has no effect, and when the service applies it."""
    origin = Layers.of(changed.file, context.variables).origin(where)
    if origin.variable is not None:
        echo_text(changed.translator.text("set_but_variable", variable=origin.variable))
    print_diagnostics(changed.loaded.warnings, changed.translator, warning=True)
    report_to_service(context, changed.translator, needs_restart=where[:1] == (READ_AT_START,))
