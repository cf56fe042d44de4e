"""Loading the configuration: read, validate, understand; all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError, Problem
from nightcare.settings.layers import Table, built_in, environment, laid_over, merged, read_file
from nightcare.settings.model import Config
from nightcare.settings.problems import located, problems
from nightcare.settings.understand import understand


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that can be put in force.

    Attributes:
        schedule: What it says.
        warnings: What is allowed but may be a slip.
        path: The file it was read from; None for the built-in defaults.
        values: What is in force, as it was written.
    """

    schedule: Schedule
    warnings: tuple[Problem, ...]
    path: Path | None
    values: Table


def load(path: Path | None, variables: Mapping[str, str]) -> Loaded:
    """Load the configuration.

    Args:
        path: The person's file; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake.
    """
    defaults = built_in()
    file = None if path is None else read_file(path)
    tables = merged(defaults.values, {} if file is None else file.values)
    said = environment(variables, tables)
    try:
        config = _config(said, tables)
    except ValidationError as error:
        found = problems(error)
        found += _contradictions(tables, said, defaults.values, found)
        raise ConfigError(tuple(located(found, file, said, defaults.name))) from error
    understood = understand(config)
    if understood.schedule is None:
        raise ConfigError(tuple(located(understood.mistakes, file, said, defaults.name)))
    warnings = located(understood.warnings, file, said, defaults.name)
    return Loaded(understood.schedule, tuple(warnings), path, laid_over(said, tables))


def _config(said: Table, tables: Table) -> Config:
    layers: dict[str, Any] = {"environment": said, "file": tables}
    return Config(**layers)


def _contradictions(
    tables: Table, said: Table, defaults: Table, found: Iterable[Problem]
) -> tuple[Problem, ...]:
    """What else is wrong beside the mistakes already found, so that all are told at once.

    Reminders with a mistake are left out, and other tables with one give way to the defaults.
    """
    sound = {**tables, "reminders": dict(tables["reminders"])} if _table(tables) else {}
    for problem in found:
        table, *rest = problem.where
        if table == "sleep" or not sound or (table == "reminders" and not rest):
            return ()
        if table == "reminders":
            sound["reminders"].pop(rest[0], None)
        elif table in defaults:
            sound[str(table)] = defaults[str(table)]
        else:
            sound.pop(str(table), None)
    # The environment may be what is wrong, and adds to each table; without it is close enough.
    layers = {} if any(problem.where[0] in said for problem in found) else said
    try:
        return understand(_config(layers, sound)).mistakes
    except ValidationError:
        return ()


def _table(tables: Table) -> bool:
    return isinstance(tables.get("reminders"), dict)
