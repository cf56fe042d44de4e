"""Conversion between domain objects and rows; instants are UTC text of one width."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Due,
    Held,
    Outcome,
    Snoozed,
    State,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.safe_text import is_unsafe

if TYPE_CHECKING:
    from nightcare.domain.history import Decision, Trial, UserAction
    from nightcare.domain.routine import RoutineSession

Value = str | int | None
Row = tuple[Value, ...]

UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""The exceptions that the functions below raise for a row that no version of nightcare wrote."""

_COUNTS = range(2**32)

_UNDECODABLE = "\N{REPLACEMENT CHARACTER}"
"""The character that the database reads for bytes that are not UTF-8."""

_YEARS = range(2, 9999)
"""Other years count as damage: near the limits of the calendar, a conversion of zones may fail."""

DELIVERY_COLUMNS = (
    "reminder, care_day, slot, due, topic, fresh_from, asked, snoozes, seen, tip, state, at,"
    " closes, again, away, handle, outcome, reason, delivery, computer"
)
"""The columns of a delivery, in the order of the rows in acts. "handle" is not used any more."""

_DELIVERY_NAMES = DELIVERY_COLUMNS.split(", ")

GLOBAL_STATE_COLUMNS = "began, reckoned, paused_until, good_night, tonight"
ROUTINE_COLUMNS = "reminder, care_day, slot, routine, began, seen"
DECISION_COLUMNS = "at, reminder, care_day, slot, due, verdict, step, delivery"
ACTION_COLUMNS = "id, at, what, courses, standing"


OF_KEY = "reminder = ? AND care_day = ? AND slot = ?"
"""The condition for the values of `key_row`."""


# Values of columns


def format_instant(value: datetime) -> str:
    """Return an instant as UTC text, which sorts by time."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def parse_instant(text: str) -> datetime:
    """Return the instant (UTC) of a text; refuse one without a zone or with an implausible year."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError(text)
    return instant


def parse_day(text: str) -> date:
    """Return the date of a text; refuse an implausible year."""
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise ValueError(text)
    return day


def key_row(key: Key) -> tuple[str, str, str]:
    """Return the values of the columns of a key."""
    return key.reminder, key.care_day.isoformat(), key.slot


def parse_key(reminder: object, care_day: object, slot: object) -> Key:
    """Return the key in three columns.

    A name that is invalid in a config is refused, and so is a key that would be written otherwise:
    its row would not be found again, and an open occurrence would stay open.
    """
    name = str(reminder)
    if not name or any(map(is_unsafe, name)):
        raise ValueError(name)
    key = Key(name, parse_day(str(care_day)), str(slot))
    if key_row(key) != (reminder, care_day, slot) or _UNDECODABLE in name + key.slot:
        raise ValueError(name)
    return key


def _format_optional(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)


def _parse_optional(value: Value) -> datetime | None:
    return None if value is None else parse_instant(str(value))


def _parse_count(value: Value) -> int:
    count = int(value or 0)
    if count not in _COUNTS:
        raise ValueError(count)
    return count


def _check_word(word: object, known: Container[object]) -> None:
    if word not in known:
        raise ValueError(word)


# Deliveries


def delivery_row(delivery: Delivery) -> Row:
    """Return a delivery as the values of `DELIVERY_COLUMNS`."""
    head: Row = (
        *key_row(delivery.key), format_instant(delivery.occurrence.due), delivery.topic,
        format_instant(delivery.fresh_from), delivery.showings, delivery.snoozes,
        int(delivery.seen), delivery.tip,
    )  # fmt: skip
    return head + _state_row(delivery.state)


def _state_row(state: State) -> Row:
    """Return the values of the columns from "state" on."""
    match state:
        case Due():
            return ("due", *(None,) * 9)
        case Held(cause):
            return ("held", None, None, None, None, None, None, cause, None, None)
        case Active(shown, closes, again, away, status):
            return ("open", _format_optional(shown), format_instant(closes),
                    _format_optional(again), int(away), None, None, None, status, None)  # fmt: skip
        case Snoozed(until, computer):
            return ("snoozed", format_instant(until), *(None,) * 7, computer)
        case Closed(outcome, at, reason, computer):
            return ("settled", format_instant(at), *(None,) * 4, outcome, reason, None, computer)


def parse_delivery(*row: Value) -> Delivery:
    """Return the delivery in a row.

    Acts of earlier versions hold rows without the columns that were added at the end.
    """
    missing = (None,) * (len(_DELIVERY_NAMES) - len(row))
    named = dict(zip(_DELIVERY_NAMES, (*row, *missing), strict=True))
    key = parse_key(named["reminder"], named["care_day"], named["slot"])
    return Delivery(
        Occurrence(key, parse_instant(str(named["due"]))),
        Topic(str(named["topic"])),
        _parse_state(named),
        parse_instant(str(named["fresh_from"])),
        showings=_parse_count(named["asked"]),
        snoozes=_parse_count(named["snoozes"]),
        seen=bool(named["seen"]),
        tip=None if named["tip"] is None else str(named["tip"]),
    )


