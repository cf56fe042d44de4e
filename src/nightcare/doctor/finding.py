"""One finding of the checkup, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from nightcare.errors import Diagnostic
from nightcare.i18n.diagnostics_text import diagnostic_text
from nightcare.i18n.translator import Translator


class State(StrEnum):
    """How things stand."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


class Check(StrEnum):
    """What was looked at; the words are for programs."""

    BUS = "bus"
    SERVER = "server"
    QUIET = "do-not-disturb"
    UNIT = "unit"
    SESSION = "session"
    SERVICE = "service"
    CONFIG = "config"
    JOURNAL = "journal"
    CLOCK = "clock"
    VERSIONS = "versions"
    TRIAL = "notify"


@dataclass(frozen=True)
class Said:
    """A part of a sentence that is itself in the catalogue."""

    key: str


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        check: What was looked at.
        state: How it stands.
        key: The sentence of the catalogue that says so.
        values: What the sentence, and that of the mend, are filled in with.
        mend: The sentence that says how to mend it; every warning and everything bad has one.
    """

    check: Check
    state: State
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    mend: str | None = None


def good(check: Check, key: str, /, **values: object) -> Finding:
    """Something that is as it should be."""
    return Finding(check, State.GOOD, key, values)


def unknown(check: Check, key: str, /, **values: object) -> Finding:
    """Something that cannot be told here."""
    return Finding(check, State.UNKNOWN, key, values)


def warning(check: Check, key: str, mend: str, /, **values: object) -> Finding:
    """Something that may keep reminders from the person."""
    return Finding(check, State.WARNING, key, values, mend)


def bad(check: Check, key: str, mend: str, /, **values: object) -> Finding:
    """Something that does keep reminders, or what is remembered, from the person."""
    return Finding(check, State.BAD, key, values, mend)


def message_of(finding: Finding, words: Translator) -> str:
    """What was found, as the person reads it."""
    return _said(finding.key, finding.values, words)


def mend_of(finding: Finding, words: Translator) -> str | None:
    """How to mend it, as the person reads it; None where there is nothing to mend."""
    return None if finding.mend is None else _said(finding.mend, finding.values, words)


def _said(key: str, values: Mapping[str, object], words: Translator) -> str:
    text = words.say(key, **{name: _readable(one, words) for name, one in values.items()})
    # What others have named must not break the line or command the terminal.
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _readable(value: object, words: Translator) -> str:
    match value:
        case Said(key):
            return words.say(key)
        case tuple():
            return ", ".join(_readable(one, words) for one in value)
        case Diagnostic():
            return diagnostic_text(value, words)
        case timedelta():
            return words.length(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value)
