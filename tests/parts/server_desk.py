"""A display with one real notification server, on which nightcare shows what it is told to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from jeepney import DBusAddress, new_method_call

from nightcare.domain.notification import (
    Button,
    Message,
)
from nightcare.i18n.translator import read_words
from parts.bus import NOTIFICATIONS, PrivateBus, Seen
from parts.display import Box, Display, Picture
from parts.home import Home
from parts.live_screen import LiveScreen
from parts.processes import NotInTimeError, eventually
from parts.server_table import ServerTable
from parts.servers import (
    RealServer,
    Start,
)

SECONDS = 20.0
QUIET_SECONDS = 3.0
"""For how long nothing more is heard before what was heard is written down."""
GLANCE_SECONDS = 1.5
"""For how long one looks whether something is drawn that perhaps never is."""

BUTTONS = (
    Button("done", "Done"),
    Button("snooze-10m", "In 10 min"),
    Button("snooze-30m", "In 30 min"),
)
(TIP,) = (one for one in read_words("en").guidance.tips if one.id == "stand-before-bed")
STRETCH = Message(
    token="",
    title="Time for a gentle stretch",
    body=TIP.text,
    buttons=BUTTONS,
    command="Answer: nightcare done",
    spoken="To answer: nightcare done, or nightcare snooze 10m",
)

SERVER = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface=NOTIFICATIONS
)


@dataclass(slots=True)
class Desk:
    """A desktop with one server, on which nightcare shows what it is told to.

    Attributes:
        name: The server's, in the table.
        server: The server that runs at present.
        screen: What shows.
        blank: The display with nothing on it.
    """

    name: str
    home: Home
    bus: PrivateBus
    display: Display
    table: ServerTable
    writing: bool
    server: RealServer
    screen: LiveScreen
    blank: Picture
    _stack: contextlib.ExitStack
    _tokens: Iterator[str]

    def show(self, message: Message = STRETCH) -> tuple[Message, int]:
        """Show a message under a token of its own; returns it, and the id that it has."""
        self.server.rest()
        own = replace(message, token=next(self._tokens))
        return own, number_of(self.screen.show(own))

    def changed(self) -> Box | None:
        """Return the changed part of the display, if there is one."""
        return self.display.picture().changed(self.blank, below=self.server.panel)

    def drawn(self) -> Box:
        """Return the changed part of the display once it is at rest."""

        def settled() -> Box | None:
            box = self.changed()
            return box if box == self.changed() else None

        return cast("Box", eventually(settled, SECONDS, "a window", self.server.program))

    def is_drawn_as(self, box: Box) -> None:
        """Wait until what is drawn is as large as this, and at rest."""

        def so_large() -> bool:
            now = self.drawn()
            return (now.width, now.height) == (box.width, box.height)

        eventually(so_large, SECONDS, f"a window like {box}", self.server.program)

    def empty(self) -> None:
        """Wait until nothing is on the display."""
        eventually(
            lambda: self.changed() is None,
            SECONDS,
            "the window to go",
            self.server.program,
        )

    def take_off(self, message: Message) -> None:
        """Take a message off, and wait until it is not drawn any more."""
        self.screen.close(message.token)
        self.empty()

    def serve(self, start: Start, *, plain: bool = False) -> None:
        """Kill the server that runs, and start one."""
        self.server.program.process.kill()
        self._stack.close()
        self.server = self._stack.enter_context(
            start(self.display, self.bus, self.home, plain=plain)
        )

    def heard(self, number: int) -> str:
        """Return the server's signals of a notification, in words for the table."""
        said = [
            "ActionInvoked" if one.member == "ActionInvoked" else f"Closed {one.body[1]}"
            for one in self.signals(number)
        ]
        return ", then ".join(said) or "nothing"

    def signals(self, number: int) -> list[Seen]:
        """Return the server's signals of a notification."""
        owner = self.server.owner
        return [
            one
            for one in self.server.monitor.history()
            if one.kind == "signal"
            and one.interface == NOTIFICATIONS
            and one.sender == owner
            and one.body[0] == number
        ]

    def ask(self, method: str) -> tuple[Any, ...]:
        """Ask the server something; it answers after all that it had to do before."""
        with self.bus.connection() as connection:
            reply = connection.send_and_get_reply(new_method_call(SERVER, method), timeout=SECONDS)
        return cast("tuple[Any, ...]", reply.body)

    def glance(self, seconds: float = GLANCE_SECONDS) -> bool:
        """Return whether something is drawn within a moment; False proves nothing yet."""
        try:
            eventually(self.changed, seconds, "a window")
        except NotInTimeError:
            return False
        return True

    def draws_alone(self, message: Message) -> bool | None:
        """Return whether a message sent now is all that is drawn; None if it is not drawn.

        A server draws in the order in which it is asked to: what was sent before, and is not there
        beside this one, was not about to be drawn.
        """
        own, _ = self.show(message)
        if not self.glance():
            self.take_off(own)
            return None
        with_it = self.drawn()
        self.screen.close(own.token)
        eventually(lambda: self.changed() != with_it, SECONDS, "the window to go")
        try:
            eventually(lambda: self.changed() is None, GLANCE_SECONDS, "the last window to go")
        except NotInTimeError:
            return False
        return True

    def sees(self, row: str, look: Callable[[], str]) -> str:
        """Compare what is to be seen with the table, or write it there; returns it.

        Args:
            row: Of the table.
            look: What is to be seen now; looked at until it is as the table says.
        """
        written = self.table.cell(row, self.name)
        if self.writing:
            seen = _at_rest(look)
            self.table.put(row, self.name, seen)
            return seen
        with contextlib.suppress(NotInTimeError):
            eventually(lambda: look() == written, SECONDS, row, self.server.program)
        self.ask("GetServerInformation")
        assert look() == written, f"{self.name}, {row}: the table says {written!r}"
        return written


def _at_rest(look: Callable[[], str]) -> str:
    while True:
        before = look()
        try:
            eventually(lambda: look() != before, QUIET_SECONDS, "anything more")  # noqa: B023
        except NotInTimeError:
            return before


def number_of(handle: str) -> int:
    """Return the id in a handle."""
    return int(handle.split()[1])
