"""A real `systemd --user` of a test's own, on any Linux machine with systemd installed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parts.processes import (
    HANG_SECONDS,
    Identity,
    Program,
    ToolFailedError,
    eventually,
    find_program,
    run_tool,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parts.home import Home

START_SECONDS = HANG_SECONDS
CONTROL_GROUPS = Path("/sys/fs/cgroup")
BOOTED = Path("/run/systemd/system")
"""sd_booted(3): where this folder is missing, systemd refuses to run as a user's manager."""
BOOTED_BY_US = BOOTED / "made-by-tests"

UNIT_FOLDERS = ("/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
NEEDED_TO_EXIT = "systemd-exit.service"

SESSION_TARGET = "desktop-session.target"
"""Starting it begins a graphical session; graphical-session.target itself refuses to be started
by hand, systemd.special(7)."""
SESSION_UNIT = """[Unit]
Description=A desktop session
BindsTo=graphical-session.target
"""


def count_starts(home: Home, unit: str) -> None:
    """Let the user manager write down each start of a unit; call this before it runs."""
    counted = home.runtime / "systemd" / "user" / f"{unit}.d" / "counted.conf"
    counted.parent.mkdir(parents=True)
    count = f"/bin/sh -c 'echo start >>{home.log(unit)}'"
    counted.write_text(f"[Service]\nExecStartPre={count}\n", encoding="utf-8")


def starts(home: Home, unit: str) -> int:
    """Return how often a unit was started since `count_starts`."""
    log = home.log(unit)
    return log.read_text(encoding="utf-8").count("start") if log.exists() else 0


@dataclass(frozen=True, slots=True)
class UserManager:
    """A running user manager and its services.

    Attributes:
        program: its process.
        environment: with this, `systemctl --user` speaks to it. Its services have it too.
        log: what it says, and what its services print: there is no journal.
        group: the control group that holds it and its services.
    """

    program: Program
    environment: Mapping[str, str]
    log: Path
    group: Path

    def systemctl(self, *arguments: str) -> str:
        """Run `systemctl --user` and return what it prints.

        Raises:
            ToolFailedError: it failed.
        """
        tool = find_program("systemctl", "systemd")
        return run_tool([tool, "--user", *arguments], self.environment, seconds=60).decode()

    def show(self, unit: str, what: str) -> str:
        """Return one property of a unit, such as ActiveState, MainPID or NRestarts."""
        return self.systemctl("show", f"--property={what}", "--value", unit).strip()

    def wait_until(self, unit: str, state: str, seconds: float = HANG_SECONDS) -> None:
        """Wait until a unit's ActiveState is this one.

        Raises:
            NotInTimeError: it was not, in so many seconds.
        """
        eventually(
            lambda: self.show(unit, "ActiveState") == state,
            seconds,
            f"{unit} to be {state}",
            self.program,
        )


@contextlib.contextmanager
def user_manager(home: Home, **session: str) -> Iterator[UserManager]:
    """Run a user manager until leaving; then it ends its services and itself.

    It has the units of the person in `home` and the machine's targets and slices. The services,
    sockets and timers that packages installed on the machine are masked, so that none runs.

    Args:
        home: whose manager it is.
        session: variables of the session, such as DISPLAY or DBUS_SESSION_BUS_ADDRESS.
    """
    manager = find_program("/lib/systemd/systemd", "systemd")
    environment = home.environment(**session)
    log = home.log("systemd")
    _prepare_units(home)
    with _booted_with_systemd(), _control_group() as group:
        # The shell moves itself, becomes the manager, and so keeps the id that we know.
        command = [
            *("/bin/sh", "-c", 'echo $$ >"$1" && shift && exec "$@"', "sh"),
            str(group / "cgroup.procs"),
            manager,
            *("--user", "--log-target=console", "--log-color=no"),
            # Its services print into its log too.
            *("--default-standard-output=inherit", "--default-standard-error=inherit"),
        ]
        with running(command, environment, log) as program:
            user = UserManager(program=program, environment=environment, log=log, group=group)
            eventually(
                lambda: _is_up(user), START_SECONDS, "the user manager to have started", program
            )
            yield user


def _is_up(user: UserManager) -> bool:
    try:
        return user.systemctl("is-system-running").strip() == "running"
    except ToolFailedError:
        return False


def _prepare_units(home: Home) -> None:
    # Ahead of what packages install, behind what the person has, systemd.unit(5).
    units = home.runtime / "systemd" / "user"
    units.mkdir(parents=True, exist_ok=True)
    for name in _installed_units():
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    (units / SESSION_TARGET).write_text(SESSION_UNIT, encoding="utf-8")


def _installed_units() -> set[str]:
    kinds = {".service", ".socket", ".timer", ".path"}
    return {
        path.name
        for folder in UNIT_FOLDERS
        if Path(folder).is_dir()
        for path in Path(folder).iterdir()
        if path.suffix in kinds and path.name != NEEDED_TO_EXIT
    }


@contextlib.contextmanager
def _booted_with_systemd() -> Iterator[None]:
    """Let this machine pass for booted with systemd, where it was not, while it is needed.

    Package scripts would take the folder for a running system manager, so it does not stay.
    The lock lets several test runs share it: the last one out removes it.
    """
    BOOTED.parent.mkdir(exist_ok=True)
    lock = os.open(BOOTED.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not BOOTED.exists():
            BOOTED.mkdir(exist_ok=True)
            BOOTED_BY_US.touch()
        yield
    finally:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if BOOTED_BY_US.exists():
                BOOTED_BY_US.unlink()
                BOOTED.rmdir()
        os.close(lock)


@contextlib.contextmanager
def _control_group() -> Iterator[Path]:
    """Make a control group that holds the manager and nothing else.

    A user manager takes every process of the group in which it starts for its own and moves it
    into its init.scope; without this those would be the processes of who runs the tests.
    """
    root, own = _own_group()
    name = f"{own.strip('/')}/nightcare-{uuid.uuid4().hex[:8]}".strip("/")
    group = root / name
    try:
        group.mkdir()
    except OSError as error:
        raise PermissionError(
            f"{group} cannot be made ({error.strerror}); a user manager needs a control group of "
            "its own: run as root, or within `systemd-run --user --scope --property=Delegate=yes`"
        ) from error
    try:
        yield group
    finally:
        for pid in _members(group):
            pid.kill()
        # The manager makes a group of the same name in the other hierarchies, if there are any.
        for hierarchy in (CONTROL_GROUPS, *CONTROL_GROUPS.iterdir()):
            _remove_group(hierarchy / name)


def _own_group() -> tuple[Path, str]:
    """Return the mount of the hierarchy that systemd uses, and our group in it, cgroups(7).

    As systemd does: version 2 alone; or version 2 beside version 1; or version 1 under the name
    systemd.
    """
    text = Path("/proc/self/cgroup").read_text(encoding="utf-8")
    for root, line in (
        (CONTROL_GROUPS, r"0::(.*)"),
        (CONTROL_GROUPS / "unified", r"0::(.*)"),
        (CONTROL_GROUPS / "systemd", r"\d+:name=systemd:(.*)"),
    ):
        found = re.search(f"^{line}$", text, re.MULTILINE)
        if found and (root / "cgroup.procs").exists():
            return root, found[1]
    raise FileNotFoundError(f"no control groups are mounted at {CONTROL_GROUPS}")


def _members(group: Path) -> list[Identity]:
    pids = [
        int(pid)
        for procs in group.rglob("cgroup.procs")
        for pid in procs.read_text(encoding="ascii").split()
    ]
    return [identity for pid in pids if (identity := Identity.of(pid)) is not None]


def _remove_group(group: Path) -> None:
    if not group.exists():
        return

    def remove() -> bool:
        # A process that was just killed may still be leaving its group.
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                Path(folder).rmdir()
        except OSError:
            return False
        return True

    eventually(remove, START_SECONDS, f"{group} to be empty")
