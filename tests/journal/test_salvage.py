"""Carrying over what can be read of a damaged journal."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.diary import Answer, Cramp, DiaryMoment, Morning, Severity
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.errors import StateError
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.journal.salvage import salvage, set_aside
from nightcare.journal.store import SERVICE_NOTE, Journal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
COURSES = 400
CRAMPS = 60


def delivery(number: int) -> Delivery:
    """Return an occurrence that is done."""
    key = Key("water", date(2026, 11, 23), f"{number:04}")
    return begin(Occurrence(key, NOON), Topic.HYDRATION).settle(Outcome.DONE, NOON)


def cramp(number: int) -> Cramp:
    """Return a cramp with a note of its own."""
    place = DiaryMoment(date(2026, 11, 1) + timedelta(days=number), by_night=True)
    note = f"note {number} " + "x" * 100
    return Cramp(number, NOON, timedelta(), place, None, Severity.MILD, 3, note, NOON)


STANDING = GlobalState(began=NOON - timedelta(days=9), updated=NOON, paused_until=NOON)


def written(folder: Path) -> Path:
    """Write a journal with something in every table; returns its file."""
    with closing(Journal.open(folder)) as journal, journal.transaction():
        for number in range(COURSES):
            journal.save(delivery(number))
        for number in range(1, CRAMPS + 1):
            journal.diary.add(cramp(number))
        journal.diary.save_morning(Morning(date(2026, 11, 20), Answer.NONE, NOON))
        journal.diary.record_question(date(2026, 11, 20), NOON)
        journal.record_action(NOON, "done", [delivery(1)], STANDING)
        journal.record_tip("refill", NOON)
        journal.write_note(SERVICE_NOTE, {"pid": 1})
        journal.write_note("professional", {"at": "2026-11-20"})
        journal.save_global_state(STANDING)
    return folder / FILE_NAME


def carried(damaged: Path) -> tuple[Journal, int, int]:
    """Salvage a file into a journal in memory; returns it with both counts."""
    journal = Journal.in_memory()
    counts = salvage(damaged, journal)
    return journal, counts.kept, counts.lost


def test_of_a_sound_journal_everything_is_carried_over(tmp_path: Path) -> None:
    """Only the note of the service about itself is left out."""
    journal, _, lost = carried(written(tmp_path))
    with closing(journal), closing(Journal.open(tmp_path)) as source:
        assert lost == 0
        assert journal.since(NOON - timedelta(days=1)) == source.since(NOON - timedelta(days=1))
        assert journal.diary.content() == source.diary.content()
        assert journal.global_state() == STANDING
        assert journal.actions() == source.actions()
        assert journal.tips_shown() == source.tips_shown()
        assert journal.read_note(SERVICE_NOTE) == {}
        assert journal.read_note("professional") == {"at": "2026-11-20"}


@pytest.mark.parametrize("word", ["CREATE TABLE courses", "CREATE TABLE cramps", "slot TEXT"])
def test_a_bit_flipped_in_the_schema_loses_no_row(tmp_path: Path, word: str) -> None:
    """SQLite then cannot even say in UTF-8 what is wrong."""
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    at = raw.index(word.encode())
    for bit in range(8):
        damaged = tmp_path / f"damaged{bit}"
        flipped = bytearray(raw)
        flipped[at + len(word) - 3] ^= 1 << bit
        damaged.write_bytes(flipped)
        journal, _, lost = carried(damaged)
        with closing(journal):
            assert lost == 0
            assert len(journal.since(NOON)) == COURSES
            assert len(journal.diary.cramps()) == CRAMPS


def test_a_table_whose_name_is_damaged_is_found(tmp_path: Path) -> None:
    """It is the only one that is missing."""
    path = written(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET name = 'cr\u00e5mps' WHERE name = 'cramps'")
        connection.commit()
    journal, _, _ = carried(path)
    with closing(journal):
        assert len(journal.diary.cramps()) == CRAMPS
        assert len(journal.since(NOON)) == COURSES


def test_a_damaged_page_loses_its_own_rows_alone(tmp_path: Path) -> None:
    """The table is read from both ends up to it."""
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"note 30 ") // 4096 * 4096
    raw[at : at + 100] = b"\xff" * 100
    path.write_bytes(raw)
    journal, _, _ = carried(path)
    with closing(journal):
        numbers = [one.id for one in journal.diary.cramps()]
        assert numbers[0] == 1
        assert numbers[-1] == CRAMPS
        assert 30 not in numbers
        assert len(numbers) > CRAMPS // 3
        assert len(journal.since(NOON)) == COURSES


@pytest.mark.parametrize(("part", "least"), [(0.6, 50), (0.9, 300), (0.97, 350)])
def test_a_file_that_ends_too_early_keeps_the_rows_before_its_end(
    tmp_path: Path, part: float, least: int
) -> None:
    """SQLite opens none that is shorter than its first page says."""
    path = written(tmp_path)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * part)])
    journal, kept, _ = carried(path)
    with closing(journal):
        assert journal.global_state() == STANDING
        assert least < len(journal.since(NOON)) + len(journal.diary.cramps()) <= kept


def test_a_schema_that_has_lost_a_page_keeps_the_tables_of_the_others(tmp_path: Path) -> None:
    """A new journal has the last page of its schema at its end."""
    with closing(Journal.open(tmp_path)) as journal:
        journal.save_global_state(STANDING)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-4096])
    journal, _, _ = carried(path)
    with closing(journal):
        assert journal.global_state() == STANDING


def test_rows_that_mean_nothing_are_counted(tmp_path: Path) -> None:
    """They stay in the damaged file, which is kept."""
    path = written(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE cramps SET severity = 'x' WHERE id IN (3, 4)")
        connection.commit()
    journal, kept, lost = carried(path)
    with closing(journal):
        assert (kept > COURSES, lost) == (True, 2)


def test_of_what_is_no_database_nothing_is_carried_over(tmp_path: Path) -> None:
    """Nothing is raised."""
    path = tmp_path / "noise"
    path.write_bytes(b"no database " * 1000)
    journal, kept, lost = carried(path)
    journal.close()
    assert (kept, lost) == (0, 0)


def service_journal(folder: Path) -> tuple[FallbackJournal, list[str]]:
    """Open the journal as the service does; returns what it logs as well."""
    told: list[str] = []
    return FallbackJournal(folder, lambda: NOON, lambda key, /, **_: told.append(key)), told


@pytest.mark.parametrize("seed", range(60))
def test_no_flipped_bit_stops_the_service(tmp_path: Path, seed: int) -> None:
    """Anywhere in the file: it opens a journal, reads all of it, and writes to it."""
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311 - not a secret
    # Every second one in the first page, which has the header and the schema.
    at = chance.randrange(len(raw) if seed % 2 else 4096)
    raw[at] ^= 1 << chance.randrange(8)
    path.write_bytes(raw)
    one, _ = service_journal(tmp_path)

    def step() -> None:
        one.since(NOON - timedelta(days=9))
        one.global_state()
        one.actions()
        one.last_decisions()
        one.routine_session()
        one.diary.content()
        one.save(delivery(5000))

    one.run(step)
    assert one.delivery(delivery(5000).key) is not None
    assert len(one.since(NOON)) > COURSES // 2
    one.close()


def test_the_service_goes_on_with_all_that_was_readable(tmp_path: Path) -> None:
    """On the disk, and the damaged file is kept."""
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"CREATE TABLE courses") + 3] ^= 0x80
    path.write_bytes(raw)
    one, told = service_journal(tmp_path)
    assert told == ["error_journal_corrupt", "log_set_aside", "log_salvaged"]
    one.close()
    with closing(Journal.open(tmp_path)) as disk:
        assert len(disk.since(NOON)) == COURSES
        assert disk.global_state() == STANDING
    assert len(list(tmp_path.glob("journal-corrupt-*.sqlite"))) == 1


@pytest.mark.parametrize("table", ["acts", "cramps", "sqlite_sequence"])
def test_a_table_whose_numbers_have_run_out_takes_rows_again(tmp_path: Path, table: str) -> None:
    """One damaged number at the limit of SQLite would refuse every later row."""
    path = written(tmp_path)
    column = "seq" if table == "sqlite_sequence" else "id"
    last = f"(SELECT max({column}) FROM {table})"  # noqa: S608 - constants
    change = f"UPDATE {table} SET {column} = {2**63 - 1} WHERE {column} = {last}"  # noqa: S608
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    one, _ = service_journal(tmp_path)
    one.record_tip("refill", NOON)
    one.record_action(NOON, "done", [delivery(2)], STANDING)
    one.diary.add(cramp(CRAMPS + 1))
    assert len(one.diary.cramps()) == CRAMPS + 1
    assert len(one.actions()) == 2
    one.close()


def test_where_nothing_can_be_renamed_it_goes_on_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that was readable; and on the disk as soon as it can."""
    path = written(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"CREATE TABLE courses") + 3] ^= 0x80
    path.write_bytes(raw)

    def refuse(*_: object) -> Path:
        raise PermissionError

    with monkeypatch.context() as readonly:
        readonly.setattr(Path, "rename", refuse)
        one, told = service_journal(tmp_path)
        assert told == ["error_journal_corrupt", "log_not_remembered", "log_salvaged"]
        assert len(one.since(NOON)) == COURSES
        one.run(lambda: one.save(delivery(5000)))
        assert path.read_bytes() == bytes(raw)
    one.run(lambda: None)
    assert told[-1] == "log_remembered_again"
    one.close()
    with closing(Journal.open(tmp_path)) as disk:
        assert len(disk.since(NOON)) == COURSES + 1


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    """The service reminds all the same, and takes its place back when it is gone."""
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
        connection.commit()
    before = path.read_bytes()
    one, told = service_journal(tmp_path)
    assert told == ["error_journal_foreign", "log_not_remembered"]
    one.run(lambda: one.save(delivery(1)))
    assert path.read_bytes() == before
    path.unlink()
    one.run(lambda: None)
    assert told[-1] == "log_remembered_again"
    one.close()
    with closing(Journal.open(tmp_path)) as disk, pytest.raises(StateError):
        disk.read(str, "SELECT name FROM contacts")


def test_old_entries_go_once_a_day(tmp_path: Path) -> None:
    """This holds while the service runs for months."""
    clock = [NOON]
    one = FallbackJournal(tmp_path, lambda: clock[0], lambda *_, **__: None)
    one.run(lambda: one.save(delivery(1)))
    clock[0] += timedelta(days=399)
    one.run(lambda: None)
    assert one.delivery(delivery(1).key) is not None
    clock[0] += timedelta(days=2)
    one.run(lambda: None)
    assert one.delivery(delivery(1).key) is None
    one.close()


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
