"""Message buses on any platform: their addresses, and the faults of calls.

The modules of this package connect to a bus, and need Linux.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nightcare.desktop.dbus.client import BusClient


class Fault(StrEnum):
    """The reason why a call has no usable reply."""

    ABSENT = "absent"
    """The called name has no owner, or there is no bus."""
    LATE = "late"
    """There was no reply in time."""
    REFUSED = "refused"
    """The reply was an error, or of another type."""


def bus_clients(
    variables: Mapping[str, str], backend: str
) -> tuple[BusClient | None, BusClient | None]:
    """Return the clients of the session bus and of the system bus; none but on Linux.

    Args:
        variables: The environment.
        backend: The backend that shows notifications, which may need the session bus at any time.
    """
    if sys.platform != "linux":
        return None, None
    from nightcare.desktop.dbus.client import BusClient  # noqa: PLC0415 - Linux only

    session = BusClient(session_bus(variables), on_demand=backend != "freedesktop")
    return session, BusClient(system_bus(variables), on_demand=True)


def session_bus(variables: Mapping[str, str]) -> str | None:
    """Return the address of the session bus; None if there is none.

    Source: the XDG Base Directory Specification and pam_systemd(8) for the usual place.
    """
    address = variables.get("DBUS_SESSION_BUS_ADDRESS")
    if address:
        return address
    usual = usual_bus(variables)
    return f"unix:path={usual}" if usual is not None and usual.is_socket() else None


def same_bus(one: str, other: str) -> bool:
    """Return whether two addresses lead to the same bus, judged by the addresses alone."""
    first, second = (re.sub(r",guid=[0-9a-f]*", "", address) for address in (one, other))
    if first == second:
        return True
    paths = [re.fullmatch(r"unix:path=([^,;]*)", address) for address in (first, second)]
    try:
        return all(paths) and os.path.samefile(*(path[1] for path in paths if path))  # noqa: PTH121
    except OSError:
        return False


def usual_bus(variables: Mapping[str, str]) -> Path | None:
    """Return the usual path of the socket of a session bus.

    Return None if XDG_RUNTIME_DIR is not set, or belongs to another user, as under su.
    """
    runtime = variables.get("XDG_RUNTIME_DIR")
    if not runtime:
        return None
    usual = Path(runtime) / "bus"
    try:
        usual.stat()
    except PermissionError:
        return None
    except OSError:
        pass
    return usual


def system_bus(variables: Mapping[str, str]) -> str | None:
    """Return the address of the system bus; None if this platform has none.

    Source: https://dbus.freedesktop.org/doc/dbus-specification.html#message-bus-types-system
    """
    if sys.platform != "linux":
        return None
    return variables.get("DBUS_SYSTEM_BUS_ADDRESS") or "unix:path=/var/run/dbus/system_bus_socket"
