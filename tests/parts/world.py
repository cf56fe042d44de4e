"""Random days of a person with nightcare: the real service, a world that does as worlds do.

What must always hold is checked at every step (docs/promises.md names each). The same seed
makes the same days, so a failure can be lived through again:

    .venv/bin/python -m parts.world SEED [DAYS]        (in tests/)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from nightcare.catalogue.reading import Words, read_words
from nightcare.domain import plan
from nightcare.domain.care_day import Calendar
from nightcare.domain.course import Course, Held, Open, Outcome, Settled, Snoozed, Step
from nightcare.domain.decide import Presence
from nightcare.domain.diary import ASKED_UNTIL, Severity
from nightcare.domain.message import (
    Answered,
    Capability,
    Closed,
    Message,
    MessageEvent,
    ScreenEvent,
    Shown,
)
from nightcare.domain.plan import between
from nightcare.domain.professional import NOTICE_EVERY
from nightcare.domain.reminders import Key, Occurrence
from nightcare.domain.routine import length_of, routine_named, routines
from nightcare.domain.schedule import Schedule
from nightcare.domain.time_parser import parse_length
from nightcare.errors import NothingToDo, ValueRefused
from nightcare.service.answers import Answers
from nightcare.service.diary import Details, Diary
from nightcare.service.messages import token as token_of
from nightcare.service.reckoning import Service
from parts.desk import schedule_of
from parts.journals import journal_in_memory

_ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "Europe/Copenhagen",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Tokyo",
        "America/Santiago",
        "Africa/Cairo",
    )
)

_SLEEPS = (
    '[sleep]\nwake = "07:00"\nbedtime = "22:30"\n',
    (
        '[sleep]\nwake = "06:15"\nbedtime = "23:45"\n[sleep.saturday]\nwake = "09:00"\n'
        'bedtime = "01:30"\n'
    ),
    '[sleep]\nwake = "10:00"\nbedtime = "02:00"\n',
    '[sleep]\nwake = "15:00"\nbedtime = "07:00"\n',
)

_REMINDERS = (
    '[reminders.water]\ntopic = "hydration"\nevery = "2h"\n',
    (
        '[reminders.sip]\ntopic = "hydration"\nevery = "50m"\nfrom = "wake"\nuntil = "bedtime"\n'
        'stays = "40m"\n'
    ),
    (
        '[reminders.stretch]\ntopic = "stretching"\nat = "bedtime - 30m"\n'
        'repeat = { every = "10m", times = 2 }\nsnooze = ["10m", "20m"]\n'
    ),
    '[reminders.blanket]\ntopic = "blanket"\nat = "bedtime - 5m"\n',
    (
        '[reminders.desk]\ntopic = "stretching"\nat = ["10:30", "15:00", "00:20"]\n'
        'days = "weekdays"\ntext = "At the desk"\nroutine = "quick"\n'
    ),
    (
        '[reminders.bend]\ntopic = "stretching"\nevery = "70m"\nstays = "1h"\n'
        'routine = "bending"\n[routines.bending]\nrepeats = 2\n'
        'steps = [{ text = "Bend.", side = "each", seconds = 45 }, { text = "Rest." }]\n'
    ),
    '[reminders.walk]\ntopic = "exercise"\ncron = "0,30 17,2 * * *"\nfresh = "10m"\n',
    (
        '[reminders.meal]\ntopic = "nutrition"\nat = "wake + 2h"\nquiet = { locked = "show" }\n'
        'repeat = { every = "25m", times = 3 }\n'
    ),
)


_ASKED = '[diary]\nmorning_question = "wake + 30m"\n'

_QUESTION = "question/"
"""What the token of the morning question begins with."""

_PROFESSIONAL = "professional/"
"""What the token of the notice about a professional begins with."""

_ROUTINE = "routine/"
"""What the token of a routine under way begins with."""

_REPEATS = {"stretch": 2, "meal": 3}
"""How many times more each of the reminders above asks."""


_WATCHED = timedelta(days=14)


class BrokenPromise(AssertionError):
    """Something that must always hold did not."""


@dataclass(slots=True)
class _Screen:
    """A screen that takes what it is given, unless it is broken just now."""

    name: str = "world"
    capabilities: frozenset[Capability] = frozenset({Capability.BUTTONS, Capability.BODY})
    wanted: dict[str, Message] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    broken: bool = False
    events: list[Shown] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return "world"

    def show(self, message: Message) -> None:
        self.wanted[message.token] = message
        self.shown.append(message.token)
        if not self.broken:
            self._take(message.token)

    def close(self, token: str) -> None:
        self.wanted.pop(token, None)
        self.visible.discard(token)

    def forget(self, handle: str) -> None:
        pass

    def quiet(self, *, on: bool) -> None:
        pass

    async def run(self, report: Callable[[ScreenEvent], None]) -> None:
        pass

    def mend(self) -> None:
        """Take what could not be taken."""
        self.broken = False
        for token in self.wanted:
            if token not in self.visible:
                self._take(token)

    def _take(self, token: str) -> None:
        self.visible.add(token)
        self.events.append(Shown(token, f"handle of {token}"))


@dataclass(frozen=True, slots=True)
class _Begun:
    """A routine that was begun with Start, as the world has it.

    Attributes:
        key: The occurrence that leads.
        ends: When it runs to its end (UTC), if nothing ends it before.
    """

    key: Key
    ends: datetime


class World:
    """Random days, from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = Random(seed)  # noqa: S311 - days, not secrets
        self._words: Words = read_words(self._random.choice(("en", "da")))
        self._zone = self._random.choice(_ZONES)
        self._schedule = self._some_schedule()
        start = date(2026, 1, 1) + timedelta(days=self._random.randrange(700))
        self._now = datetime.combine(start, time(self._random.randrange(24)), UTC)
        self._in_force = (self._schedule, self._zone)
        self._journal = journal_in_memory()
        self._presence = Presence()
        self._settled: dict[Key, Outcome] = {}
        self._seen: set[Key] = set()
        self._asked: dict[date, int] = {}
        self._advised: datetime | None = None
        self._askings: dict[tuple[Key, int], set[str]] = {}
        self._undone = False
        self._begun: _Begun | None = None
        self.happened: list[str] = []
        self._begin()

    # Living

    def live(self, days: int) -> None:
        """Let so many days go by.

        Raises:
            BrokenPromise: Something that must always hold did not.
        """
        end = self._now + timedelta(days=days)
        while self._now < end:
            # Who is being led is there; then things happen more closely one after the other.
            apart = 2400.0 if self._journal.led() is None else 90.0
            self._go_on(self._random.expovariate(1 / apart))
            self._something_happens()
        self._screen.mend()
        self._presence = Presence()
        self._awake(self._now + timedelta(days=3), "three days off")
        self._everything_has_ended()

    def _begin(self) -> None:
        self._screen = _Screen()
        self._service = Service(
            schedule=self._schedule,
            zone=self._zone,
            journal=self._journal,
            screen=self._screen,
            words=self._words,
            tell=self._tell,
        )
        self._service.presence = self._presence
        self._step("start", lambda: self._service.start(self._now), returns=True)

    def _go_on(self, seconds: float) -> None:
        """Let time go by as a machine that is on does: it wakes for each alarm."""
        end = self._now + timedelta(seconds=seconds)
        while True:
            due = [self._service.upcoming(one, self._now) for one in self._schedule.enabled]
            instants = [one.due for one in due if one is not None]
            deadline = self._service.next_deadline()
            if deadline is not None:
                instants.append(max(deadline, self._now + timedelta(milliseconds=1)))
            coming = min(instants, default=end)
            if coming > end:
                break
            self._now = coming
            self._step("alarm", lambda: self._service.reckon(self._now))
            self._led_to_the_end()
        self._now = end

    def _something_happens(self) -> None:
        happenings: tuple[tuple[int, Callable[[], None]], ...] = (
            (40, self._answer),
            (6, self._suspend),
            (6, self._come_or_go),
            (4, self._restart),
            (3, self._pause),
            (3, self._resume),
            (2, self._undo),
            (2, self._tonight),
            (2, self._by_command),
            (1, self._note_a_cramp),
            (2, self._edit),
            (2, self._travel),
            (2, self._set_the_clock),
            (3, self._break_or_mend),
        )
        weights = [weight for weight, _ in happenings]
        (happening,) = self._random.choices([one for _, one in happenings], weights)
        led, presence, schedule = self._journal.led(), self._presence, self._schedule
        happening()
        if (led, presence, schedule) != (self._journal.led(), self._presence, self._schedule):
            self._begun = self._begun_now()

    def _begun_now(self) -> _Begun | None:
        """What is under way after something has happened to it, and how long it has to go."""
        led = self._journal.led()
        course = None if led is None else self._journal.course(led.key)
        if led is None or course is None or not isinstance(course.state, Open):
            return None
        found = routines(self._words.guidance.routines, self._schedule.routines)
        routine = routine_named(found, led.routine)
        assert routine is not None
        return _Begun(led.key, led.began + length_of(routine))

    # What happens

    def _answer(self) -> None:
        if not self._screen.visible:
            return
        token = min(self._screen.visible)
        message = self._screen.wanted[token]
        choice = self._random.random()
        if choice < 0.2 or not message.buttons:
            self._screen.close(token)
            event: MessageEvent = Closed(token)
        else:
            keys = [one.key for one in message.buttons]
            started = "start" in keys and self._random.random() < 0.5
            event = Answered(token, "start" if started else self._random.choice(keys))
        if token.startswith(_QUESTION):
            self._step(f"{event}", lambda: self._service.event(event, self._now))
            self._in_the_diary(event)
            return
        if token.startswith(_PROFESSIONAL):
            self._step(f"{event}", lambda: self._service.event(event, self._now))
            return
        if token.startswith(_ROUTINE):
            self._answer_routine(event)
            return
        (before,) = (one for one in self._journal.unsettled() if token_of(one) == token)
        self._step(f"{event}", lambda: self._service.event(event, self._now))
        self._counted(before, event)

    def _answer_routine(self, event: MessageEvent) -> None:
        """Stop it, say that it is done, or close it; the closing words can only be closed."""
        led = self._journal.led()
        assert led is not None
        before = self._journal.course(led.key)
        assert before is not None
        self._step(f"{event}", lambda: self._service.event(event, self._now))
        after = self._journal.course(led.key)
        assert after is not None
        match event:
            case _ if before.settled:
                right = after == before
            case Answered(_, "stop"):
                right = isinstance(after.state, Open) and token_of(after) in self._screen.wanted
            case Answered(_, "done"):
                right = after.state == Settled(Outcome.DONE, self._now)
            case _:
                asked_again = isinstance(after.state, Open) and after.state.away
                # What waited for the routine comes at once, and instead of asking again.
                gave_way = after.state == Settled(Outcome.EXPIRED, self._now, Step.ANOTHER)
                right = (
                    after.state == Settled(Outcome.DISMISSED, self._now)
                    or asked_again
                    or (gave_way and len(self._screen.wanted) > 0)
                )
        if not right or self._journal.led() is not None:
            self._fail(f"{event} made {before} {after}")

    def _led_to_the_end(self) -> None:
        """Nothing interrupts a routine, and one that runs to its end is done at that moment."""
        begun = self._begun
        if begun is None:
            return
        course = self._journal.course(begun.key)
        assert course is not None
        if self._now < begun.ends:
            if self._journal.led() is None or not isinstance(course.state, Open):
                self._fail(f"interrupted: {course}")
        else:
            self._begun = None
            if course.state != Settled(Outcome.DONE, begun.ends):
                self._fail(f"ran to its end, and is {course}")

    def _suspend(self) -> None:
        self._awake(
            self._now + timedelta(minutes=self._random.choice((3, 50, 200, 500, 3000))), "suspend"
        )

    def _awake(self, at: datetime, what: str) -> None:
        self._now = at
        self._step(what, lambda: self._service.reckon(self._now), returns=True)

    def _come_or_go(self) -> None:
        self._presence = self._random.choice(
            (
                Presence(),
                Presence(),
                Presence(locked=True),
                Presence(idle=True),
                Presence(do_not_disturb=True),
                Presence(presenting=True),
            )
        )
        self._service.presence = self._presence
        self._step(f"{self._presence}", lambda: self._service.reckon(self._now), returns=True)

    def _restart(self) -> None:
        if self._random.random() < 0.5:
            self._service.stop()
        self._now += timedelta(minutes=self._random.choice((0, 0, 1, 30, 400, 6000)))
        self._begin()

    def _pause(self) -> None:
        until = self._now + timedelta(minutes=self._random.choice((5, 60, 600, 4000)))
        self._command("pause", lambda answers: answers.pause(self._now, until))

    def _resume(self) -> None:
        self._command("resume", lambda answers: answers.resume(self._now))

    def _undo(self) -> None:
        self._undone = True
        self._command("undo", lambda answers: answers.undo(self._now))
        self._undone = False

    def _tonight(self) -> None:
        bedtime = time(self._random.randrange(24), self._random.choice((0, 20, 45)))
        self._command("tonight", lambda answers: answers.tonight(self._now, bedtime))

    def _by_command(self) -> None:
        kind = self._random.choice(("done", "snooze", "good night"))
        if kind == "done":
            self._undone = True
            self._command(kind, lambda answers: answers.done(self._now))
            self._undone = False
        elif kind == "snooze":
            length = timedelta(minutes=self._random.choice((1, 10, 90)))
            self._command(kind, lambda answers: answers.snooze(self._now, None, length))
        else:
            self._command(kind, lambda answers: answers.good_night(self._now))

    def _note_a_cramp(self) -> None:
        ago = timedelta(hours=self._random.randrange(30))
        severity = self._random.choice(tuple(Severity))
        diary = Diary(self._journal.diary, self._calendar())
        diary.add(self._now - ago, Details(severity=severity), self._now)
        self._step(f"{severity} cramp", lambda: self._service.written(self._now))

    def _command(self, what: str, command: Callable[[Answers], object]) -> None:
        try:
            command(Answers(self._schedule, self._zone, self._journal))
        except (NothingToDo, ValueRefused):
            return
        self._step(what, lambda: self._service.written(self._now), returns=True)

    def _edit(self) -> None:
        self._schedule = self._some_schedule()
        validated = timedelta(seconds=self._random.choice((0, 0, 1, 20)))
        self._step(
            "edit",
            lambda: self._service.reload(
                self._schedule, self._words, self._now, meant_since=self._now - validated
            ),
        )

    def _travel(self) -> None:
        self._zone = self._random.choice(_ZONES)
        self._step(
            f"to {self._zone}", lambda: self._service.travel(self._zone, self._now), returns=True
        )

    def _set_the_clock(self) -> None:
        minutes = self._random.choice((-90, -20, -1, 1, 15, 130))
        self._awake(self._now + timedelta(minutes=minutes), f"clock set by {minutes} min")

    def _break_or_mend(self) -> None:
        if self._screen.broken:
            self._screen.mend()
            self._step("screen mended", lambda: None)
        else:
            self._screen.broken = True

    # What must always hold

    def _step(self, what: str, step: Callable[[], None], *, returns: bool = False) -> None:
        """Take a step, and check all that must hold after it."""
        self.happened.append(f"{self._now:%Y-%m-%d %H:%M:%S} {what}")
        since = self._journal.standing().reckoned
        planned = [] if since is None else self._planned(max(since, self._now - timedelta(days=30)))
        shown_before = len(self._screen.shown)
        step()
        while self._screen.events:
            event = self._screen.events.pop(0)
            if event.token not in self._screen.wanted:
                continue
            self._note_seen(event)
            self._service.event(event, self._now)
        new = self._screen.shown[shown_before:]
        self._one_at_a_time()
        self._fresh_and_allowed(new)
        if returns and len(new) > 1:
            self._fail(f"{len(new)} shown on a return: {new}")
        self._ends_once()
        self._nothing_lost(planned)
        self._journal_is_true()
        self._in_force = (self._schedule, self._zone)

    def _note_seen(self, event: MessageEvent) -> None:
        """Keep, apart from the journal, what the person got to see."""
        if event.token.startswith(_QUESTION):
            if isinstance(event, Shown):
                self._asked_after(_night_of(event.token))
            return
        if event.token.startswith(_PROFESSIONAL):
            if isinstance(event, Shown):
                self._advise()
            return
        if event.token.startswith(_ROUTINE):
            return
        (course,) = (one for one in self._journal.unsettled() if token_of(one) == event.token)
        self._seen.add(course.key)
        self._askings.setdefault((course.key, course.snoozes), set()).add(event.token)

    def _asked_after(self, night: date) -> None:
        """A night is asked after at most twice, in the morning, and never once it is known."""
        self._asked[night] = self._asked.get(night, 0) + 1
        day = self._calendar().at(self._now)
        late = self._now >= day.wake + ASKED_UNTIL
        if self._asked[night] > 2 or late or self._journal.diary.morning(night) is not None:
            self._fail(f"asked after {night} for the {self._asked[night]}. time")

    def _advise(self) -> None:
        """A professional is spoken of at most once a week, by day, to somebody who is there."""
        last, self._advised = self._advised, self._now
        day = self._calendar().at(self._now)
        too_soon = last is not None and timedelta() <= self._now - last < NOTICE_EVERY
        if too_soon or self._now >= day.bedtime or self._presence != Presence():
            self._fail(f"spoke of a professional, the last time {last}")

    def _in_the_diary(self, event: MessageEvent) -> None:
        """What the person said of a night is in the diary as they said it."""
        said = self._journal.diary.morning(_night_of(event.token))
        answer = event.key if isinstance(event, Answered) else None
        if (None if said is None else said.answer) != answer:
            self._fail(f"{event} made {said}")

    def _counted(self, before: Course, event: MessageEvent) -> None:
        """What the person did on the screen is in the journal as they did it."""
        after = self._journal.course(before.key)
        assert after is not None
        match event:
            case Answered(_, "done" | "good-night"):
                right = after.state == Settled(Outcome.DONE, self._now)
            case Answered(_, "start"):
                led = self._journal.led()
                right = led is not None and led.key == after.key and isinstance(after.state, Open)
            case Answered(_, snooze):
                until = self._now + parse_length(snooze.removeprefix("snooze-"))
                right = (after.state, after.snoozes) == (Snoozed(until), before.snoozes + 1)
            case _:
                asked_again = isinstance(before.state, Open) and before.state.again is not None
                right = after.state == Settled(Outcome.DISMISSED, self._now) or asked_again
        if not right:
            self._fail(f"{event} made {before} {after}")

    def _nothing_lost(self, planned: list[Occurrence]) -> None:
        for one in planned:
            if self._journal.course(one.key) is None:
                still = plan.planned(
                    self._schedule.named(one.key.reminder), self._calendar(), one.key
                )
                if still is None or still.due <= self._now:
                    self._fail(f"lost: {one}")

    def _journal_is_true(self) -> None:
        """It tells what was seen, and no snooze that is over is still waiting for its time."""
        day = self._calendar().at(self._now).date
        for course in self._journal.of_care_day(day):
            if course.seen != (course.key in self._seen):
                self._fail(f"the journal is wrong about having shown {course}")
            # The others are the person's doing, who may answer by a command what they never saw.
            if isinstance(course.state, Settled):
                of_what_was_seen = {Outcome.MISSED: False, Outcome.EXPIRED: True}
                if of_what_was_seen.get(course.state.outcome, course.seen) != course.seen:
                    self._fail(f"wrong outcome: {course}")
        for course in self._journal.unsettled():
            if isinstance(course.state, Snoozed) and course.state.until <= self._now:
                self._fail(f"a snooze that is over still waits: {course}")
            askings = self._askings.get((course.key, course.snoozes), set())
            if len(askings) > 1 + _REPEATS.get(course.key.reminder, 0):
                self._fail(f"asked too often: {course}")

    def _one_at_a_time(self) -> None:
        opened = [
            one
            for one in self._journal.unsettled()
            if isinstance(one.state, Open) and not one.state.away
        ]
        others = [one for one in self._screen.wanted if one.startswith((_QUESTION, _PROFESSIONAL))]
        reminders = len(self._screen.wanted) - len(others)
        # The closing words of a routine belong to what is done already.
        led = self._journal.led()
        done = None if led is None else self._journal.course(led.key)
        closing = done is not None and done.settled and not others
        if len(self._screen.wanted) > 1 or reminders != len(opened) + closing:
            self._fail(f"open {opened}, on the screen {list(self._screen.wanted)}")
        waiting = [one for one in self._journal.unsettled() if one.state == Held(Step.ROUTINE)]
        if waiting and led is None and not opened:
            self._fail(f"still waiting for a routine that is over: {waiting}")
        names = [one.key.reminder for one in self._journal.unsettled()]
        if len(names) != len(set(names)):
            self._fail(f"two of one reminder under way: {names}")

    def _fresh_and_allowed(self, new: list[str]) -> None:
        standing = self._journal.standing()
        if not new:
            return
        if standing.paused(self._now):
            self._fail(f"shown during a pause: {new}")
        day = self._calendar().at(self._now)
        if standing.good_night == day.date and not self._begun_since_good_night(new):
            self._fail(f"shown after good night: {new}")
        for course in self._journal.unsettled():
            if isinstance(course.state, Open) and not course.state.away:
                reminder = self._schedule.named(course.key.reminder)
                if self._now > course.fresh_from + reminder.fresh:
                    self._fail(f"shown too late: {course}")
                if self._presence.locked and reminder.quiet.locked == "hold":
                    self._fail(f"shown on a locked screen: {course}")

    def _begun_since_good_night(self, new: list[str]) -> bool:
        """Whether it is a stretch begun after it: who flies west has that evening once more."""
        led = self._journal.led()
        said = [one.at for one in self._journal.acts() if one.what == "good-night"]
        return (
            led is not None
            and all(one.startswith("routine/") for one in new)
            and led.began > max(said, default=led.began)
        )

    def _ends_once(self) -> None:
        """What has its outcome keeps it, but where the person takes it back themselves."""
        day = self._calendar().at(self._now).date
        for key, outcome in list(self._settled.items()):
            if key.care_day < day - _WATCHED:
                # Nothing comes to it any more; ten years of them are too many to ask for.
                del self._settled[key]
                continue
            course = self._journal.course(key)
            now = course.state.outcome if course and isinstance(course.state, Settled) else None
            if now is not outcome:
                forgotten = course is None and outcome is Outcome.MISSED
                if not self._undone and not forgotten and not self._coming_again(course):
                    self._fail(f"{key} was {outcome} and is {now}")
                del self._settled[key]
        for course in self._journal.of_care_day(day):
            if isinstance(course.state, Settled):
                self._settled[course.key] = course.state.outcome

    def _coming_again(self, course: Course | None) -> bool:
        """After the clock was set back, what nobody saw may come in its time after all."""
        return course is not None and course.occurrence.due > self._now - timedelta(hours=2)

    def _planned(self, since: datetime) -> list[Occurrence]:
        """What has fallen due since an instant (UTC) by the schedule that was in force then."""
        if since >= self._now:
            return []
        schedule, zone = self._in_force
        calendar = Calendar(schedule.sleep, zone, self._journal.standing().tonight)
        return between(schedule.enabled, calendar, since, self._now)

    def _everything_has_ended(self) -> None:
        for course in self._journal.unsettled():
            young = course.fresh_from > self._now - timedelta(days=1, hours=1)
            waiting = isinstance(course.state, Held) and course.state.cause is Step.PAUSED
            if not young and not waiting:
                self._fail(f"never ended: {course}")

    def _calendar(self) -> Calendar:
        return Calendar(self._schedule.sleep, self._zone, self._journal.standing().tonight)

    def _fail(self, what: str) -> None:
        last = "\n  ".join(self.happened[-12:])
        raise BrokenPromise(
            f"seed {self.seed}, {self._now}: {what}\nthe last that happened:\n  {last}\n"
            f"again: python -m parts.world {self.seed}"
        )

    def _tell(self, key: str, /, **values: object) -> None:
        self.happened.append(f"    {self._words.say(key, **values)}")

    def _some_schedule(self) -> Schedule:
        count = self._random.randrange(1, len(_REMINDERS) + 1)
        reminders = self._random.sample(_REMINDERS, count)
        return schedule_of(self._random.choice(_SLEEPS) + "".join(reminders) + _ASKED)


def _night_of(token: str) -> date:
    return date.fromisoformat(token.split("/")[1])


def main() -> None:
    """Live through the days of a seed again, and print them."""
    seed = int(sys.argv[1])
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    world = World(seed)
    try:
        world.live(days)
    finally:
        print("\n".join(world.happened))  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
