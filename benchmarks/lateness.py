"""Time from a reminder's due time to Notify on the bus, after waits of seconds to minutes."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.desk import Desk, service
from benchmarks.measuring import Figure
from parts.home import private_home
from parts.processes import find_program

_LEAD = 8
_AT_ONCE = 3
"""Seconds after which a late notification counts as lost."""

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Lateness:
    """Lateness of notifications.

    Attributes:
        figure: The lateness in milliseconds.
        due: The number of notifications that were due.
    """

    figure: Figure
    due: int


def lateness(desk: Desk, people: int, waits: tuple[int, ...]) -> Lateness:
    """Measure the lateness of several services, each after waits of so many seconds.

    No two notifications are due in the same second, so that they do not delay each other.
    """
    with contextlib.ExitStack() as stack:
        homes = [desk.person(stack.enter_context(private_home())) for _ in range(people)]
        start = int(time.time()) + _LEAD + 2 * people
        taken: set[int] = set()
        for person in homes:
            moments = _moments(start, waits, taken)
            clocks = ", ".join(
                f'"{datetime.fromtimestamp(one, UTC).astimezone(person.zone):%H:%M:%S}"'
                for one in moments
            )
            person.configure(f'[reminders.sip]\ntopic = "hydration"\nat = [{clocks}]\n')
            stack.enter_context(service(person))
        seen = stack.enter_context(_notifications(desk))
        time.sleep(max(0.0, max(taken) + _AT_ONCE - time.time()))
        lines = seen.read_text(encoding="utf-8").splitlines()
    stamps = [float(line.split("\t")[1]) for line in lines if line.startswith("mc\t")]
    late = [(one - int(one)) * _MILLISECONDS for one in stamps if int(one) in taken]
    return Lateness(Figure.of(late), len(taken))


def _moments(start: int, waits: tuple[int, ...], taken: set[int]) -> list[int]:
    """Return the due times of one service (seconds since 1970), different from those taken."""
    moments = []
    at = start
    for wait in waits:
        at += wait
        while at in taken:
            at += 1
        taken.add(at)
        moments.append(at)
    return moments


@contextlib.contextmanager
def _notifications(desk: Desk) -> Iterator[Path]:
    """Record each Notify on the bus, with its time, in a file."""
    monitor = [find_program("dbus-monitor", "dbus"), "--address", desk.bus.address, "--profile"]
    rule = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'"
    with tempfile.NamedTemporaryFile("wb", dir=desk.home.aside) as out:
        process = subprocess.Popen([*monitor, rule], stdout=out, env=desk.home.environment())
        try:
            yield Path(out.name)
        finally:
            process.terminate()
            process.wait()
