"""The computers of a person in the simulation, and the broker between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from nightcare.bridge.act_exchange import SHARED_DAYS, ActExchange, SharedMessage
from nightcare.bridge.value_exchange import ValueExchange
from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import ANSWERS, Closed, Outcome
from nightcare.domain.history import UserAction
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Key
from nightcare.domain.shared_acts import ActId, Effect, live
from nightcare.engine.engine import Engine
from nightcare.engine.messages import key_of
from nightcare.errors import NothingToDo, ValueRefused
from nightcare.journal.mapping import parse_instant
from nightcare.journal.store import Journal
from simulation.screen import Screen
from simulation.world import ZONES

if TYPE_CHECKING:
    from simulation.sharing import SeveralComputers

IN_TIME = timedelta(minutes=1)
"""The time in which an answer arrives on a computer that is connected."""

SKEW = timedelta(minutes=10)
"""The most by which a clock is wrong."""

_SECOND = timedelta(seconds=1)
_LAGS = (0, 0, 0, 1, 30, 300, 3600)
"""Seconds until the bridge looks at what the service or a command has written."""


class Broker:
    """A broker that keeps retained messages, and forwards them in any order, twice, and late.

    Attributes:
        retained: The payload of each topic, by computer and name.
        coming: The messages on their way: when they arrive, at which computer, and the message.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.retained: dict[tuple[str, str], bytes] = {}
        self.backup: dict[tuple[str, str], bytes] = {}
        self.coming: list[tuple[datetime, str, SharedMessage]] = []

    def publish(self, message: SharedMessage, to: list[str], now: datetime) -> None:
        """Retain a message, and forward it."""
        self.retained[message.computer, message.name] = message.payload
        for name in to:
            self.forward(message, name, now)

    def forward(self, message: SharedMessage, to: str, now: datetime) -> None:
        """Send a message to a computer, sometimes twice."""
        for _ in range(1 + (self._random.random() < 0.2)):
            arrives = now + self._random.choice((0, 1, 20)) * _SECOND
            self.coming.append((arrives, to, message))


