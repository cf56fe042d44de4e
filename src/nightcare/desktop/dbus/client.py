"""Questions to who is on a message bus; nobody is started or changed by them.

The protocol is https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from jeepney import DBusAddress, new_method_call

from nightcare.desktop.dbus.connection import (
    BUS,
    CallError,
    Connection,
    ConnectionLost,
    Signal,
    connected,
)
from nightcare.desktop.probe_results import Fault

PROPERTIES = "org.freedesktop.DBus.Properties"

Told = TypeVar("Told")


class BusClient:
    """Questions on one connection; each must be answered within the connection's limit.

    Every question raises Refused where it is answered with an error or with something else, and
    TimeoutError where it is not answered in time.
    """

    def __init__(self, bus: Connection) -> None:
        self._bus = bus

    async def owner(self, name: str) -> str | None:
        """The unique name of who owns a name; None where nobody does."""
        reply = await self._bus.ask(new_method_call(BUS, "GetNameOwner", "s", (name,)))
        if reply.error == "org.freedesktop.DBus.Error.NameHasNoOwner":
            return None
        return str(reply.of("s")[0])

    async def id(self) -> str:
        """Return the bus's own identifier, the same whatever address it was reached by."""
        (found,) = (await self._bus.ask(new_method_call(BUS, "GetId"))).of("s")
        return str(found)

    async def startable(self, name: str) -> bool:
        """Whether the bus can start who would own a name."""
        (names,) = (await self._bus.ask(new_method_call(BUS, "ListActivatableNames"))).of("as")
        return name in names

    async def start(self, name: str) -> str | None:
        """Have the bus start who owns a name; None where nobody came of it."""
        await self._bus.ask(new_method_call(BUS, "StartServiceByName", "su", (name, 0)))
        return await self.owner(name)

    async def process(self, owner: str) -> int:
        """The process that a unique name belongs to."""
        call = new_method_call(BUS, "GetConnectionUnixProcessID", "s", (owner,))
        return int((await self._bus.ask(call)).of("u")[0])

    async def call(
        self,
        at: DBusAddress,
        method: str,
        returns: str,
        *arguments: str | int,
        takes: str | None = None,
    ) -> tuple[Any, ...]:
        """What a method returns, held to be of these types.

        Args:
            at: Whose method.
            method: Its name.
            returns: The types of what it returns.
            arguments: What it is given.
            takes: The types of the arguments; None where all are text.
        """
        signature = "s" * len(arguments) if takes is None else takes
        reply = await self._bus.ask(new_method_call(at, method, signature or None, arguments))
        return reply.of(returns)

    async def property(self, at: DBusAddress, name: str) -> tuple[str, Any]:
        """A property: its type and its value."""
        properties = DBusAddress(at.object_path, bus_name=at.bus_name, interface=PROPERTIES)
        ((kind, value),) = await self.call(properties, "Get", "v", str(at.interface), name)
        return kind, value

    async def switch(self, at: DBusAddress, name: str) -> bool:
        """A property that is on or off."""
        return _on(await self.property(at, name))

    async def switch_of(
        self, at: DBusAddress, method: str, *arguments: str | int, takes: str | None = None
    ) -> bool:
        """Return a setting that is on or off, by a method; the arguments are those of `call`."""
        (value,) = await self.call(at, method, "v", *arguments, takes=takes)
        return _on(value)


@contextlib.asynccontextmanager
async def questions(address: str, limit: float) -> AsyncIterator[BusClient]:
    """A connection to ask questions on.

    Args:
        address: Of the bus.
        limit: Seconds within which the connection must stand, and each question be answered.

    Raises:
        ConnectionLost: There is no bus at that address, or it does not let us in.
        TimeoutError: It lets us in and then says nothing.
        CallError: What it says makes no sense.
    """
    async with connected(address, limit) as bus:
        reading = asyncio.create_task(bus.receive(_ignore))
        try:
            (await bus.ask(new_method_call(BUS, "Hello"))).of("s")
            yield BusClient(bus)
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionLost):
                await reading


async def or_fault(question: Awaitable[Told]) -> Told | Fault:
    """What a question is answered with, or why it is not."""
    try:
        return await question
    except CallError:
        return Fault.REFUSED
    except TimeoutError:
        return Fault.LATE


def _on(variant: tuple[str, Any]) -> bool:
    match variant:
        case ("b", bool(value)):
            return value
        case _:
            raise CallError("it is neither on nor off")


def _ignore(_: Signal) -> None:
    """Nobody here waits for signals."""
