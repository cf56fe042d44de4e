"""The journal as a file: its permissions, its transactions, and what is done where it fails."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import nightcare
from journal.damage import damage
from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.errors import StateError
from nightcare.journal.journal_files import COMPANIONS, FILE_NAME
from nightcare.journal.migrations import APPLICATION_ID
from nightcare.journal.store import Journal

NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
SOURCE = Path(nightcare.__file__).parents[1]
LONG = 60.0


def delivery(slot: str = "1") -> Delivery:
    """Return the delivery of an occurrence that is due."""
    key = Key("water", date(2026, 11, 22), slot)
    return begin(Occurrence(key, NOW), Topic.HYDRATION)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal in a folder of its own."""
    made = Journal.open(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture
def other(journal: Journal, tmp_path: Path) -> Iterator[Journal]:
    """Open the same journal as another program."""
    assert journal.is_sound()
    made = Journal.open(tmp_path / "state")
    yield made
    made.close()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the time to wait for other processes to almost nothing."""
    monkeypatch.setattr("nightcare.journal.database._BUSY_SECONDS", 0.05)


def in_another_process(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script that has `journal` open."""
    head = (
        "import os, sys; from pathlib import Path; from nightcare.journal import database\n"
        "from nightcare.errors import StateError\n"
        "from nightcare.journal.store import Journal\n"
        "database._BUSY_SECONDS = 0.05\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", head + script, str(folder)],
        env={"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


# The file


@pytest.fixture
def _careless() -> Iterator[None]:
    """Set a umask that lets everybody read new files."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_careless")
def test_it_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Folder and files, also those that SQLite puts beside it, whatever the umask."""
    folder = tmp_path / "deep" / "state"
    journal = Journal.open(folder)
    journal.save(delivery())
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}
    journal.close()


def test_it_remembers_when_it_is_opened_again(tmp_path: Path) -> None:
    """All of it.

    As it broke elsewhere: totals zeroed by defaults.
    """
    journal = Journal.open(tmp_path)
    journal.save(delivery())
    journal.save_global_state(GlobalState(paused_until=NOW))
    journal.close()
    again = Journal.open(tmp_path)
    assert again.unsettled() == [delivery()]
    assert again.global_state() == GlobalState(paused_until=NOW)
    again.close()


def test_what_the_clock_brings_about_need_not_be_flushed(journal: Journal) -> None:
    """Until the next change that is; also after an error, and inside of another one."""

    def flushes() -> bool:
        (level,) = journal._db.execute("PRAGMA synchronous").fetchone()
        return bool(level == 2)

    with journal.transaction(flushed=False), journal.transaction():
        assert not flushes()
    assert flushes()
    with pytest.raises(ZeroDivisionError), journal.transaction(flushed=False):
        raise ZeroDivisionError
    assert flushes()
    with journal.transaction(), journal.transaction(flushed=False):
        assert flushes()


def test_every_change_is_flushed_before_it_counts(journal: Journal) -> None:
    """By the settings of SQLite that say so: 2 is FULL.

    As it broke elsewhere: saved at shutdown only.
    """
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_empty_file_is_a_new_journal(tmp_path: Path) -> None:
    """As is left by a power cut just after it was made."""
    (tmp_path / FILE_NAME).touch(mode=0o600)
    journal = Journal.open(tmp_path)
    journal.save(delivery())
    assert journal.unsettled() == [delivery()]
    journal.close()


def test_many_may_open_it_at_once_when_it_is_new(tmp_path: Path) -> None:
    """The first command that comes makes it, the others wait."""
    script = (
        "import os, sys; from pathlib import Path; from nightcare.journal.store import Journal\n"
        "sys.stdin.read(1)\n"
        "journal = Journal.open(Path(sys.argv[1]))\n"
        "journal.write_note(str(os.getpid()), {}); journal.close()\n"
    )
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        programs = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(folder)],
                env={"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(6)
        ]
        for program in programs:
            assert program.stdin is not None
            program.stdin.write("!")
            program.stdin.flush()
        complaints = [program.communicate(timeout=LONG)[1] for program in programs]
        assert complaints == [""] * len(programs)
        journal = Journal.open(folder)
        assert all(
            journal._db.execute("SELECT 1 FROM notes WHERE name = ?", (str(one.pid),)).fetchone()
            for one in programs
        )
        journal.close()


# Transactions


class MindChangedError(Exception):
    """Something went wrong in the middle."""


