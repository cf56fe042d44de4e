"""Which notification server serves a session, and what it says of itself.

The protocol is https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jeepney import DBusAddress

from nightcare.desktop.dbus.client import or_fault
from nightcare.desktop.dbus.connection import Connection
from nightcare.desktop.notify.server_traits import INTERFACE, PATH
from nightcare.desktop.probe_results import Fault, Identity, NotifierFacts


async def find_notifier(bus: Connection) -> NotifierFacts:
    """The server as it is; none is started.

    Raises:
        Refused: The bus does not do what a bus does.
        TimeoutError: The bus itself does not answer.
    """
    owner = await bus.get_name_owner(INTERFACE)
    if owner is None:
        return NotifierFacts(owned=False, startable=await bus.is_activatable(INTERFACE))
    at = DBusAddress(PATH, bus_name=owner, interface=INTERFACE)
    identity, capabilities, process = await asyncio.gather(
        or_fault(bus.call(at, "GetServerInformation", "ssss")),
        or_fault(bus.call(at, "GetCapabilities", "as")),
        or_fault(bus.get_process_id(owner)),
    )
    return NotifierFacts(
        owned=True,
        process="" if isinstance(process, Fault) else _name_of(process),
        identity=identity if isinstance(identity, Fault) else Identity(*identity),
        capabilities=(
            capabilities if isinstance(capabilities, Fault) else frozenset(capabilities[0])
        ),
    )


def _name_of(process: int) -> str:
    """The name of a process, by proc_pid_comm(5); empty where it cannot be seen."""
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