class Computer:
    """One computer: its journal, its service, its screen, and a clock that is wrong.

    Attributes:
        given: The answers of each action of the person here that was not undone.
        arrived: The time by which an answer of another computer must have arrived here.
        reading: What the broker held at the connection, until it has arrived here; None then.
        read_at: When it has.
        lost: Whether the journal was lost, and the broker is not read again yet.
        erasing: Whether an erasure here is not published yet.
    """

    def __init__(self, world: SeveralComputers, number: int) -> None:
        random = world.random
        self.world = world
        self.name = f"computer{number}"
        self.skew = SKEW * random.choice((-1, 0, 0, 0.3, 1)) * (not world.erases)
        self.zone = random.choice(ZONES) if random.random() < 0.1 else world.zone
        self.schedule = world.schedule
        self.journal = Journal.in_memory()
        self.acts = ActExchange(self.journal, self.name)
        self.on = False
        self.connected = False
        self.present = number < 2
        self.away_until = world.now
        self.sync_at: datetime | None = None
        self.given: dict[int, dict[Key, Outcome]] = {}
        self.arrived: dict[tuple[Key, str], datetime] = {}
        self.alarm: datetime | None = None
        self.reading: list[SharedMessage] | None = None
        self.read_at = world.now
        self.lost = self.erasing = False
        self.journal.shared.sharing_since(self.name, self.now)
        self._last_published: dict[str, bytes] = {}
        self._recorded: dict[ActId, tuple[Key, Effect]] = {}

    @property
    def now(self) -> datetime:
        """The instant by the clock of this computer (UTC)."""
        return self.world.now + self.skew

    def start(self) -> None:
        """Start the service."""
        self.screen = Screen()
        self.on = True
        self.service = Engine(
            schedule=self.schedule,
            zone=self.zone,
            journal=self.journal,
            screen=self.screen,
            translator=self.world.translator,
            log=self.world.say_nothing,
        )
        self._present()
        self.step("start", lambda: self.service.start(self.now))

    def crash(self) -> None:
        """End the service, without notice."""
        self.world.note(self, "off")
        self.on = self.connected = False

    def shows(self) -> set[Key]:
        """Return the occurrences on the screen."""
        return {key for token in self.screen.visible if (key := key_of(token)) is not None}

    def change_presence(self) -> None:
        """Let the person come or go."""
        self.present = not self.present
        self._present()
        self.step("present" if self.present else "away", lambda: self.service.update(self.now))

    def _present(self) -> None:
        self.service.presence = Presence() if self.present else Presence({Condition.LOCKED})

    def calendar(self) -> Calendar:
        """Return the care days as they are now."""
        return Calendar(self.schedule.sleep, self.zone, self.journal.global_state().tonight)

    def next_alarm(self) -> datetime:
        """Return the next instant (UTC, by the right clock) at which the service wakes."""
        if self.alarm is None:
            self.alarm = self._next_alarm()
        return self.alarm

    def _next_alarm(self) -> datetime:
        soon = self.now + timedelta(hours=12)
        due = between(self.schedule.enabled, self.calendar(), self.now, soon)[:1]
        instants = [one.due for one in due]
        deadline = self.service.next_deadline()
        if deadline is not None:
            instants.append(max(deadline, self.now + timedelta(milliseconds=1)))
        return min(instants, default=soon) - self.skew

    def step(self, what: str, action: Callable[[], object]) -> None:
        """Take a step, and check that nothing is shown that was answered elsewhere in time."""
        self.world.note(self, what)
        self.alarm = None
        shown = len(self.screen.shown)
        action()
        while self.screen.told:
            event = self.screen.told.pop(0)
            if event.token in self.screen.wanted:
                self.service.handle_event(event, self.now)
        for token in self.screen.shown[shown:]:
            key = key_of(token)
            if key is not None:
                self.world.note(self, f"    shows {key}")
                self.world.check_not_repeated(self, key)

    def act(self, what: str, action: Callable[[], object]) -> None:
        """Let the person act, and remember which answers they gave, or took back."""
        before = self.journal.last_action()
        self.world.note(self, what)
        try:
            action()
        except (NothingToDo, ValueRefused):
            self.world.note(self, "    refused")
            return
        after = self.journal.last_action()
        if before is not None and after != before and (after is None or after.id < before.id):
            for key in self.given.pop(before.id, {}):
                # If it is answered once more, that has to arrive first.
                for one in self.world.computers:
                    one.arrived.pop((key, self.name), None)
        elif after is not None and after != before:
            self.given[after.id] = dict(self._answers(after))
        self.world.note(self, f"    {self.given}")
        self.step("written", lambda: self.service.handle_journal(self.now))

    def _answers(self, action: UserAction) -> list[tuple[Key, Outcome]]:
        found = []
        for one in action.deliveries:
            delivery = self.journal.delivery(one.key)
            state = None if delivery is None else delivery.state
            if isinstance(state, Closed) and state.computer is None and state.outcome in ANSWERS:
                found.append((one.key, state.outcome))
        return found

    def given_answers(self, key: Key) -> set[Outcome]:
        """Return the answers that the person gave here and did not undo."""
        return {answers[key] for answers in self.given.values() if key in answers}

    def erase(self) -> None:
        """Erase everything, as the command does."""
        self.erasing = True
        self.journal.erase(self.now, self.name)
        self.step("erase", lambda: self.service.handle_journal(self.now))

    # The exchange

    @property
    def values(self) -> ValueExchange:
        """The exchange of values, by the schedule in force."""
        return ValueExchange(self.journal, self.name, self.schedule, self.zone, diary=True)

    def sync_later(self) -> None:
        """Let the bridge look at the journal in a while."""
        if self.sync_at is None:
            self.sync_at = self.world.now + self.world.random.choice(_LAGS) * _SECOND

    def sync(self) -> None:
        """Do what the bridge does when the journal has changed: record, apply, publish."""
        self.sync_at = None
        written = any([self.acts.sync(self.now), self.values.sync(self.now)])
        if written and self.on:
            self.step("synced", lambda: self.service.handle_journal(self.now))
        if self.connected:
            self.publish()

    def publish(self) -> None:
        """Publish what the broker does not have, as soon as what it holds is known."""
        if self.reading is not None:
            return
        broker, world = self.world.broker, self.world
        others = [one for one in world.computers if one is not self and one.connected]
        published = {**self.acts.published(self.now), **self.values.published(self.now)}
        self._check_ids()
        self._last_published = published
        self.erasing = False
        for name, payload in published.items():
            if broker.retained.get((self.name, name)) != payload:
                message = SharedMessage(self.name, name, payload)
                broker.publish(message, [one.name for one in others], world.now)
                for one in others:
                    one.expect(self, world.now)

    def expect(self, origin: Computer, now: datetime) -> None:
        """Note that the answers that another computer has recorded as acts arrive here soon."""
        for key in {key for answers in origin.given.values() for key in answers}:
            recorded = live(origin.journal.shared.acts_on(key, own=True)).values()
            if any(isinstance(one, Closed) for one in recorded):
                self.arrived.setdefault((key, origin.name), now + IN_TIME)

    def connect(self) -> None:
        """Connect: receive what is retained, and publish what is missing."""
        world = self.world
        world.note(self, "connected")
        self.connected = True
        retained = world.broker.retained.items()
        self.reading = [SharedMessage(*topic, payload) for topic, payload in retained]
        self.read_at = world.now + world.random.choice((0, 1, 20)) * _SECOND
        self.sync()

    @property
    def is_ready(self) -> bool:
        """True if it is connected, and what the broker held has arrived."""
        return self.connected and self.reading is None

    def disconnect(self) -> None:
        """Lose the connection, and what was on its way here."""
        self.world.note(self, "disconnected")
        self.connected = False
        self.reading = None
        self.arrived.clear()
        broker = self.world.broker
        broker.coming = [one for one in broker.coming if one[1] != self.name]

    def read(self, messages: list[SharedMessage]) -> None:
        """Receive what the broker held, with what it has forwarded since, and publish the rest."""
        held, self.reading = self.reading or [], None
        self.lost = False
        self.receive(self.world.random.sample(held, len(held)) + messages)
        self.publish()

    def receive(self, messages: list[SharedMessage]) -> None:
        """Receive messages, and let the service know."""
        self.values.erase(messages, self.now)
        if any([self.acts.receive(messages, self.now), self.values.receive(messages, self.now)]):
            self.world.note(self, f"received {len(messages)}")
            if self.on:
                self.step("written", lambda: self.service.handle_journal(self.now))
            self.publish()

    # The journal is lost

    def is_held(self) -> bool:
        """Return whether the broker holds all that was published here."""
        retained = self.world.broker.retained
        return all(
            retained.get((self.name, name)) == payload
            for name, payload in self._last_published.items()
        )

    def lose_journal(self) -> None:
        """Begin with an empty journal; what was published still counts, and nothing else."""
        self.world.note(self, "journal lost")
        self.journal.close()
        self.journal = Journal.in_memory()
        self.journal.shared.sharing_since(self.name, self.now)
        self.acts = ActExchange(self.journal, self.name)
        self.sync_at = self.alarm = None
        self.lost = True
        self.given = {}
        for name, entry in self._held_entries("acts"):
            key = Key(entry["reminder"], date.fromisoformat(name.split("/")[1]), entry["slot"])
            undone = {one["undoes"][1] for one in entry["acts"] if "undoes" in one}
            for one in entry["acts"]:
                if one.get("what") not in ANSWERS or one["n"] in undone:
                    continue
                times = [parse_instant(at) for at in (entry["due"], one["at"])]
                if not any(map(self.world.was_erased, times)):
                    # The numbers of actions begin anew.
                    self.given[-1 - len(self.given)] = {key: Outcome(one["what"])}

    def held_cramps(self) -> set[datetime]:
        """Return the times of the cramps that the broker holds of any computer."""
        held = [one for each in self.world.computers for one in each._held_entries("values")]
        return {
            parse_instant(one["value"]["at"])
            for _, one in held
            if one["name"].startswith("cramp/") and one["value"] is not None
            if not self.world.was_erased(parse_instant(one["value"]["recorded"]))
        }

    def _held_entries(self, level: str) -> list[tuple[str, dict[str, Any]]]:
        return [
            (name, entry)
            for (computer, name), payload in self.world.broker.retained.items()
            if computer == self.name and name.startswith(f"{level}/")
            for entry in json.loads(payload)
        ]

    def _check_ids(self) -> None:
        """Check that no two acts of this computer ever had the same id."""
        since = (self.now - timedelta(days=SHARED_DAYS)).date()
        for act in self.journal.shared.acts(since, own=True):
            what = (act.occurrence.key, act.effect)
            if self._recorded.setdefault(act.id, what) != what:
                self.world.fail(f"{act.id} of {what} is that of {self._recorded[act.id]}")
