"""From what pydantic says of a mistake to what a person is told, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nightcare.errors import Problem
from nightcare.settings.layers import File, Table, variable_of
from nightcare.settings.model import DAY_WORDS, Config

_TYPES = {
    "bool_type": "bool",
    "bool_parsing": "bool",
    "int_type": "int",
    "int_parsing": "int",
    "int_from_float": "int",
    "list_type": "list",
    "dict_type": "table",
    "model_type": "table",
    "model_attributes_type": "table",
    "string_type": "text",
}

Path = tuple[str | int, ...]


def problems(error: ValidationError) -> list[Problem]:
    """Every mistake that pydantic found, each once."""
    found: dict[tuple[Path, str], Problem] = {}
    for details in error.errors(include_url=False):
        problem = _problem(details)
        found.setdefault((problem.where, problem.key), problem)
    return list(found.values())


def _problem(details: ErrorDetails) -> Problem:
    where: Path = tuple(details["loc"])
    kind, context, given = details["type"], dict(details.get("ctx", {})), details["input"]
    match kind:
        case "extra_forbidden":
            allowed = _keys_at(where[:-1])
            return Problem(where, *_unknown("key", str(where[-1]), allowed))
        case "missing":
            return Problem(where, "key_missing", {"key": where[-1]})
        case "literal_error" | "enum":
            choices = _choices(context)
            return Problem(where, *_unknown("choice", str(given), choices))
        case "greater_than_equal" | "less_than_equal" | "too_short":
            return Problem(where, "out_of_range", {"found": given, **_range(where)})
        case "day_unknown":
            key, values = _unknown("day", str(context["found"]), list(DAY_WORDS))
            return Problem(where, key, values)
        case _ if kind in _TYPES:
            return Problem(where, f"wants_{_TYPES[kind]}", {"found": given})
        case _ if "found" in context or kind in ("days_empty", "every_too_short"):
            return Problem(where, kind, context)
        case _:
            return Problem(where, "value_wrong", {"found": given, "reason": details["msg"]})


def _unknown(what: str, found: str, allowed: list[str]) -> tuple[str, dict[str, object]]:
    close = get_close_matches(found.lower(), allowed, n=1)
    values: dict[str, object] = {"found": found, "allowed": allowed}
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
    found: Iterable[Problem], file: File | None, environment: Table, built_in: str
) -> list[Problem]:
    """The same problems, each with the place it comes from, in the order of the places."""
    placed = [_located(problem, file, environment, built_in) for problem in found]
    return sorted(placed, key=lambda one: (one.line or 0, one.column or 0, str(one.where)))


def _located(problem: Problem, file: File | None, environment: Table, built_in: str) -> Problem:
    if _says(environment, problem.where):
        return replace(problem, origin=variable_of(problem.where))
    if file is None:
        return replace(problem, origin=built_in)
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


def _says(table: Any, path: Path) -> bool:
    for key in path:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return bool(path)
