"""The messages that belong on the screen, and the time of the next attempt for each."""

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
"""New servers that get a message at once; after these it is delayed, as it may crash them."""

_MOST_TAKEN = 5
"""Servers that may accept a message and exit; after these it is not sent again."""

_MOST_REFUSALS = 2
"""Replies without an id, or missing replies, in a row from one server; it may have drawn something
each time."""

_UNANSWERED = 2.5
"""Longest delays until a call is repeated that has no reply. A server may draw a notification at
once and answer minutes later."""

_CROSSING = 1.0
"""Seconds by which a server may report do not disturb late. A reminder and a server's scheduled do
not disturb often begin at the same full hour."""


@dataclass(slots=True, eq=False)
class Pending:
    """A message that belongs on the screen.

    Attributes:
        message: The message.
        in_place: Whether it replaces the notification that is on the screen.
        placed: Whether it is on the screen.
        since: The time at which a server first took it, in the loop's time; None before.
        sent: The time at which it was last sent, likewise; -inf before.
        due: The time of the next attempt, in the loop's time.
        failures: The number of failures in a row.
        refusals: The number of attempts in a row without an id, with the present server.
        taken: The number of servers that have taken it.
        restarted: Whether a server was started for it after a server that accepted it exited.
        servers: The number of servers that have appeared since it was added.
        unseen: Whether it was sent while do not disturb was on, or just before.
    """

    message: Message
    in_place: bool = False
    placed: bool = False
    since: float | None = None
    sent: float = -math.inf
    due: float = 0.0
    failures: int = 0
    refusals: int = 0
    taken: int = 0
    restarted: bool = False
    servers: int = 0
    unseen: bool = False


