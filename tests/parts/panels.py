"""Real panels that show tray icons, each on a bus and a display of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jeepney import new_method_call

from parts.bus import DRIVER, PrivateBus
from parts.display import PIXEL_BYTES, Box, Display, Picture
from parts.home import Home
from parts.processes import HANG_SECONDS, Program, eventually, find_program, running
from parts.servers.gnome import gnome_shell
from parts.servers.sway import sway
from parts.tray_host import WATCHER

HEIGHT = 40
"""Pixels of a panel at the upper edge."""

DIMMED = 0.08
"""The most by which GNOME makes icons darker, so that its background is still another colour."""

EXTENSION = """[org/gnome/shell]
enabled-extensions=['ubuntu-appindicators@ubuntu.com']
"""

GROUNDS = (bytes.fromhex("24354a"), bytes.fromhex("5a6470"))
"""The colours of the icon's ground, as a rule and while paused; nothing else there has them."""

OPEN = bytes.fromhex("f28c28")
"""The colour of the mark for an open reminder."""

_MARGIN = 28
"""Pixels at both sides of a menu without text."""

_GAP = 3
"""Pixels without ink within one line of text, as below the ring of an "å"."""

_LOWEST = 5
"""The least pixels of a line of text from top to bottom."""

XFCE = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="40"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="{plugin}"/>
  </property>
</channel>
"""
LXQT = """[General]
__userfile__=true
panels=panel1
[panel1]
plugins=statusnotifier
panelSize=40
iconSize=24
position=Top
width=100
width-percent=true
[statusnotifier]
type=statusnotifier
"""
MATE = """[org/mate/panel/general]
enable-sni-support=true
toplevel-id-list=['top']
object-id-list=['tray']
[org/mate/panel/toplevels/top]
expand=true
orientation='top'
size=40
[org/mate/panel/objects/tray]
object-type='applet'
applet-iid='NotificationAreaAppletFactory::NotificationArea'
toplevel-id='top'
"""
PLASMA = """[Containments][1]
formfactor=2
lastScreen=0
location=3
plugin=org.kde.panel
[Containments][1][Applets][2]
plugin=org.kde.plasma.systemtray
[Containments][1][Applets][2][Configuration]
SystrayContainmentId=3
[Containments][1][General]
AppletOrder=2
[Containments][3]
formfactor=2
lastScreen=0
location=3
plugin=org.kde.plasma.private.systemtray
[Containments][3][General]
knownItems={own}
showAllItems=true
[Containments][4]
lastScreen=0
plugin=org.kde.plasma.folder
wallpaperplugin=org.kde.color
"""
PLASMA_OWN = (
    "clipboard",
    "devicenotifier",
    "keyboardlayout",
    "manage-inputmethod",
    "notifications",
)
"""The icons of the tray's own that Plasma adds when it does not know them."""

PLASMA_VIEWS = (
    "[PlasmaViews][Panel 1]\nfloating=0\n[PlasmaViews][Panel 1][Defaults]\nthickness=40\n"
)
WAYBAR = """{"layer": "top", "height": 40, "modules-left": ["tray"], "tray": {"icon-size": 24}}"""
WAYBAR_STYLE = "* { min-height: 0; } window { background: #f4f4f4; }"


@dataclass(frozen=True, slots=True)
class Panel:
    """A running panel.

    Attributes:
        name: the name of the program, as `status` has it.
        program: its process.
        top: the row below which its menus are drawn; one may overlap the panel.
        unfolds: whether a submenu opens within the menu, and not beside it.
        dimmed: by how much icons are darker, as a share of each colour.
        takes_keys: whether Escape closes the menu.
    """

    name: str
    program: Program
    display: Display
    top: int = HEIGHT
    unfolds: bool = False
    dimmed: float = 0.0
    takes_keys: bool = True

    def icon(self) -> Box:
        """Wait until the icon is on the panel and at rest; return where it is."""

        def found() -> Box | None:
            picture = self.display.picture()
            grounds = (area(picture, one, dimmed=self.dimmed) for one in GROUNDS)
            return next(filter(None, grounds), None)

        return cast("Box", eventually(found, HANG_SECONDS, "the icon", self.program))

    def marked(self) -> bool:
        """Return whether the icon has the mark for an open reminder now."""
        return area(self.display.picture(), OPEN, dimmed=self.dimmed) is not None

    def settled(self, before: Picture) -> Box:
        """Wait until something below the panel was drawn and is at rest; return where."""

        def drawn() -> Box | None:
            box = self.display.picture().changed(before, below=self.top)
            again = self.display.picture().changed(before, below=self.top)
            return box if box == again else None

        return cast("Box", eventually(drawn, HANG_SECONDS, "a window", self.program))


