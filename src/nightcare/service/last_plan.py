"""The schedule and the time zone that the service last used, written down for its next start."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import tzinfo

from nightcare.config.serialize import plain, unplain
from nightcare.desktop.time_zone import TimeZone, ZoneSource, recorded
from nightcare.domain.schedule import Schedule

PLAN_NOTE = "plan"
"""The name of the note in the journal."""


def plan_note(schedule: Schedule, zone: TimeZone) -> dict[str, object]:
    """Return the note of a schedule and a zone."""
    return {
        "schedule": plain(schedule),
        "zone": {
            "name": zone.name,
            "source": zone.source,
            "rules": b64encode(zone.rules).decode(),
        },
    }


def read_plan_note(note: Mapping[str, object]) -> tuple[Schedule, tzinfo] | None:
    """Return what a note says; None if there is none, or if this version does not understand it."""
    match note:
        case {
            "schedule": list() as schedule,
            "zone": {"name": name, "source": source, "rules": rules},
        }:
            try:
                found = unplain(schedule)
                here = recorded(str(name), ZoneSource(str(source)), b64decode(str(rules)))
            except (ValueError, TypeError, LookupError, OSError):
                return None
            return (found, here) if isinstance(found, Schedule) else None
        case _:
            return None
