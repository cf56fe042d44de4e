"""Variables that arrive late, told by a systemctl of the test's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nightcare.desktop.systemd.service_manager import ServiceEnvironment, manager_environment
from nightcare.desktop.systemd.unit_file import environment_of, words_of
from parts.scripts import shell_program

SECONDS = 60.0


class Manager:
    """A user manager that says what a file holds."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        shell_program(folder / "bin" / "systemctl", f'test -e "{self._said}" && cat "{self._said}"')
        self.variables = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}

    def says(self, **variables: str) -> None:
        """Give services these from now on."""
        lines = [f"{name}={value}\n" for name, value in variables.items()]
        self._said.write_text("".join(lines), encoding="utf-8")


def test_what_is_missing_or_changes_is_taken_over(tmp_path: Path) -> None:
    """Variables that the unit sets stay, and so do those that are not followed."""
    manager = Manager(tmp_path)
    manager.says(LANG="da_DK.UTF-8", XDG_CURRENT_DESKTOP="sway", HOME="/elsewhere")

    async def story() -> None:
        changes: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        started = {**manager.variables, "LANG": "en_GB.UTF-8"}
        own = ServiceEnvironment(started, managed=True)
        incomplete = [own.incomplete]
        following = asyncio.create_task(own.run(changes.put_nowait))
        async with asyncio.timeout(SECONDS):
            assert await changes.get() == {"XDG_CURRENT_DESKTOP"}
            incomplete.append(own.incomplete)
            assert incomplete == [True, False]
            assert own.variables["LANG"] == "en_GB.UTF-8"
            await own.settled()
            manager.says(LANG="da_DK.UTF-8", XDG_CURRENT_DESKTOP="KDE", HOME="/elsewhere")
            own.look()
            assert await changes.get() == {"XDG_CURRENT_DESKTOP"}
            manager.says(LANG="sv_SE.UTF-8")
            own.look()
            assert await changes.get() == {"LANG"}
            assert own.variables["XDG_CURRENT_DESKTOP"] == "KDE"
            assert "HOME" not in own.variables
        following.cancel()

    asyncio.run(story())


def test_a_manager_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    """It is asked again at the next event."""
    manager = Manager(tmp_path)

    async def story() -> None:
        changes: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        own = ServiceEnvironment(manager.variables, managed=True)
        following = asyncio.create_task(own.run(changes.put_nowait))
        own.look()
        async with asyncio.timeout(SECONDS):
            await own.settled()
            assert own.variables == manager.variables
            manager.says(LANG="da_DK.UTF-8")
            own.look()
            assert await changes.get() == {"LANG"}
        following.cancel()

    asyncio.run(story())


def test_a_service_of_a_terminal_asks_nobody(tmp_path: Path) -> None:
    """Its environment is that of the person who started it."""
    manager = Manager(tmp_path)
    manager.says(LANG="da_DK.UTF-8")

    async def story() -> None:
        own = ServiceEnvironment(manager.variables, managed=False)
        own.look()
        await own.run(lambda _: None)
        await own.settled()
        assert own.variables == manager.variables

    asyncio.run(story())


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