def test_all_of_a_transaction_becomes_true_or_nothing(journal: Journal) -> None:
    """Writes before the error are rolled back."""

    def change() -> None:
        with journal.transaction():
            journal.save(delivery("1"))
            journal.save_global_state(GlobalState(paused_until=NOW))
            raise MindChangedError

    journal.save(delivery("before"))
    with pytest.raises(MindChangedError):
        change()
    assert journal.unsettled() == [delivery("before")]
    assert journal.global_state() == GlobalState()


def test_transactions_nest(journal: Journal, other: Journal) -> None:
    """The inner ones become true with the outer one, and not before."""
    with journal.transaction():
        with journal.transaction():
            journal.save(delivery("1"))
        assert other.unsettled() == []
        journal.save(delivery("2"))
    assert len(other.unsettled()) == 2


def test_an_error_in_an_inner_transaction_takes_back_the_outer_one(journal: Journal) -> None:
    """The error leaves the outer transaction too."""

    def change() -> None:
        with journal.transaction():
            journal.save(delivery("1"))
            with journal.transaction():
                journal.save(delivery("2"))
                raise MindChangedError

    with pytest.raises(MindChangedError):
        change()
    assert journal.unsettled() == []
    journal.save(delivery("3"))
    assert len(journal.unsettled()) == 1


def test_a_transaction_that_was_interrupted_leaves_nothing(tmp_path: Path) -> None:
    """As with `kill -9`; what had become true before stays."""
    result = in_another_process(
        "journal.write_note('kept', {'a': 1})\n"
        "with journal.transaction():\n"
        "    journal.write_note('lost', {'a': 1})\n"
        "    os._exit(9)\n",
        tmp_path,
    )
    assert (result.returncode, result.stderr) == (9, "")
    journal = Journal.open(tmp_path)
    assert (journal.read_note("kept"), journal.read_note("lost")) == ({"a": 1}, {})
    assert journal.is_sound()
    journal.close()


# Two programs


def test_two_programs_write_in_turn(journal: Journal, other: Journal) -> None:
    """Each sees at once what the other has written."""
    journal.save(delivery())
    assert other.unsettled() == [delivery()]
    other.save(delivery().settle(Outcome.DONE, NOW))
    assert journal.unsettled() == []


def test_one_waits_for_the_other(journal: Journal, other: Journal) -> None:
    """A command that comes while the service writes is written after it."""
    begun, waited = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        mine = Journal.open(Path(other._name).parent)
        mine.save(delivery("late"))
        mine.close()
        waited.set()

    writer = threading.Thread(target=write)
    with journal.transaction():
        journal.save(delivery("early"))
        writer.start()
        assert begun.wait(LONG)
        assert not waited.wait(0.05)
    writer.join(LONG)
    assert waited.is_set()
    assert {one.key.slot for one in journal.unsettled()} == {"early", "late"}


@pytest.mark.usefixtures("_impatient")
def test_one_that_waits_in_vain_is_told(tmp_path: Path) -> None:
    """Nothing of it is written, and it may try again."""
    holder, waiter = Journal.open(tmp_path), Journal.open(tmp_path)
    with holder.transaction():
        with pytest.raises(StateError) as caught:
            waiter.save(delivery())
        assert caught.value.key == "journal_busy"
        assert caught.value.values == {"path": str(tmp_path / FILE_NAME)}
        # Reading waits for nobody, nor does opening it to read.
        assert waiter.unsettled() == []
        reader = Journal.open(tmp_path)
        assert reader.unsettled() == []
        reader.close()
    waiter.save(delivery())
    assert holder.unsettled() == [delivery()]
    holder.close()
    waiter.close()


def test_it_is_known_whether_another_program_has_written(journal: Journal, other: Journal) -> None:
    """One's own writing does not count."""
    assert not journal.changed_by_others()
    journal.save(delivery("1"))
    assert not journal.changed_by_others()
    other.save(delivery("2"))
    assert journal.changed_by_others()
    assert not journal.changed_by_others()
    other.unsettled()
    assert not journal.changed_by_others()


def test_opening_it_once_more_keeps_the_locks_of_this_process(tmp_path: Path) -> None:
    """Closing any descriptor of a file drops all locks that a process has on it, by fcntl(2)."""
    holder = Journal.open(tmp_path)
    holder.write_note("before", {})
    Journal.open(tmp_path).close()
    # One that thinks it is the last to close the file would take away what the holder writes to.
    result = in_another_process("journal.write_note('other', {'a': 1}); journal.close()", tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    holder.write_note("holder", {"b": 2})
    result = in_another_process(
        "print(journal.read_note('other'), journal.read_note('holder'), journal.is_sound())",
        tmp_path,
    )
    assert result.stdout == "{'a': 1} {'b': 2} True\n"
    holder.close()


# What fails


@pytest.mark.parametrize("kind", ["file in the way", "link that leads nowhere", "folder"])
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, kind: str) -> None:
    """With its name, and what the system says."""
    folder = tmp_path / "state"
    match kind:
        case "file in the way":
            folder.write_text("in the way")
        case "link that leads nowhere":
            folder.mkdir()
            (folder / FILE_NAME).symlink_to(tmp_path / "nowhere")
        case _:
            (folder / FILE_NAME).mkdir(parents=True)
    with pytest.raises(StateError) as caught:
        Journal.open(folder)
    assert caught.value.exit_code == 1
    if kind != "file in the way":
        assert caught.value.key == "journal_not_file"
        assert caught.value.values == {"path": folder / FILE_NAME}
    else:
        assert caught.value.key == "state_folder"
        assert caught.value.values["folder"] == folder
        assert str(caught.value.values["reason"])
    assert not (tmp_path / "nowhere").exists()


