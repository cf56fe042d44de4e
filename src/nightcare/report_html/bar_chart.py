"""Horizontal bars, drawn as one mark for each unit, or as segments to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nightcare.domain.diary import Severity

LENGTH = 200
"""Length of the longest bar of segments, in units of the drawing."""

_MOST_MARKS = 7
"""Units that are drawn one by one, as the nights of a week; more are drawn as segments."""

_GAP = 1


class BarMark(StrEnum):
    """The symbol for a kind of unit; each has its own shape, not a colour alone."""

    SEVERE = "severe"
    MODERATE = "moderate"
    MILD = "mild"
    UNSAID = "unsaid"
    FREE = "free"
    UNKNOWN = "unknown"
    CRAMP = "cramp"
    DONE = "done"
    UNDONE = "undone"


def severity_mark(worst: Severity | None) -> BarMark:
    """Return the symbol for the worst severity of a night; None if it was not noted."""
    return BarMark.UNSAID if worst is None else BarMark(worst)


@dataclass(frozen=True)
class Segment:
    """A segment of a bar: its start, from the left, and its length."""

    mark: BarMark
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """A bar, either of marks or of segments."""

    marks: tuple[BarMark, ...] = ()
    segments: tuple[Segment, ...] = ()


def build_bar(counts: Sequence[tuple[BarMark, int]], longest: int) -> Bar:
    """Return the bar for counts of units; `longest` units reach from end to end."""
    if longest <= _MOST_MARKS:
        return Bar(marks=tuple(mark for mark, count in counts for _ in range(count)))
    unit = LENGTH / longest
    segments, before = [], 0
    for mark, count in counts:
        if count:
            length = max(count * unit - _GAP, unit / 2)
            segments.append(Segment(mark, round(before * unit, 2), round(length, 2)))
            before += count
    return Bar(segments=tuple(segments))
