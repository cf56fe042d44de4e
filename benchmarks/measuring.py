"""Measurements of a process by the kernel, and of many runs of a command."""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path

_MIB_IN_KIB = 1024
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """Statistics of many runs, in milliseconds unless stated otherwise.

    Attributes:
        median: The median.
        low: The lower quartile.
        high: The upper quartile.
        most: The maximum.
        runs: The number of runs.
    """

    median: float
    low: float
    high: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """Return the statistics of these values."""
        ordered = sorted(values)
        low, _, high = statistics.quantiles(ordered, n=4) if len(ordered) > 1 else ordered * 3
        return cls(statistics.median(ordered), low, high, ordered[-1], len(ordered))

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.low:.1f} to {self.high:.1f})"


@dataclass(frozen=True, slots=True)
class Timed:
    """Wall time and processor time of a command."""

    wall: Figure
    processor: Figure


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process in MiB, by smaps_rollup of proc(5).

    Attributes:
        resident: All resident pages.
        proportional: The same, with shared pages divided among their processes.
        private: Pages that no other process shares.
    """

    resident: float
    proportional: float
    private: float


@dataclass(frozen=True, slots=True)
class Activity:
    """Activity of all threads of a process.

    Attributes:
        switches: Number of wake-ups: voluntary context switches.
        ticks: Processor time in clock ticks of 10 ms.
    """

    switches: int
    ticks: int


def memory_of(pid: int) -> Memory:
    """Return the memory of a process now."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    kib = {name: int(size) for name, size in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
    private = kib["Private_Clean"] + kib["Private_Dirty"]
    return Memory(*(one / _MIB_IN_KIB for one in (kib["Rss"], kib["Pss"], private)))


def activity_of(pid: int) -> Activity:
    """Return the activity of a process since its start."""
    switches = ticks = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text(encoding="utf-8")
        found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.MULTILINE)
        assert found is not None
        switches += int(found[1])
        fields = (task / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return Activity(switches, ticks)


def activity_during(pids: Sequence[int], seconds: float) -> list[Activity]:
    """Return the activity of processes in the next so many seconds."""
    before = [activity_of(pid) for pid in pids]
    time.sleep(seconds)
    after = [activity_of(pid) for pid in pids]
    return [
        Activity(late.switches - early.switches, late.ticks - early.ticks)
        for early, late in zip(before, after, strict=True)
    ]


def commands_timed(
    commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], runs: int
) -> dict[str, Timed]:
    """Run commands many times in turn, so that a busy moment affects all of them."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(_run(command, environment))
    return {
        name: Timed(Figure.of(one for one, _ in both), Figure.of(one for _, one in both))
        for name, both in taken.items()
    }


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    nowhere = [(os.POSIX_SPAWN_OPEN, out, os.devnull, os.O_WRONLY, 0) for out in (1, 2)]
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], list(command), environment, file_actions=nowhere)
    _, _, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    return wall * _MILLISECONDS, (usage.ru_utime + usage.ru_stime) * _MILLISECONDS


def timed(work: Callable[[], object], runs: int) -> Figure:
    """Measure a call in this process."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * _MILLISECONDS)
    return Figure.of(taken)


def as_data(value: object) -> object:
    """Return a figure, or a table of figures, as plain data for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return {str(key): as_data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(one) for one in value]
    return value
