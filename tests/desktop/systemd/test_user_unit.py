"""The command of the unit; a real user manager tests its installation."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nightcare.desktop.systemd import user_unit


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
