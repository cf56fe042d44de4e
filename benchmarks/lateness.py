"""From the moment a reminder is due to Notify on the bus, after waits of seconds to minutes."""

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
"""Seconds that what is late may take, before it is counted as lost."""

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late notifications were, in milliseconds.

    Attributes:
        figure: All of them.
        due: How many were due.
    """

    figure: Figure
    due: int


def lateness(desk: Desk, people: int, waits: tuple[int, ...]) -> Lateness:
    """Let so many services wait so many seconds, one wait after the other, each for itself.

    No two are due in the same second: what is measured is the wait, not a crowd.
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
    """Seconds since 1970 at which one service is due, none of which another has."""
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
    """A file with a line for each Notify that the bus carries, and when it did."""
    monitor = [find_program("dbus-monitor", "dbus"), "--address", desk.bus.address, "--profile"]
    rule = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'"
    with tempfile.NamedTemporaryFile("wb", dir=desk.home.aside) as out:
        process = subprocess.Popen([*monitor, rule], stdout=out, env=desk.home.environment())
        try:
            yield Path(out.name)
        finally:
            process.terminate()
            process.wait()
