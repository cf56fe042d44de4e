"""Measure all parts, print tables, and write JSON: `./scripts/benchmark --help`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.desk import Desk, private_desk
from benchmarks.growth import against_cron_trigger, with_reminders, with_years
from benchmarks.lateness import lateness
from benchmarks.measuring import as_data
from benchmarks.sharing import with_computers
from benchmarks.size import installed_sizes
from benchmarks.starting import commands, starts
from benchmarks.tables import print_table
from benchmarks.waiting import memories, quiet_minutes


@dataclass(frozen=True, slots=True)
class Scale:
    """The extent of a run.

    Attributes:
        settle: Seconds to wait after a start before measuring.
        seconds: Seconds in which nothing is due.
        notifications: Number of notifications shown before memory is measured.
        reloads: Number of schedules loaded one after another.
        runs: Number of runs of each command.
        starts: Number of starts of the service.
        people: Number of services that wait at the same time.
        waits: Seconds that each service waits, one wait after another.
        reminders: Numbers of reminders.
        years: Numbers of years in the journal.
        computers: Numbers of computers that share.
        repeats: Number of repeats of a computation.
    """

    settle: float
    seconds: int
    notifications: int
    reloads: int
    runs: int
    starts: int
    people: int
    waits: tuple[int, ...]
    reminders: tuple[int, ...]
    years: tuple[int, ...]
    computers: tuple[int, ...]
    repeats: int


FULL = Scale(
    8, 300, 60, 200, 40, 15, 20, (5, 15, 45, 90, 300), (10, 1000, 10_000), (0, 1, 10), (2, 10), 5
)
QUICK = Scale(4, 20, 5, 10, 10, 5, 5, (5, 10), (10, 1000), (0, 1), (2, 3), 3)
TRIAL = Scale(0.5, 1, 1, 2, 1, 1, 1, (1,), (10,), (0,), (2,), 1)
"""The smallest extent, for the tests; its figures mean nothing."""

PARTS: Mapping[str, Callable[[Desk, Scale], object]] = {
    "quiet": lambda desk, scale: quiet_minutes(desk, scale.seconds, scale.settle),
    "memory": lambda desk, scale: memories(desk, scale.notifications, scale.reloads, scale.settle),
    "start": lambda desk, scale: starts(desk, scale.starts),
    "commands": lambda desk, scale: commands(desk, scale.runs),
    "lateness": lambda desk, scale: lateness(desk, scale.people, scale.waits),
    "reminders": lambda _, scale: with_reminders(scale.reminders, scale.repeats),
    "planning": lambda _, scale: against_cron_trigger(scale.repeats),
    "journal": lambda desk, scale: with_years(desk, scale.years, scale.runs),
    "sharing": lambda _, scale: with_computers(scale.computers, scale.years[-1], scale.repeats),
    "size": lambda _desk, _scale: installed_sizes(),
}


def main(arguments: Sequence[str]) -> int:
    """Measure the parts that the arguments name."""
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", action="store_const", const=QUICK, dest="scale")
    scale.add_argument("--trial", action="store_const", const=TRIAL, dest="scale")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    parser.set_defaults(scale=FULL)
    asked = parser.parse_args(arguments)
    unknown = set(asked.parts) - PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    found: dict[str, object] = {"machine": machine()}
    with private_desk() as desk:
        for name in asked.parts or PARTS:
            found[name] = PARTS[name](desk, asked.scale)
            print_table(name, found[name], sys.stdout)
    if asked.json is not None:
        text = json.dumps(as_data(found), indent=2) + "\n"
        asked.json.write_text(text, encoding="utf-8")
    return 0


def machine() -> dict[str, object]:
    """Return the machine that was measured, and its load."""
    return {
        "when": datetime.now(UTC).date().isoformat(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
