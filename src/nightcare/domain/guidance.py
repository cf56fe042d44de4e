"""The guidance: tips, routines, statements, and the choice of the next tip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nightcare.domain.care_day import CareDay
from nightcare.domain.reminders import Topic

_MORNING = timedelta(hours=4)
_EVENING = timedelta(hours=3)


class PartOfDay(StrEnum):
    """The moment of day that a tip suits."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"
    ANY = "any"


@dataclass(frozen=True)
class Tip:
    """One short, actionable text, and the section of the guidance it rests on."""

    id: str
    topic: Topic
    moment: PartOfDay
    section: str
    text: str


class Side(StrEnum):
    """The leg that a step is for."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class RoutineStep:
    """One step of a routine.

    Attributes:
        id: Its name within the routine.
        text: What to do.
        seconds: The length each time, on each side.
        sides: The legs that it is for, in their order; none if it is for no leg in particular.
        repeats: The number of times in a row.
    """

    id: str
    text: str
    seconds: int
    sides: tuple[Side, ...] = ()
    repeats: int = 1


@dataclass(frozen=True)
class Routine:
    """A guided stretch: timed steps in order.

    Attributes:
        id: Its name in the config.
        name: Its name for a person.
        section: The section of the guidance it rests on; None for one of the person's own.
        steps: The steps, at least one.
        repeats: The number of times that all steps are done.
    """

    id: str
    name: str
    section: str | None
    steps: tuple[RoutineStep, ...]
    repeats: int = 1


@dataclass(frozen=True)
class Advice:
    """A statement of the guidance that is no tip: a relief step, a cause, when to see somebody."""

    id: str
    section: str
    text: str


@dataclass(frozen=True)
class Guidance:
    """All health texts in one language.

    Attributes:
        source: Its source: the site and the title.
    """

    source: str
    tips: tuple[Tip, ...]
    routines: tuple[Routine, ...]
    relief: tuple[Advice, ...]
    causes: tuple[Advice, ...]
    professional: tuple[Advice, ...]

    def on_professional(self, name: str) -> Advice:
        """Return the statement of an id about when to see a professional."""
        return next(one for one in self.professional if one.id == name)

    def tip(self, tip_id: str) -> Tip | None:
        """Return the tip of an id; None where this version has none."""
        return next((tip for tip in self.tips if tip.id == tip_id), None)


def part_of_day(now: datetime, day: CareDay) -> PartOfDay:
    """Return the part of the care day: its first four hours, its last three, or the middle."""
    if now >= day.bedtime - _EVENING:
        return PartOfDay.EVENING
    if now < day.wake + _MORNING:
        return PartOfDay.MORNING
    return PartOfDay.DAY


def suited_tips(tips: Iterable[Tip], topic: Topic, moment: PartOfDay) -> list[Tip]:
    """Return the tips of a topic that suit a part of the day, or all of the topic if none does."""
    of_topic = [tip for tip in tips if tip.topic is topic]
    return [tip for tip in of_topic if tip.moment in (moment, PartOfDay.ANY)] or of_topic


def next_tip(
    tips: Sequence[Tip], topic: Topic, moment: PartOfDay, last_shown: Mapping[str, int]
) -> Tip | None:
    """Return the next tip: one never shown, else the one shown longest ago.

    So no tip comes again before the others of its topic and moment.

    Args:
        tips: All tips.
        topic: The topic of the reminder.
        moment: The present moment of the day.
        last_shown: For each tip that was ever shown a number that grows with each showing.
    """
    suited = suited_tips(tips, topic, moment)
    return min(suited, key=lambda tip: last_shown.get(tip.id, -1), default=None)
