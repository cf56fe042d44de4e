"""The clock on the wall of the programs of one test, by libfaketime: their date is the test's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from parts.processes import find_program


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
            "LD_PRELOAD": find_program("/usr/lib/*/faketime/libfaketime.so.1", "libfaketime"),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def offset(self, by: timedelta) -> None:
        """Show so much more than the real time."""
        self.file.write_text(f"{by.total_seconds():+.0f}\n", encoding="utf-8")

    def start_at(self, local: datetime) -> None:
        """Let each program begin at this local time, in the zone that its TZ names."""
        self.file.write_text(f"@{local:%Y-%m-%d %H:%M:%S}\n", encoding="utf-8")
