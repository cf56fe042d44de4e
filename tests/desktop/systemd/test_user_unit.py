"""The units beside a scripted `systemctl`; tests/real has a real user manager."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nightcare.desktop.systemd import user_unit
from nightcare.errors import DesktopError
from parts.scripts import shell_program

SERVICE, BRIDGE = "nightcare.service", "nightcare-bridge.service"
COMMAND = ["/opt/python", "-P", "-m", "nightcare.service"]

SYSTEMCTL = """#!/bin/sh
shift
echo "$*" >>{folder}/calls
case "$*" in
    "show --property=UnitPath --value") echo {folder}/systemd/user.control {folder}/systemd/user ;;
    "show --property=DropInPaths --value "*) echo {folder}/own.conf ;;
    "show --property=ExecStart --value "*) echo "{{ path=/opt/python ; argv[]=/opt/python ; }}" ;;
    "show --property=Result --value "*) echo exit-code ;;
    "show --property=ExecMainStatus --value "*) echo 203 ;;
esac
while read -r failing; do
    case "$*" in "$failing"*) echo "Refused: $failing" >&2; exit 1 ;; esac
done <{folder}/failing
"""


class Manager:
    """A user manager that notes what it is asked, and fails as it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units = folder / "systemd" / "user"
        (folder / "calls").touch()
        self.fail()
        path = folder / "bin" / "systemctl"
        path.parent.mkdir()
        path.write_text(SYSTEMCTL.format(folder=folder), encoding="utf-8")
        path.chmod(0o755)

    def fail(self, *commands: str) -> None:
        """Let commands that begin so fail."""
        (self.folder / "failing").write_text("".join(f"{one}\n" for one in commands))

    def calls(self) -> list[str]:
        """Return what was asked since the last time, apart from questions."""
        path = self.folder / "calls"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("")
        return [line for line in lines if not line.startswith(("show", "is-"))]


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manager:
    """Return the user manager of a home of its own."""
    made = Manager(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.defpath}")
    return made


@pytest.mark.parametrize("graphical", [True, False])
def test_the_service_is_written_enabled_and_started(manager: Manager, *, graphical: bool) -> None:
    """It goes with the graphical session where there is one."""
    manager.fail(*([] if graphical else ["is-active --quiet graphical-session.target"]))
    path = user_unit.install(COMMAND, manager.folder / "state")
    assert path == manager.units / SERVICE
    text = path.read_text(encoding="utf-8")
    assert "/opt/python" in text
    assert f"XDG_STATE_HOME={manager.folder}/state" in text
    assert ("PartOf=graphical-session.target" in text) is graphical
    assert manager.calls() == [
        "daemon-reload",
        "daemon-reload",
        f"reenable --quiet {SERVICE}",
        f"reset-failed {SERVICE}",
        f"restart {SERVICE}",
    ]


@pytest.mark.parametrize("before", [None, "[Unit]\nDescription=own\n"])
def test_a_service_that_does_not_start_leaves_the_unit_as_it_was(
    manager: Manager, before: str | None
) -> None:
    """The error says what systemd knows, and a service that was active is started again."""
    path = manager.units / SERVICE
    if before is not None:
        path.parent.mkdir(parents=True)
        path.write_text(before, encoding="utf-8")
    manager.fail(f"restart {SERVICE}")
    with pytest.raises(DesktopError) as caught:
        user_unit.install(COMMAND, manager.folder / "state")
    assert caught.value.key == "service_did_not_start"
    assert caught.value.values == {"unit": SERVICE, "result": "exit-code", "status": "203"}
    assert (path.read_text(encoding="utf-8") if path.exists() else None) == before
    assert manager.calls()[-1] == f"start {SERVICE}"


def test_a_drop_in_that_starts_another_installation_is_named(manager: Manager) -> None:
    """It counts whatever was written into the unit."""
    drop_in = manager.folder / "own.conf"
    assert user_unit.overrides() == ()
    drop_in.write_text("[Service]\nNice=5\n")
    assert user_unit.overrides() == ()
    drop_in.write_text("[Service]\nExecStart=\nExecStart=/opt/python\n")
    assert user_unit.overrides() == (str(drop_in),)


def test_a_refusal_of_systemd_is_quoted(manager: Manager) -> None:
    """Nothing is written before the manager answers."""
    manager.fail("daemon-reload")
    with pytest.raises(DesktopError) as caught:
        user_unit.install(COMMAND, manager.folder / "state")
    assert caught.value.key == "systemd_refused"
    assert caught.value.values == {"command": "daemon-reload", "reason": "Refused: daemon-reload"}
    assert not manager.units.exists()


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("Failed to connect to bus: No medium found", "systemd_unreachable"),
        ("$DBUS_SESSION_BUS_ADDRESS and $XDG_RUNTIME_DIR not defined", "systemd_unreachable"),
        ("Failed to reenable unit: Access denied", "systemd_refused"),
    ],
)
def test_only_a_manager_that_cannot_be_reached_is_looked_for_elsewhere(
    manager: Manager, reason: str, key: str
) -> None:
    """The advice to use another session would not help otherwise."""
    shell_program(manager.folder / "bin" / "systemctl", f"echo '{reason}' >&2; exit 1")
    with pytest.raises(DesktopError) as caught:
        user_unit.reach()
    assert (caught.value.key, caught.value.values["reason"]) == (key, reason)


