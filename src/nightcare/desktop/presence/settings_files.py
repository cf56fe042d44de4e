"""The settings files of notification servers, which the user or another program writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nightcare.regular_file import read_regular

_LARGEST_FILE = 2**20
"""Bytes of the largest settings file that is read; it is read on the event loop."""


def settings_file(variables: Mapping[str, str], path: str) -> Path:
    """Return the file at a path below the user's config folder."""
    named = Path(variables.get("XDG_CONFIG_HOME", ""))
    folder = named if named.is_absolute() else Path(variables.get("HOME", "")) / ".config"
    return folder / path


def settings_text(file: Path) -> str:
    """Return the text of a settings file.

    Raises:
        OSError: It cannot be read, or is not a regular file of a usual size.
        ValueError: It is not in UTF-8.
    """
    content = read_regular(file, _LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise OSError(file)
    return content.decode()
