"""Wake-ups and memory of the service between reminders, compared with other programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from benchmarks.desk import EXAMPLE, FLOORS, Desk, Started, programs, service
from benchmarks.measuring import Activity, Memory, activity_during, memory_of
from nightcare.journal.store import Journal
from parts.broker import phone, private_broker
from parts.bus import private_bus
from parts.display import virtual_display
from parts.home import private_home
from parts.panels import xfce4_panel
from parts.processes import eventually, running
from parts.program import LATER, Nightcare

_BEAT_SECONDS = 10
"""Seconds between watchdog notifications while their cost is measured; ten minutes in the unit."""

_RIVALS: Mapping[str, tuple[str, ...]] = {
    "Safe Eyes": ("safeeyes",),
    "Workrave": ("workrave",),
    "remind": ("remind", "-z1", "/dev/null"),
}


def quiet_minutes(desk: Desk, seconds: float, settle: float) -> dict[str, Activity]:
    """Measure activity while nothing is due: the service, watchdog, floors and other programs."""
    with contextlib.ExitStack() as stack:
        pids: dict[str, int] = {}
        for name, variables in (
            ("nightcare: bus, presence, file watch, alarm", {}),
            (
                f"the same with a watchdog beat every {_BEAT_SECONDS} s",
                {"WATCHDOG_USEC": str(2 * _BEAT_SECONDS * 1_000_000)},
            ),
        ):
            person = desk.person(stack.enter_context(private_home()))
            person.configure(LATER)
            pids[name] = stack.enter_context(service(person, **variables)).pid
        pids |= stack.enter_context(_others(desk))
        pids |= stack.enter_context(_with_tray())
        pids |= stack.enter_context(_bridge())
        time.sleep(settle)
        found = activity_during(list(pids.values()), seconds)
    return dict(zip(pids, found, strict=True))


def memories(desk: Desk, notifications: int, reloads: int, settle: float) -> dict[str, Memory]:
    """Measure memory of the service over its life, beside the floors and other programs."""
    found: dict[str, Memory] = {}
    with contextlib.ExitStack() as stack:
        person = desk.person(stack.enter_context(private_home()))
        person.config.parent.mkdir(parents=True)
        shutil.copy(EXAMPLE, person.config)
        others = stack.enter_context(_others(desk)) | stack.enter_context(_with_tray())
        others |= stack.enter_context(_bridge())
        running = stack.enter_context(service(person))
        time.sleep(settle)
        found |= {name: memory_of(pid) for name, pid in others.items()}
        found["nightcare after its start"] = memory_of(running.pid)
        _show(person, notifications)
        found[f"after {notifications} notifications"] = memory_of(running.pid)
        for number in range(1, reloads + 1):
            _reload(person, running, number)
            if number in {1, 20, reloads // 2, reloads}:
                found[f"after reload {number} of another schedule"] = memory_of(running.pid)
    return found


@contextlib.contextmanager
def _bridge() -> Iterator[dict[str, int]]:
    """Run the bridge beside a service, connected with TLS to a broker, if one is installed."""
    if shutil.which("mosquitto") is None:
        yield {}
        return
    with private_home() as home, private_broker(home) as broker:
        person = Nightcare(home)
        person.configure(LATER, broker.config())
        command = [sys.executable, "-m", "nightcare.bridge"]
        with (
            person.service(),
            running(command, home.environment(), home.log("bridge")) as program,
            phone(broker) as one,
        ):
            eventually(lambda: one.read("alive") == "online", 60.0, "the bridge", program)
            yield {"the bridge, connected to a broker": program.pid}


@contextlib.contextmanager
def _with_tray() -> Iterator[dict[str, int]]:
    """Run a service whose icon a panel shows, if the panel of Xfce is installed."""
    if shutil.which("xfce4-panel") is None:
        yield {}
        return
    with (
        private_home() as home,
        private_bus(home, services=True) as bus,
        virtual_display(home) as display,
        xfce4_panel(display, bus, home) as panel,
    ):
        person = Nightcare(home, {"DBUS_SESSION_BUS_ADDRESS": bus.address})
        person.configure(LATER)
        with service(person) as running:
            panel.icon()
            yield {"nightcare with a tray icon, beside a panel": running.pid}


@contextlib.contextmanager
def _others(desk: Desk) -> Iterator[dict[str, int]]:
    commands = {name: [sys.executable, "-c", code] for name, code in FLOORS.items()}
    for name, command in _RIVALS.items():
        program = shutil.which(command[0])
        if program is not None:
            commands[name] = [program, *command[1:]]
    # Their messages would wake every listener on their bus.
    with contextlib.ExitStack() as stack:
        bus = stack.enter_context(private_bus(desk.home, name="others"))
        environment = desk.display.environment(DBUS_SESSION_BUS_ADDRESS=bus.address)
        running = stack.enter_context(programs(list(commands.values()), environment))
        yield {
            name: one.pid for name, one in zip(commands, running, strict=True) if one.poll() is None
        }


def _show(person: Nightcare, count: int) -> None:
    """Make the service show notifications over a real bus, one after another."""
    journal = Journal.open(person.state)
    try:
        for _ in range(count):
            number = journal.request_trial("water", datetime.now(UTC))
            eventually(lambda: journal.trial_answer(number), 20, "a notification")  # noqa: B023 - at once
    finally:
        journal.close()


def _reload(person: Nightcare, running: Started, number: int) -> None:
    """Reload another schedule each time, so that no cached result applies."""
    text = EXAMPLE.read_text(encoding="utf-8")
    # Replaced atomically: a reload must not read half of it.
    fresh = person.config.with_name("fresh")
    fresh.write_text(text.replace('"2h"', f'"{100 + number}m"'), encoding="utf-8")
    fresh.replace(person.config)
    os.kill(running.pid, signal.SIGHUP)
    running.hear("RELOADING=1")
    running.hear("READY=1")
