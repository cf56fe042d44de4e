"""A running program on a wall clock that jumps, as it does after a suspend."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.journal.store import Journal
from parts.home import Home
from parts.program import NOON, Nightcare, Service, now
from parts.wall_clock import WallClock, step_the_clock_to_the_time_it_shows


@dataclass(frozen=True, slots=True)
class JumpingClock(WallClock):
    """A wall clock that jumps, where the kernel tells of it."""

    def jump(self, to: timedelta) -> None:
        """Show so much more than the time of the tests, and have the kernel say that it jumped."""
        self.offset(to)
        step_the_clock_to_the_time_it_shows()


@dataclass(frozen=True, slots=True)
class Evening:
    """A person in whose zone it is about noon, on their wall."""

    night: Nightcare
    wall: JumpingClock

    def after(self, hours: float) -> timedelta:
        """Return the offset at which the wall clock shows so many hours after noon."""
        here = now().astimezone(self.night.zone)
        noon = here.replace(hour=NOON, minute=0, second=0, microsecond=0)
        return noon + timedelta(hours=hours) - here

    def updated(self) -> datetime | None:
        """Up to when (UTC, by the wall) the service has decided everything."""
        with contextlib.closing(Journal.open(self.night.state)) as journal:
            return journal.global_state().updated

    def has_reckoned_since(self, before: datetime | None) -> bool:
        """Return whether the service has decided again."""
        return self.updated() != before

    def outcomes(self, name: str) -> list[str]:
        """Return the outcomes of a reminder's occurrences today, or their states."""
        return [
            entry.get("outcome") or entry["state"]
            for entry in self.night.json("today")
            if entry["reminder"] == name and entry.get("state", "planned") != "planned"
        ]


def evening_of(home: Home, config: str) -> Evening:
    """Return the program of a person with this config, not running yet, from noon on."""
    wall = JumpingClock(home.aside / "offset")
    wall.offset(timedelta())
    night = Nightcare(home, wall.variables())
    night.configure()
    night.config.write_text(config.format(zone=night.zone), encoding="utf-8")
    return Evening(night, wall)


def shown(service: Service) -> list[str]:
    """Return the shown reminders in the log."""
    return [
        line.split(": ")[0].split()[-1].strip("()")
        for line in service.log().splitlines()
        if ": shown" in line
    ]
