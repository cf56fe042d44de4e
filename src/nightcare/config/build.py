"""Construction of the schedule from validated tables, without pydantic.

Defaults of single keys are here, those of whole tables in `config.example.toml`.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, Literal

from nightcare.config import values
from nightcare.config.values import WEEKDAYS, Table
from nightcare.domain.care_day import ONE_DAY, Hours, Sleep
from nightcare.domain.moments import Anchor, Moment, Relative
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import (
    At,
    Cron,
    Every,
    QuietRules,
    Reminder,
    Repeat,
    Topic,
    Urgency,
    WhenBusy,
    is_evening,
)
from nightcare.domain.schedule import (
    ReferralRule,
    RoutineRule,
    Schedule,
    SnoozeRule,
    StretchRule,
)

REMINDER_DEFAULTS: Table = {
    "from": "wake + 30m",
    "until": "bedtime - 1h",
    "days": "daily",
    "enabled": True,
    "fresh": "45m",
    "urgency": "normal",
}
MQTT_DEFAULTS: Table = {
    "port": 8883,
    "discovery": True,
    "diary": False,
    "detail": False,
    "share": False,
    "insecure": False,
}
STAYS = "10m"
EVENING_STAYS = "30m"
REPEATS = 1
STEP_SECONDS = 20


def build(tables: Table) -> Schedule:
    """Return the schedule of validated tables.

    Raises:
        LookupError, TypeError, ValueError, AttributeError, ValueRefused: They are not valid.
    """
    quiet, diary = tables["quiet"], tables["diary"]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = build_hours(tables["sleep"])
    return Schedule(
        language=_unless_auto(tables["language"]),
        zone=values.zone(tables["timezone"]),
        sleep=Sleep((monday, tuesday, wednesday, thursday, friday, saturday, sunday)),
        reminders=tuple(build_reminder(name, tables) for name in tables["reminders"]),
        snooze=SnoozeRule(_lengths(tables["snooze"]["lengths"]), tables["snooze"]["limit"]),
        stretch=StretchRule(
            values.routine(tables["stretch"]["routine"]) or None,
            values.sound(tables["stretch"]["sound"]),
        ),
        routines=build_routines(tables),
        idle_after=values.length(quiet["idle_after"]),
        morning_question=values.question(diary["morning_question"]),
        professional=ReferralRule(
            diary["professional_nights"],
            diary["professional_days"],
            notice=diary["professional_notice"],
        ),
        notify=_unless_auto(tables["notify"]["backend"]),
        # Values that a service of an earlier version published have no such table.
        tray=tables.get("tray", {}).get("show", "auto") == "auto",
    )


def build_hours(sleep: Table) -> list[Hours]:
    """Return the hours of each weekday, Monday first."""
    days = [_given(sleep.get(name) or {}) for name in WEEKDAYS]
    return [
        Hours(
            values.clock(day.get("wake", sleep["wake"])),
            values.clock(day.get("bedtime", sleep["bedtime"])),
        )
        for day in days
    ]


def build_reminder(name: str, tables: Table) -> Reminder:
    """Return the reminder of a name; its table has exactly one of at, every and cron."""
    table = _given(tables["reminders"][name])
    full = {**REMINDER_DEFAULTS, **table}
    topic, timing = Topic(table["topic"]), _timing(full)
    evening = is_evening(timing)
    repeat = table.get("repeat")
    routine = values.routine(table.get("routine", tables["stretch"]["routine"])) or None
    return Reminder(
        name=name,
        topic=topic,
        timing=timing,
        days=frozenset[int]().union(*map(values.days, values.as_list(full["days"]))),
        text=values.text(table["text"]) if "text" in table else None,
        enabled=full["enabled"],
        snooze=_lengths(table.get("snooze", tables["snooze"]["lengths"])),
        fresh=values.length(full["fresh"]),
        stays=values.length(table.get("stays", EVENING_STAYS if evening else STAYS)),
        repeat=repeat and Repeat(values.length(repeat["every"]), repeat["times"]),
        urgency=Urgency(full["urgency"]),
        sound=values.sound(table.get("sound", False)),
        quiet=_quiet(_given(table.get("quiet", {})), tables["quiet"], evening=evening),
        routine=routine if topic is Topic.STRETCHING else None,
    )


def build_routines(tables: Table) -> tuple[RoutineRule, ...]:
    """Return the routines that the tables define or change."""
    return tuple(
        _routine(name, _given(table)) for name, table in tables.get("routines", {}).items()
    )


def _routine(name: str, table: Table) -> RoutineRule:
    from nightcare.domain.guidance import RoutineStep, Side  # noqa: PLC0415 - few configure any

    sides = {None: (), "left": (Side.LEFT,), "right": (Side.RIGHT,), "each": tuple(Side)}
    seconds: int | None = table.get("seconds")
    step_seconds = STEP_SECONDS if seconds is None else seconds
    return RoutineRule(
        id=name,
        name=values.text(table["name"]) if "name" in table else None,
        seconds=seconds,
        repeats=table.get("repeats", REPEATS),
        steps=tuple(
            RoutineStep(
                str(number),
                values.text(step["text"]),
                step.get("seconds", step_seconds),
                sides[step.get("side")],
                step.get("repeats", REPEATS),
            )
            for number, step in enumerate(map(_given, table.get("steps", ())), 1)
        ),
    )


def _timing(table: Table) -> At | Every | Cron:
    if "at" in table:
        return At(tuple(map(values.moment, values.as_list(table["at"]))))
    if "every" in table:
        first, until = values.moment(table["from"]), values.moment(table["until"])
        return Every(values.interval(table["every"]), first, until)
    return Cron(values.cron_fields(table["cron"]))


def _quiet(own: Table, general: Table, *, evening: bool) -> QuietRules:
    rules = {key: WhenBusy(general[key]) for key in Condition}
    if evening:
        # Many people turn on do not disturb every night, which would hold every evening reminder.
        rules[Condition.DO_NOT_DISTURB] = WhenBusy.SHOW
    return rules | {key: WhenBusy(own[key]) for key in Condition if key in own}


def _given(table: Table) -> Table:
    """Return a table without the keys that a variable sets to JSON's null."""
    return {key: value for key, value in table.items() if value is not None}


