"""The input and the result of loading a configuration, apart from validation."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nightcare.config.build import build
from nightcare.config.values import Table
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError, Diagnostic, Location, Span, ValueRefused
from nightcare.regular_file import read_regular

PREFIX = "NIGHTCARE_"
NAMES_THE_FILE = "NIGHTCARE_CONFIG"

LARGEST_FILE = 512 * 1024
"""The maximum size of a config file in bytes; no schedule needs more."""

_ANY_BYTE = "latin-1"


@dataclass(frozen=True)
class LoadResult:
    """A valid configuration.

    Attributes:
        schedule: The schedule.
        warnings: Values that are allowed but may be mistakes.
        path: The file it was read from; None for the built-in defaults.
        values: The tables of all layers in a form for JSON; the schedule is built from these.
    """

    schedule: Schedule
    warnings: tuple[Diagnostic, ...]
    path: Path | None
    values: Table


@dataclass(frozen=True)
class ConfigSource:
    """All input from which a configuration is loaded.

    Attributes:
        path: The person's file; None for the built-in defaults.
        text: Its content, a character for each byte; None without a file, or an unreadable one.
        variables: The `NIGHTCARE_*` that override it.
    """

    path: Path | None
    text: str | None
    variables: dict[str, str]

    @property
    def raw(self) -> bytes:
        """The file's content."""
        return (self.text or "").encode(_ANY_BYTE)


Load = Callable[[ConfigSource], LoadResult]
"""Loads the configuration, or raises a ConfigError."""


def source_of(path: Path | None, variables: Mapping[str, str]) -> ConfigSource:
    """Read the source of a configuration; the loader reports an unreadable file.

    Args:
        path: The person's file; None for the built-in defaults.
        variables: The environment, whose `NIGHTCARE_*` override the file.
    """
    text = None
    if path is not None:
        try:
            text = raw_of(path).decode(_ANY_BYTE)
        except OSError:
            text = None
    return ConfigSource(path, text, settings_of(variables))


def settings_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that override the config file."""
    return {
        name: value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != NAMES_THE_FILE
    }


def raw_of(path: Path) -> bytes:
    """Return the content of a config file, up to one byte more than is allowed.

    A named pipe is opened only if a shell made it for this command, as `<(...)` and `|` do, because
    opening any other waits for its writer. The null device is an empty file.

    Raises:
        OSError: It cannot be read; with ENXIO it is a named pipe, a socket, a device or a file that
            the kernel makes up, such as /proc/kmsg.
    """
    status = path.stat()
    # A pipe of the shell has no name of its own.
    if stat.S_ISFIFO(status.st_mode) and not path.resolve().exists():
        with path.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    if os.path.samestat(status, os.stat(os.devnull)):  # noqa: PTH116 - as short
        return b""
    return read_regular(path, LARGEST_FILE + 1)


# As JSON: in the cache, from the validating subprocess, and in the status of the service


def json_values(tables: Table) -> Table:
    """Return valid tables in a form for JSON: TOML times become text."""
    text = json.dumps(tables, default=lambda clock: clock.replace(microsecond=0).isoformat())
    values: Table = json.loads(text)
    return values


def result_to_json(result: LoadResult) -> dict[str, object]:
    """Return a result as data for JSON; the schedule is left out."""
    return {
        "path": None if result.path is None else str(result.path),
        "values": result.values,
        "warnings": [asdict(one) for one in result.warnings],
    }


def result_from_json(data: Mapping[str, Any]) -> LoadResult:
    """Return the result that `result_to_json` was given; its schedule is built again.

    Raises:
        ConfigError: The data is damaged, or of another version.
    """
    try:
        path = None if data["path"] is None else Path(data["path"])
        warnings = tuple(map(_diagnostic, data.get("warnings", ())))
        return LoadResult(build(data["values"]), warnings, path, data["values"])
    except (LookupError, TypeError, ValueError, AttributeError, ValueRefused) as error:
        raise ConfigError(()) from error


def error_to_json(error: ConfigError) -> dict[str, object]:
    """Return the diagnostics of an invalid configuration as data for JSON."""
    return {
        "problems": [asdict(one) for one in error.problems],
        "warnings": [asdict(one) for one in error.warnings],
        "key": error.key,
    }


def error_from_json(data: Mapping[str, Any]) -> ConfigError:
    """Return the error that `error_to_json` was given."""
    problems, warnings = (tuple(map(_diagnostic, data[key])) for key in ("problems", "warnings"))
    return ConfigError(problems, warnings, data["key"])


def _diagnostic(data: Mapping[str, Any]) -> Diagnostic:
    against = data["against"]
    return Diagnostic(
        where=tuple(data["where"]),
        key=data["key"],
        values=data["values"],
        against=None if against is None else tuple(against),
        place=_location(data["place"]),
        also=None if data["also"] is None else _location(data["also"]),
    )


def _location(data: Mapping[str, Any]) -> Location:
    mark = data["mark"]
    return Location(data["origin"], None if mark is None else Span(**mark))
