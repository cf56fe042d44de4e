"""nightcare itself: run as a person runs it, with nothing but the parts of one test."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nightcare.doctor.checks.system_clock import RELEASED
from parts.home import Home
from parts.processes import HANG_SECONDS, Program, eventually, running

PROGRAM = (sys.executable, "-m", "nightcare")
"""The checkout under test, however it is installed."""

SERVICE = (sys.executable, "-m", "nightcare.service")
"""Its service, as the user unit starts it."""

COMMAND_SECONDS = HANG_SECONDS
READY_SECONDS = HANG_SECONDS
SHORTLY = timedelta(seconds=0.3)
"""Time to write a config and have it read; what falls due meanwhile is shown all the same."""

ONE_SECOND = timedelta(seconds=1)
PROMPTLY = timedelta(seconds=20)
"""Longer than a busy machine takes to show what is due; a check once a minute would be later."""
ALL_WELL = int(datetime.now(UTC) < RELEASED)
"""The exit code of a doctor that finds nothing; on a date before the release the clock is wrong."""

NOON = 12
DATAGRAM_BYTES = 4096

LATER = '[reminders.later]\ntopic = "sleep"\nat = "bedtime - 5m"\n'
"""So that what comes before is not the last of the evening, which has other buttons."""

CONFIG = """language = "en"
timezone = "{zone}"
[sleep]
wake = "07:00"
bedtime = "22:30"
{reminders}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """The output of a command, and its exit."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service, started as a service manager does: it says when it is ready, sd_notify(3).

    Attributes:
        program: Its process.
    """

    program: Program
    _ear: socket.socket

    def wait_until(self, state: str) -> None:
        """Wait until it says this, such as READY=1; what it said before is passed over.

        Raises:
            NotInTimeError: It did not, or has ended.
        """
        eventually(lambda: self._heard(state), READY_SECONDS, state, self.program)

    def reload(self) -> None:
        """Have it read the config again, and wait until it has, whatever came of it."""
        self.program.process.send_signal(signal.SIGHUP)
        self.wait_until("RELOADING=1")
        self.wait_until("READY=1")

    def end(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to end, and wait until it has; returns after how many seconds."""
        asked = time.monotonic()
        self.program.process.send_signal(how)
        self.program.process.wait(READY_SECONDS)
        return time.monotonic() - asked

    def log(self) -> str:
        """Return the output of all services of this home, also earlier ones."""
        return self.program.log.read_text(encoding="utf-8")

    def _heard(self, state: str) -> bool:
        with contextlib.suppress(BlockingIOError):
            while True:
                if state in self._ear.recv(DATAGRAM_BYTES).decode().splitlines():
                    return True
        return False


@dataclass(frozen=True, slots=True)
class Nightcare:
    """nightcare, for one person.

    Attributes:
        home: Whose it is.
        session: Variables of their session, such as DBUS_SESSION_BUS_ADDRESS.
        zone: Where it was about noon when the test began, so that it is never night.
        within: What the service is started by, if not directly.
    """

    home: Home
    session: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: zone_where_it_is(NOON))
    within: tuple[str, ...] = ()

    @property
    def config(self) -> Path:
        """Their config file."""
        return self.home.config / "nightcare" / "config.toml"

    @property
    def state(self) -> Path:
        """The folder of their journal."""
        return self.home.state / "nightcare"

    def configure(self, *reminders: str, bedtime: str = "22:30") -> None:
        """Write their config file, with these tables."""
        text = CONFIG.format(zone=self.zone, reminders="\n".join(reminders))
        if "DBUS_SESSION_BUS_ADDRESS" not in self.session and "[notify]" not in text:
            # A log is no screen of its own accord.
            text += '[notify]\nbackend = "terminal"\n'
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text.replace("22:30", bedtime), encoding="utf-8")

    def reminder(self, name: str, due: datetime, *keys: str, topic: str = "hydration") -> str:
        """Return the table of a reminder due at a whole second (UTC), with more keys."""
        at = f'at = "{due.astimezone(self.zone):%H:%M:%S}"'
        return "\n".join([f"[reminders.{name}]", f'topic = "{topic}"', at, *keys, ""])

    def command(self, *words: str, code: int = 0, **variables: str) -> Said:
        """Run a command to its end, in their session with these variables laid over it.

        Args:
            words: What stands behind `nightcare`.
            code: The exit code that it must have.
            variables: More of the environment.
        """
        done = subprocess.run(
            [*PROGRAM, *words],
            env=self.home.environment(**{**self.session, **variables}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert said.code == code, f"nightcare {' '.join(words)}: {said}"
        return said

    def json(self, *words: str, code: int = 0) -> Any:
        """Return the JSON output of a command."""
        return json.loads(self.command(*words, "--json", code=code).out)

    def today(self, reminder: str) -> dict[str, Any]:
        """Return the state of the only occurrence of a reminder on this care day."""
        (entry,) = (one for one in self.json("today") if one["reminder"] == reminder)
        return dict(entry)

    def wait_until(self, reminder: str, **wanted: object) -> dict[str, Any]:
        """Wait until the occurrence of a reminder stands so; returns where it stands.

        Raises:
            NotInTimeError: It did not in good time.
        """

        def stands() -> dict[str, Any]:
            # What will not come is not listed before its moment.
            found = [one for one in self.json("today") if one["reminder"] == reminder]
            return next((one for one in found if wanted.items() <= one.items()), {})

        return eventually(stands, HANG_SECONDS, f"{reminder} to be {wanted}")

    def unhurried(self, least: timedelta, times: int = 8) -> timedelta:
        """Return a length within which the service can be started, or read its config.

        Args:
            least: The shortest length.
            times: How often a command that reads the same modules could run in it one after the
                other, so that a busy machine has more time.

        Returns:
            Whole seconds.
        """
        begun = time.monotonic()
        self.command("config", "schema")
        return max(least, timedelta(seconds=math.ceil(times * (time.monotonic() - begun))))

    @contextlib.contextmanager
    def service(self) -> Iterator[Service]:
        """Run the service; on entry it is ready, on leaving it has ended."""
        address = self.home.runtime / "notify"
        with contextlib.ExitStack() as stack:
            ear = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            ear.setblocking(False)  # noqa: FBT003 - as sockets have it
            ear.bind(os.fspath(address))
            stack.callback(address.unlink)
            environment = self.home.environment(**self.session, NOTIFY_SOCKET=str(address))
            program = stack.enter_context(
                running([*self.within, *SERVICE], environment, self.home.log("nightcare"))
            )
            service = Service(program, ear)
            service.wait_until("READY=1")
            yield service


def now() -> datetime:
    """Return the present instant (UTC)."""
    return datetime.now(UTC)


def soon(lead: timedelta = SHORTLY) -> datetime:
    """Return a whole second at least so far ahead (UTC)."""
    earliest = now() + lead
    whole = earliest.replace(microsecond=0)
    return whole if whole == earliest else whole + ONE_SECOND


def zone_where_it_is(hour: int) -> ZoneInfo:
    """Return a zone without clock changes in which it is this hour now."""
    east = (hour - now().hour + 11) % 24 - 11
    # By its name "Etc/GMT-2" lies east of Greenwich: the sign is that of POSIX.
    return ZoneInfo(f"Etc/GMT{-east:+d}" if east else "Etc/GMT")


def moment(text: str) -> datetime:
    """Return an instant from the JSON output of a command."""
    return datetime.fromisoformat(text)
