"""A notification server that does as a test says, as a real peer on a real bus.

The protocol is https://specifications.freedesktop.org/notification/1.3; what departs from it has
been seen of real servers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count
from types import TracebackType
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageFlag,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

from parts.bus import DRIVER, NOTIFICATIONS
from parts.processes import HANG_SECONDS

PATH = "/org/freedesktop/Notifications"
SECONDS = HANG_SECONDS
ALL_CAPABILITIES = ("actions", "body", "body-markup", "persistence", "sound")
DO_NOT_QUEUE = 4
PRIMARY_OWNER = 1


class How(Enum):
    """The reply of a server to Notify."""

    ID = auto()
    """As the specification says."""
    ZERO = auto()
    """With the id 0, and nothing on the screen."""
    EMPTY = auto()
    """With nothing."""
    GARBAGE = auto()
    """With text in the place of an id."""
    ERROR = auto()
    """With an error."""
    NEVER = auto()
    """Not at all; nothing is on the screen."""
    LATER = auto()
    """The reply comes when the test says so; the notification is on the screen at once."""
    CRASH = auto()
    """By leaving the bus."""


class To(Enum):
    """The receivers of a server's signals about a notification."""

    EVERYBODY = auto()
    SENDER = auto()
    BOTH = auto()


@dataclass(frozen=True, slots=True)
class Notification:
    """The arguments of a call of Notify.

    Attributes:
        number: the id that it got.
        sender: the unique name of who asked.
        replaces: the id that it is to replace, 0 for none.
        actions: label by key.
        hints: value by name, without its D-Bus type.
        types: the D-Bus type of each hint.
        expires: milliseconds.
    """

    number: int
    sender: str
    application: str
    replaces: int
    icon: str
    title: str
    body: str
    actions: dict[str, str]
    hints: dict[str, Any]
    types: dict[str, str]
    expires: int


class Peer:
    """A program on a bus, that sends what it likes.

    Args:
        address: of the bus.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._connection: DBusConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._replies: dict[int, asyncio.Future[Message]] = {}

    @property
    def unique_name(self) -> str:
        """The unique name on the bus."""
        return str(self._open_connection.unique_name)

    async def start(self) -> None:
        """Connect."""
        self._connection = await open_dbus_connection(self.address)
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        """Leave the bus; nothing happens if it has left already."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
            self._reading = None
        if self._connection is not None:
            self._connection.writer.transport.abort()
            with contextlib.suppress(OSError):
                await self._connection.writer.wait_closed()
            self._connection = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def emit(
        self,
        member: str,
        signature: str | None,
        body: tuple[object, ...],
        *,
        to: str | None = None,
        interface: str = NOTIFICATIONS,
        times: int = 1,
    ) -> None:
        """Send a signal, to one receiver or to everybody, once or often."""
        signal = new_signal(DBusAddress(PATH, interface=interface), member, signature, body)
        if to is not None:
            signal.header.fields[HeaderFields.destination] = to
        for _ in range(times):
            await self._open_connection.send(signal)

    async def ask_bus(self, method: str, signature: str | None, *body: object) -> Message:
        """Call the bus itself; when it replies, it has passed on all that was sent before."""
        return await self.ask(new_method_call(DRIVER, method, signature, body))

    async def ask(self, call: Message) -> Message:
        """Call anybody, and return the reply."""
        serial = next(self._open_connection.outgoing_serial)
        self._replies[serial] = asyncio.get_running_loop().create_future()
        await self._open_connection.send(call, serial=serial)
        async with asyncio.timeout(SECONDS):
            return await self._replies[serial]

    async def settle(self) -> None:
        """Wait until the bus has passed on all that was sent."""
        await self.ask_bus("GetId", None)

    async def send(self, message: Message) -> None:
        """Send any message at all."""
        await self._open_connection.send(message)

    async def called(self, message: Message) -> None:
        """Handle a method call; nobody expects one of a mere peer."""

    @property
    def _open_connection(self) -> DBusConnection:
        assert self._connection is not None, "it is not on the bus"
        return self._connection

    async def _read(self) -> None:
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                message = await self._open_connection.receive()
                reply = self._replies.pop(
                    message.header.fields.get(HeaderFields.reply_serial), None
                )
                if reply is not None:
                    reply.set_result(message)
                elif message.header.message_type is MessageType.method_call:
                    await self.called(message)


