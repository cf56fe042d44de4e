"""From validated tables to a schedule; finds what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cronsim import CronSim

from nightcare.domain.care_day import Hours, Sleep
from nightcare.domain.moments import Anchor, Clock, Moment, Relative, clock_text
from nightcare.domain.reminders import (
    At,
    Conduct,
    Cron,
    Every,
    Quiet,
    Reminder,
    Repeat,
    is_evening,
)
from nightcare.domain.schedule import Schedule
from nightcare.domain.snooze import SnoozeRule
from nightcare.domain.until import UNTIL
from nightcare.errors import Problem
from nightcare.settings.model import WEEKDAYS, Config, QuietTable, ReminderTable, SleepTable
from nightcare.settings.positions import Path

_STAYS = timedelta(minutes=10)
_EVENING_STAYS = timedelta(minutes=30)
_A_DAY = timedelta(days=1)
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - only what the fields mean is asked

WHATEVER_THE_SLEEP = frozenset(
    {"timing_missing", "timing_twice", "only_with_every", "name_wrong", "name_taken", "at_twice"}
)
"""The mistakes that are mistakes whenever the person sleeps."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A schedule, where the tables make one, and what is wrong or doubtful about them."""

    schedule: Schedule | None
    mistakes: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def understand(config: Config) -> Understood:
    """Make the schedule that the tables stand for."""
    sleep = _sleep(config.sleep)
    mistakes = list(_bedtimes(config.sleep, sleep))
    warnings: list[Problem] = []
    reminders = []
    for name, table in config.reminders.items():
        where = ("reminders", name)
        timings = [one for one in _timings(table) if one is not None]
        mistakes += _name_mistakes(name)
        if len(timings) != 1:
            mistakes.append(_timing_count(where, table, len(timings)))
            continue
        if table.every is None:
            mistakes += [
                Problem((*where, key), "only_with_every", {"key": key})
                for key, value in (("from", table.first), ("until", table.until))
                if value is not None
            ]
        reminder = _reminder(name, table, timings[0], config)
        reminders.append(reminder)
        mistakes += _moment_mistakes(where, table, reminder, sleep)
        warnings += _night_warnings(where, table, reminder, sleep)
    mistakes += _question_mistakes(config.diary.morning_question, sleep)
    schedule = Schedule(
        language=None if config.language == "auto" else config.language,
        zone=config.timezone,
        sleep=sleep,
        reminders=tuple(reminders),
        snooze=SnoozeRule(tuple(config.snooze.lengths), config.snooze.limit),
        idle_after=config.quiet.idle_after,
        morning_question=config.diary.morning_question,
        notify=None if config.notify.backend == "auto" else config.notify.backend,
    )
    return Understood(None if mistakes else schedule, tuple(mistakes), tuple(warnings))


# Sleep


def _sleep(table: SleepTable) -> Sleep:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        Hours(day.wake or table.wake, day.bedtime or table.bedtime)
        for day in (getattr(table, name) for name in WEEKDAYS)
    )
    return Sleep((monday, tuesday, wednesday, thursday, friday, saturday, sunday))


def _bedtimes(table: SleepTable, sleep: Sleep) -> Iterator[Problem]:
    """A bedtime may not lie after the next wake-up; each place is named once."""
    seen = set()
    for number, name in enumerate(WEEKDAYS):
        following = (number + 1) % len(WEEKDAYS)
        hours, next_hours = sleep.week[number], sleep.week[following]
        if hours.bed_is_next_date() and hours.bedtime > next_hours.wake:
            own = getattr(table, name).bedtime is not None
            where = ("sleep", name, "bedtime") if own else ("sleep", "bedtime")
            if where not in seen:
                seen.add(where)
                yield Problem(
                    where,
                    "bedtime_after_wake",
                    {
                        "bedtime": clock_text(hours.bedtime),
                        "wake": clock_text(next_hours.wake),
                        "weekday": number,
                        "following": following,
                    },
                )


# Reminders


