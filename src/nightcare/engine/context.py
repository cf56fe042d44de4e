"""The context of the engine, and the recording of outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Active, Closed, Delivery, DeliveryStatus, Snoozed
from nightcare.domain.guidance import Routine
from nightcare.domain.plan_change import Plan
from nightcare.domain.reasons import Reason
from nightcare.domain.routine import routine_named, routines
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import EventLog, JournalPort, TranslatorPort
from nightcare.engine.user_actions import UserActions


@dataclass(frozen=True)
class Context:
    """The schedule, zone, journal and texts in use at one time.

    Attributes:
        schedule: The schedule in force.
        zone: The time zone of the person.
        journal: The journal.
        translator: The language of the person.
        log: Logs events as they happen.
    """

    schedule: Schedule
    zone: tzinfo
    journal: JournalPort
    translator: TranslatorPort
    log: EventLog

    def calendar(self) -> Calendar:
        """Return the care days of the person, with tonight's other bedtime if there is one."""
        return self.schedule.calendar(self.zone, self.journal.global_state())

    def plan(self) -> Plan:
        """Return the plan in force."""
        return Plan.of(self.schedule, self.zone, self.journal.global_state())

    def answers(self) -> UserActions:
        """Return the actions of the person, on the same journal."""
        return UserActions(self.schedule, self.zone, self.journal)

    def routines(self) -> tuple[Routine, ...]:
        """Return all routines, with the person's own."""
        return routines(self.translator.guidance.routines, self.schedule.routines)

    def routine_of(self, delivery: Delivery) -> Routine | None:
        """Return the routine that the reminder of an occurrence has, if it exists."""
        reminder = self.schedule.reminder(delivery.key.reminder)
        name = None if reminder is None else reminder.routine
        return None if name is None else routine_named(self.routines(), name)

    def settle(self, delivery: Delivery) -> None:
        """Record the new state of an occurrence, and log its outcome."""
        self.journal.save(delivery)
        self.log_outcome(delivery)

    def record_status(self, delivery: Delivery, status: DeliveryStatus) -> None:
        """Record the delivery status of an open occurrence."""
        if isinstance(delivery.state, Active):
            delivery = replace(delivery, state=replace(delivery.state, delivery=status))
            self.journal.save(delivery)
            self.journal.record_status(delivery.key, status)

    def reject(self, delivery: Delivery, status: DeliveryStatus, now: datetime) -> None:
        """Record why an open occurrence is not on the screen (now in UTC), and log it once."""
        reminder = self.schedule.reminder(delivery.key.reminder)
        state = delivery.state
        if not isinstance(state, Active) or reminder is None or state.delivery is status:
            return
        self.journal.save(delivery.rejected(reminder, now, status))
        self.journal.record_status(delivery.key, status)
        reason = self.translator.text(f"delivery_{status.word}")
        self.log("log_rejected", reminder=reminder.name, reason=reason)

    def answer(self, delivery: Delivery, button: str, now: datetime) -> None:
        """Run the action of a button of an unsettled occurrence (now in UTC), and log it.

        Raises:
            ValueRefused: No button has that key.
        """
        self.answers().button(delivery, button, now)
        answered = self.journal.delivery(delivery.key)
        if answered is not None:
            self.log_outcome(answered)

    def log_outcome(self, delivery: Delivery) -> None:
        """Log the outcome or the snooze of an occurrence, if it has one."""
        name, due = delivery.key.reminder, delivery.occurrence.due
        match delivery.state:
            case Closed(outcome, _, reason):
                said = "" if reason is None else self.translator.text(f"reason_{reason.word}")
                self.log(f"log_{outcome}", reminder=name, due=due, reason=said)
            case Snoozed(until):
                self.log("log_snoozed", reminder=name, due=due, until=until)

    def record_decision(
        self, delivery: Delivery, verdict: str, step: Reason, now: datetime
    ) -> None:
        """Record which step of the policy decided now (UTC); log it if the occurrence is held."""
        self.journal.record_decision(now, delivery.occurrence, verdict, step)
        if verdict == "hold":
            self.log(
                "log_hold",
                reminder=delivery.key.reminder,
                due=delivery.occurrence.due,
                reason=self.translator.text(f"reason_{step.word}"),
            )
