"""A person at a terminal, for every test of the commands."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.talk import SOURCE
from cli.terminal import ZONE, Terminal
from parts.home import NO_BUS

_CLEARED = (
    "NIGHTCARE_", "XDG_", "LC_", "LANG", "DBUS_", "NO_COLOR", "COLUMNS", "DISPLAY", "WAYLAND_",
)  # fmt: skip
"""The beginnings of variables that tests must not inherit; with a screen a real browser starts."""


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """Return a person who types commands at ten past two on a Sunday afternoon in Copenhagen."""
    for name in list(os.environ):
        if name.startswith(_CLEARED):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("TZ", ZONE.key)
    time.tzset()
    made = Terminal(tmp_path, datetime(2026, 11, 22, 14, 10, tzinfo=ZONE), capsys)
    monkeypatch.setattr("nightcare.cli.command_context.now", lambda: made.now.astimezone(UTC))
    yield made
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def environment(terminal: Terminal) -> dict[str, str]:
    """Return a complete environment that inherits nothing."""
    return {
        "HOME": str(terminal.home),
        "XDG_CONFIG_HOME": str(terminal.home / "config"),
        "XDG_STATE_HOME": str(terminal.home / "state"),
        "XDG_RUNTIME_DIR": str(terminal.home / "run"),
        "PATH": os.defpath,
        "PYTHONPATH": str(SOURCE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
        "TZ": ZONE.key,
    }
