"""The calendar file in a graphical calendar; runs with `./scripts/test --desktops all`."""

from __future__ import annotations

from pathlib import Path

import pytest

from parts.bus import PrivateBus
from parts.calendars import ZONE, events, year_of
from parts.display import Display
from parts.home import Home
from parts.processes import HANG_SECONDS, eventually, find_program, run_tool, running
from parts.wall_clock import WallClock

pytestmark = pytest.mark.real

SETTINGS = f"[PARAMETERS]\nTimezone={ZONE}\nMain window size X=500\nMain window size Y=600\n"


def test_orage_takes_every_event_and_shows_them(
    home: Home, bus: PrivateBus, display: Display, tmp_path: Path
) -> None:
    """It lists the evening of the first day; the picture is in the folder of the test."""
    year = year_of(home)
    settings = home.config / "orage" / "oragerc"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS, encoding="utf-8")
    clock = WallClock(home.aside / "clock")
    environment = display.environment(
        **clock.variables(),
        DBUS_SESSION_BUS_ADDRESS=bus.address,
        GDK_BACKEND="x11",
        GSETTINGS_BACKEND="memory",
        NO_AT_BRIDGE="1",
    )
    orage = find_program("orage", "orage")
    own = home.data / "orage" / "orage.ics"
    with running([orage], environment, home.log("orage")) as program:
        eventually(own.exists, HANG_SECONDS, "Orage's own calendar", program)
        eventually(lambda: display.windows("Orage"), HANG_SECONDS, "its window", program)
        before = display.picture()
        run_tool([orage, str(year.file)], environment)
        expected = events([year.file])
        eventually(lambda: events([own]) == expected, HANG_SECONDS, "all events", program)
        # The list below the month grows.
        eventually(lambda: display.picture().changed(before), HANG_SECONDS, "a list", program)
        display.screenshot(tmp_path / "orage.png")
    assert "rror" not in program.log.read_text(encoding="utf-8")
