"""The state shared by all reminders: a pause, a closed evening, another bedtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time


@dataclass(frozen=True)
class GlobalState:
    """The state shared by all reminders; instants are UTC.

    Attributes:
        began: The first start of the service; nothing due before it is ever shown or missed.
        updated: The instant up to which everything due has been decided; None before the first run.
        paused_until: The end of a pause.
        good_night: The care day whose evening was closed with "Good night".
        tonight: Another bedtime for single care days.
    """

    began: datetime | None = None
    updated: datetime | None = None
    paused_until: datetime | None = None
    good_night: date | None = None
    tonight: Mapping[date, time] = field(default_factory=dict)

    def looking_back(self, to: datetime) -> GlobalState:
        """Return the state with everything since an instant (UTC) to be decided again.

        It is used when a moment moves into the past; decided occurrences have a record.
        """
        if self.updated is None:
            return self
        earliest = to if self.began is None else max(to, self.began)
        return replace(self, updated=min(self.updated, earliest))

    def paused(self, now: datetime) -> bool:
        """Return whether a pause is in force at an instant (UTC)."""
        return self.pause_end(now) is not None

    def pause_end(self, now: datetime) -> datetime | None:
        """Return the end (UTC) of the pause in force at an instant (UTC); None without one."""
        until = self.paused_until
        return None if until is None or until <= now else until
