"""A journal that goes on in memory, as after a failure of the disk."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.journal.memory_fallback import Snapshot, merge
from nightcare.journal.store import Journal


class MemoryCopy:
    """A copy of a journal in memory, and its content when it was made.

    Attributes:
        journal: The copy.
    """

    def __init__(self, disk: Journal, now: datetime) -> None:
        self.journal = disk.copy_to_memory()
        self._before = Snapshot.of(self.journal, now - timedelta(days=3))

    def merge_into(self, disk: Journal, now: datetime) -> None:
        """Write what has changed in the copy to a journal on the disk."""
        merge(self._before, self.journal, disk, now)
