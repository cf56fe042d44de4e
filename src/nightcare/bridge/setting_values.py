"""A pause, "Good night" and another bedtime as values that several computers share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from nightcare.domain.global_state import GlobalState
from nightcare.domain.shared_values import SharedValue
from nightcare.journal.mapping import format_clock, format_instant, parse_clock, parse_instant

PAUSE, GOOD_NIGHT, TONIGHT = "pause", "good-night", "tonight"
SETTINGS = (PAUSE, GOOD_NIGHT, TONIGHT)
EVENINGS = (GOOD_NIGHT, TONIGHT)
ACTIONS = {PAUSE: ("pause", "resume"), GOOD_NIGHT: ("good-night", "resume"), TONIGHT: ("tonight",)}
"""The kinds of actions that change each setting."""

_CHANGEABLE_DAYS = 3
"""The care days for which "Good night" and another bedtime can still matter."""


def kind_of(name: str) -> str:
    """Return the kind of a value, the first level of its name."""
    return name.partition("/")[0]


def evenings_since(now: datetime) -> date:
    """Return the first care day whose evening can still change (now in UTC)."""
    return (now - timedelta(days=_CHANGEABLE_DAYS)).date()


def settings_of(state: GlobalState, now: datetime) -> dict[str, str]:
    """Return the shared settings of a global state, as values by their names (now in UTC)."""
    found = {}
    paused_until = state.pause_end(now)
    if paused_until is not None:
        found[PAUSE] = json.dumps(format_instant(paused_until))
    if state.good_night is not None:
        found[f"{GOOD_NIGHT}/{state.good_night.isoformat()}"] = json.dumps(obj=True)
    for day, clock in state.tonight.items():
        found[f"{TONIGHT}/{day.isoformat()}"] = json.dumps(format_clock(clock))
    since = evenings_since(now)
    return {name: text for name, text in found.items() if _still_matters(name, since)}


def _still_matters(name: str, since: date) -> bool:
    kind, _, day = name.partition("/")
    return kind == PAUSE or date.fromisoformat(day) >= since


def written_settings(
    written: Mapping[str, SharedValue], state: GlobalState, now: datetime
) -> dict[str, SharedValue]:
    """Return the shared settings that still matter (now in UTC)."""
    since, found = evenings_since(now), {}
    for name, one in written.items():
        kind = kind_of(name)
        if kind not in SETTINGS or not _still_matters(name, since):
            continue
        if kind == PAUSE and pause_end(one, now) is None:
            found[name] = replace(one, value=None)
        elif kind == GOOD_NIGHT and state.good_night is not None and one.value is not None:
            # A later evening has replaced it, which is not a withdrawal.
            if date.fromisoformat(name.split("/")[1]) >= state.good_night:
                found[name] = one
        else:
            found[name] = one
    return found


def pause_end(one: SharedValue, now: datetime) -> datetime | None:
    """Return the end of a pause (UTC); None if it is over."""
    until = None if one.value is None else parse_instant(json.loads(one.value))
    return None if until is None or until <= now else until


def texts_of(written: Mapping[str, SharedValue]) -> dict[str, str]:
    """Return the values that are set, by their names."""
    return {name: one.value for name, one in written.items() if one.value is not None}


def with_settings(
    state: GlobalState, written: Mapping[str, SharedValue], now: datetime
) -> GlobalState:
    """Return a global state with shared settings in force (now in UTC)."""
    tonight, good_night = dict(state.tonight), state.good_night
    for name, one in sorted(written.items()):
        kind, _, level = name.partition("/")
        if kind == PAUSE:
            state = replace(state, paused_until=pause_end(one, now))
            continue
        day = date.fromisoformat(level)
        if kind == TONIGHT and one.value is None:
            tonight.pop(day, None)
        elif kind == TONIGHT:
            tonight[day] = parse_clock(json.loads(one.value or ""))
        elif one.value is not None:
            good_night = day if good_night is None else max(good_night, day)
        elif good_night == day:
            good_night = None
    return replace(state, tonight=tonight, good_night=good_night)
