"""The alarm clock: APScheduler, with a job for each reminder whose trigger asks `domain`.

APScheduler waits on the monotonic clock, which stands still during suspend (agronholm/apscheduler
issue 794). Here its one timer is an alarm on the wall clock instead, and on a clock step or a
resume everything is reckoned again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from nightcare.domain.reminders import Occurrence, Reminder
from nightcare.import_stubs import import_with_stubs

# APScheduler uses these for its version, plugins, a zone that it is told here, chance, job names
# that it is told here, and threads that it does not use here; docs/performance.md has the figures.
import_with_stubs(
    "apscheduler.events",
    "apscheduler.schedulers.asyncio",
    "apscheduler.triggers.base",
    stubs={
        "importlib.metadata": {
            "version": lambda _: "3.11",
            "entry_points": lambda **_: (),
            "PackageNotFoundError": LookupError,
        },
        "tzlocal": {"get_localzone": None},
        "random": {},
        "uuid": {"uuid4": None},
        "apscheduler.executors.pool": {"ThreadPoolExecutor": None},
    },
)
# They are loaded now, with the stubs or without.
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent  # noqa: E402
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: E402
from apscheduler.triggers.base import BaseTrigger  # noqa: E402

_DEADLINE = "deadline"
_REMINDER = "reminder "

Upcoming = Callable[[Reminder, datetime], Occurrence | None]


class Alarm(Protocol):
    """What wakes the scheduler: see `nightcare.desktop.clock`."""

    def set(self, due: datetime | None) -> None:
        """Call at an instant (UTC), instead of any earlier one; None for clock jumps alone."""
        ...

    def close(self) -> None:
        """Never call again."""
        ...


AlarmMaker = Callable[
    [asyncio.AbstractEventLoop, Callable[[], None], Callable[[], None], Callable[[], None]], Alarm
]


class ReminderScheduler:
    """A job for each reminder, and one for the next deadline of what is open or snoozed.

    Args:
        upcoming: The next occurrence of a reminder later than an instant (UTC).
        reckon: Called when anything is due.
        soon: Called a moment before something is due, where there is one.
        jumped: Called when the clock was set or the machine was suspended.
        failed: Called with what a job raised; APScheduler would only log it.
        make_alarm: Makes the alarm.
    """

    def __init__(
        self,
        *,
        upcoming: Upcoming,
        update: Callable[[], Awaitable[None]],
        soon: Callable[[], None],
        jumped: Callable[[], None],
        failed: Callable[[BaseException], None],
        make_alarm: AlarmMaker,
    ) -> None:
        self._upcoming = upcoming
        self._reckon = update
        self._stopped = False
        # Its own account of every job is no news to anybody.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = _WallClockScheduler(make_alarm, jumped, soon)

        def report(event: JobExecutionEvent) -> None:
            failed(event.exception)

        self._scheduler.add_listener(report, EVENT_JOB_ERROR)

    def start(self) -> None:
        """Begin to wait."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wait no more; what a job is waiting for is cancelled."""
        self._stopped = True
        self._scheduler.close()

    def plan(self, reminders: Iterable[Reminder]) -> None:
        """Have a job for each of these reminders, and for no others; each is reckoned anew."""
        for job in self._scheduler.get_jobs():
            if job.id.startswith(_REMINDER):
                job.remove()
        for reminder in reminders:
            self._add(_REMINDER + reminder.name, _ReminderTrigger(reminder, self._upcoming))

    def deadline(self, due: datetime | None) -> None:
        """Reckon at an instant (UTC), instead of any earlier deadline."""
        if due is None:
            if self._scheduler.get_job(_DEADLINE) is not None:
                self._scheduler.remove_job(_DEADLINE)
        else:
            self._add(_DEADLINE, _Once(due))

    async def _fire(self) -> None:
        try:
            await self._reckon()
        except asyncio.CancelledError:
            # That it was stopped is no failure; APScheduler would log it as one.
            if not self._stopped:
                raise

    def _add(self, name: str, trigger: BaseTrigger) -> None:
        self._scheduler.add_job(
            self._fire,
            trigger,
            id=name,
            replace_existing=True,
            coalesce=True,
            # Whether something is still worth showing is decided by the cascade.
            misfire_grace_time=None,
            max_instances=1_000_000,
        )


class _WallClockScheduler(AsyncIOScheduler):  # type: ignore[misc] # APScheduler has no types
    """An AsyncIOScheduler whose one timer is an alarm on the wall clock."""

    def __init__(
        self, make_alarm: AlarmMaker, jumped: Callable[[], None], soon: Callable[[], None]
    ) -> None:
        super().__init__(timezone=UTC)
        self._make_alarm = make_alarm
        self._jumped = jumped
        self._tell_soon = soon
        self._alarm: Alarm | None = None

    def start(self, paused: bool = False) -> None:  # noqa: FBT001, FBT002 - as APScheduler has it
        loop = asyncio.get_running_loop()
        self._alarm = self._make_alarm(loop, self._ring, self._jumped, self._soon)
        super().start(paused)

    def close(self) -> None:
        """Stop at once, whatever a job is waiting for."""
        if self._alarm is not None:
            self._alarm.close()
            self._alarm = None
        super().shutdown(wait=False)

    def _soon(self) -> None:
        """Find what follows on what is about to be due, so that nobody waits for that then."""
        due = self._earliest()
        for job in self.get_jobs():
            if job.next_run_time == due:
                job.trigger.get_next_fire_time(due, due)
        self._tell_soon()

    def _ring(self) -> None:
        # As `wakeup` does it, which goes by way of another turn of the loop: it may be called by
        # other threads.
        self._stop_timer()
        self._start_timer(self._process_jobs())

    def _start_timer(self, wait_seconds: float | None) -> None:
        if self._alarm is not None:
            self._alarm.set(None if wait_seconds is None else self._earliest())

    def _stop_timer(self) -> None:
        if self._alarm is not None:
            self._alarm.set(None)

    def _earliest(self) -> datetime | None:
        times: list[datetime] = [
            job.next_run_time for job in self.get_jobs() if job.next_run_time is not None
        ]
        return min(times, default=None)


class _ReminderTrigger(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Fires at each occurrence of a reminder."""

    def __init__(self, reminder: Reminder, upcoming: Upcoming) -> None:
        self._reminder = reminder
        self._next = upcoming
        self._found: tuple[datetime, datetime] | None = None

    def get_next_fire_time(self, previous: Any, now: Any) -> datetime | None:
        """The next occurrence after both the previous one and now; None where there is no more."""
        after = now if previous is None else max(previous, now)
        if self._found is None or not self._found[0] <= after < self._found[1]:
            occurrence = self._next(self._reminder, after.astimezone(UTC))
            if occurrence is None:
                return None
            self._found = (after, occurrence.due)
        return self._found[1]


class _Once(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """Fires once at an instant (UTC)."""

    def __init__(self, due: datetime) -> None:
        self._due = due

    def get_next_fire_time(self, previous: Any, now: Any) -> datetime | None:  # noqa: ARG002
        """The instant, until it has been fired for."""
        return self._due if previous is None else None
