"""Programs that lock the screen, and report it on the session bus.

Sources: the org.freedesktop.ScreenSaver of KDE Plasma and its likes; the org.gnome.ScreenSaver of
GNOME and its descendants; the org.deepin.dde.SessionManager1 of linuxdeepin/dde-session, which was
com.deepin.SessionManager in linuxdeepin/startdde; the org.ukui.ScreenSaver of ukui-screensaver.
"""

from __future__ import annotations

import contextlib

from jeepney import DBusAddress

from nightcare.desktop.dbus.connection import CallError, Connection
from nightcare.desktop.presence.source import ChangeSignal, PresenceSource, property_changed
from nightcare.domain.reasons import Condition

_GNOME = "org.gnome.ScreenSaver"
_SCREEN_SAVERS = (
    (
        "org.freedesktop.ScreenSaver",
        ("/org/freedesktop/ScreenSaver", "/ScreenSaver"),
        "org.freedesktop.ScreenSaver",
    ),
    # The second name is GNOME Shell's; the first is that of a proxy, which may not run.
    (_GNOME, ("/org/gnome/ScreenSaver",), _GNOME),
    ("org.gnome.Shell.ScreenShield", ("/org/gnome/ScreenSaver",), _GNOME),
    *(
        (f"org.{one}.ScreenSaver", (f"/org/{one}/ScreenSaver", "/"), f"org.{one}.ScreenSaver")
        for one in ("cinnamon", "mate", "xfce")
    ),
)
"""The name, the paths of the object by version or program, and the interface of each."""

_DEEPIN = (
    ("org.deepin.dde.SessionManager1", "/org/deepin/dde/SessionManager1"),
    ("com.deepin.SessionManager", "/com/deepin/SessionManager"),
)
"""The name of each version, which is also that of the interface, and the path of the object."""

_UKUI = "org.ukui.ScreenSaver"


def lockers() -> tuple[PresenceSource, ...]:
    """Return the sources that report a locked screen."""
    savers = (_saver(*one) for one in _SCREEN_SAVERS)
    return *savers, *(_deepin(*one) for one in _DEEPIN), _ukui()


def _saver(name: str, paths: tuple[str, ...], interface: str) -> PresenceSource:
    async def ask(bus: Connection, owner: str) -> bool:
        for path in paths:
            at = DBusAddress(path, bus_name=owner, interface=interface)
            with contextlib.suppress(CallError):
                (active,) = await bus.call(at, "GetActive", "b")
                return bool(active)
        raise CallError(name)

    return PresenceSource(
        Condition.LOCKED, name, name, ask, (ChangeSignal(name, interface, "ActiveChanged"),)
    )


def _deepin(name: str, path: str) -> PresenceSource:
    async def ask(bus: Connection, owner: str) -> bool:
        return await bus.get_bool(DBusAddress(path, bus_name=owner, interface=name), "Locked")

    return PresenceSource(Condition.LOCKED, name, name, ask, (property_changed(name, name),))


def _ukui() -> PresenceSource:
    async def ask(bus: Connection, owner: str) -> bool:
        at = DBusAddress("/", bus_name=owner, interface=_UKUI)
        (locked,) = await bus.call(at, "GetLockState", "b")
        return bool(locked)

    changes = (ChangeSignal(_UKUI, _UKUI, "lock"), ChangeSignal(_UKUI, _UKUI, "unlock"))
    return PresenceSource(Condition.LOCKED, _UKUI, _UKUI, ask, changes)
