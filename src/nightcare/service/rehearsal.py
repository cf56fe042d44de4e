"""A rehearsal of a whole day in a minute, with a journal in memory and a clock that jumps.

The clock jumps from one reminder to the next; each stays on the screen for the same few seconds,
and its buttons work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from nightcare.domain.care_day import Calendar, CareDay
from nightcare.domain.notification import NotifierEvent
from nightcare.domain.recurrence import plan
from nightcare.domain.schedule import Schedule
from nightcare.engine.engine import Engine
from nightcare.engine.messages import token
from nightcare.engine.ports import Notifier, TranslatorPort
from nightcare.journal.store import Journal

_INSTANT = timedelta(seconds=1)


class _JumpingClock:
    """A clock that can be set, and continues from there."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, instant: datetime) -> None:
        """Set the clock to an instant (UTC)."""
        self._instant, self._since = instant, time.monotonic()

    def now(self) -> datetime:
        """Return the present instant of the clock (UTC)."""
        return self._instant + timedelta(seconds=time.monotonic() - self._since)


async def rehearse(  # noqa: PLR0913 - everything outside is passed in
    *,
    schedule: Schedule,
    zone: tzinfo,
    day: CareDay,
    translator: TranslatorPort,
    screen: Notifier,
    seconds: float,
    log: Callable[..., None],
) -> None:
    """Show the reminders of a care day one after the other.

    Args:
        schedule: The user's schedule.
        zone: The time zone.
        day: The care day to rehearse.
        translator: The translator.
        screen: The notifier.
        seconds: The length of the rehearsal.
        log: Logs an event, with the instant of the clock (UTC).
    """
    clock = _JumpingClock(day.wake - _INSTANT)
    journal = Journal.in_memory()

    def log_now(key: str, /, **values: object) -> None:
        log(key, clock.now(), **values)

    service = Engine(
        schedule=schedule,
        zone=zone,
        journal=journal,
        screen=screen,
        translator=translator,
        log=log_now,
    )

    def handle_event(event: NotifierEvent) -> None:
        service.handle_event(event, clock.now())

    planned = plan(schedule.enabled, Calendar(schedule.sleep, zone), day.date, 1)
    showings = sum(_showings(schedule, one.key.reminder) for one in planned)
    running = asyncio.create_task(screen.run(handle_event))
    try:
        service.start(clock.now())
        seen: set[str] = set()
        while (coming := _next(service, clock.now())) is not None and coming < day.ends:
            if journal.routine_session() is not None:
                # A guided routine takes its usual time.
                await _for(running, (coming - clock.now()).total_seconds())
                coming = clock.now()
            clock.set(coming)
            service.update(coming)
            new = {token(one) for one in journal.unsettled() if one.displayed} - seen
            if new:
                seen |= new
                await _for(running, seconds / max(showings, 1))
    finally:
        service.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        journal.close()


async def _for(running: asyncio.Task[None], seconds: float) -> None:
    """Wait for some seconds.

    Raises:
        Exception: The error of the notifier, if it fails meanwhile.
    """
    await asyncio.wait({running}, timeout=max(seconds, 0.0))
    if running.done():
        running.result()


def _showings(schedule: Schedule, name: str) -> int:
    repeat = schedule.named(name).repeat
    return 1 if repeat is None else 1 + repeat.times


def _next(service: Engine, now: datetime) -> datetime | None:
    due = [service.upcoming(reminder, now) for reminder in service.schedule.enabled]
    instants = [one.due for one in due if one is not None]
    deadline = service.next_deadline()
    if deadline is not None:
        instants.append(max(deadline, now))
    return min(instants, default=None)
