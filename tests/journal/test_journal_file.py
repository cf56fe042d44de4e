"""Renaming a corrupt journal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nightcare.journal.journal_file import FILE_NAME, set_aside

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_corrupt_file_is_renamed_with_what_belongs_to_it(tmp_path: Path) -> None:
    """The next one starts clean."""
    for extra in ("", "-wal", "-shm"):
        (tmp_path / f"{FILE_NAME}{extra}").write_text(extra)
    renamed = set_aside(tmp_path, NOON)
    assert renamed == tmp_path / "journal-corrupt-20261123T120000.sqlite"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "journal-corrupt-20261123T120000.sqlite",
        "journal-corrupt-20261123T120000.sqlite-shm",
        "journal-corrupt-20261123T120000.sqlite-wal",
    ]
    assert set_aside(tmp_path, NOON) is None
