"""The diary's pages in the journal: cramps, mornings, and when a morning was asked after.

They are kept for ever; only the person takes something out.
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
from nightcare.journal.mapping import day_of, instant_of, instant_text

COLUMNS = "id, at, ahead, care_day, by_night, leg, severity, minutes, note, recorded"
_ALL = date.min
_REMEMBERED = timedelta(days=7)

_Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class DiaryStore:
    """The diary in a journal."""

    journal: Database

    def transaction(self) -> AbstractContextManager[None]:
        """All changes inside become true together, or none does; nests."""
        return self.journal.transaction()

    # Cramps

    def cramps(self, since: date = _ALL) -> list[Cramp]:
        """All of the care days since a date, in order of time."""
        return self.journal.read(
            cramp_of,
            f"SELECT {COLUMNS} FROM cramps WHERE care_day >= ? ORDER BY at, id",  # noqa: S608 - constants
            since.isoformat(),
        )

    def cramp(self, number: int) -> Cramp | None:
        """The one of that number; None where there is none."""
        if number >= 1 << 63:
            return None
        found = self.journal.read(
            cramp_of,
            f"SELECT {COLUMNS} FROM cramps WHERE id = ?",  # noqa: S608 - constants
            number,
        )
        return found[0] if found else None

    def add(self, cramp: Cramp) -> Cramp:
        """Write down a cramp, whatever its number; returns it with the one that it gets."""
        marks = ", ".join("?" * len(_row(cramp)))
        columns = COLUMNS.removeprefix("id, ")
        number = self.journal.write(
            f"INSERT INTO cramps ({columns}) VALUES ({marks})",  # noqa: S608 - constants
            *_row(cramp),
        )
        return replace(cramp, id=number)

    def save_cramp(self, cramp: Cramp) -> None:
        """Write a cramp over the one of its number, or where there is none."""
        marks = ", ".join("?" * (len(_row(cramp)) + 1))
        self.journal.write(
            f"INSERT OR REPLACE INTO cramps ({COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
            cramp.id,
            *_row(cramp),
        )

    def remove(self, number: int) -> None:
        """Take out the cramp of that number."""
        self.journal.write("DELETE FROM cramps WHERE id = ?", number)

    # Mornings

    def mornings(self, since: date = _ALL) -> list[Morning]:
        """All of the nights since a date, in order of time."""
        return self.journal.read(
            morning_of,
            "SELECT night, answer, recorded FROM mornings WHERE night >= ? ORDER BY night",
            since.isoformat(),
        )

    def morning(self, night: date) -> Morning | None:
        """What was said of a night; None where nothing was."""
        return next((one for one in self.mornings(night) if one.night == night), None)

    def save_morning(self, morning: Morning) -> None:
        """Write down what was said of a night, in the place of what was said before."""
        self.journal.write(
            "INSERT OR REPLACE INTO mornings (night, answer, recorded) VALUES (?, ?, ?)",
            morning.night.isoformat(),
            morning.answer,
            instant_text(morning.recorded),
        )

    def remove_morning(self, night: date) -> None:
        """Take out what was said of a night."""
        self.journal.write("DELETE FROM mornings WHERE night = ?", night.isoformat())

    # The morning question

    def questions(self, night: date) -> tuple[datetime, ...]:
        """When a night was asked after (UTC), in order of time."""
        sql = "SELECT at FROM questions WHERE night = ? ORDER BY at"
        return tuple(self.journal.read(instant_of, sql, night.isoformat()))

    def record_question(self, night: date, now: datetime) -> None:
        """Remember that a night was asked after now (UTC), and forget when those long past were."""
        with self.journal.transaction():
            # Who travels may come to a morning once more.
            long_past = night - min(_REMEMBERED, night - date.min)
            self.journal.write("DELETE FROM questions WHERE night < ?", long_past.isoformat())
            self.journal.write(
                "INSERT OR IGNORE INTO questions (night, at) VALUES (?, ?)",
                night.isoformat(),
                instant_text(now),
            )


@dataclass(frozen=True)
class Whole:
    """The whole diary at one time."""

    cramps: Sequence[Cramp] = ()
    mornings: Sequence[Morning] = ()
    asked: Sequence[tuple[date, datetime]] = ()


def whole(journal: Database) -> Whole:
    """All that a journal has of the diary."""
    pages = DiaryStore(journal)
    asked = journal.read(question_of, "SELECT night, at FROM questions ORDER BY at")
    return Whole(pages.cramps(), pages.mornings(), asked)


def bring_back(was: Whole, now: Whole, disk: Database, *, lost: bool) -> None:
    """Write to a journal what has changed in the diary since it failed.

    What the person changed there meanwhile stays.

    Args:
        was: The diary when the journal on the disk failed.
        now: What has become of it in memory.
        disk: The journal on the disk.
        lost: Whether that is a new one, which knows nothing of before; then all is written.
    """
    pages, there = DiaryStore(disk), whole(disk)
    for cramp in now.cramps:
        if lost or cramp not in was.cramps:
            theirs = pages.cramp(cramp.id)
            if theirs is None or theirs in was.cramps:
                pages.save_cramp(cramp)
            elif theirs != cramp:
                pages.add(cramp)
    said = {one.night: one for one in there.mornings}
    for morning in now.mornings:
        theirs_said = said.get(morning.night)
        changed = lost or morning not in was.mornings
        if changed and (theirs_said is None or theirs_said in was.mornings):
            pages.save_morning(morning)
    for night, at in now.asked:
        if lost or (night, at) not in was.asked:
            pages.record_question(night, at)


def _row(cramp: Cramp) -> _Row:
    """A cramp as the values of its columns, but for its number."""
    return (
        instant_text(cramp.at),
        int(cramp.offset.total_seconds()),
        cramp.place.care_day.isoformat(),
        int(cramp.place.by_night),
        cramp.leg,
        cramp.severity,
        cramp.minutes,
        cramp.note,
        instant_text(cramp.recorded),
    )


def cramp_of(*row: str | int | None) -> Cramp:
    """Return the cramp that the values of `COLUMNS` stand for."""
    number, at, ahead, care_day, by_night, leg, severity, minutes, note, recorded = row
    return Cramp(
        int(number or 0),
        instant_of(str(at)),
        _offset_of(int(ahead or 0)),
        DiaryMoment(day_of(str(care_day)), by_night=bool(by_night)),
        None if leg is None else Leg(str(leg)),
        None if severity is None else Severity(str(severity)),
        None if minutes is None else _minutes_of(int(minutes)),
        str(note),
        instant_of(str(recorded)),
    )


def _offset_of(seconds: int) -> timedelta:
    """Return how far the clock was ahead of UTC.

    Raises:
        ValueError: No clock is a day or more ahead.
    """
    offset = timedelta(seconds=seconds)
    if abs(offset) >= timedelta(days=1):
        raise ValueError(seconds)
    return offset


def _minutes_of(minutes: int) -> int:
    """Return how long a cramp took.

    Raises:
        ValueError: None takes so long.
    """
    try:
        return checked_minutes(minutes)
    except ValueRefused as error:
        raise ValueError(minutes) from error


def morning_of(night: str, answer: str, recorded: str) -> Morning:
    """Return the answer that the values of its columns stand for."""
    return Morning(day_of(night), Answer(answer), instant_of(recorded))


def question_of(night: str, at: str) -> tuple[date, datetime]:
    """Return which night was asked after, and when (UTC)."""
    return day_of(night), instant_of(at)
