"""The layers of the configuration: built-in file, the person's file, environment."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import Any

import tomli

from nightcare.config.limits import MOST_VALUES, too_many_values
from nightcare.config.load_result import LARGEST_FILE, NAMES_THE_FILE, PREFIX, Table, raw_of
from nightcare.config.locations import KeyLocation, KeyLocations, locate
from nightcare.config.locations import Path as Keys
from nightcare.config.toml_errors import line_at, not_toml, number_too_long, split
from nightcare.errors import ConfigError, Diagnostic, Location, Span

_DELIMITER = "__"

_DEEPEST = 16

_REFUSALS: Mapping[int | None, str] = {
    errno.ENOENT: "file_missing",
    errno.EISDIR: "file_is_folder",
    errno.EACCES: "file_not_allowed",
    errno.ENXIO: "file_not_plain",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class ConfigFile:
    """A config file that was read and is TOML.

    Attributes:
        name: How to name it to the person.
        values: What it says.
        lines: Its lines, without their ends.
        positions: Where it says so.
    """

    name: str
    values: Table
    lines: Sequence[str]
    positions: KeyLocations

    def place(self, position: KeyLocation | None) -> Location:
        """A place in this file; the file as a whole, where it is in no line of it."""
        if position is None:
            return Location(self.name)
        text = self.lines[position.line - 1]
        return Location(self.name, Span(position.line, position.column, position.end, text))


def built_in() -> ConfigFile:
    """The defaults: the example file that the package carries."""
    return _parsed("config.example.toml", _example())


def unwritten(values: Table) -> ConfigFile:
    """A config file that says this, and that nobody has written."""
    return ConfigFile("", values, split(""), locate(""))


def built_in_value(where: Sequence[str]) -> Any:
    """Return the value that the built-in file has at a path; None where it has none."""
    inner: Any = built_in().values
    for key in where:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner


def example_text() -> str:
    """The commented example file, which is also the built-in defaults."""
    return _example()


def _example() -> str:
    return files("nightcare").joinpath("config.example.toml").read_text(encoding="utf-8")


def read_file(path: Path) -> ConfigFile:
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
        return raw_of(path)
    except OSError as error:
        key = _REFUSALS.get(error.errno, "file_unreadable")
        raise _refused(str(path), key, reason=error.strerror or error) from error


def parsed(name: str, raw: bytes) -> ConfigFile:
    """What the bytes of a config file say; a byte-order mark is skipped.

    Args:
        name: How to name it to the person.
        raw: What it holds.

    Raises:
        ConfigError: It is too large, or not TOML.
    """
    if len(raw) > LARGEST_FILE:
        raise _refused(name, "file_too_large")
    if raw.startswith(_UTF_16) or _every_other_is_nothing(raw[:4]):
        raise _refused(name, "file_utf_16")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # What the error holds is without a byte-order mark, as are all columns.
        readable, before = error.object.decode(errors="replace"), error.object[: error.start]
        mark = line_at(readable.replace("\r\n", "\n"), len(before.decode().replace("\r\n", "\n")))
        values = {"byte": error.object[error.start]}
        raise _refused(name, "file_not_utf8", mark, **values) from error
    return _parsed(name, text)


def _every_other_is_nothing(raw: bytes) -> bool:
    """Whether bytes are plain letters in UTF-16 without a byte-order mark."""
    return [bool(byte) for byte in raw] in ([True, False] * 2, [False, True] * 2)


def _refused(name: str, key: str, mark: Span | None = None, /, **values: object) -> ConfigError:
    return ConfigError((Diagnostic((), key, values, place=Location(name, mark)),))


def _parsed(name: str, text: str) -> ConfigFile:
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError((not_toml(error, name),)) from error
    except ValueError as error:
        # Python reads no number of more than 4300 digits, and tomli does not say where it is.
        raise _refused(name, "number_too_long", number_too_long(text)) from error
    except RecursionError as error:
        raise _refused(name, "file_too_deep") from error
    if too_many_values(values):
        raise _refused(name, "too_many_values", most=MOST_VALUES)
    file = ConfigFile(name, values, split(text), locate(text))
    deep = _too_deep(values)
    if deep is not None:
        place = file.place(file.positions.value(deep))
        raise ConfigError((Diagnostic((), "file_too_deep", place=place),))
    return file


def _too_deep(value: object) -> Keys | None:
    """The path to where tables and lists lie deeper in each other than any schedule needs."""
    level: list[tuple[Keys, object]] = [((), value)]
    for _ in range(_DEEPEST):
        level = [
            ((*path, step), inner)
            for path, one in level
            if isinstance(one, dict | list)
            for step, inner in (one.items() if isinstance(one, dict) else enumerate(one))
        ]
    return level[0][0] if level else None


@dataclass(frozen=True)
class EnvironmentValues:
    """What the variables say.

    Attributes:
        values: The tables that they make.
        paths: The keys that each variable sets.
    """

    values: Table
    paths: Mapping[str, tuple[str, ...]]

    def variable(self, where: Keys, below: Table) -> str | None:
        """The variable that what stands at a path comes from; None where it is from below."""
        reach = _reach(where, below)
        for variable, path in self.paths.items():
            shared = _shared(path, where)
            if shared == len(path) or shared > reach:
                return variable
        return None


def _reach(where: Keys, table: Any) -> int:
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


def environment(variables: Mapping[str, str], below: Table) -> EnvironmentValues:
    """What `NIGHTCARE_*` says: `NIGHTCARE_SLEEP__WAKE=06:30` is `wake` of `[sleep]`.

    A value is TOML ("5", "true", a list), or JSON, or else text as it stands. Where a reminder's or
    a routine's name has a hyphen, which no variable can have, an underscore stands for it.

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
            if keys[0] in {"reminders", "routines"} and len(keys) > 1:
                keys[1] = _own_name(keys[1], below.get(keys[0]))
            paths[name] = tuple(keys)
            _put(said, keys, _value(_readable(variables[variable])))
    return EnvironmentValues(said, paths)


def _readable(text: str) -> str:
    """A text without the bytes that are no UTF-8, which nothing after this could take."""
    return text.encode(errors="replace").decode()


def _own_name(name: str, known: object) -> str:
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
        # No key takes such a number, but 22.30 is a clock time, whose last digit it would lose.
        if _too_deep(value) is None and not isinstance(value, float):
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
