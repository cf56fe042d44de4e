"""Takes the pictures for the documentation: notification, welcome, page and report.

From the folder `tests`, with nightcare and the Debian packages of the tests installed:

    python -m parts.screenshot

The evening stretch falls due for the real program, xfce4-notifyd shows it as it would to anybody,
and docs/screenshots/notification.png is what can be seen then, with a little of the background. The
welcome is taken likewise. The pages are those of the real commands in a real browser, on a fixed
date.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from nightcare.desktop import desktop_entry
from nightcare.engine.welcome import request_welcome
from nightcare.journal.store import Journal
from parts.browser import browsing, opened
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.display import HEIGHT, WIDTH, Box, Display, virtual_display
from parts.home import Home, private_home
from parts.invented_diary import live
from parts.processes import (
    HANG_SECONDS,
    Program,
    ToolFailedError,
    eventually,
    find_program,
    run_tool,
    running,
)
from parts.program import Nightcare, now, soon, zone_where_it_is
from parts.servers.xfce import XFCE_CLASS
from parts.wall_clock import WallClock

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"

EVENING = 21
BEFORE_BED = timedelta(minutes=45)
REMINDERS = """[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 45m"
snooze = ["10m", "20m"]

[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 10m"
"""

WELCOMED = """[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 45m"
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


ZONE = ZoneInfo("Europe/Copenhagen")
TODAY = date(2026, 11, 22)
FIRST_WATER, LAST_WATER, NOT_ANSWERED = 8, 20, 14
"""Hours of the day at which the built-in schedule reminds of water."""

PAGE_WIDTH, PAGE_HEIGHT = 720, 960
REPORT_HEIGHT = 1180
COLOURS = "64"
"""Enough for flat colours, and a third of the size."""


def take() -> None:
    """Take all pictures."""
    _take_notification("notification.png", welcome=False)
    _take_notification("welcome.png", welcome=True)
    _take_pages()


def _take_pages() -> None:
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        browser = stack.enter_context(browsing(home))
        clock = WallClock(home.aside / "clock")
        person = Nightcare(home, clock.variables(), ZONE)
        person.config.parent.mkdir(parents=True, exist_ok=True)
        weekend = (
            '[sleep]\nwake = "07:00"\nbedtime = "22:30"\n'
            'saturday = { wake = "08:30", bedtime = "00:15" }\n'
        )
        person.config.write_text(
            f'language = "en"\ntimezone = "{ZONE}"\n[notify]\nbackend = "terminal"\n{weekend}',
            encoding="utf-8",
        )
        live(person.state, ZONE, TODAY - timedelta(days=1), 30)
        _live_today(person, clock)
        clock.start_at(datetime.combine(TODAY, time(20, 20)))
        stack.enter_context(person.service())
        for name, height in (("page", PAGE_HEIGHT), ("report", REPORT_HEIGHT)):
            file, picture = home.path / f"{name}.html", PICTURES / f"{name}.png"
            person.command(name, "--html", str(file))
            with opened(browser, file, width=PAGE_WIDTH) as seen:
                seen.page.screenshot(
                    path=picture,
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": PAGE_WIDTH, "height": height},
                )
            tool = find_program("convert", "imagemagick")
            run_tool(
                [tool, str(picture), "+dither", "-colors", COLOURS, "-strip", str(picture)],
                home.environment(),
            )


def _live_today(person: Nightcare, clock: WallClock) -> None:
    """Run the service on this day until the evening, and answer all reminders but one."""
    clock.start_at(datetime.combine(TODAY, time(FIRST_WATER - 1)))
    with person.service():
        pass
    for hour in range(FIRST_WATER, LAST_WATER + 1, 2):
        clock.start_at(datetime.combine(TODAY, time(hour)))
        with person.service():
            eventually(lambda: "Open" in person.command("status").out, HANG_SECONDS, "a reminder")
            if hour != NOT_ANSWERED:
                person.command("done")


def _take_notification(name: str, *, welcome: bool) -> None:
    with private_home() as home, private_bus(home) as bus, virtual_display(home) as display:
        _paint_background(display)
        # As `install` does, so that it is seen with the icon that people see.
        desktop_entry.install(["nightcare"], home.environment())
        with _notifyd(display, bus, home) as server:
            session = {"DBUS_SESSION_BUS_ADDRESS": bus.address}
            night = Nightcare(home, session, zone_where_it_is(EVENING))
            due = soon(night.unhurried(timedelta(seconds=3)))
            bedtime = (due + BEFORE_BED).astimezone(night.zone)
            night.configure(REMINDERS, bedtime=f"{bedtime:%H:%M:%S}")
            if welcome:
                night.configure(WELCOMED, bedtime="23:30")
                journal = Journal.open(night.state)
                request_welcome(journal, now())
                journal.close()
            with night.service():
                boxes = eventually(lambda: _drawn(display), DRAW_SECONDS, "a notification", server)
                _save(display, boxes[0], home, PICTURES / name)


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


def _save(display: Display, box: Box, home: Home, picture: Path) -> None:
    whole = home.aside / "display.png"
    display.screenshot(whole)
    size = f"{box.width + 2 * MARGIN}x{box.height + 2 * MARGIN}"
    place = f"+{box.x - MARGIN}+{box.y - MARGIN}"
    run_tool(
        [
            find_program("convert", "imagemagick"),
            str(whole),
            *("-crop", size + place, "+repage", "+dither", "-colors", "128", "-strip"),
            str(picture),
        ],
        home.environment(),
    )


if __name__ == "__main__":
    take()
