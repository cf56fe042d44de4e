"""The journal of the service, which continues in memory while the disk fails.

When the disk works again, the changes in memory are merged into the file. Changes that a command
made on the disk meanwhile take precedence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from nightcare.domain.delivery import Delivery
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reminders import Key
from nightcare.domain.routine import RoutineSession
from nightcare.engine.ports import EventLog
from nightcare.errors import StateError
from nightcare.journal.diary_store import DiaryContent, DiaryStore
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import BUTTONS_NOTE, Journal

_PRUNE_INTERVAL = timedelta(days=1)

_CHANGEABLE = timedelta(days=3)
"""The time within which a delivery may still change."""


class FallbackJournal(Journal):
    """A journal that stays usable when the disk fails.

    Args:
        folder: The folder of the journal.
        clock: Returns the present instant (UTC).
        log: Receives the events of the journal.

    Attributes:
        file: The path of the journal on the disk.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime], log: EventLog) -> None:
        self.file = folder / FILE_NAME
        self._folder = folder
        self._clock = clock
        self._log = log
        self._pruned: datetime | None = None
        self._last_state: GlobalState | None = None
        """Global state after the last step."""
        self._snapshot: Snapshot | None = None
        """Content at the time when the disk failed; None while the journal is on the disk."""
        journal = self._open_or_fall_back()
        super().__init__(journal._db, journal._name)  # noqa: SLF001 - an object of the same class
        self.changed_by_others()
        self._keep_state()

    def run(self, step: Callable[[], None]) -> None:
        """Run a step of the service; if the journal fails, run it again in memory.

        Return to the disk first if possible, and delete old records once a day.
        """
        if not self.is_in_place():
            self._fall_back(StateError("journal_gone", path=self.file))
        if self._snapshot is not None:
            self._return_to_disk(self._snapshot)
        try:
            self._prune_daily()
            step()
            self._keep_state()
        except StateError as error:
            self._fall_back(error)
            step()

    def _prune_daily(self) -> None:
        now = self._clock()
        if self._pruned is None or abs(now - self._pruned) >= _PRUNE_INTERVAL:
            self.prune(now)
            self._pruned = now

    def _keep_state(self) -> None:
        # The next step reports the failure.
        with suppress(StateError):
            state = self.global_state()
            if state.updated is not None:
                self._last_state = state

    def _begun(self, journal: Journal) -> Journal:
        """Initialise an empty journal with the last state, or with the present instant.

        Earlier occurrences do not come again, and one that is just due is not lost.
        """
        if journal.global_state().began is None:
            now = self._clock()
            journal.save_global_state(self._last_state or GlobalState(began=now, updated=now))
        return journal

    def _switch_to(self, journal: Journal) -> None:
        self.adopt(journal)
        self.changed_by_others()

    # Leaving the disk

    def _open_or_fall_back(self) -> Journal:
        try:
            journal = Journal.open(self._folder)
            if journal.is_sound():
                return journal
            journal.close()
            raise StateError("journal_corrupt", path=self.file, reason="quick_check")
        except StateError as error:
            self._log(f"error_{error.key}", **error.values)
            if error.key == "journal_corrupt":
                return self._replace_corrupt()
            return self._remember(Journal.in_memory())

    def _fall_back(self, error: StateError) -> None:
        self._log(f"error_{error.key}", **error.values)
        if error.key == "journal_corrupt":
            self.close()
            self._switch_to(self._replace_corrupt())
        else:
            self._switch_to(self._remember(self._copy()))

    def _remember(self, journal: Journal) -> Journal:
        """Take a snapshot of a journal in memory, to find its later changes."""
        self._snapshot = Snapshot.of(journal, self._clock() - _CHANGEABLE)
        self._log("log_not_remembered")
        return journal

    def _copy(self) -> Journal:
        """Return a copy in memory; a new journal where the present one cannot be read."""
        try:
            return self.copy_to_memory()
        except StateError:
            return self._begun(Journal.in_memory())

    def _replace_corrupt(self) -> Journal:
        """Return a new journal with all readable rows of the corrupt one, which is kept."""
        now = self._clock()
        renamed = self._set_aside(now)
        if renamed is not None:
            self._log("log_set_aside", path=renamed)
            with suppress(StateError):
                return self._salvage(renamed, Journal.open(self._folder))
        # The folder cannot be changed at present.
        self._log("log_not_remembered")
        journal = self._salvage(renamed or self.file, Journal.in_memory())
        self._snapshot = Snapshot.of(journal, now - _CHANGEABLE)
        return journal

    def _set_aside(self, now: datetime) -> Path | None:
        """Rename the corrupt file (now in UTC), as `set_aside` does."""
        from nightcare.journal.salvage import set_aside  # noqa: PLC0415 - only a corrupt journal

        return set_aside(self._folder, now)

    def _salvage(self, damaged: Path, journal: Journal) -> Journal:
        from nightcare.journal.salvage import salvage  # noqa: PLC0415 - only a corrupt journal

        try:
            salvaged = salvage(damaged, journal)
            self._begun(journal)
        except StateError:
            journal.close()
            raise
        self._log("log_salvaged", kept=salvaged.kept, lost=salvaged.lost)
        return journal

    # Returning to the disk

    def _return_to_disk(self, snapshot: Snapshot) -> None:
        """Write to the disk again, if that is possible now."""
        try:
            disk = self._open_again()
        except StateError:
            return
        try:
            merge(snapshot, self, disk, self._clock())
        except StateError:
            disk.close()
            return
        self._snapshot = None
        self._switch_to(disk)
        self._log("log_remembered_again")

    def _open_again(self) -> Journal:
        """Open the journal on the disk; replace a corrupt one, if it can be renamed by now."""
        try:
            return Journal.open(self._folder)
        except StateError as error:
            corrupt = error.key == "journal_corrupt"
            renamed = self._set_aside(self._clock()) if corrupt else None
            if renamed is None:
                raise
            return self._salvage(renamed, Journal.open(self._folder))


