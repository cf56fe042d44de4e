"""From validated tables to a schedule; finds what contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from nightcare.config.limits import too_frequent
from nightcare.config.lint import lint
from nightcare.config.locations import Path
from nightcare.config.model import Config, DiaryTable, QuietTable, ReminderTable
from nightcare.config.routines import routine_mistakes, routine_rules, unknown_routines
from nightcare.config.sleep_week import SleepWeek
from nightcare.config.types import WEEKDAYS
from nightcare.domain.moments import Anchor, Moment, Relative, clock_text
from nightcare.domain.reminders import (
    At,
    Condition,
    Cron,
    Every,
    QuietRules,
    Reminder,
    Repeat,
    Topic,
    WhenBusy,
    is_evening,
)
from nightcare.domain.routine import StretchRule
from nightcare.domain.schedule import ReferralRule, Schedule
from nightcare.domain.snooze import SnoozeRule
from nightcare.domain.time_parser import UNTIL
from nightcare.errors import Diagnostic

_STAYS = timedelta(minutes=10)
_EVENING_STAYS = timedelta(minutes=30)
_LONGEST_NAME = 100

WHATEVER_THE_SLEEP = frozenset(
    {
        "timing_missing",
        "timing_twice",
        "only_with_every",
        "name_wrong",
        "name_taken",
        "name_too_long",
        "at_twice",
        "routine_unknown",
        "routine_unknown_but",
        "routine_without_stretch",
        "routine_name_wrong",
        "routine_name_too_long",
        "routine_steps_missing",
        "routine_steps_missing_but",
        "routine_too_long",
        "too_frequent",
    }
)
"""The mistakes that are mistakes whenever the person sleeps."""


@dataclass(frozen=True)
class BuildResult:
    """A schedule, where the tables make one, and what is wrong or doubtful about them."""

    schedule: Schedule | None
    mistakes: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]


def build(config: Config) -> BuildResult:
    """Make the schedule that the tables stand for."""
    week = SleepWeek.of(config.sleep)
    mistakes = list(_bedtimes(week))
    reminders: list[Reminder] = []
    for name, table in config.reminders.items():
        where = ("reminders", name)
        timings = [one for one in _timings(table) if one is not None]
        mistakes += _name_mistakes(name)
        if len(timings) != 1:
            mistakes.append(_timing_count(where, table, len(timings)))
            continue
        mistakes += _without_every(where, table)
        reminder = _reminder(name, table, timings[0], config)
        reminders.append(reminder)
        mistakes += _moment_mistakes(where, table, reminder, week)
    mistakes += too_frequent(reminders)
    mistakes += unknown_routines(config)
    mistakes += routine_mistakes(config)
    mistakes += _question_mistakes(config.diary.morning_question, week)
    mistakes += _rule_mistakes(config.diary)
    schedule = Schedule(
        language=None if config.language == "auto" else config.language,
        zone=config.timezone,
        sleep=week.sleep,
        reminders=tuple(reminders),
        snooze=SnoozeRule(tuple(config.snooze.lengths), config.snooze.limit),
        stretch=StretchRule(config.stretch.routine or None, config.stretch.sound),
        routines=routine_rules(config),
        idle_after=config.quiet.idle_after,
        morning_question=config.diary.morning_question,
        professional=ReferralRule(
            config.diary.professional_nights,
            config.diary.professional_days,
            notice=config.diary.professional_notice,
        ),
        notify=None if config.notify.backend == "auto" else config.notify.backend,
    )
    return BuildResult(
        None if mistakes else schedule,
        tuple(mistakes),
        tuple(lint(config, reminders, week)),
    )


# Sleep


def _bedtimes(week: SleepWeek) -> Iterator[Diagnostic]:
    """A bedtime may not lie after the next wake-up; each place is named once."""
    seen = set()
    for number in range(len(WEEKDAYS)):
        following = week.after(number)
        hours, where = week.hours(number), week.place(number, "bedtime")
        if week.night(number) < timedelta() and where not in seen:
            seen.add(where)
            yield Diagnostic(
                where,
                "bedtime_after_wake",
                {
                    "bedtime": clock_text(hours.bedtime),
                    "wake": clock_text(week.hours(following).wake),
                    "weekday": number,
                    "following": following,
                },
                against=week.place(following, "wake"),
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


def _timing_count(where: Path, table: ReminderTable, count: int) -> Diagnostic:
    if not count:
        return Diagnostic(where, "timing_missing", {})
    given = [key for key in ("at", "every", "cron") if getattr(table, key) is not None]
    return Diagnostic(
        (*where, given[1]), "timing_twice", {"given": given}, against=(*where, given[0])
    )


def _without_every(where: Path, table: ReminderTable) -> Iterator[Diagnostic]:
    if table.every is not None:
        return
    instead = "at" if table.cron is None else "cron"
    for key, value in (("from", table.first), ("until", table.until)):
        if value is not None:
            values: dict[str, object] = {"key": key}
            yield Diagnostic((*where, key), "only_with_every", values, against=(*where, instead))


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
        routine=_routine(table, config),
    )


def _routine(table: ReminderTable, config: Config) -> str | None:
    if table.topic is not Topic.STRETCHING:
        return None
    return (config.stretch.routine if table.routine is None else table.routine) or None


def _quiet(table: ReminderTable, general: QuietTable, *, evening: bool) -> QuietRules:
    rules: dict[Condition, WhenBusy] = {one: getattr(general, one) for one in Condition}
    if evening:
        # A nightly do-not-disturb would swallow every evening reminder.
        rules[Condition.DO_NOT_DISTURB] = WhenBusy.SHOW
    own = {one: getattr(table.quiet, one) for one in Condition}
    return rules | {one: conduct for one, conduct in own.items() if conduct is not None}


def _name_mistakes(name: str) -> Iterator[Diagnostic]:
    plain = name.replace("-", "").replace("_", "")
    if not (plain.isalnum() and name[0].isalpha()):
        yield Diagnostic(("reminders", name), "name_wrong", {"found": name})
    elif name.lower() == UNTIL:
        yield Diagnostic(("reminders", name), "name_taken", {"found": name})
    elif len(name) > _LONGEST_NAME:
        values: dict[str, object] = {"found": len(name), "most": _LONGEST_NAME}
        yield Diagnostic(("reminders", name), "name_too_long", values)


# Moments


def _moments(table: ReminderTable, timing: At | Every | Cron) -> Iterator[tuple[Path, Moment]]:
    """The moments of a timing, each with the keys below the reminder's under which it stands."""
    match timing:
        case At(named):
            yield from ((("at", number), moment) for number, moment in enumerate(named))
        case Every(_, first, until):
            yield ("from" if table.first else "every",), first
            yield ("until" if table.until else "every",), until
        case Cron():
            return


