"""The notifier of a free desktop: any notification server on the session bus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from jeepney import MatchRule

from nightcare.desktop.dbus.client import BusClient, BusSession
from nightcare.desktop.dbus.connection import CallError, Signal
from nightcare.desktop.notify.outbox import Outbox, Pending
from nightcare.desktop.notify.server import NotificationServer
from nightcare.desktop.notify.server_traits import INTERFACE, ButtonMemory, nothing_remembered
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
    Message,
    NotificationClosed,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
    Rejected,
    Sent,
)

REST = 0.4
"""Seconds between the end of one notification and the next. SwayNotificationCenter (0.7.3, 0.11)
never draws a notification that arrives within about 0.2 s of the end of its last popup, which is
still fading out."""


class FreedesktopNotifier:
    """The notifier that uses org.freedesktop.Notifications.

    Messages are put into an outbox, and a task on the bus makes the server match it. A server that
    is absent is started by the bus if the bus can, else awaited; after a failure a message is
    retried, each time later; a new server is sent the whole outbox at once. There is no polling.

    While a session begins no server is started: the bus would start any one that is installed, and
    that would keep the name from the desktop's own for the whole session.

    Args:
        bus: The client of the session bus.
        icon: The name or path of the icon of every message.
        remembered: The user's answers whether a server draws buttons.
        rest: Seconds between the end of one notification and the next.
        patience: Seconds to wait on a new bus for its session's own server, before it lets the bus
            start one.
    """

    name = "freedesktop"
    names = (INTERFACE,)
    # Broad, for servers that broadcast; signals that are sent to us alone need no rule.
    rules = (MatchRule(type="signal", interface=INTERFACE).serialise(),)

    def __init__(
        self,
        bus: BusClient,
        *,
        icon: str,
        remembered: ButtonMemory = nothing_remembered,
        rest: float = REST,
        patience: float = 0.0,
    ) -> None:
        self._client = bus
        self._icon = icon
        self._remembered = remembered
        self._patience = patience
        self._outbox = Outbox(bus.delays, rest)
        self._left_behind: dict[str, str] = {}
        self._report: Callable[[NotifierEvent], None] | None = None
        self._session: BusSession | None = None
        self._server: NotificationServer | None = None
        self._sending: asyncio.Task[None] | None = None
        self._starts_from = 0.0

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The capabilities of the server; none while there is no server."""
        return self._server.capabilities if self._server else frozenset()

    def describe(self) -> str:
        """Return the name, version and maker of the server, such as "dunst 1.9.0 (knopwob)"."""
        return self._server.description if self._server else ""

    def show(self, message: Message) -> None:
        """Put a message on the screen, and keep it there until it is closed or answered."""
        if self._outbox.has(message):
            return
        replaces = self._server is not None and self._server.replaces(message.token)
        in_place = replaces and self._outbox.follows(message)
        if not in_place:
            self.close(message.token)
        self._outbox.add(message, in_place=in_place)
        if self._report and self._session is None:
            absent = Rejected(message.token, DeliveryStatus.NO_SERVER)
            asyncio.get_running_loop().call_soon(self._report, absent)

    def close(self, token: str) -> None:
        """Take a message off the screen; after that only a late press of it is reported."""
        self._outbox.drop(token)
        self._take_off(token)

    def forget(self, handle: str, token: str) -> None:
        """Close the notifications of an earlier run, if server and bus are still the same."""
        self._left_behind[handle] = token
        if self._session:
            self._tidy()

    def quiet(self, *, on: bool) -> None:
        """Set whether do not disturb is on; send messages of that time again when it ends.

        This applies to every server: of those tested, some draw such messages then, some with the
        next message, and some never, and no capability reports which.
        """
        ended = self._outbox.quiet and not on
        self._outbox.set_quiet(on=on)
        if ended:
            for message in self._outbox.unseen():
                self._take_off(message.token)
                self._outbox.add_again(message)

    def set_patience(self, patience: float) -> None:
        """Set the seconds to wait on a new bus for its session's own server."""
        if self._session and self._starts_from:
            self._starts_from += patience - self._patience
            self._outbox.check_now()
        self._patience = patience

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Serve until cancelled, on every connection of the client.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `report` raised.
        """
        self._report = report
        try:
            await self._client.serve(self)
        finally:
            self._lose_session()

    # Called by the bus client

    def connected(self, session: BusSession) -> None:
        """Use the server that owns the name, if any."""
        self._session = session
        self._starts_from = asyncio.get_running_loop().time() + self._patience
        self.owner_changed(INTERFACE, session.owners[INTERFACE])

    def disconnected(self) -> None:
        """Report that there is no server, and that nothing is on the screen."""
        self._lose_session()
        self._send_report(NotifierChanged())
        self._report_absence()

    def owner_changed(self, name: str, owner: str) -> None:
        """Use the server with this unique name, or none."""
        del name
        if self._session is None:
            return
        if self._server:
            self._server.retire()
            self._outbox.server_lost()
            self._server = None
        if owner:
            self._server = NotificationServer(
                self._session, owner, self._icon, self._handle_event, self._remembered
            )
            self._outbox.server_found()
            # The session has had a server, so that one may be started from now on.
            self._starts_from = 0.0
            for handle, token in self._left_behind.items():
                self._server.adopt(handle, token)
        else:
            self._report_absence()
            self._tidy()
        if self._sending:
            self._sending.cancel()
        self._sending = self._session.spawn(self._send_all(self._session, self._server))

    def handle_signal(self, signal: Signal) -> None:
        """Handle a signal of the server; those of others are ignored."""
        server = self._server
        if server and signal.sender == server.owner and signal.interface == INTERFACE:
            server.handle_signal(signal)

    def _lose_session(self) -> None:
        if self._server:
            self._left_behind |= self._server.handles()
        if self._sending:
            self._sending.cancel()
        self._session = self._server = self._sending = None
        self._outbox.server_lost()

    # Events

    def _send_report(self, event: NotifierEvent) -> None:
        if self._report:
            self._report(event)

    def _report_absence(self) -> None:
        for token in self._outbox.tokens():
            self._send_report(Rejected(token, DeliveryStatus.NO_SERVER))

    def _handle_event(self, event: NotifierEvent) -> None:
        """Update the outbox by an event of the server, and report it."""
        match event:
            case NotificationShown(token):
                self._outbox.place(token)
            case NotificationClosed(token, by_itself=True) if self._outbox.keep_unseen(token):
                self._outbox.start_rest()
                event = Rejected(token, DeliveryStatus.TAKEN_OFF)
            case ButtonPressed(token) | NotificationClosed(token):
                self._outbox.drop(token)
                self._outbox.start_rest()
        self._send_report(event)

    def _take_off(self, token: str) -> None:
        if self._server and self._server.close(token):
            self._outbox.start_rest()

    def _tidy(self) -> None:
        """Close what earlier connections left on the present server; forget all other handles."""
        while self._left_behind:
            handle, token = self._left_behind.popitem()
            if self._server and self._server.close_left_behind(handle, token):
                self._outbox.start_rest()

    # The task that sends

    async def _send_all(self, session: BusSession, server: NotificationServer | None) -> None:
        """Show the messages in the outbox on this server while it owns the name."""
        if server:
            await self._meet_again(server)
            # The way to close a notification depends on the traits of the server.
            self._tidy()
        else:
            self._send_report(NotifierChanged(startable=await self._startable(session)))
        while True:
            pending = await self._outbox.next_due()
            if server:
                status = await self._send(server, pending)
            else:
                status = await self._start_server(session, pending)
            if self._outbox.needs(pending):
                self._send_report(Rejected(pending.message.token, status))

    async def _startable(self, session: BusSession) -> bool:
        try:
            return await session.bus.is_activatable(INTERFACE)
        except (CallError, TimeoutError):
            return False

    async def _meet(self, server: NotificationServer) -> None:
        await server.meet()
        self._send_report(NotifierChanged())

    async def _meet_again(self, server: NotificationServer) -> None:
        with contextlib.suppress(TimeoutError):
            await self._meet(server)

    async def _start_server(self, session: BusSession, pending: Pending) -> DeliveryStatus:
        """Let the bus start a server, if it should; a change of the owner follows."""
        too_early = asyncio.get_running_loop().time() < self._starts_from
        if too_early and not pending.message.asked_for:
            self._outbox.postpone(pending, self._starts_from)
        elif not self._outbox.may_restart(pending):
            self._outbox.postpone(pending)
        else:
            self._outbox.retry_later(pending)
            with contextlib.suppress(CallError, TimeoutError):
                await session.bus.start_service(INTERFACE)
        return DeliveryStatus.NO_SERVER

    async def _send(self, server: NotificationServer, pending: Pending) -> DeliveryStatus:
        """Send a message to a server; put it off if that fails."""
        # A server that has refused the message may only just have started.
        if not server.responsive or (server.unclear and pending.failures):
            try:
                await self._meet(server)
            except TimeoutError:
                self._outbox.retry_later(pending)
                return DeliveryStatus.NO_REPLY
            if not self._outbox.needs(pending):
                return DeliveryStatus.DECIDED
        elif server.query_due and self._session:
            self._session.spawn(self._meet_again(server))
        self._outbox.mark_sent(pending)
        # Send the message first: writing this to the journal takes longer.
        asyncio.get_running_loop().call_soon(self._send_report, Sent(pending.message.token))
        message = pending.message
        if self._outbox.quiet:
            message = message.under_do_not_disturb()
        status = await server.show(message, self._outbox.time_left(pending))
        if status in {DeliveryStatus.NO_ID, DeliveryStatus.NO_REPLY}:
            answered = status is DeliveryStatus.NO_ID
            self._outbox.retry_once(pending, answered=answered)
        elif status is not DeliveryStatus.SHOWN:
            self._outbox.retry_later(pending)
        return status
