"""A watcher of tray icons that is its own host, as a real peer on a real bus.

The protocol is https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    new_error,
    new_method_call,
    new_method_return,
)

from parts.named_service import PROPERTIES, NamedService
from parts.processes import HANG_SECONDS

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
ITEM_PATH = "/StatusNotifierItem"
MENU_PATH = "/MenuBar"


class Registering(Enum):
    """The reply of a watcher to a registration."""

    DONE = auto()
    NEVER = auto()
    ERROR = auto()
    CRASH = auto()
    """It leaves the bus."""


class TrayHost(NamedService):
    """The owner of the watcher's name, which asks icons as a panel does.

    Args:
        address: of the bus.
        how: how it replies to a registration.

    Attributes:
        registered: the names under which icons were registered, in order.
        layouts: the revisions that LayoutUpdated named.
    """

    def __init__(self, address: str, how: Registering = Registering.DONE) -> None:
        super().__init__(address, WATCHER)
        self.registered: asyncio.Queue[str] = asyncio.Queue()
        self._how = how

    async def called(self, message: Message) -> None:
        """Take a registration."""
        if message.header.fields[HeaderFields.member] != "RegisterStatusNotifierItem":
            await super().called(message)
            return
        self.registered.put_nowait(message.body[0])
        match self._how:
            case Registering.DONE:
                await self.send(new_method_return(message))
            case Registering.ERROR:
                await self.send(new_error(message, "org.freedesktop.DBus.Error.Failed"))
            case Registering.CRASH:
                asyncio.get_running_loop().create_task(self.stop())
            case Registering.NEVER:
                pass

    async def icon(self) -> str:
        """Wait for a registration; return its name."""
        async with asyncio.timeout(HANG_SECONDS):
            return await self.registered.get()

    async def look(self, icon: str) -> dict[str, Any]:
        """Return the properties of an icon, without their types."""
        at = DBusAddress(ITEM_PATH, bus_name=icon, interface=PROPERTIES)
        reply = await self.ask(new_method_call(at, "GetAll", "s", (ITEM,)))
        return {name: value for name, (_, value) in reply.body[0].items()}

    async def of_item(self, icon: str, method: str, kinds: str | None, *body: object) -> Message:
        """Call a method of an icon; return the reply."""
        at = DBusAddress(ITEM_PATH, bus_name=icon, interface=ITEM)
        return await self.ask(new_method_call(at, method, kinds, body))

    async def of_menu(self, icon: str, method: str, kinds: str | None, *body: object) -> Message:
        """Call a method of its menu; return the reply."""
        at = DBusAddress(MENU_PATH, bus_name=icon, interface=MENU)
        return await self.ask(new_method_call(at, method, kinds, body))

    async def layout(self, icon: str) -> dict[str, int]:
        """Return the ids of all items by their labels, with those of submenus after a slash."""
        await self.of_menu(icon, "AboutToShow", "i", 0)
        reply = await self.of_menu(icon, "GetLayout", "iias", 0, -1, [])
        return dict(_labels(reply.body[1], ""))

    async def press(self, icon: str, label: str) -> None:
        """Open the menu, and click on an item: "Pause/For 1 h"."""
        number = (await self.layout(icon))[label]
        await self.of_menu(icon, "Event", "isvu", number, "clicked", ("s", ""), 0)


def _labels(node: tuple[int, dict[str, tuple[str, Any]], list[Any]], above: str) -> Any:
    for _, (number, properties, children) in node[2]:
        label = above + properties.get("label", ("s", ""))[1].replace("__", "_")
        yield label, number
        yield from _labels((number, properties, children), f"{label}/")
