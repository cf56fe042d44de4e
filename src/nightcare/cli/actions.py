"""The actions of the user: snooze, pause, resume, done, skip, good-night, undo, tonight, try."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.completion import reminder_names, skip_words
from nightcare.cli.output import echo_text
from nightcare.cli.questions import prompt_yes
from nightcare.domain.history import NOT_SHOWN
from nightcare.domain.moments import clock_text, names_half, normalised, parse_clock
from nightcare.domain.schedule import BARE_PAUSE
from nightcare.domain.time_words import TimeWords
from nightcare.domain.until import parse_end
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.user_actions import UserActions
from nightcare.errors import DesktopError, NothingToDo, NotRunning, ValueRefused
from nightcare.i18n.plan_text import next_line, occurrence_text, occurrences_text
from nightcare.i18n.undo_text import elsewhere_values, undone_text

if TYPE_CHECKING:
    pass

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


@click.command("snooze", cls=LocalisedCommand)
@click.argument("words", nargs=-1, shell_complete=reminder_names)
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
        until = context.outlook().comes_at(delivery)
    if until is None:
        context.print("did_snooze_not_back", reminder=context.title(delivery.key.reminder))
    else:
        context.print(
            "did_snooze", reminder=context.title(delivery.key.reminder), until=context.clock(until)
        )


@click.command("pause", cls=LocalisedCommand)
@click.argument("words", nargs=-1)
@click.option("--yes", is_flag=True)
@pass_context
def pause_command(context: CommandContext, words: tuple[str, ...], *, yes: bool) -> int:
    """Show nothing for 2h, until 18:00, until tomorrow or until monday 08:00."""
    text = " ".join(words)
    with user_actions(context) as actions:
        end = context.now + BARE_PAUSE
        if text:
            end = parse_end(text, actions.calendar(), context.now, context.translator.input)
        longer = actions.pause(context.now, end, may_shorten=yes)
        if longer is not None:
            until: dict[str, Any] = {"until": context.clock(end), "longer": context.clock(longer)}
            if not sys.stdin.isatty():
                raise ValueRefused("pause_would_shorten", **until)
            question = context.translator.text("pause_shortens", **until)
            if not prompt_yes(context.translator, question, default=False):
                context.print("pause_kept", **until)
                return 1
            actions.pause(context.now, end)
    context.print("did_pause", until=context.clock(end))
    return 0


@click.command("resume", cls=LocalisedCommand)
@pass_context
def resume_command(context: CommandContext) -> None:
    """End a pause, or an evening closed with good-night."""
    with user_actions(context) as actions:
        actions.resume(context.now)
    context.print("did_resume")


@click.command("done", cls=LocalisedCommand)
@click.argument("reminder", required=False, shell_complete=reminder_names)
@click.option("--next", "ahead", is_flag=True)
@pass_context
def done_command(context: CommandContext, reminder: str | None, *, ahead: bool) -> None:
    """Mark the reminder that is open, or was shown last, as done; shortly before, the next one."""
    with user_actions(context) as actions:
        try:
            name = None if reminder is None else context.typed_reminder(reminder)
            delivery = actions.done(context.now, name, ahead=ahead)
        except NothingToDo as error:
            raise _with_clocks(error, context) from error
        outlook = context.outlook()
    if delivery.answered_ahead:
        due = context.clock(delivery.occurrence.due)
        context.print("did_done_ahead", reminder=context.title(delivery.key.reminder), due=due)
        echo_text(next_line(outlook.next(), outlook, context.translator))
    else:
        context.print("did_done", reminder=context.title(delivery.key.reminder))


def _with_clocks(error: NothingToDo, context: CommandContext) -> NothingToDo:
    """Return an error with its instants (UTC) as text."""
    values = {
        name: context.clock(value) if isinstance(value, datetime) else value
        for name, value in error.values.items()
    }
    return NothingToDo(error.key, **values)


@click.command("skip", cls=LocalisedCommand)
@click.argument("words", nargs=-1, shell_complete=skip_words)
@pass_context
def skip_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """Skip the open reminder, the next one, or all that are left today."""
    name, span = _skip_of(" ".join(words).split(), context)
    with user_actions(context) as actions:
        skipped = actions.skip(context.now, name, span)
        outlook = context.outlook()
    occurrences = [one.occurrence for one in skipped]
    if span is SkipSpan.TODAY:
        context.print(
            "did_skip_today", what=occurrences_text(occurrences, outlook, context.translator)
        )
    else:
        (one,) = occurrences
        what = occurrence_text(one, outlook, context.translator)
        context.print("did_skip", what=what)
    echo_text(next_line(outlook.next(), outlook, context.translator))


def _skip_of(words: list[str], context: CommandContext) -> tuple[str | None, SkipSpan]:
    """Return the reminder and the span that the words of a skip name.

    Raises:
        ValueRefused: There is no reminder of that name, or the words after it are none of these.
    """
    if not words:
        return None, SkipSpan.ONE
    typed = context.translator.input
    spans = {word: SkipSpan.TODAY for word, away in typed.near.items() if away == 0}
    spans |= dict.fromkeys(typed.next, SkipSpan.NEXT)
    words = [context.typed_reminder(words[0]), *words[1:]]
    named = context.schedule.reminder(words[0]) is not None
    if not named and (span := spans.get(normalised(" ".join(words)))) is not None:
        return None, span
    name, rest = words[0], words[1:]
    if rest and normalised(" ".join(rest)) not in spans:
        example = next((one.name for one in context.schedule.reminders), "water")
        raise ValueRefused("skip_not_understood", found=" ".join(words), known=example)
    return name, spans[normalised(" ".join(rest))] if rest else SkipSpan.ONE


@click.command("good-night", cls=LocalisedCommand)
@pass_context
def good_night_command(context: CommandContext) -> None:
    """Mark open reminders as done and show nothing more until you wake up."""
    with user_actions(context) as actions:
        day = actions.good_night(context.now)
    context.print("did_good_night", wake=context.clock(day.ends))


@click.command("undo", cls=LocalisedCommand)
@pass_context
def undo_command(context: CommandContext) -> None:
    """Undo your last action."""
    from nightcare.domain.shared_acts import last_answered_elsewhere  # noqa: PLC0415 - only here

    with context.journal() as journal:
        last, before = journal.last_action(), context.outlook()
        since = None if last is None else last.at
        later = last_answered_elsewhere(before.deliveries, since, context.now)
        names = journal.shared.computer_names() if later is not None else {}
        values: dict[str, Any] | None = None
        if later is not None:
            values = elsewhere_values(later, names, before, context.translator)
        if last is None and values is not None:
            raise NothingToDo("nothing_to_undo_here", **values)
        action = UserActions(context.schedule, context.zone, journal).undo(context.now)
        outlook = context.outlook()
    echo_text(undone_text(action, outlook, context.translator))
    if values is not None:
        context.print("undo_elsewhere", **values)


@click.command("tonight", cls=LocalisedCommand)
@click.argument("words", nargs=-1, required=True)
@pass_context
def tonight_command(context: CommandContext, words: tuple[str, ...]) -> None:
    """Go to bed at another time this evening, such as 00:30."""
    text = " ".join(words)
    bedtime = parse_clock(text, context.translator.input)
    with user_actions(context) as actions:
        evening = actions.calendar().evening_half(bedtime, context.now)
        if evening is not None and not names_half(text, context.translator.input):
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


@click.command("try", cls=LocalisedCommand)
@click.argument("reminder", shell_complete=reminder_names)
@pass_context
def try_command(context: CommandContext, reminder: str) -> None:
    """Show a reminder now, to see how it looks. Needs the running service."""
    # The other actions do not wait for these to be loaded.
    from nightcare.i18n.event_log import capabilities_text, draws_no_buttons  # noqa: PLC0415
    from nightcare.journal.service_status import read_status  # noqa: PLC0415

    reminder = context.typed_reminder(reminder)
    with user_actions(context) as actions, context.journal() as journal:
        actions.reminder(reminder)
        if not context.service_runs():
            raise NotRunning("not_running_to_try")
        if journal.routine_session() is not None:
            raise NothingToDo("trial_while_led")
        number = journal.request_trial(reminder, context.now)
        # The service reads the request at once, and the notifier answers soon or not at all.
        give_up = time.monotonic() + _TRIAL_SECONDS
        while (shown_by := journal.trial_answer(number)) is None:
            if time.monotonic() > give_up:
                journal.answer_trial(number, NOT_SHOWN)
                break
            time.sleep(_TRIAL_CHECK_SECONDS)
        service, status = read_status(journal), journal.trial_status(number)
    if not shown_by:
        raise DesktopError(
            "trial_not_shown", reason=context.translator.text(f"delivery_{status.word}")
        )
    context.print("did_try", reminder=context.title(reminder))
    can = capabilities_text(context.translator, service.capabilities)
    context.print("notifier_can", notifier=shown_by, capabilities=can)
    if draws_no_buttons(service.capabilities):
        context.print("notifier_no_buttons")
    context.print(
        f"shown_by_{service.why}", screen=context.translator.text(f"screen_{service.screen}")
    )


def _split_name(words: list[str], context: CommandContext) -> tuple[str | None, str]:
    """Split the name of a reminder from the end of a snooze that may follow it."""
    words = [context.typed_reminder(one) for one in words[:1]] + words[1:]
    named = words and context.schedule.reminder(words[0]) is not None
    if not named and (not words or _begins_end(words[0], context.translator.input)):
        return None, " ".join(words)
    return words[0], " ".join(words[1:])


def _begins_end(word: str, words: TimeWords) -> bool:
    """Return whether a word may begin the end of a snooze, valid or not."""
    text = normalised(word)
    known = (*words.until, *words.during, *words.counts)
    # No name of a reminder begins with a digit.
    return text[:1].isdigit() or any(text == one.partition(" ")[0] for one in known)
