"""The diary in the journal: cramps, mornings, and the times of the morning question.

Entries are kept until the user removes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nightcare.domain.diary import (
    Answer,
    Cramp,
    DiaryMoment,
    Leg,
    Morning,
    Severity,
    checked_minutes,
)
from nightcare.errors import ValueRefused
from nightcare.journal.database import Database
from nightcare.journal.mapping import Row, Value, format_instant, parse_day, parse_instant

CRAMP_COLUMNS = "id, at, ahead, care_day, by_night, leg, severity, minutes, note, recorded"
MORNING_COLUMNS = "night, answer, recorded"
QUESTION_COLUMNS = "night, at"

_ALL = date.min
_QUESTIONS_KEPT = timedelta(days=7)
_LARGEST_ID = (1 << 63) - 1


@dataclass(frozen=True)
class DiaryContent:
    """The whole diary at one time."""

    cramps: Sequence[Cramp] = ()
    mornings: Sequence[Morning] = ()
    questions: Sequence[tuple[date, datetime]] = ()


@dataclass(frozen=True)
class DiaryStore:
    """The diary in a journal."""

    journal: Database

    def transaction(self) -> AbstractContextManager[None]:
        """Commit all changes inside together, or none."""
        return self.journal.transaction()

    def content(self) -> DiaryContent:
        """Return the whole diary."""
        sql = f"SELECT {QUESTION_COLUMNS} FROM questions ORDER BY at"  # noqa: S608 - constants
        return DiaryContent(self.cramps(), self.mornings(), self.journal.read(parse_question, sql))

    # Cramps

    def cramps(self, since: date = _ALL) -> list[Cramp]:
        """Return the cramps of the care days since a date, ordered by time."""
        return self._cramps("care_day >= ? ORDER BY at, id", since.isoformat())

    def cramp(self, number: int) -> Cramp | None:
        """Return the cramp of a number; None where there is none."""
        found = self._cramps("id = ?", number) if number <= _LARGEST_ID else []
        return found[0] if found else None

    def _cramps(self, where: str, value: str | int) -> list[Cramp]:
        sql = f"SELECT {CRAMP_COLUMNS} FROM cramps WHERE {where}"  # noqa: S608 - constants
        return self.journal.read(parse_cramp, sql, value)

    def add(self, cramp: Cramp) -> Cramp:
        """Add a cramp, and return it with its new number."""
        columns = CRAMP_COLUMNS.removeprefix("id, ")
        return replace(cramp, id=self.journal.insert("cramps", columns, *_cramp_row(cramp)[1:]))

    def save_cramp(self, cramp: Cramp) -> None:
        """Write a cramp under its number."""
        self.journal.insert("cramps", CRAMP_COLUMNS, *_cramp_row(cramp), verb="OR REPLACE")

    def remove(self, number: int) -> None:
        """Remove the cramp of a number."""
        self.journal.write("DELETE FROM cramps WHERE id = ?", number)

    # Mornings

    def mornings(self, since: date = _ALL) -> list[Morning]:
        """Return the answers about the nights since a date, ordered by time."""
        sql = f"SELECT {MORNING_COLUMNS} FROM mornings WHERE night >= ? ORDER BY night"  # noqa: S608 - constants
        return self.journal.read(parse_morning, sql, since.isoformat())

    def morning(self, night: date) -> Morning | None:
        """Return the answer about a night; None where there is none."""
        return next((one for one in self.mornings(night) if one.night == night), None)

    def save_morning(self, morning: Morning) -> None:
        """Write the answer about a night; it replaces an earlier one."""
        row = (morning.night.isoformat(), morning.answer, format_instant(morning.recorded))
        self.journal.insert("mornings", MORNING_COLUMNS, *row, verb="OR REPLACE")

    def remove_morning(self, night: date) -> None:
        """Remove the answer about a night."""
        self.journal.write("DELETE FROM mornings WHERE night = ?", night.isoformat())

    # The morning question

    def questions(self, night: date) -> tuple[datetime, ...]:
        """Return when the user was asked about a night (UTC), ordered by time."""
        sql = "SELECT at FROM questions WHERE night = ? ORDER BY at"
        return tuple(self.journal.read(parse_instant, sql, night.isoformat()))

    def record_question(self, night: date, now: datetime) -> None:
        """Record that the user was asked about a night now (UTC), and delete old records."""
        with self.journal.transaction():
            # A traveller may have the same morning twice.
            oldest = night - min(_QUESTIONS_KEPT, night - date.min)
            self.journal.write("DELETE FROM questions WHERE night < ?", oldest.isoformat())
            row = (night.isoformat(), format_instant(now))
            self.journal.insert("questions", QUESTION_COLUMNS, *row, verb="OR IGNORE")


def _cramp_row(cramp: Cramp) -> Row:
    """Return a cramp as the values of `CRAMP_COLUMNS`."""
    return (
        cramp.id,
        format_instant(cramp.at),
        int(cramp.offset.total_seconds()),
        cramp.place.care_day.isoformat(),
        int(cramp.place.by_night),
        cramp.leg,
        cramp.severity,
        cramp.minutes,
        cramp.note,
        format_instant(cramp.recorded),
    )


def parse_cramp(*row: Value) -> Cramp:
    """Return the cramp in a row."""
    number, at, offset, care_day, by_night, leg, severity, minutes, note, recorded = row
    return Cramp(
        int(number or 0),
        parse_instant(str(at)),
        _parse_offset(int(offset or 0)),
        DiaryMoment(parse_day(str(care_day)), by_night=bool(by_night)),
        None if leg is None else Leg(str(leg)),
        None if severity is None else Severity(str(severity)),
        None if minutes is None else _parse_minutes(int(minutes)),
        str(note),
        parse_instant(str(recorded)),
    )


def _parse_offset(seconds: int) -> timedelta:
    """Return the offset of a clock from UTC; refuse a day or more."""
    offset = timedelta(seconds=seconds)
    if abs(offset) >= timedelta(days=1):
        raise ValueError(seconds)
    return offset


def _parse_minutes(minutes: int) -> int:
    """Return the length of a cramp; refuse an impossible one."""
    try:
        return checked_minutes(minutes)
    except ValueRefused as error:
        raise ValueError(minutes) from error


def parse_morning(night: str, answer: str, recorded: str) -> Morning:
    """Return the answer in a row."""
    return Morning(parse_day(night), Answer(answer), parse_instant(recorded))


def parse_question(night: str, at: str) -> tuple[date, datetime]:
    """Return the night and the instant (UTC) in a row."""
    return parse_day(night), parse_instant(at)
