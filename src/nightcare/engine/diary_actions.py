"""The diary: entries of the person, and the morning question.

Commands and the service both use this, so that an entry counts the same wherever it is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import (
    Answer,
    Cramp,
    Leg,
    Morning,
    Night,
    Severity,
    day_before,
    last_night,
    nights,
    place_of,
)
from nightcare.domain.moments import Moment
from nightcare.engine.ports import DiaryPort
from nightcare.errors import ValueRefused

if TYPE_CHECKING:
    from nightcare.domain.morning_rule import Asking


@dataclass(frozen=True)
class Details:
    """Details of a cramp; None where the person gives none."""

    leg: Leg | None = None
    severity: Severity | None = None
    minutes: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Noted:
    """A cramp as it is in the diary now.

    Attributes:
        cramp: The cramp.
        instead: Whether an answer that its night had no cramps was removed.
    """

    cramp: Cramp
    instead: bool


@dataclass(frozen=True)
class DiaryActions:
    """The diary of one person.

    Attributes:
        pages: The diary in the journal.
        calendar: Their care days.
    """

    pages: DiaryPort
    calendar: Calendar

    def add(self, at: datetime, details: Details, now: datetime) -> Noted:
        """Add a cramp at an instant (UTC)."""
        draft = Cramp(
            id=0,
            at=at,
            offset=self._offset(at),
            place=place_of(at, self.calendar),
            leg=details.leg,
            severity=details.severity,
            minutes=details.minutes,
            note=details.note,
            recorded=now,
        )
        with self.pages.transaction():
            cramp = self.pages.add(draft)
            return Noted(cramp, self._not_without(cramp))

    def change(
        self, number: int, at: datetime | None, edit: Callable[[Cramp], Cramp], now: datetime
    ) -> Noted:
        """Correct the cramp with a number.

        Args:
            number: Its number.
            at: Its corrected time (UTC); None if the time was right. A corrected time gets its
                place in the diary by the present hours and zone.
            edit: Other corrections.
            now: The instant (UTC).

        Raises:
            ValueRefused: There is none of that number.
        """
        with self.pages.transaction():
            cramp = replace(edit(self.cramp(number)), recorded=now)
            if at is not None:
                place = place_of(at, self.calendar)
                cramp = replace(cramp, at=at, offset=self._offset(at), place=place)
            self.pages.save_cramp(cramp)
            return Noted(cramp, self._not_without(cramp))

    def cramp(self, number: int) -> Cramp:
        """Return the cramp of a number.

        Raises:
            ValueRefused: There is none.
        """
        cramp = self.pages.cramp(number)
        if cramp is None:
            raise ValueRefused("cramp_unknown", number=number)
        return cramp

    def remove(self, number: int) -> Cramp:
        """Remove the cramp of a number, and return it.

        Raises:
            ValueRefused: There is none.
        """
        with self.pages.transaction():
            cramp = self.cramp(number)
            self.pages.remove(number)
        return cramp

    def answer(self, night: date, answer: Answer, now: datetime) -> None:
        """Record the answer of the person about a night.

        Raises:
            ValueRefused: The answer is that there was no cramp, and the diary has one.
        """
        with self.pages.transaction():
            if answer is Answer.NONE:
                known = [one.id for one in self.pages.cramps(night) if one.place.night == night]
                if known:
                    raise ValueRefused("night_had_cramps", night=night, number=known[0])
            self.pages.save_morning(Morning(night, answer, now))

    def remove_answer(self, night: date) -> None:
        """Remove the answer about a night.

        Raises:
            ValueRefused: There is none.
        """
        with self.pages.transaction():
            if self.pages.morning(night) is None:
                raise ValueRefused("nothing_said", night=night)
            self.pages.remove_morning(night)

    def question(
        self,
        now: datetime,
        moment: Moment | None,
        covered_since: datetime | None,
        *,
        screen_taken: bool,
    ) -> Asking:
        """Decide whether to ask about the last night at an instant (UTC).

        Args:
            now: The instant.
            moment: The time to ask at; None for never.
            covered_since: The instant (UTC) since which the service has run; None if it never has.
            screen_taken: Whether a reminder is on the screen, or waits for its turn.
        """
        from nightcare.domain.morning_rule import DiaryFacts, morning_question  # noqa: PLC0415 - no command

        night = day_before(self.calendar.at(now), self.calendar).date
        known = DiaryFacts(
            self.night(night), self.pages.questions(night), covered_since, screen_taken
        )
        return morning_question(now, self.calendar, moment, known)

    def night(self, night: date) -> Night:
        """Return the entries of the diary about one night."""
        said = self.pages.morning(night)
        (told,) = nights([night], self.pages.cramps(night), [] if said is None else [said])
        return told

    def record_question(self, night: date, now: datetime) -> None:
        """Record that the question about a night was shown now (UTC)."""
        self.pages.record_question(night, now)

    def last_night(self, now: datetime) -> date:
        """Return the night that "last night" means at an instant (UTC)."""
        return last_night(now, self.calendar).date

    def _offset(self, at: datetime) -> timedelta:
        return self.calendar.local(at).utcoffset() or timedelta()

    def _not_without(self, cramp: Cramp) -> bool:
        """Remove an answer that the night of a cramp had none; return whether there was one."""
        night = cramp.place.night
        said = None if night is None else self.pages.morning(night)
        if said is None or said.answer is not Answer.NONE:
            return False
        self.pages.remove_morning(said.night)
        return True
