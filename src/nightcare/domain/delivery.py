"""The delivery of an occurrence, from its moment to its outcome.

Due -> held or open -> perhaps snoozed, held or repeated -> settled, exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from nightcare.domain.reasons import CatalogueWord, Reason
from nightcare.domain.reminders import Key, Occurrence, Reminder, Topic


class Outcome(StrEnum):
    """The final result of an occurrence."""

    DONE = "done"
    DISMISSED = "dismissed"
    EXPIRED = "expired"
    MISSED = "missed"
    SKIPPED = "skipped"


ANSWERS = frozenset({Outcome.DONE, Outcome.SKIPPED, Outcome.DISMISSED})
"""The outcomes that the person chose; they end an occurrence on every computer."""


class DeliveryStatus(CatalogueWord):
    """The progress of a message towards the screen, or the reason for its absence.

    Attributes:
        DECIDED: It is to be shown, and has not been sent.
        SENT: It was sent, and the notifier has not answered yet.
        SHOWN: A notifier has it.
        TAKEN_OFF: A notifier had it and took it off before its time.
        NO_SERVER: There is no notifier, or the one that had it has gone.
        NO_REPLY: The notifier did not answer in time.
        NO_ID: The notifier answered without an id: it refused it, or cannot say what it did.
        ERROR: The notifier answered with an error.
        FAILED: The notifier could not do it.
    """

    DECIDED = "decided"
    SENT = "sent"
    SHOWN = "shown"
    TAKEN_OFF = "taken off"
    NO_SERVER = "no server"
    NO_REPLY = "no reply"
    NO_ID = "no id"
    ERROR = "error"
    FAILED = "failed"

    @property
    def stage(self) -> str:
        """One of decided, sent, shown and refused."""
        if self in {DeliveryStatus.DECIDED, DeliveryStatus.SENT}:
            return str(self)
        return "shown" if self in {DeliveryStatus.SHOWN, DeliveryStatus.TAKEN_OFF} else "refused"

    @property
    def refusal(self) -> str | None:
        """The reason of a refusal; None without one."""
        return str(self) if self.stage == "refused" else None


@dataclass(frozen=True)
class Due:
    """An occurrence whose moment has come, and which the policy has not decided yet."""


@dataclass(frozen=True)
class Held:
    """An occurrence held back because of `cause`; shown on return if still fresh."""

    cause: Reason


@dataclass(frozen=True)
class Active:
    """An occurrence that was given to the screen and is unanswered.

    Attributes:
        shown: The instant (UTC) at which a notifier showed it; None until the notifier reports it.
        closes: The instant (UTC) at which it is closed if unanswered, or given up if not shown.
        again: The instant (UTC) of its next repeat, if repeats are left.
        away: Whether it has left the screen without an answer. It is repeated at `again`, if
            repeats are left; else it expires when it would have been closed.
        delivery: The progress of its message towards the screen.
    """

    shown: datetime | None
    closes: datetime
    again: datetime | None = None
    away: bool = False
    delivery: DeliveryStatus = DeliveryStatus.DECIDED

    @property
    def on_screen(self) -> bool:
        """True if a notifier has shown it, and it has not left the screen."""
        return self.delivery is DeliveryStatus.SHOWN and not self.away


@dataclass(frozen=True)
class Snoozed:
    """An occurrence that was snoozed.

    Attributes:
        until: The end of the snooze (UTC).
        computer: The id of the computer on which it was snoozed; None for this one.
    """

    until: datetime
    computer: str | None = None


@dataclass(frozen=True)
class Closed:
    """An occurrence that has ended.

    Attributes:
        outcome: The outcome.
        at: The instant (UTC) at which it ended, by the clock of the computer on which it ended.
        reason: The reason, if there is one.
        computer: The id of the computer on which it ended; None for this one.
    """

    outcome: Outcome
    at: datetime
    reason: Reason | None = None
    computer: str | None = None


State = Due | Held | Active | Snoozed | Closed

STATE_NAMES: Mapping[type[State], str] = {
    Due: "due",
    Held: "held",
    Active: "open",
    Snoozed: "snoozed",
    Closed: "settled",
}
"""The name of each state in the JSON that commands print."""


@dataclass(frozen=True)
class Delivery:
    """One occurrence and its state.

    Attributes:
        occurrence: The occurrence.
        topic: Its reminder's topic, kept for the record.
        state: Its state.
        fresh_from: The instant (UTC) from which its freshness counts: its moment, or the end of
            its last snooze.
        showings: The number of times it was given to the screen since its last snooze.
        snoozes: The number of its snoozes.
        seen: Whether a notifier has ever shown it.
        tip: The id of the tip that it shows.
    """

    occurrence: Occurrence
    topic: Topic
    state: State
    fresh_from: datetime
    showings: int = 0
    snoozes: int = 0
    seen: bool = False
    tip: str | None = None

    @property
    def open(self) -> bool:
        """True if it was given to the screen and is unanswered, also after it has left it."""
        return isinstance(self.state, Active)

    @property
    def displayed(self) -> Active | None:
        """Its state if it is open and belongs on the screen; None otherwise."""
        return self.state if isinstance(self.state, Active) and not self.state.away else None

    @property
    def deadline(self) -> datetime | None:
        """The next instant (UTC) at which time alone changes its state; None without one."""
        match self.state:
            case Active(away=True, again=again) if again is not None:
                return again
            case Active(closes=closes, again=again):
                return closes if again is None else min(again, closes)
            case Snoozed(until):
                return until
            case _:
                return None

    @property
    def key(self) -> Key:
        """The key of the occurrence."""
        return self.occurrence.key

    @property
    def settled(self) -> bool:
        """True if it has its outcome."""
        return isinstance(self.state, Closed)

    @property
    def answered(self) -> bool:
        """True if an answer of the person is its outcome."""
        return isinstance(self.state, Closed) and self.state.outcome in ANSWERS

    @property
    def answered_ahead(self) -> bool:
        """True if it got its outcome before its moment."""
        return isinstance(self.state, Closed) and self.state.at < self.occurrence.due

    def fresh_until(self, reminder: Reminder) -> datetime:
        """Return the end of its freshness (UTC)."""
        return self.fresh_from + reminder.fresh

    def is_fresh(self, reminder: Reminder | None, now: datetime) -> bool:
        """Return whether it is fresh now (UTC); False if its reminder is no longer configured."""
        return reminder is not None and now <= self.fresh_until(reminder)

    def moves(self, routine_key: Key | None) -> bool:
        """Return whether it moves with its moment: it is open, waits for its repeat, or is held.

        A snooze ends at the time that the person chose, a stretch that is under way continues, and
        a settled occurrence keeps its outcome.

        Args:
            routine_key: The occurrence whose routine is under way, if any.
        """
        return isinstance(self.state, Due | Held | Active) and self.key != routine_key

    def held(self, cause: Reason) -> Delivery:
        """Return it held because of `cause`.

        A showing that this cuts short does not count as one of its showings.
        """
        cut_short = self.displayed is not None
        return replace(self, state=Held(cause), showings=self.showings - cut_short)

    def given(self, reminder: Reminder, tip: str | None) -> Delivery:
        """Return it as given to the screen, which may show it while it is fresh."""
        state = Active(shown=None, closes=self.fresh_until(reminder))
        return replace(self, state=state, showings=self.showings + 1, tip=tip)

    def shown(self, reminder: Reminder, now: datetime) -> Delivery:
        """Return it as shown by a notifier now (UTC)."""
        again = self._again(reminder, now)
        stays = now + reminder.stays
        state = Active(now, stays, again, delivery=DeliveryStatus.SHOWN)
        return replace(self, state=state, seen=True)

    def rejected(self, reminder: Reminder, now: datetime, delivery: DeliveryStatus) -> Delivery:
        """Return it as refused by a notifier now (UTC), for the reason that `delivery` names.

        If it was refused without an id, only its repeat sends it again.
        """
        state = self.state
        if not isinstance(state, Active):
            return self
        state = replace(state, delivery=delivery)
        if delivery is DeliveryStatus.NO_ID and state.shown is None:
            state = replace(state, again=self._again(reminder, now))
        return replace(self, state=state)

    def _again(self, reminder: Reminder, now: datetime) -> datetime | None:
        """Return the time of the repeat after a showing that begins now (UTC); None without one."""
        repeat = reminder.repeat
        return now + repeat.every if repeat is not None and self.showings <= repeat.times else None

    def repeated(self, state: Active, again: datetime) -> Delivery:
        """Return it at the time of its repeat (UTC), from which freshness counts.

        It gets another tip.
        """
        return replace(self, state=replace(state, away=True), fresh_from=again, tip=None)

    def start_routine(self, now: datetime, closes: datetime) -> Delivery:
        """Return it with a routine that starts now (UTC) and ends before `closes`.

        There is no repeat meanwhile, and its freshness counts from the start. If it still waited
        for the screen, and a late press of an earlier notification started it, it counts as shown.
        """
        waited = isinstance(self.state, Due | Held | Snoozed)
        # One that was answered before its showing, and was started nevertheless, waited too.
        showings = max(1, self.showings + waited)
        return replace(self, state=Active(now, closes), fresh_from=now, showings=showings)

    def snoozed(self, until: datetime) -> Delivery:
        """Return it snoozed until an instant (UTC), from which freshness and repeats count anew."""
        return replace(
            self, state=Snoozed(until), fresh_from=until, snoozes=self.snoozes + 1, showings=0
        )

    def settle(self, outcome: Outcome, now: datetime, reason: Reason | None = None) -> Delivery:
        """Return it as ended now (UTC)."""
        return replace(self, state=Closed(outcome, now, reason))

    def closed(self, state: Active, now: datetime) -> Delivery:
        """Return it as closed by the person now (UTC): dismissed, unless a repeat is to come."""
        if state.again is None:
            return self.settle(Outcome.DISMISSED, now)
        return replace(self, state=replace(state, away=True))

    def give_up(self, now: datetime, reason: Reason) -> Delivery:
        """Return it as ended now (UTC) without an answer: expired if ever seen, else missed."""
        if self.seen:
            return self.settle(Outcome.EXPIRED, now, reason)
        if isinstance(self.state, Held) and reason in _WEAKER_THAN_THE_CAUSE:
            reason = self.state.cause
        return self.settle(Outcome.MISSED, now, reason)


_WEAKER_THAN_THE_CAUSE = frozenset({Reason.TOO_LATE, Reason.SUPERSEDED, Reason.ANOTHER})
"""Reasons that a cause for which it was held replaces, because the cause led to them."""


def skipped_days(deliveries: Iterable[Delivery]) -> frozenset[tuple[str, date]]:
    """Return the reminders that were skipped for the rest of a care day, each with the day."""
    return frozenset(
        (one.key.reminder, one.key.care_day)
        for one in deliveries
        if isinstance(one.state, Closed) and one.state.reason is Reason.SKIPPED_TODAY
    )


def foremost(deliveries: Iterable[Delivery]) -> Delivery | None:
    """Return the delivery that a person means: the one on the screen, else the latest one."""
    return max(
        deliveries, key=lambda one: (one.displayed is not None, one.fresh_from), default=None
    )


def begin(occurrence: Occurrence, topic: Topic) -> Delivery:
    """Return the delivery of an occurrence whose moment has come."""
    return Delivery(occurrence, topic, Due(), fresh_from=occurrence.due)
