"""From what pydantic says of a mistake to what a person is told, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nightcare.config.layers import ConfigFile, EnvironmentValues
from nightcare.config.load_result import Table
from nightcare.config.locations import Path
from nightcare.config.model import Config
from nightcare.config.types import DAY_WORDS
from nightcare.domain.moments import clock_text, length_text
from nightcare.domain.time_parser import ENGLISH, normalised, parse_clock, parse_length
from nightcare.errors import Diagnostic, Location, ValueRefused

_TYPES = {
    "bool_type": "bool",
    "int_type": "int",
    "list_type": "list",
    "dict_type": "table",
    "model_type": "table",
}

_EMPTY = {
    "at": "at_empty",
    "days": "days_empty",
    "lengths": "lengths_empty",
    "steps": "steps_empty",
}

_UNNAMED: Mapping[Path, str] = {
    ("reminders",): "name_missing",
    ("routines",): "routine_name_missing",
}
"""Tables in which everything has a name of its own, and what is told where it has none."""

_ABOUT_THE_KEY = (
    "key_unknown", "name_", "timing_", "only_with_every", "reminders_alike", "evening_crowded",
    "routine_name_", "routine_steps_", "routine_too_long",
)  # fmt: skip
"""What the mistakes begin with that are about a key, not about what it is set to."""

_NOT_A_CLOCK = frozenset({"clock_not_understood", "moment_not_understood"})
_WORD_BEFORE = re.compile(r"^[^\W\d_]+\.?\s*(?=\d)")

_EXAMPLES: Mapping[str, object] = {
    "wake": "07:00",
    "bedtime": "22:30",
    "topic": "hydration",
    "every": "10m",
    "times": 2,
    "text": "Stand up",
}
"""What may be missing, for all else has a default; and how it might read."""


def validation_diagnostics(error: ValidationError) -> list[Diagnostic]:
    """Every mistake that pydantic found, each once."""
    found: dict[tuple[Path, str], Diagnostic] = {}
    for details in error.errors(include_url=False):
        problem = _problem(details)
        found.setdefault((problem.where, problem.key), problem)
    misspelt = {
        (*problem.where[:-1], problem.values["nearest"])
        for problem in found.values()
        if problem.key == "key_unknown_but"
    }
    return [
        problem
        for problem in found.values()
        if problem.key != "key_missing" or problem.where not in misspelt
    ]


def _problem(details: ErrorDetails) -> Diagnostic:
    where: Path = tuple(details["loc"])
    return Diagnostic(where, *_mistake(where, details))


def _mistake(where: Path, details: ErrorDetails) -> tuple[str, dict[str, object]]:
    """The catalogue's key of a mistake, and what fills its sentence in."""
    kind, context, given = details["type"], dict(details.get("ctx", {})), details["input"]
    match kind:
        case "extra_forbidden":
            return _unknown("key", where[-1], _keys_at(where[:-1]))
        case "literal_error" | "enum":
            return _unknown("choice", given, _choices(context))
        case "day_unknown" | "zone_unknown":
            allowed = DAY_WORDS if kind == "day_unknown" else sorted(available_timezones())
            return _unknown(kind.removesuffix("_unknown"), given, allowed)
        case "missing":
            key = str(where[-1])
            return "key_missing", {"key": key, "example": _EXAMPLES[key]}
        case "greater_than_equal" | "less_than_equal":
            return "out_of_range", {"found": given, **_range(where)}
        case "too_short" | "too_long":
            return _list_length(where, given, context)
        case _ if kind in _TYPES:
            return _other_type(where, kind), {"found": given, "table": where}
    # What is refused by ourselves carries what was found; pydantic alone knows what else there is.
    if "found" not in context:
        return "value_wrong", {"found": given, "reason": details["msg"]}
    return _nearly(kind, given) or (kind, context)


def _list_length(
    where: Path, given: Any, context: Mapping[str, Any]
) -> tuple[str, dict[str, object]]:
    """Return what is told of a list that is empty or too long."""
    if not given:
        return _EMPTY[str(where[-1])], {}
    return "list_too_long", {"count": len(given), "most": context["max_length"]}


def _other_type(where: Path, kind: str) -> str:
    """What is told of a value of the wrong type."""
    if where[:-1] in _UNNAMED and where[-1] in _keys_at(where):
        return _UNNAMED[where[:-1]]
    return "wants_steps" if where[-1] == "steps" else f"wants_{_TYPES[kind]}"


