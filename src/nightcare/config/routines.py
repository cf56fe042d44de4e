"""Routines: what the tables say of them, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches

from nightcare.config.locations import Path
from nightcare.config.model import Config, StepTable
from nightcare.domain.guidance import Routine, RoutineStep, Side
from nightcare.domain.moments import length_text
from nightcare.domain.reminders import Topic
from nightcare.domain.routine import BUILT_IN, RoutineRule, length_of
from nightcare.errors import Diagnostic

_SECONDS = 20
"""How long a step of one's own takes where nothing says so."""

_LONGEST = timedelta(hours=1)
_LONGEST_NAME = 40

_SIDES = {
    None: (),
    "left": (Side.LEFT,),
    "right": (Side.RIGHT,),
    "each": (Side.LEFT, Side.RIGHT),
}


def routine_rules(config: Config) -> tuple[RoutineRule, ...]:
    """What the tables say of routines."""
    return tuple(
        RoutineRule(
            name,
            table.name,
            table.seconds,
            table.repeats,
            tuple(
                _step(number, step, table.seconds or _SECONDS)
                for number, step in enumerate(table.steps or (), 1)
            ),
        )
        for name, table in config.routines.items()
    )


def _step(number: int, table: StepTable, usual: int) -> RoutineStep:
    seconds = table.seconds or usual
    return RoutineStep(str(number), table.text, seconds, _SIDES[table.side], table.repeats)


def routine_mistakes(config: Config) -> Iterator[Diagnostic]:
    """Routines that nobody could be led through."""
    for rule in routine_rules(config):
        where = ("routines", rule.id)
        yield from _name_mistakes(where, rule.id)
        if not rule.steps and rule.id not in BUILT_IN:
            yield _without_steps(where)
        if rule.steps:
            whole = length_of(Routine(rule.id, "", None, rule.steps, rule.repeats))
            if whole > _LONGEST:
                values: dict[str, object] = {"found": length_text(whole)}
                yield Diagnostic(where, "routine_too_long", values)


def _name_mistakes(where: Path, name: str) -> Iterator[Diagnostic]:
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isalnum() and name[0].isalpha()):
        yield Diagnostic(where, "routine_name_wrong", {"found": name})
    elif len(name) > _LONGEST_NAME:
        values: dict[str, object] = {"found": len(name), "most": _LONGEST_NAME}
        yield Diagnostic(where, "routine_name_too_long", values)


def _without_steps(where: Path) -> Diagnostic:
    """A routine that is not ours has steps; its name may be one of ours, misspelt."""
    nearest = get_close_matches(str(where[-1]).lower(), BUILT_IN, n=1)
    if nearest:
        return Diagnostic(where, "routine_steps_missing_but", {"nearest": nearest[0]})
    return Diagnostic(where, "routine_steps_missing", {})


def unknown_routines(config: Config) -> Iterator[Diagnostic]:
    """Routines that are named and that there are not; and some that nobody is led through."""
    if isinstance(config.stretch.routine, str):
        yield from _unknown(("stretch", "routine"), config.stretch.routine, config)
    for name, table in config.reminders.items():
        where = ("reminders", name, "routine")
        if not isinstance(table.routine, str):
            continue
        if table.topic is not Topic.STRETCHING:
            against = ("reminders", name, "topic")
            yield Diagnostic(where, "routine_without_stretch", {}, against=against)
        else:
            yield from _unknown(where, table.routine, config)


def _unknown(where: Path, found: str, config: Config) -> Iterator[Diagnostic]:
    known = list(dict.fromkeys((*BUILT_IN, *config.routines)))
    if found in known:
        return
    nearest = get_close_matches(found.lower(), known, n=1)
    values: dict[str, object] = {"found": found, "allowed": known}
    if nearest:
        yield Diagnostic(where, "routine_unknown_but", {**values, "nearest": nearest[0]})
    else:
        yield Diagnostic(where, "routine_unknown", values)
