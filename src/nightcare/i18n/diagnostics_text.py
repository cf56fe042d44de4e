"""A mistake in the configuration as a person reads it: what, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any

from nightcare.domain.notification import is_unsafe
from nightcare.errors import Diagnostic, Location
from nightcare.i18n.translator import Translator

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NAMED = {("reminders",): ("reminders", "water"), ("routines",): ("routines", "desk")}
"""Under these there are only tables, each with a name of its own."""

_MOST_FOUND = 60
_MOST_BITS = 1024
"""Of a number that is written with decimal digits; Python refuses to write very many of them."""


def diagnostic_text(problem: Diagnostic, words: Translator) -> str:
    """One line: `file:line:column: key: what is wrong, and what is allowed; see another line`."""
    sentence = words.say(f"config_{problem.key}", **_readable(problem, words))
    other = _other_place(problem, words)
    if other is not None:
        sentence = words.say("see_also", problem=sentence, place=other)
    parts = (place_text(problem, words), key_text(problem.where), _printable(sentence))
    return ": ".join(part for part in parts if part)


def without_folder(problem: Diagnostic) -> Diagnostic:
    """The same, of a file that is named without its folder, for where there is little room."""
    also = problem.also and _without_folder(problem.also)
    return replace(problem, place=_without_folder(problem.place), also=also)


def _without_folder(place: Location) -> Location:
    return replace(place, origin=PurePath(place.origin).name)


def place_text(problem: Diagnostic, words: Translator) -> str:
    """Where it comes from, which its line begins with: `file:line:column`."""
    place = problem.place.origin or words.say("built_in")
    if problem.place.mark is not None:
        place += f":{problem.place.mark.line}:{problem.place.mark.column}"
    return _printable(place)


def _other_place(problem: Diagnostic, words: Translator) -> str | None:
    """The other place, where two contradict each other; None where it is in the same line."""
    here, other = problem.place, problem.also
    if other is None or other == here:
        return None
    if other.mark is None:
        return other.origin or words.say("built_in")
    if other.origin != here.origin:
        return f"{other.origin}:{other.mark.line}"
    if here.mark is not None and here.mark.line == other.mark.line:
        return None
    return words.say("see_line", line=other.mark.line)


def _printable(text: str) -> str:
    """A text without what would break the line or command the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def key_text(path: Sequence[str | int]) -> str:
    """The path of a key as it is written in TOML; of an item in a list that of the list."""
    return ".".join(_key(part) for part in path if isinstance(part, str))


def _key(part: str) -> str:
    bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
    return part if bare else as_toml(part)


def _readable(problem: Diagnostic, words: Translator) -> dict[str, object]:
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
                readable[name] = f"[{key_text(_NAMED.get(value, value))}]"
            case ("found" | "example" | "part", _):
                readable[name] = as_toml(value)
            case _:
                readable[name] = value
    return readable


def as_toml(value: Any) -> str:
    """A value as it is written in TOML; shortened where it is long."""
    text = _printable(_written(value))
    return text if len(text) <= _MOST_FOUND else text[: _MOST_FOUND - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if is_unsafe(sign) else sign


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > _MOST_BITS:
            return hex(value)
        case str():
            return '"' + "".join(_ESCAPES.get(sign) or _escaped(sign) for sign in value) + '"'
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case dict():
            pairs = (f"{_key(key)} = {_written(one)}" for key, one in value.items())
            return "{ " + ", ".join(pairs) + " }"
        case _:
            return str(value)
