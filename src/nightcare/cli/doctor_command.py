"""The doctor: what is wrong here, and the mend."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click

from nightcare.cli.command_context import CommandContext
from nightcare.cli.declaring import as_json, command, number, option
from nightcare.cli.output import echo, say_json
from nightcare.cli.prompts import says_yes
from nightcare.config.load import load
from nightcare.desktop.notify.factory import choose_screen
from nightcare.doctor.facts import CheckedFolder, Limits
from nightcare.doctor.finding import Check, Finding, State, bad, good, mend_of, message_of
from nightcare.doctor.notification_test import TestOutcome, try_out
from nightcare.doctor.run_checks import CheckResults, examine
from nightcare.errors import NightcareError, StateError, ValueRefused
from nightcare.i18n.translator import Translator, words_for
from nightcare.journal.database import FILE_NAME
from nightcare.journal.store import BUTTONS_NOTE

_LONGEST_WAIT = 600

_MARKS = {
    State.GOOD: ("doctor_mark_good", "green"),
    State.WARNING: ("doctor_mark_warning", "yellow"),
    State.BAD: ("doctor_mark_bad", "red"),
    State.UNKNOWN: ("doctor_mark_unknown", "cyan"),
}

_NAMES = {
    Check.BUS: "doctor_check_bus",
    Check.SERVER: "doctor_check_server",
    Check.QUIET: "doctor_check_quiet",
    Check.UNIT: "doctor_check_unit",
    Check.SESSION: "doctor_check_session",
    Check.SERVICE: "doctor_check_service",
    Check.CONFIG: "doctor_check_config",
    Check.JOURNAL: "doctor_check_journal",
    Check.CLOCK: "doctor_check_clock",
    Check.VERSIONS: "doctor_check_versions",
    Check.TRIAL: "doctor_check_trial",
}


@command("doctor", help="Say what is wrong here, and how to mend it; nothing is changed.")
@option(
    "--notify",
    is_flag=True,
    help="Show a notification too, wait for your click, and note whether it has buttons.",
)
@option(
    "--seconds",
    type=number(),
    default=60,
    show_default=True,
    help="How long to wait for your click.",
)
@as_json
def doctor_command(person: CommandContext, *, notify: bool, seconds: int, for_program: bool) -> int:
    """What is wrong here, and the mend."""
    if not 1 <= seconds <= _LONGEST_WAIT:
        raise ValueRefused("seconds_out_of_range", found=seconds, most=_LONGEST_WAIT)
    place = CheckedFolder(person.named, _state(person), os.environ, person.now, person.service)
    examined = asyncio.run(examine(place, Limits()))
    chosen = None if examined.loaded is None else examined.loaded.schedule.language
    words = words_for(chosen, os.environ)
    findings = list(examined.findings)
    if not for_program:
        _print(findings, words)
    if notify:
        asked = words.say("doctor_trial_sent", limit=words.length(timedelta(seconds=seconds)))
        echo(asked, err=for_program)
        # A program reads the output; what a terminal shows is not for it.
        out = sys.stderr if for_program else sys.stdout
        tried = asyncio.run(_try(examined, person, words, seconds, out))
        if tried.doubtful and not for_program and sys.stdin.isatty():
            seen = says_yes(words, words.say("doctor_trial_buttons_seen"), usual=True)
            tried = replace(tried, buttons=seen)
            if not seen:
                without = good(Check.TRIAL, "doctor_trial_without", notifier=tried.notifier)
                tried = replace(tried, finding=without)
        _remember(tried, person)
        findings.append(tried.finding)
        if not for_program:
            _print([tried.finding], words)
    if for_program:
        say_json([_object(one, words) for one in findings])
    return int(any(one.state is State.BAD for one in findings))


def _state(person: CommandContext) -> Path | None:
    try:
        return person.state
    except StateError:
        return None


async def _try(
    examined: CheckResults, person: CommandContext, words: Translator, seconds: int, out: TextIO
) -> TestOutcome:
    """Show a notification as reminders are shown here; with a wrong config, by the defaults."""
    try:
        schedule = (examined.loaded or load(None, {})).schedule
        screen = choose_screen(schedule, os.environ, out)
        return await try_out(screen, words, person.now, seconds)
    except NightcareError as error:
        return TestOutcome(
            bad(Check.TRIAL, f"error_{error.key}", "doctor_trial_nothing_mend", **error.values)
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a line and no traceback
        reason = f"{type(error).__name__}: {error}"
        return TestOutcome(bad(Check.TRIAL, "doctor_failed", "doctor_failed_mend", reason=reason))


def _remember(tried: TestOutcome, person: CommandContext) -> None:
    """Note whether the server draws buttons, so that reminders name a command where it does not."""
    # Most servers draw them, and the doctor leaves nothing where nightcare has not run yet.
    if tried.buttons is None or (tried.buttons and not (person.state / FILE_NAME).exists()):
        return
    # The doctor is also for a journal that cannot be used.
    with contextlib.suppress(StateError), person.journal() as journal:
        known = journal.read_note(BUTTONS_NOTE)
        if known.get(tried.notifier) != tried.buttons:
            journal.write_note(BUTTONS_NOTE, {**known, tried.notifier: tried.buttons})


def _print(findings: Iterable[Finding], words: Translator) -> None:
    """A line each, and one for the mend."""
    coloured = (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )
    width = max(len(words.say(mark)) for mark, _ in _MARKS.values())
    for one in findings:
        key, colour = _MARKS[one.state]
        mark = words.say(key).ljust(width)
        if coloured:
            mark = click.style(mark, fg=colour)
        echo(f"{mark}  {_sentence(one, words)}")
        mend = mend_of(one, words)
        if mend is not None:
            echo(f"{' ' * width}  {words.say('doctor_mend', mend=mend)}")


def _sentence(finding: Finding, words: Translator) -> str:
    """What was looked at, and what was found."""
    return f"{words.say(_NAMES[finding.check])}: {message_of(finding, words)}"


def _object(finding: Finding, words: Translator) -> dict[str, str | None]:
    return {
        "check": finding.check,
        "state": finding.state,
        "message": _sentence(finding, words),
        "mend": mend_of(finding, words),
    }
