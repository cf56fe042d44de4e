"""A config file from a stranger: whatever it holds, no command passes on what a terminal obeys."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.strategies import as_toml
from nightcare.cli.main import run_command as run

OBEYED = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\r", "\b", "\x07", "\x00"]
"""Sequences that clear a screen, name a window, colour, overwrite and ring.

Source: ECMA-48, "Control Functions for Coded Character Sets".
"""

COMMANDS = [
    ("config", "check"),
    ("config", "show"),
    ("today",),
    ("next",),
    ("why",),
    ("done", "water"),
    ("snooze", "10m"),
]

words = st.lists(
    st.sampled_from(OBEYED) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    min_size=1,
    max_size=3,
).map("".join)

files = st.one_of(
    words.map(lambda one: f'{as_toml(one)} = 1\nlanguage = "en"\n'),
    words.map(lambda one: f"language = {as_toml(one)}\n"),
    words.map(lambda one: f'[reminders.{as_toml(one)}]\ntopic = "sleep"\nat = "10:00"\n'),
    words.map(lambda one: f'[reminders.a]\ntopic = "sleep"\nat = "10:00"\ntext = {as_toml(one)}\n'),
    words.map(
        lambda one: f'[reminders.a]\ntopic = "sleep"\nat = "10:00"\nsound = {as_toml(one)}\n'
    ),
    words.map(lambda one: f'# {one}\nlanguage = "{one}"\n[{one}]\n'),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=files)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_says_what_the_terminal_would_obey(
    command: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
) -> None:
    """Neither where the file is right nor where its mistakes are quoted."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    # As on a terminal: click itself takes escape sequences out where there is none.
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode())
    run(["--config", str(file), *command])
    said = capsys.readouterr()
    signs = {sign for sign in said.out + said.err if unicodedata.category(sign) == "Cc"}
    assert signs <= {"\n"}
