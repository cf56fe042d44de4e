"""Looking at the journal without leaving a trace, whatever state it is in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nightcare.errors import StateError
from nightcare.journal.inspection import Content, inspect
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.migrations import VERSION
from nightcare.journal.service_status import ServiceStatus
from nightcare.journal.store import SERVICE_NOTE, Journal

NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of the journal, which may not exist."""
    return tmp_path / "state" / "nightcare"


@pytest.fixture
def written(folder: Path) -> Path:
    """Return the folder with a journal that a service has closed."""
    journal = Journal.open(folder)
    journal.save_global_state(replace(journal.global_state(), began=NOW, updated=NOW))
    journal.write_note(SERVICE_NOTE, {"pid": 4711})
    journal.close()
    return folder


def trace(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return everything in a folder: names, modes, times and contents."""
    return {
        one.name: (one.stat().st_mode, one.stat().st_mtime_ns, one.read_bytes())
        for one in folder.iterdir()
        if one.is_file()
    }


def test_where_nothing_is_nothing_is_made(folder: Path) -> None:
    """It is told whether it could be, and how much room there is."""
    seen = inspect(folder)
    assert (seen.folder_mode, seen.file_mode, seen.content) == (None, None, None)
    assert seen.writable
    assert seen.foreign is None
    assert seen.free is not None
    assert seen.free > 0
    assert not folder.parent.exists()


def test_what_is_in_it_is_read_without_a_trace(written: Path) -> None:
    """Not even SQLite's own files are left beside it."""
    before = trace(written)
    assert set(before) == {FILE_NAME}
    seen = inspect(written)
    assert seen.content == Content(True, VERSION, NOW, ServiceStatus(4711))  # noqa: FBT003 - sound
    assert (seen.folder_mode, seen.file_mode, seen.writable) == (0o700, 0o600, True)
    assert trace(written) == before


def test_what_a_service_has_just_written_is_seen(written: Path) -> None:
    """This includes what is still in SQLite's write-ahead log."""
    journal = Journal.open(written)
    try:
        journal.write_note(SERVICE_NOTE, {"pid": 1234})
        names = set(trace(written))
        content = inspect(written).content
        assert isinstance(content, Content)
        assert content.service == ServiceStatus(pid=1234)
        assert set(trace(written)) == names
        journal.write_note(SERVICE_NOTE, {"pid": 5678})
    finally:
        journal.close()


def empty(path: Path) -> None:
    """Made, and never written."""
    path.write_bytes(b"")


def no_database(path: Path) -> None:
    """Write a file of another kind."""
    path.write_bytes(b"Dear diary, " * 99)


def folder_instead(path: Path) -> None:
    """Make a folder in place of the file."""
    path.mkdir()


def pipe_instead(path: Path) -> None:
    """Make a pipe, which would block a reader for ever."""
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "content"),
    [
        (empty, Content(sound=True, version=0)),
        (no_database, "file is not a database"),
    ],
)
def test_what_is_no_journal_is_told(
    folder: Path, make: Callable[[Path], None], content: Content | str
) -> None:
    """As SQLite says it, or in a word."""
    folder.mkdir(parents=True)
    make(folder / FILE_NAME)
    assert inspect(folder).content == content


def test_damage_inside_is_found(written: Path) -> None:
    """By SQLite's own check."""
    path = written / FILE_NAME
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)
    seen = inspect(written).content
    assert seen == Content(sound=False, version=VERSION)


@pytest.mark.parametrize("version", [-3, 0, 1, VERSION - 1])
def test_a_version_that_its_tables_are_not_of_is_found(written: Path, version: int) -> None:
    """Every command refuses the file, because it cannot migrate its tables."""
    with closing(sqlite3.connect(written / FILE_NAME)) as db:
        db.execute(f"PRAGMA user_version={version}")
    before = trace(written)
    with pytest.raises(StateError) as caught:
        Journal.open(written)
    assert inspect(written).content == str(caught.value.values["reason"])
    assert trace(written) == before


def test_tables_of_an_earlier_version_are_sound(written: Path) -> None:
    """The diary came with the second version."""
    with closing(sqlite3.connect(written / FILE_NAME)) as db:
        db.execute("DROP TABLE cramps")
        db.commit()
    with closing(sqlite3.connect(written / FILE_NAME)) as db:
        assert Journal(db, "journal").is_sound()


def test_tables_of_a_later_version_are_no_error(written: Path) -> None:
    """They can look like anything; missing values are unknown, and the rest is known."""
    with sqlite3.connect(written / FILE_NAME) as db:
        db.execute("DROP TABLE standing")
        db.execute(f"PRAGMA user_version={VERSION + 1}")
    db.close()
    seen = inspect(written).content
    assert seen == Content(sound=True, version=VERSION + 1, service=ServiceStatus(pid=4711))


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_is_in_the_way_is_told(folder: Path, kind: str) -> None:
    """It is not looked into, and nobody waits for it."""
    folder.mkdir(parents=True)
    path = folder / FILE_NAME
    match kind:
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(folder / "nowhere")
        case _:
            os.mkfifo(path)
    seen = inspect(folder)
    assert seen.in_the_way
    assert seen.content is None


def test_the_database_of_another_program_is_told(folder: Path) -> None:
    """It is left as it is."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        db.execute("CREATE TABLE contacts (name TEXT)")
        db.commit()
    seen = inspect(folder).content
    assert isinstance(seen, Content)
    assert seen.foreign


def test_entries_that_mean_nothing_are_counted(written: Path) -> None:
    """In every table."""
    with closing(sqlite3.connect(written / FILE_NAME)) as db:
        db.execute("INSERT INTO mornings VALUES ('2026-11-20', 'perhaps', '2026-11-20')")
        db.execute("UPDATE standing SET reckoned = 'x'")
        db.commit()
    seen = inspect(written).content
    assert isinstance(seen, Content)
    assert (seen.sound, seen.unreadable) == (True, 2)


def test_permissions_are_told_as_they_are(written: Path) -> None:
    """Those of the folder, and those of the file."""
    written.chmod(0o755)
    (written / FILE_NAME).chmod(0o644)
    seen = inspect(written)
    assert (seen.folder_mode, seen.file_mode) == (0o755, 0o644)


def test_what_belongs_to_somebody_else_is_told(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does after a run as root."""
    stranger = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    assert inspect(written).foreign == written


def test_a_file_in_the_place_of_the_folder_cannot_be_written(tmp_path: Path) -> None:
    """No folder can be created in it either."""
    folder = tmp_path / "state"
    folder.write_text("", encoding="utf-8")
    for one in (folder, folder / "nightcare"):
        seen = inspect(one)
        assert not seen.writable
        assert seen.content is None
