"""One notification server, for as long as it owns its name: what is on it, what it says of that.

The protocol is https://specifications.freedesktop.org/notification/1.3 . Where servers depart from
it, or it leaves them a choice, the comments say so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jeepney import DBusAddress, new_method_call

from nightcare.desktop.dbus.connection import CallError, Connection, Reply, Signal
from nightcare.desktop.notify.known_servers import (
    ANSWER_ON_ANY_CLICK,
    LEAVE_CLOSED,
    Remembered,
    draws_buttons,
)
from nightcare.desktop.notify.message_text import (
    APPLICATION,
    body_of,
    body_with_command,
    one_line,
    shortened,
    title_of,
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
from nightcare.domain.reminders import Urgency

INTERFACE = "org.freedesktop.Notifications"
"""Both the name that a server owns and the interface it offers."""

_PATH = "/org/freedesktop/Notifications"

_CATEGORY = "x-nightcare.reminder.due"
"""None of the specification's own categories fits; its form for others is x-vendor.class.name."""

_CAPABILITIES = {
    "actions": Capability.BUTTONS,
    "body": Capability.BODY,
    "body-markup": Capability.MARKUP,
    "sound": Capability.SOUND,
}

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Of the specification's markup, which is a part of XML."""

_URGENCIES = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}

_PLACE = "x-dunst-stack-tag"
"""A hint, named by the server that brought it up: a new notification replaces those that have the
same. Others ignore it, as the specification tells them to.

Servers that know it list it as a capability too, and those draw a bar beside the words for a
"value", for both came up together, to show a volume. No capability tells of "value" itself, which
the specification does not know, and it cannot be sent to all: xfce4-notifyd (0.7.3) then draws the
bar alone, without words and without buttons.
"""

_LOSE_BUTTONS = frozenset({"gnome-shell"})
"""Servers, by the name they give, on which what is replaced in place has no buttons any more."""

_WITHOUT_END = timedelta(days=1)
"""The expire_timeout of what stays until it is taken back. The specification's 0, "never expires",
makes some servers use a time of their own (SwayNotificationCenter: 10 s), or a modal dialog."""

_SHORTEST, _LONGEST = 1_000, 2**31 - 1
"""Milliseconds of an expire_timeout, which is an INT32."""

_BY_THE_PERSON = frozenset({2, 3})
"""Reasons of NotificationClosed that stand for an act of the person. 3 means that a program closed
it, but our own closings are not listened for, and some servers give it for a click. MATE gives 1,
"expired", for its close cross as well; nothing tells that from a server that keeps its own time,
and a reminder must not end because of a server. 4 is "undefined"."""

_MOST_LATE = 8
"""Notifications that have left the screen and whose buttons still count."""

_BODY = "default"
"""The key of a click on the notification itself, which some servers report without being asked."""

_LARGEST_ID = 2**32 - 1

_MOST_UNANSWERED = 32
"""Calls of Notify whose late replies are still waited for."""

_MOST_EARLY = 1024
"""Unknown ids of which it is remembered what was heard, while a Notify is under way."""

_NAME_LENGTH = 60


@dataclass(slots=True)
class _Placed:
    """A notification that is on the screen, under an id that the server gave it.

    Attributes:
        token: Its message.
        keys: The keys of its buttons; None where they are not known, as of an earlier run's.
        answered: Whether one was pressed.
    """

    token: str
    keys: frozenset[str] | None
    answered: bool = False

    def has(self, key: str) -> bool:
        """Return whether it may have a button of that key."""
        return key != _BODY if self.keys is None else key in self.keys


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A button was pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class _Gone:
    """A notification has left the screen."""

    by_itself: bool


_Heard = _Pressed | _Gone


@dataclass(slots=True)
class _Unanswered:
    """A call of Notify without a reply so far."""

    token: str
    keys: frozenset[str]
    outcome: asyncio.Future[DeliveryStatus]
    replaces: int = 0
    withdrawn: bool = False


