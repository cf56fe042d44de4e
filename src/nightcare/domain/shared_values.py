"""The values that several computers of one person share, of which the last one written counts.

Each computer writes under its own id, so every value has one writer. The time of a new value is
later than that of every value that its writer has received, even if its clock is behind. So clocks
decide only between values whose writers had not received the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_LATER = datetime.resolution
_CLOCK_ERROR = timedelta(days=1)


@dataclass(frozen=True)
class SharedValue:
    """The last value that one computer wrote under a name.

    Attributes:
        name: The name, as in "pause" or "tonight/2026-11-28".
        computer: The id of the computer.
        at: When it was written (UTC).
        value: The value as JSON; None if it was removed.
    """

    name: str
    computer: str
    at: datetime
    value: str | None


def is_credible(at: datetime, now: datetime) -> bool:
    """Return whether the time of a value is credible now (both UTC).

    A value of a clock that was far ahead would take precedence for that long, and an erasure would
    include later records.
    """
    return at <= now + _CLOCK_ERROR


def latest(values: Iterable[SharedValue]) -> dict[str, SharedValue]:
    """Return the value that was written last under each name."""
    found: dict[str, SharedValue] = {}
    for one in values:
        known = found.get(one.name)
        if known is None or (one.at, one.computer) > (known.at, known.computer):
            found[one.name] = one
    return found


def changed_values(
    present: Mapping[str, str],
    written: Mapping[str, SharedValue],
    computer: str,
    now: datetime,
    recorded: Mapping[str, datetime] | None = None,
) -> list[SharedValue]:
    """Return the values that this computer has to write, so that they are the last ones written.

    Args:
        present: The values on this computer, as JSON.
        written: The value that was written last under each name.
        computer: The id of this computer.
        now: The instant (UTC).
        recorded: The times (UTC) at which the person last gave or removed a value. A time that is
            unknown, or before that of the known value, is replaced by now.
    """
    found = []
    for name in sorted({*present, *written}):
        known, value = written.get(name), present.get(name)
        if value == (None if known is None else known.value):
            continue
        # The clock may have been ahead then.
        at = min(now, (recorded or {}).get(name, now))
        if known is not None and at <= known.at:
            at = max(now, known.at + _LATER)
        found.append(SharedValue(name, computer, at, value))
    return found
