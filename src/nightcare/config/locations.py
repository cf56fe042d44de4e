"""Positions of the keys and values of a TOML text, so that an error can name line and column.

tomli parses a text but does not keep positions. This scanner finds them in a text that tomli has
accepted, and so leaves every check of the grammar to tomli. It follows the TOML specification,
https://toml.io/en/v1.0.0, and the line breaks and comments in inline tables of
https://toml.io/en/v1.1.0. Lines and columns are counted as tomli counts them in its errors.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import tomli

from nightcare.errors import Span

Path = tuple[str | int, ...]
"""The keys, and for the items of an array the indices, that lead from the document to a value."""


class SourceText:
    """A text, and spans of its lines.

    Args:
        text: The text. Lines end with a line feed, before which a carriage return may stand.

    Attributes:
        text: The text with line feeds alone, as tomli reads it. A carriage return ends its line, so
            no column changes.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self._starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

    def span(self, start: int, stop: int = 0) -> Span:
        """Return a range of the text as a span of the line that it starts in.

        Args:
            start: The offset of the first character.
            stop: The offset after the last one; the span has one character at least.
        """
        number = bisect_right(self._starts, start)
        begin = self._starts[number - 1]
        more = number < len(self._starts)
        end = self._starts[number] - 1 if more else len(self.text)
        column = start - begin + 1
        last = max(column + 1, min(stop, end) - begin + 1)
        return Span(number, column, last, self.text[begin:end])


@dataclass(eq=False, slots=True)
class _Node:
    """A value of the document: the ranges of its key and of itself, and its children."""

    key: range
    value: range
    is_array: bool = False
    children: dict[str | int, "_Node"] = field(default_factory=dict, repr=False)

    def append(self, place: range) -> "_Node":
        """Add an item to this array, written there."""
        item = self.children[len(self.children)] = _Node(place, place)
        return item

    def table(self) -> "_Node":
        """Return the table that a further key goes to: of an array, its last item."""
        last = self.children.get(len(self.children) - 1) if self.is_array else None
        return last or self


# Possessive repeats of one character keep these linear. Repeats of groups are greedy, as possessive
# ones match wrongly before Python 3.11.5 (https://github.com/python/cpython/issues/106052).
_GAP = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*")
_BLANK = re.compile(r"[ \t]*+")
_BASIC = r'"(?:[^"\\]++|\\.)*"'
_LITERAL = r"'[^']*+'"
_KEY_PART = re.compile(rf"[A-Za-z0-9_-]++|{_BASIC}|{_LITERAL}")
_KEY = re.compile(
    rf"(?:{_KEY_PART.pattern})(?:[ \t]*+\.[ \t]*+(?:{_KEY_PART.pattern}))*[ \t]*+",
)
# A multi-line string may end with one or two quotation marks of its own before the closing three.
# Any other scalar ends before a delimiter, because a date may contain a space.
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|[^,\]}}#\n]++",
    re.DOTALL,
)


