"""xfce4-notifyd, which draws real buttons."""

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

XFCE_CLASS = "Xfce4-notifyd"
SETTINGS = "org.xfce.Xfconf"
"""The name of the program that keeps Xfce's settings, among them do not disturb."""


class XfceNotifyd(RealServer):
    """A running xfce4-notifyd."""

    __slots__ = ()
    answers: ClassVar[str] = "buttons"

    def close(self) -> None:
        """Click on the notification, beside its buttons."""
        window = eventually(
            lambda: self.display.windows(XFCE_CLASS), DRAW_SECONDS, "a window", self.program
        )[0]
        self.display.click(window.x + window.width // 2, window.y + 12)

    def do_not_disturb(self, *, on: bool) -> None:
        """Set its setting, as its panel does."""
        self._xfconf("--create", "--type", "bool", "--set", str(on).lower())

    def _choose(self, target: Shown, label: str) -> None:
        self._click_button(target, label)

    def _drawn_buttons(self) -> tuple[Box, ...]:
        windows = self.display.windows(XFCE_CLASS)
        return tuple(box for box in self._framed() if any(its.contains(box) for its in windows))

    def _xfconf(self, *words: str) -> None:
        tool = find_program("xfconf-query", "xfconf")
        environment = toolkit_environment(self.display, self.bus, self.folder)
        run_tool([tool, "-c", "xfce4-notifyd", "-p", "/do-not-disturb", *words], environment)


@contextlib.contextmanager
def xfce4_notifyd(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
) -> Iterator[XfceNotifyd]:
    """Run xfce4-notifyd until leaving; on entry it owns the name of a notification server."""
    style = "" if plain else f"#XfceNotifyWindow button {GTK_BUTTON}"
    folder = own_folder(home, "xfce4-notifyd", style)
    environment = toolkit_environment(display, bus, folder)
    settings = [find_program("/usr/lib/*/xfce4/xfconf/xfconfd", "xfconf")]
    command = [find_program("/usr/lib/*/xfce4/notifyd/xfce4-notifyd", "xfce4-notifyd")]
    with contextlib.ExitStack() as stack:
        monitor = stack.enter_context(bus.monitor())
        daemon = stack.enter_context(running(settings, environment, home.log("xfconfd")))
        bus.wait_for_owner(SETTINGS, daemon)
        own = stack.enter_context(running(command, environment, home.log("xfce4-notifyd")))
        bus.wait_for_owner(NOTIFICATIONS, own)
        yield XfceNotifyd(own, display, bus, monitor, folder)
