"""Contradictions between values that are each valid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from cronsim import CronSim

from nightcare.config.build import SleepWeek, build_reminder, build_routines
from nightcare.config.locations import Path
from nightcare.config.values import WEEKDAYS, Table, question
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.guidance import Routine
from nightcare.domain.moments import Moment, Relative, clock_text, length_text
from nightcare.domain.reminders import At, Cron, Every, Reminder, Topic
from nightcare.domain.routine import BUILT_IN, length_of
from nightcare.domain.time_words import UNTIL
from nightcare.errors import Diagnostic, with_nearest

TIMINGS = ("at", "every", "cron")

MOST_A_DAY = 2000
"""Occurrences a day of all enabled reminders together; more would hold up the service."""

_MAX_REMINDER_NAME = 100
_MAX_ROUTINE_NAME = 40
_MAX_ROUTINE = timedelta(hours=1)

_NEED_SLEEP = frozenset({"bedtime_after_wake", "moment_in_night", "every_empty"})
_NEED_ROUTINES = frozenset({"routine_unknown", "routine_unknown_but"})


def build_checkable(tables: Table) -> list[Reminder]:
    """Return the reminders that have exactly one timing; the others cannot be built."""
    return [
        build_reminder(name, tables)
        for name, table in tables["reminders"].items()
        if len(_timings(table)) == 1
    ]


def check(
    tables: Table, reminders: Sequence[Reminder], week: SleepWeek, wrong: Iterable[str] = ()
) -> Iterator[Diagnostic]:
    """Yield all contradictions.

    Args:
        tables: The tables, each value valid.
        reminders: Those that could be built.
        week: The sleep schedule.
        wrong: Names of tables with errors, which the defaults replace; contradictions with these
            are left out.
    """
    for one in _check_all(tables, reminders, week):
        needs_sleep, needs_routines = one.key in _NEED_SLEEP, one.key in _NEED_ROUTINES
        if not ((needs_sleep and "sleep" in wrong) or (needs_routines and "routines" in wrong)):
            yield one


def _check_all(
    tables: Table, reminders: Sequence[Reminder], week: SleepWeek
) -> Iterator[Diagnostic]:
    yield from _check_bedtimes(week)
    built = {one.name: one for one in reminders}
    for name, table in tables["reminders"].items():
        yield from _check_reminder_name(name)
        if name in built:
            yield from _check_without_every(("reminders", name), table)
            yield from _check_moments(("reminders", name), table, built[name], week)
        else:
            yield _timing_count(("reminders", name), table)
    yield from _check_frequency(reminders)
    yield from _check_routine_references(tables)
    yield from _check_routines(tables)
    yield from _check_mqtt(tables.get("mqtt") or {})
    diary = tables["diary"]
    asked = question(diary["morning_question"])
    if isinstance(asked, Relative):
        where = ("diary", "morning_question")
        yield from outside_waking_hours(where, asked, range(len(WEEKDAYS)), week)
    nights, days = diary["professional_nights"], diary["professional_days"]
    if nights > days:
        yield Diagnostic(
            ("diary", "professional_nights"),
            "rule_never",
            {"found": nights, "most": days},
            against=("diary", "professional_days"),
        )


def _check_bedtimes(week: SleepWeek) -> Iterator[Diagnostic]:
    """Yield bedtimes after the next wake-up, once for each key."""
    seen = set()
    for day in range(len(WEEKDAYS)):
        following, where = week.after(day), week.path(day, "bedtime")
        if week.night(day) < timedelta() and where not in seen:
            seen.add(where)
            yield Diagnostic(
                where,
                "bedtime_after_wake",
                {
                    "bedtime": clock_text(week.hours(day).bedtime),
                    "wake": clock_text(week.hours(following).wake),
                    "weekday": day,
                    "following": following,
                },
                against=week.path(following, "wake"),
            )


def _check_mqtt(table: Table) -> Iterator[Diagnostic]:
    """Yield keys of `[mqtt]` that have no effect because of another key."""
    if table.get("password_file") and not table.get("user"):
        yield Diagnostic(("mqtt", "password_file"), "password_without_user", {})
    if table.get("ca") and table.get("insecure"):
        yield Diagnostic(("mqtt", "ca"), "ca_without_tls", {}, against=("mqtt", "insecure"))


# Reminders


def _timings(table: Table) -> list[str]:
    return [key for key in TIMINGS if table.get(key) is not None]


def _timing_count(where: Path, table: Table) -> Diagnostic:
    given = _timings(table)
    if not given:
        return Diagnostic(where, "timing_missing", {})
    return Diagnostic(
        (*where, given[1]), "timing_twice", {"given": given}, against=(*where, given[0])
    )


def _check_without_every(where: Path, table: Table) -> Iterator[Diagnostic]:
    (timing,) = _timings(table)
    for key in ("from", "until"):
        if timing != "every" and table.get(key) is not None:
            yield Diagnostic(
                (*where, key), "only_with_every", {"key": key}, against=(*where, timing)
            )


def _is_plain_name(name: str) -> bool:
    return name[:1].isalpha() and name.replace("-", "").replace("_", "").isalnum()


def _check_reminder_name(name: str) -> Iterator[Diagnostic]:
    where = ("reminders", name)
    if not _is_plain_name(name):
        yield Diagnostic(where, "name_wrong", {"found": name})
    elif name.lower() == UNTIL:
        yield Diagnostic(where, "name_taken", {"found": name})
    elif len(name) > _MAX_REMINDER_NAME:
        yield Diagnostic(where, "name_too_long", {"found": len(name), "most": _MAX_REMINDER_NAME})


def _check_moments(
    where: Path, table: Table, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    days = sorted(reminder.days)
    if isinstance(reminder.timing, At):
        yield from _check_duplicates(where, reminder.timing.moments)
    outside = [
        one
        for key, moment in written_moments(where, table, reminder)
        if isinstance(moment, Relative)
        for one in outside_waking_hours(key, moment, days, week)
    ]
    yield from outside
    if isinstance(reminder.timing, Every) and not outside:
        yield from _check_empty(where, table, reminder.timing, days, week)


def written_moments(where: Path, table: Table, reminder: Reminder) -> Iterator[tuple[Path, Moment]]:
    """Yield the moments of a reminder, each with the path of the key that gives it."""
    match reminder.timing:
        case At(moments):
            for number, moment in enumerate(moments):
                yield (*where, "at", number), moment
        case Every(_, first, until):
            for key, moment in (("from", first), ("until", until)):
                yield (*where, key if table.get(key) else "every"), moment
        case Cron():
            return


def outside_waking_hours(
    where: Path, moment: Moment, days: Iterable[int], week: SleepWeek
) -> Iterator[Diagnostic]:
    """Yield a moment outside the waking hours of one of these days, once.

    A relative one is an error; a wall time stays as written.
    """
    for day in days:
        if not week.is_awake(moment, day):
            yield in_night(where, moment, day, week)
            return


def in_night(where: Path, moment: Moment, day: int, week: SleepWeek) -> Diagnostic:
    """Return the diagnostic of a moment outside the waking hours of a day."""
    hours = week.hours(day)
    return Diagnostic(
        where,
        "moment_in_night" if isinstance(moment, Relative) else "clock_in_night",
        {
            "found": str(moment),
            "weekday": day,
            "wake": clock_text(hours.wake),
            "bedtime": clock_text(hours.bedtime),
        },
        against=week.bound(moment, day),
    )


def _check_empty(
    where: Path, table: Table, every: Every, days: Iterable[int], week: SleepWeek
) -> Iterator[Diagnostic]:
    """Yield an `every` that on all days begins after it ends."""
    if all(week.offset(every.first, day) > week.offset(every.until, day) for day in days):
        given = [key for key in ("from", "until") if table.get(key)]
        yield Diagnostic(
            (*where, *(given[:1] or ["every"])),
            "every_empty",
            {"first": str(every.first), "until": str(every.until)},
            against=(*where, given[1]) if given[1:] else None,
        )


def _check_duplicates(where: Path, moments: Sequence[Moment]) -> Iterator[Diagnostic]:
    known: dict[Moment, int] = {}
    for number, moment in enumerate(moments):
        first = known.setdefault(moment, number)
        if first != number:
            yield Diagnostic(
                (*where, "at", number),
                "at_twice",
                {"found": str(moment)},
                against=(*where, "at", first),
            )


def _check_frequency(reminders: Iterable[Reminder]) -> Iterator[Diagnostic]:
    """Yield the reminder at which the total number of occurrences in a day exceeds the limit."""
    total = 0
    for reminder in reminders:
        often = _occurrences_a_day(reminder) if reminder.enabled else 0
        total += often
        if total > MOST_A_DAY:
            values: dict[str, object] = {"often": often, "total": total, "most": MOST_A_DAY}
            yield Diagnostic(("reminders", reminder.name), "too_frequent", values)
            return


def _occurrences_a_day(reminder: Reminder) -> int:
    """Return the most occurrences that a reminder can have on one care day."""
    match reminder.timing:
        case At(moments):
            return len(moments)
        case Every(interval):
            return ONE_DAY // interval + 1
        case Cron() as cron:
            fields = parse_cron(cron)
            return len(fields.hours) * len(fields.minutes)


def parse_cron(cron: Cron) -> CronSim:
    """Return parsed cron fields, for properties that do not depend on a date."""
    return CronSim(cron.fields, datetime(2024, 1, 1))  # noqa: DTZ001 - wall times


# Routines


def _check_routines(tables: Table) -> Iterator[Diagnostic]:
    for rule in build_routines(tables):
        where = ("routines", rule.id)
        if not _is_plain_name(rule.id):
            yield Diagnostic(where, "routine_name_wrong", {"found": rule.id})
        elif len(rule.id) > _MAX_ROUTINE_NAME:
            values: dict[str, object] = {"found": len(rule.id), "most": _MAX_ROUTINE_NAME}
            yield Diagnostic(where, "routine_name_too_long", values)
        if not rule.steps and rule.id not in BUILT_IN:
            yield Diagnostic(where, *with_nearest("routine_steps_missing", rule.id, BUILT_IN, {}))
        if rule.steps:
            whole = length_of(Routine(rule.id, "", None, rule.steps, rule.repeats))
            if whole > _MAX_ROUTINE:
                yield Diagnostic(where, "routine_too_long", {"found": length_text(whole)})


def _check_routine_references(tables: Table) -> Iterator[Diagnostic]:
    """Yield references to routines that do not exist, and those outside stretching reminders."""
    known = list(dict.fromkeys((*BUILT_IN, *tables.get("routines", {}))))
    named: list[tuple[Path, object]] = [(("stretch", "routine"), tables["stretch"]["routine"])]
    for name, table in tables["reminders"].items():
        where: Path = ("reminders", name, "routine")
        routine = table.get("routine")
        if isinstance(routine, str) and table["topic"] != Topic.STRETCHING:
            against = ("reminders", name, "topic")
            yield Diagnostic(where, "routine_without_stretch", {}, against=against)
        else:
            named.append((where, routine))
    for where, routine in named:
        if isinstance(routine, str) and routine.strip() not in known:
            values: dict[str, object] = {"found": routine.strip(), "allowed": known}
            yield Diagnostic(
                where, *with_nearest("routine_unknown", routine.strip(), known, values)
            )
