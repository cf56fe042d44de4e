"""The user unit and the session, as the probes find them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from nightcare.desktop.dbus import Fault
from nightcare.doctor.checks import service_unit
from nightcare.doctor.checks.service_unit import (
    NoManager,
    SessionFacts,
    UnitFacts,
    probe_session,
    probe_unit,
)
from parts.probes import LONG, SHORT, context_of
from parts.scripts import only_program, shell_program

Make = Callable[[str, str], dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Make:
    """Make a program that does as a script says; return an environment that has it alone."""
    return partial(only_program, tmp_path / "bin")


_LOADED = """Id=nightcare.service
LoadState=loaded
UnitFileState=enabled
ActiveState=failed
SubState=failed
Result=exit-code
ExecMainStatus=78
FragmentPath=/home/mette/.config/systemd/user/nightcare.service
ExecStart={ path=PROGRAM ; argv[]=PROGRAM -P nightcare ; ignore_errors=no ; pid=0 ; status=0/0 }
DropInPaths=DROPINS
WantedBy=graphical-session.target default.target
NeedDaemonReload=yes

Id=graphical-session.target
LoadState=loaded
ActiveState=active
"""


def unit_of(programs: Make, script: str, wait: float = LONG) -> UnitFacts | NoManager:
    """Return the facts read from the output of systemctl."""
    return probe_unit(context_of(programs("systemctl", script), wait))


def test_the_unit_as_systemd_has_it(programs: Make) -> None:
    """All that matters of it, and whether there is a graphical session."""
    text = _LOADED.replace("PROGRAM", sys.executable)
    unit = unit_of(programs, f"/bin/cat <<'END'\n{text}END")
    assert unit == UnitFacts(
        load="loaded",
        file="enabled",
        active="failed",
        sub="failed",
        result="exit-code",
        status="78",
        path="/home/mette/.config/systemd/user/nightcare.service",
        program="",
        wanted_by=("graphical-session.target", "default.target"),
        stale=True,
        graphical=True,
    )


def test_a_unit_whose_program_has_gone(programs: Make) -> None:
    """As after the folder of a virtual environment was removed."""
    text = _LOADED.replace("PROGRAM", "/gone with spaces/bin/nightcare")
    unit = unit_of(programs, f"/bin/cat <<'END'\n{text}END")
    assert isinstance(unit, UnitFacts)
    assert unit.program == "/gone with spaces/bin/nightcare"


def started(programs: Make, program: Path | str, arguments: str, drop_ins: str = "") -> UnitFacts:
    """Return the facts of a unit that starts a program."""
    text = _LOADED.replace("PROGRAM -P nightcare", f"PROGRAM {arguments}")
    text = text.replace("PROGRAM", str(program)).replace("DROPINS", drop_ins)
    unit = unit_of(programs, f"/bin/cat <<'END'\n{text}END")
    assert isinstance(unit, UnitFacts)
    return unit


def test_a_unit_whose_interpreter_cannot_load_the_service(programs: Make, tmp_path: Path) -> None:
    """As after a new minor version of Python, or with damaged files."""
    other = shell_program(
        tmp_path / "python", "echo Traceback >&2; echo ImportError: no nightcare >&2; exit 1"
    )
    unit = started(programs, other, "-P -m nightcare.service")
    assert (unit.unusable, unit.reason) == (str(other), "ImportError: no nightcare")
    through = f"{other} -P -m nightcare.service"
    unit = started(programs, "/usr/bin/env", through)
    assert (unit.unusable, unit.reason) == (str(other), "ImportError: no nightcare")
    works = shell_program(tmp_path / "it's $5" / "python", "")
    unit = started(programs, works, "-P -m nightcare.service")
    assert (unit.unusable, unit.reason) == ("", "")
    through = f"{works} -P -m nightcare.service".replace("$", "$$")
    unit = started(programs, "/usr/bin/env", through)
    assert (unit.unusable, unit.reason, unit.program) == ("", "", "")


def test_a_unit_that_starts_something_else(programs: Make) -> None:
    """As after an edit by hand."""
    assert started(programs, "/bin/true", "").foreign == "/bin/true"


def test_a_drop_in_that_starts_another_installation(programs: Make, tmp_path: Path) -> None:
    """It counts whatever `install` writes; one that changes nothing of that is not named."""
    theirs, harmless = tmp_path / "theirs.conf", tmp_path / "harmless.conf"
    theirs.write_text("[Service]\nExecStart=\nExecStart=/opt/python -m nightcare.service\n")
    harmless.write_text("[Service]\nNice=5\n")
    both = f"{harmless} {theirs} {tmp_path}/gone.conf"
    assert started(programs, "/bin/sh", "nightcare", both).overrides == (str(theirs),)
    assert started(programs, sys.executable, "-m nightcare", both).overrides == ()


def test_output_that_makes_no_sense_is_no_unit(programs: Make) -> None:
    """It is not an error either."""
    unit = unit_of(programs, "echo hello")
    assert isinstance(unit, UnitFacts)
    assert unit.load == "not-found"


def test_no_manager(programs: Make) -> None:
    """None that can be reached, none that answers, none at all."""
    refused = unit_of(programs, "echo 'Failed to connect: No\n medium' >&2; exit 1")
    assert refused == NoManager(Fault.REFUSED, "Failed to connect: No medium")
    assert unit_of(programs, "exit 1") == NoManager(Fault.REFUSED, "1")
    assert unit_of(programs, "exec /bin/sleep 600", SHORT) == NoManager(Fault.LATE)
    assert probe_unit(context_of({"PATH": ""})) == NoManager(Fault.ABSENT)


# The session


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({}, ""),
        ({"XDG_SESSION_TYPE": "tty"}, ""),
        ({"XDG_SESSION_TYPE": "wayland"}, "wayland"),
        ({"XDG_SESSION_TYPE": "tty", "DISPLAY": "localhost:10.0"}, "x11"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
    ],
)
def test_what_a_session_draws_with(
    variables: dict[str, str], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what programs go by themselves."""
    monkeypatch.setattr(service_unit, "LINGERING", tmp_path / "none" / "linger")
    assert probe_session(context_of(variables)) == SessionFacts(kind, None)


def test_lingering_is_a_file_with_the_name_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As loginctl makes it; where systemd does not run, it means nothing."""
    monkeypatch.setattr(service_unit, "BOOTED", tmp_path)
    folder = tmp_path / "linger"
    monkeypatch.setattr(service_unit, "LINGERING", folder)
    assert probe_session(context_of({})).lingering is False
    folder.mkdir()
    (folder / Path("/proc/self").owner()).touch()
    assert probe_session(context_of({})).lingering is True
    monkeypatch.setattr(service_unit, "BOOTED", tmp_path / "not")
    assert probe_session(context_of({})).lingering is None
