"""The checks of the installation: doctor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo, fitted, print_json, scrolls
from nightcare.cli.questions import prompt_yes
from nightcare.config.load import load
from nightcare.desktop.notify.factory import choose_screen
from nightcare.doctor.check import (
    Check,
    CheckContext,
    Finding,
    Limits,
    State,
    bad,
    fix_of,
    good,
    message_of,
)
from nightcare.doctor.notification_test import TestOutcome, try_notifier
from nightcare.doctor.run_checks import CheckResults, run_checks
from nightcare.errors import NightcareError, StateError, ValueRefused
from nightcare.i18n.translator import Translator, words_for
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import BUTTONS_NOTE
from nightcare.streams import coloured

_LONGEST_WAIT = 600
"""Seconds."""

_MARKS = {
    State.GOOD: ("doctor_mark_good", "green"),
    State.WARNING: ("doctor_mark_warning", "yellow"),
    State.BAD: ("doctor_mark_bad", "red"),
    State.UNKNOWN: ("doctor_mark_unknown", "cyan"),
}

_WORST_FIRST = (State.BAD, State.WARNING, State.UNKNOWN, State.GOOD)


@click.command("doctor", cls=LocalisedCommand)
@click.option("--notify", is_flag=True)
@click.option("--seconds", type=int, default=60)
@json_option
@pass_context
def doctor_command(context: CommandContext, *, notify: bool, seconds: int, as_json: bool) -> int:
    """Find problems of the installation and their fixes; change nothing."""
    if not 1 <= seconds <= _LONGEST_WAIT:
        raise ValueRefused("seconds_out_of_range", found=seconds, most=_LONGEST_WAIT)
    checked = CheckContext(
        context.named, _state(context), os.environ, context.now, context.service, Limits()
    )
    examined = asyncio.run(run_checks(checked))
    chosen = None if examined.loaded is None else examined.loaded.schedule.language
    translator = words_for(chosen, os.environ)
    findings = list(examined.findings)
    if not as_json:
        _print_report(findings, translator)
    if notify:
        limit = translator.length(timedelta(seconds=seconds))
        echo(translator.text("doctor_trial_sent", limit=limit), err=as_json)
        # A program reads standard output; a notification in the terminal is not for it.
        out = sys.stderr if as_json else sys.stdout
        tried = asyncio.run(_try(examined, context, translator, seconds, out))
        if tried.doubtful and not as_json and sys.stdin.isatty():
            seen = prompt_yes(
                translator, translator.text("doctor_trial_buttons_seen"), default=True
            )
            tried = replace(tried, buttons=seen)
            if not seen:
                without = good(Check.TRIAL, "doctor_trial_without", notifier=tried.notifier)
                tried = replace(tried, finding=without)
        _remember(tried, context)
        findings.append(tried.finding)
        if not as_json:
            echo("\n".join(_lines([tried.finding], translator)))
    if as_json:
        print_json([_value(one, translator) for one in findings])
    return int(any(one.state is State.BAD for one in findings))


def _state(context: CommandContext) -> Path | None:
    try:
        return context.state
    except StateError:
        return None


async def _try(
    examined: CheckResults,
    context: CommandContext,
    translator: Translator,
    seconds: int,
    out: TextIO,
) -> TestOutcome:
    """Show a notification as reminders are shown; use the defaults if the config is invalid."""
    try:
        schedule = (examined.loaded or load(None, {})).schedule
        screen = choose_screen(schedule, os.environ, out)
        return await try_notifier(screen, translator, context.now, seconds)
    except NightcareError as error:
        return TestOutcome(
            bad(Check.TRIAL, f"error_{error.key}", "doctor_trial_nothing_mend", **error.values)
        )
    except Exception as error:  # noqa: BLE001 - reported as a finding
        reason = f"{type(error).__name__}: {error}"
        return TestOutcome(bad(Check.TRIAL, "doctor_failed", reason=reason))


def _remember(tried: TestOutcome, context: CommandContext) -> None:
    """Remember whether the server draws buttons; if not, reminders name a command instead."""
    # Most servers draw buttons, and the doctor creates no journal if nightcare has not run yet.
    if tried.buttons is None or (tried.buttons and not (context.state / FILE_NAME).exists()):
        return
    # The doctor also runs where the journal cannot be used.
    with contextlib.suppress(StateError), context.journal() as journal:
        known = journal.read_note(BUTTONS_NOTE)
        if known.get(tried.notifier) != tried.buttons:
            journal.write_note(BUTTONS_NOTE, {**known, tried.notifier: tried.buttons})


def _print_report(findings: Sequence[Finding], translator: Translator) -> None:
    """Print a verdict, then the findings, the worst first.

    The verdict is repeated at the end if the terminal is too small to show its first line.
    """
    counts = Counter(one.state for one in findings)
    worst = next((state for state in _WORST_FIRST if counts[state]), State.GOOD)
    verdict = translator.text(f"doctor_verdict_{worst.name.lower()}", count=counts[worst])
    verdict = fitted(verdict)
    if coloured(sys.stdout):
        verdict = click.style(verdict, bold=True)
    worst_first = sorted(findings, key=lambda one: _WORST_FIRST.index(one.state))
    lines = [verdict, "", *_lines(worst_first, translator)]
    text = "\n".join(lines)
    echo(f"{text}\n\n{verdict}" if scrolls(text) else text)


def _lines(findings: Iterable[Finding], translator: Translator) -> Iterator[str]:
    """Return each finding, with the fix below it, within the width of the terminal."""
    marks = {state: translator.text(key) for state, (key, _) in _MARKS.items()}
    width = max(map(len, marks.values()))
    beside = " " * (width + 2)
    for one in findings:
        mark = marks[one.state].ljust(width)
        if coloured(sys.stdout):
            mark = click.style(mark, fg=_MARKS[one.state][1])
        text = fitted(_sentence(one, translator), beside)
        yield f"{mark}  {text[len(beside) :]}"
        fix = fix_of(one, translator)
        if fix is not None:
            yield fitted(translator.text("doctor_mend", mend=fix), beside)


def _sentence(finding: Finding, translator: Translator) -> str:
    """Return a finding as a sentence, with the name of its check."""
    name = translator.text(f"doctor_check_{finding.check.name.lower()}")
    return f"{name}: {message_of(finding, translator)}"


def _value(finding: Finding, translator: Translator) -> dict[str, str | None]:
    return {
        "check": finding.check,
        "state": finding.state,
        "message": _sentence(finding, translator),
        "mend": fix_of(finding, translator),
    }