def _lengths(value: Any) -> tuple[Any, ...]:
    return tuple(map(values.length, values.as_list(value)))


def _unless_auto(value: str) -> str | None:
    return None if value == "auto" else value


class SleepWeek:
    """The hours of each weekday, Monday 0, computed for days without a clock change.

    Args:
        table: The table `[sleep]`.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._hours = build_hours(table)

    def hours(self, day: int) -> Hours:
        """Return the hours of a weekday."""
        return self._hours[day]

    def path(self, day: int, key: Literal["wake", "bedtime"]) -> tuple[str, ...]:
        """Return the path of the key that sets when a weekday wakes up or goes to bed."""
        own = (self._table.get(WEEKDAYS[day]) or {}).get(key) is not None
        return ("sleep", WEEKDAYS[day], key) if own else ("sleep", key)

    def span(self, day: int) -> tuple[timedelta, timedelta]:
        """Return wake-up and bedtime of a weekday since its midnight."""
        hours = self.hours(day)
        bedtime = elapsed_on_day(hours.bedtime)
        late = hours.bed_is_next_date()
        return elapsed_on_day(hours.wake), bedtime + ONE_DAY if late else bedtime

    def night(self, day: int) -> timedelta:
        """Return the time from a weekday's bedtime to the next wake-up; negative if reversed."""
        return self.span(self.after(day))[0] + ONE_DAY - self.span(day)[1]

    def after(self, day: int) -> int:
        """Return the weekday that follows."""
        return (day + 1) % len(WEEKDAYS)

    def before(self, day: int) -> int:
        """Return the weekday that comes before."""
        return (day - 1) % len(WEEKDAYS)

    def offset(self, moment: Moment, day: int) -> timedelta:
        """Return a moment of a weekday since its midnight."""
        wake, bedtime = self.span(day)
        if isinstance(moment, Relative):
            return (wake if moment.anchor is Anchor.WAKE else bedtime) + moment.offset
        hours, clock = self.hours(day), elapsed_on_day(moment.time)
        after_midnight = hours.bed_is_next_date() and moment.time <= hours.bedtime
        return clock + ONE_DAY if after_midnight else clock

    def is_awake(self, moment: Moment, day: int) -> bool:
        """Return whether a moment lies in a weekday's waking hours, both ends included."""
        wake, bedtime = self.span(day)
        return wake <= self.offset(moment, day) <= bedtime

    def bound(self, moment: Moment, day: int) -> tuple[str, ...]:
        """Return the path of the key by which a moment is outside a weekday's waking hours."""
        if isinstance(moment, Relative):
            early = self.offset(moment, day) < self.span(day)[0]
        else:
            early = moment.time < self.hours(day).wake
        return self.path(day, "wake" if early else "bedtime")


def elapsed_on_day(clock: time) -> timedelta:
    """Return a wall time as the time elapsed on a day without a clock change."""
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
