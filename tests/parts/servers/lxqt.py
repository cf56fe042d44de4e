"""lxqt-notificationd, which draws real buttons with Qt and keeps what was answered open."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from parts.bus import NOTIFICATIONS, PrivateBus
from parts.display import Box, Display
from parts.home import Home
from parts.processes import eventually, find_program, running
from parts.servers.real_server import (
    DRAW_SECONDS,
    FRAME_COLOUR,
    RealServer,
    Shown,
    own_folder,
    toolkit_environment,
)

CROSS_COLOUR = bytes.fromhex("1e64c8")
STYLE = f"""QPushButton {{ border: 2px solid #{FRAME_COLOUR.hex()}; padding: 4px; }}
#closeButton {{ border: 2px solid #{CROSS_COLOUR.hex()}; min-width: 24px; min-height: 24px; }}
"""
THEME = "framed"


class Lxqt(RealServer):
    """A running lxqt-notificationd."""

    __slots__ = ()
    answers: ClassVar[str] = "buttons"

    def close(self) -> None:
        """Click on its cross."""
        cross = eventually(
            lambda: self.display.picture().frames(CROSS_COLOUR),
            DRAW_SECONDS,
            "the cross",
            self.program,
        )[0]
        self.display.click(*cross.center)

    def do_not_disturb(self, *, on: bool) -> None:
        """Write its setting, as its panel does; it watches the file."""
        _configure(self.folder, quiet=on)

    def _choose(self, target: Shown, label: str) -> None:
        self._click_button(target, label)

    def _drawn_buttons(self) -> tuple[Box, ...]:
        return self._framed()


@contextlib.contextmanager
def lxqt_notificationd(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
) -> Iterator[Lxqt]:
    """Run LXQt's until leaving; on entry it owns the name of a notification server."""
    folder = own_folder(home, "lxqt")
    theme = folder / ".local" / "share" / "lxqt" / "themes" / THEME
    theme.mkdir(parents=True, exist_ok=True)
    (theme / "lxqt-notificationd.qss").write_text("" if plain else STYLE, encoding="utf-8")
    settings = folder / ".config" / "lxqt" / "lxqt.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[General]\ntheme={THEME}\n", encoding="utf-8")
    _configure(folder, quiet=False)
    environment = toolkit_environment(display, bus, folder, QT_QPA_PLATFORM="xcb")
    command = [find_program("lxqt-notificationd", "lxqt-notificationd")]
    with bus.monitor() as monitor, running(command, environment, home.log("lxqt")) as program:
        bus.wait_for_owner(NOTIFICATIONS, program)
        yield Lxqt(program, display, bus, monitor, folder)


def _configure(folder: Path, *, quiet: bool) -> None:
    path = folder / ".config" / "lxqt" / "notifications.conf"
    # In one step, as its panel does: half a file would be read as one that says nothing.
    fresh = path.with_suffix(".new")
    # Without the mark of a person's own file it writes the file anew when it starts, and over this.
    text = f"[General]\n__userfile__=true\ndoNotDisturb={str(quiet).lower()}\n"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
