"""Everything is looked at, at the same time and each within its limit; then it is judged."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TypeVar

from nightcare import __released__, __version__
from nightcare.checkup.apart import apart
from nightcare.checkup.finding import Check, Finding, Said, State, bad, good, unknown
from nightcare.checkup.judgement import (
    Expected,
    judge_alarm,
    judge_bus,
    judge_clock,
    judge_config,
    judge_journal,
    judge_mistakes,
    judge_notifier,
    judge_quiet,
    judge_service,
    judge_session,
    judge_unit,
    judge_versions,
    judge_zone,
)
from nightcare.desktop.clock import KernelAlarm, alarm, zone
from nightcare.desktop.clock_probe import find_synchronised
from nightcare.desktop.found import Fault, NoManager, Notifier, Quiet, Session, Unit, Versions
from nightcare.desktop.only_one import service_runs
from nightcare.desktop.unit_probe import find_session, find_systemd, find_unit
from nightcare.desktop.versions_probe import find_versions
from nightcare.errors import ConfigError
from nightcare.journal.inspection import Content, Inspection, inspect
from nightcare.journal.schema import VERSION
from nightcare.places import chosen_config
from nightcare.screens import session_bus
from nightcare.settings.layers import PREFIX
from nightcare.settings.load import Loaded, load

_GRAVE = frozenset({Check.CONFIG, Check.JOURNAL})
"""What must not hang: without them no reminder is right, or none is remembered."""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for whom everything is looked at.

    Attributes:
        named: The config file that `--config` names, if any.
        state: The folder of the journal; None where nobody says where the person's home is.
        variables: The environment.
        now: The instant (UTC).
    """

    named: Path | None
    state: Path | None
    variables: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait.

    Attributes:
        question: Seconds for one question to a bus, or one other program.
        service: Seconds for all questions to one service on a bus.
        probe: Seconds for each thing that is looked at, and so for everything.
    """

    question: float = 2.0
    service: float = 2.2
    probe: float = 3.2


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it.

    Attributes:
        findings: All of it, in the order in which one thing rests on another.
        loaded: The configuration; None where it is wrong or cannot be read.
    """

    findings: tuple[Finding, ...]
    loaded: Loaded | None


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why looking at something came to nothing; without a reason, for it took too long."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class _SessionBus:
    address: str | None
    fault: Fault | None = None
    notifier: Notifier | _Failure | None = None
    quiet: Quiet | _Failure | None = None


