"""The note of the schedule and the time zone that the service last used, for its next start."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import tzinfo

from nightcare.config.config_source import result_from_json
from nightcare.config.values import Table
from nightcare.desktop.time_zone import TimeZone, ZoneSource, recorded
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError

PLAN_NOTE = "plan"
"""The name of the note in the journal."""


def plan_note(values: Table, zone: TimeZone) -> dict[str, object]:
    """Return the note of a schedule, as the config values that it is built from, and a zone."""
    return {
        "values": values,
        "zone": {
            "name": zone.name,
            "source": zone.source,
            "rules": b64encode(zone.rules).decode(),
        },
    }


def read_plan_note(note: Mapping[str, object]) -> tuple[Schedule, tzinfo] | None:
    """Return the plan in a note; None without one, or if this version cannot read it."""
    match note:
        case {
            "values": dict() as values,
            "zone": {"name": name, "source": source, "rules": rules},
        }:
            try:
                schedule = result_from_json({"path": None, "values": values}).schedule
                here = recorded(str(name), ZoneSource(str(source)), b64decode(str(rules)))
            except (ConfigError, ValueError, TypeError, LookupError, OSError):
                return None
            return schedule, here
        case _:
            return None
