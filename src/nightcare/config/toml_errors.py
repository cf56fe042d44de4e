"""Syntax errors of TOML as diagnostics, with their positions.

tomli reports where it could read no further. If that is far from the mistake, such as at the end of
a file with an unclosed string, the start of the statement is named as well.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from itertools import islice

import tomli

from nightcare.config.locations import KeyLocations, SourceText, key_parts
from nightcare.errors import Diagnostic, Location, Span

_KEYS: Mapping[str, str] = {
    "Invalid statement": "toml_line",
    "Expected newline or end of document after a statement": "toml_left_over",
    "Expected '=' after a key in a key/value pair": "toml_equals",
    "Invalid initial character for a key part": "toml_name",
    "Expected ']' at the end of a table declaration": "toml_header",
    "Expected ']]' at the end of an array declaration": "toml_header",
    "Unterminated string": "toml_text_open",
    'Expected "\'"': "toml_text_open",
    "Expected \"'''\"": "toml_text_open",
    "Found invalid character '\\n'": "toml_text_open",
    "Illegal character '\\n'": "toml_text_open",
    "Unescaped '\\' in a string": "toml_backslash",
    "Invalid hex value": "toml_backslash",
    "Escaped character is not a Unicode scalar value": "toml_backslash",
    "Invalid date or datetime": "toml_date",
    "Invalid value": "toml_value",
    "Unclosed array": "toml_list_open",
    "Unclosed inline table": "toml_table_open",
    "Cannot overwrite a value": "toml_again",
}
"""Messages of tomli; those of a later tomli that are not listed get a general text."""

_TWICE_IN_LINE = "Duplicate inline table key "

_BEGINNINGS: Mapping[str, str] = {
    "Cannot declare ": "toml_again",
    _TWICE_IN_LINE: "toml_again",
    "Cannot mutate immutable namespace ": "toml_again",
    "Cannot redefine namespace ": "toml_again",
}

_NAME_ERRORS = frozenset({"toml_line", "toml_equals", "toml_name", "toml_header"})
_LATE_ERRORS = frozenset({"toml_text_open", "toml_list_open", "toml_table_open"})
_CURLY = frozenset("\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u00b4`")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})

_WORD = re.compile(r"[^\s,\[\]{}#=]+|\S")
_LONG_NUMBER = re.compile(r"[0-9][0-9_]{4300,}")
_MAX_NUMBERS = 10
_MAX_TEXT = 32 * 1024
"""Characters up to which the start of a wrong statement is searched; more would take long."""
_MAX_LINES_BACK = 500


def number_too_long(text: str) -> Span | None:
    """Return the span of the first number with more digits than Python reads."""
    source = SourceText(text)
    for found in islice(_LONG_NUMBER.finditer(source.text), _MAX_NUMBERS):
        # In a comment it would not be read, and in a text the quotes would be missing.
        try:
            tomli.loads(source.text[: found.end()])
        except tomli.TOMLDecodeError:
            continue
        except ValueError:
            return source.span(*found.span())
    return None


def not_toml(error: tomli.TOMLDecodeError, name: str) -> Diagnostic:
    """Return a syntax error in a file of this name as a diagnostic."""
    key, values = _sentence(error)
    here, also = _word_span(error, key), None
    twice = _defined_twice(error) if key == "toml_again" else None
    if twice is not None:
        key, values, here, also = twice
    elif key in _LATE_ERRORS:
        also = _earlier_line(error)
    other = None if also is None else Location(name, also)
    return Diagnostic((), key, values, place=Location(name, here), also=other)


def _sentence(error: tomli.TOMLDecodeError) -> tuple[str, dict[str, object]]:
    """Return the catalogue's key of an error, and the values of its text."""
    key = _KEYS.get(error.msg) or next(
        (key for start, key in _BEGINNINGS.items() if error.msg.startswith(start)), None
    )
    sign = error.doc[error.pos : error.pos + 1]
    word = _WORD.match(error.doc, error.pos)
    if sign not in ("", "\n", "\t") and not sign.isprintable():
        return "toml_unseen", {"code": f"U+{ord(sign):04X}"}
    if sign in _CURLY and key in {*_NAME_ERRORS, "toml_value"}:
        return "toml_quotes", {"sign": sign}
    if key in _NAME_ERRORS and sign.isalpha() and not sign.isascii():
        return "toml_letter", {"sign": sign}
    if key == "toml_left_over" and sign == ":":
        return "toml_clock", {}
    if key == "toml_value" and (sign in ("", "\n", "#")):
        after_equals = error.doc[: error.pos].rstrip().endswith("=")
        return "toml_value_missing" if after_equals else "toml_list_open", {}
    if key == "toml_value" and word is not None and word.group().lower() in _BOOLEANS:
        return "toml_truth", {}
    return key or "toml_wrong", {}


def _word_span(error: tomli.TOMLDecodeError, key: str) -> Span:
    word = None if key == "toml_unseen" else _WORD.match(error.doc, error.pos)
    return SourceText(error.doc).span(error.pos, 0 if word is None else word.end())


def _start(error: tomli.TOMLDecodeError) -> int | None:
    """Return the start of the wrong statement; None where that takes long to find."""
    if len(error.doc) > _MAX_TEXT:
        return None
    start = error.pos
    for _ in range(_MAX_LINES_BACK):
        start = error.doc.rfind("\n", 0, start) + 1
        # What stands before it can be read; what ends within it cannot.
        with contextlib.suppress(ValueError, RecursionError):
            tomli.loads(error.doc[:start])
            return start + len(error.doc[start:]) - len(error.doc[start:].lstrip(" \t"))
        start -= 1
    return None


def _earlier_line(error: tomli.TOMLDecodeError) -> Span | None:
    """Return the span of the line that the wrong statement begins in, if that is an earlier one."""
    start = _start(error)
    began = None if start is None else SourceText(error.doc).span(start, len(error.doc))
    return began if began is not None and began.line < error.lineno else None


def _defined_twice(
    error: tomli.TOMLDecodeError,
) -> tuple[str, dict[str, object], Span, Span] | None:
    """Return key and values of the text about a name that is defined again, and both its spans."""
    text = error.doc
    if error.msg.startswith(_TWICE_IN_LINE):
        again = KeyLocations(text, error.pos).written_again()
        if again is None:
            return None
        first, second = again
        return "toml_twice", {"name": first.text[first.column - 1 : first.end - 1]}, second, first
    start = _start(error)
    if start is None:
        return None
    brackets = len(text[start : start + 2]) - len(text[start : start + 2].lstrip("["))
    parts = key_parts(text, start + brackets)
    names = [part for part, _ in parts]
    found = KeyLocations(text, start).earlier(names, header=bool(brackets))
    if found is None:
        return None
    first, known = found
    begin, end = parts[0][1].start, parts[known - 1][1].stop
    key = "toml_twice" if known == len(parts) else "toml_closed"
    second = SourceText(text).span(start, parts[-1][1].stop + brackets)
    return key, {"name": text[begin:end]}, second, first
