"""A real message bus of a test's own, and a monitor that sees all that it carries."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from parts.processes import (
    HANG_SECONDS,
    NotInTimeError,
    Program,
    eventually,
    find_program,
    start,
    stop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from parts.home import Home

NOTIFICATIONS = "org.freedesktop.Notifications"
"""Name and interface of a server, https://specifications.freedesktop.org/notification-spec/."""

DRIVER = DBusAddress(
    "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
)
MONITORING = DBusAddress(
    "/org/freedesktop/DBus",
    bus_name="org.freedesktop.DBus",
    interface="org.freedesktop.DBus.Monitoring",
)
CALL_SECONDS = HANG_SECONDS

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {policy}
  </policy>
</busconfig>
"""

Kind = Literal["call", "return", "error", "signal"]
KINDS: dict[MessageType, Kind] = {
    MessageType.method_call: "call",
    MessageType.method_return: "return",
    MessageType.error: "error",
    MessageType.signal: "signal",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One message that a bus carried.

    Attributes:
        kind: call, return, error or signal.
        serial: the sender's number for it.
        reply_to: of a return or an error: the serial of the call.
        sender: the unique name of who sent it, or the bus itself.
        destination: whom it was sent to; None for a signal to everybody.
        path: the object; None for a return.
        interface: None for a return.
        member: the method or signal, the name of an error, "" for a return.
        body: its arguments.
    """

    kind: Kind
    serial: int
    reply_to: int | None
    sender: str | None
    destination: str | None
    path: str | None
    interface: str | None
    member: str
    body: tuple[object, ...]


class Monitor:
    """Sees every message of one bus, also those sent to one receiver alone.

    It is a connection turned into a monitor with org.freedesktop.DBus.Monitoring.BecomeMonitor,
    https://dbus.freedesktop.org/doc/dbus-specification.html#bus-messages-become-monitor.
    Nothing is lost between two questions: what has not been asked for yet waits in the connection.
    """

    def __init__(self, bus: PrivateBus, connection: DBusConnection) -> None:
        self._bus = bus
        self._connection = connection
        self._history: list[Seen] = []
        self._unclaimed: deque[Seen] = deque()

    def history(self) -> tuple[Seen, ...]:
        """Return all messages on the bus until now, oldest first."""
        # What the bus carries comes in one order: a connection made now marks where now is.
        with self._bus.connection() as marker:
            name = str(marker.unique_name)
        if self._read_until(lambda seen: seen.destination == name, CALL_SECONDS) is None:
            raise NotInTimeError("the monitor no longer sees what the bus carries")
        return tuple(self._history)

    def wait_for(
        self,
        member: str,
        *,
        interface: str = NOTIFICATIONS,
        matching: Callable[[Seen], bool] = lambda _: True,
        seconds: float = HANG_SECONDS,
    ) -> Seen:
        """Wait for a method call or a signal; each is returned once, in the order of the bus.

        Raises:
            NotInTimeError: none came in so many seconds. The message names those that did.
        """
        return self._claim(
            lambda seen: (
                seen.kind in {"call", "signal"}
                and seen.member == member
                and seen.interface == interface
                and matching(seen)
            ),
            f"{interface}.{member}",
            seconds,
        )

    def wait_for_answer(self, call: Seen, seconds: float = HANG_SECONDS) -> Seen:
        """Wait for the return or the error that answers a method call.

        Raises:
            NotInTimeError: neither came in so many seconds.
        """
        return self._claim(
            lambda seen: seen.reply_to == call.serial and seen.destination == call.sender,
            f"an answer to {call.member}",
            seconds,
        )

    def _claim(self, wanted: Callable[[Seen], bool], what: str, seconds: float) -> Seen:
        found = next((seen for seen in self._unclaimed if wanted(seen)), None)
        if found is None:
            found = self._read_until(wanted, seconds)
        if found is None:
            came = [
                f"{seen.kind} {seen.member} {seen.body}"
                for seen in self._history
                if DRIVER.bus_name not in {seen.sender, seen.destination}
            ]
            raise NotInTimeError(
                "\n    ".join([f"waited {seconds} s in vain for {what}; the bus carried:", *came])
            )
        self._unclaimed.remove(found)
        return found

    def _read_until(self, wanted: Callable[[Seen], bool], seconds: float) -> Seen | None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self._connection.receive(timeout=max(0, deadline - time.monotonic()))
            except TimeoutError:
                return None
            seen = _seen(message)
            self._history.append(seen)
            self._unclaimed.append(seen)
            if wanted(seen):
                return seen


