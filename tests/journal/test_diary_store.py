"""The diary in the journal: kept for ever, corrected, taken out, erased; never lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.memory_copy import MemoryCopy
from journal.strategies import days, instants, texts
from nightcare.domain.delivery import Outcome, Snoozed, begin
from nightcare.domain.diary import Answer, Cramp, DiaryMoment, Leg, Morning, Severity
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.domain.shared_acts import ActId, SharedAct
from nightcare.domain.shared_values import SharedValue
from nightcare.errors import StateError
from nightcare.journal.diary_store import DiaryStore
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.migrations import MIGRATIONS, TABLES, VERSION
from nightcare.journal.store import SERVICE_NOTE, Journal

NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
NIGHT = date(2026, 11, 21)
HOUR = timedelta(hours=1)

CRAMP = Cramp(
    id=1,
    at=datetime(2026, 11, 22, 2, 10, tzinfo=UTC),
    offset=HOUR,
    place=DiaryMoment(NIGHT, by_night=True),
    leg=Leg.LEFT,
    severity=Severity.SEVERE,
    minutes=4,
    note="the one with the unmistakable note",
    recorded=NOW,
)
MORNING = Morning(date(2026, 11, 20), Answer.NONE, NOW)

cramps = st.builds(
    Cramp,
    st.integers(1, 2**62),
    instants,
    st.integers(-86399, 86399).map(lambda seconds: timedelta(seconds=seconds)),
    st.builds(DiaryMoment, days, st.booleans()),
    st.none() | st.sampled_from(Leg),
    st.none() | st.sampled_from(Severity),
    st.none() | st.integers(1, 1440),
    texts,
    instants,
)
mornings = st.builds(Morning, days, st.sampled_from(Answer), instants)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal in a folder of its own."""
    made = Journal.open(tmp_path)
    yield made
    made.close()


def filled(journal: Journal) -> DiaryStore:
    """Return a diary with a cramp, a morning, and a night that was asked after."""
    pages = DiaryStore(journal)
    pages.add(CRAMP)
    pages.save_morning(MORNING)
    pages.record_question(NIGHT, NOW)
    return pages


# What is written is read


@given(cramps)
def test_a_cramp_is_given_back_as_it_was(cramp: Cramp) -> None:
    """This includes invisible characters, and the clock of another zone."""
    with closing(Journal.in_memory()) as journal:
        pages = DiaryStore(journal)
        pages.save_cramp(cramp)
        assert pages.cramps() == [cramp]
        assert pages.cramp(cramp.id) == cramp


@given(mornings, mornings)
def test_of_a_night_the_last_answer_counts(first: Morning, second: Morning) -> None:
    """Another night has another."""
    with closing(Journal.in_memory()) as journal:
        pages = DiaryStore(journal)
        pages.save_morning(first)
        pages.save_morning(second)
        assert pages.morning(second.night) == second
        if first.night != second.night:
            assert pages.morning(first.night) == first


def test_numbers_are_given_once(journal: Journal) -> None:
    """A correction of number 2 never affects another one, also after the last was removed."""
    pages = DiaryStore(journal)
    assert [pages.add(CRAMP).id, pages.add(CRAMP).id] == [1, 2]
    pages.remove(2)
    assert pages.add(CRAMP).id == 3
    assert pages.cramp(2) is None
    assert pages.cramp(10**30) is None


def test_a_correction_is_of_one_alone(journal: Journal) -> None:
    """The others stay as they were."""
    pages = DiaryStore(journal)
    first, second = pages.add(CRAMP), pages.add(CRAMP)
    pages.save_cramp(replace(second, leg=None, note=""))
    assert pages.cramps() == [first, replace(second, leg=None, note="")]


def test_cramps_come_in_order_of_time_since_a_day(journal: Journal) -> None:
    """The order in which they were recorded makes no difference."""
    pages = DiaryStore(journal)
    later = pages.add(replace(CRAMP, at=CRAMP.at + HOUR))
    earlier = pages.add(CRAMP)
    before = DiaryMoment(date(2026, 11, 19), by_night=True)
    old = pages.add(replace(CRAMP, at=CRAMP.at - 48 * HOUR, place=before))
    assert pages.cramps() == [old, earlier, later]
    assert pages.cramps(NIGHT) == [earlier, later]


def test_what_was_said_of_a_night_can_be_taken_back(journal: Journal) -> None:
    """It is as if nothing had been said."""
    pages = filled(journal)
    pages.remove_morning(MORNING.night)
    assert pages.mornings() == []


def test_when_a_night_was_asked_after_is_known_for_a_while(journal: Journal) -> None:
    """Older questions matter to nobody."""
    pages = DiaryStore(journal)
    pages.record_question(NIGHT, NOW)
    pages.record_question(NIGHT, NOW + HOUR)
    assert pages.questions(NIGHT) == (NOW, NOW + HOUR)
    pages.record_question(NIGHT + timedelta(days=7), NOW + 7 * 24 * HOUR)
    assert pages.questions(NIGHT) == (NOW, NOW + HOUR)
    pages.record_question(NIGHT + timedelta(days=8), NOW + 8 * 24 * HOUR)
    assert pages.questions(NIGHT) == ()


