"""The computers of one person, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Computer:
    """One computer of the person that shares with the others.

    Attributes:
        id: Its id.
        name: Its name, as the person gave it, or its host name.
        seen: The time of its last message (UTC).
        online: Whether its bridge is connected and its service runs.
        version: Its version of nightcare.
        schedule: A digest of each part of its schedule, by the key of the config.
    """

    id: str
    name: str
    seen: datetime
    online: bool = False
    version: str = ""
    schedule: Mapping[str, str] = field(default_factory=dict)


def schedule_differences(one: Computer, other: Computer) -> tuple[str, ...]:
    """Return the keys of the config in which the schedules of two computers differ."""
    if not (one.schedule and other.schedule):
        # It is not known.
        return ()
    keys = one.schedule.keys() | other.schedule.keys()
    return tuple(sorted(key for key in keys if one.schedule.get(key) != other.schedule.get(key)))
