"""The desktop entry and the icon: where they are put, what they say, and that they go again."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from nightcare.desktop import desktop_entry
from nightcare.errors import DesktopError
from parts.processes import SEARCH_PATH, find_program, run_tool

ENTRY = Path("applications/nightcare.desktop")
MENU_ENTRY = Path("applications/nightcare-page.desktop")
ICON = Path("icons/hicolor/scalable/apps/nightcare.svg")


def variables(folder: Path) -> dict[str, str]:
    """Return the environment of a person with this data folder, and without system folders."""
    return {"XDG_DATA_HOME": str(folder), "XDG_DATA_DIRS": str(folder / "system")}


def entry(text: str) -> configparser.SectionProxy:
    """Return the single group of a desktop entry."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keys have capitals
    parser.read_string(text)
    return parser["Desktop Entry"]


@pytest.mark.real
def test_the_desktop_entry_is_valid(tmp_path: Path) -> None:
    """freedesktop.org's own program finds nothing wrong with it, nor anything to remark."""
    desktop_entry.install(['/opt/my "tools" 100%/$x`\\y'], variables(tmp_path))
    tool = find_program("desktop-file-validate", "desktop-file-utils")
    entries = [str(tmp_path / one) for one in (ENTRY, MENU_ENTRY)]
    assert run_tool([tool, *entries], {"PATH": SEARCH_PATH}) == b""


def test_it_names_icon_and_purpose_and_stays_out_of_menus() -> None:
    """Desktops find the icon and know that notifications come; nobody finds it in a menu."""
    group = entry(desktop_entry.entry_text(["nightcare"]))
    assert group["Icon"] == "nightcare"
    assert group["NoDisplay"] == "true"
    assert group["X-GNOME-UsesNotifications"] == "true"
    assert group["Comment[da]"] != group["Comment"]
    assert group["GenericName[da]"] != group["GenericName"]


def test_the_menu_has_an_entry_with_name_icon_and_purpose() -> None:
    """It opens the page, in both languages, and is told apart from notifications."""
    group = entry(desktop_entry.entry_text(["nightcare"], desktop_entry.MENU_ENTRY))
    assert (group["Name"], group["Icon"]) == ("nightcare", "nightcare")
    assert group["Exec"].endswith('"page"')
    assert "NoDisplay" not in group
    assert "X-GNOME-UsesNotifications" not in group
    assert group["Categories"] == "Utility;"
    for key in ("Comment", "GenericName", "Keywords"):
        assert group[f"{key}[da]"] != group[key]


@pytest.mark.parametrize(
    "part", ["/usr/bin/nightcare", "/home/my tools/søren", '/a"b', "/a`b", "/a$b", "/a\\b", "/a%b"]
)
def test_a_command_survives_the_quoting(part: str) -> None:
    """Spaces, quotes, percent and dollar signs and backslashes mean themselves."""
    value = entry(desktop_entry.entry_text([part]))["Exec"]
    # Read as the specification says: as text first, then as words, then the field codes.
    quoted = re.findall(r'"((?:\\.|[^"\\])*)"', value.replace("\\\\", "\\"))
    words = [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]
    assert words == [part, "status"]


def test_the_icon_is_a_picture_that_scales(tmp_path: Path) -> None:
    """It is SVG that draws itself: no scripts, no links, nothing from elsewhere."""
    desktop_entry.install(["nightcare"], variables(tmp_path))
    root = ET.fromstring((tmp_path / ICON).read_text(encoding="utf-8"))  # noqa: S314 - our own
    assert root.get("viewBox") == "0 0 64 64"
    names = {one.tag.removeprefix("{http://www.w3.org/2000/svg}") for one in root.iter()}
    assert names == {"svg", "title", "rect", "path"}


def test_notifications_use_the_icon_where_it_is_installed(tmp_path: Path) -> None:
    """Before and after, they use one that every theme has; a system's own will do as well."""
    own = variables(tmp_path)
    assert desktop_entry.icon(own) == "appointment-soon"
    desktop_entry.install(["nightcare"], own)
    assert desktop_entry.icon(own) == "nightcare"
    assert desktop_entry.icon({**own, "XDG_DATA_HOME": "/nowhere"}) == "appointment-soon"
    system = {"XDG_DATA_HOME": "/nowhere", "XDG_DATA_DIRS": f"relative::{tmp_path}"}
    assert desktop_entry.icon(system) == "nightcare"
    desktop_entry.uninstall(own)
    assert desktop_entry.icon(own) == "appointment-soon"


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    """Its files go, and the folders that were made for them; what others put there stays."""
    own = variables(tmp_path / "data")
    desktop_entry.install(["nightcare"], own)
    desktop_entry.install(["nightcare"], own)
    desktop_entry.uninstall(own)
    assert list((tmp_path / "data").iterdir()) == []
    desktop_entry.uninstall(own)

    desktop_entry.install(["nightcare"], own)
    other = tmp_path / "data" / ENTRY.with_name("other.desktop")
    other.touch()
    desktop_entry.uninstall(own)
    assert [path for path in (tmp_path / "data").rglob("*") if path.is_file()] == [other]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The error names what is in the way; taking back what cannot be there is no error."""
    (tmp_path / "data").touch()
    own = variables(tmp_path / "data")
    with pytest.raises(DesktopError) as told:
        desktop_entry.install(["nightcare"], own)
    assert told.value.values["path"] == tmp_path / "data"
    desktop_entry.uninstall(own)
