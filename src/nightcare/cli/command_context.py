"""The context of a command: the user's config, language, time zone and journal."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nightcare.cli.output import echo_text, print_error, use_plain_output
from nightcare.config.cache import load_cached
from nightcare.config.config_source import ConfigSource, LoadResult, result_from_json, source_of
from nightcare.desktop.clock import now
from nightcare.desktop.instance_lock import running_service, service_runs
from nightcare.desktop.time_zone import chosen, zone
from nightcare.domain.care_day import Calendar
from nightcare.domain.global_state import GlobalState
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError, NightcareError, StateError, ValueRefused
from nightcare.i18n.translator import Translator, words_for
from nightcare.journal.store import Journal
from nightcare.ownership import refuse_as_root
from nightcare.paths import (
    ServicePlaces,
    chosen_config,
    differing,
    is_same_path,
    named_config,
    place_of_config,
    service_places,
    state_folder,
    with_those_of_service,
    written_paths,
)

if TYPE_CHECKING:
    from nightcare.domain.outlook import Outlook
    from nightcare.journal.service_status import ServiceStatus

PATH = click.Path(path_type=Path)
"""The type of an argument that names a file."""

json_option = click.option("--json", "as_json", is_flag=True)


class CommandContext:
    """The config, time zone and journal that a command uses, each read when it is first needed.

    Args:
        named: The file that `--config` names, if any.
        active: The config to use in place of the user's.

    Attributes:
        named: The same.
        now: The time of the command (UTC).
    """

    def __init__(self, named: Path | None = None, active: LoadResult | None = None) -> None:
        self.named = named
        self.now = now()
        self._given = active
        self._notice: str | None = None
        self._used_journal = False
        self._open_journal: Journal | None = None
        self._reported_unreadable = False

    # Paths and the service

    @functools.cached_property
    def service(self) -> ServicePlaces:
        """The paths that the user's service uses, as they were when the command began."""
        return service_places(os.environ)

    @functools.cached_property
    def config_file(self) -> Path | None:
        """The config file; None for the built-in defaults."""
        return chosen_config(self.named, os.environ, self.service)

    @property
    def config_place(self) -> Path:
        """The path of the config file, whether or not it exists.

        Raises:
            StateError: The user's home is unknown.
        """
        return place_of_config(self.named, os.environ, self.service)

    @functools.cached_property
    def state(self) -> Path:
        """The folder of the journal.

        Raises:
            StateError: The user's home is unknown.
        """
        return state_folder(self.service)

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment, with the settings that the service has in its own."""
        return with_those_of_service(os.environ, self.service)

    def service_runs(self) -> bool:
        """Return whether the user's service runs now."""
        return running_service(os.environ) is not None or service_runs(self.state)

    # The config

    @functools.cached_property
    def loaded(self) -> LoadResult:
        """The config as it is now.

        Raises:
            ConfigError: It is invalid.
        """
        return self._load(source_of(self.config_file, self.variables))

    @functools.cached_property
    def active(self) -> LoadResult:
        """The config; while it is invalid or unread, the last one that the running service read.

        Raises:
            ConfigError: It is invalid, and no service runs.
        """
        if self._given is not None:
            return self._given
        try:
            saved = self.loaded
        except ConfigError:
            kept = self._config_of_service()
            if kept is None:
                raise
            self._notice = "by_what_is_in_force"
            return kept
        kept = self._config_of_service() if self.service_keeps_schedule() else None
        if kept is None or kept.schedule == saved.schedule:
            return saved
        self._notice = "by_what_was_read"
        return kept

    def _config_of_service(self) -> LoadResult | None:
        """Return the config that the running service uses; None if this version cannot read it."""
        status = self.service_status()
        if status is None or status.values is None:
            return None
        try:
            return result_from_json({"path": status.config, "values": status.values})
        except ConfigError:
            return None

    def service_keeps_schedule(self) -> bool:
        """Return whether the service's schedule may differ from a saved config that is valid."""
        running, named = self.service.running, named_config(self.named, os.environ)
        if named is not None and not (running and is_same_path(named, running.config)):
            return False
        if running is not None:
            return running.keeps_schedule
        # Without a runtime folder there is no record.
        status = self.service_status()
        return status is not None and (status.unread or status.upgrade is not None)

    def _load(self, source: ConfigSource) -> LoadResult:
        try:
            folder = self.state
        except StateError:
            return _load_source(source)
        return load_cached(source, folder, _load_source)

    @property
    def config_is_valid(self) -> bool:
        """True if there is an active config."""
        try:
            return self.active is not None
        except ConfigError:
            return False

    def lenient(self) -> CommandContext:
        """Return this context, or one with the built-in defaults if the config is invalid."""
        if self.config_is_valid:
            return self
        return CommandContext(self.named, self._load(source_of(None, {})))

    @property
    def schedule(self) -> Schedule:
        """The active schedule."""
        return self.active.schedule

    # Texts

    @functools.cached_property
    def translator(self) -> Translator:
        """The user's language."""
        return words_for(self.schedule.language, os.environ)

    def print(self, key: str, /, *, err: bool = False, **values: object) -> None:
        """Print a text of the catalogue, filled in with values."""
        echo_text(self.translator.text(key, **values), err=err)

    def clock(self, instant: datetime) -> str:
        """Return an instant (UTC) as text, relative to now."""
        return self.translator.when(instant.astimezone(self.zone), self.now.astimezone(self.zone))

    def title(self, reminder: str) -> str:
        """Return a reminder, given by its name, as a person reads it."""
        return self.schedule.title(reminder, self.translator.text)

    def typed_reminder(self, word: str) -> str:
        """Return the name of the reminder that a person typed, by its name or its title."""
        return self.schedule.typed_name(word, self.translator.text)

    # The journal

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Open the journal, or return the one that is open already.

        Raises:
            StateError: It cannot be used.
        """
        if self._open_journal is not None:
            yield self._open_journal
            return
        journal = self._open_journal = Journal.open(self.state)
        self._used_journal = True
        try:
            yield journal
        finally:
            self._open_journal = None
            journal.close()
        if journal.unreadable and not self._reported_unreadable:
            self._reported_unreadable = True
            self.lenient().print("rows_left_out", count=journal.unreadable, err=True)

    def service_status(self) -> ServiceStatus | None:
        """Return the status that the running service published; None if none runs."""
        try:
            if not self.service_runs():
                return None
            from nightcare.journal.service_status import read_status  # noqa: PLC0415 - 4 ms

            with self.journal() as journal:
                return read_status(journal)
        except StateError:
            return None

    @functools.cached_property
    def zone(self) -> tzinfo:
        """The time zone; if the computer has lost its own, the one that the service still uses."""

        def kept() -> str | None:
            status = self.service_status()
            return None if status is None else status.kept_zone

        return zone(self.schedule.zone, kept)

    @functools.cached_property
    def calendar(self) -> Calendar:
        """The care days, with tonight's bedtime if there is a journal that has one."""
        try:
            with self.journal() as journal:
                state = journal.global_state()
        except StateError:
            state = GlobalState()
        return self.schedule.calendar(self.zone, state)

    def outlook(self) -> Outlook:
        """Return the past and the coming occurrences.

        Raises:
            StateError: The journal cannot be used.
        """
        from nightcare.engine.outlook_reader import read_outlook  # noqa: PLC0415 - not `pause`

        with self.journal() as journal:
            return read_outlook(self.schedule, self.zone, journal, self.now)

    def plan(self) -> Outlook:
        """Return the coming occurrences, by the schedule alone if the journal cannot be used."""
        try:
            return self.outlook()
        except StateError:
            from nightcare.engine.outlook_reader import outlook_without_journal  # noqa: PLC0415 - as above

            return outlook_without_journal(self.schedule, self.zone, self.now)

    def print_warnings(self) -> None:
        """Print warnings about settings that differ from those that the user may expect.

        Differences from the service matter only to a command that used both config and journal.
        """
        if self._notice is not None:
            self.print(self._notice, err=True)
        running = self.service.running
        if running is None or not self._used_journal or "active" not in vars(self):
            return
        named = named_config(self.named, os.environ)
        if named is not None and not is_same_path(named, running.config):
            self.print("conflict_config", theirs=running.config, ours=named, err=True)
        here = chosen(self.schedule.zone)
        if running.zone and here.is_other(running.zone, running.zone_rules):
            self.print("conflict_zone", theirs=running.zone, ours=here.name, err=True)
        names = ", ".join(differing(os.environ, running))
        if names:
            self.print("conflict_variables", names=names, err=True)


