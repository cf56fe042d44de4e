"""What loading the configuration starts from, and what comes of it.

Here is nothing of what validates it, so that whoever needs only the outcome need not load that.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightcare.domain.schedule import Schedule
from nightcare.errors import Diagnostic

PREFIX = "NIGHTCARE_"
NAMES_THE_FILE = "NIGHTCARE_CONFIG"

LARGEST_FILE = 512 * 1024
"""Bytes; no schedule needs so many."""

_ANY_BYTE = "latin-1"

Table = dict[str, Any]


@dataclass(frozen=True)
class LoadResult:
    """A configuration that can be put in force.

    Attributes:
        schedule: What it says.
        warnings: What is allowed but may be a slip.
        path: The file it was read from; None for the built-in defaults.
        values: What is in force, as it was written.
    """

    schedule: Schedule
    warnings: tuple[Diagnostic, ...]
    path: Path | None
    values: Table


@dataclass(frozen=True)
class ConfigSource:
    """All that the person said from which a configuration is loaded.

    Attributes:
        path: Their file; None for the built-in defaults.
        text: What it holds, a sign for each byte; None without a file, or where it cannot be read.
        variables: The `NIGHTCARE_*` that are laid over it.
    """

    path: Path | None
    text: str | None
    variables: dict[str, str]

    @property
    def raw(self) -> bytes:
        """What the file holds."""
        return (self.text or "").encode(_ANY_BYTE)


Load = Callable[[ConfigSource], LoadResult]
"""Loads the configuration, or raises a ConfigError."""


def source_of(path: Path | None, variables: Mapping[str, str]) -> ConfigSource:
    """Read what a configuration is loaded from.

    Args:
        path: The person's file; None for the built-in defaults.
        variables: The environment, of which `NIGHTCARE_*` is laid over the file.
    """
    text = None
    if path is not None:
        try:
            text = raw_of(path).decode(_ANY_BYTE)
        except OSError:
            # Whoever loads it says why.
            text = None
    return ConfigSource(path, text, settings_of(variables))


def settings_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that are laid over the config file."""
    return {
        name: value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != NAMES_THE_FILE
    }


def raw_of(path: Path) -> bytes:
    """What a config file holds, or so much of it that it is too large.

    Nobody is waited for: beside a file there is read only what a shell has opened for us, as
    `<(...)` and `|` do, and the null device, which is an empty file.

    Raises:
        OSError: It cannot be read; with ENXIO it is a named pipe, a socket or a device.
    """
    if _may_have_to_be_waited_for(path):
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    with path.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def _may_have_to_be_waited_for(path: Path) -> bool:
    try:
        look = path.stat()
        if stat.S_ISREG(look.st_mode) or stat.S_ISDIR(look.st_mode):
            return False
        if stat.S_ISFIFO(look.st_mode):
            # What a shell has opened has no name of its own.
            return path.resolve().exists()
        return not os.path.samestat(look, os.stat(os.devnull))  # noqa: PTH116 - as short
    except OSError:
        # Whoever opens it is told why.
        return False
