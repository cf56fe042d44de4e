"""mako, which draws for Wayland: sway, in a window of the display, is its compositor."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import HEIGHT, WIDTH, Box, Display
from parts.home import Home
from parts.processes import Program, eventually, find_program, run_tool, running
from parts.servers.real_server import DRAW_SECONDS, RealServer, Shown, own_folder

NOBODY = 65534
"""Debian's user and group with this number own nothing."""
SOCKET = "wayland-1"
BACKGROUND = bytes.fromhex("2b3f55")
SWAY = f"""xwayland disable
output X11-1 resolution {WIDTH}x{HEIGHT}
output * bg #{BACKGROUND.hex()} solid_color
"""
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
        compositor, runtime = stack.enter_context(_sway(display, home))
        environment = display.environment(
            DBUS_SESSION_BUS_ADDRESS=bus.address, WAYLAND_DISPLAY=str(runtime / SOCKET)
        )
        command = [find_program("mako", "mako-notifier"), "--config", str(config)]
        program = stack.enter_context(running(command, environment, home.log("mako")))
        bus.wait_for_owner(NOTIFICATIONS, program, compositor)
        yield Mako(program, display, bus, monitor, folder)


@contextlib.contextmanager
def _sway(display: Display, home: Home) -> Iterator[tuple[Program, Path]]:
    """A compositor in a window as large as the display, and the folder with its socket."""
    runtime = Path(tempfile.mkdtemp(prefix="nc-sway-", dir="/tmp"))
    try:
        config = runtime / "config"
        config.write_text(SWAY, encoding="utf-8")
        command = [find_program("sway", "sway"), "-c", str(config)]
        if os.getuid() == 0:
            # sway refuses to be root.
            os.chown(runtime, NOBODY, NOBODY)
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                       *command]  # fmt: skip
        environment = display.environment(
            HOME=str(runtime), XDG_RUNTIME_DIR=str(runtime), WLR_BACKENDS="x11",
            WLR_RENDERER="pixman",
        )  # fmt: skip
        with running(command, environment, home.log("sway")) as program:
            eventually((runtime / SOCKET).exists, DRAW_SECONDS, "sway's socket", program)
            eventually(
                lambda: display.picture().is_plain(BACKGROUND), DRAW_SECONDS, "its desk", program
            )
            yield program, runtime
    finally:
        shutil.rmtree(runtime)
