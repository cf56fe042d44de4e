"""Whatever the journal is asked to remember, it gives back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from journal.strategies import (
    deliveries,
    global_states,
    instants,
    notes,
    occurrences,
    routine_sessions,
    states,
    steps,
    texts,
)
from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Held,
    Outcome,
    Snoozed,
    State,
    begin,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import ACTS, Decision, Trial, UserAction
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.journal.store import Journal

NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
TODAY = date(2026, 11, 22)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@contextmanager
def fresh() -> Iterator[Journal]:
    """Open a new journal for each example."""
    journal = Journal.in_memory()
    try:
        yield journal
    finally:
        journal.close()


def delivery(
    due: datetime = NOW, name: str = "water", day: date = TODAY, slot: str = "1"
) -> Delivery:
    """Return the delivery of an occurrence that is due."""
    return begin(Occurrence(Key(name, day, slot), due), Topic.HYDRATION)


# Courses


@given(deliveries)
def test_a_course_is_given_back_as_it_was(delivery: Delivery) -> None:
    """In whatever state."""
    with fresh() as journal:
        assert journal.delivery(delivery.key) is None
        journal.save(delivery)
        assert journal.delivery(delivery.key) == delivery


@given(deliveries, st.lists(states, max_size=4))
def test_a_course_has_only_its_last_state(delivery: Delivery, later: list[State]) -> None:
    """However often it changes."""
    with fresh() as journal:
        journal.save(delivery)
        for state in later:
            delivery = replace(delivery, state=state)
            journal.save(delivery)
        assert journal.delivery(delivery.key) == delivery
        assert journal.unsettled() == ([] if delivery.settled else [delivery])


@given(st.lists(deliveries, max_size=8, unique_by=lambda one: one.key))
def test_what_is_unsettled_comes_in_order_of_time(made: list[Delivery]) -> None:
    """All that have no outcome, and nothing else."""
    with fresh() as journal:
        for one in made:
            journal.save(one)
        unsettled = journal.unsettled()
        assert [one.occurrence.due for one in unsettled] == sorted(
            one.occurrence.due for one in made if not one.settled
        )
        assert {one.key for one in unsettled} == {one.key for one in made if not one.settled}
        assert all(one in made for one in unsettled)


def test_instants_of_other_zones_sort_as_instants() -> None:
    """By what they are, not by how they are written."""
    early = delivery(NOW.astimezone(timezone(timedelta(hours=14))), slot="early")
    late = delivery((NOW + MINUTE).astimezone(timezone(-timedelta(hours=12))), slot="late")
    with fresh() as journal:
        journal.save(late)
        journal.save(early)
        assert [one.key.slot for one in journal.unsettled()] == ["early", "late"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-720, 2160)), max_size=8, unique=True))
def test_a_care_day_is_given_back_in_order_of_time(moments: list[tuple[int, int]]) -> None:
    """Their outcomes make no difference, and other days are left out."""
    with fresh() as journal:
        for number, minutes in moments:
            day = TODAY + number * DAY
            due = datetime.combine(day, datetime.min.time(), UTC) + minutes * MINUTE
            begun = delivery(due, day=day, slot=str(minutes))
            journal.save(begun.settle(Outcome.DONE, due) if minutes % 2 else begun)
        for number in range(4):
            expected = sorted(minutes for one, minutes in moments if one == number)
            found = journal.of_care_day(TODAY + number * DAY)
            assert [int(one.key.slot) for one in found] == expected


def test_known_are_those_whose_moment_has_come() -> None:
    """An occurrence is known by reminder, care day and slot, all three."""
    with fresh() as journal:
        journal.save(delivery())
        key = delivery().key
        others = [
            replace(key, reminder="walk"),
            replace(key, care_day=TODAY + DAY),
            replace(key, slot="2"),
        ]
        assert journal.known([key, *others]) == {key}
        assert journal.known([]) == frozenset()


def test_since_is_what_was_due_since_or_has_no_outcome() -> None:
    """The instant itself included."""
    with fresh() as journal:
        old = delivery(NOW - DAY, slot="old")
        journal.save(old.settle(Outcome.DONE, NOW))
        journal.save(
            replace(old, occurrence=replace(old.occurrence, key=replace(old.key, slot="open")))
        )
        for slot, due in (("just", NOW), ("later", NOW + MINUTE)):
            journal.save(delivery(due, slot=slot).settle(Outcome.DONE, NOW))
        assert {one.key.slot for one in journal.since(NOW)} == {"open", "just", "later"}


# What holds for all


def test_a_bedtime_that_occurs_twice_is_kept_as_the_one_that_was_meant() -> None:
    """With its `fold` (PEP 495), which ISO 8601 has no place for; also to be taken back."""
    for fold in (0, 1):
        bedtime = time(23, 45, fold=fold)
        with fresh() as journal:
            journal.save_global_state(GlobalState(tonight={TODAY: bedtime}))
            journal.record_action(NOW, "tonight", [], journal.global_state())
            assert journal.global_state().tonight[TODAY].fold == fold
            (act,) = journal.actions()
            assert act.global_state.tonight == {TODAY: bedtime}
            assert act.global_state.tonight[TODAY].fold == fold


def test_at_first_nothing_holds() -> None:
    """The service has not run yet."""
    with fresh() as journal:
        assert journal.global_state() == GlobalState()
        assert journal.unsettled() == []
        assert journal.last_action() is None
        assert journal.trials() == []
        assert journal.tips_shown() == {}
        assert journal.last_decisions() == []
        assert journal.read_note("service") == {}


@given(st.lists(global_states, min_size=1, max_size=3))
def test_what_holds_for_all_is_given_back_as_it_was(made: list[GlobalState]) -> None:
    """The last that was written."""
    with fresh() as journal:
        for global_state in made:
            journal.save_global_state(global_state)
        assert journal.global_state() == made[-1]


# What the person did


@given(instants, st.sampled_from(sorted(ACTS)), st.lists(deliveries, max_size=3), global_states)
def test_an_act_is_given_back_as_it_was(
    at: datetime, what: str, before: list[Delivery], global_state: GlobalState
) -> None:
    """With how things stood before it, until it is taken back."""
    with fresh() as journal:
        journal.record_action(at, what, before, global_state)
        act = journal.last_action()
        assert act is not None
        assert act == UserAction(act.id, at, what, tuple(before), global_state)
        journal.forget_action(act)
        assert journal.last_action() is None


def test_the_last_act_is_the_one_that_was_done_last() -> None:
    """Even where the clock was set back in between."""
    with fresh() as journal:
        for number, what in enumerate(("done", "snooze", "pause")):
            journal.record_action(NOW - number * DAY, what, [], GlobalState())
        taken_back = []
        while (act := journal.last_action()) is not None:
            taken_back.append(act.what)
            journal.forget_action(act)
        assert taken_back == ["pause", "snooze", "done"]


# Trials, notes, tips, decisions


@given(st.lists(st.none() | routine_sessions, min_size=1, max_size=3))
def test_there_is_one_routine_under_way_or_none(made: list[RoutineSession | None]) -> None:
    """The last that was written, as it was."""
    with fresh() as journal:
        assert journal.routine_session() is None
        for one in made:
            journal.save_routine_session(one)
        assert journal.routine_session() == made[-1]


@given(instants, texts, texts)
def test_a_trial_is_given_back_as_it_was(at: datetime, reminder: str, shown_by: str) -> None:
    """Until it is shown; then it has its answer."""
    with fresh() as journal:
        number = journal.request_trial(reminder, at)
        other = journal.request_trial("other", at)
        assert journal.trials() == [Trial(number, at, reminder), Trial(other, at, "other")]
        assert journal.trial_answer(number) is None
        journal.answer_trial(number, shown_by)
        assert journal.trials() == [Trial(other, at, "other")]
        assert journal.trial_answer(number) == shown_by
        assert journal.trial_answer(other) is None
        assert journal.trial_answer(other + 1) is None


@given(texts, notes, notes)
def test_a_note_is_given_back_as_it_was(
    name: str, first: dict[str, object], second: dict[str, object]
) -> None:
    """The last under its name."""
    with fresh() as journal:
        journal.write_note(name, first)
        assert journal.read_note(name) == first
        journal.write_note(name, second)
        assert journal.read_note(name) == second
        assert journal.read_note(name + "?") == {}


@given(st.lists(st.sampled_from("abc")))
def test_tips_know_which_was_shown_last(shown: list[str]) -> None:
    """The number of each grows with each showing."""
    with fresh() as journal:
        for tip in shown:
            journal.record_tip(tip, NOW)
        numbers = journal.tips_shown()
        assert set(numbers) == set(shown)
        in_order = sorted(numbers, key=lambda tip: numbers[tip])
        assert in_order == sorted(
            set(shown), key=lambda tip: max(n for n, t in enumerate(shown) if t == tip)
        )


@given(
    st.lists(
        st.tuples(instants, occurrences, st.sampled_from(["show", "hold", "drop"]), steps),
        max_size=5,
    )
)
def test_the_last_decision_on_each_reminder_is_known(
    made: list[tuple[datetime, Occurrence, str, Reason]],
) -> None:
    """The newest first, by the order in which they were made."""
    with fresh() as journal:
        last: dict[str, Decision] = {}
        for at, occurrence, verdict, step in made:
            journal.record_decision(at, occurrence, verdict, step)
            name = occurrence.key.reminder
            last.pop(name, None)
            last[name] = Decision(
                at, occurrence, verdict, step, DeliveryStatus.DECIDED if verdict == "show" else None
            )
        assert journal.last_decisions() == list(reversed(last.values()))
        for name, decision in last.items():
            assert journal.last_decisions(name) == [decision]
        assert journal.last_decisions("another") in ([], [last.get("another")])


# Letting go


def test_what_is_older_than_400_days_is_let_go() -> None:
    """Outcomes, decisions, acts and trials; not what is unsettled, and not which tip came when."""
    limit = NOW - timedelta(days=400)
    with fresh() as journal:
        for slot, due in (("old", limit - MINUTE), ("kept", limit)):
            day = due.date()
            begun = delivery(due, day=day, slot=slot)
            journal.save(begun.settle(Outcome.DONE, due))
            journal.save(delivery(due, name="open", day=day, slot=slot))
            journal.record_decision(due, begun.occurrence, "show", Reason.SHOW)
            journal.record_action(due, {"old": "done", "kept": "snooze"}[slot], [], GlobalState())
            journal.request_trial(slot, due)
        journal.record_tip("refill", limit - DAY)
        journal.save_global_state(GlobalState(began=limit - DAY, good_night=TODAY))
        journal.prune(NOW)
        kept = journal.of_care_day(limit.date())
        assert [one.key.slot for one in kept if one.settled] == ["kept"]
        assert [one.key.slot for one in journal.unsettled()] == ["old", "kept"]
        assert [one.occurrence.due for one in journal.last_decisions()] == [limit]
        assert [one.reminder for one in journal.trials()] == ["kept"]
        act = journal.last_action()
        assert act is not None
        journal.forget_action(act)
        assert (act.what, journal.last_action()) == ("snooze", None)
        assert list(journal.tips_shown()) == ["refill"]
        assert journal.global_state() == GlobalState(began=limit - DAY, good_night=TODAY)


def test_pruning_an_empty_journal_changes_nothing() -> None:
    """Nothing is there to let go of."""
    with fresh() as journal:
        journal.prune(NOW)
        assert journal.global_state() == GlobalState()


# A copy


def test_a_copy_knows_all_and_goes_its_own_way() -> None:
    """A write to one is not in the other."""
    with fresh() as journal:
        journal.save(delivery())
        journal.save_global_state(GlobalState(paused_until=NOW))
        copy = journal.copy_to_memory()
        assert copy.unsettled() == journal.unsettled()
        assert copy.global_state() == journal.global_state()
        copy.save(delivery().held(Reason.PAUSED))
        journal.save(delivery(slot="2"))
        assert [one.state for one in copy.unsettled()] == [Held(Reason.PAUSED)]
        assert len(journal.unsettled()) == 2
        copy.close()


def test_a_journal_in_memory_is_forgotten() -> None:
    """The next one knows nothing of it."""
    with fresh() as journal:
        journal.save(delivery())
        assert journal.is_sound()
    with fresh() as journal:
        assert journal.unsettled() == []


def test_every_state_has_its_own_columns() -> None:
    """One that follows another keeps nothing of it."""
    with fresh() as journal:
        for state in (
            Active(NOW, NOW + MINUTE, NOW + 2 * MINUTE, away=True),
            Snoozed(NOW + MINUTE),
            Held(Reason.LOCKED),
            Closed(Outcome.MISSED, NOW, Reason.LOCKED),
            Closed(Outcome.DONE, NOW),
            Active(None, NOW),
        ):
            journal.save(replace(delivery(), state=state))
            found = journal.delivery(delivery().key)
            assert found is not None
            assert found.state == state


def test_how_far_a_reminder_came_is_known_of_its_last_showing() -> None:
    """Of that alone, and not of what was held or dropped since."""
    one = delivery().occurrence
    with fresh() as journal:
        for _ in range(2):
            journal.record_decision(NOW, one, "show", Reason.SHOW)
        journal.record_status(one.key, DeliveryStatus.SHOWN)
        journal.record_status(replace(one.key, slot="another"), DeliveryStatus.ERROR)
        assert [made.delivery for made in journal.last_decisions()] == [DeliveryStatus.SHOWN]
        journal.record_decision(NOW, one, "hold", Reason.LOCKED)
        assert [made.delivery for made in journal.last_decisions()] == [None]


def test_how_far_a_trial_came_is_known() -> None:
    """Each its own."""
    with fresh() as journal:
        first, second = (journal.request_trial("water", NOW) for _ in range(2))
        journal.record_trial_status(first, DeliveryStatus.NO_SERVER)
        assert journal.trial_status(first) is DeliveryStatus.NO_SERVER
        assert journal.trial_status(second) is DeliveryStatus.DECIDED


def test_an_act_remembers_what_stood_beside_it() -> None:
    """An action of an earlier version, which remembered nothing, is read as before."""
    one, other = delivery(name="walk"), delivery(name="water")
    with fresh() as journal:
        journal.record_action(NOW, "done", [one], GlobalState(), [other])
        act = journal.last_action()
        assert act is not None
        assert (act.deliveries, act.others) == ((one,), (other,))
        journal.write("UPDATE acts SET courses = json_extract(courses, '$.changed')")
        act = journal.last_action()
        assert act is not None
        assert (act.deliveries, act.others) == ((one,), ())


def test_little_of_the_file_is_kept_in_memory(tmp_path: Path) -> None:
    """SQLite's own limit is 2 MiB, most of what the service may use beside Python."""
    journal = Journal.open(tmp_path)
    try:
        assert journal.read(lambda size: size, "PRAGMA cache_size") == [-64]
    finally:
        journal.close()


def test_a_transaction_reads_what_it_has_changed() -> None:
    """A result is kept only until the next change or the end, also of one that was rolled back."""
    first, second = (
        begin(Occurrence(Key("water", TODAY, slot), NOW), Topic.HYDRATION) for slot in "12"
    )
    with fresh() as journal:
        with suppress(InterruptedError), journal.transaction():
            assert journal.unsettled() == []
            journal.save(first)
            assert journal.unsettled() == [first]
            raise InterruptedError
        with journal.transaction():
            assert journal.unsettled() == []
            journal.save(first)
            journal.unsettled().clear()
            assert journal.unsettled() == [first]
            journal.save(second)
            assert journal.unsettled() == [first, second]
        assert journal.unsettled() == [first, second]


def test_a_transaction_runs_a_query_again_only_after_a_change() -> None:
    """An update asks the same several times before it sends a notification."""
    with fresh() as journal:
        run: list[str] = []
        journal._db.set_trace_callback(run.append)
        with journal.transaction():
            for _ in range(3):
                journal.unsettled()
            journal.save_global_state(GlobalState(updated=NOW))
            journal.unsettled()
        assert sum("FROM courses" in statement for statement in run) == 2
