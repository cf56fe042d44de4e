"""The acts, values and computers that several computers share, in one journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.strategies import shared_acts
from nightcare.domain.delivery import Closed, Delivery, Outcome, Snoozed, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.person_computers import Computer
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.shared_acts import ActId, Retraction, SharedAct
from nightcare.domain.shared_values import SharedValue
from nightcare.errors import StateError
from nightcare.journal.store import Journal

NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a new journal."""
    with closing(Journal.in_memory()) as opened:
        yield opened


def delivery(due: datetime) -> Delivery:
    """Return an occurrence of water that is due at an instant (UTC)."""
    return begin(Occurrence(Key("water", due.date(), "1"), due), Topic.HYDRATION)


def snoozed(number: int, due: datetime) -> SharedAct:
    """Return a snooze of the desk, of what is due at an instant (UTC)."""
    one = delivery(due)
    return SharedAct(ActId("desk", number), one.occurrence, one.topic, Snoozed(NOW))


# Acts


@given(st.lists(shared_acts, max_size=6, unique_by=lambda one: one.id))
def test_acts_of_several_computers_are_given_back_as_they_were(acts: list[SharedAct]) -> None:
    """Each once, by its computer and number, whatever comes later under the same."""
    own = "desk"
    with closing(Journal.in_memory()) as journal:
        for one in [*acts, *acts]:
            journal.shared.record_act(one, own=one.id.computer == own)
            changed = replace(one, effect=Snoozed(NOW))
            journal.shared.record_act(changed, own=one.id.computer == own)
        by_id = {one.id: one for one in acts}
        assert {one.id: one for one in journal.shared.acts(date.min)} == by_id
        early = datetime.fromtimestamp(0.001, UTC)
        numbers = [one.id.number for one in acts if one.id.computer == own]
        assert journal.shared.next_act_number(own, early) == max([1, *numbers]) + 1
        for one in acts:
            key = one.occurrence.key
            on_it = {other for other in acts if other.occurrence.key == key}
            assert set(journal.shared.acts_on(key)) == on_it
            assert set(journal.shared.acts_on(key, own=True)) == {
                other for other in on_it if other.id.computer == own
            }
            assert set(journal.acts_elsewhere(key)) == {
                other
                for other in on_it
                if other.id.computer != own or isinstance(other.effect, Retraction)
            }


def test_acts_are_pruned_with_their_occurrences() -> None:
    """Those that were due more than 400 days ago."""
    with closing(Journal.in_memory()) as journal:
        for number, due in enumerate((NOW - 401 * DAY, NOW), 1):
            act = snoozed(number, due)
            journal.shared.record_act(act, own=True)
        journal.prune(NOW)
        assert [one.id.number for one in journal.shared.acts(date.min)] == [2]


def test_values_are_pruned_when_nobody_publishes_them_any_more() -> None:
    """A computer says for ever up to when it has erased, since when it shares, and its pause."""
    with closing(Journal.in_memory()) as journal:
        names = ("erased", "joined", "pause", "morning/2025-10-01", "cramp/desk/1-1")
        old = [SharedValue(one, "desk", NOW - 415 * DAY, "true") for one in names]
        new = SharedValue("morning/2025-10-20", "desk", NOW - 400 * DAY, "true")
        journal.shared.save([*old, new])
        journal.prune(NOW)
        found = {one.name for one in journal.shared.values()}
        assert found == {"erased", "joined", "pause", new.name}


def test_no_number_is_used_twice(journal: Journal) -> None:
    """It is the time, and later than the last one also while the clock is behind."""
    shared, milliseconds = journal.shared, int(NOW.timestamp() * 1000)
    assert shared.next_act_number("desk", NOW) == milliseconds + 1
    shared.record_act(snoozed(milliseconds + 60_000, NOW), own=True)
    assert shared.next_act_number("desk", NOW) == milliseconds + 60_001
    assert shared.next_act_number("desk", NOW + DAY) == milliseconds + 86_400_001
    assert shared.next_act_number("laptop", NOW) == milliseconds + 1


def test_an_answer_that_a_delivery_has_no_more_is_recorded_as_undone(journal: Journal) -> None:
    """Once, and only if the answer was recorded."""
    one = delivery(NOW)
    journal.shared.record_undone(one, NOW)
    assert journal.shared.acts_on(one.key) == []
    done = SharedAct(ActId("desk", 1), one.occurrence, one.topic, Closed(Outcome.DONE, NOW))
    journal.shared.record_act(done, own=True)
    for _ in range(2):
        journal.shared.record_undone(one, NOW)
        assert [act.effect for act in journal.shared.acts_on(one.key, own=True)] == [
            done.effect,
            Retraction(done.id),
        ]


# Values


