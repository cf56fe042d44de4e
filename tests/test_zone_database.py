"""The zone database of the system is found without the build settings of Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nightcare
from nightcare.zone_database import ZONES

SOURCE = Path(nightcare.__file__).parents[1]
PLAIN = "import zoneinfo; "
# A site may load the build settings at the start of Python.
OURS = (
    "import pathlib, sys; sys.modules.pop('sysconfig', None); is_dir = pathlib.Path.is_dir; "
    "pathlib.Path.is_dir = lambda _: {there}; import nightcare.zone_database, zoneinfo; "
    "pathlib.Path.is_dir = is_dir; "
)
PRINT = "print(*zoneinfo.TZPATH, zoneinfo.ZoneInfo('Europe/Copenhagen').key)"


def found(script: str, **variables: str) -> list[str]:
    """Return the folders that a new process searches, and the zone that it finds."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONTZPATH"}
    result = subprocess.run(
        [sys.executable, "-c", script + PRINT],
        env={**own, "PYTHONPATH": str(SOURCE), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.split()


def test_the_zones_of_the_system_are_searched() -> None:
    """They are those of the C library; the package tzdata has the zone where they do not."""
    assert found(OURS.format(there=True)) == [ZONES, "Europe/Copenhagen"]


@pytest.mark.parametrize("before", [OURS.format(there=False), f"{PLAIN}{OURS.format(there=True)}"])
def test_the_folders_of_python_are_searched_otherwise(before: str) -> None:
    """Those that it was built with, on a system without zones and where zoneinfo is loaded."""
    assert found(before) == found(PLAIN)


def test_the_folders_of_a_variable_come_first(tmp_path: Path) -> None:
    """PYTHONTZPATH names them."""
    folder = str(tmp_path)
    script = OURS.format(there=True)
    assert found(script, PYTHONTZPATH=folder) == [folder, "Europe/Copenhagen"]
