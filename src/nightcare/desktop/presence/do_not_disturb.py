"""Do not disturb: each notification server, or each desktop, keeps it elsewhere.

Sources: https://specifications.freedesktop.org/notification/latest for `Inhibited`; dunst(1) and
its org.dunstproject.cmd0; makoctl(1) and its fr.emersion.Mako; SwayNotificationCenter's
org.erikreider.swaync.cc; src/daemon/notifications of BuddiesOfBudgie/budgie-desktop;
panels/notification/server of linuxdeepin/dde-shell; org.xfce.Xfconf; the notifications.conf of
lxqt-notificationd; cosmic-notifications-config of pop-os/cosmic-notifications; the settings of
GNOME, Cinnamon, MATE and Pantheon (elementary/notifications), and the ca.desrt.dconf.Writer that
tells of their changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jeepney import DBusAddress

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.dbus.connection import CallError
from nightcare.desktop.notify.server import INTERFACE
from nightcare.desktop.presence.sources import ChangeSignal, PresenceSource, property_changed
from nightcare.desktop.programs import printed
from nightcare.domain.reminders import Condition

_PATH = "/org/freedesktop/Notifications"
_DUNST = "org.dunstproject.cmd0"
_MAKO = "fr.emersion.Mako"
_SWAYNC = "org.erikreider.swaync.cc"
_XFCONF = "org.xfce.Xfconf"
_XFCE = "Xfce Notify Daemon"
_XFCE_CHANNEL, _XFCE_SETTING = "xfce4-notifyd", "/do-not-disturb"
_DEEPIN = "org.deepin.dde.Notification1"
_DEEPIN_PATH = "/org/deepin/dde/Notification1"
_DEEPIN_SETTING = 0
"""The number of do not disturb among the settings of Deepin's server."""

_MODE = "do-not-disturb"
_BUDGIE = "org.budgie_desktop.Notifications"
_BUDGIE_PATH = "/org/budgie_desktop/Notifications"
_BUDGIE_DISPATCHER = "org.buddiesofbudgie.budgie.Dispatcher"


@dataclass(frozen=True)
class DesktopSetting:
    """Where a desktop keeps it in its settings.

    Attributes:
        desktop: As in XDG_CURRENT_DESKTOP.
        schema: For `gsettings`.
        key: Likewise.
        quiet: What `gsettings` prints where notifications are not shown.
    """

    desktop: str
    schema: str
    key: str
    quiet: str

    @property
    def command(self) -> tuple[str, ...]:
        """What prints it."""
        return ("gsettings", "get", self.schema, self.key)

    @property
    def told(self) -> ChangeSignal:
        """The signal of its change; dconf keeps each of these schemas under its own name."""
        path = "/" + self.schema.replace(".", "/") + "/"
        return ChangeSignal("ca.desrt.dconf", "ca.desrt.dconf.Writer", "Notify", below=path)

    def means(self, printed: str) -> bool | None:
        """Whether it is on, by what was printed; None where that makes no sense."""
        value = printed.strip()
        return value == self.quiet if value in _VALUES else None


_SETTINGS = (
    DesktopSetting("GNOME", "org.gnome.desktop.notifications", "show-banners", "false"),
    DesktopSetting(
        "X-Cinnamon", "org.cinnamon.desktop.notifications", "display-notifications", "false"
    ),
    DesktopSetting("MATE", "org.mate.NotificationDaemon", "do-not-disturb", "true"),
    DesktopSetting("Pantheon", "io.elementary.notifications", "do-not-disturb", "true"),
)

_WITHOUT_SETTING = frozenset({
    "budgie", "cosmic", "dde", "deepin", "enlightenment", "gnome-flashback", "hyprland", "i3",
    "kde", "lxde", "lxqt", "niri", "river", "sway", "ukui", "unity", "unity7", "wlroots", "xfce",
})  # fmt: skip
"""Desktops, in lower case, whose notifications do not heed GNOME's setting. They, or the server
they use, have a switch of their own, which is asked on the bus where it is known, or none."""

_VALUES = frozenset({"true", "false"})


def setting_in_use(variables: Mapping[str, str]) -> DesktopSetting | None:
    """Return the setting of the desktop that the environment names; None where it keeps none.

    The list in XDG_CURRENT_DESKTOP begins with the most specific name. A name that is not known
    here is that of a variant, such as `ubuntu:GNOME`, and the next one decides.
    """
    for desktop in variables.get("XDG_CURRENT_DESKTOP", "").casefold().split(":"):
        for setting in _SETTINGS:
            if setting.desktop.casefold() == desktop:
                return setting
        if desktop in _WITHOUT_SETTING:
            return None
    return None


def setting_source(variables: Mapping[str, str]) -> PresenceSource | None:
    """The setting of the desktop that the environment names, while it shows the notifications."""
    setting = setting_in_use(variables)
    if setting is None:
        return None

    async def ask(_: BusClient, __: str) -> bool:
        try:
            on = setting.means(await printed(setting.command, variables))
        except OSError as error:
            raise CallError(setting.command[0]) from error
        if on is None:
            raise CallError(setting.key)
        return on

    return PresenceSource(
        Condition.DO_NOT_DISTURB, setting.desktop, INTERFACE, ask, (setting.told,)
    )


async def _inhibited(bus: BusClient, owner: str) -> bool:
    return await bus.switch(_at(owner, _PATH, INTERFACE), "Inhibited")


async def _dunst(bus: BusClient, owner: str) -> bool:
    return await bus.switch(_at(owner, _PATH, _DUNST), "paused")


