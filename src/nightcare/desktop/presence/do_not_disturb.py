"""Sources of do not disturb, which each notification server or desktop stores in its own way.

References: https://specifications.freedesktop.org/notification/latest for `Inhibited`; dunst(1) and
its org.dunstproject.cmd0; makoctl(1) and its fr.emersion.Mako; SwayNotificationCenter's
org.erikreider.swaync.cc; src/daemon/notifications of BuddiesOfBudgie/budgie-desktop;
panels/notification/server of linuxdeepin/dde-shell; org.xfce.Xfconf; the notifications.conf of
lxqt-notificationd; cosmic-notifications-config of pop-os/cosmic-notifications; the settings of
GNOME, Cinnamon, MATE and Pantheon (elementary/notifications), and the ca.desrt.dconf.Writer that
signals their changes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from jeepney import DBusAddress

from nightcare.desktop.current_desktop import WINDOW_MANAGERS, current_desktops
from nightcare.desktop.dbus.connection import BUS, CallError, Connection
from nightcare.desktop.notify.server_queries import query_information
from nightcare.desktop.notify.server_traits import INTERFACE, PATH
from nightcare.desktop.presence.mako_modes import hides_reminders
from nightcare.desktop.presence.settings_files import settings_file, settings_text
from nightcare.desktop.presence.source import ChangeSignal, PresenceSource, property_changed
from nightcare.desktop.programs import printed
from nightcare.domain.reasons import Condition

_DUNST = "org.dunstproject.cmd0"
_MAKO = "fr.emersion.Mako"
_MAKO_DEFAULT, _MAKO_MODE = "default", "do-not-disturb"
"""The mode at the start of some versions, and that of mako(5)'s example."""

_SWAYNC = "org.erikreider.swaync.cc"
_XFCONF = "org.xfce.Xfconf"
_XFCE = "Xfce Notify Daemon"
_XFCE_CHANNEL, _XFCE_SETTING = "xfce4-notifyd", "/do-not-disturb"
_DEEPIN = "org.deepin.dde.Notification1"
_DEEPIN_PATH = "/org/deepin/dde/Notification1"
_DEEPIN_SETTING = 0
"""The number of do not disturb among the settings of Deepin's server."""

_BUDGIE = "org.budgie_desktop.Notifications"
_BUDGIE_PATH = "/org/budgie_desktop/Notifications"
_BUDGIE_DISPATCHER = "org.buddiesofbudgie.budgie.Dispatcher"

_Ask = Callable[[Connection, str], Awaitable[bool]]


@dataclass(frozen=True)
class DesktopSetting:
    """The place of do not disturb in the settings of a desktop.

    Attributes:
        desktop: The desktop, as in XDG_CURRENT_DESKTOP.
        schema: The schema for `gsettings`.
        path: The path at which dconf stores the schema.
        key: The key for `gsettings`.
        quiet: The output of `gsettings` while notifications are not shown.
    """

    desktop: str
    schema: str
    path: str
    key: str
    quiet: str

    @property
    def command(self) -> tuple[str, ...]:
        """The command that prints it."""
        return ("gsettings", "get", self.schema, self.key)

    def parse(self, output: str) -> bool | None:
        """Return whether it is on, by the output of `gsettings`; None if that is no boolean."""
        value = output.strip()
        return value == self.quiet if value in {"true", "false"} else None


_SETTINGS = (
    DesktopSetting(
        "GNOME",
        "org.gnome.desktop.notifications",
        "/org/gnome/desktop/notifications/",
        "show-banners",
        "false",
    ),
    DesktopSetting(
        "X-Cinnamon",
        "org.cinnamon.desktop.notifications",
        "/org/cinnamon/desktop/notifications/",
        "display-notifications",
        "false",
    ),
    DesktopSetting(
        "MATE",
        "org.mate.NotificationDaemon",
        "/org/mate/notification-daemon/",
        "do-not-disturb",
        "true",
    ),
    DesktopSetting(
        "Pantheon",
        "io.elementary.notifications",
        "/io/elementary/notifications/",
        "do-not-disturb",
        "true",
    ),
)

