"""Mistakes that pydantic finds, as diagnostics with locations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nightcare.config.layers import Layers
from nightcare.config.locations import Path
from nightcare.config.model import Config
from nightcare.config.values import DAY_WORDS
from nightcare.domain.moments import (
    Relative,
    clock_text,
    length_text,
    normalised,
    parse_clock,
    parse_length,
    parse_moment,
)
from nightcare.domain.time_words import ENGLISH
from nightcare.errors import Diagnostic, Location, ValueRefused, with_nearest
from nightcare.toml_writer import path_text, shortened_text

MOST_PROBLEMS = 50
"""Problems that are reported at once."""

_TYPES = {
    "bool_type": "bool",
    "int_type": "int",
    "list_type": "list",
    "dict_type": "table",
    "model_type": "table",
}

_NAMED = {"reminders": ("water",), "routines": ("desk",), "steps": ()}
"""Tables and lists that hold only tables; those with names of their own with an example of one."""

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
"""Tables of named tables, and the key of the text for an entry without a name."""

_ABOUT_THE_KEY = (
    "key_unknown", "name_", "timing_", "only_with_every", "reminders_alike", "evening_crowded",
    "routine_name_", "routine_steps_", "routine_too_long", "password_",
)  # fmt: skip
"""Beginnings of the keys of diagnostics about a key, not about its value."""

_DASH = re.compile("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}]")
_WORD_BEFORE = re.compile(r"^[^\W\d_]+\.?\s*(?=\d)")

_EXAMPLES: Mapping[str, object] = {
    "wake": "07:00",
    "bedtime": "22:30",
    "topic": "hydration",
    "every": "10m",
    "times": 2,
    "text": "Stand up",
    "host": "homeassistant.local",
}
"""The required keys without a default, each with an example."""


def validation_diagnostics(error: ValidationError) -> list[Diagnostic]:
    """Return every mistake that pydantic found, each once."""
    found: dict[tuple[Path, str], Diagnostic] = {}
    for details in error.errors(include_url=False):
        where: Path = tuple(details["loc"])
        one = Diagnostic(where, *_text_of(where, details))
        found.setdefault((one.where, one.key), one)
    misspelt = {
        (*one.where[:-1], one.values["nearest"])
        for one in found.values()
        if one.key == "key_unknown_but"
    }
    return [one for one in found.values() if one.key != "key_missing" or one.where not in misspelt]


def _text_of(where: Path, details: ErrorDetails) -> tuple[str, dict[str, object]]:
    """Return the catalogue's key of a mistake and the values of its text."""
    kind, context, given = details["type"], dict(details.get("ctx", {})), details["input"]
    match kind:
        case "extra_forbidden":
            return _unknown_key(where)
        case "literal_error" | "enum":
            return _unknown("choice_unknown", given, _choices(context))
        case "day_unknown" | "zone_unknown":
            allowed = DAY_WORDS if kind == "day_unknown" else sorted(available_timezones())
            return _unknown(kind, given, allowed)
        case "missing":
            key = str(where[-1])
            return "key_missing", {"key": key, "example": _EXAMPLES[key]}
        case "greater_than_equal" | "less_than_equal":
            return "out_of_range", {"found": given, **_range(where)}
        case "too_short" | "too_long":
            too_long = "list_too_long", {"count": len(given), "most": context.get("max_length")}
            return too_long if given else (_EMPTY[str(where[-1])], {})
        case _ if kind in _TYPES:
            return _wrong_type(where, kind), {"found": given, "table": where}
        case _ if "found" not in context:
            # nightcare's own errors have a text; this is an error of pydantic without one.
            return "value_wrong", {"found": given, "reason": details["msg"]}
    return _likely(kind, given) or (kind, context)


def _unknown_key(where: Path) -> tuple[str, dict[str, object]]:
    if where == ("mqtt", "password"):
        return "password_in_config", {}
    return _unknown("key_unknown", where[-1], _keys_at(where[:-1]))


def _wrong_type(where: Path, kind: str) -> str:
    if where[:-1] in _UNNAMED and where[-1] in _keys_at(where):
        return _UNNAMED[where[:-1]]
    return "wants_steps" if where[-1] == "steps" else f"wants_{_TYPES[kind]}"


def _likely(kind: str, given: object) -> tuple[str, dict[str, object]] | None:
    """Return the text about a clock time or length that is written in another way."""
    # 22.30 without quotes is a number, whose last digit is lost.
    text = f"{given:.2f}" if isinstance(given, float) else str(given)
    if kind == "moment_not_understood" and (moment := _relative_moment(text)) is not None:
        return f"{kind}_but", {"found": given, "nearest": str(moment)}
    if kind in {"clock_not_understood", "moment_not_understood"}:
        return _likely_clock(kind, given, text)
    return _likely_length(kind, given, text) if kind == "length_not_understood" else None


