"""Diagnostics of the config file as text: what is wrong, where, and how to fix it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from nightcare.errors import Diagnostic, Location
from nightcare.i18n.translator import Translator
from nightcare.toml_writer import path_text


def diagnostic_text(problem: Diagnostic, translator: Translator) -> str:
    """Return one line: `file:line:column: key: what is wrong and what is allowed; see line 3`."""
    weekdays = {
        name: translator.weekdays[day]
        for name in ("weekday", "following")
        if isinstance(day := problem.values.get(name), int)
    }
    sentence = translator.text(f"config_{problem.key}", **{**problem.values, **weekdays})
    other = _other_place(problem, translator)
    if other is not None:
        sentence = translator.text("see_also", problem=sentence, place=other)
    parts = (place_text(problem, translator), path_text(problem.where), _printable(sentence))
    return ": ".join(part for part in parts if part)


def without_folder(problem: Diagnostic) -> Diagnostic:
    """Return a diagnostic that names its file without the folder."""
    also = problem.also and _without_folder(problem.also)
    return replace(problem, place=_without_folder(problem.place), also=also)


def _without_folder(place: Location) -> Location:
    return replace(place, origin=PurePath(place.origin).name)


def place_text(problem: Diagnostic, translator: Translator) -> str:
    """Return the start of a diagnostic's line: `file:line:column`."""
    place = problem.place.origin or translator.text("built_in")
    if problem.place.mark is not None:
        place += f":{problem.place.mark.line}:{problem.place.mark.column}"
    return _printable(place)


def _other_place(problem: Diagnostic, translator: Translator) -> str | None:
    """Return the second place of a contradiction; None where it is on the same line."""
    here, other = problem.place, problem.also
    if other is None or other == here:
        return None
    if other.mark is None:
        return other.origin or translator.text("built_in")
    if other.origin != here.origin:
        return f"{other.origin}:{other.mark.line}"
    if here.mark is not None and here.mark.line == other.mark.line:
        return None
    return translator.text("see_line", line=other.mark.line)


def _printable(text: str) -> str:
    """Replace all that would break the line or command the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
