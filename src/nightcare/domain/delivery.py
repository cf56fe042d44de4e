"""The delivery of an occurrence, from its moment to its outcome.

Due -> held or open -> perhaps snoozed, held or asked again -> settled, exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from nightcare.domain.reasons import Reason
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


class DeliveryStatus(StrEnum):
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
    def word(self) -> str:
        """Its value in one word, for keys of the catalogue."""
        return self.replace(" ", "_")

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
    """An occurrence whose moment has come, and on which nothing is decided yet."""


@dataclass(frozen=True)
class Held:
    """Due and held because of `cause`; shown on return if still fresh."""

    cause: Reason


@dataclass(frozen=True)
class Active:
    """An occurrence that was given to the screen and is unanswered.

    Attributes:
        shown: When the notifier took it (UTC); None until it says so.
        closes: When it is closed if nobody answers; before it is shown, when it is given up (UTC).
        again: When it is asked again (UTC), where repeats are left.
        away: Whether it has left the screen without an answer. It is asked again at `again`, where
            repeats are left; else it is over when it would have been closed.
        delivery: How far it has come on its way to the screen.
    """

    shown: datetime | None
    closes: datetime
    again: datetime | None = None
    away: bool = False
    delivery: DeliveryStatus = DeliveryStatus.DECIDED

    @property
    def on_screen(self) -> bool:
        """True if a notifier has it, and it has not left the screen."""
        return self.delivery is DeliveryStatus.SHOWN and not self.away


@dataclass(frozen=True)
class Snoozed:
    """Put off until an instant (UTC).

    Attributes:
        until: The end.
        computer: The id of the computer on which it was put off; None for this one.
    """

    until: datetime
    computer: str | None = None


@dataclass(frozen=True)
class Closed:
    """Ended.

    Attributes:
        outcome: The outcome.
        at: When it ended (UTC), by the clock of the computer on which it did.
        reason: The reason, where there is one.
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
        asked: How many times it has been given to the screen since it was last put off.
        snoozes: How many times it has been snoozed.
        seen: Whether a notifier has ever taken it.
        tip: The tip it shows, by its id.
    """

    occurrence: Occurrence
    topic: Topic
    state: State
    fresh_from: datetime
    asked: int = 0
    snoozes: int = 0
    seen: bool = False
    tip: str | None = None

    @property
    def open(self) -> bool:
        """True if it was given to the screen and is unanswered, also after it has left there."""
        return isinstance(self.state, Active)

    @property
    def displayed(self) -> Active | None:
        """Its state while its place is on the screen; None once it has left, or is not open."""
        return self.state if isinstance(self.state, Active) and not self.state.away else None

    @property
    def deadline(self) -> datetime | None:
        """The instant (UTC) at which time alone changes its state next; None where it does not."""
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
        """Return up to when (UTC) it is worth showing."""
        return self.fresh_from + reminder.fresh

    def is_fresh(self, reminder: Reminder | None, now: datetime) -> bool:
        """Return whether it is worth showing now (UTC), by its reminder as configured, if it is."""
        return reminder is not None and now <= self.fresh_until(reminder)

    def moves(self, routine_key: Key | None) -> bool:
        """Return whether it moves with its moment: it is open, waits to be asked again, or is held.

        A snooze ends when the person said, a stretch under way goes on, and what has its outcome
        keeps it.

        Args:
            routine_key: The occurrence that leads through a routine, if any.
        """
        return isinstance(self.state, Due | Held | Active) and self.key != routine_key

    def held(self, cause: Reason) -> Delivery:
        """Return it kept off the screen because of `cause`.

        An asking that this cuts short is asked again on return, and is no further one then.
        """
        cut_short = self.displayed is not None
        return replace(self, state=Held(cause), asked=self.asked - cut_short)

    def given(self, reminder: Reminder, tip: str | None) -> Delivery:
        """Return it given to the screen, which may show it while it is fresh."""
        state = Active(shown=None, closes=self.fresh_until(reminder))
        return replace(self, state=state, asked=self.asked + 1, tip=tip)

    def shown(self, reminder: Reminder, now: datetime) -> Delivery:
        """Return it as shown by a notifier now (UTC)."""
        again = self._again(reminder, now)
        stays = now + reminder.stays
        state = Active(now, stays, again, delivery=DeliveryStatus.SHOWN)
        return replace(self, state=state, seen=True)

    def rejected(self, reminder: Reminder, now: datetime, delivery: DeliveryStatus) -> Delivery:
        """Return it as refused by a notifier now (UTC), for the reason that `delivery` names.

        One that was refused without an id is sent again by its repeat, where it has one.
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
        return now + repeat.every if repeat is not None and self.asked <= repeat.times else None

    def asked_again(self, state: Active, again: datetime) -> Delivery:
        """Return it at the time of its repeat (UTC), from which freshness counts.

        It is shown with another tip.
        """
        return replace(self, state=replace(state, away=True), fresh_from=again, tip=None)

    def start_routine(self, now: datetime, closes: datetime) -> Delivery:
        """Return it with a routine that starts now (UTC) and ends before `closes`.

        Nothing is asked again meanwhile, and it is as fresh as when it begins. If it waited to be
        given to the screen, and was started by a notification that had left it, this gives it.
        """
        waited = isinstance(self.state, Due | Held | Snoozed)
        # Answered before it was given to the screen, and started all the same, it waited too.
        asked = max(1, self.asked + waited)
        return replace(self, state=Active(now, closes), fresh_from=now, asked=asked)

    def snoozed(self, until: datetime) -> Delivery:
        """Return it snoozed until an instant (UTC), from which freshness and repeats count anew."""
        return replace(
            self, state=Snoozed(until), fresh_from=until, snoozes=self.snoozes + 1, asked=0
        )

    def settle(self, outcome: Outcome, now: datetime, reason: Reason | None = None) -> Delivery:
        """Return it as ended now (UTC)."""
        return replace(self, state=Closed(outcome, now, reason))

    def closed(self, state: Active, now: datetime) -> Delivery:
        """Return it as the person closed it now (UTC): dismissed, unless a repeat is to come."""
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
"""The reason that held it back says more than the lateness that follows from it."""


def skipped_days(deliveries: Iterable[Delivery]) -> frozenset[tuple[str, date]]:
    """Return the reminders that were skipped for the rest of a care day, each with the day."""
    return frozenset(
        (one.key.reminder, one.key.care_day)
        for one in deliveries
        if isinstance(one.state, Closed) and one.state.reason is Reason.SKIPPED_TODAY
    )


def foremost(deliveries: Iterable[Delivery]) -> Delivery | None:
    """Return the delivery that a person means: the one on the screen, else the latest."""
    return max(
        deliveries, key=lambda one: (one.displayed is not None, one.fresh_from), default=None
    )


def begin(occurrence: Occurrence, topic: Topic) -> Delivery:
    """Return the delivery of an occurrence whose moment has come."""
    return Delivery(occurrence, topic, Due(), fresh_from=occurrence.due)
