"""The real FreedesktopScreen on a loop of its own, driven from a test that clicks and waits."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.notification import (
    ButtonPressed,
    Message,
    MessageEvent,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)
from parts.processes import HANG_SECONDS, eventually

EVENT_SECONDS = HANG_SECONDS
DELAYS = (0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class LiveScreen:
    """A screen that serves.

    Attributes:
        screen: The screen itself; only its loop may call it.
    """

    screen: FreedesktopNotifier
    _loop: asyncio.AbstractEventLoop
    _heard: list[NotifierEvent]

    def show(self, message: Message) -> str:
        """Show a message, and wait until a server has it; returns its handle."""
        self._loop.call_soon_threadsafe(self.screen.show, message)
        return self.handles(message.token, 1)[-1]

    def close(self, token: str) -> None:
        """Take a message off."""
        self._loop.call_soon_threadsafe(self.screen.close, token)

    def quiet(self, *, on: bool) -> None:
        """Tell it whether do not disturb is on."""
        self._loop.call_soon_threadsafe(lambda: self.screen.quiet(on=on))

    def handles(self, token: str, count: int) -> list[str]:
        """Wait until a message was shown so many times; returns the handle of each time."""

        def found() -> list[str]:
            return [
                str(event.handle)
                for event in self.of(token)
                if isinstance(event, NotificationShown)
            ]

        eventually(lambda: len(found()) >= count, EVENT_SECONDS, f"{token} shown {count} times")
        return found()

    def ending(self, token: str) -> ButtonPressed | NotificationClosed:
        """Wait until a message was answered or has gone; returns which, the first time."""

        def found() -> ButtonPressed | NotificationClosed | None:
            ends = [event for event in self.of(token) if not isinstance(event, NotificationShown)]
            return ends[0] if ends else None

        event = eventually(found, EVENT_SECONDS, f"an end of {token}; heard: {self._heard}")
        assert event is not None
        return event

    def of(self, token: str) -> list[MessageEvent]:
        """Return all reports about a message until now."""
        events = tuple(self._heard)
        return [
            one
            for one in events
            if isinstance(one, ButtonPressed | NotificationClosed | NotificationShown)
            and one.token == token
        ]


@contextlib.contextmanager
def live_screen(address: str) -> Iterator[LiveScreen]:
    """Run a screen until leaving, on the bus with this address."""
    loop = asyncio.new_event_loop()
    heard: list[NotifierEvent] = []
    screen = FreedesktopNotifier(BusClient(address, delays=DELAYS), icon="nightcare")
    task = loop.create_task(screen.run(heard.append))

    def serve() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=serve, name="screen")
    thread.start()
    try:
        yield LiveScreen(screen, loop, heard)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(EVENT_SECONDS)
        loop.close()
