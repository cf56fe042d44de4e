"""Types of the config's values for pydantic: how each is validated, and its JSON Schema.

Source: JSON Schema draft 2020-12, https://json-schema.org/draft/2020-12/json-schema-validation,
"pattern": regular expressions of ECMA-262, limited to features that other engines have. A tool that
checks TOML by such a schema reads a TOML time as text, so that patterns of clock times match it as
well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal

from cronsim import CronSim, CronSimError
from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from nightcare.config import values
from nightcare.config.values import DAYS, InvalidValue
from nightcare.domain.moments import Moment
from nightcare.domain.time_words import SYMBOLS
from nightcare.errors import ValueRefused
from nightcare.languages import languages

MOST_ENTRIES = 100
"""Entries of one list, such as the moments in an `at`."""

_CRON_FIELDS = 5
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - cron fields are matched on wall times
_MAX_SECONDS = 600
_MAX_TIMES = 50

Schema = dict[str, Any]


def _convert(convert: Callable[[Any], Any]) -> PlainValidator:
    """Return a validator for a function of `values`; its refusal becomes an error of pydantic."""

    def validate(value: Any) -> Any:
        try:
            return convert(value)
        except ValueRefused as error:
            raise PydanticCustomError(error.key, error.key, error.values) from error

    return PlainValidator(validate)


def _cron(value: Any) -> str:
    """Return cron fields that match at some time."""
    text = values.cron_fields(value)
    fields = text.split()
    if len(fields) != _CRON_FIELDS:
        raise InvalidValue("cron_fields", found=value, count=len(fields))
    for number, field in enumerate(fields):
        alone = ["*"] * _CRON_FIELDS
        alone[number] = field
        # A number of thousands of digits is a ValueError.
        try:
            CronSim(" ".join(alone), _ANY_DATE)
        except (CronSimError, ValueError) as error:
            raise InvalidValue("cron_not_understood", found=text, part=field) from error
    try:
        next(CronSim(text, _ANY_DATE))
    except (CronSimError, StopIteration) as error:
        raise InvalidValue("cron_never", found=text) from error
    return text


class _Language:
    """The code of a language in the catalogue, or "auto"."""

    def __get_pydantic_core_schema__(self, *_: object) -> core_schema.CoreSchema:
        return core_schema.literal_schema(["auto", *languages()])


# JSON Schema


def _any_case(words: Iterable[str]) -> str:
    """Return a pattern of these words, in lower or upper case."""
    return "|".join("".join(f"[{letter.upper()}{letter}]" for letter in word) for word in words)


_PAST_THE_HOUR = r"[0-5][0-9]([:.][0-5][0-9](\.[0-9]+)?)?"
_CLOCK = (
    r"([kK][lL]\.?\s*)?("
    rf"([01]?[0-9]|2[0-3])[:.hH]?{_PAST_THE_HOUR}|24([:.hH]?00([:.]00)?)?"
    r"|0[0-9]?|1[3-9]|2[0-3]"
    rf"|(0?[1-9]|1[0-2])([:.hH]?{_PAST_THE_HOUR})?\s*[aApP]\.?[mM]\.?)"
)
_NUMBER = r"([0-9]{1,6}([.,][0-9]{1,6})?|[.,][0-9]{1,6})"
_LENGTH = (
    "".join(
        rf"({_NUMBER} *({_any_case(sorted(names, reverse=True))})\.?[ ,]*)?"
        for names in (SYMBOLS.days, SYMBOLS.hours, SYMBOLS.minutes, SYMBOLS.seconds)
    )
    + "([0-9]{1,6} *)?"
)
_RELATIVE = rf"(wake|bedtime)(\s*[+-]\s*{_LENGTH})?"
_FIRST_LETTER = r"[^ -@\[-`{-~]"
_LETTER = r"[^ -,./:-@\[-^`{-~]"


def _string(pattern: str, *examples: str) -> Schema:
    schema: Schema = {"type": "string", "pattern": pattern}
    return {**schema, "examples": list(examples)} if examples else schema


def _or_false(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"const": False}]}


CLOCK = _string(rf"^\s*{_CLOCK}\s*$", "07:00")
LENGTH = _string(rf"^(?=.*[a-zA-Z])\s*{_LENGTH}$", "10m", "1h30m", "2h")
MOMENT = _string(rf"^\s*({_CLOCK}|{_RELATIVE})\s*$", "21:45", "wake + 1h", "bedtime - 30m")
CRON = _string(r"^\s*\S+(\s+\S+){4}\s*$", "0 17 * * sat")
TEXT = _string(r"\S")
ROUTINE: Schema = {"type": "string", "examples": ["calf", "quick", "resting"]}
ZONE: Schema = {"type": "string", "minLength": 1, "examples": ["auto", "Europe/Copenhagen"]}
HOST = _string(rf"^\s*{values.HOST}\s*$", "homeassistant.local")
PERSON = _string(f"^{values.PERSON}$", "anna")
FILE = _string("^(/|~/)", "~/.config/nightcare/mqtt-password")
DAY: Schema = {"anyOf": [{"enum": list(DAYS)}, _string(f"^({_any_case(DAYS)})$")]}
ROUTINE_NAME: Schema = {"pattern": f"^{_FIRST_LETTER}{_LETTER}*$", "maxLength": 40}
REMINDER_NAME: Schema = {
    "pattern": f"^{_FIRST_LETTER}{_LETTER}*$",
    "not": {"pattern": "^[Uu][Nn][Tt][Ii][Ll]$"},
}
"""The pattern names what is not allowed, because letters of every language are."""

# Types

YesOrNo = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True)]
Seconds = Annotated[Count, Field(ge=1, le=_MAX_SECONDS)]
Times = Annotated[Count, Field(ge=1, le=_MAX_TIMES)]
ClockValue = Annotated[time, _convert(values.clock), WithJsonSchema(CLOCK)]
Length = Annotated[timedelta, _convert(values.length), WithJsonSchema(LENGTH)]
Interval = Annotated[timedelta, _convert(values.interval), WithJsonSchema(LENGTH)]
MomentText = Annotated[Moment, _convert(values.moment), WithJsonSchema(MOMENT)]
Question = Annotated[Moment | None, _convert(values.question), WithJsonSchema(_or_false(MOMENT))]
CronFields = Annotated[str, _convert(_cron), WithJsonSchema(CRON)]
ReminderText = Annotated[
    str, _convert(lambda value: values.text(value, "text_empty")), WithJsonSchema(TEXT)
]
Text = Annotated[str, _convert(values.text), WithJsonSchema(TEXT)]
RoutineName = Annotated[
    str | Literal[False], _convert(values.routine), WithJsonSchema(_or_false(ROUTINE))
]
Sound = Annotated[str | None, _convert(values.sound), WithJsonSchema(_or_false({"type": "string"}))]
Host = Annotated[str, _convert(values.host), WithJsonSchema(HOST)]
Person = Annotated[str, _convert(values.person), WithJsonSchema(PERSON)]
FilePath = Annotated[str, _convert(values.file_path), WithJsonSchema(FILE)]
Zone = Annotated[str | None, _convert(values.zone), WithJsonSchema(ZONE)]
Language = Annotated[str, _Language()]

# One value, or a list of them

_Lengths = Annotated[list[Length], Field(max_length=MOST_ENTRIES)]
Lengths = Annotated[
    _Lengths, BeforeValidator(values.as_list, json_schema_input_type=Length | _Lengths)
]
_Moments = Annotated[list[MomentText], Field(min_length=1, max_length=MOST_ENTRIES)]
Moments = Annotated[
    _Moments, BeforeValidator(values.as_list, json_schema_input_type=MomentText | _Moments)
]
_Day = Annotated[frozenset[int], _convert(values.days), WithJsonSchema(DAY)]
_Days = Annotated[list[_Day], Field(min_length=1, max_length=MOST_ENTRIES)]
Days = Annotated[_Days, BeforeValidator(values.as_list, json_schema_input_type=_Day | _Days)]
