"""The plan of a usual week as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nightcare.domain.reminders import Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.week_plan import AlikeDays, PlannedTime, reminders_a_day
from nightcare.i18n.translator import Translator

_ALL_DAYS = 7
_FEWEST_OF_SPAN = 3


def days_text(days: AlikeDays, translator: Translator) -> str:
    """Return weekdays as text: "Every day", "Monday to Thursday", "Saturday, Sunday"."""
    numbers = days.weekdays
    names = [translator.weekdays[number] for number in numbers]
    if len(numbers) == _ALL_DAYS:
        text = translator.text("week_every_day", first=names[0], last=names[-1])
    elif len(numbers) >= _FEWEST_OF_SPAN and numbers[-1] - numbers[0] == len(numbers) - 1:
        text = translator.text("week_span", first=names[0], last=names[-1])
    else:
        text = ", ".join(names)
    return text[:1].upper() + text[1:]


def hours_text(days: AlikeDays, translator: Translator) -> str:
    """Return the hours of days as text: "07:00 to 22:30"."""
    return translator.text("week_hours", wake=f"{days.wake:%H:%M}", bedtime=f"{days.bedtime:%H:%M}")


def clocks_by_reminder(
    days: AlikeDays, schedule: Schedule, translator: Translator
) -> Iterator[tuple[Reminder, str]]:
    """Yield each reminder of days with its clock times, in the order of its first one."""
    times: dict[str, list[PlannedTime]] = {}
    for one in days.times:
        times.setdefault(one.reminder, []).append(one)
    for name, planned in times.items():
        yield schedule.named(name), ", ".join(_clock_text(one, translator) for one in planned)


def week_lines(
    week: Sequence[AlikeDays], schedule: Schedule, translator: Translator
) -> Iterator[str]:
    """Yield the week as lines: equal days together, and below them their reminders."""
    for days in week:
        yield f"{days_text(days, translator)}, {hours_text(days, translator)}"
        for reminder, clocks in clocks_by_reminder(days, schedule, translator):
            yield f"  {translator.text(f'topic_{reminder.topic}'):<12}{clocks}"
        if not days.times:
            yield f"  {translator.text('plan_empty')}"


def frequency_lines(
    week: Sequence[AlikeDays], schedule: Schedule, translator: Translator
) -> Iterator[str]:
    """Yield sentences about the number of reminders."""
    fewest, most = reminders_a_day(week)
    if fewest == most:
        yield translator.text("week_count", count=most)
    else:
        yield translator.text("week_counts", fewest=fewest, most=most)
    repeats = sum(one.repeat.times for one in schedule.enabled if one.repeat is not None)
    if repeats:
        yield translator.text("week_repeats", count=repeats)
    if schedule.morning_question is not None:
        yield translator.text("week_question")


def _clock_text(planned: PlannedTime, translator: Translator) -> str:
    clock = f"{planned.clock:%H:%M}"
    return translator.text("week_next_date", clock=clock) if planned.after_midnight else clock
