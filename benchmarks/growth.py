"""Growth of the cost with reminders and with years of journal, and compared with APScheduler."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from benchmarks.desk import EXAMPLE, Desk, installed
from benchmarks.measuring import Figure, Timed, commands_timed, timed
from nightcare.config.load import load
from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Closed, Outcome, begin
from nightcare.domain.moments import ClockTime
from nightcare.domain.recurrence import plan
from nightcare.domain.reminders import At, Cron, Key, Occurrence, Reminder, Topic
from nightcare.domain.schedule import Schedule
from nightcare.journal.store import Journal
from parts.desk import Desk as Person
from parts.home import private_home

ZONE = ZoneInfo("Europe/Copenhagen")
_FIRST = date(2026, 1, 1)
_A_YEAR = 365
EACH_DAY = 12


def with_reminders(counts: tuple[int, ...], runs: int) -> dict[int, dict[str, Figure]]:
    """Measure planning a day, an update, and finding the next reminder, by number of reminders."""
    return {count: _with(count, runs) for count in counts}


def _with(count: int, runs: int) -> dict[str, Figure]:
    schedule = _schedule(_many(count))
    calendar = Calendar(schedule.sleep, ZONE)
    person = Person("", "2026-11-23 06:00")
    person.schedule = schedule
    person.restart()

    def fire() -> None:
        person.now += timedelta(minutes=1)
        person.service.update(person.now)

    return {
        "planning a day": timed(lambda: plan(schedule.reminders, calendar, _FIRST, 1), runs),
        "an update after one minute": timed(fire, runs),
        "finding the next reminder": timed(lambda: person.service.following(person.now), runs),
    }


def against_cron_trigger(runs: int) -> dict[str, Figure]:
    """Measure planning 365 days of 30 reminders, by clock times, cron and APScheduler."""
    clocks = [(hour, minute) for hour in range(8, 18) for minute in (0, 20, 40)]
    at = tuple(_at(number, time(*clock)) for number, clock in enumerate(clocks))
    cron = tuple(
        replace(one, timing=Cron(f"{minute} {hour} * * *"))
        for one, (hour, minute) in zip(at, clocks, strict=True)
    )
    calendar = Calendar(_schedule(at).sleep, ZONE)
    return {
        "nightcare, clock times": timed(lambda: plan(at, calendar, _FIRST, _A_YEAR), runs),
        "nightcare, cron fields": timed(lambda: plan(cron, calendar, _FIRST, _A_YEAR), runs),
        "APScheduler's CronTrigger": timed(lambda: _by_cron_triggers(clocks), runs),
    }


def with_years(desk: Desk, years: tuple[int, ...], runs: int) -> dict[int, dict[str, Timed]]:
    """Measure `status`, `next` and `report` by number of years in the journal."""
    found = {}
    for count in years:
        with private_home() as home:
            person = desk.person(home)
            person.config.parent.mkdir(parents=True)
            shutil.copy(EXAMPLE, person.config)
            with contextlib.closing(Journal.open(person.state)) as journal:
                fill(journal, count)
            commands = {one: [*installed(), one] for one in ("status", "next", "report")}
            environment = home.environment()
            commands_timed(commands, environment, 1)
            found[count] = commands_timed(commands, environment, runs)
    return found


def fill(journal: Journal, years: float) -> None:
    """Write so many years of reminders and cramps until now."""
    now = datetime.now(UTC)
    with journal.transaction():
        for day in range(1, int(years * _A_YEAR) + 1):
            on = now - timedelta(days=day)
            for number in range(EACH_DAY):
                due = on - timedelta(hours=number)
                key = Key("water", due.date(), str(number))
                delivery = begin(Occurrence(key, due), Topic.HYDRATION)
                journal.save(replace(delivery, state=Closed(Outcome.DONE, due)))
            journal.write(
                "INSERT INTO cramps"
                " (at, ahead, care_day, by_night, leg, severity, minutes, note, recorded)"
                " VALUES (?, 3600, ?, 1, 'left', 'mild', 5, '', ?)",
                on.isoformat(timespec="microseconds"),
                on.date().isoformat(),
                on.isoformat(timespec="microseconds"),
            )


def _by_cron_triggers(clocks: list[tuple[int, int]]) -> None:
    end = datetime(_FIRST.year + 1, 1, 1, tzinfo=ZONE)
    for hour, minute in clocks:
        trigger = CronTrigger(hour=hour, minute=minute, timezone=ZONE)
        now = datetime.combine(_FIRST, time(), ZONE)
        previous = None
        while now < end:
            previous = trigger.get_next_fire_time(previous, now)
            now = previous


def _many(count: int) -> tuple[Reminder, ...]:
    minutes = (divmod(7 * 60 + number % (15 * 60), 60) for number in range(count))
    return tuple(_at(number, time(*clock)) for number, clock in enumerate(minutes))


def _at(number: int, clock: time) -> Reminder:
    pattern = a_schedule().reminders[0]
    return replace(pattern, name=f"number-{number}", timing=At((ClockTime(clock),)))


def _schedule(reminders: tuple[Reminder, ...]) -> Schedule:
    return replace(a_schedule(), reminders=reminders, morning_question=None)


def a_schedule() -> Schedule:
    """Return the schedule of the example."""
    with TemporaryDirectory() as folder:
        copy = Path(folder, "config.toml")
        shutil.copy(EXAMPLE, copy)
        return load(copy, {}).schedule
