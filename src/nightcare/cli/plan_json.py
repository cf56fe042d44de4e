"""Occurrences and the state of their deliveries as JSON values."""

from __future__ import annotations

from datetime import datetime

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import STATE_NAMES, Active, Closed, Delivery, Held, Snoozed
from nightcare.domain.outlook import Outlook, OutlookEntry
from nightcare.domain.reminders import Occurrence


def local_time(instant: datetime | None, calendar: Calendar) -> str | None:
    """Return an instant (UTC) in local time with its offset, by ISO 8601; None for None."""
    return None if instant is None else calendar.local(instant).isoformat()


def key_value(occurrence: Occurrence, calendar: Calendar) -> dict[str, object]:
    """Return the key of an occurrence."""
    return {
        "reminder": occurrence.key.reminder,
        "due": local_time(occurrence.due, calendar),
        "care_day": occurrence.key.care_day.isoformat(),
    }


def occurrence_value(occurrence: Occurrence, outlook: Outlook) -> dict[str, object]:
    """Return a coming occurrence."""
    reminder = outlook.schedule.reminder(occurrence.key.reminder)
    topic = None if reminder is None else reminder.topic
    return {**key_value(occurrence, outlook.calendar), "topic": topic, "state": "planned"}


def entry_value(entry: OutlookEntry, outlook: Outlook) -> dict[str, object]:
    """Return an entry of a plan: a past or a coming occurrence."""
    if entry.delivery is None:
        return occurrence_value(entry.occurrence, outlook)
    return delivery_value(entry.delivery, outlook)


def delivery_value(delivery: Delivery, outlook: Outlook) -> dict[str, object]:
    """Return a delivery and its state."""
    calendar = outlook.calendar
    value = {
        **key_value(delivery.occurrence, calendar),
        "topic": delivery.topic,
        "state": STATE_NAMES[type(delivery.state)],
        "snoozes": delivery.snoozes,
    }
    match delivery.state:
        case Closed(outcome, at, reason, computer):
            at_local = local_time(at, calendar)
            value |= {"outcome": outcome, "at": at_local, "reason": reason, "computer": computer}
        case Snoozed(until):
            comes = local_time(outlook.comes_at(delivery), calendar)
            value |= {"until": local_time(until, calendar), "comes": comes}
        case Held(cause):
            value |= {"reason": cause}
        case Active(shown, closes) as state:
            value |= {
                "shown": local_time(shown, calendar),
                "closes": local_time(closes, calendar),
                "delivery": state.delivery.stage,
                "refusal": state.delivery.refusal,
                "on_screen": state.on_screen,
            }
    return value