_WITHOUT_SETTING = WINDOW_MANAGERS | {
    "awesome", "budgie", "cosmic", "dde", "deepin", "enlightenment", "gnome-flashback", "kde",
    "lxqt", "qtile", "trinity", "ukui", "unity", "unity7", "xfce",
}  # fmt: skip
"""Desktops, as `current_desktops` names them, whose notifications ignore GNOME's setting. They, or
the server in use, have a switch of their own, which is queried on the bus if known, or none."""


def setting_in_use(variables: Mapping[str, str]) -> DesktopSetting | None:
    """Return the setting of the desktop that the environment names; None if it has none.

    The list in XDG_CURRENT_DESKTOP begins with the most specific name. An unknown name is
    that of a variant, such as `ubuntu:GNOME`, and the next one decides.
    """
    for desktop in current_desktops(variables):
        for setting in _SETTINGS:
            if setting.desktop.casefold().removeprefix("x-") == desktop:
                return setting
        if desktop in _WITHOUT_SETTING:
            return None
    return None


def sources(variables: Mapping[str, str]) -> tuple[PresenceSource, ...]:
    """Return all sources in an environment; the server in use is at most one of them."""
    setting = setting_in_use(variables)
    found = servers(variables)
    return found if setting is None else (*found, _setting_source(setting, variables))


def _source(
    by: str, ask: _Ask, *signals: ChangeSignal, name: str = INTERFACE, when_needed: bool = False
) -> PresenceSource:
    return PresenceSource(
        Condition.DO_NOT_DISTURB, by, name, ask, signals, when_needed=when_needed, alone=True
    )


def _setting_source(setting: DesktopSetting, variables: Mapping[str, str]) -> PresenceSource:
    """Return the source of a desktop's setting, which lasts while its server is not running."""

    async def ask(_: Connection, __: str) -> bool:
        try:
            on = setting.parse(await printed(setting.command, variables))
        except OSError as error:
            raise CallError(setting.command[0]) from error
        if on is None:
            raise CallError(setting.key)
        return on

    dconf, below = "ca.desrt.dconf", setting.path
    changed = ChangeSignal(dconf, f"{dconf}.Writer", "Notify", below=below, on_demand=True)
    # A server that answers by itself, which may not be the desktop's, has precedence.
    return replace(_source(setting.desktop, ask, changed, name=str(BUS.bus_name)), alone=False)


async def _inhibited(bus: Connection, owner: str) -> bool:
    return await bus.get_bool(_at(owner, PATH, INTERFACE), "Inhibited")


async def _dunst(bus: Connection, owner: str) -> bool:
    return await bus.get_bool(_at(owner, PATH, _DUNST), "paused")


def _mako_source(variables: Mapping[str, str]) -> PresenceSource:
    """Return the source of mako's modes, whose names the person chooses."""
    file = settings_file(variables, "mako/config")

    async def ask(bus: Connection, owner: str) -> bool:
        modes: list[str]
        (modes,) = await bus.call(_at(owner, "/fr/emersion/Mako", _MAKO), "ListModes", "as")
        if not set(modes) - {_MAKO_DEFAULT}:
            return False
        try:
            hidden = hides_reminders(settings_text(file), modes)
        except (OSError, ValueError):
            hidden = None
        if hidden is None and _MAKO_MODE not in modes:
            raise CallError("another mode")
        return hidden is not False

    # Earlier versions of mako send no signal.
    return _source("mako", ask, property_changed(INTERFACE, _MAKO), when_needed=True)


async def _swaync(bus: Connection, _: str) -> bool:
    at = _at(await _owner(bus, _SWAYNC), "/org/erikreider/swaync/cc", _SWAYNC)
    (on,) = await bus.call(at, "GetDnd", "b")
    if not on:
        # A program that shares the screen may hold back notifications; earlier versions lack it.
        with contextlib.suppress(CallError):
            (on,) = await bus.call(at, "IsInhibited", "b")
    return bool(on)


async def _budgie(bus: Connection, _: str) -> bool:
    at = _at(await _owner(bus, _BUDGIE), _BUDGIE_PATH, _BUDGIE_DISPATCHER)
    (on,) = await bus.call(at, "GetDoNotDisturb", "b")
    return bool(on)


async def _deepin(bus: Connection, _: str) -> bool:
    at = _at(await _owner(bus, _DEEPIN), _DEEPIN_PATH, _DEEPIN)
    return await bus.call_for_bool(at, "GetSystemInfo", _DEEPIN_SETTING, takes="u")


