"""APScheduler with a job for each reminder; its triggers query `domain`.

APScheduler waits on the monotonic clock, which stops during suspend (agronholm/apscheduler#794).
Its one timer is therefore replaced by an alarm on the wall clock, and the engine is updated after a
clock step or a resume.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from nightcare.domain.reminders import Occurrence, Reminder
from nightcare.import_stubs import import_with_stubs

# APScheduler uses these for its version, plugins, a zone and job names that are given here, random
# delays and threads that are not used here; docs/performance.md has the figures.
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
# The modules are loaded by now, with the stubs or without.
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent  # noqa: E402
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: E402
from apscheduler.triggers.base import BaseTrigger  # noqa: E402

_DEADLINE = "deadline"
_REMINDER = "reminder "

Upcoming = Callable[[Reminder, datetime], Occurrence | None]


class Alarm(Protocol):
    """The alarm that wakes the scheduler: see `nightcare.desktop.clock`."""

    def set(self, due: datetime | None) -> None:
        """Replace the instant of the alarm (UTC); None for clock steps alone."""
        ...

    def close(self) -> None:
        """Release the alarm, which makes no further calls."""
        ...


AlarmMaker = Callable[
    [asyncio.AbstractEventLoop, Callable[[], None], Callable[[], None], Callable[[], None]], Alarm
]


class ReminderScheduler:
    """A job for each reminder, and one for the next deadline of an open or snoozed delivery.

    Args:
        upcoming: Returns the next occurrence of a reminder later than an instant (UTC).
        update: Called when anything is due.
        soon: Called a moment before that.
        jumped: Called when the clock was set or the machine was suspended.
        failed: Called with the error of a job; APScheduler would only log it.
        make_alarm: The factory of the alarm.
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
        self._update = update
        self._stopped = False
        # APScheduler logs every job.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = _WallClockScheduler(make_alarm, jumped, soon)

        def report(event: JobExecutionEvent) -> None:
            failed(event.exception)

        self._scheduler.add_listener(report, EVENT_JOB_ERROR)

    def start(self) -> None:
        """Start the scheduler."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop the scheduler, and cancel the tasks of its jobs."""
        self._stopped = True
        self._scheduler.close()

    def plan(self, reminders: Iterable[Reminder]) -> None:
        """Replace the jobs by one for each of these reminders."""
        for job in self._scheduler.get_jobs():
            if job.id.startswith(_REMINDER):
                job.remove()
        for reminder in reminders:
            self._add(_REMINDER + reminder.name, _ReminderTrigger(reminder, self._upcoming))

    def deadline(self, due: datetime | None) -> None:
        """Replace the deadline by an instant (UTC), or by none."""
        if due is None:
            if self._scheduler.get_job(_DEADLINE) is not None:
                self._scheduler.remove_job(_DEADLINE)
        else:
            self._add(_DEADLINE, _Once(due))

    async def _fire(self) -> None:
        try:
            await self._update()
        except asyncio.CancelledError:
            # APScheduler would log the cancellation at shutdown as an error.
            if not self._stopped:
                raise

    def _add(self, name: str, trigger: BaseTrigger) -> None:
        self._scheduler.add_job(
            self._fire,
            trigger,
            id=name,
            replace_existing=True,
            coalesce=True,
            # The policy decides whether a late occurrence is still shown.
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
        self._call_soon = soon
        self._alarm: Alarm | None = None

    def start(self, paused: bool = False) -> None:  # noqa: FBT001, FBT002 - as APScheduler has it
        loop = asyncio.get_running_loop()
        self._alarm = self._make_alarm(loop, self._ring, self._jumped, self._soon)
        super().start(paused)

    def close(self) -> None:
        """Stop at once, also if a job waits for something."""
        if self._alarm is not None:
            self._alarm.close()
            self._alarm = None
        super().shutdown(wait=False)

    def _soon(self) -> None:
        """Find the next occurrence of each job that is due in a moment, while there is time."""
        due = self._earliest()
        for job in self.get_jobs():
            if job.next_run_time == due:
                job.trigger.get_next_fire_time(due, due)
        self._call_soon()

    def _ring(self) -> None:
        # Do as `wakeup`, which takes another turn of the loop because other threads may call it.
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
    """A trigger for each occurrence of a reminder."""

    def __init__(self, reminder: Reminder, upcoming: Upcoming) -> None:
        self._reminder = reminder
        self._next = upcoming
        self._found: tuple[datetime, datetime] | None = None

    def get_next_fire_time(self, previous: Any, now: Any) -> datetime | None:
        """Return the next occurrence after both the previous one and now; None without one."""
        after = now if previous is None else max(previous, now)
        if self._found is None or not self._found[0] <= after < self._found[1]:
            occurrence = self._next(self._reminder, after.astimezone(UTC))
            if occurrence is None:
                return None
            self._found = (after, occurrence.due)
        return self._found[1]


class _Once(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    """A trigger that fires once, at an instant (UTC)."""

    def __init__(self, due: datetime) -> None:
        self._due = due

    def get_next_fire_time(self, previous: Any, now: Any) -> datetime | None:  # noqa: ARG002
        """Return the instant; None once the trigger has fired."""
        return self._due if previous is None else None
