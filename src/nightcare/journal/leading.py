"""The routine that the person is being led through, as the journal has it: one row or none."""

from __future__ import annotations

from datetime import date, datetime

from nightcare.domain.leading import Led
from nightcare.domain.reminders import Key
from nightcare.journal.file import File
from nightcare.journal.rows import instant_text


def read_led(journal: File) -> Led | None:
    """What the person is being led through; None where it is nothing."""
    found = journal.read(
        _led, "SELECT reminder, care_day, slot, routine, began, seen, handle FROM leading"
    )
    return found[0] if found else None


def write_led(journal: File, led: Led | None) -> None:
    """Write what the person is being led through now, or that it is nothing any more."""
    with journal.transaction():
        journal.write("DELETE FROM leading")
        if led is not None:
            journal.write(
                "INSERT INTO leading (reminder, care_day, slot, routine, began, seen, handle)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                led.key.reminder,
                led.key.care_day.isoformat(),
                led.key.slot,
                led.routine,
                instant_text(led.began),
                instant_text(led.seen),
                led.handle,
            )


def _led(*row: str) -> Led:
    reminder, care_day, slot, routine, began, seen, handle = row
    key = Key(reminder, date.fromisoformat(care_day), slot)
    return Led(key, routine, datetime.fromisoformat(began), datetime.fromisoformat(seen), handle)
