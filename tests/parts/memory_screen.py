"""A screen in memory, and the ear that hears what any screen reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
    Message,
    MessageEvent,
    NotificationClosed,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
    Rejected,
    Sent,
)
from nightcare.engine.ports import Notifier

SECONDS = 60.0


class Ear:
    """Keeps what a screen reports, and waits for it.

    Attributes:
        heard: What happened to messages.
        deliveries: How far they came before that, by their tokens.
    """

    def __init__(self) -> None:
        self.heard: list[MessageEvent] = []
        self.deliveries: list[tuple[str, DeliveryStatus]] = []
        self._more = asyncio.Event()

    def __call__(self, event: NotifierEvent) -> None:
        """Hear what happens to a message; who serves now is asked of the screen itself."""
        match event:
            case NotifierChanged():
                return
            case Sent(token):
                self.deliveries.append((token, DeliveryStatus.SENT))
            case Rejected(token, delivery):
                self.deliveries.append((token, delivery))
            case _:
                self.heard.append(event)
        self._more.set()

    async def until(self, condition: Callable[[list[MessageEvent]], object]) -> list[MessageEvent]:
        """Wait until what was heard meets a condition, and return it all.

        Raises:
            AssertionError: it did not in good time.
        """
        try:
            async with asyncio.timeout(SECONDS):
                while not condition(self.heard):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"waited in vain; heard {self.heard}") from None
        return self.heard

    async def until_heard(self, count: int) -> list[MessageEvent]:
        """Wait until so many events were heard, and return them all."""
        return await self.until(lambda heard: len(heard) >= count)


@contextlib.asynccontextmanager
async def heard_from(screen: Notifier) -> AsyncIterator[Ear]:
    """Run a screen, and hear what it reports."""
    ear = Ear()
    task = asyncio.create_task(screen.run(ear))
    try:
        yield ear
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class MemoryScreen:
    """A screen on which everything works, and the person's hand on it.

    Attributes:
        on_screen: What is on it now, by token.
        shown: Every message that was ever put on it, in order.
        forgotten: The handles it was told to forget, in order.
        left_behind: Their tokens.
        capabilities: What it can do; a test may change that.
    """

    name = "memory"

    def __init__(self) -> None:
        self.on_screen: dict[str, Message] = {}
        self.shown: list[Message] = []
        self.forgotten: list[str] = []
        self.left_behind: list[str] = []
        self.capabilities = frozenset({Capability.BODY, Capability.BUTTONS})
        self._answered: set[str] = set()
        self._unseen: set[str] = set()
        self._quiet = False
        self._events: asyncio.Queue[NotifierEvent] = asyncio.Queue()

    def describe(self) -> str:
        """Describe the screen."""
        return "memory"

    def show(self, message: Message) -> None:
        """Put a message on it."""
        if self.on_screen.get(message.token) == message:
            return
        self.close(message.token)
        self.on_screen[message.token] = message
        if self._quiet:
            self._unseen.add(message.token)
        self.shown.append(message)
        self._events.put_nowait(NotificationShown(message.token, f"memory {len(self.shown)}"))

    def close(self, token: str) -> None:
        """Take a message off."""
        self.on_screen.pop(token, None)
        self._answered.discard(token)
        self._unseen.discard(token)

    def forget(self, handle: str, token: str) -> None:
        """Note that it was told so."""
        self.forgotten.append(handle)
        self.left_behind.append(token)

    def quiet(self, *, on: bool) -> None:
        """Show anew what came while do not disturb was on, when that ends."""
        ended, self._quiet = self._quiet and not on, on
        for message in [self.on_screen[token] for token in self._unseen] if ended else []:
            self.close(message.token)
            self.show(message)

    def press(self, token: str, key: str) -> None:
        """Press a button of a message that is on it; the second press is not reported."""
        assert key in {button.key for button in self.on_screen[token].buttons}
        if token not in self._answered:
            self._answered.add(token)
            self._events.put_nowait(ButtonPressed(token, key))

    def dismiss(self, token: str) -> None:
        """Close a message that is on it, as a person does."""
        del self.on_screen[token]
        if token not in self._answered:
            self._events.put_nowait(NotificationClosed(token))

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Report what happens, until cancelled."""
        while True:
            event = await self._events.get()
            if not isinstance(event, NotificationShown) or event.token in self.on_screen:
                report(event)
