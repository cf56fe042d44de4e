"""What is in force, as TOML that says of each value where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from nightcare.config.effective_values import EffectiveValue
from nightcare.config.locations import Path as KeyPath
from nightcare.config.origins import FromDefaults, FromEnvironment, FromFile, Origin
from nightcare.i18n.translator import Translator
from nightcare.toml_writer import path_text, value_text

_WIDEST = 44
"""A value longer than that has its comment behind it, out of line with the others."""


def shown_lines(
    entries: Iterable[EffectiveValue], path: Path | None, words: Translator
) -> Iterator[str]:
    """The lines of a config file that comes to the same, with origins as comments."""
    if path is None:
        yield f"# {words.say('shown_built_in')}"
    else:
        yield f"# {words.say('shown_file', path=_in_a_comment(str(path)))}"
    for header, group in groupby(entries, key=lambda one: _header(one.where)):
        yield ""
        if header:
            yield f"[{path_text(header)}]"
        pairs = [
            (f"{path_text(one.where[len(header) :])} = {value_text(one.value)}", one.origin)
            for one in group
        ]
        width = max((len(text) for text, _ in pairs if len(text) <= _WIDEST), default=0)
        for text, origin in pairs:
            yield f"{text:<{width}}  # {_spoken(origin, words)}"


def shown_for_a_program(entries: Iterable[EffectiveValue]) -> dict[str, object]:
    """By the path of its key each value, and where it comes from."""
    return {
        path_text(one.where): {"value": one.value, "origin": _parts(one.origin)} for one in entries
    }


def _header(where: KeyPath) -> KeyPath:
    """The table that a key is written in; a reminder's own tables are written in its own."""
    return where[:2] if where[0] == "reminders" else where[:-1]


def _spoken(origin: Origin, words: Translator) -> str:
    match origin:
        case FromDefaults():
            return words.say("from_default")
        case FromFile(_, line):
            return words.say("from_line", line=line)
        case FromEnvironment(variable):
            return _in_a_comment(variable)


def _in_a_comment(name: str) -> str:
    """A name without what would end the comment or command the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _parts(origin: Origin) -> dict[str, object]:
    parts: dict[str, object] = {"kind": "default", "file": None, "line": None, "variable": None}
    match origin:
        case FromFile(file, line):
            return parts | {"kind": "file", "file": file, "line": line}
        case FromEnvironment(variable):
            return parts | {"kind": "environment", "variable": variable}
        case _:
            return parts
