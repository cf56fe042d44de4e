"""Growth of what several computers of one person share, with their number and the years."""

from __future__ import annotations

import itertools
import tracemalloc
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.growth import EACH_DAY, ZONE, a_schedule, fill
from benchmarks.measuring import Figure, timed
from nightcare.bridge.act_exchange import SHARED_DAYS, ActExchange, SharedMessage
from nightcare.bridge.value_exchange import DIARY_KEPT_DAYS, ValueExchange
from nightcare.domain.delivery import Outcome, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.schedule import Schedule
from nightcare.domain.shared_values import SharedValue
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal

_MIB = 1024 * 1024


@dataclass(frozen=True)
class _Computer:
    """A computer with a journal, and the exchange with the others."""

    name: str
    journal: Journal
    schedule: Schedule

    def round(self, messages: list[SharedMessage], now: datetime) -> list[SharedMessage]:
        """Do what the bridge does in a round (now in UTC); return what the broker is to hold."""
        values = ValueExchange(self.journal, self.name, self.schedule, ZONE, diary=True)
        exchanges = (ActExchange(self.journal, self.name), values)
        for one in exchanges:
            one.receive(messages, now)
        for one in exchanges:
            one.sync(now)
        return [
            SharedMessage(self.name, name, payload)
            for one in exchanges
            for name, payload in one.published(now).items()
        ]

    def live(self, years: float, now: datetime) -> None:
        """Fill the journal with years until now (UTC), recorded as in rounds over all the time."""
        began = now - timedelta(days=years * 365)
        fill(self.journal, years)
        self.journal.save_global_state(replace(self.journal.global_state(), began=began))
        for days in range(DIARY_KEPT_DAYS, -1, -SHARED_DAYS // 2):
            self.round([], now - timedelta(days=days))
        evenings = [now - timedelta(days=days) for days in range(1, int(years * 365) + 1)]
        with self.journal.transaction():
            self.journal.shared.save(
                SharedValue(f"{kind}/{at.date()}", self.name, at, "true")
                for at in evenings
                for kind in ("good-night", "morning")
            )
        self.journal.prune(now)


def with_computers(
    counts: tuple[int, ...], years: int, runs: int
) -> dict[str, dict[str, Figure | float]]:
    """Measure what it costs to share, by number of computers, with so many years in the journal."""
    return {f"{count} computers, {years} years": _growth(count, years, runs) for count in counts}


def _growth(count: int, years: int, runs: int) -> dict[str, Figure | float]:
    now, schedule = datetime.now(UTC), a_schedule()
    with TemporaryDirectory() as folder, ExitStack() as stack:

        def computer(number: int) -> _Computer:
            name = f"computer{number}"
            journal = stack.enter_context(closing(Journal.open(Path(folder, name))))
            return _Computer(name, journal, schedule)

        published = []
        for number in range(1, count):
            other = computer(number)
            other.live(min(years, 1) + 0.2, now)
            published += other.round([], now)
        new = itertools.count(count)
        joining = timed(lambda: computer(next(new)).round(published, now), runs)
        tracemalloc.start()
        computer(next(new)).round(published, now)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        one = computer(0)
        one.live(years + 0.2, now)
        retained = [*published, *one.round(published, now)]
        return {
            "a new computer joins": joining,
            "one that knows all connects": timed(lambda: one.round(published, now), runs),
            "one answer": timed(partial(_answer, one, now), runs),
            "MiB that joining takes at most": peak / _MIB,
            "MiB of the journal": _size(Path(folder, one.name)) / _MIB,
            "MiB at the broker": sum(len(each.payload) for each in retained) / _MIB,
            "retained topics": len(retained),
        }


def _size(folder: Path) -> int:
    """Return the size of a journal with SQLite's companion files."""
    return sum(one.stat().st_size for one in folder.glob(f"{FILE_NAME}*"))


def _answer(one: _Computer, now: datetime) -> None:
    slot = str(len(one.journal.of_care_day(now.date())) + EACH_DAY)
    delivery = begin(Occurrence(Key("water", now.date(), slot), now), Topic.HYDRATION)
    one.journal.save(delivery.settle(Outcome.DONE, now))
    one.round([], now)
