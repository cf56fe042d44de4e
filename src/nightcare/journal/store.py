"""The journal: what is written to its file, and read from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from nightcare.domain.delivery import Delivery, DeliveryStatus, Outcome, Reason
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import Decision, Trial, UserAction
from nightcare.domain.reminders import Key, Occurrence
from nightcare.domain.routine_session import RoutineSession
from nightcare.journal.database import Database
from nightcare.journal.diary_store import DiaryStore
from nightcare.journal.mapping import (
    COLUMN_NAMES,
    COLUMNS,
    act_courses,
    act_of,
    course_of,
    course_row,
    decision_of,
    instant_text,
    note_of,
    readable_standing,
    standing_of,
    standing_row,
    trial_of,
)
from nightcare.journal.migrations import TABLES
from nightcare.journal.routine_store import read_led, write_led

SERVICE_NOTE = "service"
"""The name of what the running service writes down about itself."""

BUTTONS_NOTE = "buttons"
"""The name of the answers whether notification servers draw buttons, by their descriptions."""

_KEPT = timedelta(days=400)


class Journal(Database):
    """What is open, snoozed, held and paused, and what became of what."""

    @property
    def diary(self) -> DiaryStore:
        """The pages of the diary."""
        return DiaryStore(self)

    # Courses

    def delivery(self, key: Key) -> Delivery | None:
        """Where the occurrence of that key stands; None where its moment has not come."""
        found = self._courses(
            "reminder = ? AND care_day = ? AND slot = ?",
            key.reminder,
            key.care_day.isoformat(),
            key.slot,
        )
        return found[0] if found else None

    def unsettled(self) -> list[Delivery]:
        """All that have no outcome yet, in order of time."""
        return self._courses("state != 'settled' ORDER BY due")

    def of_care_day(self, day: date) -> list[Delivery]:
        """All of one care day, in order of time."""
        return self._courses(
            "due >= ? AND due < ? AND care_day = ? ORDER BY due",
            instant_text(datetime.combine(day - timedelta(days=2), time(), UTC)),
            instant_text(datetime.combine(day + timedelta(days=4), time(), UTC)),
            day.isoformat(),
        )

    def since(self, due: datetime) -> list[Delivery]:
        """All that were due since an instant (UTC), or have no outcome yet."""
        return self._courses("due >= ? OR state != 'settled'", instant_text(due))

    def known(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Those of the keys whose moment has come already."""
        return frozenset(key for key in keys if self.delivery(key) is not None)

    def save(self, course: Delivery) -> None:
        """Write where an occurrence stands."""
        marks = ", ".join("?" * len(COLUMN_NAMES))
        with self.transaction():
            self._db.execute(
                f"INSERT OR REPLACE INTO courses ({COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
                course_row(course),
            )

    def forget(self, key: Key) -> None:
        """Forget an occurrence whose moment was moved ahead, so that it can come then."""
        with self.transaction():
            self._db.execute(
                "DELETE FROM courses WHERE reminder = ? AND care_day = ? AND slot = ?",
                (key.reminder, key.care_day.isoformat(), key.slot),
            )

    def forget_unseen(self, after: datetime) -> None:
        """Forget what was due later than an instant (UTC), and nobody has seen or answered."""
        with self.transaction():
            self._db.execute(
                "DELETE FROM courses WHERE due > ? AND NOT seen AND snoozes = 0"
                " AND (outcome IS NULL OR outcome = ?)",
                (instant_text(after), Outcome.MISSED),
            )

    def _courses(self, where: str, *values: str) -> list[Delivery]:
        sql = f"SELECT {COLUMNS} FROM courses WHERE {where}"  # noqa: S608 - constants
        return self.read(lambda *row: course_of(row), sql, *values)

    # What holds for all

    def global_state(self) -> GlobalState:
        """What holds for all reminders at once."""
        columns = "SELECT began, reckoned, paused_until, good_night, tonight FROM standing"
        found = self.read(lambda *row: standing_of(row), columns) or self.read(
            lambda *row: readable_standing(row), columns
        )
        return found[0] if found else GlobalState()

    def save_global_state(self, standing: GlobalState) -> None:
        """Write what holds for all reminders at once."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO standing"
                " (only, began, reckoned, paused_until, good_night, tonight)"
                " VALUES (1, ?, ?, ?, ?, ?)",
                standing_row(standing),
            )

    # The routine under way

    def routine_session(self) -> RoutineSession | None:
        """What the person is being led through; None where it is nothing."""
        return read_led(self)

    def save_routine_session(self, led: RoutineSession | None) -> None:
        """Write what the person is being led through now, or that it is nothing any more."""
        write_led(self, led)

    # Tips

    def tips_shown(self) -> Mapping[str, int]:
        """For each tip that was ever shown a number that grows with each showing."""
        return dict(self.read(_pair, "SELECT tip, max(id) FROM tips_shown GROUP BY tip"))

    def record_tip(self, tip: str, now: datetime) -> None:
        """Remember that a tip was shown now (UTC)."""
        with self.transaction():
            self._db.execute("DELETE FROM tips_shown WHERE tip = ?", (tip,))
            self._db.execute(
                "INSERT INTO tips_shown (tip, at) VALUES (?, ?)", (tip, instant_text(now))
            )

    # Why

    def record_decision(
        self, now: datetime, occurrence: Occurrence, verdict: str, step: Reason
    ) -> None:
        """Remember which step of the cascade decided now (UTC)."""
        key = occurrence.key
        with self.transaction():
            self._db.execute(
                "INSERT INTO decisions (at, reminder, care_day, slot, due, verdict, step, delivery)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    instant_text(now),
                    key.reminder,
                    key.care_day.isoformat(),
                    key.slot,
                    instant_text(occurrence.due),
                    verdict,
                    step,
                    DeliveryStatus.DECIDED if verdict == "show" else None,
                ),
            )

    def record_status(self, key: Key, delivery: DeliveryStatus) -> None:
        """Remember how far what was last decided to be shown came on its way to the screen."""
        with self.transaction():
            self._db.execute(
                "UPDATE decisions SET delivery = ? WHERE id = (SELECT max(id) FROM decisions"
                " WHERE reminder = ? AND care_day = ? AND slot = ? AND verdict = 'show')",
                (delivery, key.reminder, key.care_day.isoformat(), key.slot),
            )

    def last_decisions(self, reminder: str | None = None) -> list[Decision]:
        """The last decision on each reminder, or on the one that is named; the newest first."""
        return self.read(
            decision_of,
            "SELECT at, reminder, care_day, slot, due, verdict, step, delivery FROM decisions"
            " WHERE id IN (SELECT max(id) FROM decisions"
            " WHERE ? IS NULL OR reminder = ? GROUP BY reminder)"
            " ORDER BY id DESC",
            reminder,
            reminder,
        )

    # What the person did, and taking it back

    def record_action(
        self,
        now: datetime,
        what: str,
        before: Sequence[Delivery],
        standing: GlobalState,
        beside: Sequence[Delivery] = (),
    ) -> None:
        """Remember what the person did now (UTC), and how things stood before it."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO acts (at, what, courses, standing) VALUES (?, ?, ?, ?)",
                (
                    instant_text(now),
                    what,
                    act_courses(before, beside),
                    json.dumps(standing_row(standing)),
                ),
            )

    def last_action(self) -> UserAction | None:
        """What the person did last and has not taken back."""
        last = self.read(
            act_of, "SELECT id, at, what, courses, standing FROM acts ORDER BY id DESC LIMIT 1"
        )
        return last[0] if last else None

    def actions(self) -> list[UserAction]:
        """All that the person did and has not taken back, in order of time."""
        return self.read(act_of, "SELECT id, at, what, courses, standing FROM acts ORDER BY id")

    def forget_action(self, act: UserAction) -> None:
        """Forget an act that was taken back."""
        with self.transaction():
            self._db.execute("DELETE FROM acts WHERE id = ?", (act.id,))

    # Trials: `nightcare try` asks the service to show a reminder now

    def request_trial(self, reminder: str, now: datetime) -> int:
        """Ask the service to show a reminder now (UTC); returns the trial's number."""
        with self.transaction():
            cursor = self._db.execute(
                "INSERT INTO trials (at, reminder) VALUES (?, ?)", (instant_text(now), reminder)
            )
            return int(cursor.lastrowid or 0)

    def trials(self) -> list[Trial]:
        """The trials that have not been shown yet."""
        return self.read(trial_of, "SELECT id, at, reminder FROM trials WHERE shown_by IS NULL")

    def answer_trial(self, number: int, by: str) -> None:
        """Remember by what a trial was shown, or why it could not be."""
        with self.transaction():
            self._db.execute("UPDATE trials SET shown_by = ? WHERE id = ?", (by, number))

    def record_trial_status(self, number: int, delivery: DeliveryStatus) -> None:
        """Remember how far a trial has come on its way to the screen."""
        with self.transaction():
            self._db.execute("UPDATE trials SET delivery = ? WHERE id = ?", (delivery, number))

    def trial_status(self, number: int) -> DeliveryStatus:
        """How far a trial has come on its way to the screen."""
        found = self.read(
            DeliveryStatus,
            "SELECT delivery FROM trials WHERE id = ? AND delivery IS NOT NULL",
            number,
        )
        return found[0] if found else DeliveryStatus.DECIDED

    def trial_answer(self, number: int) -> str | None:
        """By what a trial was shown; None while it has not been."""
        shown_by = self.read(
            str, "SELECT shown_by FROM trials WHERE id = ? AND shown_by IS NOT NULL", number
        )
        return shown_by[0] if shown_by else None

    # Notes of the running service for `status`

    def write_note(self, name: str, value: Mapping[str, object]) -> None:
        """Write down something about the running service."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)",
                (name, json.dumps(value)),
            )

    def read_note(self, name: str) -> dict[str, object]:
        """What was last written down under that name; empty where nothing was."""
        notes = self.read(note_of, "SELECT value FROM notes WHERE name = ?", name)
        return notes[0] if notes else {}

    def erase(self, now: datetime) -> None:
        """Erase everything that is recorded, so that the file holds no trace of it either.

        Where the service has run, it goes on as if it had first run now (UTC); what it has noted
        about itself stays, for it runs by that.

        Raises:
            StateError: It cannot be written, or somebody was reading it all the while.
        """
        with self.without_trace(), self.transaction():
            began = self.global_state().began
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
            self._db.execute("DELETE FROM sqlite_sequence")
            self._db.execute("DELETE FROM notes WHERE name != ?", (SERVICE_NOTE,))
            self.save_global_state(
                GlobalState() if began is None else GlobalState(began=now, reckoned=now)
            )

    def prune(self, now: datetime) -> None:
        """Let go of what is older than is kept: 400 days."""
        oldest = instant_text(now - _KEPT)
        with self.transaction():
            self._db.execute("DELETE FROM courses WHERE state = 'settled' AND due < ?", (oldest,))
            for table in ("decisions", "acts", "trials"):
                self._db.execute(f"DELETE FROM {table} WHERE at < ?", (oldest,))  # noqa: S608 - constants


def _pair(tip: str, number: int) -> tuple[str, int]:
    return tip, number
