"""The journal that the service goes by: on the disk, or in memory while the disk fails it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from nightcare.engine.ports import EventLog
from nightcare.errors import StateError
from nightcare.journal.database import FILE_NAME
from nightcare.journal.memory_journal import MemoryJournal, set_aside
from nightcare.journal.salvage import salvage
from nightcare.journal.store import Journal

_A_DAY = timedelta(days=1)


class JournalFallback:
    """Keeps a journal for the service, whatever becomes of the disk.

    Args:
        folder: Where the journal is.
        clock: The present instant (UTC).
        tell: Told what happens to the journal.

    Attributes:
        journal: The journal to go by now.
        file: Where it is on the disk.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], tell: EventLog) -> None:
        self.file = folder / FILE_NAME
        self._folder = folder
        self._clock = clock
        self._tell = tell
        self._refuge: MemoryJournal | None = None
        self._handed_to: Callable[[Journal], None] | None = None
        self._pruned: datetime | None = None
        self.journal = self._opened()
        self._seen = self.journal.changed_by_others(0)[1]

    def hand_to(self, use: Callable[[Journal], None]) -> None:
        """Hand another journal, which says the same, to this whenever there is one."""
        self._handed_to = use

    def keep_going(self, step: Callable[[], None]) -> None:
        """Take a step of the service; where the journal fails it, go on without the disk.

        Once a day, what is older than is kept goes.
        """
        if self._refuge is None and not self.journal.in_its_place():
            self._leave_disk(self.journal, StateError("journal_gone", path=self.file))
        if self._refuge is not None:
            self._return_to_disk(self._refuge)
        try:
            self._prune()
            step()
        except StateError as error:
            self._leave_disk(self.journal, error)
            step()

    def _prune(self) -> None:
        now = self._clock()
        if self._pruned is None or abs(now - self._pruned) >= _A_DAY:
            self.journal.prune(now)
            self._pruned = now

    def changed_by_others(self) -> bool:
        """Whether another program has written since this was last asked."""
        changed, self._seen = self.journal.changed_by_others(self._seen)
        return changed

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _opened(self) -> Journal:
        try:
            journal = Journal.open(self._folder)
            if journal.sound():
                return journal
            journal.close()
            raise StateError("journal_corrupt", path=self.file, reason="quick_check")
        except StateError as error:
            return self._in_refuge(None, error)

    def _leave_disk(self, failed: Journal, error: StateError) -> None:
        self._use(self._in_refuge(failed, error))

    def _in_refuge(self, failed: Journal | None, error: StateError) -> Journal:
        self._tell(f"error_{error.key}", **error.values)
        now = self._clock()
        if error.key == "journal_corrupt":
            if failed is not None:
                failed.close()
            return self._replaced(now)
        self._refuge = MemoryJournal(failed, now)
        if failed is not None:
            failed.close()
        self._tell("log_not_remembered")
        return self._refuge.journal

    def _replaced(self, now: datetime) -> Journal:
        """Return a new journal with all that can be read of the damaged one, which is kept."""
        aside = set_aside(self._folder, now)
        if aside is not None:
            self._tell("log_set_aside", path=aside)
            with suppress(StateError):
                return self._salvaged(aside, Journal.open(self._folder), now)
        # Nothing can be renamed or made here now: in memory until it can.
        self._tell("log_not_remembered")
        journal = self._salvaged(aside or self.file, Journal.in_memory(), now)
        self._refuge = MemoryJournal.around(journal, now)
        return journal

    def _salvaged(self, damaged: Path, journal: Journal, now: datetime) -> Journal:
        try:
            salvaged = salvage(damaged, journal)
            if journal.global_state().began is None:
                # It had begun; what the damaged one knew is not told or asked again.
                journal.save_global_state(replace(journal.global_state(), began=now, reckoned=now))
        except StateError:
            journal.close()
            raise
        self._tell("log_salvaged", kept=salvaged.kept, lost=salvaged.lost)
        return journal

    def _return_to_disk(self, refuge: MemoryJournal) -> None:
        """Write to the disk again as soon as it can be written."""
        try:
            disk = self._opened_again()
        except StateError:
            return
        try:
            refuge.bring_back(disk, self._clock())
        except StateError:
            disk.close()
            return
        refuge.journal.close()
        self._refuge = None
        self._use(disk)
        self._tell("log_remembered_again")

    def _opened_again(self) -> Journal:
        """Open the journal on the disk; a damaged one can perhaps be replaced by now.

        Raises:
            StateError: It still cannot be used.
        """
        try:
            return Journal.open(self._folder)
        except StateError as error:
            aside = None
            if error.key == "journal_corrupt":
                aside = set_aside(self._folder, self._clock())
            if aside is None:
                raise
            return self._salvaged(aside, Journal.open(self._folder), self._clock())

    def _use(self, journal: Journal) -> None:
        self.journal = journal
        self._seen = journal.changed_by_others(0)[1]
        if self._handed_to is not None:
            self._handed_to(journal)
