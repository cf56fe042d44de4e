"""A notification server while it owns its name: the notifications on it, and its signals.

The protocol is https://specifications.freedesktop.org/notification/1.3. Where servers depart from
it, or it leaves them a choice, the comments say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from jeepney import new_method_call

from nightcare.desktop.dbus.client import BusSession
from nightcare.desktop.dbus.connection import CallError, Reply, Signal
from nightcare.desktop.notify.notification_ids import (
    Gone,
    NotificationIds,
    Placed,
    Pressed,
    ServerEvent,
)
from nightcare.desktop.notify.server_queries import query_traits, server_at
from nightcare.desktop.notify.server_traits import (
    SIGNATURE,
    ButtonMemory,
    ServerTraits,
    expired_arguments,
    notify_arguments,
    offered,
)
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
    Message,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)

_BY_A_CALL = 3
"""The reason of NotificationClosed after CloseNotification; some servers send it for a click."""

_BY_THE_USER = frozenset({2, _BY_A_CALL})
"""Reasons of NotificationClosed that stand for an act of the user, as our own calls are known.
MATE sends 1, "expired", for its close button as well; that cannot be distinguished from a timeout
of the server, which must not end a reminder. 4 is "undefined"."""

_LARGEST_ID = 2**32 - 1

_QUERY_AGAIN = 600.0
"""Seconds until a server that does not list its capabilities is queried again."""

_MOST_UNANSWERED = 32
"""Calls of Notify whose late replies still count."""


@dataclass(slots=True)
class _Unanswered:
    """A call of Notify without a reply so far."""

    token: str
    keys: frozenset[str]
    outcome: asyncio.Future[DeliveryStatus]
    replaces: int
    withdrawn: bool = False


class NotificationServer:
    """The notification server in use.

    Args:
        session: The connection to the bus that it is on.
        owner: The unique name of the server, which the bus never reuses.
        icon: The name or path of the icon sent with every message.
        report: Called with each event, from within the bus's `receive`.
        remembered: The user's answers whether a server draws buttons.

    Attributes:
        owner: The same unique name.
        description: Its name, version and maker, as far as it has said.
        responsive: Whether it answered the last call. Until it does, only queries are sent to it,
            so that a server that resumes late does not show one message many times.
    """

    def __init__(
        self,
        session: BusSession,
        owner: str,
        icon: str,
        report: Callable[[NotifierEvent], None],
        remembered: ButtonMemory,
    ) -> None:
        self.owner = owner
        self.description = "a notification server that has not answered yet"
        self.responsive = False
        self._bus = session.bus
        self._bus_id = session.bus_id
        self._address = server_at(owner)
        self._icon = icon
        self._report = report
        self._remembered = remembered
        self._traits = ServerTraits.of_replies(())
        self._query_again = 0.0
        self._ids = NotificationIds()
        self._unanswered: dict[int, _Unanswered] = {}

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Its capabilities, as far as it has said."""
        return self._traits.capabilities(self._remembered)

    @property
    def unclear(self) -> bool:
        """True if it answers, but does not list its capabilities."""
        return not self._traits.answered

    @property
    def query_due(self) -> bool:
        """True if it is unclear, and was last queried long ago."""
        return self.unclear and asyncio.get_running_loop().time() >= self._query_again

    async def meet(self) -> None:
        """Query its capabilities and its name.

        Raises:
            TimeoutError: It answered nothing in time.
        """
        self._query_again = asyncio.get_running_loop().time() + _QUERY_AGAIN
        self._traits = await query_traits(self._bus, self.owner)
        self.description = self._traits.description
        self.responsive = True

    def shows(self, token: str) -> bool:
        """Return whether the message is on the screen, as far as is known."""
        return bool(self._ids.of(token))

    def replaces(self, token: str) -> bool:
        """Return whether a message on the screen can be replaced by another in its place.

        The replaced notification keeps its buttons, so both must have the same ones.
        """
        under_way = (one.token for one in self._unanswered.values() if not one.withdrawn)
        return self._traits.keeps_buttons and self.shows(token) and token not in under_way

    async def show(self, message: Message, left: timedelta | None) -> DeliveryStatus:
        """Show a message, and return its status: shown, refused, or without a reply in time.

        If its token is there already, it replaces that one.

        A reply after the time limit is still used: the message counts as shown from then on, or is
        closed if it is a duplicate or no longer wanted.

        Args:
            message: The message.
            left: How long it still stays on the screen; None if that has no end.
        """
        outcome: asyncio.Future[DeliveryStatus] = asyncio.get_running_loop().create_future()
        self._notify(message, left, outcome)
        try:
            async with asyncio.timeout(self._bus.limit):
                return await outcome
        except TimeoutError:
            self.responsive = False
            return DeliveryStatus.NO_REPLY

    def close(self, token: str) -> bool:
        """Take a message off the screen, also one that is still being sent.

        Some servers answer that it is closed and leave it on the screen (notification-daemon
        3.20), so a press is still reported.

        Returns:
            Whether it was on the screen.
        """
        self._withdraw(token)
        numbers = self._ids.of(token)
        for number in numbers:
            self._close_notification(number, drawn=not self._ids.remove(number).answered)
        return bool(numbers)

    def adopt(self, handle: str, token: str) -> int | None:
        """Accept presses of a notification that an earlier connection left on this server.

        Returns:
            Its id; None if the handle is not of this server.
        """
        match handle.split():
            case [self.owner, number, self._bus_id] if number.isdecimal():
                if 0 < int(number) <= _LARGEST_ID:
                    self._ids.adopt(int(number), token)
                    return int(number)
            case _:
                pass
        return None

    def close_left_behind(self, handle: str, token: str) -> bool:
        """Close what an earlier connection left, if its handle is of this very server.

        Returns:
            Whether the server was asked to close it.
        """
        number = self.adopt(handle, token)
        if number is not None:
            self._close_notification(number, drawn=True)
        return number is not None

    def handles(self) -> dict[str, str]:
        """Return the tokens on the screen, by the handles that a later connection knows."""
        return {self._handle(number): one.token for number, one in self._ids.placed.items()}

    def retire(self) -> None:
        """Forget all ids, because another server has replaced this one."""
        self._ids.clear()
        for unanswered in self._unanswered.values():
            unanswered.withdrawn = True

    # Events

    def handle_signal(self, signal: Signal) -> None:
        """Handle a signal that it sent."""
        match signal.member, signal.signature:
            case "ActionInvoked", "us":
                number, key = signal.body
                self._handle_event(number, Pressed(key))
            case "NotificationClosed", "uu":
                number, reason = signal.body
                if reason == _BY_A_CALL and self._ids.is_expected_close(number):
                    return
                self._handle_event(number, Gone(by_itself=reason not in _BY_THE_USER))
            case _:
                pass

    def _handle_event(self, number: int, event: ServerEvent) -> None:
        placed = self._ids.find(number)
        match event:
            case _ if placed is None:
                self._handle_early(number, event)
            case Pressed(key) if not placed.answered and placed.has(key):
                # The first press of a message counts.
                self._ids.answer(placed.token)
                self._withdraw(placed.token)
                self._report(ButtonPressed(placed.token, key))
            case Gone(by_itself) if number in self._ids.placed:
                self._leave(number, by_itself=by_itself)

    def _handle_early(self, number: int, event: ServerEvent) -> None:
        """Keep an event of an unknown id if it may belong to a Notify that is under way."""
        match event:
            case Pressed(key) if not any(key in one.keys for one in self._unanswered.values()):
                pass
            case _ if self._unanswered:
                self._ids.keep_early(number, event)

    def _leave(self, number: int, *, by_itself: bool) -> None:
        """Record that a notification has left the screen."""
        placed = self._ids.remove(number)
        replaced = any(
            one.replaces == number and not one.withdrawn for one in self._unanswered.values()
        )
        if placed.answered or (by_itself and replaced):
            return
        self._withdraw(placed.token)
        self._report(NotificationClosed(placed.token, by_itself))

    # Calls

    def _notify(
        self, message: Message, left: timedelta | None, outcome: asyncio.Future[DeliveryStatus]
    ) -> None:
        replaces = next(iter(self._ids.of(message.token)), 0)
        capabilities = self.capabilities
        arguments = notify_arguments(
            message, left, self._traits, capabilities, icon=self._icon, replaces=replaces
        )
        call = new_method_call(self._address, "Notify", SIGNATURE, arguments)
        serial = self._bus.send(call, lambda reply: self._on_reply(serial, reply))
        keys = frozenset(button.key for button in offered(message, capabilities))
        self._unanswered[serial] = _Unanswered(message.token, keys, outcome, replaces)
        if len(self._unanswered) > _MOST_UNANSWERED:
            oldest = next(iter(self._unanswered))
            del self._unanswered[oldest]
            self._bus.abandon(oldest)

    def _on_reply(self, serial: int, reply: Reply) -> None:
        unanswered = self._unanswered.pop(serial)
        number = _id_of(reply)
        replaced = unanswered.replaces if unanswered.replaces in self._ids.placed else 0
        status = DeliveryStatus.SHOWN
        if number == 0:
            status = DeliveryStatus.NO_ID if reply.error is None else DeliveryStatus.ERROR
        elif unanswered.withdrawn or (self.shows(unanswered.token) and not replaced):
            # A server may have given the id of a notification that is on the screen now.
            if number not in self._ids.placed:
                self._close_notification(number)
                # The person may press it before it is gone, or has done so already.
                early = self._ids.pop_early(number)
                self._ids.place(number, Placed(unanswered.token, unanswered.keys))
                self._ids.remove(number)
                for event in early:
                    self._handle_event(number, event)
        else:
            if replaced not in {0, number}:
                # It was shown beside the old one, or the server removed the old one.
                self._ids.remove(replaced)
                self._close_notification(replaced)
            self._place(number, unanswered)
        if not self._unanswered:
            self._ids.clear_early()
        if not unanswered.outcome.done():
            unanswered.outcome.set_result(status)

    def _place(self, number: int, unanswered: _Unanswered) -> None:
        early = self._ids.pop_early(number)
        self._ids.place(number, Placed(unanswered.token, unanswered.keys))
        self._report(NotificationShown(unanswered.token, self._handle(number)))
        for event in early:
            self._handle_event(number, event)

    def _withdraw(self, token: str) -> None:
        for unanswered in self._unanswered.values():
            if unanswered.token == token:
                unanswered.withdrawn = True

    def _close_notification(self, number: int, *, drawn: bool = False) -> None:
        """Close a notification, which may still be drawn."""
        if drawn and self._traits.leaves_closed:
            expired = expired_arguments(number, self._icon)
            self._bus.post(new_method_call(self._address, "Notify", SIGNATURE, expired))
        self._ids.expect_close(number)
        self._bus.post(new_method_call(self._address, "CloseNotification", "u", (number,)))

    def _handle(self, number: int) -> str:
        return f"{self.owner} {number} {self._bus_id}"


def _id_of(reply: Reply) -> int:
    """Return the id that a Notify returned; 0, which no notification has, for anything else."""
    try:
        (number,) = reply.unpack("u")
    except CallError:
        return 0
    return int(number)