def _moment_mistakes(
    where: Path, table: ReminderTable, reminder: Reminder, week: SleepWeek
) -> Iterator[Diagnostic]:
    timing = reminder.timing
    if isinstance(timing, At):
        yield from _named_again(where, timing)
    outside = False
    for keys, moment in _moments(table, timing):
        night = _in_the_night((*where, *keys), moment, sorted(reminder.days), week)
        if night is not None:
            outside = True
            yield night
    if isinstance(timing, Every) and not outside:
        empty = [
            week.offset(timing.first, number) > week.offset(timing.until, number)
            for number in reminder.days
        ]
        if all(empty):
            yield Diagnostic(
                (*where, "from" if table.first else "until" if table.until else "every"),
                "every_empty",
                {"first": str(timing.first), "until": str(timing.until)},
                against=(*where, "until") if table.first and table.until else None,
            )


def _in_the_night(
    where: Path, moment: Moment, days: Iterable[int], week: SleepWeek
) -> Diagnostic | None:
    """A relative moment that is not in the waking hours of one of these days."""
    for number in days:
        if isinstance(moment, Relative) and not week.wakes(moment, number):
            hours = week.hours(number)
            values: dict[str, object] = {
                "found": str(moment),
                "weekday": number,
                "wake": clock_text(hours.wake),
                "bedtime": clock_text(hours.bedtime),
            }
            against = week.bound(moment, number)
            return Diagnostic(where, "moment_in_night", values, against=against)
    return None


def _named_again(where: Path, timing: At) -> Iterator[Diagnostic]:
    named: dict[Moment, int] = {}
    for number, moment in enumerate(timing.moments):
        first = named.setdefault(moment, number)
        if first != number:
            yield Diagnostic(
                (*where, "at", number),
                "at_twice",
                {"found": str(moment)},
                against=(*where, "at", first),
            )


def _question_mistakes(question: Moment | None, week: SleepWeek) -> Iterator[Diagnostic]:
    if question is not None:
        where = ("diary", "morning_question")
        night = _in_the_night(where, question, range(len(WEEKDAYS)), week)
        if night is not None:
            yield night


def _rule_mistakes(table: DiaryTable) -> Iterator[Diagnostic]:
    nights, days = table.professional_nights, table.professional_days
    if nights > days:
        where = ("diary", "professional_nights")
        values: dict[str, object] = {"found": nights, "most": days}
        yield Diagnostic(where, "rule_never", values, against=("diary", "professional_days"))
