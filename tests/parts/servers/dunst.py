"""dunst, which draws no buttons: a middle click opens a menu of the answers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import Box, Display
from parts.home import Home
from parts.processes import eventually, find_program, run_tool, running
from parts.servers.real_server import DRAW_SECONDS, RealServer, Shown, own_folder

MIDDLE_BUTTON = 2
DUNST_CLASS = "Dunst"
MENU_CLASS = "dmenu"
DUNSTRC = """[global]
    follow = none
    font = DejaVu Sans 11
    markup = full
    width = 420
    origin = top-right
    offset = 20x120
    idle_threshold = 0
    dmenu = {dmenu} -l 8 -fn "DejaVu Sans-11" -p "Your answer:"
    mouse_left_click = close_current
    mouse_middle_click = do_action, close_current
    mouse_right_click = close_all
"""


class Dunst(RealServer):
    """A running dunst."""

    __slots__ = ()
    answers: ClassVar[str] = "a menu, by a middle click"
    draws_buttons: ClassVar[bool] = False
    wavers: ClassVar[bool] = True

    def close(self) -> None:
        """Close the notification on top, as a key bound to it would."""
        self._dunstctl("close")

    def count(self, kind: str = "displayed") -> int:
        """Return the number of notifications that are "displayed", "waiting" or in "history"."""
        return int(self._dunstctl("count", kind))

    def history(self) -> tuple[str, ...]:
        """Titles of the notifications no longer shown, the latest first."""
        entries = json.loads(self._dunstctl("history"))["data"][0]
        return tuple(entry["summary"]["data"] for entry in entries)

    def do_not_disturb(self, *, on: bool) -> None:
        """Pause it, or let it go on."""
        self._dunstctl("set-paused", "true" if on else "false")

    def withholds(self) -> bool:
        """Return whether all notifications wait, and none is displayed."""
        return self.count("waiting") > 0 and self.count("displayed") == 0

    def _choose(self, target: Shown, label: str) -> None:
        # A notification with one action has no menu: the click is the answer.
        window = eventually(
            lambda: self.display.windows(DUNST_CLASS), DRAW_SECONDS, "dunst to draw", self.program
        )[0]
        self.display.click(*window.center, button=MIDDLE_BUTTON)
        if len(target.actions) > 1:
            self._pick_from_menu(f"[{target.number},{target.key_of(label)}]")

    def _pick_from_menu(self, end_of_entry: str) -> None:
        # dmenu shows itself only when the keyboard is its own.
        eventually(lambda: self.display.windows(MENU_CLASS), DRAW_SECONDS, "the menu", self.program)
        # An entry reads "#label (title) [number,key]". Only its end tells it from all others, and
        # a text that fits no entry chooses none.
        self.display.type(end_of_entry)
        self.display.key("Return")
        eventually(
            lambda: not self.display.windows(MENU_CLASS), DRAW_SECONDS, "the menu to go away"
        )

    def _drawn_buttons(self) -> tuple[Box, ...]:
        return ()

    def _dunstctl(self, *arguments: str) -> bytes:
        environment = self.display.environment(DBUS_SESSION_BUS_ADDRESS=self.bus.address)
        return run_tool([find_program("dunstctl", "dunst"), *arguments], environment)


@contextlib.contextmanager
def dunst(display: Display, bus: PrivateBus, home: Home, *, plain: bool = False) -> Iterator[Dunst]:
    """Run dunst until leaving; on entry it owns the name of a notification server."""
    del plain  # it has nothing to be found by
    folder = own_folder(home, "dunst")
    config = folder / "dunstrc"
    menu = find_program("dmenu", "suckless-tools")
    config.write_text(DUNSTRC.format(dmenu=menu), encoding="utf-8")
    command = [find_program("dunst", "dunst"), "-conf", str(config), "-verbosity", "info"]
    environment = display.environment(DBUS_SESSION_BUS_ADDRESS=bus.address)
    with bus.monitor() as monitor, running(command, environment, home.log("dunst")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield Dunst(program, display, bus, monitor, folder)
