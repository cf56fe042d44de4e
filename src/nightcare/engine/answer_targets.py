"""The occurrences that an answer of the person means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Closed, Delivery, Held, Outcome, begin
from nightcare.domain.recurrence import early_from, planned
from nightcare.domain.reminders import Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort
from nightcare.errors import NothingToDo

if TYPE_CHECKING:
    from nightcare.domain.outlook import Outlook

_UNANSWERED = (Outcome.EXPIRED, Outcome.DISMISSED)


class SkipSpan(StrEnum):
    """The occurrences that a person skips.

    Attributes:
        ONE: The one that is open, else the next one.
        NEXT: The next one to come.
        TODAY: All that are left of this care day.
    """

    ONE = "one"
    NEXT = "next"
    TODAY = "today"


@dataclass(frozen=True)
class EarlyTarget:
    """An occurrence that is still to come, and the time from which "done" means it (UTC)."""

    delivery: Delivery
    begins: datetime


@dataclass(frozen=True)
class AnswerTargets:
    """Finds the occurrences that an answer means, of one reminder or of all.

    Attributes:
        schedule: The schedule in force.
        calendar: The care days, with tonight's bedtime.
        journal: The journal.
        now: The time of the answer (UTC).
    """

    schedule: Schedule
    calendar: Calendar
    journal: JournalPort
    now: datetime

    @cached_property
    def _outlook(self) -> Outlook:
        from nightcare.engine.outlook_reader import read_outlook  # noqa: PLC0415 - not `pause`

        return read_outlook(self.schedule, self.calendar.zone, self.journal, self.now)

    def under_way(self, name: str | None) -> Delivery | None:
        """Return an unsettled occurrence: the one on the screen, else the one that was due last."""

        def likely(delivery: Delivery) -> tuple[bool, bool, bool, datetime]:
            return (
                delivery.displayed is not None,
                delivery.open,
                isinstance(delivery.state, Held),
                delivery.fresh_from,
            )

        return max(self._all_under_way(name), key=likely, default=None)

    def to_answer(self, name: str | None, *, ahead: bool) -> Delivery:
        """Return the occurrence that a person marks as done.

        Args:
            name: The reminder; None for any.
            ahead: Whether the next occurrence is meant, however far ahead it is.

        Raises:
            NothingToDo: There is nothing of the kind.
        """
        found = self.next(name) if ahead else self.under_way(name)
        early = None if ahead or name is None else self.early(name)
        if found is None and early is not None and early.begins <= self.now:
            found = early.delivery
        if found is None and not ahead:
            found = self.unanswered(name)
        if found is None and early is not None:
            due = early.delivery.occurrence.due
            raise NothingToDo("done_too_early", reminder=name, due=due, early=early.begins)
        if found is None:
            raise NothingToDo("nothing_to_answer")
        return found

    def unanswered(self, name: str | None) -> Delivery | None:
        """Return the last occurrence that was shown on this care day, if it was left unanswered.

        It is the last one of its reminder, because an answer to a later one counts for it too.
        """
        last = {
            one.key.reminder: one
            for one in self.journal.of_care_day(self.calendar.at(self.now).date)
            if isinstance(one.state, Closed) and one.state.outcome is not Outcome.MISSED
            if not one.answered_ahead and name in (None, one.key.reminder)
        }
        unanswered = [
            one
            for one in last.values()
            if isinstance(one.state, Closed) and one.state.outcome in _UNANSWERED
        ]
        return max(unanswered, key=lambda one: one.occurrence.due, default=None)

    def early(self, name: str) -> EarlyTarget | None:
        """Return the next occurrence of a reminder by the schedule; None if there is none."""
        reminder = self.schedule.named(name)
        coming = self._outlook.upcoming(reminder)
        if coming is None:
            return None
        return EarlyTarget(self._begin(coming), early_from(reminder, self.calendar, coming))

    def next(self, name: str | None) -> Delivery | None:
        """Return the next occurrence, as `nightcare next` announces it."""
        coming = self._outlook.next(name)
        if coming is None:
            return None
        delivery = self.journal.delivery(coming.key)
        if delivery is not None:
            return delivery
        # It is announced for the time at which a pause or a stretch lets it come.
        moment = planned(self.schedule.named(coming.key.reminder), self.calendar, coming.key)
        return self._begin(moment or coming)

    def to_skip(self, name: str | None, span: SkipSpan) -> list[Delivery]:
        """Return the occurrences that a person skips.

        Raises:
            NothingToDo: There is nothing of the kind.
        """
        if span is SkipSpan.TODAY:
            left = [self._begin(one) for one in self._outlook.left_today(name)]
            found = [*self._all_under_way(name), *left]
        else:
            target = None if span is SkipSpan.NEXT else self._open(name)
            target = target or self.next(name) or self.under_way(name)
            found = [] if target is None else [target]
        if not found:
            raise NothingToDo("nothing_to_skip")
        return found

    def _open(self, name: str | None) -> Delivery | None:
        """Return the open occurrences; of a named reminder also held and snoozed ones."""
        found = self.under_way(name)
        is_open = found is not None and (name is not None or found.open)
        return found if is_open else None

    def _all_under_way(self, name: str | None) -> list[Delivery]:
        return [one for one in self.journal.unsettled() if name in (None, one.key.reminder)]

    def _begin(self, occurrence: Occurrence) -> Delivery:
        return begin(occurrence, self.schedule.named(occurrence.key.reminder).topic)
