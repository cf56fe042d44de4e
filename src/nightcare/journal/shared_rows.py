"""Conversion between rows and the values that several computers of one person share."""

from __future__ import annotations

import json

from nightcare.domain.delivery import Closed, Outcome, Snoozed
from nightcare.domain.person_computers import Computer
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Occurrence, Topic
from nightcare.domain.shared_acts import ActId, Effect, Retraction, SharedAct
from nightcare.domain.shared_values import SharedValue
from nightcare.journal.mapping import (
    Row,
    Value,
    format_instant,
    key_row,
    parse_instant,
    parse_key,
)

SHARED_ACT_COLUMNS = (
    "computer, number, reminder, care_day, slot, due, topic, own, what, at, reason,"
    " undone_computer, undone_number"
)
SHARED_VALUE_COLUMNS = "computer, name, at, value"
COMPUTER_COLUMNS = "id, seen, facts"

SNOOZED = "snoozed"
"""The word for a snooze in the rows of acts; its instant is the end of the snooze."""

UNDONE = "undone"
"""The word for a retraction in the rows of acts."""

_LARGEST_NUMBER = 2**53


def shared_act_row(act: SharedAct, *, own: bool) -> Row:
    """Return an act as the values of `SHARED_ACT_COLUMNS`; `own` for one of this computer."""
    head: Row = (
        act.id.computer, act.id.number, *key_row(act.occurrence.key),
        format_instant(act.occurrence.due), act.topic, int(own),
    )  # fmt: skip
    match act.effect:
        case Closed(outcome, at, reason):
            return (*head, outcome, format_instant(at), reason, None, None)
        case Snoozed(until):
            return (*head, SNOOZED, format_instant(until), None, None, None)
        case Retraction(undone):
            return (*head, UNDONE, None, None, undone.computer, undone.number)


def parse_shared_act(*row: Value) -> SharedAct:
    """Return the act in a row."""
    (
        computer, number, reminder, care_day, slot, due, topic, _, what, at, reason,
        undone_computer, undone_number,
    ) = row  # fmt: skip
    effect: Effect
    if what == UNDONE:
        effect = Retraction(_parse_act_id(undone_computer, undone_number))
    elif what == SNOOZED:
        effect = Snoozed(parse_instant(str(at)))
    else:
        why = None if reason is None else Reason(str(reason))
        effect = Closed(Outcome(str(what)), parse_instant(str(at)), why)
    return SharedAct(
        _parse_act_id(computer, number),
        Occurrence(parse_key(reminder, care_day, slot), parse_instant(str(due))),
        Topic(str(topic)),
        effect,
    )


def computer_row(one: Computer) -> tuple[str, str, str]:
    """Return a computer as the values of `COMPUTER_COLUMNS`."""
    facts = {
        "name": one.name,
        "online": one.online,
        "version": one.version,
        "schedule": {**one.schedule},
    }
    return one.id, format_instant(one.seen), json.dumps(facts)


def parse_computer(computer: str, seen: str, facts: str) -> Computer:
    """Return the computer in a row; additional facts of a later version are left out."""
    _check_computer(computer)
    known = json.loads(facts)
    return Computer(
        computer,
        str(known["name"]),
        parse_instant(seen),
        online=known.get("online") is True,
        version=str(known.get("version", "")),
        schedule={str(key): str(one) for key, one in known.get("schedule", {}).items()},
    )


def _parse_act_id(computer: Value, number: Value) -> ActId:
    if not isinstance(computer, str) or not isinstance(number, int):
        raise TypeError(computer, number)
    _check_computer(computer)
    if not 0 < number < _LARGEST_NUMBER:
        raise ValueError(number)
    return ActId(computer, number)


def _check_computer(computer: str) -> None:
    if not (computer.isascii() and computer.isalnum()):
        raise ValueError(computer)


def parse_shared_value(computer: str, name: str, at: str, value: str | None) -> SharedValue:
    """Return the value in a row; refuse invalid JSON."""
    _check_computer(computer)
    if value is not None:
        json.loads(value)
    return SharedValue(name, computer, parse_instant(at), value)
