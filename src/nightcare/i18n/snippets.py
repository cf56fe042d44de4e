"""Lines of the config file for a diagnostic, with markers below its spans."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nightcare.errors import Diagnostic, Span

WIDTH = 72
"""Columns of a line of the file, so that the whole fits in 80; longer lines are cut."""

_LED_UP_TO = 24
"""Columns before the span in a line that is cut."""

_LONGEST_DRAWN = 2000
"""Characters up to which a line is laid out whole."""

_PASSWORD = re.compile(r"\bpassword\b[\"']?\s*[=:]", re.IGNORECASE)
_TAB = 4
_MOST_IN_A_CELL = 8
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_UNSEEN = "\N{REPLACEMENT CHARACTER}"
_MEANT, _OTHER = "^", "-"

# https://www.unicode.org/reports/tr11/; medial vowels and final consonants of Hangul are drawn in
# the cell of the first consonant.
_WIDE = frozenset("WF")
_DRAWN_OVER = frozenset({"Mn", "Me"})
_HANGUL_PARTS = range(0x1160, 0x1200)
_VARIATIONS = range(0xFE00, 0xFE10)


@dataclass(frozen=True)
class _Cell:
    """A character with its combining marks, and its width in columns."""

    text: str
    width: int


def snippet(problem: Diagnostic, bold: Callable[[str], str] = str) -> list[str]:
    """Return the lines of the file for a diagnostic, each with a line of markers below it.

    Without a span, or for a line with a password, there are none. Control characters are replaced.

    Args:
        problem: The diagnostic.
        bold: Formats a marker.
    """
    mark = problem.place.mark
    other = None if problem.also is None else problem.also.mark
    if mark is None or problem.key == "password_in_config":
        return []
    if any(_PASSWORD.search(one.text) for one in (mark, other) if one):
        return []
    mark, other = _shortened(mark, other)
    marks = [(mark, _MEANT)] + ([] if other is None else [(other, _OTHER)])
    gutter = max(len(str(one.line)) for one, _ in marks)
    if other is not None and _fit_together(mark, other):
        return _shown(mark.line, gutter, *_marked(mark.text, marks), bold)
    return [
        line
        for one, sign in sorted(marks, key=lambda marked: marked[0].line)
        for line in _shown(one.line, gutter, *_marked(one.text, [(one, sign)]), bold)
    ]


def _shortened(mark: Span, other: Span | None) -> tuple[Span, Span | None]:
    """Cut lines that are much longer than the drawn part, to save time."""
    if other is not None and other.line == mark.line:
        first, last = min(mark.column, other.column), max(mark.end, other.end)
        if last - first <= _LONGEST_DRAWN:
            return _cut(mark, first), _cut(other, first)
    return _cut(mark, mark.column), None if other is None else _cut(other, other.column)


def _cut(mark: Span, column: int) -> Span:
    """Return the same mark in a line that begins near `column`, with columns counted from there."""
    if len(mark.text) <= _LONGEST_DRAWN:
        return mark
    start = max(0, column - 1 - _LONGEST_DRAWN // 4)
    text = mark.text[start : start + 2 * _LONGEST_DRAWN]
    end = min(mark.end - start, len(text) + 1)
    return replace(mark, column=mark.column - start, end=end, text=text)


def _fit_together(one: Span, other: Span) -> bool:
    """Return whether two spans are on one line and fit on it whole."""
    if one.line != other.line:
        return False
    cells, owners = _drawn(one.text)
    both = _around(_stretch(mark, owners, len(cells)) for mark in (one, other))
    room = WIDTH - 2 * len(_CUT) - _LED_UP_TO
    return _width(cells) <= WIDTH or _width(cells[both.start : both.stop]) <= room


def _around(stretches: Iterable[range]) -> range:
    """Return the range from the first to the last of these."""
    starts, stops = zip(*((one.start, one.stop) for one in stretches), strict=True)
    return range(min(starts), max(stops))


def _shown(line: int, gutter: int, text: str, marker: str, bold: Callable[[str], str]) -> list[str]:
    marks = marker.lstrip()
    before = " " * (len(marker) - len(marks))
    return [f"  {line:>{gutter}} | {text}".rstrip(), f"  {'':>{gutter}} | {before}{bold(marks)}"]


def _marked(text: str, marks: Sequence[tuple[Span, str]]) -> tuple[str, str]:
    """Return a line as it is drawn, and the markers below it."""
    cells, owners = _drawn(text)
    stretches = [(_stretch(one, owners, len(cells)), sign) for one, sign in marks]
    first, last = _window(cells, _around(stretch for stretch, _ in stretches))
    drawn = "".join(cell.text for cell in cells[first:last])
    before = _CUT if first else ""
    after = _CUT if last < len(cells) else ""
    columns = [" "] * (len(before) + _width(cells[first:last]) + len(after) + 1)
    for stretch, sign in reversed(stretches):
        start = len(before) + _width(cells[first : max(first, stretch.start)])
        end = len(before) + _width(cells[first : min(last, stretch.stop)])
        columns[start : max(start + 1, end)] = sign * max(1, end - start)
    return before + drawn + after, "".join(columns).rstrip()


def _window(cells: Sequence[_Cell], meant: range) -> tuple[int, int]:
    """Return the cells that are shown: all, or those that fit around the spans."""
    if _width(cells) <= WIDTH:
        return 0, len(cells)
    room = WIDTH - 2 * len(_CUT)
    first = min(meant.start, len(cells))
    led = 0
    while first and led + cells[first - 1].width <= _LED_UP_TO:
        first -= 1
        led += cells[first].width
    last, used = first, 0
    while last < len(cells) and used + cells[last].width <= room:
        used += cells[last].width
        last += 1
    while first and used + cells[first - 1].width <= room:
        first -= 1
        used += cells[first].width
    return first, last


def _stretch(mark: Span, owners: Sequence[int], count: int) -> range:
    """Return the cells of a span; one at least, also behind the end of the line."""
    if mark.column > len(owners):
        return range(count, count + 1)
    start = owners[mark.column - 1]
    return range(start, owners[min(mark.end - 1, len(owners)) - 1] + 1)


def _drawn(text: str) -> tuple[list[_Cell], list[int]]:
    """Return the cells of a line, and for each character the index of its cell."""
    cells: list[_Cell] = []
    owners: list[int] = []
    column = 0
    for sign in text:
        width = _TAB - column % _TAB if sign == "\t" else _columns(sign)
        column += width
        if width:
            shown = " " * width if sign == "\t" else sign if sign.isprintable() else _UNSEEN
            cells.append(_Cell(shown, width))
        elif cells and len(cells[-1].text) < _MOST_IN_A_CELL and ord(sign) not in _VARIATIONS:
            cells[-1] = _Cell(cells[-1].text + sign, cells[-1].width)
        owners.append(max(0, len(cells) - 1))
    return cells, owners


def _columns(sign: str) -> int:
    """Return the columns of a character in a terminal; an invisible one is drawn as one."""
    if unicodedata.category(sign) in _DRAWN_OVER or ord(sign) in _HANGUL_PARTS:
        return 0
    return 2 if sign.isprintable() and unicodedata.east_asian_width(sign) in _WIDE else 1


def _width(cells: Sequence[_Cell]) -> int:
    return sum(cell.width for cell in cells)
