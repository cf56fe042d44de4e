"""The environment of the running service, in which a desktop's variables may arrive late.

A user manager starts services before the desktop has told it which language and which desktop it is
(systemd#42960, nixpkgs#279434). It sends no signal when it is told, so it is asked at events that a
desktop brings about; there is no polling.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from nightcare.desktop.manager_environment import COMMAND, environment_of
from nightcare.desktop.programs import printed

LIMIT = 2.0
"""Seconds within which the user manager must answer."""

FOLLOWED = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "PATH",
    "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE",
)  # fmt: skip
"""The variables that the service takes over from the user manager while it runs."""

_OF_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG")


class ServiceEnvironment:
    """The environment of a service, kept in line with the user manager's.

    Args:
        variables: What the service was started with.
        managed: Whether the user manager started it; otherwise nothing is taken over.

    Attributes:
        variables: The environment as it is now.
    """

    def __init__(self, variables: Mapping[str, str], *, managed: bool) -> None:
        self.variables = dict(variables)
        self._managed = managed
        self._before: dict[str, str] | None = None
        self._wanted = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()

    @property
    def incomplete(self) -> bool:
        """Whether the desktop has not said yet what it is, or in which language."""
        known = any(self.variables.get(name) for name in _OF_LANGUAGE)
        return not (known and self.variables.get("XDG_CURRENT_DESKTOP"))

    def look(self) -> None:
        """Ask the user manager soon whether something has changed."""
        if self._managed:
            self._settled.clear()
            self._wanted.set()

    async def settled(self) -> None:
        """Wait, for a limited time, until what was to be asked is answered."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIMIT):
                await self._settled.wait()

    async def run(self, changed: Callable[[frozenset[str]], None]) -> None:
        """Follow the user manager until cancelled; return at once where it did not start us.

        Args:
            changed: Called with the names of the variables that are others than before.
        """
        self.look()
        while self._managed:
            await self._wanted.wait()
            self._wanted.clear()
            names = self._take_over(await self._ask())
            if names:
                changed(names)
            if not self._wanted.is_set():
                self._settled.set()

    async def _ask(self) -> dict[str, str] | None:
        try:
            async with asyncio.timeout(LIMIT):
                told = environment_of(await printed(COMMAND, self.variables))
        except (OSError, TimeoutError):
            return None
        # A manager that refuses prints nothing.
        return told or None

    def _take_over(self, told: dict[str, str] | None) -> frozenset[str]:
        """Take over what is missing here or has changed there; return the names.

        What the unit itself sets differs from what the manager says, and stays.
        """
        if told is None:
            return frozenset()
        before, self._before = self._before, told
        fresh = {
            name: told[name]
            for name in FOLLOWED
            if told.get(name)
            and told[name] != self.variables.get(name)
            and (not self.variables.get(name) or (before and before.get(name) != told[name]))
        }
        self.variables |= fresh
        return frozenset(fresh)