def test_the_diary_is_never_pruned(journal: Journal) -> None:
    """It is kept for ever."""
    pages = filled(journal)
    journal.prune(NOW + timedelta(days=4000))
    assert (pages.cramps(), pages.mornings()) == ([CRAMP], [MORNING])


def test_all_of_a_change_becomes_true_or_nothing(journal: Journal) -> None:
    """As with everything in the journal."""
    pages = filled(journal)
    cramps, mornings = pages.cramps(), pages.mornings()

    def change() -> None:
        with journal.transaction():
            pages.remove(1)
            pages.remove_morning(MORNING.night)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert (pages.cramps(), pages.mornings()) == (cramps, mornings)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cramps SET at = 'at night'",
        "UPDATE cramps SET leg = 'third'",
        "UPDATE cramps SET severity = 'unbearable'",
        "UPDATE cramps SET care_day = '2026-02-30'",
        "UPDATE mornings SET answer = 'maybe'",
        "UPDATE questions SET at = 'then'",
    ],
)
def test_a_row_that_no_diary_writes_is_left_out_and_counted(journal: Journal, change: str) -> None:
    """All other rows can still be read."""
    filled(journal)
    before = journal.diary.content()
    table = change.split()[1]
    journal._db.execute(f"{change} WHERE rowid = 1" if table == "cramps" else change)
    after = journal.diary.content()
    counts = {"mornings": len(before.mornings), "questions": len(before.questions)}
    assert journal.unreadable == counts.get(table, 1)
    assert len(after.cramps) == len(before.cramps) - (table == "cramps")
    assert bool(after.mornings) == (table != "mornings")
    assert bool(after.questions) == (table != "questions")


# From the version before there was a diary


def test_a_journal_without_a_diary_gets_one_and_keeps_the_rest(tmp_path: Path) -> None:
    """Nobody loses a snooze by an update."""
    old = sqlite3.connect(tmp_path / FILE_NAME)
    old.executescript(MIGRATIONS[0])
    old.execute("INSERT INTO tips_shown (tip, at) VALUES ('refill', '2026-11-22')")
    old.execute("UPDATE standing SET paused_until = '2026-11-22T14:10:00+00:00'")
    old.execute("PRAGMA user_version=1")
    old.commit()
    old.close()
    with closing(Journal.open(tmp_path)) as journal:
        assert journal._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert journal.global_state() == GlobalState(paused_until=NOW + HOUR)
        assert list(journal.tips_shown()) == ["refill"]
        pages = filled(journal)
        assert (pages.cramps(), pages.mornings()) == ([CRAMP], [MORNING])


# While the disk fails


def test_the_diary_goes_along_into_the_refuge_and_back(tmp_path: Path) -> None:
    """An answer that is given while the disk fails is on it later, once."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(GlobalState(began=NOW, updated=NOW))
    filled(disk)
    copy = MemoryCopy(disk, NOW)
    answered = Morning(NIGHT, Answer.SEVERE, NOW)
    DiaryStore(copy.journal).save_morning(answered)
    DiaryStore(copy.journal).record_question(NIGHT, NOW + HOUR)
    copy.merge_into(disk, NOW)
    pages = DiaryStore(disk)
    assert (pages.cramps(), pages.mornings()) == ([CRAMP], [MORNING, answered])
    assert pages.questions(NIGHT) == (NOW, NOW + HOUR)
    copy.journal.close()
    disk.close()


def test_what_the_person_changed_on_the_disk_meanwhile_stays(tmp_path: Path) -> None:
    """Corrected, taken out or answered there, where their command found it."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(GlobalState(began=NOW, updated=NOW))
    pages = filled(disk)
    second = pages.add(CRAMP)
    copy = MemoryCopy(disk, NOW)
    DiaryStore(copy.journal).save_morning(Morning(NIGHT, Answer.MILD, NOW))
    pages.remove(1)
    pages.save_cramp(replace(second, note="mine"))
    pages.remove_morning(MORNING.night)
    theirs = Morning(NIGHT, Answer.NONE, NOW)
    pages.save_morning(theirs)
    copy.merge_into(disk, NOW)
    assert (pages.cramps(), pages.mornings()) == ([replace(second, note="mine")], [theirs])
    copy.journal.close()
    disk.close()


def test_a_journal_that_is_lost_gets_its_diary_back(tmp_path: Path) -> None:
    """All of it, however old, beside what a command has written to the new one."""
    gone = Journal.open(tmp_path / "old")
    gone.save_global_state(GlobalState(began=NOW, updated=NOW))
    filled(gone)
    copy = MemoryCopy(gone, NOW + timedelta(days=300))
    new = Journal.open(tmp_path / "new")
    mine = DiaryStore(new).add(replace(CRAMP, note="noted meanwhile"))
    copy.merge_into(new, NOW)
    pages = DiaryStore(new)
    assert pages.cramps() == [mine, replace(CRAMP, id=2)]
    assert pages.mornings() == [MORNING]
    for one in (copy.journal, gone, new):
        one.close()


