"""A guided stretch in the terminal: stretch."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.completion import routine_names
from nightcare.cli.main import INTERRUPTED
from nightcare.cli.output import echo, echo_text, print_json
from nightcare.cli.questions import prompt
from nightcare.cli.routine_display import RoutineClock, display_for, show_routine
from nightcare.cli.tips import language_option, translator_in, wrapped
from nightcare.domain.delivery import Active, Delivery, Held, foremost
from nightcare.domain.guidance import Guidance, Routine
from nightcare.domain.reminders import Topic
from nightcare.domain.routine import BUILT_IN, length_of, routine_named, routines, stages
from nightcare.domain.schedule import Schedule
from nightcare.engine.guided_routine import stage_words
from nightcare.engine.user_actions import UserActions
from nightcare.errors import StateError, ValueRefused, with_nearest
from nightcare.i18n.translator import Translator
from nightcare.journal.journal_files import FILE_NAME
from nightcare.streams import coloured

_TO_READ = timedelta(seconds=10)
"""The time to read the first step, if no key can be pressed."""


@click.command("stretch", cls=LocalisedCommand)
@click.argument("routine", required=False, shell_complete=routine_names)
@click.option("--list", "listed", is_flag=True)
@language_option
@json_option
@pass_context
def stretch_command(
    context: CommandContext,
    *,
    routine: str | None,
    listed: bool,
    language: str | None,
    as_json: bool,
) -> int:
    """Guide you through a stretch; Ctrl-C stops it.

    It needs no running service. At its end, an open stretching reminder is marked as done. After
    Ctrl-C nothing is recorded, and the exit code is 130.
    """
    translator = translator_in(context, language)
    schedule = context.lenient().schedule
    if not context.config_is_valid:
        echo_text(translator.text("stretch_built_in"), err=True)
    found = routines(translator.guidance.routines, schedule.routines)
    if as_json:
        print_json([_value(one) for one in found])
        return 0
    if listed:
        _list(found, translator)
        return 0
    chosen = find_routine(found, routine or schedule.stretch.routine or BUILT_IN[0])
    length = translator.length(length_of(chosen))
    echo(wrapped(translator.text("stretch_title", routine=chosen.name, length=length)))
    for line in cautions(chosen, translator):
        echo(wrapped(line))
    echo()
    took = guide(chosen, translator, dim=False)
    if took is None:
        return INTERRUPTED
    _mark_done(context, schedule, translator, context.now + took)
    return 0


def find_routine(found: Sequence[Routine], name: str) -> Routine:
    """Return the routine of that name.

    Raises:
        ValueRefused: There is no routine of that name.
    """
    chosen = routine_named(found, name)
    if chosen is None:
        names = [one.id for one in found]
        given: dict[str, object] = {"found": name, "known": ", ".join(names)}
        key, values = with_nearest("routine_unknown", name, names, given)
        raise ValueRefused(key, **values)
    return chosen


def guide(routine: Routine, translator: Translator, *, dim: bool) -> timedelta | None:
    """Guide through a routine; return the time since the call, or None if the user stopped it.

    Args:
        routine: The routine.
        translator: The user's language.
        dim: Whether to print dim, for the dark.
    """
    plain = not coloured(sys.stdout)
    style = functools.partial(click.style, dim=True) if dim and not plain else str
    clock: RoutineClock = time
    began = clock.monotonic()
    try:
        _get_ready(routine, translator, clock, style)
        with display_for(sys.stdout, translator, dim=dim, plain=plain) as display:
            show_routine(routine, display, clock)
        took: timedelta | None = timedelta(seconds=clock.monotonic() - began)
        said = f"{translator.text('led_done_body')} {translator.text('led_done_title')}."
    except KeyboardInterrupt:
        took, said = None, translator.text("stretch_stopped")
    echo(style(said))
    return took


def _get_ready(
    routine: Routine, translator: Translator, clock: RoutineClock, style: Callable[[str], str]
) -> None:
    """Print the first step; then wait for Enter, or for `_TO_READ` if no key can be pressed.

    Raises:
        KeyboardInterrupt: The user stopped it.
    """
    first = stages(routine)[0]
    echo(style(wrapped(f"{stage_words(first, translator)}: {first.step.text}")))
    echo()
    if sys.stdin.isatty() and sys.stdout.isatty():
        question = style(wrapped(translator.text("stretch_ready")))
        prompt(question, end="")
    else:
        echo(style(wrapped(translator.text("stretch_soon", length=translator.length(_TO_READ)))))
        clock.sleep(_TO_READ.total_seconds())


def cautions(routine: Routine, translator: Translator) -> list[str]:
    """Return the texts beside a stretch: its source, the origin of its durations, cautions."""
    guidance: Guidance = translator.guidance
    said = []
    if routine.section is not None:
        said.append(translator.text("source", source=f"{guidance.source}: {routine.section}"))
        said.append(translator.text("stretch_ours"))
    names = ("severe-and-persistent", "not-medical-advice")
    return [*said, *(guidance.on_professional(name).text for name in names)]


def _list(found: Sequence[Routine], translator: Translator) -> None:
    widest = max(len(one.id) for one in found)
    for one in found:
        said = translator.text(
            "stretch_listed", count=len(stages(one)), length=translator.length(length_of(one))
        )
        echo(f"{one.id:<{widest}}  {one.name} ({said})")
    echo()
    echo(wrapped(translator.text("stretch_ours")))


def _value(one: Routine) -> dict[str, object]:
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


def _mark_done(
    context: CommandContext, schedule: Schedule, translator: Translator, now: datetime
) -> None:
    """Mark the stretching reminder that is open, if any, as done now (UTC)."""
    if not (context.state / FILE_NAME).exists():
        return
    with suppress(StateError), context.journal() as journal:
        waiting = foremost(one for one in journal.unsettled() if _is_stretching(one, schedule))
        if waiting is not None:
            answers = UserActions(schedule, context.lenient().zone, journal)
            delivery = answers.done(now, waiting.key.reminder)
            title = schedule.title(delivery.key.reminder, translator.text)
            echo_text(translator.text("stretch_marked", reminder=title))


def _is_stretching(delivery: Delivery, schedule: Schedule) -> bool:
    known = schedule.reminder(delivery.key.reminder) is not None
    return (
        known and delivery.topic is Topic.STRETCHING and isinstance(delivery.state, Active | Held)
    )
