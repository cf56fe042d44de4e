"""The layers of the configuration: built-in file, the person's file, environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomli

from nightcare.errors import ConfigError, Problem
from nightcare.settings.positions import Positions, locate

PREFIX = "NIGHTCARE_"
NAMES_THE_FILE = "NIGHTCARE_CONFIG"

_DELIMITER = "__"
_LARGEST_FILE = 4 * 1024 * 1024

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A config file that was read and is TOML.

    Attributes:
        name: How to name it to the person.
        values: What it says.
        positions: Where it says so.
    """

    name: str
    values: Table
    positions: Positions


def built_in() -> File:
    """The defaults: the example file that the package carries."""
    return _parsed("config.example.toml", _example())


def example_text() -> str:
    """The commented example file, which is also the built-in defaults."""
    return _example()


def _example() -> str:
    return files("nightcare").joinpath("config.example.toml").read_text(encoding="utf-8")


def read_file(path: Path) -> File:
    """Read the person's file.

    Raises:
        ConfigError: It cannot be read, or is not TOML.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError((Problem((), "file_unreadable", {"reason": error.strerror or error},
                                   origin=name),)) from error  # fmt: skip
    if len(raw) > _LARGEST_FILE:
        raise ConfigError((Problem((), "file_too_large", {}, origin=name),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = Problem((), "file_not_utf8", {"byte": raw[error.start]}, line, 1, name)
        raise ConfigError((problem,)) from error
    return _parsed(name, text)


def _parsed(name: str, text: str) -> File:
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        problem = Problem((), "not_toml", {"reason": error.msg}, error.lineno, error.colno, name)
        raise ConfigError((problem,)) from error
    except RecursionError as error:
        raise ConfigError((Problem((), "file_too_deep", {}, origin=name),)) from error
    return File(name, values, locate(text))


def environment(variables: Mapping[str, str], below: Table) -> Table:
    """What `NIGHTCARE_*` says: `NIGHTCARE_SLEEP__WAKE=06:30` is `wake` of `[sleep]`.

    A value is TOML ("5", "true", a list), or JSON, or else text as it stands. Where a reminder's
    name has a hyphen, which no variable can have, an underscore stands for it.

    Args:
        variables: The environment.
        below: What the layers below say, to find such names.
    """
    said: Table = {}
    for variable in sorted(variables):
        if variable.startswith(PREFIX) and variable != NAMES_THE_FILE:
            keys = variable.removeprefix(PREFIX).lower().split(_DELIMITER)
            if keys[0] == "reminders" and len(keys) > 1:
                keys[1] = _reminder_name(keys[1], below.get("reminders", {}))
            _put(said, keys, _value(variables[variable]))
    return said


def variable_of(path: tuple[str | int, ...]) -> str:
    """The variable that sets the key of a path."""
    return PREFIX + _DELIMITER.join(str(key) for key in path).upper().replace("-", "_")


def _reminder_name(name: str, known: Mapping[str, object]) -> str:
    return next((one for one in known if one.lower().replace("-", "_") == name), name)


def _put(table: Table, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[keys[-1]] = value


def _value(text: str) -> Any:
    try:
        return tomli.loads(f"value = {text}")["value"] if "\n" not in text else text
    except tomli.TOMLDecodeError:
        pass
    try:
        return json.loads(text)
    except ValueError:
        return text


def merged(defaults: Table, file: Table) -> Table:
    """The person's file over the defaults.

    A file that has `[sleep]` replaces that table whole, and one that defines any reminder
    replaces all the built-in ones; every other table is laid over the defaults key by key.
    """
    result = dict(defaults)
    for key, value in file.items():
        below = result.get(key)
        whole = key == "sleep" or (key == "reminders" and value)
        if isinstance(value, dict) and isinstance(below, dict) and not whole:
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def laid_over(upper: Table, lower: Table) -> Table:
    """One layer over another, key by key at every depth, as pydantic-settings does it."""
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = laid_over(value, below)
        else:
            result[key] = value
    return result
