"""The first configuration: setup."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.config_save import config_translator, example_for, report_to_service, write_all
from nightcare.cli.install import install, welcome
from nightcare.cli.main import INTERRUPTED
from nightcare.cli.output import echo, echo_text, print_diagnostics
from nightcare.cli.questions import prompt, prompt_yes
from nightcare.config.config_file import built_in, parsed
from nightcare.config.config_source import LoadResult
from nightcare.config.edit import Keys, with_value
from nightcare.config.load import load_file
from nightcare.desktop.systemd import user_unit
from nightcare.desktop.time_zone import zone
from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.moments import clock_text, parse_clock
from nightcare.domain.reasons import Condition
from nightcare.domain.recurrence import plan
from nightcare.domain.week_plan import week_plan
from nightcare.errors import (
    ConfigError,
    DesktopError,
    Diagnostic,
    Location,
    StateError,
    ValueRefused,
)
from nightcare.i18n.error_text import diagnostic_text
from nightcare.i18n.translator import words_for
from nightcare.i18n.week_text import frequency_lines, week_lines
from nightcare.languages import languages
from nightcare.regular_file import read_regular

_AUTO = "auto"
_WEEK_DAYS = 7


@click.command("setup", cls=LocalisedCommand)
@pass_context
def setup_command(context: CommandContext) -> int:
    """Answer a few questions; write your config and offer to install the service."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ValueRefused("setup_wants_terminal")
    setup = _Setup(context)
    try:
        written = setup.ask_and_write()
    except KeyboardInterrupt:
        echo()
        setup.print("setup_nothing_written")
        return INTERRUPTED
    if not written:
        setup.print("setup_nothing_written")
    elif setup.wants_service():
        install(CommandContext(context.named))
    elif context.service_runs():
        # The running service has loaded the new schedule.
        welcome(CommandContext(context.named))
    return 0


