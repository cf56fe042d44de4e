"""Real notification servers, answered with a real pointer and a real keyboard."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from parts.bus import NOTIFICATIONS, Monitor, PrivateBus, Seen
from parts.processes import NotInTimeError, Program, eventually, find_program, run_tool, running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parts.display import Box, Display
    from parts.home import Home

DRAW_SECONDS = 20.0
MIDDLE_BUTTON = 2

DUNST_CLASS = "Dunst"
MENU_CLASS = "dmenu"
DUNSTRC = """[global]
    follow = none
    font = DejaVu Sans 11
    width = 420
    origin = top-right
    offset = 20x120
    idle_threshold = 0
    dmenu = {dmenu} -l 8 -fn "DejaVu Sans-11" -p "Your answer:"
    mouse_left_click = close_current
    mouse_middle_click = do_action, close_current
    mouse_right_click = close_all
"""

XFCE_CLASS = "Xfce4-notifyd"
FRAME_COLOUR = bytes.fromhex("c81e64")
"""Used for nothing else on the display, so that a frame of it is a button."""
GTK_STYLE = f"""#XfceNotifyWindow button {{
  border: 2px solid #{FRAME_COLOUR.hex()};
  border-radius: 0;
  margin: 2px 4px;
  padding: 4px 10px;
  background: #f4f4f4;
  color: #101010;
  box-shadow: none;
  text-shadow: none;
  transition: none;
}}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notification that a server has open.

    Attributes:
        number: the id that the server gave it.
        title: its summary.
        body: its body.
        actions: key and label of each action, in the order sent.
    """

    number: int
    title: str
    body: str
    actions: tuple[tuple[str, str], ...]

    def key_of(self, label: str) -> str:
        """The key of the one action with this label.

        Raises:
            LookupError: none or several have it.
        """
        keys = [key for key, its_label in self.actions if its_label == label]
        if len(keys) != 1:
            raise LookupError(f"{len(keys)} actions are labelled {label!r}: {self.actions}")
        return keys[0]


def open_notifications(messages: Iterable[Seen]) -> tuple[Shown, ...]:
    """Tell which notifications are open after these messages, oldest first."""
    asked: dict[tuple[str | None, int], Seen] = {}
    shown: dict[int, Shown] = {}
    for seen in messages:
        body: tuple[Any, ...] = seen.body
        if seen.interface == NOTIFICATIONS and seen.member == "Notify":
            asked[seen.sender, seen.serial] = seen
        elif seen.interface == NOTIFICATIONS and seen.member == "NotificationClosed":
            shown.pop(body[0], None)
        elif seen.kind == "return" and (seen.destination, seen.reply_to) in asked:
            call = asked.pop((seen.destination, cast("int", seen.reply_to)))
            shown.pop(body[0], None)
            shown[body[0]] = _shown(body[0], call)
    return tuple(shown.values())


def _shown(number: int, call: Seen) -> Shown:
    arguments: tuple[Any, ...] = call.body
    _application, _replaces, _icon, title, text, actions, _hints, _expires = arguments
    pairs = tuple(zip(actions[::2], actions[1::2], strict=True))
    return Shown(number=number, title=title, body=text, actions=pairs)


@dataclass(frozen=True, slots=True)
class Dunst:
    """A running dunst. It draws no buttons: a middle click opens a menu of the answers.

    Attributes:
        program: its process.
        display: where it draws.
        bus: whose name it owns.
        monitor: sees what it is asked and what it says.
    """

    program: Program
    display: Display
    bus: PrivateBus
    monitor: Monitor

    def shown(self) -> tuple[Shown, ...]:
        """The notifications that are open, oldest first."""
        return open_notifications(self.monitor.history())

    def choose_action(self, label: str, seconds: float = DRAW_SECONDS) -> Seen:
        """Click on the notification with the middle button and pick this answer from the menu.

        A notification with one action has no menu: the click is the answer.

        Args:
            label: what the answer is called.
            seconds: how long to wait for a notification that has it.

        Returns:
            The ActionInvoked that dunst sent.

        Raises:
            NotInTimeError: there is no such answer, no menu, or dunst said nothing.
        """
        target = _one_with(self, label, seconds)
        key = target.key_of(label)
        window = eventually(
            lambda: self.display.windows(DUNST_CLASS), DRAW_SECONDS, "dunst to draw", self.program
        )[0]
        self.display.click(*window.center, button=MIDDLE_BUTTON)
        if len(target.actions) > 1:
            self._pick_from_menu(f"[{target.number},{key}]")
        return _invoked(self.monitor, target, key)

    def close(self) -> None:
        """Close the notification on top, as a key bound to it would."""
        self._dunstctl("close")

    def count(self, kind: str = "displayed") -> int:
        """How many notifications are "displayed", "waiting" or in "history"."""
        return int(self._dunstctl("count", kind))

    def history(self) -> tuple[str, ...]:
        """Titles of the notifications no longer shown, the latest first."""
        entries = json.loads(self._dunstctl("history"))["data"][0]
        return tuple(entry["summary"]["data"] for entry in entries)

    def pause(self, *, paused: bool) -> None:
        """Turn do not disturb on or off."""
        self._dunstctl("set-paused", "true" if paused else "false")

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

    def _dunstctl(self, *arguments: str) -> bytes:
        environment = self.display.environment(DBUS_SESSION_BUS_ADDRESS=self.bus.address)
        return run_tool([find_program("dunstctl", "dunst"), *arguments], environment)


@dataclass(frozen=True, slots=True)
class XfceNotifyd:
    """A running xfce4-notifyd, which draws real buttons.

    Attributes:
        program: its process.
        display: where it draws.
        monitor: sees what it is asked and what it says.
    """

    program: Program
    display: Display
    monitor: Monitor

    def shown(self) -> tuple[Shown, ...]:
        """The notifications that are open, oldest first."""
        return open_notifications(self.monitor.history())

    def click_button(self, label: str, seconds: float = DRAW_SECONDS) -> Seen:
        """Click on the button with this label; only one notification may have any.

        Args:
            label: what is written on the button.
            seconds: how long to wait for a notification that has it.

        Returns:
            The ActionInvoked that the server sent.

        Raises:
            NotInTimeError: there is no such button, or the server said nothing.
        """
        target = _one_with(self, label, seconds)
        key = target.key_of(label)
        buttons = self._drawn_buttons(len(target.actions))
        self.display.click(*buttons[[its_key for its_key, _ in target.actions].index(key)].center)
        return _invoked(self.monitor, target, key)

    def _drawn_buttons(self, count: int) -> tuple[Box, ...]:
        # Left to right in the order sent. A window still being laid out moves them: they count
        # when two looks, one after the other, agree.
        def look() -> tuple[Box, ...]:
            windows = self.display.windows(XFCE_CLASS)
            frames = self.display.picture().frames(FRAME_COLOUR)
            return tuple(box for box in frames if any(its.contains(box) for its in windows))

        def agreed() -> tuple[Box, ...]:
            boxes = look()
            return boxes if len(boxes) == count and boxes == look() else ()

        return eventually(agreed, DRAW_SECONDS, f"{count} buttons to be drawn", self.program)


def _one_with(server: Dunst | XfceNotifyd, label: str, seconds: float) -> Shown:
    def find() -> Shown | None:
        shown = server.shown()
        fitting = [one for one in shown if label in (its for _, its in one.actions)]
        alone = isinstance(server, Dunst) or len([one for one in shown if one.actions]) == 1
        return fitting[0] if len(fitting) == 1 and alone else None

    what = f"one open notification with {label!r}"
    try:
        return cast("Shown", eventually(find, seconds, what, server.program))
    except NotInTimeError as error:
        raise NotInTimeError(f"{error}\nopen are: {server.shown()}") from error


def _invoked(monitor: Monitor, target: Shown, key: str) -> Seen:
    invoked = monitor.wait_for(
        "ActionInvoked", matching=lambda seen: seen.body[0] == target.number, seconds=DRAW_SECONDS
    )
    assert invoked.body == (target.number, key), f"{key!r} was chosen, but: {invoked}"
    return invoked


@contextlib.contextmanager
def dunst(display: Display, bus: PrivateBus, home: Home) -> Iterator[Dunst]:
    """Run dunst until leaving; on entry it owns the name of a notification server."""
    folder = home.aside / "dunst"
    folder.mkdir(exist_ok=True)
    config = folder / "dunstrc"
    menu = find_program("dmenu", "suckless-tools")
    config.write_text(DUNSTRC.format(dmenu=menu), encoding="utf-8")
    command = [find_program("dunst", "dunst"), "-conf", str(config), "-verbosity", "info"]
    environment = display.environment(DBUS_SESSION_BUS_ADDRESS=bus.address)
    with bus.monitor() as monitor, running(command, environment, home.log("dunst")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield Dunst(program=program, display=display, bus=bus, monitor=monitor)


@contextlib.contextmanager
def xfce4_notifyd(display: Display, bus: PrivateBus, home: Home) -> Iterator[XfceNotifyd]:
    """Run xfce4-notifyd until leaving; on entry it owns the name of a notification server."""
    own_home = home.aside / "xfce4-notifyd"
    style = own_home / ".config" / "gtk-3.0" / "gtk.css"
    style.parent.mkdir(parents=True, exist_ok=True)
    style.write_text(GTK_STYLE, encoding="utf-8")
    command = [find_program("/usr/lib/*/xfce4/notifyd/xfce4-notifyd", "xfce4-notifyd")]
    environment = display.environment(
        DBUS_SESSION_BUS_ADDRESS=bus.address,
        HOME=str(own_home),
        XDG_CONFIG_HOME=str(own_home / ".config"),
        XDG_STATE_HOME=str(own_home / ".local" / "state"),
        XDG_DATA_HOME=str(own_home / ".local" / "share"),
        XDG_CACHE_HOME=str(own_home / ".cache"),
        GDK_BACKEND="x11",
        GSETTINGS_BACKEND="memory",
        # No accessibility bus, which would be started aside of the private one.
        NO_AT_BRIDGE="1",
    )
    with bus.monitor() as monitor, running(command, environment, home.log("xfce4-notifyd")) as own:
        bus.wait_for_owner(NOTIFICATIONS, own)
        yield XfceNotifyd(program=own, display=display, monitor=monitor)
