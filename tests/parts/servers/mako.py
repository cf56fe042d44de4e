"""mako, which draws no buttons; sway is its compositor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import Box, Display
from parts.home import Home
from parts.processes import find_program, run_tool, running
from parts.servers.real_server import RealServer, Shown, own_folder
from parts.servers.sway import sway

CONFIG = """font=DejaVu Sans 11
[mode=do-not-disturb]
invisible=1
[mode=do-not-disturb urgency=critical]
invisible=0
"""


class Mako(RealServer):
    """A running mako."""

    __slots__ = ()
    answers: ClassVar[str] = "`makoctl`, bound to a key"
    draws_buttons: ClassVar[bool] = False

    def close(self) -> None:
        """Close the notification on top, as a key bound to it would."""
        self._makoctl("dismiss")

    def do_not_disturb(self, *, on: bool) -> None:
        """Change its mode."""
        self._makoctl("mode", "-s", "do-not-disturb" if on else "default")

    def _choose(self, target: Shown, label: str) -> None:
        self._makoctl("invoke", "-n", str(target.number), target.key_of(label))

    def _drawn_buttons(self) -> tuple[Box, ...]:
        return ()

    def _makoctl(self, *words: str) -> None:
        environment = self.display.environment(DBUS_SESSION_BUS_ADDRESS=self.bus.address)
        run_tool([find_program("makoctl", "mako-notifier"), *words], environment)


@contextlib.contextmanager
def mako(display: Display, bus: PrivateBus, home: Home, *, plain: bool = False) -> Iterator[Mako]:
    """Run mako until leaving; on entry it owns the name of a notification server."""
    del plain  # it has nothing to be found by
    folder = own_folder(home, "mako")
    config = folder / "config"
    config.write_text(CONFIG, encoding="utf-8")
    with contextlib.ExitStack() as stack:
        monitor = stack.enter_context(bus.monitor())
        compositor, socket = stack.enter_context(sway(display, home))
        environment = display.environment(
            DBUS_SESSION_BUS_ADDRESS=bus.address, WAYLAND_DISPLAY=socket
        )
        command = [find_program("mako", "mako-notifier"), "--config", str(config)]
        program = stack.enter_context(running(command, environment, home.log("mako")))
        bus.wait_for_owner(NOTIFICATIONS, program, compositor)
        yield Mako(program, display, bus, monitor, folder)
