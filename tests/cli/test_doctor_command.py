"""The doctor as a person and a program meet it."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.talk import SOURCE, answered, left_loaded
from cli.terminal import Terminal
from nightcare.cli import doctor_command
from nightcare.desktop.notify.terminal import TerminalNotifier
from nightcare.doctor.check import Check, Finding, Limits, State
from nightcare.domain.notification import (
    Capability,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)
from nightcare.i18n.translator import read_words
from nightcare.journal.bridge_status import BridgeStatus, write_bridge_status
from nightcare.journal.store import BUTTONS_NOTE
from nightcare.paths import bridge_lock

LONG = 60.0


@pytest.fixture(autouse=True)
def _nowhere(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove systemd, buses and settings, so that nothing of the real session is queried.

    Whatever is there has time to answer, also on a busy machine, and others that write to the disk
    change nothing.
    """
    disk = SimpleNamespace(free=5 * 2**30)
    monkeypatch.setattr("nightcare.journal.inspection.shutil.disk_usage", lambda _: disk)
    # The clock of the tests may be earlier than the release.
    monkeypatch.setattr(
        "nightcare.doctor.checks.system_clock.RELEASED", terminal.now - timedelta(1)
    )
    monkeypatch.setattr(doctor_command, "Limits", lambda: Limits(LONG, LONG, LONG))
    monkeypatch.setenv("PATH", str(terminal.home / "bin"))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)


def everything_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be bad."""
    checks = "nightcare.doctor.checks"
    monkeypatch.setattr(
        f"{checks}.session_bus.judge_bus",
        lambda *_: Finding(Check.BUS, State.GOOD, "doctor_bus_good", {"address": "unix:path=/b"}),
    )
    monkeypatch.setattr(f"{checks}.running_service.judge_service", lambda *_: [])


def test_a_line_each_and_the_mend_below(terminal: Terminal) -> None:
    """The verdict first, then the worst; what is bad is in the exit code."""
    result = terminal("doctor")
    assert (result.code, result.err) == (1, "")
    verdict, blank, *lines = result.out.splitlines()
    assert (verdict, blank) == ("2 things need fixing.", "")
    found = [line[:7] for line in lines if not line.startswith(" ")]
    assert found == sorted(found, key=["bad    ", "warning", "unknown", "good   "].index)
    assert lines[0].startswith("bad      Session bus: there is none, so ")
    assert lines[1].startswith("         Fix: Run this on your desktop, ")
    marks = {"good   ", "warning", "bad    ", "unknown"}
    assert {line[:7] for line in lines if not line.startswith(" ")} == marks
    assert "\x1b" not in result.out
    for before, line in pairwise(lines):
        if line.startswith(" "):
            assert before.startswith(("warning", "bad"))


def test_it_fits_the_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wraps at words, behind the column of the marks."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    said = terminal("doctor").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    whole = terminal("doctor").out
    assert said.split() == whole.split()
    _, _, *lines = said.splitlines()
    assert all(line[:7].strip() or line.startswith(" " * 9) for line in lines)
    # A path or a command in one piece may be longer.
    assert all(len(line) <= 60 or " " not in line[9:] for line in lines)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 40)])
def test_the_verdict_is_on_the_last_screen(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, language: str, columns: int, rows: int
) -> None:
    """It is repeated below a list that is taller than the terminal, and only there."""
    terminal.write(f'language = "{language}"\n')
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal("doctor").out.splitlines()
    verdict = shown[0]
    assert shown.count(verdict) == 1
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    # The list itself may change from one run to the next, as by a probe that takes too long.
    for tall in (rows, 200, len(shown), len(shown) + 1):
        monkeypatch.setenv("LINES", str(tall))
        lines = terminal("doctor").out.splitlines()
        repeated = lines[-2:] == ["", verdict]
        assert lines.count(verdict) == 1 + repeated
        assert repeated == (len(lines) - 2 * repeated >= tall)
        assert verdict in lines[1 - tall :]


def test_in_the_language_of_the_person(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the config; where it is wrong, that of the desktop."""
    terminal.write('language = "da"\n')
    verdict, _, *lines = terminal("doctor").out.splitlines()
    assert verdict == "2 ting skal rettes."
    assert lines[0].startswith("fejl    Sessionsbus: der er ingen, så ")
    assert lines[1].startswith("        Gør sådan: Kør det på dit skrivebord, ")
    terminal.write("language = 3\n")
    assert "bad      Config: " in terminal("doctor").out
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    assert "fejl    Opsætning: " in terminal("doctor").out


