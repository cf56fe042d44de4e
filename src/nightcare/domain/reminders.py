"""A reminder, and the occurrences it has on a care day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from nightcare.domain.care_day import Calendar, CareDay
from nightcare.domain.moments import Anchor, Moment, Relative
from nightcare.domain.reasons import Condition

_LONGEST_GAP = timedelta(hours=25)
"""The longest gap of a clock change, by which a cron time may move forward."""

_A_SECOND = timedelta(seconds=1)


class Topic(StrEnum):
    """The topic of a reminder, by the sections of the guidance."""

    HYDRATION = "hydration"
    STRETCHING = "stretching"
    BLANKET = "blanket"
    NUTRITION = "nutrition"
    EXERCISE = "exercise"
    PACING = "pacing"
    SLEEP = "sleep"


class Urgency(StrEnum):
    """The urgency levels of the Desktop Notifications Specification."""

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class WhenBusy(StrEnum):
    """The rule for a reminder while a condition holds."""

    HOLD = "hold"
    SHOW = "show"


QuietRules = Mapping[Condition, WhenBusy]
"""The rule for a reminder while each condition holds."""


@dataclass(frozen=True)
class At:
    """A timing at moments of the care day."""

    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Every:
    """A timing at an interval of elapsed time, both ends included."""

    interval: timedelta
    first: Moment
    until: Moment


@dataclass(frozen=True)
class Cron:
    """A timing at which the wall clock matches five cron fields."""

    fields: str


@dataclass(frozen=True)
class Repeat:
    """The repeats of an unanswered reminder: `times` more showings, each `every` later."""

    every: timedelta
    times: int


@dataclass(frozen=True)
class Reminder:
    """One reminder as configured, under its name.

    Attributes:
        name: Its name in the config.
        topic: Its topic.
        timing: The rule for its moments.
        days: The weekdays of its care days, Monday 0.
        text: The person's own text in place of a tip.
        enabled: Whether it is in force.
        snooze: The lengths that it offers.
        fresh: The time after its moment for which an occurrence may still be shown.
        stays: The time after which its notification is closed.
        repeat: The repeats while it is unanswered.
        urgency: The urgency of its notification.
        sound: A name of the desktop's sound theme or the path of a sound file.
        quiet: The rules for when the person is away or busy.
        routine: The id of its guided routine; None for none.
    """

    name: str
    topic: Topic
    timing: At | Every | Cron
    days: frozenset[int]
    text: str | None
    enabled: bool
    snooze: tuple[timedelta, ...]
    fresh: timedelta
    stays: timedelta
    repeat: Repeat | None
    urgency: Urgency
    sound: str | None
    quiet: QuietRules
    routine: str | None = None

    @property
    def evening(self) -> bool:
        """True if it belongs to the evening: a moment of its `at` is relative to bedtime."""
        return is_evening(self.timing)

    def held_while(self, condition: Condition) -> bool:
        """Return whether it is held while a condition applies."""
        return self.quiet[condition] is WhenBusy.HOLD


def is_evening(timing: At | Every | Cron) -> bool:
    """Return whether a timing has an `at` relative to bedtime."""
    return isinstance(timing, At) and any(
        isinstance(moment, Relative) and moment.anchor is Anchor.BEDTIME
        for moment in timing.moments
    )


@dataclass(frozen=True, slots=True)
class Key:
    """The identity of an occurrence, so that neither travel nor an edit shows it twice.

    Attributes:
        reminder: The reminder's name.
        care_day: The care day's date.
        slot: The moment within the care day: "1" for the only one, the moment as written if an `at`
            lists several, the seconds elapsed since the first of an `every`, the wall time of a
            cron match.
    """

    reminder: str
    care_day: date
    slot: str

    def __str__(self) -> str:
        return f"{self.reminder}/{self.care_day}/{self.slot}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """Return the key in a text as `str` writes it; None if there is none."""
        match text.rsplit("/", 2):
            case [reminder, care_day, slot]:
                with suppress(ValueError):
                    return cls(reminder, date.fromisoformat(care_day), slot)
        return None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One moment (UTC) at which a reminder is due."""

    key: Key
    due: datetime


