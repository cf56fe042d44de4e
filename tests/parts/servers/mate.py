"""mate-notification-daemon, which draws real buttons and a cross to close."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import Box, Display
from parts.home import Home
from parts.processes import eventually, find_program, run_tool, running
from parts.servers.real_server import (
    DRAW_SECONDS,
    GTK_BUTTON,
    RealServer,
    Shown,
    own_folder,
    toolkit_environment,
)

DAEMON = "/usr/lib/mate-notification-daemon/mate-notification-daemon"


class Mate(RealServer):
    """A running mate-notification-daemon."""

    __slots__ = ()
    answers: ClassVar[str] = "buttons"

    def close(self) -> None:
        """Click on its cross, which is the uppermost button."""
        cross = eventually(self._framed, DRAW_SECONDS, "the cross", self.program)[0]
        self.display.click(*cross.center)

    def do_not_disturb(self, *, on: bool) -> None:
        """Set its setting, as its panel does."""
        run_tool(
            [
                find_program("gsettings", "libglib2.0-bin"),
                *("set", "org.mate.NotificationDaemon", "do-not-disturb", str(on).lower()),
            ],
            toolkit_environment(self.display, self.bus, self.folder),
        )

    def _choose(self, target: Shown, label: str) -> None:
        self._click_button(target, label)

    def _drawn_buttons(self) -> tuple[Box, ...]:
        return self._framed()[1:]


@contextlib.contextmanager
def mate_notification_daemon(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
) -> Iterator[Mate]:
    """Run MATE's until leaving; on entry it owns the name of a notification server."""
    folder = own_folder(home, "mate", "" if plain else f"button {GTK_BUTTON}")
    environment = toolkit_environment(display, bus, folder)
    command = [find_program(DAEMON, "mate-notification-daemon")]
    with bus.monitor() as monitor, running(command, environment, home.log("mate")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield Mate(program, display, bus, monitor, folder)
