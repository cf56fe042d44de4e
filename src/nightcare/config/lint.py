"""What is allowed but may be a slip, so that `config check` mentions it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from cronsim import CronSim

from nightcare.config.locations import Path
from nightcare.config.model import Config, ReminderTable
from nightcare.config.sleep_week import A_DAY, SleepWeek, since_midnight
from nightcare.config.types import WEEKDAYS
from nightcare.domain.care_day import AFTER_BEDTIME, SHORT_DAY
from nightcare.domain.moments import ClockTime, clock_text, length_text
from nightcare.domain.notification import BODY_LENGTH, STEP_LENGTH, TITLE_LENGTH
from nightcare.domain.policy import fits_on_screen
from nightcare.domain.reminders import At, Cron, Every, Reminder
from nightcare.errors import Diagnostic

_SHORT_NIGHT = timedelta(hours=3)
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - only what the fields mean is asked


def lint(config: Config, reminders: Sequence[Reminder], week: SleepWeek) -> Iterator[Diagnostic]:
    """Yield what may be a slip.

    Args:
        config: The tables as they were written.
        reminders: Those of them that say when they are due.
        week: The sleep schedule.
    """
    if all(week.night(number) >= timedelta() for number in range(len(WEEKDAYS))):
        yield from _short_days(week)
    tables = config.reminders
    enabled = [one for one in reminders if one.enabled]
    for reminder in enabled:
        where = ("reminders", reminder.name)
        yield from _in_the_night(where, tables[reminder.name], reminder, week)
        yield from _never_comes(where, tables[reminder.name], reminder, week)
    yield from _alike(enabled)
    yield from _crowded(enabled, week)
    yield from _truncated(config)


def _truncated(config: Config) -> Iterator[Diagnostic]:
    """Yield the person's own words that are longer than what a notification shows."""
    for name, table in config.reminders.items():
        yield from _too_long(("reminders", name, "text"), table.text, BODY_LENGTH)
    for name, routine in config.routines.items():
        yield from _too_long(("routines", name, "name"), routine.name, TITLE_LENGTH)
        for number, step in enumerate(routine.steps or ()):
            where = ("routines", name, "steps", number, "text")
            yield from _too_long(where, step.text, STEP_LENGTH)


def _too_long(where: Path, text: str | None, most: int) -> Iterator[Diagnostic]:
    if text is not None and len(text) > most:
        yield Diagnostic(where, "text_truncated", {"found": len(text), "most": most})


def _short_days(week: SleepWeek) -> Iterator[Diagnostic]:
    """Ten in the evening is not "10:00"; each place is named once."""
    seen = set()
    for number in range(len(WEEKDAYS)):
        wake, bedtime = week.span(number)
        where = week.place(number, "bedtime")
        short_day = bedtime - wake < SHORT_DAY
        short_night = week.night(number) < _SHORT_NIGHT
        if where in seen or not (short_day or short_night):
            continue
        seen.add(where)
        waking = number if short_day else week.after(number)
        yield Diagnostic(
            where,
            "day_short" if short_day else "night_short",
            {
                "bedtime": clock_text(week.hours(number).bedtime),
                "wake": clock_text(week.hours(waking).wake),
                "length": length_text(bedtime - wake if short_day else week.night(number)),
                "weekday": number,
            },
            against=week.place(waking, "wake"),
        )


def _alike(reminders: Sequence[Reminder]) -> Iterator[Diagnostic]:
    """Two that say the same at the same time; one was probably copied, to be changed."""
    before: dict[object, list[Reminder]] = {}
    for reminder in reminders:
        same = before.setdefault((reminder.timing, reminder.topic, reminder.text), [])
        first = next((one for one in same if one.days & reminder.days), None)
        same.append(reminder)
        if first is not None:
            yield Diagnostic(
                ("reminders", reminder.name),
                "reminders_alike",
                {"first": first.name},
                against=("reminders", first.name),
            )


