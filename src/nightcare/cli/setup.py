"""Setting up: a few questions, a config file that says what was answered, and the service."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from nightcare.cli import BROKEN_OFF
from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_save import spoken, tell_service, tell_warnings, write_all
from nightcare.cli.declaring import command
from nightcare.cli.install import install
from nightcare.cli.output import echo
from nightcare.cli.prompts import prompt, says_yes
from nightcare.cli.status import plan_lines
from nightcare.config.edit import Keys, with_value
from nightcare.config.layers import built_in, example_text, parsed
from nightcare.config.load import load_file
from nightcare.config.load_result import LoadResult
from nightcare.desktop import user_unit
from nightcare.desktop.time_zone import zone
from nightcare.domain.care_day import Calendar
from nightcare.domain.moments import clock_text
from nightcare.domain.recurrence import plan
from nightcare.domain.time_parser import parse_clock
from nightcare.errors import ConfigError, DesktopError, Location, StateError, ValueRefused
from nightcare.i18n.diagnostics_text import diagnostic_text
from nightcare.i18n.translator import Translator, words_for
from nightcare.languages import languages

_AUTO = "auto"
_A_WEEK = 7


@command("setup", help="Answer a few questions; your config and service are made from them.")
def setup_command(person: CommandContext) -> int:
    """Ask, show what would come of it, write the config, and offer the service.

    Raises:
        ValueRefused: There is no terminal to ask in.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ValueRefused("setup_wants_terminal")
    setup = _Setup(person)
    try:
        written = setup.ask_and_write()
    except KeyboardInterrupt:
        echo()
        echo(setup.words.say("setup_nothing_written"))
        return BROKEN_OFF
    if not written:
        echo(setup.words.say("setup_nothing_written"))
        return 0
    if setup.wants_the_service():
        install(CommandContext(person.named))
    return 0


