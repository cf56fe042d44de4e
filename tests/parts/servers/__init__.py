"""Real notification servers, answered as a person answers them: one file a server.

Each is started as a context on a bus and a display of its own, and is a `RealServer`.
"""

from types import MappingProxyType

from parts.servers.dunst import Dunst, dunst
from parts.servers.gnome import GnomeShell, gnome_shell
from parts.servers.lxqt import Lxqt, lxqt_notificationd
from parts.servers.mako import Mako, mako
from parts.servers.mate import Mate, mate_notification_daemon
from parts.servers.notification_daemon import NotificationDaemon, notification_daemon
from parts.servers.real_server import RealServer, Shown, Start, open_notifications
from parts.servers.swaync import Swaync, swaync
from parts.servers.xfce import XfceNotifyd, xfce4_notifyd

__all__ = [
    "SERVERS",
    "Dunst",
    "GnomeShell",
    "Lxqt",
    "Mako",
    "Mate",
    "NotificationDaemon",
    "RealServer",
    "Shown",
    "Start",
    "Swaync",
    "XfceNotifyd",
    "dunst",
    "gnome_shell",
    "lxqt_notificationd",
    "mako",
    "mate_notification_daemon",
    "notification_daemon",
    "open_notifications",
    "swaync",
    "xfce4_notifyd",
]

SERVERS: MappingProxyType[str, Start] = MappingProxyType(
    {
        "dunst": dunst,
        "LXQt": lxqt_notificationd,
        "mako": mako,
        "MATE": mate_notification_daemon,
        "notification-daemon": notification_daemon,
        "swaync": swaync,
        "Xfce": xfce4_notifyd,
    }
)
"""The servers that every run of the tests looks at, by the names in the table."""
