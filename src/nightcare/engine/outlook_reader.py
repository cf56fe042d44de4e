"""Reading of an outlook from the journal."""

from __future__ import annotations

from datetime import datetime, tzinfo

from nightcare.domain.global_state import GlobalState
from nightcare.domain.outlook import RECENT, Outlook
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort


def read_outlook(schedule: Schedule, zone: tzinfo, journal: JournalPort, now: datetime) -> Outlook:
    """Return past and coming occurrences by the schedule and the journal, now (UTC)."""
    state = journal.global_state()
    return Outlook(
        schedule,
        schedule.calendar(zone, state),
        state,
        journal.since(now - RECENT),
        journal.routine_key(),
        now,
    )


def outlook_without_journal(schedule: Schedule, zone: tzinfo, now: datetime) -> Outlook:
    """Return the coming occurrences by the schedule alone, now (UTC)."""
    state = GlobalState()
    return Outlook(schedule, schedule.calendar(zone, state), state, (), None, now)
