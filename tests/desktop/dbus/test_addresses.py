"""Addresses of message buses."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from nightcare.desktop.dbus import same_bus, session_bus, usual_bus


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


def test_the_runtime_folder_of_another_user_holds_no_bus(tmp_path: Path) -> None:
    """As under su, which keeps the variable."""
    (tmp_path / "run").mkdir(mode=0)
    was = os.geteuid()
    if was == 0:
        # Nothing is forbidden to root.
        os.seteuid(65534)
    try:
        assert session_bus({"XDG_RUNTIME_DIR": f"{tmp_path}/run"}) is None
        assert usual_bus({"XDG_RUNTIME_DIR": f"{tmp_path}/run"}) is None
    finally:
        os.seteuid(was)
    assert usual_bus({"XDG_RUNTIME_DIR": "/nowhere"}) == Path("/nowhere/bus")
