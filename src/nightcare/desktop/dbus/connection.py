"""A connection to a message bus: calls go out; replies and signals come in and are dispatched.

The protocol is https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageFlag,
    MessageType,
    new_error,
    new_method_call,
    new_signal,
)
from jeepney.low_level import calc_msg_size

BUS = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)
"""The bus itself."""

PROPERTIES = "org.freedesktop.DBus.Properties"

_HEADER_START = 16
"""Bytes at the start of a message that hold its length."""

_LONGEST_MESSAGE = 2**27
"""Bytes of the longest message that the specification allows."""

_LONGEST_READ = 2**20
"""Bytes of the longest message that is parsed; no reply that this program needs is longer, and
parsing more would take seconds."""

_MOST_UNSENT = 2**22
"""Unsent bytes above which calls from other programs are no longer answered."""

_UNREADABLE = (ValueError, LookupError, TypeError, AssertionError, struct.error, RecursionError)
"""Errors of the parser on a message that the bus accepts and that is malformed."""

_BATCH = 64
"""Messages dispatched before other tasks run, so that a flood does not block the event loop."""


class ConnectionLost(Exception):
    """The bus cannot be reached, or the connection to it cannot be used any more."""


class CallError(Exception):
    """A call was answered with an error, or with other types than the specification says."""


@dataclass(frozen=True)
class Signal:
    """A signal.

    Attributes:
        sender: The unique name of the sender, as the bus states it; "org.freedesktop.DBus" for
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
    """The reply to a call.

    Attributes:
        error: The name of the error; None if the call succeeded.
        signature: The types of the return values.
        body: The return values.
    """

    error: str | None
    signature: str
    body: tuple[Any, ...]

    def unpack(self, signature: str) -> tuple[Any, ...]:
        """Return the return values, checked to be of these types.

        Raises:
            CallError: The call failed, or returned other types.
        """
        if self.error is not None or self.signature != signature:
            raise CallError(self.error or f"returned {self.signature!r}, not {signature!r}")
        return self.body


@dataclass(frozen=True)
class _PendingCall:
    callee: str
    on_reply: Callable[[Reply], None]


def unknown_object(call: Message) -> Message:
    """Return the error reply to a call of an object that is not exported."""
    path = call.header.fields.get(HeaderFields.path, "")
    error = "org.freedesktop.DBus.Error.UnknownObject"
    return new_error(call, error, "s", (f"there is no object at {path}",))


