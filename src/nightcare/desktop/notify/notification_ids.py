"""The notifications of a server by their ids: on the screen, gone from it, or not known yet."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

_MOST_LATE = 8
"""Notifications that have left the screen and whose late presses are still accepted."""

_MOST_EARLY = 1024
"""Unknown ids whose events are kept while a Notify is under way."""

_FADING = 5.0
"""Seconds within which a server reports a notification as closed that we told it to close."""

_NO_BUTTONS = frozenset({"default", ""})
"""The keys of a click on the notification itself, which some servers report without being asked."""


@dataclass(slots=True)
class Placed:
    """A notification that is on the screen, under an id that the server gave it.

    Attributes:
        token: The token of its message.
        keys: The keys of its buttons; None if unknown, as for a notification of an earlier run.
        answered: Whether one was pressed.
    """

    token: str
    keys: frozenset[str] | None
    answered: bool = False

    def has(self, key: str) -> bool:
        """Return whether it may have a button of that key."""
        return key not in _NO_BUTTONS if self.keys is None else key in self.keys


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A notification has left the screen."""

    by_itself: bool


ServerEvent = Pressed | Gone


class NotificationIds:
    """The ids that a server has given.

    Attributes:
        placed: The notifications on the screen.
    """

    def __init__(self) -> None:
        self.placed: dict[int, Placed] = {}
        self._late: dict[int, Placed] = {}
        self._past: set[int] = set()
        self._early: dict[int, list[ServerEvent]] = {}
        self._closing: dict[int, float] = {}

    def find(self, number: int) -> Placed | None:
        """Return a notification that is on the screen, or left it a short while ago."""
        return self.placed.get(number) or self._late.get(number)

    def of(self, token: str) -> list[int]:
        """Return the ids under which a message is on the screen."""
        return [number for number, one in self.placed.items() if one.token == token]

    def place(self, number: int, placed: Placed) -> None:
        """Add a notification that is on the screen."""
        self._late.pop(number, None)
        self.placed[number] = placed

    def remove(self, number: int) -> Placed:
        """Remove a notification that has left the screen; a late press of it still counts."""
        placed = self.placed.pop(number)
        self._past.add(number)
        if not placed.answered:
            self._late[number] = placed
            if len(self._late) > _MOST_LATE:
                del self._late[next(iter(self._late))]
        return placed

    def expect_close(self, number: int) -> None:
        """Note that the server was told just now to close a notification."""
        now = asyncio.get_running_loop().time()
        self._closing = {one: until for one, until in self._closing.items() if until >= now}
        self._closing[number] = now + _FADING

    def is_expected_close(self, number: int) -> bool:
        """Return whether the server reports a notification as closed that we told it to close.

        It may do so after a fade, and have given the id to the next notification meanwhile.
        """
        until = self._closing.pop(number, -math.inf)
        return until >= asyncio.get_running_loop().time()

    def adopt(self, number: int, token: str) -> None:
        """Add a notification of an earlier connection, so that its presses are accepted."""
        if number not in self.placed:
            self._late.setdefault(number, Placed(token, None))

    def answer(self, token: str) -> None:
        """Mark all notifications of a message as answered.

        Where each step of a routine is sent anew, an earlier one may have been pressed.
        """
        for one in (*self.placed.values(), *self._late.values()):
            one.answered |= one.token == token

    def keep_early(self, number: int, event: ServerEvent) -> None:
        """Store an event that may have arrived before the reply that contains its id."""
        # A server that gives the same id again may still mean the notification that had it before.
        if number in self._past:
            return
        early = self._early.setdefault(number, [])
        if event not in early:
            early.append(event)
        if len(self._early) > _MOST_EARLY:
            del self._early[next(iter(self._early))]

    def pop_early(self, number: int) -> list[ServerEvent]:
        """Return the events that came before the reply with an id."""
        return self._early.pop(number, [])

    def clear_early(self) -> None:
        """Forget the events of unknown ids, because no reply is outstanding."""
        self._early.clear()

    def clear(self) -> None:
        """Forget all ids: the server has gone."""
        self.placed.clear()
        self._late.clear()
        self._early.clear()
        self._closing.clear()