class NotificationServer:
    """The notification server in use.

    Args:
        bus: The connection that it is spoken to on.
        bus_id: Which bus that is; it never comes twice.
        owner: The unique name of the server, which no other ever has on the same bus.
        icon: The name or path of the icon sent with every message.
        report: Told what happens, from within the bus's `receive`.
        remembered: Whether a server draws buttons, as far as the person was asked.

    Attributes:
        owner: The same unique name.
        description: Its name, version and maker, as far as it has said.
        responsive: Whether it answered the last time; before it has, nothing is sent to it but a
            question, so that one that wakes up late does not find many of the same in its queue.
    """

    def __init__(
        self,
        bus: Connection,
        bus_id: str,
        owner: str,
        icon: str,
        report: Callable[[NotifierEvent], None],
        remembered: Remembered,
    ) -> None:
        self.owner = owner
        self.description = "a notification server that has not answered yet"
        self.responsive = False
        self._bus = bus
        self._bus_id = bus_id
        self._icon = icon
        self._report = report
        self._remembered = remembered
        self._name = ""
        self._listed: frozenset[Capability] = frozenset()
        self._leaves_closed = False
        self._draws_progress = False
        self._keeps_buttons = False
        self._placed: dict[int, _Placed] = {}
        self._past: set[int] = set()
        self._late: dict[int, _Placed] = {}
        self._unanswered: dict[int, _Unanswered] = {}
        self._early: dict[int, list[_Heard]] = {}

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do, as far as it has said."""
        if Capability.BUTTONS not in self._listed or draws_buttons(
            self._name, self.description, self._remembered
        ):
            return self._listed
        menu = {Capability.MENU} if self._name not in ANSWER_ON_ANY_CLICK else set()
        return self._listed - {Capability.BUTTONS} | menu

    async def meet(self) -> None:
        """Ask what it can do and who it is.

        Raises:
            CallError: It does not say what it can do.
            TimeoutError: It did not reply in time.
        """
        names: list[str]
        (names,) = (await self._ask("GetCapabilities")).of("as")
        self._listed = frozenset(_CAPABILITIES[name] for name in names if name in _CAPABILITIES)
        self._draws_progress = _PLACE in names
        self.description = "a notification server without a name"
        self.responsive = True
        # Who it is matters to nobody's sleep: a server that does not tell is used all the same.
        with contextlib.suppress(CallError, TimeoutError):
            name, vendor, version, _ = (
                shortened(one_line(part), _NAME_LENGTH)
                for part in (await self._ask("GetServerInformation")).of("ssss")
            )
            parts = (name, version, f"({vendor})" if vendor else "")
            self.description = " ".join(filter(None, parts)) or self.description
            self._name = name
            self._leaves_closed = (name, vendor) in LEAVE_CLOSED
            self._keeps_buttons = bool(name) and name not in _LOSE_BUTTONS

    def shows(self, token: str) -> bool:
        """Whether the message is on the screen, as far as is known."""
        return any(placed.token == token for placed in self._placed.values())

    def replaces(self, token: str) -> bool:
        """Whether a message that is on the screen can give way to another in its place.

        It keeps its buttons then, so only one with the same can.
        """
        under_way = (one.token for one in self._unanswered.values() if not one.withdrawn)
        return self._keeps_buttons and self.shows(token) and token not in under_way

    async def show(self, message: Message, left: timedelta | None) -> DeliveryStatus:
        """Show a message, and tell how far it has come: shown, or refused.

        Where its token is there already, it takes the place of that one.

        A reply that comes too late for that counts all the same, whenever it comes: the message is
        on the screen from then, or taken off where it is there already or not wanted any more.

        Args:
            message: The message.
            left: How long it still stays on the screen; None if that has no end.

        Raises:
            TimeoutError: The server did not reply in time.
        """
        outcome: asyncio.Future[DeliveryStatus] = asyncio.get_running_loop().create_future()
        self._notify(message, left, outcome)
        try:
            async with asyncio.timeout(self._bus.limit):
                return await outcome
        except TimeoutError:
            self.responsive = False
            raise

    def close(self, token: str) -> bool:
        """Take a message off the screen, also one that is still on its way there.

        Some servers answer that it is closed and leave it on the screen (notification-daemon
        3.20), so a press is still reported.

        Returns:
            Whether it was on the screen.
        """
        self._withdraw(token)
        there = {number: one for number, one in self._placed.items() if one.token == token}
        for number, placed in there.items():
            self._remove(number)
            if self._leaves_closed and not placed.answered:
                self._expire(number)
            self._take_off(number)
        return bool(there)

    def adopt(self, handle: str, token: str) -> int | None:
        """Report presses on what an earlier connection left on this very server.

        Returns:
            Its id; None if the handle is not of this server.
        """
        match handle.split():
            case [self.owner, number, self._bus_id] if number.isdecimal():
                if 0 < int(number) <= _LARGEST_ID:
                    if int(number) not in self._placed:
                        self._late.setdefault(int(number), _Placed(token, None))
                    return int(number)
            case _:
                pass
        return None

    def close_left_behind(self, handle: str, token: str) -> bool:
        """Take off what an earlier connection left on this very server, if the handle says so.

        Returns:
            Whether it was asked to.
        """
        number = self.adopt(handle, token)
        if number is None:
            return False
        if self._leaves_closed:
            self._expire(number)
        self._take_off(number)
        return True

    def handles(self) -> dict[str, str]:
        """Return the handles by which a later connection finds what is there, with the tokens."""
        return {self._handle(number): one.token for number, one in self._placed.items()}

    def retire(self) -> None:
        """Take note that it is the server no longer: all its ids are void."""
        self._placed.clear()
        self._late.clear()
        self._early.clear()
        for unanswered in self._unanswered.values():
            unanswered.withdrawn = True

    def hear(self, signal: Signal) -> None:
        """Take note of a signal that it sent."""
        match signal.member, signal.signature:
            case "ActionInvoked", "us":
                number, key = signal.body
                self._note(number, _Pressed(key))
            case "NotificationClosed", "uu":
                number, reason = signal.body
                self._note(number, _Gone(by_itself=reason not in _BY_THE_PERSON))
            case _:
                pass

    def _note(self, number: int, heard: _Heard) -> None:
        """Take note of what was heard of a notification."""
        placed = self._placed.get(number) or self._late.get(number)
        match heard:
            case _ if placed is None:
                self._keep_for_later(number, heard)
            case _Pressed(key) if not placed.answered and placed.has(key):
                self._answer(placed, key)
            case _Gone(by_itself) if number in self._placed:
                self._leave(number, placed, by_itself=by_itself)

    def _answer(self, placed: _Placed, key: str) -> None:
        """Report a press, the first one of its message alone."""
        for other in (*self._placed.values(), *self._late.values()):
            # Where each step is sent anew, an earlier one may have been pressed.
            other.answered |= other.token == placed.token
        self._withdraw(placed.token)
        self._report(ButtonPressed(placed.token, key))

    def _leave(self, number: int, placed: _Placed, *, by_itself: bool) -> None:
        """Take note that a notification has left the screen."""
        self._remove(number)
        if placed.answered or (by_itself and self._being_replaced(number)):
            return
        self._withdraw(placed.token)
        self._report(NotificationClosed(placed.token, by_itself))

    def _being_replaced(self, number: int) -> bool:
        """Whether the next message is on its way into the place of this one."""
        return any(
            one.replaces == number and not one.withdrawn for one in self._unanswered.values()
        )

    def _keep_for_later(self, number: int, heard: _Heard) -> None:
        # A press can be heard before the reply that tells the id it belongs to.
        offered = (unanswered.keys for unanswered in self._unanswered.values())
        if not self._unanswered or (
            isinstance(heard, _Pressed) and not any(heard.key in keys for keys in offered)
        ):
            return
        # A server that gives the same id again may still be speaking of what had it before.
        if number in self._past:
            return
        early = self._early.setdefault(number, [])
        if heard not in early:
            early.append(heard)
        if len(self._early) > _MOST_EARLY:
            del self._early[next(iter(self._early))]

    def _notify(
        self, message: Message, left: timedelta | None, outcome: asyncio.Future[DeliveryStatus]
    ) -> None:
        answers = self.capabilities & {Capability.BUTTONS, Capability.MENU}
        buttons = message.buttons if answers else ()
        there = (number for number, one in self._placed.items() if one.token == message.token)
        replaces = next(there, 0)
        body = (
            APPLICATION,
            replaces,
            self._icon,
            title_of(message),
            self._body(message),
            [part for button in buttons for part in (button.key, one_line(button.label))],
            self._hints(message, replaces),
            _milliseconds(left),
        )
        call = new_method_call(self._address, "Notify", "susssasa{sv}i", body)
        serial = self._bus.send(call, lambda reply: self._on_reply(serial, reply))
        keys = frozenset(button.key for button in buttons)
        self._unanswered[serial] = _Unanswered(message.token, keys, outcome, replaces)
        if len(self._unanswered) > _MOST_UNANSWERED:
            oldest = next(iter(self._unanswered))
            del self._unanswered[oldest]
            self._bus.abandon(oldest)

    def _body(self, message: Message) -> str:
        if Capability.BODY not in self.capabilities:
            return ""
        capabilities = self.capabilities
        if Capability.MENU in capabilities:
            body = body_with_command(message)
        else:
            body = body_of(message, spoken=Capability.BUTTONS not in capabilities)
        return body.translate(_ESCAPES) if Capability.MARKUP in self.capabilities else body

    def _hints(self, message: Message, replaces: int) -> Mapping[str, tuple[str, Any]]:
        hints: dict[str, tuple[str, Any]] = {
            "urgency": ("y", _URGENCIES[message.urgency]),
            "category": ("s", _CATEGORY),
            "desktop-entry": ("s", APPLICATION),
        }
        if not replaces:
            # Killed before it had noted the id of a notification, an earlier run may have left it.
            # With both mako (1.7.1) replaces the notification by itself, and crashes.
            hints[_PLACE] = ("s", f"{APPLICATION} {message.place}")
        if message.sound is not None and Capability.SOUND in self.capabilities:
            kind = "sound-file" if message.sound.startswith("/") else "sound-name"
            hints[kind] = ("s", one_line(message.sound))
        if message.silent and Capability.SOUND in self.capabilities:
            hints["suppress-sound"] = ("b", True)
        if message.progress is not None and self._draws_progress:
            hints["value"] = ("i", message.progress)
        return hints

    def _on_reply(self, serial: int, reply: Reply) -> None:
        unanswered = self._unanswered.pop(serial)
        number = _number(reply)
        replaced = unanswered.replaces if unanswered.replaces in self._placed else 0
        delivery = DeliveryStatus.SHOWN
        if number == 0:
            delivery = DeliveryStatus.NO_ID if reply.error is None else DeliveryStatus.ERROR
        elif unanswered.withdrawn or (self.shows(unanswered.token) and not replaced):
            # A server may have given the same id twice, for what it shows now.
            if number not in self._placed:
                self._take_off(number)
        else:
            if replaced not in {0, number}:
                # It was shown beside the old one, or the old one went by itself.
                self._remove(replaced)
                self._take_off(replaced)
            self._place(number, unanswered)
        if not self._unanswered:
            self._early.clear()
        if not unanswered.outcome.done():
            unanswered.outcome.set_result(delivery)

    def _place(self, number: int, unanswered: _Unanswered) -> None:
        early = self._early.pop(number, [])
        self._late.pop(number, None)
        self._placed[number] = _Placed(unanswered.token, unanswered.keys)
        self._report(NotificationShown(unanswered.token, self._handle(number)))
        for heard in early:
            self._note(number, heard)

    def _remove(self, number: int) -> None:
        placed = self._placed.pop(number)
        self._past.add(number)
        if not placed.answered:
            self._late[number] = placed
            if len(self._late) > _MOST_LATE:
                del self._late[next(iter(self._late))]

    def _withdraw(self, token: str) -> None:
        for unanswered in self._unanswered.values():
            if unanswered.token == token:
                unanswered.withdrawn = True

    def _expire(self, number: int) -> None:
        """Replace a notification by one whose time is over."""
        nothing: tuple[list[str], dict[str, object]] = ([], {})
        body = (APPLICATION, number, self._icon, APPLICATION, "", *nothing, 1)
        self._bus.post(new_method_call(self._address, "Notify", "susssasa{sv}i", body))

    def _take_off(self, number: int) -> None:
        self._bus.post(new_method_call(self._address, "CloseNotification", "u", (number,)))

    def _handle(self, number: int) -> str:
        return f"{self.owner} {number} {self._bus_id}"

    async def _ask(self, method: str) -> Reply:
        return await self._bus.ask(new_method_call(self._address, method))

    @property
    def _address(self) -> DBusAddress:
        return DBusAddress(_PATH, bus_name=self.owner, interface=INTERFACE)


def _milliseconds(left: timedelta | None) -> int:
    """Return an expire_timeout; it is never 0 nor negative, which servers read as they like."""
    milliseconds = (_WITHOUT_END if left is None else left) // timedelta(milliseconds=1)
    return min(max(milliseconds, _SHORTEST), _LONGEST)


def _number(reply: Reply) -> int:
    """The id that a Notify returned; 0, which none may have, for anything else."""
    try:
        (number,) = reply.of("u")
    except CallError:
        return 0
    return int(number)
