"""The answers of a broker: the limits that it sets, and the reason why there is no connection."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

KEEPALIVE = 600
"""Seconds; the broker reports the bridge as gone after one and a half times as long."""

_PACKETS = 20
_OVERHEAD = 16
"""The bytes of a publication beside its topic and payload: header, lengths, number and expiry."""

_NOT_VALID_NOW = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""

_FOR_ANOTHER = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""

_LOGIN = (0x86, 0x87, 0x8C)
"""Bad user name or password, Not authorized, Bad authentication method."""

_UNSPECIFIED = 0x80
_PROTOCOL_ERROR = 0x82
_OLD_PROTOCOL = 0x84
_KEEPALIVE_TIMEOUT = 0x8D
_TAKEN_OVER = 0x8E
_WITHOUT = (0x9A, 0x9B)
"""Retain not supported, QoS not supported."""


@dataclass(frozen=True)
class Trouble:
    """The reason why there is no connection.

    Attributes:
        key: The catalogue has its text under `mqtt_trouble_` and this key.
        reason: What a library or the broker said.
    """

    key: str
    reason: str = ""


@dataclass(frozen=True)
class BrokerLimits:
    """The limits that a broker sets for a connection.

    Source: MQTT 5, "3.2.2.3 CONNACK Properties". paho-mqtt 2.2 follows the first one only.

    Attributes:
        keepalive: The longest time without a packet to the broker, in seconds.
        packets: The most publications that may be without an acknowledgement.
        size: The largest packet, in bytes; None for any.
    """

    keepalive: int = KEEPALIVE
    packets: int = _PACKETS
    size: int | None = None

    @classmethod
    def of(cls, properties: Properties) -> BrokerLimits:
        """Return the limits in the answer to CONNECT."""
        keepalive = getattr(properties, "ServerKeepAlive", KEEPALIVE)
        return cls(
            min(keepalive, KEEPALIVE) or KEEPALIVE,
            min(getattr(properties, "ReceiveMaximum", _PACKETS), _PACKETS) or 1,
            getattr(properties, "MaximumPacketSize", None),
        )

    def admit(self, topic: str, payload: bytes) -> bool:
        """Return whether a publication is small enough."""
        return self.size is None or len(topic.encode()) + len(payload) + _OVERHEAD <= self.size


def trouble_of(error: Exception) -> Trouble:
    """Return the trouble for an error of an attempt to connect."""
    match error:
        case socket.gaierror():
            return Trouble("host", error.strerror or "")
        case UnicodeError():
            # Python encodes the name before it is looked up.
            return Trouble("host", str(error))
        case ssl.SSLCertVerificationError():
            return _trouble_of_certificate(error)
        case ssl.SSLError():
            return Trouble("tls", getattr(error, "reason", None) or str(error))
        case ConnectionRefusedError():
            return Trouble("closed")
        case TimeoutError():
            return Trouble("silent")
        case OSError():
            return Trouble("network", error.strerror or str(error))
    return Trouble("garbage", type(error).__name__)


def _trouble_of_certificate(error: ssl.SSLCertVerificationError) -> Trouble:
    reason = error.verify_message or ""
    if error.verify_code in _FOR_ANOTHER:
        return Trouble("another_name", reason)
    return Trouble("clock" if error.verify_code in _NOT_VALID_NOW else "certificate", reason)


def refusal_of(code: ReasonCode) -> Trouble:
    """Return the trouble for a refused CONNECT."""
    if code.value in _LOGIN:
        return Trouble("login", str(code))
    if code.value == _OLD_PROTOCOL:
        return Trouble("old")
    return Trouble("unsuitable" if code.value in _WITHOUT else "refused", str(code))


def loss_of(code: ReasonCode, *, from_broker: bool, accepted: bool) -> Trouble:
    """Return the trouble for the end of a connection.

    Args:
        code: The reason.
        from_broker: Whether the broker sent it; otherwise it comes from paho-mqtt.
        accepted: Whether the broker had accepted the connection.
    """
    if code.value == _KEEPALIVE_TIMEOUT:
        return Trouble("silent")
    if code.value == _TAKEN_OVER:
        return Trouble("taken_over")
    if from_broker and code.value != _UNSPECIFIED:
        return Trouble("ended_by_broker", str(code))
    if code.value == _PROTOCOL_ERROR:
        return Trouble("garbage", str(code))
    return Trouble("lost" if accepted else "left")


def error_of(code: MQTTErrorCode, *, accepted: bool) -> Trouble:
    """Return the trouble for an error of paho-mqtt; the arguments are those of `loss_of`."""
    if code in {MQTTErrorCode.MQTT_ERR_PROTOCOL, MQTTErrorCode.MQTT_ERR_NOMEM}:
        return Trouble("garbage", code.name)
    return Trouble("lost" if accepted else "left")
