"""The journal: deliveries, the global state, decisions, actions, trials and notes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Delivery, DeliveryStatus
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence
from nightcare.errors import StateError
from nightcare.journal.database import Database
from nightcare.journal.mapping import (
    ACTION_COLUMNS,
    DECISION_COLUMNS,
    DELIVERY_COLUMNS,
    GLOBAL_STATE_COLUMNS,
    OF_KEY,
    ROUTINE_COLUMNS,
    delivery_row,
    format_deliveries,
    format_instant,
    global_state_row,
    key_row,
    parse_action,
    parse_decision,
    parse_delivery,
    parse_global_state,
    parse_note,
    parse_routine,
    parse_trial,
    routine_row,
    salvage_global_state,
)
from nightcare.journal.migrations import NUMBERED, NUMBERS, TABLES

if TYPE_CHECKING:
    from nightcare.domain.history import Decision, Trial, UserAction
    from nightcare.domain.routine import RoutineSession
    from nightcare.domain.shared_acts import SharedAct
    from nightcare.journal.diary_store import DiaryStore
    from nightcare.journal.shared_store import SharedStore

SERVICE_NOTE = "service"
"""The name of the note with the status of the service."""

BUTTONS_NOTE = "buttons"
"""The name of the note with the user's answers whether servers draw buttons, by description."""

_KEPT = timedelta(days=400)


