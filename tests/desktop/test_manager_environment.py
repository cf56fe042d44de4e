"""What systemctl prints of an environment, read; a real manager is asked in tests/real."""

from __future__ import annotations

from nightcare.desktop.manager_environment import (
    environment_of,
    words_of,
)

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
