"""Stretching in the terminal: stretch."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches

from nightcare.cli import BROKEN_OFF
from nightcare.cli.command_context import CommandContext
from nightcare.cli.completion import routine_names
from nightcare.cli.declaring import argument, as_json, command, one_of, option
from nightcare.cli.output import echo, say_json
from nightcare.cli.routine_display import Ticking, display_for, lead
from nightcare.cli.tips import advice, wrapped
from nightcare.desktop.time_zone import zone
from nightcare.domain.delivery import Active, Delivery, Held
from nightcare.domain.guidance import Guidance, Routine
from nightcare.domain.reminders import Topic
from nightcare.domain.routine import BUILT_IN, length_of, routine_named, routines, stages
from nightcare.domain.schedule import Schedule
from nightcare.engine.user_actions import UserActions
from nightcare.errors import StateError, ValueRefused
from nightcare.i18n.translator import Translator, read_words
from nightcare.journal.database import FILE_NAME
from nightcare.languages import languages

_HELP = """Be led through a stretch; Ctrl-C stops it.

It needs no running service. At its end a stretching reminder that is open is done. Stopped with
Ctrl-C, nothing is recorded and the exit code is 130.
"""


@command("stretch", help=_HELP)
@argument("routine", required=False, shell_complete=routine_names)
@option("--list", "listed", is_flag=True, help="Say which routines there are.")
@option("--language", type=one_of(languages()), help="Another language than yours.")
@as_json
def stretch_command(
    person: CommandContext,
    *,
    routine: str | None,
    listed: bool,
    language: str | None,
    for_program: bool,
) -> int:
    """Be led through a stretch."""
    words = person.any_words if language is None else read_words(language)
    schedule = person.any_schedule
    if not person.config_is_right:
        echo(words.say("stretch_built_in"), err=True)
    found = routines(words.guidance.routines, schedule.routines)
    if for_program:
        say_json([_record(one) for one in found])
        return 0
    if listed:
        _list(found, words)
        return 0
    chosen = named(found, routine or schedule.stretch.routine or BUILT_IN[0])
    echo(words.say("stretch_title", routine=chosen.name, length=words.length(length_of(chosen))))
    for line in cautions(chosen, words):
        echo(wrapped(line))
    echo()
    took = go_through(chosen, words, dim=False)
    if took is None:
        return BROKEN_OFF
    _mark(person, schedule, words, person.now + took)
    return 0


def named(found: Sequence[Routine], name: str) -> Routine:
    """The routine of that name.

    Raises:
        ValueRefused: There is none.
    """
    chosen = routine_named(found, name)
    if chosen is None:
        names = [one.id for one in found]
        close = get_close_matches(name.lower(), names, n=1)
        raise ValueRefused(
            "routine_unknown_but" if close else "routine_unknown",
            found=name,
            nearest=close[0] if close else "",
            known=", ".join(names),
        )
    return chosen


def go_through(routine: Routine, words: Translator, *, dim: bool) -> timedelta | None:
    """Lead through a routine; returns how long it took, or None where the person stopped it.

    Args:
        routine: The routine.
        words: The person's language.
        dim: Whether it is for the dark.
    """
    plain = bool(os.environ.get("NO_COLOR"))
    try:
        with display_for(sys.stdout, words, dim=dim, plain=plain) as display:
            took: timedelta | None = lead(routine, display, Ticking())
        said = f"{words.say('led_done_body')} {words.say('led_done_title')}."
    except KeyboardInterrupt:
        took, said = None, words.say("stretch_stopped")
    if dim and not plain and sys.stdout.isatty():
        from click import style  # noqa: PLC0415 - see nightcare.cli.declaring

        said = style(said, dim=True)
    echo(said)
    return took


def cautions(routine: Routine, words: Translator) -> list[str]:
    """What belongs beside a stretch: where it is from, whose the lengths are, and the caution."""
    guidance: Guidance = words.guidance
    said = []
    if routine.section is not None:
        said.append(words.say("source", source=f"{guidance.source}: {routine.section}"))
        said.append(words.say("stretch_ours"))
    said.append(advice(guidance.professional, "severe-and-persistent"))
    said.append(advice(guidance.professional, "not-medical-advice"))
    return said


def _list(found: Sequence[Routine], words: Translator) -> None:
    widest = max(len(one.id) for one in found)
    for one in found:
        said = words.say(
            "stretch_listed", count=len(stages(one)), length=words.length(length_of(one))
        )
        echo(f"{one.id:<{widest}}  {one.name} ({said})")
    echo()
    echo(wrapped(words.say("stretch_ours")))


def _record(one: Routine) -> dict[str, object]:
    return {
        "routine": one.id,
        "name": one.name,
        "section": one.section,
        "seconds": int(length_of(one).total_seconds()),
        "steps": [
            {"text": stage.step.text, "side": stage.side, "seconds": stage.step.seconds}
            for stage in stages(one)
        ],
    }


def _mark(person: CommandContext, schedule: Schedule, words: Translator, now: datetime) -> None:
    """Answer the stretching reminder that is open, if there is one, as done now (UTC)."""
    if not (person.state / FILE_NAME).exists():
        return
    with suppress(StateError), person.journal() as journal:
        waiting = [one for one in journal.unsettled() if _asks(one, schedule)]
        if waiting:
            answers = UserActions(schedule, zone(schedule.zone), journal)
            course = answers.done(now, waiting[-1].key.reminder)
            echo(words.say("stretch_marked", reminder=course.key.reminder))


def _asks(course: Delivery, schedule: Schedule) -> bool:
    known = schedule.reminder(course.key.reminder) is not None
    return known and course.topic is Topic.STRETCHING and isinstance(course.state, Active | Held)
