"""A private desktop for measurements: a home, a bus, and a notification server on a display."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parts.bus import PrivateBus, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.program import Nightcare
from parts.servers.dunst import dunst

READY_SECONDS = 60.0
_DATAGRAM = 4096
_MILLISECONDS = 1000

FLOORS = {
    "a sleeping interpreter": "import time; time.sleep(100_000)",
    "an empty asyncio loop": "import asyncio; asyncio.run(asyncio.sleep(100_000))",
}
EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def installed() -> tuple[str, ...]:
    """Return the installed command, or the module if it is not installed."""
    script = Path(sys.executable).with_name("nightcare")
    return (str(script),) if script.exists() else (sys.executable, "-m", "nightcare")


@dataclass(frozen=True, slots=True)
class Desk:
    """A private desktop."""

    home: Home
    bus: PrivateBus
    display: Display

    @property
    def session(self) -> dict[str, str]:
        """The environment variables of the session."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.bus.address}

    def person(self, home: Home | None = None) -> Nightcare:
        """Return a person at this desk, with the given home or that of the desk."""
        return Nightcare(home or self.home, self.session)


@contextlib.contextmanager
def private_desk() -> Iterator[Desk]:
    """Run a private desktop until the context ends."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        dunst(display, bus, home),
    ):
        yield Desk(home, bus, display)


@dataclass(frozen=True, slots=True)
class Started:
    """A service that is ready.

    Attributes:
        process: The process.
        milliseconds: The time from exec to READY=1.
    """

    process: subprocess.Popen[bytes]
    milliseconds: float
    _ear: socket.socket

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def hear(self, state: str) -> None:
        """Wait until the service sends this state to its service manager."""
        while state not in self._ear.recv(_DATAGRAM).decode().splitlines():
            pass


@contextlib.contextmanager
def service(person: Nightcare, **variables: str) -> Iterator[Started]:
    """Run the service as a service manager does, until the context ends."""
    address = person.home.runtime / "notify"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        person.home.log("nightcare").open("ab") as log,
    ):
        ear.settimeout(READY_SECONDS)
        ear.bind(os.fspath(address))
        environment = person.home.environment(
            **{**person.session, "NOTIFY_SOCKET": str(address), **variables}
        )
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nightcare.service"],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            started = Started(process, 0.0, ear)
            started.hear("READY=1")
            taken = (time.perf_counter() - began) * _MILLISECONDS
            yield Started(process, taken, ear)
        finally:
            process.terminate()
            process.wait(READY_SECONDS)
            address.unlink()


@contextlib.contextmanager
def programs(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run programs until the context ends."""
    running = [
        subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for command in commands
    ]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.wait()
