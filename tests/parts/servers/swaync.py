"""SwayNotificationCenter, which draws buttons on Wayland; sway is its compositor."""

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
from parts.servers.sway import sway

CROSS_COLOUR = bytes.fromhex("1e64c8")
STYLE = f""".notification-action {GTK_BUTTON}
.close-button {{ border: 2px solid #{CROSS_COLOUR.hex()}; border-radius: 0; }}
"""
ABOVE_BUTTONS = 30
"""Pixels: the pointer is over the words there."""


class Swaync(RealServer):
    """A running SwayNotificationCenter."""

    __slots__ = ()
    answers: ClassVar[str] = "buttons"

    def close(self) -> None:
        """Click on its cross, which is drawn while the pointer is over the notification."""
        first = self.buttons(3)[0]
        self.display.point(first.x + first.width, first.y - ABOVE_BUTTONS)
        cross = eventually(
            lambda: self.display.picture().frames(CROSS_COLOUR),
            DRAW_SECONDS,
            "the cross",
            self.program,
        )[0]
        self.display.click(*cross.center)

    def do_not_disturb(self, *, on: bool) -> None:
        """Turn it on or off by its own command."""
        self._client("--dnd-on" if on else "--dnd-off")

    def _choose(self, target: Shown, label: str) -> None:
        self._click_button(target, label)

    def _drawn_buttons(self) -> tuple[Box, ...]:
        return self._framed()

    def _client(self, *words: str) -> None:
        tool = find_program("swaync-client", "sway-notification-center")
        run_tool([tool, *words], toolkit_environment(self.display, self.bus, self.folder))


@contextlib.contextmanager
def swaync(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
) -> Iterator[Swaync]:
    """Run SwayNotificationCenter until leaving; on entry it owns the name of a server."""
    folder = own_folder(home, "swaync", "" if plain else STYLE)
    with contextlib.ExitStack() as stack:
        monitor = stack.enter_context(bus.monitor())
        compositor, socket = stack.enter_context(sway(display, home))
        environment = toolkit_environment(
            display, bus, folder, GDK_BACKEND="wayland", WAYLAND_DISPLAY=socket
        )
        command = [find_program("swaync", "sway-notification-center")]
        program = stack.enter_context(running(command, environment, home.log("swaync")))
        bus.wait_for_owner(NOTIFICATIONS, program, compositor)
        yield Swaync(program, display, bus, monitor, folder)
