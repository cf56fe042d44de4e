"""The command line as a whole: usage, errors, languages, output; and the state folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.talk import answered
from cli.terminal import Terminal
from nightcare import __version__
from nightcare.cli.command_group import app
from nightcare.cli.main import main
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.reasons import Reason
from nightcare.journal.journal_files import FILE_NAME
from parts.scripts import shell_program

NEED_THE_JOURNAL = [
    ("status",), ("next",), ("today",), ("why",), ("snooze",), ("pause",), ("resume",), ("done",),
    ("good-night",), ("undo",), ("tonight", "23:00"), ("try", "water"),
]  # fmt: skip

FOR_A_PROGRAM = [
    ("status",), ("next",), ("today",), ("preview",), ("why",), ("tips",), ("config", "check"),
    ("config", "show"),
]  # fmt: skip


# Usage


def test_config_may_stand_before_or_behind_the_command(terminal: Terminal) -> None:
    """The one behind the command takes precedence."""
    one = terminal.write('language = "da"\n', terminal.home / "one.toml")
    other = terminal.write('language = "en"\n', terminal.home / "other.toml")
    assert terminal("--config", one, "next").out.startswith("Næste: ")
    assert terminal("next", "--config", one).out.startswith("Næste: ")
    assert terminal("--config", one, "next", "--config", other).out.startswith("Next: ")


def test_help_names_every_command(terminal: Terminal) -> None:
    """With what it does; the list is short enough to read."""
    for flag in ("--help", "-h"):
        result = terminal(flag)
        assert (result.code, result.err) == (0, "")
        with click.Context(app) as context:
            for name in app.list_commands(context):
                assert f"\n  {name} " in result.out
                assert terminal(name, flag).code == 0


def test_version(terminal: Terminal) -> None:
    """The name and the number."""
    result = terminal("--version")
    assert (result.code, result.out) == (0, f"nightcare, version {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [("sleep",), ("--loud",), ("next", "--loud"), ("done", "a", "b"), ("config", "mend"),
     ("preview", "--days", "many"), ("tonight",), ("try",), ("rehearse", "--seconds", "x")],
)  # fmt: skip
def test_a_mistake_in_the_usage(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    """Exit code 2, nothing on the output, and the command that helps."""
    result = terminal(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "See `nightcare " in result.err


@pytest.mark.parametrize("seconds", ["0", "-5", "3601"])
def test_a_rehearsal_of_no_length_or_too_long(terminal: Terminal, seconds: str) -> None:
    """It says how long it may be."""
    result = terminal("rehearse", "--seconds", seconds)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"{seconds} seconds are out of range. Choose from 1 to 3600.\n"


def test_interrupting_is_no_error_to_explain(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is the one that shells know for it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nightcare.engine.outlook_reader.read_outlook", interrupt)
    result = terminal("next")
    assert (result.code, result.out.strip(), result.err.strip()) == (130, "", "")


def test_nothing_is_loaded_before_the_handler_of_an_interrupt() -> None:
    """Ctrl-C may come at once; Python's own start is not ours."""
    code = (
        "import sys; before = set(sys.modules); import nightcare.cli.main;"
        " print(sorted(set(sys.modules) - before - {'__future__', 'nightcare'}))"
    )
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert printed == "['nightcare.cli', 'nightcare.cli.main']\n"