class KeyLocations:
    """The positions of all keys and values of one text, found in linear time.

    Args:
        text: A TOML document that tomli has accepted, without a byte-order mark.
        end: The offset up to which it has; None if it is the whole text.
    """

    def __init__(self, text: str, end: int | None = None) -> None:
        self._source = SourceText(text)
        self._text = self._source.text[:end]
        self._document = _Node(range(0), range(0))
        # The document, the table of the last header if there was one, and the arrays and inline
        # tables that are open, the innermost last.
        self._opened = [self._document]
        offset = _end(_GAP, self._text, 0)
        while offset < len(self._text):
            offset = _end(_GAP, self._text, self._read(offset))

    def key(self, path: Path) -> Span | None:
        """Return the position of a key.

        Returns:
            The position of the last key of the path, its quotes included, where it was first
            written: that of `friday` in `[sleep.friday]` for `("sleep", "friday")`. For an item
            of an array, the position of the item. None for a path that is not in the text, and
            for the document itself.
        """
        if path and isinstance(path[-1], int):
            return self.value(path)
        found = self._walk(path)
        return self._span(found[-1].key) if found and len(found) == len(path) else None

    def value(self, path: Path) -> Span | None:
        """Return the position of a value.

        Returns:
            The position of the value. For a table, or an item of an array of tables, that of its
            own header, with the brackets; without one, that of the first header that implies it,
            or of the key that does in a dotted key. For an array of tables, that of its first
            header. None as for `key`.
        """
        found = self._walk(path)
        return self._span(found[-1].value) if found and len(found) == len(path) else None

    def nearest(self, path: Path) -> Span | None:
        """Return the position of a value, or of the closest table around it that is in the text.

        Returns:
            The position of the value at the longest beginning of the path that is in the text:
            for a key that is missing, its table's. None if not even the first key is there.
        """
        found = self._walk(path)
        return self._span(found[-1].value) if found else None

    def earlier(self, names: Iterable[str], *, header: bool) -> tuple[Span, int] | None:
        """Return the earlier position of the key of a further statement.

        Args:
            names: The parts of its key.
            header: Whether it would be a header; the key of a pair is looked for in the table
                that the last header opened.

        Returns:
            The position of the last of the parts that is in the text, of a header with its
            brackets, and which of the parts that is, from 1. None if not even the first is there.
        """
        node, found = self._document if header else self._opened[-1], 0
        for name in names:
            table = node.table()
            if name not in table.children:
                break
            node, found = table.children[name], found + 1
        return (self._span(node.value if header else node.key), found) if found else None

    def written_again(self) -> tuple[Span, Span] | None:
        """Return the first position of the key of the last pair, and the position of its value.

        The text ends with a pair whose key is already in its inline table; tomli accepts it up to
        there. Return None if the text does not end with a pair.
        """
        waiting = [self._document]
        while waiting:
            node = waiting.pop()
            if node.value.stop == len(self._text) and node.key != node.value:
                return self._span(node.key), self._span(node.value)
            waiting += node.children.values()
        return None

    def _walk(self, path: Path) -> list[_Node]:
        """List the nodes along the path, as far as it is in the text."""
        found: list[_Node] = []
        children = self._document.children
        for step in path:
            if step not in children:
                break
            found.append(children[step])
            children = found[-1].children
        return found

    def _span(self, place: range) -> Span:
        return self._source.span(place.start, place.stop)

    # Scanning: each method reads what starts at an offset, and returns the offset after it

    def _read(self, offset: int) -> int:
        """Read a header, a pair, an item or punctuation."""
        first, inside = self._text[offset], self._opened[-1]
        if first == ",":
            return offset + 1
        if first in "]}":
            closed = self._opened.pop()
            closed.value = range(closed.value.start, offset + 1)
            return offset + 1
        if inside.is_array:
            return self._read_value(offset, inside.append(range(offset, offset)))
        if first == "[":
            return self._read_header(offset)
        parts, end = _key_at(self._text, offset)
        node = inside
        for name, at in parts:
            node = node.children.setdefault(name, _Node(at, at))
        return self._read_value(_end(_BLANK, self._text, end + 1), node)

    def _read_value(self, offset: int, node: _Node) -> int:
        """Read a scalar, or open an array or inline table."""
        if self._text[offset] not in "[{":
            end = _end(_SCALAR, self._text, offset)
            node.value = range(offset, offset + len(self._text[offset:end].rstrip(" \t")))
            return end
        # Its end is known when it closes.
        node.value = range(offset, offset)
        node.is_array = self._text[offset] == "["
        self._opened.append(node)
        return offset + 1

    def _read_header(self, offset: int) -> int:
        """Open the table, or the next table of an array, that a header names."""
        brackets = 2 if self._text.startswith("[[", offset) else 1
        first = _end(_BLANK, self._text, offset + brackets)
        (*parents, (name, at)), end = _key_at(self._text, first)
        header = range(offset, end + brackets)
        parent = self._document
        for parent_name, parent_at in parents:
            parent = parent.children.setdefault(parent_name, _Node(parent_at, header)).table()
        table = parent.children.setdefault(name, _Node(at, header))
        if brackets == 1:
            table.value = header
        else:
            table.is_array = True
            table = table.append(header)
        self._opened[1:] = [table]
        return header.stop


def key_parts(text: str, offset: int) -> list[tuple[str, range]]:
    """Return the parts of a key at an offset, or after the blanks there, with their places."""
    return _key_at(text, _end(_BLANK, text, offset))[0]


def _key_at(text: str, offset: int) -> tuple[list[tuple[str, range]], int]:
    """Return the parts of a dotted key with their places, and the offset of what follows it."""
    end = _end(_KEY, text, offset)
    parts = _KEY_PART.finditer(text, offset, end)
    return [(_name(part.group()), range(*part.span())) for part in parts], end


def _name(part: str) -> str:
    """Return the key that is meant by a bare or quoted spelling."""
    if part.startswith('"') and "\\" in part:
        (name,) = tomli.loads(f"{part} = 0")
        return name
    return part[1:-1] if part[0] in "\"'" else part


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    """Return the offset after what the pattern matches here."""
    found = pattern.match(text, offset)
    # In TOML every pattern matches where it is tried; in any other text, continue anyway.
    return found.end() if found else offset + 1
