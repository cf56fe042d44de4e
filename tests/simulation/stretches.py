"""The promise that nothing interrupts a routine, and that one that runs to its end is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Outcome
from nightcare.domain.reminders import Key
from nightcare.domain.routine import length_of, routine_named, routines

if TYPE_CHECKING:
    from simulation.world import World


@dataclass(frozen=True)
class _Begun:
    """A routine that was begun with Start, and when it runs to its end (UTC)."""

    key: Key
    ends: datetime


class Stretches:
    """The watch over the routine under way."""

    def __init__(self) -> None:
        self._begun: _Begun | None = None

    def acted(self, world: World) -> None:
        """Take note that something was done that may begin, stop or prolong a routine."""
        led = world.journal.routine_session()
        delivery = None if led is None else world.journal.delivery(led.key)
        if led is None or delivery is None or not isinstance(delivery.state, Active):
            self._begun = None
            return
        found = routines(world.translator.guidance.routines, world.schedule.routines)
        routine = routine_named(found, led.routine)
        assert routine is not None
        self._begun = _Begun(led.key, led.began + length_of(routine))

    def check(self, world: World) -> None:
        """Check the routine under way after an alarm."""
        begun = self._begun
        if begun is None:
            return
        delivery = world.journal.delivery(begun.key)
        assert delivery is not None
        if world.now < begun.ends:
            if world.journal.routine_session() is None or not isinstance(delivery.state, Active):
                world.fail(f"interrupted: {delivery}")
        else:
            self._begun = None
            if delivery.state != Closed(Outcome.DONE, begun.ends):
                world.fail(f"ran to its end, and is {delivery}")