class Journal(Database):
    """The journal of deliveries and of all other state that the service and the commands share."""

    def is_sound(self) -> bool:
        """Return whether the file is whole, and its tables can take new rows."""
        numbers = [f"SELECT max(id) FROM {table}" for table in NUMBERED]  # noqa: S608 - constants
        query = " UNION ".join((*numbers, "SELECT max(seq) FROM sqlite_sequence"))
        if not super().is_sound():
            return False
        # Other versions have other tables.
        with suppress(StateError):
            return all(number in NUMBERS for number in self.read(lambda one: one or 0, query))
        return True

    @property
    def diary(self) -> DiaryStore:
        """The diary in this journal."""
        from nightcare.journal.diary_store import DiaryStore  # noqa: PLC0415 - most commands need none

        return DiaryStore(self)

    @property
    def shared(self) -> SharedStore:
        """The acts and values in this journal that several computers share."""
        from nightcare.journal.shared_store import SharedStore  # noqa: PLC0415 - only to share

        return SharedStore(self)

    def copy_to_memory(self) -> Journal:
        """Return a copy of the whole journal in memory.

        Raises:
            StateError: It cannot be read, or is corrupt.
        """
        copy = Journal.in_memory()
        try:
            with self._translated_errors():
                self._db.backup(copy._db)  # noqa: SLF001 - an object of the same class
            if not copy.is_sound():
                raise StateError("journal_corrupt", path=self._name, reason="quick_check")
        except StateError:
            copy.close()
            raise
        return copy

    # Deliveries

    def delivery(self, key: Key) -> Delivery | None:
        """Return the delivery of an occurrence; None if it has not been due yet."""
        found = self._deliveries(OF_KEY, *key_row(key))
        return found[0] if found else None

    def unsettled(self) -> list[Delivery]:
        """Return all deliveries without an outcome, ordered by time."""
        return self._deliveries("state != 'settled' ORDER BY due")

    def of_care_day(self, day: date) -> list[Delivery]:
        """Return all deliveries of a care day, ordered by time."""
        return self._deliveries(
            "due >= ? AND due < ? AND care_day = ? ORDER BY due",
            format_instant(datetime.combine(day - timedelta(days=2), time(), UTC)),
            format_instant(datetime.combine(day + timedelta(days=4), time(), UTC)),
            day.isoformat(),
        )

    def since(self, due: datetime) -> list[Delivery]:
        """Return all deliveries that were due since an instant (UTC) or have no outcome."""
        return self._deliveries("due >= ? OR state != 'settled'", format_instant(due))

    def known(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Return the keys that have a delivery."""
        return frozenset(key for key in keys if self.delivery(key) is not None)

    def save(self, delivery: Delivery) -> None:
        """Write a delivery."""
        self.insert("courses", DELIVERY_COLUMNS, *delivery_row(delivery), verb="OR REPLACE")

    def forget(self, key: Key) -> None:
        """Delete the delivery of an occurrence that was moved to a later time."""
        self.write(f"DELETE FROM courses WHERE {OF_KEY}", *key_row(key))  # noqa: S608 - constants

    def _deliveries(self, where: str, *values: str) -> list[Delivery]:
        sql = f"SELECT {DELIVERY_COLUMNS} FROM courses WHERE {where}"  # noqa: S608 - constants
        return self.read(parse_delivery, sql, *values)

    # The global state, the routine under way, tips

    def global_state(self) -> GlobalState:
        """Return the global state; of a damaged row, the readable values."""
        sql = f"SELECT {GLOBAL_STATE_COLUMNS} FROM standing"  # noqa: S608 - constants
        found = self.read(parse_global_state, sql) or self.read(salvage_global_state, sql)
        return found[0] if found else GlobalState()

    def save_global_state(self, state: GlobalState) -> None:
        """Write the global state."""
        columns, row = f"only, {GLOBAL_STATE_COLUMNS}", global_state_row(state)
        self.insert("standing", columns, 1, *row, verb="OR REPLACE")

    def routine_session(self) -> RoutineSession | None:
        """Return the routine under way; None where there is none."""
        found = self.read(parse_routine, f"SELECT {ROUTINE_COLUMNS} FROM leading")  # noqa: S608 - constants
        return found[0] if found else None

    def routine_key(self) -> Key | None:
        """Return the occurrence whose routine is under way; None where there is none."""
        session = self.routine_session()
        return None if session is None else session.key

    def save_routine_session(self, session: RoutineSession | None) -> None:
        """Write the routine under way; None if it has ended."""
        with self.transaction():
            self.write("DELETE FROM leading")
            if session is not None:
                self.insert("leading", ROUTINE_COLUMNS, *routine_row(session))

    def tips_shown(self) -> Mapping[str, int]:
        """Return a number for each tip that was ever shown; it grows with each showing."""
        sql = "SELECT tip, max(id) FROM tips_shown GROUP BY tip"
        return dict(self.read(lambda tip, number: (tip, number), sql))

    def record_tip(self, tip: str, now: datetime) -> None:
        """Record that a tip was shown now (UTC)."""
        with self.transaction():
            self.write("DELETE FROM tips_shown WHERE tip = ?", tip)
            self.insert("tips_shown", "tip, at", tip, format_instant(now))

    # Decisions

    def record_decision(
        self, now: datetime, occurrence: Occurrence, verdict: str, reason: Reason
    ) -> None:
        """Record a decision of the policy (now in UTC)."""
        due = format_instant(occurrence.due)
        status = DeliveryStatus.DECIDED if verdict == "show" else None
        row = (format_instant(now), *key_row(occurrence.key), due, verdict, reason, status)
        self.insert("decisions", DECISION_COLUMNS, *row)

    def record_status(self, key: Key, status: DeliveryStatus) -> None:
        """Record the delivery status of the last decision to show an occurrence."""
        self.write(
            "UPDATE decisions SET delivery = ? WHERE id = (SELECT max(id) FROM decisions"  # noqa: S608 - constants
            f" WHERE {OF_KEY} AND verdict = 'show')",
            status,
            *key_row(key),
        )

    def last_decisions(self, reminder: str | None = None) -> list[Decision]:
        """Return the last decision on each reminder or on the named one, newest first."""
        return self.read(
            parse_decision,
            f"SELECT {DECISION_COLUMNS} FROM decisions"  # noqa: S608 - constants
            " WHERE id IN (SELECT max(id) FROM decisions"
            " WHERE ? IS NULL OR reminder = ? GROUP BY reminder)"
            " ORDER BY id DESC",
            reminder,
            reminder,
        )

    # Actions of the user, for undo

    def record_action(
        self,
        now: datetime,
        what: str,
        before: Sequence[Delivery],
        state: GlobalState,
        others: Sequence[Delivery] = (),
    ) -> None:
        """Record an action of the user (now in UTC), with the state before it."""
        deliveries, row = format_deliveries(before, others), json.dumps(global_state_row(state))
        columns = ACTION_COLUMNS.removeprefix("id, ")
        self.insert("acts", columns, format_instant(now), what, deliveries, row)

    def last_action(self) -> UserAction | None:
        """Return the last action that was not undone."""
        sql = f"SELECT {ACTION_COLUMNS} FROM acts ORDER BY id DESC LIMIT 1"  # noqa: S608 - constants
        last = self.read(parse_action, sql)
        return last[0] if last else None

    def actions(self) -> list[UserAction]:
        """Return all actions that were not undone, ordered by time."""
        return self.read(parse_action, f"SELECT {ACTION_COLUMNS} FROM acts ORDER BY id")  # noqa: S608 - constants

    def forget_action(self, action: UserAction) -> None:
        """Delete an action, as one that was undone."""
        self.write("DELETE FROM acts WHERE id = ?", action.id)

    # Acts of all computers of the person

    def acts_elsewhere(self, key: Key) -> list[SharedAct]:
        """Return the acts of other computers on an occurrence, and all retractions."""
        return self.shared.acts_elsewhere(key)

    def record_undone(self, delivery: Delivery, now: datetime) -> None:
        """Record the acts of this computer that a delivery no longer has, now (UTC)."""
        self.shared.record_undone(delivery, now)

    # Trials: `nightcare try` asks the service to show a reminder now

    def request_trial(self, reminder: str, now: datetime) -> int:
        """Ask the service to show a reminder now (UTC); return the number of the trial."""
        return self.insert("trials", "at, reminder", format_instant(now), reminder)

    def trials(self) -> list[Trial]:
        """Return the trials that were not answered."""
        return self.read(parse_trial, "SELECT id, at, reminder FROM trials WHERE shown_by IS NULL")

    def answer_trial(self, number: int, by: str) -> None:
        """Record the notifier that has shown a trial; an empty name if none could."""
        self.write("UPDATE trials SET shown_by = ? WHERE id = ?", by, number)

    def record_trial_status(self, number: int, status: DeliveryStatus) -> None:
        """Record the delivery status of a trial."""
        self.write("UPDATE trials SET delivery = ? WHERE id = ?", status, number)

    def trial_status(self, number: int) -> DeliveryStatus:
        """Return the delivery status of a trial."""
        sql = "SELECT delivery FROM trials WHERE id = ? AND delivery IS NOT NULL"
        found = self.read(DeliveryStatus, sql, number)
        return found[0] if found else DeliveryStatus.DECIDED

    def trial_answer(self, number: int) -> str | None:
        """Return the notifier that has shown a trial; None until the trial is answered."""
        sql = "SELECT shown_by FROM trials WHERE id = ? AND shown_by IS NOT NULL"
        found = self.read(str, sql, number)
        return found[0] if found else None

    # Notes

    def write_note(self, name: str, value: Mapping[str, object]) -> None:
        """Write a note under a name, unless it is unchanged."""
        text = json.dumps(value)
        if [text] != self.read(str, "SELECT value FROM notes WHERE name = ?", name):
            self.insert("notes", "name, value", name, text, verb="OR REPLACE")

    def read_note(self, name: str) -> dict[str, object]:
        """Return the note under a name; an empty one if there is none."""
        notes = self.read(parse_note, "SELECT value FROM notes WHERE name = ?", name)
        return notes[0] if notes else {}

    def notes(self) -> dict[str, dict[str, object]]:
        """Return all notes by their names."""
        return dict(
            self.read(lambda name, text: (name, parse_note(text)), "SELECT name, value FROM notes")
        )

    # Deleting

    def erase(self, now: datetime, computer: str | None = None) -> None:
        """Erase all records, so that the file holds no trace of them.

        A service that has run continues as if it had first started now (UTC). The note with its
        status stays, because it still runs.

        Args:
            now: The instant (UTC).
            computer: The id of this computer, for the others to erase as well; None if it does not
                share.

        Raises:
            StateError: The file cannot be written, or another program kept reading it.
        """
        with self.secure_deletion(), self.transaction():
            began = self.global_state().began
            for table in (*TABLES, "sqlite_sequence"):
                self.write(f"DELETE FROM {table}")  # noqa: S608 - constants
            self.write("DELETE FROM notes WHERE name != ?", SERVICE_NOTE)
            state = GlobalState() if began is None else GlobalState(began=now, updated=now)
            self.save_global_state(state)
            if computer is None:
                self.shared.mark_erased_here(now)
            else:
                self.shared.mark_erased(computer, now)
                self.shared.sharing_since(computer, now)

    def prune(self, now: datetime) -> None:
        """Delete records that are older than 400 days (now in UTC)."""
        oldest = format_instant(now - _KEPT)
        with self.transaction():
            self.write("DELETE FROM courses WHERE state = 'settled' AND due < ?", oldest)
            for table in ("decisions", "acts", "trials"):
                self.write(f"DELETE FROM {table} WHERE at < ?", oldest)  # noqa: S608 - constants
            self.shared.prune(now - _KEPT)
