"""Takes the picture of a notification for the documentation.

From the folder `tests`, with nightcare and the Debian packages of the tests installed:

    python -m parts.screenshot

The evening stretch falls due for the real program, xfce4-notifyd shows it as it would to anybody,
and docs/screenshots/notification.png is what can be seen then, with a little of the background.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from nightcare.desktop import desktop_entry
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.display import HEIGHT, WIDTH, Box, Display, virtual_display
from parts.home import Home, private_home
from parts.processes import (
    HANG_SECONDS,
    Program,
    ToolFailedError,
    eventually,
    find_program,
    run_tool,
    running,
)
from parts.program import Nightcare, soon, zone_where_it_is
from parts.servers.xfce import XFCE_CLASS

PICTURE = Path(__file__).parents[2] / "docs" / "screenshots" / "notification.png"

EVENING = 21
BEFORE_BED = timedelta(minutes=30)
REMINDERS = """[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
snooze = ["10m", "20m"]

[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 5m"
"""

BACKGROUND = "gradient:#46627f-#2b3f55"
SCALE = 2
"""Pixels for each that a usual screen has, so that it is sharp on a fine one."""
MARGIN = 16 * SCALE
"""Pixels; as far as the server stays from the edge of the screen."""
SETTINGS = """[Settings]
gtk-font-name = DejaVu Sans 10
gtk-xft-antialias = 1
gtk-xft-hinting = 1
gtk-xft-hintstyle = hintslight
gtk-xft-rgba = none
"""
DRAW_SECONDS = HANG_SECONDS


def take() -> None:
    """Take the picture."""
    with private_home() as home, private_bus(home) as bus, virtual_display(home) as display:
        _paint_background(display)
        # As `install` does, so that it is seen with the icon that people see.
        desktop_entry.install(["nightcare"], home.environment())
        with _notifyd(display, bus, home) as server:
            session = {"DBUS_SESSION_BUS_ADDRESS": bus.address}
            night = Nightcare(home, session, zone_where_it_is(EVENING))
            bedtime = (soon(timedelta(seconds=2)) + BEFORE_BED).astimezone(night.zone)
            night.configure(REMINDERS, bedtime=f"{bedtime:%H:%M:%S}")
            with night.service():
                boxes = eventually(lambda: _drawn(display), DRAW_SECONDS, "a notification", server)
                _save(display, boxes[0], home)


def _paint_background(display: Display) -> None:
    tool = find_program("display", "imagemagick")
    size = f"{WIDTH}x{HEIGHT}"
    # On the root window it says that it failed when it has painted, too.
    with contextlib.suppress(ToolFailedError):
        run_tool([tool, "-window", "root", "-size", size, BACKGROUND], display.environment())


@contextlib.contextmanager
def _notifyd(display: Display, bus: PrivateBus, home: Home) -> Iterator[Program]:
    """xfce4-notifyd as it looks when it is new, not as the tests need it."""
    settings = home.config / "gtk-3.0" / "settings.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS, encoding="utf-8")
    environment = display.environment(
        DBUS_SESSION_BUS_ADDRESS=bus.address,
        GDK_BACKEND="x11",
        GDK_SCALE=str(SCALE),
        GSETTINGS_BACKEND="memory",
        NO_AT_BRIDGE="1",
    )
    command = [find_program("/usr/lib/*/xfce4/notifyd/xfce4-notifyd", "xfce4-notifyd")]
    with running(command, environment, home.log("xfce4-notifyd")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield program


def _drawn(display: Display) -> tuple[Box, ...]:
    """Return the place of the notification, once two pictures in a row agree on all of it."""
    windows = display.windows(XFCE_CLASS)
    looks = {display.picture().pixels for _ in range(2)}
    return windows if len(looks) == 1 else ()


def _save(display: Display, box: Box, home: Home) -> None:
    whole = home.aside / "display.png"
    display.screenshot(whole)
    size = f"{box.width + 2 * MARGIN}x{box.height + 2 * MARGIN}"
    place = f"+{box.x - MARGIN}+{box.y - MARGIN}"
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    run_tool(
        [
            find_program("convert", "imagemagick"),
            str(whole),
            *("-crop", size + place, "+repage", "-strip"),
            str(PICTURE),
        ],
        home.environment(),
    )


if __name__ == "__main__":
    take()
