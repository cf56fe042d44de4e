"""Progress of a guided routine: its stage at an instant, and when it counts as lost."""

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
    """A guided routine that is running; instants are UTC.

    Attributes:
        key: The occurrence whose notification leads.
        routine: The routine, by its id.
        began: When it began.
        seen: Instant up to which its steps were shown.
    """

    key: Key
    routine: str
    began: datetime
    seen: datetime


@dataclass(frozen=True)
class Finished:
    """It has run to its end, and the closing words stay until an instant (UTC)."""

    until: datetime


def current_stage(
    session: RoutineSession, routine: Routine, now: datetime
) -> Stage | Finished | None:
    """Return the stage of a routine now (UTC).

    It goes by the clock, whether or not the service ran all the while. But where the next change
    came so late that nobody can have been led by it, as after a suspend, it is lost: None.
    """
    over = session.began + length_of(routine)
    here = stage_at(routine, session.seen - session.began)
    change = over + CLOSING if here is None else session.began + here.ends
    if now - change > UNATTENDED or session.seen - now > UNATTENDED:
        return None
    return stage_at(routine, now - session.began) or Finished(over + CLOSING)