def _timings(table: ReminderTable) -> tuple[At | Every | Cron | None, ...]:
    every = None
    if table.every is not None:
        first = table.first or Relative(Anchor.WAKE, timedelta(minutes=30))
        until = table.until or Relative(Anchor.BEDTIME, -timedelta(hours=1))
        every = Every(table.every, first, until)
    return (
        None if table.at is None else At(tuple(table.at)),
        every,
        None if table.cron is None else Cron(table.cron),
    )


def _timing_count(where: Path, table: ReminderTable, count: int) -> Problem:
    if not count:
        return Problem(where, "timing_missing", {})
    given = [key for key in ("at", "every", "cron") if getattr(table, key) is not None]
    return Problem((*where, given[1]), "timing_twice", {"given": given})


def _reminder(
    name: str, table: ReminderTable, timing: At | Every | Cron, config: Config
) -> Reminder:
    evening = is_evening(timing)
    lengths = config.snooze.lengths if table.snooze is None else table.snooze
    repeat = None if table.repeat is None else Repeat(table.repeat.every, table.repeat.times)
    return Reminder(
        name=name,
        topic=table.topic,
        timing=timing,
        days=frozenset[int]().union(*table.days),
        text=table.text,
        enabled=table.enabled,
        snooze=tuple(lengths),
        fresh=table.fresh,
        stays=table.stays or (_EVENING_STAYS if evening else _STAYS),
        repeat=repeat,
        urgency=table.urgency,
        sound=table.sound,
        quiet=_quiet(table, config.quiet, evening=evening),
    )


def _quiet(table: ReminderTable, general: QuietTable, *, evening: bool) -> Quiet:
    own = table.quiet
    # A nightly do-not-disturb would swallow every evening reminder.
    disturb = Conduct.SHOW if evening else general.do_not_disturb
    return Quiet(
        locked=own.locked or general.locked,
        idle=own.idle or general.idle,
        do_not_disturb=own.do_not_disturb or disturb,
        presenting=own.presenting or general.presenting,
    )


def _name_mistakes(name: str) -> Iterator[Problem]:
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isalnum() and name[0].isalpha()):
        yield Problem(("reminders", name), "name_wrong", {"found": name})
    elif name.lower() == UNTIL:
        yield Problem(("reminders", name), "name_taken", {"found": name})


# Moments


def _moments(table: ReminderTable, timing: At | Every | Cron) -> Iterator[tuple[Path, Moment]]:
    """The moments of a timing, each with the keys below the reminder's under which it stands."""
    match timing:
        case At(moments):
            yield from ((("at", number), moment) for number, moment in enumerate(moments))
        case Every(_, first, until):
            yield ("from" if table.first else "every",), first
            yield ("until" if table.until else "every",), until
        case Cron():
            return


def _moment_mistakes(
    where: Path, table: ReminderTable, reminder: Reminder, sleep: Sleep
) -> Iterator[Problem]:
    timing = reminder.timing
    if isinstance(timing, At):
        yield from _named_again(where, timing)
    outside = False
    for keys, moment in _moments(table, timing):
        for number in sorted(reminder.days):
            if isinstance(moment, Relative) and not _in_waking_hours(moment, sleep.week[number]):
                outside = True
                yield Problem(
                    (*where, *keys),
                    "moment_in_night",
                    {"found": str(moment), "weekday": number, **_hours(sleep.week[number])},
                )
                break
    if isinstance(timing, Every) and not outside:
        empty = [_empty(timing, sleep.week[number]) for number in sorted(reminder.days)]
        if all(empty):
            yield Problem(
                (*where, "from" if table.first else "every"),
                "every_empty",
                {"first": str(timing.first), "until": str(timing.until)},
            )


def _named_again(where: Path, timing: At) -> Iterator[Problem]:
    named: set[Moment] = set()
    for number, moment in enumerate(timing.moments):
        if moment in named:
            yield Problem((*where, "at", number), "at_twice", {"found": str(moment)})
        named.add(moment)


