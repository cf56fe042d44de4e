"""The versions, as the probe finds them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import tomli

from nightcare.doctor.checks.versions import LIBRARIES, ON_LINUX, probe_versions
from parts.probes import context_of
from parts.scripts import only_program

PROJECT = Path(__file__).parents[3]

Make = Callable[[str, str], dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Make:
    """Make a program that does as a script says; return an environment that has it alone."""
    return partial(only_program, tmp_path / "bin")


def test_the_version_of_systemd(programs: Make) -> None:
    """As it prints it first."""
    said = "echo 'systemd 252 (252.39-1~deb12u1)'; echo '+PAM +AUDIT'"
    assert probe_versions(context_of(programs("systemctl", said))).systemd == "252"
    assert probe_versions(context_of(programs("systemctl", "echo what"))).systemd == ""
    assert probe_versions(context_of({"PATH": ""})).systemd == ""


def test_every_library_that_is_needed_is_looked_for(programs: Make) -> None:
    """Those that the project names."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    needed = {one.split(">=")[0] for one in tomli.loads(text)["project"]["dependencies"]}
    assert needed == set(LIBRARIES + ON_LINUX)
    found = probe_versions(context_of(programs("systemctl", "echo systemd 252")))
    assert set(found.libraries) == needed
    assert all(found.libraries.values())
    assert (found.python, found.systemd) == (sys.version.split()[0], "252")
    assert "Linux" in found.system


def test_a_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By having no version."""
    monkeypatch.setattr("nightcare.doctor.checks.versions.ON_LINUX", ("no-such-library",))
    assert probe_versions(context_of({"PATH": ""})).libraries["no-such-library"] is None
