"""The icon on the bus: the interface org.kde.StatusNotifierItem, and its pictures.

Hosts read the pictures as files or as pixels. The specification is
https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nightcare.desktop.dbus.exported_object import Interface, Method, Property
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
        """Change the look; return the signals for it: their names, types and values."""
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


_SIGNATURE_BYTES = 8
_CHUNK_BYTES = 12
"""Bytes of a chunk beside its data: length, type and checksum."""


def icon_folder() -> Path:
    """Return the folder of the pictures, which the specification calls the icon theme path."""
    return Path(__file__).with_name("icons")


def pixmaps(state: TrayState) -> list[tuple[int, int, bytes]]:
    """Return the picture for a state as width, height and pixels: alpha, red, green, blue.

    It is read each time, since a host asks once for each state.
    """
    try:
        return [_pixels((icon_folder() / f"nightcare-{state}.png").read_bytes())]
    except OSError:
        # The program's files are being replaced.
        return []


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Return the pixels of a PNG of ours: 8 bits, red, green, blue and alpha, no filter.

    Source: https://www.w3.org/TR/png/.
    """
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    packed, at = bytearray(), _SIGNATURE_BYTES
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + _CHUNK_BYTES
    rows = zlib.decompress(packed)
    line = 1 + 4 * width
    rgba = b"".join(rows[row * line + 1 : (row + 1) * line] for row in range(height))
    argb = bytearray(rgba)
    argb[0::4], argb[1::4], argb[2::4], argb[3::4] = rgba[3::4], rgba[0::4], rgba[1::4], rgba[2::4]
    return width, height, bytes(argb)
