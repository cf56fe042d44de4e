"""The connection to an MQTT broker: paho-mqtt on the event loop, without a thread or a poll.

Source: MQTT 5, https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html. A session of mosquitto
2.0.11 that was begun with clean start does not survive a restart of the broker, so clean start is
always off. Every publication has QoS 1, because a broker refuses one with QoS 0 silently.
"""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from nightcare.bridge.broker_answers import (
    KEEPALIVE,
    BrokerLimits,
    Trouble,
    error_of,
    loss_of,
    refusal_of,
    trouble_of,
)
from nightcare.bridge.settings import BridgeSettings, SettingsFileError, read_password, tls_context
from nightcare.bridge.topics import MOST_BYTES
from nightcare.threads import run_in_thread

_SESSION = timedelta(days=14)
_CONNECT_SECONDS = 10.0
_ATTEMPT_SECONDS = 30.0
_ANSWER_SECONDS = 30.0

_FIRST_DELAY = timedelta(seconds=5)
_LONGEST_DELAY = timedelta(minutes=10)
_STABLE = timedelta(minutes=1)
"""A shorter connection counts as another failed attempt."""

_MANY_ATTEMPTS = 8
"""The number of failed attempts after which the delay is longest."""

_PACKETS_AT_ONCE = 100
_PING_SHARE = 0.55
"""Two checks in a row find a connection that was idle for as long as the keepalive."""


class BrokerUser(Protocol):
    """The part of the program that uses the connection."""

    def connected(self) -> None:
        """Start on a new connection."""
        ...

    def received(self, message: MQTTMessage) -> None:
        """Handle a message; its topic and payload may be anything."""
        ...

    def acknowledged(self, number: int, refused: bool, /) -> None:  # noqa: FBT001 - by position
        """Handle the broker's acknowledgement or refusal of a publication or subscription."""
        ...


@dataclass(frozen=True)
class Will:
    """The retained message that the broker publishes when the connection is lost."""

    topic: str
    payload: bytes


def backoff(attempts: int, chance: Callable[[], float] = random.random) -> timedelta:
    """Return the time before the next attempt, after a number of failed ones.

    Args:
        attempts: The number.
        chance: Returns a number from 0 to 1, so that many bridges do not return at once.
    """
    longest: timedelta = min(_FIRST_DELAY * 2 ** min(attempts, 10), _LONGEST_DELAY)
    return longest * (0.5 + chance() / 2)


class RetryDelays:
    """The delays before further attempts to connect."""

    def __init__(self) -> None:
        self._attempts = 0

    def after(self, trouble: Trouble, lasted: timedelta) -> timedelta:
        """Return the delay after a connection of a given duration."""
        self._attempts = 0 if lasted > _STABLE else self._attempts + 1
        if trouble.key == "taken_over":
            # Two clients of one name that reconnect at once would disconnect each other for ever.
            self._attempts = _MANY_ATTEMPTS
        return backoff(max(0, self._attempts - 1))