def _nearly(kind: str, given: object) -> tuple[str, dict[str, object]] | None:
    """What was probably meant by a clock time or length that is written in another way."""
    # 22.30 without quotes is a number, whose last digit is lost.
    text = f"{given:.2f}" if isinstance(given, float) else str(given)
    if kind in _NOT_A_CLOCK:
        return _clock_like(kind, given, text)
    if kind == "length_not_understood":
        return _length_like(given, text)
    return None


def _clock_like(kind: str, given: object, text: str) -> tuple[str, dict[str, object]] | None:
    """What was probably meant by a clock time with other words, signs or type."""
    plain = _WORD_BEFORE.sub("", normalised(text))
    try:
        nearest = clock_text(parse_clock(re.sub(r"(?<=\d) (?=\d)", ":", plain), ENGLISH))
    except ValueRefused as error:
        if error.key == "clock_not_understood":
            return None
        return error.key, {**error.values, "found": given}
    return f"{kind}_but", {"found": given, "nearest": nearest}


def _length_like(given: object, text: str) -> tuple[str, dict[str, object]] | None:
    """What was probably meant by a length with other words, or without a unit."""
    try:
        nearest = length_text(parse_length(text, ENGLISH))
    except ValueRefused as error:
        if error.key == "length_without_unit":
            return error.key, {**error.values, "found": given}
        return None
    return "length_not_understood_but", {"found": given, "nearest": nearest}


def _unknown(what: str, found: object, allowed: Sequence[str]) -> tuple[str, dict[str, object]]:
    close = get_close_matches(found.lower(), allowed, n=1) if isinstance(found, str) else []
    values: dict[str, object] = {"found": found, "allowed": list(allowed)}
    if close:
        return f"{what}_unknown_but", {**values, "nearest": close[0]}
    return f"{what}_unknown", values


def _choices(context: Mapping[str, Any]) -> list[str]:
    """The words of "'a', 'b' or 'c'", as pydantic lists them."""
    return str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")


def _range(where: Path) -> dict[str, object]:
    field = _field_at(where)
    limits = {"least": 0, "most": 100}
    for limit in () if field is None else (*field.metadata, *_within(field.annotation)):
        limits["least"] = getattr(limit, "ge", limits["least"])
        limits["most"] = getattr(limit, "le", limits["most"])
    return dict(limits)


def _within(annotation: Any) -> Iterator[object]:
    """What is said of the parts of an annotation, as of the number in `Seconds | None`."""
    for said in getattr(annotation, "__metadata__", ()):
        yield from getattr(said, "metadata", (said,))
    for part in get_args(annotation):
        yield from _within(part)


def _keys_at(path: Path) -> list[str]:
    """The keys that are allowed in the table of a path."""
    model = _model_at(path)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _field_at(path: Path) -> Any:
    model = _model_at(path[:-1])
    return None if model is None else model.model_fields.get(str(path[-1]))


def _model_at(path: Path) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    keys = list(path)
    while keys and model is not None:
        key = str(keys.pop(0))
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        if key in {"reminders", "routines", "steps"} and keys:
            # The name, or the number in the list, of one of them.
            keys.pop(0)
        model = _model_in(annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def located(
    found: Iterable[Diagnostic], file: ConfigFile | None, tables: Table, said: EnvironmentValues
) -> list[Diagnostic]:
    """The same problems, each with the place it comes from, in the order of the file.

    Args:
        found: The problems.
        file: The person's file, if there is one.
        tables: That file over the defaults.
        said: The environment, which is laid over them.
    """
    placed = [
        replace(
            problem,
            place=_place(problem, problem.where, file, tables, said),
            also=None
            if problem.against is None
            else _place(problem, problem.against, file, tables, said),
        )
        for problem in found
    ]
    return sorted(placed, key=_order)


def _order(problem: Diagnostic) -> tuple[bool, int, int, str]:
    """As a reader meets them in the file; then what is not in it."""
    line, column = problem.line or 0, problem.column or 0
    return problem.place.mark is None, line, column, problem.place.origin


def _place(
    problem: Diagnostic, path: Path, file: ConfigFile | None, tables: Table, said: EnvironmentValues
) -> Location:
    variable = said.variable(path, tables)
    if variable is not None:
        return Location(variable)
    if file is None:
        return Location()
    positions = file.positions
    key = positions.key(path) if problem.key.startswith(_ABOUT_THE_KEY) else None
    position = key or positions.nearest(path)
    # Of a table that is not in the file the built-in one is in force.
    return Location() if path and position is None else file.place(position)
