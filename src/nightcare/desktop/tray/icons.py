"""The pictures of the tray icon, as files and as pixels, of which each host reads one."""

from __future__ import annotations

import zlib
from pathlib import Path

from nightcare.desktop.tray.menu import TrayState

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
