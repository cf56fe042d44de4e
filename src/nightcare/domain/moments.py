"""Moments and lengths as a person writes them: "21:45", "wake + 1h", "bedtime - 30m", "2h"."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from nightcare.domain.time_parser import parse_clock, parse_length
from nightcare.errors import ValueRefused


class Anchor(StrEnum):
    """The start or end of the day that a relative moment counts from."""

    WAKE = "wake"
    BEDTIME = "bedtime"


@dataclass(frozen=True)
class ClockTime:
    """A time on the wall, local."""

    time: time

    def __str__(self) -> str:
        return clock_text(self.time)


@dataclass(frozen=True)
class Relative:
    """So much elapsed time after (or, negative, before) the wake-up or bedtime of a care day."""

    anchor: Anchor
    offset: timedelta = timedelta()

    def __str__(self) -> str:
        if not self.offset:
            return self.anchor
        sign = "-" if self.offset < timedelta() else "+"
        return f"{self.anchor} {sign} {length_text(abs(self.offset))}"


Moment = ClockTime | Relative


def length_text(length: timedelta) -> str:
    """Write a length the way it is read: "1h30m"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def clock_text(clock: time) -> str:
    """Write a time on the wall, with seconds only where there are any."""
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


@functools.cache
def _relative_pattern() -> re.Pattern[str]:
    return re.compile(r"(wake|bedtime)(?:\s*([+-])\s*(\S.*))?")


def parse_moment(text: str) -> Moment:
    """Understand a moment of a care day: a clock time, or one relative to `wake` or `bedtime`.

    Raises:
        ValueRefused: It is none.
    """
    relative = _relative_pattern().fullmatch(text.strip())
    if relative is None:
        try:
            return ClockTime(parse_clock(text))
        except ValueRefused as error:
            raise ValueRefused("moment_not_understood", found=text) from error
    anchor, sign, length = relative.groups()
    if sign is None:
        return Relative(Anchor(anchor))
    offset = parse_length(length)
    return Relative(Anchor(anchor), -offset if sign == "-" else offset)
