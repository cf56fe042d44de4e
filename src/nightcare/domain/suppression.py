"""The instants until which a pause, a closed evening or a routine keeps reminders from coming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Closed, Delivery
from nightcare.domain.global_state import GlobalState

UNATTENDED = timedelta(seconds=30)
"""A routine ends unattended if its next change is later than this, or the clock was set back by
more."""

CLOSING = timedelta(seconds=8)
"""The time for which the closing words of a routine stay."""


@dataclass(frozen=True)
class Suppression:
    """The suppression of reminders as it stands at one instant; all instants are UTC.

    Attributes:
        paused_until: The end of the pause; the present instant without one.
        routine_until: The end of the routine under way; likewise.
        busy_until: The end of its closing words; likewise.
        evening: The start and the end of the care day that "Good night" closed, if any.
    """

    paused_until: datetime
    routine_until: datetime
    busy_until: datetime
    evening: tuple[datetime, datetime] | None

    @classmethod
    def at(
        cls,
        now: datetime,
        global_state: GlobalState,
        calendar: Calendar,
        under_way: Delivery | None,
    ) -> Suppression:
        """Return the suppression at an instant.

        Args:
            now: The instant.
            global_state: The pause and the closed evening.
            calendar: The care days.
            under_way: The occurrence whose routine is under way, if any.
        """
        displayed = None if under_way is None else under_way.displayed
        routine_until = now if displayed is None else displayed.closes - UNATTENDED - CLOSING
        busy_until = now
        if routine_until > now:
            busy_until = routine_until + CLOSING
        elif under_way is not None and isinstance(under_way.state, Closed):
            busy_until = under_way.state.at + CLOSING
        evening = None
        if global_state.good_night is not None:
            day = calendar.day(global_state.good_night)
            evening = day.wake, day.ends
        paused_until = max(now, global_state.paused_until or now)
        return cls(paused_until, routine_until, busy_until, evening)

    @property
    def open_from(self) -> datetime:
        """The instant up to which a pause or a routine holds coming occurrences."""
        return max(self.paused_until, self.busy_until)

    @property
    def ends(self) -> datetime:
        """The instant after which no occurrence that falls due is suppressed."""
        return self.open_from if self.evening is None else max(self.open_from, self.evening[1])

    def closed_until(self, due: datetime) -> datetime | None:
        """Return the end of the closed evening if an instant falls into it; None otherwise."""
        if self.evening is None or not self.evening[0] <= due < self.evening[1]:
            return None
        return self.evening[1]
