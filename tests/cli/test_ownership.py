"""File ownership: root in another user's home, and a user whose files are root's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.terminal import Terminal
from nightcare.errors import NotAllowed
from nightcare.ownership import command_to_own, refuse_as_root

NOBODY = 65534
"""The user of no files, on every Linux system."""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of another user, which they and root can access."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    return home


@pytest.fixture
def elsewhere(terminal: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Commands in that home."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    return terminal


@pytest.mark.parametrize(
    "words",
    [
        ("config", "init"), ("config", "set", "snooze.limit", "4"), ("config", "schema", "--write"),
        ("config", "show"), ("pause", "10m"), ("cramp", "add"), ("next",), ("erase", "--yes"),
        ("uninstall", "--purge", "--yes"),
    ],
)  # fmt: skip
def test_root_writes_nothing_in_the_home_of_somebody_else(
    elsewhere: Terminal, home: Path, words: tuple[str, ...]
) -> None:
    """As with `sudo`, which may keep HOME; also a command that only reads would make the cache."""
    result = elsewhere(*words)
    assert (result.code, result.out) == (77, "")
    assert result.err.startswith(f"You are root here, and {home} belongs to ")
    assert "without sudo" in result.err
    assert list(home.iterdir()) == []


def test_root_may_use_a_home_of_its_own(elsewhere: Terminal, home: Path) -> None:
    """As in a container."""
    os.chown(home, 0, 0)
    result = elsewhere("config", "init")
    assert (result.code, result.err) == (0, "")


def test_what_cannot_be_written_is_told_with_the_command_that_gives_it_back(
    elsewhere: Terminal, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topmost file or folder that was taken; here where even root could write nothing."""
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    config = home / ".config" / "nightcare" / "config.toml"
    config.parent.mkdir(parents=True)
    os.chown(home / ".config", NOBODY, NOBODY)
    config.symlink_to("/proc/nowhere/config.toml")
    result = elsewhere("config", "schema", "--write")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{config} cannot be written: ")
    assert result.err.endswith(f"sudo chown -R nobody: {config.parent}\n")
    config.unlink()
    config.write_text("language = 'en'\n", encoding="utf-8")
    (home / ".local").write_text("in the way", encoding="utf-8")
    result = elsewhere("pause", "10m")
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith(f"sudo chown -R nobody: {home / '.local'}\n")


def test_what_is_outside_the_home_is_not_to_be_given_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody should own /etc; and what is one's own needs no command."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    assert command_to_own(Path("/etc/nightcare/config.toml")) is None
    mine = home / "mine"
    mine.mkdir()
    assert command_to_own(mine) == f"sudo chown -R nobody: {mine}"
    os.chown(mine, NOBODY, NOBODY)
    assert command_to_own(mine / "config.toml") is None


def test_only_root_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody else is told by the system what is not theirs."""
    with pytest.raises(NotAllowed):
        refuse_as_root([home / "deep" / "config.toml"])
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    refuse_as_root([home / "deep" / "config.toml"])