def _xfce_source(variables: Mapping[str, str]) -> PresenceSource:
    """Return the source of Xfce's setting, on Xfce also while its server is not running."""
    here = "xfce" in current_desktops(variables)

    async def ask(bus: Connection, _: str) -> bool:
        server = await bus.get_name_owner(INTERFACE)
        if server is not None:
            # The setting also exists while another server is in use.
            await _require_server(bus, server, _XFCE)
        elif not here:
            raise CallError(INTERFACE)
        return await _xfce(bus)

    return _source(
        "Xfce",
        ask,
        # A server that comes or goes decides whether the setting counts.
        property_changed(INTERFACE, INTERFACE),
        *(
            ChangeSignal(_XFCONF, _XFCONF, member, first=_XFCE_CHANNEL, on_demand=True)
            for member in ("PropertyChanged", "PropertyRemoved")
        ),
        name=str(BUS.bus_name),
        # A setting that was not saved when xfconfd was killed changes without a signal.
        when_needed=True,
    )


async def _xfce(bus: Connection) -> bool:
    # xfconfd exits when it is idle.
    keeper = await bus.start_service(_XFCONF)
    if keeper is None:
        raise CallError(_XFCONF)
    at = _at(keeper, "/org/xfce/Xfconf", _XFCONF)
    setting = (_XFCE_CHANNEL, _XFCE_SETTING)
    (known,) = await bus.call(at, "PropertyExists", "b", *setting)
    if not known:
        return False
    return await bus.call_for_bool(at, "GetProperty", *setting)


def _file_source(
    variables: Mapping[str, str], by: str, server: str, path: str, on: str
) -> PresenceSource:
    """Return a source that reads a server's file, whose changes have no signal.

    Args:
        variables: The environment.
        by: The name of the source.
        server: The name of the server; the file is ignored while another one is in use.
        path: The path of the file below the user's config folder.
        on: A pattern of a file in which do not disturb is on.
    """
    file = settings_file(variables, path)

    async def ask(bus: Connection, owner: str) -> bool:
        await _require_server(bus, owner, server)
        try:
            return re.search(on, settings_text(file), re.MULTILINE) is not None
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise CallError(str(file)) from error

    return _source(by, ask, when_needed=True)


async def _require_server(bus: Connection, owner: str, name: str) -> None:
    """Raise CallError if the notification server has another name."""
    found, *_ = await query_information(bus, owner)
    if found != name:
        raise CallError(found)


async def _owner(bus: Connection, name: str) -> str:
    owner = await bus.get_name_owner(name)
    if owner is None:
        raise CallError(name)
    return owner


def _at(owner: str, path: str, interface: str) -> DBusAddress:
    return DBusAddress(path, bus_name=owner, interface=interface)


_ON_THE_BUS = (
    _source("", _inhibited, property_changed(INTERFACE, INTERFACE)),
    _source("dunst", _dunst, property_changed(INTERFACE, _DUNST)),
    _source(
        "swaync",
        _swaync,
        ChangeSignal(_SWAYNC, _SWAYNC, "Subscribe"),
        ChangeSignal(_SWAYNC, _SWAYNC, "SubscribeV2"),
    ),
    _source(
        "Budgie",
        _budgie,
        ChangeSignal(_BUDGIE, _BUDGIE_DISPATCHER, "DoNotDisturbChanged"),
        name=_BUDGIE,
    ),
    _source("Deepin", _deepin, ChangeSignal(_DEEPIN, _DEEPIN, "SystemInfoChanged"), name=_DEEPIN),
)


def servers(variables: Mapping[str, str]) -> tuple[PresenceSource, ...]:
    """Return the sources of the notification servers; the one in use is at most one of them."""
    return (
        *_ON_THE_BUS,
        _mako_source(variables),
        _xfce_source(variables),
        _file_source(
            variables,
            "LXQt",
            "lxqt-notificationd",
            "lxqt/notifications.conf",
            r"^\s*doNotDisturb\s*=\s*(true|1)\s*$",
        ),
        _file_source(
            variables,
            "COSMIC",
            "cosmic-notifications",
            "cosmic/com.system76.CosmicNotifications/v1/do_not_disturb",
            r"\A\s*true\s*\Z",
        ),
    )
