"""Random days of a person with nightcare: the real service, a world that does as worlds do.

What must always hold is checked at every step (docs/promises.md names each). The same seed
makes the same days, so a failure can be lived through again:

    .venv/bin/python -m simulation.world SEED [DAYS]        (in tests/)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from nightcare.domain.care_day import Calendar
from nightcare.domain.notification import MessageEvent, NotificationShown
from nightcare.domain.policy import Presence
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.engine.engine import Engine
from nightcare.engine.user_actions import UserActions
from nightcare.i18n.translator import Translator, read_words
from nightcare.journal.store import Journal
from simulation.happenings import something_happens
from simulation.keyed_answers import BEFORE_KEYS
from simulation.promises import BrokenPromise, Promises
from simulation.schedules import some_schedule
from simulation.screen import Screen

DAYS = 6
"""The default number of days that a seed runs."""

ZONES = tuple(
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


class World:
    """Random days, from a seed.

    Attributes:
        seed: What makes the days.
        random: What they are drawn from.
        now: The instant (UTC).
        schedule: The schedule in force.
        zone: Where the person is.
        presence: Whether they are there.
        journal: The service's connection to the journal.
        by_command: The connection of the commands, which are other processes.
        happened: What has happened, line by line.
        keyed: Whether the person also answers by the key of an occurrence.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - days, not secrets
        self.translator: Translator = read_words(self.random.choice(("en", "da")))
        self.zone = self.random.choice(ZONES)
        self.schedule = some_schedule(self.random)
        start = date(2026, 1, 1) + timedelta(days=self.random.randrange(700))
        self.now = datetime.combine(start, time(self.random.randrange(24)), UTC)
        self.presence = Presence()
        self.happened: list[str] = []
        self.keyed = seed not in BEFORE_KEYS

    # Living

    def live(self, days: int) -> None:
        """Let so many days go by.

        Raises:
            BrokenPromise: Something that must always hold did not.
        """
        memory = Path("/dev/shm")  # noqa: S108 - a folder of one's own in it, where there is one
        with (
            TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
            self.opened(Path(folder)),
        ):
            self._live(days)

    @contextmanager
    def opened(self, folder: Path) -> Iterator[None]:
        """Start the service on a new journal in a folder, and close it in the end."""
        with (
            closing(Journal.open(folder)) as self.journal,
            closing(Journal.open(folder)) as self.by_command,
        ):
            self.promises = Promises(self)
            self.begin()
            yield

    def _live(self, days: int) -> None:
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.go_on(self.random.expovariate(1 / self._apart()))
            something_happens(self)
        self.step("screen mended", self.screen.mend)
        self.presence = self.service.presence = Presence()
        self.jump(self.now + timedelta(days=3), "three days off")
        self.promises.everything_has_ended()

    def _apart(self) -> float:
        """Return how many seconds lie between happenings; fewer where there is most to go wrong."""
        if self.journal.routine_session() is not None:
            return 90
        bedtime = self.calendar().at(self.now).bedtime
        evening = bedtime - timedelta(hours=2) < self.now < bedtime + timedelta(minutes=45)
        return 600 if evening else 3000

    def begin(self) -> None:
        """Start the service on a screen of its own."""
        self.screen = Screen()
        self._late: list[tuple[datetime, NotificationShown]] = []
        self.service = Engine(
            schedule=self.schedule,
            zone=self.zone,
            journal=self.journal,
            screen=self.screen,
            translator=self.translator,
            log=self._log,
        )
        self.service.presence = self.presence
        self.promises.interrupted()
        self.step("start", lambda: self.service.start(self.now), returns=True)

    def go_on(self, seconds: float) -> None:
        """Let time go by as a machine that is on does: it wakes for each alarm."""
        end = self.now + timedelta(seconds=seconds)
        self.promises.announced(end)
        while True:
            instants = [one.due for one in self.due_between(self.now, end)[:1]]
            deadline = self.service.next_deadline()
            if deadline is not None:
                instants.append(max(deadline, self.now + timedelta(milliseconds=1)))
            instants += [max(at, self.now) for at, _ in self._late]
            coming = min(instants, default=end)
            if coming > end:
                break
            self.now = coming
            if self._tell_late():
                # A report is more than time alone, and what is announced may change by it.
                self.promises.announced_came()
                self.promises.announced(end)
            else:
                self.step("alarm", lambda: self.service.update(self.now))
            self.promises.stretches.check(self)
        self.now = end
        self.promises.announced_came()

    def jump(self, at: datetime, what: str) -> None:
        """Let the clock jump, as by a suspend."""
        if at < self.now:
            self.promises.set_back(at)
        self.now = at
        self.promises.interrupted()
        self.step(what, lambda: self.service.update(self.now), returns=True)

    def answers(self) -> UserActions:
        """Return the commands, as another process gives them."""
        return UserActions(self.schedule, self.zone, self.by_command)

    def reload(self, schedule: Schedule, meant_since: datetime) -> None:
        """Save another config."""
        self.promises.edited(schedule)
        self.schedule = schedule
        self.step(
            "edit",
            lambda: self.service.reload(
                schedule, self.translator, self.now, meant_since=meant_since
            ),
        )

    def change_zone(self, zone: ZoneInfo) -> None:
        """Be in another time zone."""
        self.zone = zone
        self.step(f"to {zone}", lambda: self.service.change_zone(zone, self.now), returns=True)

    def event(self, event: MessageEvent) -> None:
        """Let something happen on the screen."""
        self.step(f"{event}", lambda: self.service.handle_event(event, self.now))

    def step(self, what: str, action: Callable[[], object], *, returns: bool = False) -> None:
        """Take a step, and check all that must hold after it.

        Args:
            what: What happens.
            action: It.
            returns: Whether the person, the machine or the reminders come back by it.
        """
        self.happened.append(f"{self.now:%Y-%m-%d %H:%M:%S} {what}")
        paused_until = self.journal.global_state().paused_until
        pause_ends = paused_until is not None and paused_until <= self.now
        self.promises.before()
        action()
        self._deliver()
        self.promises.check(returns=returns or pause_ends)

    def _deliver(self) -> None:
        while self.screen.told:
            event = self.screen.told.pop(0)
            if event.token not in self.screen.wanted:
                continue
            self.promises.told(event.token)
            self.service.handle_event(event, self.now)

        while self.screen.late:
            seconds = self.random.choice((0.001, 1, 20))
            self._late.append((self.now + timedelta(seconds=seconds), self.screen.late.pop(0)))

    def _tell_late(self) -> bool:
        """Tell what was shown a while ago; return whether there was anything."""
        due = [one for one in self._late if one[0] <= self.now]
        for one in due:
            self._late.remove(one)
            _, event = one
            # Also of what has made room for a trial: it was there before.
            self.promises.told(event.token)
            self.event(event)
        return bool(due)

    # What there is

    def calendar(self) -> Calendar:
        """Return the care days as they are now."""
        return Calendar(self.schedule.sleep, self.zone, self.journal.global_state().tonight)

    def due_between(self, after: datetime, until: datetime) -> list[Occurrence]:
        """Return what the plan has due between two instants (UTC)."""
        return between(self.schedule.enabled, self.calendar(), after, until)

    def some_zone(self) -> ZoneInfo:
        """Return any zone."""
        return self.random.choice(ZONES)

    def fail(self, what: str) -> None:
        """Say which promise was broken.

        Raises:
            BrokenPromise: Always.
        """
        last = "\n  ".join(self.happened[-14:])
        local = self.now.astimezone(self.zone)
        raise BrokenPromise(
            f"seed {self.seed}, {self.now} ({local:%H:%M} there): {what}\n"
            f"the last that happened:\n  {last}\n"
            f"again: python -m simulation.world {self.seed}"
        )

    def _log(self, key: str, /, **values: object) -> None:
        self.happened.append(f"    {self.translator.text(key, **values)}")


def main() -> None:
    """Live through the days of a seed again, and print them."""
    seed = int(sys.argv[1])
    days = int(sys.argv[2]) if len(sys.argv) > 2 else DAYS
    world = World(seed)
    try:
        world.live(days)
    finally:
        print("\n".join(world.happened))  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
