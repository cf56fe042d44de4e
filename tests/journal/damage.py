"""Damage to the file of a journal."""

from __future__ import annotations

from pathlib import Path

_PAGE = 4096


def damage(path: Path, where: str) -> None:
    """Damage a sound file "everywhere", "at its end", or "further in": all but its schema."""
    sound = path.read_bytes()
    match where:
        case "everywhere":
            path.write_bytes(b"\xa5" * len(sound))
        case "at its end":
            path.write_bytes(sound[: len(sound) // 2 - 100])
        case _:
            pages = [sound[start : start + _PAGE] for start in range(0, len(sound), _PAGE)]
            kept = _schema_pages(pages[0])
            damaged = (
                page if number in kept else b"\xa5" * _PAGE for number, page in enumerate(pages, 1)
            )
            path.write_bytes(b"".join(damaged))


def _schema_pages(first: bytes) -> set[int]:
    """Return the numbers of the pages with the schema, which begins on the first page.

    Source: https://www.sqlite.org/fileformat2.html#b_tree_pages; the root is an interior page if
    the schema needs several.
    """
    interior, count = first[100] == 5, int.from_bytes(first[103:105])
    if not interior:
        return {1}
    cells = [int.from_bytes(first[112 + 2 * at : 114 + 2 * at]) for at in range(count)]
    return {1, int.from_bytes(first[108:112])} | {
        int.from_bytes(first[at : at + 4]) for at in cells
    }
