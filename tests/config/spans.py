"""Helpers for tests of locations."""

from nightcare.config.locations import KeyLocations, Path
from nightcare.errors import Span


def everything(
    positions: KeyLocations,
) -> dict[Path, tuple[Span | None, Span | None]]:
    """List all that a text was found to contain, with the places of key and value."""
    found = {}
    waiting: list[tuple[Path, object]] = [((), positions._document)]
    while waiting:
        path, node = waiting.pop()
        for step, child in getattr(node, "children", {}).items():
            inner = (*path, step)
            found[inner] = positions.key(inner), positions.value(inner)
            waiting.append((inner, child))
    return found


def offset_of(text: str, position: Span | None) -> int:
    """Give the index in the text of a position."""
    assert position is not None
    lines = text.split("\n")
    assert position.column <= len(lines[position.line - 1])
    return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1


def spelled(text: str, position: Span | None) -> str:
    """Give what stands at a position, as far as it stands in that line."""
    assert position is not None
    assert position.column < position.end
    return text.split("\n")[position.line - 1][position.column - 1 : position.end - 1]
