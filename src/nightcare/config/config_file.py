"""The config file: reading it, and the built-in one that has the defaults."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import tomli

from nightcare.config.locations import KeyLocations, SourceText
from nightcare.config.locations import Path as KeyPath
from nightcare.config.source import LARGEST_FILE, raw_of
from nightcare.config.toml_errors import not_toml, number_too_long
from nightcare.config.values import Table
from nightcare.errors import ConfigError, Diagnostic, Location, Span

MAX_DEPTH = 16

MOST_VALUES = 5000
"""Keys and list entries of all layers together; more would hold up every command."""

_READ_ERRORS: Mapping[int | None, str] = {
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
        name: Its name in messages.
        values: Its tables.
        positions: The positions of its keys and values.
    """

    name: str
    values: Table
    positions: KeyLocations


def built_in() -> ConfigFile:
    """Return the defaults: the example file that the package carries."""
    return _parsed("config.example.toml", example_text())


def built_in_value(where: Sequence[str]) -> Any:
    """Return the value that the built-in file has at a path; None where it has none."""
    inner: Any = built_in().values
    for key in where:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner


def example_text() -> str:
    """Return the commented example file, which is also the built-in defaults."""
    return files("nightcare").joinpath("config.example.toml").read_text(encoding="utf-8")


def read_file(path: Path) -> ConfigFile:
    """Read and parse the person's file.

    Raises:
        ConfigError: It cannot be read, or is not TOML.
    """
    return parsed(str(path), read_raw(path))


def read_raw(path: Path) -> bytes:
    """Read the person's file.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return raw_of(path)
    except OSError as error:
        key = _READ_ERRORS.get(error.errno, "file_unreadable")
        raise _refused(str(path), key, reason=error.strerror or str(error)) from error


def parsed(name: str, raw: bytes) -> ConfigFile:
    """Parse the content of a config file; a byte-order mark is skipped.

    Args:
        name: Its name in messages.
        raw: Its content.

    Raises:
        ConfigError: It is too large, or not TOML.
    """
    if len(raw) > LARGEST_FILE:
        raise _refused(name, "file_too_large")
    if raw.startswith(_UTF_16) or _alternates_with_nul(raw[:4]):
        raise _refused(name, "file_utf_16")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error's object is without a byte-order mark, as are all columns.
        readable, before = error.object.decode(errors="replace"), error.object[: error.start]
        mark = SourceText(readable).span(len(before.decode().replace("\r\n", "\n")))
        values = {"byte": error.object[error.start]}
        raise _refused(name, "file_not_utf8", mark, **values) from error
    return _parsed(name, text)


def _alternates_with_nul(raw: bytes) -> bool:
    """Return whether bytes are ASCII letters in UTF-16 without a byte-order mark."""
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
    positions, deep = KeyLocations(text), too_deep(values)
    if deep is not None:
        raise _refused(name, "file_too_deep", positions.value(deep))
    return ConfigFile(name, values, positions)


def too_deep(value: object) -> KeyPath | None:
    """Return the path to a value at a depth over `MAX_DEPTH`; None where there is none."""
    level: list[tuple[KeyPath, object]] = [((), value)]
    for _ in range(MAX_DEPTH):
        level = [
            ((*path, step), inner)
            for path, one in level
            if isinstance(one, dict | list)
            for step, inner in (one.items() if isinstance(one, dict) else enumerate(one))
        ]
    return level[0][0] if level else None


def too_many_values(value: object) -> bool:
    """Return whether tables and lists hold more than `MOST_VALUES` keys and entries."""
    return len(list(islice(_entries(value), MOST_VALUES + 1))) > MOST_VALUES


def _entries(value: object) -> Iterator[object]:
    """Yield every key's value and every list entry, at every depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            for entry in inner.values() if isinstance(inner, dict) else inner:
                yield entry
                waiting.append(entry)
