"""Findings and probes, which all checks use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from nightcare.errors import Diagnostic
from nightcare.i18n.error_text import diagnostic_text
from nightcare.i18n.translator import Translator
from nightcare.paths import NO_SERVICE, ServicePlaces


class State(StrEnum):
    """The state of what was checked."""

    GOOD = "good"
    WARNING = "warning"
    """A problem that may prevent reminders."""
    BAD = "bad"
    """A problem that prevents reminders, or the record of them."""
    UNKNOWN = "unknown"


class Check(StrEnum):
    """The subject of a finding, by its name in the JSON output."""

    BUS = "bus"
    SERVER = "server"
    QUIET = "do-not-disturb"
    UNIT = "unit"
    SESSION = "session"
    SERVICE = "service"
    TRAY = "tray"
    MQTT = "mqtt"
    CONFIG = "config"
    JOURNAL = "journal"
    CLOCK = "clock"
    VERSIONS = "versions"
    TRIAL = "notify"


_ESSENTIAL = frozenset({Check.CONFIG, Check.JOURNAL})
"""Checks whose failure is bad, because reminders or their records depend on them."""


@dataclass(frozen=True)
class TextKey:
    """A part of a sentence that is itself a text of the catalogue, with its values."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        check: Its subject.
        state: The state of the subject.
        key: The text of the catalogue that states it.
        values: The values of this text and of that of the fix.
        fix: The text that says how to fix it; set if the state is a warning or bad.
    """

    check: Check
    state: State
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    fix: str | None = None


@dataclass(frozen=True)
class Failure:
    """The reason for the failure of a probe; an empty one if it exceeded its limit.

    Attributes:
        limit: The time that it had.
        reason: The reason.
    """

    limit: timedelta
    reason: str = ""


def good(check: Check, key: str, /, **values: object) -> Finding:
    """Return a finding that needs no fix."""
    return Finding(check, State.GOOD, key, values)


def unknown(check: Check, key: str, /, **values: object) -> Finding:
    """Return a finding about a state that cannot be determined here."""
    return Finding(check, State.UNKNOWN, key, values)


def warning(check: Check, key: str, fix: str | None = None, /, **values: object) -> Finding:
    """Return a warning; the text of its fix is that of the key with `_mend`, unless named."""
    return Finding(check, State.WARNING, key, values, fix or f"{key}_mend")


def bad(check: Check, key: str, fix: str | None = None, /, **values: object) -> Finding:
    """Return a bad finding; see `warning` for the fix."""
    return Finding(check, State.BAD, key, values, fix or f"{key}_mend")


def failed(check: Check, failure: Failure) -> Finding:
    """Return the finding for a failed probe."""
    report = bad if check in _ESSENTIAL else warning
    if failure.reason:
        return report(check, "doctor_failed", reason=failure.reason)
    return report(check, "doctor_late", limit=failure.limit)


def message_of(finding: Finding, translator: Translator) -> str:
    """Return the text of a finding."""
    return _text(finding.key, finding.values, translator)


def fix_of(finding: Finding, translator: Translator) -> str | None:
    """Return the text of its fix; None if there is nothing to fix."""
    return None if finding.fix is None else _text(finding.fix, finding.values, translator)


def _text(key: str, values: Mapping[str, object], translator: Translator) -> str:
    parts = {name: _value_text(value, translator) for name, value in values.items()}
    text = translator.text(key, **parts)
    # Names from other programs must not break the line or control the terminal.
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _value_text(value: object, translator: Translator) -> str:
    match value:
        case TextKey(key, values):
            return translator.text(key, **values)
        case tuple():
            return ", ".join(_value_text(one, translator) for one in value)
        case Diagnostic():
            return diagnostic_text(value, translator)
        case timedelta():
            return translator.length(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value)


Found = TypeVar("Found")


@dataclass(frozen=True)
class Limits:
    """The limits of probes.

    Attributes:
        call: Seconds for one call on a bus, or one other program.
        service: Seconds for all calls to one service on a bus.
        probe: Seconds for one probe; all run at the same time.
    """

    call: float = 2.0
    service: float = 2.2
    probe: float = 3.2


@dataclass(frozen=True)
class CheckContext:
    """The environment that is checked.

    Attributes:
        named: The config file that `--config` names, if any.
        state: The folder of the journal; None if the home folder of the person is not known.
        variables: The environment of this command.
        now: The instant (UTC).
        service: The places that the person's service uses.
        limits: The limits of the probes.
    """

    named: Path | None
    state: Path | None
    variables: Mapping[str, str]
    now: datetime
    service: ServicePlaces = NO_SERVICE
    limits: Limits = Limits()

    @property
    def call_limit(self) -> timedelta:
        """The limit of one call, for texts."""
        return timedelta(seconds=self.limits.call)


async def attempt(probe: Awaitable[Found], limit: float) -> Found | Failure:
    """Return the result of a probe, or the reason for its failure; raise nothing.

    Args:
        probe: The probe.
        limit: Seconds until the probe is cancelled.
    """
    length = timedelta(seconds=limit)
    try:
        async with asyncio.timeout(limit):
            return await probe
    except TimeoutError:
        return Failure(length)
    except OSError as error:
        return Failure(length, error.strerror or repr(error))
    except Exception as error:  # noqa: BLE001 - any error becomes a finding, not a traceback
        return Failure(length, f"{type(error).__name__}: {error}")
