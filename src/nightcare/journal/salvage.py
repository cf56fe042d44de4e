"""Carry over what can still be read of a damaged journal into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightcare.journal import diary_store, mapping, routine_store
from nightcare.journal.store import SERVICE_NOTE, Journal

_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Salvaged:
    """How many rows were carried over, and how many were found but mean nothing."""

    kept: int = 0
    lost: int = 0


@dataclass(frozen=True)
class _Table:
    """A table, its columns, the order of its rows, and the function that must understand a row."""

    name: str
    columns: str
    order: str
    understand: Callable[..., object]


_STANDING = "began, reckoned, paused_until, good_night, tonight"

_CARRIED = (
    _Table(
        "courses", mapping.COLUMNS, "reminder, care_day, slot", lambda *row: mapping.course_of(row)
    ),
    _Table("cramps", diary_store.COLUMNS, "rowid", diary_store.cramp_of),
    _Table("mornings", "night, answer, recorded", "night", diary_store.morning_of),
    _Table("questions", "night, at", "night, at", diary_store.question_of),
    _Table("leading", routine_store.COLUMNS, "rowid", routine_store.led_of),
    _Table("tips_shown", "id, tip, at", "rowid", lambda _, tip, at: (tip, mapping.instant_of(at))),
    _Table(
        "decisions",
        "id, at, reminder, care_day, slot, due, verdict, step, delivery",
        "rowid",
        lambda _, *row: mapping.decision_of(*row),
    ),
    _Table("acts", "id, at, what, courses, standing", "rowid", mapping.act_of),
    _Table("notes", "name, value", "name", lambda name, value: (str(name), mapping.note_of(value))),
)


def salvage(damaged: Path, journal: Journal) -> Salvaged:
    """Copy every readable row of a damaged file into a new, empty journal.

    Each table is read from both ends up to the damaged page.

    Args:
        damaged: The damaged file; it is only read.
        journal: Where its rows go, in one transaction.

    Raises:
        StateError: The new journal cannot be written.
    """
    kept = lost = 0
    try:
        source = _readable_copy(damaged)
    except (sqlite3.Error, UnicodeDecodeError):
        return Salvaged()
    with closing(source), journal.transaction():
        for table in _CARRIED:
            for row in _rows(source, table):
                try:
                    table.understand(*row)
                    kept += _carry(journal, table, row)
                except (*mapping.UNREADABLE, sqlite3.IntegrityError):
                    lost += 1
        kept += _carry_standing(source, journal)
    return Salvaged(kept, lost)


def count_unreadable(source: sqlite3.Connection) -> int:
    """Return how many rows of a sound journal mean nothing.

    Raises:
        sqlite3.DatabaseError: It cannot be read.
    """
    standing = _Table("standing", _STANDING, "rowid", lambda *row: mapping.standing_of(row))
    return sum(
        not _is_understood(table, row)
        for table in (*_CARRIED, standing)
        for row in source.execute(f"SELECT {table.columns} FROM {table.name}")  # noqa: S608 - constants
    )


def _is_understood(table: _Table, row: _Row) -> bool:
    try:
        table.understand(*row)
    except mapping.UNREADABLE:
        return False
    return True


def _carry(journal: Journal, table: _Table, row: _Row) -> int:
    """Write one row; returns how many that were, none for the service's note about itself."""
    if table.name == "notes" and row[0] == SERVICE_NOTE:
        return 0
    marks = ", ".join("?" * len(row))
    journal.write(
        f"INSERT OR REPLACE INTO {table.name} ({table.columns}) VALUES ({marks})",  # noqa: S608 - constants
        *row,
    )
    return 1


def _carry_standing(source: sqlite3.Connection, journal: Journal) -> int:
    """Write what holds for all reminders at once, as far as it can be read."""
    for row in _rows(source, _Table("standing", _STANDING, "rowid", mapping.readable_standing)):
        journal.save_global_state(mapping.readable_standing(row))
        return 1
    return 0


def _rows(source: sqlite3.Connection, table: _Table) -> Iterator[_Row]:
    """Yield the rows of a table from both ends, each once, up to where each end is damaged."""
    seen: set[_Row] = set()
    for direction in ("ASC", "DESC"):
        order = ", ".join(f"{key} {direction}" for key in table.order.split(", "))
        with suppress(sqlite3.Error, UnicodeDecodeError):
            for row in source.execute(
                f"SELECT {table.columns} FROM {table.name} NOT INDEXED ORDER BY {order}"  # noqa: S608 - constants
            ):
                if row not in seen:
                    seen.add(row)
                    yield row


def _readable_copy(damaged: Path) -> sqlite3.Connection:
    """Return a copy in memory, in which a damaged schema is replaced by ours.

    Raises:
        sqlite3.Error: Not even its pages can be read.
    """
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        copy.text_factory = lambda raw: raw.decode(errors="replace")
        with closing(sqlite3.connect(damaged)) as source:
            source.backup(copy)
        _mend_schema(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def _mend_schema(copy: sqlite3.Connection) -> None:
    """Give each table the definition that it was made with.

    A table whose name is damaged is known by being the only one that is missing.
    Source: https://www.sqlite.org/pragma.html#pragma_writable_schema, which also lets a file with
    a damaged schema be opened.
    """
    with closing(Journal.in_memory()) as fresh:
        ours = dict(fresh.read(lambda name, sql: (name, sql), _DEFINITIONS))
    copy.execute("PRAGMA writable_schema=ON")
    # Indexes are not needed to read, and may be what is damaged.
    copy.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    there = copy.execute("SELECT rowid, name FROM sqlite_master WHERE rootpage > 0").fetchall()
    names = {name: number for number, name in there if name in ours}
    missing = [name for name in ours if name not in names]
    unknown = [number for number, name in there if _is_unknown(name, ours)]
    if len(missing) == len(unknown) == 1:
        names[missing[0]] = unknown[0]
    for name, number in names.items():
        copy.execute(
            "UPDATE sqlite_master SET type = 'table', name = ?, tbl_name = ?, sql = ?"
            " WHERE rowid = ?",
            (name, name, ours[name], number),
        )
    _reload_schema(copy)


_DEFINITIONS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
)


def _is_unknown(name: object, ours: Container[object]) -> bool:
    return name not in ours and not str(name).startswith("sqlite_")


def _reload_schema(copy: sqlite3.Connection) -> None:
    """Have SQLite read the definitions again: it does when the schema's version changes."""
    (version,) = copy.execute("PRAGMA schema_version").fetchone()
    copy.execute(f"PRAGMA schema_version={version + 1}")
