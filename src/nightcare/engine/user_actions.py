"""The actions of the person: done, snooze, skip, good night, pause, resume, tonight, undo.

The service and the commands both use them. They need only the journal, so that an answer counts
whether or not the service runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from nightcare.domain.care_day import ONE_DAY, Calendar, CareDay
from nightcare.domain.delivery import Active, Delivery, Held, Outcome, Snoozed, begin
from nightcare.domain.history import UserAction
from nightcare.domain.moments import length_text, parse_length
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.snooze import limit_reached, past_bedtime
from nightcare.engine.answer_targets import AnswerTargets, SkipSpan
from nightcare.engine.ports import JournalPort
from nightcare.errors import NothingToDo, ValueRefused, with_nearest

DONE = "done"
GOOD_NIGHT = "good-night"
SNOOZE = "snooze-"
SKIP = "skip"

Target = Delivery | str | None
"""An unsettled occurrence, or the name of a reminder; None for any reminder."""

Given = ParamSpec("Given")
Made = TypeVar("Made")


def snooze_key(length: timedelta) -> str:
    """Return the key of a button that snoozes for a length: "snooze-10m"."""
    return SNOOZE + length_text(length)


def _whole(
    act: Callable[Concatenate[UserActions, Given], Made],
) -> Callable[Concatenate[UserActions, Given], Made]:
    """Make all reads and writes of an action one transaction, because other processes write too."""

    @wraps(act)
    def acted(self: UserActions, /, *words: Given.args, **more: Given.kwargs) -> Made:
        with self._journal.transaction():
            return act(self, *words, **more)

    return acted


class UserActions:
    """The actions of the person, written to the journal."""

    def __init__(self, schedule: Schedule, zone: tzinfo, journal: JournalPort) -> None:
        self._schedule = schedule
        self._zone = zone
        self._journal = journal

    def calendar(self) -> Calendar:
        """Return the person's care days, with tonight's other bedtime if there is one."""
        return self._schedule.calendar(self._zone, self._journal.global_state())

    def button(self, delivery: Delivery, key: str, now: datetime) -> None:
        """Run the action of the button `key` of an unsettled occurrence.

        Raises:
            ValueRefused: No button has that key.
        """
        if key == DONE:
            self._act(now, DONE, [delivery], lambda one: one.settle(Outcome.DONE, now))
        elif key == GOOD_NIGHT:
            self.good_night(now)
        elif key.startswith(SNOOZE):
            until = now + parse_length(key.removeprefix(SNOOZE))
            self._act(now, "snooze", [delivery], lambda one: one.snoozed(until))
        else:
            raise ValueRefused("button_unknown", found=key)

    @_whole
    def answer(self, key: Key | None, action: str, now: datetime) -> None:
        """Answer the unsettled occurrence of a key, for the tray and the bridge.

        Args:
            key: The occurrence.
            action: "done", "skip" or "snooze-10m"; "snooze-" is the first length.
            now: The instant (UTC).

        Raises:
            NothingToDo: It was answered already, or cannot be snoozed any more.
            ValueRefused: The snooze would end in the night.
        """
        found = next((one for one in self._journal.unsettled() if one.key == key), None)
        if found is None:
            raise NothingToDo("no_longer_open")
        if action == SKIP:
            self.skip(now, found)
        elif action.startswith(SNOOZE):
            length = action.removeprefix(SNOOZE)
            self.snooze(now, found, parse_length(length) if length else None)
        else:
            self.button(found, action, now)

    @_whole
    def done(self, now: datetime, name: str | None = None, *, ahead: bool = False) -> Delivery:
        """Settle the open occurrence as done, or else another one.

        That is the next one of the reminder if it is near (`early_from`), else the one that was
        shown last today and left unanswered.

        Args:
            now: The instant (UTC).
            name: The reminder; None for any.
            ahead: Whether the next occurrence is meant, however far ahead it is.

        Raises:
            NothingToDo: There is nothing of the kind.
            ValueRefused: No reminder has that name.
        """
        target = self._targets(now, name).to_answer(name, ahead=ahead)
        return self._act(now, DONE, [target], lambda one: one.settle(Outcome.DONE, now))[0]

    @_whole
    def skip(
        self, now: datetime, target: Target = None, span: SkipSpan = SkipSpan.ONE
    ) -> list[Delivery]:
        """Settle the open or the coming occurrences of a span as skipped; return them.

        Raises:
            NothingToDo: There is nothing of the kind.
            ValueRefused: No reminder has that name.
        """
        if isinstance(target, Delivery):
            skipped = [target]
        else:
            skipped = self._targets(now, target).to_skip(target, span)
        day = self.calendar().at(now).date

        def skip(delivery: Delivery) -> Delivery:
            # Moments that an edit or a later bedtime adds to the day are skipped as well.
            all_day = span is SkipSpan.TODAY and delivery.key.care_day == day
            return delivery.settle(Outcome.SKIPPED, now, Reason.SKIPPED_TODAY if all_day else None)

        return self._act(now, SKIP, skipped, skip)

    @_whole
    def snooze(
        self, now: datetime, target: Target = None, until: datetime | timedelta | None = None
    ) -> Delivery:
        """Snooze the open reminder, for a length, until an instant (UTC), or for the first length.

        Raises:
            NothingToDo: Nothing is open, or it has been snoozed as often as allowed.
            ValueRefused: No reminder has that name, or it would end in the night.
        """
        if not isinstance(target, Delivery):
            target = self._targets(now, target).under_way(target)
        if target is None:
            raise NothingToDo("nothing_to_snooze")
        if limit_reached(target, self._schedule.snooze.limit):
            raise NothingToDo("snooze_limit", limit=self._schedule.snooze.limit)
        end = self._end(now, target, until)
        calendar = self.calendar()
        day = calendar.at(now)
        if past_bedtime(target, end, day):
            raise ValueRefused(
                "snooze_into_night",
                until=f"{calendar.local(end):%H:%M}",
                bedtime=f"{calendar.local(day.bedtime):%H:%M}",
            )
        return self._act(now, "snooze", [target], lambda one: one.snoozed(end))[0]

    @_whole
    def good_night(self, now: datetime) -> CareDay:
        """Mark open reminders as done and close the evening; return the care day."""
        day = self.calendar().at(now)

        def close(delivery: Delivery) -> Delivery:
            match delivery.state:
                case Active() if delivery.seen:
                    return delivery.settle(Outcome.DONE, now)
                case Snoozed():
                    return delivery.settle(Outcome.DISMISSED, now, Reason.GOOD_NIGHT)
                case _:
                    return delivery.give_up(now, Reason.GOOD_NIGHT)

        self._act(now, GOOD_NIGHT, self._journal.unsettled(), close, good_night=day.date)
        return day

    @_whole
    def pause(self, now: datetime, until: datetime, *, may_shorten: bool = True) -> datetime | None:
        """Show nothing until an instant (UTC).

        Returns:
            The end of a longer pause (UTC), which stays in force unless it may be shortened; None
            if the pause is as it was asked for.
        """
        present = self._journal.global_state()
        longer = present.pause_end(now)
        if longer is not None and longer > until and not may_shorten:
            return longer
        waiting = [one for one in self._journal.unsettled() if isinstance(one.state, Active | Held)]
        self._act(now, "pause", waiting, lambda one: one.held(Reason.PAUSED), paused_until=until)
        return None

    @_whole
    def resume(self, now: datetime) -> None:
        """End a pause, and an evening closed with "Good night".

        Raises:
            NothingToDo: Neither is in force.
        """
        global_state = self._journal.global_state()
        closed = global_state.good_night == self.calendar().at(now).date
        if not global_state.paused(now) and not closed:
            raise NothingToDo("nothing_to_resume")
        kept_away: list[Delivery] = []
        if closed:
            from nightcare.engine.reschedule import closed_by_good_night  # noqa: PLC0415 - rarely

            kept_away = closed_by_good_night(self._journal, self._schedule, global_state, now)

        def reopen(delivery: Delivery) -> Delivery:
            return begin(delivery.occurrence, delivery.topic)

        self._act(now, "resume", kept_away, reopen, paused_until=None, good_night=None)

    @_whole
    def tonight(self, now: datetime, bedtime: time) -> CareDay:
        """Set another bedtime (local) for this evening; return the care day with it.

        If the clock shows the time twice, the next one after now is meant.

        Raises:
            ValueRefused: That is not between now and the next wake-up.
        """
        from nightcare.domain.plan_change import Plan, PlanChange  # noqa: PLC0415 - 4 ms, and not `pause`
        from nightcare.engine.reschedule import change_plan, within_reach  # noqa: PLC0415 - likewise

        usual = self.calendar()
        day = usual.at(now)
        coming = usual.next_clock(bedtime, now - timedelta.resolution)
        bedtime = bedtime.replace(fold=usual.local(coming).fold)
        global_state = self._journal.global_state()
        tonight = {
            date: at for date, at in global_state.tonight.items() if date >= day.date - ONE_DAY
        }
        changed = replace(global_state, tonight={**tonight, day.date: bedtime})
        calendar = self._schedule.calendar(self._zone, changed)
        if not now <= calendar.bedtime(day.date) <= day.ends:
            raise ValueRefused(
                "tonight_out_of_reach",
                found=f"{bedtime:%H:%M}",
                now=f"{calendar.local(now):%H:%M}",
                wake=f"{calendar.local(day.ends):%H:%M}",
            )
        before, after = (
            Plan.of(self._schedule, self._zone, one) for one in (global_state, changed)
        )
        change = PlanChange(before, after)
        reach = within_reach(self._journal, change, now)
        self._act(now, "tonight", (), lambda one: one, reach, tonight=changed.tonight)
        change_plan(self._journal, change, now)
        return calendar.day(day.date)

    @_whole
    def undo(self, now: datetime) -> UserAction:
        """Undo the last action that was not undone; return it.

        Occurrences that the action prevented come if they are still fresh, and those that came
        because of it are forgotten.

        Raises:
            NothingToDo: There is none.
        """
        from nightcare.engine.undo import Undo, days_skipped_by, unskip  # noqa: PLC0415 - only here

        act = self._journal.last_action()
        if act is None:
            raise NothingToDo("nothing_to_undo")
        days = days_skipped_by(self._journal, act)
        Undo(self._journal, self._schedule, self._zone).undo(act, now)
        unskip(self._journal, act, days, now)
        return act

    def reminder(self, name: str) -> Reminder:
        """Return the reminder of a name.

        Raises:
            ValueRefused: There is none.
        """
        reminder = self._schedule.reminder(name)
        if reminder is None:
            names = [one.name for one in self._schedule.reminders]
            given: dict[str, object] = {"found": name, "known": ", ".join(names) or "-"}
            key, values = with_nearest("reminder_unknown", name, names, given)
            raise ValueRefused(key, **values)
        return reminder

    def _end(self, now: datetime, target: Delivery, until: datetime | timedelta | None) -> datetime:
        if isinstance(until, datetime):
            return until
        if until is not None:
            return now + until
        reminder = self._schedule.reminder(target.key.reminder)
        lengths = self._schedule.snooze.lengths if reminder is None else reminder.snooze
        return now + (lengths or self._schedule.snooze.lengths)[0]

    def _targets(self, now: datetime, name: str | None) -> AnswerTargets:
        """Return the possible targets of answers now (UTC).

        Raises:
            ValueRefused: No reminder has that name.
        """
        if name is not None:
            self.reminder(name)
        return AnswerTargets(self._schedule, self.calendar(), self._journal, now)

    def _act(
        self,
        now: datetime,
        what: str,
        deliveries: Sequence[Delivery],
        change: Callable[[Delivery], Delivery],
        reach: Iterable[Delivery] = (),
        **fields: Any,
    ) -> list[Delivery]:
        """Change deliveries and fields of the global state in one transaction that can be undone.

        Stored for undo are the deliveries that change, those without an outcome, and `reach`.
        """
        with self._journal.transaction():
            global_state = self._journal.global_state()
            others = {one.key: one for one in (*self._journal.unsettled(), *reach)}
            for delivery in deliveries:
                others.pop(delivery.key, None)
            self._journal.record_action(now, what, deliveries, global_state, [*others.values()])
            changed = [change(delivery) for delivery in deliveries]
            for delivery in changed:
                self._journal.save(delivery)
            if fields:
                self._journal.save_global_state(replace(global_state, **fields))
        return changed
