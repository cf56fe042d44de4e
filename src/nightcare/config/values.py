"""Conversion of single values, as the config file spells them, into the types of the domain.

Each function raises ValueRefused for a value that it does not accept. This module does not import
pydantic, so that a cached config is built without it.
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any, Literal

from nightcare.domain.moments import (
    ClockTime,
    Moment,
    length_text,
    parse_clock,
    parse_length,
    parse_moment,
)
from nightcare.domain.safe_text import is_unsafe
from nightcare.errors import ValueRefused
from nightcare.zone_database import ZoneInfo, ZoneInfoNotFoundError

Table = dict[str, Any]
"""A table of the config file, or all of them."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DAYS: dict[str, frozenset[int]] = {
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
    **{name[:3]: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
    **{name: frozenset({number}) for number, name in enumerate(WEEKDAYS)},
}
"""The words for days in `days`, each with its weekdays; Monday is 0."""

DAY_WORDS = (*(name[:3] for name in WEEKDAYS), "weekdays", "weekends", "daily")
"""The words that messages offer."""

_MAX_LENGTH = timedelta(days=1)
_MIN_INTERVAL = timedelta(minutes=1)
_MAX_TEXT = 500

HOST = r"[A-Za-z0-9._:-]{1,253}"
PERSON = r"[a-z0-9_-]{1,40}"
_HOST, _PERSON = re.compile(HOST), re.compile(PERSON)


class InvalidValue(ValueRefused):
    """A value that a key does not accept, with a key of the catalogue's `config` texts."""


def clock(value: Any) -> time:
    """Return a clock time (local)."""
    if isinstance(value, time):
        return value.replace(microsecond=0)
    return parse_clock(_ascii(value, "clock_not_understood"))


def length(value: Any) -> timedelta:
    """Return a length of a day at most."""
    found = parse_length(_ascii(value, "length_not_understood"))
    if found > _MAX_LENGTH:
        raise InvalidValue("length_too_long", found=value)
    return found


def interval(value: Any) -> timedelta:
    """Return a length of a minute at least."""
    found = length(value)
    if found < _MIN_INTERVAL:
        raise InvalidValue("every_too_short", found=length_text(found))
    return found


def moment(value: Any) -> Moment:
    """Return a moment of a care day."""
    if isinstance(value, time):
        return ClockTime(clock(value))
    text = _ascii(value, "moment_not_understood")
    try:
        return parse_moment(text)
    except ValueRefused as error:
        if error.key == "length_is_nothing":
            raise
        # The error may name only the length within the moment; report the whole value.
        raise InvalidValue("moment_not_understood", found=value) from error


def question(value: Any) -> Moment | None:
    """Return the moment of the morning question; None for false."""
    if value is False:
        return None
    if not isinstance(value, str | time):
        raise InvalidValue("question_wrong", found=value)
    return moment(value)


def as_list(value: Any) -> Any:
    """Return a list as it is, and a single value as a list of one."""
    return value if isinstance(value, list) else [value]


def days(value: Any) -> frozenset[int]:
    """Return the weekdays of one word; Monday is 0."""
    word = _string(value, "day_unknown").lower()
    if word not in DAYS:
        raise InvalidValue("day_unknown", found=value)
    return DAYS[word]


def zone(value: Any) -> str | None:
    """Return the name of a time zone that this system has; None for "auto"."""
    name = _string(value, "zone_unknown")
    if name == "auto":
        return None
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise InvalidValue("zone_unknown", found=name) from error
    return name


def text(value: Any, empty: str = "words_empty") -> str:
    """Return a text that fits on a screen, with single spaces.

    Args:
        value: The text.
        empty: The key of the error for a text without a word.
    """
    found = " ".join(_string(value, empty).split())
    if not found:
        raise InvalidValue(empty, found=value)
    if len(found) > _MAX_TEXT:
        raise InvalidValue("text_too_long", found=len(found), most=_MAX_TEXT)
    control = next((character for character in found if is_unsafe(character)), None)
    if control is not None:
        raise InvalidValue("text_unseen", found=value, code=f"U+{ord(control):04X}")
    return found


def sound(value: Any) -> str | None:
    """Return a sound's name or path; None for false."""
    return None if value is False else (_string(value, "sound_wrong").strip() or None)


def host(value: Any) -> str:
    """Return the name or the address of a computer, without a scheme, a port or a password."""
    name = _ascii(value, "host_wrong").strip()
    if "@" in name:
        raise InvalidValue("password_in_config", found="")
    if not _HOST.fullmatch(name):
        raise InvalidValue("host_wrong", found=value)
    return name


def person(value: Any) -> str:
    """Return a name that is one level of an MQTT topic, and part of an id in Home Assistant."""
    name = _ascii(value, "person_wrong")
    if not _PERSON.fullmatch(name):
        raise InvalidValue("person_wrong", found=value)
    return name


def file_path(value: Any) -> str:
    """Return the path of a file that does not depend on the current folder."""
    path = _string(value, "path_wrong")
    if not path.startswith(("/", "~/")) or "\0" in path:
        raise InvalidValue("path_wrong", found=value)
    return path


def routine(value: Any) -> str | Literal[False]:
    """Return a routine's name, or false."""
    return False if value is False else _string(value, "routine_wrong").strip()


def cron_fields(value: Any) -> str:
    """Return cron fields with single spaces; `types` checks what they mean."""
    return " ".join(_string(value, "cron_wants_text").split())


def _string(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise InvalidValue(key, found=value)
    return value


def _ascii(value: Any, key: str) -> str:
    """Return a text of ASCII characters alone, because the JSON Schema matches no others."""
    found = _string(value, key)
    if not found.isascii():
        raise InvalidValue(key, found=value)
    return found
