"""The real service and the real screen on a bus, before a scripted server, in steered time."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from jeepney import new_method_call

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.delivery import STATE_NAMES, Active, Closed, Delivery
from nightcare.domain.notification import NotifierEvent
from nightcare.domain.policy import Presence
from nightcare.engine.engine import Engine
from nightcare.engine.user_actions import UserActions
from nightcare.i18n.translator import read_words
from parts.bus import DRIVER, PrivateBus
from parts.desk import SLEEP, ZONE, local, schedule_of
from parts.journals import journal_in_memory
from parts.notification_server import Notification, NotificationServer
from parts.steered_loop import advance

_ROUNDS = 4
_AT_LEAST = 0.001


class Evening:
    """One person's service on a bus, on a steered loop.

    Args:
        bus: The bus.
        config: The text of the config file, after `[sleep]` as usual.
        start: When the service first runs (local).
        server: The notification server that is there; None for none.

    Attributes:
        told: What the service has told, in order: keys of the catalogue.
    """

    def __init__(
        self,
        bus: PrivateBus,
        config: str,
        start: str,
        server: NotificationServer | None = None,
    ) -> None:
        self.schedule = schedule_of(SLEEP + config)
        self.server = server
        self.journal = journal_in_memory()
        self.translator = read_words("en")
        self.told: list[str] = []
        self.screen = FreedesktopNotifier(BusClient(bus.address), icon="nightcare")
        self.service = Engine(
            schedule=self.schedule,
            zone=ZONE,
            journal=self.journal,
            screen=self.screen,
            translator=self.translator,
            log=self._log,
        )
        self._start = local(start)
        self._began = 0.0

    async def __aenter__(self) -> Self:
        self._began = asyncio.get_running_loop().time()
        self.service.start(self.now)
        self._serving = asyncio.create_task(self.screen.run(self._hear))
        await self.settle()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._serving
        self.journal.close()

    @property
    def now(self) -> datetime:
        """The instant (UTC)."""
        gone = asyncio.get_running_loop().time() - self._began
        return self._start + timedelta(seconds=gone)

    async def until(self, text: str) -> None:
        """Let time go by until a local date and time."""
        end = local(text)
        while (left := (end - self.now).total_seconds()) > 0:
            advance(min(left, max(_AT_LEAST, self._next_change())))
            await asyncio.sleep(0)
            if self._due() <= self.now:
                self.service.update(self.now)
            await self.settle()

    def _next_change(self) -> float:
        """Return the seconds until the next timer of the loop or instant of the service."""
        loop = asyncio.get_running_loop()
        timers: list[asyncio.TimerHandle] = loop._scheduled  # type: ignore[attr-defined] # no other way to see them
        ahead = [timer.when() - loop.time() for timer in timers if not timer.cancelled()]
        return min([*ahead, (self._due() - self.now).total_seconds()])

    def _due(self) -> datetime:
        updated = self.journal.global_state().updated
        assert updated is not None
        due = [self.service.upcoming(one, updated) for one in self.schedule.enabled]
        deadline = self.service.next_deadline()
        instants = [one.due for one in due if one is not None]
        return min(instants if deadline is None else [*instants, deadline])

    async def settle(self) -> None:
        """Let everything that has been sent arrive, and what follows from it."""
        while self.screen._session is None:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)
        for _ in range(_ROUNDS):
            await self.screen._session.bus.ask(new_method_call(DRIVER, "GetId"))
            if self.server is not None and self.server._connection is not None:
                await self.server.settle()

    def _hear(self, event: NotifierEvent) -> None:
        self.service.handle_event(event, self.now)

    def _log(self, key: str, /, **values: object) -> None:
        self.translator.text(key, **values)
        self.told.append(key)

    # The person

    async def press(self, notification: Notification, key: str) -> None:
        """Press a button of a notification."""
        assert self.server is not None
        assert key in notification.actions
        await self.server.press(notification.number, key)
        await self.settle()

    async def there(self, presence: Presence) -> None:
        """Come, go, or be busy."""
        self.service.presence = presence
        self.service.update(self.now)
        await self.settle()

    def answers(self) -> UserActions:
        """Return the commands."""
        return UserActions(self.schedule, ZONE, self.journal)

    # What is to be seen

    @property
    def titles(self) -> list[str]:
        """The titles of all that the server was asked to show, in order."""
        assert self.server is not None
        return [asked.title for asked in self.server.asked]

    def delivery(self, reminder: str) -> Delivery:
        """Return the reminder's last delivery."""
        found = [one for one in self.journal.since(self._start) if one.key.reminder == reminder]
        return max(found, key=lambda one: one.occurrence.due)

    def state(self, reminder: str) -> str:
        """Return the outcome of the reminder's last delivery, or its state."""
        state = self.delivery(reminder).state
        match state:
            case Closed(outcome):
                return str(outcome)
            case Active(away=True):
                return "open, off the screen"
            case _:
                return STATE_NAMES[type(state)]


def plain(name: str, at: str, more: str = "") -> str:
    """Return a reminder with its own text at a clock time."""
    return f'\n[reminders.{name}]\ntopic = "exercise"\ntext = "{name}"\nat = "{at}"\n{more}\n'
