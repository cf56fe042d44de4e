"""Which notification server serves a session, and what it says of itself.

The protocol is https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jeepney import DBusAddress

from nightcare.desktop.dbus.client import BusClient, or_fault
from nightcare.desktop.notify.server import INTERFACE
from nightcare.desktop.probe_results import Fault, Identity, NotifierFacts

_PATH = "/org/freedesktop/Notifications"


async def find_notifier(bus: BusClient) -> NotifierFacts:
    """The server as it is; none is started.

    Raises:
        Refused: The bus does not do what a bus does.
        TimeoutError: The bus itself does not answer.
    """
    owner = await bus.owner(INTERFACE)
    if owner is None:
        return NotifierFacts(owned=False, startable=await bus.startable(INTERFACE))
    at = DBusAddress(_PATH, bus_name=owner, interface=INTERFACE)
    identity, capabilities, process = await asyncio.gather(
        or_fault(bus.call(at, "GetServerInformation", "ssss")),
        or_fault(bus.call(at, "GetCapabilities", "as")),
        or_fault(bus.process(owner)),
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
