"""The unit as text, and what is read back from it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nightcare.desktop.systemd.unit_file import NAME, NOTHING, Recorded, recorded, unit_text
from nightcare.desktop.systemd.user_unit import service_command

TEMPLATE = Path(__file__).parents[3] / "systemd" / "nightcare.service"


def lines(text: str) -> list[str]:
    """Return the lines that are neither empty nor comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_installed_unit_is_the_template_filled_in() -> None:
    """The installed unit is the one in systemd/, except for four places."""
    command = ["/usr/bin/nightcare", "run"]
    template = lines(TEMPLATE.read_text())

    def filled_in(state: Path | None) -> list[str]:
        text = unit_text(command, state=state, graphical=False)
        return [line for line in lines(text) if line not in template]

    started = "ExecStart=/usr/bin/nightcare run"
    wanted = "WantedBy=default.target graphical-session.target"
    assert filled_in(None) == [started, wanted]
    assert filled_in(Path("/s")) == ["Environment=XDG_STATE_HOME=/s", started, wanted]


def test_in_a_graphical_session_it_goes_with_the_session() -> None:
    """It starts after it and stops with it."""
    text = unit_text(["/usr/bin/nightcare", "run"], state=None, graphical=True)
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
        ('/home/"a\\b', '/usr/bin/env "/home/\\"a\\\\b"'),
        ("/home/it's/n", '/usr/bin/env "/home/it\'s/n"'),
        ("/home/a\nb/n", '/usr/bin/env "/home/a\\x0ab/n"'),
        ("", '""'),
        (";", '";"'),
    ],
)
def test_a_command_survives_systemds_quoting(part: str, written: str) -> None:
    """Spaces, percent and dollar signs, quotes and backslashes mean themselves."""
    text = unit_text([part], state=None, graphical=False)
    assert f"ExecStart={written}" in text.splitlines()


@pytest.mark.parametrize("version", ["0.1.0", "now"])
@pytest.mark.parametrize(
    "name",
    ["\u2028", "plain", "my own", "100%", "$HOME", 'a"b\\c', "æ", "%h $$ '", "a\nb\t\x7f\\n"],
)
def test_what_is_recorded_is_read_back(tmp_path: Path, name: str, version: str) -> None:
    """The paths can have any characters."""
    config, state = Path("/home", name, "config.toml"), Path("/home", name, "state")
    command = service_command(config)
    if version == "0.1.0":
        command = ["/usr/bin/nightcare", "--config", str(config), "run"]
    unit = tmp_path / "systemd" / "user" / NAME
    unit.parent.mkdir(parents=True)
    unit.write_text(unit_text(command, state=state, graphical=True), encoding="utf-8")
    assert recorded({"XDG_CONFIG_HOME": str(tmp_path)}) == Recorded(config, state)


def test_a_unit_that_records_nothing_is_passed_over(tmp_path: Path) -> None:
    """As an earlier version left one where only the shell looks; and one that is no text."""
    text = unit_text(["/usr/bin/nightcare", "run"], state=None, graphical=False)
    units = [tmp_path / one / "systemd" / "user" / NAME for one in ("shell", ".config")]
    for unit in units:
        unit.parent.mkdir(parents=True)
        unit.write_text(text, encoding="utf-8")
    variables = {"XDG_CONFIG_HOME": str(tmp_path / "shell"), "HOME": str(tmp_path)}
    assert recorded(variables) == NOTHING
    own = unit_text(["n", "--config", "/c", "run"], state=Path("/s"), graphical=False)
    units[1].write_text(own, encoding="utf-8")
    assert recorded(variables) == Recorded(Path("/c"), Path("/s"))
    units[0].write_bytes(b"\xff\xfe")
    assert recorded(variables) == Recorded(Path("/c"), Path("/s"))
    assert recorded({}) == NOTHING
    for unit in units:
        unit.unlink()
        # Nobody writes into it, and it is not waited for.
        os.mkfifo(unit)
    assert recorded(variables) == NOTHING


def test_a_service_that_cannot_start_is_given_up_after_a_few_attempts() -> None:
    """All of them fit into the interval in which systemd counts, also if each takes its time.

    With a pause of 2 s the default, five in 10 s, is hardly ever reached: see systemd.unit(5).
    """
    settings = dict(line.split("=", 1) for line in lines(TEMPLATE.read_text()) if "=" in line)
    attempts = int(settings["StartLimitBurst"])
    minutes = int(settings["StartLimitIntervalSec"].removesuffix("min"))
    longest = int(settings["RestartSec"]) + int(settings["TimeoutStartSec"])
    assert attempts <= 5
    assert attempts * longest < minutes * 60
