"""The service manager: messages to it, and the environment that it gives its services.

Messages are datagrams, for which no library is needed. Source: sd_notify(3), systemd.service(5).

The environment differs from that of a shell. A user manager starts services before the desktop has
set its own variables there, such as the language (systemd#42960, nixpkgs#279434). It sends no
signal of a change, so it is queried at events that a desktop causes; there is no polling. Source:
systemctl(1).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping

from nightcare.desktop.programs import output, printed
from nightcare.desktop.systemd.unit_file import environment_of

_BEATS = 2
_MICROSECONDS = 1_000_000


class ServiceManager:
    """The service manager that started this process; without one nothing is sent.

    Args:
        variables: The environment, in which the manager names its socket.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._address = variables.get("NOTIFY_SOCKET", "")
        self._watchdog = _watchdog_seconds(variables)

    def ready(self, status: str) -> None:
        """Report that the service runs."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """Report that the config is being reloaded, until `ready`."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Report that the service is stopping."""
        self._send("STOPPING=1")

    async def feed_watchdog(self) -> None:
        """Report twice in each watchdog interval that the event loop runs; for ever."""
        if self._watchdog is None:
            return
        while True:
            self._send("WATCHDOG=1")
            await asyncio.sleep(self._watchdog / _BEATS)

    def _send(self, state: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the NUL of an abstract socket.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
            link.setblocking(False)  # noqa: FBT003 - as sockets have it
            try:
                link.sendto(state.encode(), address)
            except OSError:
                # The manager is gone or busy, which must not end the service.
                return


def _watchdog_seconds(variables: Mapping[str, str]) -> float | None:
    if variables.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    interval = variables.get("WATCHDOG_USEC", "")
    return int(interval) / _MICROSECONDS if interval.isdigit() else None


_COMMAND = ("systemctl", "--user", "show-environment")


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
                found = environment_of(await printed(_COMMAND, self.variables))
        except (OSError, TimeoutError):
            return None
        # A manager that refuses prints nothing.
        return found or None

    def _take_over(self, found: dict[str, str] | None) -> frozenset[str]:
        """Take over variables that are missing here or have changed there; return their names.

        A variable that the unit itself sets differs from the manager's, and stays.
        """
        if found is None:
            return frozenset()
        before, self._before = self._before, found
        fresh = {
            name: found[name]
            for name in FOLLOWED
            if found.get(name)
            and found[name] != self.variables.get(name)
            and (not self.variables.get(name) or (before and before.get(name) != found[name]))
        }
        self.variables |= fresh
        return frozenset(fresh)


def manager_environment(variables: Mapping[str, str], limit: float) -> dict[str, str]:
    """Return the environment of services that the user manager starts now.

    Args:
        variables: The environment, which locates the manager.
        limit: Seconds within which it must answer.

    Raises:
        OSError: There is no systemctl, or no user manager.
        TimeoutError: It does not answer in time.
    """
    result = output(_COMMAND, variables, limit)
    if result.status:
        raise OSError(result.err.strip() or str(result.status))
    return environment_of(result.out)