class Outbox:
    """The messages that belong on the screen, each with its next attempt.

    Args:
        delays: Seconds before each further attempt, the last one before all that follow.
        rest: Seconds between the end of one notification and the next one.

    Attributes:
        quiet: Whether do not disturb is on; set by `set_quiet`.
    """

    def __init__(self, delays: Sequence[float], rest: float) -> None:
        self.quiet = False
        self._delays = delays
        self._rest = rest
        self._rests_until = 0.0
        self._messages: dict[str, Pending] = {}
        self._changed = asyncio.Event()

    def has(self, message: Message) -> bool:
        """Return whether it holds exactly this message."""
        pending = self._messages.get(message.token)
        return pending is not None and pending.message == message

    def follows(self, message: Message) -> bool:
        """Return whether a message is the next step of a routine whose last step is on the screen.

        Only those are replaced in place: a server keeps or loses the buttons of the replaced
        notification, and all steps have the same buttons.
        """
        pending = self._messages.get(message.token)
        if pending is None or not pending.placed:
            return False
        steps = pending.message.progress is not None and message.progress is not None
        return steps and pending.message.buttons == message.buttons

    def add(self, message: Message, *, in_place: bool = False) -> None:
        """Add a message, to be sent at once.

        Args:
            message: The message.
            in_place: Whether it replaces what is on the screen under its token.
        """
        self._messages[message.token] = Pending(message, in_place)
        self._changed.set()

    def add_again(self, message: Message) -> None:
        """Send a message again, without restarting its time on the screen."""
        since = self._messages[message.token].since
        self._messages[message.token] = Pending(message, since=since)
        self._changed.set()

    def time_left(self, pending: Pending) -> timedelta | None:
        """Return the remaining time of a message on the screen; None if it has no limit."""
        stays = pending.message.stays
        if stays is None or pending.since is None:
            return stays
        return stays - timedelta(seconds=asyncio.get_running_loop().time() - pending.since)

    def start_rest(self) -> None:
        """Delay the next notification, because one has just left the screen."""
        self._rests_until = asyncio.get_running_loop().time() + self._rest

    def drop(self, token: str) -> None:
        """Remove a message."""
        self._messages.pop(token, None)

    def set_quiet(self, *, on: bool) -> None:
        """Set whether do not disturb is on; mark messages sent shortly before as unseen."""
        if on and not self.quiet:
            earliest = asyncio.get_running_loop().time() - _CROSSING
            for pending in self._messages.values():
                pending.unseen |= pending.sent >= earliest
        self.quiet = on

    def mark_sent(self, pending: Pending) -> None:
        """Record that a message is about to be sent to a server."""
        pending.unseen = self.quiet
        pending.sent = asyncio.get_running_loop().time()

    def unseen(self) -> list[Message]:
        """Return the messages that were sent while do not disturb was on."""
        return [pending.message for pending in self._messages.values() if pending.unseen]

    def keep_unseen(self, token: str) -> bool:
        """Keep a message that the server removed under do not disturb; return whether it is kept.

        A server in do not disturb did not draw it, so the person has not seen it.
        """
        pending = self._messages.get(token)
        if pending is None or not (self.quiet and pending.unseen):
            return False
        pending.placed = False
        pending.due = _NEVER
        return True

    def needs(self, pending: Pending) -> bool:
        """Return whether a message is still to be put on the screen."""
        return self._messages.get(pending.message.token) is pending and not pending.placed

    def place(self, token: str) -> None:
        """Record that a message is on the screen."""
        pending = self._messages[token]
        pending.taken += not pending.placed
        pending.placed = True
        if pending.since is None:
            pending.since = asyncio.get_running_loop().time()

    def tokens(self) -> list[str]:
        """Return the tokens of all messages."""
        return list(self._messages)

    def retry_later(self, pending: Pending) -> None:
        """Try a message again, each time later."""
        pending.due = self._later(pending.failures)
        pending.failures += 1

    def retry_once(self, pending: Pending, *, answered: bool) -> None:
        """Try a message once more, after a minute or more, and then only with another server.

        The server may be paused, or may have drawn something without saying so.

        Args:
            pending: The message.
            answered: Whether the server has answered, without an id.
        """
        pending.refusals += 1
        if pending.refusals < _MOST_REFUSALS:
            wait = self._delays[-1] * (1 if answered else _UNANSWERED)
            pending.due = asyncio.get_running_loop().time() + wait
        else:
            pending.due = _NEVER

    def postpone(self, pending: Pending, until: float | None = None) -> None:
        """Postpone a message `until` a time of the loop, or else until a server appears."""
        pending.due = _NEVER if until is None else until

    def check_now(self) -> None:
        """Make postponed messages due now; they may be postponed again."""
        for pending in self._messages.values():
            if pending.due != _NEVER and pending.failures == 0:
                pending.due = 0.0
        self._changed.set()

    def may_restart(self, pending: Pending) -> bool:
        """Return whether a server may be started for a message, and record that one is.

        Some servers exit when they have drawn nothing for a while, as MATE's (1.26) does after 30 s
        of do not disturb. After such an exit a server is started once more for the message, and not
        before do not disturb ends.
        """
        if pending.taken and (pending.restarted or (self.quiet and pending.unseen)):
            return False
        pending.restarted = pending.taken > 0
        return True

    def server_lost(self) -> None:
        """Mark all messages as off the screen, because the server is gone."""
        for pending in self._messages.values():
            pending.placed = False
            pending.failures = pending.refusals = 0
            pending.due = self._later(0)

    def server_found(self) -> None:
        """Send all messages now, because a server has appeared.

        A message that was sent to several servers may have crashed them, and is delayed.
        """
        for pending in self._messages.values():
            patience = pending.servers - _PATIENT_AFTER
            pending.due = 0.0 if patience < 0 else self._later(patience)
            pending.servers += 1
            pending.refusals = 0
            if pending.taken >= _MOST_TAKEN:
                pending.due = _NEVER

    async def next_due(self) -> Pending:
        """Wait until a message is due, and return it."""
        while True:
            unplaced = [pending for pending in self._messages.values() if not pending.placed]
            first = min(unplaced, key=self._ready, default=None)
            at = _NEVER if first is None else self._ready(first)
            if first is not None and at <= asyncio.get_running_loop().time():
                return first
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(None if at == _NEVER else at):
                    await self._changed.wait()

    def _ready(self, pending: Pending) -> float:
        """Return the time from which a message may be sent, in the loop's time."""
        return pending.due if pending.in_place else max(pending.due, self._rests_until)

    def _later(self, attempts: int) -> float:
        return asyncio.get_running_loop().time() + delay(self._delays, attempts)
