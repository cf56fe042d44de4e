"""A diary that nobody wrote: as many nights as a test wants, always the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.diary import Answer, Cramp, DiaryMoment, Leg, Morning, Severity
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.journal.store import Journal

KEPT = 400
"""Days that outcomes of reminders are kept."""

NOTES = (
    "Long walk in the afternoon, slept under the heavy blanket",
    "Woke up twice; standing up helped",
    "",
    "Gik rundt på gulvet, så gik det over",
    "",
)

_SEVERITIES = (Severity.MILD, Severity.MODERATE, Severity.MODERATE, Severity.SEVERE, None)
_LEGS = (Leg.LEFT, Leg.RIGHT, Leg.LEFT, Leg.BOTH, None)
_TIMES = (time(23, 40), time(1, 15), time(2, 30), time(3, 10), time(3, 50), time(5, 5))
_NOON = time(12)
_REMINDERS = (
    ("water-1", Topic.HYDRATION, 0.7),
    ("water-2", Topic.HYDRATION, 0.6),
    ("evening-stretch", Topic.STRETCHING, 0.55),
    ("loose-blanket", Topic.BLANKET, 0.8),
)


def live(state: Path, zone: ZoneInfo, last: date, nights: int) -> None:
    """Write so many nights, of which this is the last, and their reminders into a journal."""
    days = [last - timedelta(days=back) for back in range(nights - 1, -1, -1)]
    chance = Random(nights)  # noqa: S311 - an invented diary is no secret
    journal = Journal.open(state)
    try:
        with journal.transaction():
            for at, day in enumerate(days):
                _night(journal, day, zone, chance, restless=0.45 - 0.3 * at / nights)
                if nights - at <= KEPT:
                    for delivery in _deliveries(day, zone, chance):
                        journal.save(delivery)
    finally:
        journal.close()


def cramp(
    at: datetime, place: DiaryMoment, *, severity: Severity | None = None, note: str = ""
) -> Cramp:
    """Return a cramp at an instant with an offset."""
    offset = at.utcoffset()
    assert offset is not None
    return Cramp(0, at, offset, place, None, severity, None, note, at)


def _night(journal: Journal, day: date, zone: ZoneInfo, chance: Random, *, restless: float) -> None:
    drawn = chance.random()
    if drawn < restless:
        for _ in range(chance.choice((1, 1, 1, 2))):
            clock = chance.choice(_TIMES)
            on = day if clock > _NOON else day + timedelta(days=1)
            plain = cramp(
                datetime.combine(on, clock, zone),
                DiaryMoment(day, by_night=True),
                severity=chance.choice(_SEVERITIES),
                note=chance.choice(NOTES),
            )
            journal.diary.add(
                replace(plain, leg=chance.choice(_LEGS), minutes=chance.choice((None, 3, 10)))
            )
    elif drawn < 0.85:
        answered = datetime.combine(day + timedelta(days=1), time(7, 30), zone)
        journal.diary.save_morning(Morning(day, Answer.NONE, answered))


def _deliveries(day: date, zone: ZoneInfo, chance: Random) -> Iterator[Delivery]:
    due = datetime.combine(day, time(20), zone)
    for name, topic, done in _REMINDERS:
        outcome = Outcome.DONE if chance.random() < done else Outcome.EXPIRED
        yield begin(Occurrence(Key(name, day, "1"), due), topic).settle(outcome, due)
