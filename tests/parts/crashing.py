"""A service that is killed over and over while its person answers, and all that was seen of it."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from typing import cast

from jeepney import DBusAddress, new_method_call

from nightcare.domain.delivery import Active, Delivery, Held, Snoozed
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import UserAction
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal
from parts.bus import CALL_SECONDS, NOTIFICATIONS, Monitor, PrivateBus, Seen, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.processes import eventually, find_program, running
from parts.program import COMMAND_SECONDS, LATER, PROGRAM, SERVICE, Nightcare, now, soon
from parts.servers import Dunst, Shown, open_notifications

LENGTH = "2s"
SNOOZED = timedelta(seconds=2)
"""The length of every snooze, by button and by command."""

LIMIT = 5
FRESH = timedelta(seconds=30)
CONDUCT = ('stays = "2s"', 'fresh = "30s"')
"""Short, so that each reminder meets its end while the service is killed."""

SNOOZE = f'[snooze]\nlengths = ["{LENGTH}"]\nlimit = {LIMIT}\n'

SHORT_LIFE = (0.0, 0.8)
LONG_LIFE = (1.2, 2.4)
"""Seconds to a kill, from the start of the process or from when it said that it is ready."""

ONE_IN = 10
"""One life in so many is long enough to see that everything is taken in at once."""

LONGEST_PAUSE = 0.4
SECONDS_A_KILL = 0.8
LISTENS_SECONDS = 0.2
END_SECONDS = 60.0

DUNSTRC = """[global]
    follow = none
    idle_threshold = 0
    sort = yes
    stack_duplicates = no
    notification_limit = 0
    dmenu = {grep} -F -f {choice}
"""
"""The menu is one that chooses by itself, so that a button is pressed in no time.

Without stacking, whatever is left on the screen stays there to be counted.
"""

DUNST = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface="org.dunstproject.cmd0"
)
"""The address that dunstctl(1) uses."""


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the service; instants are UTC.

    Attributes:
        number: Which one, from 0.
        started: Before the process was.
        ready: After it had said so; None where nobody listened for that.
        ended: After it was gone.
        code: Its exit code, -9 for one that was killed.
    """

    number: int
    started: datetime
    ready: datetime | None
    ended: datetime
    code: int


@dataclass(frozen=True, slots=True)
class Told:
    """A command that the person gave; instants are UTC.

    Attributes:
        began: Before it began.
        ended: After it had ended.
        what: done or snooze.
        name: Of the reminder.
        code: Its exit code.
        said: What it printed.
    """

    began: datetime
    ended: datetime
    what: str
    name: str
    code: int
    said: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A message on the bus and the time at which it was seen (UTC), a little after it was sent."""

    at: datetime
    seen: Seen


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one desktop.

    Attributes:
        seed: What its chances were drawn from.
        due: When each reminder is due (UTC), by its name, which is also its text.
        lives: All runs of the service, the last one ended by SIGTERM.
        told: All commands.
        carried: All that went over the bus.
        displayed: How many notifications are on the screen at the very end.
        integrity: What SQLite says of the journal.
        deliveries: All deliveries in the journal.
        acts: All acts in the journal, in their order.
        global_state: What holds for all in the journal.
        files: What the state folder holds.
        log: What the service printed in all its lives.
    """

    seed: int
    due: Mapping[str, datetime]
    lives: tuple[Life, ...]
    told: tuple[Told, ...]
    carried: tuple[Carried, ...]
    displayed: int
    integrity: tuple[str, ...]
    deliveries: Mapping[str, Delivery]
    acts: tuple[UserAction, ...]
    global_state: GlobalState
    files: frozenset[str]
    log: str


