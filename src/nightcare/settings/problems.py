"""From what pydantic says of a mistake to what a person is told, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nightcare.errors import Problem
from nightcare.settings.layers import Environment, File, Table
from nightcare.settings.model import DAY_WORDS, Config
from nightcare.settings.positions import Path

_TYPES = {
    "bool_type": "bool",
    "int_type": "int",
    "list_type": "list",
    "dict_type": "table",
    "model_type": "table",
}

_EMPTY = {"at": "at_empty", "days": "days_empty", "lengths": "lengths_empty"}

_EXAMPLES: Mapping[str, object] = {
    "wake": "07:00",
    "bedtime": "22:30",
    "topic": "hydration",
    "every": "10m",
    "times": 2,
}
"""What may be missing, for all else has a default; and how it might read."""


def problems(error: ValidationError) -> list[Problem]:
    """Every mistake that pydantic found, each once."""
    found: dict[tuple[Path, str], Problem] = {}
    for details in error.errors(include_url=False):
        problem = _problem(details)
        found.setdefault((problem.where, problem.key), problem)
    return list(found.values())


def _problem(details: ErrorDetails) -> Problem:
    where: Path = tuple(details["loc"])
    return Problem(where, *_mistake(where, details))


def _mistake(where: Path, details: ErrorDetails) -> tuple[str, dict[str, object]]:
    """The catalogue's key of a mistake, and what fills its sentence in."""
    kind, context, given = details["type"], dict(details.get("ctx", {})), details["input"]
    match kind:
        case "extra_forbidden":
            return _unknown("key", where[-1], _keys_at(where[:-1]))
        case "literal_error" | "enum":
            return _unknown("choice", given, _choices(context))
        case "day_unknown":
            return _unknown("day", given, DAY_WORDS)
        case "zone_unknown":
            return _unknown("zone", given, sorted(available_timezones()))
        case "missing":
            key = str(where[-1])
            return "key_missing", {"key": key, "example": _EXAMPLES[key]}
        case "greater_than_equal" | "less_than_equal":
            return "out_of_range", {"found": given, **_range(where)}
        case "too_short":
            return _EMPTY[str(where[-1])], {}
        case _ if kind in _TYPES:
            return f"wants_{_TYPES[kind]}", {"found": given, "table": where}
    # What is refused by ourselves carries what was found; pydantic alone knows what else there is.
    ours = "found" in context
    return (kind, context) if ours else ("value_wrong", {"found": given, "reason": details["msg"]})


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
    for limit in () if field is None else field.metadata:
        limits["least"] = getattr(limit, "ge", limits["least"])
        limits["most"] = getattr(limit, "le", limits["most"])
    return dict(limits)


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
        if key == "reminders" and keys:
            keys.pop(0)
        model = _model_in(annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def located(
    found: Iterable[Problem], file: File | None, tables: Table, said: Environment
) -> list[Problem]:
    """The same problems, each with the place it comes from, in the order of the places.

    Args:
        found: The problems.
        file: The person's file, if there is one.
        tables: That file over the defaults.
        said: The environment, which is laid over them.
    """
    placed = [_located(problem, file, tables, said) for problem in found]
    return sorted(placed, key=lambda one: (one.line or 0, one.column or 0, str(one.where)))


def _located(problem: Problem, file: File | None, tables: Table, said: Environment) -> Problem:
    variable = said.variable(problem.where, tables)
    if variable is not None:
        return replace(problem, origin=variable)
    if file is None:
        return problem
    about_the_key = problem.key.startswith(("key_unknown", "name_", "timing_"))
    place = (
        file.positions.key(problem.where) if about_the_key else None
    ) or file.positions.nearest(problem.where)
    return replace(
        problem,
        origin=file.name,
        line=None if place is None else place.line,
        column=None if place is None else place.column,
    )
