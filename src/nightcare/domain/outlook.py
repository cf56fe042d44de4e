"""The past and coming reminders, from the schedule and the journal together.

Every view of the plan uses this: `next`, `status`, `today`, `preview`, the log and notices. It
assumes that somebody is there and that nothing else happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from nightcare.domain.care_day import ONE_DAY, Calendar, CareDay
from nightcare.domain.delivery import Active, Delivery, Due, Held, Snoozed, begin, skipped_days
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import ABSENCE, Reason
from nightcare.domain.recurrence import between, plan, postponed, reach, upcoming
from nightcare.domain.reminders import Key, Occurrence, Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.screen_forecast import ScreenForecast
from nightcare.domain.suppression import Suppression

RECENT = timedelta(days=4)
"""The age up to which deliveries count: no edit, journey or pause moves a moment by more."""


@dataclass(frozen=True)
class OutlookEntry:
    """One occurrence of a care day in a list, with its delivery if it has been due.

    Attributes:
        occurrence: The occurrence: at its recorded moment, or when it will come.
        delivery: Its delivery; None if it is still to come, or was not handled yet.
    """

    occurrence: Occurrence
    delivery: Delivery | None


@dataclass(frozen=True)
class Outlook:
    """The schedule and the journal at one instant.

    Attributes:
        schedule: The schedule in force.
        calendar: The care days, with tonight's bedtime.
        global_state: The state shared by all reminders.
        deliveries: Those of the last days (`RECENT`), and all without an outcome.
        routine_key: The occurrence whose routine is under way, if any.
        now: The instant (UTC).
    """

    schedule: Schedule
    calendar: Calendar
    global_state: GlobalState
    deliveries: Sequence[Delivery]
    routine_key: Key | None
    now: datetime

    @property
    def closed_by_good_night(self) -> bool:
        """True if "Good night" has closed this evening."""
        return self.global_state.good_night == self.calendar.at(self.now).date

    def next(self, name: str | None = None) -> Occurrence | None:
        """Return the next occurrence, at the time (UTC) at which it comes; None without one.

        Args:
            name: The reminder; None for any.
        """
        first = [self._first(reminder) for reminder in self.schedule.enabled]
        coming = self._without_rivals([*self._back(), *(one for found in first for one in found)])
        named = [one for one in coming if name in (None, one.key.reminder)]
        return min(named, key=lambda one: one.due, default=None)

    def upcoming(self, reminder: Reminder) -> Occurrence | None:
        """Return the next moment of a reminder by the schedule, whether or not a pause is over."""
        return upcoming(reminder, self.calendar, self.now, known=self._known)

    def left_today(self, name: str | None) -> list[Occurrence]:
        """Return the occurrences left on this care day, of one reminder or of all, in order."""
        if self.closed_by_good_night:
            return []
        day = self.calendar.at(self.now)
        return [
            one
            for one in between(self.schedule.enabled, self.calendar, self.now, day.ends)
            if one.due < day.ends and one.key not in self._known
            if name in (None, one.key.reminder)
        ]

    def answered_ahead(self) -> list[Delivery]:
        """Return the coming occurrences that the person has already answered, in order of time.

        Later ones than any that is planned now are left out: a clock that ran ahead may have left
        them.
        """
        end = {one.name: self.now + reach(one) for one in self.schedule.reminders}
        answered = [one for one in self.deliveries if one.answered and one.key.reminder in end]
        found = [one for one in answered if self.now < one.occurrence.due <= end[one.key.reminder]]
        return sorted(found, key=lambda one: one.occurrence.due)

    def until(self, end: datetime, since: datetime | None = None) -> list[Occurrence]:
        """Return the occurrences from now, or shortly before `since`, to `end` (UTC), in order."""
        after = self.now if since is None else max(self.now, since - RECENT)
        due = [
            _Coming(begin(one, self.schedule.named(one.key.reminder).topic), one.due)
            for one in between(self.schedule.enabled, self.calendar, after, end)
            if one.key not in self._known
        ]
        coming = self._without_rivals(
            [*self._back(), *(one for found in due for one in self._gated(found))]
        )
        return sorted((one for one in coming if one.due <= end), key=lambda one: one.due)

    def coming_day(self) -> list[Occurrence]:
        """Return the coming occurrences of this care day, or if it has none, of the next one."""
        day = self.calendar.at(self.now)
        tomorrow = self.calendar.at(day.ends)
        coming = self.until(tomorrow.ends)
        return [one for one in coming if one.key.care_day == day.date] or [
            one for one in coming if one.key.care_day == tomorrow.date
        ]

    def unsettled(self) -> list[Delivery]:
        """Return the deliveries without an outcome that were not moved ahead, in order of time."""
        found = [
            one for one in self.deliveries if not one.settled and one.key not in self._postponed
        ]
        return sorted(found, key=lambda one: one.occurrence.due)

    def comes_at(self, delivery: Delivery) -> datetime | None:
        """Return when a snoozed or held occurrence comes (UTC); None if it may not come."""
        back = next((one.at for one in self._back() if one.delivery.key == delivery.key), self.now)
        return next((one.due for one in self.until(back, back) if one.key == delivery.key), None)

    def day(self, day: CareDay) -> list[OutlookEntry]:
        """Return the occurrences of a care day, past ones as recorded, in order of time.

        An occurrence that came in the hours of the day belongs to it, also if an edit or a journey
        has since moved it into another care day. One that has passed without a record is listed
        only if the service has not handled it yet.
        """
        entries = [
            OutlookEntry(one.occurrence, one)
            for one in self.deliveries
            if one.key.care_day == day.date or day.wake <= one.occurrence.due < day.ends
            if one.key not in self._postponed
        ]
        listed = {one.occurrence.key for one in entries}
        updated = self.global_state.updated
        undecided = [
            one
            for one in plan(self.schedule.enabled, self.calendar, day.date, 1)
            if one.due <= self.now and (updated is None or updated < one.due)
        ]
        entries += [
            OutlookEntry(one, None)
            for one in (*undecided, *self.until(day.ends))
            if one.key.care_day == day.date and one.key not in listed
        ]
        return sorted(entries, key=lambda one: one.occurrence.due)

    def days(self, first: date, count: int) -> list[OutlookEntry]:
        """Return the occurrences of so many care days from `first` on, in order of time.

        Past days are as planned, and the present one is as `day` returns it.
        """
        today = self.calendar.at(self.now)
        last = first + (count - 1) * ONE_DAY
        over = min(count, (today.date - first).days)
        entries: list[OutlookEntry] = []
        if over > 0:
            entries += [
                OutlookEntry(one, None)
                for one in plan(self.schedule.enabled, self.calendar, first, over)
            ]
        if first <= today.date <= last:
            entries += self.day(today)
        if last > today.date:
            entries += [
                OutlookEntry(one, None)
                for one in self.until(self.calendar.day(last).ends, self.calendar.day(first).wake)
                if max(first, today.date + ONE_DAY) <= one.key.care_day <= last
            ]
        return entries

    # Records of the journal

    @cached_property
    def _postponed(self) -> frozenset[Key]:
        return frozenset(
            one.key
            for one in self.deliveries
            if not one.settled
            and postponed(
                one,
                self.schedule.reminder(one.key.reminder),
                self.calendar,
                self.now,
                self.routine_key,
            )
            is not None
        )

    @cached_property
    def _known(self) -> _Known:
        """The keys that do not fall due any more: their moment has come, or was skipped."""
        keys = frozenset(one.key for one in self.deliveries) - self._postponed
        return _Known(keys, skipped_days(self.deliveries))

    @cached_property
    def _suppression(self) -> Suppression:
        under_way = next((one for one in self.deliveries if one.key == self.routine_key), None)
        return Suppression.at(self.now, self.global_state, self.calendar, under_way)

    @cached_property
    def _screen(self) -> ScreenForecast:
        there = [one for one in self.unsettled() if one.key != self.routine_key]
        return ScreenForecast(self.schedule, self.calendar, self.global_state, there, self.now)

    # Coming occurrences

    def _first(self, reminder: Reminder) -> list[_Coming]:
        """Return the first coming occurrence of a reminder, after all that a pause delays."""
        gate = self._suppression.open_from
        # Occurrences that fall due before the gate come at the gate, if they are still fresh.
        after = max(self.now, gate - reminder.fresh - timedelta.resolution)
        found: list[_Coming] = []
        for one in self._falling_due(reminder, after):
            coming = self._gated(_Coming(begin(one, reminder.topic), one.due))
            found += coming
            if coming and one.due > gate:
                return found
        return found

    def _falling_due(self, reminder: Reminder, after: datetime) -> Iterator[Occurrence]:
        """Yield the occurrences due after an instant (UTC) that "Good night" does not close."""
        while (one := upcoming(reminder, self.calendar, after, known=self._known)) is not None:
            ends = self._suppression.closed_until(one.due)
            if ends is None:
                yield one
            after = one.due if ends is None else ends - timedelta.resolution

    def _back(self) -> list[_Coming]:
        """Return the occurrences that come back: after a snooze, for a repeat, or after a hold."""
        found: list[_Coming] = []
        for one in self.unsettled():
            match one.state:
                case Snoozed(until):
                    found += self._gated(_Coming(one, max(until, self.now)))
                case Active(again=again, away=True) if again is not None:
                    found += self._gated(_Coming(one.repeated(one.state, again), again))
                case Held(cause) if cause in ABSENCE and self._suppression.paused_until == self.now:
                    # The time of the person's return is unknown.
                    pass
                case Held():
                    found += self._gated(_Coming(one, self._screen.turn(one)))
                case Due():
                    found += self._gated(_Coming(one, self.now))
        return found

    def _gated(self, coming: _Coming) -> list[_Coming]:
        """Return a coming delivery, delayed by a pause or a routine; nothing if it does not come.

        Nothing is returned for one that comes at once either, because it is not to come any more.
        """
        delivery, at = coming.delivery, coming.at
        suppression = self._suppression
        if isinstance(delivery.state, Due) and at > suppression.ends:
            return [coming]
        reminder = self.schedule.reminder(delivery.key.reminder)
        if reminder is None:
            return []
        leads = self.routine_key is not None and self.routine_key.reminder == reminder.name
        if leads and delivery.occurrence.due > self.now and at < suppression.routine_until:
            # The person is doing that stretch then.
            return []
        if at < suppression.paused_until:
            at, delivery = suppression.paused_until, delivery.held(Reason.PAUSED)
        if at < suppression.busy_until:
            at, delivery = suppression.busy_until, delivery.held(Reason.ROUTINE)
        if at <= self.now:
            return []
        if at > delivery.occurrence.due and self._superseded(delivery, reminder, at):
            return []
        return [_Coming(delivery, at)] if self._screen.may_show(delivery, at) else []

    def _superseded(self, delivery: Delivery, reminder: Reminder, at: datetime) -> bool:
        """Return whether a later occurrence of the reminder replaces it before it comes (UTC)."""
        later = max(delivery.occurrence.due, self.now)
        known = _Known(self._known.keys | {delivery.key}, self._known.days)
        # The end of a pause may be centuries away.
        following = upcoming(reminder, self.calendar, later, known=known)
        return following is not None and following.due <= at

    def _without_rivals(self, coming: Iterable[_Coming]) -> list[Occurrence]:
        """Return the coming occurrences, without those that give way to one of the same instant."""
        together: dict[datetime, list[Delivery]] = {}
        waiting = []
        for one in coming:
            together.setdefault(one.at, []).append(one.delivery)
            if isinstance(one.delivery.state, Held):
                waiting.append(one)
        found: dict[Key, Occurrence] = {}
        for at in sorted(together):
            shown = together[at]
            # A coming occurrence takes the screen, unless one that is held ranks higher.
            before = [
                one.delivery
                for one in waiting
                if at < one.at and one.delivery.key not in found
                if self._screen.may_show(one.delivery, at)
            ]
            if len(shown) > 1 or before:
                shown = self._screen.ranked(shown, at)
                taken = any(isinstance(one.state, Due | Active) for one in shown)
                first = self._screen.ranked([*shown, *before], at)[0]
                shown = [first, *shown] if taken and first not in shown else shown
            for delivery in shown:
                found.setdefault(delivery.key, Occurrence(delivery.key, at))
        return list(found.values())


@dataclass(frozen=True)
class _Known:
    """The keys of occurrences that do not fall due any more.

    Attributes:
        keys: Those with a record.
        days: The reminders that were skipped for the rest of a care day, each with the day.
    """

    keys: frozenset[Key]
    days: frozenset[tuple[str, date]]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, Key) and (
            key in self.keys or (key.reminder, key.care_day) in self.days
        )


@dataclass(frozen=True)
class _Coming:
    """A delivery in the state that it has when it comes, and that instant (UTC)."""

    delivery: Delivery
    at: datetime