@dataclass(frozen=True, slots=True)
class _Config:
    path: Path | None
    result: Loaded | ConfigError


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was found, or why it was not."""

    bus: _SessionBus | _Failure
    setting: Quiet | _Failure
    unit: Unit | NoManager | _Failure
    session: Session | _Failure
    runs: bool | _Failure
    config: _Config | _Failure
    journal: Inspection | _Failure | None
    synchronised: bool | _Failure | None
    system_zone: tzinfo | _Failure
    alarm: bool | _Failure
    versions: Versions | _Failure

    @property
    def loaded(self) -> Loaded | None:
        """The configuration; None where it is wrong or cannot be read."""
        result = self.config.result if isinstance(self.config, _Config) else None
        return result if isinstance(result, Loaded) else None

    @property
    def content(self) -> Content:
        """What is in the journal, as far as it can be read."""
        if isinstance(self.journal, Inspection) and isinstance(self.journal.content, Content):
            return self.journal.content
        return Content(sound=True, version=0)

    @property
    def backend(self) -> str | None:
        """What the config says that reminders are shown with, if it says so."""
        return None if self.loaded is None else self.loaded.schedule.notify


async def examine(place: Place, limits: Limits) -> Examined:
    """Look at everything, and judge it; nothing is changed, and nothing here raises.

    Args:
        place: Where.
        limits: How long to wait.
    """
    variables, wait = place.variables, limits.question

    def begun(probe: Awaitable[Found]) -> asyncio.Task[Found | _Failure]:
        return asyncio.create_task(_attempt(probe, limits.probe))

    def begun_apart(call: Callable[[], Found]) -> asyncio.Task[Found | _Failure]:
        return begun(apart(call, limits.probe))

    bus = begun(_look_at_bus(variables, limits))
    synchronised = begun(find_synchronised(variables, wait))
    kernel = begun(_kernel_tells())
    setting = begun_apart(partial(_setting, variables, wait))
    unit = begun_apart(partial(find_unit, variables, wait))
    session = begun_apart(partial(find_session, variables))
    runs = begun_apart(partial(_service_runs, place.state))
    config = begun_apart(partial(_read_config, place))
    journal = begun_apart(partial(_inspect, place.state))
    system_zone = begun_apart(partial(zone, None))
    versions = begun_apart(lambda: find_versions(find_systemd(variables, wait)))
    facts = _Facts(
        bus=await bus,
        setting=await setting,
        unit=await unit,
        session=await session,
        runs=await runs,
        config=await config,
        journal=await journal,
        synchronised=await synchronised,
        system_zone=await system_zone,
        alarm=await kernel,
        versions=await versions,
    )
    return Examined(tuple(_Judge(place, facts, limits).all()), facts.loaded)


class _Judge:
    """Judges what was found in one place, also where nothing could be found."""

    def __init__(self, place: Place, facts: _Facts, limits: Limits) -> None:
        self._place = place
        self._facts = facts
        self._answer = timedelta(seconds=limits.question)
        self._limit = timedelta(seconds=limits.probe)

    def all(self) -> Iterable[Finding]:
        """Everything, in the order in which one thing rests on another."""
        for check, judge in (
            (Check.BUS, self.bus),
            (Check.UNIT, self.unit),
            (Check.SERVICE, self.service),
            (Check.CONFIG, self.config),
            (Check.JOURNAL, self.journal),
            (Check.CLOCK, self.clock),
            (Check.VERSIONS, self.versions),
        ):
            try:
                yield from judge()
            except Exception as error:  # noqa: BLE001 - a journal may hold what nobody foresaw
                yield self._told(check, _Failure(f"{type(error).__name__}: {error}"))

    def bus(self) -> list[Finding]:
        """The session bus, the notification server and do not disturb."""
        bus, backend = self._facts.bus, self._facts.backend
        if backend in {"terminal", "plyer"} or sys.platform != "linux":
            return [good(Check.BUS, "doctor_bus_not_needed", backend=backend or "plyer")]
        if isinstance(bus, _Failure):
            return [self._told(Check.BUS, bus), *_without_bus()]
        first = judge_bus(bus.address, bus.fault, self._answer)
        if bus.notifier is None or bus.quiet is None:
            return [first, *_without_bus()]
        if isinstance(bus.notifier, _Failure):
            server = [self._told(Check.SERVER, bus.notifier)]
        else:
            server = judge_notifier(bus.notifier, self._answer)
        quiet = bus.quiet if isinstance(bus.quiet, Quiet) else Quiet(None)
        if quiet.on is None and isinstance(self._facts.setting, Quiet):
            quiet = self._facts.setting
        return [first, *server, judge_quiet(quiet)]

    def unit(self) -> list[Finding]:
        """The user unit and the session."""
        if sys.platform != "linux":
            return []
        unit, session = self._facts.unit, self._facts.session
        manager = NoManager(Fault.LATE) if isinstance(unit, _Failure) else unit
        if isinstance(session, _Failure):
            nowhere = Session("", None)
            return [
                *judge_unit(manager, nowhere, self._answer),
                self._told(Check.SESSION, session),
            ]
        return [*judge_unit(manager, session, self._answer), *judge_session(session, manager)]

    def service(self) -> list[Finding]:
        """The running service."""
        runs, bus, config = self._facts.runs, self._facts.bus, self._facts.config
        if isinstance(runs, _Failure):
            return [self._told(Check.SERVICE, runs)]
        answers = isinstance(bus, _SessionBus) and bus.address is not None and bus.fault is None
        expected = Expected(
            version=__version__,
            config=config.path if isinstance(config, _Config) else None,
            desktop=self._facts.backend is None and answers,
        )
        return judge_service(self._facts.content.service if runs else None, expected)

    def config(self) -> list[Finding]:
        """The config."""
        config = self._facts.config
        if isinstance(config, _Failure) and config.reason:
            return [
                bad(
                    Check.CONFIG,
                    "doctor_failed",
                    "doctor_config_unreadable_mend",
                    reason=config.reason,
                )
            ]
        if isinstance(config, _Failure):
            return [self._told(Check.CONFIG, config)]
        variables = [
            name
            for name, value in self._place.variables.items()
            if name.startswith(PREFIX) and value
        ]
        if isinstance(config.result, ConfigError):
            return judge_mistakes(config.result, variables)
        loaded = config.result
        return judge_config(config.path, loaded.warnings, len(loaded.schedule.enabled), variables)

    def journal(self) -> list[Finding]:
        """The journal."""
        journal, folder = self._facts.journal, self._place.state
        if isinstance(journal, _Failure) and journal.reason:
            return [
                bad(
                    Check.JOURNAL,
                    "doctor_journal_unreadable",
                    "doctor_journal_not_writable_mend",
                    path=folder,
                    reason=journal.reason,
                )
            ]
        if isinstance(journal, _Failure):
            return [self._told(Check.JOURNAL, journal)]
        if journal is None:
            return [bad(Check.JOURNAL, "doctor_journal_nowhere", "doctor_journal_nowhere_mend")]
        return judge_journal(journal, VERSION, modes=sys.platform != "win32")

    def clock(self) -> list[Finding]:
        """The time zone and the clock."""
        synchronised, alarm = self._facts.synchronised, self._facts.alarm
        return [
            self._zone(),
            *judge_clock(
                self._place.now,
                datetime.fromisoformat(__released__).replace(tzinfo=UTC),
                self._facts.content.reckoned,
                synchronised=None if isinstance(synchronised, _Failure) else synchronised,
            ),
            judge_alarm(alarm.reason if isinstance(alarm, _Failure) else alarm),
        ]

    def _zone(self) -> Finding:
        loaded, here = self._facts.loaded, self._facts.system_zone
        if loaded is not None and loaded.schedule.zone is not None:
            return judge_zone(loaded.schedule.zone, Said("doctor_zone_of_config"))
        if isinstance(here, _Failure):
            return self._told(Check.CLOCK, here)
        told = self._place.variables.get("TZ")
        return judge_zone(
            str(here), Said("doctor_zone_of_variable" if told else "doctor_zone_of_system")
        )

    def versions(self) -> list[Finding]:
        """What runs here."""
        versions = self._facts.versions
        if isinstance(versions, _Failure):
            return [self._told(Check.VERSIONS, versions)]
        return judge_versions(__version__, versions)

    def _told(self, check: Check, failure: _Failure) -> Finding:
        """What could not be looked at, as a finding."""
        state = State.BAD if check in _GRAVE else State.WARNING
        if failure.reason:
            values: dict[str, object] = {"reason": failure.reason}
            return Finding(check, state, "doctor_failed", values, "doctor_failed_mend")
        return Finding(check, state, "doctor_late", {"limit": self._limit}, "doctor_late_mend")


def _without_bus() -> list[Finding]:
    return [
        unknown(Check.SERVER, "doctor_server_unknown"),
        unknown(Check.QUIET, "doctor_server_unknown"),
    ]


async def _attempt(probe: Awaitable[Found], limit: float) -> Found | _Failure:
    """What a probe finds, or why it finds nothing."""
    try:
        async with asyncio.timeout(limit):
            return await probe
    except TimeoutError:
        return _Failure()
    except OSError as error:
        return _Failure(error.strerror or repr(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a line and no traceback
        return _Failure(f"{type(error).__name__}: {error}")


async def _look_at_bus(variables: Mapping[str, str], limits: Limits) -> _SessionBus:
    """The session bus, and on it the notification server and do not disturb."""
    address = session_bus(variables)
    if address is None or sys.platform != "linux":
        return _SessionBus(address)
    from nightcare.desktop.notifier_probe import find_notifier  # noqa: PLC0415 - Linux only
    from nightcare.desktop.questions import questions  # noqa: PLC0415 - likewise
    from nightcare.desktop.quiet_probe import find_quiet  # noqa: PLC0415 - likewise
    from nightcare.desktop.wire import Disconnected, Refused  # noqa: PLC0415 - likewise

    try:
        async with questions(address, limits.question) as bus:
            notifier, quiet = await asyncio.gather(
                _attempt(find_notifier(bus), limits.service),
                _attempt(find_quiet(bus), limits.service),
            )
            return _SessionBus(address, None, notifier, quiet)
    except TimeoutError:
        return _SessionBus(address, Fault.LATE)
    except (Disconnected, Refused) as error:
        late = isinstance(error.__cause__, TimeoutError)
        return _SessionBus(address, Fault.LATE if late else Fault.REFUSED)


def _setting(variables: Mapping[str, str], limit: float) -> Quiet:
    if sys.platform != "linux":
        return Quiet(None)
    from nightcare.desktop.quiet_probe import setting_of_desktop  # noqa: PLC0415 - Linux only

    return setting_of_desktop(variables, limit)


def _inspect(folder: Path | None) -> Inspection | None:
    return None if folder is None else inspect(folder)


def _service_runs(folder: Path | None) -> bool:
    return folder is not None and service_runs(folder)


def _read_config(place: Place) -> _Config:
    path = chosen_config(place.named, place.variables)
    try:
        return _Config(path, load(path, place.variables))
    except ConfigError as error:
        return _Config(path, error)


async def _kernel_tells() -> bool:
    """Whether the kernel tells of clock steps and resumes.

    Raises:
        OSError: It refuses what the service needs for that.
    """
    tried = alarm(asyncio.get_running_loop(), _nothing, _nothing)
    tried.close()
    return isinstance(tried, KernelAlarm)


def _nothing() -> None:
    """It is only tried out."""
