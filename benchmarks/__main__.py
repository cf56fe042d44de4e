"""Measure everything, print it as tables, and write it as JSON: `./scripts/benchmark --help`."""

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
from benchmarks.size import installed_sizes
from benchmarks.starting import commands, starts
from benchmarks.tables import print_table
from benchmarks.waiting import memories, quiet_minutes


@dataclass(frozen=True, slots=True)
class Scale:
    """How thoroughly everything is measured.

    Attributes:
        settle: How long programs are left alone after their start, in seconds.
        seconds: How long nothing happens.
        notifications: So many are shown before memory is looked at.
        reloads: So many schedules are taken up, one after the other.
        runs: How often each command is run.
        starts: How often the service is started.
        people: So many services wait at the same time.
        waits: How long each waits, in seconds, one after the other.
        reminders: So many reminders.
        years: So many years of journal.
        repeats: How often a piece of work is done.
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
    repeats: int


FULL = Scale(8, 300, 60, 200, 40, 15, 20, (5, 15, 45, 90, 300), (10, 1000, 10_000), (0, 1, 10), 5)
QUICK = Scale(4, 20, 5, 10, 10, 5, 5, (5, 10), (10, 1000), (0, 1), 3)
TRIAL = Scale(0.5, 1, 1, 2, 1, 1, 1, (1,), (10,), (0,), 1)
"""For the tests: everything is measured, and no figure means anything."""

PARTS: Mapping[str, Callable[[Desk, Scale], object]] = {
    "quiet": lambda desk, scale: quiet_minutes(desk, scale.seconds, scale.settle),
    "memory": lambda desk, scale: memories(desk, scale.notifications, scale.reloads, scale.settle),
    "start": lambda desk, scale: starts(desk, scale.starts),
    "commands": lambda desk, scale: commands(desk, scale.runs),
    "lateness": lambda desk, scale: lateness(desk, scale.people, scale.waits),
    "reminders": lambda _, scale: with_reminders(scale.reminders, scale.repeats),
    "planning": lambda _, scale: against_cron_trigger(scale.repeats),
    "journal": lambda desk, scale: with_years(desk, scale.years, scale.runs),
    "size": lambda _desk, _scale: installed_sizes(),
}


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for."""
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
    """What it was measured on, and how busy that was."""
    return {
        "when": datetime.now(UTC).date().isoformat(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
