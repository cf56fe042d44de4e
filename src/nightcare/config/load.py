"""Loading the configuration: read, validate, understand; all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nightcare.config.build import WHATEVER_THE_SLEEP, build
from nightcare.config.layers import (
    ConfigFile,
    built_in,
    environment,
    laid_over,
    merged,
    parsed,
    read_file,
)
from nightcare.config.limits import MOST_VALUES, at_most, too_many_values
from nightcare.config.load_result import ConfigSource, LoadResult, Table
from nightcare.config.model import Config
from nightcare.config.validation_errors import located, validation_diagnostics
from nightcare.errors import ConfigError, Diagnostic

_ANY_TOPIC = "stretching"
"""The one with which a reminder may have every key."""

_NOT_ABOUT_WHEN = frozenset(
    {
        "topic",
        "text",
        "enabled",
        "snooze",
        "fresh",
        "stays",
        "repeat",
        "urgency",
        "sound",
        "quiet",
        "routine",
    }
)


def load(path: Path | None, variables: Mapping[str, str]) -> LoadResult:
    """Load the configuration.

    Args:
        path: The person's file; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake.
    """
    return load_file(None if path is None else read_file(path), variables)


def load_source(source: ConfigSource) -> LoadResult:
    """Load the configuration from what was read already, unless that could not be read.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake.
    """
    if source.path is None or source.text is None:
        return load(source.path, source.variables)
    return load_file(parsed(str(source.path), source.raw), source.variables)


def load_file(file: ConfigFile | None, variables: Mapping[str, str]) -> LoadResult:
    """Load the configuration from a file that was read already, or only written in mind.

    Args:
        file: What the file says, under its own name; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake.
    """
    defaults = built_in()
    tables = merged(defaults.values, {} if file is None else file.values)
    said = environment(variables, tables)
    values = laid_over(said.values, tables)
    if too_many_values(values):
        raise ConfigError((Diagnostic((), "too_many_values", {"most": MOST_VALUES}),))
    try:
        config = _config(said.values, tables)
    except ValidationError as error:
        found = validation_diagnostics(error)
        found += _contradictions(values, defaults.values, found)
        raise ConfigError(at_most(located(found, file, tables, said))) from error
    understood = build(config)
    warnings = at_most(located(understood.warnings, file, tables, said))
    if understood.schedule is None:
        mistakes = located(understood.mistakes, file, tables, said)
        raise ConfigError(at_most(mistakes), warnings)
    path = None if file is None else Path(file.name)
    return LoadResult(understood.schedule, warnings, path, values)


def load_values(values: Table, path: Path | None) -> LoadResult:
    """A configuration that was in force, from its values and the file that it was read from.

    Raises:
        ConfigError: This version does not understand it.
    """
    try:
        understood = build(_config({}, values))
    except ValidationError as error:
        raise ConfigError(tuple(validation_diagnostics(error))) from error
    if understood.schedule is None:
        raise ConfigError(understood.mistakes)
    return LoadResult(understood.schedule, (), path, values)


def _config(said: Table, tables: Table) -> Config:
    layers: dict[str, Any] = {"environment": said, "file": tables}
    return Config(**layers)


def _contradictions(
    values: Table, defaults: Table, found: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """What else is wrong beside the mistakes already found, so that all are told at once.

    Tables with a mistake give way to the defaults, and reminders with one are left out unless it
    has nothing to do with when they are due.
    """
    wrong = {str(problem.where[0]) for problem in found}
    sound = {key: value for key, value in values.items() if key not in wrong}
    sound |= {key: value for key, value in defaults.items() if key in wrong}
    sound["reminders"] = _sound_reminders(values["reminders"], found)
    mistakes = build(_config({}, sound)).mistakes
    if "routines" in wrong:
        # Of those that are left out it is not known what they would be.
        mistakes = tuple(one for one in mistakes if not one.key.startswith("routine_unknown"))
    if "sleep" in wrong:
        return tuple(one for one in mistakes if one.key in WHATEVER_THE_SLEEP)
    return mistakes


def _sound_reminders(reminders: Any, found: Iterable[Diagnostic]) -> Table:
    sound = dict(reminders) if isinstance(reminders, dict) else {}
    for problem in found:
        table, *keys = problem.where
        if table != "reminders" or not keys or keys[0] not in sound:
            continue
        name, *rest = keys
        if rest and rest[0] in _NOT_ABOUT_WHEN:
            kept = {key: value for key, value in sound[name].items() if key != rest[0]}
            sound[name] = {"topic": _ANY_TOPIC, **kept}
        else:
            del sound[name]
    return sound