def damaged(folder: Path, where: str) -> Path:
    """Write a journal with content, and damage it there."""
    journal = Journal.open(folder)
    with journal.transaction():
        for number in range(200):
            journal.save(delivery(str(number)))
    journal.close()
    path = folder / FILE_NAME
    damage(path, where)
    return path


@pytest.mark.parametrize("where", ["everywhere", "at its end", "further in"])
def test_a_corrupt_file_is_told(tmp_path: Path, where: str) -> None:
    """At the latest when what is damaged is looked at; with its name."""
    path = damaged(tmp_path, where)

    def read() -> None:
        journal = Journal.open(tmp_path)
        try:
            journal.unsettled()
        finally:
            journal.close()

    with pytest.raises(StateError) as caught:
        read()
    assert caught.value.key == "journal_corrupt"
    assert str(caught.value.values["path"]) == str(path)
    assert str(caught.value.values["reason"])


def test_a_corrupt_file_cannot_be_written_either(tmp_path: Path) -> None:
    """That is told in the same way, and it is known not to be sound."""
    damaged(tmp_path, "further in")
    journal = Journal.open(tmp_path)
    with pytest.raises(StateError) as caught:
        journal.save(delivery())
    assert caught.value.key == "journal_corrupt"
    assert not journal.is_sound()
    with pytest.raises(StateError):
        journal.copy_to_memory()
    journal.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE courses SET topic = 'quinine'",
        "UPDATE courses SET due = 'soon'",
        "UPDATE courses SET care_day = '2026-02-30'",
        "UPDATE courses SET state = 'held', reason = 'tired'",
        "UPDATE courses SET state = 'settled', at = due, outcome = 'forgotten'",
        "UPDATE courses SET asked = 'often'",
        "UPDATE courses SET due = '2026-11-23T10:00:00'",
        "UPDATE courses SET due = '0001-01-01T00:00:00+00:00'",
        "UPDATE courses SET fresh_from = CAST(X'FFFE' AS TEXT)",
        "UPDATE courses SET topic = 7",
        "UPDATE courses SET care_day = X'00'",
        "UPDATE courses SET care_day = replace(care_day, '-', '')",
        "UPDATE courses SET reminder = CAST(X'C3' AS TEXT)",
        "UPDATE courses SET slot = CAST(X'C3' AS TEXT)",
        "UPDATE courses SET slot = X'31'",
        "UPDATE acts SET courses = '[[1]]'",
        "UPDATE decisions SET step = 'whim'",
        "UPDATE trials SET at = 'now'",
        "UPDATE notes SET value = '{'",
    ],
)
def test_a_row_that_no_journal_writes_is_left_out_and_counted(
    journal: Journal, change: str
) -> None:
    """Somebody else has written it, or a disk has; the others are read."""
    journal.save(delivery())
    journal.record_action(NOW, "done", [], GlobalState())
    journal.record_decision(NOW, delivery().occurrence, "show", "show")  # type: ignore[arg-type]
    journal.request_trial("water", NOW)
    journal.write_note("service", {"pid": 1})
    journal._db.execute(change)

    found = {
        "courses": journal.since(NOW),
        "acts": journal.last_action(),
        "decisions": journal.last_decisions(),
        "trials": journal.trials(),
        "notes": journal.read_note("service"),
    }
    assert [name for name, value in found.items() if not value] == [change.split()[1]]
    assert journal.unreadable == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE standing SET tonight = 'late'", {"tonight": {}}),
        ("UPDATE standing SET paused_until = 'later'", {"paused_until": None}),
        (
            "UPDATE standing SET began = replace(began, ':', 'x')",
            {"began": NOW + timedelta(hours=1)},
        ),
        ("UPDATE standing SET reckoned = 'x'", {"updated": None}),
        ("UPDATE standing SET good_night = '2026-99-99'", {"good_night": None}),
        ("UPDATE standing SET tonight = '[1]'", {"tonight": {}}),
    ],
)
def test_what_can_be_read_of_the_global_state_is_kept(
    journal: Journal, change: str, expected: dict[str, object]
) -> None:
    """A damaged value is as if nothing had been said; the others stay."""
    whole = GlobalState(
        began=NOW,
        updated=NOW + timedelta(hours=1),
        paused_until=NOW + timedelta(hours=2),
        good_night=NOW.date(),
        tonight={NOW.date(): time(23, 45)},
    )
    journal.save_global_state(whole)
    journal._db.execute(change)
    assert journal.global_state() == replace(whole, **expected)  # type: ignore[arg-type]


