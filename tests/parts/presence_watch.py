"""The presence monitor at work, and its reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.presence.monitor import PresenceMonitor
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import SLEEP, schedule_of
from parts.home import NO_BUS
from parts.named_service import PROPERTIES
from parts.notification_server import Peer

SECONDS = 60.0
LIMIT = 10.0
SHORT = 0.2

LOGIND = "org.freedesktop.login1"
MANAGER = "org.freedesktop.login1.Manager"
SESSION = "org.freedesktop.login1.Session"
USER = "org.freedesktop.login1.User"
SAVER = "org.freedesktop.ScreenSaver"
GNOME_SAVER = "org.gnome.ScreenSaver"
MUTTER = "org.gnome.Mutter.IdleMonitor"
GNOME_SESSION = "org.gnome.SessionManager"
POWER = "org.freedesktop.PowerManagement.Inhibit"
POWER_NAME = "org.freedesktop.PowerManagement"
XFCONF = "org.xfce.Xfconf"
SWAYNC = "org.erikreider.swaync.cc"
DCONF = "ca.desrt.dconf"

WAITS_FOR_ALL = SLEEP + '[quiet]\npresenting = "hold"\n'
IDLE_AFTER = 300_000
"""Milliseconds: the five minutes of the defaults."""

HERE = Presence()
LOCKED = Presence({Condition.LOCKED})
IDLE = Presence({Condition.IDLE})
QUIET = Presence({Condition.DO_NOT_DISTURB})
PRESENTING = Presence({Condition.PRESENTING})


Story = Coroutine[Any, Any, None]


class Watch:
    """A running presence monitor, and what it has reported."""

    def __init__(self, monitor: PresenceMonitor) -> None:
        self.monitor = monitor
        self.reported: list[Presence] = []
        self._news = asyncio.Condition()
        self._reporting: set[asyncio.Task[None]] = set()

    def __call__(self) -> None:
        """Hear that something may have changed."""
        self.reported.append(self.monitor.presence)
        task = asyncio.create_task(self._log())
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def until(self, presence: Presence) -> None:
        """Wait until it says so, by an event alone."""
        await self.until_it_holds(lambda: self.monitor.presence == presence)

    async def until_it_holds(self, condition: Callable[[], bool]) -> None:
        """Wait for an event after which a condition holds.

        Raises:
            AssertionError: It did not come in good time.
        """
        try:
            async with asyncio.timeout(SECONDS), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            raise AssertionError(f"in vain; known: {self.monitor.known()}") from None

    async def _log(self) -> None:
        async with self._news:
            self._news.notify_all()


@contextlib.asynccontextmanager
async def watching(
    session: str | None = NO_BUS,
    system: str | None = NO_BUS,
    *,
    config: str = WAITS_FOR_ALL,
    variables: dict[str, str] | None = None,
    limit: float = SECONDS,
) -> AsyncIterator[Watch]:
    """Run a monitor until it has looked once."""
    bus, system_bus = (
        None if address is None else BusClient(address, limit=limit, delays=(1, 4), on_demand=True)
        for address in (session, system)
    )
    monitor = PresenceMonitor(bus, system_bus, variables or {}, schedule_of(config), limit)
    watch = Watch(monitor)
    task = asyncio.create_task(monitor.run(watch))
    try:
        await monitor.refresh()
        yield watch
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def run(story: Story) -> None:
    """Run a story to its end."""
    asyncio.run(story)


async def changed(service: Peer, interface: str, name: str, *, on: bool) -> None:
    """Tell, as a service does, that a property has changed."""
    body: tuple[object, ...] = (interface, {name: ("b", on)}, [])
    await service.emit("PropertiesChanged", "sa{sv}as", body, interface=PROPERTIES)
