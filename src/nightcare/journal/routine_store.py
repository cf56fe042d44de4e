"""The routine that the person is being led through, as the journal has it: one row or none."""

from __future__ import annotations

from nightcare.domain.routine_session import RoutineSession
from nightcare.journal.database import Database
from nightcare.journal.mapping import instant_of, instant_text, key_of

COLUMNS = "reminder, care_day, slot, routine, began, seen"


def read_led(journal: Database) -> RoutineSession | None:
    """What the person is being led through; None where it is nothing."""
    found = journal.read(led_of, f"SELECT {COLUMNS} FROM leading")  # noqa: S608 - constants
    return found[0] if found else None


def write_led(journal: Database, led: RoutineSession | None) -> None:
    """Write what the person is being led through now, or that it is nothing any more."""
    with journal.transaction():
        journal.write("DELETE FROM leading")
        if led is not None:
            journal.write(
                f"INSERT INTO leading ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
                led.key.reminder,
                led.key.care_day.isoformat(),
                led.key.slot,
                led.routine,
                instant_text(led.began),
                instant_text(led.seen),
            )


def led_of(*row: str) -> RoutineSession:
    """Return what the values of `COLUMNS` stand for."""
    reminder, care_day, slot, routine, began, seen = row
    key = key_of(reminder, care_day, slot)
    return RoutineSession(key, routine, instant_of(began), instant_of(seen))
