"""Positions of the keys and values of a TOML text, so that an error can name line and column.

tomli parses a text but does not keep positions. This scanner finds them in a text that tomli has
accepted, and so leaves every check of the grammar to tomli. It follows the TOML specification,
https://toml.io/en/v1.0.0, and the line breaks and comments in inline tables of
https://toml.io/en/v1.1.0.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import tomli

Path = tuple[str | int, ...]
"""The keys, and for the items of an array the indices, that lead from the document to a value."""


@dataclass(frozen=True)
class KeyLocation:
    """A stretch of one line of a text, counted as tomli counts in its errors.

    Attributes:
        line: The line, from 1. Lines end with a line feed, before which a carriage return may
            stand.
        column: The column, from 1, in characters (code points); a tab is one character.
        end: The column after its last character; where it goes on in further lines, that after
            the line's last character.
    """

    line: int
    column: int
    end: int


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

    def last_item(self) -> "_Node":
        """Give the item of this array that was written last."""
        return self.children[len(self.children) - 1]


@dataclass(frozen=True)
class KeyLocations:
    """The positions of all keys and values of one text; made by `locate`."""

    _document: _Node
    _opened: _Node
    _line_starts: list[int]
    _length: int

    def key(self, path: Path) -> KeyLocation | None:
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
        return self._position(found[-1].key) if found and len(found) == len(path) else None

    def value(self, path: Path) -> KeyLocation | None:
        """Return the position of a value.

        Returns:
            The position of the value. For a table, or an item of an array of tables, that of its
            own header, with the brackets; without one, that of the first header that implies it,
            or of the key that does in a dotted key. For an array of tables, that of its first
            header. None as for `key`.
        """
        found = self._walk(path)
        return self._position(found[-1].value) if found and len(found) == len(path) else None

    def nearest(self, path: Path) -> KeyLocation | None:
        """Return the position of a value, or of the closest table around it that is in the text.

        Returns:
            The position of the value at the longest beginning of the path that is in the text:
            for a key that is missing, its table's. None if not even the first key is there.
        """
        found = self._walk(path)
        return self._position(found[-1].value) if found else None

    def earlier(self, names: Iterable[str], *, header: bool) -> tuple[KeyLocation, int] | None:
        """Return the earlier position of the key of a further statement.

        Args:
            names: The parts of its key.
            header: Whether it would be a header; the key of a pair is looked for in the table
                that the last header opened.

        Returns:
            The position of the last of the parts that is in the text, of a header with its
            brackets, and which of the parts that is, from 1. None if not even the first is there.
        """
        node, found = self._document if header else self._opened, 0
        for name in names:
            table = node.last_item() if node.is_array and node.children else node
            if name not in table.children:
                break
            node, found = table.children[name], found + 1
        return (self._position(node.value if header else node.key), found) if found else None

    def written_again(self) -> tuple[KeyLocation, KeyLocation] | None:
        """Return the first position of the key of the last pair, and the position of its value.

        Of a text that ends with a pair whose key was in its inline table before, which tomli
        accepts up to there. None if it does not end with a pair.
        """
        waiting = [self._document]
        while waiting:
            node = waiting.pop()
            if node.value.stop == self._length and node.key != node.value:
                return self._position(node.key), self._position(node.value)
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

    def _position(self, place: range) -> KeyLocation:
        line = bisect_right(self._line_starts, place.start)
        start = self._line_starts[line - 1]
        more = line < len(self._line_starts)
        line_end = self._line_starts[line] - 1 if more else self._length
        return KeyLocation(line, place.start - start + 1, min(place.stop, line_end) - start + 1)


def locate(text: str) -> KeyLocations:
    """Find where every key and value of a TOML text stands, in linear time.

    Args:
        text: A TOML document that tomli has accepted, without a byte-order mark.
    """
    # As tomli does. A carriage return ends its line, so no column changes.
    text = text.replace("\r\n", "\n")
    document = _Node(range(0), range(0))
    opened = [document]
    offset = _end(_GAP, text, 0)
    while offset < len(text):
        offset = _end(_GAP, text, _step(text, offset, opened))
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return KeyLocations(document, opened[-1], starts, len(text))


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
# What is not a string runs to what must follow it, for a date may hold a space.
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|[^,\]}}#\n]++",
    re.DOTALL,
)


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    """Give the offset after what the pattern matches here."""
    found = pattern.match(text, offset)
    # Every pattern matches where it is tried in TOML; in any other text, go on all the same.
    return found.end() if found else offset + 1


def _step(text: str, offset: int, opened: list[_Node]) -> int:
    """Take in the header, pair, item or punctuation at the offset; give the offset after it.

    Args:
        text: The whole text, its lines ended by line feeds alone.
        offset: Where a token starts.
        opened: The document, the table of the last header if there was one, and the arrays and
            inline tables that are open here, the innermost last. Changed as they open and close.
    """
    inside = opened[-1]
    first = text[offset]
    if first == ",":
        return offset + 1
    if first in "]}":
        closed = opened.pop()
        closed.value = range(closed.value.start, offset + 1)
        return offset + 1
    if inside.is_array:
        return _take_value(text, offset, inside.append(range(offset, offset)), opened)
    if first == "[":
        return _take_header(text, offset, opened)
    parts, end = _take_key(text, offset)
    node = inside
    for name, at in parts:
        node = node.children.setdefault(name, _Node(at, at))
    return _take_value(text, _end(_BLANK, text, end + 1), node, opened)


def _take_value(text: str, offset: int, node: _Node, opened: list[_Node]) -> int:
    """Take in a scalar, or open an array or inline table; give the offset after that."""
    if text[offset] not in "[{":
        end = _end(_SCALAR, text, offset)
        node.value = range(offset, offset + len(text[offset:end].rstrip(" \t")))
        return end
    # Where it ends is learnt when it closes.
    node.value = range(offset, offset)
    node.is_array = text[offset] == "["
    opened.append(node)
    return offset + 1


def _take_header(text: str, offset: int, opened: list[_Node]) -> int:
    """Open the table, or the next table of an array, that a header names; give the offset after."""
    brackets = 2 if text.startswith("[[", offset) else 1
    (*parents, (name, at)), end = _take_key(text, _end(_BLANK, text, offset + brackets))
    header = range(offset, end + brackets)
    parent = opened[0]
    for parent_name, parent_at in parents:
        parent = parent.children.setdefault(parent_name, _Node(parent_at, header))
        if parent.is_array:
            parent = parent.last_item()
    table = parent.children.setdefault(name, _Node(at, header))
    if brackets == 1:
        table.value = header
    else:
        table.is_array = True
        table = table.append(header)
    opened[1:] = [table]
    return header.stop


def key_parts(text: str, offset: int) -> list[tuple[str, range]]:
    """Give the parts of a key at an offset, or after the blanks there, with their places."""
    return _take_key(text, _end(_BLANK, text, offset))[0]


def _take_key(text: str, offset: int) -> tuple[list[tuple[str, range]], int]:
    """Give the parts of a dotted key with their places, and the offset of what follows it."""
    end = _end(_KEY, text, offset)
    parts = _KEY_PART.finditer(text, offset, end)
    return [(_name(part.group()), range(*part.span())) for part in parts], end


def _name(part: str) -> str:
    """Give the key that is meant by a bare or quoted spelling."""
    if part.startswith('"') and "\\" in part:
        (name,) = tomli.loads(f"{part} = 0")
        return name
    return part[1:-1] if part[0] in "\"'" else part
