"""Insertion and removal of lines in the text of a config file, by sections.

A section is a table's header with the lines below it, down to the next header. Comments directly
above a header belong to it; other comments belong to the section above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomli

from nightcare.config.locations import KeyLocations, Path
from nightcare.config.model import Config
from nightcare.toml_writer import key_text, path_text, value_text

_HOLD_TABLES = ("sleep", "reminders")
"""The tables whose inner tables have a header of their own."""

_PAIR = re.compile(r"([ \t]*)([A-Za-z0-9_-]+[ \t]*)=")


@dataclass(frozen=True)
class TomlSection:
    """Lines of one table in a text, counted from 0.

    Attributes:
        path: The table; empty for the lines above all headers.
        start: The line of the header.
        filled: The line after the last value.
        end: The line after the last comment that belongs here.
    """

    path: Path
    start: int
    filled: int
    end: int


def has_header(where: Path) -> bool:
    """Return whether a table at a path is written under its own header."""
    return len(where) == 1 or (len(where) == 2 and where[0] in _HOLD_TABLES)  # noqa: PLR2004


def is_inline(body: str, where: Path) -> bool:
    """Return whether the table at a path, or one around it, is an inline table."""
    found = KeyLocations(body)
    lines = body.split("\n")
    places = (found.value(where[:length]) for length in range(1, len(where) + 1))
    return any(lines[one.line - 1][one.column - 1] == "{" for one in places if one is not None)


def sections(body: str) -> list[TomlSection]:
    """Return the sections of a text in order; the first is the lines above all headers."""
    lines = body.removesuffix("\n").split("\n") if body else []
    headers = dict(_headers(tomli.loads(body), (), KeyLocations(body), lines))
    # Of the tables that a header stands for, it names the innermost, which comes last.
    starts: list[tuple[int, Path]] = [(0, ()), *sorted(headers.items())]
    stops = [*(start for start, _ in starts[1:]), len(lines)]
    return [
        _section(lines, path, start, stop)
        for (start, path), stop in zip(starts, stops, strict=True)
    ]


def with_pair(body: str, table: Path, key: str, value: Any) -> str | None:
    """Return a text with one more key in a table; None where that has no header."""
    section = next((one for one in sections(body) if one.path == table), None)
    if section is None:
        return None
    lines = body.split("\n")
    pair = f"{key_text(key)} = {value_text(value)}"
    if section.filled == 0:
        return _spaced(body, section.end, [pair])
    above = _PAIR.match(lines[section.filled - 1])
    if above is not None:
        pair = f"{above[1]}{key_text(key).ljust(len(above[2]) - 1)} = {value_text(value)}"
    lines.insert(section.filled, pair)
    return "\n".join(lines)


def with_section(body: str, where: Path, table: Mapping[str, Any]) -> str:
    """Return a text with one more table, at its usual position."""
    pairs = [f"{key_text(key)} = {value_text(value)}" for key, value in table.items()]
    return with_lines(body, where, [f"[{path_text(where)}]", *pairs])


def with_lines(body: str, where: Path, lines: list[str]) -> str:
    """Return a text with the lines of one more table: after its kind, or in the example's order."""
    order = list(Config.model_fields)
    there = sections(body)
    siblings = [one for one in there if one.path[:1] == where[:1]]
    rank = order.index(str(where[0])) if where[0] in order else len(order)
    before = [one for one in there if not one.path or str(one.path[0]) in order[:rank]]
    return _spaced(body, (siblings or before)[-1].end, lines)


def without_sections(body: str, where: Path) -> str:
    """Return a text without the sections of a table and its inner ones; comments behind stay."""
    lines = body.split("\n")
    for one in reversed(sections(body)):
        if where and one.path[: len(where)] == where:
            del lines[one.start : one.filled]
            if one.start and not lines[one.start - 1].strip() and not lines[one.start].strip():
                del lines[one.start]
    return "\n".join(lines)


def _headers(
    table: Mapping[str, Any], where: Path, found: KeyLocations, lines: list[str]
) -> Iterator[tuple[int, Path]]:
    for key, value in table.items():
        inner = (*where, key)
        place = found.value(inner) if isinstance(value, dict) else None
        if place is not None:
            line = lines[place.line - 1]
            if line[place.column - 1] == "[" and not line[: place.column - 1].strip():
                yield place.line - 1, inner
            yield from _headers(value, inner, found, lines)


def _section(lines: list[str], path: Path, start: int, stop: int) -> TomlSection:
    filled = stop
    # A header is no comment, so the search ends at it.
    while filled > start and _has_no_value(lines[filled - 1]):
        filled -= 1
    end = stop
    if stop < len(lines):
        while end > filled and _is_comment(lines[end - 1]):
            end -= 1
    while end > filled and not lines[end - 1].strip():
        end -= 1
    return TomlSection(path, start, filled, end)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _has_no_value(line: str) -> bool:
    return not line.strip() or _is_comment(line)


def _spaced(body: str, at: int, new: list[str]) -> str:
    """Return a text with lines inserted, set off by empty lines."""
    lines = body.split("\n")
    above = [""] if at and lines[at - 1].strip() else []
    below = [""] if any(line.strip() for line in lines[at:]) and lines[at].strip() else []
    lines[at:at] = [*above, *new, *below]
    text = "\n".join(lines)
    return text if text.endswith("\n") else text + "\n"
