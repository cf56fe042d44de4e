"""Reads from the journal what an outlook needs."""

from __future__ import annotations

from datetime import datetime

from nightcare.domain.care_day import Calendar
from nightcare.domain.outlook import RECENT, Outlook
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort


def read_outlook(
    schedule: Schedule, calendar: Calendar, journal: JournalPort, now: datetime
) -> Outlook:
    """Return what is to come and what has been, by the schedule and the journal, now (UTC)."""
    session = journal.routine_session()
    return Outlook(
        schedule,
        calendar,
        journal.global_state(),
        journal.since(now - RECENT),
        None if session is None else session.key,
        now,
    )
