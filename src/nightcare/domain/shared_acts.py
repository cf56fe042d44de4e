"""The acts of several computers of one person, and the state that follows from all of them.

Each computer numbers its own acts, and never changes one. The state of an occurrence is a function
of the set of all acts, so computers with the same acts agree, in whatever order they received them.
Clocks decide only which of two snoozes ends later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import ANSWERS, Closed, Delivery, Due, Outcome, Snoozed, begin
from nightcare.domain.reminders import Occurrence, Topic

_ORDER = (Outcome.MISSED, Outcome.EXPIRED, Outcome.DISMISSED, Outcome.SKIPPED, Outcome.DONE)
"""The outcomes, the weakest first."""


@dataclass(frozen=True, order=True)
class ActId:
    """The identity of an act: the computer that recorded it, and its number there."""

    computer: str
    number: int


@dataclass(frozen=True)
class Retraction:
    """The undo of an act, which may be another computer's."""

    act: ActId


Effect = Closed | Snoozed | Retraction


@dataclass(frozen=True)
class SharedAct:
    """One act on an occurrence, as one computer recorded it.

    Attributes:
        id: Its identity.
        occurrence: The occurrence.
        topic: The topic of its reminder.
        effect: The state that it gives the occurrence, or the act that it undoes.
    """

    id: ActId
    occurrence: Occurrence
    topic: Topic
    effect: Effect


Standing = Mapping[ActId, Closed | Snoozed]
"""The states that acts give an occurrence and that no act undoes."""


def live(acts: Iterable[SharedAct]) -> Standing:
    """Return the states that these acts give, without undone ones."""
    states: dict[ActId, Closed | Snoozed] = {}
    retracted = []
    for one in acts:
        if isinstance(one.effect, Retraction):
            retracted.append(one.effect.act)
        else:
            states[one.id] = one.effect
    for act in retracted:
        states.pop(act, None)
    return states


def unrecorded(delivery: Delivery | None, own: Iterable[SharedAct]) -> list[Effect]:
    """Return the acts that this computer has to record, so that they agree with its delivery.

    Args:
        delivery: The delivery of an occurrence here; None if it no longer exists.
        own: All acts of this computer on the occurrence.
    """
    state = _ended(delivery)
    ours = state if state is not None and state.computer is None else None
    rank = _rank(state)
    standing = live(own)
    effects: list[Effect] = [
        Retraction(act)
        for act, known in standing.items()
        if _rank(known) > rank or (ours not in (None, known) and _rank(known) == rank)
    ]
    if ours is not None and ours not in standing.values():
        effects.append(ours)
    return effects


def answered_elsewhere(delivery: Delivery, others: Iterable[SharedAct], now: datetime) -> Delivery:
    """Return an unsettled delivery with the answers and snoozes of other computers applied.

    Args:
        delivery: The delivery.
        others: The states that other computers gave the occurrence, and all retractions.
        now: The instant (UTC).
    """
    standing = {act: replace(state, computer=act.computer) for act, state in live(others).items()}
    answers = _answers(standing)
    return _closed(delivery, answers) if answers else _put_off(delivery, standing, now)


def last_answered_elsewhere(
    deliveries: Iterable[Delivery], since: datetime | None, now: datetime
) -> Delivery | None:
    """Return the last delivery answered on another computer, which undo here does not change.

    Args:
        deliveries: The deliveries of the last day, at least.
        since: The time (UTC) of the last action here that can be undone, if any.
        now: The instant (UTC); an answer that is older than a day does not count.
    """
    least = max(since or now - ONE_DAY, now - ONE_DAY)
    found = [
        (one.state.at, one)
        for one in deliveries
        if isinstance(one.state, Closed) and one.state.computer is not None
        if one.state.outcome in ANSWERS and one.state.at > least
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def reconciled(
    delivery: Delivery | None,
    acts: Collection[SharedAct],
    computer: str,
    now: datetime,
    over: datetime,
) -> Delivery | None:
    """Return the delivery of an occurrence on this computer by the acts of all computers.

    Only an answer ends an occurrence that is still shown, held or snoozed here, because a missed
    one elsewhere may be seen here. If the answer was undone, the occurrence comes again if it is
    still fresh.

    Args:
        delivery: The delivery here, whose state is recorded already; None without one.
        acts: All acts on the occurrence; at least one.
        computer: The id of this computer.
        now: The instant (UTC).
        over: The instant (UTC) before which due occurrences no longer come on this computer.

    Returns:
        The delivery; None if there is none, or its moment is still to come.
    """
    standing = {
        act: replace(state, computer=None if act.computer == computer else act.computer)
        for act, state in live(acts).items()
    }
    closed = {act: state for act, state in standing.items() if isinstance(state, Closed)}
    if delivery is None:
        first = next(iter(acts))
        ending = closed if first.occurrence.due < over else _answers(standing)
        return _closed(begin(first.occurrence, first.topic), ending) if ending else None
    state = _ended(delivery)
    known = state is None or state in standing.values()
    ours = any(act.computer == computer for act in closed)
    if _answers(closed) or (isinstance(state, Closed) and (known or ours) and closed):
        return _closed(delivery, closed)
    if known:
        return _put_off(delivery, standing, now)
    if delivery.occurrence.due > now:
        return None
    # A snooze that was undone ends now.
    fresh_from = min(delivery.fresh_from, now)
    reopened = replace(delivery, state=Due(), fresh_from=fresh_from)
    return _put_off(reopened, standing, now)


def _ended(delivery: Delivery | None) -> Closed | Snoozed | None:
    """Return the state of a delivery that is shared with other computers."""
    state = None if delivery is None else delivery.state
    return state if isinstance(state, Closed | Snoozed) else None


def _rank(state: Closed | Snoozed | None) -> int:
    """Return the rank of a state: done > skipped > dismissed > expired > missed > snoozed."""
    if isinstance(state, Closed):
        return 2 + _ORDER.index(state.outcome)
    return 0 if state is None else 1


def _answers(standing: Standing) -> dict[ActId, Closed]:
    return {
        act: state
        for act, state in standing.items()
        if isinstance(state, Closed) and state.outcome in ANSWERS
    }


def _closed(delivery: Delivery, closed: Mapping[ActId, Closed]) -> Delivery:
    """Return a delivery with the strongest of some outcomes; of equal ones, with the first."""
    act = min(closed, key=lambda one: (-_rank(closed[one]), closed[one].at, one))
    return replace(delivery, state=closed[act])


def _put_off(delivery: Delivery, standing: Standing, now: datetime) -> Delivery:
    """Return an unsettled delivery with the snooze that ends last, if that is to come."""
    ends = delivery.state.until if isinstance(delivery.state, Snoozed) else now
    snoozes = [one for one in standing.values() if isinstance(one, Snoozed) and one.until > ends]
    if not snoozes:
        return delivery
    last = max(snoozes, key=lambda one: one.until)
    return replace(delivery.snoozed(last.until), state=last)
