"""Erasing on one computer of several that share."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nightcare.bridge.value_exchange import ValueExchange
from nightcare.domain.delivery import Closed
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.errors import StateError
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal
from parts.sharing_desk import SharingDesk, two

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_what_is_erased_on_one_computer_is_erased_on_all() -> None:
    """The diary, answers and settings go, and do not come back from a third one."""
    desk, laptop = two()
    third = SharingDesk("third")
    third.diary.add(third.now - 10 * HOUR, Details(), third.now)
    third.answers().skip(third.now, "stretch")
    old = third.publish()
    laptop.diary.add(laptop.now - 10 * HOUR, Details(note="calf"), laptop.now)
    laptop.press("done")
    laptop.pause(HOUR)
    desk.receive(old)
    desk.hear(laptop)
    assert len(desk.journal.diary.cramps()) == 2
    for one in (desk, laptop):
        one.now += MINUTE
    desk.erase()
    laptop.hear(desk)
    for one in (desk, laptop):
        assert one.journal.diary.cramps() == []
        assert one.journal.last_action() is None
        assert one.journal.global_state().paused_until is None
        assert one.deliveries("stretch") == []
        # What a computer has that was not connected since is ignored.
        one.receive(old)
        assert one.journal.diary.cramps() == []
        assert one.deliveries("stretch") == []
    # Each says up to when it has erased.
    assert laptop.value_names() == ["erased"]
    assert laptop.journal.shared.erased_at("laptop", desk.now) == desk.now
    desk.hear(laptop)
    assert desk.journal.shared.erased_at("laptop", desk.now) == desk.now
    assert not desk.receive(laptop.publish())


def test_what_was_recorded_after_an_erasure_is_kept() -> None:
    """A computer that was away hears of it only later."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    laptop.diary.add(laptop.now - 10 * HOUR, Details(note="before"), laptop.now)
    desk.now += MINUTE
    desk.erase()
    laptop.now += HOUR
    laptop.diary.add(laptop.now - 10 * HOUR, Details(note="after"), laptop.now)
    laptop.pause(HOUR)
    laptop.hear(desk)
    assert [one.note for one in laptop.journal.diary.cramps()] == ["after"]
    assert laptop.journal.global_state().paused_until == laptop.now + HOUR
    desk.now = laptop.now
    desk.hear(laptop)
    assert len(desk.journal.diary.cramps()) == 1
    assert desk.journal.global_state().paused_until == laptop.now + HOUR


def test_an_answer_to_what_was_erased_meanwhile_goes_with_it() -> None:
    """Undo would bring back what was there before; other actions can still be undone."""
    desk, laptop = two()
    for one in (desk, laptop):
        one.now += MINUTE
    desk.erase()
    laptop.now += MINUTE
    laptop.press("done")
    laptop.hear(desk)
    assert laptop.journal.actions() == []
    laptop.now += MINUTE
    laptop.pause(HOUR)
    laptop.hear(desk)
    assert [one.what for one in laptop.journal.actions()] == ["pause"]


@pytest.mark.parametrize("answered", ["here", "elsewhere"])
def test_an_answer_ahead_of_time_is_erased_with_the_rest(answered: str) -> None:
    """The reminder is still to come, so that it comes on all computers, or on none."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    one = desk if answered == "here" else laptop
    one.answers().done(one.now, "stretch", ahead=True)
    for each, other in ((desk, laptop), (laptop, desk)):
        each.hear(other)
        assert [type(known.state) for known in each.deliveries("stretch")] == [Closed]
        each.now += MINUTE
    desk.erase()
    laptop.hear(desk)
    desk.hear(laptop)
    for each in (desk, laptop):
        assert each.deliveries("stretch") == []
        each.until("2026-11-23 22:01")
        assert each.title() == "Stretch"


def test_an_answer_ahead_of_time_is_erased_after_its_moment() -> None:
    """A computer that was off meanwhile shows what it had answered, as the others did."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    laptop.answers().done(laptop.now, "stretch", ahead=True)
    desk.now += MINUTE
    desk.erase()
    # Its bridge was off as well, and its act gets a number from after the erasure.
    laptop.until("2026-11-23 22:01")
    late = laptop.publish()
    desk.until("2026-11-23 22:01")
    desk.receive(late)
    assert desk.title() == "Stretch"
    laptop.hear(desk)
    assert laptop.title() == "Stretch"
    desk.press("done")
    laptop.hear(desk)
    assert not laptop.screen.on_screen


def test_a_service_that_was_behind_records_nothing_from_before_the_erasure() -> None:
    """Its computer was asleep, and wakes to the erasure and to what fell due meanwhile."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.until("2026-11-23 23:30")
    desk.erase()
    laptop.now = desk.now + MINUTE
    laptop.hear(desk)
    assert laptop.deliveries("stretch") == []


def test_what_was_erased_before_a_computer_began_to_share_is_not_erased_there() -> None:
    """A computer that joins keeps its diary; what the others erased does not come back to them."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.erase()
    laptop.journal.erase(laptop.now)
    laptop.now += MINUTE
    laptop.diary.add(laptop.now - 10 * HOUR, Details(), laptop.now - HOUR)
    joined = laptop.now
    assert laptop.journal.shared.sharing_since("laptop", joined) == joined
    laptop.hear(desk)
    assert len(laptop.journal.diary.cramps()) == 1
    assert laptop.journal.shared.erased_at("laptop", desk.now) == desk.now
    desk.now = laptop.now
    desk.hear(laptop)
    assert desk.journal.diary.cramps() == []
    # What is erased from now on is erased there too, also if two erasures arrive one by one.
    third = SharingDesk("third")
    third.now = desk.now + HOUR
    third.erase()
    desk.now += 2 * HOUR
    desk.erase()
    laptop.now = desk.now + HOUR
    laptop.hear(third)
    assert laptop.journal.diary.cramps() == []
    laptop.diary.add(laptop.now, Details(), desk.now - MINUTE)
    laptop.hear(desk)
    assert laptop.journal.diary.cramps() == []
    assert laptop.journal.shared.sharing_since("laptop", laptop.now) == joined


