"""Going on in memory while the disk fails, and bringing back what changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from journal.memory_copy import MemoryCopy
from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.errors import StateError
from nightcare.journal.journal_files import FILE_NAME, journal_files
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.journal.store import BUTTONS_NOTE, Journal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def delivery(slot: str) -> Delivery:
    """Return a delivery that has just begun."""
    key = Key("water", date(2026, 11, 23), slot)
    return begin(Occurrence(key, NOON - timedelta(hours=1)), Topic.HYDRATION)


def test_what_changed_in_memory_is_brought_back(tmp_path: Path) -> None:
    """Courses, what holds for all, and tips."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, updated=NOON))
    disk.save(delivery("old"))
    copy = MemoryCopy(disk, NOON)
    copy.journal.save(delivery("old").settle(Outcome.DONE, NOON))
    copy.journal.save(delivery("new"))
    copy.journal.record_tip("refill", NOON)
    paused = replace(copy.journal.global_state(), paused_until=NOON + timedelta(hours=1))
    copy.journal.save_global_state(paused)
    copy.merge_into(disk, NOON)
    assert disk.delivery(delivery("old").key) == delivery("old").settle(Outcome.DONE, NOON)
    assert disk.delivery(delivery("new").key) == delivery("new")
    assert disk.global_state() == paused
    assert list(disk.tips_shown()) == ["refill"]
    copy.journal.close()
    disk.close()


def test_a_routine_under_way_goes_on_in_memory_and_back_on_the_disk(tmp_path: Path) -> None:
    """Unless the disk knows better, or it is over by then."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, updated=NOON))
    led = RoutineSession(delivery("1").key, "calf", NOON, NOON)
    disk.save_routine_session(led)
    copy = MemoryCopy(disk, NOON)
    assert copy.journal.routine_session() == led
    later = replace(led, seen=NOON + timedelta(seconds=20))
    copy.journal.save_routine_session(later)
    copy.merge_into(disk, NOON)
    assert disk.routine_session() == later
    again = MemoryCopy(disk, NOON)
    again.journal.save_routine_session(None)
    again.merge_into(disk, NOON)
    assert disk.routine_session() is None
    for one in (copy.journal, again.journal, disk):
        one.close()


def test_what_a_command_wrote_meanwhile_stays(tmp_path: Path) -> None:
    """The person's own answer on the disk goes before what memory thinks."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(replace(disk.global_state(), began=NOON, updated=NOON))
    disk.save(delivery("1"))
    copy = MemoryCopy(disk, NOON)
    answered = delivery("1").settle(Outcome.DONE, NOON)
    disk.save(answered)
    paused = replace(disk.global_state(), paused_until=NOON + timedelta(hours=2))
    disk.save_global_state(paused)
    copy.journal.save(delivery("1").settle(Outcome.EXPIRED, NOON))
    copy.journal.save_global_state(
        replace(copy.journal.global_state(), updated=NOON + timedelta(hours=1))
    )
    copy.merge_into(disk, NOON)
    assert disk.delivery(answered.key) == answered
    assert disk.global_state() == replace(paused, updated=NOON + timedelta(hours=1))
    copy.journal.close()
    disk.close()


def logged(folder: Path) -> tuple[FallbackJournal, list[str]]:
    """Open the journal as the service does; return its log as well."""
    log: list[str] = []
    return FallbackJournal(folder, lambda: NOON, lambda key, /, **_: log.append(key)), log


def test_without_anything_to_copy_the_past_is_left_alone(tmp_path: Path) -> None:
    """A journal that is lost altogether makes nothing fire for what may have been answered."""
    (tmp_path / "file").touch()
    nothing, log = logged(tmp_path / "file")
    assert log == ["error_state_folder", "log_not_remembered"]
    assert nothing.global_state().began is None
    nothing.close()
    lost, log = logged(tmp_path / "state")
    lost.run(lambda: None)
    for file in journal_files(tmp_path / "state")[:2]:
        file.write_bytes(b"no database" * 1000)
    lost._db.execute("PRAGMA shrink_memory")
    failures = [StateError("journal_unusable", reason="disk I/O error")]

    def step() -> None:
        if failures:
            raise failures.pop()

    lost.run(step)
    assert log == ["error_journal_unusable", "log_not_remembered"]
    assert lost.global_state().updated == NOON
    lost.close()


def test_what_fell_due_while_the_journal_was_destroyed_is_not_lost(tmp_path: Path) -> None:
    """The new one begins where the service had got to, and its pause goes on."""
    journal, _ = logged(tmp_path)
    before = GlobalState(NOON - timedelta(days=1), NOON - timedelta(hours=1), NOON)
    journal.save_global_state(before)
    journal.run(lambda: None)
    for file in journal_files(tmp_path)[:2]:
        file.write_bytes(b"no database" * 1000)
    journal._db.execute("PRAGMA shrink_memory")
    journal.run(lambda: journal.save(delivery("1")))
    assert journal.global_state() == before
    journal.close()


def test_notes_of_the_service_are_brought_back(tmp_path: Path) -> None:
    """Answers about the buttons of servers come from commands, and stay as they are there."""
    folder, hidden = tmp_path / "state", tmp_path / "hidden"
    one, log = logged(folder)
    folder.rename(hidden)
    folder.touch()
    answers = {"A server": True}

    def step() -> None:
        one.write_note("screen", {"reminder": "handle"})
        one.write_note(BUTTONS_NOTE, answers)

    one.run(step)
    assert one.read_note(BUTTONS_NOTE) == answers
    folder.unlink()
    hidden.rename(folder)
    one.run(lambda: None)
    assert log == ["error_journal_gone", "log_not_remembered", "log_remembered_again"]
    assert one.read_note("screen") == {"reminder": "handle"}
    assert one.read_note(BUTTONS_NOTE) == {}
    one.close()


def test_it_stays_one_object(tmp_path: Path) -> None:
    """Holders of the journal are not notified."""
    one, _ = logged(tmp_path)
    one.save_global_state(GlobalState(began=NOON, updated=NOON))
    (tmp_path / FILE_NAME).unlink()
    one.run(lambda: one.save(delivery("1")))
    assert one.delivery(delivery("1").key) == delivery("1")
    one.close()
    with closing(Journal.open(tmp_path)) as disk:
        assert disk.delivery(delivery("1").key) == delivery("1")
