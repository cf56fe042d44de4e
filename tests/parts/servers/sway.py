"""sway, the Wayland compositor that mako and swaync draw on, in a window of the X display."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from parts.display import HEIGHT, WIDTH, Display
from parts.home import ANOTHER_DATE, Home
from parts.processes import Program, eventually, find_program, running
from parts.servers.real_server import DRAW_SECONDS

NOBODY = 65534
"""Debian's user and group with this number own nothing."""
SOCKET = "wayland-1"
BACKGROUND = bytes.fromhex("2b3f55")
CONFIG = f"""xwayland disable
output X11-1 resolution {WIDTH}x{HEIGHT}
output * bg #{BACKGROUND.hex()} solid_color
"""


@contextlib.contextmanager
def sway(display: Display, home: Home) -> Iterator[tuple[Program, str]]:
    """Run a compositor in a window as large as the display.

    Returns:
        Its process, and the value of WAYLAND_DISPLAY for its clients.
    """
    runtime = Path(tempfile.mkdtemp(prefix="nc-sway-", dir="/tmp"))
    try:
        config = runtime / "config"
        config.write_text(CONFIG, encoding="utf-8")
        command = [find_program("sway", "sway"), "-c", str(config)]
        if os.getuid() == 0:
            # sway refuses to be root.
            os.chown(runtime, NOBODY, NOBODY)
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                       *command]  # fmt: skip
        environment = display.environment(
            HOME=str(runtime), XDG_RUNTIME_DIR=str(runtime), WLR_BACKENDS="x11",
            WLR_RENDERER="pixman",
        )  # fmt: skip
        # Its date does not matter, and it may not open the semaphore that libfaketime made as root.
        for name in ANOTHER_DATE:
            environment.pop(name, None)
        with running(command, environment, home.log("sway")) as program:
            eventually((runtime / SOCKET).exists, DRAW_SECONDS, "sway's socket", program)
            eventually(
                lambda: display.picture().is_plain(BACKGROUND), DRAW_SECONDS, "its desk", program
            )
            yield program, str(runtime / SOCKET)
    finally:
        shutil.rmtree(runtime)
