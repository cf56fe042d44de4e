"""Limits on what a configuration may cost to read, to report and to serve.

Without them a file of a few megabytes, or one line with a thousand moments, would hold up every
command and the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from cronsim import CronSim

from nightcare.domain.reminders import At, Cron, Every, Reminder
from nightcare.errors import Diagnostic

MOST_VALUES = 5000
"""Keys and list entries of all layers together."""

MOST_PROBLEMS = 50
"""Problems that are reported at once; the last one then counts the others."""

MOST_ENTRIES = 100
"""Entries of one list, such as the moments in an `at`."""

MOST_A_DAY = 2000
"""Occurrences a day of all enabled reminders together."""

_A_DAY = timedelta(days=1)
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - only what the cron fields mean is read


def too_many_values(value: object) -> bool:
    """Return whether tables and lists hold more than `MOST_VALUES` keys and entries."""
    return len(list(islice(_entries(value), MOST_VALUES + 1))) > MOST_VALUES


def _entries(value: object) -> Iterator[object]:
    """Yield every key's value and every list entry, at every depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            for entry in inner.values() if isinstance(inner, dict) else inner:
                yield entry
                waiting.append(entry)


def at_most(problems: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first `MOST_PROBLEMS`, and one more that says how many were left out."""
    rest = len(problems) - MOST_PROBLEMS
    if rest <= 0:
        return tuple(problems)
    left_out = Diagnostic((), "more_problems", {"count": rest}, place=problems[0].place.whole())
    return (*problems[:MOST_PROBLEMS], left_out)


def too_frequent(reminders: Iterable[Reminder]) -> Iterator[Diagnostic]:
    """Yield a problem for the reminder with which all together come too often in a day."""
    total = 0
    for reminder in reminders:
        if not reminder.enabled:
            continue
        count = occurrences_a_day(reminder)
        total += count
        if total > MOST_A_DAY:
            values: dict[str, object] = {"often": count, "total": total, "most": MOST_A_DAY}
            yield Diagnostic(("reminders", reminder.name), "too_frequent", values)
            return


def occurrences_a_day(reminder: Reminder) -> int:
    """Return the most occurrences that a reminder can have on one care day."""
    match reminder.timing:
        case At(moments):
            return len(moments)
        case Every(interval):
            return _A_DAY // interval + 1
        case Cron() as cron:
            fields = CronSim(cron.fields, _ANY_DATE)
            return len(fields.hours) * len(fields.minutes)
