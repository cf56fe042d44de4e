"""A broker on loopback that a test scripts: it speaks the few packets of MQTT 5 that it needs.

Source: https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html, "MQTT Control Packets".
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14
CONNACK = b"\x20\x03\x00\x00\x00"
ANSWERED = frozenset({CONNECT, PUBLISH, SUBSCRIBE, PINGREQ})
"""The packets that a broker answers."""

_FILTERS = 2
_PROTOCOL = b"\x00\x04MQTT"
_DUP = 0x08
_RETAIN = 0x01


@dataclass
class ScriptedBroker:
    """A broker that acknowledges everything as long as it is told to.

    Attributes:
        answered: The packets that it answers.
        redelivered: Sent after each CONNACK, before anything else.
        greeting: The answer to CONNECT.
        refusing: The reason codes of topics that it refuses, by their last level.
        echoes: Whether the bridge may read its own topics.
        remembers: Whether it keeps retained messages, and delivers them after SUBSCRIBE.
        dying: Whether it closes each connection at once.
        connects: The CONNECT packets that have come.
        attempts: The connections that were accepted.
        heard: The packets whose first byte has come.
        seen: The kinds of all packets that have come.
        published: The topics and payloads that have come.
        acknowledged: The numbers of its publications that were acknowledged.
        unanswered: The topics and numbers of publications without an answer.
        retained: The retained messages, by topic.
        port: Its port on loopback.
    """

    answered: frozenset[int] = ANSWERED
    redelivered: bytes = b""
    greeting: bytes = CONNACK
    refusing: dict[str, int] = field(default_factory=dict)
    echoes: bool = True
    remembers: bool = False
    dying: bool = False
    connects: list[bytes] = field(default_factory=list)
    attempts: int = 0
    heard: int = 0
    seen: list[int] = field(default_factory=list)
    published: list[tuple[str, bytes]] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    unanswered: list[tuple[str, bytes]] = field(default_factory=list)
    retained: dict[str, bytes] = field(default_factory=dict)
    port: int = 0
    _links: list[asyncio.StreamWriter] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self, certificate: Path | None = None) -> None:
        """Listen, with TLS if there is a certificate, whose key is beside it."""
        context = None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and cut all connections."""
        if self._server is not None:
            self._server.close()
            self.cut()
            await asyncio.sleep(0)

    def cut(self) -> None:
        """Cut all connections."""
        for link in self._links:
            link.transport.abort()
        self._links.clear()

    def send(self, packet: bytes) -> None:
        """Send a packet on the newest connection."""
        self._links[-1].write(packet)

    @property
    def root(self) -> str:
        """The topic above all others of the bridge."""
        return next(one for one, _ in self.published if one.endswith("/sync")).rpartition("/")[0]

    @property
    def sync(self) -> str:
        """The topic of the marker."""
        return f"{self.root}/sync"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.attempts += 1
        self._links.append(writer)
        if self.dying:
            self.cut()
            return
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, flags, body = await self._read(reader)
                if kind == CONNECT and not body.startswith(_PROTOCOL):
                    # The first message of TLS looks like a CONNECT of another protocol.
                    await reader.read()
                    return
                self.seen.append(kind)
                self._handle(kind, flags, body, writer)

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
        (first,) = await reader.readexactly(1)
        self.heard += 1
        length = shift = 0
        while True:
            (byte,) = await reader.readexactly(1)
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return first >> 4, first & 15, await reader.readexactly(length)

    def _handle(self, kind: int, flags: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == CONNECT:
            self.connects.append(body)
        if kind == PUBACK:
            self.acknowledged.append(int.from_bytes(body[:2]))
        if kind == PUBLISH:
            self._take(flags, body, writer)
        if kind not in self.answered:
            return
        if kind == CONNECT:
            writer.write(self.greeting + self.redelivered)
        if kind == SUBSCRIBE:
            writer.write(b"\x90" + bytes([3 + _FILTERS]) + body[:2] + b"\x00" + b"\x01" * _FILTERS)
            for number, (topic, payload) in enumerate(self.retained.items(), 1000):
                writer.write(publication(topic, payload, number, retain=True))
        if kind == PINGREQ:
            writer.write(b"\xd0\x00")

    def _take(self, flags: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        end = 2 + int.from_bytes(body[:2])
        topic, number = body[2:end].decode(), body[end : end + 2]
        assert (flags >> 1) & 3 == 1, "the quality of service is 1"
        payload = body[end + 3 + body[end + 2] :]
        self.published.append((topic, payload))
        if flags & _RETAIN and self.remembers:
            self.retained[topic] = payload
        self.unanswered.append((topic, number))
        if PUBLISH in self.answered:
            self.answer(writer)

    def answer(self, writer: asyncio.StreamWriter | None = None) -> None:
        """Acknowledge all publications, on the newest connection or another."""
        link = writer or self._links[-1]
        for topic, number in self.unanswered:
            code = self.refusing.get(topic.rpartition("/")[2], 0)
            link.write(b"\x40\x03" + number + bytes([code]))
            if topic.endswith("/sync") and self.echoes:
                # The bridge has subscribed to it.
                link.write(publication(topic, self.published_last(topic), 1))
        self.unanswered.clear()

    def published_last(self, topic: str) -> bytes:
        """Return the last payload that has come for a topic."""
        return next(payload for one, payload in reversed(self.published) if one == topic)


def disconnect(code: int) -> bytes:
    """Return a DISCONNECT with a reason code."""
    return bytes([0xE0, 1, code])


def connack(code: int = 0, properties: bytes = b"") -> bytes:
    """Return a CONNACK with a reason code and properties."""
    return bytes([0x20, 3 + len(properties), 0, code, len(properties)]) + properties


def publication(
    topic: str, payload: bytes, number: int, *, again: bool = False, retain: bool = False
) -> bytes:
    """Return a PUBLISH of QoS 1, as a first or a further delivery, or retained."""
    body = struct.pack(">H", len(topic)) + topic.encode() + struct.pack(">H", number) + b"\x00"
    body += payload
    flags = 2 | (_DUP if again else 0) | (_RETAIN if retain else 0)
    return bytes([PUBLISH << 4 | flags]) + _length(len(body)) + body


def _length(number: int) -> bytes:
    low, rest = number % 128, number // 128
    return bytes([low | 128]) + _length(rest) if rest else bytes([low])


@contextlib.asynccontextmanager
async def scripted_broker(
    broker: ScriptedBroker, certificate: Path | None = None
) -> AsyncIterator[ScriptedBroker]:
    """Run such a broker on the running loop, with TLS if there is a certificate."""
    await broker.start(certificate)
    try:
        yield broker
    finally:
        await broker.stop()
