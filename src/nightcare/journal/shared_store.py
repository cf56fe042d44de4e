"""The acts and values in the journal that several computers share."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Closed, Delivery, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.person_computers import Computer
from nightcare.domain.reminders import Key
from nightcare.domain.shared_acts import ActId, SharedAct, unrecorded
from nightcare.domain.shared_values import SharedValue, is_credible
from nightcare.errors import StateError
from nightcare.journal.mapping import OF_KEY, format_instant, key_row, parse_instant
from nightcare.journal.shared_rows import (
    COMPUTER_COLUMNS,
    SHARED_ACT_COLUMNS,
    SHARED_VALUE_COLUMNS,
    SNOOZED,
    computer_row,
    parse_computer,
    parse_shared_act,
    parse_shared_value,
    shared_act_row,
)

if TYPE_CHECKING:
    from nightcare.journal.store import Journal

ERASED = "erased"
"""The name of the value with the instant up to which all computers are to erase records."""

JOINED = "joined"
"""The name of the value with the instant since which this computer shares; it is not published."""

_KEPT_VALUES = (ERASED, JOINED, "pause")
"""The names under which every computer has one value at most."""

_ROUND_A_NIGHT = timedelta(days=14)

_TIMES = {
    "courses": "due", "tips_shown": "at", "decisions": "at", "acts": "at", "trials": "at",
    "cramps": "recorded", "mornings": "recorded", "questions": "at", "leading": "began",
    "shared_acts": "due",
}  # fmt: skip
"""For each table of recorded events the column with the time by which it is erased."""

_LAST_ACTIONS = 50
_ERASED_HERE = "erased"
_KEPT_NOTES = ("service", "bridge", _ERASED_HERE)


@dataclass(frozen=True)
class SharedStore:
    """The acts and values of all computers in a journal."""

    journal: Journal

    def values(self, computer: str | None = None) -> list[SharedValue]:
        """Return the last value of each computer under each name; of one computer if given."""
        sql = f"SELECT {SHARED_VALUE_COLUMNS} FROM shared_values"  # noqa: S608 - constants
        if computer is None:
            return self.journal.read(parse_shared_value, sql)
        return self.journal.read(parse_shared_value, f"{sql} WHERE computer = ?", computer)

    def save(self, values: Iterable[SharedValue]) -> None:
        """Write values, each in the place of the last one of the same computer and name."""
        for one in values:
            row = (one.computer, one.name, format_instant(one.at), one.value)
            self.journal.insert("shared_values", SHARED_VALUE_COLUMNS, *row, verb="OR REPLACE")

    def action_times(self) -> dict[str, datetime]:
        """Return the times (UTC) of the person's last actions on this computer, by their kinds."""
        sql = (
            "SELECT what, max(at) FROM acts WHERE id > (SELECT max(id) FROM acts) - ? GROUP BY what"
        )
        return dict(
            self.journal.read(lambda what, at: (what, parse_instant(at)), sql, _LAST_ACTIONS)
        )

    # Acts

    def acts(self, since: date, *, own: bool = False) -> list[SharedAct]:
        """Return the acts on the care days since a date; of all computers, or only `own`.

        They are ordered by number.
        """
        return self._acts("care_day >= ? AND own >= ?", since.isoformat(), int(own))

    def acts_elsewhere(self, key: Key) -> list[SharedAct]:
        """Return the acts of other computers on an occurrence, and all retractions."""
        return self._acts(f"{OF_KEY} AND (NOT own OR at IS NULL)", *key_row(key))

    def acts_on(self, key: Key, *, own: bool = False) -> list[SharedAct]:
        """Return the acts on an occurrence, ordered by number; of all computers, or only `own`."""
        return self._acts(f"{OF_KEY} AND own >= ?", *key_row(key), int(own))

    def record_act(self, act: SharedAct, *, own: bool) -> None:
        """Write an act, of this computer if `own`; a known act is not changed."""
        row = shared_act_row(act, own=own)
        self.journal.insert("shared_acts", SHARED_ACT_COLUMNS, *row, verb="OR IGNORE")

    def _acts(self, where: str, *values: str | int) -> list[SharedAct]:
        sql = f"SELECT {SHARED_ACT_COLUMNS} FROM shared_acts WHERE {where} ORDER BY number"  # noqa: S608 - constants
        return self.journal.read(parse_shared_act, sql, *values)

    def record_undone(self, delivery: Delivery, now: datetime) -> None:
        """Record the acts of this computer that a delivery no longer has, now (UTC)."""
        own = self.acts_on(delivery.key, own=True)
        for effect in unrecorded(delivery, own):
            if own:
                act = ActId(own[0].id.computer, self.next_act_number(own[0].id.computer, now))
                one = SharedAct(act, delivery.occurrence, delivery.topic, effect)
                self.record_act(one, own=True)

    def next_act_number(self, computer: str, now: datetime) -> int:
        """Return an unused number for the next act of a computer.

        It is the time (UTC) in milliseconds, so that no number is reused after a journal is lost.
        """
        sql = "SELECT coalesce(max(number), 0) FROM shared_acts WHERE computer = ?"
        (last,) = self.journal.read(int, sql, computer)
        return 1 + max(last, int(now.timestamp() * 1000))

    # Erasing everywhere

    def sharing_since(self, computer: str, now: datetime) -> datetime:
        """Return the instant (UTC) since which this computer shares; begin now if it did not."""
        known = self._written_at(computer, JOINED)
        if known is None or not is_credible(known, now):
            self.save([SharedValue(JOINED, computer, now, "true")])
            return now
        return known

    def erased_at(self, computer: str, now: datetime) -> datetime | None:
        """Return the instant (UTC) up to which a computer erased all; None for never."""
        known = self._written_at(computer, ERASED)
        return known if known is not None and is_credible(known, now) else None

    def _written_at(self, computer: str, name: str) -> datetime | None:
        sql = "SELECT at FROM shared_values WHERE computer = ? AND name = ?"
        return next(iter(self.journal.read(parse_instant, sql, computer, name)), None)

    def mark_erased(self, computer: str, until: datetime) -> None:
        """Record that a computer has erased everything up to an instant (UTC)."""
        self.save([SharedValue(ERASED, computer, until, "true")])

    def mark_erased_here(self, until: datetime) -> None:
        """Record that this computer alone has erased everything up to an instant (UTC)."""
        self.journal.write_note(_ERASED_HERE, {"until": format_instant(until)})

    def erased_here(self, computer: str, now: datetime) -> datetime | None:
        """Return the instant (UTC) up to which own records at the broker are ignored."""
        known = [self.erased_at(computer, now)]
        # Ignore a damaged note.
        with suppress(ValueError):
            known.append(parse_instant(str(self.journal.read_note(_ERASED_HERE).get("until"))))
        return max((one for one in known if one is not None), default=None)

    def erase_until(
        self,
        until: datetime,
        now: datetime,
        state: GlobalState,
        computer: str,
        copies: Iterable[Path] = (),
    ) -> None:
        """Erase the records up to an instant (UTC), as `Journal.erase` does with all.

        An occurrence that was answered before then and fell due later is unanswered again.

        Args:
            until: The instant.
            now: The instant at which it is erased here (UTC).
            state: The global state without the erased records.
            computer: The id of this computer, which has erased then.
            copies: The files beside the journal that hold copies of records; they are removed.

        Raises:
            StateError: A file cannot be written, or another program kept reading it. Nothing marks
                the erasure as done then, and it has to be repeated.
        """
        text, number = format_instant(until), int(until.timestamp() * 1000)
        journal = self.journal
        for path in copies:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StateError("state_folder", folder=path, reason=error.strerror) from error
        with journal.secure_deletion(), journal.transaction():
            for table, column in _TIMES.items():
                journal.write(f"DELETE FROM {table} WHERE {column} <= ?", text)  # noqa: S608 - constants
            # A bridge that lagged behind gave an answer a later number than its time.
            given = "DELETE FROM shared_acts WHERE number <= ? OR (at <= ? AND what != ?)"
            journal.write(given, number, text, SNOOZED)
            self._reopen_answered_ahead(until, now)
            for action in journal.actions():
                # An action before the erasure was known holds erased records, which undo would
                # restore.
                if any(one.occurrence.due <= until for one in action.deliveries + action.others):
                    journal.forget_action(action)
            own = (ERASED, JOINED)
            journal.write(
                "DELETE FROM shared_values WHERE at <= ? AND name NOT IN (?, ?)", text, *own
            )
            journal.write("DELETE FROM shared_cramps WHERE id NOT IN (SELECT id FROM cramps)")
            journal.save_global_state(state)
            kept = ", ".join("?" * len(_KEPT_NOTES))
            journal.write(f"DELETE FROM notes WHERE name NOT IN ({kept})", *_KEPT_NOTES)  # noqa: S608 - as above
        # Mark the erasure last: after a failure before it, the next round erases again.
        self.mark_erased(computer, until)

    def _reopen_answered_ahead(self, until: datetime, now: datetime) -> None:
        """Reopen occurrences that were answered up to an instant (UTC) and fell due later."""
        for one in self.journal.since(until):
            if isinstance(one.state, Closed) and one.state.at <= until < one.occurrence.due:
                self.journal.forget(one.key)
                if one.occurrence.due <= now:
                    self.journal.save(begin(one.occurrence, one.topic))

    def prune(self, oldest: datetime) -> None:
        """Delete acts from before an instant (UTC), and values that no computer publishes."""
        self.journal.write("DELETE FROM shared_acts WHERE due < ?", format_instant(oldest))
        # An entry about a night may be written a few days before or after it.
        limit = format_instant(oldest - _ROUND_A_NIGHT)
        names = ", ".join("?" * len(_KEPT_VALUES))
        self.journal.write(
            f"DELETE FROM shared_values WHERE at < ? AND name NOT IN ({names})",  # noqa: S608 - constants
            limit,
            *_KEPT_VALUES,
        )

    # The computers

    def computers(self) -> list[Computer]:
        """Return the computers of the person, this one among them, ordered by name."""
        sql = f"SELECT {COMPUTER_COLUMNS} FROM computers"  # noqa: S608 - constants
        return sorted(self.journal.read(parse_computer, sql), key=lambda one: (one.name, one.id))

    def computer_names(self) -> dict[str, str]:
        """Return the name of each computer of the person, by its id."""
        return {one.id: one.name for one in self.computers()}

    def save_computer(self, one: Computer) -> None:
        """Write the known facts about a computer."""
        self.journal.insert("computers", COMPUTER_COLUMNS, *computer_row(one), verb="OR REPLACE")

    def forget_computer(self, computer: str) -> None:
        """Delete the known facts about a computer by its id; its acts stay."""
        self.journal.write("DELETE FROM computers WHERE id = ?", computer)

    # The names under which cramps are shared

    def cramp_names(self) -> dict[int, str]:
        """Return the shared names of cramps, by their numbers here."""
        return dict(self.journal.read(lambda *row: row, "SELECT id, name FROM shared_cramps"))

    def name_cramp(self, number: int, name: str) -> None:
        """Write the shared name of a cramp."""
        self.journal.insert("shared_cramps", "id, name", number, name, verb="OR REPLACE")