@dataclass(frozen=True)
class Snapshot:
    """The content of a journal at one time that the service may still change."""

    since: datetime
    deliveries: Mapping[Key, Delivery]
    state: GlobalState
    session: RoutineSession | None
    tips: Mapping[str, int]
    diary: DiaryContent

    @staticmethod
    def of(journal: Journal, since: datetime) -> Snapshot:
        """Take a snapshot, with the deliveries since an instant (UTC)."""
        return Snapshot(
            since,
            {one.key: one for one in journal.since(since)},
            journal.global_state(),
            journal.routine_session(),
            journal.tips_shown(),
            journal.diary.content(),
        )


def merge(before: Snapshot, memory: Journal, disk: Journal, now: datetime) -> None:
    """Merge the changes in memory into the journal on the disk.

    Args:
        before: The content of the journal in memory when the disk failed.
        memory: The journal in memory.
        disk: The journal on the disk.
        now: The instant (UTC).

    Raises:
        StateError: The disk still cannot be written; it is then unchanged.
    """
    after = Snapshot.of(memory, before.since)
    with disk.transaction():
        theirs = disk.global_state()
        # The journal on the disk is new, and no service has used it.
        lost = theirs.began is None
        for key, delivery in after.deliveries.items():
            there = disk.delivery(key)
            if there == before.deliveries.get(key) or (lost and there is None):
                disk.save(delivery)
        _merge_diary(before.diary, after.diary, disk.diary, lost=lost)
        for name, note in memory.notes().items():
            if name != BUTTONS_NOTE:
                disk.write_note(name, note)
        unchanged = lost or theirs == before.state
        state = after.state if unchanged else replace(theirs, updated=after.state.updated)
        disk.save_global_state(state)
        if lost or disk.routine_session() == before.session:
            disk.save_routine_session(after.session)
        for tip in sorted(after.tips, key=lambda tip: after.tips[tip]):
            if after.tips[tip] != before.tips.get(tip):
                disk.record_tip(tip, now)


def _merge_diary(
    before: DiaryContent, after: DiaryContent, disk: DiaryStore, *, lost: bool
) -> None:
    """Merge the changes of the diary into the disk; the user's changes there take precedence.

    Args:
        before: The diary in memory when the disk failed.
        after: The diary in memory now.
        disk: The diary on the disk.
        lost: Whether the disk has a new journal, to which everything is written.
    """
    for cramp in after.cramps:
        if lost or cramp not in before.cramps:
            theirs = disk.cramp(cramp.id)
            if theirs is None or theirs in before.cramps:
                disk.save_cramp(cramp)
            elif theirs != cramp:
                disk.add(cramp)
    answered = {one.night: one for one in disk.mornings()}
    for morning in after.mornings:
        answer = answered.get(morning.night)
        changed = lost or morning not in before.mornings
        if changed and (answer is None or answer in before.mornings):
            disk.save_morning(morning)
    for question in after.questions:
        if lost or question not in before.questions:
            disk.record_question(*question)