def occurrences(reminder: Reminder, day: CareDay, calendar: Calendar) -> Iterator[Occurrence]:
    """Return the occurrences of a reminder on one care day, in no order.

    There are none on another weekday, or on a date that the zone skips.
    """
    if day.date.weekday() not in reminder.days or day.wake == day.ends:
        return
    match reminder.timing:
        case At(moments):
            slots = _at(moments, day, calendar)
        case Every():
            slots = _every(reminder.timing, day, calendar)
        case cron:
            slots = _cron(cron.fields, day, calendar)
    for slot, due in slots:
        yield Occurrence(Key(reminder.name, day.date, slot), due)


def _at(
    moments: tuple[Moment, ...], day: CareDay, calendar: Calendar
) -> Iterator[tuple[str, datetime]]:
    for moment in moments:
        due = calendar.resolve(moment, day)
        if isinstance(moment, Relative) and not day.awake(due):
            continue
        yield ("1" if len(moments) == 1 else str(moment)), due


def _every(every: Every, day: CareDay, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    first = calendar.resolve(every.first, day)
    until = calendar.resolve(every.until, day)
    if isinstance(every.first, Relative):
        if first > day.bedtime:
            return
        first = max(first, day.wake)
    if isinstance(every.until, Relative):
        until = min(until, day.bedtime)
    due = first
    while due <= until:
        yield str(int((due - first).total_seconds())), due
        due += every.interval


def _cron(fields: str, day: CareDay, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    matches = _matches(fields, day.wake, calendar)
    for wall, due in takewhile(lambda match: match[1] < day.ends, matches):
        yield _slot(wall), due


def cron_on(
    reminder: Reminder, cron: Cron, days: Sequence[CareDay], calendar: Calendar
) -> Iterator[Occurrence]:
    """Yield the cron occurrences of consecutive care days, in order of time."""
    ahead = iter(days)
    day = next(ahead, None)
    if day is None:
        return
    for wall, due in _matches(cron.fields, day.wake, calendar):
        while day is not None and due >= day.ends:
            day = next(ahead, None)
        if day is None:
            return
        # A care day is empty if the zone skips its date.
        if due >= day.wake and day.date.weekday() in reminder.days:
            yield Occurrence(Key(reminder.name, day.date, _slot(wall)), due)


def _slot(wall: datetime) -> str:
    """Return the slot that identifies a match of cron fields."""
    return wall.isoformat(timespec="minutes")


def cron_occurrences(
    reminder: Reminder, cron: Cron, calendar: Calendar, after: datetime, until: datetime
) -> Iterator[Occurrence]:
    """Yield the cron occurrences after `after` and up to `until` (both UTC), in order of time.

    Only care days with a match are searched, because the next one may be eight years away.
    """
    match = next(_matches(cron.fields, after, calendar), None)
    while match is not None and match[1] <= until:
        day = calendar.at(match[1])
        for one in occurrences(reminder, day, calendar):
            if one.due > until:
                return
            if one.due > after:
                yield one
        match = next(_matches(cron.fields, day.ends, calendar), None)


def _matches(
    fields: str, start: datetime, calendar: Calendar
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the matches of cron fields from `start` (UTC): wall times, each with its instant (UTC).

    They come in order of the instants, each instant once, by its earliest wall time. The end is
    reached when the fields match nothing within fifty years.
    """
    before = calendar.local(start).replace(tzinfo=None, second=0, microsecond=0) - _A_SECOND
    if calendar.local(start).utcoffset() != calendar.local(start - _LONGEST_GAP).utcoffset():
        # Wall times that were skipped shortly before may have moved to after the start.
        before -= _LONGEST_GAP
    moved: list[tuple[datetime, datetime]] = []
    latest = start - timedelta.resolution
    # Few schedules have cron fields.
    from heapq import heappop, heappush  # noqa: PLC0415 - 2 ms of a command

    from cronsim import CronSim  # noqa: PLC0415 - 0.4 MiB

    for wall in CronSim(fields, before):
        heappush(moved, (calendar.instant(wall), wall))
        # A match that moved over a gap waits for the wall times that come before it now.
        while moved and calendar.local(moved[0][0]).replace(tzinfo=None) <= wall:
            due, matched = heappop(moved)
            if due > latest:
                latest = due
                yield matched, due
