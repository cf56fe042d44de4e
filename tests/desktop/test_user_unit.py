"""What the unit starts; installing it is tested with a real user manager."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nightcare.desktop import user_unit


def test_the_command_is_this_very_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script beside the interpreter, or the interpreter itself where there is none."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert user_unit.own_command(None, "run") == [
        str(tmp_path / "python"), "-m", "nightcare", "run",
    ]  # fmt: skip
    script = tmp_path / "nightcare"
    script.touch(mode=0o755)
    assert user_unit.own_command(None, "run") == [str(script), "run"]
    assert user_unit.own_command(Path("/etc/my.toml"), "run") == [
        str(script), "--config", "/etc/my.toml", "run",
    ]  # fmt: skip
