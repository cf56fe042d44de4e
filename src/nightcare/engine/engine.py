"""The engine: events from outside, and their effects on reminders and the screen.

Every event ends in `update`, which may be called at any moment and any number of times. It reads
the journal, the plan and the clock, decides new occurrences, and leaves the rest unchanged. All
changes of one update are one transaction; the screen follows afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from nightcare.domain.notification import (
    ButtonPressed,
    DeliveryEvent,
    MessageEvent,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
    Rejected,
    Sent,
)
from nightcare.domain.plan_change import PlanChange
from nightcare.domain.policy import Presence, Situation
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.recurrence import between, upcoming
from nightcare.domain.reminders import Occurrence, Reminder
from nightcare.domain.schedule import Schedule
from nightcare.engine import lifecycle
from nightcare.engine.context import Context
from nightcare.engine.display import Display, Handles
from nightcare.engine.display_queue import share_screen, show_one
from nightcare.engine.guided_routine import GuidedRoutine
from nightcare.engine.morning_question import MorningQuestion
from nightcare.engine.notices import Notices
from nightcare.engine.notification_events import (
    handle_delivery,
    handle_event,
    handle_late_press,
    handle_routine_event,
)
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.ports import EventLog, JournalPort, Notifier, TranslatorPort
from nightcare.engine.prompts import Prompts
from nightcare.engine.referral_notice import ReferralNotice
from nightcare.engine.reschedule import change_plan
from nightcare.engine.welcome import Welcome


class Engine:
    """The reminders of one person, driven by calls from outside; instants are UTC.

    Attributes:
        notices: The notices of nightcare itself.
        presence: The conditions of presence, as far as they are known.
    """

    def __init__(
        self,
        *,
        schedule: Schedule,
        zone: tzinfo,
        journal: JournalPort,
        screen: Notifier,
        translator: TranslatorPort,
        log: EventLog,
    ) -> None:
        self._context = Context(schedule, zone, journal, translator, log)
        self._screen = screen
        self._handles = Handles(screen)
        self._on_screen = Display(screen, journal)
        self.notices = Notices(screen)
        self._prompts = Prompts(
            MorningQuestion(screen, log), ReferralNotice(screen, log), Welcome(screen, log)
        )
        self._guided_routine = GuidedRoutine(screen, log)
        self.presence = Presence()

    # Events of the service

    def start(self, now: datetime, before: tuple[Schedule, tzinfo] | None = None) -> None:
        """Continue after an earlier run; occurrences that were open then are held, and return.

        Args:
            now: The instant (UTC).
            before: The schedule and the zone of the earlier run. A change since then counts as made
                at its last update, because no reminder came by the old ones after that.
        """
        journal = self._context.journal
        with journal.transaction():
            global_state = journal.global_state()
            if global_state.updated is None:
                journal.save_global_state(replace(global_state, began=now, updated=now))
            for token in self._handles.close_earlier(journal):
                self._on_screen.adopt(token)
            session = self._guided_routine.resume(journal)
            for delivery in journal.unsettled():
                if session is not None and delivery.key == session.key:
                    # The clock decides whether the routine continues.
                    continue
                if delivery.displayed is not None:
                    journal.save(delivery.held(Reason.RESTARTED))
            if before is not None and global_state.updated is not None:
                schedule, zone = before
                old = replace(self._context, schedule=schedule, zone=zone)
                change = PlanChange(old.plan(), self._context.plan())
                change_plan(journal, change, min(global_state.updated, now))
        self._update(now, returns=True)

    def reload(
        self,
        schedule: Schedule,
        translator: TranslatorPort,
        now: datetime,
        *,
        meant_since: datetime,
    ) -> None:
        """Put another schedule in force; open and snoozed occurrences and a pause stay.

        Args:
            schedule: The new schedule.
            translator: The language that it names.
            now: The instant (UTC) up to which the old one was in force.
            meant_since: The time of the person's request (UTC). Occurrences that fell due by the
                new schedule since then are due, unless an occurrence of the old one came later.
        """
        self.update(now)
        old = self._context
        # An occurrence that came by the old one may have another key by the new one; it comes only
        # once.
        came = between(old.schedule.enabled, old.calendar(), meant_since, now)
        since = max([meant_since, *(one.due for one in came)])
        context = self._context = replace(old, schedule=schedule, translator=translator)
        with context.journal.transaction():
            change_plan(context.journal, PlanChange(old.plan(), context.plan()), now)
            context.journal.save_global_state(context.journal.global_state().looking_back(since))
        self.update(now)

    def change_zone(self, zone: tzinfo, now: datetime) -> None:
        """Use another time zone from now on."""
        self.update(now)
        old = self._context
        context = self._context = replace(old, zone=zone)
        with context.journal.transaction():
            change_plan(context.journal, PlanChange(old.plan(), context.plan()), now)
        self._update(now, returns=True)

    def handle_journal(self, now: datetime) -> None:
        """Handle changes that a command has written to the journal."""
        for delivery in self._on_screen.deliveries():
            self._context.log_outcome(delivery)
        self.update(now)

    def handle_event(self, event: NotifierEvent, now: datetime) -> None:
        """Handle an event of the notifier."""
        if isinstance(event, NotifierChanged):
            return
        if isinstance(event, Sent | Rejected):
            self._handle_delivery(event, now)
            return
        if self.notices.concerns(event):
            self._note_handle(event)
            self._handles.keep(self._tokens())
            return
        if self._on_screen.of_trial(event, now):
            self._note_handle(event)
            self.update(now)
            return
        context = self._context
        with context.journal.transaction():
            self._note_handle(event)
            if self._guided_routine.concerns(event):
                handle_routine_event(context, self._guided_routine, event, now)
            elif self._prompts.handle_event(event, context, now):
                pass
            elif isinstance(event, ButtonPressed) and self._on_screen.delivery(event.token) is None:
                self._handle_late_press(event, now)
            else:
                handle_event(context, self._on_screen, self._guided_routine, event, now)
        self.update(now)

    def _note_handle(self, event: MessageEvent) -> None:
        """Record the handle of a message; alone, it need not survive a power cut."""
        if isinstance(event, NotificationShown):
            journal = self._context.journal
            with journal.transaction(flushed=False):
                self._handles.add(event, journal)

    def _handle_delivery(self, event: DeliveryEvent, now: datetime) -> None:
        """Record the delivery status of a message."""
        context = self._context
        # The status "sent" need not survive a power cut: the message is sent again after one.
        with context.journal.transaction(flushed=isinstance(event, Rejected)):
            trial = self._on_screen.delivery_of_trial(event)
            if not trial:
                handle_delivery(context, self._on_screen, self._guided_routine, event, now)
        if trial and isinstance(event, Rejected):
            self.update(now)

    def _handle_late_press(self, event: ButtonPressed, now: datetime) -> None:
        """Handle a press on a notification that had left the screen; say so if it is ignored."""
        context, say = self._context, self._context.translator.text
        found = handle_late_press(context, self._on_screen, self._guided_routine, event, now)
        if found is not None:
            why, delivery = found
            name, due = delivery.key.reminder, delivery.occurrence.due.astimezone(context.zone)
            title = context.schedule.title(name, say)
            body = say(why, title=title, reminder=name, due=f"{due:%H:%M}")
            self.notices.announce(say("late_title"), body, now)

    def stop(self) -> None:
        """Close all notifications; open occurrences return with the next start."""
        self._on_screen.clear()
        self._guided_routine.withdraw()
        self._prompts.withdraw()
        self.notices.withdraw()
        self._handles.keep(())
        journal = self._context.journal
        with journal.transaction(flushed=False):
            self._handles.write(journal)

    def update(self, now: datetime) -> None:
        """Decide all occurrences that have come up until now (UTC), and update the screen."""
        self._update(now, returns=False)

    def _update(self, now: datetime, *, returns: bool) -> None:
        """Decide all occurrences that have come up until now (UTC), and update the screen.

        Args:
            now: The instant (UTC).
            returns: Whether only one of the occurrences that a change of the plan has made due is
                shown, as on a return; after an action of the person the others wait in the queue.
        """
        context = self._context
        self._screen.quiet(on=Condition.DO_NOT_DISTURB in self.presence)
        # A flush takes longer than all else here, and delays the notification. After a power cut
        # the next start decides the same again; only the end of a routine is an answer.
        with context.journal.transaction(flushed=self._guided_routine.under_way):
            situation = self._situation(now)
            self._guided_routine.update(context, now)
            lifecycle.apply_answers_elsewhere(context, now)
            lifecycle.expire(context, situation)
            self._guided_routine.stop_unless_open(context.journal, silent=situation.silent)
            situation = replace(situation, routine_under_way=self._guided_routine.under_way)
            moved = frozenset() if returns else lifecycle.moved_by_person(context.journal)
            found = lifecycle.candidates(context, self._guided_routine, situation)
            show_one(context, found, situation, moved)
            share_screen(context, situation)
            self._handles.write(context.journal)
            context.journal.save_global_state(replace(context.journal.global_state(), updated=now))
        free = self._free(situation)
        if not free:
            self._prompts.withdraw()
        if not self._guided_routine.under_way:
            self._guided_routine.withdraw()
        if self._on_screen.sync(context, now):
            share_screen(context, situation)
        self._guided_routine.show(context.translator, context.schedule)
        self.notices.update(now, here=not self.presence)
        # A trial that has just ended leaves the screen free, and no event follows.
        free = free or self._free(situation)
        self._prompts.update(context, now, free=free, noticed=bool(self.notices.tokens))
        self._handles.keep(self._tokens())

    def next_deadline(self) -> datetime | None:
        """Return the next time to update (UTC), apart from occurrences still to fall due."""
        journal = self._context.journal
        deadlines = [
            journal.global_state().paused_until,
            self.notices.closes,
            self._on_screen.trial_closes,
            self._guided_routine.next,
            *(prompt.next for prompt in self._prompts),
            *(one.deadline for one in journal.unsettled()),
        ]
        return min((one for one in deadlines if one is not None), default=None)

    def upcoming(self, reminder: Reminder, after: datetime) -> Occurrence | None:
        """Return the reminder's next occurrence after an instant (UTC)."""
        return upcoming(reminder, self._context.calendar(), after)

    def following(self, now: datetime) -> Occurrence | None:
        """Return the next occurrence after an instant (UTC)."""
        context = self._context
        return read_outlook(context.schedule, context.zone, context.journal, now).next()

    @property
    def schedule(self) -> Schedule:
        """The schedule in force."""
        return self._context.schedule

    # Requests of the person

    def show_again(self, now: datetime) -> bool:
        """Show the open reminder once more (now in UTC); return whether there is one."""
        if not self._on_screen.show_again():
            return False
        self._guided_routine.withdraw()
        self.update(now)
        return True

    def start_stretch(self, now: datetime) -> None:
        """Start the stretch of the open reminder (now in UTC).

        Raises:
            NothingToDo: No reminder with a stretch is open.
        """
        self._guided_routine.start_open(self._context, now)
        self.update(now)

    # Parts of an update

    def _tokens(self) -> frozenset[str]:
        """Return the tokens of the messages that are on the screen or being sent."""
        others = (self._guided_routine, *self._prompts)
        tokens = [one.token for one in others if one.token is not None]
        return frozenset([*self._on_screen.tokens(), *self.notices.tokens, *tokens])

    def _free(self, situation: Situation) -> bool:
        """Return whether the screen is free for a prompt that can wait."""
        return (
            situation.paused_until is None
            and not situation.good_night
            and not situation.routine_under_way
            and not situation.presence
            and not self._on_screen.trying
            and not any(one.displayed is not None for one in self._context.journal.unsettled())
        )

    def _situation(self, now: datetime) -> Situation:
        context = self._context
        global_state = context.journal.global_state()
        if global_state.paused_until is not None and global_state.paused_until <= now:
            global_state = replace(global_state, paused_until=None)
            context.journal.save_global_state(global_state)
            context.log("log_pause_over")
        day = context.calendar().at(now)
        return Situation(
            now=now,
            day=day,
            paused_until=global_state.paused_until,
            good_night=global_state.good_night == day.date,
            presence=self.presence,
        )
