"""Warnings of `config check` about values that are allowed but may be mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta

from nightcare.config.build import SleepWeek, elapsed_on_day
from nightcare.config.checks import in_night, outside_waking_hours, parse_cron, written_moments
from nightcare.config.locations import Path
from nightcare.config.values import WEEKDAYS, Table, text
from nightcare.domain.care_day import AFTER_BEDTIME, ONE_DAY, SHORT_DAY
from nightcare.domain.moments import ClockTime, clock_text, length_text
from nightcare.domain.notification import BODY_LENGTH, STEP_LENGTH, TITLE_LENGTH
from nightcare.domain.policy import fits_on_screen
from nightcare.domain.reminders import At, Cron, Every, Reminder
from nightcare.errors import Diagnostic

_SHORT_NIGHT = timedelta(hours=3)


def lint(tables: Table, reminders: Sequence[Reminder], week: SleepWeek) -> Iterator[Diagnostic]:
    """Yield warnings.

    Args:
        tables: The tables, each value valid.
        reminders: Those that could be built.
        week: The sleep schedule.
    """
    if all(week.night(day) >= timedelta() for day in range(len(WEEKDAYS))):
        yield from _lint_short_days(week)
    enabled = [reminder for reminder in reminders if reminder.enabled]
    for reminder in enabled:
        where, table = ("reminders", reminder.name), tables["reminders"][reminder.name]
        yield from _lint_night(where, table, reminder, week)
        match reminder.timing:
            case Cron():
                yield from _lint_cron_days(where, reminder.timing, reminder, week)
            case Every():
                yield from _lint_repeat(where, reminder.timing, reminder)
            case At():
                yield from _lint_snooze(where, table, reminder.timing, reminder, week)
    yield from _lint_copies(enabled)
    yield from _lint_crowds(enabled, week)
    yield from _lint_texts(tables)


# Texts


def _lint_texts(tables: Table) -> Iterator[Diagnostic]:
    """Yield the person's own texts that a notification cuts off."""
    for name, table in tables["reminders"].items():
        yield from _truncated(("reminders", name, "text"), table.get("text"), BODY_LENGTH)
    for name, table in tables.get("routines", {}).items():
        yield from _truncated(("routines", name, "name"), table.get("name"), TITLE_LENGTH)
        for number, step in enumerate(table.get("steps") or ()):
            where = ("routines", name, "steps", number, "text")
            yield from _truncated(where, step["text"], STEP_LENGTH)


def _truncated(where: Path, value: str | None, most: int) -> Iterator[Diagnostic]:
    if value is not None and len(text(value)) > most:
        yield Diagnostic(where, "text_truncated", {"found": len(text(value)), "most": most})


# Days and nights


def _lint_short_days(week: SleepWeek) -> Iterator[Diagnostic]:
    """Yield short days and nights, once for each key: ten in the evening is not "10:00"."""
    seen = set()
    for day in range(len(WEEKDAYS)):
        wake, bedtime = week.span(day)
        where = week.path(day, "bedtime")
        short_day = bedtime - wake < SHORT_DAY
        if where in seen or not (short_day or week.night(day) < _SHORT_NIGHT):
            continue
        seen.add(where)
        waking = day if short_day else week.after(day)
        yield Diagnostic(
            where,
            "day_short" if short_day else "night_short",
            {
                "bedtime": clock_text(week.hours(day).bedtime),
                "wake": clock_text(week.hours(waking).wake),
                "length": length_text(bedtime - wake if short_day else week.night(day)),
                "weekday": day,
            },
            against=week.path(waking, "wake"),
        )


