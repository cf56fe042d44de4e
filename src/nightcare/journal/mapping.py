"""How the journal writes things down: one row a course, instants as UTC text of one width."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time

from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Due,
    Held,
    Outcome,
    Reason,
    Snoozed,
    State,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import ACTS, VERDICTS, Decision, Trial, UserAction
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.safe_text import is_unsafe

Row = tuple[str | int | None, ...]

UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What these functions raise for a row that no version of nightcare has written."""

_COUNTS = range(2**32)

_YEARS = range(2, 9999)
"""Others are damage: in the first and last year of the calendar, changing the zone may fail."""

COLUMN_NAMES = (
    "reminder", "care_day", "slot", "due", "topic", "fresh_from", "asked", "snoozes", "seen", "tip",
    "state", "at", "closes", "again", "away", "handle", "outcome", "reason", "delivery",
)  # fmt: skip
"""In the order of the rows in acts. "handle" holds nothing any more."""
COLUMNS = ", ".join(COLUMN_NAMES)


def instant_text(value: datetime) -> str:
    """An instant as UTC text, which sorts as time does."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """Return the instant (UTC) that a text stands for.

    Raises:
        ValueError: It is none, has no zone, or is in no plausible year.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError(text)
    return instant


def day_of(text: str) -> date:
    """Return the date that a text stands for.

    Raises:
        ValueError: It is none, or in no plausible year.
    """
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise ValueError(text)
    return day


def key_of(reminder: object, care_day: object, slot: object) -> Key:
    """Return the key that the values of its columns stand for.

    Raises:
        ValueError: No config has such a name, or the day is none.
    """
    name = str(reminder)
    if not name or any(map(is_unsafe, name)):
        raise ValueError(name)
    return Key(name, day_of(str(care_day)), str(slot))


def _maybe(value: datetime | None) -> str | None:
    return None if value is None else instant_text(value)


def course_row(course: Delivery) -> Row:
    """A course as the values of `COLUMN_NAMES`."""
    key, due = course.key, course.occurrence.due
    head: Row = (
        key.reminder, key.care_day.isoformat(), key.slot, instant_text(due), course.topic,
        instant_text(course.fresh_from), course.asked, course.snoozes, int(course.seen), course.tip,
    )  # fmt: skip
    return head + _state_row(course.state)


def _state_row(state: State) -> Row:
    """The state's columns, from "state" on."""
    match state:
        case Due():
            return ("due", None, None, None, None, None, None, None, None)
        case Held(cause):
            return ("held", None, None, None, None, None, None, cause, None)
        case Active(shown, closes, again, away, delivery):
            return ("open", _maybe(shown), instant_text(closes), _maybe(again), int(away), None,
                    None, None, delivery)  # fmt: skip
        case Snoozed(until):
            return ("snoozed", instant_text(until), None, None, None, None, None, None, None)
        case Closed(outcome, at, reason):
            return ("settled", instant_text(at), None, None, None, None, outcome, reason, None)


def course_of(row: Sequence[str | int | None]) -> Delivery:
    """Return the course that the values of `COLUMN_NAMES` stand for.

    Acts of earlier versions hold rows that lack the columns added since at their end.
    """
    missing = (None,) * (len(COLUMN_NAMES) - len(row))
    named = dict(zip(COLUMN_NAMES, (*row, *missing), strict=True))
    key = key_of(named["reminder"], named["care_day"], named["slot"])
    return Delivery(
        Occurrence(key, instant_of(str(named["due"]))),
        Topic(str(named["topic"])),
        _state(named),
        instant_of(str(named["fresh_from"])),
        asked=_count_of(named["asked"]),
        snoozes=_count_of(named["snoozes"]),
        seen=bool(named["seen"]),
        tip=_text(named["tip"]),
    )


def _count_of(value: str | int | None) -> int:
    """Return a count.

    Raises:
        ValueError: Nothing happens so often.
    """
    count = int(value or 0)
    if count not in _COUNTS:
        raise ValueError(count)
    return count


