"""The kinds of values that the config file has: what each accepts, and what comes of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from nightcare.config import value_schemas
from nightcare.config.limits import MOST_ENTRIES
from nightcare.domain.moments import (
    ClockTime,
    Moment,
    length_text,
    parse_moment,
)
from nightcare.domain.safe_text import is_unsafe
from nightcare.domain.time_parser import parse_clock, parse_length
from nightcare.errors import ValueRefused
from nightcare.languages import languages

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

ALL_DAYS = frozenset(range(7))
_DAYS: dict[str, frozenset[int]] = {
    "daily": ALL_DAYS,
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
    **{name[:3]: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
    **{name: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
}
DAY_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends", "daily")

_A_DAY = timedelta(days=1)
_SHORTEST_EVERY = timedelta(minutes=1)
_CRON_FIELDS = 5
_ANY_DATE = datetime(2024, 1, 1)  # noqa: DTZ001 - cron fields are matched on wall times
_LONGEST_TEXT = 500
_MOST_SECONDS = 600
_MOST_TIMES = 50


def _refused(key: str, **values: Any) -> PydanticCustomError:
    """A mistake, by the catalogue's key of its sentence and what fills it in."""
    return PydanticCustomError(key, key, values)


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise _refused(key, found=value)
    return value


def _plain(value: Any, key: str) -> str:
    """Return a text that has only signs of ASCII, which every editor's schema understands."""
    text = _text(value, key)
    if not text.isascii():
        raise _refused(key, found=value)
    return text


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value.replace(microsecond=0)
    try:
        return parse_clock(_plain(value, "clock_not_understood"))
    except ValueRefused as error:
        raise _refused(error.key, **error.values) from error


def _length(value: Any) -> timedelta:
    try:
        length = parse_length(_plain(value, "length_not_understood"))
    except ValueRefused as error:
        raise _refused(error.key, **error.values) from error
    if length > _A_DAY:
        raise _refused("length_too_long", found=value)
    return length


def _moment(value: Any) -> Moment:
    if isinstance(value, time):
        return ClockTime(value.replace(microsecond=0))
    try:
        return parse_moment(_plain(value, "moment_not_understood"))
    except ValueRefused as error:
        if error.key == "length_is_nothing":
            raise _refused(error.key, **error.values) from error
        # What is wrong may be the length in it, which is only a part of what the person wrote.
        raise _refused("moment_not_understood", found=value) from error


def _question(value: Any) -> Moment | None:
    if value is False:
        return None
    if not isinstance(value, str | time):
        raise _refused("question_wrong", found=value)
    return _moment(value)


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _day(value: Any) -> frozenset[int]:
    word = _text(value, "day_unknown").lower()
    if word not in _DAYS:
        raise _refused("day_unknown", found=value)
    return _DAYS[word]


def _often_enough(value: timedelta) -> timedelta:
    if value < _SHORTEST_EVERY:
        raise _refused("every_too_short", found=length_text(value))
    return value


def _cron(value: Any) -> str:
    fields = _text(value, "cron_wants_text").split()
    text = " ".join(fields)
    if len(fields) != _CRON_FIELDS:
        raise _refused("cron_fields", found=value, count=len(fields))
    for number, field in enumerate(fields):
        alone = ["*"] * _CRON_FIELDS
        alone[number] = field
        # A number of thousands of digits is a ValueError.
        try:
            CronSim(" ".join(alone), _ANY_DATE)
        except (CronSimError, ValueError) as error:
            raise _refused("cron_not_understood", found=text, part=field) from error
    # Any date will do to see whether the fields ever match together.
    try:
        next(CronSim(text, _ANY_DATE))
    except (CronSimError, StopIteration) as error:
        raise _refused("cron_never", found=text) from error
    return text


def _zone(value: Any) -> str | None:
    name = _text(value, "zone_unknown")
    if name == "auto":
        return None
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise _refused("zone_unknown", found=name) from error
    return name


def _own_words(value: Any) -> str:
    return _some_words(value, "text_empty")


def _words(value: Any) -> str:
    return _some_words(value, "words_empty")


def _some_words(value: Any, empty: str) -> str:
    text = " ".join(_text(value, empty).split())
    if not text:
        raise _refused(empty, found=value)
    if len(text) > _LONGEST_TEXT:
        raise _refused("text_too_long", found=len(text), most=_LONGEST_TEXT)
    control = next((sign for sign in text if is_unsafe(sign)), None)
    if control is not None:
        raise _refused("text_unseen", found=value, code=f"U+{ord(control):04X}")
    return text


def _sound(value: Any) -> str | None:
    return None if value is False else (_text(value, "sound_wrong").strip() or None)


def _routine(value: Any) -> str | Literal[False]:
    return False if value is False else _text(value, "routine_wrong").strip()


class _Language:
    """The code of a language that there is, or "auto"."""

    def __get_pydantic_core_schema__(self, *_: object) -> core_schema.CoreSchema:
        return core_schema.literal_schema(["auto", *languages()])


YesOrNo = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True)]
Seconds = Annotated[Count, Field(ge=1, le=_MOST_SECONDS)]
Times = Annotated[Count, Field(ge=1, le=_MOST_TIMES)]

ClockValue = Annotated[time, PlainValidator(_clock), WithJsonSchema(value_schemas.CLOCK)]
Length = Annotated[timedelta, PlainValidator(_length), WithJsonSchema(value_schemas.LENGTH)]
Often = Annotated[Length, AfterValidator(_often_enough)]
_SomeLengths = Annotated[list[Length], Field(max_length=MOST_ENTRIES)]
Lengths = Annotated[
    _SomeLengths, BeforeValidator(_one_or_more, json_schema_input_type=Length | _SomeLengths)
]
MomentText = Annotated[Moment, PlainValidator(_moment), WithJsonSchema(value_schemas.MOMENT)]
_SomeMoments = Annotated[list[MomentText], Field(min_length=1, max_length=MOST_ENTRIES)]
Moments = Annotated[
    _SomeMoments, BeforeValidator(_one_or_more, json_schema_input_type=MomentText | _SomeMoments)
]
Question = Annotated[
    Moment | None, PlainValidator(_question), WithJsonSchema(value_schemas.QUESTION)
]
_Day = Annotated[frozenset[int], PlainValidator(_day), WithJsonSchema(value_schemas.day(_DAYS))]
_SomeDays = Annotated[list[_Day], Field(min_length=1, max_length=MOST_ENTRIES)]
Days = Annotated[_SomeDays, BeforeValidator(_one_or_more, json_schema_input_type=_Day | _SomeDays)]
CronFields = Annotated[str, PlainValidator(_cron), WithJsonSchema(value_schemas.CRON)]

OwnWords = Annotated[str, PlainValidator(_own_words), WithJsonSchema(value_schemas.TEXT)]
SomeWords = Annotated[str, PlainValidator(_words), WithJsonSchema(value_schemas.TEXT)]
RoutineName = Annotated[
    str | Literal[False], PlainValidator(_routine), WithJsonSchema(value_schemas.ROUTINE)
]
Sound = Annotated[str | None, PlainValidator(_sound), WithJsonSchema(value_schemas.SOUND)]
Zone = Annotated[str | None, PlainValidator(_zone), WithJsonSchema(value_schemas.ZONE)]
Language = Annotated[str, _Language()]
