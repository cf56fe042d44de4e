"""The system's clock: whether it is synchronised.

Source: org.freedesktop.timedate1(5).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from nightcare.desktop.probe_results import Fault

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
"""Where it is, unless DBUS_SYSTEM_BUS_ADDRESS says otherwise."""

_TIMEDATE = "org.freedesktop.timedate1"


async def find_synchronised(variables: Mapping[str, str], limit: float) -> bool | None:
    """Whether the clock is synchronised with others; None where nobody says.

    Args:
        variables: The environment, which may say where the system bus is.
        limit: Seconds within which each question must be answered.
    """
    if sys.platform != "linux":
        return None
    from jeepney import DBusAddress  # noqa: PLC0415 - Linux only

    from nightcare.desktop.dbus.client import or_fault  # noqa: PLC0415 - likewise
    from nightcare.desktop.dbus.connection import CallError, ConnectionLost  # noqa: PLC0415 - likewise
    from nightcare.desktop.dbus.transport import open_connection  # noqa: PLC0415 - likewise

    address = variables.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS
    try:
        async with open_connection(address, limit) as bus:
            # It is only there while somebody asks; starting it for that is what it is made for.
            owner = await bus.get_name_owner(_TIMEDATE) or await bus.start_service(_TIMEDATE)
            if owner is None:
                return None
            at = DBusAddress("/org/freedesktop/timedate1", bus_name=owner, interface=_TIMEDATE)
            said = await or_fault(bus.get_bool(at, "NTPSynchronized"))
            return None if isinstance(said, Fault) else said
    except (ConnectionLost, CallError, TimeoutError):
        return None