def _state(named: Mapping[str, str | int | None]) -> State:
    at, closes, again = (_when(named[name]) for name in ("at", "closes", "again"))
    reason = named["reason"]
    match named["state"]:
        case "held":
            return Held(Reason(str(reason)))
        case "open" if closes is not None:
            usual = DeliveryStatus.DECIDED if at is None else DeliveryStatus.SHOWN
            delivery = DeliveryStatus(str(named["delivery"] or usual))
            return Active(at, closes, again, bool(named["away"]), delivery)
        case "snoozed" if at is not None:
            return Snoozed(at)
        case "settled" if at is not None:
            outcome = Outcome(str(named["outcome"]))
            return Closed(outcome, at, None if reason is None else Reason(str(reason)))
        case _:
            return Due()


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _when(value: str | int | None) -> datetime | None:
    return None if value is None else instant_of(str(value))


def standing_row(standing: GlobalState) -> tuple[str | None, ...]:
    """What holds for all as the values of its columns."""
    tonight = {day.isoformat(): _clock_text(at) for day, at in standing.tonight.items()}
    return (
        _maybe(standing.began),
        _maybe(standing.reckoned),
        _maybe(standing.paused_until),
        None if standing.good_night is None else standing.good_night.isoformat(),
        json.dumps(tonight),
    )


def standing_of(row: Sequence[str | None]) -> GlobalState:
    """What holds for all, from the values of its columns."""
    began, reckoned, paused_until, good_night, tonight = row
    return GlobalState(
        _when(began),
        _when(reckoned),
        _when(paused_until),
        None if good_night is None else day_of(good_night),
        {day_of(day): _clock_of(at) for day, at in json.loads(tonight or "{}").items()},
    )


_SECOND = "/2"
"""Follows a clock time that occurs twice and means the second one (PEP 495), as in "23:45:00/2"."""


def _clock_text(clock: time) -> str:
    return clock.isoformat() + (_SECOND if clock.fold else "")


def _clock_of(text: str) -> time:
    clock = time.fromisoformat(text.removesuffix(_SECOND))
    return clock.replace(fold=1) if text.endswith(_SECOND) else clock


def readable_standing(row: Sequence[str | None]) -> GlobalState:
    """Return what can be read of a damaged row; what cannot is as if nothing had been said.

    The service has begun at the latest when it reckoned.
    """
    empty: list[str | None] = [None] * len(row)
    readable = list(empty)
    for number, value in enumerate(row):
        alone = [*empty[:number], value, *empty[number + 1 :]]
        with suppress(*UNREADABLE):
            standing_of(alone)
            readable[number] = value
    standing = standing_of(readable)
    return replace(standing, began=standing.began or standing.reckoned)


def note_of(text: str) -> dict[str, object]:
    """Return what a note says.

    Raises:
        ValueError: It is not JSON.
        TypeError: It is not a table.
    """
    return {**json.loads(text)}


def decision_of(*row: str | None) -> Decision:
    """The decision that the values of its columns stand for."""
    *told, came = row
    at, reminder, care_day, slot, due, verdict, step = (str(value) for value in told)
    delivery = None if came is None else DeliveryStatus(came)
    _check_word(verdict, VERDICTS)
    key = key_of(reminder, care_day, slot)
    occurrence = Occurrence(key, instant_of(due))
    return Decision(instant_of(at), occurrence, verdict, Reason(step), delivery)


def _check_word(word: object, known: Container[object]) -> None:
    if word not in known:
        raise ValueError(word)


def act_courses(changed: Iterable[Delivery], beside: Iterable[Delivery]) -> str:
    """The courses of an act as its column has them."""
    return json.dumps(
        {
            "changed": [course_row(one) for one in changed],
            "beside": [course_row(one) for one in beside],
        }
    )


def act_of(number: int, at: str, what: str, courses: str, standing: str) -> UserAction:
    """The act that the values of its columns stand for."""
    _check_word(what, ACTS)
    rows = json.loads(courses)
    # Journals written before `beside` was added have a list of what was changed.
    both = rows if isinstance(rows, dict) else {"changed": rows, "beside": []}
    return UserAction(
        number,
        instant_of(at),
        what,
        tuple(course_of(tuple(one)) for one in both["changed"]),
        standing_of(tuple(json.loads(standing))),
        tuple(course_of(tuple(one)) for one in both["beside"]),
    )


def trial_of(number: int, at: str, reminder: str) -> Trial:
    """The trial that the values of its columns stand for."""
    return Trial(number, instant_of(at), reminder)