def test_main_exits_with_the_code_of_the_command(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the shell sees it."""
    assert terminal.home
    monkeypatch.setattr(sys, "argv", ["nightcare", "resume"])
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1


# Languages


def test_errors_are_in_the_language_of_the_config(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As everything else that the person reads."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    terminal.write('language = "da"')
    assert terminal("undo").err == "Der er intet at fortryde.\n"
    assert terminal("pause", "soon").err == (
        "”soon” er ikke en længde. Skriv for eksempel 10m, 1t30m eller 2t.\n"
    )


def test_everything_else_is_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the desktop's language where the config says nothing."""
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    terminal.have_open()
    assert terminal("snooze", "10m").out == "Udsat: vand, til kl. 14:20.\n"
    assert terminal("next").out == "Næste: vand, kl. 14:20.\n"
    assert terminal("done").out == "Godt gået: vand.\n"
    assert terminal("undo").out == "Fortrudt: vand kl. 14:00 er udsat til kl. 14:20 igen.\n"
    assert terminal("tonight", "23:00").out == (
        "Ny sengetid: kl. 23:00. Aftenens påmindelser følger med.\n"
    )
    assert terminal("pause", "until", "tomorrow").out == (
        "Pause indtil i morgen kl. 07:00. `nightcare resume` slutter den.\n"
    )
    assert terminal("resume").out == "Påmindelserne kommer igen.\n"
    assert (
        terminal("good-night").out
        == "Godnat. Der kommer ikke flere påmindelser før i morgen kl. 07:00.\n"
    )
    assert terminal("status").out.splitlines() == [
        "nightcare kører ikke.",
        "Du har sagt godnat; der kommer ikke flere påmindelser, før du står op.",
        "Næste: vand, i morgen kl. 08:00.",
    ]


# Output


def test_there_are_no_escape_codes_where_there_is_no_terminal(terminal: Terminal) -> None:
    """In the output of any command."""
    terminal.have_open()
    missed = terminal.delivery("12:00", slot="14400")
    terminal.have(missed, Closed(Outcome.MISSED, terminal.at("12:46"), Reason.IDLE))
    for command in (("status",), ("today",), ("preview",), ("tips",), ("relief",), ("--help",)):
        result = terminal(*command)
        assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize("command", FOR_A_PROGRAM)
def test_json_alone_is_on_the_output(terminal: Terminal, command: tuple[str, ...]) -> None:
    """In any language, with its letters as they are."""
    terminal.write('language = "da"\n[reminders.vand]\ntopic = "hydration"\nat = "12:00"\n')
    result = terminal(*command, "--json")
    assert result.json is not None
    assert "\\u" not in result.out


def test_the_commands_leave_no_descriptor_open(terminal: Terminal) -> None:
    """Not even those that fail."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("no /proc")
    terminal("next")
    before = len(list(folder.iterdir()))
    for command in (("status",), ("undo",), ("done", "x"), ("pause", "x"), ("today",)):
        terminal(*command)
    assert len(list(folder.iterdir())) == before


# The state folder


def test_the_journal_is_readable_by_its_owner_alone(terminal: Terminal) -> None:
    """This holds when a command is the first to create it."""
    terminal("next")
    assert terminal.state.stat().st_mode & 0o777 == 0o700
    assert (terminal.state / FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", NEED_THE_JOURNAL)
def test_a_state_folder_that_cannot_be_made(terminal: Terminal, command: tuple[str, ...]) -> None:
    """A plain message, exit code 1, and no traceback."""
    terminal.state.parent.write_text("in the way")
    result = terminal(*command)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"The folder {terminal.state} cannot be used: Not a directory. "
        "Make it writable for you, free some space if its disk is full, or choose another with "
        "XDG_STATE_HOME.\n"
    )


@pytest.mark.parametrize("command", NEED_THE_JOURNAL)
def test_a_journal_that_is_a_folder(terminal: Terminal, command: tuple[str, ...]) -> None:
    """Likewise."""
    (terminal.state / FILE_NAME).mkdir(parents=True)
    result = terminal(*command)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{terminal.state / FILE_NAME} is not a file, ")


@pytest.mark.parametrize("command", NEED_THE_JOURNAL)
def test_a_journal_that_is_none(terminal: Terminal, command: tuple[str, ...]) -> None:
    """It is named, and how to go on."""
    terminal.state.mkdir(parents=True)
    path = terminal.state / FILE_NAME
    path.write_bytes(b"This is a diary of another kind. " * 100)
    result = terminal(*command)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"The journal {path} cannot be read: file is not a database. "
        "Start nightcare again: it keeps a damaged journal under another name, and what "
        "can be read in a new one.\n"
    )


# `try` looks first whether a service runs at all.
@pytest.mark.parametrize("command", NEED_THE_JOURNAL[:-1])
def test_a_journal_that_is_damaged_further_in(terminal: Terminal, command: tuple[str, ...]) -> None:
    """It opens, and what is in it cannot be read."""
    terminal.have_open()
    path = terminal.state / FILE_NAME
    sound = path.read_bytes()
    path.write_bytes(sound[:4096] + b"\xa5" * (len(sound) - 4096))
    result = terminal(*command)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"The journal {path} cannot be read: ")


# Other commands, as far as they need no desktop


@pytest.fixture
def another_service(terminal: Terminal) -> Iterator[None]:
    """Hold the lock of a running service."""
    terminal.state.mkdir(parents=True)
    lock = InstanceLock(terminal.state)
    assert lock.take()
    yield
    lock.release()


@pytest.mark.usefixtures("another_service")
def test_a_second_service_is_refused(terminal: Terminal) -> None:
    """One is enough."""
    result = terminal("run")
    assert (result.code, result.out) == (1, "")
    assert result.err == ("nightcare is already running. `nightcare status` says more.\n")


@pytest.fixture
def _no_systemctl(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove systemd from the system."""
    empty = terminal.home / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.mark.usefixtures("_no_systemctl")
def test_install_without_systemd(terminal: Terminal) -> None:
    """It fails, and says what to do instead; no unit is left behind."""
    result = terminal("install")
    assert result.code == 1
    assert result.err.startswith("systemctl was not found, so there is no user service to install.")
    assert not list(terminal.home.rglob("*.service"))


@pytest.fixture
def _systemctl(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a systemctl that succeeds at everything."""
    program = shell_program(terminal.home / "bin" / "systemctl", "exit 0")
    monkeypatch.setenv("PATH", str(program.parent))


def test_install_names_a_folder_in_the_place_of_an_entry(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes nothing before that."""
    program = shell_program(
        terminal.home / "bin" / "systemctl", f"echo XDG_DATA_HOME={terminal.home / 'data'}"
    )
    monkeypatch.setenv("PATH", str(program.parent))
    entry = terminal.home / "data" / "applications" / "nightcare.desktop"
    entry.mkdir(parents=True)
    result = terminal("install")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{entry} is a folder, and nightcare needs a file there.")
    assert not list(terminal.home.rglob("*.service"))


@pytest.mark.usefixtures("_systemctl")
def test_install_and_uninstall(terminal: Terminal) -> None:
    """The config is written where there is none, and what comes first is told."""
    unit = terminal.home / "config" / "systemd" / "user" / "nightcare.service"
    result = terminal("install")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        f"Wrote {terminal.config}. Edit it as you like.",
        f"Installed {unit}; nightcare is running, and starts whenever you log in.",
        "Next: water, 16:00.",
        f"Your schedule is in {terminal.config}. Changes that you save there apply at once.",
        "A notification on your desktop says what comes first, and can show you a reminder.",
    ]
    assert unit.is_file()
    text = unit.read_text(encoding="utf-8")
    assert f"-P -m nightcare.service --config {terminal.config}\n" in text
    assert f"Environment=XDG_STATE_HOME={terminal.state.parent}\n" in text
    assert terminal("uninstall").out.startswith("The service is stopped and removed.\n")
    assert not unit.exists()


@pytest.mark.usefixtures("_no_systemctl")
def test_uninstall_of_a_packages_unit_without_systemd(terminal: Terminal) -> None:
    """The link of its target is removed; it may lead nowhere by now."""
    units = terminal.home / "config" / "systemd" / "user"
    link = units / "graphical-session.target.wants" / "nightcare.service"
    link.parent.mkdir(parents=True)
    link.symlink_to("/usr/lib/systemd/user/nightcare.engine.gone")
    assert terminal("uninstall").out == "The service is stopped and removed.\n"
    assert not link.is_symlink()


@pytest.mark.usefixtures("_systemctl", "another_service")
def test_install_while_it_runs_by_hand(terminal: Terminal) -> None:
    """Nothing is written."""
    programs = terminal.home / "bin"
    (programs / "systemctl").write_text('#!/bin/sh\n[ "$2" != is-active ]\n')
    result = terminal("install")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("nightcare is already running, perhaps in a terminal.")
    assert not terminal.config.exists()
    assert not list(terminal.home.rglob("*.service"))


@pytest.mark.usefixtures("_systemctl")
def test_install_with_a_config_of_another_name(terminal: Terminal) -> None:
    """The service uses it too; no other is written."""
    mine = terminal.write("", terminal.home / "mine.toml")
    result = terminal("--config", mine, "install")
    assert result.code == 0
    assert f"\nYour schedule is in {mine}. " in result.out
    unit = terminal.home / "config" / "systemd" / "user" / "nightcare.service"
    assert str(mine) in unit.read_text(encoding="utf-8")
    assert not terminal.config.exists()


@pytest.mark.usefixtures("_no_systemctl")
def test_uninstall_of_nothing(terminal: Terminal) -> None:
    """It says so, and keeps what is the person's own; a wrong config is no obstacle."""
    terminal.write("language = 3")
    terminal("good-night")
    result = terminal("uninstall")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "There was no service to uninstall.",
        (
            f"Your config ({terminal.config}) and journal ({terminal.state}) are still there; "
            "`nightcare uninstall --purge` removes them."
        ),
    ]
    assert terminal.config.exists()