def _parse_state(named: Mapping[str, Value]) -> State:
    at, closes, again = (_parse_optional(named[name]) for name in ("at", "closes", "again"))
    reason = named["reason"]
    computer = None if named["computer"] is None else str(named["computer"])
    match named["state"]:
        case "held":
            return Held(Reason(str(reason)))
        case "open" if closes is not None:
            usual = DeliveryStatus.DECIDED if at is None else DeliveryStatus.SHOWN
            status = DeliveryStatus(str(named["delivery"] or usual))
            return Active(at, closes, again, bool(named["away"]), status)
        case "snoozed" if at is not None:
            return Snoozed(at, computer)
        case "settled" if at is not None:
            outcome = Outcome(str(named["outcome"]))
            why = None if reason is None else Reason(str(reason))
            return Closed(outcome, at, why, computer)
        case _:
            return Due()


# The global state and the routine under way


def global_state_row(state: GlobalState) -> tuple[str | None, ...]:
    """Return the global state as the values of `GLOBAL_STATE_COLUMNS`."""
    tonight = {day.isoformat(): format_clock(at) for day, at in state.tonight.items()}
    return (
        _format_optional(state.began),
        _format_optional(state.updated),
        _format_optional(state.paused_until),
        None if state.good_night is None else state.good_night.isoformat(),
        json.dumps(tonight),
    )


def parse_global_state(*row: str | None) -> GlobalState:
    """Return the global state in a row."""
    began, updated, paused_until, good_night, tonight = row
    return GlobalState(
        _parse_optional(began),
        _parse_optional(updated),
        _parse_optional(paused_until),
        None if good_night is None else parse_day(good_night),
        {parse_day(day): parse_clock(at) for day, at in json.loads(tonight or "{}").items()},
    )


def salvage_global_state(*row: str | None) -> GlobalState:
    """Return the global state in a damaged row; a value that cannot be read counts as unset.

    The service had started by the time of its last update.
    """
    readable: list[str | None] = [None] * len(row)
    for number, value in enumerate(row):
        alone: list[str | None] = [None] * len(row)
        alone[number] = value
        with suppress(*UNREADABLE):
            parse_global_state(*alone)
            readable[number] = value
    state = parse_global_state(*readable)
    return replace(state, began=state.began or state.updated)


_SECOND = "/2"
"""The mark of the second of two equal clock times (PEP 495), as in "23:45:00/2"."""


def format_clock(clock: time) -> str:
    """Return a local time as text, with the mark of the second of two equal ones."""
    return clock.isoformat() + (_SECOND if clock.fold else "")


def parse_clock(text: str) -> time:
    """Return the local time of a text."""
    clock = time.fromisoformat(text.removesuffix(_SECOND))
    return clock.replace(fold=1) if text.endswith(_SECOND) else clock


def routine_row(session: RoutineSession) -> Row:
    """Return a routine session as the values of `ROUTINE_COLUMNS`."""
    began, seen = format_instant(session.began), format_instant(session.seen)
    return (*key_row(session.key), session.routine, began, seen)


def parse_routine(*row: str) -> RoutineSession:
    """Return the routine session in a row."""
    from nightcare.domain.routine import RoutineSession  # noqa: PLC0415 - few minutes of a day

    reminder, care_day, slot, routine, began, seen = row
    key = parse_key(reminder, care_day, slot)
    return RoutineSession(key, routine, parse_instant(began), parse_instant(seen))


# Decisions, actions, trials and notes


def parse_decision(*row: str | None) -> Decision:
    """Return the decision in a row."""
    from nightcare.domain.history import VERDICTS, Decision  # noqa: PLC0415 - 2 ms, and not `status`

    *texts, status = row
    at, reminder, care_day, slot, due, verdict, reason = (str(value) for value in texts)
    _check_word(verdict, VERDICTS)
    occurrence = Occurrence(parse_key(reminder, care_day, slot), parse_instant(due))
    delivery = None if status is None else DeliveryStatus(status)
    return Decision(parse_instant(at), occurrence, verdict, Reason(reason), delivery)


def format_deliveries(changed: Iterable[Delivery], others: Iterable[Delivery]) -> str:
    """Return the deliveries of an action as the text of its column."""
    both = {"changed": changed, "beside": others}
    return json.dumps({name: [delivery_row(one) for one in those] for name, those in both.items()})


def parse_action(number: int, at: str, what: str, deliveries: str, state: str) -> UserAction:
    """Return the action in a row."""
    from nightcare.domain.history import ACTS, UserAction  # noqa: PLC0415 - likewise

    _check_word(what, ACTS)
    rows = json.loads(deliveries)
    # Journals from before `beside` was added hold a list of the changed deliveries.
    both = rows if isinstance(rows, dict) else {"changed": rows, "beside": []}
    return UserAction(
        number,
        parse_instant(at),
        what,
        tuple(parse_delivery(*one) for one in both["changed"]),
        parse_global_state(*json.loads(state)),
        tuple(parse_delivery(*one) for one in both["beside"]),
    )


def parse_trial(number: int, at: str, reminder: str) -> Trial:
    """Return the trial in a row."""
    from nightcare.domain.history import Trial  # noqa: PLC0415 - likewise

    return Trial(number, parse_instant(at), reminder)


def parse_note(text: str) -> dict[str, object]:
    """Return the content of a note; refuse a value that is not a JSON object."""
    return {**json.loads(text)}
