"""APScheduler on the wall clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nightcare.domain.reminders import Key, Occurrence, Reminder
from nightcare.service.scheduler import ReminderScheduler
from parts.desk import schedule_of

TWO = """
[reminders.walk]
topic = "exercise"
at = "10:00"
[reminders.swim]
topic = "exercise"
at = "11:00"
"""


class HandAlarm:
    """An alarm that a test fires by hand."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.closed = False
        self.due: Callable[[], None] = lambda: None
        self.jumped: Callable[[], None] = lambda: None
        self.soon: Callable[[], None] = lambda: None

    def make(
        self,
        loop: asyncio.AbstractEventLoop,  # noqa: ARG002 - as makers have it
        due: Callable[[], None],
        jumped: Callable[[], None],
        soon: Callable[[], None],
    ) -> HandAlarm:
        """Be the alarm that was made."""
        self.due, self.jumped, self.soon = due, jumped, soon
        return self

    def set(self, due: datetime | None) -> None:
        """Take note of the instant."""
        self.at = due

    def close(self) -> None:
        """Take note."""
        self.closed = True


class Bench:
    """Scheduling with its surroundings."""

    def __init__(self, dues: dict[str, datetime | None], error: Exception | None = None) -> None:
        self.alarm = HandAlarm()
        self.dues = dues
        self.error = error
        self.updated = 0
        self.jumps = 0
        self.moments_before = 0
        self.asked: list[str] = []
        self.failures: list[BaseException] = []
        self.scheduling = ReminderScheduler(
            upcoming=self._upcoming,
            update=self._update,
            soon=self._soon,
            jumped=self._jumped,
            failed=self.failures.append,
            make_alarm=self.alarm.make,
        )
        self.reminders = schedule_of(TWO).reminders

    def _upcoming(self, reminder: Reminder, after: datetime) -> Occurrence | None:
        self.asked.append(reminder.name)
        due = self.dues.get(reminder.name)
        if due is None or due <= after:
            return None
        return Occurrence(Key(reminder.name, due.date(), "1"), due)

    async def _update(self) -> None:
        self.updated += 1
        if self.error is not None:
            raise self.error

    def _jumped(self) -> None:
        self.jumps += 1

    def _soon(self) -> None:
        self.moments_before += 1


def soon(milliseconds: int) -> datetime:
    """Return an instant so many milliseconds from now."""
    return datetime.now(UTC) + timedelta(milliseconds=milliseconds)


async def settle() -> None:
    """Let what was started come to an end."""
    for _ in range(20):
        await asyncio.sleep(0)


def run(bench: Bench, test: Callable[[], object]) -> None:
    """Run a coroutine function on a bench that is started and stopped."""

    async def main() -> None:
        bench.scheduling.start()
        try:
            await test()  # type: ignore[misc] # a coroutine function is passed in
        finally:
            bench.scheduling.stop()
        assert bench.alarm.closed

    asyncio.run(main())


def test_the_alarm_is_set_for_the_earliest_of_all_reminders() -> None:
    """One timer serves all jobs."""
    early, late = soon(60_000), soon(120_000)
    bench = Bench({"walk": late, "swim": early})

    async def test() -> None:
        bench.scheduling.plan(bench.reminders)
        await settle()
        assert bench.alarm.at == early

    run(bench, test)


def test_what_follows_is_found_a_moment_before_something_is_due() -> None:
    """Nobody waits for it then."""
    early, late = soon(1000), soon(60_000)
    bench = Bench({"walk": early, "swim": late})

    async def test() -> None:
        bench.scheduling.plan(bench.reminders)
        await settle()
        bench.dues["walk"] = soon(120_000)
        bench.alarm.soon()
        assert bench.moments_before == 1
        bench.asked.clear()
        await asyncio.sleep((early - datetime.now(UTC)).total_seconds() + 0.01)
        bench.alarm.due()
        await settle()
        assert bench.updated == 1
        assert bench.asked == []
        assert bench.alarm.at == late

    run(bench, test)


def test_a_deadline_earlier_than_all_reminders_sets_the_alarm() -> None:
    """Removing it sets the alarm back."""
    late, deadline = soon(120_000), soon(30_000)
    bench = Bench({"walk": late})

    async def test() -> None:
        bench.scheduling.plan(bench.reminders)
        bench.scheduling.deadline(deadline)
        await settle()
        assert bench.alarm.at == deadline
        bench.scheduling.deadline(None)
        bench.scheduling.deadline(None)
        bench.scheduling.plan(bench.reminders)
        await settle()
        assert bench.alarm.at == late

    run(bench, test)


def test_when_the_alarm_goes_all_is_reckoned_and_the_next_is_set() -> None:
    """The job fires once, and its trigger is asked for the next occurrence."""
    bench = Bench({"swim": soon(60_000)})

    async def test() -> None:
        first = bench.dues["walk"] = soon(500)
        bench.scheduling.plan(bench.reminders)
        await settle()
        assert bench.alarm.at == first
        await asyncio.sleep((first - datetime.now(UTC)).total_seconds() + 0.01)
        bench.alarm.due()
        await settle()
        assert bench.updated == 1
        assert bench.alarm.at == bench.dues["swim"]

    run(bench, test)


def test_a_deadline_that_has_passed_is_reckoned_at_once() -> None:
    """It waits for no alarm of its own."""
    bench = Bench({})

    async def test() -> None:
        bench.scheduling.deadline(soon(-1000))
        await settle()
        assert bench.updated == 1
        assert bench.alarm.at is None

    run(bench, test)


def test_planning_again_forgets_reminders_that_are_gone() -> None:
    """Only what is planned wakes anybody."""
    bench = Bench({"walk": soon(30_000), "swim": soon(60_000)})

    async def test() -> None:
        bench.scheduling.plan(bench.reminders)
        bench.scheduling.plan(bench.reminders[1:])
        await settle()
        assert bench.alarm.at == bench.dues["swim"]

    run(bench, test)


def test_a_jump_of_the_clock_is_passed_on() -> None:
    """The service decides what to do about it."""
    bench = Bench({})

    async def test() -> None:
        bench.alarm.jumped()
        assert bench.jumps == 1

    run(bench, test)


def test_to_be_stopped_while_a_job_waits_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """As when the service is asked to end while it asks who is there."""
    bench = Bench({})
    waits = asyncio.Event()

    async def wait() -> None:
        waits.set()
        await asyncio.Event().wait()

    async def test() -> None:
        bench.scheduling._update = wait
        bench.scheduling.deadline(soon(-1000))
        await settle()
        assert waits.is_set()
        bench.scheduling.stop()
        await settle()
        assert (bench.failures, caplog.records) == ([], [])
        bench.scheduling.start()

    run(bench, test)


def test_what_a_job_raises_is_not_swallowed(caplog: pytest.LogCaptureFixture) -> None:
    """APScheduler would only log it; a service that lives on without reminding is worse.

    As it broke elsewhere: Ianny.
    """
    bench = Bench({}, RuntimeError("broken"))

    async def test() -> None:
        bench.scheduling.deadline(soon(-1000))
        await settle()
        assert [str(error) for error in bench.failures] == ["broken"]

    run(bench, test)
    assert "broken" in caplog.text