def test_a_journal_that_is_lost_gets_its_diary_back_under_the_same_numbers(
    tmp_path: Path,
) -> None:
    """The person corrects by these numbers; nothing was recorded meanwhile."""
    gone = Journal.open(tmp_path / "old")
    gone.save_global_state(GlobalState(began=NOW, updated=NOW))
    pages = filled(gone)
    pages.add(CRAMP)
    third = pages.add(replace(CRAMP, note="third"))
    pages.remove(2)
    copy = MemoryCopy(gone, NOW)
    new = Journal.open(tmp_path / "new")
    copy.merge_into(new, NOW)
    copy.merge_into(new, NOW)
    assert new.diary.cramps() == [CRAMP, third]
    assert new.diary.questions(NIGHT) == (NOW,)
    for one in (copy.journal, gone, new):
        one.close()


# Erasing


def everything(journal: Journal) -> None:
    """Let every table hold something."""
    filled(journal)
    delivery = begin(Occurrence(Key("water", NIGHT, "1"), NOW), Topic.HYDRATION)
    journal.save(delivery.settle(Outcome.DONE, NOW))
    journal.record_tip("refill", NOW)
    journal.record_decision(NOW, delivery.occurrence, "show", "show")  # type: ignore[arg-type]
    journal.record_action(NOW, "done", [delivery], GlobalState(paused_until=NOW))
    journal.request_trial("water", NOW)
    journal.save_routine_session(RoutineSession(delivery.key, "calf", NOW, NOW))
    act = SharedAct(ActId("desk", 1), delivery.occurrence, delivery.topic, Snoozed(NOW))
    journal.shared.record_act(act, own=False)
    journal.shared.save([SharedValue("pause", "desk", NOW, None)])
    journal.shared.name_cramp(1, "cramp/desk/1-1")
    journal.write_note(SERVICE_NOTE, {"pid": 1})
    journal.write_note("other", {"pid": 1})


def rows(journal: Journal) -> dict[str, int]:
    """Return the number of rows of each table, except those with always one row."""
    names = [
        name
        for (name,) in journal._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        # The list of computers stays, for some of them may still have to erase.
        if name not in ("standing", "notes", "sqlite_sequence", "computers")
    ]
    return {
        name: journal._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - its own names
        for name in names
    }


def test_erasing_leaves_nothing_in_any_table(journal: Journal) -> None:
    """Every table is thought of; only what the running service lives by stays."""
    everything(journal)
    assert rows(journal) == dict.fromkeys(TABLES, 1)
    journal.erase(NOW)
    assert rows(journal) == dict.fromkeys(TABLES, 0)
    assert (journal.read_note(SERVICE_NOTE), journal.read_note("other")) == ({"pid": 1}, {})
    assert journal.global_state() == GlobalState()
    assert DiaryStore(journal).add(CRAMP).id == 1


def test_erasing_leaves_no_trace_in_the_files(journal: Journal, tmp_path: Path) -> None:
    """This holds while another program has it open; the write-ahead log is truncated."""
    everything(journal)
    service = Journal.open(tmp_path)
    assert service.unsettled() == []
    assert not service.changed_by_others()
    DiaryStore(service).add(replace(CRAMP, note="another unmistakable one " * 400))
    files = [tmp_path / f"{FILE_NAME}{extra}" for extra in ("", "-wal")]
    assert any(b"unmistakable" in file.read_bytes() for file in files)
    journal.erase(NOW)
    assert files[1].stat().st_size == 0
    assert not any(b"unmistakable" in file.read_bytes() for file in files)
    assert service.changed_by_others()
    assert DiaryStore(service).cramps() == []
    assert service.is_sound()
    service.close()


def test_after_erasing_the_service_goes_on_from_now(journal: Journal) -> None:
    """Nothing of before comes up again, and a pause is over."""
    journal.save_global_state(
        GlobalState(began=NOW - 48 * HOUR, updated=NOW, paused_until=NOW + HOUR)
    )
    journal.erase(NOW + HOUR)
    assert journal.global_state() == GlobalState(began=NOW + HOUR, updated=NOW + HOUR)


def test_what_is_erased_while_the_disk_fails_the_service_does_not_come_back(
    tmp_path: Path,
) -> None:
    """Records in memory from before are not written again."""
    disk = Journal.open(tmp_path)
    disk.save_global_state(GlobalState(began=NOW, updated=NOW))
    everything(disk)
    copy = MemoryCopy(disk, NOW)
    disk.erase(NOW)
    copy.merge_into(disk, NOW)
    assert rows(disk) == dict.fromkeys(TABLES, 0)
    copy.journal.close()
    disk.close()


def test_erasing_that_cannot_be_finished_is_told(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads the old pages all the while."""
    monkeypatch.setattr("nightcare.journal.database._BUSY_SECONDS", 0.05)
    everything(journal)
    impatient = Journal.open(tmp_path)
    reader = sqlite3.connect(tmp_path / FILE_NAME)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM cramps").fetchone()
    with pytest.raises(StateError) as caught:
        impatient.erase(NOW)
    assert caught.value.key == "journal_busy"
    reader.close()
    impatient.erase(NOW)
    impatient.close()
