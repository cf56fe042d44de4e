"""nightcare as a user service: installed into a real `systemd --user`, and taken back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

import nightcare
from nightcare.desktop.desktop_entry import ENTRY, ICON, MENU_ENTRY
from nightcare.desktop.systemd.unit_file import unit_text
from nightcare.desktop.systemd.user_unit import service_command
from parts.home import Home
from parts.processes import (
    HANG_SECONDS,
    Identity,
    ToolFailedError,
    eventually,
    find_program,
    run_tool,
)
from parts.program import LATER, Nightcare, moment, soon
from parts.user_manager import SESSION_TARGET, UserManager, user_manager

pytestmark = pytest.mark.real

PROJECT = Path(__file__).parents[2]
UNIT = "nightcare.service"
DEFAULT, GRAPHICAL = "default.target", "graphical-session.target"

INVALID = "[reminders.later]\ntopic = 3"


@pytest.fixture
def manager(home: Home) -> Iterator[UserManager]:
    """Run the user manager of that person; the output of the service goes into a file."""
    aside = home.runtime / "systemd" / "user" / f"{UNIT}.d" / "log.conf"
    aside.parent.mkdir(parents=True)
    to = f"append:{home.log('nightcare')}"
    aside.write_text(f"[Service]\nStandardOutput={to}\nStandardError={to}\n", encoding="utf-8")
    with user_manager(home) as own:
        yield own


@pytest.fixture
def night(home: Home) -> Nightcare:
    """Return the program for that person, not installed and without a config."""
    return Nightcare(home)


def unit_file(night: Nightcare) -> Path:
    """Return the path of the unit."""
    return night.home.config / "systemd" / "user" / UNIT


def wants(night: Nightcare, target: str) -> Path:
    """Return the link by which a target starts the unit."""
    return night.home.config / "systemd" / "user" / f"{target}.wants" / UNIT


def process(manager: UserManager) -> Identity:
    """Return the running service."""
    identity = Identity.of(int(manager.show(UNIT, "MainPID")))
    assert identity is not None
    return identity


def arguments(pid: int) -> list[str]:
    """Return the arguments of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]


def own_command() -> list[str]:
    """Return the command of this installation."""
    return [sys.executable, "-P", "-m", "nightcare"]


def printed(night: Nightcare) -> str:
    """Return the output of the service."""
    return night.home.log("nightcare").read_text(encoding="utf-8")


def assert_nothing_of_the_unit(night: Nightcare) -> None:
    """Check that the person has neither a unit nor a link to one."""
    units = night.home.config / "systemd"
    assert [path for path in units.rglob("*") if path.is_symlink() or not path.is_dir()] == []


def in_force(manager: UserManager) -> int:
    """Return the number of active reminders that the service reports."""
    (count,) = re.findall(r"\d+", manager.show(UNIT, "StatusText"))
    return int(count)


# Coming


def test_install_starts_the_service_now_and_with_every_login(
    night: Nightcare, manager: UserManager
) -> None:
    """A new user gets a config, a unit, and a service that runs; doing it again is fine."""
    said = night.command("install").out
    assert str(night.config) in said
    assert str(unit_file(night)) in said
    example = (PROJECT / "config.example.toml").read_text(encoding="utf-8")
    assert night.config.read_text(encoding="utf-8") == example
    template = (PROJECT / "systemd" / UNIT).read_text(encoding="utf-8")
    expected = template.replace("@SESSION@\n", "").replace("@TARGET@", f"{DEFAULT} {GRAPHICAL}")
    recorded = f"Environment=XDG_STATE_HOME={night.home.state}"
    expected = expected.replace("@ENVIRONMENT@", recorded)
    (before, after) = expected.split("@COMMAND@")
    written = unit_file(night).read_text(encoding="utf-8")
    assert written.startswith(before)
    assert written.endswith(after)
    assert wants(night, DEFAULT).is_symlink()
    assert manager.systemctl("is-active", UNIT) == "active\n"
    assert manager.systemctl("is-enabled", UNIT) == "enabled\n"
    assert in_force(manager) == 3
    first = process(manager)
    named = ["--config", str(night.config)]
    assert arguments(first.pid)[-3:] == ["nightcare.service", *named]
    status = night.json("status")
    assert (status["running"], status["pid"]) == (True, first.pid)
    assert (night.state.stat().st_mode & 0o777, night.config.is_file()) == (0o700, True)

    night.configure(LATER)
    night.command("install")
    assert not first.is_alive()
    assert process(manager).is_alive()
    assert in_force(manager) == 1


