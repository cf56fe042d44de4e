"""Write the unit, the desktop entries and the icon of a package for all users.

Arguments: the folder that becomes /usr, the path of the command, and the command line of the
service. Packages call this with the source or the installed package on PYTHONPATH; it needs the
standard library only.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from nightcare.desktop.desktop_entry import ENTRY, ICON, MENU_ENTRY, entry_text
from nightcare.desktop.systemd.unit_file import NAME, unit_text


def write_desktop_files(usr: Path, command: str, service: list[str]) -> None:
    """Write the files.

    The unit starts and stops with the graphical session, because a package cannot know the session
    of a user. `nightcare install` writes the unit that suits it.
    """
    share = usr / "share"
    texts = {
        usr / "lib" / "systemd" / "user" / NAME: unit_text(service, state=None, graphical=True),
        share / ENTRY: entry_text([command], ENTRY),
        share / MENU_ENTRY: entry_text([command], MENU_ENTRY),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    icon = share / ICON
    icon.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parents[2] / "src" / "nightcare" / ICON.name, icon)


if __name__ == "__main__":
    write_desktop_files(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
