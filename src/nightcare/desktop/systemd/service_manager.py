"""Messages to the service manager: readiness, reloading, and the watchdog.

Source: sd_notify(3), systemd.service(5). The protocol is a datagram; no library is needed.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Mapping

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
