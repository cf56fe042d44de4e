"""The routines, and the step of a routine at a time after the start.

Lengths and repeats are nightcare's own, or the person's; the guidance gives none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightcare.domain.guidance import Routine, RoutineStep, Side
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import RoutineRule
from nightcare.domain.suppression import CLOSING, UNATTENDED

BUILT_IN = ("calf", "quick", "resting")
"""The routines that the catalogue has, by their ids."""


def routines(ours: Iterable[Routine], rules: Sequence[RoutineRule]) -> tuple[Routine, ...]:
    """Return all routines: the built-in ones as configured, then the person's own."""
    known = {one.id: one for one in ours}
    changed = {rule.id: _as_wanted(rule, known.get(rule.id)) for rule in rules}
    return tuple({**known, **changed}.values())


def routine_named(found: Iterable[Routine], name: str) -> Routine | None:
    """Return the routine of an id; None without one."""
    return next((one for one in found if one.id == name), None)


def _as_wanted(rule: RoutineRule, ours: Routine | None) -> Routine:
    if rule.steps or ours is None:
        return Routine(rule.id, rule.name or rule.id, None, rule.steps, rule.repeats)
    steps = ours.steps
    if rule.seconds is not None:
        steps = tuple(replace(step, seconds=rule.seconds) for step in steps)
    return replace(ours, name=rule.name or ours.name, steps=steps, repeats=rule.repeats)


@dataclass(frozen=True)
class Stage:
    """One showing of a step, on one side.

    Attributes:
        step: The step.
        side: The leg that it is for this time; None for no leg in particular.
        number: Its number among all stages, from 1.
        of: The number of all stages.
        time: The number of this step on this side, from 1.
        times: The number of times that the step comes on this side.
        begins: Its begin, from the start of the routine.
        ends: The begin of the next one, or the end of the routine.
        whole: The length of the routine.
    """

    step: RoutineStep
    side: Side | None
    number: int
    of: int
    time: int
    times: int
    begins: timedelta
    ends: timedelta
    whole: timedelta

    @property
    def progress(self) -> int:
        """The part of the routine that is over when the stage begins, 0 to 100."""
        return round(100 * (self.begins / self.whole))


def stages(routine: Routine) -> tuple[Stage, ...]:
    """Return all stages in order: each side in turn, each step and round as configured."""
    made = list(_in_order(routine))
    whole = timedelta(seconds=sum(step.seconds for step, _ in made))
    times = Counter(made)
    so_far: Counter[tuple[RoutineStep, Side | None]] = Counter()
    found = []
    begins = timedelta()
    for number, (step, side) in enumerate(made, 1):
        so_far[step, side] += 1
        ends = begins + timedelta(seconds=step.seconds)
        time = so_far[step, side]
        found.append(
            Stage(step, side, number, len(made), time, times[step, side], begins, ends, whole)
        )
        begins = ends
    return tuple(found)


def stage_at(routine: Routine, elapsed: timedelta) -> Stage | None:
    """Return the stage at a time after the start; None once the routine is over."""
    return next((stage for stage in stages(routine) if elapsed < stage.ends), None)


def length_of(routine: Routine) -> timedelta:
    """Return the length of the whole routine."""
    return stages(routine)[-1].ends


def _in_order(routine: Routine) -> Iterator[tuple[RoutineStep, Side | None]]:
    for _ in range(routine.repeats):
        for step in routine.steps:
            for _ in range(step.repeats):
                for side in step.sides or (None,):
                    yield step, side


@dataclass(frozen=True)
class RoutineSession:
    """A guided routine that is running; instants are UTC.

    Attributes:
        key: The occurrence whose notification shows it.
        routine: The id of the routine.
        began: Its start.
        seen: The instant up to which its steps were shown.
    """

    key: Key
    routine: str
    began: datetime
    seen: datetime


@dataclass(frozen=True)
class Finished:
    """The end of a routine, whose closing words stay until an instant (UTC)."""

    until: datetime


def current_stage(
    session: RoutineSession, routine: Routine, now: datetime
) -> Stage | Finished | None:
    """Return the stage of a routine now (UTC).

    It depends on the clock alone, whether or not the service ran meanwhile. It is None if the next
    change came too late for the person to follow, as after a suspend.
    """
    over = session.began + length_of(routine)
    here = stage_at(routine, session.seen - session.began)
    change = over + CLOSING if here is None else session.began + here.ends
    if now - change > UNATTENDED or session.seen - now > UNATTENDED:
        return None
    return stage_at(routine, now - session.began) or Finished(over + CLOSING)
