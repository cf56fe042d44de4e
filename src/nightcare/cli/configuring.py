"""The config file: init, check, show, path."""

from __future__ import annotations

import os
from pathlib import Path

import click

from nightcare.catalogue.problems import as_toml, key_text, problem_text
from nightcare.catalogue.reading import words_for
from nightcare.cli.output import problem_lines, say_json
from nightcare.cli.person import Person, as_json, command
from nightcare.errors import ConfigError, Problem, StateError
from nightcare.places import config_file
from nightcare.settings.layers import example_text
from nightcare.settings.load import load


@click.group("config", help="Your config file: init, check, show, path.")
def config_command() -> None:
    """Your config file."""


@command("init", help="Write the commented example as your config file.")
def init(person: Person) -> None:
    """Write the commented example as the person's config file."""
    path = person.config or config_file()
    if path.exists() or path.is_symlink():
        raise StateError("config_exists", path=path)
    click.echo(person.any_words.say("did_init", path=write_example(path)))


@command("check", help="Say whether a config file is right, and where it is not.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@as_json
def check(person: Person, *, file: Path | None, for_program: bool) -> int:
    """Whether a config file is right, and where it is not."""
    path = file or person.config
    mistakes: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    language = None
    try:
        loaded = load(path, os.environ)
        warnings = loaded.warnings
        language = loaded.schedule.language
    except ConfigError as error:
        mistakes, warnings = error.problems, error.warnings
    words = words_for(language, os.environ)
    if for_program:
        found = [("error", one) for one in mistakes] + [("warning", one) for one in warnings]
        say_json(
            [
                {
                    "severity": severity,
                    "file": one.place.origin or None,
                    "line": one.line,
                    "column": one.column,
                    "end_column": None if one.place.mark is None else one.place.mark.end,
                    "key": key_text(one.where),
                    "message": problem_text(one, words),
                }
                for severity, one in found
            ]
        )
    else:
        for one in mistakes:
            click.echo("\n".join(problem_lines(one, words)), err=True)
        for one in warnings:
            click.echo("\n".join(problem_lines(one, words, warning=True)), err=True)
        if not mistakes:
            name = words.say("built_in") if path is None else str(path)
            click.echo(words.say("config_right", path=name))
    return ConfigError.exit_code if mistakes else 0


@command("show", help="Print what is in force: the file over the defaults, and the environment.")
@as_json
def show(person: Person, *, for_program: bool) -> None:
    """What is in force."""
    values = person.loaded.values
    if for_program:
        say_json(values)
    else:
        for key, value in _flat(values):
            click.echo(f"{key} = {as_toml(value, shorten=False)}")


@command("path", help="Print where your config file is, or would be.")
def path_(person: Person) -> None:
    """Where the config file is, or would be."""
    click.echo(person.config or config_file())


def write_example(path: Path) -> Path:
    """Write the commented example; returns the file.

    Raises:
        StateError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(example_text())
    except OSError as error:
        raise StateError("config_not_written", path=path, reason=error.strerror) from error
    return path


def _flat(table: dict[str, object], above: str = "") -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _flat(value, f"{above}{key}.")
        else:
            lines.append((above + key, value))
    return lines


for _one in (init, check, show, path_):
    config_command.add_command(_one)