@pytest.mark.usefixtures("_no_systemctl")
def test_uninstall_tells_only_of_what_is_there(terminal: Terminal) -> None:
    """The config, the journal, or neither."""
    nothing = "There was no service to uninstall."
    assert terminal("uninstall").out == f"{nothing}\n"
    terminal.write("")
    line = (
        f"Your config ({terminal.config}) is still there; `nightcare uninstall --purge` removes it."
    )
    assert terminal("uninstall").out.splitlines() == [nothing, line]
    terminal("good-night")
    terminal.config.unlink()
    line = (
        f"Your journal ({terminal.state}) is still there; `nightcare uninstall --purge` removes it."
    )
    assert terminal("uninstall").out.splitlines() == [nothing, line]


@pytest.mark.usefixtures("_no_systemctl")
def test_uninstall_with_everything(terminal: Terminal) -> None:
    """The config and the journal go too, and only those."""
    terminal.write("")
    other = terminal.write("", terminal.config.with_name("notes.toml"))
    assert terminal("config", "schema", "--write").code == 0
    terminal("good-night")
    assert terminal.state.exists()
    result = terminal("uninstall", "--purge", "--yes")
    assert result.out.splitlines()[-1] == "Your config and journal are removed."
    assert list(terminal.config.parent.iterdir()) == [other]
    assert not terminal.state.exists()
    assert terminal("uninstall", "--purge").code == 0


