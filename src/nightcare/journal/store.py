"""The journal: one SQLite file that the service and the commands both write to.

Every change is one transaction, flushed to the disk before it counts (`synchronous=FULL`), so
that a crash or a power cut loses nothing that was answered, snoozed or paused. What the clock alone
would bring about once more need not be: a crash does not lose it either, and a power cut loses it
whole.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

from nightcare.domain.course import Course, Outcome, Step
from nightcare.domain.leading import Led
from nightcare.domain.record import Act, Decision, Trial
from nightcare.domain.reminders import Key, Occurrence
from nightcare.domain.standing import Standing
from nightcare.errors import StateError
from nightcare.journal.diary import Pages
from nightcare.journal.leading import read_led, write_led
from nightcare.journal.rows import (
    COLUMN_NAMES,
    COLUMNS,
    act_of,
    course_of,
    course_row,
    decision_of,
    instant_text,
    standing_of,
    standing_row,
    trial_of,
)
from nightcare.journal.schema import STEPS, TABLES, VERSION

FILE_NAME = "journal.sqlite"

SERVICE_NOTE = "service"
"""The name of what the running service writes down about itself."""

_KEPT = timedelta(days=400)
_BUSY_SECONDS = 5.0
_BETWEEN_TRIES = 0.01
_MEMORY = ":memory:"

Made = TypeVar("Made")


class Journal:
    """What is open, snoozed, held and paused, and what became of what."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._db = connection
        self._name = name
        self._depth = 0
        self._file = self._file_now()

    # Opening and closing

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """Open the journal in a folder, readable by its owner alone; make both where needed.

        Raises:
            StateError: The folder or the file cannot be used, or is of a later version.
        """
        path = folder / FILE_NAME
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
            return cls._connected(str(path))
        except OSError as error:
            raise StateError("state_folder", folder=folder, reason=error.strerror) from error
        except sqlite3.OperationalError as error:
            raise StateError("state_folder", folder=folder, reason=error) from error
        except sqlite3.DatabaseError as error:
            raise StateError("journal_corrupt", path=path, reason=error) from error

    @classmethod
    def in_memory(cls) -> Journal:
        """A journal that nothing remembers: for a rehearsal, or where no folder can be written."""
        return cls._connected(_MEMORY)

    @classmethod
    def _connected(cls, name: str) -> Journal:
        connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous=FULL")
            journal = cls(connection, name)
            journal._bring_up_to_date()
        except BaseException:
            connection.close()
            raise
        return journal

    def _bring_up_to_date(self) -> None:
        if self._version() == VERSION:
            # Reading waits for nobody who writes.
            return
        with self.transaction():
            version = self._version()
            if version > VERSION:
                raise StateError("journal_newer", version=version, known=VERSION)
            for step in STEPS[version:]:
                for statement in step.split(";\n"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")

    def _version(self) -> int:
        (version,) = self.read(int, "PRAGMA user_version")
        return version

    def copied(self) -> Journal:
        """A copy of all of it in memory.

        Raises:
            StateError: It cannot be read, or is corrupt.
        """
        copy = Journal.in_memory()
        try:
            with self._told():
                self._db.backup(copy._db)  # noqa: SLF001 - one of its own kind
            if not copy.sound():
                raise StateError("journal_corrupt", path=self._name, reason="quick_check")
        except StateError:
            copy.close()
            raise
        return copy

    def sound(self) -> bool:
        """Whether the file is whole, as far as SQLite can tell."""
        try:
            return self.read(str, "PRAGMA quick_check(1)") == ["ok"]
        except StateError:
            return False

    def in_its_place(self) -> bool:
        """Whether its file is still the one that others find; it may be removed or replaced."""
        return self._file == self._file_now()

    def _file_now(self) -> tuple[int, int] | None:
        """The device and number of the file of its name; None for one in memory, or without one."""
        if self._name == _MEMORY:
            return None
        try:
            found = os.stat(self._name)  # noqa: PTH116 - a name, not a path
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[None]:
        """All changes inside become true together, or none does; nests.

        Args:
            flushed: Whether they are on the disk when it ends; else with the next that are, at the
                latest. One inside another goes by the outer one.

        Raises:
            StateError: The disk is full, or the file cannot be written or is corrupt.
        """
        if self._depth:
            yield
            return
        with self._told(), self._flushing(flushed):
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
                self._ring()
            except BaseException:
                # SQLite may have taken it back already, as where the disk is full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    @contextmanager
    def _flushing(self, flushed: bool) -> Iterator[None]:  # noqa: FBT001 - of ours alone
        """Flush what is changed inside, or not yet. Source: sqlite.org, "PRAGMA synchronous"."""
        if flushed:
            yield
            return
        self._db.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous=FULL")

    def _ring(self) -> None:
        """Have whoever watches the folder look now.

        What SQLite writes to the file is seen too early: before the commit can be read.
        """
        if self._name != _MEMORY:
            with suppress(OSError):
                os.utime(self._name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite says as an error that the person can be told."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StateError("journal_unusable", reason=error) from error
        except sqlite3.DatabaseError as error:
            raise StateError("journal_corrupt", path=self._name, reason=error) from error

    def read(self, made: Callable[..., Made], sql: str, *values: str | int | None) -> list[Made]:
        """What rows stand for.

        Raises:
            StateError: The file cannot be read, or is corrupt.
        """
        try:
            with self._told():
                return [made(*row) for row in self._db.execute(sql, values)]
        except (ValueError, TypeError) as error:
            raise StateError("journal_corrupt", path=self._name, reason=error) from error

    def write(self, sql: str, *values: str | int | None) -> int:
        """Change rows; returns the number of the last that was added, by SQLite's own count.

        Raises:
            StateError: The disk is full, or the file cannot be written or is corrupt.
        """
        with self.transaction():
            return int(self._db.execute(sql, values).lastrowid or 0)

    @property
    def diary(self) -> Pages:
        """The pages of the diary."""
        return Pages(self)

    def changed_by_others(self, seen: int) -> tuple[bool, int]:
        """Whether another program has written since `seen` was returned; and the new mark."""
        (version,) = self.read(int, "PRAGMA data_version")
        return version != seen, version

    # Courses

    def course(self, key: Key) -> Course | None:
        """Where the occurrence of that key stands; None where its moment has not come."""
        found = self._courses(
            "reminder = ? AND care_day = ? AND slot = ?",
            key.reminder,
            key.care_day.isoformat(),
            key.slot,
        )
        return found[0] if found else None

    def unsettled(self) -> list[Course]:
        """All that have no outcome yet, in order of time."""
        return self._courses("state != 'settled' ORDER BY due")

    def of_care_day(self, day: date) -> list[Course]:
        """All of one care day, in order of time."""
        return self._courses(
            "due >= ? AND due < ? AND care_day = ? ORDER BY due",
            instant_text(datetime.combine(day - timedelta(days=2), time(), UTC)),
            instant_text(datetime.combine(day + timedelta(days=4), time(), UTC)),
            day.isoformat(),
        )

    def since(self, due: datetime) -> list[Course]:
        """All that were due since an instant (UTC), or have no outcome yet."""
        return self._courses("due >= ? OR state != 'settled'", instant_text(due))

    def known(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Those of the keys whose moment has come already."""
        return frozenset(key for key in keys if self.course(key) is not None)

    def save(self, course: Course) -> None:
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

    def _courses(self, where: str, *values: str) -> list[Course]:
        sql = f"SELECT {COLUMNS} FROM courses WHERE {where}"  # noqa: S608 - constants
        return self.read(lambda *row: course_of(row), sql, *values)

    # What holds for all

    def standing(self) -> Standing:
        """What holds for all reminders at once."""
        (standing,) = self.read(
            lambda *row: standing_of(row),
            "SELECT began, reckoned, paused_until, good_night, tonight FROM standing",
        )
        return standing

    def stand(self, standing: Standing) -> None:
        """Write what holds for all reminders at once."""
        with self.transaction():
            self._db.execute(
                "UPDATE standing"
                " SET began = ?, reckoned = ?, paused_until = ?, good_night = ?, tonight = ?",
                standing_row(standing),
            )

    # The routine under way

    def led(self) -> Led | None:
        """What the person is being led through; None where it is nothing."""
        return read_led(self)

    def lead(self, led: Led | None) -> None:
        """Write what the person is being led through now, or that it is nothing any more."""
        write_led(self, led)

    # Tips

    def tips_shown(self) -> Mapping[str, int]:
        """For each tip that was ever shown a number that grows with each showing."""
        return dict(self.read(_pair, "SELECT tip, max(id) FROM tips_shown GROUP BY tip"))

    def tip_shown(self, tip: str, now: datetime) -> None:
        """Remember that a tip was shown now (UTC)."""
        with self.transaction():
            self._db.execute("DELETE FROM tips_shown WHERE tip = ?", (tip,))
            self._db.execute(
                "INSERT INTO tips_shown (tip, at) VALUES (?, ?)", (tip, instant_text(now))
            )

    # Why

    def decided(self, now: datetime, occurrence: Occurrence, verdict: str, step: Step) -> None:
        """Remember which step of the cascade decided now (UTC)."""
        key = occurrence.key
        with self.transaction():
            self._db.execute(
                "INSERT INTO decisions (at, reminder, care_day, slot, due, verdict, step)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    instant_text(now),
                    key.reminder,
                    key.care_day.isoformat(),
                    key.slot,
                    instant_text(occurrence.due),
                    verdict,
                    step,
                ),
            )

    def last_decisions(self, reminder: str | None = None) -> list[Decision]:
        """The last decision on each reminder, or on the one that is named; the newest first."""
        return self.read(
            decision_of,
            "SELECT at, reminder, care_day, slot, due, verdict, step FROM decisions WHERE id IN"
            " (SELECT max(id) FROM decisions WHERE ? IS NULL OR reminder = ? GROUP BY reminder)"
            " ORDER BY id DESC",
            reminder,
            reminder,
        )

    # What the person did, and taking it back

    def acted(self, now: datetime, what: str, before: Sequence[Course], standing: Standing) -> None:
        """Remember what the person did now (UTC), and how things stood before it."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO acts (at, what, courses, standing) VALUES (?, ?, ?, ?)",
                (
                    instant_text(now),
                    what,
                    json.dumps([course_row(course) for course in before]),
                    json.dumps(standing_row(standing)),
                ),
            )

    def last_act(self) -> Act | None:
        """What the person did last and has not taken back."""
        last = self.read(
            act_of, "SELECT id, at, what, courses, standing FROM acts ORDER BY id DESC LIMIT 1"
        )
        return last[0] if last else None

    def acts(self) -> list[Act]:
        """All that the person did and has not taken back, in order of time."""
        return self.read(act_of, "SELECT id, at, what, courses, standing FROM acts ORDER BY id")

    def forget_act(self, act: Act) -> None:
        """Forget an act that was taken back."""
        with self.transaction():
            self._db.execute("DELETE FROM acts WHERE id = ?", (act.id,))

    # Trials: `nightcare try` asks the service to show a reminder now

    def ask_trial(self, reminder: str, now: datetime) -> int:
        """Ask the service to show a reminder now (UTC); returns the trial's number."""
        with self.transaction():
            cursor = self._db.execute(
                "INSERT INTO trials (at, reminder) VALUES (?, ?)", (instant_text(now), reminder)
            )
            return int(cursor.lastrowid or 0)

    def trials(self) -> list[Trial]:
        """The trials that have not been shown yet."""
        return self.read(trial_of, "SELECT id, at, reminder FROM trials WHERE shown_by IS NULL")

    def trial_shown(self, number: int, by: str) -> None:
        """Remember by what a trial was shown, or why it could not be."""
        with self.transaction():
            self._db.execute("UPDATE trials SET shown_by = ? WHERE id = ?", (by, number))

    def trial_answer(self, number: int) -> str | None:
        """By what a trial was shown; None while it has not been."""
        shown_by = self.read(
            str, "SELECT shown_by FROM trials WHERE id = ? AND shown_by IS NOT NULL", number
        )
        return shown_by[0] if shown_by else None

    # Notes of the running service for `status`

    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Write down something about the running service."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)",
                (name, json.dumps(value)),
            )

    def noted(self, name: str) -> dict[str, object]:
        """What was last written down under that name; empty where nothing was."""
        notes = self.read(json.loads, "SELECT value FROM notes WHERE name = ?", name)
        return dict(notes[0]) if notes else {}

    def erase(self, now: datetime) -> None:
        """Erase everything that is recorded, so that the file holds no trace of it either.

        Where the service has run, it goes on as if it had first run now (UTC); what it has noted
        about itself stays, for it runs by that.

        Raises:
            StateError: It cannot be written, or somebody was reading it all the while.
        """
        with self._told():
            self._db.execute("PRAGMA secure_delete=ON")
        with self.transaction():
            began = self.standing().began
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
            self._db.execute("DELETE FROM sqlite_sequence")
            self._db.execute("DELETE FROM notes WHERE name != ?", (SERVICE_NOTE,))
            self.stand(Standing() if began is None else Standing(began=now, reckoned=now))
        with self._told():
            self._db.execute("VACUUM")
            # What was written ahead holds the old pages until it is cut off
            # (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StateError("journal_unusable", reason="database is locked")
        self._ring()

    def prune(self, now: datetime) -> None:
        """Let go of what is older than is kept: 400 days."""
        oldest = instant_text(now - _KEPT)
        with self.transaction():
            self._db.execute("DELETE FROM courses WHERE state = 'settled' AND due < ?", (oldest,))
            for table in ("decisions", "acts", "trials"):
                self._db.execute(f"DELETE FROM {table} WHERE at < ?", (oldest,))  # noqa: S608 - constants


def _make(path: Path) -> None:
    """Make the file, readable by its owner alone, unless it is there."""
    if path.exists():
        # Closing it here would drop the locks that SQLite holds on it in this process
        # (https://www.sqlite.org/howtocorrupt.html, 2.2).
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Another command was quicker; but a link that leads nowhere cannot be used.
        if not path.exists():
            raise


def _use_wal(connection: sqlite3.Connection) -> None:
    """Write ahead, so that reading waits for nobody.

    While another program makes the file, or closes it as the last, SQLite may say that it is busy
    without waiting (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").
    """
    give_up = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > give_up:
                raise
            sleep(_BETWEEN_TRIES)
        else:
            return


def _pair(tip: str, number: int) -> tuple[str, int]:
    return tip, number