def _night_warnings(
    where: Path, table: ReminderTable, reminder: Reminder, sleep: Sleep
) -> Iterator[Problem]:
    """A clock time in the night is kept as written, but it may be a slip."""
    if isinstance(reminder.timing, Cron):
        yield from _cron_warnings((*where, "cron"), reminder.timing, reminder.days, sleep)
    for keys, moment in _moments(table, reminder.timing):
        for number in sorted(reminder.days):
            hours = sleep.week[number]
            if isinstance(moment, Clock) and not _wakes(moment.time, hours):
                yield _in_the_night((*where, *keys), moment.time, number, hours)
                break


def _cron_warnings(
    where: Path, cron: Cron, days: frozenset[int], sleep: Sleep
) -> Iterator[Problem]:
    for number, clock in _cron_clocks(cron):
        hours = sleep.week[number]
        the_day_before = (number - 1) % len(sleep.week)
        before = sleep.week[the_day_before]
        if clock >= hours.wake:
            in_night, care_day = not _wakes(clock, hours), number
        else:
            in_night = _since_midnight(clock) + _A_DAY > _span(before)[1]
            care_day = the_day_before
        if in_night and care_day in days:
            yield _in_the_night(where, clock, number, hours)
            return


def _cron_clocks(cron: Cron) -> Iterator[tuple[int, time]]:
    """The weekdays, Monday 0, and clock times at which cron fields may match."""
    fields = CronSim(cron.fields, _ANY_DATE)
    # Cron counts from Sunday, 0 or 7; a pair is a weekday and which of the month's.
    named = {one[0] if isinstance(one, tuple) else one for one in fields.weekdays}
    # Where day of month and weekday are both given, either is enough.
    weekdays = {(one - 1) % 7 for one in named} if fields.day_and else range(7)
    for weekday in sorted(weekdays):
        for hour in sorted(fields.hours):
            for minute in sorted(fields.minutes):
                yield weekday, time(hour, minute)


def _in_the_night(where: Path, clock: time, weekday: int, hours: Hours) -> Problem:
    return Problem(
        where,
        "clock_in_night",
        {"found": clock_text(clock), "weekday": weekday, **_hours(hours)},
    )


def _question_mistakes(question: Moment | None, sleep: Sleep) -> Iterator[Problem]:
    if isinstance(question, Relative):
        for number, hours in enumerate(sleep.week):
            if not _in_waking_hours(question, hours):
                yield Problem(
                    ("diary", "morning_question"),
                    "moment_in_night",
                    {"found": str(question), "weekday": number, **_hours(hours)},
                )
                return


def _hours(hours: Hours) -> dict[str, str]:
    return {"wake": clock_text(hours.wake), "bedtime": clock_text(hours.bedtime)}


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _span(hours: Hours) -> tuple[timedelta, timedelta]:
    """Wake-up and bedtime since the care day's midnight, on a day without a clock change."""
    bedtime = _since_midnight(hours.bedtime)
    return _since_midnight(hours.wake), bedtime + _A_DAY if hours.bed_is_next_date() else bedtime


def _offset(moment: Moment, hours: Hours) -> timedelta:
    """A moment since the care day's midnight, on a day without a clock change."""
    wake, bedtime = _span(hours)
    if isinstance(moment, Relative):
        return (wake if moment.anchor is Anchor.WAKE else bedtime) + moment.offset
    clock = _since_midnight(moment.time)
    after_midnight = hours.bed_is_next_date() and moment.time <= hours.bedtime
    return clock + _A_DAY if after_midnight else clock


def _in_waking_hours(moment: Moment, hours: Hours) -> bool:
    wake, bedtime = _span(hours)
    return wake <= _offset(moment, hours) <= bedtime


def _wakes(clock: time, hours: Hours) -> bool:
    return _in_waking_hours(Clock(clock), hours)


def _empty(every: Every, hours: Hours) -> bool:
    return _offset(every.first, hours) > _offset(every.until, hours)
