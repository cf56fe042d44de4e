"""Reading of all that the bridge publishes: the config in force, the journal and the plan."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path

from nightcare.bridge.publication import DIARY_DAYS, BridgeFacts
from nightcare.bridge.settings import BridgeSettings, bridge_settings
from nightcare.bridge.topics import Topics
from nightcare.config.config_source import LoadResult, result_from_json
from nightcare.config.values import Table
from nightcare.desktop.instance_lock import service_runs
from nightcare.desktop.time_zone import zone
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.outlook import Outlook
from nightcare.domain.report import Nights, report
from nightcare.domain.schedule import Schedule
from nightcare.engine.outlook_reader import read_outlook
from nightcare.errors import ConfigError, StateError
from nightcare.i18n.translator import Translator, read_words, words_for
from nightcare.journal.service_status import ServiceStatus, read_status
from nightcare.journal.store import Journal
from nightcare.languages import languages


class JournalReader:
    """The journal, and the config that the service has in force.

    Args:
        state: The folder of the journal.
        variables: The environment.
        loaded: The config to use until a service publishes another.

    Attributes:
        state: The folder of the journal.
        values: The config in force.
        settings: The table `[mqtt]` of it; None without one.
        zone: The time zone of the person.
        translator: The language of the person.

    Raises:
        StateError: The journal cannot be used.
    """

    def __init__(self, state: Path, variables: Mapping[str, str], loaded: LoadResult) -> None:
        self.state = state
        self._variables = variables
        self._journal = Journal.open(state)
        self._checked: Journal | None = None
        self.values: Table = {}
        self._bridge = secrets.token_hex(4)
        self._kept_zone: str | None = None
        self._use(loaded)
        self.translator: Translator = words_for(self.schedule.language, variables)

    @property
    def journal(self) -> Journal:
        """The journal, reopened if its file was replaced.

        Raises:
            StateError: It cannot be used.
        """
        if not self._journal.is_in_place():
            fresh = Journal.open(self.state)
            self._journal.close()
            self._journal = fresh
        return self._journal

    def call_if_written(self, call: Callable[[], None]) -> None:
        """Call a function if another program may have written to the journal since the last call.

        Changes by this program itself are already known to it.
        """
        before = self._checked
        with suppress(StateError):
            self._checked = self.journal
            if not self._checked.changed_by_others() and self._checked is before:
                return
        call()

    def forget_version(self) -> None:
        """Take the journal for changed at the next call, as after an error while it was read."""
        self._checked = None

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def facts(self, topics: Topics, settings: BridgeSettings, now: datetime) -> BridgeFacts:
        """Return the facts at an instant (UTC), by the config that is in force then.

        Raises:
            StateError: The journal cannot be read.
        """
        journal = self.journal
        running = service_runs(self.state)
        status = read_status(journal) if running else ServiceStatus()
        self._follow(status)
        outlook = read_outlook(self.schedule, self.zone, journal, now)
        return BridgeFacts(
            topics=topics,
            outlook=outlook,
            translator=self.translator,
            presence=status.presence or {},
            running=running,
            nights=self._nights(journal, outlook) if settings.diary else None,
            detail=settings.detail,
            discovery=settings.discovery,
            bridge=self._bridge,
        )

    def forget_zone(self) -> None:
        """Reread the time zone of the system."""
        self.zone: tzinfo = zone(self.schedule.zone, lambda: self._kept_zone)

    def _follow(self, status: ServiceStatus) -> None:
        """Use the config, the lost time zone and the language that the service has in force."""
        if status.values is not None and status.values != self.values:
            try:
                self._use(result_from_json({"path": status.config, "values": status.values}))
            except ConfigError:
                # The service has another version; keep the known values.
                self.values = status.values
        if status.kept_zone != self._kept_zone:
            self._kept_zone = status.kept_zone
            self.forget_zone()
        found = status.environment
        language = "" if found is None else found.language
        if language in languages() and language != self.translator.language:
            self.translator = read_words(language)

    def _use(self, loaded: LoadResult) -> None:
        self.values = loaded.values
        self.schedule: Schedule = loaded.schedule
        self.settings = bridge_settings(loaded.values)
        self.forget_zone()

    def _nights(self, journal: Journal, outlook: Outlook) -> Nights:
        """Return the counts of the last completed nights."""
        today = outlook.calendar.at(outlook.now).date
        days = [today - number * ONE_DAY for number in range(DIARY_DAYS, 0, -1)]
        diary = journal.diary
        return report(days, diary.cramps(days[0]), diary.mornings(days[0]), ()).counted