def test_an_erasure_that_arrives_late_reaches_a_journal_that_began_anew() -> None:
    """All that it took from the broker in the meantime goes, and no more."""
    desk, laptop, third = SharingDesk("desk"), SharingDesk("laptop"), SharingDesk("third")
    third.diary.add(third.now - 10 * HOUR, Details(), third.now)
    desk.now += MINUTE
    desk.erase()
    laptop.now += HOUR
    state = laptop.journal.global_state()
    laptop.journal.save_global_state(replace(state, began=laptop.now, updated=laptop.now))
    laptop.journal.shared.sharing_since("laptop", laptop.now)
    laptop.hear(third)
    laptop.diary.add(laptop.now - 10 * HOUR, Details(note="after"), laptop.now)
    assert len(laptop.journal.diary.cramps()) == 2
    laptop.hear(desk)
    assert [one.note for one in laptop.journal.diary.cramps()] == ["after"]
    laptop.hear(third)
    assert len(laptop.journal.diary.cramps()) == 1


def test_a_clock_that_is_years_ahead_wins_over_nobody() -> None:
    """Neither does it erase; when the clock is right again, what holds there counts."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    laptop.diary.add(laptop.now - 10 * HOUR, Details(), laptop.now)
    right = desk.now
    desk.now += timedelta(days=700)
    desk.erase()
    desk.pause(timedelta(days=800))
    assert not laptop.receive(desk.publish())
    assert len(laptop.journal.diary.cramps()) == 1
    assert laptop.journal.global_state().paused_until is None
    desk.now = right + MINUTE
    desk.journal.shared.sharing_since("desk", desk.now)
    desk.hear(laptop)
    assert len(desk.journal.diary.cramps()) == 1
    laptop.now += MINUTE
    laptop.hear(desk)
    until = desk.journal.global_state().paused_until
    assert laptop.journal.global_state().paused_until == until is not None
    laptop.now += MINUTE
    laptop.erase()
    desk.now = laptop.now
    desk.hear(laptop)
    assert desk.journal.diary.cramps() == []
    assert desk.journal.global_state().paused_until is None


def test_an_erasure_is_not_repeated() -> None:
    """A message that comes again erases nothing more."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.erase()
    messages = desk.publish()
    laptop.receive(messages)
    laptop.now += MINUTE
    laptop.diary.add(laptop.now - 10 * HOUR, Details(), laptop.now)
    laptop.receive(messages)
    assert len(laptop.journal.diary.cramps()) == 1


def test_an_erasure_beside_a_reader_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bridge keeps the messages, and takes them in at the next round."""
    monkeypatch.setattr("nightcare.journal.database._BUSY_SECONDS", 0.05)
    desk = SharingDesk("desk")
    with (
        closing(Journal.open(tmp_path)) as journal,
        closing(sqlite3.connect(tmp_path / FILE_NAME)) as reader,
    ):
        laptop = ValueExchange(journal, "laptop", desk.schedule, desk.zone, diary=True)
        journal.shared.sharing_since("laptop", desk.now)
        diary = DiaryActions(journal.diary, desk.answers().calendar())
        diary.add(desk.now - 10 * HOUR, Details(note="unmistakable"), desk.now)
        desk.now += MINUTE
        desk.erase()
        messages = desk.publish()
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM cramps").fetchone()
        for _ in range(2):
            with pytest.raises(StateError):
                laptop.receive(messages, desk.now)
            # The others are not told of it before the files hold no trace.
            assert journal.shared.erased_at("laptop", desk.now) is None
        reader.rollback()
        assert any(b"unmistakable" in one.read_bytes() for one in tmp_path.iterdir())
        laptop.receive(messages, desk.now)
        assert journal.diary.cramps() == []
        assert journal.shared.erased_at("laptop", desk.now) == desk.now
        assert not any(b"unmistakable" in one.read_bytes() for one in tmp_path.iterdir())


def test_copies_of_what_is_erased_go_with_it(tmp_path: Path) -> None:
    """A copy that cannot be removed leaves the erasure to the next round; later ones are kept."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    laptop.diary.add(laptop.now - 10 * HOUR, Details(), laptop.now)
    desk.now += MINUTE
    desk.erase()
    messages = desk.publish()
    copy, stuck = tmp_path / "journal-corrupt.sqlite", tmp_path / "report.html"
    copy.write_bytes(b"copy")
    stuck.mkdir()
    copies = (copy, stuck)
    with pytest.raises(StateError):
        laptop.values.erase(messages, desk.now, copies)
    assert len(laptop.journal.diary.cramps()) == 1
    stuck.rmdir()
    laptop.values.erase(messages, desk.now, copies)
    assert laptop.journal.diary.cramps() == []
    copy.write_bytes(b"of later")
    laptop.values.erase(messages, desk.now, copies)
    assert copy.exists()


def test_a_diary_that_was_erased_while_not_sharing_does_not_come_back_from_the_broker() -> None:
    """The broker was out of reach when this computer left, and still has it."""
    desk = SharingDesk("desk")
    desk.diary.add(desk.now - 10 * HOUR, Details(), desk.now)
    held = desk.publish()
    desk.journal.erase(desk.now)
    desk.now += MINUTE
    desk.receive(held)
    assert desk.journal.diary.cramps() == []
