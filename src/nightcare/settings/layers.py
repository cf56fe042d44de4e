"""The layers of the configuration: built-in file, the person's file, environment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import Any

import tomli

from nightcare.errors import ConfigError, Problem
from nightcare.settings.positions import Positions, locate

PREFIX = "NIGHTCARE_"
NAMES_THE_FILE = "NIGHTCARE_CONFIG"

_DELIMITER = "__"
_LARGEST_FILE = 4 * 1024 * 1024
_DEEPEST = 16

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
    return parsed(str(path), read_raw(path))


def read_raw(path: Path) -> bytes:
    """What the person's file holds, as far as `parsed` needs it.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError((Problem((), "file_unreadable", {"reason": error.strerror or error},
                                   origin=str(path)),)) from error  # fmt: skip


def parsed(name: str, raw: bytes) -> File:
    """What the bytes of a config file say; a byte-order mark is skipped.

    Args:
        name: How to name it to the person.
        raw: What it holds.

    Raises:
        ConfigError: It is too large, or not TOML.
    """
    if len(raw) > _LARGEST_FILE:
        raise ConfigError((Problem((), "file_too_large", {}, origin=name),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # What the error holds is without a byte-order mark, as are all columns.
        before, wrong = error.object[: error.start].decode(), error.object[error.start]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem((), "file_not_utf8", {"byte": wrong}, line, column, name)
        raise ConfigError((problem,)) from error
    return _parsed(name, text)


def _parsed(name: str, text: str) -> File:
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        problem = Problem((), "not_toml", {"reason": error.msg}, error.lineno, error.colno, name)
        raise ConfigError((problem,)) from error
    except ValueError as error:
        # Python reads no number of more than 4300 digits, and tomli does not say where it is.
        raise ConfigError((Problem((), "number_too_long", {}, origin=name),)) from error
    except RecursionError as error:
        raise ConfigError((Problem((), "file_too_deep", {}, origin=name),)) from error
    if _too_deep(values):
        raise ConfigError((Problem((), "file_too_deep", {}, origin=name),))
    return File(name, values, locate(text))


def _too_deep(value: object) -> bool:
    """Whether tables and lists lie deeper in each other than any schedule needs."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the variables say.

    Attributes:
        values: The tables that they make.
        paths: The keys that each variable sets.
    """

    values: Table
    paths: Mapping[str, tuple[str, ...]]

    def variable(self, where: tuple[str | int, ...], below: Table) -> str | None:
        """The variable that what stands at a path comes from; None where it is from below."""
        reach = _reach(where, below)
        for variable, path in self.paths.items():
            shared = _shared(path, where)
            if shared == len(path) or shared > reach:
                return variable
        return None


def _reach(where: tuple[str | int, ...], table: Any) -> int:
    """How many of the keys lead to tables."""
    for number, key in enumerate(where):
        table = table.get(key)
        if not isinstance(table, dict):
            return number
    return len(where)


def _shared(one: Sequence[str | int], other: Sequence[str | int]) -> int:
    """How many of the first keys are the same."""
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def environment(variables: Mapping[str, str], below: Table) -> Environment:
    """What `NIGHTCARE_*` says: `NIGHTCARE_SLEEP__WAKE=06:30` is `wake` of `[sleep]`.

    A value is TOML ("5", "true", a list), or JSON, or else text as it stands. Where a reminder's
    name has a hyphen, which no variable can have, an underscore stands for it.

    Args:
        variables: The environment.
        below: What the layers below say, to find such names.
    """
    said: Table = {}
    paths: dict[str, tuple[str, ...]] = {}
    for variable in sorted(variables):
        if variable.startswith(PREFIX) and variable != NAMES_THE_FILE:
            name = _readable(variable)
            keys = name.removeprefix(PREFIX).lower().split(_DELIMITER, _DEEPEST)
            if keys[0] == "reminders" and len(keys) > 1:
                keys[1] = _reminder_name(keys[1], below["reminders"])
            paths[name] = tuple(keys)
            _put(said, keys, _value(_readable(variables[variable])))
    return Environment(said, paths)


def _readable(text: str) -> str:
    """A text without the bytes that are no UTF-8, which nothing after this could take."""
    return text.encode(errors="replace").decode()


def _reminder_name(name: str, known: object) -> str:
    names = known if isinstance(known, dict) else {}
    return next((one for one in names if one.lower().replace("-", "_") == name), name)


def _put(table: Table, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            # Two variables contradict each other; no table has such a key, so that one is told.
            inner = table[key] = {"": inner}
        table = inner
    table[keys[-1]] = value


def _value(text: str) -> Any:
    for read in (toml_value, _json):
        try:
            value = read(text)
        except (ValueError, RecursionError):
            continue
        if not _too_deep(value):
            return value
    return text


def toml_value(text: str) -> Any:
    """The value that is written so in TOML, in one line.

    Raises:
        ValueError: It is not TOML.
        RecursionError: It lies too deep in itself.
    """
    if "\n" in text:
        raise ValueError(text)
    return tomli.loads(f"value = {text}")["value"]


def _json(text: str) -> Any:
    value = json.loads(text)
    # JSON can escape what is no text.
    json.dumps(value, ensure_ascii=False).encode()
    return value


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
