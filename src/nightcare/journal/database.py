"""The journal's SQLite file: opening, transactions and damage.

Every change is one transaction, flushed to the disk before it is acknowledged (`synchronous=FULL`),
so that a crash or a power cut loses no answer, snooze or pause. A change that the clock alone
caused, and would cause again, may be flushed later.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self, TypeVar

from nightcare.atomic_write import private_folder
from nightcare.errors import StateError
from nightcare.journal.journal_files import FILE_NAME, create_file, journal_files, obstacle
from nightcare.journal.mapping import UNREADABLE
from nightcare.journal.migrations import APPLICATION_ID, MIGRATIONS, TABLES, VERSION

_BUSY_SECONDS, _RETRY_SECONDS = 5.0, 0.01
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_MEMORY = ":memory:"

_KEPT_STATEMENTS = 48
"""The number of compiled statements that SQLite keeps; more take 0.2 MiB of the service."""

Made = TypeVar("Made")


class Database:
    """One SQLite file that the service and the commands both write to."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._unreadable_rows: set[tuple[object, ...]] = set()
        self._connect_to(connection, name)

    def _connect_to(self, connection: sqlite3.Connection, name: str) -> None:
        self._db = connection
        self._name = name
        self._depth = 0
        self._found: dict[object, list[Any]] = {}
        """Results of the queries in this transaction since its last change."""
        self._data_version: int | None = None
        self._file_id = self._current_file_id()

    # Opening and closing

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the journal in a folder; create both where needed, readable by their owner alone.

        Raises:
            StateError: The folder or the file cannot be used, or is of a later version.
        """
        path = folder / FILE_NAME
        try:
            private_folder(folder)
            if path.is_symlink() and not path.exists():
                # A dangling link is not followed to create a file, and prevents creating one.
                raise StateError("journal_not_file", path=path)
            create_file(path)
            for one in journal_files(folder):
                if obstacle(one) in {"folder", "device"}:
                    raise StateError("journal_not_file", path=one)
            return cls._opened(str(path))
        except OSError as error:
            raise StateError("state_folder", folder=folder, reason=error.strerror) from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            of_disk = StateError("state_folder", folder=folder, reason=error)
            raise _state_error(error, path, of_disk) from error

    @classmethod
    def in_memory(cls) -> Self:
        """Return a journal in memory, without a file."""
        return cls._opened(_MEMORY)

    @classmethod
    def _opened(cls, name: str) -> Self:
        connection = sqlite3.connect(
            name,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            cached_statements=_KEPT_STATEMENTS,
        )
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        try:
            if belongs_to_another_program(connection):
                raise StateError("journal_foreign", path=name)
            _use_wal(connection)
            connection.executescript("PRAGMA synchronous=FULL; PRAGMA cache_size=-64")
            journal = cls(connection, name)
            journal.migrate()
        except BaseException:
            connection.close()
            raise
        return journal

    def migrate(self) -> None:
        """Bring the tables to this version; raise `StateError` where they are not of an earlier."""
        if self._number("PRAGMA user_version") == VERSION:
            # Without a transaction, a reader does not wait for a writer.
            return
        with self.transaction():
            version = self._number("PRAGMA user_version")
            if version > VERSION:
                raise StateError("journal_newer", version=version, known=VERSION)
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";\n"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={VERSION}")

    def adopt(self, other: Database) -> None:
        """Close this database and take over the connection of `other`, which is then unusable."""
        self.close()
        self._connect_to(other._db, other._name)

    def is_sound(self) -> bool:
        """Return whether the file is whole, as far as SQLite can tell."""
        try:
            with self._translated_errors():
                return self._db.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
        except StateError:
            return False

    def is_in_place(self) -> bool:
        """Return whether the path still leads to this file; it may be removed or replaced."""
        return self._file_id == self._current_file_id()

    def _current_file_id(self) -> tuple[int, int] | None:
        if self._name == _MEMORY:
            return None
        try:
            found = os.stat(self._name)  # noqa: PTH116 - a name, not a path
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    # Reading and writing

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Iterator[None]:
        """Commit all changes inside together, or none; a nested transaction joins the outer one.

        Args:
            flushed: Whether the changes are on the disk at the end; otherwise they are flushed with
                the next transaction that is. The outermost transaction decides.

        Raises:
            StateError: The disk is full, or the file cannot be written or is corrupt.
        """
        if self._depth:
            yield
            return
        with self._translated_errors(), self._flush_mode(flushed):
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._db.execute("COMMIT")
                self._touch()
            except BaseException:
                # SQLite may have rolled it back already, as on a full disk.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
                self._found.clear()

    @contextmanager
    def _flush_mode(self, flushed: bool) -> Iterator[None]:  # noqa: FBT001 - private
        """Set the time at which changes are flushed. Source: sqlite.org, "PRAGMA synchronous"."""
        if flushed:
            yield
            return
        self._db.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous=FULL")

    def _touch(self) -> None:
        """Notify watchers of the folder.

        They see SQLite's own writes too early, before the commit is readable.
        """
        if self._name != _MEMORY:
            with suppress(OSError):
                os.utime(self._name)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise SQLite's errors as `StateError`."""
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            of_disk = StateError("journal_unusable", reason=error)
            raise _state_error(error, self._name, of_disk) from error

    def read(self, parse: Callable[..., Made], sql: str, *values: str | int | None) -> list[Made]:
        """Return the parsed rows of a query; rows that cannot be parsed are counted and left out.

        In a transaction the same query is run again only after a change.

        Raises:
            StateError: The file cannot be read, or is corrupt.
        """
        query = (parse, sql, values)
        if query in self._found:
            return self._found[query].copy()
        found = []
        with self._translated_errors():
            rows = self._db.execute(sql, values).fetchall()
        for row in rows:
            try:
                found.append(parse(*row))
            except UNREADABLE:
                self._unreadable_rows.add(row)
        if self._depth:
            self._found[query] = found.copy()
        return found

    @property
    def unreadable(self) -> int:
        """The number of rows that `read` has left out so far."""
        return len(self._unreadable_rows)

    def _number(self, pragma: str) -> int:
        with self._translated_errors():
            return int(self._db.execute(pragma).fetchone()[0])

    def write(self, sql: str, *values: str | int | None) -> int:
        """Change rows; return the number of the row that was added last, as SQLite counts.

        Raises:
            StateError: The disk is full, or the file cannot be written or is corrupt.
        """
        with self.transaction():
            self._found.clear()
            return int(self._db.execute(sql, values).lastrowid or 0)

    def insert(self, table: str, columns: str, *values: str | int | None, verb: str = "") -> int:
        """Add a row, or replace the one with its key; return the row's number.

        Args:
            table: The table.
            columns: The names of its columns, separated by commas.
            values: The value of each.
            verb: SQL's conflict clause, such as "OR IGNORE".
        """
        marks = ", ".join("?" * len(values))
        sql = f"INSERT {verb} INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - constants
        return self.write(sql, *values)

    def changed_by_others(self) -> bool:
        """Return whether another connection has written since the last call; False at first."""
        before, self._data_version = self._data_version, self._number("PRAGMA data_version")
        return before not in {None, self._data_version}

    @contextmanager
    def secure_deletion(self) -> Iterator[None]:
        """Remove what is deleted inside from the file and from SQLite's companion files too.

        Raises:
            StateError: The file cannot be written, or another program kept reading it.
        """
        with self._translated_errors():
            self._db.execute("PRAGMA secure_delete=ON")
        yield
        with self._translated_errors():
            self._db.execute("VACUUM")
            # The write-ahead log holds the old pages until it is truncated
            # (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
            (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StateError("journal_busy", path=self._name)
        self._touch()


def belongs_to_another_program(connection: sqlite3.Connection) -> bool:
    """Return whether a database is another program's; nightcare then writes nothing to it.

    Old journals have no application id; their tables identify them.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application:
        return bool(application != APPLICATION_ID)
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        # The schema is damaged, which opening the journal reports.
        return False
    return bool(names) and names.isdisjoint(TABLES)


def _state_error(error: Exception, path: str | Path, of_disk: StateError) -> StateError:
    """Return an SQLite error by its cause: content, another program, or the disk.

    SQLITE_ERROR, a missing table, is damage too. Source: https://www.sqlite.org/rescode.html.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if not isinstance(error, sqlite3.OperationalError) or code == sqlite3.SQLITE_ERROR:
        return StateError("journal_corrupt", path=path, reason=error)
    return StateError("journal_busy", path=path) if code in _IN_USE else of_disk


def _use_wal(connection: sqlite3.Connection) -> None:
    """Use a write-ahead log, so that readers do not wait.

    SQLite may report that it is busy without waiting while another program creates the file or
    closes it last (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY").
    """
    deadline = monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(_RETRY_SECONDS)
        else:
            return
