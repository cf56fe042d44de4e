"""The environment that systemctl prints; tests/real asks a real manager."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.desktop.manager_environment import (
    environment_of,
    manager_environment,
    words_of,
)
from parts.scripts import shell_program

PRINTED = r"""LANG=da_DK.UTF-8
DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/a,guid=1
XDG_CURRENT_DESKTOP=ubuntu:GNOME
EMPTY=
BLANK=$'x y'
HARD=$'it\'s \\ \n \'x\' æ'
LAST=$x
"""


def test_what_is_printed_is_read() -> None:
    """By systemctl(1), with its quoting of what a shell would not take plainly."""
    assert environment_of(PRINTED) == {
        "LANG": "da_DK.UTF-8",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/tmp/a,guid=1",
        "XDG_CURRENT_DESKTOP": "ubuntu:GNOME",
        "EMPTY": "",
        "BLANK": "x y",
        "HARD": "it's \\ \n 'x' æ",
        "LAST": "$x",
    }
    assert words_of(r"/a/b $'/my own/c' /d") == ["/a/b", "/my own/c", "/d"]


def test_the_manager_is_asked(tmp_path: Path) -> None:
    """It can be missing, or refuse."""
    variables = {"PATH": str(tmp_path)}
    with pytest.raises(OSError, match="systemctl"):
        manager_environment(variables, 10.0)
    shell_program(tmp_path / "systemctl", 'test "$*" = "--user show-environment" && echo A=b')
    assert manager_environment(variables, 10.0) == {"A": "b"}
    shell_program(tmp_path / "systemctl", "echo no manager >&2; exit 1")
    with pytest.raises(OSError, match="no manager"):
        manager_environment(variables, 10.0)
