"""Changing one value of the config file: set, unset."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from nightcare.atomic_write import alone_with
from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_save import (
    WHEN_STARTED,
    content_of,
    spoken,
    tell_service,
    tell_warnings,
    write,
)
from nightcare.cli.declaring import argument, command
from nightcare.cli.output import echo
from nightcare.config.edit import Edited, Keys, path_of, readings, with_value, without
from nightcare.config.known_keys import expect_key
from nightcare.config.layers import ConfigFile, built_in_value, parsed
from nightcare.config.load import load_file
from nightcare.config.load_result import LoadResult
from nightcare.config.origins import FromEnvironment, origins_of
from nightcare.domain.moments import clock_text, length_text
from nightcare.domain.time_parser import TimeWords, parse_clock, parse_length
from nightcare.errors import ConfigError, Diagnostic, Location, NothingToDo, ValueRefused
from nightcare.i18n.translator import Translator, words_for
from nightcare.toml_writer import path_text, value_text

_PLAIN_LENGTH = re.compile(r"([0-9]+[dhms])+")

_LEFT_OUT = ("key_missing", "timing_missing", "only_with_every", "routine_steps_missing")
"""The mistakes of a table that lacks a key."""


@command("set", help="Change one value, and keep the rest of your config file as it is.")
@argument("key")
@argument("value")
def set_command(person: CommandContext, *, key: str, value: str) -> None:
    """Change one value."""
    where = path_of(key)
    expect_key(where)
    meant = (*readings(value), *_as_the_file_has_it(value, spoken(person).input))
    changed = _change(
        person, where, lambda raw: [with_value(raw, where, one) for one in meant], last_alike=True
    )
    said = value_text(meant[changed.number])
    words = changed.words
    echo(words.say("did_set", key=path_text(where), value=said, path=changed.path))
    _tell_what_follows(person, where, changed)


def _as_the_file_has_it(value: str, words: TimeWords) -> Iterator[str]:
    """Yield a clock time or a length that a person types as the example writes it."""
    with suppress(ValueRefused):
        yield clock_text(parse_clock(value, words))
    with suppress(ValueRefused):
        length = length_text(parse_length(value, words))
        # 90m is plain, and stays as it was typed.
        if not _PLAIN_LENGTH.fullmatch(value):
            yield length


@command("unset", help="Take one key out of your config file, so that its default holds.")
@argument("key")
def unset_command(person: CommandContext, *, key: str) -> None:
    """Take one key out, or give it its default again where its table must name it.

    Raises:
        ValueRefused: Its table must name it, and it has no default.
    """
    where = path_of(key)
    default = built_in_value(where)

    def take_out(raw: bytes) -> list[Edited]:
        edited = without(raw, where)
        if edited is None:
            # A key that nobody knows but that is there is a mistake, which this mends.
            expect_key(where)
            raise NothingToDo("nothing_to_unset", key=path_text(where))
        return [edited] if default is None else [edited, with_value(raw, where, default)]

    try:
        changed = _change(person, where, take_out)
    except ConfigError as error:
        if any(_is_left_out(problem, where) for problem in error.problems):
            table = path_text(where[:-1])
            raise ValueRefused("unset_required", key=path_text(where), table=table) from error
        raise
    said = changed.words.say
    if changed.number:
        value = value_text(default)
        echo(said("did_unset_to_default", key=path_text(where), value=value, path=changed.path))
    else:
        echo(said("did_unset", key=path_text(where), path=changed.path))
    _tell_what_follows(person, where, changed)


def _is_left_out(problem: Diagnostic, where: Keys) -> bool:
    """Return whether a mistake is that the table of a key cannot be without it."""
    table = where[:-1]
    return bool(table) and problem.where[: len(table)] == table and problem.key in _LEFT_OUT


@dataclass(frozen=True)
class _Changed:
    """A change that was written.

    Attributes:
        path: Where the file is.
        file: What it says.
        number: Which of the changes that were tried it is.
        loaded: What the file comes to now.
        words: Its language.
    """

    path: Path
    file: ConfigFile
    number: int
    loaded: LoadResult
    words: Translator


def _change(
    person: CommandContext,
    where: Keys,
    change: Callable[[bytes], Sequence[Edited]],
    *,
    last_alike: bool = False,
) -> _Changed:
    """Write the first of some changes that leaves the file right.

    Args:
        person: Whose file it is.
        where: The key that changes.
        change: Makes the changes to choose from.
        last_alike: Whether the last that comes to the same schedule is written instead.

    Raises:
        ConfigError: None does; nothing is written.
        StateError: It cannot be written.
    """
    path = person.config_place
    with alone_with(path):
        raw, there = content_of(path)
        old = parsed(str(path), raw)
        edited = change(raw)
        number, loaded = _first_right(old, where, edited)
        if last_alike:
            number, loaded = _last_alike(old.name, edited, number, loaded)
        if edited[number].raw != raw or not there:
            write(path, edited[number].raw)
    words = words_for(loaded.schedule.language, os.environ)
    if not there:
        echo(words.say("made_from_example", path=path))
    for one in edited[number].beside:
        echo(words.say(one))
    file = parsed(str(path), edited[number].raw)
    return _Changed(path, file, number, loaded, words)


def _first_right(old: ConfigFile, where: Keys, edited: Sequence[Edited]) -> tuple[int, LoadResult]:
    """The first that is right; the environment, which may be another's, has no part in it."""
    refused: list[tuple[Diagnostic, ...]] = []
    for number, one in enumerate(edited):
        file = parsed(old.name, one.raw)
        try:
            # Mistakes elsewhere are in the file that is there, on the lines where they are now.
            load_file(replace(file, lines=old.lines, positions=old.positions), {})
        except ConfigError as error:
            refused.append(tuple(_placed(problem, where, old.name) for problem in error.problems))
        else:
            return number, load_file(file, {})
    # Of the ways to take a value the first that is not itself the mistake.
    elsewhere = (one for one in refused if all(problem.line is not None for problem in one))
    raise ConfigError(next(elsewhere, refused[0]), key="config_kept")


def _last_alike(
    name: str, edited: Sequence[Edited], number: int, loaded: LoadResult
) -> tuple[int, LoadResult]:
    """The last of the changes after a right one that comes to the same schedule, or that one."""
    for later in range(len(edited) - 1, number, -1):
        try:
            same = load_file(parsed(name, edited[later].raw), {})
        except ConfigError:
            continue
        if same.schedule == loaded.schedule:
            return later, same
    return number, loaded


def _placed(problem: Diagnostic, where: Keys, name: str) -> Diagnostic:
    """A mistake with its lines; without one where it is in what is not written."""
    if problem.where[: len(where)] == where:
        problem = replace(problem, place=Location(name))
    if problem.against is not None and problem.against[: len(where)] == where:
        problem = replace(problem, also=None)
    return problem


def _tell_what_follows(person: CommandContext, where: Keys, changed: _Changed) -> None:
    origin = origins_of(changed.file, person.variables).of(where)
    if isinstance(origin, FromEnvironment):
        echo(changed.words.say("set_but_variable", variable=origin.variable))
    tell_warnings(changed.loaded.warnings, changed.words)
    tell_service(person, changed.words, restart=where[:1] == (WHEN_STARTED,))
