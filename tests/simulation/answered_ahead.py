"""The promise that what was answered or skipped before its moment does not come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Closed, Delivery, Outcome
from nightcare.domain.history import UserAction
from nightcare.domain.reminders import Key
from nightcare.engine.messages import key_of

if TYPE_CHECKING:
    from simulation.world import World


@dataclass
class AnsweredAhead:
    """The occurrences that the person answered ahead, apart from the journal.

    Attributes:
        keys: Those that were still to come, and their outcomes.
        days: The reminders that were skipped for the rest of a care day, by the number of the
            action; each with the day and the instant of the action (UTC).
        recalled: Those that the person let come after all, by a press on a notification that the
            server had left there.
    """

    keys: dict[Key, Outcome] = field(default_factory=dict)
    days: dict[int, tuple[datetime, set[tuple[str, date]]]] = field(default_factory=dict)
    recalled: set[Key] = field(default_factory=set)

    def answered(
        self, world: World, deliveries: Sequence[Delivery], outcome: Outcome, *, today: bool
    ) -> None:
        """Take note of what a command has answered.

        Args:
            world: The world.
            deliveries: What it has answered.
            outcome: How.
            today: Whether it skipped the rest of the care day.
        """
        for one in deliveries:
            self.recalled.discard(one.key)
            if one.occurrence.due > world.now:
                self.keys[one.key] = outcome
        if today:
            day = world.calendar().at(world.now).date
            skipped = {(one.key.reminder, day) for one in deliveries if one.key.care_day == day}
            self.days[world.by_command.actions()[-1].id] = world.now, skipped

    def undone(self, action: UserAction) -> None:
        """Take note of an undo; what it restored may come."""
        for one in action.deliveries:
            self.keys.pop(one.key, None)
        self.days.pop(action.id, None)

    def check(self, world: World, seen: Iterable[str]) -> None:
        """Check what the last step has shown, and that all keep their outcomes.

        Args:
            world: The world.
            seen: The tokens that the person saw by the last step.
        """
        self._recall(world)
        for token in seen:
            key = key_of(token)
            delivery = None if key is None else world.journal.delivery(key)
            if delivery is None:
                continue
            if delivery.key in self.keys:
                world.fail(f"answered ahead, and shown: {delivery}")
            for at, skipped in self.days.values():
                pair = (delivery.key.reminder, delivery.key.care_day)
                skipped_ahead = pair in skipped and delivery.occurrence.due > at
                if skipped_ahead and key not in self.recalled:
                    world.fail(f"skipped for the day, and shown: {delivery}")
        for key, outcome in self.keys.items():
            delivery = world.journal.delivery(key)
            if not _has_outcome(delivery, outcome):
                world.fail(f"answered ahead as {outcome}, and is {delivery}")

    def _recall(self, world: World) -> None:
        """Let come what a press that counted has answered otherwise."""
        pressed = None if world.promises.pressing is None else key_of(world.promises.pressing)
        if pressed is None:
            return
        delivery, outcome = world.journal.delivery(pressed), self.keys.get(pressed)
        if not _has_outcome(delivery, outcome or Outcome.SKIPPED):
            self.keys.pop(pressed, None)
            self.recalled.add(pressed)


def _has_outcome(delivery: Delivery | None, outcome: Outcome) -> bool:
    state = None if delivery is None else delivery.state
    return isinstance(state, Closed) and state.outcome is outcome
