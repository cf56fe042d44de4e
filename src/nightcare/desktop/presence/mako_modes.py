"""The meaning of the modes of mako, by its config file.

The user chooses the names of the modes, and no call returns which of them hide notifications. The
format is that of mako(5).
"""

from __future__ import annotations

import shlex
from collections.abc import Collection

from nightcare.desktop.notify.message_text import APPLICATION

_OURS = {"app-name": APPLICATION, "desktop-entry": APPLICATION, "urgency": "normal"}
"""The criteria that a reminder meets, apart from the mode."""

_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}


def hides_reminders(config: str, modes: Collection[str]) -> bool | None:
    """Return whether reminders are invisible in these modes.

    Args:
        config: The text of the config file.
        modes: The modes that are on.

    Returns:
        None if the file names none of the modes, or names them in a section that cannot be read.
    """
    hidden, applies, named = False, False, False
    for line in map(str.strip, config.splitlines()):
        if line.startswith("["):
            criteria = _criteria(line)
            mode = criteria.pop("mode", None)
            named |= mode in modes
            applies = mode in {None, *modes} and criteria.items() <= _OURS.items()
        key, _, value = line.partition("=")
        if applies and key == "invisible":
            hidden = _BOOLEANS.get(value, hidden)
    return hidden if named else None


def _criteria(line: str) -> dict[str, str]:
    """Return the criteria of a section; one that cannot be read is met by nothing."""
    try:
        fields = shlex.split(line.removeprefix("[").removesuffix("]"))
    except ValueError:
        fields = [line]
    parted = (field.partition("=") for field in fields)
    return {name: value for name, _, value in parted}
