"""The screen: the open occurrence, a trial of `nightcare try`, and the handles of notifications."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightcare.domain.care_day import CareDay
from nightcare.domain.delivery import (
    Active,
    Delivery,
    DeliveryStatus,
    Held,
    Snoozed,
    begin,
    foremost,
)
from nightcare.domain.guidance import next_tip, part_of_day
from nightcare.domain.history import NOT_SHOWN, Trial
from nightcare.domain.notification import (
    DeliveryEvent,
    Message,
    MessageEvent,
    NotificationShown,
    Rejected,
)
from nightcare.domain.recurrence import upcoming
from nightcare.domain.reminders import Key, Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.domain.snooze import offered
from nightcare.engine.context import Context
from nightcare.engine.messages import compose, key_of, token
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.ports import JournalPort, Notifier

_TRIAL_STAYS = timedelta(minutes=1)


@dataclass(frozen=True)
class _Tried:
    """A trial on the screen.

    Attributes:
        number: The trial's.
        token: The token of its message.
        closes: The instant (UTC) at which it is closed, or given up if not shown.
        shown: Whether a notifier has shown it.
    """

    number: int
    token: str
    closes: datetime
    shown: bool = False


class Display:
    """Keeps the screen in line with the journal.

    A trial replaces the open occurrence, which returns after it with the rest of its time. A
    reminder that falls due replaces the trial.
    """

    def __init__(self, screen: Notifier, journal: JournalPort) -> None:
        self._screen = screen
        self._journal = journal
        self._keys: dict[str, Key] = {}
        self._taken: set[str] = set()
        self._deferred: set[str] = set()
        self._last: Key | None = None
        self._trial: _Tried | None = None

    def sync(self, context: Context, now: datetime) -> bool:
        """Show the open occurrences and a requested trial now (UTC), and close everything else.

        The guided routine shows its own occurrence.

        Returns:
            Whether an occurrence is on the screen already, so that its time begins.
        """
        guided = self._journal.routine_key()
        wanted = {
            token(delivery): delivery
            for delivery in self._journal.unsettled()
            if delivery.displayed is not None and delivery.key != guided
        }
        for name in [name for name in self._keys if name not in wanted]:
            self.mark_closed(name)
            self._screen.close(name)
        fresh = wanted.keys() - self._keys.keys()
        trial = self._trial
        if trial is not None and (trial.closes <= now or (fresh and trial.shown)):
            self._end_trial()
        still = [
            self._still_shown(wanted[name], context.schedule, now)
            for name in wanted
            if name in self._taken
        ]
        for name in fresh:
            self._keys[name] = self._last = wanted[name].key
        self._deferred |= fresh
        for one in self._journal.trials():
            self._try(one, context, now)
        if self._trial is None:
            for name in self._deferred:
                self._screen.show(self._message(wanted[name], context, now))
            self._deferred.clear()
        return any(still)

    def delivery(self, name: str) -> Delivery | None:
        """Return the delivery whose present showing has a token; None for an earlier showing."""
        key = self._keys.get(name)
        delivery = None if key is None else self._journal.delivery(key)
        return delivery if delivery is not None and token(delivery) == name else None

    def deliveries(self) -> list[Delivery]:
        """Return the deliveries that were last put on the screen, as the journal has them now."""
        found = [self._journal.delivery(key) for key in self._keys.values()]
        return [delivery for delivery in found if delivery is not None]

    def adopt(self, name: str) -> None:
        """Record that an earlier run has left a message on the screen."""
        key = key_of(name)
        if key is not None:
            self._last = key

    def is_latest(self, delivery: Delivery) -> bool:
        """Return whether no other occurrence has been on the screen since this one."""
        return delivery.key == self._last

    def tokens(self) -> list[str]:
        """Return the tokens of the messages that are on the screen or being sent."""
        tried = [] if self._trial is None else [self._trial.token]
        return [*(self._keys.keys() - self._deferred), *tried]

    def mark_shown(self, name: str) -> None:
        """Record that the notifier has shown a message."""
        self._taken.add(name)

    def mark_lost(self, name: str) -> None:
        """Record that no notifier has a message that should be on the screen."""
        self._taken.discard(name)

    def mark_closed(self, name: str) -> None:
        """Record that a message is not on the screen any more."""
        self._keys.pop(name, None)
        self._taken.discard(name)
        self._deferred.discard(name)

    def show_again(self) -> bool:
        """Close everything, so that the open occurrences are shown again.

        The latest open one that has left the screen comes back, unless another one is there.

        Returns:
            Whether anything is open.
        """
        delivery = foremost(one for one in self._journal.unsettled() if one.open)
        if delivery is None:
            return False
        if isinstance(delivery.state, Active) and delivery.state.away:
            back = replace(delivery.state, away=False, delivery=DeliveryStatus.DECIDED)
            with self._journal.transaction():
                self._journal.save(replace(delivery, state=back))
        for name in tuple(self._keys):
            self.mark_closed(name)
            self._screen.close(name)
        return True

    def clear(self) -> None:
        """Close everything."""
        for name in self._keys:
            self._screen.close(name)
        self._keys.clear()
        self._taken.clear()
        self._deferred.clear()
        self._end_trial()

    @property
    def trying(self) -> bool:
        """True if a trial is on the screen, or is being sent."""
        return self._trial is not None or bool(self._journal.trials())

    @property
    def trial_closes(self) -> datetime | None:
        """The end (UTC) of the trial on the screen; None without one."""
        return None if self._trial is None else self._trial.closes

    def of_trial(self, event: MessageEvent, now: datetime) -> bool:
        """Handle an event (now in UTC) if it belongs to a trial; return whether it did.

        Trials leave no outcome. Each event says that the trial was shown.
        """
        trial = self._trial
        if trial is None or trial.token != event.token:
            return False
        self._journal.answer_trial(trial.number, self._screen.describe())
        if not trial.shown:
            self._trial = replace(trial, closes=now + _TRIAL_STAYS, shown=True)
        if not isinstance(event, NotificationShown):
            self._end_trial()
        return True

    def _still_shown(self, delivery: Delivery, schedule: Schedule, now: datetime) -> bool:
        """Record occurrences that came back before they were closed, as by an undo."""
        reminder = schedule.reminder(delivery.key.reminder)
        state = delivery.displayed
        if reminder is None or state is None or state.shown is not None:
            return False
        self._journal.save(delivery.shown(reminder, now))
        self._journal.record_status(delivery.key, DeliveryStatus.SHOWN)
        return True

    def delivery_of_trial(self, event: DeliveryEvent) -> bool:
        """Record the delivery status of a message if it is a trial; return whether it is.

        A refused trial ends.
        """
        trial = self._trial
        if trial is None or trial.token != event.token:
            return False
        delivery = event.delivery if isinstance(event, Rejected) else DeliveryStatus.SENT
        self._journal.record_trial_status(trial.number, delivery)
        if delivery is DeliveryStatus.NO_ID:
            self._end_trial()
        return True

    def _end_trial(self) -> None:
        trial, self._trial = self._trial, None
        if trial is not None:
            self._screen.close(trial.token)
            if not trial.shown:
                self._journal.answer_trial(trial.number, NOT_SHOWN)

    def _message(self, delivery: Delivery, context: Context, now: datetime) -> Message:
        schedule, translator = context.schedule, context.translator
        reminder, day = schedule.named(delivery.key.reminder), context.calendar().at(now)
        message = compose(
            delivery,
            reminder,
            translator,
            tip=None if delivery.tip is None else translator.guidance.tip(delivery.tip),
            lengths=offered(delivery, reminder.snooze, schedule.snooze.limit, day, now),
            last_before_bed=self._last_before_bed(delivery, context, day, now),
        )
        if isinstance(delivery.state, Active) and delivery.state.shown is not None:
            # It returns with the rest of its time.
            message = replace(message, stays=delivery.state.closes - now)
        return message

    def _last_before_bed(
        self, delivery: Delivery, context: Context, day: CareDay, now: datetime
    ) -> bool:
        """Return whether no other reminder comes before bedtime."""
        others = any(
            one.key != delivery.key and isinstance(one.state, Snoozed | Held)
            for one in self._journal.unsettled()
        )
        if others or now >= day.bedtime:
            return not others
        outlook = read_outlook(context.schedule, context.zone, self._journal, now)
        ahead = outlook.until(day.bedtime)
        return all(one.key == delivery.key for one in ahead)

    def _try(self, trial: Trial, context: Context, now: datetime) -> None:
        name, reminder = f"trial/{trial.id}", context.schedule.reminder(trial.reminder)
        if self._trial is not None and self._trial.token == name:
            return
        if reminder is None or self._journal.routine_session() is not None:
            self._journal.answer_trial(trial.id, NOT_SHOWN)
            return
        key = Key(reminder.name, now.date(), "trial")
        calendar, translator = context.calendar(), context.translator
        # The tip suits the time at which the reminder comes by itself.
        coming = upcoming(reminder, calendar, now)
        due = now if coming is None else coming.due
        moment = part_of_day(due, calendar.at(due))
        message = compose(
            begin(Occurrence(key, now), reminder.topic),
            reminder,
            translator,
            tip=next_tip(
                translator.guidance.tips, reminder.topic, moment, self._journal.tips_shown()
            ),
            lengths=reminder.snooze,
            last_before_bed=False,
        )
        self._end_trial()
        for open_one in self._keys.keys() - self._deferred:
            self._deferred.add(open_one)
            self._taken.discard(open_one)
            self._screen.close(open_one)
        self._trial = _Tried(trial.id, name, now + _TRIAL_STAYS)
        self._screen.show(
            replace(message, token=name, place="trial", stays=_TRIAL_STAYS, asked_for=True)
        )


SCREEN_NOTE = "screen"
"""The name of the note: the handle of each notification on the screen, by its token."""


class Handles:
    """The handles of all notifications of the service on the screen."""

    def __init__(self, screen: Notifier) -> None:
        self._screen = screen
        self._earlier: dict[str, str] = {}
        self._present: dict[str, str] = {}

    def close_earlier(self, journal: JournalPort) -> list[str]:
        """Close the notifications of an earlier run; return their tokens, oldest first."""
        noted = journal.read_note(SCREEN_NOTE).items()
        self._earlier = {name: handle for name, handle in noted if isinstance(handle, str)}
        for name, handle in self._earlier.items():
            self._screen.forget(handle, name)
        return list(self._earlier)

    def add(self, shown: NotificationShown, journal: JournalPort) -> None:
        """Record the handle of a notification that has just come on the screen.

        A notifier closes the notifications of earlier runs before it shows anything. Until then
        their handles stay recorded, in case this run is killed before.
        """
        self._earlier.clear()
        self._present.pop(shown.token, None)
        if shown.handle is not None:
            self._present[shown.token] = shown.handle
        self.write(journal)

    def keep(self, tokens: Container[str]) -> None:
        """Drop the handles of all other tokens; the next write leaves them out.

        One that is still recorded after a kill does no harm, because the server does not have it.
        """
        self._present = {name: one for name, one in self._present.items() if name in tokens}

    def write(self, journal: JournalPort) -> None:
        """Record the present handles."""
        journal.write_note(SCREEN_NOTE, {**self._earlier, **self._present})