def test_a_journal_without_its_global_state_goes_on(journal: Journal) -> None:
    """The row is written again with the next change."""
    journal._db.execute("DELETE FROM standing")
    assert journal.global_state() == GlobalState()
    journal.save_global_state(GlobalState(began=NOW))
    assert journal.global_state() == GlobalState(began=NOW)


@pytest.mark.parametrize("change", ["DROP TABLE courses", "ALTER TABLE courses RENAME TO course"])
def test_a_missing_table_is_damage(journal: Journal, change: str) -> None:
    """It is not a disk that cannot be written."""
    journal._db.execute(change)
    with pytest.raises(StateError) as caught:
        journal.unsettled()
    assert caught.value.key == "journal_corrupt"


def test_a_full_disk_is_told_and_leaves_all_as_it_was(journal: Journal) -> None:
    """Nothing that was remembered is lost, and it goes on when there is room again."""
    journal.save(delivery("before"))
    journal.save_global_state(GlobalState(paused_until=NOW))
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with journal.transaction():
            for number in range(2000):
                journal.save(delivery(str(number)))

    with pytest.raises(StateError) as caught:
        fill()
    assert caught.value.key == "journal_unusable"
    assert str(caught.value.values["reason"]) == "database or disk is full"
    assert journal.unsettled() == [delivery("before")]
    assert journal.global_state() == GlobalState(paused_until=NOW)
    journal._db.execute("PRAGMA max_page_count=100000")
    journal.save(delivery("after"))
    assert len(journal.unsettled()) == 2
    assert journal.is_sound()


def test_a_file_that_belongs_to_another_program_is_refused(tmp_path: Path) -> None:
    """It is left as it is."""
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(StateError) as caught:
        Journal.open(tmp_path)
    assert caught.value.key == "journal_foreign"
    assert caught.value.exit_code == 1
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("contacts",)]
    assert not list(tmp_path.glob(f"{FILE_NAME}-*"))


def test_a_file_with_the_id_of_another_program_is_refused(tmp_path: Path) -> None:
    """The names of its tables make no difference."""
    Journal.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("PRAGMA application_id = 252006673")  # GeoPackage's 0x0F055111
    with pytest.raises(StateError) as caught:
        Journal.open(tmp_path)
    assert caught.value.key == "journal_foreign"


def test_a_journal_says_that_it_is_one(journal: Journal) -> None:
    """By the id in its header."""
    assert journal._db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "socket"])
def test_what_is_no_file_is_refused_and_nobody_waits_for_it(tmp_path: Path, kind: str) -> None:
    """Opening a named pipe would wait for its other end."""
    path = tmp_path / FILE_NAME
    with ExitStack() as closed:
        match kind:
            case "folder":
                path.mkdir()
            case "link":
                path.symlink_to(tmp_path / "nowhere")
            case "pipe":
                os.mkfifo(path)
            case _:
                server = closed.enter_context(socket.socket(socket.AF_UNIX))
                server.bind(str(path))
        with pytest.raises(StateError) as caught:
            Journal.open(tmp_path)
    assert caught.value.key == "journal_not_file"


@pytest.mark.parametrize("suffix", COMPANIONS)
def test_a_folder_in_the_place_of_a_companion_is_named(tmp_path: Path, suffix: str) -> None:
    """SQLite says of it only that it cannot open the database."""
    (tmp_path / f"{FILE_NAME}{suffix}").mkdir()
    with pytest.raises(StateError) as caught:
        Journal.open(tmp_path)
    assert caught.value.key == "journal_not_file"
    assert caught.value.values == {"path": tmp_path / f"{FILE_NAME}{suffix}"}


@pytest.mark.parametrize("umask", [0, 0o177, 0o777])
def test_folders_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """The same holds for parents that are created on the way, which their owner can use."""
    folder = tmp_path / "one" / "two" / "nightcare"
    before = os.umask(umask)
    try:
        Journal.open(folder).close()
    finally:
        os.umask(before)
    for one in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
