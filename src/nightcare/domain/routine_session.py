"""Being led through a routine: where it stands at an instant, and when it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.guidance import Routine
from nightcare.domain.reminders import Key
from nightcare.domain.routine import Stage, length_of, stage_at

UNATTENDED = timedelta(seconds=30)
"""Later than this with a change, or set back by more, nobody has been led any more."""

CLOSING = timedelta(seconds=8)
"""The time for which the closing words stay."""


@dataclass(frozen=True)
class RoutineSession:
    """A routine that the person is being led through; instants are UTC.

    Attributes:
        key: The occurrence whose notification leads.
        routine: The routine, by its id.
        began: When it began.
        seen: Up to when it has been led.
    """

    key: Key
    routine: str
    began: datetime
    seen: datetime


@dataclass(frozen=True)
class Finished:
    """It has run to its end, and the closing words stay until an instant (UTC)."""

    until: datetime


def whereabouts(led: RoutineSession, routine: Routine, now: datetime) -> Stage | Finished | None:
    """Return the stage of a routine now (UTC).

    It goes by the clock, whether or not the service ran all the while. But where the next change
    came so late that nobody can have been led by it, as after a suspend, it is lost: None.
    """
    over = led.began + length_of(routine)
    here = stage_at(routine, led.seen - led.began)
    change = over + CLOSING if here is None else led.began + here.ends
    if now - change > UNATTENDED or led.seen - now > UNATTENDED:
        return None
    return stage_at(routine, now - led.began) or Finished(over + CLOSING)
