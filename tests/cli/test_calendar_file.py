"""The calendar file of `nightcare export --ics`; real calendars read it in tests/real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.talk import answered
from cli.terminal import Terminal

CONFIG = """timezone = "Europe/Copenhagen"
[sleep]
wake = "07:00"
bedtime = "22:30"
[reminders.water]
topic = "hydration"
every = "2h"
from = "wake + 1h"
until = "bedtime - 1h"
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 45m"
[reminders.walk]
topic = "exercise"
cron = "0 17 * * sat#2"
text = "Walk; by the sea, or \\\\ in the wood"
"""


@pytest.fixture
def anna(terminal: Terminal) -> Terminal:
    """Return a person with a rule, single days, and reminders to drink."""
    terminal.write(CONFIG)
    return terminal


def exported(terminal: Terminal, path: Path, *options: str) -> str:
    """Return the calendar file that a person writes."""
    result = terminal("export", "--ics", path, "--yes", *options)
    assert (result.code, result.err) == (0, "")
    return path.read_bytes().decode()


def unfolded(text: str) -> list[str]:
    """Return the lines of a calendar file, put together again."""
    return text.replace("\r\n ", "").split("\r\n")


def uids(text: str) -> list[str]:
    """Return the names of the events."""
    return [one.removeprefix("UID:") for one in unfolded(text) if one.startswith("UID:")]


def test_a_year_of_reminders_is_written(anna: Terminal, tmp_path: Path) -> None:
    """For the owner alone, with its last day said, and without water."""
    path = tmp_path / "nightcare.ics"
    result = anna("export", "--ics", path)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"Wrote {path}; only you can read it.\n"
        "It holds the reminders up to Monday 22 November 2027. Export it again after a change of "
        "your schedule, and before that day.\n"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    lines = unfolded(path.read_bytes().decode())
    assert "RRULE:FREQ=WEEKLY;UNTIL=20271122T204500Z;BYDAY=MO,TU,WE,TH,FR,SA,SU" in lines
    assert "DTSTART;TZID=Europe/Copenhagen:20261122T214500" in lines
    assert "DTSTART;TZID=Europe/Copenhagen:20261212T170000" in lines
    assert any("Valid until 2027-11-22" in one for one in lines)
    assert uids("\r\n".join(lines))[:2] == [
        "evening-stretch.214500@nightcare",
        "walk.2026-12-12.2026-12-12T17:00@nightcare",
    ]
    assert not any("water" in one for one in lines)
    assert (
        lines.count("BEGIN:VALARM") == lines.count("TRIGGER:PT0S") == len(uids("\r\n".join(lines)))
    )


def test_water_only_when_it_is_wanted(anna: Terminal, tmp_path: Path) -> None:
    """One rule for each time of the day."""
    text = exported(anna, tmp_path / "a.ics", "--hydration")
    assert [one for one in uids(text) if one.startswith("water")] == [
        f"water.{hour:02}0000@nightcare" for hour in range(8, 22, 2)
    ]


def test_lines_are_folded_and_texts_escaped(anna: Terminal, tmp_path: Path) -> None:
    """No line is longer than RFC 5545 allows, also in Danish, and no letter is cut in two."""
    anna.write(f'language = "da"\n{CONFIG}')
    path = tmp_path / "a.ics"
    text = exported(anna, path)
    raw = path.read_bytes().split(b"\r\n")
    assert max(map(len, raw)) == 75
    assert all(one.decode() is not None and b"\n" not in one for one in raw)
    assert "SUMMARY:Walk\\; by the sea\\, or \\\\ in the wood" in unfolded(text)
    assert "SUMMARY:Tid til et roligt stræk" in unfolded(text)
    assert any(one.startswith("DESCRIPTION:") and "\\n" in one for one in unfolded(text))


def test_a_second_file_names_its_events_alike(anna: Terminal, tmp_path: Path) -> None:
    """A calendar that imports it again changes what it has."""
    first = exported(anna, tmp_path / "a.ics")
    anna.look_at_the_clock("16:00")
    anna.write(CONFIG.replace('"22:30"', '"22:30"\n[sleep.friday]\nbedtime = "23:30"'))
    second = exported(anna, tmp_path / "a.ics")
    assert set(uids(second)) == {*uids(first), "evening-stretch.224500@nightcare"}


def test_tonight_and_a_pause_are_exceptions(anna: Terminal, tmp_path: Path) -> None:
    """The calendar shows what `preview` shows."""
    assert anna("tonight", "23:30").code == 0
    lines = unfolded(exported(anna, tmp_path / "a.ics"))
    assert "UID:evening-stretch.2026-11-22.1@nightcare" in lines
    assert "DTSTART;TZID=Europe/Copenhagen:20261122T224500" in lines
    assert "DTSTART;TZID=Europe/Copenhagen:20261123T214500" in lines


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "nightcare-local-time"),
        ("Europe/Copenhagen", "Europe/Copenhagen"),
    ],
)
def test_the_zone_is_described(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, name: str
) -> None:
    """A calendar need not know its name."""
    monkeypatch.setenv("TZ", zone)
    terminal.write(CONFIG.replace('timezone = "Europe/Copenhagen"', 'timezone = "auto"'))
    text = exported(terminal, tmp_path / "a.ics")
    assert f"TZID:{name}" in unfolded(text)
    changes = re.findall(r"DTSTART:(\w+)\r\nTZOFFSETFROM:(\S+)\r\nTZOFFSETTO:(\S+)", text)
    assert changes[1:] == [
        ("20270328T020000", "+0100", "+0200"),
        ("20271031T030000", "+0200", "+0100"),
    ]
    assert f"DTSTART;TZID={name}:20261122T214500" in unfolded(text)


def test_another_file_is_not_overwritten_unasked(
    anna: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal it is refused, and in one it is asked."""
    path = tmp_path / "mine.ics"
    path.write_text("mine", encoding="utf-8")
    result = anna("export", "--ics", path)
    assert (result.code, result.out) == (2, "")
    assert "--yes" in result.err
    asked = f"{path} already exists. Overwrite it?"
    assert answered(anna, monkeypatch, [(asked, "no")], "export", "--ics", path).code == 1
    assert path.read_text(encoding="utf-8") == "mine"
    assert answered(anna, monkeypatch, [(asked, "yes")], "export", "--ics", path).code == 0
    assert path.read_text(encoding="utf-8").startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--ics", "a.ics", "--format", "csv"), "Leave out --output and --format, or --ics."),
        (("--ics", "a.ics", "--output", "b"), "Leave out --output and --format, or --ics."),
        (("--hydration",), "Give the file with --ics."),
    ],
)
def test_options_that_do_not_go_together(
    anna: Terminal, options: tuple[str, ...], told: str
) -> None:
    """Each is refused, with what to do."""
    result = anna("export", *options)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


def test_an_invalid_config_is_an_error(anna: Terminal, tmp_path: Path) -> None:
    """A year of old reminders helps nobody."""
    anna.write("language = 3")
    assert anna("export", "--ics", tmp_path / "a.ics").code == 78
    assert not (tmp_path / "a.ics").exists()


def test_a_missing_folder_is_named_with_the_option(anna: Terminal, tmp_path: Path) -> None:
    """The error says what to change."""
    result = anna("export", "--ics", tmp_path / "none" / "a.ics")
    assert (result.code, result.out) == (1, "")
    assert f"There is no folder {tmp_path / 'none'}." in result.err
    assert "--ics" in result.err