class NotificationServer(Peer):
    """The owner of org.freedesktop.Notifications.

    Args:
        address: of the bus.

    Attributes:
        capabilities: what it says it can do.
        information: its name, vendor, version, and the version of the specification.
        how: how it replies to Notify, where `script` says nothing else.
        script: how it replies to the next calls of Notify.
        to: whom it tells what happens.
        silent: methods other than Notify that it never replies to.
        refused: methods other than Notify that it replies to with an error.
        numbers: the ids that it gives.
        lifetime: how many seconds a notification stays, by its expire_timeout in milliseconds;
            None where it stays. What goes by itself is told with reason 1.
        closes: whether CloseNotification takes it off the screen; else it only says so.
        fades: for so many seconds after a notification has left, nothing new is drawn.
        dialogs: how many modal dialogs it has put up instead of a notification, with the id 0,
            where `dialog_for_0` says that it does so for an expire_timeout of 0.
        drawn: the titles of what has really come up, in order.
        replaces_in_place: whether what is replaced keeps its id; else there are two.
        on_notify: called for each Notify before the reply.
        on_screen: what is on the screen, by id.
        asked: every Notify, in order.
        calls: the names of all methods called, in order.
        waiting: the calls that came while it was frozen.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.capabilities: tuple[str, ...] = ALL_CAPABILITIES
        self.information = ("Scripted", "nobody", "2.5", "1.2")
        self.how = How.ID
        self.script: deque[How] = deque()
        self.to = To.EVERYBODY
        self.silent: set[str] = set()
        self.refused: set[str] = set()
        self.on_notify: Callable[[Notification], Awaitable[None]] | None = None
        self.on_screen: dict[int, Notification] = {}
        self.asked: list[Notification] = []
        self.calls: list[str] = []
        self.waiting: list[Message] = []
        self.numbers: Iterator[int] = count(1)
        self.replaces_in_place = True
        self.lifetime: Callable[[int], float | None] = lambda _: None
        self.closes = True
        self.fades = 0.0
        self.dialog_for_0 = False
        self.dialogs = 0
        self.drawn: list[str] = []
        self._left_at = -1000.0
        self._late: list[Message] = []
        self._frozen = False
        self._happened = asyncio.Condition()

    async def start(self) -> None:
        """Connect, and take the name; another server must not have it.

        As with a real server that starts, the screen is empty and ids begin with 1.
        """
        self.on_screen.clear()
        self.numbers = count(1)
        self._late.clear()
        await super().start()
        async with asyncio.timeout(SECONDS):
            # The bus may not have noticed yet that an earlier server has gone.
            while not await self.take_name(DO_NOT_QUEUE):
                pass

    async def restart(self) -> None:
        """Leave the bus, and come back as a new server."""
        await self.stop()
        await self.start()

    async def take_name(self, flags: int) -> bool:
        """Ask the bus for the name; tells whether it was got."""
        answer = await self.ask_bus("RequestName", "su", NOTIFICATIONS, flags)
        return bool(answer.body[0] == PRIMARY_OWNER)

    async def give_up_name(self) -> None:
        """Be no server any more, but stay on the bus."""
        await self.ask_bus("ReleaseName", "s", NOTIFICATIONS)

    async def press(self, number: int, key: str) -> None:
        """Tell that a button was pressed."""
        await self._log(number, "ActionInvoked", "us", (number, key))

    async def press_unasked(self, number: int, key: str) -> None:
        """Tell everybody that a button was pressed of what it was never asked to show."""
        await self.emit("ActionInvoked", "us", (number, key))

    async def dismiss(self, number: int, reason: int = 2) -> None:
        """Take a notification off the screen, and tell."""
        await self._log(number, "NotificationClosed", "uu", (number, reason))
        if self.on_screen.pop(number, None) is not None:
            self._left_at = asyncio.get_running_loop().time()

    async def reply_late(self) -> None:
        """Reply to every Notify that was left for later."""
        late, self._late = self._late, []
        for reply in late:
            await self.send(reply)

    def freeze(self) -> None:
        """Handle nothing from now on; calls wait."""
        self._frozen = True

    async def thaw(self) -> None:
        """Handle the calls that wait, in order, and all that follow."""
        self._frozen = False
        while self.waiting:
            await self.called(self.waiting.pop(0))

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something is so after a call.

        Raises:
            AssertionError: it was not so in good time.
        """
        try:
            async with asyncio.timeout(SECONDS), self._happened:
                await self._happened.wait_for(condition)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}; called: {self.calls}") from None

    async def until_asked(self, times: int) -> None:
        """Wait until it was asked to show something so many times in all."""
        await self.until(lambda: len(self.asked) >= times, f"Notify number {times}")

    async def called(self, message: Message) -> None:
        """Handle a method call."""
        if self._frozen:
            self.waiting.append(message)
        else:
            member = message.header.fields[HeaderFields.member]
            self.calls.append(member)
            for reply in await self._handle(member, message):
                if not message.header.flags & MessageFlag.no_reply_expected:
                    await self.send(reply)
        async with self._happened:
            self._happened.notify_all()

    async def _handle(self, member: str, message: Message) -> list[Message]:
        if member in self.silent:
            return []
        if member in self.refused:
            return [new_error(message, "org.example.Refused", "s", ("no",))]
        match member:
            case "GetCapabilities":
                return [new_method_return(message, "as", (list(self.capabilities),))]
            case "GetServerInformation":
                return [new_method_return(message, "ssss", self.information)]
            case "CloseNotification":
                (number,) = message.body
                if number in self.on_screen and self.closes:
                    await self.dismiss(number, reason=3)
                elif number in self.on_screen:
                    await self._log(number, "NotificationClosed", "uu", (number, 3))
                return [new_method_return(message)]
            case "Notify":
                return await self._notify(message)
            case _:
                return [new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")]

    async def _notify(self, message: Message) -> list[Message]:
        how = self.script.popleft() if self.script else self.how
        replaces = message.body[1]
        kept = self.replaces_in_place and replaces in self.on_screen
        notification = _notification(replaces if kept else next(self.numbers), message)
        self.asked.append(notification)
        if self.dialog_for_0 and notification.expires == 0:
            self.dialogs += 1
            how = How.ZERO
        if how in {How.ID, How.LATER, How.EMPTY}:
            self.on_screen[notification.number] = notification
            loop = asyncio.get_running_loop()
            if kept or loop.time() - self._left_at >= self.fades:
                self.drawn.append(notification.title)
            seconds = self.lifetime(notification.expires)
            if seconds is not None:
                loop.call_later(seconds, self._expire, notification)
        if self.on_notify is not None:
            await self.on_notify(notification)
        replies = {
            How.ID: new_method_return(message, "u", (notification.number,)),
            How.ZERO: new_method_return(message, "u", (0,)),
            How.EMPTY: new_method_return(message),
            How.GARBAGE: new_method_return(message, "s", ("one",)),
            How.ERROR: new_error(message, "org.example.TooMany", "s", ("too many",)),
        }
        if how is How.LATER:
            self._late.append(replies[How.ID])
        if how is How.CRASH:
            self._open_connection.writer.transport.abort()
        return [replies[how]] if how in replies else []

    def _expire(self, notification: Notification) -> None:
        """Take it off, if it is still there and nothing has taken its place."""
        number = notification.number
        if self.on_screen.get(number) is notification:
            self._expiring = asyncio.create_task(self.dismiss(number, reason=1))

    async def _log(self, number: int, member: str, signature: str, body: tuple[Any, ...]) -> None:
        if self.to in {To.EVERYBODY, To.BOTH}:
            await self.emit(member, signature, body)
        if self.to in {To.SENDER, To.BOTH}:
            sender = next(asked.sender for asked in self.asked if asked.number == number)
            await self.emit(member, signature, body, to=sender)


def _notification(number: int, message: Message) -> Notification:
    application, replaces, icon, title, body, actions, hints, expires = message.body
    return Notification(
        number=number,
        sender=message.header.fields[HeaderFields.sender],
        application=application,
        replaces=replaces,
        icon=icon,
        title=title,
        body=body,
        actions=dict(zip(actions[::2], actions[1::2], strict=True)),
        hints={name: value for name, (_, value) in hints.items()},
        types={name: kind for name, (kind, _) in hints.items()},
        expires=expires,
    )
