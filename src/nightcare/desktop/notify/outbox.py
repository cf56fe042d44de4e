"""What ought to be on a screen, and when each message is tried next."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from nightcare.desktop.dbus.client import delay
from nightcare.domain.notification import Message

_NEVER = math.inf

_PATIENT_AFTER = 3
"""Servers that one message is sent to at once as they come; they may be dying of it."""

_MOST_TAKEN = 5
"""Servers that may take one message and leave; after these it is sent to none any more."""

_MOST_REFUSALS = 2
"""Times in a row that one server may answer without an id; some put up a modal dialog each time."""


@dataclass(slots=True, eq=False)
class Pending:
    """A message that ought to be on the screen.

    Attributes:
        message: The message.
        in_place: Whether it replaces the notification that is on the screen.
        placed: Whether it is there.
        since: When a server first had it, in the loop's time; None before.
        due: When it is tried next, in the loop's time.
        failures: How often in a row it could not be shown.
        refusals: How often in a row the present server has answered without an id.
        taken: How many servers have had it.
        restarted: Whether a server has been started for it after one that had it has gone.
        servers: How many servers have come since it is wanted.
        unseen: Whether it was sent while do not disturb was on.
    """

    message: Message
    in_place: bool = False
    placed: bool = False
    since: float | None = None
    due: float = 0.0
    failures: int = 0
    refusals: int = 0
    taken: int = 0
    restarted: bool = False
    servers: int = 0
    unseen: bool = False


class Outbox:
    """What ought to be on the screen, and when each message is tried next.

    Args:
        delays: Seconds before each further attempt, the last one before all that follow.
        rest: Seconds between the end of one notification and the next one.

    Attributes:
        quiet: Whether do not disturb is on.
    """

    def __init__(self, delays: Sequence[float], rest: float) -> None:
        self.quiet = False
        self._delays = delays
        self._rest = rest
        self._rests_until = 0.0
        self._wants: dict[str, Pending] = {}
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

    def add(self, message: Message, *, in_place: bool = False) -> None:
        """Want this, now.

        Args:
            message: The message.
            in_place: Whether it replaces what is on the screen under its token.
        """
        self._wants[message.token] = Pending(message, in_place)
        self._changed.set()

    def add_again(self, message: Message) -> None:
        """Want this anew; its time on the screen goes on."""
        since = self._wants[message.token].since
        self._wants[message.token] = Pending(message, since=since)
        self._changed.set()

    def left(self, want: Pending) -> timedelta | None:
        """Return how much of its time on the screen is left; None if that has no end."""
        stays = want.message.stays
        if stays is None or want.since is None:
            return stays
        return stays - timedelta(seconds=asyncio.get_running_loop().time() - want.since)

    def cleared(self) -> None:
        """Take note that a notification has just left the screen."""
        self._rests_until = asyncio.get_running_loop().time() + self._rest

    def drop(self, token: str) -> None:
        """Want it no longer."""
        self._wants.pop(token, None)

    def sending(self, want: Pending) -> None:
        """It is about to be sent to a server."""
        want.unseen = self.quiet

    def unseen(self) -> list[Message]:
        """What was sent while do not disturb was on, and is still wanted."""
        return [want.message for want in self._wants.values() if want.unseen]

    def keep_unseen(self, token: str) -> bool:
        """Keep what has gone by itself under do not disturb until that ends; tell if it is kept.

        Where nothing is drawn meanwhile nobody has seen it.
        """
        want = self._wants.get(token)
        if want is None or not (self.quiet and want.unseen):
            return False
        want.placed = False
        want.due = _NEVER
        return True

    def lacks(self, want: Pending) -> bool:
        """Whether this is still wanted, and not on the screen."""
        return self._wants.get(want.message.token) is want and not want.placed

    def place(self, token: str) -> None:
        """Take note that it is on the screen."""
        want = self._wants[token]
        want.taken += not want.placed
        want.placed = True
        if want.since is None:
            want.since = asyncio.get_running_loop().time()

    def tokens(self) -> list[str]:
        """Return the tokens of all that is wanted."""
        return list(self._wants)

    def put_off(self, want: Pending) -> None:
        """Try it again, each time later."""
        want.due = self._later(want.failures)
        want.failures += 1

    def refused(self, want: Pending) -> None:
        """Try it once more, after a minute, and then only when another server comes.

        What the server did is not known: it may be paused, or have put up a modal dialog.
        """
        want.refusals += 1
        again = want.refusals < _MOST_REFUSALS
        want.due = self._later(len(self._delays)) if again else _NEVER

    def wait(self, want: Pending, until: float | None = None) -> None:
        """Leave it alone until then, in the loop's time, or until a server comes by itself."""
        want.due = _NEVER if until is None else until

    def look_again(self) -> None:
        """Have what waits for a time looked at now; where that has not come it waits on."""
        for want in self._wants.values():
            if want.due != _NEVER and want.failures == 0:
                want.due = 0.0
        self._changed.set()

    def may_restart(self, want: Pending) -> bool:
        """Tell whether a server may be started for it, and take note that one is.

        One that had it and has gone may be one that leaves by itself where it has drawn nothing,
        as MATE's (1.26) does after 30 s of do not disturb: one is started once more, or none before
        that ends.
        """
        if want.taken and (want.restarted or (self.quiet and want.unseen)):
            return False
        want.restarted = want.taken > 0
        return True

    def void(self) -> None:
        """Take note that the server has gone, with all that was on the screen."""
        for want in self._wants.values():
            want.placed = False
            want.failures = want.refusals = 0
            want.due = self._later(0)

    def renew(self) -> None:
        """A server has come: all is due now.

        But what has seen several servers come may be what brings them down, and is put off.
        """
        for want in self._wants.values():
            patience = want.servers - _PATIENT_AFTER
            want.due = 0.0 if patience < 0 else self._later(patience)
            want.servers += 1
            want.refusals = 0
            if want.taken >= _MOST_TAKEN:
                want.due = _NEVER

    async def next_due(self) -> Pending:
        """Wait until something is to be tried."""
        while True:
            unplaced = [want for want in self._wants.values() if not want.placed]
            first = min(unplaced, key=self._ready, default=None)
            at = _NEVER if first is None else self._ready(first)
            if first is not None and at <= asyncio.get_running_loop().time():
                return first
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(None if at == _NEVER else at):
                    await self._changed.wait()

    def _ready(self, want: Pending) -> float:
        """When it may be sent, in the loop's time."""
        return want.due if want.in_place else max(want.due, self._rests_until)

    def _later(self, attempts: int) -> float:
        return asyncio.get_running_loop().time() + delay(self._delays, attempts)
