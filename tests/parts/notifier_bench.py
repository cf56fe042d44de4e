"""A notifier on a private bus, with a server of many manners."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.notification import (
    Button,
    Message,
    NotificationShown,
)
from parts.bus import PrivateBus
from parts.memory_screen import Ear, heard_from
from parts.notification_server import (
    ALL_CAPABILITIES,
    Notification,
    NotificationServer,
)
from parts.processes import HANG_SECONDS

AT_ONCE = (0.001,)
SHORT = 0.05
MESSAGE = Message(
    "t1",
    "Time for a glass of water",
    "Small sips through the day.",
    (Button("done", "Done"), Button("snooze-10m", "In 10 minutes")),
    "nightcare done water",
)
OTHER = replace(MESSAGE, token="t2", title="Stretch a little")  # noqa: S106 - no password
LAST = replace(MESSAGE, token="t3", title="Loosen the bedding")  # noqa: S106 - no password


def a_screen(
    bus: PrivateBus, *, limit: float = HANG_SECONDS, delays: tuple[float, ...] = AT_ONCE
) -> FreedesktopNotifier:
    """Return a notifier on a bus that retries quickly."""
    return FreedesktopNotifier(
        BusClient(bus.address, limit=limit, delays=delays),
        icon="nightcare-drop",
        rest=0.0,
    )


@contextlib.asynccontextmanager
async def on_a_server(
    bus: PrivateBus, *, limit: float = HANG_SECONDS, delays: tuple[float, ...] = AT_ONCE
) -> AsyncIterator[tuple[NotificationServer, FreedesktopNotifier, Ear]]:
    """Run a server, and a screen that finds it there."""
    screen = a_screen(bus, limit=limit, delays=delays)
    async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
        yield server, screen, ear


async def shown(ear: Ear, message: Message) -> str:
    """Wait until a message is reported as shown, and return its handle."""
    heard = await ear.until(
        lambda heard: any(
            isinstance(e, NotificationShown) and e.token == message.token for e in heard
        )
    )
    handles = [
        e.handle for e in heard if isinstance(e, NotificationShown) and e.token == message.token
    ]
    assert handles[-1] is not None
    return handles[-1]


async def and_nothing_more(screen: FreedesktopNotifier, ear: Ear, *expected: object) -> None:
    """Hold what was reported to be just this, after all that is on its way has come."""
    screen.show(LAST)
    await shown(ear, LAST)
    assert [event for event in ear.heard if event.token != LAST.token] == list(expected)


# What is sent


def asked_for(
    bus: PrivateBus,
    message: Message,
    capabilities: tuple[str, ...] = ALL_CAPABILITIES,
    name: str = "Scripted",
) -> Notification:
    """Return the call for a message to a server with these capabilities and this name."""

    async def story() -> Notification:
        server = NotificationServer(bus.address)
        server.capabilities = capabilities
        server.information = (name, "nobody", "2.5", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(message)
            await shown(ear, message)
            return server.asked[0]

    return asyncio.run(story())
