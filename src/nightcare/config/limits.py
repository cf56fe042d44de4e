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


def at_most(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the first `MOST_PROBLEMS`, and one more that counts the others."""
    rest = len(diagnostics) - MOST_PROBLEMS
    if rest <= 0:
        return tuple(diagnostics)
    place = diagnostics[0].place.whole()
    return (
        *diagnostics[:MOST_PROBLEMS],
        Diagnostic((), "more_problems", {"count": rest}, place=place),
    )


def too_frequent(reminders: Iterable[Reminder]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for the reminder with which all together come too often in a day."""
    total = 0
    for reminder in reminders:
        count = occurrences_a_day(reminder) if reminder.enabled else 0
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
            return timedelta(days=1) // interval + 1
        case Cron() as cron:
            fields = parse_cron(cron)
            return len(fields.hours) * len(fields.minutes)


def parse_cron(cron: Cron) -> CronSim:
    """Return cron fields parsed, for what they mean on any date."""
    return CronSim(cron.fields, datetime(2024, 1, 1))  # noqa: DTZ001 - wall times
