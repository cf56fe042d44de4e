"""A real X display of a test's own: what is on it, its pointer and its keyboard."""

from __future__ import annotations

import contextlib
import os
import re
import select
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from parts.processes import (
    HANG_SECONDS,
    NotInTimeError,
    ToolFailedError,
    find_program,
    run_tool,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parts.home import Home
    from parts.processes import Program

WIDTH, HEIGHT = 1280, 720
START_SECONDS = HANG_SECONDS
PIXEL_BYTES = 3
SHORTEST_EDGE = 16
"""Pixels: letters and rounded corners have no straight edge of one colour that is as long."""

GEOMETRY = re.compile(rb"^(WINDOW|X|Y|WIDTH|HEIGHT)=(-?\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the display, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def center(self) -> tuple[int, int]:
        """The point in the middle."""
        return self.x + self.width // 2, self.y + self.height // 2

    def contains(self, other: Box) -> bool:
        """Tell whether the other lies wholly within this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """The display at one moment: rows of red, green, blue, a byte each."""

    width: int
    height: int
    pixels: bytes

    def frames(self, colour: bytes) -> tuple[Box, ...]:
        """Find the upright rectangles framed in exactly this colour, row by row, left to right."""
        found: list[Box] = []
        for y in range(self.height):
            for x, width in self._edges(y, colour):
                if any(box.x == x and y < box.y + box.height for box in found):
                    continue
                found.append(Box(x, y, width, self._edge_down(x, y, colour)))
        return tuple(found)

    def is_plain(self, colour: bytes, below: int = 0) -> bool:
        """Return whether all of it, below so many rows, has this colour."""
        rest = self.pixels[below * self.width * PIXEL_BYTES :]
        return rest == colour * (len(rest) // PIXEL_BYTES)

    def at(self, x: int, y: int) -> bytes:
        """Return the colour of one pixel."""
        offset = (y * self.width + x) * PIXEL_BYTES
        return self.pixels[offset : offset + PIXEL_BYTES]

    def runs(self, y: int, left: int, right: int, shortest: int) -> tuple[Box, ...]:
        """Find where one colour goes on for so many pixels in a row, from left to right."""
        row = [self.at(x, y) for x in range(left, right)]
        lengths = [len(list(group)) for _, group in groupby(row)]
        ends = list(accumulate(lengths, initial=left))
        return tuple(
            Box(x, y, length, 1)
            for x, length in zip(ends, lengths, strict=False)
            if length >= shortest
        )

    def changed(self, before: Picture, below: int = 0) -> Box | None:
        """Return the smallest rectangle in which two pictures differ, below so many rows."""
        assert (self.width, self.height) == (before.width, before.height)
        size = self.width * PIXEL_BYTES
        rows = {
            y: difference
            for y in range(below, self.height)
            if (difference := self._row(y, size) ^ before._row(y, size))
        }
        if not rows:
            return None
        # The first pixel of a row is in the highest bits of its number.
        left = size - max((one.bit_length() + 7) // 8 for one in rows.values())
        right = size - min(((one & -one).bit_length() - 1) // 8 for one in rows.values())
        x, end = left // PIXEL_BYTES, -(-right // PIXEL_BYTES)
        return Box(x, min(rows), end - x, max(rows) - min(rows) + 1)

    def _row(self, y: int, size: int) -> int:
        return int.from_bytes(self.pixels[y * size : (y + 1) * size], "big")

    def _edges(self, y: int, colour: bytes) -> Iterator[tuple[int, int]]:
        row = self.pixels[y * self.width * PIXEL_BYTES : (y + 1) * self.width * PIXEL_BYTES]
        if colour * SHORTEST_EDGE not in row:
            return
        x = 0
        while x < self.width:
            start = x
            while x < self.width and row[x * PIXEL_BYTES : (x + 1) * PIXEL_BYTES] == colour:
                x += 1
            if x - start >= SHORTEST_EDGE:
                yield start, x - start
            x += 1

    def _edge_down(self, x: int, y: int, colour: bytes) -> int:
        bottom = y
        while bottom < self.height:
            offset = (bottom * self.width + x) * PIXEL_BYTES
            if self.pixels[offset : offset + PIXEL_BYTES] != colour:
                break
            bottom += 1
        return bottom - y


@dataclass(frozen=True, slots=True)
class Display:
    """A virtual screen without a window manager.

    Attributes:
        name: for DISPLAY.
        server: the running Xvfb.
        home: whose display it is.
    """

    name: str
    server: Program
    home: Home

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a program that draws here, overridden by `more`."""
        return self.home.environment(DISPLAY=self.name, **more)

    def screenshot(self, path: Path) -> None:
        """Write a PNG of the whole display."""
        path.write_bytes(self._import("png"))

    def picture(self) -> Picture:
        """Look at the whole display."""
        # Netpbm's PPM: "P6", width, height and 255, each followed by one blank, then the pixels.
        image = self._import("ppm")
        magic, width, height, depth, _ = image.split(maxsplit=4)
        assert (magic, depth) == (b"P6", b"255")
        # Counted from the end: the first pixels may look like more blanks.
        size = int(width) * int(height) * PIXEL_BYTES
        return Picture(int(width), int(height), image[-size:])

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Press and release a button of the pointer there, then move it into a corner.

        In the corner it is over no notification, which some servers would keep for as long.
        """
        corner = ["mousemove", "0", str(HEIGHT - 1)]
        self._xdotool("mousemove", str(x), str(y), "click", str(button), *corner)

    def click_here(self) -> None:
        """Press and release the first button of the pointer where it is, and leave it there."""
        self._xdotool("click", "1")

    def point(self, x: int, y: int) -> None:
        """Move the pointer there."""
        self._xdotool("mousemove", str(x), str(y))

    def type(self, text: str) -> None:
        """Type a text on the keyboard."""
        self._xdotool("type", "--delay", "1", "--", text)

    def key(self, name: str) -> None:
        """Press and release one key, named as in X11, such as Return or Escape."""
        self._xdotool("key", name)

    def windows(self, window_class: str) -> tuple[Box, ...]:
        """Return the places of the visible windows of exactly this class, in pixels."""
        try:
            text = self._xdotool(
                *("search", "--onlyvisible", "--class", f"^{window_class}$"),
                *("getwindowgeometry", "--shell", "%@"),
            )
        except ToolFailedError:
            # So it says that there are none, or that one went away while it was looking.
            return ()
        values = [int(value) for _, value in GEOMETRY.findall(text)]
        return tuple(Box(*values[at + 1 : at + 5]) for at in range(0, len(values), 5))

    def _xdotool(self, *arguments: str) -> bytes:
        tool = find_program("xdotool", "xdotool")
        return run_tool([tool, *arguments], self.environment())

    def _import(self, picture_format: str) -> bytes:
        tool = find_program("import", "imagemagick")
        return run_tool(
            [tool, "-silent", "-window", "root", "-depth", "8", f"{picture_format}:-"],
            self.environment(),
        )


@contextlib.contextmanager
def virtual_display(home: Home, height: int = HEIGHT) -> Iterator[Display]:
    """Run an X server on a free display number; it draws into memory alone."""
    read_end, write_end = os.pipe()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, read_end)
        try:
            command = [
                find_program("Xvfb", "xvfb"),
                *("-displayfd", str(write_end)),
                *("-screen", "0", f"{WIDTH}x{height}x24"),
                *("-nolisten", "tcp"),
                "-noreset",
                # A key that a busy machine releases late must not be typed twice.
                "-r",
            ]
            server = stack.enter_context(
                running(command, home.environment(), home.log("Xvfb"), pass_fds=[write_end])
            )
        finally:
            os.close(write_end)
        yield Display(name=f":{_display_number(read_end, server)}", server=server, home=home)


def _display_number(read_end: int, server: Program) -> int:
    text = b""
    while not text.endswith(b"\n"):
        readable, _, _ = select.select([read_end], [], [], START_SECONDS)
        more = os.read(read_end, 16) if readable else b""
        if not more:
            raise NotInTimeError(f"the X server did not start\n{server.describe()}")
        text += more
    return int(text)