def test_each_computer_has_one_value_of_a_name(journal: Journal) -> None:
    """The one that was saved last."""
    values = [SharedValue("pause", one, NOW, '"x"') for one in ("desk", "laptop")]
    changed = replace(values[0], at=NOW + MINUTE, value=None)
    journal.shared.save([*values, changed])
    assert sorted(journal.shared.values(), key=lambda one: one.computer) == [changed, values[1]]
    assert journal.shared.values("laptop") == [values[1]]


def test_the_last_action_of_each_kind_is_known(journal: Journal) -> None:
    """Of the last ones, whatever came between."""
    assert journal.shared.action_times() == {}
    for number, what in enumerate(("pause", "resume", "pause")):
        journal.record_action(NOW + number * MINUTE, what, [], GlobalState())
    assert journal.shared.action_times() == {"pause": NOW + 2 * MINUTE, "resume": NOW + MINUTE}


# Erasing


def test_a_computer_says_once_since_when_it_shares(journal: Journal) -> None:
    """Again if that was written by a clock that was far ahead."""
    assert journal.shared.sharing_since("desk", NOW) == NOW
    assert journal.shared.sharing_since("desk", NOW + DAY) == NOW
    early = NOW - 10 * DAY
    assert journal.shared.sharing_since("desk", early) == early


def test_the_later_of_two_erasures_counts(journal: Journal) -> None:
    """One of all computers and one of this computer alone; a damaged note is no error."""
    shared = journal.shared
    assert shared.erased_here("desk", NOW) is None
    shared.mark_erased("desk", NOW)
    assert (shared.erased_at("desk", NOW), shared.erased_here("desk", NOW)) == (NOW, NOW)
    shared.mark_erased_here(NOW + MINUTE)
    assert shared.erased_at("desk", NOW) == NOW
    assert shared.erased_here("desk", NOW) == NOW + MINUTE
    assert shared.erased_at("laptop", NOW) is None
    journal.write_note("erased", {"until": "yesterday"})
    assert shared.erased_here("desk", NOW) == NOW
    # A clock that was far ahead has erased nothing.
    assert shared.erased_at("desk", NOW - 10 * DAY) is None


def test_what_was_recorded_until_an_instant_is_erased(journal: Journal, tmp_path: Path) -> None:
    """With copies of it beside the journal; what came later stays, and who has erased."""
    shared, later = journal.shared, NOW + DAY
    copy = tmp_path / "page.html"
    copy.write_text("calf", encoding="utf-8")
    for due in (NOW, later):
        journal.save(delivery(due))
        number = int(due.timestamp() * 1000)
        shared.record_act(snoozed(number, due), own=True)
        shared.save([SharedValue(f"tonight/{due:%Y-%m-%d}", "desk", due, '"23:00"')])
    shared.sharing_since("desk", NOW)
    shared.mark_erased_here(NOW - DAY)
    journal.write_note("other", {"pid": 1})
    state = GlobalState(began=NOW)
    shared.erase_until(NOW, NOW, state, "desk", [copy, tmp_path / "missing"])
    assert not copy.exists()
    assert [one.occurrence.due for one in journal.since(NOW - DAY)] == [later]
    assert [one.occurrence.due for one in shared.acts(date.min)] == [later]
    assert {one.name for one in shared.values()} == {"tonight/2026-11-23", "joined", "erased"}
    assert (journal.global_state(), journal.read_note("other")) == (state, {})
    assert shared.erased_at("desk", NOW) == NOW
    assert journal.read_note("erased") != {}


def test_an_erasure_that_leaves_a_copy_is_not_done(journal: Journal, tmp_path: Path) -> None:
    """It is repeated as long as nothing marks it as done."""
    journal.save(delivery(NOW))
    with pytest.raises(StateError):
        journal.shared.erase_until(NOW, NOW, GlobalState(), "desk", [tmp_path])
    assert journal.shared.erased_at("desk", NOW) is None
    assert len(journal.unsettled()) == 1


# The computers and the names of cramps


def test_computers_are_listed_by_name(journal: Journal) -> None:
    """Each as it said last, until it is forgotten."""
    desk = Computer("2", "Desk", NOW, online=True, version="0.2.0", schedule={"sleep": "1"})
    laptop = Computer("1", "Laptop", NOW)
    for one in (laptop, replace(desk, online=False), desk):
        journal.shared.save_computer(one)
    assert journal.shared.computers() == [desk, laptop]
    journal.shared.forget_computer("1")
    assert journal.shared.computers() == [desk]


def test_a_cramp_has_one_shared_name(journal: Journal) -> None:
    """The last one that it was given."""
    for name in ("cramp/desk/1-1", "cramp/laptop/1-1"):
        journal.shared.name_cramp(1, name)
    assert journal.shared.cramp_names() == {1: "cramp/laptop/1-1"}
