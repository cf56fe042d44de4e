"""The alarm on the wall clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightcare.desktop.clock import BoundedAlarm, KernelAlarm, alarm, now
from parts.processes import HANG_SECONDS
from parts.wall_clock import step_the_clock_to_the_time_it_shows


class Calls:
    """Counts what an alarm calls.

    Another program may set the machine's clock at any time, so there may be more jumps than those
    that a test causes.
    """

    def __init__(self) -> None:
        self.due = 0
        self.jumped = 0
        self._due = asyncio.Event()
        self._jumped = asyncio.Event()

    def on_due(self) -> None:
        """Record that the alarm is due."""
        self.due += 1
        self._due.set()

    def on_jump(self) -> None:
        """Record a jump of the clock."""
        self.jumped += 1
        self._jumped.set()

    async def wait_until_due(self) -> None:
        """Wait for the next call because the alarm is due."""
        await self._next(self._due)

    async def wait_for_jump(self) -> None:
        """Wait for the next call because the clock jumped."""
        await self._next(self._jumped)

    @staticmethod
    async def _next(happened: asyncio.Event) -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await happened.wait()
        happened.clear()


def descriptors() -> set[str]:
    """Return the open descriptors of this process, except the one that lists them."""
    return {str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}


def with_alarm(test: Callable[[KernelAlarm, Calls], object]) -> None:
    """Run a coroutine function with a kernel alarm on a loop."""

    async def run() -> None:
        calls = Calls()
        timer = KernelAlarm(asyncio.get_running_loop(), calls.on_due, calls.on_jump)
        try:
            await test(timer, calls)  # type: ignore[misc] # a coroutine function is passed in
        finally:
            timer.close()

    asyncio.run(run())


def test_it_fires_at_its_instant_and_not_before() -> None:
    """Set for a little later, it calls once, then."""

    async def test(timer: KernelAlarm, calls: Calls) -> None:
        due = now() + timedelta(milliseconds=50)
        timer.set(due)
        await calls.wait_until_due()
        assert now() >= due
        assert calls.due == 1

    with_alarm(test)


def test_it_says_a_moment_before_that_it_will_fire() -> None:
    """Once, where there is the time; and it fires all the same, at its instant."""

    async def run() -> None:
        calls = Calls()
        said: list[tuple[timedelta, int]] = []

        def soon() -> None:
            said.append((due - now(), calls.due))

        timer = alarm(asyncio.get_running_loop(), calls.on_due, calls.on_jump, soon)
        try:
            due = now() + timedelta(milliseconds=250)
            timer.set(due)
            await calls.wait_until_due()
            assert now() >= due
            ((left, fired),) = said
            assert timedelta(0) < left <= timedelta(milliseconds=100)
            assert fired == 0
            timer.set(now() + timedelta(milliseconds=50))
            await calls.wait_until_due()
        finally:
            timer.close()
        assert len(said) == 1
        assert calls.due == 2

    asyncio.run(run())


def test_an_instant_that_has_passed_fires_at_once() -> None:
    """This holds for an instant before the epoch of the clock."""

    async def test(timer: KernelAlarm, calls: Calls) -> None:
        timer.set(now() - timedelta(days=1))
        await calls.wait_until_due()
        timer.set(datetime(1970, 1, 1, tzinfo=UTC))
        await calls.wait_until_due()
        assert calls.due == 2

    with_alarm(test)


def test_a_later_setting_replaces_an_earlier_one() -> None:
    """Only the last instant counts; none means never."""

    async def test(timer: KernelAlarm, calls: Calls) -> None:
        timer.set(now() + timedelta(milliseconds=20))
        timer.set(None)
        timer.set(now() + timedelta(hours=1))
        timer.set(now() + timedelta(milliseconds=60))
        await calls.wait_until_due()
        assert calls.due == 1

    with_alarm(test)


def test_a_clock_step_is_told_although_the_alarm_is_set_again_first() -> None:
    """After a resume anything can run first; then timerfd_settime() reports the step."""

    async def test(timer: KernelAlarm, calls: Calls) -> None:
        timer.set(now() + timedelta(hours=1))
        step_the_clock_to_the_time_it_shows()
        timer.set(now() + timedelta(milliseconds=40))
        await calls.wait_for_jump()
        await calls.wait_until_due()
        assert calls.due == 1

    with_alarm(test)


def test_the_kernel_tells_of_a_clock_step() -> None:
    """Setting the clock to the time it shows is a step too, and harms nobody.

    As it broke elsewhere: vorta#1214, APScheduler#794.
    """

    async def test(timer: KernelAlarm, calls: Calls) -> None:
        timer.set(now() + timedelta(hours=1))
        step_the_clock_to_the_time_it_shows()
        await calls.wait_for_jump()
        assert calls.due == 0
        timer.set(now() + timedelta(milliseconds=20))
        await calls.wait_until_due()
        assert calls.due == 1

    with_alarm(test)


def test_closing_it_closes_the_descriptor() -> None:
    """Nothing is left behind."""

    async def run() -> None:
        before = descriptors()
        timer = alarm(asyncio.get_running_loop(), lambda: None, lambda: None)
        timer.close()
        assert descriptors() == before

    asyncio.run(run())


class FakeLoop:
    """A loop on which a test turns the time."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.call: Callable[[], None] = lambda: None

    def call_later(self, wait: float, call: Callable[[], None]) -> FakeLoop:
        """Take note of a wait."""
        self.waits.append(wait)
        self.call = call
        return self

    def cancel(self) -> None:
        """Call nothing."""
        self.call = lambda: None


def bounded(clock: list[float]) -> tuple[BoundedAlarm, FakeLoop, list[str]]:
    """Return a bounded alarm on a clock that the test sets."""
    loop, heard = FakeLoop(), list[str]()
    timer = BoundedAlarm(
        loop,  # type: ignore[arg-type] # the two things it needs of a loop
        lambda: heard.append("due"),
        lambda: heard.append("jumped"),
        lambda: clock[0],
    )
    return timer, loop, heard


def test_without_a_kernel_timer_no_wait_is_longer_than_thirty_seconds() -> None:
    """A due moment an hour away is waited for in steps, and hit exactly."""
    clock = [1000.0]
    timer, loop, heard = bounded(clock)
    timer.set(datetime.fromtimestamp(1065, UTC))
    for step in (30, 30, 5):
        assert loop.waits[-1] == step
        clock[0] += step
        loop.call()
    assert heard == ["due"]
    assert max(loop.waits) == 30


def test_without_a_kernel_timer_a_step_is_noticed_at_the_end_of_the_wait() -> None:
    """The wall clock has gone on by more than was waited."""
    clock = [1000.0]
    timer, loop, heard = bounded(clock)
    timer.set(datetime.fromtimestamp(9000, UTC))
    clock[0] += 3600
    loop.call()
    assert heard == ["jumped"]
    timer.close()
    loop.call()
    assert heard == ["jumped"]
