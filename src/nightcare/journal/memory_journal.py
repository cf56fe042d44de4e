"""Where the service goes on while the disk fails its journal: memory, and back when it can.

What was written to the disk meanwhile, by a command that was luckier, is left as it is there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from nightcare.engine.referral_notice import PROFESSIONAL_NOTE
from nightcare.errors import StateError
from nightcare.journal import diary_store
from nightcare.journal.database import FILE_NAME
from nightcare.journal.store import Journal

_KNOWN = timedelta(days=3)
"""How far back something may still change."""

_BESIDE = ("-wal", "-shm")


class MemoryJournal:
    """A journal in memory, which knows how the one on the disk stood when it failed.

    Args:
        failed: The journal that failed; None where it could not even be opened.
        now: The instant (UTC); without anything to copy, nothing before it is made up for.

    Attributes:
        journal: The journal to go on with.
    """

    def __init__(self, failed: Journal | None, now: datetime) -> None:
        self._begin(_copy(failed, now), now)

    @classmethod
    def around(cls, journal: Journal, now: datetime) -> Self:
        """Return a refuge that goes on with a journal in memory, all of which is brought back.

        Args:
            journal: What was salvaged of the one that failed.
            now: The instant (UTC).
        """
        refuge = cls.__new__(cls)
        refuge._begin(journal, now)  # noqa: SLF001 - one of its own kind
        return refuge

    def _begin(self, journal: Journal, now: datetime) -> None:
        self.journal = journal
        self._since = now - _KNOWN
        self._courses = {one.key: one for one in self.journal.since(self._since)}
        self._standing = self.journal.global_state()
        self._tips = self.journal.tips_shown()
        self._diary = diary_store.whole(self.journal)
        self._led = self.journal.routine_session()

    def bring_back(self, disk: Journal, now: datetime) -> None:
        """Write to a journal on the disk what has changed since (now in UTC).

        Raises:
            StateError: It still cannot be written; nothing of it is, then.
        """
        with disk.transaction():
            ours, theirs = self.journal.global_state(), disk.global_state()
            # A journal in which no service ever ran has taken the place of the one that failed.
            lost = theirs.began is None
            for course in self.journal.since(self._since):
                there = disk.delivery(course.key)
                if there == self._courses.get(course.key) or (lost and there is None):
                    disk.save(course)
            diary_store.bring_back(self._diary, diary_store.whole(self.journal), disk, lost=lost)
            if said := self.journal.read_note(PROFESSIONAL_NOTE):
                disk.write_note(PROFESSIONAL_NOTE, said)
            if lost or theirs == self._standing:
                disk.save_global_state(ours)
            else:
                disk.save_global_state(replace(theirs, reckoned=ours.reckoned))
            if lost or disk.routine_session() == self._led:
                disk.save_routine_session(self.journal.routine_session())
            shown = self.journal.tips_shown()
            for tip in sorted(shown, key=lambda tip: shown[tip]):
                if shown[tip] != self._tips.get(tip):
                    disk.record_tip(tip, now)


def set_aside(folder: Path, now: datetime) -> Path | None:
    """Give a corrupt journal another name, so that a new one can take its place.

    Returns:
        The new name, or None where the file cannot be renamed.
    """
    path = folder / FILE_NAME
    aside = path.with_name(f"{path.stem}-corrupt-{now:%Y%m%dT%H%M%S}{path.suffix}")
    try:
        path.rename(aside)
        # They belong to the file that was set aside, and would spoil the new one.
        for extra in _BESIDE:
            beside = Path(f"{path}{extra}")
            if beside.exists():
                beside.rename(f"{aside}{extra}")
    except OSError:
        return None
    return aside


def set_aside_files(folder: Path) -> list[Path]:
    """The corrupt journals that were given another name, with what belongs to them."""
    name = Path(FILE_NAME)
    return sorted(folder.glob(f"{name.stem}-corrupt-*{name.suffix}*"))


def journal_files(folder: Path) -> list[Path]:
    """The journal, and what SQLite keeps beside it."""
    return [folder / f"{FILE_NAME}{extra}" for extra in ("", *_BESIDE)]


def _copy(failed: Journal | None, now: datetime) -> Journal:
    if failed is not None:
        try:
            return failed.copied()
        except StateError:
            pass
    fresh = Journal.in_memory()
    if failed is not None:
        # It had begun; what the lost one knew is not told or asked again.
        fresh.save_global_state(replace(fresh.global_state(), began=now, reckoned=now))
    return fresh
