"""Acts of several computers: what follows from all of them, on each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import delivery, utc
from nightcare.domain.delivery import Active, Closed, Delivery, Due, Outcome, Snoozed
from nightcare.domain.reasons import Reason
from nightcare.domain.shared_acts import (
    ActId,
    Effect,
    Retraction,
    SharedAct,
    answered_elsewhere,
    live,
    reconciled,
    unrecorded,
)

DUE = utc("2026-11-02 21:00")
NOW = utc("2026-11-02 21:05")
MINUTE = timedelta(minutes=1)
OPEN = replace(delivery(DUE), state=Active(DUE, DUE + 10 * MINUTE), seen=True, showings=1)
DONE = Closed(Outcome.DONE, NOW)
SKIPPED = Closed(Outcome.SKIPPED, NOW, Reason.SKIPPED_TODAY)
MISSED = Closed(Outcome.MISSED, NOW, Reason.TOO_LATE)
EXPIRED = Closed(Outcome.EXPIRED, NOW)
LATER = Snoozed(NOW + 10 * MINUTE)


def act(effect: Effect, computer: str = "desk", number: int = 1) -> SharedAct:
    """Return an act on the occurrence of these tests."""
    return SharedAct(ActId(computer, number), OPEN.occurrence, OPEN.topic, effect)


def undo(undone: SharedAct, computer: str = "desk", number: int = 2) -> SharedAct:
    """Return the undo of an act."""
    return act(Retraction(undone.id), computer, number)


def on_laptop(known: Delivery | None, *acts: SharedAct) -> Delivery | None:
    """Return the delivery as the laptop has it once it knows these acts."""
    return reconciled(known, acts, "laptop", NOW, NOW)


def state_on_laptop(known: Delivery | None, *acts: SharedAct) -> object:
    """Return the state as the laptop has it once it knows these acts; None for no delivery."""
    found = on_laptop(known, *acts)
    return None if found is None else found.state


def test_an_undo_counts_whether_it_arrives_before_its_act_or_after_it() -> None:
    """It names the act, so the order says nothing."""
    done = act(DONE)
    for acts in permutations([done, undo(done), act(SKIPPED, "laptop")]):
        assert live(acts) == {ActId("laptop", 1): SKIPPED}
    assert live([undo(done)]) == {}


@pytest.mark.parametrize("answer", [DONE, SKIPPED, Closed(Outcome.DISMISSED, NOW)])
def test_an_answer_elsewhere_ends_what_is_open_here(answer: Closed) -> None:
    """The rule that the service applies before it decides says the same."""
    elsewhere = replace(OPEN, state=replace(answer, computer="desk"))
    assert on_laptop(OPEN, act(answer)) == elsewhere
    assert answered_elsewhere(OPEN, [act(answer)], NOW) == elsewhere


@pytest.mark.parametrize("ending", [EXPIRED, MISSED])
def test_what_nobody_answered_elsewhere_stays_open_here(ending: Closed) -> None:
    """Somebody may be here."""
    assert on_laptop(OPEN, act(ending)) == OPEN
    assert answered_elsewhere(OPEN, [act(ending)], NOW) == OPEN
    assert answered_elsewhere(OPEN, [], NOW) == OPEN


def test_an_answer_arrives_before_its_moment_has_come_here() -> None:
    """The occurrence is known as answered; what was only missed elsewhere still comes here."""
    early = DUE - 10 * MINUTE
    acts = [act(SKIPPED)]
    found = reconciled(None, acts, "laptop", early, early)
    assert found is not None
    assert found.state == replace(SKIPPED, computer="desk")
    assert found.occurrence == OPEN.occurrence
    assert reconciled(None, [act(EXPIRED)], "laptop", early, early) is None
    # It is undone before its moment: it comes as if nothing had been said.
    assert reconciled(found, [*acts, undo(acts[0])], "laptop", early, early) is None


def test_what_ended_before_this_computer_knew_of_it_is_taken_over() -> None:
    """It can come here no more."""
    assert on_laptop(replace(OPEN, state=Due()), act(EXPIRED)) == replace(OPEN, state=Due())
    assert state_on_laptop(None, act(EXPIRED)) == replace(EXPIRED, computer="desk")
    assert on_laptop(None, act(LATER)) is None


def test_of_several_outcomes_the_strongest_counts_and_of_equal_ones_the_first() -> None:
    """Each computer comes to the same, and knows its own act from that of another."""
    ended = replace(OPEN, state=MISSED)
    first = Closed(Outcome.DONE, NOW - MINUTE)
    assert state_on_laptop(ended, act(MISSED, "laptop"), act(EXPIRED)) == replace(
        EXPIRED, computer="desk"
    )
    acts = [act(first, "laptop", 3), act(DONE), act(SKIPPED, "tablet")]
    for one in permutations(acts):
        assert state_on_laptop(OPEN, *one) == first
        assert reconciled(OPEN, one, "desk", NOW, NOW) == replace(
            OPEN, state=replace(first, computer="laptop")
        )


def test_an_undo_elsewhere_lets_it_come_again() -> None:
    """It is due again, and the policy says whether it is still fresh."""
    done = act(DONE)
    here = on_laptop(OPEN, done)
    again = on_laptop(here, done, undo(done))
    assert again == replace(OPEN, state=Due())


def test_an_undo_elsewhere_leaves_the_own_outcome() -> None:
    """The act that this computer had recorded counts again."""
    own, done = act(EXPIRED, "laptop"), act(DONE)
    here = on_laptop(replace(OPEN, state=EXPIRED), own, done)
    assert here is not None
    assert here.state == replace(DONE, computer="desk")
    assert unrecorded(here, [own]) == []
    assert on_laptop(here, own, done, undo(done)) == replace(OPEN, state=EXPIRED)


def test_another_computer_may_undo_an_act_of_this_one() -> None:
    """The act is not recorded a second time because the delivery still says so."""
    own = act(DONE, "laptop")
    here = replace(OPEN, state=DONE)
    assert unrecorded(here, [own]) == []
    assert state_on_laptop(here, own, undo(own, "desk")) == Due()


def test_of_two_snoozes_the_later_end_counts() -> None:
    """It counts as one more snooze; one that is over counts no more."""
    own, longer = Snoozed(NOW + MINUTE), act(LATER)
    put_off = OPEN.snoozed(own.until)
    found = on_laptop(put_off, act(own, "laptop"), longer)
    assert found is not None
    assert (found.state, found.snoozes) == (replace(LATER, computer="desk"), 2)
    assert found.fresh_from == LATER.until
    assert on_laptop(found, act(own, "laptop"), longer) == found
    assert on_laptop(OPEN, act(Snoozed(NOW))) == OPEN
    assert answered_elsewhere(OPEN, [longer], NOW).state == replace(LATER, computer="desk")
    assert unrecorded(found, [act(own, "laptop")]) == []
    # The longer one is undone: the shorter one is left.
    assert state_on_laptop(found, act(own, "laptop"), longer, undo(longer)) == own
    # A snooze of another computer that is undone ends now.
    alone = on_laptop(OPEN, longer)
    assert alone is not None
    again = on_laptop(alone, longer, undo(longer))
    assert again is not None
    assert (again.state, again.fresh_from) == (Due(), NOW)


def test_what_changes_here_is_recorded_as_acts() -> None:
    """A weaker act stays below a stronger one, and a stronger one is undone."""
    assert unrecorded(OPEN, []) == []
    assert unrecorded(OPEN.snoozed(LATER.until), []) == [LATER]
    ended = replace(OPEN, state=DONE)
    assert unrecorded(ended, [act(LATER)]) == [DONE]
    assert unrecorded(OPEN, [act(DONE)]) == [Retraction(ActId("desk", 1))]
    assert unrecorded(None, [act(DONE)]) == [Retraction(ActId("desk", 1))]
    again = Closed(Outcome.DONE, NOW + MINUTE)
    assert unrecorded(replace(OPEN, state=again), [act(DONE)]) == [
        Retraction(ActId("desk", 1)),
        again,
    ]
    # An answer here to what was dismissed elsewhere, and its undo.
    dismissed = replace(OPEN, state=Closed(Outcome.DISMISSED, NOW, computer="laptop"))
    assert unrecorded(dismissed, [act(DONE)]) == [Retraction(ActId("desk", 1))]


# Any history


@dataclass
class Computer:
    """One computer with its delivery, a clock that is wrong, and the acts that it knows."""

    name: str
    skew: timedelta
    delivery: Delivery = OPEN
    before: list[tuple[str, Delivery]] = field(default_factory=list)
    acts: dict[ActId, SharedAct] = field(default_factory=dict)

    def do(self, what: str, minute: int) -> None:
        """Let the person or time do something at this computer."""
        now = NOW + minute * MINUTE + self.skew
        self.reconcile(now)
        if what == "undo":
            if self.before:
                _, self.delivery = self.before.pop()
        elif what == "snooze" and not self.delivery.settled:
            self.before.append((what, self.delivery))
            self.delivery = self.delivery.snoozed(now + 10 * MINUTE)
        elif what in {"done", "skipped"} and not self.answered:
            self.before.append((what, self.delivery))
            self.delivery = self.delivery.settle(Outcome(what), now)
        elif what in {"dismissed", "expired", "missed"} and not self.delivery.settled:
            self.delivery = self.delivery.settle(Outcome(what), now)
        self.reconcile(now)

    @property
    def answered(self) -> bool:
        """True if the person has answered it, as far as is known here."""
        state = self.delivery.state
        return isinstance(state, Closed) and state.outcome in {Outcome.DONE, Outcome.SKIPPED}

    def reconcile(self, now: datetime) -> None:
        """Record what has changed here, and apply all that is known."""
        own = [one for one in self.acts.values() if one.id.computer == self.name]
        for number, effect in enumerate(unrecorded(self.delivery, own), len(own) + 1):
            made = act(effect, self.name, number)
            self.acts[made.id] = made
        if self.acts:
            found = reconciled(self.delivery, list(self.acts.values()), self.name, now, NOW)
            assert found is not None
            self.delivery = found

    def receive(self, others: Iterable[SharedAct], minute: int) -> None:
        """Receive acts of others, which may be known."""
        now = NOW + minute * MINUTE + self.skew
        self.reconcile(now)
        self.acts |= {one.id: one for one in others}
        self.reconcile(now)


WHAT = ("done", "skipped", "dismissed", "expired", "missed", "snooze", "undo", "undo")
happenings = st.lists(
    st.tuples(
        st.integers(0, 4), st.sampled_from((*WHAT, "receive", "receive")), st.integers(0, 30),
        st.randoms(use_true_random=False),
    ),
    max_size=25,
)  # fmt: skip


@given(
    skews=st.lists(st.integers(-10, 10), min_size=2, max_size=5),
    history=happenings,
)
def test_after_any_history_all_computers_agree_and_lose_no_answer_and_no_undo(
    skews: list[int], history: list[tuple[int, str, int, Random]]
) -> None:
    """Acts arrive in any order, in part, twice, and clocks differ by ten minutes."""
    computers = [Computer(f"computer{number}", skew * MINUTE) for number, skew in enumerate(skews)]
    for number, what, minute, random in history:
        here = computers[number % len(computers)]
        if what == "receive":
            known = [one for other in computers for one in other.acts.values()]
            some = [one for one in known if random.random() < 0.5] * 2
            random.shuffle(some)
            here.receive(some, minute)
        else:
            here.do(what, minute)
    for _ in range(3):
        everything = {act: one for other in computers for act, one in other.acts.items()}
        for here in computers:
            here.receive(everything.values(), 60)
        for here in computers:
            if not here.delivery.settled:
                here.do("missed", 60)
    everything = {act: one for other in computers for act, one in other.acts.items()}
    outcomes = set()
    for here in computers:
        here.receive(everything.values(), 60)
        assert isinstance(here.delivery.state, Closed)
        outcomes.add((here.delivery.state.outcome, here.delivery.state.at))
    assert len(outcomes) == 1
    ((outcome, _),) = outcomes
    given_and_not_undone = {what for here in computers for what, _ in here.before}
    assert (outcome is Outcome.DONE) == ("done" in given_and_not_undone)
    assert (outcome is Outcome.SKIPPED) == (
        given_and_not_undone & {"done", "skipped"} == {"skipped"}
    )