def _lint_night(
    where: Path, table: Table, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    """Yield wall times in the night; they stay as written."""
    for key, moment in written_moments(where, table, reminder):
        if isinstance(moment, ClockTime):
            yield from outside_waking_hours(key, moment, sorted(reminder.days), week)
    if isinstance(reminder.timing, Cron):
        for day, clock in _cron_clocks(reminder.timing):
            care_day, since = _care_day(day, clock, week)
            if care_day in reminder.days and since > week.span(care_day)[1]:
                yield in_night((*where, "cron"), ClockTime(clock), day, week)
                return


def _care_day(day: int, clock: time, week: SleepWeek) -> tuple[int, timedelta]:
    """Return the weekday of the care day of a wall time, and the time since its midnight."""
    if clock >= week.hours(day).wake:
        return day, elapsed_on_day(clock)
    return week.before(day), elapsed_on_day(clock) + ONE_DAY


def _cron_clocks(cron: Cron) -> Iterator[tuple[int, time]]:
    """Yield the weekdays, Monday 0, and wall times at which cron fields may match."""
    fields = parse_cron(cron)
    # Cron counts from Sunday, 0 or 7; a pair is a weekday and its number in the month.
    named = {one[0] if isinstance(one, tuple) else one for one in fields.weekdays}
    # Where day of month and weekday are both given, either is enough.
    days = {(one - 1) % 7 for one in named} if fields.day_and else range(7)
    for day in sorted(days):
        for hour in sorted(fields.hours):
            for minute in sorted(fields.minutes):
                yield day, time(hour, minute)


# Reminders against each other


def _lint_copies(reminders: Sequence[Reminder]) -> Iterator[Diagnostic]:
    """Yield reminders that say the same at the same time, such as an unchanged copy."""
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


def _lint_crowds(reminders: Sequence[Reminder], week: SleepWeek) -> Iterator[Diagnostic]:
    """Yield evening reminders of one moment that cannot all be shown while they are fresh.

    Each crowd is reported once, at its last reminder.
    """
    reported: set[tuple[str, ...]] = set()
    for day in range(len(WEEKDAYS)):
        crowds: dict[timedelta, list[Reminder]] = {}
        for reminder in reminders:
            if reminder.evening and isinstance(reminder.timing, At) and day in reminder.days:
                for moment in set(reminder.timing.moments):
                    crowds.setdefault(week.offset(moment, day), []).append(reminder)
        for offset, crowd in crowds.items():
            names = tuple(one.name for one in crowd)
            until_asleep = week.span(day)[1] + AFTER_BEDTIME - offset
            # One reminder is on the screen, and the others wait.
            waiting = sorted(min(one.fresh, until_asleep) for one in crowd)[:-1]
            if names in reported or fits_on_screen(waiting):
                continue
            reported.add(names)
            yield Diagnostic(
                ("reminders", names[-1]),
                "evening_crowded",
                {"first": names[0]},
                against=("reminders", names[0]),
            )


# Never


def _lint_cron_days(
    where: Path, cron: Cron, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    """Yield cron fields that match on none of the reminder's days."""
    if not any(_care_day(*one, week)[0] in reminder.days for one in _cron_clocks(cron)):
        yield Diagnostic((*where, "days"), "cron_not_on_days", against=(*where, "cron"))


def _lint_repeat(where: Path, every: Every, reminder: Reminder) -> Iterator[Diagnostic]:
    """Yield a repeat that the next occurrence always precedes."""
    if reminder.repeat is not None and reminder.repeat.every >= every.interval:
        yield Diagnostic(
            (*where, "repeat", "every"),
            "repeat_too_late",
            {"every": length_text(every.interval)},
            against=(*where, "every"),
        )


def _lint_snooze(
    where: Path, table: Table, at: At, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    """Yield snooze lengths that are never offered, because they always end in the night."""
    for number, length in enumerate(reminder.snooze if table.get("snooze") is not None else ()):
        # A reminder that the config puts into the night may be snoozed there.
        offered = any(
            not week.is_awake(moment, day)
            or week.offset(moment, day) + length <= week.span(day)[1] + AFTER_BEDTIME
            for moment in at.moments
            for day in reminder.days
        )
        if not offered:
            yield Diagnostic(
                (*where, "snooze", number),
                "snooze_never",
                {"found": length_text(length)},
                against=(*where, "at"),
            )
