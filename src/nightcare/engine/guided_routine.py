"""Leading through a routine: one notification whose words change from step to step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightcare.domain.delivery import Active, Closed, Delivery, Outcome, Reason
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
from nightcare.domain.reminders import Reminder
from nightcare.domain.routine import Stage, length_of, routine_named
from nightcare.domain.routine_session import (
    CLOSING,
    UNATTENDED,
    Finished,
    RoutineSession,
    whereabouts,
)
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import EventLog, JournalPort, Notifier, TranslatorPort
from nightcare.engine.user_actions import DONE, UserActions

START = "start"
STOP = "stop"

_FULL = 100

_OVERLAP = timedelta(seconds=0.5)
"""The extra time for which a step's notification stays, so that the next one finds it and takes
its place: some servers draw nothing just after a notification has gone."""


@dataclass(frozen=True)
class _Place:
    """The place of the person in a routine at an instant (UTC)."""

    led: RoutineSession
    routine: Routine
    stage: Stage | Finished
    now: datetime

    @property
    def next(self) -> datetime:
        """The end of the place (UTC)."""
        if isinstance(self.stage, Finished):
            return self.stage.until
        return self.led.began + self.stage.ends

    @property
    def stays(self) -> timedelta:
        """The time for which its notification stays."""
        return self.next - self.now + _OVERLAP


class GuidedRoutine:
    """The routine under way, if there is one: where it stands, and what is on the screen of it."""

    def __init__(self, screen: Notifier, tell: EventLog) -> None:
        self._screen = screen
        self._tell = tell
        self._place: _Place | None = None
        self._message: Message | None = None

    @property
    def token(self) -> str | None:
        """The token of what is on the screen of it."""
        return None if self._message is None else self._message.token

    @property
    def under_way(self) -> bool:
        """True if a routine is under way, or its closing words are shown."""
        return self._place is not None

    @property
    def next(self) -> datetime | None:
        """The next time to update because of it (UTC)."""
        return None if self._place is None else self._place.next

    # What time does

    def take_up(self, journal: JournalPort) -> RoutineSession | None:
        """Return what an earlier run was leading through."""
        led = journal.routine_session()
        if led is None:
            return None
        if _open(journal.delivery(led.key)) is None:
            # The closing words alone are not worth coming back for.
            journal.save_routine_session(None)
        return led

    def update(
        self, now: datetime, journal: JournalPort, answers: UserActions, found: Iterable[Routine]
    ) -> Delivery | None:
        """Go on to where the clock is now (UTC); returns what has ended as done by that.

        What nobody can have been led through is held, and returns as the reminder that it was.
        """
        led = journal.routine_session()
        self._place = None
        if led is None:
            return None
        routine = routine_named(found, led.routine)
        stage = None if routine is None else whereabouts(led, routine, now)
        course = _open(journal.delivery(led.key))
        ended = None
        match stage:
            case Stage(whole=whole) if course is not None:
                closes = led.began + whole + CLOSING + UNATTENDED
                if course.state != (state := replace(_state(course), closes=closes)):
                    journal.save(replace(course, state=state))
            case Finished(until):
                if course is not None:
                    answers.button(course, DONE, now)
                    ended = journal.delivery(led.key)
                if until <= now or not _done(journal.delivery(led.key)):
                    stage = None
            case _:
                stage = None
                if course is not None:
                    journal.save(course.held(Reason.ROUTINE))
        if stage is None or routine is None:
            journal.save_routine_session(None)
        else:
            led = replace(led, seen=now)
            journal.save_routine_session(led)
            self._place = _Place(led, routine, stage, now)
        return ended

    def heed(self, journal: JournalPort, *, silent: bool) -> None:
        """Stop where the occurrence is not open any more: answered, put off, paused, locked.

        Args:
            journal: What is remembered.
            silent: Whether nothing is to be on the screen, not even closing words.
        """
        place = self._place
        if place is None:
            return
        over = isinstance(place.stage, Finished)
        if silent if over else _open(journal.delivery(place.led.key)) is None:
            self._end(journal)

    def show(self, words: TranslatorPort, schedule: Schedule) -> None:
        """Have on the screen where the person is, and nothing once they are nowhere.

        It is as pressing as its reminder, or what a server shows of that it may not show of this.
        """
        if self._place is None:
            self.take_back()
            return
        titled = Capability.BODY not in self._screen.capabilities
        message = _message(self._place, words, schedule.stretch.sound, titled=titled)
        reminder = schedule.reminder(self._place.led.key.reminder)
        if reminder is not None:
            # The sound of steps is one for all stretches; this reminder's own asks to be heard.
            asks = reminder.sound is not None
            message = replace(message, urgency=reminder.urgency, heard_always=asks)
        if message != self._message:
            if self._message is not None and self._message.token != message.token:
                self.take_back()
            self._message = message
            self._screen.show(message)

    def take_back(self) -> None:
        """Take it off the screen."""
        if self._message is not None:
            self._screen.close(self._message.token)
        self._message = None

    # What the person does

    def start(
        self, course: Delivery, routine: Routine, journal: JournalPort, now: datetime
    ) -> None:
        """Begin now (UTC) to lead through a routine, by the notification of an open occurrence."""
        closes = now + length_of(routine) + CLOSING + UNATTENDED
        journal.save(course.led(now, closes))
        journal.save_routine_session(RoutineSession(course.key, routine.id, now, now))
        self._tell("log_led", reminder=course.key.reminder, routine=routine.name)

    def concerns(self, event: MessageEvent | DeliveryEvent) -> bool:
        """Return whether an event belongs to its notification."""
        return self._message is not None and event.token == self._message.token

    def handle_event(
        self,
        event: MessageEvent,
        reminder: Reminder | None,
        journal: JournalPort,
        answers: UserActions,
        now: datetime,
    ) -> Delivery | None:
        """Take in an event at an instant (UTC); returns what has become of the occurrence.

        Stopped, the reminder comes back as it was, with its buttons. Closed by the person, it is
        closed as it would have been before; taken off by a server, it goes on with its next step.
        """
        led = journal.routine_session()
        course = None if led is None else _open(journal.delivery(led.key))
        match event:
            case ButtonPressed(_, button) if course is not None and button == DONE:
                answers.button(course, DONE, now)
                self._end(journal)
                return journal.delivery(course.key)
            case ButtonPressed(_, button) if course is not None and button == STOP:
                self._stop(course, reminder, journal, now)
            case NotificationClosed(by_itself=False):
                self._message = None
                self._end(journal)
                if course is not None and reminder is not None:
                    closed = _closed(course.shown(reminder, now), now)
                    journal.save(closed)
                    return closed
        return None

    def reminder(self, journal: JournalPort) -> str | None:
        """Return the name of the reminder whose routine is under way; None without one."""
        led = journal.routine_session()
        return None if led is None or _open(journal.delivery(led.key)) is None else led.key.reminder

    def _stop(
        self, course: Delivery, reminder: Reminder | None, journal: JournalPort, now: datetime
    ) -> None:
        self._end(journal)
        if reminder is not None:
            journal.save(replace(course.shown(reminder, now), fresh_from=now))
        self._tell("log_led_stopped", reminder=course.key.reminder)

    def _end(self, journal: JournalPort) -> None:
        journal.save_routine_session(None)
        self._place = None


def _open(course: Delivery | None) -> Delivery | None:
    """Return the delivery if it is on the screen."""
    return None if course is None or course.displayed is None else course


def _state(course: Delivery) -> Active:
    assert isinstance(course.state, Active)
    return course.state


def _done(course: Delivery | None) -> bool:
    return (
        course is not None
        and isinstance(course.state, Closed)
        and course.state.outcome is Outcome.DONE
    )


def _closed(course: Delivery, now: datetime) -> Delivery:
    """Closed by the person: no answer yet where it is asked again, else dismissed."""
    state = _state(course)
    if state.again is not None:
        return replace(course, state=replace(state, away=True))
    return course.settle(Outcome.DISMISSED, now)


def stage_words(stage: Stage, words: TranslatorPort) -> str:
    """Return the words for a step: "Step 2 of 7 · left leg · 20 s"."""
    parts = [words.say("stage_step", number=stage.number, of=stage.of)]
    if stage.side is not None:
        parts.append(words.say(f"side_{stage.side}"))
    if stage.times > 1:
        parts.append(words.say("stage_time", time=stage.time, times=stage.times))
    parts.append(words.length(timedelta(seconds=stage.step.seconds)))
    return " · ".join(parts)


def _message(place: _Place, words: TranslatorPort, sound: str | None, *, titled: bool) -> Message:
    """Return the message of a place in the routine.

    Args:
        place: The place.
        words: The person's language.
        sound: What is heard at a change; None for nothing.
        titled: Whether the title has to say all.
    """
    led, stage = place.led, place.stage
    key = led.key
    token = f"routine/{key.reminder}/{key.care_day.isoformat()}/{key.slot}/{led.began.isoformat()}"
    if isinstance(stage, Finished):
        return Message(
            token,
            words.say("led_done_title"),
            words.say("led_done_body"),
            sound=sound,
            silent=sound is None,
            progress=_FULL,
            stays=place.stays,
        )
    # The first one comes by the person's own hand.
    heard = sound if stage.number > 1 else None
    return Message(
        token,
        stage.step.text if titled else place.routine.name,
        # Some servers show the first line alone until the pointer is over it.
        f"{stage.step.text}\n{stage_words(stage, words)}",
        buttons=(
            Button(STOP, words.say("button_stop")),
            Button(DONE, words.say("button_done")),
        ),
        spoken=words.say("spoken_done"),
        sound=heard,
        silent=heard is None,
        progress=stage.progress,
        stays=place.stays,
    )
