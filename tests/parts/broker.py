"""A real mosquitto of the test's own, and a client that listens and presses as a phone does."""

from __future__ import annotations

import contextlib
import getpass
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from parts.home import Home, another_date
from parts.processes import (
    HANG_SECONDS,
    SEARCH_PATH,
    Program,
    eventually,
    find_program,
    run_tool,
    running,
)
from parts.sockets import free_port

USER, PASSWORD = "nightcare", "a-secret-of-the-test"
PHONE, PHONE_PASSWORD = "phone", "another-secret"
_ACL = f"""
user {USER}
topic readwrite nightcare/#
topic readwrite homeassistant/#

user {PHONE}
topic readwrite #
"""


@dataclass
class Broker:
    """A mosquitto with TLS by an own authority, passwords and rights.

    Attributes:
        home: Where its files are.
        port: Its port on loopback.
    """

    home: Home
    port: int
    acl: str = _ACL
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _program: Program | None = None

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return self.home.aside / "broker"

    @property
    def authority(self) -> Path:
        """The certificate of the authority."""
        return self.folder / "ca.crt"

    @property
    def program(self) -> Program:
        """The running broker."""
        assert self._program is not None
        return self._program

    def prepare(self) -> None:
        """Make the certificates, the passwords and the config."""
        self.folder.mkdir()
        make_authority(self.folder, "ca")
        make_certificate(self.folder, "ca", "server")
        passwords = self.folder / "passwords"
        passwords.touch(mode=0o600)
        for user, password in ((USER, PASSWORD), (PHONE, PHONE_PASSWORD)):
            tool = find_program("mosquitto_passwd", "mosquitto")
            run_tool([tool, "-b", str(passwords), user, password], self.home.environment())
        (self.folder / "acl").write_text(self.acl, encoding="utf-8")
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\n"
            f"cafile {self.authority}\n"
            f"certfile {self.folder}/server.crt\n"
            f"keyfile {self.folder}/server.key\n"
            "allow_anonymous false\n"
            f"password_file {passwords}\n"
            f"acl_file {self.folder}/acl\n"
            "persistence true\n"
            f"persistence_location {self.folder}/\n"
            # As root it would become another user, who cannot read these files.
            f"user {getpass.getuser()}\n"
            # With 0, for any number, mosquitto 2.0.11 throws out whoever is refused a topic.
            "max_queued_messages 100000\n",
            encoding="utf-8",
        )

    def start(self, **variables: str) -> None:
        """Start it with these variables of its environment too, and wait until it listens."""
        command = [find_program("mosquitto", "mosquitto"), "-c", f"{self.folder}/mosquitto.conf"]
        self._program = program = self._stack.enter_context(
            running(command, self.home.environment(**variables), self.home.log("mosquitto"))
        )
        eventually(self._listens, HANG_SECONDS, "mosquitto to listen", program)

    def stop(self, *, kill: bool = False) -> None:
        """End it."""
        process = self.program.process
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait(HANG_SECONDS)

    def wipe(self) -> None:
        """Remove all that it has kept."""
        (self.folder / "mosquitto.db").unlink(missing_ok=True)

    def close(self) -> None:
        """End it for good."""
        self._stack.close()

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def config(self, *keys: str) -> str:
        """Return the table `[mqtt]` for it, with the password in a file beside the config."""
        secret = self.home.path / "mqtt-password"
        secret.touch(mode=0o600)
        secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
        return "\n".join(
            [
                "[mqtt]",
                'host = "127.0.0.1"',
                f"port = {self.port}",
                f'user = "{USER}"',
                'password_file = "~/mqtt-password"',
                f'ca = "{self.authority}"',
                'person = "anna"',
                *keys,
                "",
            ]
        )


@contextlib.contextmanager
def private_broker(home: Home) -> Iterator[Broker]:
    """Run a broker of the test's own on loopback."""
    broker = Broker(home, free_port())
    broker.prepare()
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


def make_authority(folder: Path, name: str) -> None:
    """Make an authority that signs certificates."""
    _openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
        "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}",
        "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip


