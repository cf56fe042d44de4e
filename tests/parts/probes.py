"""Contexts and connections for the probes of the doctor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from nightcare.desktop.dbus.connection import Connection
from nightcare.desktop.dbus.transport import open_connection
from nightcare.doctor.check import CheckContext, Limits
from parts.bus import PrivateBus

SHORT = 0.1
LONG = 60.0

NOW = datetime(2037, 11, 22, 13, 10, tzinfo=UTC)
"""A Sunday, later than the release of any version that is tested."""

Answer = TypeVar("Answer")


def context_of(variables: Mapping[str, str], limit: float = LONG) -> CheckContext:
    """Return the context of a command with an environment, in which calls have a limit."""
    limits = Limits(call=limit, service=limit + LONG, probe=limit + 2 * LONG)
    return CheckContext(None, None, variables, NOW, limits=limits)


async def ask(
    bus: PrivateBus, probe: Callable[[Connection], Awaitable[Answer]], limit: float = LONG
) -> Answer:
    """Return what a probe finds on a bus."""
    async with open_connection(bus.address, limit) as connection:
        return await probe(connection)
