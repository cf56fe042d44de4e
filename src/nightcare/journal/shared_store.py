"""The values in the journal that several computers share, and what is known of the computers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nightcare.domain.shared_values import SharedValue
from nightcare.journal.database import Database
from nightcare.journal.mapping import format_instant
from nightcare.journal.shared_rows import SHARED_VALUE_COLUMNS, parse_shared_value


@dataclass(frozen=True)
class SharedStore:
    """The values of all computers in a journal."""

    journal: Database

    def values(self) -> list[SharedValue]:
        """Return the last value that each computer wrote under each name."""
        sql = f"SELECT {SHARED_VALUE_COLUMNS} FROM shared_values"  # noqa: S608 - constants
        return self.journal.read(parse_shared_value, sql)

    def save(self, values: Iterable[SharedValue]) -> None:
        """Write values, each in the place of the last one of the same computer and name."""
        for one in values:
            row = (one.computer, one.name, format_instant(one.at), one.value)
            self.journal.insert("shared_values", SHARED_VALUE_COLUMNS, *row, verb="OR REPLACE")

    # The names under which cramps are shared

    def cramp_names(self) -> dict[int, str]:
        """Return the shared names of cramps, by their numbers here."""
        return dict(self.journal.read(lambda *row: row, "SELECT id, name FROM shared_cramps"))

    def name_cramp(self, number: int, name: str) -> None:
        """Write the shared name of a cramp."""
        self.journal.insert("shared_cramps", "id, name", number, name, verb="OR REPLACE")