class Connection:
    """A connection to a message bus; made by `connect` in transport.py.

    One task runs `receive`, which dispatches every message in the order in which the bus sent it:
    replies to the callers, signals to one handler. There is no queue in between, so nothing is
    dropped and nothing grows.

    Methods that wait for a reply raise CallError for an error or for other types than expected,
    and TimeoutError when the reply does not come within the limit.

    Args:
        reader: The incoming stream, authenticated.
        writer: The outgoing stream.
        limit: Seconds within which a call must be answered.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: float
    ) -> None:
        self.limit = limit
        self._reader = reader
        self._writer = writer
        self._serials = count(1)
        self._pending: dict[int, _PendingCall] = {}

    # Messages

    def send(self, call: Message, on_reply: Callable[[Reply], None]) -> int:
        """Send a call, and handle its reply whenever it comes, in order with the signals.

        Args:
            call: The call, to the bus or to a unique name; only these two may reply.
            on_reply: Called at most once, from within `receive`.

        Returns:
            A number with which the call can be abandoned.
        """
        serial = next(self._serials)
        callee = call.header.fields[HeaderFields.destination]
        self._pending[serial] = _PendingCall(callee, on_reply)
        self._writer.write(call.serialise(serial))
        return serial

    def abandon(self, serial: int) -> None:
        """Ignore the reply to a call."""
        self._pending.pop(serial, None)

    def post(self, call: Message) -> None:
        """Send a call that needs no reply."""
        call.header.flags |= MessageFlag.no_reply_expected
        self._writer.write(call.serialise(next(self._serials)))

    async def ask(self, call: Message) -> Reply:
        """Send a call, and wait for its reply, which may be an error."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        # The time may run out in the same iteration of the loop in which the reply comes.
        serial = self.send(call, lambda reply: None if answer.done() else answer.set_result(reply))
        try:
            async with asyncio.timeout(self.limit):
                return await answer
        finally:
            self.abandon(serial)

    async def receive(
        self,
        on_signal: Callable[[Signal], None],
        on_call: Callable[[Message], Message] = unknown_object,
    ) -> NoReturn:
        """Read and dispatch messages until the connection is lost.

        Args:
            on_signal: Called with each signal.
            on_call: Called with each method call of others; returns its reply.

        Raises:
            ConnectionLost: The connection ended, or the stream is not valid D-Bus.
        """
        while True:
            for _ in range(_BATCH):
                message = _parse(await self._read())
                if message is not None:
                    self._dispatch(message, on_signal, on_call)
            await asyncio.sleep(0)

    async def _read(self) -> bytes:
        """Return the next message; an empty one replaces a message that is too long."""
        try:
            start = await self._reader.readexactly(_HEADER_START)
            size = calc_msg_size(start)
            if size > _LONGEST_MESSAGE:
                raise ConnectionLost(f"a message of {size} bytes")
            rest = size - _HEADER_START
            if size <= _LONGEST_READ:
                return start + await self._reader.readexactly(rest)
            while rest:
                rest -= len(await self._reader.readexactly(min(rest, _LONGEST_READ)))
        except (OSError, EOFError, KeyError) as error:
            raise ConnectionLost("the bus has gone") from error
        return b""

    def emit(self, path: str, interface: str, member: str, signature: str, *values: object) -> None:
        """Broadcast a signal of an exported object."""
        signal = new_signal(DBusAddress(path, None, interface), member, signature or None, values)
        self._writer.write(signal.serialise(next(self._serials)))

    def _dispatch(
        self,
        message: Message,
        on_signal: Callable[[Signal], None],
        on_call: Callable[[Message], Message],
    ) -> None:
        fields = message.header.fields
        sender = fields.get(HeaderFields.sender, "")
        signature = fields.get(HeaderFields.signature, "")
        match message.header.message_type:
            case MessageType.signal:
                interface = fields.get(HeaderFields.interface, "")
                member = fields.get(HeaderFields.member, "")
                on_signal(Signal(sender, interface, member, signature, message.body))
            case MessageType.method_return | MessageType.error:
                serial = fields.get(HeaderFields.reply_serial, 0)
                pending = self._pending.get(serial)
                # The bus itself answers for a callee that has gone, or that its policy forbids.
                if pending is not None and sender in {pending.callee, BUS.bus_name}:
                    del self._pending[serial]
                    error = fields.get(HeaderFields.error_name)
                    pending.on_reply(Reply(error, signature, message.body))
            case MessageType.method_call:
                reply = on_call(message)
                unsent = self._writer.transport.get_write_buffer_size()
                wanted = not message.header.flags & MessageFlag.no_reply_expected
                if wanted and unsent < _MOST_UNSENT:
                    self._writer.write(reply.serialise(next(self._serials)))

    # Methods of any object

    async def call(
        self,
        at: DBusAddress,
        method: str,
        returns: str,
        *arguments: str | int,
        takes: str | None = None,
    ) -> tuple[Any, ...]:
        """Call a method, and return its return values.

        Args:
            at: The object and the interface.
            method: The name of the method.
            returns: The types of the return values.
            arguments: The arguments.
            takes: The types of the arguments; None if all are strings.
        """
        signature = "s" * len(arguments) if takes is None else takes
        reply = await self.ask(new_method_call(at, method, signature or None, arguments))
        return reply.unpack(returns)

    async def call_for_bool(
        self, at: DBusAddress, method: str, *arguments: str | int, takes: str | None = None
    ) -> bool:
        """Call a method that returns a variant, and return the boolean in it; see `call`."""
        (value,) = await self.call(at, method, "v", *arguments, takes=takes)
        return _bool(value)

    async def get_property(self, at: DBusAddress, name: str) -> tuple[str, Any]:
        """Return a property: its type and its value."""
        properties = DBusAddress(at.object_path, bus_name=at.bus_name, interface=PROPERTIES)
        ((kind, value),) = await self.call(properties, "Get", "v", str(at.interface), name)
        return kind, value

    async def get_bool(self, at: DBusAddress, name: str) -> bool:
        """Return a boolean property."""
        return _bool(await self.get_property(at, name))

    # Methods of the bus

    async def hello(self) -> None:
        """Register at the bus; the first call on every connection."""
        await self.call(BUS, "Hello", "s")

    async def get_id(self) -> str:
        """Return the identifier of the bus, which does not depend on its address."""
        (found,) = await self.call(BUS, "GetId", "s")
        return str(found)

    async def get_name_owner(self, name: str) -> str | None:
        """Return the unique name of the owner of a name; None if it has none."""
        reply = await self.ask(new_method_call(BUS, "GetNameOwner", "s", (name,)))
        if reply.error == "org.freedesktop.DBus.Error.NameHasNoOwner":
            return None
        return str(reply.unpack("s")[0])

    async def is_activatable(self, name: str) -> bool:
        """Return whether the bus can start an owner of a name."""
        (names,) = await self.call(BUS, "ListActivatableNames", "as")
        return name in names

    async def start_service(self, name: str) -> str | None:
        """Let the bus start the owner of a name; return its unique name, None if that failed."""
        await self.ask(new_method_call(BUS, "StartServiceByName", "su", (name, 0)))
        return await self.get_name_owner(name)

    async def get_process_id(self, owner: str) -> int:
        """Return the process that a unique name belongs to."""
        (process,) = await self.call(BUS, "GetConnectionUnixProcessID", "u", owner)
        return int(process)

    async def add_match(self, rule: str) -> None:
        """Subscribe to the signals that match a rule."""
        await self.call(BUS, "AddMatch", "", rule)

    def remove_match(self, rule: str) -> None:
        """Withdraw a subscription."""
        self.post(new_method_call(BUS, "RemoveMatch", "s", (rule,)))


def _bool(variant: tuple[str, Any]) -> bool:
    match variant:
        case ("b", bool(value)):
            return value
        case _:
            raise CallError("the value is no boolean")


def _parse(raw: bytes) -> Message | None:
    try:
        return Message.from_buffer(raw)
    except _UNREADABLE:
        return None
