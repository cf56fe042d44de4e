"""Answering: snooze, pause, resume, done, good-night, undo, tonight, try."""

from __future__ import annotations

import time
from typing import Any

from nightcare.cli.command_context import CommandContext
from nightcare.cli.completion import reminder_names
from nightcare.cli.declaring import argument, command
from nightcare.cli.output import echo
from nightcare.domain.moments import clock_text
from nightcare.domain.schedule import BARE_PAUSE
from nightcare.domain.time_parser import TimeWords, names_half, normalised, parse_clock
from nightcare.domain.until import parse_end
from nightcare.engine.display import NOT_SHOWN
from nightcare.engine.outlook_reader import read_outlook
from nightcare.errors import DesktopError, NothingToDo, NotRunning, ValueRefused
from nightcare.i18n.event_log import capabilities_text, delivery_text, draws_no_buttons
from nightcare.journal.store import SERVICE_NOTE

_TRIAL_SECONDS = 10.0
_LOOK_EVERY = 0.05


@command("snooze", help="Show what is open again later: for 10m, 1h30m, or until 21:00.")
@argument(
    "words", nargs=-1, metavar="[REMINDER] [10m | until 21:00]", shell_complete=reminder_names
)
def snooze_command(person: CommandContext, *, words: tuple[str, ...]) -> None:
    """Show what is open again later."""
    # Somebody may have put quotes around several words.
    name, rest = _name_first(" ".join(words).split(), person)
    with person.journal() as journal:
        answers = person.answers(journal)
        input_words = person.words.input
        end = parse_end(rest, answers.calendar(), person.now, input_words) if rest else None
        course = answers.snooze(person.now, name, end)
        until = read_outlook(person.schedule, answers.calendar(), journal, person.now).comes(course)
    reminder = course.key.reminder
    if until is None:
        echo(person.words.say("did_snooze_not_back", reminder=reminder))
    else:
        echo(person.words.say("did_snooze", reminder=reminder, until=person.clock(until)))


@command("pause", help="Show nothing for 2h, until 18:00, until tomorrow or until monday 08:00.")
@argument("words", nargs=-1, metavar="[2h | until 18:00 | until tomorrow | until DAY]")
def pause_command(person: CommandContext, *, words: tuple[str, ...]) -> None:
    """Show nothing for a while."""
    with person.journal() as journal:
        answers = person.answers(journal)
        said = " ".join(words)
        end = person.now + BARE_PAUSE
        if said:
            end = parse_end(said, answers.calendar(), person.now, person.words.input)
        answers.pause(person.now, end)
    echo(person.words.say("did_pause", until=person.clock(end)))


@command("resume", help="End a pause, or an evening closed with good-night.")
def resume_command(person: CommandContext) -> None:
    """End a pause, or an evening closed with good-night."""
    with person.journal() as journal:
        person.answers(journal).resume(person.now)
    echo(person.words.say("did_resume"))


@command("done", help="Answer what is open, or was shown last, as done.")
@argument("reminder", required=False, shell_complete=reminder_names)
def done_command(person: CommandContext, *, reminder: str | None) -> None:
    """Answer what is open, or was shown last, as done."""
    with person.journal() as journal:
        course = person.answers(journal).done(person.now, reminder)
    echo(person.words.say("did_done", reminder=course.key.reminder))


@command("good-night", help="Answer what is open and show nothing more until you wake up.")
def good_night_command(person: CommandContext) -> None:
    """Answer what is open and show nothing more until the next wake-up."""
    with person.journal() as journal:
        day = person.answers(journal).good_night(person.now)
    echo(person.words.say("did_good_night", wake=person.clock(day.ends)))


@command("undo", help="Take back the last answer.")
def undo_command(person: CommandContext) -> None:
    """Take back the last answer."""
    with person.journal() as journal:
        what = person.answers(journal).undo(person.now)
    echo(person.words.say("did_undo", what=person.words.say(f"act_{what.replace('-', '_')}")))


@command("tonight", help="Go to bed at another time this evening, such as 00:30.")
@argument("words", nargs=-1, required=True, metavar="BEDTIME")
def tonight_command(person: CommandContext, *, words: tuple[str, ...]) -> None:
    """Go to bed at another time this evening."""
    said = " ".join(words)
    bedtime = parse_clock(said, person.words.input)
    with person.journal() as journal:
        answers = person.answers(journal)
        evening = answers.calendar().evening_half(bedtime, person.now)
        if evening is not None and not names_half(said):
            raise ValueRefused(
                "tonight_not_evening",
                found=clock_text(bedtime),
                evening=clock_text(evening),
                morning=f"{bedtime:%I:%M %p}".lower(),
            )
        day = answers.tonight(person.now, bedtime)
        outlook = read_outlook(person.schedule, answers.calendar(), journal, person.now)
    moves = any(
        person.schedule.named(one.key.reminder).evening and one.key.care_day == day.date
        for one in outlook.until(day.ends)
    )
    key = "did_tonight" if moves else "did_tonight_alone"
    echo(person.words.say(key, bedtime=person.clock(day.bedtime)))


@command("try", help="Show a reminder now, to see how it looks. Needs the running service.")
@argument("reminder", shell_complete=reminder_names)
def try_command(person: CommandContext, *, reminder: str) -> None:
    """Show a reminder now, to see how it looks."""
    with person.journal() as journal:
        person.answers(journal).reminder(reminder)
        if not person.service_runs():
            raise NotRunning("not_running_to_try")
        if journal.routine_session() is not None:
            raise NothingToDo("trial_while_led")
        number = journal.request_trial(reminder, person.now)
        # The service sees the request at once, and the notifier answers soon or not at all.
        give_up = time.monotonic() + _TRIAL_SECONDS
        while (shown_by := journal.trial_answer(number)) is None:
            if time.monotonic() > give_up:
                journal.answer_trial(number, NOT_SHOWN)
                break
            time.sleep(_LOOK_EVERY)
        note: dict[str, Any] = journal.read_note(SERVICE_NOTE)
        delivery = journal.trial_status(number)
    if not shown_by:
        raise DesktopError("trial_not_shown", reason=delivery_text(person.words, delivery))
    echo(person.words.say("did_try", reminder=reminder))
    can = capabilities_text(person.words, note["capabilities"])
    echo(person.words.say("notifier_can", notifier=shown_by, capabilities=can))
    if draws_no_buttons(note["capabilities"]):
        echo(person.words.say("notifier_no_buttons"))
    screen = person.words.say(f"screen_{note['screen']}")
    echo(person.words.say(f"shown_by_{note['why']}", screen=screen))


def _name_first(words: list[str], person: CommandContext) -> tuple[str | None, str]:
    """Part a reminder's name from the end that may follow it."""
    named = words and person.schedule.reminder(words[0]) is not None
    if not named and (not words or _begins_an_end(words[0], person.words.input)):
        return None, " ".join(words)
    return words[0], " ".join(words[1:])


def _begins_an_end(word: str, words: TimeWords) -> bool:
    """Return whether a word is one that the end of a snooze begins with, right or wrong."""
    said = normalised(word)
    known = (*words.until, *words.during, *words.counts)
    # No name of a reminder begins with a digit.
    return said[:1].isdigit() or any(said == one.partition(" ")[0] for one in known)
