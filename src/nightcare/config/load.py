"""Loading of the configuration: read, validate, check and build; all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nightcare.config.build import SleepWeek, build
from nightcare.config.checks import TIMINGS, build_checkable, check
from nightcare.config.config_file import (
    MOST_VALUES,
    ConfigFile,
    built_in,
    parsed,
    read_file,
    too_many_values,
)
from nightcare.config.config_source import ConfigSource, LoadResult, json_values
from nightcare.config.layers import Layers
from nightcare.config.lint import lint
from nightcare.config.model import Config, ReminderTable
from nightcare.config.validation_errors import keys_of, located, validation_diagnostics
from nightcare.config.values import Table
from nightcare.errors import ConfigError, Diagnostic

_ANY_TOPIC = "stretching"
"""The topic whose reminders may have every key."""

_OTHER_KEYS = set(keys_of(ReminderTable)) - {*TIMINGS, "from", "until", "days"}
"""The keys of a reminder that do not affect its due times."""


def load(path: Path | None, variables: Mapping[str, str]) -> LoadResult:
    """Load the configuration.

    Args:
        path: The person's file; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.

    Raises:
        ConfigError: It is invalid; the error has every mistake.
    """
    return load_file(None if path is None else read_file(path), variables)


def load_source(source: ConfigSource) -> LoadResult:
    """Load the configuration from a source; a file that could not be read is tried again.

    Raises:
        ConfigError: It is invalid; the error has every mistake.
    """
    if source.path is None or source.text is None:
        return load(source.path, source.variables)
    return load_file(parsed(str(source.path), source.raw), source.variables)


def load_file(file: ConfigFile | None, variables: Mapping[str, str]) -> LoadResult:
    """Load the configuration from a file that was parsed, or exists in memory only.

    Args:
        file: The file; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.

    Raises:
        ConfigError: It is invalid; the error has every mistake.
    """
    layers = Layers.of(file, variables)
    values = layers.values
    if too_many_values(values):
        raise ConfigError((Diagnostic((), "too_many_values", {"most": MOST_VALUES}),))
    try:
        sources: dict[str, Any] = {"environment": layers.environment, "file": layers.tables}
        Config(**sources)
    except ValidationError as error:
        found = validation_diagnostics(error)
        found += _check_the_rest(values, found)
        raise ConfigError(located(found, layers)) from error
    week, reminders = SleepWeek(values["sleep"]), build_checkable(values)
    warnings = located(lint(values, reminders, week), layers)
    mistakes = located(check(values, reminders, week), layers)
    if mistakes:
        raise ConfigError(mistakes, warnings)
    path = None if file is None else Path(file.name)
    return LoadResult(build(values), warnings, path, json_values(values))


def _check_the_rest(values: Table, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the contradictions between values, in addition to the errors of single values.

    The defaults take the place of tables with a mistake. A reminder with a mistake is left out,
    unless the key of the mistake does not affect its due times.
    """
    wrong = {str(one.where[0]) for one in found}
    defaults = built_in().values
    valid = {key: defaults.get(key, {}) if key in wrong else value for key, value in values.items()}
    valid["reminders"] = _valid_reminders(values["reminders"], found)
    reminders = build_checkable(valid)
    return list(check(valid, reminders, SleepWeek(valid["sleep"]), wrong))


def _valid_reminders(reminders: Any, found: Iterable[Diagnostic]) -> Table:
    valid = dict(reminders) if isinstance(reminders, dict) else {}
    for one in found:
        table, *keys = one.where
        if table != "reminders" or not keys or keys[0] not in valid:
            continue
        name, *rest = keys
        if rest and rest[0] in _OTHER_KEYS:
            kept = {key: value for key, value in valid[name].items() if key != rest[0]}
            valid[name] = {"topic": _ANY_TOPIC, **kept}
        else:
            del valid[name]
    return valid
