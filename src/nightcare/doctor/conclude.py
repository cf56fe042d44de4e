"""From what was found in one place to the findings, also where nothing could be found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightcare import __released__, __version__
from nightcare.config.load_result import PREFIX
from nightcare.desktop.notify.factory import session_bus
from nightcare.desktop.notify.plyer_notifier import obstacle_on_linux
from nightcare.desktop.presence.do_not_disturb import setting_in_use
from nightcare.desktop.probe_results import DoNotDisturbFacts, Fault, NoManager, SessionFacts
from nightcare.desktop.time_zone import compare, named
from nightcare.doctor.checks.environment import (
    Here,
    Published,
    judge_buses,
    judge_environment,
    judge_home,
    published,
)
from nightcare.doctor.checks.files import judge_config, judge_journal, judge_mistakes
from nightcare.doctor.checks.notifications import (
    judge_bus,
    judge_notifier,
    judge_plyer,
    judge_quiet,
)
from nightcare.doctor.checks.system import (
    judge_alarm,
    judge_clock,
    judge_versions,
    judge_zone,
    judge_zone_of_service,
)
from nightcare.doctor.checks.user_service import Expected, judge_service, judge_session, judge_unit
from nightcare.doctor.facts import CheckedFolder, Facts, Failure, Limits, ReadConfig, SessionBus
from nightcare.doctor.finding import Check, Finding, State, bad, good, unknown
from nightcare.errors import ConfigError
from nightcare.journal.migrations import VERSION
from nightcare.languages import desktop_language
from nightcare.paths import differing, is_home_of_another, state_folder

_GRAVE = frozenset({Check.CONFIG, Check.JOURNAL})
"""What must not hang: without them no reminder is right, or none is remembered."""


def conclude(place: CheckedFolder, facts: Facts, limits: Limits) -> tuple[Finding, ...]:
    """All findings, in the order in which one thing rests on another; nothing here raises.

    Args:
        place: Where the facts were found.
        facts: What was found.
        limits: How long was waited for it.
    """
    return tuple(_Judge(place, facts, limits).all())


class _Judge:
    """Judges what was found in one place, also where nothing could be found."""

    def __init__(self, place: CheckedFolder, facts: Facts, limits: Limits) -> None:
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
                yield self._told(check, Failure(f"{type(error).__name__}: {error}"))

    def bus(self) -> list[Finding]:
        """Judge the session bus, the notification server and do not disturb.

        Of the running service, if there is one; else of who asks.
        """
        ours, backend = self._facts.bus, self._facts.backend
        theirs, service = self._facts.service_bus, self._published
        bus = ours if service is None or theirs is None else theirs
        if backend == "plyer" and sys.platform == "linux":
            return [self._plyer()]
        if backend == "terminal" or sys.platform != "linux":
            return [good(Check.BUS, "doctor_bus_not_needed", backend=backend or "plyer")]
        if isinstance(bus, Failure):
            return [self._told(Check.BUS, bus), *_without_bus()]
        first = [judge_bus(bus.address, bus.fault, self._answer)]
        if service is not None and isinstance(ours, SessionBus) and theirs is not None:
            differences = judge_buses(service, theirs, ours)
            first = differences if bus.address is None and differences else first + differences
        if bus.notifier is None or bus.quiet is None:
            return [*first, *_without_bus()]
        if isinstance(bus.notifier, Failure):
            server = [self._told(Check.SERVER, bus.notifier)]
        else:
            server = judge_notifier(bus.notifier, self._answer, drawn=self._is_drawn)
        quiet = bus.quiet if isinstance(bus.quiet, DoNotDisturbFacts) else DoNotDisturbFacts(None)
        if quiet.on is None and isinstance(self._facts.setting, DoNotDisturbFacts):
            quiet = self._facts.setting
        return [*first, *server, judge_quiet(quiet)]

    def _plyer(self) -> Finding:
        """Judge what plyer needs on Linux: of the running service, else of who asks."""
        service, variables = self._published, self._place.variables
        if service is None:
            return judge_plyer(obstacle_on_linux(session_bus(variables), variables))
        return judge_plyer(obstacle_on_linux(service.bus or None, {"PATH": service.path}))

    @property
    def _published(self) -> Published | None:
        """What the running service says of its environment."""
        return published(self._facts.content.service) if self._facts.runs is True else None

    @property
    def _is_drawn(self) -> bool:
        """Whether there is a screen on which a notification server could be started."""
        session, manager, service = self._facts.session, self._facts.manager, self._published
        told = manager if isinstance(manager, Mapping) else {}
        return bool(
            (isinstance(session, SessionFacts) and session.kind)
            or told.get("DISPLAY")
            or told.get("WAYLAND_DISPLAY")
            or (service is not None and service.display)
        )

    def unit(self) -> list[Finding]:
        """The user unit and the session."""
        if sys.platform != "linux":
            return []
        unit, session = self._facts.unit, self._facts.session
        manager = NoManager(Fault.LATE) if isinstance(unit, Failure) else unit
        if isinstance(session, Failure):
            nowhere = SessionFacts("", None)
            return [
                *judge_unit(manager, nowhere, self._answer),
                self._told(Check.SESSION, session),
            ]
        return [*judge_unit(manager, session, self._answer), *judge_session(session, manager)]

    def service(self) -> list[Finding]:
        """The running service."""
        runs, bus, config = self._facts.runs, self._facts.bus, self._facts.config
        if isinstance(runs, Failure):
            return [self._told(Check.SERVICE, runs)]
        answers = isinstance(bus, SessionBus) and bus.address is not None and bus.fault is None
        expected = Expected(
            version=__version__,
            program=Path(__file__).parents[1],
            config=config.path if isinstance(config, ReadConfig) else None,
            desktop=self._facts.backend is None and answers,
        )
        found = judge_service(self._facts.content.service if runs else None, expected)
        service = self._published
        if is_home_of_another():
            found.append(judge_home(self._place.variables.get("HOME")))
        if service is not None:
            session = self._facts.session
            drawn = isinstance(session, SessionFacts) and bool(session.kind)
            found += judge_environment(service, self._here(), drawn=drawn)
        return found

    def _here(self) -> Here:
        variables, loaded = self._place.variables, self._facts.loaded
        running, setting = self._place.service.running, setting_in_use(variables)
        named = None if loaded is None else loaded.schedule.language
        return Here(
            variables=variables,
            language=desktop_language(variables) if named is None else None,
            state=str(state_folder()) if variables.get("XDG_STATE_HOME") else "",
            settings=() if running is None else differing(variables, running),
            program="" if setting is None else setting.command[0],
        )

    def config(self) -> list[Finding]:
        """The config."""
        config = self._facts.config
        if isinstance(config, Failure) and config.reason:
            return [
                bad(
                    Check.CONFIG,
                    "doctor_failed",
                    "doctor_config_unreadable_mend",
                    reason=config.reason,
                )
            ]
        if isinstance(config, Failure):
            return [self._told(Check.CONFIG, config)]
        # Of a service that runs is said which of them it has otherwise.
        variables = [
            name
            for name, value in self._place.variables.items()
            if name.startswith(PREFIX) and value and self._published is None
        ]
        if isinstance(config.result, ConfigError):
            return judge_mistakes(config.result, variables)
        loaded = config.result
        return judge_config(config.path, loaded.warnings, len(loaded.schedule.enabled), variables)

    def journal(self) -> list[Finding]:
        """The journal."""
        journal, folder = self._facts.journal, self._place.state
        if isinstance(journal, Failure) and journal.reason:
            return [
                bad(
                    Check.JOURNAL,
                    "doctor_journal_unreadable",
                    "doctor_journal_not_writable_mend",
                    path=folder,
                    reason=journal.reason,
                )
            ]
        if isinstance(journal, Failure):
            return [self._told(Check.JOURNAL, journal)]
        if journal is None:
            return [bad(Check.JOURNAL, "doctor_journal_nowhere", "doctor_journal_nowhere_mend")]
        return judge_journal(journal, VERSION, modes=sys.platform != "win32")

    def clock(self) -> list[Finding]:
        """The time zone and the clock."""
        synchronised, alarm = self._facts.synchronised, self._facts.alarm
        return [
            *self._zone(),
            *judge_clock(
                self._place.now,
                datetime.fromisoformat(__released__).replace(tzinfo=UTC),
                self._facts.content.reckoned,
                synchronised=None if isinstance(synchronised, Failure) else synchronised,
            ),
            judge_alarm(alarm.reason if isinstance(alarm, Failure) else alarm),
        ]

    def _zone(self) -> list[Finding]:
        loaded, found = self._facts.loaded, self._facts.local_time
        if isinstance(found, Failure):
            return [self._told(Check.CLOCK, found)]
        configured = None if loaded is None else loaded.schedule.zone
        if configured is not None:
            here = named(configured)
            return [judge_zone(here, compare(here, self._place.now), None)]
        findings = [judge_zone(found.here, found.compared, self._place.variables.get("TZ"))]
        if self._facts.runs is True:
            findings += judge_zone_of_service(found.here, self._facts.content.service.get("zone"))
        return findings

    def versions(self) -> list[Finding]:
        """What runs here."""
        versions = self._facts.versions
        if isinstance(versions, Failure):
            return [self._told(Check.VERSIONS, versions)]
        return judge_versions(__version__, versions)

    def _told(self, check: Check, failure: Failure) -> Finding:
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
