"""Going on in memory while the disk fails, and bringing back what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine_session import RoutineSession
from nightcare.journal.database import FILE_NAME
from nightcare.journal.memory_journal import MemoryJournal, set_aside
from nightcare.journal.store import Journal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def course(slot: str) -> Delivery:
    """Return a delivery that has just begun."""
    key = Key("water", date(2026, 11, 23), slot)
    return begin(Occurrence(key, NOON - timedelta(hours=1)), Topic.HYDRATION)


def test_what_changed_in_memory_is_brought_back(tmp_path: Path) -> None:
    """Courses, what holds for all, and tips."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, reckoned=NOON))
    disk.save(course("old"))
    refuge = MemoryJournal(disk, NOON)
    refuge.journal.save(course("old").settle(Outcome.DONE, NOON))
    refuge.journal.save(course("new"))
    refuge.journal.record_tip("refill", NOON)
    paused = replace(refuge.journal.global_state(), paused_until=NOON + timedelta(hours=1))
    refuge.journal.save_global_state(paused)
    refuge.bring_back(disk, NOON)
    assert disk.delivery(course("old").key) == course("old").settle(Outcome.DONE, NOON)
    assert disk.delivery(course("new").key) == course("new")
    assert disk.global_state() == paused
    assert list(disk.tips_shown()) == ["refill"]
    refuge.journal.close()
    disk.close()


def test_a_routine_under_way_goes_on_in_memory_and_back_on_the_disk(tmp_path: Path) -> None:
    """Unless the disk knows better, or it is over by then."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, reckoned=NOON))
    led = RoutineSession(course("1").key, "calf", NOON, NOON)
    disk.save_routine_session(led)
    refuge = MemoryJournal(disk, NOON)
    assert refuge.journal.routine_session() == led
    later = replace(led, seen=NOON + timedelta(seconds=20))
    refuge.journal.save_routine_session(later)
    refuge.bring_back(disk, NOON)
    assert disk.routine_session() == later
    again = MemoryJournal(disk, NOON)
    again.journal.save_routine_session(None)
    again.bring_back(disk, NOON)
    assert disk.routine_session() is None
    for one in (refuge.journal, again.journal, disk):
        one.close()


def test_what_a_command_wrote_meanwhile_stays(tmp_path: Path) -> None:
    """The person's own answer on the disk goes before what memory thinks."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, reckoned=NOON))
    disk.save(course("1"))
    refuge = MemoryJournal(disk, NOON)
    answered = course("1").settle(Outcome.DONE, NOON)
    disk.save(answered)
    paused = replace(disk.global_state(), paused_until=NOON + timedelta(hours=2))
    disk.save_global_state(paused)
    refuge.journal.save(course("1").settle(Outcome.EXPIRED, NOON))
    refuge.journal.save_global_state(
        replace(refuge.journal.global_state(), reckoned=NOON + timedelta(hours=1))
    )
    refuge.bring_back(disk, NOON)
    assert disk.delivery(answered.key) == answered
    assert disk.global_state() == replace(paused, reckoned=NOON + timedelta(hours=1))
    refuge.journal.close()
    disk.close()


def test_without_anything_to_copy_the_past_is_left_alone(tmp_path: Path) -> None:
    """A journal that is lost altogether makes nothing fire for what may have been answered."""
    broken = Journal.open(tmp_path)
    broken.close()
    nothing = MemoryJournal(None, NOON)
    assert nothing.journal.global_state().began is None
    nothing.journal.close()
    lost = Journal.open(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    refuge = MemoryJournal(lost, NOON)
    assert refuge.journal.global_state().reckoned == NOON
    refuge.journal.close()
    lost.close()


def test_a_corrupt_file_is_renamed_with_what_belongs_to_it(tmp_path: Path) -> None:
    """The next one starts clean."""
    for extra in ("", "-wal", "-shm"):
        (tmp_path / f"{FILE_NAME}{extra}").write_text(extra)
    aside = set_aside(tmp_path, NOON)
    assert aside == tmp_path / "journal-corrupt-20261123T120000.sqlite"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "journal-corrupt-20261123T120000.sqlite",
        "journal-corrupt-20261123T120000.sqlite-shm",
        "journal-corrupt-20261123T120000.sqlite-wal",
    ]
    assert set_aside(tmp_path, NOON) is None