def make_certificate(
    folder: Path,
    authority: str,
    name: str,
    *,
    days: int = 3650,
    address: str = "127.0.0.1",
    variables: Mapping[str, str] | None = None,
) -> None:
    """Make a certificate, valid from now for so many days.

    Args:
        folder: The folder of the files.
        authority: The name of the authority.
        name: The name of the certificate.
        days: The days.
        address: The address that it is for.
        variables: Variables of the environment of OpenSSL, such as those of another clock.
    """
    _openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
        "-out", f"{name}.csr", "-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}",
    )  # fmt: skip
    _openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt",
        "-CAkey", f"{authority}.key", "-CAcreateserial", "-out", f"{name}.crt",
        "-days", str(days), "-copy_extensions", "copy", **(variables or {}),
    )  # fmt: skip


def _openssl(folder: Path, *words: str, **variables: str) -> None:
    environment = {**another_date(), "PATH": SEARCH_PATH, "HOME": str(folder), **variables}
    # It has no option for the folder of the files that it names.
    command = ["sh", "-c", 'cd "$0" && exec openssl "$@" 2>/dev/null', str(folder), *words]
    run_tool(command, environment)


class Phone:
    """Somebody at the broker who sees everything, and presses.

    Attributes:
        live: The messages that are not retained, as they came.
        written: The retained messages, as they came.
    """

    def __init__(self, broker: Broker, name: str = "phone") -> None:
        self._lock = threading.Lock()
        self._retained: dict[str, bytes] = {}
        self.live: list[tuple[str, bytes]] = []
        self.written: list[tuple[str, bytes]] = []
        self._seen = threading.Event()
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(PHONE, PHONE_PASSWORD)
        client.tls_set_context(ssl.create_default_context(cafile=broker.authority))
        client.on_message = self._received
        client.on_connect = self._connected
        client.on_subscribe = lambda *_: self._seen.set()
        client.connect("127.0.0.1", broker.port, clean_start=True)
        client.loop_start()
        self._client = client
        assert self._seen.wait(HANG_SECONDS)

    def _connected(self, client: Client, *_: object) -> None:
        client.subscribe("#", options=SubscribeOptions(qos=1, retainAsPublished=True))

    def _received(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._lock:
            found = (message.topic, bytes(message.payload))
            (self.written if message.retain else self.live).append(found)
            if message.retain and message.payload:
                self._retained[message.topic] = bytes(message.payload)
            elif message.retain:
                self._retained.pop(message.topic, None)

    @property
    def retained(self) -> dict[str, bytes]:
        """The retained payloads, by topic."""
        with self._lock:
            return dict(self._retained)

    @property
    def root(self) -> str:
        """The topic above all others of the bridge."""
        found = [one for one in self.retained if one.startswith("nightcare/anna/")]
        return "/".join(found[0].split("/")[:3]) if found else ""

    def read(self, name: str) -> Any:
        """Return what a topic of the bridge holds; None for nothing."""
        payload = self.retained.get(f"{self.root}/{name}")
        if payload is None:
            return None
        with contextlib.suppress(ValueError):
            return json.loads(payload)
        return payload.decode()

    def wait_for(self, name: str, *, be: Any) -> None:
        """Wait until a topic of the bridge holds this."""
        eventually(lambda: self.read(name) == be, HANG_SECONDS, f"{name} to be {be}")

    def versions(self) -> set[str]:
        """Return the versions of nightcare in what Home Assistant reads about its entities."""
        retained = self.retained.items()
        configs = [json.loads(payload) for topic, payload in retained if topic.endswith("/config")]
        return {config["device"]["sw_version"] for config in configs}

    def opened(self) -> dict[str, Any]:
        """Wait until a reminder is open, and return what is published about it."""
        state = eventually(
            lambda: (self.read("state") or {}).get("open"), HANG_SECONDS, "an open reminder"
        )
        assert state is not None
        return dict(state)

    def press(self, command: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Send a command, and wait until the broker has it."""
        self.publish(f"{self.root}/set/{command}", payload, retain=retain)

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # of paho
        info = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        info.wait_for_publish(HANG_SECONDS)

    def send(self, topic: str, payload: bytes) -> None:
        """Publish, and wait for nothing."""
        self._client.publish(topic, payload, qos=0)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


@contextlib.contextmanager
def phone(broker: Broker, name: str = "phone") -> Iterator[Phone]:
    """Connect somebody to a broker."""
    own = Phone(broker, name)
    try:
        yield own
    finally:
        own.close()
