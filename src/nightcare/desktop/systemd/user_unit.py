"""The user unit: written, enabled and started by `install`, and removed by `uninstall`.

Source: systemctl(1), systemd.unit(5).
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nightcare.atomic_write import replace_entry
from nightcare.desktop.systemd.file_rollback import FileRollback
from nightcare.desktop.systemd.unit_file import (
    BRIDGE,
    GRAPHICAL,
    NAME,
    USUAL,
    environment_of,
    overriding_drop_ins,
    unit_places,
    unit_text,
    words_of,
)
from nightcare.errors import DesktopError, install_errors, refuse_obstacle

_CONTROL = ("systemd", "user.control")
_LIMIT_SECONDS = 90
_NO_BUS = re.compile(r"\bbus\b|XDG_RUNTIME_DIR")
"""In a message of systemctl that found no user manager, as under sudo."""


def unit_file(variables: Mapping[str, str]) -> Path:
    """Return where the unit is written: the folder of own units that the user manager reads.

    It is below the manager's XDG_CONFIG_HOME, which may differ from the shell's
    (home-manager#5510).

    Args:
        variables: The environment, which is used if there is no manager to query.
    """
    for folder in map(Path, words_of(_systemctl_output("show", "--property=UnitPath", "--value"))):
        if folder.parts[-2:] == _CONTROL:
            # It comes first, and lies beside the folder of own units, systemd.unit(5).
            return folder.with_name("user") / NAME
    return next(unit_places(variables), Path.home() / ".config" / "systemd" / "user" / NAME)


def environment() -> dict[str, str]:
    """Return the environment that the user manager gives its services; empty without one."""
    return environment_of(_systemctl_output("show-environment"))


def own_command(config: Path | None, *words: str) -> list[str]:
    """Return the command of this very installation, be it of pipx, of uv or in a venv.

    The command names the present interpreter: the script beside it may name one that no longer
    exists (pypa/pipx#146, astral-sh/uv#8028).
    """
    return [*_command("nightcare", config), *words]


def service_command(config: Path | None) -> list[str]:
    """Return the command that starts the service of this installation, as the unit runs it."""
    return _command("nightcare.service", config)


def bridge_command(config: Path | None) -> list[str]:
    """Return the command that starts the bridge of this installation, as its unit runs it."""
    return _command("nightcare.bridge", config)


def _command(module: str, config: Path | None) -> list[str]:
    named = [] if config is None else ["--config", str(config.absolute())]
    return [sys.executable, "-P", "-m", module, *named]


def reach() -> None:
    """Check that the user manager answers.

    Raises:
        DesktopError: There is no user manager, or it does not answer.
    """
    _systemctl("daemon-reload")


def install(command: Sequence[str], state: Path) -> Path:
    """Write, enable and start the unit; return its file.

    Args:
        command: What it starts.
        state: XDG_STATE_HOME for it.

    Raises:
        DesktopError: There is no user manager, or the service did not start; the unit and the
            service are then restored.
    """
    reach()
    was_active, rollback = is_active(), FileRollback()
    path = unit_file(os.environ)
    graphical = _systemctl("is-active", "--quiet", GRAPHICAL, may_fail=True) == 0
    text = unit_text(command, state=state, graphical=graphical)
    for one in (path, *_links(path)):
        with install_errors(one):
            rollback.keep(one)
    try:
        _enable(path, text, _target_links(path))
        if _systemctl("restart", NAME, may_fail=True):
            raise _not_started(NAME)
    except BaseException:
        for step in (("stop", NAME), ("reset-failed", NAME)):
            _attempt(*step)
        rollback.restore()
        _attempt("daemon-reload")
        if was_active:
            _attempt("start", NAME)
        raise
    return path


def overrides() -> tuple[str, ...]:
    """Return the drop-in files that let the unit start another installation than this."""
    drop_ins, start = (
        _systemctl_output("show", f"--property={one}", "--value", NAME)
        for one in ("DropInPaths", "ExecStart")
    )
    return overriding_drop_ins(drop_ins, start)


def _not_started(unit: str) -> DesktopError:
    result, status = (
        _systemctl_output("show", f"--property={one}", "--value", unit).strip() or "-"
        for one in ("Result", "ExecMainStatus")
    )
    return DesktopError("service_did_not_start", unit=unit, result=result, status=status)


def bridge_files(variables: Mapping[str, str]) -> tuple[Path, Path]:
    """Return the unit of the bridge, and the link that enables it."""
    path = unit_file(variables).with_name(BRIDGE)
    return path, path.parent / f"{NAME}.wants" / BRIDGE


def write_bridge(command: Sequence[str], state: Path) -> None:
    """Write and enable the unit of the bridge, which the next start of the service restarts.

    Args:
        command: What it starts.
        state: XDG_STATE_HOME for it.

    Raises:
        DesktopError: There is no user manager.
    """
    path, link = bridge_files(os.environ)
    _enable(path, unit_text(command, state=state, graphical=False, name=BRIDGE), [link])


def start_bridge() -> None:
    """Start the bridge, unless the start of the service did.

    Raises:
        DesktopError: It did not start.
    """
    if _systemctl("start", BRIDGE, may_fail=True):
        raise _not_started(BRIDGE)


def uninstall_bridge(variables: Mapping[str, str]) -> bool:
    """Stop, disable and remove the unit of the bridge; return whether there was one.

    Raises:
        DesktopError: The file cannot be removed.
    """
    path, link = bridge_files(variables)
    if not (path.exists() or link.is_symlink()):
        return False
    _remove(path, [link, path])
    return True


def uninstall(variables: Mapping[str, str]) -> bool:
    """Stop, disable and remove the unit; return whether there was one.

    The unit of a package, if the person enabled or started it, is stopped and disabled, but not
    removed.

    Raises:
        DesktopError: The file cannot be removed.
    """
    path = unit_file(variables)
    # Earlier versions wrote one below the shell's own XDG_CONFIG_HOME.
    paths = dict.fromkeys([path, *unit_places(variables)])
    links = [link for one in paths for link in _links(one) if link.is_symlink()]
    if not (any(one.exists() for one in paths) or links or is_active()):
        return False
    _remove(path, [*links, *paths])
    _systemctl("reset-failed", NAME, may_fail=True)
    return True


def is_active() -> bool:
    """Return whether the unit is active, also one that the person did not install."""
    return _answers_yes("is-active")


def comes_back() -> bool:
    """Return whether a unit is still enabled, as one that is installed for all users."""
    return _answers_yes("is-enabled")


def _answers_yes(question: str) -> bool:
    try:
        return _systemctl(question, "--quiet", NAME, may_fail=True) == 0
    except DesktopError:
        return False


def _links(path: Path) -> list[Path]:
    """Return the links by which targets start a unit, also those that are not there yet."""
    others = (one / NAME for one in path.parent.glob("*.wants"))
    return list(dict.fromkeys([*_target_links(path), *others]))


def _target_links(path: Path) -> list[Path]:
    """Return the links by which the targets in the unit start it."""
    return [path.parent / f"{target}.wants" / NAME for target in (USUAL, GRAPHICAL)]


def _attempt(*words: str) -> None:
    with contextlib.suppress(DesktopError):
        _systemctl(*words, may_fail=True)


def _enable(path: Path, text: str, links: Iterable[Path]) -> None:
    """Write a unit and enable it again, as an earlier install may have chosen another target.

    Args:
        path: The unit.
        text: Its content.
        links: The links that enable it; systemd does not say how to remove what is in their way.
    """
    for link in links:
        refuse_obstacle(link)
        if link.exists() and not link.is_symlink():
            raise DesktopError("file_in_the_way", path=link)
    with install_errors(path):
        replace_entry(path, text)
    _systemctl("daemon-reload")
    _systemctl("reenable", "--quiet", path.name)
    _systemctl("reset-failed", path.name, may_fail=True)


def _remove(path: Path, files: Iterable[Path]) -> None:
    """Stop and disable a unit, and remove it with its links."""
    with contextlib.suppress(DesktopError):
        # Without a manager, no service runs.
        _systemctl("disable", "--now", "--quiet", path.name)
    with install_errors(path):
        for one in files:
            one.unlink(missing_ok=True)
    _systemctl("daemon-reload", may_fail=True)


def _systemctl_output(*words: str) -> str:
    """Return the output of `systemctl --user`; an empty text if it fails."""
    try:
        result = _run(words)
    except DesktopError:
        return ""
    return result.stdout if result.returncode == 0 else ""


def _systemctl(*words: str, may_fail: bool = False) -> int:
    """Run `systemctl --user`; return its exit status.

    Raises:
        DesktopError: It is missing, does not answer, or failed although it must succeed.
    """
    try:
        result = _run(words)
    except DesktopError as error:
        if may_fail and error.key == "no_systemd":
            return 1
        raise
    if result.returncode and not may_fail:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()
        if said:
            values = {"command": " ".join(words), "reason": said[0]}
            if _NO_BUS.search(said[0]):
                raise DesktopError("systemd_unreachable", **values)
            raise DesktopError("systemd_refused", **values)
        raise DesktopError("systemd_failed", command=" ".join(words), status=result.returncode)
    return result.returncode


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - fixed words
            ["systemctl", "--user", *words],  # noqa: S607 - found as the person finds it
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise DesktopError("no_systemd") from error
    except subprocess.TimeoutExpired as error:
        raise DesktopError("systemd_silent", command=" ".join(words)) from error
