"""Changing one value of the config file: set, unset."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nightcare.catalogue.reading import Words, words_for
from nightcare.cli.declaring import argument, command
from nightcare.cli.output import echo, problem_lines
from nightcare.cli.person import Person
from nightcare.desktop.only_one import service_runs
from nightcare.errors import ConfigError, NothingToDo, Place, Problem, StateError
from nightcare.places import place_of_config
from nightcare.replacing import alone_with, replace_file
from nightcare.settings.editing import Edited, Keys, path_of, readings, with_value, without
from nightcare.settings.known import expect_key
from nightcare.settings.layers import File, example_text, parsed, read_raw
from nightcare.settings.load import load_file
from nightcare.settings.loaded import Loaded
from nightcare.settings.origins import FromEnvironment, origins_of
from nightcare.settings.writing import path_text, value_text

WHEN_STARTED = "notify"
"""The table that a service heeds when it starts, and not while it runs."""


@command("set", help="Change one value, and keep the rest of your config file as it is.")
@argument("key")
@argument("value")
def set_command(person: Person, *, key: str, value: str) -> None:
    """Change one value."""
    where = path_of(key)
    expect_key(where)
    meant = readings(value)
    changed = _change(person, where, lambda raw: [with_value(raw, where, one) for one in meant])
    said = value_text(meant[changed.number])
    words = changed.words
    echo(words.say("did_set", key=path_text(where), value=said, path=changed.path))
    _tell_what_follows(person, where, changed)


@command("unset", help="Take one key out of your config file, so that its default holds.")
@argument("key")
def unset_command(person: Person, *, key: str) -> None:
    """Take one key out."""
    where = path_of(key)

    def take_out(raw: bytes) -> list[Edited]:
        edited = without(raw, where)
        if edited is None:
            # A key that nobody knows but that is there is a mistake, which this mends.
            expect_key(where)
            raise NothingToDo("nothing_to_unset", key=path_text(where))
        return [edited]

    changed = _change(person, where, take_out)
    echo(changed.words.say("did_unset", key=path_text(where), path=changed.path))
    _tell_what_follows(person, where, changed)


def content_of(path: Path) -> tuple[bytes, bool]:
    """What a config file holds, or would begin with; and whether it is there.

    Raises:
        ConfigError: It is there and cannot be read.
    """
    if path.exists():
        return read_raw(path), True
    return example_text().encode(), False


def spoken(person: Person) -> Words:
    """The person's language, also where their config is wrong.

    It is asked of another, for who asks it of a wrong config is told that something else is in
    force, and that is of no use to whoever is about to mend it.
    """
    return Person(person.named).any_words


def write(path: Path, raw: bytes) -> None:
    """Write a config file.

    Raises:
        StateError: It cannot be written; what was there is as it was.
    """
    try:
        replace_file(path, raw)
    except OSError as error:
        raise StateError("config_not_written", path=path, reason=error.strerror) from error


def tell_warnings(loaded: Loaded, words: Words) -> None:
    """Say what is allowed but may be a slip."""
    for one in loaded.warnings:
        echo("\n".join(problem_lines(one, words, warning=True)), err=True)


def tell_service(person: Person, words: Words, *, restart: bool = False) -> bool:
    """Say that a service knows of a change, if one runs; whether one does.

    Args:
        person: Whose service it is.
        words: Their language.
        restart: Whether the change is one that a service takes up when it starts.
    """
    runs = service_runs(person.state)
    if runs:
        echo(words.say("service_later" if restart else "service_knows"))
    return runs


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
    file: File
    number: int
    loaded: Loaded
    words: Words


def _change(person: Person, where: Keys, change: Callable[[bytes], Sequence[Edited]]) -> _Changed:
    """Write the first of some changes that leaves the file right.

    Raises:
        ConfigError: None does; nothing is written.
        StateError: It cannot be written.
    """
    path = place_of_config(person.named, os.environ)
    with alone_with(path):
        raw, there = content_of(path)
        old = parsed(str(path), raw)
        edited = change(raw)
        number, loaded = _first_right(old, where, edited)
        if edited[number].raw != raw or not there:
            write(path, edited[number].raw)
    words = words_for(loaded.schedule.language, os.environ)
    if not there:
        echo(words.say("made_from_example", path=path))
    for one in edited[number].beside:
        echo(words.say(one))
    file = parsed(str(path), edited[number].raw)
    return _Changed(path, file, number, loaded, words)


def _first_right(old: File, where: Keys, edited: Sequence[Edited]) -> tuple[int, Loaded]:
    """The first that is right; the environment, which may be another's, has no part in it."""
    refused: list[tuple[Problem, ...]] = []
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


def _placed(problem: Problem, where: Keys, name: str) -> Problem:
    """A mistake with its lines; without one where it is in what is not written."""
    if problem.where[: len(where)] == where:
        problem = replace(problem, place=Place(name))
    if problem.against is not None and problem.against[: len(where)] == where:
        problem = replace(problem, also=None)
    return problem


def _tell_what_follows(person: Person, where: Keys, changed: _Changed) -> None:
    origin = origins_of(changed.file, os.environ).of(where)
    if isinstance(origin, FromEnvironment):
        echo(changed.words.say("set_but_variable", variable=origin.variable))
    tell_warnings(changed.loaded, changed.words)
    tell_service(person, changed.words, restart=where[:1] == (WHEN_STARTED,))
