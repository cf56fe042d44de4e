"""Recovery of readable rows from a damaged journal, which is renamed and kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nightcare.journal import diary_store, mapping, shared_rows
from nightcare.journal.journal_files import COMPANIONS, FILE_NAME
from nightcare.journal.migrations import NUMBERED, NUMBERS
from nightcare.journal.store import SERVICE_NOTE, Journal

_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Salvaged:
    """The numbers of rows that were copied, and of rows that were found but cannot be parsed."""

    kept: int = 0
    lost: int = 0


@dataclass(frozen=True)
class _SavedTable:
    """A table, its columns, the order of its rows, and the parser that a row must pass."""

    name: str
    columns: str
    order: str
    parse: Callable[..., object]


_CARRIED = (
    _SavedTable(
        "courses", mapping.DELIVERY_COLUMNS, "reminder, care_day, slot", mapping.parse_delivery
    ),
    _SavedTable("cramps", diary_store.CRAMP_COLUMNS, "rowid", diary_store.parse_cramp),
    _SavedTable("mornings", diary_store.MORNING_COLUMNS, "night", diary_store.parse_morning),
    _SavedTable("questions", diary_store.QUESTION_COLUMNS, "night, at", diary_store.parse_question),
    _SavedTable("leading", mapping.ROUTINE_COLUMNS, "rowid", mapping.parse_routine),
    _SavedTable(
        "tips_shown", "id, tip, at", "rowid", lambda _, tip, at: (tip, mapping.parse_instant(at))
    ),
    _SavedTable(
        "decisions",
        f"id, {mapping.DECISION_COLUMNS}",
        "rowid",
        lambda _, *row: mapping.parse_decision(*row),
    ),
    _SavedTable("acts", mapping.ACTION_COLUMNS, "rowid", mapping.parse_action),
    _SavedTable(
        "shared_acts",
        shared_rows.SHARED_ACT_COLUMNS,
        "computer, number",
        shared_rows.parse_shared_act,
    ),
    _SavedTable(
        "shared_values",
        shared_rows.SHARED_VALUE_COLUMNS,
        "computer, name",
        shared_rows.parse_shared_value,
    ),
    _SavedTable("computers", shared_rows.COMPUTER_COLUMNS, "id", shared_rows.parse_computer),
    _SavedTable("shared_cramps", "id, name", "rowid", lambda number, name: (int(number), name)),
    _SavedTable(
        "notes", "name, value", "name", lambda name, value: (str(name), mapping.parse_note(value))
    ),
)

_STANDING = _SavedTable(
    "standing", mapping.GLOBAL_STATE_COLUMNS, "rowid", mapping.parse_global_state
)


def salvage(damaged: Path, journal: Journal) -> Salvaged:
    """Copy every readable row of a damaged file into a new, empty journal.

    Each table is read from both ends up to the damaged page.

    Args:
        damaged: The damaged file; it is only read.
        journal: The new journal, which gets the rows in one transaction.

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
                    table.parse(*row)
                    kept += _copy_row(journal, table, row)
                except (*mapping.UNREADABLE, sqlite3.IntegrityError):
                    lost += 1
        for row in _rows(source, _STANDING):
            journal.save_global_state(mapping.salvage_global_state(*row))
            kept += 1
            break
    return Salvaged(kept, lost)


def count_unreadable(source: sqlite3.Connection) -> int:
    """Return the number of rows of a sound journal that cannot be parsed.

    Raises:
        sqlite3.DatabaseError: The journal cannot be read.
    """
    return sum(
        not _is_readable(table, row)
        for table in (*_CARRIED, _STANDING)
        for row in source.execute(f"SELECT {table.columns} FROM {table.name}")  # noqa: S608 - constants
    )


def _is_readable(table: _SavedTable, row: _Row) -> bool:
    try:
        table.parse(*row)
    except mapping.UNREADABLE:
        return False
    return True


def _copy_row(journal: Journal, table: _SavedTable, row: _Row) -> int:
    """Write a row; return the number of rows written, 0 for the note with the service's status."""
    if table.name == "notes" and row[0] == SERVICE_NOTE:
        return 0
    columns = table.columns
    if table.name in NUMBERED and row[0] not in NUMBERS:
        # The new journal gives it another number.
        columns, row = columns.removeprefix("id, "), row[1:]
    journal.insert(table.name, columns, *row, verb="OR REPLACE")
    return 1


def _rows(source: sqlite3.Connection, table: _SavedTable) -> Iterator[_Row]:
    """Yield the rows of a table from both ends, each once, up to the damage at each end."""
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
    """Return a copy in memory, with the schema repaired.

    Raises:
        sqlite3.Error: Its pages cannot be read.
    """
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        copy.text_factory = lambda raw: raw.decode(errors="replace")
        with closing(sqlite3.connect(damaged)) as source:
            for one in (source, copy):
                # With this setting SQLite opens a file that is truncated or has a damaged schema.
                one.execute("PRAGMA writable_schema=ON")
            source.backup(copy)
        with suppress(sqlite3.DatabaseError):
            # If a page of the schema is lost, the tables on its other pages can be read.
            _repair_schema(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def _repair_schema(copy: sqlite3.Connection) -> None:
    """Restore the original definition of each table.

    If the name of one table is damaged, it is the only one that is missing.
    Source: https://www.sqlite.org/pragma.html#pragma_writable_schema.
    """
    with closing(Journal.in_memory()) as fresh:
        ours = dict(fresh.read(lambda name, sql: (name, sql), _DEFINITIONS))
    # Indexes are not needed for reading, and one of them may be damaged.
    copy.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    there = copy.execute("SELECT rowid, name FROM sqlite_master WHERE rootpage > 0").fetchall()
    names = {name: number for number, name in there if name in ours}
    missing = [name for name in ours if name not in names]
    unknown = [
        number for number, name in there if name not in ours and not str(name).startswith("sqlite_")
    ]
    if len(missing) == len(unknown) == 1:
        names[missing[0]] = unknown[0]
    for name, number in names.items():
        copy.execute(
            "UPDATE sqlite_master SET type = 'table', name = ?, tbl_name = ?, sql = ?"
            " WHERE rowid = ?",
            (name, name, ours[name], number),
        )
    # SQLite reads the definitions again when the version of the schema changes.
    (version,) = copy.execute("PRAGMA schema_version").fetchone()
    copy.execute(f"PRAGMA schema_version={version + 1}")


_DEFINITIONS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
)


def set_aside(folder: Path, now: datetime) -> Path | None:
    """Rename a corrupt journal, so that a new one can take its place.

    Args:
        folder: The folder of the journal.
        now: The instant for the new name (UTC).

    Returns:
        The new path; None where the file cannot be renamed.
    """
    path = folder / FILE_NAME
    renamed = path.with_name(f"{path.stem}-corrupt-{now:%Y%m%dT%H%M%S}{path.suffix}")
    try:
        path.rename(renamed)
        # The companion files belong to the corrupt file, and would damage the new one.
        for suffix in COMPANIONS:
            companion = Path(f"{path}{suffix}")
            if companion.exists():
                companion.rename(f"{renamed}{suffix}")
    except OSError:
        return None
    return renamed


def set_aside_files(folder: Path) -> list[Path]:
    """Return the corrupt journals that `set_aside` has renamed, with their companion files."""
    name = Path(FILE_NAME)
    return sorted(folder.glob(f"{name.stem}-corrupt-*{name.suffix}*"))
