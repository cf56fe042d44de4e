"""Random days of one person with two to five computers that share their acts through a broker.

The engine, the journal and the exchange are real; the broker loses, delays, doubles and reorders
messages, is wiped and is restored from a backup. To run a seed again and print every event:

    .venv/bin/python -m simulation.sharing SEED        (in tests/)
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random

from nightcare.bridge.act_exchange import SHARED_DAYS
from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import STATE_NAMES, Closed, Outcome
from nightcare.domain.diary import Answer, Severity
from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import Schedule
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.engine.messages import key_of
from nightcare.engine.user_actions import UserActions
from nightcare.errors import ValueRefused
from nightcare.i18n.translator import read_words
from simulation.computers import IN_TIME, SKEW, Broker, Computer
from simulation.promises import BrokenPromise
from simulation.schedules import some_schedule
from simulation.world import ZONES

DAYS = 3
"""The number of days that a seed runs before everything is mended."""

LONG_EVERY = 10
"""One seed of so many has a computer that is away for weeks."""

ERASES_EVERY = 4
"""In one seed of so many the person erases, and all clocks are right."""

_SECOND = timedelta(seconds=1)
_MOST_IN_A_WEEK = 35


class SeveralComputers:
    """Random days of one person with several computers, from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - days, not secrets
        self.translator = read_words("en")
        self.zone = self.random.choice(ZONES)
        self.schedule = self.sparse_schedule()
        start = date(2026, 1, 1) + timedelta(days=self.random.randrange(700))
        self.now = datetime.combine(start, time(self.random.randrange(24)), UTC)
        self.happened: list[str] = []
        self.broker = Broker(self.random)
        self.long = seed % LONG_EVERY == LONG_EVERY - 1
        number = 2 if self.long else self.random.randint(2, 5)
        self.erases = seed % ERASES_EVERY == ERASES_EVERY - 1
        self.erased: datetime | None = None
        self.computers = [Computer(self, one) for one in range(number)]
        self.cramps: set[datetime] = set()
        self.recorded: dict[datetime, datetime] = {}
        self.changed: set[datetime] = set()

    def sparse_schedule(self) -> Schedule:
        """Return a random schedule with few reminders, so that a seed takes seconds."""
        while True:
            schedule = some_schedule(self.random)
            start = datetime(2026, 6, 1, tzinfo=UTC)
            calendar = Calendar(schedule.sleep, self.zone, {})
            week = between(schedule.enabled, calendar, start, start + timedelta(days=7))
            if 0 < len(week) <= _MOST_IN_A_WEEK:
                return schedule

    def live(self, days: float) -> None:
        """Let so many days go by, mend everything, and check that all agree.

        Raises:
            BrokenPromise: They do not, or something was lost or repeated.
        """
        try:
            self._live(days)
        finally:
            for one in self.computers:
                one.journal.close()

    def _live(self, days: float) -> None:
        for one in self.computers:
            one.start()
            one.connect()
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.go_on(timedelta(seconds=self.random.expovariate(1 / 2400)))
            self.something_happens()
        if self.long:
            self._leave_one_for_weeks()
        self.note(None, "everything is mended")
        for one in self.computers:
            if not one.on:
                one.start()
            if not one.connected:
                one.connect()
        self._settle()
        self.check_settings()
        self.go_on(timedelta(days=4))
        self._settle()
        self.check_agreement()
        self.check_settings()
        self.check_diary()
        self.check_erased()

    def _settle(self) -> None:
        for _ in range(3):
            for one in self.computers:
                one.sync()
            self.go_on(IN_TIME)

    def _leave_one_for_weeks(self) -> None:
        """Leave one computer off for weeks, while little happens on the other one."""
        away, other = self.random.sample(self.computers, 2)
        if away.on:
            away.disconnect()
            away.crash()
        end = self.now + timedelta(days=self.random.uniform(7, SHARED_DAYS - DAYS - 4))
        away.away_until = end
        while self.now < end:
            self.go_on(timedelta(hours=self.random.expovariate(1 / 10)))
            self.happen_to(other)

    def go_on(self, length: timedelta) -> None:
        """Let time go by: services wake for their alarms, and messages arrive."""
        end = self.now + length
        while True:
            alarms = [(one.next_alarm(), one) for one in self.computers if one.on]
            coming = [at for at, *_ in self.broker.coming]
            coming += [one.read_at for one in self.computers if one.reading is not None]
            syncs = [one.sync_at for one in self.computers if one.sync_at is not None]
            instants = [one for one, _ in alarms] + coming + syncs
            if not instants or min(instants) > end:
                break
            self.now = max(self.now, min(instants))
            self._deliver()
            for alarm, one in alarms:
                if alarm <= self.now:
                    one.step("alarm", lambda one=one: one.service.update(one.now))  # type: ignore[misc] # bound
                    one.sync_later()
            for one in self.computers:
                if one.sync_at is not None and one.sync_at <= self.now:
                    one.sync()
        self.now = end

    def _deliver(self) -> None:
        due = [one for one in self.broker.coming if one[0] <= self.now]
        self.broker.coming = [one for one in self.broker.coming if one[0] > self.now]
        self.random.shuffle(due)
        for one in self.computers:
            messages = [message for _, to, message in due if to == one.name]
            if one.reading is not None and one.read_at > self.now:
                one.reading += messages
            elif one.reading is not None:
                one.read(messages)
            elif messages:
                one.receive(messages)

    # What happens

    def something_happens(self) -> None:
        """Let one thing happen to one computer, or to the broker."""
        self.happen_to(self.random.choice(self.computers))

    def happen_to(self, one: Computer) -> None:
        """Let one thing happen to a computer, or to the broker."""
        if not one.on:
            if one.away_until <= self.now:
                one.start()
                if one.lost and self.random.random() < 0.5:
                    one.connect()
            return
        happenings: tuple[tuple[int, Callable[[Computer], None]], ...] = (
            (20, self._answer), (20, self._answer_on_two), (20, self._command),
            (8, self._cut_or_heal), (5, self._turn_off), (4, lambda one: one.change_presence()),
            (4, self._break_broker), (2, self._edit), (4, self._write_diary),
            (4, self._pause_on_two), (3, self._lose_journal),
            (2 * self.erases, self._erase),
        )  # fmt: skip
        weights = [weight for weight, _ in happenings]
        (happening,) = self.random.choices([one for _, one in happenings], weights)
        happening(one)
        if one.on:
            one.sync_later()

    def _answer(self, one: Computer) -> None:
        token = next((token for token in one.screen.visible if key_of(token) is not None), None)
        if token is None:
            return
        buttons = [button.key for button in one.screen.wanted[token].buttons]
        buttons = [key for key in buttons if key != "start"]
        if buttons and self.random.random() < 0.8:
            event = ButtonPressed(token, self.random.choice(buttons))
            one.act(f"{event}", lambda: one.service.handle_event(event, one.now))
        else:
            self._close(one, token)

    def _close(self, one: Computer, token: str) -> None:
        one.screen.close(token)
        closed = NotificationClosed(token)
        one.step(f"{closed}", lambda: one.service.handle_event(closed, one.now))

    def _answer_on_two(self, _: Computer) -> None:
        """Answer a reminder on two computers before they know of each other; then undo on one."""
        pair = self._wait_for_two()
        if pair is None:
            return
        key, one, other = pair
        for each in (one, other):
            self._answer_in_any_way(each, key)
            each.sync_later()
        self.go_on(self.random.choice((1, 60, 600)) * _SECOND)
        for undone in self.random.choice(((), (one,), (other,), (one, other), (other, one))):
            if undone.on:
                self._undo(undone)
                self.go_on(self.random.choice((1, 600)) * _SECOND)

    def _undo(self, one: Computer) -> None:
        actions = UserActions(one.schedule, one.zone, one.journal)
        one.act("undo", lambda: actions.undo(one.now))
        one.sync_later()

    def _pause_on_two(self, one: Computer) -> None:
        """Pause on two computers before they know of each other; the later pause holds on both."""
        others = [
            each
            for each in self.computers
            if each is not one and each.skew == one.skew and each.on and each.is_ready
        ]
        settled = all(each.sync_at is None for each in self.computers)
        if not (one.is_ready and others and settled):
            self.note(one, "    no pair")
            return
        other = self.random.choice(others)
        hours = self.random.sample((5, 6), 2)
        for each, length in zip((other, one), hours, strict=True):
            actions = UserActions(each.schedule, each.zone, each.journal)
            until = each.now + timedelta(hours=length)
            each.act("pause", partial(actions.pause, each.now, until))
            each.sync_at = self.now + self.random.choice((0, 1, 30)) * _SECOND
            self.go_on(self.random.choice((0.5, 2)) * _SECOND)
        self.go_on(timedelta(minutes=3))
        found = {each.journal.global_state().paused_until for each in (one, other)}
        if found != {until}:
            self.fail(f"the later pause, until {until}, is lost: {found}")
        if self.random.random() < 0.7:
            self._resume(self.random.choice((one, other)))

    def _resume(self, one: Computer) -> None:
        actions = UserActions(one.schedule, one.zone, one.journal)
        one.act("resume", lambda: actions.resume(one.now))
        one.sync_later()

    def _wait_for_two(self) -> tuple[Key, Computer, Computer] | None:
        """Let time go by until two computers show the same reminder, or for half a day."""
        end = self.now + timedelta(hours=12)
        while self.now < end:
            running = self.random.sample(self.computers, len(self.computers))
            running = [each for each in running if each.on]
            if len(running) < 2:
                return None
            for each, other in itertools.combinations(running, 2):
                for key in each.shows() & other.shows():
                    return key, each, other
            coming = min(each.next_alarm() for each in running)
            self.go_on(max(coming - self.now, timedelta()) + _SECOND)
        return None

    def _answer_in_any_way(self, one: Computer, key: Key) -> None:
        """Answer what a computer shows by a button, by closing it, or by a command."""
        token = next((token for token in one.screen.visible if key_of(token) == key), None)
        if token is None:
            return
        actions, now = UserActions(one.schedule, one.zone, one.journal), one.now
        match self.random.choice(("done", "skip", "snooze", "close")):
            case "done":
                pressed = ButtonPressed(token, "done")
                one.act(f"{pressed}", lambda: one.service.handle_event(pressed, now))
            case "skip":
                one.act("skip", lambda: actions.skip(now, key.reminder))
            case "snooze":
                one.act("snooze", lambda: actions.snooze(now, key.reminder))
            case _:
                self._close(one, token)

    def _write_diary(self, one: Computer) -> None:
        """Note, correct or remove a cramp, or answer about the night."""
        diary = DiaryActions(one.journal.diary, one.calendar())
        cramps = one.journal.diary.cramps()
        what = self.random.choice(("add", "add", "change", "remove", "answer"))
        one_of = self.random.choice(cramps) if cramps else None
        self.note(one, f"diary: {what} {None if one_of is None else one_of.at}")
        if what == "add":
            # Its time is what the test knows it by.
            at = one.now - timedelta(milliseconds=self.random.randrange(1, 2**30))
            self.cramps.add(at)
            self.recorded[at] = one.now
            diary.add(at, Details(), one.now)
        elif what == "answer":
            with suppress(ValueRefused):
                answer = self.random.choice(list(Answer))
                diary.answer(diary.last_night(one.now), answer, one.now)
        elif one_of is not None and what == "change":
            severe = Severity.SEVERE
            self.changed.add(one_of.at)
            diary.change(one_of.id, None, lambda old: replace(old, severity=severe), one.now)
        elif one_of is not None:
            diary.remove(one_of.id)
            self.cramps.discard(one_of.at)

    def _command(self, one: Computer) -> None:
        actions, now = UserActions(one.schedule, one.zone, one.journal), one.now
        commands: dict[str, Callable[[], object]] = {
            "undo": lambda: actions.undo(now),
            "done": lambda: actions.done(now),
            "done ahead": lambda: actions.done(now, ahead=True),
            "skip": lambda: actions.skip(now),
            "skip today": lambda: actions.skip(now, span=SkipSpan.TODAY),
            "snooze": lambda: actions.snooze(now),
            "good night": lambda: actions.good_night(now),
            "pause": lambda: actions.pause(now, now + timedelta(hours=1)),
            "resume": lambda: actions.resume(now),
            "tonight": lambda: actions.tonight(now, time(self.random.randrange(24), 30)),
        }
        what = "undo" if self.random.random() < 0.3 else self.random.choice(list(commands))
        one.act(what, commands[what])

    def _cut_or_heal(self, one: Computer) -> None:
        if one.connected:
            one.disconnect()
        else:
            one.connect()

    def _turn_off(self, one: Computer) -> None:
        one.disconnect()
        one.crash()
        hours = self.random.choice((0, 0.1, 3, 30, 24 * 7 if self.random.random() < 0.3 else 12))
        one.away_until = self.now + timedelta(hours=hours)

    def was_erased(self, at: datetime) -> bool:
        """Return whether the person has erased what was recorded at an instant (UTC)."""
        return self.erased is not None and at <= self.erased

    def _erase(self, one: Computer) -> None:
        """Erase on one computer what was recorded on any until now, also what is still to come."""
        if self.random.random() < 0.5:
            other = self.random.choice([each for each in self.computers if each.on])
            actions = UserActions(other.schedule, other.zone, other.journal)
            other.act("done ahead", lambda: actions.done(other.now, ahead=True))
            other.sync_later()
            self.go_on(self.random.choice((1, 60, 600)) * _SECOND)
        self.erased = one.now
        for each in self.computers:
            each.given = {}
        gone = {at for at, recorded in self.recorded.items() if self.was_erased(recorded)}
        self.cramps -= gone
        self.changed -= gone
        one.erase()

    def check_erased(self) -> None:
        """Check that nothing is left of what was erased."""
        for one in self.computers:
            mornings = one.journal.diary.mornings()
            deliveries = one.journal.since(datetime.min.replace(tzinfo=UTC))
            known = [(each.occurrence, each.state) for each in deliveries]
            acts = [(each.occurrence, each.effect) for each in one.journal.shared.acts(date.min)]
            kept = [
                (occurrence, state)
                for occurrence, state in (*known, *acts)
                if self.was_erased(occurrence.due)
                or (isinstance(state, Closed) and self.was_erased(state.at))
            ]
            if kept or any(self.was_erased(each.recorded) for each in mornings):
                self.fail(f"{one.name}: what was erased came back: {kept[:3]} {mornings}")

    def _lose_journal(self, one: Computer) -> None:
        """Lose the journal of a computer; the broker has what was published there."""
        self._turn_off(one)
        # An erasure that nobody knows yet is lost with it.
        if one.erasing or not one.is_held():
            self.note(one, "    the broker has lost it too")
            return
        before = {each.at for each in one.journal.diary.cramps()}
        held = one.held_cramps()
        one.lose_journal()
        diaries = [each.journal.diary.cramps() for each in self.computers]
        known = held.union(*(
            {cramp.at for cramp in cramps if not self.was_erased(cramp.recorded)}
            for cramps in diaries
        ))  # fmt: skip
        self.cramps -= before - known
        # A removal may be lost.
        self.changed |= known - self.cramps

    def _break_broker(self, _: Computer) -> None:
        if any(one.lost for one in self.computers):
            # What both the journal and the broker have lost is not promised.
            return
        connected = [one for one in self.computers if one.connected]
        for one in connected:
            one.disconnect()
        what = self.random.choice(("backed up", "wiped", "restored"))
        self.note(None, f"broker {what}")
        if what == "backed up":
            self.broker.backup = dict(self.broker.retained)
        else:
            self.broker.retained = dict(self.broker.backup) if what == "restored" else {}
        for one in connected:
            one.connect()

    def _edit(self, one: Computer) -> None:
        old = one.schedule
        one.schedule = self.sparse_schedule() if self.random.random() < 0.2 else self.schedule
        if one.schedule != old:
            one.step(
                "edit",
                lambda: one.service.reload(
                    one.schedule, self.translator, one.now, meant_since=one.now
                ),
            )

    # What must hold

    def check_not_repeated(self, one: Computer, key: Key) -> None:
        """Check that an occurrence that is shown was not answered elsewhere a while ago."""
        for other in self.computers:
            by = one.arrived.get((key, other.name))
            if by is not None and by < self.now and other.given_answers(key):
                self.fail(f"{one.name} shows {key}, which was answered on {other.name}")

    def check_agreement(self) -> None:
        """Check that all computers agree, and that no answer and no undo is lost."""
        oldest = (self.now - timedelta(days=SHARED_DAYS - 1)).date()
        newest = (self.now - timedelta(days=2)).date()
        known: dict[Key, dict[str, tuple[str, datetime | None]]] = {}
        for one in self.computers:
            for delivery in one.journal.since(datetime.min.replace(tzinfo=UTC)):
                if oldest <= delivery.key.care_day < newest:
                    state = delivery.state
                    ended: tuple[str, datetime | None] = (STATE_NAMES[type(state)], None)
                    if isinstance(state, Closed):
                        ended = (str(state.outcome), state.at)
                    known.setdefault(delivery.key, {})[one.name] = ended
        for key, states in known.items():
            if len(set(states.values())) > 1:
                self.fail(f"{key} differs: {states}")
            given = {one for computer in self.computers for one in computer.given_answers(key)}
            outcomes = {outcome for outcome, _ in states.values()}
            if Outcome.DONE in given and outcomes != {"done"}:
                self.fail(f"a done of {key} is lost: {states}")
            if Outcome.DONE not in given and "done" in outcomes:
                self.fail(f"an undo of {key} is lost: {states}")
            if given and len(states) < len(self.computers):
                self.fail(f"an answer of {key} is not known everywhere: {states}")

    def check_settings(self) -> None:
        """Check that a pause, "Good night" and another bedtime are the same on all."""
        since = (self.now - timedelta(days=2)).date()
        known = set()
        for one in self.computers:
            state = one.journal.global_state()
            until = state.paused_until
            night = state.good_night
            known.add((
                None if until is None or until <= self.now + SKEW else until,
                None if night is None or night < since else night,
                tuple(sorted((day, at) for day, at in state.tonight.items() if day >= since)),
            ))  # fmt: skip
        if len(known) > 1:
            self.fail(f"the settings differ: {known}")

    def check_diary(self) -> None:
        """Check that all computers have the same diary, without what was removed."""
        contents = set()
        for one in self.computers:
            diary = one.journal.diary
            contents.add((
                tuple((each.at, each.severity) for each in diary.cramps()),
                tuple((each.night, each.answer) for each in diary.mornings()),
            ))  # fmt: skip
            found = {each.at for each in diary.cramps()}
            if self.cramps - found:
                self.fail(f"{one.name}: cramps {self.cramps - found} are lost")
            # A correction may have been made without knowledge of a removal.
            if found - self.cramps - self.changed:
                self.fail(f"{one.name}: cramps {found - self.cramps} came back")
        if len(contents) > 1:
            self.fail(f"the diary differs: {contents}")

    def say_nothing(self, key: str, /, **values: object) -> None:
        """Ignore what a service logs."""

    def note(self, one: Computer | None, what: str) -> None:
        """Take note of what happens."""
        name = "" if one is None else one.name
        self.happened.append(f"{self.now:%Y-%m-%d %H:%M:%S} {name} {what}")

    def fail(self, what: str) -> None:
        """Say which promise was broken.

        Raises:
            BrokenPromise: Always.
        """
        again = f"again: python -m simulation.sharing {self.seed}"
        raise BrokenPromise(f"seed {self.seed}, {self.now}: {what}\n{again}")


def main() -> None:
    """Live through the days of a seed again, and print them."""
    world = SeveralComputers(int(sys.argv[1]))
    try:
        world.live(DAYS)
    finally:
        print("\n".join(world.happened))  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
