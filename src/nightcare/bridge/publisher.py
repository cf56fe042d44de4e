"""The topics at the broker, kept in line with the journal and the plan.

On each connection the publisher reads all that the broker holds for this computer, publishes
missing payloads and clears unwanted ones. The bridge sends a marker to itself. A broker delivers in
order, so messages before the marker are retained ones or commands older than the connection.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from paho.mqtt.client import MQTTMessage

from nightcare.bridge.act_exchange import SHARED_DAYS, SharedMessage
from nightcare.bridge.broker_answers import Trouble
from nightcare.bridge.broker_connection import BrokerConnection
from nightcare.bridge.topics import ACTS, ALIVE, COMPUTER, Topics
from nightcare.bridge.value_exchange import DIARY_KEPT_DAYS

_MARKER_SECONDS = 10.0
_HEAL_SECONDS = 5.0
_SILENT_SECONDS = 30.0
"""The longest time between two acknowledgements of a broker that works."""

_MARKER_LIFETIME = timedelta(minutes=1)
_EVENT_LIFETIME = timedelta(minutes=10)
_MOST_TOPICS = 5000
"""Topics of others below ours that are cleared on one connection."""


@dataclass(frozen=True)
class PublisherCalls:
    """The functions that a publisher calls.

    Attributes:
        command: Called with the name and the payload of each command that may count.
        changed: Called when the broker has acknowledged or refused a message.
        lifetime: Returns the time after which the broker is to drop the payload of a topic.
        shared: Called with the messages that computers share: first, also if there are none, with
            all that the broker held, so that an erasure counts for them; None not to share.
            Nothing is published before the next call of `Publisher.want`.
    """

    command: Callable[[str, bytes], None]
    changed: Callable[[str | None], None]
    lifetime: Callable[[str], timedelta | None] = lambda _: None
    shared: Callable[[Sequence[SharedMessage]], None] | None = None


class Publisher:
    """The publications and messages of one connection.

    Args:
        connection: The connection.
        topics: The names of the topics.
        wanted: The payload of every topic that the broker is to hold.
        calls: The functions to call.

    Attributes:
        refused: The topics that the broker does not let this user write, or read.
        compared: Whether the messages that the broker held are known.
    """

    def __init__(
        self,
        connection: BrokerConnection,
        topics: Topics,
        wanted: Mapping[str, bytes],
        calls: PublisherCalls,
    ) -> None:
        self._connection = connection
        self._topics = topics
        self._wanted = dict(wanted)
        self._calls = calls
        self._held: dict[str, bytes] = {}
        self._held_shared: list[SharedMessage] = []
        self._pending: dict[int, str] = {}
        self._queue: deque[tuple[str, bytes, timedelta]] = deque()
        self._marker = b""
        self._marked_at = 0.0
        self._fresh = False
        self._unfinished = False
        self._answered = False
        self._silence: asyncio.TimerHandle | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self.refused: set[str] = set()
        self.compared = False
        self.settled = asyncio.Event()

    def want(self, wanted: Mapping[str, bytes]) -> None:
        """Replace the payloads that the broker is to hold."""
        self._wanted = dict(wanted)
        self._reconcile()

    def held(self, topic: str) -> bytes:
        """Return the retained payload of a topic as far as it is known; empty for none."""
        return self._held.get(topic, b"")

    def announce(self, payload: bytes) -> None:
        """Publish an event, which is not retained."""
        if self.compared:
            self._queue.append((self._topics.of("event"), payload, _EVENT_LIFETIME))
            self._publish_queued()

    def close(self) -> None:
        """Stop the timers."""
        self._pending.clear()
        self._await_acknowledgement()
        for timer in self._timers:
            timer.cancel()

    # Called by the connection

    def connected(self) -> None:
        """Read the retained messages, and determine which ones are older than this connection."""
        others = () if self._calls.shared is None else self._topics.shared_by_all
        number = self._connection.subscribe([*self._topics.filters, *others])
        if number is not None:
            self._pending[number] = self._topics.commands
        self._mark()
        self._later(_MARKER_SECONDS, self._compare_anyway)

    def received(self, message: MQTTMessage) -> None:
        """Handle a message; its topic and payload may be anything."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if topic == self._topics.sync:
            if message.payload == self._marker:
                self._fresh = True
                self._note(self._topics.commands, refused=False)
                self._compare()
        elif (found := self._topics.shared(topic)) is not None:
            self._receive_shared(SharedMessage(*found, bytes(message.payload)), topic)
        elif message.retain:
            self._take_note(topic, bytes(message.payload))
        else:
            name = self._topics.command(topic)
            if name is not None and not message.dup:
                self._receive_command(name, bytes(message.payload))

    def acknowledged(self, number: int, refused: bool, /) -> None:  # noqa: FBT001 - by position
        """Handle the broker's acknowledgement or refusal of a publication or subscription."""
        topic = self._pending.pop(number, None)
        self._answered = True
        self._await_acknowledgement()
        if topic is not None and not refused:
            self._calls.changed(topic)
        if topic is not None and topic != self._topics.commands:
            self._note(topic, refused=refused)
        elif refused:
            # If it was the other one, no marker will arrive.
            self._note(self._topics.filters[1], refused=True)
        self._publish_queued()
        if self._unfinished:
            self._reconcile()
        self._settle()

    def _note(self, topic: str, *, refused: bool) -> None:
        """Record whether the broker refuses a topic."""
        if refused != (topic in self.refused):
            self.refused ^= {topic}
            self._calls.changed(None)

    # Retained messages of the broker

    def _receive_shared(self, message: SharedMessage, topic: str) -> None:
        own = message.computer == self._topics.computer
        if own:
            self._take_note(topic, message.payload)
        # Read this computer's own messages too, because its journal may have been lost.
        if own and self.compared:
            return
        if self._calls.shared is None or not (message.payload or message.name == COMPUTER):
            return
        if self.compared:
            self._calls.shared([message])
        else:
            self._held_shared.append(message)

    def _take_note(self, topic: str, payload: bytes) -> None:
        if not payload:
            self._held.pop(topic, None)
        elif topic in self._held or topic in self._wanted or len(self._held) < _MOST_TOPICS:
            self._held[topic] = payload
        if self.compared and self._wanted.get(topic, b"") != payload:
            # Another client wrote it, or a last will of this bridge arrived late.
            self._later(_HEAL_SECONDS, self._reconcile)

    def _compare_anyway(self) -> None:
        """Continue without the marker, which the broker may refuse, unless the broker hangs."""
        if self._answered:
            # The broker does not let the user read our topics, so no command arrives.
            self._note(self._topics.commands, refused=not self._fresh)
            self._compare()

    def _compare(self) -> None:
        if not self.compared:
            self.compared = True
            self._calls.changed(None)
            state = self._topics.of("state")
            if state in self._held and self._held[state] == self._wanted.get(state):
                # It is there from an earlier connection.
                self._calls.changed(state)
            if self._calls.shared is None:
                self._reconcile()
            else:
                # Receive this computer's own records first, because the broker may have the only
                # copy.
                self._calls.shared(self._held_shared)

    def _reconcile(self) -> None:
        if not self.compared:
            return
        # Treat a refused payload as held, so that it is tried again when it has changed.
        wrong = [one for one, payload in self._wanted.items() if self._held.get(one) != payload]
        wrong += [one for one in self._held if one not in self._wanted]
        self._unfinished = False
        for topic in wrong:
            if not self._has_room:
                self._unfinished = True
                break
            lifetime = self._calls.lifetime(topic) if topic in self._wanted else None
            self._publish(topic, self._wanted.get(topic, b""), retain=True, lifetime=lifetime)
        self._settle()

    @property
    def _has_room(self) -> bool:
        """True if the broker takes another publication before it acknowledges one."""
        unanswered = [one for one in self._pending.values() if one != self._topics.commands]
        return len(unanswered) < self._connection.limits.packets

    def _publish_queued(self) -> None:
        while self._queue and self._has_room:
            topic, payload, lifetime = self._queue.popleft()
            self._publish(topic, payload, lifetime=lifetime)

    def _publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        lifetime: timedelta | None = None,
    ) -> None:
        if retain and payload:
            self._held[topic] = payload
        elif retain:
            self._held.pop(topic, None)
        if not self._connection.limits.admit(topic, payload):
            self._note(topic, refused=True)
            return
        number = self._connection.publish(topic, payload, retain=retain, lifetime=lifetime)
        if number is None:
            return
        self._pending[number] = topic
        if self._silence is None:
            self._await_acknowledgement()
        self.settled.clear()

    def _await_acknowledgement(self) -> None:
        """Disconnect from a broker that keeps the connection and no longer answers."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if self._pending:
            drop, loop = self._connection.drop, asyncio.get_running_loop()
            self._silence = loop.call_later(_SILENT_SECONDS, drop, Trouble("silent"))

    def _settle(self) -> None:
        if self.compared and not self._pending:
            self.settled.set()

    # Commands

    def _mark(self) -> None:
        self._marker = secrets.token_hex(8).encode()
        self._marked_at = asyncio.get_running_loop().time()
        self._queue.append((self._topics.sync, self._marker, _MARKER_LIFETIME))
        self._publish_queued()

    def _receive_command(self, name: str, payload: bytes) -> None:
        if self._fresh:
            self._calls.command(name, payload)
        elif asyncio.get_running_loop().time() - self._marked_at > _MARKER_SECONDS:
            # A full queue at the broker may have lost the marker.
            self._mark()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        now = asyncio.get_running_loop().time()
        self._timers = [one for one in self._timers if one.when() > now and not one.cancelled()]
        if len(self._timers) < 2:  # noqa: PLR2004 - one of each kind
            self._timers.append(asyncio.get_running_loop().call_later(seconds, call))


def expiry_of(shared: tuple[str, str] | None) -> timedelta | None:
    """Return the time for which the broker keeps a shared topic, by its computer and name."""
    if shared is None or shared[1] in (COMPUTER, ALIVE):
        return None
    return timedelta(days=SHARED_DAYS if shared[1].startswith(ACTS) else DIARY_KEPT_DAYS)


async def settle(publisher: Publisher, seconds: float) -> bool:
    """Wait until the broker has acknowledged everything; return whether it has in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await publisher.settled.wait()
    return publisher.settled.is_set()
