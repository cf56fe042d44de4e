"""A mistake in the configuration as a person reads it: what, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from nightcare.catalogue.reading import Words
from nightcare.errors import Problem

_MOST_FOUND = 60
_MOST_BITS = 1024
"""Of a number that is written with decimal digits; Python refuses to write very many of them."""


def problem_text(problem: Problem, words: Words) -> str:
    """One line: `file:line:column: key: what is wrong, and what is allowed`."""
    place = problem.origin or words.say("built_in")
    if problem.line is not None:
        place += f":{problem.line}:{problem.column}"
    sentence = words.say(f"config_{problem.key}", **_readable(problem, words))
    parts = (place, key_text(problem.where), sentence)
    return _printable(": ".join(part for part in parts if part))


def _printable(text: str) -> str:
    """A text without what would break the line or command the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def key_text(path: Sequence[str | int]) -> str:
    """The path of a key as it is written in TOML; of an item in a list that of the list."""
    return ".".join(_key(part) for part in path if isinstance(part, str))


def _key(part: str) -> str:
    bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
    return part if bare else as_toml(part)


def _readable(problem: Problem, words: Words) -> dict[str, object]:
    readable: dict[str, object] = {}
    for name, value in problem.values.items():
        match name, value:
            case ("weekday" | "following", int()):
                readable[name] = words.weekdays[value]
            case ("allowed", list()) if not problem.key.startswith("key_unknown"):
                readable[name] = ", ".join(as_toml(one) for one in value)
            case ("allowed" | "given", list()):
                readable[name] = ", ".join(value)
            case ("table", tuple()):
                # Under [reminders] itself there are only tables.
                example = ("reminders", "water") if value == ("reminders",) else value
                readable[name] = f"[{key_text(example)}]"
            case ("found" | "example" | "part", _):
                readable[name] = as_toml(value)
            case _:
                readable[name] = value
    return readable


def as_toml(value: Any, *, shorten: bool = True) -> str:
    """A value as it is written in TOML; shortened where it is long, unless not wanted."""
    text = _printable(_written(value))
    fits = not shorten or len(text) <= _MOST_FOUND
    return text if fits else text[: _MOST_FOUND - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > _MOST_BITS:
            return hex(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case dict():
            pairs = (f"{_key(key)} = {_written(one)}" for key, one in value.items())
            return "{ " + ", ".join(pairs) + " }"
        case _:
            return str(value)
