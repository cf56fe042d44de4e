"""What is on the screen: the one open occurrence, and what `nightcare try` asked to see."""

from __future__ import annotations

from datetime import datetime

from nightcare.data import replace
from nightcare.domain.care_day import Calendar
from nightcare.domain.course import Course, Held, Open, Snoozed, begin
from nightcare.domain.guidance import next_tip, part_of_day
from nightcare.domain.message import Message, MessageEvent, Shown
from nightcare.domain.plan import between
from nightcare.domain.record import Trial
from nightcare.domain.reminders import Key, Occurrence, Reminder
from nightcare.domain.schedule import Schedule
from nightcare.domain.snooze import offered
from nightcare.service.messages import compose, token
from nightcare.service.ports import Journal, Screen, Words

NOT_SHOWN = ""
"""The answer to a trial that could not be shown."""


class OnScreen:
    """Keeps the screen in line with the journal."""

    def __init__(self, screen: Screen, journal: Journal) -> None:
        self._screen = screen
        self._journal = journal
        self._courses: dict[str, Key] = {}
        self._trials: dict[str, int] = {}

    def use(self, journal: Journal) -> None:
        """Go on with another journal, which says the same."""
        self._journal = journal

    def bring_in_line(
        self, schedule: Schedule, calendar: Calendar, words: Words, now: datetime
    ) -> None:
        """Have on the screen what is open now (UTC), and nothing else; and show what is tried."""
        wanted = {
            token(course): course
            for course in self._journal.unsettled()
            if isinstance(course.state, Open) and not course.state.away
        }
        for name in [name for name in self._courses if name not in wanted]:
            self.left(name)
            self._screen.close(name)
        for name, course in wanted.items():
            if name not in self._courses:
                self._courses[name] = course.key
                self._screen.show(self._message(course, schedule, calendar, words, now))
        for trial in self._journal.trials():
            self._try(trial, schedule.reminder(trial.reminder), calendar, words, now)

    def course(self, name: str) -> Course | None:
        """The course whose present asking has that token; None for an earlier one's."""
        key = self._courses.get(name)
        course = None if key is None else self._journal.course(key)
        return course if course is not None and token(course) == name else None

    def courses(self) -> list[Course]:
        """What was last put on the screen, as the journal has it now."""
        found = [self._journal.course(key) for key in self._courses.values()]
        return [course for course in found if course is not None]

    def left(self, name: str) -> None:
        """Take note that a message is not on the screen any more."""
        self._courses.pop(name, None)

    def forget(self, state: Open) -> None:
        """Take off what an earlier run of the service has left there."""
        if state.handle is not None:
            self._screen.forget(state.handle)

    def clear(self) -> None:
        """Take everything off."""
        for name in (*self._courses, *self._trials):
            self._screen.close(name)
        self._courses.clear()
        self._trials.clear()

    def of_trial(self, event: MessageEvent) -> bool:
        """Take in an event if it belongs to a trial; whether it did. Trials leave no outcome."""
        number = self._trials.get(event.token)
        if number is None:
            return False
        if isinstance(event, Shown):
            self._journal.trial_shown(number, self._screen.describe())
        else:
            del self._trials[event.token]
            self._screen.close(event.token)
        return True

    def _message(
        self,
        course: Course,
        schedule: Schedule,
        calendar: Calendar,
        words: Words,
        now: datetime,
    ) -> Message:
        reminder = schedule.named(course.key.reminder)
        day = calendar.at(now)
        return compose(
            course,
            reminder,
            words,
            tip=None if course.tip is None else words.guidance.tip(course.tip),
            lengths=offered(course, reminder.snooze, schedule.snooze.limit, day, now),
            last_before_bed=self._last_before_bed(course, schedule, calendar, now),
        )

    def _last_before_bed(
        self, course: Course, schedule: Schedule, calendar: Calendar, now: datetime
    ) -> bool:
        """Whether nothing else is to come before bedtime."""
        others = any(
            one.key != course.key and isinstance(one.state, Snoozed | Held)
            for one in self._journal.unsettled()
        )
        day = calendar.at(now)
        if others or now >= day.bedtime:
            return not others
        return not between(schedule.enabled, calendar, now, day.bedtime)

    def _try(
        self,
        trial: Trial,
        reminder: Reminder | None,
        calendar: Calendar,
        words: Words,
        now: datetime,
    ) -> None:
        name = f"trial/{trial.id}"
        if name in self._trials:
            return
        if reminder is None:
            self._journal.trial_shown(trial.id, NOT_SHOWN)
            return
        key = Key(reminder.name, now.date(), "trial")
        moment = part_of_day(now, calendar.at(now))
        message = compose(
            begin(Occurrence(key, now), reminder.topic),
            reminder,
            words,
            tip=next_tip(words.guidance.tips, reminder.topic, moment, self._journal.tips_shown()),
            lengths=reminder.snooze,
            last_before_bed=False,
        )
        self._trials[name] = trial.id
        self._screen.show(replace(message, token=name, place="trial"))
