"""The owner of the user's files: a command of root must not write into another user's home."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from nightcare.errors import NotAllowed

_ROOT = 0


def refuse_as_root(places: Iterable[Path]) -> None:
    """Refuse to run as root if a file or folder would be made in another user's folder.

    That user could not change it, so their commands and their service would fail afterwards.

    Raises:
        NotAllowed: The user is root, and one of the places is in another user's folder.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != _ROOT:
        return
    for place in places:
        there = nearest_existing(place)
        owner = there.stat().st_uid
        if owner != _ROOT:
            raise NotAllowed("home_of_another", folder=there, owner=_name(owner))


def command_to_own(path: Path) -> str | None:
    """Return the command that makes the user own a path in their home; None if they own it.

    Args:
        path: A file or folder that could not be used.
    """
    if not hasattr(os, "geteuid"):
        return None
    user, home = os.geteuid(), Path(os.environ.get("HOME", "")).absolute()
    try:
        taken = [
            one
            for one in (path.absolute(), *path.absolute().parents)
            if home in one.parents and os.path.lexists(one) and one.lstat().st_uid != user
        ]
    except OSError:
        return None
    if user == _ROOT or not taken:
        return None
    import shlex  # noqa: PLC0415 - only where something went wrong

    return f"sudo chown -R {_name(user)}: {shlex.quote(str(taken[-1]))}"


def nearest_existing(place: Path) -> Path:
    """Return the place, or the nearest folder above it that exists."""
    there = place.absolute()
    while not there.exists():
        there = there.parent
    return there


def _name(user: int) -> str:
    import pwd  # noqa: PLC0415 - only Unix has it

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
