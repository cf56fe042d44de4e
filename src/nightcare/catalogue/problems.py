"""A mistake in the configuration as a person reads it: what, where, and how to mend it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from nightcare.catalogue.reading import Words
from nightcare.errors import Problem

_MOST_FOUND = 60


def problem_text(problem: Problem, words: Words) -> str:
    """One line: `file:line:column: key: what is wrong, and what is allowed`."""
    place = problem.origin
    if problem.line is not None:
        place += f":{problem.line}:{problem.column}"
    key = ".".join(_key(part) for part in problem.where)
    sentence = words.say(f"config_{problem.key}", **_readable(problem.values, words))
    return ": ".join(part for part in (place, key, sentence) if part)


def _key(part: str | int) -> str:
    return str(part) if str(part).replace("-", "").replace("_", "").isalnum() else f'"{part}"'


def _readable(values: dict[str, object], words: Words) -> dict[str, object]:
    readable: dict[str, object] = {}
    for name, value in values.items():
        if name in ("weekday", "following") and isinstance(value, int):
            readable[name] = words.weekdays[value]
        elif name in ("allowed", "given") and isinstance(value, list):
            readable[name] = ", ".join(str(one) for one in value)
        elif name == "found":
            readable[name] = as_toml(value)
        else:
            readable[name] = value
    return readable


def as_toml(value: Any, *, shorten: bool = True) -> str:
    """A value as it is written in TOML; shortened where it is long, unless not wanted."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif isinstance(value, datetime | date | time):
        text = value.isoformat()
    elif isinstance(value, list):
        text = "[" + ", ".join(as_toml(one) for one in value) + "]"
    elif isinstance(value, dict):
        text = "{ " + ", ".join(f"{key} = {as_toml(one)}" for key, one in value.items()) + " }"
    else:
        text = str(value)
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    fits = not shorten or len(text) <= _MOST_FOUND
    return text if fits else text[: _MOST_FOUND - 1] + "\N{HORIZONTAL ELLIPSIS}"
