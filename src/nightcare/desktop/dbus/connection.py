"""One connection to a message bus: calls go out; replies and signals come in, each dispatched.

The protocol is https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn

from jeepney import DBusAddress, HeaderFields, Message, MessageFlag, MessageType, new_error
from jeepney.auth import BEGIN, Authenticator
from jeepney.bus import get_connectable_addresses
from jeepney.low_level import calc_msg_size

BUS = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)
"""The bus itself."""

_HEADER_START = 16
"""Bytes that tell how long a message is."""

_LONGEST_MESSAGE = 2**27
"""Bytes of the longest message that the specification allows."""

_UNREADABLE = (ValueError, LookupError, TypeError, AssertionError, struct.error, RecursionError)
"""What the parser raises for a message that the bus lets pass but that makes no sense."""

_TURN = 64
"""Messages handled before others have their turn, so that a flood does not hold up the loop."""


class ConnectionLost(Exception):
    """The bus cannot be reached, or the connection to it is of no more use."""


class CallError(Exception):
    """A call was answered with an error, or with something other than the specification says."""


@dataclass(frozen=True)
class Signal:
    """A signal.

    Attributes:
        sender: The unique name of who sent it, as the bus states it; "org.freedesktop.DBus" for
            the bus itself.
        interface: The interface it belongs to.
        member: Its name.
        signature: The types of its arguments, such as "us".
        body: Its arguments.
    """

    sender: str
    interface: str
    member: str
    signature: str
    body: tuple[Any, ...]


@dataclass(frozen=True)
class Reply:
    """What a call came to.

    Attributes:
        error: The name of the error; None if the call succeeded.
        signature: The types of what it returned.
        body: What it returned.
    """

    error: str | None
    signature: str
    body: tuple[Any, ...]

    def of(self, signature: str) -> tuple[Any, ...]:
        """What the call returned, held to be of these types.

        Raises:
            CallError: It failed, or returned something else.
        """
        if self.error is not None or self.signature != signature:
            raise CallError(self.error or f"returned {self.signature!r}, not {signature!r}")
        return self.body


@dataclass(frozen=True)
class _Waiting:
    callee: str
    on_reply: Callable[[Reply], None]


class Connection:
    """A connection to a message bus; made by `connected`.

    Every message is dispatched in the order in which the bus sent it, by the one task that runs
    `receive`: replies to whoever asked, signals to one listener. Nothing is queued on the way, so
    nothing is dropped and nothing grows.

    Args:
        reader: The connection's incoming half, authenticated.
        writer: Its outgoing half.
        limit: Seconds within which a call must be answered.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: float
    ) -> None:
        self.limit = limit
        self._reader = reader
        self._writer = writer
        self._serials = count(1)
        self._waiting: dict[int, _Waiting] = {}

    def send(self, call: Message, on_reply: Callable[[Reply], None]) -> int:
        """Send a call, and have its reply handled whenever it comes, in its place among signals.

        Args:
            call: To the bus itself or to a unique name: who else answers is not believed.
            on_reply: Called once at most, from within `receive`.

        Returns:
            A number with which the reply can be abandoned.
        """
        serial = next(self._serials)
        callee = call.header.fields[HeaderFields.destination]
        self._waiting[serial] = _Waiting(callee, on_reply)
        self._writer.write(call.serialise(serial))
        return serial

    def abandon(self, serial: int) -> None:
        """Ignore the reply to a call."""
        self._waiting.pop(serial, None)

    def post(self, call: Message) -> None:
        """Send a call that needs no reply."""
        call.header.flags |= MessageFlag.no_reply_expected
        self._writer.write(call.serialise(next(self._serials)))

    async def ask(self, call: Message) -> Reply:
        """Send a call, and wait for its reply.

        Raises:
            TimeoutError: It did not come in time.
        """
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        # The limit may strike in the very turn of the loop in which the reply comes.
        serial = self.send(call, lambda reply: None if answer.done() else answer.set_result(reply))
        try:
            async with asyncio.timeout(self.limit):
                return await answer
        finally:
            self.abandon(serial)

    async def receive(self, hear: Callable[[Signal], None]) -> NoReturn:
        """Read and dispatch what comes, until the connection is lost.

        Raises:
            ConnectionLost: The connection ended, or what comes is no D-Bus any more.
        """
        while True:
            for _ in range(_TURN):
                message = _parsed(await self._next())
                if message is not None:
                    self._dispatch(message, hear)
            await asyncio.sleep(0)

    async def _next(self) -> bytes:
        try:
            start = await self._reader.readexactly(_HEADER_START)
            size = calc_msg_size(start)
            if size > _LONGEST_MESSAGE:
                raise ConnectionLost(f"a message of {size} bytes")
            return start + await self._reader.readexactly(size - _HEADER_START)
        except (OSError, EOFError, KeyError) as error:
            raise ConnectionLost("the bus has gone") from error

    def _dispatch(self, message: Message, hear: Callable[[Signal], None]) -> None:
        fields = message.header.fields
        sender = fields.get(HeaderFields.sender, "")
        signature = fields.get(HeaderFields.signature, "")
        match message.header.message_type:
            case MessageType.signal:
                interface = fields.get(HeaderFields.interface, "")
                member = fields.get(HeaderFields.member, "")
                hear(Signal(sender, interface, member, signature, message.body))
            case MessageType.method_return | MessageType.error:
                serial = fields.get(HeaderFields.reply_serial, 0)
                waiting = self._waiting.get(serial)
                if waiting is not None and waiting.callee == sender:
                    del self._waiting[serial]
                    error = fields.get(HeaderFields.error_name)
                    waiting.on_reply(Reply(error, signature, message.body))
            case MessageType.method_call:
                # Nothing is offered here, but who asks should not have to wait in vain.
                if not message.header.flags & MessageFlag.no_reply_expected:
                    unknown = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
                    self._writer.write(unknown.serialise(next(self._serials)))


async def apart(work: Coroutine[Any, Any, None]) -> None:
    """Do something in a task of its own, and wait for it.

    Until Python 3.11.3 a task group that fails leaves the task it was in counted as cancelled, and
    whatever times out in that task afterwards ends it. Debian 12 has 3.11.2.
    """
    await asyncio.create_task(work)


@contextlib.asynccontextmanager
async def connected(address: str, limit: float) -> AsyncIterator[Connection]:
    """A connection to a message bus that has not said Hello yet.

    Args:
        address: As in DBUS_SESSION_BUS_ADDRESS; of several, the first that answers.
        limit: Seconds within which the connection must stand, and each call be answered.

    Raises:
        ConnectionLost: There is no bus at that address, or it does not let us in.
    """
    try:
        async with asyncio.timeout(limit):
            reader, writer = await _authenticated(address)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        raise ConnectionLost(f"no bus at {address}") from error
    try:
        yield Connection(reader, writer, limit)
    finally:
        await _hang_up(writer)


async def _authenticated(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _opened(address)
    try:
        conversation = Authenticator()
        for line in conversation:
            writer.write(line)
            heard = await reader.read(1024)
            if not heard:
                raise EOFError
            conversation.feed(heard)
        writer.write(BEGIN)
    except BaseException:
        await _hang_up(writer)
        raise
    return reader, writer


async def _opened(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    refusals: list[OSError] = []
    for path in get_connectable_addresses(address):
        try:
            return await asyncio.open_unix_connection(path)
        except OSError as error:
            refusals.append(error)
    raise refusals[-1]


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    # What a bus that does not read has not taken yet must not keep us waiting.
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _parsed(raw: bytes) -> Message | None:
    try:
        return Message.from_buffer(raw)
    except _UNREADABLE:
        return None
