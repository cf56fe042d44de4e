"""How values are spelt in the config file, as JSON Schema: what is accepted, and hardly more.

Source: JSON Schema draft 2020-12, https://json-schema.org/draft/2020-12/json-schema-validation,
"pattern": regular expressions of ECMA-262, here without what other engines lack. A tool that checks
TOML by such a schema takes a TOML time for text, so that patterns of clock times fit it as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nightcare.domain.time_parser import SYMBOLS

Schema = dict[str, Any]


def _in_any_case(words: Iterable[str]) -> str:
    """A pattern of these words, in small letters or large."""
    return "|".join("".join(f"[{sign.upper()}{sign}]" for sign in word) for word in words)


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
        rf"({_NUMBER} *({_in_any_case(sorted(names, reverse=True))})\.?[ ,]*)?"
        for names in (SYMBOLS.days, SYMBOLS.hours, SYMBOLS.minutes, SYMBOLS.seconds)
    )
    + "([0-9]{1,6} *)?"
)
_RELATIVE = rf"(wake|bedtime)(\s*[+-]\s*{_LENGTH})?"
_MOMENT = rf"^\s*({_CLOCK}|{_RELATIVE})\s*$"
_ONE = r"[^ -@\[-`{-~]"
_MORE = r"[^ -,./:-@\[-^`{-~]"

CLOCK: Schema = {"type": "string", "pattern": rf"^\s*{_CLOCK}\s*$", "examples": ["07:00"]}
LENGTH: Schema = {
    "type": "string",
    "pattern": rf"^(?=.*[a-zA-Z])\s*{_LENGTH}$",
    "examples": ["10m", "1h30m", "2h"],
}
MOMENT: Schema = {
    "type": "string",
    "pattern": _MOMENT,
    "examples": ["21:45", "wake + 1h", "bedtime - 30m"],
}
QUESTION: Schema = {"anyOf": [MOMENT, {"const": False}]}
CRON: Schema = {
    "type": "string",
    "pattern": r"^\s*\S+(\s+\S+){4}\s*$",
    "examples": ["0 17 * * sat"],
}
TEXT: Schema = {"type": "string", "pattern": r"\S"}
SOUND: Schema = {"anyOf": [{"type": "string"}, {"const": False}]}
ROUTINE: Schema = {
    "anyOf": [{"type": "string", "examples": ["calf", "quick", "resting"]}, {"const": False}]
}
ZONE: Schema = {"type": "string", "minLength": 1, "examples": ["auto", "Europe/Copenhagen"]}
ROUTINE_NAME: Schema = {"pattern": f"^{_ONE}{_MORE}*$", "maxLength": 40}
NAME: Schema = {"pattern": f"^{_ONE}{_MORE}*$", "not": {"pattern": "^[Uu][Nn][Tt][Ii][Ll]$"}}
"""A reminder's name. Letters of every language are allowed, so it says what is not."""


def day(words: Iterable[str]) -> Schema:
    """A word for days: offered in small letters, accepted in any."""
    known = list(words)
    pattern = f"^({_in_any_case(known)})$"
    return {"anyOf": [{"enum": known}, {"type": "string", "pattern": pattern}]}