class _Setup:
    """The questions, and the config after each answer."""

    def __init__(self, context: CommandContext) -> None:
        # The language changes with the first answer.
        self._translator = config_translator(context)
        self._context = context
        self._path: Path = context.config_place
        self._raw = example_for(self._translator)
        self._loaded = self._load(self._raw)

    def print(self, key: str, /, **values: object) -> None:
        """Print a text of the catalogue."""
        echo_text(self._translator.text(key, **values))

    def ask_and_write(self) -> bool:
        """Ask everything and write the config if the user agrees; return whether it was written."""
        asked = self._path.exists()
        if asked and not self._may_replace():
            return False
        self._ask_language()
        self.print("setup_welcome")
        self._ask_hours()
        self._ask_weekend()
        self._ask_reminders()
        self._ask_do_not_disturb()
        self._preview()
        if not self._yes("setup_write", path=self._path):
            return False
        if self._path.exists():
            # The file may have been created meanwhile.
            if not asked and not self._may_replace():
                return False
            backup, old = self._backup()
            write_all({backup: old, self._path: self._raw})
            self.print("setup_backup", path=backup)
        else:
            write_all({self._path: self._raw})
        self.print("setup_written", path=self._path)
        return True

    def wants_service(self) -> bool:
        """Offer the service where it can be installed, and print how to install it later."""
        if report_to_service(self._context, self._translator):
            return False
        try:
            user_unit.reach()
        except DesktopError as error:
            self.print(f"error_{error.key}", **error.values)
            return False
        try:
            wanted = self._yes("setup_install")
        except KeyboardInterrupt:
            echo()
            wanted = False
        if not wanted:
            self.print("setup_later")
        return wanted

    # The questions

    def _may_replace(self) -> bool:
        return self._yes("setup_replace", default=False, path=self._path)

    def _ask_language(self) -> None:
        choices = (_AUTO, *languages())
        names = ", ".join(choices)
        while (answer := self._ask("setup_language", _AUTO, choices=names).lower()) not in choices:
            self.print("setup_choose", choices=names)
        self._translator = words_for(None if answer == _AUTO else answer, os.environ)
        self._raw = example_for(self._translator)
        self._apply({("language",): answer})

    def _ask_hours(self) -> None:
        default = built_in().values["sleep"]
        while True:
            wake = self._ask_clock("setup_wake", default["wake"])
            bedtime = self._ask_clock("setup_bedtime", default["bedtime"])
            if self._apply_hours({("sleep", "wake"): wake, ("sleep", "bedtime"): bedtime}):
                return

    def _ask_weekend(self) -> None:
        if not self._yes("setup_weekend", default=False):
            return
        hours = self._loaded.values["sleep"]
        while True:
            bedtime = self._ask_clock("setup_weekend_bedtime", hours["bedtime"])
            wake = self._ask_clock("setup_weekend_wake", hours["wake"])
            # A weekday is that of the wake-up, so the evenings are those before a day off.
            answers = {
                ("sleep", "friday", "bedtime"): bedtime,
                ("sleep", "saturday", "wake"): wake,
                ("sleep", "saturday", "bedtime"): bedtime,
                ("sleep", "sunday", "wake"): wake,
            }
            if self._apply_hours(
                {key: one for key, one in answers.items() if one != hours[key[-1]]}
            ):
                return

    def _ask_reminders(self) -> None:
        schedule = self._loaded.schedule
        calendar = Calendar(schedule.sleep, zone(schedule.zone))
        tomorrow = calendar.at(self._context.now).date + ONE_DAY
        for reminder in schedule.reminders:
            due = plan([reminder], calendar, tomorrow, _WEEK_DAYS)
            day = [
                calendar.local(one.due) for one in due if one.key.care_day == due[0].key.care_day
            ]
            topic = self._translator.text(f"topic_{reminder.topic}")
            clocks = ", ".join(f"{one:%H:%M}" for one in day)
            if not self._yes("setup_remind", topic=topic, clocks=clocks):
                # It stays in the file, where it is easily enabled.
                self._apply({("reminders", reminder.name, "enabled"): False})

    def _ask_do_not_disturb(self) -> None:
        evening = [one for one in self._loaded.schedule.enabled if one.evening]
        if not evening or self._yes("setup_do_not_disturb"):
            return
        for reminder in evening:
            key = ("reminders", reminder.name, "quiet", str(Condition.DO_NOT_DISTURB))
            self._apply({key: "hold"})

    def _preview(self) -> None:
        schedule = self._loaded.schedule
        calendar = Calendar(schedule.sleep, zone(schedule.zone))
        today = calendar.at(self._context.now).date
        week = week_plan(schedule.enabled, calendar, today)
        self.print("setup_preview")
        for line in week_lines(week, schedule, self._translator):
            echo_text(line)
        echo_text(" ".join(frequency_lines(week, schedule, self._translator)))
        self._print_warnings(self._loaded.warnings)

    def _ask(self, question: str, default: str, **values: object) -> str:
        return prompt(self._translator.text(question, **values), default=default).strip()

    def _ask_clock(self, question: str, default: str) -> str:
        while True:
            try:
                return clock_text(parse_clock(self._ask(question, default), self._translator.input))
            except ValueRefused as error:
                self.print(f"error_{error.key}", **error.values)

    def _yes(self, question: str, *, default: bool = True, **values: object) -> bool:
        return prompt_yes(
            self._translator, self._translator.text(question, **values), default=default
        )

    # The config

    def _apply(self, answers: Mapping[Keys, object]) -> bool:
        """Write answers into the config; if they are invalid, print why and return False."""
        raw = self._raw
        for where, value in answers.items():
            raw = with_value(raw, where, value).raw
        try:
            self._loaded = self._load(raw)
        except ConfigError as error:
            first = replace(error.problems[0], place=Location(self._path.name), also=None)
            self.print("setup_does_not_fit", problem=diagnostic_text(first, self._translator))
            return False
        self._raw = raw
        return True

    def _apply_hours(self, answers: Mapping[Keys, object]) -> bool:
        """Write answers into the config, unless they cause warnings and the user declines."""
        raw, loaded = self._raw, self._loaded
        if not self._apply(answers):
            return False
        known = {(one.where, one.key) for one in loaded.warnings}
        new = [one for one in self._loaded.warnings if (one.where, one.key) not in known]
        self._print_warnings(new)
        if not new or self._yes("setup_meant", default=False):
            return True
        self._raw, self._loaded = raw, loaded
        return False

    def _print_warnings(self, warnings: Iterable[Diagnostic]) -> None:
        """Print warnings as `config check` does; nothing is written yet, so they have no line."""
        name = Location(self._path.name)
        without_lines = [replace(one, place=name, also=None) for one in warnings]
        print_diagnostics(without_lines, self._translator, warning=True)

    def _load(self, raw: bytes) -> LoadResult:
        return load_file(parsed(str(self._path), raw), {})

    def _backup(self) -> tuple[Path, bytes]:
        """Return an unused path beside the config for a backup, and the content to back up.

        Raises:
            StateError: It cannot be read.
        """
        try:
            old = read_regular(self._path)
        except OSError as error:
            reason = error.strerror
            raise StateError("config_not_written", path=self._path, reason=reason) from error
        names = (f"{self._path.name}.old{number or ''}" for number in count())
        return next(one for name in names if not (one := self._path.with_name(name)).exists()), old