def crash(seed: int, kills: int) -> Record:
    """Kill a busy service so many times on a desktop of its own; then let it come to rest."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        bus.monitor() as monitor,
        _dunst(display, bus, home, monitor) as server,
    ):
        return _Evening(home, bus, server, seed).live(kills)


def name_of(title: str) -> str:
    """Return the reminder of a notification with this title, shown for the first time or again."""
    return title.rpartition(": ")[2]


@contextlib.contextmanager
def _dunst(display: Display, bus: PrivateBus, home: Home, monitor: Monitor) -> Iterator[Dunst]:
    config = home.aside / "dunstrc"
    choice = _choice(home)
    choice.touch()
    config.write_text(
        DUNSTRC.format(grep=find_program("grep", "grep"), choice=choice), encoding="utf-8"
    )
    command = [find_program("dunst", "dunst"), "-conf", str(config)]
    environment = display.environment(DBUS_SESSION_BUS_ADDRESS=bus.address)
    with running(command, environment, home.log("dunst")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield Dunst(program, display, bus, monitor, home.aside)


def _choice(home: Home) -> Path:
    return home.aside / "choice"


@dataclass(slots=True)
class _Evening:
    """The processes at one desktop at the same time: a killer, two hands, and an observer."""

    home: Home
    bus: PrivateBus
    server: Dunst
    seed: int
    night: Nightcare = field(init=False)
    due: dict[str, datetime] = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    hands_off: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        session = {
            "DBUS_SESSION_BUS_ADDRESS": self.bus.address,
            "DISPLAY": self.server.display.name,
        }
        self.night = Nightcare(self.home, session)

    def live(self, kills: int) -> Record:
        """Go through it all."""
        self._configure(timedelta(seconds=kills * SECONDS_A_KILL))
        with ThreadPoolExecutor() as at_once, self._ended_with(self.over):
            listening = at_once.submit(self._listen)
            with self._ended_with(self.hands_off):
                hands = [at_once.submit(self._press), at_once.submit(self._type)]
                self._kill(kills, [listening, *hands])
            for hand in hands:
                hand.result()
            self._come_to_rest()
            displayed = self.server.count()
            self.over.set()
            listening.result()
        return self._record(displayed)

    @staticmethod
    @contextlib.contextmanager
    def _ended_with(event: Event) -> Iterator[None]:
        try:
            yield
        finally:
            event.set()

    def _chances(self, of: str) -> Random:
        return Random(f"{self.seed} {of}")  # noqa: S311 - chances, not secrets

    def _configure(self, span: timedelta) -> None:
        chances = self._chances("reminders")
        due = first = soon(timedelta(seconds=1))
        while due < first + span:
            self.due[f"cup-{len(self.due):03}"] = due
            due += timedelta(seconds=chances.choice((1, 1, 2, 3)))
        self.night.configure(
            *(
                self.night.reminder(name, due, f'text = "{name}"', *CONDUCT)
                for name, due in self.due.items()
            ),
            SNOOZE,
            LATER,
        )

    # The killer

    def _kill(self, kills: int, others: list[Future[None]]) -> None:
        chances = self._chances("kills")
        for _ in range(kills):
            if any(other.done() for other in others):
                # It has failed, and says how when it is asked.
                return
            how = chances.choice((self._die_young, self._die_at_work))
            long = chances.randrange(ONE_IN) == 0
            self.lives.append(how(chances.uniform(*(LONG_LIFE if long else SHORT_LIFE))))
            time.sleep(chances.choice((0, 0, chances.uniform(0, LONGEST_PAUSE))))

    def _die_young(self, seconds: float) -> Life:
        """Be killed so long after the start of the process, ready or not."""
        started = now()
        environment = self.home.environment(**self.night.session)
        with running(SERVICE, environment, self.home.log("nightcare")) as program:
            time.sleep(seconds)
            program.process.kill()
            code = program.process.wait()
            return Life(len(self.lives), started, None, now(), code)

    def _die_at_work(self, seconds: float) -> Life:
        """Be killed so long after being ready."""
        started = now()
        with self.night.service() as service:
            ready = now()
            time.sleep(seconds)
            service.end(signal.SIGKILL)
            code = cast("int", service.program.process.returncode)
            return Life(len(self.lives), started, ready, now(), code)

    def _come_to_rest(self) -> None:
        """Show what waits, and be asked to end."""
        started = now()
        with self.night.service() as service:
            ready = now()
            with contextlib.closing(Journal.open(self.night.state)) as journal:
                eventually(
                    lambda: not any(_waits(one) for one in journal.unsettled()),
                    END_SECONDS,
                    "everything to be shown that waits",
                    service.program,
                )
            service.end()
            code = cast("int", service.program.process.returncode)
            self.lives.append(Life(len(self.lives), started, ready, now(), code))

    # The two hands

    def _press(self) -> None:
        """Press buttons on the screen."""
        chances = self._chances("buttons")
        pressed: set[int] = set()
        with self.bus.connection() as connection:
            while not self.hands_off.wait(chances.uniform(0.05, 0.3)):
                # A message of nightcare about itself has no buttons.
                shown = [one for one in self._shown() if one.actions]
                new = [one for one in shown if one.number not in pressed]
                if new:
                    number, key = new[-1].number, chances.choice(new[-1].actions)[0]
                    pressed.add(number)
                    _choice(self.home).write_text(f"[{number},{key}]", encoding="utf-8")
                    menu = new_method_call(DUNST, "ContextMenuCall")
                    connection.send_and_get_reply(menu, timeout=CALL_SECONDS)

    def _type(self) -> None:
        """Give commands."""
        chances = self._chances("commands")
        while not self.hands_off.wait(chances.uniform(0.4, 1.0)):
            came = [name for name, due in self.due.items() if due <= now()]
            names = [name_of(one.title) for one in self._shown()[-1:]] * 2 + came[-3:]
            if names:
                self._log(chances.choice(("done", "snooze", "snooze")), chances.choice(names))

    def _log(self, what: str, name: str) -> None:
        words = (what, name, LENGTH) if what == "snooze" else (what, name)
        began = now()
        done = subprocess.run(
            [*PROGRAM, *words],
            env=self.home.environment(**self.night.session),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        said = (done.stdout + done.stderr).decode()
        self.told.append(Told(began, now(), what, name, done.returncode, said))

    def _shown(self) -> tuple[Shown, ...]:
        return open_notifications([one.seen for one in self.carried])

    # Who notes

    def _listen(self) -> None:
        while not self.over.is_set():
            self._listen_once()
        # What was under way when it was over.
        self._listen_once()

    def _listen_once(self) -> None:
        def note(seen: Seen) -> bool:
            self.carried.append(Carried(now(), seen))
            return False

        self.server.monitor._read_until(note, LISTENS_SECONDS)

    def _record(self, displayed: int) -> Record:
        file = self.night.state / FILE_NAME
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            integrity = tuple(word for (word,) in database.execute("PRAGMA integrity_check"))
        with contextlib.closing(Journal.open(self.night.state)) as journal:
            deliveries = journal.since(min(self.due.values()))
            global_state = journal.global_state()
            with contextlib.closing(journal.copy_to_memory()) as copy:
                acts = tuple(_acts(copy))
        return Record(
            seed=self.seed,
            due=self.due,
            lives=tuple(self.lives),
            told=tuple(self.told),
            carried=tuple(self.carried),
            displayed=displayed,
            integrity=integrity,
            deliveries={one.key.reminder: one for one in deliveries},
            acts=acts,
            global_state=global_state,
            files=frozenset(path.name for path in self.night.state.iterdir()),
            log=self.home.log("nightcare").read_text(encoding="utf-8"),
        )


def _waits(delivery: Delivery) -> bool:
    """Return whether it is still to be shown."""
    match delivery.state:
        case Held() | Snoozed() | Active(shown=None):
            return True
        case _:
            return False


def _acts(copy: Journal) -> list[UserAction]:
    """Return all actions of a journal, and remove them."""
    acts: list[UserAction] = []
    while (act := copy.last_action()) is not None:
        acts.insert(0, act)
        copy.forget_action(act)
    return acts
