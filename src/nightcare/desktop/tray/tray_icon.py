"""The tray icon: its registration with the watcher of tray icons, and the calls of its hosts.

The watcher and the hosts are described in
https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from jeepney import DBusAddress, new_method_call

from nightcare.desktop.dbus.client import BusClient, BusSession
from nightcare.desktop.dbus.connection import BUS, CallError, Signal
from nightcare.desktop.dbus.exported_object import ExportedObject
from nightcare.desktop.tray import WATCHER
from nightcare.desktop.tray.dbusmenu import MENU_INTERFACE, DbusMenu
from nightcare.desktop.tray.menu import TrayModel
from nightcare.desktop.tray.status_notifier_item import ITEM_INTERFACE, StatusNotifierItem

ITEM_PATH = "/StatusNotifierItem"
MENU_PATH = "/MenuBar"

_WATCHER_PATH = "/StatusNotifierWatcher"
_DO_NOT_QUEUE = 4
_SCRIPTS = "python"
"""The beginning of the name of an interpreter; a script is known by the name of its process."""

_PLUGIN_RUNNER = "wrapper-"
"""The beginning of the name of the program that runs a plugin of the Xfce panel, its parent."""

_GNOME = "gnome-shell"

_OWNED = frozenset({1, 4})
"""Replies of RequestName: the caller owns the name now, or did before."""


class TrayIcon:
    """The tray icon.

    While there is no watcher, the bus is asked to report one, and nothing else is done. An icon is
    registered under a name of its own, because a watcher has no method to remove one: it removes
    an icon when the owner of its name goes.

    Args:
        client: The client of the session bus.
        model: The application behind the icon.

    Attributes:
        watched: Whether there is a watcher.
        host: The name of the program that shows the icon; empty if none has read it.
    """

    def __init__(self, client: BusClient, model: TrayModel) -> None:
        self._client = client
        self._model = model
        self._item = StatusNotifierItem(MENU_PATH, lambda: self._queue(model.activate))
        self._menu = DbusMenu(model.menu, self._pressed, self._emit_layout)
        self._name = f"org.kde.StatusNotifierItem-{os.getpid()}-1"
        self._session: BusSession | None = None
        self._registering: asyncio.Task[None] | None = None
        self._waiting: dict[object, Callable[[], None]] = {}
        self._reader = ""
        self.watched = False
        self.host = ""

    rules = ()
    names = (WATCHER,)

    async def run(self) -> None:
        """Show the icon until cancelled.

        Raises:
            ExceptionGroup: An unexpected error.
        """
        objects = self._client.objects
        objects[ITEM_PATH] = ExportedObject(self._item.interface(), self._read_by)
        objects[MENU_PATH] = ExportedObject(self._menu.interface())
        try:
            await self._client.serve(self)
        finally:
            del objects[ITEM_PATH], objects[MENU_PATH]
            if self._session is not None:
                # A watcher that knows the icon by its path does not see it go; hosts hide it.
                self._session.bus.emit(ITEM_PATH, ITEM_INTERFACE, "NewStatus", "s", "Passive")
                release = new_method_call(BUS, "ReleaseName", "s", (self._name,))
                self._session.bus.post(release)
            self._forget()
            self._session = None

    def refresh(self) -> None:
        """Report the changes to the hosts."""
        if self._session is None or not self.watched:
            return
        for member, signature, values in self._item.changes(self._model.appearance()):
            self._session.bus.emit(ITEM_PATH, ITEM_INTERFACE, member, signature, *values)
        if self._menu.asked:
            self._menu.refresh()

    # Called by the bus client

    def connected(self, session: BusSession) -> None:
        """Register with the present watcher, if any."""
        self._session = session
        self.owner_changed(WATCHER, session.owners[WATCHER])

    def disconnected(self) -> None:
        """Record that no icon is shown."""
        self._session = None
        self._forget()

    def owner_changed(self, name: str, owner: str) -> None:
        """Register with the watcher of this unique name, or wait for one."""
        del name
        if self._session is None:
            return
        self._forget()
        self.watched = bool(owner)
        if owner:
            self._item.changes(self._model.appearance())
            self._registering = self._session.spawn(self._register(self._session, owner))
        self._model.host_changed()

    def handle_signal(self, signal: Signal) -> None:
        """Ignore a signal, which is meant for another user of the connection."""

    def _forget(self) -> None:
        """Forget the watcher and the hosts."""
        if self._registering is not None:
            self._registering.cancel()
        self._registering = None
        self._menu.asked = self.watched = False
        self._reader = self.host = ""

    async def _register(self, session: BusSession, owner: str) -> None:
        watcher = DBusAddress(_WATCHER_PATH, bus_name=owner, interface=WATCHER)
        # A watcher that fails or is slow is not called again: a slow one still has the call, and
        # another one has another owner.
        with contextlib.suppress(CallError, TimeoutError):
            named = await session.bus.call(
                BUS, "RequestName", "u", self._name, _DO_NOT_QUEUE, takes="su"
            )
            own = named[0] in _OWNED and not await _loses_named_icons(session, owner)
            service = self._name if own else ITEM_PATH
            await session.bus.call(watcher, "RegisterStatusNotifierItem", "", service)

    # Called by hosts

    def _emit_layout(self, revision: int) -> None:
        if self._session is not None:
            self._session.bus.emit(MENU_PATH, MENU_INTERFACE, "LayoutUpdated", "ui", revision, 0)

    def _pressed(self, name: str) -> None:
        self._queue(lambda: self._model.press(name), name)

    def _queue(self, act: Callable[[], None], key: object = None) -> None:
        """Queue an action to run once, after the reply to the host; drop repeats meanwhile."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._act)
        self._waiting.setdefault(key, act)

    def _act(self) -> None:
        key = next(iter(self._waiting))
        act = self._waiting.pop(key)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._act)
        act()

    def _read_by(self, reader: str) -> None:
        """Find the name of the host that reads the icon."""
        if self._session is not None and self.watched and reader not in {"", self._reader}:
            self._reader = reader
            self._session.spawn(self._identify(self._session, reader))

    async def _identify(self, session: BusSession, reader: str) -> None:
        with contextlib.suppress(CallError, TimeoutError, OSError):
            found = program_name(await session.bus.get_process_id(reader))
            if reader == self._reader and found != self.host:
                self.host = found
                self._model.host_changed()


async def _loses_named_icons(session: BusSession, watcher: str) -> bool:
    """Return whether a watcher may lose an icon that is registered by a name.

    Until version 46, the AppIndicator extension of GNOME does: it discards the properties of the
    icon when it receives the owner of the name (ubuntu/gnome-shell-extension-appindicator#386).
    """
    with contextlib.suppress(OSError):
        return program_name(await session.bus.get_process_id(watcher)) == _GNOME
    return False


def program_name(process: int) -> str:
    """Return the name of the program that a process runs.

    Raises:
        OSError: The process has ended, or belongs to another user.
    """
    folder = Path("/proc", str(process))
    name = (folder / "exe").readlink().name.removesuffix(" (deleted)")
    if name.startswith(_SCRIPTS):
        return (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
    if name.startswith(_PLUGIN_RUNNER):
        # The parent is field 4 of proc_pid_stat(5); the name before it may hold blanks.
        stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        return program_name(int(stat.rpartition(")")[2].split()[1]))
    return name
