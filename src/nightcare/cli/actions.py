"""The actions of the user: snooze, pause, resume, done, good-night, undo, tonight, try."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.completion import reminder_names
from nightcare.domain.history import NOT_SHOWN
from nightcare.domain.moments import clock_text
from nightcare.domain.schedule import BARE_PAUSE
from nightcare.domain.time_parser import TimeWords, names_half, normalised, parse_clock
from nightcare.domain.until import parse_end
from nightcare.engine.user_actions import UserActions
from nightcare.errors import DesktopError, NothingToDo, NotRunning, ValueRefused
from nightcare.i18n.event_log import capabilities_text, draws_no_buttons
from nightcare.i18n.plan_text import delivery_text
from nightcare.journal.service_status import read_status

_TRIAL_SECONDS = 10.0
_TRIAL_CHECK_SECONDS = 0.05


@contextmanager
def user_actions(context: CommandContext) -> Iterator[UserActions]:
    """Open the journal for actions of the user.

    Raises:
        StateError: It cannot be used.
    """
    with context.journal() as journal:
        yield UserActions(context.schedule, context.zone, journal)


@click.command("snooze")
@click.argument(
    "words", nargs=-1, metavar="[REMINDER] [10m | until 21:00]", shell_complete=reminder_names
)
@pass_context
def snooze_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """Show an open reminder again later: for 10m, 1h30m, or until 21:00."""
    # Several words may come as one argument, in quotes.
    name, rest = _split_name(" ".join(words).split(), context)
    with user_actions(context) as actions:
        end = None
        if rest:
            end = parse_end(rest, actions.calendar(), context.now, context.translator.input)
        delivery = actions.snooze(context.now, name, end)
        until = context.outlook().comes(delivery)
    if until is None:
        context.print("did_snooze_not_back", reminder=delivery.key.reminder)
    else:
        context.print("did_snooze", reminder=delivery.key.reminder, until=context.clock(until))


@click.command("pause")
@click.argument("words", nargs=-1, metavar="[2h | until 18:00 | until tomorrow | until DAY]")
@pass_context
def pause_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """Show nothing for 2h, until 18:00, until tomorrow or until monday 08:00."""
    text = " ".join(words)
    with user_actions(context) as actions:
        end = context.now + BARE_PAUSE
        if text:
            end = parse_end(text, actions.calendar(), context.now, context.translator.input)
        actions.pause(context.now, end)
    context.print("did_pause", until=context.clock(end))


@click.command("resume")
@pass_context
def resume_command(context: CommandContext) -> None:
    """End a pause, or an evening closed with good-night."""
    with user_actions(context) as actions:
        actions.resume(context.now)
    context.print("did_resume")


@click.command("done")
@click.argument("reminder", required=False, shell_complete=reminder_names)
@pass_context
def done_command(context: CommandContext, reminder: str | None) -> None:
    """Mark the reminder that is open, or was shown last, as done."""
    with user_actions(context) as actions:
        delivery = actions.done(context.now, reminder)
    context.print("did_done", reminder=delivery.key.reminder)


@click.command("good-night")
@pass_context
def good_night_command(context: CommandContext) -> None:
    """Mark open reminders as done and show nothing more until you wake up."""
    with user_actions(context) as actions:
        day = actions.good_night(context.now)
    context.print("did_good_night", wake=context.clock(day.ends))


@click.command("undo")
@pass_context
def undo_command(context: CommandContext) -> None:
    """Undo your last action."""
    with user_actions(context) as actions:
        what = actions.undo(context.now)
    context.print("did_undo", what=context.translator.text(f"act_{what.replace('-', '_')}"))


@click.command("tonight")
@click.argument("words", nargs=-1, required=True, metavar="BEDTIME")
@pass_context
def tonight_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """Go to bed at another time this evening, such as 00:30."""
    text = " ".join(words)
    bedtime = parse_clock(text, context.translator.input)
    with user_actions(context) as actions:
        evening = actions.calendar().evening_half(bedtime, context.now)
        if evening is not None and not names_half(text):
            raise ValueRefused(
                "tonight_not_evening",
                found=clock_text(bedtime),
                evening=clock_text(evening),
                morning=f"{bedtime:%I:%M %p}".lower(),
            )
        day = actions.tonight(context.now, bedtime)
        outlook = context.outlook()
    moves = any(
        context.schedule.named(one.key.reminder).evening and one.key.care_day == day.date
        for one in outlook.until(day.ends)
    )
    key = "did_tonight" if moves else "did_tonight_alone"
    context.print(key, bedtime=context.clock(day.bedtime))


@click.command("try")
@click.argument("reminder", shell_complete=reminder_names)
@pass_context
def try_command(context: CommandContext, reminder: str) -> None:
    """Show a reminder now, to see how it looks. Needs the running service."""
    with user_actions(context) as actions, context.journal() as journal:
        actions.reminder(reminder)
        if not context.service_runs():
            raise NotRunning("not_running_to_try")
        if journal.routine_session() is not None:
            raise NothingToDo("trial_while_led")
        number = journal.request_trial(reminder, context.now)
        # The service sees the request at once, and the notifier answers soon or not at all.
        give_up = time.monotonic() + _TRIAL_SECONDS
        while (shown_by := journal.trial_answer(number)) is None:
            if time.monotonic() > give_up:
                journal.answer_trial(number, NOT_SHOWN)
                break
            time.sleep(_TRIAL_CHECK_SECONDS)
        service, status = read_status(journal), journal.trial_status(number)
    if not shown_by:
        raise DesktopError("trial_not_shown", reason=delivery_text(context.translator, status))
    context.print("did_try", reminder=reminder)
    can = capabilities_text(context.translator, service.capabilities)
    context.print("notifier_can", notifier=shown_by, capabilities=can)
    if draws_no_buttons(service.capabilities):
        context.print("notifier_no_buttons")
    context.print(
        f"shown_by_{service.why}", screen=context.translator.text(f"screen_{service.screen}")
    )


def _split_name(words: list[str], context: CommandContext) -> tuple[str | None, str]:
    """Split the name of a reminder from the end of a snooze that may follow it."""
    named = words and context.schedule.reminder(words[0]) is not None
    if not named and (not words or _begins_end(words[0], context.translator.input)):
        return None, " ".join(words)
    return words[0], " ".join(words[1:])


def _begins_end(word: str, words: TimeWords) -> bool:
    """Return whether the end of a snooze, valid or not, may begin with a word."""
    text = normalised(word)
    known = (*words.until, *words.during, *words.counts)
    # No name of a reminder begins with a digit.
    return text[:1].isdigit() or any(text == one.partition(" ")[0] for one in known)
