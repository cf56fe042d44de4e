"""Values and keys as TOML text, exact and on one line.

Source: https://toml.io/en/v1.0.0, which every TOML reader understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MAX_BITS = 1024
"""Python refuses to write integers of very many decimal digits; longer ones become hexadecimal."""

_MAX_SHOWN = 60


def value_text(value: Any) -> str:
    """Return a value as TOML; characters that a terminal would obey or not show are escaped.

    A value that TOML cannot express, such as a JSON null, is returned as messages spell it.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return hex(value) if value.bit_length() > _MAX_BITS else str(value)
        case str():
            return _quoted(value)
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(map(value_text, value)) + "]"
        case dict():
            pairs = (f"{key_text(key)} = {value_text(item)}" for key, item in value.items())
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
        case _:
            return "null" if value is None else str(value)


def shortened_text(value: Any) -> str:
    """Return a value as TOML, shortened where it is long."""
    text = value_text(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"


def path_text(path: Sequence[str | int]) -> str:
    """Return a path as a dotted key; for a list item, that of its list."""
    return ".".join(key_text(part) for part in path if isinstance(part, str))


def key_text(key: str) -> str:
    """Return one key, quoted where TOML needs it."""
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _quoted(key)


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
