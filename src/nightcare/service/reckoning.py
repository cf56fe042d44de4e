"""What time does: what falls due, returns, is asked again, expires, and what is on the screen.

Everything goes through `reckon`, which may be called at any moment and as often as one likes: it
looks at the journal, the plan and the clock, decides what is new, and leaves the rest alone. All
that one reckoning changes is one transaction; only afterwards is the screen told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from nightcare.data import replace
from nightcare.domain.care_day import Calendar
from nightcare.domain.course import (
    Course,
    Due,
    Held,
    Open,
    Outcome,
    Settled,
    Snoozed,
    Step,
    begin,
)
from nightcare.domain.decide import (
    LIVE,
    Drop,
    Hold,
    Presence,
    Show,
    Situation,
    decide,
    first_to_show,
)
from nightcare.domain.guidance import Routine, next_tip, part_of_day
from nightcare.domain.message import (
    Answered,
    Closed,
    MessageEvent,
    ScreenEvent,
    Served,
    Shown,
)
from nightcare.domain.plan import between, planned, upcoming
from nightcare.domain.reminders import Conduct, Key, Occurrence, Reminder
from nightcare.domain.routine import routine_named, routines
from nightcare.domain.schedule import Schedule
from nightcare.errors import ValueRefused
from nightcare.service.answers import Answers
from nightcare.service.following import following
from nightcare.service.leading import START, Leading
from nightcare.service.messages import token
from nightcare.service.morning import MorningQuestion
from nightcare.service.notices import Notices
from nightcare.service.on_screen import OnScreen
from nightcare.service.ports import Journal, Screen, Tell, Words
from nightcare.service.professional import ProfessionalNotice
from nightcare.service.waiting import undisturbed

_LOOKS_BACK = timedelta(days=400)
"""A machine that was off for longer, or whose clock was wrong by more, has missed no more."""


class Service:
    """The reminders of one person, kept going by calls from outside; instants are UTC.

    Attributes:
        notices: What nightcare has to say for itself.
        presence: Whether somebody is there, as far as is known.
    """

    def __init__(
        self,
        *,
        schedule: Schedule,
        zone: tzinfo,
        journal: Journal,
        screen: Screen,
        words: Words,
        tell: Tell,
    ) -> None:
        self._schedule = schedule
        self._zone = zone
        self._journal = journal
        self._words = words
        self._tell = tell
        self._screen = screen
        self._on_screen = OnScreen(screen, journal)
        self.notices = Notices(screen)
        self._question = MorningQuestion(screen, tell)
        self._professional = ProfessionalNotice(screen, tell)
        self._leading = Leading(screen, tell)
        self.presence = Presence()

    # What happens to the service

    def start(self, now: datetime) -> None:
        """Take up where an earlier run left off; what was open then is held, and returns."""
        with self._journal.transaction():
            standing = self._journal.standing()
            if standing.reckoned is None:
                self._journal.stand(replace(standing, began=now, reckoned=now))
            led = self._leading.take_up(self._journal)
            for course in self._journal.unsettled():
                if led is not None and course.key == led.key:
                    # The clock says whether it goes on.
                    continue
                if isinstance(course.state, Open) and not course.state.away:
                    self._on_screen.forget(course.state)
                    self._journal.save(course.held(Step.RESTARTED))
        self.reckon(now)

    def use(self, journal: Journal) -> None:
        """Go on with another journal, which says the same."""
        self._journal = journal
        self._on_screen.use(journal)

    def reload(self, schedule: Schedule, words: Words, now: datetime) -> None:
        """Put another schedule in force; what is open, snoozed and paused stays so."""
        # What was due until now was due by the old one; the new one holds from here on.
        self.reckon(now)
        self._schedule = schedule
        self._words = words
        self.reckon(now)

    def travel(self, zone: tzinfo, now: datetime) -> None:
        """Reckon in another time zone from now on."""
        self.reckon(now)
        self._zone = zone
        # What this moves into the past, and was not due before, has come up now.
        self._journal.stand(self._journal.standing().looking_back(self._calendar().at(now).wake))
        self.reckon(now)

    def written(self, now: datetime) -> None:
        """Take in what a command has written to the journal."""
        for course in self._on_screen.courses():
            self._tell_of(course)
        self.reckon(now)

    def event(self, event: ScreenEvent, now: datetime) -> None:
        """Take in what happened on the screen."""
        if isinstance(event, Served):
            return
        if self.notices.concerns(event):
            return
        if self._on_screen.of_trial(event, now):
            self.reckon(now)
            return
        with self._journal.transaction():
            if self._leading.concerns(event):
                self._led(event, now)
            elif self._question.concerns(event):
                self._question.take_in(event, self._journal, self._calendar(), now)
            elif self._professional.concerns(event):
                self._professional.take_in(event, self._journal, now)
            else:
                self._take_in(event, now)
        self.reckon(now)

    def stop(self) -> None:
        """Take everything off the screen; what is open comes back with the next start."""
        self._on_screen.clear()
        self._leading.take_back()
        self._question.take_back()
        self._professional.take_back()
        self.notices.take_back()

    def reckon(self, now: datetime) -> None:
        """Decide everything that has come up until now, and bring the screen in line."""
        self._screen.quiet(on=self.presence.do_not_disturb)
        # To flush takes longer than all else here, and who waits is the person. What a power cut
        # takes with it the next start reckons once more; only the end of a routine is an answer.
        with self._journal.transaction(flushed=self._leading.under_way):
            situation = self._situation(now)
            self._go_on(now)
            self._take_off(situation)
            self._leading.heed(self._journal, silent=_silent(situation))
            situation = replace(situation, routine_under_way=self._leading.under_way)
            candidates = self._candidates(now)
            shows = [course for course in candidates if self._decided(course, situation)]
            self._show_one(shows, situation)
            self._journal.stand(replace(self._journal.standing(), reckoned=now))
        free = self._free(situation)
        if not free:
            self._question.take_back()
            self._professional.take_back()
        if not self._leading.under_way:
            self._leading.take_back()
        self._on_screen.bring_in_line(self._schedule, self._calendar(), self._words, now)
        self._leading.show(self._words, self._schedule)
        self._question.reckon(
            now,
            self._journal,
            self._calendar(),
            self._schedule.morning_question,
            self._words,
            free=free,
        )
        self._professional.reckon(
            now,
            self._journal,
            self._calendar(),
            self._schedule.professional,
            self._words,
            free=free and not self._question.there,
        )
        self.notices.reckon(now, here=undisturbed(self.presence))

    def next_deadline(self) -> datetime | None:
        """When to reckon next (UTC), not counting occurrences that are still to fall due."""
        deadlines = [
            self._journal.standing().paused_until,
            self.notices.closes,
            self._on_screen.trial_closes,
            self._question.next,
            self._professional.next,
            self._leading.next,
        ]
        for course in self._journal.unsettled():
            match course.state:
                case Open(_, closes, again, away):
                    deadlines += [again] if away else [again, closes]
                case Snoozed(until):
                    deadlines.append(until)
        return min((one for one in deadlines if one is not None), default=None)

    def upcoming(self, reminder: Reminder, after: datetime) -> Occurrence | None:
        """The reminder's next occurrence later than an instant (UTC)."""
        return upcoming(reminder, self._calendar(), after)

    def following(self, now: datetime) -> Occurrence | None:
        """What comes next after an instant (UTC)."""
        standing, unsettled = self._journal.standing(), self._journal.unsettled()
        return following(self._schedule, self._calendar(), standing, unsettled, now)

    @property
    def schedule(self) -> Schedule:
        """The schedule in force."""
        return self._schedule

    # One reckoning, step by step

    def _calendar(self) -> Calendar:
        return Calendar(self._schedule.sleep, self._zone, self._journal.standing().tonight)

    def _free(self, situation: Situation) -> bool:
        """Whether the screen is free for what can wait."""
        return (
            situation.paused_until is None
            and not situation.good_night
            and not situation.routine_under_way
            and undisturbed(situation.presence)
            and not self._on_screen.trying
            and not any(
                isinstance(one.state, Open) and not one.state.away
                for one in self._journal.unsettled()
            )
        )

    def _situation(self, now: datetime) -> Situation:
        standing = self._journal.standing()
        if standing.paused_until is not None and standing.paused_until <= now:
            standing = replace(standing, paused_until=None)
            self._journal.stand(standing)
            self._tell("log_pause_over")
        day = self._calendar().at(now)
        return Situation(
            now=now,
            day=day,
            paused_until=standing.paused_until,
            good_night=standing.good_night == day.date,
            presence=self.presence,
        )

    def _go_on(self, now: datetime) -> None:
        """Go on with the routine that is under way."""
        ended = self._leading.reckon(now, self._journal, self._answers(), self._routines())
        if ended is not None:
            self._tell_of(ended)

    def _take_off(self, situation: Situation) -> None:
        """Take off the screen what has been there long enough, or may not be there now."""
        now = situation.now
        for course in self._journal.unsettled():
            if not isinstance(course.state, Open):
                continue
            reminder = self._schedule.reminder(course.key.reminder)
            if reminder is None or not reminder.enabled:
                self._settle(course.give_up(now, Step.DISABLED))
            elif course.state.away:
                continue
            elif situation.paused_until is not None:
                self._journal.save(course.held(Step.PAUSED))
            elif situation.presence.locked and reminder.quiet.locked is Conduct.HOLD:
                self._journal.save(course.held(Step.LOCKED))
            elif course.state.closes <= now:
                self._overdue(course, course.state, now)

    def _overdue(self, course: Course, state: Open, now: datetime) -> None:
        if state.shown is None:
            self._settle(course.give_up(now, Step.NOT_SHOWN))
        elif state.again is None:
            self._settle(course.settle(Outcome.EXPIRED, now))
        else:
            self._journal.save(replace(course, state=replace(state, away=True)))

    def _candidates(self, now: datetime) -> list[Course]:
        """All that may come on the screen now: newly due, back from a snooze, held, asked again."""
        new = self._newly_due(now)
        self._drop_moved(now)
        screen_taken = any(
            isinstance(one.state, Open) and not one.state.away for one in self._journal.unsettled()
        )
        candidates = []
        for course in self._journal.unsettled():
            match course.state:
                case Due():
                    candidates.append(course)
                case Snoozed(until) if until <= now:
                    candidates.append(course)
                case Held() if not screen_taken or new:
                    candidates.append(course)
                case Open(again=again) as state if again is not None and again <= now:
                    candidates.append(course.asked_again(state, again))
        return candidates

    def _newly_due(self, now: datetime) -> list[Course]:
        """Begin the courses of what has fallen due since the last reckoning."""
        reckoned = self._journal.standing().reckoned or now
        if now < reckoned:
            # The clock was set back: what it had run ahead of, and nobody saw, is still to come.
            self._journal.forget_unseen(now)
        after = max(min(reckoned, now), now - _LOOKS_BACK)
        due = between(self._schedule.enabled, self._calendar(), after, now)
        known = self._journal.known(one.key for one in due)
        begun = []
        for occurrence in due:
            if occurrence.key not in known:
                topic = self._schedule.named(occurrence.key.reminder).topic
                course = begin(occurrence, topic)
                if self._leading.reminder(self._journal) == course.key.reminder:
                    # It would ask for what is being done just now.
                    self._settle(course.give_up(now, Step.ROUTINE))
                    continue
                self._supersede(occurrence.key, now)
                self._journal.save(course)
                begun.append(course)
        return begun

    def _drop_moved(self, now: datetime) -> None:
        """Drop what is held for a moment that an edit, or another bedtime, has taken away since.

        One that was moved ahead still comes. What the person has seen or snoozed stays theirs.
        """
        for course in self._journal.unsettled():
            reminder = self._schedule.reminder(course.key.reminder)
            seen = course.seen or course.snoozes > 0
            if seen or reminder is None or not isinstance(course.state, Held):
                continue
            moved = planned(reminder, self._calendar(), course.key)
            if moved is None:
                self._settle(course.give_up(now, Step.DISABLED))
            elif moved.due > now:
                self._journal.forget(course.key)

    def _supersede(self, key: Key, now: datetime) -> None:
        """End what an earlier occurrence of the same reminder has left unanswered."""
        fresh = self._schedule.named(key.reminder).fresh
        for course in self._journal.unsettled():
            if course.key.reminder == key.reminder:
                late = now > course.fresh_from + fresh
                self._settle(course.give_up(now, Step.TOO_LATE if late else Step.SUPERSEDED))

    def _decided(self, course: Course, situation: Situation) -> bool:
        """Put a candidate through the cascade; whether it may be shown now."""
        reminder = self._schedule.reminder(course.key.reminder)
        verdict = decide(course, reminder, situation)
        match verdict:
            case Show():
                return True
            case Hold(step):
                if course.state != Held(step):
                    self._note(course, "hold", step, situation.now)
                    self._journal.save(course.held(step))
            case Drop(step):
                self._note(course, "drop", step, situation.now)
                self._settle(course.give_up(situation.now, step))
        return False

    def _show_one(self, shows: Sequence[Course], situation: Situation) -> None:
        """Show the first of those that may be shown; the others wait their turn or give way."""
        if not shows:
            return
        now = situation.now
        evening = frozenset(one.name for one in self._schedule.enabled if one.evening)
        (first, *waiting), giving_way = first_to_show(shows, evening, now)
        for course in self._journal.unsettled():
            if isinstance(course.state, Open) and course.key != first.key:
                self._give_way(course, course.state, now)
        for course in waiting:
            self._hold_in_line(course, now)
        for course in giving_way:
            self._note(course, "drop", Step.ANOTHER, now)
            self._settle(course.give_up(now, Step.ANOTHER))
        self._note(first, "show", Step.SHOW, now)
        self._give(first, situation)

    def _give_way(self, course: Course, state: Open, now: datetime) -> None:
        """Another takes the place on the screen; what nobody has seen yet comes after it."""
        if state.shown is None and now - course.fresh_from <= LIVE:
            self._hold_in_line(course, now)
        else:
            self._settle(course.give_up(now, Step.ANOTHER))

    def _hold_in_line(self, course: Course, now: datetime) -> None:
        if course.state != Held(Step.ANOTHER):
            self._note(course, "hold", Step.ANOTHER, now)
            self._journal.save(course.held(Step.ANOTHER))

    def _give(self, course: Course, situation: Situation) -> None:
        reminder = self._schedule.named(course.key.reminder)
        tip = course.tip
        if tip is None and reminder.text is None:
            moment = part_of_day(situation.now, situation.day)
            tips = self._words.guidance.tips
            chosen = next_tip(tips, reminder.topic, moment, self._journal.tips_shown())
            if chosen is not None:
                tip = chosen.id
                self._journal.tip_shown(tip, situation.now)
        self._journal.save(course.given(reminder, tip))

    def _settle(self, course: Course) -> None:
        self._journal.save(course)
        self._tell_of(course)

    def _tell_of(self, course: Course) -> None:
        """Say what became of an occurrence, if it is not on the screen any more."""
        name, due = course.key.reminder, course.occurrence.due
        match course.state:
            case Settled(outcome, _, reason):
                said = "" if reason is None else self._words.say(f"reason_{_word(reason)}")
                self._tell(f"log_{outcome}", reminder=name, due=due, reason=said)
            case Snoozed(until):
                self._tell("log_snoozed", reminder=name, due=due, until=until)

    def _note(self, course: Course, verdict: str, step: Step, now: datetime) -> None:
        self._journal.decided(now, course.occurrence, verdict, step)
        if verdict == "hold":
            self._tell(
                "log_hold",
                reminder=course.key.reminder,
                due=course.occurrence.due,
                reason=self._words.say(f"reason_{_word(step)}"),
            )

    # What happened on the screen

    def _take_in(self, event: MessageEvent, now: datetime) -> None:
        course = self._on_screen.course(event.token)
        if course is None or not isinstance(course.state, Open):
            return
        match event:
            case Shown(_, handle):
                self._shown(course, course.state, handle, now)
            case Answered(_, button):
                self._answered(course, button, now)
            case Closed():
                self._on_screen.left(event.token)
                self._closed(course, course.state, now)

    def _shown(self, course: Course, state: Open, handle: str | None, now: datetime) -> None:
        reminder = self._schedule.reminder(course.key.reminder)
        if state.shown is not None or reminder is None:
            # Shown again by a notifier that was restarted: its time goes on.
            self._journal.save(replace(course, state=replace(state, handle=handle)))
            return
        self._journal.save(course.shown(reminder, now, handle))
        self._tell("log_shown", reminder=reminder.name, due=course.occurrence.due)

    def _led(self, event: MessageEvent, now: datetime) -> None:
        name = self._leading.reminder(self._journal)
        reminder = None if name is None else self._schedule.reminder(name)
        became = self._leading.take_in(event, reminder, self._journal, self._answers(), now)
        if became is not None:
            self._tell_of(became)

    def _start(self, course: Course, now: datetime) -> None:
        """Begin to lead through the routine of a reminder."""
        reminder = self._schedule.reminder(course.key.reminder)
        name = None if reminder is None else reminder.routine
        routine = None if name is None else routine_named(self._routines(), name)
        if routine is None:
            # Edited away since it was shown: it is shown anew, as it is configured now.
            self._on_screen.left(token(course))
        else:
            self._leading.start(course, routine, self._journal, now)

    def _routines(self) -> tuple[Routine, ...]:
        return routines(self._words.guidance.routines, self._schedule.routines)

    def _answers(self) -> Answers:
        return Answers(self._schedule, self._zone, self._journal)

    def _answered(self, course: Course, button: str, now: datetime) -> None:
        if button == START:
            self._start(course, now)
            return
        try:
            self._answers().button(course, button, now)
        except ValueRefused:
            return
        for one in self._on_screen.courses():
            self._tell_of(one)

    def _closed(self, course: Course, state: Open, now: datetime) -> None:
        """The person closed it: no answer yet where it is asked again, else dismissed."""
        if state.again is not None:
            self._journal.save(replace(course, state=replace(state, away=True)))
        else:
            self._settle(course.settle(Outcome.DISMISSED, now))


def _silent(situation: Situation) -> bool:
    return situation.good_night or situation.paused_until is not None or situation.presence.locked


def _word(step: Step) -> str:
    return step.replace(" ", "_")
