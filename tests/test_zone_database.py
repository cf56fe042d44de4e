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
FIRST = "from nightcare.zone_database import ZoneInfo; import zoneinfo; "
LATER = "import zoneinfo; from nightcare.zone_database import ZoneInfo; "
PRINT = "print(*zoneinfo.TZPATH, ZoneInfo('Europe/Copenhagen').key)"


def found(script: str, **variables: str) -> list[str]:
    """Return the folders that a new process searches, and the zone that it finds."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONTZPATH"}
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**own, "PYTHONPATH": str(SOURCE), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.split()


@pytest.mark.skipif(not Path(ZONES).is_dir(), reason="this system has no zone database")
def test_the_zones_of_the_system_come_first() -> None:
    """They are those of the C library."""
    first, *_, zone = found(FIRST + PRINT)
    assert (first, zone) == (ZONES, "Europe/Copenhagen")


def test_a_zoneinfo_that_is_loaded_already_stays() -> None:
    """It searches the folders that Python was built with."""
    plain = "import zoneinfo; print(*zoneinfo.TZPATH, 'Europe/Copenhagen')"
    assert found(LATER + PRINT) == found(plain)


def test_the_folders_of_a_variable_are_searched_instead(tmp_path: Path) -> None:
    """PYTHONTZPATH names them; the package tzdata has the zone."""
    assert found(FIRST + PRINT, PYTHONTZPATH=str(tmp_path)) == [str(tmp_path), "Europe/Copenhagen"]
