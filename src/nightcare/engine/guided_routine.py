"""The guided routine: one notification whose text changes from step to step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Active, Closed, Delivery, Outcome, foremost
from nightcare.domain.guidance import Routine
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Capability,
    DeliveryEvent,
    Message,
    MessageEvent,
    NotificationClosed,
)
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Reminder
from nightcare.domain.routine import (
    Finished,
    RoutineSession,
    Stage,
    current_stage,
    length_of,
    routine_named,
)
from nightcare.domain.schedule import Schedule
from nightcare.domain.suppression import CLOSING, UNATTENDED
from nightcare.engine.ports import EventLog, JournalPort, Notifier, TranslatorPort
from nightcare.engine.user_actions import DONE
from nightcare.errors import NothingToDo

if TYPE_CHECKING:
    from nightcare.engine.context import Context

START = "start"
STOP = "stop"

OF_ROUTINE = "routine/"
"""The first part of the token of a step; the key of the occurrence follows."""

_FULL = 100

_OVERLAP = timedelta(seconds=0.5)
"""The extra time for which a step's notification stays, so that the next one finds it and takes
its place: some servers draw nothing just after a notification has gone."""


@dataclass(frozen=True)
class _Place:
    """The place of the person in a routine at an instant (UTC)."""

    session: RoutineSession
    routine: Routine
    stage: Stage | Finished
    now: datetime

    @property
    def next(self) -> datetime:
        """The end of the place (UTC)."""
        if isinstance(self.stage, Finished):
            return self.stage.until
        return self.session.began + self.stage.ends

    @property
    def stays(self) -> timedelta:
        """The time for which its notification stays."""
        return self.next - self.now + _OVERLAP


class GuidedRoutine:
    """The routine under way, if there is one, with its present step and its notification."""

    def __init__(self, screen: Notifier, log: EventLog) -> None:
        self._screen = screen
        self._log = log
        self._place: _Place | None = None
        self._message: Message | None = None

    @property
    def token(self) -> str | None:
        """The token of its notification; None if it has none."""
        return None if self._message is None else self._message.token

    @property
    def under_way(self) -> bool:
        """True if a routine is under way, or its closing words are shown."""
        return self._place is not None

    @property
    def next(self) -> datetime | None:
        """The next time to update because of it (UTC)."""
        return None if self._place is None else self._place.next

    # Effects of time

    def resume(self, journal: JournalPort) -> RoutineSession | None:
        """Return the routine that was under way in an earlier run."""
        session = journal.routine_session()
        if session is None:
            return None
        if _open(journal.delivery(session.key)) is None:
            # The closing words alone are not shown again.
            journal.save_routine_session(None)
        return session

    def update(self, context: Context, now: datetime) -> None:
        """Continue the routine with its stage now (UTC).

        If its steps came too late to be followed, the occurrence is held, and returns as a
        reminder.
        """
        journal = context.journal
        session = journal.routine_session()
        self._place = None
        if session is None:
            return
        routine = routine_named(context.routines(), session.routine)
        stage = None if routine is None else current_stage(session, routine, now)
        delivery = _open(journal.delivery(session.key))
        match stage:
            case Stage(whole=whole) if delivery is not None:
                closes = session.began + whole + CLOSING + UNATTENDED
                if delivery.state != (state := replace(_state(delivery), closes=closes)):
                    journal.save(replace(delivery, state=state))
            case Finished(until):
                if delivery is not None:
                    context.answer(delivery, DONE, now)
                if until <= now or not _done(journal.delivery(session.key)):
                    stage = None
            case _:
                stage = None
                if delivery is not None:
                    journal.save(delivery.held(Reason.ROUTINE))
        if stage is None or routine is None:
            journal.save_routine_session(None)
        else:
            session = replace(session, seen=now)
            journal.save_routine_session(session)
            self._place = _Place(session, routine, stage, now)

    def stop_unless_open(self, journal: JournalPort, *, silent: bool) -> None:
        """Stop if the occurrence is not open any more: answered, snoozed, paused or locked.

        Args:
            journal: The journal.
            silent: Whether nothing may be on the screen, not even closing words.
        """
        place = self._place
        if place is None:
            return
        over = isinstance(place.stage, Finished)
        if silent if over else _open(journal.delivery(place.session.key)) is None:
            self._end(journal)

    def show(self, translator: TranslatorPort, schedule: Schedule) -> None:
        """Show the present step of the routine; without one, close its notification.

        It has the urgency of its reminder, because a server may show less for another urgency.
        """
        if self._place is None:
            self.withdraw()
            return
        titled = Capability.BODY not in self._screen.capabilities
        message = _message(self._place, translator, schedule.stretch.sound, titled=titled)
        reminder = schedule.reminder(self._place.session.key.reminder)
        if reminder is not None:
            # All stretches have one sound for steps; only a reminder's own sound overrides do not
            # disturb.
            asks = reminder.sound is not None
            message = replace(message, urgency=reminder.urgency, heard_always=asks)
        if message != self._message:
            if self._message is not None and self._message.token != message.token:
                self.withdraw()
            self._message = message
            self._screen.show(message)

    def withdraw(self) -> None:
        """Close its notification."""
        if self._message is not None:
            self._screen.close(self._message.token)
        self._message = None

    # Actions of the person

    def start(
        self, delivery: Delivery, routine: Routine, journal: JournalPort, now: datetime
    ) -> None:
        """Begin a routine now (UTC), in the notification of an open occurrence."""
        closes = now + length_of(routine) + CLOSING + UNATTENDED
        journal.save(delivery.start_routine(now, closes))
        journal.save_routine_session(RoutineSession(delivery.key, routine.id, now, now))
        self._log("log_led", reminder=delivery.key.reminder, routine=routine.name)

    def start_open(self, context: Context, now: datetime) -> None:
        """Begin the routine of an open reminder now (UTC).

        Raises:
            NothingToDo: No reminder with a routine is open.
        """
        journal = context.journal
        delivery = foremost(
            one for one in journal.unsettled() if one.open and context.routine_of(one)
        )
        routine = None if delivery is None else context.routine_of(delivery)
        if delivery is None or routine is None:
            raise NothingToDo("nothing_to_stretch")
        with journal.transaction():
            self.start(delivery, routine, journal, now)

    def concerns(self, event: MessageEvent | DeliveryEvent) -> bool:
        """Return whether an event belongs to its notification."""
        return self._message is not None and event.token == self._message.token

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> None:
        """Handle an event of its notification at an instant (UTC).

        After Stop the reminder returns with its buttons. If the person closes the notification, the
        reminder is closed; if a server removes it, the routine continues with its next step.
        """
        journal = context.journal
        key = journal.routine_key()
        delivery = None if key is None else _open(journal.delivery(key))
        reminder = None if key is None else context.schedule.reminder(key.reminder)
        match event:
            case ButtonPressed(_, button) if delivery is not None and button == DONE:
                context.answer(delivery, DONE, now)
                self._end(journal)
            case ButtonPressed(_, button) if delivery is not None and button == STOP:
                self._stop(delivery, reminder, journal, now)
            case NotificationClosed(by_itself=False):
                self._message = None
                self._end(journal)
                if delivery is not None and reminder is not None:
                    shown = delivery.shown(reminder, now)
                    context.settle(shown.closed(_state(shown), now))

    def reminder(self, journal: JournalPort) -> str | None:
        """Return the name of the reminder whose routine is under way; None without one."""
        key = journal.routine_key()
        return None if key is None or _open(journal.delivery(key)) is None else key.reminder

    def _stop(
        self, delivery: Delivery, reminder: Reminder | None, journal: JournalPort, now: datetime
    ) -> None:
        self._end(journal)
        if reminder is not None:
            journal.save(replace(delivery.shown(reminder, now), fresh_from=now))
        self._log("log_led_stopped", reminder=delivery.key.reminder)

    def _end(self, journal: JournalPort) -> None:
        journal.save_routine_session(None)
        self._place = None


def _open(delivery: Delivery | None) -> Delivery | None:
    """Return the delivery if it is on the screen."""
    return None if delivery is None or delivery.displayed is None else delivery


def _state(delivery: Delivery) -> Active:
    assert isinstance(delivery.state, Active)
    return delivery.state


def _done(delivery: Delivery | None) -> bool:
    return (
        delivery is not None
        and isinstance(delivery.state, Closed)
        and delivery.state.outcome is Outcome.DONE
    )


def stage_words(stage: Stage, translator: TranslatorPort) -> str:
    """Return the text about a step: "Step 2 of 7 · left leg · 20 s"."""
    parts = [translator.text("stage_step", number=stage.number, of=stage.of)]
    if stage.side is not None:
        parts.append(translator.text(f"side_{stage.side}"))
    if stage.times > 1:
        parts.append(translator.text("stage_time", time=stage.time, times=stage.times))
    parts.append(translator.length(timedelta(seconds=stage.step.seconds)))
    return " · ".join(parts)


def _message(
    place: _Place, translator: TranslatorPort, sound: str | None, *, titled: bool
) -> Message:
    """Return the message of a place in the routine.

    Args:
        place: The place.
        translator: The person's language.
        sound: What is heard at a change; None for nothing.
        titled: Whether the title has to name the step.
    """
    session, stage = place.session, place.stage
    token = f"{OF_ROUTINE}{session.key}/{session.began.isoformat()}"
    if isinstance(stage, Finished):
        return Message(
            token,
            translator.text("led_done_title"),
            translator.text("led_done_body"),
            sound=sound,
            silent=sound is None,
            progress=_FULL,
            stays=place.stays,
        )
    # The person has started the first step.
    heard = sound if stage.number > 1 else None
    return Message(
        token,
        stage.step.text if titled else place.routine.name,
        # Some servers show only the first line until the pointer is over it.
        f"{stage.step.text}\n{stage_words(stage, translator)}",
        buttons=(
            Button(STOP, translator.text("button_stop")),
            Button(DONE, translator.text("button_done")),
        ),
        spoken=translator.text("spoken_done"),
        sound=heard,
        silent=heard is None,
        progress=stage.progress,
        stays=place.stays,
    )