@pytest.mark.usefixtures("_no_systemctl")
@pytest.mark.parametrize(("answer", "gone"), [("n", False), ("", False), ("y", True), ("ja", True)])
def test_uninstall_with_everything_asks_first(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, answer: str, *, gone: bool
) -> None:
    """It says what goes, counted; Enter alone removes nothing."""
    terminal.write("")
    assert terminal("cramp", "add", "--at", "03:10").code == 0
    question = [("Remove it? [y/N]", answer)]
    result = answered(terminal, monkeypatch, question, "uninstall", "--purge")
    assert result.code == (0 if gone else 1)
    assert "Recorded so far: cramps: 1, morning answers: 0, reminders: 0.\n" in result.out
    assert ("Nothing was removed.\n" in result.out) is not gone
    assert (terminal.config.exists(), terminal.state.exists()) == (not gone, not gone)


@pytest.mark.usefixtures("_no_systemctl")
def test_uninstall_with_everything_needs_a_yes_without_a_terminal(terminal: Terminal) -> None:
    """Nobody could be asked, so not even the service is touched."""
    terminal.write("")
    result = terminal("uninstall", "--purge")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("There is no terminal to ask in. Add --yes to remove your config")
    assert terminal.config.exists()


@pytest.mark.usefixtures("_no_systemctl")
def test_what_cannot_be_removed_is_told(terminal: Terminal) -> None:
    """In a sentence, not in a traceback."""
    terminal.config.mkdir(parents=True)
    result = terminal("uninstall", "--purge", "--yes")
    assert result.code == 1
    assert result.err.startswith("The system refused something that nightcare needs: ")
    assert os.fspath(terminal.config) in result.err


@pytest.mark.parametrize("arguments", [("next",), ("config", "init"), ("run",)])
def test_where_nobody_says_where_home_is_it_is_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """As for a user of a container that is in no list of users."""

    def nobody(*_: object, **__: object) -> str:
        raise RuntimeError

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("platformdirs.user_config_dir", nobody)
    monkeypatch.setattr("platformdirs.user_state_dir", nobody)
    result = terminal(*arguments)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Your home folder is unknown. Set HOME")


def test_a_config_in_a_home_that_nobody_knows_is_a_file_that_is_not_there(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was written."""
    monkeypatch.setenv("NIGHTCARE_CONFIG", "~no-such-user/own.toml")
    result = terminal("next")
    assert result.code == 78
    assert result.err.startswith("~no-such-user/own.toml: ")
