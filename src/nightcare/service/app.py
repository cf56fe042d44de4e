"""The composition root: puts the parts together and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from nightcare import __version__
from nightcare.config.source import LoadResult, settings_of
from nightcare.config.values import Table
from nightcare.desktop.clock import alarm, now
from nightcare.desktop.file_watch import watch
from nightcare.desktop.instance_lock import InstanceLock, ServiceRecord, home_folder, runtime_folder
from nightcare.desktop.notify.factory import (
    adapt_to_desktop,
    bus_clients,
    choose_screen,
    chosen_backend,
    session_bus,
    usual_bus,
)
from nightcare.desktop.presence.monitor import PresenceMonitor
from nightcare.desktop.presence.prefetch import PresencePrefetch
from nightcare.desktop.program_files import FilesState, ProgramFiles
from nightcare.desktop.release_memory import release_memory
from nightcare.desktop.systemd.service_environment import ServiceEnvironment
from nightcare.desktop.systemd.service_manager import ServiceManager
from nightcare.desktop.time_zone import LOCAL_TIME, TimeZone, ZoneSource, chosen
from nightcare.domain.delivery import Active
from nightcare.domain.notification import ButtonPressed, NotifierChanged, NotifierEvent
from nightcare.domain.schedule import Schedule
from nightcare.engine.engine import Engine
from nightcare.errors import StateError
from nightcare.i18n.diagnostics_text import diagnostic_text, without_folder
from nightcare.i18n.event_log import capabilities_text, draws_no_buttons, event_log
from nightcare.i18n.translator import Translator, words_for
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.journal.service_status import (
    PublishedCondition,
    PublishedEnvironment,
    PublishedZone,
    ServiceStatus,
    write_status,
)
from nightcare.journal.store import BUTTONS_NOTE
from nightcare.paths import started_by_systemd
from nightcare.service.active_config import ActiveConfig, ReloadResult
from nightcare.service.config_watch import ConfigWatch
from nightcare.service.last_plan import PLAN_NOTE, plan_note, read_plan_note
from nightcare.service.scheduler import ReminderScheduler
from nightcare.service.upgrade import UpgradeRestart

_SOON = timedelta(minutes=2)
_ONCE_MORE = 0.2
"""Seconds until what has not ended is told so again."""


@dataclass(frozen=True)
class ServiceContext:
    """Where and for whom a service runs.

    Attributes:
        config: The config file that `--config` names, if any.
        state: The folder of the journal; where there is none, none is made.
        variables: The environment.
        out: Where what happens is told.
        err: Where problems are told.
    """

    config: Path | None
    state: Path
    variables: Mapping[str, str]
    out: TextIO
    err: TextIO


def _error_of(context: dict[str, Any]) -> BaseException:
    """What the event loop could only report; a service that goes on without it is worse."""
    error = context.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(context["message"])


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what still runs, and wait for it to clear up."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        # A bus that dies at this very moment takes the cancellation's place in its task group.
        _, running = await asyncio.wait(running, timeout=_ONCE_MORE)
    await asyncio.gather(*tasks, return_exceptions=True)


def _upgrade_word(upgrade: UpgradeRestart) -> str | None:
    """Return "missing", "waiting" for a restart, "unusable", or None where nothing has changed."""
    if upgrade.state is FilesState.UNCHANGED:
        return None
    if upgrade.state is FilesState.MISSING:
        return "missing"
    return "waiting" if upgrade.ready else "unusable"


class ServiceApp:
    """The running service.

    Attributes:
        restarts: Whether it ended so that the new version of the program is started.
    """

    def __init__(self, setting: ServiceContext, loaded: LoadResult) -> None:
        self._setting = setting
        self.restarts = False
        files = ProgramFiles.of_this_process()
        self._in_force = ActiveConfig(
            setting.config, setting.variables, loaded, setting.state, files
        )
        self._upgrade = UpgradeRestart(files, setting.config, self._files_changed)
        self._environment = ServiceEnvironment(
            setting.variables, managed=started_by_systemd(setting.variables)
        )
        self._since = now()
        self._words = words_for(loaded.schedule.language, setting.variables)
        self._zone = chosen(loaded.schedule.zone)
        self._zone_lost = False
        self._lock = InstanceLock(
            setting.state, runtime_folder(setting.variables), home_folder(setting.variables)
        )
        if not self._lock.take():
            raise StateError("already_running")
        self._lock.publish(
            ServiceRecord(
                pid=os.getpid(),
                state=setting.state.absolute(),
                config=self._in_force.place.absolute(),
                variables=settings_of(setting.variables),
            )
        )
        self._buttons: dict[str, object] = {}
        self._in_terminal = setting.out.isatty()
        backend, self._why = self._chosen_backend(loaded.schedule)
        self._bus, system = bus_clients(setting.variables, backend)
        self._screen = choose_screen(
            loaded.schedule,
            setting.variables,
            setting.out,
            self._draws_buttons,
            watched=self._in_terminal,
            bus=self._bus,
        )
        self._notifier = self._screen.describe()
        self._startable = False
        self._presence = PresenceMonitor(
            self._bus,
            system,
            self._environment.variables,
            loaded.schedule,
        )
        self._prefetch = PresencePrefetch(self._presence)
        self._manager = ServiceManager(setting.variables)
        self._edits = ConfigWatch(self._in_force, self._manager.reloading)
        self._journal = FallbackJournal(setting.state, now, self._tell)
        self._plan_noted: tuple[Table, TimeZone, int] | None = None
        self._buttons = self._journal.read_note(BUTTONS_NOTE)
        self._serving = False
        self._service = Engine(
            schedule=loaded.schedule,
            zone=self._zone.zone,
            journal=self._journal,
            screen=self._screen,
            words=self._words,
            tell=self._tell,
        )
        self._scheduling = ReminderScheduler(
            upcoming=self._service.upcoming,
            update=self._due,
            soon=self._ahead,
            jumped=self._resumed,
            failed=self._failed,
            make_alarm=alarm,
        )

    async def run(self) -> None:
        """Serve until a signal says to stop.

        Raises:
            Exception: Whatever ended a part of the service; it does not go on without it.
        """
        loop = asyncio.get_running_loop()
        self._stop: asyncio.Future[None] = loop.create_future()
        loop.set_exception_handler(lambda _, context: self._failed(_error_of(context)))
        self._listen_to_signals()
        attending = asyncio.create_task(self._presence.run(self._came_or_went))
        # What comes back with a start must not come up on a locked screen.
        await self._presence.refresh()
        self._scheduling.start()
        self._keep_going(self._start)
        tasks = [
            attending,
            asyncio.create_task(self._screen.run(self._happened)),
            asyncio.create_task(self._manager.feed_watchdog()),
            asyncio.create_task(self._edits.run(self._take_up)),
            asyncio.create_task(self._environment.run(self._take_over)),
            asyncio.create_task(self._await_bus()),
            asyncio.create_task(self._upgrade.run()),
        ]
        for file, changed in (
            (self._journal.file, self._written),
            (LOCAL_TIME, self._jumped),
            (self._in_force.place, self._edits.saved),
        ):
            tasks.append(asyncio.create_task(watch(file, changed)))
        self._manager.ready(self._status())
        # A command does without, but this one stays.
        gc.enable()
        try:
            await self._first_end(tasks)
        finally:
            self._serving = False
            if self.restarts:
                self._manager.reloading()
            else:
                self._manager.stopping()
            self._edits.stop()
            self._upgrade.stop()
            self._service.stop()
            self._scheduling.stop()
            self._tell("log_stopped")
            await ended([*tasks, *self._prefetch.running(), *self._upgrade.running()])
            self._journal.close()
            self._lock.release()

    def _start(self) -> None:
        self._serving = True
        screen = self._words.say(f"screen_{self._screen.name}")
        self._tell(f"shown_by_{self._why}", screen=screen)
        journal = self._journal
        first_run = journal.global_state().began is None
        self._service.start(now(), read_plan_note(journal.read_note(PLAN_NOTE)))
        if first_run and self._screen.name == "terminal":
            self._show_how_it_looks()
        self._plan()

    def _show_how_it_looks(self) -> None:
        """Show the first reminder now as well, so that a first look at nightcare shows one."""
        moment = now()
        coming = [
            self._service.upcoming(one, moment) for one in self._in_force.loaded.schedule.enabled
        ]
        first = min((one for one in coming if one), key=lambda one: one.due, default=None)
        if first is not None and first.due - moment > _SOON:
            self._tell("log_how_it_looks", reminder=first.key.reminder, due=first.due)
            self._journal.request_trial(first.key.reminder, moment)
            self._service.update(moment)

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
            ("SIGHUP", self._hung_up),
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

    def _hung_up(self) -> None:
        """Read the config again; end, if the terminal that this was started in is closed."""
        if self._in_terminal and not self._setting.out.isatty():
            self._end()
        else:
            self.reload()

    def reload(self) -> None:
        """Read the config again; a mistake in it changes nothing."""
        if self._serving:
            self._environment.look()
            self._edits.reload()
        # Else it was read a moment ago.

    def _take_up(self, look: ReloadResult, meant_since: datetime) -> None:
        match look:
            case ReloadResult.APPLIED:
                loaded = self._in_force.loaded
                self._words = self._words_of_now()
                self._keep_going(lambda: self._reload_service(meant_since))
                self._tell("log_reloaded")
                backend, _ = self._chosen_backend(loaded.schedule)
                if backend != self._screen.name:
                    self._tell("log_backend_later", backend=backend)
                self._keep_going(self._mention_what_comes)
            case ReloadResult.INVALID if self._upgrade.files.state() is not FilesState.UNCHANGED:
                # Nothing is wrong with the config; it is read when the program is whole again.
                self._upgrade.look_again()
                self._keep_going(self._arrange)
            case ReloadResult.INVALID:
                self._tell("log_config_kept")
                for problem in self._in_force.mistakes:
                    self._complain(diagnostic_text(problem, self._words))
                self._keep_going(self._insist_on_mistakes)
            case ReloadResult.UNCHANGED:
                return
        self._manager.ready(self._status())

    def _reload_service(self, meant_since: datetime) -> None:
        schedule = self._in_force.loaded.schedule
        self._presence.apply(schedule)
        self._service.reload(schedule, self._words, now(), meant_since=meant_since)
        self._change_zone()
        self._plan()
        # What the old one was made of goes now: more than 1 MiB after a hundred of them.
        release_memory()

    def _mention_what_comes(self) -> None:
        moment, words = now(), self._words
        coming = self._service.following(moment)
        if coming is None:
            line = words.say("next_nothing")
            self._tell("next_nothing")
        else:
            name, here = coming.key.reminder, moment.astimezone(self._zone.zone)
            when = words.when(coming.due.astimezone(self._zone.zone), here)
            line = words.say("next_line", reminder=name, due=when)
            self._tell("next_line", reminder=name, due=coming.due)
        if self._screen.name != "terminal":
            self._service.notices.mention(words.say("notice_taken_up"), line, moment)
        self._arrange()

    def _insist_on_mistakes(self) -> None:
        words, mistakes = self._words, self._in_force.mistakes
        line = diagnostic_text(without_folder(mistakes[0]), words)
        if len(mistakes) > 1:
            line = words.say("notice_more", first=line, count=len(mistakes))
        if self._screen.name != "terminal":
            self._service.notices.insist(words.say("notice_mistake"), line)
        self._arrange()

    # The environment

    async def _await_bus(self) -> None:
        """Wait for a session bus where there was none, and go there."""
        variables = self._environment.variables
        place = usual_bus(variables)
        if self._why != "awaited_bus" or place is None:
            return
        found = asyncio.Event()
        watching = asyncio.create_task(
            watch(place, lambda: found.set() if session_bus(variables) else None)
        )
        try:
            await found.wait()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        self._go_to_bus()
        self._environment.look()

    def _take_over(self, names: frozenset[str]) -> None:
        """Go by variables that arrived late."""
        self._tell("log_environment", names=", ".join(sorted(names)))
        words = self._words_of_now()
        if words.language != self._words.language:
            self._words = words
            self._keep_going(lambda: self._reload_service(now()))
        self._go_to_bus()

    def _go_to_bus(self) -> None:
        address = session_bus(self._environment.variables)
        if address is not None and self._why == "awaited_bus":
            _, self._why = self._chosen_backend(self._in_force.loaded.schedule)
            screen = self._words.say(f"screen_{self._screen.name}")
            self._tell(f"shown_by_{self._why}", screen=screen)
        adapt_to_desktop(self._screen, self._environment.variables)
        self._presence.restart()
        if self._bus is not None:
            self._bus.move(address)
        self._arrange_later()

    def _words_of_now(self) -> Translator:
        return words_for(self._in_force.loaded.schedule.language, self._environment.variables)

    def _chosen_backend(self, schedule: Schedule) -> tuple[str, str]:
        variables = self._environment.variables
        return chosen_backend(schedule, variables, watched=self._in_terminal)

    def _happened(self, event: NotifierEvent) -> None:
        if isinstance(event, NotifierChanged):
            self._startable = event.startable
            self._tell_who_serves()

        def step() -> None:
            self._service.event(event, now())
            self._arrange()

        self._keep_going(step)
        if isinstance(event, ButtonPressed):
            # Who answers is there, whatever was known before.
            self._presence.query_again()

    def _tell_who_serves(self) -> None:
        notifier = self._screen.describe()
        if notifier != self._notifier:
            self._notifier = notifier
            can = capabilities_text(self._words, self._screen.capabilities)
            if notifier:
                # With its notification server a desktop has mostly told what it is.
                self._environment.look()
                self._tell("notifier_can", notifier=notifier, capabilities=can)
                if draws_no_buttons(self._screen.capabilities):
                    self._tell("notifier_no_buttons")
            else:
                self._tell("notifier_startable" if self._startable else "no_notifier")

    def _draws_buttons(self, notifier: str) -> bool | None:
        """Return what the person said of a notification server."""
        said = self._buttons.get(notifier)
        return said if isinstance(said, bool) else None

    def _ahead(self) -> None:
        if self._environment.incomplete or not self._notifier:
            self._environment.look()
        self._prefetch.start()

    async def _due(self) -> None:
        await self._environment.settled()
        await self._prefetch.finish()
        self._keep_going(lambda: self._service.update(now()))
        # What is to be shown goes out first; the rest can wait for it.
        asyncio.get_running_loop().call_soon(self._arrange_later)

    def _arrange_later(self) -> None:
        if self._serving:
            self._keep_going(self._arrange)

    def _came_or_went(self) -> None:
        if self._environment.incomplete:
            self._environment.look()
        if self._serving and not self._prefetch.querying_all:
            self._keep_going(self._reckon)

    def _reckon(self) -> None:
        self._service.update(now())
        self._arrange()

    def _resumed(self) -> None:
        """Look who is there, and reckon then: the clock was set, or the machine was suspended."""
        self._prefetch.query_all(self._jumped, self._failed)

    def _jumped(self) -> None:
        def step() -> None:
            self._change_zone()
            self._service.update(now())
            self._plan()

        self._keep_going(step)
        self._presence.query_again()

    def _written(self) -> None:
        def step() -> None:
            if self._journal.changed_by_others():
                self._buttons = self._journal.read_note(BUTTONS_NOTE)
                if not self._journal.read_note(PLAN_NOTE):
                    # It was erased.
                    self._plan_noted = None
                self._service.written(now())
                self._plan()
                self._presence.query_again()

        self._keep_going(step)

    def _keep_going(self, step: Callable[[], None]) -> None:
        """Take a step of the service, for whoever is there, whatever becomes of the disk."""
        self._service.presence = self._presence.presence
        self._journal.run(step)

    # Upgrades of the program

    def _files_changed(self) -> None:
        """Act on what became of the program's files: read the config again, or restart."""
        self._tell(f"log_program_{self._upgrade.state.name.lower()}")
        if self._upgrade.state is FilesState.UNCHANGED:
            self.reload()
        self._keep_going(self._arrange)

    def _restart_if_idle(self) -> None:
        """End, to start the new version, unless something is on the screen."""
        journal = self._journal
        busy = journal.routine_session() or any(
            isinstance(one.state, Active) for one in journal.unsettled()
        )
        if self._upgrade.ready and self._serving and not busy and not self._stop.done():
            self.restarts = True
            self._end()

    # Keeping the alarm clock in line

    def _plan(self) -> None:
        self._scheduling.plan(self._in_force.loaded.schedule.enabled)
        self._arrange()

    def _arrange(self) -> None:
        self._scheduling.deadline(self._service.next_deadline())
        loaded = self._in_force.loaded
        status = ServiceStatus(
            pid=os.getpid(),
            version=__version__,
            screen=self._screen.name,
            notifier=self._screen.describe(),
            notifier_startable=self._startable,
            capabilities=tuple(sorted(self._screen.capabilities)),
            why=self._why,
            config=None if loaded.path is None else str(loaded.path),
            program=str(self._upgrade.files.marker.parent),
            upgrade=_upgrade_word(self._upgrade),
            values=loaded.values,
            mistakes=tuple(diagnostic_text(one, self._words) for one in self._in_force.mistakes),
            zone=PublishedZone(
                self._zone.name,
                self._zone.source,
                known=self._zone.understood and self._zone.source is not ZoneSource.DEFAULT,
                lost=self._zone_lost,
            ),
            environment=self._published(),
            presence={
                str(condition): PublishedCondition(known.on, tuple(known.by))
                for condition, known in self._presence.known().items()
            },
        )
        write_status(self._journal, status)
        self._note_plan()
        self._restart_if_idle()

    def _note_plan(self) -> None:
        values = self._in_force.loaded.values
        plan = (values, self._zone, self._journal.generation)
        if plan != self._plan_noted:
            self._journal.write_note(PLAN_NOTE, plan_note(values, self._zone))
            self._plan_noted = plan

    def _published(self) -> PublishedEnvironment:
        """Return what a doctor and `status` compare with their own environment."""
        variables = self._environment.variables
        return PublishedEnvironment(
            bus=session_bus(variables),
            config=str(self._in_force.place.absolute()),
            desktop=variables.get("XDG_CURRENT_DESKTOP", ""),
            display=variables.get("WAYLAND_DISPLAY") or variables.get("DISPLAY", ""),
            language=self._words.language,
            managed=started_by_systemd(self._setting.variables),
            path=variables.get("PATH", ""),
            since=self._since.isoformat(),
            state=str(self._setting.state.absolute()),
            variables=tuple(sorted(settings_of(self._setting.variables))),
            watched=self._in_terminal,
        )

    def _change_zone(self) -> None:
        here = chosen(self._in_force.loaded.schedule.zone)
        lost = here.source is ZoneSource.DEFAULT and self._zone.source in {
            ZoneSource.LINK,
            ZoneSource.COPY,
        }
        if lost and not self._zone_lost:
            self._tell("log_zone_lost", zone=self._zone.name)
        self._zone_lost = lost
        if lost or here == self._zone:
            return
        self._zone = here
        self._service.travel(here.zone, now())
        self._tell("log_zone", zone=here.name)

    # Telling

    def _status(self) -> str:
        return self._words.say(
            "status_reminders", count=len(self._in_force.loaded.schedule.enabled)
        )

    def _tell(self, key: str, /, **values: object) -> None:
        event_log(self._words, self._zone.zone, self._setting.out)(key, now(), **values)

    def _complain(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            print(line, file=self._setting.err, flush=True)
