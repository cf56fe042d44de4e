"""The user unit as text; installing it is tested with a real user manager."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nightcare.desktop import user_unit

TEMPLATE = Path(__file__).parents[2] / "systemd" / "nightcare.service"


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_installed_unit_is_the_template_filled_in() -> None:
    """What stands in systemd/ is what is installed, but for three places."""
    text = user_unit.unit_text(["/usr/bin/nightcare", "run"], graphical=False)
    template = lines(TEMPLATE.read_text())
    assert [line for line in lines(text) if line not in template] == [
        "ExecStart=/usr/bin/nightcare run",
        "WantedBy=default.target",
    ]


def test_in_a_graphical_session_it_goes_with_the_session() -> None:
    """It starts after it and stops with it."""
    text = user_unit.unit_text(["/usr/bin/nightcare", "run"], graphical=True)
    for line in ("PartOf", "After", "WantedBy"):
        assert f"{line}=graphical-session.target" in lines(text)


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("/usr/bin/nightcare", "/usr/bin/nightcare"),
        ("/home/søren/nightcare", "/home/søren/nightcare"),
        ("/home/my tools/nightcare", '"/home/my tools/nightcare"'),
        ("/home/100%/nightcare", "/home/100%%/nightcare"),
        ("/home/$HOME/n", "/usr/bin/env /home/$$HOME/n"),
        ('/home/"a\\b', '"/home/\\"a\\\\b"'),
        ("", '""'),
        (";", '";"'),
    ],
)
def test_a_command_survives_systemds_quoting(part: str, written: str) -> None:
    """Spaces, percent and dollar signs, quotes and backslashes mean themselves."""
    text = user_unit.unit_text([part], graphical=False)
    assert f"ExecStart={written}" in text.splitlines()


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