class _Setup:
    """The questions, and the config as it is after each answer.

    Attributes:
        words: The person's language, from the moment that they chose it.
    """

    def __init__(self, person: CommandContext) -> None:
        self.words: Translator = spoken(person)
        self._person = person
        self._path: Path = person.config_place
        self._loaded: LoadResult = self._right(example_text().encode())
        self._raw = example_text().encode()

    def ask_and_write(self) -> bool:
        """Ask everything, and write the config if it is wanted; whether it was."""
        asked = self._path.exists()
        if asked and not self._may_replace():
            return False
        self._ask_language()
        echo(self.words.say("setup_welcome"))
        self._ask_hours()
        self._ask_weekend()
        self._ask_reminders()
        self._preview()
        if not self._yes(self.words.say("setup_write", path=self._path)):
            return False
        if self._path.exists():
            # It may have come about meanwhile.
            if not asked and not self._may_replace():
                return False
            beside, old = self._back_up()
            write_all({beside: old, self._path: self._raw})
            echo(self.words.say("setup_backup", path=beside))
        else:
            write_all({self._path: self._raw})
        echo(self.words.say("setup_written", path=self._path))
        return True

    def wants_the_service(self) -> bool:
        """Offer the service where there can be one, and say how to have it later."""
        if tell_service(self._person, self.words):
            return False
        try:
            user_unit.reach()
        except DesktopError as error:
            echo(self.words.say(f"error_{error.key}", **error.values))
            return False
        try:
            wanted = self._yes(self.words.say("setup_install"))
        except KeyboardInterrupt:
            echo()
            wanted = False
        if not wanted:
            echo(self.words.say("setup_later"))
        return wanted

    # The questions

    def _may_replace(self) -> bool:
        return self._yes(self.words.say("setup_replace", path=self._path), usual=False)

    def _ask_language(self) -> None:
        choices = (_AUTO, *languages())
        while True:
            said = self._answer("setup_language", _AUTO, choices=", ".join(choices)).lower()
            if said in choices:
                break
            echo(self.words.say("setup_choose", choices=", ".join(choices)))
        self._take({("language",): said})
        self.words = words_for(self._loaded.schedule.language, os.environ)

    def _ask_hours(self) -> None:
        usual = built_in().values["sleep"]
        while True:
            wake = self._clock("setup_wake", usual["wake"])
            bedtime = self._clock("setup_bedtime", usual["bedtime"])
            if self._take_hours({("sleep", "wake"): wake, ("sleep", "bedtime"): bedtime}):
                return

    def _ask_weekend(self) -> None:
        if not self._yes(self.words.say("setup_weekend"), usual=False):
            return
        hours = self._loaded.values["sleep"]
        while True:
            bedtime = self._clock("setup_weekend_bedtime", hours["bedtime"])
            wake = self._clock("setup_weekend_wake", hours["wake"])
            # A weekday is that of the wake-up, so the evenings are those before a day off.
            said = {
                ("sleep", "friday", "bedtime"): bedtime,
                ("sleep", "saturday", "wake"): wake,
                ("sleep", "saturday", "bedtime"): bedtime,
                ("sleep", "sunday", "wake"): wake,
            }
            if self._take_hours({key: one for key, one in said.items() if one != hours[key[-1]]}):
                return

    def _ask_reminders(self) -> None:
        calendar = self._calendar()
        tomorrow = calendar.at(self._person.now).date + timedelta(days=1)
        for reminder in self._loaded.schedule.reminders:
            due = plan([reminder], calendar, tomorrow, _A_WEEK)
            day = [
                calendar.local(one.due) for one in due if one.key.care_day == due[0].key.care_day
            ]
            question = self.words.say(
                "setup_remind",
                topic=self.words.say(f"topic_{reminder.topic}"),
                clocks=", ".join(f"{one:%H:%M}" for one in day),
            )
            if not self._yes(question):
                # It stays in the file, so that it is easy to have it after all.
                self._take({("reminders", reminder.name, "enabled"): False})

    def _preview(self) -> None:
        would = CommandContext(self._path)
        would.loaded = self._loaded
        outlook = would.outlook(self._loaded.schedule)
        echo(self.words.say("setup_preview"))
        for line in plan_lines(outlook.ahead(), would, outlook):
            echo(line)

    # Asking

    def _answer(self, question: str, usual: str, **values: object) -> str:
        said: str = prompt(self.words.say(question, **values), default=usual)
        return said.strip()

    def _clock(self, question: str, usual: str) -> str:
        while True:
            try:
                return clock_text(parse_clock(self._answer(question, usual), self.words.input))
            except ValueRefused as error:
                echo(self.words.say(f"error_{error.key}", **error.values))

    def _yes(self, question: str, *, usual: bool = True) -> bool:
        return says_yes(self.words, question, usual=usual)

    # The config

    def _take(self, said: Mapping[Keys, object]) -> bool:
        """Write answers into the config; False, with the reason told, where they do not fit."""
        raw = self._raw
        for where, value in said.items():
            raw = with_value(raw, where, value).raw
        try:
            self._loaded = self._right(raw)
        except ConfigError as error:
            first = replace(error.problems[0], place=Location(self._path.name), also=None)
            told = diagnostic_text(first, self.words)
            echo(self.words.say("setup_does_not_fit", problem=told))
            return False
        self._raw = raw
        return True

    def _take_hours(self, said: Mapping[Keys, object]) -> bool:
        """Write answers into the config, unless they may be a slip and are not meant."""
        raw, loaded = self._raw, self._loaded
        if not self._take(said):
            return False
        known = {(one.where, one.key) for one in loaded.warnings}
        new = [one for one in self._loaded.warnings if (one.where, one.key) not in known]
        # Nothing is written yet, so there is no line to show.
        name = Location(self._path.name)
        tell_warnings([replace(one, place=name, also=None) for one in new], self.words)
        if not new or self._yes(self.words.say("setup_meant"), usual=False):
            return True
        self._raw, self._loaded = raw, loaded
        return False

    def _right(self, raw: bytes) -> LoadResult:
        return load_file(parsed(str(self._path), raw), {})

    def _calendar(self) -> Calendar:
        schedule = self._loaded.schedule
        return Calendar(schedule.sleep, zone(schedule.zone))

    def _back_up(self) -> tuple[Path, bytes]:
        """Return a free name beside the config for what is there, and what is there.

        Raises:
            StateError: It cannot be read.
        """
        try:
            old = self._path.read_bytes()
        except OSError as error:
            reason = error.strerror
            raise StateError("config_not_written", path=self._path, reason=reason) from error
        names = (f"{self._path.name}.old{number or ''}" for number in count())
        beside = next(
            one for name in names if not (one := self._path.with_name(name)).exists()
        )  # fmt: skip
        return beside, old
