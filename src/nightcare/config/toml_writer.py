"""Values and keys as they are written in TOML, exactly and in one line.

Source: https://toml.io/en/v1.0.0, which every TOML reader understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def value_text(value: Any) -> str:
    """A value as it is written in TOML; what a terminal would obey or not show is escaped.

    Raises:
        TypeError: No config has such a value.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _quoted(value)
        case time():
            return value.isoformat()
        case list() | tuple():
            return "[" + ", ".join(map(value_text, value)) + "]"
        case dict():
            pairs = (f"{key_part(key)} = {value_text(one)}" for key, one in value.items())
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
        case _:
            raise TypeError(value)


def path_text(path: Sequence[str | int]) -> str:
    """The keys of a path, as they are written in a dotted key or a header."""
    return ".".join(key_part(str(part)) for part in path)


def key_part(key: str) -> str:
    """One key, in quotes where it needs them."""
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _quoted(key)


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    number = ord(sign)
    return f"\\u{number:04x}" if number.bit_length() <= 16 else f"\\U{number:08x}"  # noqa: PLR2004
