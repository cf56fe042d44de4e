"""The composition root: puts the parts together and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TextIO

from nightcare.catalogue.problems import problem_text
from nightcare.catalogue.reading import Words, words_for
from nightcare.desktop.clock import alarm, now, zone
from nightcare.desktop.files import watch
from nightcare.desktop.only_one import OnlyOne
from nightcare.desktop.systemd import ServiceManager
from nightcare.domain.message import ScreenEvent
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError, DesktopError, StateError
from nightcare.journal.store import SERVICE_NOTE, Journal
from nightcare.scheduling import Scheduling
from nightcare.service.ports import Screen
from nightcare.service.reckoning import Service
from nightcare.settings.load import Loaded, load

_ICON = "appointment-soon"
"""Of the freedesktop Icon Naming Specification, so that every theme has it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and for whom a service runs.

    Attributes:
        config: The config file; None for the built-in defaults.
        state: The folder of the journal.
        variables: The environment.
        out: Where what happens is told.
        err: Where problems are told.
    """

    config: Path | None
    state: Path
    variables: Mapping[str, str]
    out: TextIO
    err: TextIO


def choose_screen(schedule: Schedule, variables: Mapping[str, str], out: TextIO) -> Screen:
    """The notifier: the one configured, else what this machine has.

    On Linux with a session bus it is the desktop's, for which we wait; without a bus the terminal
    serves; on other platforms plyer.
    """
    backend = schedule.notify
    bus = session_bus(variables)
    if backend is None:
        if sys.platform != "linux":
            backend = "plyer"
        else:
            backend = "terminal" if bus is None else "freedesktop"
    if backend == "plyer":
        from nightcare.desktop.plyer import PlyerScreen  # noqa: PLC0415 - other platforms only

        return PlyerScreen()
    if backend == "terminal":
        from nightcare.desktop.terminal import TerminalScreen  # noqa: PLC0415 - no desktop only

        return TerminalScreen(out)
    from nightcare.desktop.freedesktop import FreedesktopScreen  # noqa: PLC0415 - Linux only

    if bus is None:
        raise DesktopError("no_session_bus")
    return FreedesktopScreen(bus, icon=_ICON)


def session_bus(variables: Mapping[str, str]) -> str | None:
    """The address of the session bus; None where there is none.

    Source: the XDG Base Directory Specification and pam_systemd(8) for the usual place.
    """
    address = variables.get("DBUS_SESSION_BUS_ADDRESS")
    if address:
        return address
    runtime = variables.get("XDG_RUNTIME_DIR")
    usual = Path(runtime) / "bus" if runtime else None
    return f"unix:path={usual}" if usual is not None and usual.is_socket() else None


def teller(words: Words, zone: tzinfo, out: TextIO) -> Callable[..., None]:
    """What says what happens as it happens: a line with the clock (local) it happened at.

    It is called with a key of the catalogue, the instant (UTC) and the values of the sentence.
    """

    def tell(key: str, at: datetime, /, **values: object) -> None:
        here = at.astimezone(zone)
        spoken = {
            name: words.when(value.astimezone(zone), here) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        with contextlib.suppress(OSError, ValueError):
            print(f"{here:%H:%M:%S}", words.say(key, **spoken), file=out, flush=True)

    return tell


def open_journal(state: Path, tell: Callable[..., None]) -> Journal:
    """The journal; one that forgets where the folder cannot be written, and says so."""
    try:
        return Journal.open(state)
    except StateError as error:
        tell(f"error_{error.key}", **error.values)
        tell("log_not_remembered")
        return Journal.in_memory()


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what still runs, and wait for it to clear up."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Daemon:
    """The running service."""

    def __init__(self, setting: Setting, loaded: Loaded) -> None:
        self._setting = setting
        self._schedule = loaded.schedule
        self._words = words_for(loaded.schedule.language, setting.variables)
        self._zone = zone(loaded.schedule.zone)
        self._lock = OnlyOne(setting.state)
        with contextlib.suppress(OSError):
            setting.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._lock.take():
            raise StateError("already_running")
        self._journal = open_journal(setting.state, self._tell)
        self._journal.prune(now())
        self._screen = choose_screen(loaded.schedule, setting.variables, setting.out)
        self._manager = ServiceManager(setting.variables)
        self._service = Service(
            schedule=loaded.schedule,
            zone=self._zone,
            journal=self._journal,
            screen=self._screen,
            words=self._words,
            tell=self._tell,
        )
        self._scheduling = Scheduling(
            upcoming=self._service.upcoming,
            reckon=self._due,
            jumped=self._jumped,
            failed=self._failed,
            make_alarm=alarm,
        )
        self._seen = self._journal.changed_by_others(0)[1]
        self._noted: dict[str, object] = {}

    async def run(self) -> None:
        """Serve until a signal says to stop.

        Raises:
            Exception: Whatever ended a part of the service; it does not go on without it.
        """
        self._stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listen_to_signals()
        self._scheduling.start()
        self._service.start(now())
        self._plan()
        tasks = [
            asyncio.create_task(self._screen.run(self._happened)),
            asyncio.create_task(self._manager.feed_watchdog()),
        ]
        if (self._setting.state).is_dir():
            tasks.append(asyncio.create_task(watch(self._setting.state, self._written)))
        self._manager.ready(self._status())
        try:
            await self._first_end(tasks)
        finally:
            self._manager.stopping()
            self._service.stop()
            self._scheduling.stop()
            await _ended(tasks)
            self._journal.close()
            self._lock.release()

    async def _first_end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Wait for the signal to stop, or for a part that fails; some parts end by themselves."""
        waiting: set[asyncio.Future[None]] = {self._stop, *tasks}
        while not self._stop.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name, call in (
            ("SIGTERM", self._end),
            ("SIGINT", self._end),
            ("SIGHUP", self.reload),
        ):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(number, call)

    def _end(self) -> None:
        if not self._stop.done():
            self._stop.set_result(None)

    def _failed(self, error: BaseException) -> None:
        if not self._stop.done():
            self._stop.set_exception(error)

    # What comes from outside

    def reload(self) -> None:
        """Read the config again; a mistake in it changes nothing."""
        self._manager.reloading()
        try:
            loaded = load(self._setting.config, self._setting.variables)
        except ConfigError as error:
            self._tell("log_config_kept")
            for problem in error.problems:
                self._complain(problem_text(problem, self._words))
        else:
            self._schedule = loaded.schedule
            self._words = words_for(loaded.schedule.language, self._setting.variables)
            self._service.reload(loaded.schedule, self._words, now())
            self._change_zone()
            self._plan()
            self._tell("log_reloaded")
        self._manager.ready(self._status())

    def _happened(self, event: ScreenEvent) -> None:
        self._service.event(event, now())
        self._arrange()

    async def _due(self) -> None:
        self._service.reckon(now())
        self._arrange()

    def _jumped(self) -> None:
        self._change_zone()
        self._service.reckon(now())
        self._plan()

    def _written(self) -> None:
        changed, self._seen = self._journal.changed_by_others(self._seen)
        if changed:
            self._service.written(now())
            self._plan()

    # Keeping the alarm clock in line

    def _plan(self) -> None:
        self._scheduling.plan(self._schedule.enabled)
        self._arrange()

    def _arrange(self) -> None:
        self._scheduling.deadline(self._service.next_deadline())
        note: dict[str, object] = {
            "pid": os.getpid(),
            "screen": self._screen.name,
            "notifier": self._screen.describe(),
            "config": None if self._setting.config is None else str(self._setting.config),
        }
        if note != self._noted:
            self._journal.note(SERVICE_NOTE, note)
            self._noted = note

    def _change_zone(self) -> None:
        here = zone(self._schedule.zone)
        if str(here) != str(self._zone):
            self._zone = here
            self._service.travel(here, now())
            self._tell("log_zone", zone=here)

    # Telling

    def _status(self) -> str:
        return self._words.say("status_reminders", count=len(self._schedule.enabled))

    def _tell(self, key: str, /, **values: object) -> None:
        teller(self._words, self._zone, self._setting.out)(key, now(), **values)

    def _complain(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            print(line, file=self._setting.err, flush=True)