TROUBLE = "mqtt_trouble_"


@pytest.mark.parametrize("language", ["en", "da"])
def test_each_trouble_of_the_bridge_has_its_sentence(terminal: Terminal, language: str) -> None:
    """`status` and the doctor print the text of the catalogue whole, `[mqtt]` and reason too."""
    texts = {key: str(text) for key, text in read_words(language).texts.items()}
    troubles = {key: text for key, text in texts.items() if key.startswith(TROUBLE)}
    assert troubles
    terminal.write(f'language = "{language}"\n[mqtt]\nhost = "broker"\n')
    with terminal.journal():
        lock = bridge_lock(terminal.state)
    assert lock.take()
    reason = "/home/anna/[a] file"
    for key, text in troubles.items():
        status = BridgeStatus("broker:8883", trouble=key.removeprefix(TROUBLE), reason=reason)
        with terminal.journal() as journal:
            write_bridge_status(journal, status)
        sentence = texts["bridge_trouble"].format(
            address="broker:8883", trouble=text.format(reason=reason)
        )
        assert sentence in terminal("status").out.splitlines()
        assert f"{texts['doctor_check_mqtt']}: {sentence}\n" in terminal("doctor").out
    lock.release()


def test_for_a_program(terminal: Terminal) -> None:
    """An object each, with the same sentences and the same exit code."""
    result = terminal("doctor", "--json")
    assert (result.code, result.err) == (1, "")
    found: list[dict[str, Any]] = result.json
    assert {one["check"] for one in found} == {str(one) for one in Check} - {"mqtt", "notify"}
    for one in found:
        assert set(one) == {"check", "state", "message", "mend"}
        assert one["state"] in {str(state) for state in State}
        assert (one["mend"] is None) is (one["state"] in {"good", "unknown"})
    plain = terminal("doctor").out
    assert [one["message"] for one in found if one["message"] not in plain] == []


