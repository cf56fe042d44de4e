"""The icon, the hidden desktop entry of the notifications, and the entry in the menu.

Source: the Desktop Entry Specification, "The Exec key", and the Icon Theme Specification,
"Installing Application Icons", both of freedesktop.org.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from nightcare.atomic_write import replace_entry
from nightcare.errors import install_errors

ENTRY = Path("applications", "nightcare.desktop")
"""The hidden entry by which a desktop identifies the notifications. Some desktops start it on a
click on a notification's text, so its command has no visible effect."""

MENU_ENTRY = Path("applications", "nightcare-page.desktop")
"""The entry that people see in the menu."""

_COMMANDS = {ENTRY: "status", MENU_ENTRY: "page"}
"""The command of each."""

ICON = Path("icons", "hicolor", "scalable", "apps", "nightcare.svg")
"""All below a folder of data, such as ~/.local/share."""

_EVERYWHERE = "appointment-soon"
"""A standard name of the freedesktop Icon Naming Specification, which every theme has."""

_SYSTEM_DATA = "/usr/local/share:/usr/share"
_QUOTED = str.maketrans({sign: f"\\{sign}" for sign in '"`$\\'})
_ESCAPED = str.maketrans({"\n": "\\n", "\t": "\\t", "\r": "\\r"})


def icon(variables: Mapping[str, str]) -> str:
    """Return the name of the icon of notifications: our own if installed, else a common one."""
    system = (variables.get("XDG_DATA_DIRS") or _SYSTEM_DATA).split(":")
    places = [data_folder(variables), *(Path(part) for part in system if part.startswith("/"))]
    return ICON.stem if any(_is_file(place / ICON) for place in places) else _EVERYWHERE


def data_folder(variables: Mapping[str, str]) -> Path:
    """Return the user's own data folder."""
    return Path(variables.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def entry_text(program: Sequence[str], entry: Path = ENTRY) -> str:
    """Return the text of a desktop entry.

    Args:
        program: How nightcare is started, without a command.
        entry: Which entry.
    """
    command = " ".join(_argument(part) for part in (*program, _COMMANDS[entry]))
    return _packaged(entry).replace("@COMMAND@", command)


def files(variables: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where the icon and the desktop entries are installed."""
    folder = data_folder(variables)
    return tuple(folder / one for one in (ICON, ENTRY, MENU_ENTRY))


def install(program: Sequence[str], variables: Mapping[str, str]) -> None:
    """Write the desktop entries and the icon.

    Args:
        program: How nightcare is started, without a command.
        variables: The environment.

    Raises:
        DesktopError: They cannot be written.
    """
    folder = data_folder(variables)
    texts = {ICON: _packaged(ICON), **{one: entry_text(program, one) for one in _COMMANDS}}
    for path, text in ((folder / name, text) for name, text in texts.items()):
        with install_errors(path):
            replace_entry(path, text)


def uninstall(variables: Mapping[str, str]) -> None:
    """Remove the desktop entries and the icons, with the folders that are then empty.

    Raises:
        DesktopError: They cannot be removed.
    """
    folder = data_folder(variables)
    for name in (*_COMMANDS, ICON):
        path = folder / name
        with install_errors(path):
            try:
                path.unlink(missing_ok=True)
            except NotADirectoryError:
                continue
        with contextlib.suppress(OSError):
            for parent in list(name.parents)[:-1]:
                (folder / parent).rmdir()


def _argument(part: str) -> str:
    """Return one word of an Exec key."""
    quoted = f'"{part.translate(_QUOTED)}"'.replace("%", "%%")
    # The value is text, in which a backslash is written as two.
    return quoted.replace("\\", "\\\\").translate(_ESCAPED)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _packaged(place: Path) -> str:
    """Return the packaged file for a place."""
    from importlib import resources  # noqa: PLC0415 - the service needs no more than the name

    return resources.files("nightcare").joinpath(place.name).read_text(encoding="utf-8")
