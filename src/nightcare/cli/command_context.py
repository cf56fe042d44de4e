"""What most commands need of the person they serve: config, language, clock, journal."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from nightcare.cli.output import complain, echo
from nightcare.config.cache import load_cached
from nightcare.config.load_result import ConfigSource, Load, LoadResult, source_of
from nightcare.desktop.clock import now
from nightcare.desktop.instance_lock import running_service, service_runs
from nightcare.desktop.time_zone import ZoneSource, chosen, named, zone
from nightcare.domain.care_day import Calendar
from nightcare.domain.global_state import GlobalState
from nightcare.domain.outlook import Outlook
from nightcare.domain.schedule import Schedule
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import UserActions
from nightcare.errors import ConfigError, NightcareError, StateError
from nightcare.i18n.translator import Translator, words_for
from nightcare.journal.store import SERVICE_NOTE, Journal
from nightcare.ownership import refuse_as_root
from nightcare.paths import (
    ServicePlaces,
    chosen_config,
    differing,
    named_config,
    place_of_config,
    service_places,
    state_folder,
    with_those_of_service,
)


class CommandContext:
    """The person whose command this is; everything is read when it is first needed.

    Attributes:
        named: The file that `--config` names, if any.
        now: The instant of the command (UTC).
    """

    def __init__(self, config: Path | None, load: Load | None = None) -> None:
        self.named = config
        self._load = load or _load_here
        self._told_unreadable = False
        self._used_journal = False
        self.now = now()

    @functools.cached_property
    def config(self) -> Path | None:
        """The config file; None for the built-in defaults."""
        return chosen_config(self.named, os.environ, self.service)

    @functools.cached_property
    def service(self) -> ServicePlaces:
        """The places that their service uses, as they were when the command began."""
        return service_places(os.environ)

    @property
    def config_place(self) -> Path:
        """Where the config file is, or would be.

        Raises:
            StateError: Nobody says where their home is.
        """
        return place_of_config(self.named, os.environ, self.service)

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment, with the settings that the service has in its own."""
        return with_those_of_service(os.environ, self.service)

    def service_runs(self) -> bool:
        """Return whether their service runs now."""
        return running_service(os.environ) is not None or service_runs(self.state)

    @functools.cached_property
    def loaded(self) -> LoadResult:
        """The configuration.

        Raises:
            ConfigError: It is wrong.
        """
        source = source_of(self.config, self.variables)
        try:
            folder = self.state
        except StateError:
            return self._load(source)
        return load_cached(source, folder, self._load)

    @functools.cached_property
    def in_force(self) -> LoadResult:
        """The configuration, or the one that the service goes by while what was saved is wrong.

        Raises:
            ConfigError: It is wrong, and no service runs.
        """
        try:
            return self.loaded
        except ConfigError:
            noted = self._noted()
            if "values" not in noted:
                raise
            from nightcare.config.load import load_values  # noqa: PLC0415 - as below

            path = noted["config"]
            return load_values(noted["values"], None if path is None else Path(path))

    @property
    def schedule(self) -> Schedule:
        """The schedule in force."""
        return self.in_force.schedule

    @property
    def config_is_right(self) -> bool:
        """Whether a config is in force that is right."""
        try:
            return self.schedule is not None
        except ConfigError:
            return False

    @property
    def any_schedule(self) -> Schedule:
        """The schedule in force; the built-in one where the config is wrong."""
        return self.schedule if self.config_is_right else self._built_in.schedule

    @functools.cached_property
    def _built_in(self) -> LoadResult:
        """What holds where there is no config."""
        return self._load(source_of(None, {}))

    @functools.cached_property
    def words(self) -> Translator:
        """The person's language."""
        return words_for(self.schedule.language, os.environ)

    @property
    def any_words(self) -> Translator:
        """The person's language; that of the desktop where the config is wrong."""
        try:
            return self.words
        except ConfigError:
            return words_for(None, os.environ)

    @functools.cached_property
    def state(self) -> Path:
        """The folder of the journal."""
        return state_folder(self.service)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, open for the length of a command.

        Raises:
            StateError: It cannot be used.
        """
        journal = Journal.open(self.state)
        self._used_journal = True
        try:
            yield journal
        finally:
            journal.close()
        if journal.unreadable and not self._told_unreadable:
            self._told_unreadable = True
            echo(self.any_words.say("rows_left_out", count=journal.unreadable), err=True)

    def conflicts(self) -> Iterator[str]:
        """Yield a sentence for each way in which this command went by other settings.

        Only of what goes with the journal it matters that the service goes by the same.
        """
        running = self.service.running
        if running is None or not self._used_journal or "in_force" not in vars(self):
            return
        named = named_config(self.named, os.environ)
        if named is not None and named.absolute() != running.config:
            yield self.any_words.say("conflict_config", theirs=running.config, ours=named)
        names = ", ".join(differing(os.environ, running))
        if names:
            yield self.any_words.say("conflict_variables", names=names)

    def _tonight(self) -> dict[date, time]:
        """Other bedtimes for single evenings; none where the journal cannot be used."""
        try:
            with self.journal() as journal:
                return dict(journal.global_state().tonight)
        except StateError:
            return {}

    def _noted(self) -> dict[str, Any]:
        """What the running service has written down about itself; nothing where none runs."""
        if not self.service_runs():
            return {}
        try:
            with self.journal() as journal:
                return journal.read_note(SERVICE_NOTE)
        except StateError:
            return {}

    def answers(self, journal: Journal) -> UserActions:
        """What the person does, on that journal."""
        return UserActions(self.schedule, self.zone, journal)

    @functools.cached_property
    def zone(self) -> tzinfo:
        """The time zone; while the computer has lost its own, the one the service still uses."""
        here = chosen(self.schedule.zone)
        if here.source is ZoneSource.DEFAULT:
            noted = self._noted().get("zone")
            if noted is not None and noted["lost"]:
                with suppress(LookupError, ValueError, OSError):
                    return named(noted["name"]).zone
        return here.zone

    @functools.cached_property
    def calendar(self) -> Calendar:
        """The person's care days, with tonight's bedtime if they named another."""
        return Calendar(self.schedule.sleep, self.zone, self._tonight())

    @property
    def any_calendar(self) -> Calendar:
        """The person's care days; by the built-in hours where the config is wrong."""
        if self.config_is_right:
            return self.calendar
        schedule = self.any_schedule
        return Calendar(schedule.sleep, zone(schedule.zone), self._tonight())

    def outlook(self, schedule: Schedule) -> Outlook:
        """Return what is to come by a schedule; by it alone where the journal cannot be used."""
        calendar = self.calendar
        try:
            with self.journal() as journal:
                return read_outlook(schedule, calendar, journal, self.now)
        except StateError:
            return Outlook(schedule, calendar, GlobalState(), (), None, self.now)

    def clock(self, instant: datetime) -> str:
        """An instant (UTC) as it is spoken of now."""
        return self.words.when(instant.astimezone(self.zone), self.now.astimezone(self.zone))


def _load_here(source: ConfigSource) -> LoadResult:
    from nightcare.config.load import load_source  # noqa: PLC0415 - 300 ms; mostly it is kept

    return load_source(source)


def _places(named: Path | None) -> Iterator[Path]:
    """Yield where a command may write: the config and the folder of the journal."""
    with suppress(StateError):
        yield place_of_config(named, os.environ)
        yield state_folder()


def as_person(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a command's function with the person whose file is named, and say what goes wrong."""

    @functools.wraps(function)
    def call(named: Path | None, **values: Any) -> Any:
        person = CommandContext(named)
        try:
            refuse_as_root(_places(named))
            code = function(person, **values)
        except NightcareError as error:
            complain(error, person.any_words)
            return error.exit_code
        if "in_force" in vars(person) and "loaded" not in vars(person):
            echo(person.words.say("by_what_is_in_force"), err=True)
        for line in person.conflicts():
            echo(line, err=True)
        return code

    return call
