"""Figures as Markdown tables, which can be pasted into the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from benchmarks.lateness import Lateness
from benchmarks.measuring import Activity, Figure, Memory, Timed

_ACTIVITY = ("voluntary switches", "CPU ticks")
_MEMORY = ("resident MiB", "proportional MiB", "private MiB")
_TIMED = ("wall ms", "processor ms", "times the floor")
_FIGURE = ("ms", "at most")


def print_table(name: str, found: object, out: TextIO) -> None:
    """Print the figures of a part."""
    print(f"\n### {name}\n", file=out)
    head, rows = _table(found)
    print(f"| | {' | '.join(head)} |", file=out)
    print(f"|---|{'---|' * len(head)}", file=out)
    for label, cells in rows:
        print(f"| {label} | {' | '.join(cells)} |", file=out, flush=True)


def _table(found: object) -> tuple[Sequence[str], Iterable[tuple[str, Sequence[str]]]]:
    match found:
        case Lateness(figure, due):
            shown = f"{figure.runs} of {due} shown"
            return _FIGURE, [(shown, (str(figure), f"{figure.most:.1f}"))]
        case dict():
            return _of_mapping(found)
        case _:
            raise TypeError(found)


def _of_mapping(
    named: Mapping[str, object],
) -> tuple[Sequence[str], Iterable[tuple[str, Sequence[str]]]]:
    first = next(iter(named.values()))
    rows: list[tuple[str, Sequence[str]]] = []
    if isinstance(first, dict):
        inner = [
            (f"{one}, {key}", value) for one, each in named.items() for key, value in _items(each)
        ]
        return _of_mapping(dict(inner))
    head: Sequence[str] = ("MiB",)
    for name, value in named.items():
        match value:
            case Activity():
                head = _ACTIVITY
                rows.append((name, (str(value.switches), str(value.ticks))))
            case Memory():
                head = _MEMORY
                cells = (value.resident, value.proportional, value.private)
                rows.append((name, tuple(f"{one:.1f}" for one in cells)))
            case Figure():
                head = _FIGURE
                rows.append((name, (str(value), f"{value.most:.1f}")))
            case Timed():
                head = _TIMED
                floor = first if isinstance(first, Timed) else value
                times = value.processor.median / floor.processor.median
                rows.append((name, (str(value.wall), str(value.processor), f"{times:.1f}")))
            case _:
                rows.append((name, (f"{value:.1f}",)))
    return head, rows


def _items(each: object) -> Iterable[tuple[str, object]]:
    assert isinstance(each, dict)
    return each.items()
