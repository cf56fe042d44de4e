"""The config file: its content, and syntax errors of TOML with their positions.

tomli reports the position at which it stopped reading. If that is far from the mistake, such as at
the end of a file with an unclosed string, the error names the start of the statement as well.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import tomli

from nightcare.config.config_source import LARGEST_FILE, raw_of
from nightcare.config.locations import KeyLocations, SourceText, key_parts
from nightcare.config.locations import Path as KeyPath
from nightcare.config.values import Table
from nightcare.errors import ConfigError, Diagnostic, Location, Span

MAX_DEPTH = 16

MOST_VALUES = 5000
"""Keys and list entries of all layers together; more would hold up every command."""

_READ_ERRORS: Mapping[int | None, str] = {
    errno.ENOENT: "file_missing",
    errno.EISDIR: "file_is_folder",
    errno.EACCES: "file_not_allowed",
    errno.ENXIO: "file_not_plain",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class ConfigFile:
    """A config file that was read and is TOML.

    Attributes:
        name: Its name in messages.
        values: Its tables.
        positions: The positions of its keys and values.
    """

    name: str
    values: Table
    positions: KeyLocations


def built_in() -> ConfigFile:
    """Return the defaults: the example file that the package carries."""
    return _parsed("config.example.toml", example_text())


def built_in_value(where: Sequence[str]) -> Any:
    """Return the value that the built-in file has at a path; None where it has none."""
    inner: Any = built_in().values
    for key in where:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner


def example_text() -> str:
    """Return the commented example file, which is also the built-in defaults."""
    return files("nightcare").joinpath("config.example.toml").read_text(encoding="utf-8")


def read_file(path: Path) -> ConfigFile:
    """Read and parse the person's file.

    Raises:
        ConfigError: It cannot be read, or is not TOML.
    """
    return parsed(str(path), read_raw(path))


def read_raw(path: Path) -> bytes:
    """Read the person's file.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return raw_of(path)
    except OSError as error:
        key = _READ_ERRORS.get(error.errno, "file_unreadable")
        raise _refused(str(path), key, reason=error.strerror or str(error)) from error


def parsed(name: str, raw: bytes) -> ConfigFile:
    """Parse the content of a config file; a byte-order mark is skipped.

    Args:
        name: Its name in messages.
        raw: Its content.

    Raises:
        ConfigError: It is too large, or not TOML.
    """
    if len(raw) > LARGEST_FILE:
        raise _refused(name, "file_too_large")
    # Without a byte-order mark every other byte of ASCII letters in UTF-16 is NUL.
    alternates = [bool(byte) for byte in raw[:4]] in ([True, False] * 2, [False, True] * 2)
    if raw.startswith(_UTF_16) or alternates:
        raise _refused(name, "file_utf_16")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error's object is without a byte-order mark, as are all columns.
        readable, before = error.object.decode(errors="replace"), error.object[: error.start]
        mark = SourceText(readable).span(len(before.decode().replace("\r\n", "\n")))
        values = {"byte": error.object[error.start]}
        raise _refused(name, "file_not_utf8", mark, **values) from error
    return _parsed(name, text)


def _refused(name: str, key: str, mark: Span | None = None, /, **values: object) -> ConfigError:
    return ConfigError((Diagnostic((), key, values, place=Location(name, mark)),))


def _parsed(name: str, text: str) -> ConfigFile:
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError((not_toml(error, name),)) from error
    except ValueError as error:
        # Python reads no number of more than 4300 digits, and tomli does not report its position.
        raise _refused(name, "number_too_long", number_too_long(text)) from error
    except RecursionError as error:
        raise _refused(name, "file_too_deep") from error
    if too_many_values(values):
        raise _refused(name, "too_many_values", most=MOST_VALUES)
    positions, deep = KeyLocations(text), too_deep(values)
    if deep is not None:
        raise _refused(name, "file_too_deep", positions.value(deep))
    return ConfigFile(name, values, positions)


def too_deep(value: object) -> KeyPath | None:
    """Return the path to a value at a depth over `MAX_DEPTH`; None where there is none."""
    level: list[tuple[KeyPath, object]] = [((), value)]
    for _ in range(MAX_DEPTH):
        level = [
            ((*path, step), inner)
            for path, one in level
            if isinstance(one, dict | list)
            for step, inner in (one.items() if isinstance(one, dict) else enumerate(one))
        ]
    return level[0][0] if level else None


def too_many_values(value: object) -> bool:
    """Return whether tables and lists hold more than `MOST_VALUES` keys and entries."""
    return len(list(islice(_entries(value), MOST_VALUES + 1))) > MOST_VALUES


def _entries(value: object) -> Iterator[object]:
    """Yield every key's value and every list entry, at every depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            for entry in inner.values() if isinstance(inner, dict) else inner:
                yield entry
                waiting.append(entry)


# Syntax errors of TOML

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
        # A number in a comment is not read, and one in a string is no number.
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
    """Return the start of the wrong statement; None if finding it would take long."""
    if len(error.doc) > _MAX_TEXT:
        return None
    start = error.pos
    for _ in range(_MAX_LINES_BACK):
        start = error.doc.rfind("\n", 0, start) + 1
        # The text before the start is valid TOML; any text that ends within the statement is not.
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
