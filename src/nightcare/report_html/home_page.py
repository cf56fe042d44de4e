"""The content of the page that the menu entry opens: today, the schedule and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nightcare.domain.delivery import Closed
from nightcare.domain.moments import length_text
from nightcare.domain.outlook import Outlook, OutlookEntry
from nightcare.domain.reminders import Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.week_plan import AlikeDays
from nightcare.i18n.plan_text import entry_state, moment_text, next_line, state_line
from nightcare.i18n.translator import Translator
from nightcare.i18n.week_text import clocks_by_reminder, days_text, frequency_lines, hours_text
from nightcare.report_html.view_model import Page


@dataclass(frozen=True)
class PlanRow:
    """One reminder of today.

    Attributes:
        clock: Its time (local).
        reminder: Its topic, or the person's own text.
        state: Its outcome or state; empty if it is to come.
        past: Whether it is over.
    """

    clock: str
    reminder: str
    state: str
    past: bool


@dataclass(frozen=True)
class CommandRow:
    """A command to copy, and what it does."""

    command: str
    effect: str


@dataclass(frozen=True)
class ScheduleDays:
    """Weekdays that are alike: each reminder with its times."""

    name: str
    hours: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HomePage:
    """The whole page.

    Attributes:
        made: The time at which it was made.
        status: Whether the service runs, the open reminder, and the next one.
        today: The plan of the care day.
        answers: The commands to answer with.
        week: The schedule of a usual week.
        frequency: Sentences about the number of reminders.
        changes: The commands to change the schedule with.
        report: The report.
    """

    made: str
    status: tuple[str, ...]
    today: tuple[PlanRow, ...]
    answers: tuple[CommandRow, ...]
    week: tuple[ScheduleDays, ...]
    frequency: str
    changes: tuple[CommandRow, ...]
    report: Page


def build_home_page(
    outlook: Outlook,
    week: Sequence[AlikeDays],
    report: Page,
    translator: Translator,
    *,
    running: bool,
) -> HomePage:
    """Return the page.

    Args:
        outlook: The plan, with past occurrences.
        week: The plan of a usual week.
        report: The page of the report, which becomes the last section.
        translator: The texts in the person's language.
        running: Whether the service runs.
    """
    now, schedule = outlook.calendar.local(outlook.now), outlook.schedule
    today = outlook.day(outlook.calendar.at(outlook.now))
    return HomePage(
        made=translator.text("home_made", date=translator.date(now.date()), clock=f"{now:%H:%M}"),
        status=tuple(_status(outlook, translator, running=running)),
        today=tuple(_plan_row(one, outlook, translator) for one in today),
        answers=tuple(_answers(outlook, translator)),
        week=tuple(_schedule_days(days, schedule, translator) for days in week),
        frequency=" ".join(frequency_lines(week, schedule, translator)),
        changes=(
            _row("nightcare setup", "setup", translator),
            _row("nightcare config edit", "edit", translator),
        ),
        report=report,
    )


def _status(outlook: Outlook, translator: Translator, *, running: bool) -> Iterator[str]:
    if not running:
        yield f"{translator.text('status_stopped')} {translator.text('error_not_running')}"
    until = outlook.global_state.pause_end(outlook.now)
    if until is not None:
        yield translator.text("status_paused", until=moment_text(until, outlook, translator))
    for one in outlook.deliveries:
        if not one.settled:
            yield state_line(one, outlook, translator, running=running)
    yield next_line(outlook.next(), outlook, translator)


def _plan_row(entry: OutlookEntry, outlook: Outlook, translator: Translator) -> PlanRow:
    occurrence = entry.occurrence
    reminder = outlook.schedule.reminder(occurrence.key.reminder)
    return PlanRow(
        clock=f"{outlook.calendar.local(occurrence.due):%H:%M}",
        reminder=(
            occurrence.key.reminder if reminder is None else _reminder_text(reminder, translator)
        ),
        state=entry_state(entry, outlook, translator),
        past=entry.delivery is not None and isinstance(entry.delivery.state, Closed),
    )


def _reminder_text(reminder: Reminder, translator: Translator) -> str:
    return reminder.text or translator.text(f"topic_{reminder.topic}")


def _answers(outlook: Outlook, translator: Translator) -> Iterator[CommandRow]:
    if any(one.open for one in outlook.deliveries):
        yield _row("nightcare done", "done", translator)
        length = length_text(outlook.schedule.snooze.lengths[0])
        yield _row(f"nightcare snooze {length}", "snooze", translator)
    else:
        yield _row("nightcare done --next", "done_next", translator)
        yield _row("nightcare skip", "skip", translator)
    if outlook.global_state.paused(outlook.now):
        yield _row("nightcare resume", "resume", translator)
    else:
        yield _row("nightcare pause 2h", "pause", translator)
    yield _row("nightcare tonight 23:45", "tonight", translator)
    yield _row("nightcare good-night", "good_night", translator)
    yield _row("nightcare undo", "undo", translator)
    yield _row("nightcare relief", "relief", translator)
    yield _row("nightcare cramp add", "cramp", translator)


def _row(command: str, key: str, translator: Translator) -> CommandRow:
    return CommandRow(command, translator.text(f"home_do_{key}"))


def _schedule_days(days: AlikeDays, schedule: Schedule, translator: Translator) -> ScheduleDays:
    rows = clocks_by_reminder(days, schedule, translator)
    return ScheduleDays(
        days_text(days, translator),
        hours_text(days, translator),
        tuple((_reminder_text(reminder, translator), clocks) for reminder, clocks in rows),
    )
