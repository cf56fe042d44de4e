"""What ought to be on a screen, and when each message is tried next."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from nightcare.domain.message import Message

_PATIENT_AFTER = 3
"""Servers that one message is sent to at once as they come; they may be dying of it."""


@dataclass(slots=True, eq=False)
class Want:
    """A message that ought to be on the screen.

    Attributes:
        message: The message.
        placed: Whether it is there.
        due: When it is tried next, in the loop's time.
        failures: How often in a row it could not be shown.
        servers: How many servers have come since it is wanted.
        unseen: Whether it was sent while do not disturb was on.
    """

    message: Message
    placed: bool = False
    due: float = 0.0
    failures: int = 0
    servers: int = 0
    unseen: bool = False


class Agenda:
    """What ought to be on the screen, and when each message is tried next.

    Attributes:
        quiet: Whether do not disturb is on.
    """

    def __init__(self, delays: Sequence[float]) -> None:
        self.quiet = False
        self._delays = delays
        self._wants: dict[str, Want] = {}
        self._changed = asyncio.Event()

    def has(self, message: Message) -> bool:
        """Whether exactly this is wanted already."""
        want = self._wants.get(message.token)
        return want is not None and want.message == message

    def follows(self, message: Message) -> bool:
        """Whether it is the next step of a routine of which one is on the screen.

        Only those are replaced in place: servers keep the buttons of what was there, or lose them,
        and these are the same all along.
        """
        want = self._wants.get(message.token)
        if want is None or not want.placed:
            return False
        steps = want.message.progress is not None and message.progress is not None
        return steps and want.message.buttons == message.buttons

    def add(self, message: Message) -> None:
        """Want this, now."""
        self._wants[message.token] = Want(message)
        self._changed.set()

    def drop(self, token: str) -> None:
        """Want it no longer."""
        self._wants.pop(token, None)

    def sending(self, want: Want) -> None:
        """It is about to be sent to a server."""
        want.unseen = self.quiet

    def unseen(self) -> list[Message]:
        """What was sent while do not disturb was on, and is still wanted."""
        return [want.message for want in self._wants.values() if want.unseen]

    def lacks(self, want: Want) -> bool:
        """Whether this is still wanted, and not on the screen."""
        return self._wants.get(want.message.token) is want and not want.placed

    def place(self, token: str) -> None:
        """It is on the screen."""
        self._wants[token].placed = True

    def put_off(self, want: Want) -> None:
        """It could not be shown: try again, each time later."""
        want.due = self._later(want.failures)
        want.failures += 1

    def void(self) -> None:
        """The server has gone, and all that was on the screen: another may come by itself."""
        for want in self._wants.values():
            want.placed = False
            want.failures = 0
            want.due = self._later(0)

    def renew(self) -> None:
        """A server has come: all is due now.

        But what has seen several servers come may be what brings them down, and is put off.
        """
        for want in self._wants.values():
            patience = want.servers - _PATIENT_AFTER
            want.due = 0.0 if patience < 0 else self._later(patience)
            want.servers += 1

    async def next_due(self) -> Want:
        """Wait until something is to be tried."""
        while True:
            unplaced = [want for want in self._wants.values() if not want.placed]
            first = min(unplaced, key=lambda want: want.due, default=None)
            if first is not None and first.due <= asyncio.get_running_loop().time():
                return first
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(first.due if first else None):
                    await self._changed.wait()

    def _later(self, attempts: int) -> float:
        return asyncio.get_running_loop().time() + delay(self._delays, attempts)


def delay(delays: Sequence[float], attempts: int) -> float:
    """Seconds before the next attempt, after so many; the last one before all that follow."""
    return delays[min(attempts, len(delays) - 1)]
