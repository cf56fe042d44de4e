"""The bridge as a program of its own, and its status."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from nightcare.journal.bridge_status import BridgeStatus, read_bridge_status
from nightcare.journal.store import Journal
from parts.broker import Phone
from parts.processes import HANG_SECONDS, Program, running
from parts.program import PROGRAM, Nightcare

BRIDGE = (PROGRAM[0], "-m", "nightcare.bridge")


@contextlib.contextmanager
def bridge(person: Nightcare, *within: str, **variables: str) -> Iterator[Program]:
    """Run the bridge."""
    environment = person.home.environment(**variables)
    with running([*within, *BRIDGE], environment, person.home.log("bridge")) as program:
        yield program


def end(program: Program, how: signal.Signals = signal.SIGTERM) -> int:
    """End a program, and return its exit code."""
    program.process.send_signal(how)
    return program.process.wait(HANG_SECONDS)


def is_complete(one: Phone, person: Nightcare) -> bool:
    """Return whether the broker holds every topic that the bridge says it keeps there.

    A new subscription is sent what is retained in any order, so that no topic is always the last.
    """
    topics = status(person).topics
    return bool(topics) and one.retained.keys() == set(topics)


def status(person: Nightcare) -> BridgeStatus:
    """Return the status that the bridge has published, as `status` and the doctor read it."""
    journal = Journal.open(person.state)
    try:
        return read_bridge_status(journal)
    finally:
        journal.close()
