"""Opening of connections to message buses.

The protocol is https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from jeepney.auth import BEGIN, Authenticator
from jeepney.bus import get_connectable_addresses

from nightcare.desktop.dbus.connection import Connection, ConnectionLost


@contextlib.asynccontextmanager
async def connect(address: str, limit: float) -> AsyncIterator[Connection]:
    """Connect to a message bus, without calling Hello.

    Args:
        address: As in DBUS_SESSION_BUS_ADDRESS; of several, the first that answers.
        limit: Seconds within which the connection must be made, and each call be answered.

    Raises:
        ConnectionLost: There is no bus at that address, or it refuses the connection.
    """
    try:
        async with asyncio.timeout(limit):
            reader, writer = await _authenticate(address)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        raise ConnectionLost(f"no bus at {address}") from error
    try:
        yield Connection(reader, writer, limit)
    finally:
        await _disconnect(writer)


@contextlib.asynccontextmanager
async def open_connection(address: str, limit: float) -> AsyncIterator[Connection]:
    """Connect to a message bus to call methods, without signals; see `connect`.

    Raises:
        ConnectionLost: There is no bus at that address, or it refuses the connection.
        TimeoutError: It accepts the connection and does not answer.
        CallError: Its answer is malformed.
    """
    async with connect(address, limit) as bus:
        reading = asyncio.create_task(bus.receive(lambda _: None))
        try:
            await bus.hello()
            yield bus
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionLost):
                await reading


async def _authenticate(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _open_stream(address)
    try:
        conversation = Authenticator()
        for line in conversation:
            writer.write(line)
            received = await reader.read(1024)
            if not received:
                raise EOFError
            conversation.feed(received)
        writer.write(BEGIN)
    except BaseException:
        await _disconnect(writer)
        raise
    return reader, writer


async def _open_stream(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    errors: list[OSError] = []
    for path in get_connectable_addresses(address):
        try:
            return await asyncio.open_unix_connection(path)
        except OSError as error:
            errors.append(error)
    raise errors[-1]


async def _disconnect(writer: asyncio.StreamWriter) -> None:
    # Discard unsent data, so that a bus that does not read delays nothing.
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
