"""The connection to a message bus that all parts of the program share.

The protocol is https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from jeepney import HeaderFields, MatchRule, Message

from nightcare.desktop.dbus import Fault
from nightcare.desktop.dbus.connection import (
    BUS,
    CallError,
    Connection,
    ConnectionLost,
    Signal,
    unknown_object,
)
from nightcare.desktop.dbus.transport import connect

if TYPE_CHECKING:
    from nightcare.desktop.dbus.exported_object import ExportedObject

Answer = TypeVar("Answer")

LIMIT = 5.0
"""Seconds within which every call must be answered; a busy desktop shell can be slow."""

DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds before each further attempt; the last one is repeated."""

_CANCEL_AGAIN = 0.2
"""Seconds until a task that has not ended is cancelled again."""


def delay(delays: Sequence[float], attempts: int) -> float:
    """Return the seconds to wait before the next attempt, after a number of `attempts`."""
    return delays[min(attempts, len(delays) - 1)]


@dataclass(frozen=True)
class BusSession:
    """One connection of a client, from its registration at the bus until it is lost.

    Attributes:
        bus: The connection.
        bus_id: The identifier of the bus.
        owners: The unique name of the owner of each name that a user follows; empty for none.
        tasks: The tasks that end with the connection; an error in one ends all.
    """

    bus: Connection
    bus_id: str
    tasks: asyncio.TaskGroup
    owners: dict[str, str] = field(default_factory=dict)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task for as long as the connection exists."""
        return self.tasks.create_task(work)


class BusUser(Protocol):
    """A part of the program that shares the connection of a client."""

    @property
    def rules(self) -> Collection[str]:
        """The match rules of the signals that it handles."""
        ...

    @property
    def names(self) -> Collection[str]:
        """The well-known names whose owners it follows."""
        ...

    def connected(self, session: BusSession) -> None:
        """Start on a new connection, with subscriptions made and owners known."""
        ...

    def disconnected(self) -> None:
        """Handle the loss of the connection; also called after a failed attempt."""
        ...

    def owner_changed(self, name: str, owner: str) -> None:
        """Handle a new owner (a unique name, empty for none) of a name that it follows."""
        ...

    def handle_signal(self, signal: Signal) -> None:
        """Handle a signal of any sender, also one that another user has subscribed to."""
        ...


class BusClient:
    """The connection to one message bus that all its users share.

    The connection exists while it has a user. All users share one Hello, one subscription for each
    name, and the delays between attempts. There is no polling.

    Args:
        address: The address of the bus, as in DBUS_SESSION_BUS_ADDRESS; None as long as there is
            none.
        limit: Seconds within which a call must be answered.
        delays: Seconds before each further attempt to connect.
        on_demand: Whether to stop connecting after the last delay, or if there was no bus at the
            start, until a user needs the bus. Otherwise the last delay is repeated.

    Attributes:
        address: The address of the bus now.
        delays: The delays.
        objects: The objects that other programs can call, by path.
    """

    def __init__(
        self,
        address: str | None,
        *,
        limit: float = LIMIT,
        delays: Sequence[float] = DELAYS,
        on_demand: bool = False,
    ) -> None:
        self.address = address
        self._limit = limit
        self.delays = delays
        self.objects: dict[str, ExportedObject] = {}
        self._on_demand = on_demand
        self._failures = len(delays) if on_demand else 0
        self._users: list[BusUser] = []
        self._connected: list[BusUser] = []
        self._session: BusSession | None = None
        self._running: asyncio.Task[NoReturn] | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    async def serve(self, user: BusUser) -> None:
        """Call a user on every connection until cancelled.

        Raises:
            ExceptionGroup: An unexpected error, such as one that a user raised.
        """
        self._users.append(user)
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        elif self._session is not None:
            self._session.spawn(self._attach(user, self._session))
        else:
            self.connect_now()
        running = self._running
        try:
            await asyncio.wait({running})
            running.result()
        finally:
            self._users.remove(user)
            self._detach(user)
            if not self._users:
                self._running = None
                await stop(running)

    def move(self, address: str | None) -> None:
        """Connect to the bus at another address; disconnect from the present one."""
        if address != self.address:
            self.address = address
            self._failures = 0
            self._wake.set()
            if self._connecting is not None:
                self._connecting.cancel()

    def connect_now(self) -> None:
        """Try to connect at once if there is no connection."""
        if self._connecting is None:
            self._wake.set()

    async def _run(self) -> NoReturn:
        while True:
            self._wake.clear()
            if self.address is not None:
                await self._connect_once(self.address)
            for user in tuple(self._users):
                user.disconnected()
            if not self._wake.is_set():
                await self._wait()

    async def _wait(self) -> None:
        given_up = self._on_demand and self._failures >= len(self.delays)
        waits = self.address is None or given_up
        seconds = None if waits else delay(self.delays, self._failures)
        self._failures += 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _connect_once(self, address: str) -> None:
        # Run in a separate task: until Python 3.11.3 a failed task group leaves the cancellation
        # count of its task raised, so a later timeout in that task cancels it. Debian 12 has
        # 3.11.2.
        self._connecting = connecting = asyncio.create_task(self._use(address))
        try:
            await asyncio.wait({connecting})
        finally:
            await stop(connecting)
            self._connecting = None
            self._lose()
        if not connecting.cancelled():
            try:
                connecting.result()
            except* ConnectionLost:
                pass

    def _lose(self) -> None:
        """Forget the session at once: its task group accepts no more tasks."""
        if self._session is not None:
            self._session.owners.clear()
            self._session = None
        self._connected.clear()

    async def _use(self, address: str) -> None:
        async with connect(address, self._limit) as bus, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive(bus))
            try:
                await bus.hello()
                session = BusSession(bus, await bus.get_id(), tasks)
            except (CallError, TimeoutError) as error:
                raise ConnectionLost("the bus is of no use") from error
            self._session = session
            for user in self._users:
                session.spawn(self._attach(user, session))

    async def _receive(self, bus: Connection) -> None:
        try:
            await bus.receive(self._dispatch, self._answer)
        finally:
            self._lose()

    async def _attach(self, user: BusUser, session: BusSession) -> None:
        """Subscribe to the signals of a user, find the owners it follows, and start it."""
        try:
            for rule in user.rules:
                await session.bus.add_match(rule)
            for name in user.names:
                await self._follow(name, session)
        except (CallError, TimeoutError) as error:
            self._lose()
            raise ConnectionLost("the bus is of no use") from error
        self._failures = 0
        self._connected.append(user)
        if user in self._users:
            user.connected(session)
        else:
            self._detach(user)

    def _detach(self, user: BusUser) -> None:
        if user in self._connected:
            self._connected.remove(user)
            if self._session is not None:
                for rule in user.rules:
                    self._session.bus.remove_match(rule)

    async def _follow(self, name: str, session: BusSession) -> None:
        if name in session.owners:
            return
        changes = MatchRule(
            type="signal", sender=BUS.bus_name, interface=BUS.interface, member="NameOwnerChanged"
        )
        changes.add_arg_condition(0, name)
        await session.bus.add_match(changes.serialise())
        owner = await session.bus.get_name_owner(name)
        # A change that was signalled meanwhile is newer than this reply.
        session.owners.setdefault(name, owner or "")

    def _dispatch(self, signal: Signal) -> None:
        if signal.sender != BUS.bus_name:
            for user in tuple(self._connected):
                user.handle_signal(signal)
            return
        match signal.member, signal.body:
            case "NameOwnerChanged", (str(name), _, str(owner)) if self._session is not None:
                self._session.owners[name] = owner
                for user in tuple(self._connected):
                    if name in user.names:
                        user.owner_changed(name, owner)
            case _:
                pass

    def _answer(self, call: Message) -> Message:
        exported = self.objects.get(call.header.fields.get(HeaderFields.path, ""))
        return unknown_object(call) if exported is None else exported.answer(call)


async def or_fault(question: Awaitable[Answer]) -> Answer | Fault:
    """Await a query; return its answer, or the fault if it fails."""
    try:
        return await question
    except CallError:
        return Fault.REFUSED
    except TimeoutError:
        return Fault.LATE


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and wait until it has ended."""
    while not task.done():
        task.cancel()
        # If the bus is lost at the same moment, its task group may swallow the cancellation.
        await asyncio.wait({task}, timeout=_CANCEL_AGAIN)
