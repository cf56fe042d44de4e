"""An alarm that stays correct across suspend, clock steps and zone changes, without polling.

On Linux it is a timerfd on CLOCK_REALTIME, absolute, with TFD_TIMER_CANCEL_ON_SET: it fires at
the instant it is set for, and the kernel makes it readable on every clock step and every resume
from suspend. Source: timerfd_create(2). Elsewhere the wait is bounded, so that a suspend or a
step is noticed within 30 seconds.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio  # commands read the time, and run no event loop
    import ctypes

_CLOCK_REALTIME = 0
_TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_TFD_TIMER_ABSTIME = 1
_TFD_TIMER_CANCEL_ON_SET = 2
_NANOSECONDS = 1_000_000_000
_AHEAD = timedelta(milliseconds=100)
_LONGEST_BLIND_WAIT = 30.0
_NOTICED = 1.0

_NEVER = 2**62 // _NANOSECONDS
"""Seconds since 1970, in the far future: the alarm then reports clock steps alone."""


def now() -> datetime:
    """Return the current instant (UTC)."""
    return datetime.now(UTC)


def alarm(
    loop: asyncio.AbstractEventLoop,
    due: Callable[[], None],
    jumped: Callable[[], None],
    soon: Callable[[], None] | None = None,
) -> KernelAlarm | BoundedAlarm:
    """Return the best alarm that this platform offers.

    Args:
        loop: The event loop.
        due: Called at the instant that the alarm is set to.
        jumped: Called when the clock was set or the machine was suspended.
        soon: Called a tenth of a second before that instant, if the alarm supports it and is set
            early enough.
    """
    kernel_tells = sys.platform == "linux"
    return KernelAlarm(loop, due, jumped, soon) if kernel_tells else BoundedAlarm(loop, due, jumped)


class KernelAlarm:
    """A timerfd that the event loop watches."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        due: Callable[[], None],
        jumped: Callable[[], None],
        soon: Callable[[], None] | None = None,
    ) -> None:
        self._loop = loop
        self._due = due
        self._jumped = jumped
        self._soon = soon
        self._coming: datetime | None = None
        self._late_call: asyncio.Handle | None = None
        self._timer = _create()
        loop.add_reader(self._timer, self._fired)
        self.set(None)

    def set(self, due: datetime | None) -> None:
        """Call at an instant (UTC), instead of any earlier one; None for jumps alone."""
        self._coming = None
        if due is not None and self._soon is not None and due - now() > _AHEAD:
            self._coming = due
            due -= _AHEAD
        # Zero, an instant of 1970, would disarm the timer; any other past instant fires at once.
        nanoseconds = _NEVER * _NANOSECONDS if due is None else _nanoseconds(max(due, now()))
        try:
            _arm(self._timer, nanoseconds)
        except OSError as error:
            if error.errno != errno.ECANCELED:
                raise
            # The kernel reports a clock step once: to read(), or to the next timerfd_settime(),
            # which then fails with ECANCELED although the timer is armed.
            self._late_call = self._loop.call_soon(self._jumped)

    def close(self) -> None:
        """Stop the alarm for good."""
        if self._late_call is not None:
            self._late_call.cancel()
        self._loop.remove_reader(self._timer)
        os.close(self._timer)

    def _fired(self) -> None:
        try:
            os.read(self._timer, 8)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.ECANCELED:
                raise
            # The clock was set, or the machine was suspended.
            self._jumped()
        else:
            self._rang()

    def _rang(self) -> None:
        if self._coming is None or self._soon is None:
            self._due()
        else:
            self.set(self._coming)
            self._soon()


class BoundedAlarm:
    """A wait of at most 30 seconds at a time, for platforms without timerfd."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        due: Callable[[], None],
        jumped: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._loop = loop
        self._due = due
        self._jumped = jumped
        self._clock = clock
        self._at: float | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._expected = 0.0
        self.set(None)

    def set(self, due: datetime | None) -> None:
        """Call at an instant (UTC), instead of any earlier one; None for jumps alone."""
        self._at = None if due is None else due.timestamp()
        self._wait()

    def close(self) -> None:
        """Stop the alarm for good."""
        if self._handle is not None:
            self._handle.cancel()

    def _wait(self) -> None:
        self.close()
        clock = self._clock()
        left = _LONGEST_BLIND_WAIT if self._at is None else self._at - clock
        wait = min(max(left, 0.0), _LONGEST_BLIND_WAIT)
        self._expected = clock + wait
        self._handle = self._loop.call_later(wait, self._woke)

    def _woke(self) -> None:
        clock = self._clock()
        jumped = abs(clock - self._expected) > _NOTICED
        due = self._at is not None and self._at <= clock
        if due:
            self._at = None
        self._wait()
        if jumped:
            self._jumped()
        elif due:
            self._due()


def _nanoseconds(instant: datetime) -> int:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * _NANOSECONDS + since.microseconds * 1000


def _create() -> int:
    if sys.version_info >= (3, 13):
        return os.timerfd_create(_CLOCK_REALTIME, flags=_TFD_NONBLOCK_CLOEXEC)
    return _called("timerfd_create", _CLOCK_REALTIME, _TFD_NONBLOCK_CLOEXEC)


def _arm(timer: int, nanoseconds: int) -> None:
    flags = _TFD_TIMER_ABSTIME | _TFD_TIMER_CANCEL_ON_SET
    if sys.version_info >= (3, 13):
        os.timerfd_settime_ns(timer, flags=flags, initial=nanoseconds)
        return
    # A struct itimerspec: no interval, and the instant; each in seconds and nanoseconds.
    spec = struct.pack("@4l", 0, 0, *divmod(nanoseconds, _NANOSECONDS))
    _called("timerfd_settime", timer, flags, spec, None)


def _called(name: str, *arguments: Any) -> int:
    """Call the C library.

    Raises:
        OSError: The call failed.
    """
    import ctypes  # noqa: PLC0415 - commands set no alarm

    returned = int(getattr(_c_library(), name)(*arguments))
    if returned < 0:
        raise OSError(ctypes.get_errno(), name)
    return returned


@cache
def _c_library() -> ctypes.CDLL:
    import ctypes  # noqa: PLC0415 - likewise

    return ctypes.CDLL(None, use_errno=True)