@pytest.mark.parametrize(
    ("place", "kind", "key"),
    [
        ("default.target.wants", "file", "file_in_the_way"),
        ("graphical-session.target.wants", "link", "file_in_the_way"),
        (f"default.target.wants/{SERVICE}", "file", "file_in_the_way"),
        (f"default.target.wants/{SERVICE}", "folder", "folder_in_the_way"),
        (SERVICE, "folder", "folder_in_the_way"),
        ("", "file", "file_in_the_way"),
    ],
)
def test_what_is_in_the_way_is_named(manager: Manager, place: str, kind: str, key: str) -> None:
    """Nothing else is changed."""
    path = manager.units / place
    path.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "file":
            path.write_text("mine")
        case "link":
            path.symlink_to("/etc/hostname")
        case "folder":
            path.mkdir()
    before = sorted(manager.units.rglob("*"))
    with pytest.raises(DesktopError) as caught:
        user_unit.install(COMMAND, manager.folder / "state")
    assert (caught.value.key, caught.value.values) == (key, {"path": path})
    assert sorted(manager.units.rglob("*")) == before


def test_a_systemctl_that_fails_without_a_word_is_told_by_its_status(manager: Manager) -> None:
    """No empty reason is quoted."""
    path = manager.folder / "bin" / "systemctl"
    path.write_text("#!/bin/sh\necho >&2\nexit 3\n", encoding="utf-8")
    with pytest.raises(DesktopError) as caught:
        user_unit.reach()
    assert caught.value.key == "systemd_failed"
    assert caught.value.values == {"command": "daemon-reload", "status": 3}


def test_a_refusal_in_another_encoding_is_quoted(manager: Manager) -> None:
    """As systemctl prints it in a locale of its own."""
    program = manager.folder / "bin" / "systemctl"
    program.write_bytes(b"#!/bin/sh\nprintf 'N\\370gle mangler\\n' >&2; exit 1\n")
    with pytest.raises(DesktopError) as caught:
        user_unit.install(COMMAND, manager.folder / "state")
    assert caught.value.values["reason"] == "N\ufffdgle mangler"


def test_without_systemd_nothing_is_installed_and_nothing_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit would be in the folder that the environment names."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DesktopError) as caught:
        user_unit.install(COMMAND, tmp_path / "state")
    assert caught.value.key == "no_systemd"
    variables = {"HOME": str(tmp_path)}
    assert user_unit.unit_file(variables) == tmp_path / ".config" / "systemd" / "user" / SERVICE
    assert user_unit.environment() == {}
    assert not user_unit.is_active()
    assert not user_unit.uninstall(variables)
    assert not user_unit.uninstall_bridge(variables)


def test_the_bridge_is_installed_beside_the_service_and_removed(manager: Manager) -> None:
    """Its unit starts with the service; a second removal finds nothing."""
    path, link = user_unit.bridge_files(os.environ)
    assert path == manager.units / BRIDGE
    user_unit.write_bridge(user_unit.bridge_command(None), manager.folder / "state")
    user_unit.start_bridge()
    assert "nightcare.bridge" in path.read_text(encoding="utf-8")
    assert manager.calls()[-1] == f"start {BRIDGE}"
    link.parent.mkdir()
    link.symlink_to(path)
    assert user_unit.uninstall_bridge(os.environ)
    assert not path.exists()
    assert not link.is_symlink()
    assert manager.calls() == [f"disable --now --quiet {BRIDGE}", "daemon-reload"]
    assert not user_unit.uninstall_bridge(os.environ)


def test_a_bridge_that_does_not_start_is_reported(manager: Manager) -> None:
    """It names the unit whose log says more."""
    manager.fail(f"start {BRIDGE}")
    with pytest.raises(DesktopError) as caught:
        user_unit.start_bridge()
    assert caught.value.values["unit"] == BRIDGE


def test_the_service_is_removed_with_its_links(manager: Manager) -> None:
    """One of an earlier version, where only the shell looks, goes as well."""
    old = manager.folder / ".config" / "systemd" / "user" / SERVICE
    link = manager.units / "default.target.wants" / SERVICE
    for path in (old, link, manager.units / SERVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(manager.folder) if path == link else path.touch()
    assert user_unit.uninstall(os.environ)
    assert not any(one.exists() or one.is_symlink() for one in (old, link, manager.units / SERVICE))
    assert manager.calls() == [
        f"disable --now --quiet {SERVICE}",
        "daemon-reload",
        f"reset-failed {SERVICE}",
    ]
    manager.fail("is-active", "is-enabled")
    assert not user_unit.uninstall(os.environ)
    assert not user_unit.comes_back()


def test_the_command_is_this_very_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter that runs now: a script beside it may name one that is gone."""
    (tmp_path / "nightcare").touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    program = [str(tmp_path / "python"), "-P", "-m", "nightcare"]
    assert user_unit.own_command(None) == program
    named = ["--config", "/etc/my.toml"]
    assert user_unit.own_command(Path("/etc/my.toml")) == [*program, *named]
    service = [str(tmp_path / "python"), "-P", "-m", "nightcare.service"]
    assert user_unit.service_command(None) == service
    assert user_unit.service_command(Path("/etc/my.toml")) == [*service, *named]
