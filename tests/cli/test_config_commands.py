"""The config file: init, check, show, path; and which file it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tomli

from cli.terminal import Terminal
from nightcare.config.config_file import example_text

INVALID = '[reminders.water]\ntopic = "hydraton"\nat = "noon"\n'

WRONG_LINES = (
    (
        ':2:9: reminders.water.topic: found "hydraton"; did you mean "hydration"? Allowed: '
        '"hydration", "stretching", "blanket", "nutrition", "exercise", "pacing", "sleep"'
    ),
    (
        ':3:6: reminders.water.at: found "noon"; '
        'did you mean "12:00"? Allowed: a moment such as "21:45", "wake + 1h" or "bedtime - 30m"'
    ),
)

EXCERPTS = (
    """\
  2 | topic = "hydraton"
    |         ^^^^^^^^^^
""",
    """\
  3 | at = "noon"
    |      ^^^^^^
""",
)

MEND_THEM = (
    "Errors in the config: 2. Fix them, and check again with `nightcare config check`; "
    "a running service keeps its schedule until then.\n"
)


def complaint(path: Path) -> str:
    """Return the error about a file with the text `INVALID`."""
    return "".join(
        f"{path}{line}\n{excerpt}" for line, excerpt in zip(WRONG_LINES, EXCERPTS, strict=True)
    )


# init


def test_init_writes_the_commented_example(terminal: Terminal) -> None:
    """The example is valid and changes nothing."""
    result = terminal("config", "init")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Wrote {terminal.config}. Edit it as you like.\n"
    assert terminal.config.read_text(encoding="utf-8") == example_text()
    assert terminal("config", "check").code == 0


@pytest.mark.parametrize("kind", ["file", "folder", "link that leads nowhere"])
def test_init_overwrites_nothing(terminal: Terminal, kind: str) -> None:
    """An existing file stays as it is."""
    terminal.config.parent.mkdir(parents=True)
    match kind:
        case "file":
            terminal.config.write_text("language = 'da'")
        case "folder":
            terminal.config.mkdir()
        case _:
            terminal.config.symlink_to("nowhere")
    result = terminal("config", "init")
    assert (result.code, result.out) == (1, "")
    assert str(terminal.config) in result.err
    assert not Path(terminal.config.parent, "nowhere").exists()


def test_init_writes_the_file_that_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `--config`, or by the variable."""
    one, other = terminal.home / "one.toml", terminal.home / "deep" / "other.toml"
    assert terminal("--config", one, "config", "init").code == 0
    monkeypatch.setenv("NIGHTCARE_CONFIG", str(other))
    assert terminal("config", "init").code == 0
    assert one.read_text(encoding="utf-8") == other.read_text(encoding="utf-8") == example_text()
    assert not terminal.config.exists()


def test_init_where_nothing_can_be_written(terminal: Terminal) -> None:
    """It fails, and says what the system says."""
    (terminal.home / "config").write_text("in the way")
    result = terminal("config", "init")
    assert (result.code, result.out) == (1, "")
    assert result.err == f"{terminal.config} cannot be written: Not a directory.\n"


# check


def test_check_of_a_right_file(terminal: Terminal) -> None:
    """Yours, or the one that is named behind the command."""
    terminal.write("")
    other = terminal.write('language = "da"', terminal.home / "other.toml")
    assert terminal("config", "check").out == f"{terminal.config}: no errors.\n"
    result = terminal("config", "check", other)
    assert (result.code, result.out, result.err) == (0, f"{other}: ingen fejl.\n", "")


def test_check_without_a_file(terminal: Terminal) -> None:
    """There are still the defaults."""
    result = terminal("config", "check")
    assert (result.code, result.out) == (0, "the built-in defaults: no errors.\n")


def test_check_of_a_wrong_file(terminal: Terminal) -> None:
    """Every mistake with the line that it is about, where problems go."""
    terminal.write(INVALID)
    result = terminal("config", "check")
    assert (result.code, result.out, result.err) == (78, "", complaint(terminal.config))


def test_check_for_a_program(terminal: Terminal) -> None:
    """It has the place, the parts, and the line as a person reads it."""
    path = terminal.write(INVALID)
    result = terminal("config", "check", "--json")
    assert (result.code, result.err) == (78, "")
    assert result.json == [
        {
            "severity": "error",
            "file": str(path),
            "line": 2,
            "column": 9,
            "end_column": 19,
            "key": "reminders.water.topic",
            "message": f"{path}{WRONG_LINES[0]}",
        },
        {
            "severity": "error",
            "file": str(path),
            "line": 3,
            "column": 6,
            "end_column": 12,
            "key": "reminders.water.at",
            "message": f"{path}{WRONG_LINES[1]}",
        },
    ]


