"""Parts of a desktop as python-dbusmock plays them: each a process on a bus of the test's own.

It runs with the system's Python, which has the bindings that it needs.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass

from jeepney import DBusAddress, MessageType, new_method_call

from parts.bus import CALL_SECONDS, PrivateBus
from parts.home import Home
from parts.processes import Program, find_program, running

MOCK = "org.freedesktop.DBus.Mock"
LOGIND = "org.freedesktop.login1"
SESSION = "org.freedesktop.login1.Session"
GNOME_SAVER = "org.gnome.ScreenSaver"


@dataclass(frozen=True, slots=True)
class Mock:
    """A process that plays a service.

    Attributes:
        program: The process.
        bus: What it is on.
        name: What it owns.
        path: Its first object.
    """

    program: Program
    bus: PrivateBus
    name: str
    path: str

    def call(
        self, interface: str, method: str, signature: str, *body: object, path: str = ""
    ) -> object:
        """Call a method of an object, by default of the first."""
        at = DBusAddress(path or self.path, bus_name=self.name, interface=interface)
        with self.bus.connection() as connection:
            question = new_method_call(at, method, signature or None, body)
            answer = connection.send_and_get_reply(question, timeout=CALL_SECONDS)
        assert answer.header.message_type is MessageType.method_return, answer.body
        return answer.body

    def freeze(self) -> None:
        """Have it hang."""
        self.program.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        self.program.process.send_signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Logind(Mock):
    """The template `logind`, with sessions of user 1000."""

    def add_session(self, number: str) -> None:
        """Have one more session."""
        session = (number, "seat0", 1000, "mette", 1)
        self.call(MOCK, "AddSession", "ssusb", *session)

    def turn(self, session: str, state: str) -> None:
        """Have a session be "active", "online" or "closing", and tell of it."""
        path = f"{self.path}/session/{session}"
        changes = {"State": ("s", state), "Active": ("b", state == "active")}
        self.call(MOCK, "UpdateProperties", "sa{sv}", SESSION, changes, path=path)

    def hint(self, session: str, name: str, *, on: bool) -> None:
        """Change a hint of a session, and tell of it."""
        path = f"{self.path}/session/{session}"
        self.call(MOCK, "UpdateProperties", "sa{sv}", SESSION, {name: ("b", on)}, path=path)


@contextlib.contextmanager
def logind(bus: PrivateBus, home: Home) -> Iterator[Logind]:
    """Run logind on what serves as the system bus, with one session, "1"."""
    with _template("logind", bus, home) as program:
        bus.wait_for_owner(LOGIND, program)
        mock = Logind(program, bus, LOGIND, "/org/freedesktop/login1")
        mock.add_session("1")
        yield mock


@contextlib.contextmanager
def gnome_screen_saver(bus: PrivateBus, home: Home) -> Iterator[Mock]:
    """Run GNOME's screen saver on the session bus."""
    with _template("gnome_screensaver", bus, home) as program:
        bus.wait_for_owner(GNOME_SAVER, program)
        yield Mock(program, bus, GNOME_SAVER, "/org/gnome/ScreenSaver")


@contextlib.contextmanager
def _template(name: str, bus: PrivateBus, home: Home) -> Iterator[Program]:
    # The interpreter of the distribution: the one of the tests does not see its packages.
    python = find_program("/usr/bin/python3", "python3-dbusmock")
    environment = home.environment(
        DBUS_SESSION_BUS_ADDRESS=bus.address, DBUS_SYSTEM_BUS_ADDRESS=bus.address
    )
    command = [python, "-m", "dbusmock", "--template", name]
    with running(command, environment, home.log(name)) as program:
        yield program
