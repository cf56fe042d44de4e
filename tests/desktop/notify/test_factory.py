"""The choice of a notifier."""

from __future__ import annotations

import io

import pytest

from nightcare.desktop.notify.factory import choose_screen, chosen_backend
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.errors import DesktopError
from parts.desk import schedule_of

BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


@pytest.mark.parametrize(
    ("desktop", "seconds"),
    [
        (None, 60.0),
        ("", 60.0),
        ("GNOME", 60.0),
        ("ubuntu:GNOME", 60.0),
        ("COSMIC", 60.0),
        ("sway", 5.0),
        ("sway:wlroots", 5.0),
        ("i3", 5.0),
        ("Hyprland", 5.0),
        ("sway:GNOME", 60.0),
        (":", 60.0),
        ("sway;wlroots;", 5.0),
        (" i3 ", 5.0),
        ("MATE", 0.0),
        ("XFCE", 0.0),
        ("xfce:GTK", 0.0),
        ("NOMATE", 60.0),
    ],
)
def test_a_minute_unless_the_desktop_has_no_server_of_its_own_that_begins_with_it(
    desktop: str | None, seconds: float
) -> None:
    """This holds while the desktop is still unknown."""
    variables = BUS if desktop is None else {**BUS, "XDG_CURRENT_DESKTOP": desktop}
    screen = choose_screen(schedule_of(""), variables, io.StringIO())
    assert isinstance(screen, FreedesktopNotifier)
    assert screen._patience == seconds


def test_without_a_bus_the_terminal_serves() -> None:
    """With a bus the desktop's server or the configured notifier serves."""
    schedule = schedule_of("")
    assert choose_screen(schedule, {}, io.StringIO()).name == "terminal"
    bus = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    assert choose_screen(schedule, bus, io.StringIO()).name == "freedesktop"
    named = schedule_of('[notify]\nbackend = "plyer"\n')
    assert choose_screen(named, bus, io.StringIO()).name == "plyer"
    with pytest.raises(DesktopError):
        choose_screen(schedule_of('[notify]\nbackend = "freedesktop"\n'), {}, io.StringIO())
    awaited = choose_screen(schedule, {}, io.StringIO(), watched=False)
    assert (awaited.name, awaited.describe()) == ("freedesktop", "")
    assert chosen_backend(schedule, {}, watched=False) == ("freedesktop", "awaited_bus")