def test_where_nothing_is_bad_the_exit_code_is_fine(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warnings alone leave it so."""
    everything_good(monkeypatch)
    result = terminal("doctor")
    assert "warning" in result.out
    assert result.code == 0
    assert terminal("doctor", "--json").code == 0


def test_it_changes_nothing(terminal: Terminal) -> None:
    """Neither config nor journal is made, with or without a notification."""
    for words in ((), ("--json",), ("--notify",)):
        terminal("doctor", *words)
        assert not terminal.state.exists()
        assert not terminal.config.exists()
    assert list(terminal.home.iterdir()) == []


@pytest.mark.parametrize("seconds", ["0", "601", "-1"])
def test_nobody_waits_for_no_time_or_for_ever(terminal: Terminal, seconds: str) -> None:
    """A length that makes no sense is told."""
    result = terminal("doctor", "--notify", "--seconds", seconds)
    assert result.code == 2
    assert "Choose from 1 to 600" in result.err


def test_without_a_desktop_the_notification_is_in_the_terminal(terminal: Terminal) -> None:
    """After it was announced, and with what came of it."""
    result = terminal("doctor", "--notify", "--seconds", "5")
    assert 'Click "It works" on it within 5 s.' in result.out
    assert "A notification from nightcare" in result.out
    last = result.out.splitlines()[-1]
    assert last.startswith("good     Notification: it was printed, as your reminders are;")
    found = terminal("doctor", "--notify", "--json")
    assert 'Click "It works" on it within 1 min.' in found.err
    assert "A notification from nightcare" in found.err
    assert (found.json[-1]["check"], found.json[-1]["state"]) == ("notify", "good")


def test_a_desktop_that_is_asked_for_and_not_there_is_told(terminal: Terminal) -> None:
    """With the sentence that every command has for it."""
    terminal.write('[notify]\nbackend = "freedesktop"\n')
    result = terminal("doctor", "--notify")
    assert result.code == 1
    mark, said = result.out.splitlines()[-2:]
    assert mark.startswith("bad      Notification: There is no session bus")
    assert said.startswith("         Fix: ")


def test_a_notification_that_fails_is_a_line(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no traceback."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("out of the blue")

    monkeypatch.setattr(doctor_command, "choose_screen", fail)
    result = terminal("doctor", "--notify")
    assert (result.code, result.err) == (1, "")
    assert "Notification: the check failed: ZeroDivisionError" in result.out


class Closing(TerminalNotifier):
    """A notification server that says it has buttons; what it shows is closed at once."""

    name = "freedesktop"
    capabilities = frozenset({Capability.BUTTONS, Capability.BODY})

    def describe(self) -> str:
        """Name itself."""
        return "Buttonless 1.0 (nobody)"

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Show what is wanted, and close it."""
        for token in list(self._wanted):
            report(NotificationShown(token))
            report(NotificationClosed(token))
        await asyncio.Event().wait()


@pytest.mark.parametrize("seen", [True, False])
def test_whether_there_were_buttons_is_asked_and_remembered(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, *, seen: bool
) -> None:
    """Of a server on which no click came back; reminders name a command if there are none."""
    monkeypatch.setattr(doctor_command, "choose_screen", lambda *_: Closing(io.StringIO()))
    question = 'Did you see the button "It works" on it?'
    result = answered(
        terminal, monkeypatch, [(question, "yes" if seen else "no")], "doctor", "--notify"
    )
    assert ("each reminder names the command" in result.out) is not seen
    with terminal.journal() as journal:
        known = journal.read_note(BUTTONS_NOTE)
    assert known == ({} if seen else {"Buttonless 1.0 (nobody)": False})


def test_a_program_is_not_asked_about_buttons(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is remembered of it either."""
    monkeypatch.setattr(doctor_command, "choose_screen", lambda *_: Closing(io.StringIO()))
    found = answered(terminal, monkeypatch, [], "doctor", "--notify", "--json").json
    assert found[-1]["state"] == "warning"
    assert not terminal.state.exists()


def run_on_a_terminal(environment: Mapping[str, str]) -> bytes:
    """Return the output of `nightcare doctor` on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "nightcare", "doctor"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as program:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 65536):
                written += part
        except OSError:
            # So a terminal ends when its last writer has gone.
            pass
        os.close(ours)
        program.wait(LONG)
    return written


@pytest.mark.parametrize(
    ("more", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)],
)
def test_marks_have_colour_on_a_terminal(more: dict[str, str], *, coloured: bool) -> None:
    """Unless NO_COLOR is set (https://no-color.org) or the terminal has none."""
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(SOURCE), **more}
    written = run_on_a_terminal(environment)
    assert b"Session bus: there is none" in written
    assert (b"\x1b[31mbad    \x1b[0m  " in written) is coloured
    assert (b"\x1b" in written) is coloured


def test_other_commands_do_not_load_it() -> None:
    """They start as quickly as without it."""
    found = left_loaded({**os.environ, "PYTHONPATH": str(SOURCE)}, "tips")
    assert [one for one in found if "doctor" in one or "probe" in one] == []


def test_where_there_is_no_home_at_all(tmp_path: Path) -> None:
    """As for a user of a container: nothing to write to, nobody known, and no traceback."""
    home = tmp_path / "null"
    home.touch()
    done = subprocess.run(
        [sys.executable, "-m", "nightcare", "doctor"],
        env={
            "PYTHONPATH": str(SOURCE),
            "HOME": str(home),
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere",
        },
        capture_output=True,
        timeout=LONG,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    said = f"bad      Journal: {home}/.local/state/nightcare cannot be written"
    assert said in done.stdout.decode()
