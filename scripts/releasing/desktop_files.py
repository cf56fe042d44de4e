"""Write the unit, the desktop entries and the icon of a package for all users.

Arguments: the folder that becomes /usr, the path of the command, and the command line of the
service; or `--bridge`, the folder, and the command line of the bridge. Packages call this with the
source or the installed package on PYTHONPATH; it needs the standard library only.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from nightcare.desktop.desktop_entry import ENTRY, ICON, MENU_ENTRY, entry_text
from nightcare.desktop.systemd.unit_file import BRIDGE, NAME, unit_text

UNITS = Path("lib", "systemd", "user")


def write_desktop_files(usr: Path, command: str, service: list[str]) -> None:
    """Write the files.

    The unit starts and stops with the graphical session, because a package cannot know the session
    of a user. `nightcare install` writes the unit that suits it.
    """
    share = usr / "share"
    texts = {
        usr / UNITS / NAME: unit_text(service, state=None, graphical=True),
        share / ENTRY: entry_text([command], ENTRY),
        share / MENU_ENTRY: entry_text([command], MENU_ENTRY),
    }
    for path, text in texts.items():
        _write(path, text)
    icon = share / ICON
    icon.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parents[2] / "src" / "nightcare" / ICON.name, icon)


def write_bridge_unit(usr: Path, bridge: list[str]) -> None:
    """Write the unit of the bridge."""
    _write(usr / UNITS / BRIDGE, unit_text(bridge, state=None, graphical=True, name=BRIDGE))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--bridge":
        write_bridge_unit(Path(sys.argv[2]), sys.argv[3:])
    else:
        write_desktop_files(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