def test_check_with_warnings_alone_is_fine(terminal: Terminal) -> None:
    """They are told all the same."""
    path = terminal.write('[reminders.night]\ntopic = "sleep"\nat = "03:00"')
    said = (
        f'{path}:3:6: reminders.night.at: "03:00" is in the night on Monday '
        "(bedtime 22:30, wake-up 07:00); it is kept as written; see the built-in defaults"
    )
    result = terminal("config", "check")
    assert (result.code, result.out) == (0, f"{path}: no errors.\n")
    assert result.err == f'Note: {said}\n  3 | at = "03:00"\n    |      ^^^^^^^\n'
    (entry,) = terminal("config", "check", "--json").json
    assert (entry["severity"], entry["message"]) == ("warning", said)


def test_check_in_the_language_of_the_file(terminal: Terminal) -> None:
    """An invalid file is reported in the language of the desktop."""
    terminal.write('language = "da"\n[reminders.night]\ntopic = "sleep"\nat = "03:00"')
    assert terminal("config", "check").err.startswith("Bemærk: ")


def test_check_of_a_file_that_is_not_there(terminal: Terminal) -> None:
    """A file that is named must be there."""
    path = terminal.home / "nowhere.toml"
    result = terminal("config", "check", path)
    assert (result.code, result.out) == (78, "")
    assert result.err == (
        f"{path}: there is no such file; choose another with --config, "
        "or write one with `nightcare config init`\n"
    )


