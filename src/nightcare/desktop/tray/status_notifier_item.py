"""The icon on the bus: the interface org.kde.StatusNotifierItem.

The specification is https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nightcare.desktop.dbus.exported_object import Interface, Method, Property
from nightcare.desktop.tray.icons import icon_folder, pixmaps
from nightcare.desktop.tray.menu import Appearance, TrayState

ITEM_INTERFACE = "org.kde.StatusNotifierItem"

_PIXMAPS = "a(iiay)"

_STATUS = {TrayState.OPEN: "NeedsAttention"}
"""The status by state. A passive icon is hidden by most hosts, so the others are active."""


class StatusNotifierItem:
    """The icon.

    Args:
        menu_path: The path of its menu.
        activate: Called when it was clicked.
    """

    def __init__(self, menu_path: str, activate: Callable[[], None]) -> None:
        self.appearance = Appearance(TrayState.QUIET, "nightcare")
        self._menu_path = menu_path
        self._activate = activate

    def changes(self, appearance: Appearance) -> list[tuple[str, str, tuple[str, ...]]]:
        """Take over another look; return the signals for it: their names, types and values."""
        before, self.appearance = self.appearance, appearance
        signals: list[tuple[str, str, tuple[str, ...]]] = []
        if appearance.title != before.title:
            signals.append(("NewTitle", "", ()))
        if (appearance.title, appearance.text) != (before.title, before.text):
            signals.append(("NewToolTip", "", ()))
        if appearance.state != before.state:
            signals += [
                ("NewIcon", "", ()),
                ("NewAttentionIcon", "", ()),
                ("NewStatus", "s", (self._status(),)),
            ]
        return signals

    def interface(self) -> Interface:
        """Return the interface for the bus."""
        position = ("i", "i")
        return Interface(
            ITEM_INTERFACE,
            {
                "Activate": Method(position, (), self._activated),
                # A host that shows the menu itself has no use for these.
                "ContextMenu": Method(position, (), _ignore),
                "SecondaryActivate": Method(position, (), _ignore),
                "Scroll": Method(("i", "s"), (), _ignore),
            },
            {
                "Category": Property("s", lambda: "ApplicationStatus"),
                "Id": Property("s", lambda: "nightcare"),
                "Title": Property("s", lambda: self.appearance.title),
                "Status": Property("s", self._status),
                "WindowId": Property("i", lambda: 0),
                "IconName": Property("s", self._icon),
                "IconPixmap": Property(_PIXMAPS, self._pixmaps),
                "OverlayIconName": Property("s", str),
                "OverlayIconPixmap": Property(_PIXMAPS, list),
                "AttentionIconName": Property("s", self._icon),
                "AttentionIconPixmap": Property(_PIXMAPS, self._pixmaps),
                "AttentionMovieName": Property("s", str),
                # Of Ayatana; the AppIndicator extension of GNOME logs an error without them.
                "IconAccessibleDesc": Property("s", lambda: self.appearance.title),
                "AttentionAccessibleDesc": Property("s", lambda: self.appearance.title),
                "ToolTip": Property("(sa(iiay)ss)", self._tooltip),
                "ItemIsMenu": Property("b", lambda: self.appearance.state is not TrayState.OPEN),
                "IconThemePath": Property("s", lambda: str(icon_folder())),
                "Menu": Property("o", lambda: self._menu_path),
            },
            {
                "NewTitle": (),
                "NewIcon": (),
                "NewAttentionIcon": (),
                "NewOverlayIcon": (),
                "NewToolTip": (),
                "NewStatus": ("s",),
            },
        )

    def _activated(self, x: int, y: int) -> tuple[Any, ...]:
        del x, y
        self._activate()
        return ()

    def _status(self) -> str:
        return _STATUS.get(self.appearance.state, "Active")

    def _icon(self) -> str:
        return f"nightcare-{self.appearance.state}"

    def _pixmaps(self) -> list[tuple[int, int, bytes]]:
        return pixmaps(self.appearance.state)

    def _tooltip(self) -> tuple[str, list[Any], str, str]:
        return "", [], self.appearance.title, self.appearance.text


def _ignore(*arguments: object) -> tuple[Any, ...]:
    del arguments
    return ()
