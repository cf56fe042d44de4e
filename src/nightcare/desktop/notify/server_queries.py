"""The queries of a notification server: its name and its capabilities.

The protocol is https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

import asyncio

from jeepney import DBusAddress, new_method_call

from nightcare.desktop.dbus import Fault
from nightcare.desktop.dbus.client import or_fault
from nightcare.desktop.dbus.connection import Connection
from nightcare.desktop.notify.server_traits import INTERFACE, PATH, ServerTraits

_WITHOUT_SPECIFICATION = "sss"
"""The types of GetServerInformation's reply until version 0.9 of the specification."""


def server_at(owner: str) -> DBusAddress:
    """Return the object of the server with this unique name."""
    return DBusAddress(PATH, bus_name=owner, interface=INTERFACE)


async def query_information(bus: Connection, owner: str) -> tuple[str, str, str, str]:
    """Return the name, maker and version of a server, and the version of the specification.

    Raises:
        CallError: It does not say.
        TimeoutError: It did not reply in time.
    """
    reply = await bus.ask(new_method_call(server_at(owner), "GetServerInformation"))
    if reply.error is None and reply.signature == _WITHOUT_SPECIFICATION:
        name, vendor, version = reply.body
        return name, vendor, version, ""
    name, vendor, version, specification = reply.unpack("ssss")
    return name, vendor, version, specification


async def query_capabilities(bus: Connection, owner: str) -> list[str]:
    """Return the capabilities that a server lists.

    Raises:
        CallError: It does not list them.
        TimeoutError: It did not reply in time.
    """
    names: list[str]
    (names,) = await bus.call(server_at(owner), "GetCapabilities", "as")
    return names


async def query_traits(bus: Connection, owner: str) -> ServerTraits:
    """Return the traits of a server, as far as it says.

    Raises:
        TimeoutError: It answered nothing in time.
    """
    capabilities, information = await asyncio.gather(
        or_fault(query_capabilities(bus, owner)), or_fault(query_information(bus, owner))
    )
    if capabilities is information is Fault.LATE:
        raise TimeoutError
    return ServerTraits.of_replies(
        None if isinstance(capabilities, Fault) else capabilities,
        () if isinstance(information, Fault) else information,
    )