def test_what_runs_in_a_terminal_is_to_be_ended_first(
    night: Nightcare, manager: UserManager
) -> None:
    """The service could not start beside it; nothing is installed, and what to do is said."""
    night.configure(LATER)
    with night.service():
        said = night.command("install", code=1)
        assert "already running" in said.err
        assert "Ctrl-C" in said.err
        assert_nothing_of_the_unit(night)
    night.command("install")
    assert process(manager).is_alive()
    night.command("install")
    assert process(manager).is_alive()


def test_unit_is_one_that_systemd_has_nothing_against(
    night: Nightcare, manager: UserManager
) -> None:
    """Every directive of the unit is understood, and every filter can be put in force."""
    night.command("install")
    tool = find_program("systemd-analyze", "systemd")
    done = subprocess.run(
        [tool, "--user", "--man=no", "verify", str(unit_file(night))],
        env=dict(manager.environment),
        capture_output=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    restrictions = Path(f"/proc/{process(manager).pid}/status").read_text(encoding="utf-8")
    fields = dict(line.split(":\t", 1) for line in restrictions.splitlines() if ":\t" in line)
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    assert fields["Umask"] == "0077"


def test_service_is_as_closed_as_the_documentation_says(
    night: Nightcare, manager: UserManager
) -> None:
    """The rating of systemd is no worse than SECURITY.md says, from 0 for closed to 10 for open."""
    night.command("install")
    tool = find_program("systemd-analyze", "systemd")
    said = run_tool([tool, "--user", "--no-pager", "security", UNIT], manager.environment).decode()
    (rated,) = re.findall(rf"Overall exposure level for {UNIT}: ([0-9.]+)", said)
    documented = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    (told,) = re.findall(rf"security {UNIT}`: \*\*([0-9.]+)", documented)
    assert float(rated) <= float(told)


def test_service_has_no_socket_but_those_of_this_machine(
    night: Nightcare, manager: UserManager
) -> None:
    """It could open no other, and all that it has are Unix sockets, unix(7)."""
    night.command("install")
    assert manager.show(UNIT, "RestrictAddressFamilies") == "AF_UNIX"
    running = process(manager)
    names = [str(one.readlink()) for one in Path(f"/proc/{running.pid}/fd").iterdir()]
    sockets = {name[8:-1] for name in names if name.startswith("socket:[")}
    table = Path(f"/proc/{running.pid}/net/unix").read_text(encoding="utf-8")
    assert sockets <= {line.split()[6] for line in table.splitlines()[1:]}
    assert running.is_alive()


def test_service_goes_with_the_graphical_session(night: Nightcare, manager: UserManager) -> None:
    """The service starts and ends with a graphical session.

    Installed again without one, it starts with the login or the first session, whichever is first.

    As it broke elsewhere: systembus-notify#3.
    """
    night.configure(LATER)
    manager.systemctl("start", SESSION_TARGET)
    night.command("install")
    assert wants(night, GRAPHICAL).is_symlink()
    assert not wants(night, DEFAULT).is_symlink()
    manager.systemctl("stop", SESSION_TARGET)
    manager.wait_until(UNIT, "inactive")
    manager.systemctl("start", SESSION_TARGET)
    manager.wait_until(UNIT, "active")
    manager.systemctl("stop", SESSION_TARGET)
    manager.wait_until(GRAPHICAL, "inactive")
    night.command("install")
    assert wants(night, DEFAULT).is_symlink()
    assert wants(night, GRAPHICAL).is_symlink()
    assert manager.show(UNIT, "PartOf") == ""
    assert manager.show(UNIT, "ActiveState") == "active"


def bring_a_unit(night: Nightcare, manager: UserManager) -> Path:
    """Install a unit as a package does, and return its file."""
    brought = night.home.data / "systemd" / "user" / UNIT
    brought.parent.mkdir(parents=True)
    brought.write_text(
        unit_text(service_command(None), state=None, graphical=True), encoding="utf-8"
    )
    manager.systemctl("daemon-reload")
    return brought


def test_a_unit_that_a_package_brought_is_no_obstacle(
    night: Nightcare, manager: UserManager
) -> None:
    """It can be enabled; `install` puts the person's own before it, `uninstall` ends both."""
    brought = bring_a_unit(night, manager)
    manager.systemctl("enable", UNIT)
    manager.systemctl("start", SESSION_TARGET)
    manager.wait_until(UNIT, "active")
    assert manager.show(UNIT, "FragmentPath") == str(brought)
    night.command("install")
    assert manager.show(UNIT, "FragmentPath") == str(unit_file(night))
    assert manager.systemctl("is-active", UNIT) == "active\n"
    night.command("uninstall")
    assert_nothing_of_the_unit(night)
    assert manager.show(UNIT, "FragmentPath") == str(brought)
    assert manager.show(UNIT, "ActiveState") == "inactive"
    assert manager.show(UNIT, "UnitFileState") == "disabled"


@pytest.mark.parametrize("enabled", [True, False])
def test_a_unit_that_a_package_brought_is_ended_too(
    night: Nightcare, manager: UserManager, *, enabled: bool
) -> None:
    """This holds if the person enabled or started it by hand, without `install`."""
    brought = bring_a_unit(night, manager)
    if enabled:
        manager.systemctl("enable", "nightcare")
    manager.systemctl("start", SESSION_TARGET)
    manager.systemctl("start", "nightcare")
    service = process(manager)
    said = night.command("uninstall").out
    assert said.startswith("The service is stopped and removed.\nYour journal (")
    assert not service.is_alive()
    assert_nothing_of_the_unit(night)
    assert brought.is_file()
    assert manager.show(UNIT, "UnitFileState") == "disabled"
    assert "no service" in night.command("uninstall").out


def test_a_unit_that_is_enabled_for_everybody_is_told(
    night: Nightcare, manager: UserManager
) -> None:
    """It is stopped, and what keeps it from coming back is said, and does."""
    brought = bring_a_unit(night, manager)
    # As `systemctl --global enable` has it, in a folder that is not the person's.
    everybody = night.home.runtime / "systemd" / "user" / f"{GRAPHICAL}.wants" / UNIT
    everybody.parent.mkdir(parents=True)
    everybody.symlink_to(brought)
    manager.systemctl("daemon-reload")
    manager.systemctl("start", SESSION_TARGET)
    manager.wait_until(UNIT, "active")
    said = night.command("uninstall").out
    assert manager.show(UNIT, "ActiveState") == "inactive"
    (mend,) = re.findall(r"`systemctl --user (mask .*)`", said)
    manager.systemctl("stop", SESSION_TARGET)
    manager.wait_until(GRAPHICAL, "inactive")
    manager.systemctl(*mend.split())
    manager.systemctl("start", SESSION_TARGET)
    assert manager.show(UNIT, "ActiveState") == "inactive"


def test_paths_with_unusual_signs_are_kept(
    home: Home, night: Nightcare, manager: UserManager
) -> None:
    """Unusual signs in the path of Python, the config or the state mean themselves."""
    environment = home.path / 'it\'s a 100% "good" \\n $HOME'
    run_tool([sys.executable, "-m", "venv", "--without-pip", str(environment)], home.environment())
    python = environment / "bin" / "python"
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    source = Path(nightcare.__file__).parents[1]
    lines = f"{sysconfig.get_path('purelib')}\n{source}\n"
    Path(packages, "as-here.pth").write_text(lines, encoding="utf-8")
    config = home.path / 'it\'s "50%" \\n \n ${HOME} %h.toml'
    state = home.path / "a\nnew\tline"
    night.configure(LATER)
    night.config.rename(config)

    command = [str(python), "-m", "nightcare"]
    variables = {**night.home.environment(), "XDG_STATE_HOME": str(state)}
    run_tool([*command, "--config", str(config), "install"], variables)
    started = arguments(process(manager).pid)
    assert started == [str(python), "-P", "-m", "nightcare.service", "--config", str(config)]
    assert in_force(manager) == 1
    assert night.json("status")["pid"] == process(manager).pid
    assert (state / "nightcare" / "journal.sqlite").is_file()
    manager.systemctl("stop", UNIT)
    assert night.json("status", code=69)["pid"] is None
    assert not (night.home.state / "nightcare").exists()


def test_without_systemd_nothing_is_installed(night: Nightcare) -> None:
    """A system without systemctl gets a message with an alternative."""
    said = night.command("install", code=1, PATH=str(night.home.path))
    assert "systemctl was not found" in said.err
    assert "nightcare run" in said.err
    assert not unit_file(night).exists()
    assert not night.config.exists()


# Living


def test_config_is_read_again_on_reload(night: Nightcare, manager: UserManager) -> None:
    """A new schedule comes in force; a wrong one is told in the log, and leaves the old one."""
    night.configure(LATER)
    night.command("install")
    assert in_force(manager) == 1
    before = process(manager)
    night.configure(LATER, night.reminder("water", soon()))
    manager.systemctl("reload", "nightcare")
    night.wait_until("water", state="open")
    assert in_force(manager) == 2
    night.configure(INVALID)
    manager.systemctl("reload", "nightcare")
    eventually(
        lambda: f"{night.config}:" in printed(night),
        HANG_SECONDS,
        "the mistake to be told",
        manager.program,
    )
    manager.wait_until(UNIT, "active")
    assert in_force(manager) == 2
    assert process(manager) == before


def test_killed_it_is_started_again_with_its_snooze(night: Nightcare, manager: UserManager) -> None:
    """The manager starts the service again, and the snooze ends on time."""
    night.configure(LATER)
    night.command("install")
    night.configure(LATER, night.reminder("water", soon()))
    manager.systemctl("reload", UNIT)
    night.wait_until("water", state="open")
    night.command("snooze", "5s")
    until = moment(night.today("water")["until"])
    os.kill(process(manager).pid, signal.SIGKILL)
    eventually(
        lambda: manager.show(UNIT, "NRestarts") == "1", HANG_SECONDS, "a restart", manager.program
    )
    manager.wait_until(UNIT, "active")
    eventually(
        lambda: night.today("water").get("shown"),
        HANG_SECONDS,
        "the snooze to end",
        manager.program,
    )
    shown = moment(night.today("water")["shown"])
    assert until <= shown
    assert manager.show(UNIT, "NRestarts") == "1"


def test_wrong_config_is_no_reason_to_try_again(night: Nightcare, manager: UserManager) -> None:
    """With a wrong config the service fails once, with 78; it can be taken back all the same."""
    night.configure(LATER)
    night.command("install")
    night.configure(INVALID)
    with pytest.raises(ToolFailedError):
        manager.systemctl("restart", UNIT)
    # Before another start the state would be activating.
    assert manager.show(UNIT, "ActiveState") == "failed"
    assert manager.show(UNIT, "SubState") == "failed"
    assert manager.show(UNIT, "Result") == "exit-code"
    assert manager.show(UNIT, "ExecMainStatus") == "78"
    assert manager.show(UNIT, "NRestarts") == "0"
    assert f"{night.config}:" in printed(night)
    said = night.command("install", code=78)
    assert f"{night.config}:" in said.err
    night.command("uninstall", "--purge", "--yes")
    assert manager.show(UNIT, "LoadState") == "not-found"
    assert_nothing_of_the_unit(night)
    assert not night.config.parent.exists()
    assert not night.state.exists()


# Going


def test_uninstall_leaves_only_what_is_the_persons_own(
    night: Nightcare, manager: UserManager
) -> None:
    """The installed files go; config and journal stay until they are purged."""
    night.configure(LATER)
    night.command("install")
    service = process(manager)
    installed = [night.home.data / one for one in (ENTRY, MENU_ENTRY, ICON)]
    assert all(one.is_file() for one in installed)
    night.command("uninstall")
    assert not service.is_alive()
    assert not any(one.exists() for one in installed)
    assert manager.show(UNIT, "LoadState") == "not-found"
    assert_nothing_of_the_unit(night)
    assert night.config.is_file()
    assert (night.state / "journal.sqlite").is_file()
    assert "no service" in night.command("uninstall").out

    night.command("uninstall", "--purge", "--yes")
    assert not night.config.exists()
    assert not night.state.exists()
