"""The choice of a notifier and of its bus."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from nightcare.desktop.notify.factory import choose_screen, chosen_backend, same_bus, session_bus
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


def test_one_bus_may_have_several_addresses(tmp_path: Path) -> None:
    """With its identifier or without, and through a link."""
    place = tmp_path / "bus"
    (tmp_path / "link").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(os.fspath(place))
        address = f"unix:path={place}"
        assert same_bus(address, address)
        assert same_bus(address, f"{address},guid=0123")
        assert same_bus(address, f"unix:path={tmp_path}/link/bus")
        assert not same_bus(address, "unix:path=/nowhere")
        assert not same_bus(address, "unix:abstract=/tmp/dbus-x,guid=01")


def test_the_bus_is_found_where_a_login_session_has_it(tmp_path: Path) -> None:
    """By its address, or at its usual place."""
    assert session_bus({}) is None
    assert session_bus({"XDG_RUNTIME_DIR": str(tmp_path)}) is None
    place = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(place))
        assert session_bus({"XDG_RUNTIME_DIR": str(tmp_path)}) == f"unix:path={place}"
    assert session_bus({"DBUS_SESSION_BUS_ADDRESS": "unix:abstract=x"}) == "unix:abstract=x"
