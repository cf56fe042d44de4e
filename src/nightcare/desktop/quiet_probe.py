"""Do not disturb: each desktop keeps it elsewhere, so that all are asked at the same time.

Sources: https://specifications.freedesktop.org/notification/latest for `Inhibited`; dunst(1) and
its org.dunstproject.cmd0; makoctl(1) and its fr.emersion.Mako; SwayNotificationCenter's
org.erikreider.swaync.cc; org.xfce.Xfconf; the settings of GNOME, Cinnamon and MATE.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping

from jeepney import DBusAddress

from nightcare.desktop.found import Fault, Quiet
from nightcare.desktop.notifications import INTERFACE
from nightcare.desktop.programs import output
from nightcare.desktop.questions import Questions, or_fault
from nightcare.desktop.wire import Refused

_PATH = "/org/freedesktop/Notifications"
_XFCONF = "org.xfce.Xfconf"
_XFCE = "Xfce Notify Daemon"
_MODE = "do-not-disturb"

_SETTINGS = {
    "GNOME": ("org.gnome.desktop.notifications", "show-banners", "false"),
    "X-Cinnamon": ("org.cinnamon.desktop.notifications", "display-notifications", "false"),
    "MATE": ("org.mate.NotificationDaemon", "do-not-disturb", "true"),
}
"""By desktop: schema, key, and what it says where notifications are not shown."""

_VALUES = frozenset({"true", "false"})


async def find_quiet(bus: Questions) -> Quiet:
    """What the notification server says; who says that it is on goes first.

    Raises:
        Refused: The bus does not do what a bus does.
        TimeoutError: The bus itself does not answer.
    """
    owner = await bus.owner(INTERFACE)
    if owner is None:
        return Quiet(None)
    asked: dict[str, Awaitable[bool]] = {
        "": bus.switch(_at(owner, _PATH, INTERFACE), "Inhibited"),
        "dunst": bus.switch(_at(owner, _PATH, "org.dunstproject.cmd0"), "paused"),
        "mako": _mako(bus, owner),
        "swaync": _swaync(bus),
        "Xfce": _xfce(bus, owner),
    }
    answers = await asyncio.gather(*(or_fault(one) for one in asked.values()))
    said = dict(zip(asked, answers, strict=True))
    for wanted in (True, False):
        for by, on in said.items():
            if not isinstance(on, Fault) and on is wanted:
                return Quiet(on, by)
    return Quiet(None)


def setting_of_desktop(variables: Mapping[str, str], limit: float) -> Quiet:
    """What the settings of GNOME, Cinnamon or MATE say; for desktops whose server says nothing.

    Args:
        variables: The environment, which names the desktop.
        limit: Seconds within which `gsettings` must answer.
    """
    for desktop in variables.get("XDG_CURRENT_DESKTOP", "").split(":"):
        if desktop in _SETTINGS:
            schema, key, quiet = _SETTINGS[desktop]
            try:
                said = output(("gsettings", "get", schema, key), variables, limit)
            except (OSError, TimeoutError):
                return Quiet(None)
            value = said.out.strip()
            return Quiet(value == quiet, desktop) if value in _VALUES else Quiet(None)
    return Quiet(None)


async def _mako(bus: Questions, owner: str) -> bool:
    (modes,) = await bus.call(
        _at(owner, "/fr/emersion/Mako", "fr.emersion.Mako"), "ListModes", "as"
    )
    if _MODE in modes:
        return True
    if modes != ["default"]:
        # Modes bear the names that their owner gave them.
        raise Refused("another mode")
    return False


async def _swaync(bus: Questions) -> bool:
    name = "org.erikreider.swaync.cc"
    at = _at(await _present(bus, name), "/org/erikreider/swaync/cc", name)
    (on,) = await bus.call(at, "GetDnd", "b")
    return bool(on)


async def _xfce(bus: Questions, owner: str) -> bool:
    # The setting is also there where another server is in use.
    name, *_ = await bus.call(_at(owner, _PATH, INTERFACE), "GetServerInformation", "ssss")
    if name != _XFCE:
        raise Refused(name)
    at = _at(await _present(bus, _XFCONF), "/org/xfce/Xfconf", _XFCONF)
    (known,) = await bus.call(at, "PropertyExists", "b", "xfce4-notifyd", "/do-not-disturb")
    if not known:
        return False
    ((_, on),) = await bus.call(at, "GetProperty", "v", "xfce4-notifyd", "/do-not-disturb")
    return bool(on)


async def _present(bus: Questions, name: str) -> str:
    owner = await bus.owner(name)
    if owner is None:
        raise Refused(name)
    return owner


def _at(owner: str, path: str, interface: str) -> DBusAddress:
    return DBusAddress(path, bus_name=owner, interface=interface)
