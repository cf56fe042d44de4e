"""notification-daemon, which shows one bubble at a time; the others wait behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import Box, Display
from parts.home import Home
from parts.processes import eventually, find_program, running
from parts.servers.real_server import (
    DRAW_SECONDS,
    GTK_BUTTON,
    RealServer,
    Shown,
    own_folder,
    toolkit_environment,
)

DAEMON = "/usr/lib/notification-daemon/notification-daemon"
WINDOW_CLASS = "Notification-daemon"
CROSS = (29, 31)
"""The middle of the close button: pixels from the right and the upper edge of the bubble."""

SETTLED = 10
"""Looks in a row that must be the same, so that a bubble is not still being drawn."""


class NotificationDaemon(RealServer):
    """A running notification-daemon."""

    __slots__ = ()
    answers: ClassVar[str] = "buttons"
    has_do_not_disturb: ClassVar[bool] = False

    def close(self) -> None:
        """Click on the cross of the bubble."""
        windows = eventually(self._windows, DRAW_SECONDS, "a bubble", self.program)
        self.display.click(*_cross(windows[0]))

    def do_not_disturb(self, *, on: bool) -> None:
        """Do nothing: it has none."""

    def _windows(self) -> tuple[Box, ...]:
        return self.display.windows(WINDOW_CLASS)

    def _choose(self, target: Shown, label: str) -> None:
        looks: list[tuple[Box, ...]] = []

        def in_front() -> bool:
            drawn = self._drawn_buttons()
            if len(drawn) == len(target.actions):
                return True
            looks.append(drawn)
            # A bubble without buttons is a notice. It goes by itself, and a click on its cross
            # might hit the bubble behind it.
            if drawn and looks[-SETTLED:] == [drawn] * SETTLED:
                # Another one is in front of it.
                looks.clear()
                self.close()
            return False

        eventually(in_front, DRAW_SECONDS, f"the bubble of {target.title!r}", self.program)
        self._click_button(target, label)

    def _drawn_buttons(self) -> tuple[Box, ...]:
        # The first one is the cross.
        return self._framed()[1:]


def _cross(window: Box) -> tuple[int, int]:
    from_right, down = CROSS
    return window.x + window.width - from_right, window.y + down


@contextlib.contextmanager
def notification_daemon(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
) -> Iterator[NotificationDaemon]:
    """Run notification-daemon until leaving; on entry it owns the name of a server."""
    folder = own_folder(home, "notification-daemon", "" if plain else f"button {GTK_BUTTON}")
    environment = toolkit_environment(display, bus, folder)
    command = [find_program(DAEMON, "notification-daemon")]
    log = home.log("notification-daemon")
    with bus.monitor() as monitor, running(command, environment, log) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield NotificationDaemon(program, display, bus, monitor, folder)
