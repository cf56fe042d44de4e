"""A service whose environment differs from the shell's: a real user manager, real buses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from parts.home import Home
from parts.program import LATER, Nightcare
from parts.user_manager import UserManager, user_manager

pytestmark = pytest.mark.real

UNIT = "nightcare.service"


@pytest.fixture
def manager(home: Home) -> Iterator[UserManager]:
    """The user manager of who lives there; its log takes what the service prints."""
    with user_manager(home) as own:
        yield own


@pytest.fixture
def night(home: Home) -> Nightcare:
    """The program for that person, with a config and not installed."""
    made = Nightcare(home)
    made.configure(LATER)
    return made


def elsewhere(night: Nightcare, name: str) -> Path:
    """A folder that nothing but a shell's variable names."""
    return night.home.path / "elsewhere" / name


def tree(*folders: Path) -> dict[str, object]:
    """All files and links below some folders, with their content."""
    return {
        str(path): path.readlink() if path.is_symlink() else path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def all_but_the_journal(night: Nightcare) -> dict[str, object]:
    """All files of the person, but for those that a running service writes."""
    found = tree(night.home.path)
    return {path: one for path, one in found.items() if not Path(path).is_relative_to(night.state)}


@pytest.mark.usefixtures("manager")
def test_commands_use_the_state_folder_of_the_service(night: Nightcare) -> None:
    """XDG_STATE_HOME that a shell alone exports makes no second journal and no second service.

    As it broke elsewhere: home-manager#5542.
    """
    night.command("install")
    other = elsewhere(night, "state")
    shell = replace(night, session={"XDG_STATE_HOME": str(other)})
    shell.command("pause", "2h")
    assert night.json("status")["paused_until"] is not None
    assert shell.command("status").out.startswith("nightcare is running")
    shell.command("resume")
    assert night.json("status")["paused_until"] is None
    shell.command("cramp", "add")
    assert len(night.json("cramp", "list")["cramps"]) == 1
    assert "running already" in shell.command("run", code=1).err
    shell.command("uninstall", "--purge", "--yes")
    assert not other.exists()
    assert not night.state.exists()
    assert not night.config.exists()


def test_the_service_uses_the_state_folder_that_install_found(
    night: Nightcare, manager: UserManager
) -> None:
    """The unit records it; so commands find it while the service is stopped, too."""
    shell = replace(night, session={"XDG_STATE_HOME": str(elsewhere(night, "state"))})
    shell.command("install")
    night.command("pause", "2h")
    manager.systemctl("stop", UNIT)
    assert "Paused" in night.command("status", code=69).out
    assert "Paused" in shell.command("status", code=69).out
    assert not night.state.exists()
    night.command("cramp", "add")
    manager.systemctl("start", UNIT)
    assert len(night.json("cramp", "list")["cramps"]) == 1
    assert elsewhere(night, "state/nightcare/journal.sqlite").is_file()


def test_a_config_folder_of_the_shell_is_the_services_too(
    night: Nightcare, manager: UserManager
) -> None:
    """The unit goes where systemd looks, and names the config; uninstall leaves nothing.

    As it broke elsewhere: home-manager#5510.
    """
    before = tree(night.home.path)
    other = elsewhere(night, "config")
    own = other / "nightcare" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_bytes(
        night.config.read_bytes() + b'[reminders.more]\ntopic = "sleep"\nat = "12:00"\n'
    )
    shell = replace(night, session={"XDG_CONFIG_HOME": str(other)})
    shell.command("install")
    assert (night.home.config / "systemd" / "user" / UNIT).is_file()
    assert not (other / "systemd").exists()
    assert manager.show(UNIT, "StatusText") == "Reminders in force: 2"
    assert night.command("config", "path").out.strip() == str(own)
    manager.systemctl("stop", UNIT)
    assert night.command("config", "path").out.strip() == str(own)
    night.command("uninstall", "--purge", "--yes")
    assert not own.exists()
    night.command("uninstall", "--purge", "--yes")
    assert not night.config.exists()
    del before[str(night.config)]
    assert tree(night.home.path) == before


@pytest.mark.usefixtures("manager")
def test_an_icon_goes_where_the_desktop_looks(night: Nightcare) -> None:
    """XDG_DATA_HOME of the shell alone is not the desktop's."""
    other = elsewhere(night, "data")
    night.command("install", XDG_DATA_HOME=str(other))
    assert not other.exists()
    assert (night.home.data / "icons/hicolor/scalable/apps/nightcare.svg").is_file()
    night.command("uninstall", XDG_DATA_HOME=str(other))
    assert tree(night.home.data) == {}


@pytest.mark.parametrize("installed", [False, True])
def test_an_install_that_fails_leaves_everything_as_it_was(
    night: Nightcare, manager: UserManager, *, installed: bool
) -> None:
    """Config, unit, links, entry and icon; and a service that ran runs again."""
    night.config.unlink()
    if installed:
        night.command("install")
    before = all_but_the_journal(night)
    # It fails once; the service that ran before starts again.
    fault = night.home.aside / "fault"
    fault.touch()
    spoiled = night.home.runtime / "systemd" / "user" / f"{UNIT}.d" / "spoiled.conf"
    spoiled.parent.mkdir(parents=True)
    fails = f"/bin/sh -c 'test ! -e {fault} || {{ rm {fault}; false; }}'"
    spoiled.write_text(f"[Service]\nExecStartPre={fails}\nRestart=no\n", encoding="utf-8")
    manager.systemctl("daemon-reload")
    said = night.command("install", code=1)
    assert "did not start (exit-code" in said.err
    assert all_but_the_journal(night) == before
    assert (manager.show(UNIT, "ActiveState") == "active") is installed
    assert night.state.exists() is installed


@pytest.mark.usefixtures("manager")
def test_a_setting_of_the_shell_alone_is_told(night: Nightcare) -> None:
    """It counts in the command, and that the service goes by another is said."""
    night.command("install")
    shell = replace(night, session={"NIGHTCARE_SLEEP__BEDTIME": "21:00"})
    said = shell.command("next")
    assert "NIGHTCARE_SLEEP__BEDTIME" in said.err
    assert night.command("next").err == ""
    other = night.home.path / "other.toml"
    other.write_bytes(night.config.read_bytes())
    said = night.command("next", NIGHTCARE_CONFIG=str(other))
    assert f"Your service reads {night.config}" in said.err


def test_a_setting_of_the_service_alone_counts_for_commands(
    night: Nightcare, manager: UserManager
) -> None:
    """What they announce is what comes."""
    manager.systemctl("set-environment", "NIGHTCARE_SLEEP__BEDTIME=21:00")
    night.command("install")
    assert night.json("next")["due"][11:16] == "20:55"


@pytest.mark.usefixtures("manager")
def test_without_a_runtime_folder_commands_find_the_service(night: Nightcare) -> None:
    """As under cron, where little more than HOME is set: the unit says where its journal is."""
    night.command("install", XDG_STATE_HOME=str(elsewhere(night, "state")))
    cron = replace(night, session={"XDG_RUNTIME_DIR": "/nonexistent"})
    cron.command("pause", "2h")
    assert night.json("status")["paused_until"] is not None
    assert cron.command("status").out.startswith("nightcare is running")
    assert "running already" in cron.command("run", code=1).err
