"""Bars: figures as marks in a row, or as pieces side by side, to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nightcare.domain.diary import Severity

LENGTH = 200
"""Of the longest bar of pieces, in units of its own."""

_COUNTABLE = 7
"""So many are drawn one by one, as the nights of a week are; where there are more, as pieces."""

_GAP = 1


class BarMark(StrEnum):
    """How something counted is drawn; each has a shape, not a colour alone."""

    SEVERE = "severe"
    MODERATE = "moderate"
    MILD = "mild"
    UNSAID = "unsaid"
    FREE = "free"
    UNKNOWN = "unknown"
    CRAMP = "cramp"
    DONE = "done"
    UNDONE = "undone"


def mark_of(worst: Severity | None) -> BarMark:
    """The mark of cramps that were at worst so bad; None where nobody said."""
    return BarMark.UNSAID if worst is None else BarMark(worst)


@dataclass(frozen=True)
class Piece:
    """A piece of a bar.

    Attributes:
        mark: How it is drawn.
        start: Where it begins, from the left.
        length: How long it is.
    """

    mark: BarMark
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """A bar; one of its two is empty.

    Attributes:
        marks: What it counts, one by one.
        pieces: What it counts, to scale.
    """

    marks: tuple[BarMark, ...] = ()
    pieces: tuple[Piece, ...] = ()


def bar(parts: Sequence[tuple[BarMark, int]], most: int) -> Bar:
    """A bar of which so many would reach from end to end."""
    if most <= _COUNTABLE:
        return Bar(marks=tuple(mark for mark, count in parts for _ in range(count)))
    unit = LENGTH / most
    pieces, before = [], 0
    for mark, count in parts:
        if count:
            length = max(count * unit - _GAP, unit / 2)
            pieces.append(Piece(mark, round(before * unit, 2), round(length, 2)))
            before += count
    return Bar(pieces=tuple(pieces))
