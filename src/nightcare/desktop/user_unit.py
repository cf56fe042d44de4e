"""The user unit: written, enabled and started by `install`, and taken back by `uninstall`.

Source: systemd.unit(5), systemd.service(5), "Command lines" for the quoting.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from nightcare.errors import DesktopError

NAME = "nightcare.service"

_GRAPHICAL = "graphical-session.target"
_USUAL = "default.target"
_ENV = "/usr/bin/env"
_LIMIT_SECONDS = 90


def unit_file(variables: Mapping[str, str]) -> Path:
    """Where the unit is written: the person's own unit folder."""
    home = Path(variables.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "systemd" / "user" / NAME


def own_command(config: Path | None, word: str) -> list[str]:
    """How a command of this very installation is started, whether by pipx, uv or in a venv."""
    script = Path(sys.executable).with_name("nightcare")
    start = [str(script)] if os.access(script, os.X_OK) else [sys.executable, "-m", "nightcare"]
    named = [] if config is None else ["--config", str(config.absolute())]
    return [*start, *named, word]


def unit_text(command: Sequence[str], *, graphical: bool) -> str:
    """The unit that starts a command.

    Args:
        command: The program and its arguments.
        graphical: Whether it goes with the graphical session; else with the login.
    """
    if "$" in command[0]:
        # In the program's own path systemd takes no "$$" for a "$"; in its arguments it does.
        command = [_ENV, *command]
    session = f"PartOf={_GRAPHICAL}\nAfter={_GRAPHICAL}\n" if graphical else ""
    template = files("nightcare").joinpath(NAME).read_text(encoding="utf-8")
    return (
        template.replace("@SESSION@\n", session)
        .replace("@COMMAND@", " ".join(_quoted(part) for part in command))
        .replace("@TARGET@", _GRAPHICAL if graphical else _USUAL)
    )


def reach() -> None:
    """See to it that the user manager answers.

    Raises:
        DesktopError: There is none, or it does not.
    """
    _systemctl("daemon-reload")


def install(command: Sequence[str], variables: Mapping[str, str]) -> Path:
    """Write, enable and start the unit; returns its file.

    Raises:
        DesktopError: There is no user manager, or the service did not start.
    """
    reach()
    graphical = _systemctl("is-active", "--quiet", _GRAPHICAL, may_fail=True) == 0
    path = unit_file(variables)
    _write(path, unit_text(command, graphical=graphical))
    _systemctl("daemon-reload")
    # Enabled anew, for an earlier install may have gone with the other target.
    _systemctl("reenable", "--quiet", NAME)
    _systemctl("reset-failed", NAME, may_fail=True)
    if _systemctl("restart", NAME, may_fail=True):
        raise DesktopError("service_did_not_start", unit=NAME)
    return path


def uninstall(variables: Mapping[str, str]) -> bool:
    """Stop, disable and remove the unit; whether there was one.

    One that a package brought and the person enabled or started is stopped and disabled; it stays
    with the package.

    Raises:
        DesktopError: The file cannot be removed.
    """
    path = unit_file(variables)
    links = [link for folder in path.parent.glob("*.wants") if (link := folder / NAME).is_symlink()]
    if not (path.exists() or links or is_active()):
        return False
    try:
        _systemctl("disable", "--now", "--quiet", NAME)
    except DesktopError:
        # Without a manager nothing runs; what enabled it is taken away by hand.
        for link in links:
            link.unlink(missing_ok=True)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DesktopError("unit_not_written", path=path, reason=error.strerror) from error
    for step in (("daemon-reload",), ("reset-failed", NAME)):
        _systemctl(*step, may_fail=True)
    return True


def is_active() -> bool:
    """Whether a unit of ours runs, whoever brought it."""
    return _says_yes("is-active")


def comes_back() -> bool:
    """Whether a unit is still enabled, which can only be one that is so for everybody here."""
    return _says_yes("is-enabled")


def _says_yes(question: str) -> bool:
    try:
        return _systemctl(question, "--quiet", NAME, may_fail=True) == 0
    except DesktopError:
        return False


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise DesktopError("unit_not_written", path=path, reason=error.strerror) from error


def _systemctl(*words: str, may_fail: bool = False) -> int:
    """Run `systemctl --user`; returns its exit status.

    Raises:
        DesktopError: It is not there, does not answer, or failed and may not.
    """
    try:
        result = subprocess.run(  # noqa: S603 - fixed words
            ["systemctl", "--user", *words],  # noqa: S607 - found as the person finds it
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        if may_fail:
            return 1
        raise DesktopError("no_systemd") from error
    except subprocess.TimeoutExpired as error:
        raise DesktopError("systemd_silent", command=" ".join(words)) from error
    if result.returncode and not may_fail:
        reason = (result.stderr or result.stdout).strip().splitlines()
        raise DesktopError(
            "systemd_refused", command=" ".join(words), reason=reason[0] if reason else "-"
        )
    return result.returncode


def _quoted(part: str) -> str:
    """One word of an ExecStart line."""
    escaped = part.replace("%", "%%").replace("$", "$$")
    plain = escaped.replace("%%", "").replace("$$", "")
    if plain and all(sign.isalnum() or sign in "/._-+=:@," for sign in plain):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
