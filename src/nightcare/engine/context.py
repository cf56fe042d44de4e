"""The context of the engine, and the recording of outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Active, Closed, Delivery, DeliveryStatus, Reason, Snoozed
from nightcare.domain.guidance import Routine
from nightcare.domain.plan_change import Plan
from nightcare.domain.routine import routines
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import EventLog, JournalPort, TranslatorPort
from nightcare.engine.user_actions import UserActions


@dataclass(frozen=True)
class Context:
    """The schedule, zone, journal and texts in use at one time.

    Attributes:
        schedule: The schedule in force.
        zone: The time zone of the person.
        journal: What is remembered.
        words: The language of the person.
        tell: Says what happens, as it happens.
    """

    schedule: Schedule
    zone: tzinfo
    journal: JournalPort
    words: TranslatorPort
    tell: EventLog

    def calendar(self) -> Calendar:
        """Return the care days of the person, with tonight's other bedtime if there is one."""
        return Calendar(self.schedule.sleep, self.zone, self.journal.global_state().tonight)

    def plan(self) -> Plan:
        """Return the plan in force."""
        return Plan(self.schedule.enabled, self.calendar())

    def answers(self) -> UserActions:
        """Return the actions of the person, on the same journal."""
        return UserActions(self.schedule, self.zone, self.journal)

    def routines(self) -> tuple[Routine, ...]:
        """Return all routines, with the person's own."""
        return routines(self.words.guidance.routines, self.schedule.routines)

    def settle(self, course: Delivery) -> None:
        """Write down what became of an occurrence, and say it."""
        self.journal.save(course)
        self.tell_of(course)

    def deliver(self, course: Delivery, status: DeliveryStatus) -> None:
        """Write down how far an open occurrence has come on its way to the screen."""
        if isinstance(course.state, Active):
            course = replace(course, state=replace(course.state, delivery=status))
            self.journal.save(course)
            self.journal.record_status(course.key, status)

    def reject(self, course: Delivery, status: DeliveryStatus, now: datetime) -> None:
        """Write down why an open occurrence is not on the screen (now in UTC), and say it once."""
        reminder = self.schedule.reminder(course.key.reminder)
        state = course.state
        if not isinstance(state, Active) or reminder is None or state.delivery is status:
            return
        self.journal.save(course.rejected(reminder, now, status))
        self.journal.record_status(course.key, status)
        reason = self.words.say(f"delivery_{_word(status)}")
        self.tell("log_rejected", reminder=reminder.name, reason=reason)

    def tell_of(self, course: Delivery) -> None:
        """Say what became of an occurrence, if it is not on the screen any more."""
        name, due = course.key.reminder, course.occurrence.due
        match course.state:
            case Closed(outcome, _, reason):
                said = "" if reason is None else self.words.say(f"reason_{_word(reason)}")
                self.tell(f"log_{outcome}", reminder=name, due=due, reason=said)
            case Snoozed(until):
                self.tell("log_snoozed", reminder=name, due=due, until=until)

    def decided(self, course: Delivery, verdict: str, step: Reason, now: datetime) -> None:
        """Write down which step of the cascade decided now (UTC); what is held is said too."""
        self.journal.record_decision(now, course.occurrence, verdict, step)
        if verdict == "hold":
            self.tell(
                "log_hold",
                reminder=course.key.reminder,
                due=course.occurrence.due,
                reason=self.words.say(f"reason_{_word(step)}"),
            )


def _word(step: Reason | DeliveryStatus) -> str:
    return step.replace(" ", "_")