async def _mako(bus: BusClient, owner: str) -> bool:
    (modes,) = await bus.call(_at(owner, "/fr/emersion/Mako", _MAKO), "ListModes", "as")
    if _MODE in modes:
        return True
    if modes != ["default"]:
        # Modes bear the names that their owner gave them.
        raise CallError("another mode")
    return False


async def _swaync(bus: BusClient, _: str) -> bool:
    at = _at(await _present(bus, _SWAYNC), "/org/erikreider/swaync/cc", _SWAYNC)
    (on,) = await bus.call(at, "GetDnd", "b")
    return bool(on)


async def _budgie(bus: BusClient, _: str) -> bool:
    at = _at(await _present(bus, _BUDGIE), _BUDGIE_PATH, _BUDGIE_DISPATCHER)
    (on,) = await bus.call(at, "GetDoNotDisturb", "b")
    return bool(on)


async def _deepin(bus: BusClient, _: str) -> bool:
    at = _at(await _present(bus, _DEEPIN), _DEEPIN_PATH, _DEEPIN)
    return await bus.switch_of(at, "GetSystemInfo", _DEEPIN_SETTING, takes="u")


async def _xfce(bus: BusClient, owner: str) -> bool:
    # The setting is also there where another server is in use.
    name, *_ = await bus.call(_at(owner, _PATH, INTERFACE), "GetServerInformation", "ssss")
    if name != _XFCE:
        raise CallError(name)
    at = _at(await _present(bus, _XFCONF), "/org/xfce/Xfconf", _XFCONF)
    setting = (_XFCE_CHANNEL, _XFCE_SETTING)
    (known,) = await bus.call(at, "PropertyExists", "b", *setting)
    if not known:
        return False
    return await bus.switch_of(at, "GetProperty", *setting)


@dataclass(frozen=True)
class _SettingsFile:
    """A file in which a server keeps it, without a word of its changes on the bus.

    Attributes:
        by: What the source is called.
        server: The name that the server says it has; while another one serves, the file means
            nothing.
        path: Of the file, below the person's config folder.
        on: Matches a file in which it is on.
    """

    by: str
    server: str
    path: str
    on: re.Pattern[str]

    def source(self, variables: Mapping[str, str]) -> PresenceSource:
        """Return what reads the file of the person whose environment this is."""
        named = Path(variables.get("XDG_CONFIG_HOME", ""))
        folder = named if named.is_absolute() else Path(variables.get("HOME", "")) / ".config"
        file = folder / self.path

        async def ask(bus: BusClient, owner: str) -> bool:
            name, *_ = await bus.call(_at(owner, _PATH, INTERFACE), "GetServerInformation", "ssss")
            if name != self.server:
                raise CallError(name)
            try:
                return self.on.search(file.read_text(encoding="utf-8")) is not None
            except FileNotFoundError:
                return False
            except (OSError, ValueError) as error:
                raise CallError(str(file)) from error

        return PresenceSource(
            Condition.DO_NOT_DISTURB, self.by, INTERFACE, ask, (), when_needed=True
        )


_FILES = (
    _SettingsFile(
        "LXQt",
        "lxqt-notificationd",
        "lxqt/notifications.conf",
        re.compile(r"^\s*doNotDisturb\s*=\s*(true|1)\s*$", re.MULTILINE),
    ),
    _SettingsFile(
        "COSMIC",
        "cosmic-notifications",
        "cosmic/com.system76.CosmicNotifications/v1/do_not_disturb",
        re.compile(r"^\s*true\s*$"),
    ),
)


async def _present(bus: BusClient, name: str) -> str:
    owner = await bus.owner(name)
    if owner is None:
        raise CallError(name)
    return owner


def _at(owner: str, path: str, interface: str) -> DBusAddress:
    return DBusAddress(path, bus_name=owner, interface=interface)


_ON_THE_BUS = (
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "",
        INTERFACE,
        _inhibited,
        (property_changed(INTERFACE, INTERFACE),),
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "dunst",
        INTERFACE,
        _dunst,
        (property_changed(INTERFACE, _DUNST),),
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "mako",
        INTERFACE,
        _mako,
        (property_changed(INTERFACE, _MAKO),),
        # Its earlier versions do not tell.
        when_needed=True,
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "swaync",
        INTERFACE,
        _swaync,
        (
            ChangeSignal(_SWAYNC, _SWAYNC, "Subscribe"),
            ChangeSignal(_SWAYNC, _SWAYNC, "SubscribeV2"),
        ),
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "Budgie",
        _BUDGIE,
        _budgie,
        (ChangeSignal(_BUDGIE, _BUDGIE_DISPATCHER, "DoNotDisturbChanged"),),
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "Deepin",
        _DEEPIN,
        _deepin,
        (ChangeSignal(_DEEPIN, _DEEPIN, "SystemInfoChanged"),),
    ),
    PresenceSource(
        Condition.DO_NOT_DISTURB,
        "Xfce",
        INTERFACE,
        _xfce,
        (
            ChangeSignal(_XFCONF, _XFCONF, "PropertyChanged", first=_XFCE_CHANNEL),
            ChangeSignal(_XFCONF, _XFCONF, "PropertyRemoved", first=_XFCE_CHANNEL),
        ),
    ),
)


def servers(variables: Mapping[str, str]) -> tuple[PresenceSource, ...]:
    """Who says it; each is asked, for the server in use is one of them at most."""
    return (*_ON_THE_BUS, *(one.source(variables) for one in _FILES))
