"""Occurrences and the state of their deliveries as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, Snoozed
from nightcare.domain.reminders import Occurrence
from nightcare.i18n.translator import Translator

if TYPE_CHECKING:
    from nightcare.domain.outlook import Outlook, OutlookEntry


def next_line(occurrence: Occurrence | None, outlook: Outlook, translator: Translator) -> str:
    """Return the next occurrence as a line."""
    if occurrence is None:
        return translator.text("next_nothing")
    due = moment_text(occurrence.due, outlook, translator)
    title = outlook.schedule.title(occurrence.key.reminder, translator.text)
    return translator.text("next_line", reminder=title, due=due)


def occurrence_text(occurrence: Occurrence, outlook: Outlook, translator: Translator) -> str:
    """Return an occurrence as text within a sentence, such as "the 14:00 water"."""
    name = outlook.schedule.title(occurrence.key.reminder, translator.text)
    local = outlook.calendar.local
    moment, today = local(occurrence.due), local(outlook.now)
    if moment.date() == today.date():
        return translator.text("occurrence_today", reminder=name, clock=f"{moment:%H:%M}")
    return translator.text("occurrence_other", reminder=name, when=translator.when(moment, today))


def occurrences_text(
    occurrences: Iterable[Occurrence], outlook: Outlook, translator: Translator
) -> str:
    """Return several occurrences as text, such as "water (14:00, 16:00), stretching (22:00)"."""
    clocks: dict[str, list[str]] = {}
    for one in occurrences:
        title = outlook.schedule.title(one.key.reminder, translator.text)
        clocks.setdefault(title, []).append(f"{outlook.calendar.local(one.due):%H:%M}")
    return ", ".join(f"{name} ({', '.join(times)})" for name, times in clocks.items())


def ahead_line(outlook: Outlook, translator: Translator) -> str | None:
    """Return the coming occurrences that are already answered as a line; None if there are none."""
    parts = [
        f"{outlook.schedule.title(one.key.reminder, translator.text)}"
        f", {moment_text(one.occurrence.due, outlook, translator)}"
        f" ({translator.text(f'outcome_{one.state.outcome}')})"
        for one in outlook.answered_ahead()
        if isinstance(one.state, Closed)
    ]
    return translator.text("ahead_line", what="; ".join(parts)) if parts else None


def plan_lines(outlook: Outlook, translator: Translator) -> Iterator[str]:
    """Yield the coming occurrences of this care day, or of the next one, as lines."""
    from nightcare.domain.outlook import OutlookEntry  # noqa: PLC0415 - 10 ms, and not `pause`

    return day_lines([OutlookEntry(one, None) for one in outlook.coming_day()], outlook, translator)


def day_lines(
    entries: Iterable[OutlookEntry], outlook: Outlook, translator: Translator
) -> Iterator[str]:
    """Yield entries as lines, below the date of each care day."""
    day: date | None = None
    for one in sorted(entries, key=lambda one: (one.occurrence.key.care_day, one.occurrence.due)):
        if one.occurrence.key.care_day != day:
            day = one.occurrence.key.care_day
            yield translator.date(day)
        yield entry_line(one, outlook, translator)
    if day is None:
        yield translator.text("plan_empty")


def entry_line(entry: OutlookEntry, outlook: Outlook, translator: Translator) -> str:
    """Return an entry as a line: its time, title, name to type if that differs, and state."""
    name = entry.occurrence.key.reminder
    local = outlook.calendar.local(entry.occurrence.due)
    label = outlook.schedule.label(name, translator.text)
    state = entry_state(entry, outlook, translator)
    return f"  {local:%H:%M}  {label:<30} {state}".rstrip()


def entry_state(entry: OutlookEntry, outlook: Outlook, translator: Translator) -> str:
    """Return the state of an entry as text, empty if it is still to come.

    An entry that is due on a later date than its care day's is marked as after midnight.
    """
    due = outlook.calendar.local(entry.occurrence.due)
    late = due.date() > entry.occurrence.key.care_day
    mark = translator.text("plan_after_midnight") if late else ""
    past = "" if entry.delivery is None else _past_text(entry.delivery, outlook, translator)
    return f"{mark} {past}".strip()


def _past_text(delivery: Delivery, outlook: Outlook, translator: Translator) -> str:
    if isinstance(delivery.state, Closed):
        outcome = translator.text(f"outcome_{delivery.state.outcome}")
        if delivery.state.outcome is Outcome.SKIPPED:
            return outcome
        if delivery.answered_ahead and delivery.state.outcome is Outcome.DONE:
            at = moment_text(delivery.state.at, outlook, translator)
            return translator.text("outcome_done_ahead", at=at)
        reason = delivery.state.reason
        return (
            outcome if reason is None else f"{outcome} ({translator.text(f'reason_{reason.word}')})"
        )
    key, values = _state(delivery, outlook, translator)
    return translator.text(f"became_{key}", **values)


def state_line(
    delivery: Delivery, outlook: Outlook, translator: Translator, *, running: bool
) -> str:
    """Return the state of an open delivery as a line.

    Args:
        delivery: The delivery.
        outlook: The plan that it belongs to.
        translator: The user's language.
        running: Whether the service runs, without which nothing is shown.
    """
    key, values = _state(delivery, outlook, translator)
    if delivery.open and not running:
        key = "stopped"
    due = moment_text(delivery.occurrence.due, outlook, translator)
    title = outlook.schedule.title(delivery.key.reminder, translator.text)
    return translator.text(f"state_{key}", reminder=title, due=due, **values)


def _state(
    delivery: Delivery, outlook: Outlook, translator: Translator
) -> tuple[str, dict[str, str]]:
    """Return the end of the text's key for an open delivery, and the values of the text."""
    match delivery.state:
        case Snoozed():
            until = outlook.comes_at(delivery)
            if until is None:
                return "snoozed_not_back", {}
            return "snoozed", {"until": moment_text(until, outlook, translator)}
        case Held(cause):
            return "held", {"reason": translator.text(f"reason_{cause.word}")}
        case Active(away=False) as state if state.delivery.stage != "shown":
            return "not_shown", {"reason": translator.text(f"delivery_{state.delivery.word}")}
        case Active(on_screen=False):
            return "off", {}
        case _:
            return "open", {}


def moment_text(instant: datetime, outlook: Outlook, translator: Translator) -> str:
    """Return an instant (UTC) as text, relative to the time of the plan."""
    local = outlook.calendar.local
    return translator.when(local(instant), local(outlook.now))
