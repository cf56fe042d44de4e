"""The journal's file: opened, written in transactions, looked at for whether it is whole.

Every change is one transaction, flushed to the disk before it counts (`synchronous=FULL`), so
that a crash or a power cut loses nothing that was answered, snoozed or paused. What the clock alone
would bring about once more need not be: a crash does not lose it either, and a power cut loses it
whole.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Self, TypeVar

from nightcare.atomic_write import private_folder
from nightcare.errors import StateError
from nightcare.journal.mapping import UNREADABLE
from nightcare.journal.migrations import APPLICATION_ID, STEPS, TABLES, VERSION

FILE_NAME = "journal.sqlite"

_BUSY_SECONDS = 5.0
_BETWEEN_TRIES = 0.01
_MEMORY = ":memory:"

Made = TypeVar("Made")


class Database:
    """One SQLite file that the service and the commands both write to."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._db = connection
        self._name = name
        self._depth = 0
        self._left_out: set[tuple[object, ...]] = set()
        self._file = self._file_now()

    # Opening and closing

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the journal in a folder, readable by its owner alone; make both where needed.

        Raises:
            StateError: The folder or the file cannot be used, or is of a later version.
        """
        path = folder / FILE_NAME
        try:
            private_folder(folder)
            _make(path)
            if obstacle(path) is not None:
                raise StateError("journal_not_file", path=path)
            return cls._connected(str(path))
        except OSError as error:
            raise StateError("state_folder", folder=folder, reason=error.strerror) from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if _is_damage(error):
                raise StateError("journal_corrupt", path=path, reason=error) from error
            raise StateError("state_folder", folder=folder, reason=error) from error

    @classmethod
    def in_memory(cls) -> Self:
        """A journal that nothing remembers: for a rehearsal, or where no folder can be written."""
        return cls._connected(_MEMORY)

    @classmethod
    def _connected(cls, name: str) -> Self:
        connection = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.text_factory = _decoded
        try:
            if belongs_to_another_program(connection):
                raise StateError("journal_foreign", path=name)
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
        return self._number("PRAGMA user_version")

    def copied(self) -> Self:
        """A copy of all of it in memory.

        Raises:
            StateError: It cannot be read, or is corrupt.
        """
        copy = self.in_memory()
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
            with self._told():
                return self._db.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
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

    # Reading and writing

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
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if _is_damage(error):
                raise StateError("journal_corrupt", path=self._name, reason=error) from error
            raise StateError("journal_unusable", reason=error) from error

    def read(self, made: Callable[..., Made], sql: str, *values: str | int | None) -> list[Made]:
        """Return what rows stand for; rows that mean nothing are counted and left out.

        Raises:
            StateError: The file cannot be read, or is corrupt.
        """
        found = []
        with self._told():
            rows = self._db.execute(sql, values).fetchall()
        for row in rows:
            try:
                found.append(made(*row))
            except UNREADABLE:
                self._left_out.add(row)
        return found

    @property
    def unreadable(self) -> int:
        """How many rows `read` has left out since the file was opened."""
        return len(self._left_out)

    def _number(self, sql: str) -> int:
        """Return the one number that a pragma answers with."""
        with self._told():
            return int(self._db.execute(sql).fetchone()[0])

    def write(self, sql: str, *values: str | int | None) -> int:
        """Change rows; returns the number of the last that was added, by SQLite's own count.

        Raises:
            StateError: The disk is full, or the file cannot be written or is corrupt.
        """
        with self.transaction():
            return int(self._db.execute(sql, values).lastrowid or 0)

    def changed_by_others(self, seen: int) -> tuple[bool, int]:
        """Whether another program has written since `seen` was returned; and the new mark."""
        version = self._number("PRAGMA data_version")
        return version != seen, version

    @contextmanager
    def without_trace(self) -> Iterator[None]:
        """What is deleted inside is gone from the file too, and from what SQLite keeps beside it.

        Raises:
            StateError: It cannot be written, or somebody was reading it all the while.
        """
        with self._told():
            self._db.execute("PRAGMA secure_delete=ON")
        yield
        with self._told():
            self._db.execute("VACUUM")
            # What was written ahead holds the old pages until it is cut off
            # (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StateError("journal_unusable", reason="database is locked")
        self._ring()


def obstacle(path: Path) -> str | None:
    """Return "folder", "link" or "device" where the journal's name is taken by no file.

    SQLite would wait for the other end of a named pipe.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return "link" if path.is_symlink() else None
    if stat.S_ISDIR(mode):
        return "folder"
    return None if stat.S_ISREG(mode) else "device"


def belongs_to_another_program(connection: sqlite3.Connection) -> bool:
    """Return whether a database is that of another program; nothing is written to it.

    Journals from before they had an application id are known by their tables.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application:
        return bool(application != APPLICATION_ID)
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        # A damaged schema; whoever opens the journal is told so.
        return False
    return bool(names) and names.isdisjoint(TABLES)


def _is_damage(error: Exception) -> bool:
    """Return whether an error of SQLite is about what the file holds, not about the disk.

    A missing table or column is damage too (SQLITE_ERROR).
    Source: https://www.sqlite.org/rescode.html.
    """
    if not isinstance(error, sqlite3.OperationalError):
        return True
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def _decoded(raw: bytes) -> str:
    """Return a text of the file; bytes that are not UTF-8 are replaced."""
    return raw.decode(errors="replace")


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
