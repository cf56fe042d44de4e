"""The promise that each evening reminder is shown to somebody who is there while it is fresh.

It asks the screen and the plan; the journal only says what the person has answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.care_day import AFTER_BEDTIME
from nightcare.domain.delivery import Closed, Delivery, Held, Outcome
from nightcare.domain.policy import LIVE, Presence
from nightcare.domain.reasons import Reason
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Key, Occurrence, Reminder, WhenBusy

if TYPE_CHECKING:
    from simulation.world import World

CAN_WAIT = ("notice/", "question/", "professional/")
"""Prefixes of the tokens of messages that give way to every reminder."""

_ROOM = timedelta(minutes=8)
"""Time at the end of the freshness that suffices to show everything in the queue."""


@dataclass
class Evenings:
    """The evening reminders that may be on the screen, and those that the person saw.

    Attributes:
        seen: What they saw.
        excused: What an edit put into the past, and what gave way as is documented.
        chances: Since when (UTC) each could be seen, and until when.
    """

    seen: set[Key] = field(default_factory=set)
    excused: set[Key] = field(default_factory=set)
    chances: dict[Key, tuple[datetime, datetime]] = field(default_factory=dict)
    _before: dict[Key, Delivery] = field(default_factory=dict)

    def before(self, world: World) -> None:
        """Keep how things stand before a step."""
        self._before = {one.key: one for one in world.journal.unsettled()}

    def interrupted(self) -> None:
        """Drop the chances to show a reminder, because nobody was there or the plan has changed."""
        self.chances.clear()

    def check(self, world: World, shown: list[str], *, returns: bool) -> None:
        """Check all that may be on the screen now.

        Args:
            world: The world.
            shown: The tokens that the last step gave to the screen.
            returns: Whether the person, the machine or the reminders came back by that step.
        """
        fresh = _fresh_evenings(world)
        present = {one.key for one, _ in fresh}
        for key, (since, until) in list(self.chances.items()):
            if key not in present or key in self.seen:
                del self.chances[key]
                if key not in self.seen and world.now > until and until - since > _ROOM:
                    world.fail(f"never shown, though there was somebody since {since}: {key}")
        for one, reminder in fresh:
            delivery = world.journal.delivery(one.key)
            gave_way = bool(shown) and self._gave_way(world, delivery, returns=returns)
            self._check(world, one, reminder, gave_way=gave_way)

    def _check(self, world: World, one: Occurrence, reminder: Reminder, *, gave_way: bool) -> None:
        delivery = world.journal.delivery(one.key)
        if one.key in self.seen or one.key in self.excused or self._answered(world, delivery):
            self.chances.pop(one.key, None)
        elif gave_way:
            self.excused.add(one.key)
            self.chances.pop(one.key, None)
        elif _may_be_shown(world, one, reminder):
            if all(token.startswith(CAN_WAIT) for token in world.screen.visible):
                world.fail(f"somebody is there, the screen is free, not shown: {one}, {delivery}")
            until = _until(world, one, reminder)
            since, was = self.chances.get(one.key, (world.now, until))
            # Where a change of the plan leaves less time, only what is left counts.
            self.chances[one.key] = world.now if until < was else since, until
        else:
            self.chances.pop(one.key, None)

    def _answered(self, world: World, delivery: Delivery | None) -> bool:
        """Return whether it was answered or closed by "Good night", or a later one came instead."""
        if delivery is None:
            return False
        if delivery.snoozes > 0:
            return True
        if not isinstance(delivery.state, Closed):
            return False
        if delivery.state.outcome is not Outcome.MISSED:
            return True
        if delivery.state.reason is Reason.ROUTINE:
            return True
        if delivery.state.reason is Reason.GOOD_NIGHT and _closed_evening(world, delivery):
            return True
        later = world.due_between(world.now - timedelta(hours=3), world.now)
        # A clock that ran ahead and was set back has shown what is due later than now.
        later += [one.occurrence for key in self.seen if (one := world.journal.delivery(key))]
        due = delivery.occurrence.due
        return any(
            # Of two moments that a journey has put on one instant, one is shown.
            one.due > due or (one.due == due and one.key != delivery.key and one.key in self.seen)
            for one in later
            if one.key.reminder == delivery.key.reminder
        )

    def _gave_way(self, world: World, delivery: Delivery | None, *, returns: bool) -> bool:
        """Return whether it was missed, and gave way to what came on a return.

        What was held for an absence comes back only when the screen is free, which may be later
        than the person; what had not come up at all gives way to what comes by the return itself.
        """
        if delivery is None or not isinstance(delivery.state, Closed):
            return False
        before = self._before.get(delivery.key)
        if before is None:
            return returns and world.now - delivery.occurrence.due > LIVE
        return isinstance(before.state, Held) and before.state.cause not in {
            Reason.ANOTHER,
            Reason.ROUTINE,
        }


def _closed_evening(world: World, delivery: Delivery) -> bool:
    """Return whether it fell due in the evening, or the night, that "Good night" still closes."""
    closed = world.journal.global_state().good_night
    return closed == world.calendar().at(delivery.occurrence.due).date


def _fresh_evenings(world: World) -> list[tuple[Occurrence, Reminder]]:
    began = world.journal.global_state().began or world.now
    calendar = world.calendar()
    found: list[tuple[Occurrence, Reminder]] = []
    for reminder in world.schedule.enabled:
        if reminder.evening:
            after = max(began, world.now - reminder.fresh - timedelta(microseconds=1))
            found += [
                (one, reminder)
                for one in between([reminder], calendar, after, world.now)
                if world.now <= _until(world, one, reminder)
            ]
    return found


def _until(world: World, one: Occurrence, reminder: Reminder) -> datetime:
    day = world.calendar().at(one.due)
    stale = one.due + reminder.fresh
    in_the_night = day.bedtime < one.due < day.ends
    return min(stale, day.ends) if in_the_night else min(stale, day.bedtime + AFTER_BEDTIME)


def _may_be_shown(world: World, one: Occurrence, reminder: Reminder) -> bool:
    global_state = world.journal.global_state()
    day = world.calendar().at(world.now)
    tried = any(token.startswith("trial/") for token in world.screen.wanted)
    return not (
        global_state.paused(world.now)
        or global_state.good_night == day.date
        or (day.asleep(world.now) and not day.bedtime < one.due < day.ends)
        or world.screen.broken
        or world.journal.routine_session() is not None
        or tried
        or _absent(reminder, world.presence)
    )


def _absent(reminder: Reminder, presence: Presence) -> bool:
    return any(reminder.quiet[condition] is WhenBusy.HOLD for condition in presence)
