"""The screen of a free desktop: whichever notification server is there, over the session bus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from jeepney import MatchRule, new_method_call

from nightcare.desktop.dbus.connection import (
    BUS,
    CallError,
    Connection,
    ConnectionLost,
    Reply,
    Signal,
    apart,
    connected,
)
from nightcare.desktop.notify.known_servers import Remembered, nothing_remembered
from nightcare.desktop.notify.outbox import Outbox, Pending, delay
from nightcare.desktop.notify.server import INTERFACE, NotificationServer
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

LIMIT = 5.0
"""Seconds within which every call must be answered; a busy desktop shell can be slow."""

DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds before each further attempt; the last one before all that follow."""

REST = 0.4
"""Seconds between the end of one notification and the next. SwayNotificationCenter (0.7.3, 0.11)
never draws what it is sent within about 0.2 s of its last popup's end, while that fades out."""

_ONCE_MORE = 0.2
"""Seconds until what has not ended is told so again."""


@dataclass(frozen=True)
class Waits:
    """How long a screen waits, in seconds.

    Attributes:
        rest: Between the end of one notification and the next.
        patience: On a new bus for its session's own server, before it has one started.
    """

    rest: float = REST
    patience: float = 0.0


USUAL = Waits()


class FreedesktopNotifier:
    """Shows messages through org.freedesktop.Notifications.

    What ought to be on the screen is only noted down; `run` makes the server match it, over one
    connection that it keeps and always reads. A server that is absent is started by the bus where
    the bus can, else waited for; one that fails is tried again, each time later; one that is new
    is sent what is wanted at once. There is no polling: what waits is woken.

    While a session begins no server is started: the bus would start whichever is installed, and
    that would keep the name from the desktop's own for the whole session.

    Args:
        address: Of the session bus, as in DBUS_SESSION_BUS_ADDRESS; None where there is none yet.
        icon: The name or path of the icon of every message.
        limit: Seconds within which a call must be answered.
        delays: Seconds before each further attempt, the last one before all that follow.
        remembered: Whether a server draws buttons, as far as the person was asked.
        waits: How long it waits before it sends something, or has a server started.
    """

    name = "freedesktop"

    def __init__(
        self,
        address: str | None,
        *,
        icon: str,
        limit: float = LIMIT,
        delays: Sequence[float] = DELAYS,
        remembered: Remembered = nothing_remembered,
        waits: Waits = USUAL,
    ) -> None:
        self._address = address
        self._moved = asyncio.Event()
        self._make_server = partial(NotificationServer, icon=icon, remembered=remembered)
        self._limit = limit
        self._delays = delays
        self._agenda = Outbox(delays, waits.rest)
        self._left_behind: dict[str, str] = {}
        self._patience = waits.patience
        self._report: Callable[[NotifierEvent], None] | None = None
        self._link: _Link | None = None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the server can do; nothing while there is none."""
        server = self._server
        return server.capabilities if server else frozenset()

    def describe(self) -> str:
        """The server's name, version and maker: "dunst 1.9.0 (knopwob)"; empty without one."""
        server = self._server
        return server.description if server else ""

    def show(self, message: Message) -> None:
        """Put a message on the screen, and keep it there until it is closed or answered."""
        if self._agenda.has(message):
            return
        replaces = self._server is not None and self._server.replaces(message.token)
        in_place = replaces and self._agenda.follows(message)
        if not in_place:
            self.close(message.token)
        self._agenda.add(message, in_place=in_place)
        if self._report and not (self._link and self._link.ready):
            absent = Rejected(message.token, DeliveryStatus.NO_SERVER)
            asyncio.get_running_loop().call_soon(self._report, absent)

    def close(self, token: str) -> None:
        """Take a message off the screen; of it only a late press is reported."""
        self._agenda.drop(token)
        self._take_off(token)

    def forget(self, handle: str, token: str) -> None:
        """Take off what an earlier run left, if this is still the same server on the same bus."""
        self._left_behind[handle] = token
        if self._link and self._link.ready:
            self._link.tidy()

    def quiet(self, *, on: bool) -> None:
        """Take note of do not disturb; what was sent while it was on is sent anew when it ends.

        By rule, for all servers: of those that were tried some draw it then by themselves, some
        with the next one, and some never, and none says which.
        """
        ended = self._agenda.quiet and not on
        self._agenda.quiet = on
        if ended:
            for message in self._agenda.unseen():
                self._take_off(message.token)
                self._agenda.add_again(message)

    def move(self, address: str | None, patience: float) -> None:
        """Go to another session bus, or to the first that there is.

        Args:
            address: The address of the bus; None where there is none.
            patience: Seconds for which its session's own server is waited for.
        """
        if self._link:
            self._link.wait_for_session(patience - self._patience)
        self._patience = patience
        if address != self._address:
            self._address = address
            self._moved.set()

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Serve until cancelled, on each session bus that there is in turn.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `report` raised.
        """
        self._report = report
        while True:
            self._moved.clear()
            if self._address is None:
                self._report_absence(report)
                await self._moved.wait()
                continue
            serving = asyncio.create_task(self._serve(self._address, report))
            moving = asyncio.create_task(self._moved.wait())
            try:
                await asyncio.wait({serving, moving}, return_when=asyncio.FIRST_COMPLETED)
                if serving.done():
                    serving.result()
            finally:
                moving.cancel()
                await _ended(serving)
            self._report_absence(report)

    async def _serve(self, address: str, report: Callable[[NotifierEvent], None]) -> None:
        """Serve on one bus, over as many connections as it takes."""
        losses = 0
        while True:
            try:
                await apart(self._connect(address, report))
            except* ConnectionLost:
                if self._link and self._link.ready:
                    losses = 0
            finally:
                self._lose_link()
            self._report_absence(report)
            await asyncio.sleep(delay(self._delays, losses))
            losses += 1

    def _report_absence(self, report: Callable[[NotifierEvent], None]) -> None:
        """Report that there is no server, and that nothing is on the screen."""
        report(NotifierChanged())
        for token in self._agenda.tokens():
            report(Rejected(token, DeliveryStatus.NO_SERVER))

    async def _connect(self, address: str, report: Callable[[NotifierEvent], None]) -> None:
        async with (
            connected(address, self._limit) as bus,
            asyncio.TaskGroup() as tasks,
        ):
            link = _Link(bus, tasks, self._agenda, self._left_behind, self._make_server, report)
            link.starts_from = asyncio.get_running_loop().time() + self._patience
            self._link = link
            tasks.create_task(bus.receive(link.hear))
            tasks.create_task(link.start())

    @property
    def _server(self) -> NotificationServer | None:
        return self._link.server if self._link else None

    def _take_off(self, token: str) -> None:
        if self._server and self._server.close(token):
            self._agenda.cleared()

    def _lose_link(self) -> None:
        if self._server:
            self._left_behind |= self._server.handles()
        self._link = None
        self._agenda.void()


class _Link:
    """One connection to the bus, and the server that is on it.

    Attributes:
        server: The server, if there is one.
        ready: Whether that is known.
        starts_from: When a server may be started, in the loop's time: one is, where the session
            has had one.
    """

    def __init__(
        self,
        bus: Connection,
        tasks: asyncio.TaskGroup,
        agenda: Outbox,
        left_behind: dict[str, str],
        make_server: Callable[..., NotificationServer],
        report: Callable[[NotifierEvent], None],
    ) -> None:
        self.server: NotificationServer | None = None
        self.ready = False
        self.starts_from = 0.0
        self._bus = bus
        self._bus_id = ""
        self._tasks = tasks
        self._agenda = agenda
        self._left_behind = left_behind
        self._make_server = make_server
        self._report = report
        self._attendance: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Introduce ourselves to the bus, and find the server.

        Raises:
            ConnectionLost: The bus does not do what a bus does.
        """
        try:
            (await self._ask("Hello")).of("s")
            (self._bus_id,) = (await self._ask("GetId")).of("s")
            # Broad, for who sends to everybody; what is sent to us alone comes without a rule.
            await self._listen(MatchRule(type="signal", interface=INTERFACE))
            changes = MatchRule(
                type="signal",
                sender=BUS.bus_name,
                interface=BUS.interface,
                member="NameOwnerChanged",
            )
            changes.add_arg_condition(0, INTERFACE)
            await self._listen(changes)
            owner = await self._ask("GetNameOwner", INTERFACE)
        except (CallError, TimeoutError) as error:
            raise ConnectionLost("the bus is of no use") from error
        # A change that was heard meanwhile is newer than this reply.
        if not self.ready:
            self._owned_by("" if owner.error else owner.body[0])

    def wait_for_session(self, longer: float) -> None:
        """Wait so many seconds longer, or less long, for the session's own server."""
        if self.starts_from:
            self.starts_from += longer
            self._agenda.look_again()

    def tidy(self) -> None:
        """Take off what earlier connections left on the present server; the rest has gone."""
        while self._left_behind:
            handle, token = self._left_behind.popitem()
            if self.server and self.server.close_left_behind(handle, token):
                self._agenda.cleared()

    def hear(self, signal: Signal) -> None:
        """Take note of a signal, if its sender has a say in the matter."""
        if signal.sender == BUS.bus_name:
            match signal.member, signal.body:
                case "NameOwnerChanged", (name, _, owner) if name == INTERFACE:
                    self._owned_by(owner)
                case _:
                    pass
        elif self.server and signal.sender == self.server.owner and signal.interface == INTERFACE:
            self.server.hear(signal)

    def _owned_by(self, owner: str) -> None:
        """Turn to the server with this unique name, or to none."""
        self.ready = True
        if self.server:
            self.server.retire()
            self._agenda.void()
        self.server = None
        if owner:
            self.server = self._make_server(self._bus, self._bus_id, owner, report=self._note)
            self._agenda.renew()
            self.starts_from = 0.0
            for handle, token in self._left_behind.items():
                self.server.adopt(handle, token)
        else:
            for token in self._agenda.tokens():
                self._report(Rejected(token, DeliveryStatus.NO_SERVER))
            self.tidy()
        if self._attendance:
            self._attendance.cancel()
        self._attendance = self._tasks.create_task(self._attend(self.server))

    def _note(self, event: NotifierEvent) -> None:
        match event:
            case NotificationShown(token):
                self._agenda.place(token)
            case NotificationClosed(token, by_itself=True) if self._agenda.keep_unseen(token):
                self._agenda.cleared()
                self._report(Rejected(token, DeliveryStatus.TAKEN_OFF))
                return
            case ButtonPressed(token) | NotificationClosed(token):
                self._agenda.drop(token)
                self._agenda.cleared()
        self._report(event)

    async def _attend(self, server: NotificationServer | None) -> None:
        """See to it that this server, while it is the one, shows what is wanted."""
        if server:
            with contextlib.suppress(CallError, TimeoutError):
                await self._meet(server)
            # How to take something off depends on which server it is.
            self.tidy()
        else:
            self._report(NotifierChanged(startable=await self._startable()))
        while True:
            want = await self._agenda.next_due()
            delivery = await (
                self._start_server(want) if server is None else self._send(server, want)
            )
            if self._agenda.lacks(want):
                self._report(Rejected(want.message.token, delivery))

    async def _startable(self) -> bool:
        try:
            (names,) = (await self._ask("ListActivatableNames")).of("as")
        except (CallError, TimeoutError):
            return False
        return INTERFACE in names

    async def _meet(self, server: NotificationServer) -> None:
        await server.meet()
        self._report(NotifierChanged())

    async def _start_server(self, want: Pending) -> DeliveryStatus:
        """Have the bus start a server, if it should; that one is then told of anew."""
        if not want.message.asked_for and asyncio.get_running_loop().time() < self.starts_from:
            self._agenda.wait(want, self.starts_from)
        elif not self._agenda.may_restart(want):
            self._agenda.wait(want)
        else:
            self._agenda.put_off(want)
            with contextlib.suppress(TimeoutError):
                start = new_method_call(BUS, "StartServiceByName", "su", (INTERFACE, 0))
                await self._bus.ask(start)
        return DeliveryStatus.NO_SERVER

    async def _send(self, server: NotificationServer, want: Pending) -> DeliveryStatus:
        """Send a message to a server; put it off where that fails."""
        try:
            if not server.responsive:
                await self._meet(server)
                if not self._agenda.lacks(want):
                    return DeliveryStatus.DECIDED
            self._agenda.sending(want)
            # It goes out first: to write this down takes longer.
            asyncio.get_running_loop().call_soon(self._report, Sent(want.message.token))
            message = want.message.under_do_not_disturb() if self._agenda.quiet else want.message
            delivery = await server.show(message, self._agenda.left(want))
        except CallError:
            delivery = DeliveryStatus.ERROR
        except TimeoutError:
            delivery = DeliveryStatus.NO_REPLY
        if delivery is DeliveryStatus.NO_ID:
            self._agenda.refused(want)
        elif delivery is not DeliveryStatus.SHOWN:
            self._agenda.put_off(want)
        return delivery

    async def _listen(self, rule: MatchRule) -> None:
        (await self._ask("AddMatch", rule.serialise())).of("")

    async def _ask(self, method: str, *arguments: str) -> Reply:
        return await self._bus.ask(
            new_method_call(BUS, method, "s" * len(arguments) or None, arguments)
        )


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait until it has ended."""
    while not task.done():
        task.cancel()
        # A bus that dies at this very moment takes the cancellation's place in its task group.
        await asyncio.wait({task}, timeout=_ONCE_MORE)