def too_many_arguments(click_context: click.Context) -> ValueRefused:
    """Return the error about arguments that a command does not take."""
    found, path = " ".join(click_context.args), click_context.command_path
    return ValueRefused("usage_too_many", found=found, help=f"{path} --help")


def pass_context(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Call a command with its CommandContext, and print its errors and warnings.

    The command takes the options of nightcare itself too, so that they may stand behind its name.
    """

    @click.option("--config", type=PATH, hidden=True)
    @click.option("--plain", is_flag=True, hidden=True)
    @click.pass_context
    @functools.wraps(function)
    def call(
        click_context: click.Context, /, config: Path | None, *, plain: bool, **values: Any
    ) -> int | None:
        given = click_context.find_root().params
        context = CommandContext(config or given["config"])
        if plain or given["plain"]:
            use_plain_output()
        try:
            if click_context.args:
                raise too_many_arguments(click_context)
            refuse_as_root(written_paths(context.named, os.environ))
            code = function(context, **values)
        except NightcareError as error:
            return print_error(error, context.lenient().translator)
        context.print_warnings()
        return code

    return call


def _load_source(source: ConfigSource) -> LoadResult:
    from nightcare.config.load import load_source  # noqa: PLC0415 - 300 ms; mostly cached

    return load_source(source)