def _likely_clock(kind: str, given: object, text: str) -> tuple[str, dict[str, object]] | None:
    """Return the clock time that was probably meant by other words, characters or types."""
    plain = _WORD_BEFORE.sub("", normalised(text))
    try:
        nearest = clock_text(parse_clock(re.sub(r"(?<=\d) (?=\d)", ":", plain), ENGLISH))
    except ValueRefused as error:
        if error.key == "clock_not_understood":
            return None
        return error.key, {**error.values, "found": given}
    return f"{kind}_but", {"found": given, "nearest": nearest}


def _relative_moment(text: str) -> Relative | None:
    """Return the moment that was probably meant by capitals, another dash or a missing unit."""
    plain = _DASH.sub("-", normalised(text))
    for likely in (plain, f"{plain}m"):
        with suppress(ValueRefused):
            moment = parse_moment(likely)
            return moment if isinstance(moment, Relative) else None
    return None


def _likely_length(kind: str, given: object, text: str) -> tuple[str, dict[str, object]] | None:
    """Return the length that was probably meant by other words, or without a unit."""
    try:
        nearest = length_text(parse_length(text, ENGLISH))
    except ValueRefused as error:
        if error.key == "length_without_unit":
            return error.key, {**error.values, "found": given}
        return None
    return f"{kind}_but", {"found": given, "nearest": nearest}


def _unknown(key: str, found: object, allowed: Sequence[str]) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {"found": found, "allowed": list(allowed)}
    return with_nearest(key, found, allowed, values) if isinstance(found, str) else (key, values)


def _choices(context: Mapping[str, Any]) -> list[str]:
    """Return the words of "'a', 'b' or 'c'", as pydantic lists them."""
    return str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")


# The models


def _range(where: Path) -> dict[str, object]:
    """Return the least and the greatest number that a key accepts."""
    model = _model_at(where[:-1])
    assert model is not None
    schema = model.model_json_schema()["properties"][str(where[-1])]
    number = schema.get("anyOf", [schema])[0]
    return {"least": number["minimum"], "most": number["maximum"]}


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys that a table may have."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _keys_at(where: Path) -> list[str]:
    model = _model_at(where)
    return [] if model is None else keys_of(model)


def _model_at(where: Path) -> type[BaseModel] | None:
    """Return the model of the table at a path; None for a table of tables, and for no table."""
    model: type[BaseModel] | None = Config
    keys = list(where)
    while keys and model is not None:
        key = str(keys.pop(0))
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        if key in _NAMED and keys:
            # The name, or the number in the list, of one of them.
            keys.pop(0)
        model = _model_in(annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def expect_key(where: tuple[str, ...]) -> None:
    """Check that a config may have a key at a path.

    Raises:
        ValueRefused: It may not; the error names the existing keys and the nearest one.
    """
    for depth, key in enumerate(where):
        above = where[:depth]
        if depth == 1 and above[0] in _NAMED:
            # The name of a reminder or a routine.
            continue
        model = _model_at(above)
        in_a_list = depth > 2 and above[-1] == "steps"  # noqa: PLR2004 - routines.NAME.steps
        if model is None or in_a_list:
            raise ValueRefused("key_too_deep", found=path_text(above))
        if key not in keys_of(model):
            known = {name: path_text((*above, name)) for name in keys_of(model)}
            values: dict[str, object] = {
                "found": path_text((*above, key)),
                "allowed": ", ".join(known.values()),
            }
            text, values = with_nearest("key_unknown", key, known, values)
            if "nearest" in values:
                values["nearest"] = known[str(values["nearest"])]
            raise ValueRefused(text, **values)


# Locations


def located(found: Iterable[Diagnostic], layers: Layers) -> tuple[Diagnostic, ...]:
    """Return diagnostics with their locations and the values of their texts, in file order.

    There are `MOST_PROBLEMS` at most, and one more that counts the others.
    """
    complete = [
        replace(
            one,
            values=dict(_text_values(one)),
            place=_location(one, one.where, layers),
            also=None if one.against is None else _location(one, one.against, layers),
        )
        for one in found
    ]
    # As a reader meets them in the file; then those outside of it.
    complete.sort(
        key=lambda one: (one.place.mark is None, one.line or 0, one.column or 0, one.place.origin),
    )
    if len(complete) > MOST_PROBLEMS:
        values: dict[str, object] = {"count": len(complete) - MOST_PROBLEMS}
        more = Diagnostic((), "more_problems", values, place=complete[0].place.whole())
        complete[MOST_PROBLEMS:] = [more]
    return tuple(complete)


def _location(one: Diagnostic, where: Path, layers: Layers) -> Location:
    return layers.location(where, of_key=one.key.startswith(_ABOUT_THE_KEY))


def _text_values(one: Diagnostic) -> Iterator[tuple[str, object]]:
    """Yield the values of a text, all but weekdays as it shows them."""
    for name, value in one.values.items():
        match name, value:
            case ("allowed", list()) if not one.key.startswith("key_unknown"):
                yield name, ", ".join(map(shortened_text, value))
            case ("allowed" | "given", list()):
                yield name, ", ".join(value)
            case ("table", tuple()):
                example = _NAMED.get(value[0], ()) if len(value) == 1 else ()
                yield name, f"[{path_text((*value, *example))}]"
            case ("found" | "example" | "part", _):
                yield name, shortened_text(value)
            case _:
                yield name, value