class BrokerConnection:
    """One connection to the broker.

    Args:
        settings: The table `[mqtt]`.
        variables: The environment.
        name: The client identifier, which is that of the session at the broker.
        will: The last will; None for none.

    Attributes:
        limits: The limits that the broker has set.
    """

    def __init__(
        self,
        settings: BridgeSettings,
        variables: Mapping[str, str],
        name: str,
        will: Will | None,
    ) -> None:
        self._settings = settings
        self._variables = variables
        self._name = name
        self._will = will
        self._client: Client | None = None
        self._socket: socket.socket | None = None
        self._ended: asyncio.Future[Trouble] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._accepted = False
        self.limits = BrokerLimits()

    async def serve(self, user: BrokerUser) -> Trouble:
        """Connect, and serve a user until the connection is lost; return the reason."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Trouble] = loop.create_future()
        self._ended = ended
        try:
            client = await run_in_thread(self._connect, _ATTEMPT_SECONDS)
            self._attach(client, user)
            return await ended
        except SettingsFileError as error:
            return Trouble(error.key, str(error.path))
        except (OSError, ValueError) as error:
            return trouble_of(error)
        finally:
            self._detach()

    def publish(
        self, topic: str, payload: bytes, *, retain: bool, lifetime: timedelta | None = None
    ) -> int | None:
        """Publish; return the number of the publication, None if there is no connection.

        Args:
            topic: The topic.
            payload: The payload.
            retain: Whether the broker retains it.
            lifetime: The time after which the broker drops it; None to keep it for ever.
        """
        if self._client is None:
            return None
        properties = None
        if lifetime is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # of paho
            properties.MessageExpiryInterval = max(1, int(lifetime.total_seconds()))
        info = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        return info.mid if info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def subscribe(self, filters: Sequence[str]) -> int | None:
        """Subscribe to topics and have all retained messages sent; return the number."""
        if self._client is None:
            return None
        options = SubscribeOptions(qos=1, retainAsPublished=True)
        return self._client.subscribe([(one, options) for one in filters])[1]

    def disconnect(self, *, keep_session: bool = True) -> None:
        """Send DISCONNECT to the broker, which then publishes no last will.

        Args:
            keep_session: Whether the broker keeps the session.
        """
        self.drop(Trouble("ended"))
        if self._client is not None:
            properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call] # of paho
            if not keep_session:
                properties.SessionExpiryInterval = 0
            self._client.disconnect(properties=properties)
            # paho would leave this to the event loop, which no longer serves the socket.
            self._client.loop_write()

    def drop(self, trouble: Trouble) -> None:
        """Close the connection without a packet to the broker; `serve` returns the trouble."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(trouble)
            self._forget_socket()

    # In a thread

    def _connect(self) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._name,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_SECONDS
        if settings.user is not None:
            client.username_pw_set(settings.user, read_password(settings, self._variables))
        if settings.tls:
            client.tls_set_context(tls_context(settings, self._variables))
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # of paho
        properties.SessionExpiryInterval = int(_SESSION.total_seconds())
        properties.MaximumPacketSize = MOST_BYTES
        client.connect(
            settings.host, settings.port, KEEPALIVE, clean_start=False, properties=properties
        )
        return client

    # On the event loop

    def _attach(self, client: Client, user: BrokerUser) -> None:
        loop = asyncio.get_running_loop()
        found = client.socket()
        if found is None:
            self.drop(Trouble("left"))
            return
        assert isinstance(found, socket.socket)
        self._client, self._socket = client, found

        def connected(*values: Any) -> None:
            code: ReasonCode = values[3]
            if code.is_failure:
                self.drop(refusal_of(code))
                return
            self._accepted = True
            self.limits = BrokerLimits.of(values[4])
            self._wait(self.limits.keepalive * _PING_SHARE, self._check)
            later(user.connected)

        def later(call: Callable[..., None], *values: Any) -> None:
            # An error of the user must not look like one of the library.
            loop.call_soon(lambda: None if self._is_over() else call(*values))

        def unregister(*_: object) -> None:
            # paho calls this once more when the client is freed.
            if found.fileno() >= 0:
                loop.remove_writer(found)

        client.on_connect = connected
        client.on_disconnect = lambda *values: self.drop(
            loss_of(
                values[3],
                from_broker=values[2].is_disconnect_packet_from_server,
                accepted=self._accepted,
            )
        )
        client.on_message = lambda *values: later(user.received, values[2])
        client.on_publish = lambda *values: later(
            user.acknowledged, values[2], values[3].is_failure
        )
        client.on_subscribe = lambda *values: later(
            user.acknowledged, values[2], any(one.is_failure for one in values[3])
        )
        client.on_socket_register_write = lambda *_: loop.add_writer(found, self._write)
        client.on_socket_unregister_write = unregister
        client.on_socket_close = lambda *_: self._forget_socket()
        loop.add_reader(found, self._read)
        if client.want_write():
            loop.add_writer(found, self._write)
        self._wait(_ANSWER_SECONDS, lambda: self.drop(Trouble("silent")))
        # Data that arrived during the handshake does not make the socket readable again.
        self._read()

    def _detach(self) -> None:
        self._forget_socket()
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            self._socket.close()
        self._client = self._socket = None

    def _forget_socket(self) -> None:
        loop = asyncio.get_running_loop()
        if self._socket is not None and self._socket.fileno() >= 0:
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, call)

    def _check(self) -> None:
        """Send a ping if nothing else was sent, or notice that none was answered."""
        self._wait(self.limits.keepalive * _PING_SHARE, self._check)
        self._call(lambda client: client.loop_misc())

    def _write(self) -> None:
        self._call(lambda client: client.loop_write())

    def _read(self) -> None:
        for _ in range(_PACKETS_AT_ONCE):
            self._call(lambda client: client.loop_read())
            left = self._socket
            if self._is_over() or not isinstance(left, ssl.SSLSocket) or not left.pending():
                return
        # Let other tasks run first. Data that TLS has already decrypted does not make the socket
        # readable.
        asyncio.get_running_loop().call_soon(self._read)

    def _is_over(self) -> bool:
        return self._ended is None or self._ended.done()

    def _call(self, call: Callable[[Client], MQTTErrorCode]) -> None:
        if self._client is None or self._is_over():
            return
        try:
            result = call(self._client)
        except Exception as error:  # noqa: BLE001 - paho fails in many ways on what is no MQTT
            self.drop(Trouble("garbage", type(error).__name__))
            return
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.drop(error_of(result, accepted=self._accepted))
