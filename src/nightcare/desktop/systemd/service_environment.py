"""The environment that the user manager gives its services, and that of the running service.

It differs from that of a shell. A user manager starts services before the desktop has set its own
variables there, such as the language (systemd#42960, nixpkgs#279434). It sends no signal of a
change, so it is queried at events that a desktop causes; there is no polling. Source: systemctl(1).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping

from nightcare.desktop.programs import output, printed

_COMMAND = ("systemctl", "--user", "show-environment")

_VARIABLE = re.compile(r"^(\w+)=(?:\$'((?:\\.|[^'\\])*)'|([^\n]*))$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\$'((?:\\.|[^'\\])*)'|(\S+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}

LIMIT = 2.0
"""Seconds within which the user manager must answer."""

FOLLOWED = (
    "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "PATH",
    "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE",
)  # fmt: skip
"""The variables that the service takes over from the user manager while it runs."""

_OF_LANGUAGE = ("LC_ALL", "LC_MESSAGES", "LANG")


class ServiceEnvironment:
    """The environment of a service, kept up to date with that of the user manager.

    Args:
        variables: The environment that the service was started with.
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
        """True until both the desktop and its language are known."""
        known = any(self.variables.get(name) for name in _OF_LANGUAGE)
        return not (known and self.variables.get("XDG_CURRENT_DESKTOP"))

    def look(self) -> None:
        """Query the user manager soon."""
        if self._managed:
            self._settled.clear()
            self._wanted.set()

    async def settled(self) -> None:
        """Wait, for a limited time, until the queries so far are answered."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIMIT):
                await self._settled.wait()

    async def run(self, changed: Callable[[frozenset[str]], None]) -> None:
        """Follow the user manager until cancelled; return at once if it did not start this service.

        Args:
            changed: Called with the names of the variables that have changed.
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
                told = environment_of(await printed(_COMMAND, self.variables))
        except (OSError, TimeoutError):
            return None
        # A manager that refuses prints nothing.
        return told or None

    def _take_over(self, told: dict[str, str] | None) -> frozenset[str]:
        """Take over variables that are missing here or have changed there; return their names.

        A variable that the unit itself sets differs from the manager's, and stays.
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


def manager_environment(variables: Mapping[str, str], limit: float) -> dict[str, str]:
    """Return the environment of services that the user manager starts now.

    Args:
        variables: The environment, which says where the manager is.
        limit: Seconds within which it must answer.

    Raises:
        OSError: There is no systemctl, or no user manager.
        TimeoutError: It does not answer in time.
    """
    said = output(_COMMAND, variables, limit)
    if said.status:
        raise OSError(said.err.strip() or str(said.status))
    return environment_of(said.out)


def environment_of(printed: str) -> dict[str, str]:
    """Return the variables that `systemctl show-environment` printed."""
    return {one[1]: _value(one[2], one[3]) for one in _VARIABLE.finditer(printed)}


def words_of(printed: str) -> list[str]:
    """Return the words of a list that `systemctl show` printed."""
    return [_value(one[1], one[2]) for one in _WORD.finditer(printed)]


def _value(quoted: str | None, plain: str) -> str:
    """Return a value, which systemd quotes as a shell does where it must."""
    if quoted is None:
        return plain
    return _ESCAPED.sub(lambda one: _SIGNS.get(one[1], one[1]), quoted)