def _crowded(reminders: Sequence[Reminder], week: SleepWeek) -> Iterator[Diagnostic]:
    """Evening reminders of one moment that cannot all be shown while they are fresh.

    Each crowd is named once, at its last reminder.
    """
    told: set[tuple[str, ...]] = set()
    for number in range(len(WEEKDAYS)):
        bedtime = week.span(number)[1]
        crowds: dict[timedelta, list[Reminder]] = {}
        for reminder in reminders:
            if reminder.evening and isinstance(reminder.timing, At) and number in reminder.days:
                for moment in set(reminder.timing.moments):
                    crowds.setdefault(week.offset(moment, number), []).append(reminder)
        for offset, crowd in crowds.items():
            names = tuple(one.name for one in crowd)
            until_asleep = bedtime + AFTER_BEDTIME - offset
            # One of them is on the screen at once; the others wait.
            waiting = sorted(min(one.fresh, until_asleep) for one in crowd)[:-1]
            if names in told or fits_on_screen(waiting):
                continue
            told.add(names)
            yield Diagnostic(
                ("reminders", names[-1]),
                "evening_crowded",
                {"first": names[0]},
                against=("reminders", names[0]),
            )


# In the night


def _in_the_night(
    where: Path, table: ReminderTable, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    """A clock time in the night is kept as written."""
    match reminder.timing:
        case Cron() as cron:
            yield from _cron_in_the_night((*where, "cron"), cron, reminder.days, week)
        case Every(_, first, until):
            for key, given, moment in (("from", table.first, first), ("until", table.until, until)):
                if given is not None and isinstance(moment, ClockTime):
                    yield from _clock_in_the_night((*where, key), moment, reminder.days, week)
        case At(moments):
            for number, moment in enumerate(moments):
                if isinstance(moment, ClockTime):
                    yield from _clock_in_the_night(
                        (*where, "at", number), moment, reminder.days, week
                    )


def _clock_in_the_night(
    where: Path, clock: ClockTime, days: frozenset[int], week: SleepWeek
) -> Iterator[Diagnostic]:
    for number in sorted(days):
        if not week.wakes(clock, number):
            yield _kept_in_the_night(where, clock.time, number, week)
            return


def _cron_in_the_night(
    where: Path, cron: Cron, days: frozenset[int], week: SleepWeek
) -> Iterator[Diagnostic]:
    for weekday, clock in _cron_clocks(cron):
        care_day, since = _in_care_day(weekday, clock, week)
        if care_day in days and since > week.span(care_day)[1]:
            yield _kept_in_the_night(where, clock, weekday, week)
            return


def _kept_in_the_night(where: Path, clock: time, weekday: int, week: SleepWeek) -> Diagnostic:
    hours = week.hours(weekday)
    return Diagnostic(
        where,
        "clock_in_night",
        {
            "found": clock_text(clock),
            "weekday": weekday,
            "wake": clock_text(hours.wake),
            "bedtime": clock_text(hours.bedtime),
        },
        against=week.place(weekday, "wake" if clock < hours.wake else "bedtime"),
    )


def _in_care_day(weekday: int, clock: time, week: SleepWeek) -> tuple[int, timedelta]:
    """The weekday of the care day in which a wall time falls, and how long since its midnight."""
    if clock >= week.hours(weekday).wake:
        return weekday, since_midnight(clock)
    return week.before(weekday), since_midnight(clock) + A_DAY


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


# Never


def _never_comes(
    where: Path, table: ReminderTable, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    match reminder.timing:
        case Cron() as cron:
            met = (_in_care_day(*one, week)[0] in reminder.days for one in _cron_clocks(cron))
            if not any(met):
                yield Diagnostic((*where, "days"), "cron_not_on_days", against=(*where, "cron"))
        case Every(interval):
            if reminder.repeat is not None and reminder.repeat.every >= interval:
                yield Diagnostic(
                    (*where, "repeat", "every"),
                    "repeat_too_late",
                    {"every": length_text(interval)},
                    against=(*where, "every"),
                )
        case At():
            yield from _snooze_never(where, table, reminder, week)


def _snooze_never(
    where: Path, table: ReminderTable, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    """A length that always ends when the person sleeps is not offered."""
    for number, length in enumerate(table.snooze or ()):
        if not _ever_offered(length, reminder, week):
            yield Diagnostic(
                (*where, "snooze", number),
                "snooze_never",
                {"found": length_text(length)},
                against=(*where, "at"),
            )


def _ever_offered(length: timedelta, reminder: Reminder, week: SleepWeek) -> bool:
    assert isinstance(reminder.timing, At)
    for moment in reminder.timing.moments:
        for number in reminder.days:
            # What the person put into the night may be snoozed there.
            in_the_night = not week.wakes(moment, number)
            latest = week.span(number)[1] + AFTER_BEDTIME
            if in_the_night or week.offset(moment, number) + length <= latest:
                return True
    return False
