"""A configuration, or what is wrong with one, as plain data: so it crosses to another process.

What is not text, a number, true, false or nothing is a list, whose first item names its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from nightcare.config.load_result import ConfigSource, LoadResult
from nightcare.domain.care_day import Hours, Sleep
from nightcare.domain.guidance import RoutineStep, Side
from nightcare.domain.moments import Anchor, ClockTime, Relative
from nightcare.domain.reminders import (
    At,
    Condition,
    Cron,
    Every,
    Reminder,
    Repeat,
    Topic,
    Urgency,
    WhenBusy,
)
from nightcare.domain.routine import RoutineRule, StretchRule
from nightcare.domain.schedule import ReferralRule, Schedule
from nightcare.domain.snooze import SnoozeRule
from nightcare.errors import Diagnostic, Location, Span

Plain = None | bool | int | float | str | list[Any]

_RECORDS = (  # a test finds what a schedule may hold besides
    At, ClockTime, ConfigSource, Cron, Diagnostic, Every, Hours, LoadResult, Location,
    ReferralRule, Relative, Reminder, Repeat, RoutineRule, RoutineStep, Schedule, Sleep, SnoozeRule,
    Span, StretchRule,
)  # fmt: skip
_WORDS: tuple[type[StrEnum], ...] = (Anchor, Condition, WhenBusy, Side, Topic, Urgency)

_LARGEST = 2**63
"""What is no smaller is written as text; Python reads no number of very many digits."""

_MADE: dict[str, Callable[..., Any]] = {
    **{kind.__name__: kind for kind in (*_RECORDS, *_WORDS)},
    "list": lambda *items: list(items),
    "tuple": lambda *items: items,
    "set": lambda *items: frozenset(items),
    "dict": lambda *pairs: dict(zip(pairs[::2], pairs[1::2], strict=True)),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "length": timedelta,
    "path": Path,
    "number": lambda text: int(text, 16),
}


def plain(value: Any) -> Plain:
    """A value as plain data; what is of no known kind, such as an error, as its text.

    Raises:
        TypeError: It holds a data class that is not known here, which no text can stand for.
    """
    if isinstance(value, StrEnum):
        return [type(value).__name__, str(value)]
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return ["number", hex(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if type(value) in _RECORDS:
        fields: tuple[str, ...] = value.__match_args__
        return [type(value).__name__, *(plain(getattr(value, name)) for name in fields)]
    return _plain_parts(value)


def _plain_parts(value: Any) -> Plain:
    match value:
        case list() | tuple():
            return [type(value).__name__, *map(plain, value)]
        case frozenset():
            return ["set", *map(plain, sorted(value))]
        case dict():
            return ["dict", *(plain(one) for pair in value.items() for one in pair)]
        case datetime() | date() | time():
            return [type(value).__name__, value.isoformat()]
        case timedelta():
            return ["length", value.days, value.seconds, value.microseconds]
        case Path():
            return ["path", str(value)]
        case _ if hasattr(value, "__match_args__"):
            raise TypeError(type(value))
        case _:
            return str(value)


def unplain(value: Plain) -> Any:
    """What plain data stands for.

    Raises:
        KeyError: It names a kind that is not known.
        TypeError, ValueError: It is not what `plain` made.
        IndexError: Likewise.
    """
    if not isinstance(value, list):
        return value
    return _MADE[value[0]](*map(unplain, value[1:]))
