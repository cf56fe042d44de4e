"""The messages of the tests on a steered clock, and a screen that has a scripted server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from jeepney import new_method_call

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    Button,
    Message,
    NotificationShown,
)
from parts.bus import DRIVER, PrivateBus
from parts.memory_screen import Ear, heard_from
from parts.notification_server import NotificationServer
from parts.steered_loop import advance

BUTTONS = (Button("done", "Done"), Button("snooze-10m", "In 10 minutes"))
MESSAGE = Message("t1", "Time for some water", "", BUTTONS, stays=timedelta(minutes=10))
OTHER = Message("t2", "Stretch a little", "", BUTTONS, stays=timedelta(minutes=10))
STEP = Message("r", "A stretch", "Step 1", BUTTONS, progress=10, stays=timedelta(seconds=20))
NEXT_STEP = replace(STEP, body="Step 2", progress=20)


def a_screen(bus: PrivateBus) -> FreedesktopNotifier:
    """Return a screen as the service has it."""
    return FreedesktopNotifier(BusClient(bus.address), icon="nightcare-drop")


@contextlib.asynccontextmanager
async def on_a_server(
    bus: PrivateBus,
) -> AsyncIterator[tuple[NotificationServer, FreedesktopNotifier, Ear]]:
    """Run a server, and a screen as the service has it."""
    screen = a_screen(bus)
    async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
        yield server, screen, ear


async def show(screen: FreedesktopNotifier, ear: Ear, message: Message) -> None:
    """Show a message, and wait until the server has it."""
    before = len([one for one in ear.heard if isinstance(one, NotificationShown)])
    screen.show(message)
    # What has just left the screen has time to fade.
    advance(1)
    await ear.until(
        lambda heard: len([one for one in heard if isinstance(one, NotificationShown)]) > before
    )


async def rejected(ear: Ear, delivery: DeliveryStatus) -> None:
    """Wait until the first message is reported as not on the screen, for that reason."""
    await ear.until(lambda _: ("t1", delivery) in ear.deliveries)


async def settled(server: NotificationServer, screen: FreedesktopNotifier) -> None:
    """Let all that was sent arrive."""
    await asyncio.sleep(0)
    for _ in range(3):
        assert screen._session is not None
        await screen._session.bus.ask(new_method_call(DRIVER, "GetId"))
        await server.settle()
