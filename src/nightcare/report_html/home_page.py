"""The texts of the page that the menu entry opens: today, the schedule and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nightcare.domain.delivery import Active, Closed
from nightcare.domain.moments import length_text
from nightcare.domain.outlook import Outlook, OutlookEntry
from nightcare.domain.reminders import Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.week_plan import AlikeDays
from nightcare.i18n.plan_text import entry_state, next_line, state_line
from nightcare.i18n.translator import Translator
from nightcare.i18n.week_text import clocks_by_reminder, days_text, frequency_lines, hours_text
from nightcare.report_html.view_model import Page


@dataclass(frozen=True)
class PlanRow:
    """One reminder of today.

    Attributes:
        clock: Its time (local).
        reminder: What it is about, or the person's own text.
        state: What became of it; empty if it is to come.
        past: Whether it is over.
    """

    clock: str
    reminder: str
    state: str
    past: bool


@dataclass(frozen=True)
class TodaySection:
    """The plan of the care day; `empty` is the sentence for a day without reminders."""

    title: str
    columns: tuple[str, str, str]
    rows: tuple[PlanRow, ...]
    empty: str


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
class ScheduleSection:
    """The schedule of a usual week, how often nightcare asks, and how to change it."""

    title: str
    columns: tuple[str, str]
    days: tuple[ScheduleDays, ...]
    frequency: str
    commands: tuple[CommandRow, ...]


@dataclass(frozen=True)
class HomePage:
    """The whole page.

    Attributes:
        language: The code of its language, such as "en".
        title: The heading.
        made: The time at which it was made.
        status: Whether the service runs, what is open, and what comes next.
        today: The plan of today.
        answers_title: The heading of the commands to answer with.
        answers_remark: The remark on how to use them.
        answers: The commands.
        schedule: The schedule.
        report: The report.
        written: The program that wrote it, and the date.
    """

    language: str
    title: str
    made: str
    status: tuple[str, ...]
    today: TodaySection
    answers_title: str
    answers_remark: str
    answers: tuple[CommandRow, ...]
    schedule: ScheduleSection
    report: Page
    written: str


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
        outlook: The plan, with what was shown so far.
        week: The plan of a usual week.
        report: The page of the report, which becomes the last section.
        translator: The texts in the person's language.
        running: Whether the service runs.
    """
    text = translator.text
    now = outlook.calendar.local(outlook.now)
    return HomePage(
        language=translator.language,
        title=text("home_title"),
        made=text("home_made", date=translator.date(now.date()), clock=f"{now:%H:%M}"),
        status=tuple(_status(outlook, translator, running=running)),
        today=_today(outlook, translator),
        answers_title=text("home_answers"),
        answers_remark=text("home_answers_remark"),
        answers=tuple(_answers(outlook, translator)),
        schedule=_schedule(week, outlook.schedule, translator),
        report=report,
        written=report.written,
    )


def _status(outlook: Outlook, translator: Translator, *, running: bool) -> Iterator[str]:
    if not running:
        yield f"{translator.text('status_stopped')} {translator.text('error_not_running')}"
    until = outlook.global_state.paused_until
    if until is not None and until > outlook.now:
        local = outlook.calendar.local
        yield translator.text(
            "status_paused", until=translator.when(local(until), local(outlook.now))
        )
    for one in outlook.deliveries:
        if not one.settled:
            yield state_line(one, outlook, translator, running=running)
    yield next_line(outlook.next(), outlook, translator)


def _today(outlook: Outlook, translator: Translator) -> TodaySection:
    text = translator.text
    day = outlook.calendar.at(outlook.now)
    return TodaySection(
        title=text("home_today"),
        columns=(text("home_time"), text("home_reminder"), text("home_state")),
        rows=tuple(_plan_row(one, outlook, translator) for one in outlook.day(day)),
        empty=text("plan_empty"),
    )


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
    if any(isinstance(one.state, Active) for one in outlook.deliveries):
        yield _row("nightcare done", "done", translator)
        length = length_text(_first_length(outlook.schedule))
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


def _first_length(schedule: Schedule) -> timedelta:
    return schedule.snooze.lengths[0]


def _row(command: str, key: str, translator: Translator) -> CommandRow:
    return CommandRow(command, translator.text(f"home_do_{key}"))


def _schedule(
    week: Sequence[AlikeDays], schedule: Schedule, translator: Translator
) -> ScheduleSection:
    text = translator.text
    return ScheduleSection(
        title=text("home_schedule"),
        columns=(text("home_reminder"), text("home_time")),
        days=tuple(
            ScheduleDays(
                days_text(days, translator),
                hours_text(days, translator),
                tuple(
                    (_reminder_text(reminder, translator), clocks)
                    for reminder, clocks in clocks_by_reminder(days, schedule, translator)
                ),
            )
            for days in week
        ),
        frequency=" ".join(frequency_lines(week, schedule, translator)),
        commands=(
            _row("nightcare setup", "setup", translator),
            _row("nightcare config edit", "edit", translator),
        ),
    )
