"""Diagnostics of the config file as text: what is wrong, where, and how to fix it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import Any

from nightcare.errors import Diagnostic, Location
from nightcare.i18n.translator import Translator
from nightcare.toml_writer import path_text, value_text

_EXAMPLE_TABLES = {("reminders",): ("reminders", "water"), ("routines",): ("routines", "desk")}
"""Tables that hold only tables with names of their own, each with an example of one."""

_MAX_FOUND = 60


def diagnostic_text(problem: Diagnostic, words: Translator) -> str:
    """Return one line: `file:line:column: key: what is wrong and what is allowed; see line 3`."""
    sentence = words.say(f"config_{problem.key}", **_readable(problem, words))
    other = _other_place(problem, words)
    if other is not None:
        sentence = words.say("see_also", problem=sentence, place=other)
    parts = (place_text(problem, words), path_text(problem.where), _printable(sentence))
    return ": ".join(part for part in parts if part)


def without_folder(problem: Diagnostic) -> Diagnostic:
    """Return a diagnostic that names its file without the folder."""
    also = problem.also and _without_folder(problem.also)
    return replace(problem, place=_without_folder(problem.place), also=also)


def _without_folder(place: Location) -> Location:
    return replace(place, origin=PurePath(place.origin).name)


def place_text(problem: Diagnostic, words: Translator) -> str:
    """Return the start of a diagnostic's line: `file:line:column`."""
    place = problem.place.origin or words.say("built_in")
    if problem.place.mark is not None:
        place += f":{problem.place.mark.line}:{problem.place.mark.column}"
    return _printable(place)


def _other_place(problem: Diagnostic, words: Translator) -> str | None:
    """Return the second place of a contradiction; None where it is on the same line."""
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
    """Replace all that would break the line or command the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _readable(problem: Diagnostic, words: Translator) -> dict[str, object]:
    readable: dict[str, object] = {}
    for name, value in problem.values.items():
        match name, value:
            case ("weekday" | "following", int()):
                readable[name] = words.weekdays[value]
            case ("allowed", list()) if not problem.key.startswith("key_unknown"):
                readable[name] = ", ".join(map(shortened_toml, value))
            case ("allowed" | "given", list()):
                readable[name] = ", ".join(value)
            case ("table", tuple() | list()):
                path = tuple(value)
                readable[name] = f"[{path_text(_EXAMPLE_TABLES.get(path, path))}]"
            case ("found" | "example" | "part", _):
                readable[name] = shortened_toml(value)
            case _:
                readable[name] = value
    return readable


def shortened_toml(value: Any) -> str:
    """Return a value as TOML, shortened where it is long."""
    text = value_text(value)
    return text if len(text) <= _MAX_FOUND else text[: _MAX_FOUND - 1] + "\N{HORIZONTAL ELLIPSIS}"