def test_check_of_the_environment(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable has no line."""
    monkeypatch.setenv("NIGHTCARE_SNOOZE__LIMIT", "many")
    result = terminal("config", "check")
    assert result.code == 78
    assert result.err == (
        'NIGHTCARE_SNOOZE__LIMIT: snooze.limit: found "many"; allowed: a whole number\n'
    )
    (entry,) = terminal("config", "check", "--json").json
    assert (entry["file"], entry["line"]) == ("NIGHTCARE_SNOOZE__LIMIT", None)


def test_check_of_the_defaults_for_a_program(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no file to name."""
    monkeypatch.setenv("NIGHTCARE_SLEEP__BEDTIME", "08:05")
    entries = terminal("config", "check", "--json").json
    assert {one["file"] for one in entries if one["severity"] == "error"} == {None}
    assert terminal("config", "check").err.startswith("the built-in defaults: reminders.water")


def test_check_of_a_contradiction_shows_both_places(terminal: Terminal) -> None:
    """The one that is told of, and the one that it contradicts."""
    path = terminal.write('[reminders.water]\ntopic = "hydration"\nat = "12:00"\nevery = "2h"\n')
    assert terminal("config", "check").err == (
        f"{path}:4:1: reminders.water.every: its time is given in more than one way (at, every); "
        "keep only one of them; see line 3\n"
        '  3 | at = "12:00"\n    | --\n  4 | every = "2h"\n    | ^^^^^\n'
    )


@pytest.mark.parametrize(
    ("terminal_there", "no_color", "coloured"),
    [(True, "", True), (True, "1", False), (False, "", False)],
)
def test_colour_is_for_a_terminal(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal_there: bool,
    no_color: str,
    coloured: bool,
) -> None:
    """Red for a mistake, yellow for what may be one; and none where it is not wanted."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal_there)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("COLUMNS", "1000")
    path = terminal.write('[reminders.one]\ntopic = "sleep"\nat = ["03:00", "12:00", "12:00"]')
    said = terminal("config", "check").err
    assert (f"\x1b[31m{path}:3:25\x1b[0m: reminders.one.at" in said) is coloured
    assert (f"Note: \x1b[33m{path}:3:7\x1b[0m: reminders.one.at" in said) is coloured
    assert ("\x1b[1m^^^^^^^\x1b[0m" in said) is coloured
    assert ("\x1b" in said) is coloured


# show


def test_show_is_what_is_in_force(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file over the defaults, and the environment over both; as TOML that can be read back."""
    terminal.write(
        '[sleep]\nwake = 06:30\nbedtime = "23:00"\n'
        '[reminders.walk]\ntopic = "exercise"\nat = [17:00, "18:00"]\n'
        f'text = "{"Go for a walk. " * 8}"\nenabled = false\n'
    )
    monkeypatch.setenv("NIGHTCARE_SNOOZE__LIMIT", "5")
    result = terminal("config", "show")
    assert (result.code, result.err) == (0, "")
    shown = tomli.loads(result.out)
    assert shown["sleep"]["bedtime"] == "23:00"
    assert result.out.startswith(
        f"# The config in use. Line numbers are those of {terminal.config}\n"
    )
    assert "wake = 06:30:00    # line 2\n" in result.out
    assert "limit = 5                 # NIGHTCARE_SNOOZE__LIMIT\n" in result.out
    assert 'lengths = ["10m", "30m"]  # default\n' in result.out
    assert shown["reminders"].keys() == {"walk"}
    assert shown["reminders"]["walk"]["text"] == "Go for a walk. " * 8
    assert shown["snooze"] == {"lengths": ["10m", "30m"], "limit": 5}
    copied = terminal.write(result.out, terminal.home / "copied.toml")
    monkeypatch.delenv("NIGHTCARE_SNOOZE__LIMIT")
    assert tomli.loads(terminal("--config", copied, "config", "show").out) == shown


def test_show_for_a_program(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """By key, what it is and where it comes from; a TOML time is text there."""
    path = terminal.write("[sleep]\nwake = 06:30\nbedtime = 23:00:15")
    monkeypatch.setenv("NIGHTCARE_SNOOZE__LIMIT", "5")
    result = terminal("config", "show", "--json")
    assert (result.code, result.err) == (0, "")
    nothing = {"file": None, "line": None, "variable": None}
    assert result.json["sleep.wake"] == {
        "value": "06:30:00",
        "origin": nothing | {"kind": "file", "file": str(path), "line": 2},
    }
    assert result.json["snooze.limit"] == {
        "value": 5,
        "origin": nothing | {"kind": "environment", "variable": "NIGHTCARE_SNOOZE__LIMIT"},
    }
    assert result.json["diary.morning_question"] == {
        "value": "wake + 30m",
        "origin": nothing | {"kind": "default"},
    }


def test_show_without_a_file_in_the_language_of_the_desktop(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that there is none."""
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    result = terminal("config", "show")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("# Den indbyggede opsætning")
    assert '\nbedtime = "22:30"  # standard\n' in result.out


def test_show_of_a_wrong_file(terminal: Terminal) -> None:
    """Nothing of it is in force."""
    terminal.write(INVALID)
    result = terminal("config", "show")
    assert (result.code, result.out) == (78, "")
    assert result.err == complaint(terminal.config) + MEND_THEM


# path, and which file


def test_path(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option wins over the variable, and both over the usual place."""
    assert terminal("config", "path").out == f"{terminal.config}\n"
    monkeypatch.setenv("NIGHTCARE_CONFIG", "~/mine.toml")
    assert terminal("config", "path").out == f"{terminal.home}/mine.toml\n"
    assert terminal("--config", "here.toml", "config", "path").out == "here.toml\n"
    assert terminal("config", "path", "--config", "here.toml").out == "here.toml\n"
    monkeypatch.setenv("NIGHTCARE_CONFIG", "")
    assert terminal("config", "path").out == f"{terminal.config}\n"


def test_a_named_file_is_used_before_and_behind_the_command(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an option the file of the variable is used."""
    terminal.write('language = "en"')
    danish = terminal.write('language = "da"', terminal.home / "dansk.toml")
    english = terminal.write('language = "en"', terminal.home / "english.toml")
    assert terminal("next").out.startswith("Next: ")
    assert terminal("--config", danish, "next").out.startswith("Næste: ")
    assert terminal("next", "--config", danish).out.startswith("Næste: ")
    monkeypatch.setenv("NIGHTCARE_CONFIG", str(danish))
    assert terminal("next").out.startswith("Næste: ")
    assert terminal("--config", english, "next").out.startswith("Next: ")
    assert terminal("--config", english, "next", "--config", danish).out.startswith("Næste: ")


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("next",), ("today",), ("preview",), ("why",), ("snooze",), ("pause",),
        ("resume",), ("done",), ("good-night",), ("tonight", "23:00"), ("try", "water"), ("run",),
        ("rehearse",), ("install",), ("config", "check"), ("config", "show"),
    ],
)  # fmt: skip
def test_a_named_file_that_is_not_there_stops_every_command_that_needs_it(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    """Nobody is reminded by the defaults who named a file of their own."""
    result = terminal("--config", terminal.home / "nowhere.toml", *command)
    assert (result.code, result.out) == (78, "")
    assert result.err.startswith(f"{terminal.home}/nowhere.toml: there is no such file")


def test_a_usual_file_that_cannot_be_read_is_told_too(terminal: Terminal) -> None:
    """A link that leads nowhere is a mistake, not a missing file."""
    terminal.config.parent.mkdir(parents=True)
    terminal.config.symlink_to("nowhere")
    result = terminal("next")
    assert result.code == 78
    assert "there is no such file" in result.err


def test_a_wrong_config_in_the_language_of_the_desktop(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its own cannot be known."""
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    terminal.write("language = 'dk'")
    result = terminal("next")
    assert (result.code, result.out) == (78, "")
    assert result.err == (
        f"{terminal.config}:1:12: language: fandt "
        '"dk"; tilladt: "auto", "en", "da"\n'
        "  1 | language = 'dk'\n    |            ^^^^\n"
        "Fejl i opsætningen: 1. Ret dem, og tjek igen med `nightcare config check`; "
        "en tjeneste, der kører, beholder sin plan så længe.\n"
    )
