"""The person's browser: started by what their desktop has, and a failure is heard of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nightcare.desktop import programs as desktop_programs
from parts.processes import eventually
from parts.scripts import shell_program

Install = Callable[[str, str], None]

LONG = 60.0


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return the folder of the desktop's programs, empty at first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


@pytest.fixture
def install(programs: Path) -> Install:
    """Install a program that is a shell script."""

    def write(name: str, script: str) -> None:
        shell_program(programs / name, script)

    return write


def test_the_desktop_is_asked_to_show_the_page(
    tmp_path: Path, programs: Path, install: Install
) -> None:
    """By its address, in which no sign means something else."""
    page = tmp_path / "my page #1?.html"
    said = tmp_path / "said"
    install("xdg-open", f'printf "%s|" "$@" > "{said}"')
    assert desktop_programs.open_in_browser(page, {"PATH": str(programs), "DISPLAY": ":0"})
    assert said.read_text(encoding="utf-8") == f"{page.as_uri()}|"
    assert page.as_uri().endswith("/my%20page%20%231%3F.html")


def test_what_fails_gives_way_to_the_next(tmp_path: Path, programs: Path, install: Install) -> None:
    """With neither there is no browser."""
    variables = {"PATH": str(programs), "WAYLAND_DISPLAY": "wayland-0"}
    page = tmp_path / "page.html"
    assert not desktop_programs.open_in_browser(page, variables)
    install("xdg-open", "exit 3")
    assert not desktop_programs.open_in_browser(page, variables)
    install("gio", f'test "$1" = open && printf "%s" "$2" > "{tmp_path / "said"}"')
    assert desktop_programs.open_in_browser(page, variables)
    assert (tmp_path / "said").read_text(encoding="utf-8") == page.as_uri()


def test_without_a_screen_there_is_no_browser(
    tmp_path: Path, programs: Path, install: Install
) -> None:
    """None takes the terminal instead."""
    install("xdg-open", f'touch "{tmp_path / "asked"}"')
    assert not desktop_programs.open_in_browser(
        tmp_path / "page.html", {"PATH": str(programs), "DISPLAY": ""}
    )
    assert not (tmp_path / "asked").exists()


def test_a_browser_that_stays_is_not_waited_for(
    tmp_path: Path, programs: Path, install: Install
) -> None:
    """A program that runs longer than a failure takes is the browser; it outlives the command."""
    ended = tmp_path / "ended"
    go_on = tmp_path / "go-on"
    install(
        "xdg-open",
        f"PATH={shutil.which('sleep') and str(Path(str(shutil.which('sleep'))).parent)}\n"
        f'while [ ! -e "{go_on}" ]; do sleep 0.02; done; echo yes > "{ended}.new"\n'
        f'mv "{ended}.new" "{ended}"',
    )
    script = (
        "import sys; from pathlib import Path; from nightcare.desktop import programs; "
        "variables = {'PATH': sys.argv[2], 'DISPLAY': ':0'}; "
        "print(programs.open_in_browser(Path(sys.argv[1]), variables, 0.1))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "page.html"), str(programs)],
        env={"PYTHONPATH": str(Path(desktop_programs.__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert not ended.exists()
    go_on.touch()
    eventually(ended.exists, LONG, "the browser to end by itself")
    assert ended.read_text(encoding="utf-8") == "yes\n"


def test_other_platforms_have_pythons_own_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own module knows the browsers there."""
    opened: list[str] = []

    def open_it(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("webbrowser.open", open_it)
    assert desktop_programs.open_in_browser(tmp_path / "page.html", {})
    assert opened == [(tmp_path / "page.html").as_uri()]