def _seen(message: Message) -> Seen:
    fields = message.header.fields
    kind = KINDS[message.header.message_type]
    member = fields.get(
        HeaderFields.error_name if kind == "error" else HeaderFields.member,
        "",
    )
    return Seen(
        kind=kind,
        serial=message.header.serial,
        reply_to=fields.get(HeaderFields.reply_serial),
        sender=fields.get(HeaderFields.sender),
        destination=fields.get(HeaderFields.destination),
        path=fields.get(HeaderFields.path),
        interface=fields.get(HeaderFields.interface),
        member=member,
        body=tuple(message.body),
    )


@dataclass(slots=True)
class PrivateBus:
    """A dbus-daemon that nobody else uses, always at the same address.

    Attributes:
        address: for DBUS_SESSION_BUS_ADDRESS.
    """

    address: str
    _socket: Path
    _config: Path
    _home: Home
    _daemon: Program | None = field(default=None, init=False)

    @property
    def daemon(self) -> Program:
        """The running dbus-daemon."""
        assert self._daemon is not None, "the bus was stopped"
        return self._daemon

    def start(self) -> None:
        """Start the bus, at its address, and wait until it takes connections."""
        assert self._daemon is None, "the bus runs already"
        self._daemon = start(
            [
                find_program("dbus-daemon", "dbus"),
                f"--config-file={self._config}",
                "--nofork",
                "--nopidfile",
            ],
            self._home.environment(),
            self._home.log("dbus-daemon"),
        )
        eventually(
            self._takes_connections, HANG_SECONDS, "the bus to take connections", self._daemon
        )

    def stop(self, *, abruptly: bool = False) -> None:
        """End the bus, and with it every connection; abruptly: by SIGKILL."""
        program, self._daemon = self.daemon, None
        if abruptly:
            program.process.send_signal(signal.SIGKILL)
            program.process.wait()
        stop(program)

    def close(self) -> None:
        """End the bus if it runs."""
        if self._daemon is not None:
            self.stop()

    @contextlib.contextmanager
    def connection(self) -> Iterator[DBusConnection]:
        """Connect to the bus as one more program."""
        with open_dbus_connection(bus=self.address) as connection:
            yield connection

    @contextlib.contextmanager
    def monitor(self) -> Iterator[Monitor]:
        """See every message from now on."""
        with self.connection() as connection:
            become = new_method_call(MONITORING, "BecomeMonitor", "asu", ([], 0))
            answer = connection.send_and_get_reply(become, timeout=CALL_SECONDS)
            assert answer.header.message_type is MessageType.method_return, answer.body
            yield Monitor(self, connection)

    def owner(self, name: str) -> str | None:
        """Return the unique name of the owner of a name on the bus, if there is one."""
        with self.connection() as connection:
            question = new_method_call(DRIVER, "GetNameOwner", "s", (name,))
            answer = connection.send_and_get_reply(question, timeout=CALL_SECONDS)
        if answer.header.message_type is MessageType.error:
            return None
        return str(answer.body[0])

    def wait_for_owner(self, name: str, *programs: Program, seconds: float = HANG_SECONDS) -> str:
        """Wait until somebody owns a name on the bus, and return the owner's unique name.

        Raises:
            NotInTimeError: nobody did, or one of these programs ended.
        """
        return str(eventually(lambda: self.owner(name), seconds, f"an owner of {name}", *programs))

    def _takes_connections(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket)) == 0


@contextlib.contextmanager
def private_bus(
    home: Home, *, services: bool = False, name: str = "bus", policy: str = ""
) -> Iterator[PrivateBus]:
    """Run a bus that nobody else uses.

    Args:
        home: whose bus it is.
        services: whether programs installed on this machine may be started by it when somebody
            asks for them, as on a real session bus. Without, only those that a test starts exist.
        name: of its socket, where a home has several.
        policy: further rules of its policy, in XML.
    """
    path = home.runtime / name
    config = home.aside / f"{name}.conf"
    address = f"unix:path={path}"
    config.write_text(
        CONFIG.format(
            address=escape(address),
            services="<standard_session_servicedirs/>" if services else "",
            policy=policy,
        ),
        encoding="utf-8",
    )
    bus = PrivateBus(address=address, _socket=path, _config=config, _home=home)
    try:
        bus.start()
        yield bus
    finally:
        bus.close()
