"""The promises of docs/promises.md, checked after every step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, Snoozed
from nightcare.domain.morning_rule import ASKED_UNTIL
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.recurrence import between, planned
from nightcare.domain.referral import NOTICE_EVERY
from nightcare.domain.reminders import Key, Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.engine.messages import key_of
from nightcare.engine.messages import token as token_of
from simulation.answered_ahead import AnsweredAhead
from simulation.evenings import CAN_WAIT, Evenings
from simulation.stretches import Stretches

if TYPE_CHECKING:
    from simulation.world import World

QUESTION = "question/"
"""The prefix of the token of the morning question."""

ROUTINE = "routine/"
"""The prefix of the token of a routine under way."""

TRIAL = "trial/"
"""The prefix of the token of a trial."""

_PROFESSIONAL = "professional/"
_NOTICE = "notice/"
_WATCHED = timedelta(days=14)
_TRIAL_LASTS = timedelta(minutes=3)


class BrokenPromise(AssertionError):
    """Something that must always hold did not."""


class Promises:
    """The observations of the world, apart from the journal, and the checks of the promises.

    Attributes:
        evenings: The watch over the evening reminders.
        ahead: The watch over what was answered before its moment.
        stretches: The watch over the routine under way.
        answering: Whether something is done that may change outcomes.
        undone: Which act has just been undone; None for none.
        pressing: What has left the screen and has a button pressed; None for nothing.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.evenings = Evenings()
        self.ahead = AnsweredAhead()
        self.stretches = Stretches()
        self.answering = False
        self.undone: str | None = None
        self.pressing: str | None = None
        self._in_force = (world.schedule, world.zone)
        self._settled: dict[Key, tuple[Outcome, datetime]] = {}
        self._told: set[Key] = set()
        self._told_before: set[Key] = set()
        self._askings: dict[tuple[Key, int], set[str]] = {}
        self._asked: dict[date, int] = {}
        self._counted: set[str] = set()
        self._clock_set_back = False
        self._advised: datetime | None = None
        self._planned: list[Occurrence] = []
        self._shown_before = 0
        self._had: frozenset[str] = frozenset()
        self._had_been_told: frozenset[Key] = frozenset()
        self._seen_before = 0
        self._trials: dict[int, datetime] = {}
        self._announced: tuple[Occurrence, Delivery | None, int] | None = None

    # What is told from outside

    def told(self, token: str) -> None:
        """Keep, apart from the journal, what it is told of the screen."""
        if not token.startswith((QUESTION, _PROFESSIONAL, ROUTINE, TRIAL, _NOTICE)):
            for one in self._world.journal.unsettled():
                if token_of(one) == token and isinstance(one.state, Active):
                    self._told.add(one.key)
                    self._askings.setdefault((one.key, one.snoozes), set()).add(token)

    def _count(self, token: str) -> None:
        """Count a question or a notice that is on the screen."""
        if token.startswith(QUESTION):
            self._asked_after(date.fromisoformat(token.split("/")[1]))
        else:
            self._advise()

    def interrupted(self) -> None:
        """Take note that the machine was off, asleep or set to another time."""
        self.evenings.interrupted()

    def set_back(self, to: datetime) -> None:
        """Take note that the clock goes back: what it had run ahead of is still to come (UTC)."""
        self._clock_set_back = True
        if self._advised is not None and self._advised > to:
            self._advised = None

    def edited(self, schedule: Schedule) -> None:
        """Take note that another schedule comes; what it puts into the past never was to come."""
        world, day = self._world, timedelta(days=1)
        coming = {one.key for one in world.due_between(world.now, world.now + 2 * day)}
        calendar = Calendar(schedule.sleep, world.zone, world.journal.global_state().tonight)
        past = between(schedule.enabled, calendar, world.now - day, world.now)
        self.evenings.excused |= {one.key for one in past if one.key not in coming}

    def tried(self, number: int) -> None:
        """Take note of a trial."""
        self._trials[number] = self._world.now

    # What comes

    def announced(self, until: datetime) -> None:
        """Keep what is announced, if nothing but time is to pass until then (UTC)."""
        world = self._world
        announced = world.service.following(world.now)
        if announced is None or announced.due > until or world.screen.broken:
            self._announced = None
            return
        delivery = world.journal.delivery(announced.key)
        if delivery is not None and delivery.settled:
            world.fail(f"announced, but had already: {announced}, {delivery}")
        self._announced = announced, delivery, len(world.screen.shown)

    def announced_came(self) -> None:
        """Check that what was announced by now has come, or is on record as held back."""
        if self._announced is None or self._announced[0].due > self._world.now:
            return
        world, (announced, before, shown) = self._world, self._announced
        delivery = world.journal.delivery(announced.key)
        # What another has replaced before the notifier reported it waits again, as before.
        came = any(key_of(token) == announced.key for token in world.screen.shown[shown:])
        if delivery is None or (delivery == before and not came):
            world.fail(f"announced, and did not come: {announced}, {delivery}")

    # Before and after a step

    def before(self) -> None:
        """Keep how things stand before a step."""
        world = self._world
        since = world.journal.global_state().updated
        self._planned = []
        if since is not None and since < world.now:
            schedule, zone = self._in_force
            calendar = Calendar(schedule.sleep, zone, world.journal.global_state().tonight)
            since = max(since, world.now - timedelta(days=30))
            self._planned = between(schedule.enabled, calendar, since, world.now)
        self._shown_before = len(world.screen.shown)
        self._had = frozenset(world.screen.shown)
        self._had_been_told = frozenset(self._told)
        self._seen_before = len(world.screen.seen)
        self.evenings.before(world)

    def check(self, *, returns: bool) -> None:
        """Check all that must hold after a step.

        Raises:
            BrokenPromise: Something does not.
        """
        world = self._world
        shown = world.screen.shown[self._shown_before :]
        self._note_seen(world.screen.seen[self._seen_before :])
        self.ahead.check(world, world.screen.seen[self._seen_before :])
        self._one_at_a_time()
        self._fresh_and_allowed(shown)
        if returns and len([one for one in shown if not one.startswith(_NOTICE)]) > 1:
            world.fail(f"{len(shown)} shown on a return: {shown}")
        self._ends_once()
        self._nothing_lost()
        self._journal_is_true()
        self._trials_end()
        reminders = [one for one in shown if not one.startswith(CAN_WAIT)]
        self.evenings.check(world, reminders, returns=returns)
        self._in_force = (world.schedule, world.zone)
        self._clock_set_back = False

    def everything_has_ended(self) -> None:
        """Check that nothing is left open after days without the person."""
        for delivery in self._world.journal.unsettled():
            young = delivery.fresh_from > self._world.now - timedelta(days=1, hours=3)
            if not young:
                self._world.fail(f"never ended: {delivery}")

    # The promises

    def _note_seen(self, tokens: list[str]) -> None:
        keys = {token_of(one): one.key for one in self._world.journal.unsettled()}
        self.evenings.seen |= {keys[one] for one in tokens if one in keys}
        # When it is on the screen, and not when a late report says so.
        for token in tokens:
            if token.startswith((QUESTION, _PROFESSIONAL)) and token not in self._counted:
                self._counted.add(token)
                self._count(token)

    def _one_at_a_time(self) -> None:
        world = self._world
        unsettled = world.journal.unsettled()
        opened = [one for one in unsettled if isinstance(one.state, Active) and not one.state.away]
        # A notice, which takes no answer, may stand beside a reminder.
        wanted = [one for one in world.screen.wanted if not one.startswith(_NOTICE)]
        apart = [one for one in wanted if one.startswith((*CAN_WAIT, TRIAL))]
        tried = any(one.startswith(TRIAL) for one in wanted)
        # The closing words of a routine belong to what is done already.
        led = world.journal.routine_session()
        done = None if led is None else world.journal.delivery(led.key)
        closing = done is not None and done.settled and not apart
        ours = len(wanted) - len(apart)
        if len(wanted) > 1 or (ours != len(opened) + closing and not (tried and ours == 0)):
            world.fail(f"open {opened}, on the screen {wanted}")
        waiting = [one for one in unsettled if one.state == Held(Reason.ROUTINE)]
        if waiting and led is None and not opened:
            world.fail(f"still waiting for a routine that is over: {waiting}")
        names = [one.key.reminder for one in unsettled]
        if len(names) != len(set(names)):
            world.fail(f"two of one reminder under way: {names}")

    def _fresh_and_allowed(self, shown: list[str]) -> None:
        world = self._world
        global_state = world.journal.global_state()
        if world.presence != Presence() and any(one.startswith(CAN_WAIT) for one in shown):
            world.fail(f"what can wait was shown to nobody: {shown}")
        new = [one for one in shown if not one.startswith((_NOTICE, TRIAL))]
        if not new:
            return
        if global_state.paused(world.now):
            world.fail(f"shown during a pause: {new}")
        day = world.calendar().at(world.now)
        if global_state.good_night == day.date and not self._begun_since_good_night(new):
            world.fail(f"shown after good night: {new}")
        for delivery in world.journal.unsettled():
            # What was on the screen before comes back after a trial with what is left of its time,
            # and by an undo, also if the service was started meanwhile.
            back = isinstance(delivery.state, Active) and token_of(delivery) in self._had
            back |= self.undone is not None and delivery.key in self._had_been_told
            if isinstance(delivery.state, Active) and token_of(delivery) in new and not back:
                reminder = world.schedule.named(delivery.key.reminder)
                if world.now > delivery.fresh_from + reminder.fresh:
                    world.fail(f"shown too late: {delivery}")
                if Condition.LOCKED in world.presence and reminder.held_while(Condition.LOCKED):
                    world.fail(f"shown on a locked screen: {delivery}")

    def _begun_since_good_night(self, new: list[str]) -> bool:
        """Return whether it is a stretch that began after it; a flight west repeats the evening."""
        led = self._world.journal.routine_session()
        said = [one.at for one in self._world.journal.actions() if one.what == "good-night"]
        return (
            led is not None
            and all(one.startswith(ROUTINE) for one in new)
            and led.began > max(said, default=led.began)
        )

    def _ends_once(self) -> None:
        """Check that an outcome stays unless the person undoes it."""
        world = self._world
        day = world.calendar().at(world.now).date
        for key, (outcome, due) in list(self._settled.items()):
            if key.care_day < day - _WATCHED:
                # Nothing comes to it any more; ten years of them are too many to ask for.
                del self._settled[key]
                continue
            delivery = world.journal.delivery(key)
            now = (
                delivery.state.outcome if delivery and isinstance(delivery.state, Closed) else None
            )
            if now is not outcome:
                # What nobody saw, and a change of the plan or of the clock has put ahead, or has
                # made fresh again.
                ahead = delivery is None or delivery.occurrence.due > due
                changed = self._clock_set_back or self._in_force != (world.schedule, world.zone)
                forgotten = (ahead or changed) and outcome is Outcome.MISSED
                if not self.answering and not forgotten:
                    world.fail(f"{key} was {outcome} and is {now}")
                del self._settled[key]
        for delivery in world.journal.of_care_day(day):
            if isinstance(delivery.state, Closed):
                self._settled[delivery.key] = (delivery.state.outcome, delivery.occurrence.due)

    def _nothing_lost(self) -> None:
        world = self._world
        for one in self._planned:
            if world.journal.delivery(one.key) is None:
                still = planned(world.schedule.named(one.key.reminder), world.calendar(), one.key)
                if still is None or still.due <= world.now:
                    world.fail(f"lost: {one}")

    def _journal_is_true(self) -> None:
        """Check that the journal has what was seen, and no snooze that is over still waits."""
        world = self._world
        self._keep_what_was_seen()
        self._forget_what_moved()
        day = world.calendar().at(world.now).date
        for delivery in world.journal.of_care_day(day):
            if delivery.seen != (delivery.key in self._told):
                world.fail(f"the journal is wrong about having shown {delivery}")
            # The others are the person's doing, who may answer by a command what they never saw.
            if isinstance(delivery.state, Closed):
                of_what_was_seen = {Outcome.MISSED: False, Outcome.EXPIRED: True}
                if of_what_was_seen.get(delivery.state.outcome, delivery.seen) != delivery.seen:
                    world.fail(f"wrong outcome: {delivery}")
        for delivery in world.journal.unsettled():
            if isinstance(delivery.state, Snoozed) and delivery.state.until <= world.now:
                world.fail(f"a snooze that is over still waits: {delivery}")
            reminder = world.schedule.reminder(delivery.key.reminder)
            repeat = None if reminder is None else reminder.repeat
            askings = self._askings.get((delivery.key, delivery.snoozes), set())
            # An edit may have taken the repeat away since.
            if len(askings) > 1 + (3 if repeat is None else max(3, repeat.times)):
                world.fail(f"asked too often: {delivery}")

    def _keep_what_was_seen(self) -> None:
        """Keep, apart from the journal, what the person knows of by what they just did."""
        world = self._world
        if self.undone == "tonight":
            # What came early by it counts for nothing.
            self._forget(
                {key for key in self._told if not ((it := world.journal.delivery(key)) and it.seen)}
            )
        pressed = None if self.pressing is None else key_of(self.pressing)
        if pressed is not None and (it := world.journal.delivery(pressed)) and it.seen:
            # Who presses a button there has seen it.
            self._told.add(pressed)
        if self.undone is not None:
            # What had been seen, and moved ahead by the act, stands as it did.
            back = {
                key for key in self._told_before if (it := world.journal.delivery(key)) and it.seen
            }
            self._told_before -= back
            self._told |= back
            self.evenings.seen |= back

    def _forget_what_moved(self) -> None:
        """Forget what was seen and is unanswered if its moment moved ahead; it is shown again."""
        world = self._world
        for key in [key for key in self._told if world.journal.delivery(key) is None]:
            reminder = world.schedule.reminder(key.reminder)
            ahead = None if reminder is None else planned(reminder, world.calendar(), key)
            if ahead is None or ahead.due <= world.now:
                world.fail(f"seen, and forgotten: {key}")
            self._told_before.add(key)
            self._forget({key})

    def _forget(self, keys: set[Key]) -> None:
        """Let what was seen count for nothing, and come anew."""
        self._told -= keys
        self.evenings.seen -= keys
        self._askings = {one: had for one, had in self._askings.items() if one[0] not in keys}

    def _trials_end(self) -> None:
        """Check that a trial is answered and closed within its minute, or when a reminder comes."""
        world = self._world
        for number, asked in list(self._trials.items()):
            if world.journal.trial_answer(number) is not None:
                del self._trials[number]
            elif world.now - asked > _TRIAL_LASTS:
                world.fail(f"a trial of {asked} has no answer")

    def _asked_after(self, night: date) -> None:
        """Check that a night is asked about twice at most, in the morning, and only if unknown."""
        world = self._world
        self._asked[night] = self._asked.get(night, 0) + 1
        late = world.now >= world.calendar().at(world.now).wake + ASKED_UNTIL
        if self._asked[night] > 2 or late or world.journal.diary.morning(night) is not None:
            world.fail(f"asked after {night} for the {self._asked[night]}. time")

    def _advise(self) -> None:
        """Check that the advice is given at most once a week, by day, to a person who is there."""
        world = self._world
        last, self._advised = self._advised, world.now
        too_soon = last is not None and timedelta() <= world.now - last < NOTICE_EVERY
        by_night = world.now >= world.calendar().at(world.now).bedtime
        if too_soon or by_night or world.presence != Presence():
            world.fail(f"spoke of a professional, the last time {last}")
