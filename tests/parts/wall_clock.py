"""The clock on the wall of the programs of one test, by libfaketime: their date is the test's."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parts import libfaketime
from parts.home import ANOTHER_DATE

_STEP = """
import sys, time
if "faketime" in open("/proc/self/maps").read():
    sys.exit("the clock that this process sees is not the real one")
time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
"""


def step_the_clock_to_the_time_it_shows() -> None:
    """Step the real clock by nothing, of which the kernel tells as of any other step.

    In a process of its own, which never has the tests' other date: with that, the real clock of the
    whole machine would be set to it.
    """
    environment = {name: of for name, of in os.environ.items() if name not in ANOTHER_DATE}
    done = subprocess.run(
        [sys.executable, "-c", _STEP], env=environment, capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("setting the clock is not allowed here")


@dataclass(frozen=True, slots=True)
class WallClock:
    """A wall clock for the programs of one test.

    Attributes:
        file: The file that libfaketime reads the time from, faketime(1).
    """

    file: Path

    def variables(self) -> dict[str, str]:
        """Return the environment variables that make a program use this clock."""
        return {
            "LD_PRELOAD": libfaketime.build(self.file.parent),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def offset(self, by: timedelta) -> None:
        """Show so much more than the time of the tests."""
        seconds = by.total_seconds() + _offset_of_tests()
        self.file.write_text(f"{seconds:+.0f}\n", encoding="utf-8")

    def start_at(self, local: datetime) -> None:
        """Let each program begin at this local time, in the zone that its TZ names."""
        self.file.write_text(f"@{local:%Y-%m-%d %H:%M:%S}\n", encoding="utf-8")


def _offset_of_tests() -> int:
    """Return by how many seconds the tests' clock is ahead: ./scripts/test --date."""
    file = os.environ.get("FAKETIME_TIMESTAMP_FILE")
    return 0 if file is None else int(Path(file).read_text(encoding="utf-8"))