def area(picture: Picture, colour: bytes, height: int = HEIGHT, dimmed: float = 0.0) -> Box | None:
    """Return the smallest rectangle with all pixels of a colour, on the panel by default.

    Args:
        picture: The display.
        colour: The colour.
        height: How many rows from the top are searched.
        dimmed: By how much red, green and blue may each differ, as a share of them.
    """
    size = picture.width * PIXEL_BYTES
    places = [
        (x, y)
        for y in range(height)
        if dimmed or colour in picture.pixels[y * size : (y + 1) * size]
        for x in range(picture.width)
        if all(abs(a - b) <= dimmed * b for a, b in zip(picture.at(x, y), colour, strict=True))
    ]
    if not places:
        return None
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top, bottom = min(y for _, y in places), max(y for _, y in places)
    return Box(left, top, right - left + 1, bottom - top + 1)


StartPanel = Callable[[Display, PrivateBus, Home], AbstractContextManager[Panel]]


@contextlib.contextmanager
def xfce4_panel(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run the panel of Xfce with a tray."""
    with _xfce4_panel("systray", WATCHER, display, bus, home) as panel:
        yield panel


@contextlib.contextmanager
def xfce4_menu(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run the panel of Xfce with the button of the applications menu."""
    # As the settings daemon of Xfce has it.
    _write(home.config / "gtk-3.0" / "settings.ini", "[Settings]\ngtk-menu-images = 1\n")
    with _xfce4_panel("applicationsmenu", "org.xfce.Panel", display, bus, home) as panel:
        yield panel


@contextlib.contextmanager
def _xfce4_panel(
    plugin: str, owned: str, display: Display, bus: PrivateBus, home: Home
) -> Iterator[Panel]:
    """Run the panel of Xfce with one plugin, until it owns a name on the bus.

    The bus has to be able to start its settings service.
    """
    place = home.config / "xfce4" / "xfconf" / "xfce-perchannel-xml" / "xfce4-panel.xml"
    _write(place, XFCE.format(plugin=plugin))
    command = [find_program("xfce4-panel", "xfce4-panel"), "--disable-wm-check"]
    environment = {**_environment(display, bus), "XDG_MENU_PREFIX": "xfce-"}
    with running(command, environment, home.log("xfce4-panel")) as program:
        bus.wait_for_owner(owned, program)
        try:
            yield Panel("xfce4-panel", program, display)
        finally:
            # Asked to end, it may start itself again, in a session of its own.
            program.process.kill()
            program.process.wait()


@contextlib.contextmanager
def lxqt_panel(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run the panel of LXQt."""
    place = home.config / "lxqt" / "panel.conf"
    _write(place, LXQT)
    command = [find_program("lxqt-panel", "lxqt-panel"), "-c", str(place)]
    environment = {**_environment(display, bus), "QT_QPA_PLATFORM": "xcb"}
    with running(command, environment, home.log("lxqt-panel")) as program:
        bus.wait_for_owner(WATCHER, program)
        yield Panel("lxqt-panel", program, display)


@contextlib.contextmanager
def mate_panel(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run the panel of MATE; the bus has to be able to start its applet, which draws the icons."""
    _write(home.config / "glib-2.0" / "settings" / "keyfile", MATE)
    environment = {**_environment(display, bus), "GSETTINGS_BACKEND": "keyfile"}
    names = ("DISPLAY", "GSETTINGS_BACKEND", "GTK_THEME", "NO_AT_BRIDGE")
    _pass_on(bus, {name: environment[name] for name in names})
    command = [find_program("mate-panel", "mate-panel")]
    with running(command, environment, home.log("mate-panel")) as program:
        bus.wait_for_owner(WATCHER, program)
        yield Panel("notification-area-applet", program, display)


@contextlib.contextmanager
def plasma_panel(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run the shell of Plasma, and the daemon of KDE, which has the watcher."""
    known = ",".join(f"org.kde.plasma.{one}" for one in PLASMA_OWN)
    _write(home.config / "plasma-org.kde.plasma.desktop-appletsrc", PLASMA.format(own=known))
    _write(home.config / "plasmashellrc", PLASMA_VIEWS)
    more = {"KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5", "XDG_CURRENT_DESKTOP": "KDE"}
    more |= {"QT_QPA_PLATFORM": "xcb", "QT_QUICK_BACKEND": "software"}
    environment = {**_environment(display, bus), **more}
    _pass_on(bus, {"DISPLAY": display.name, **more})
    daemon = [find_program("kded5", "kded5")]
    shell = [find_program("plasmashell", "plasma-workspace"), "--no-respawn"]
    with (
        running(daemon, environment, home.log("kded5")) as watcher,
        running(shell, environment, home.log("plasmashell")) as program,
    ):
        bus.wait_for_owner(WATCHER, watcher)
        yield Panel("plasmashell", program, display)


@contextlib.contextmanager
def gnome_panel(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run GNOME Shell with the extension that shows tray icons."""
    with gnome_shell(display, bus, home, more=EXTENSION) as shell:
        bus.wait_for_owner(WATCHER, shell.program)
        yield Panel("gnome-shell", shell.program, display, unfolds=True, dimmed=DIMMED)


@contextlib.contextmanager
def waybar(display: Display, bus: PrivateBus, home: Home) -> Iterator[Panel]:
    """Run waybar on a compositor of its own."""
    folder = home.config / "waybar"
    _write(folder / "config", WAYBAR)
    _write(folder / "style.css", WAYBAR_STYLE)
    with sway(display, home) as (_, socket):
        environment = {
            **_environment(display, bus),
            "WAYLAND_DISPLAY": socket,
            "GDK_BACKEND": "wayland",
        }
        command = [find_program("waybar", "waybar"), "-c", str(folder / "config")]
        command += ["-s", str(folder / "style.css")]
        with running(command, environment, home.log("waybar")) as program:
            bus.wait_for_owner(WATCHER, program)
            yield Panel("waybar", program, display, top=HEIGHT // 2, takes_keys=False)


def _pass_on(bus: PrivateBus, variables: dict[str, str]) -> None:
    """Give variables to the programs that the bus starts."""
    update = new_method_call(DRIVER, "UpdateActivationEnvironment", "a{ss}", (variables,))
    with bus.connection() as connection:
        connection.send_and_get_reply(update, timeout=HANG_SECONDS)


def _environment(display: Display, bus: PrivateBus) -> dict[str, str]:
    return display.environment(
        DBUS_SESSION_BUS_ADDRESS=bus.address, NO_AT_BRIDGE="1", GTK_THEME="Adwaita",
        GIO_USE_VFS="local",
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def right_of(picture: Picture, left: int) -> Picture:
    """Return the part of a picture from a column on."""
    size, skipped = picture.width * PIXEL_BYTES, left * PIXEL_BYTES
    rows_of_it = (
        picture.pixels[y * size + skipped : (y + 1) * size] for y in range(picture.height)
    )
    return Picture(picture.width - left, picture.height, b"".join(rows_of_it))


def rows(picture: Picture, menu: Box) -> list[Box]:
    """Return the lines of text in a menu, from top to bottom."""
    left, right = menu.x + _MARGIN, menu.x + menu.width - _MARGIN
    found: list[tuple[int, int]] = []
    for y in range(menu.y + 2, menu.y + menu.height - 2):
        line = [picture.at(x, y) for x in range(left, right)]
        share = max(line.count(colour) for colour in set(line)) / len(line)
        if share == 1:
            # A ground without text, or a separator.
            continue
        if found and y - found[-1][1] <= _GAP:
            found[-1] = (found[-1][0], y)
        else:
            found.append((y, y))
    return [
        Box(menu.x, top, menu.width, bottom - top + 1)
        for top, bottom in found
        if bottom - top >= _LOWEST
    ]
