"""One person at a terminal: a home of their own, a clock that stands still, and every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nightcare.cli.main import run_command
from nightcare.domain.delivery import Active, Delivery, DeliveryStatus, Held, Snoozed, State, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.journal.store import Journal

ZONE = ZoneInfo("Europe/Copenhagen")

TODAY = date(2026, 11, 22)
"""A Sunday in winter time."""

NO_REMINDERS = '[reminders.none]\ntopic = "sleep"\nat = "12:00"\nenabled = false\n'
"""A config in which nothing is due."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a command: its exit code and its output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, as a program reads it."""
        return json.loads(self.out)


@dataclass(slots=True)
class Terminal:
    """A person who types commands.

    Attributes:
        home: Their home, empty at first.
        now: What their clock shows (local).
    """

    home: Path
    now: datetime
    _capture: pytest.CaptureFixture[str] = field(repr=False)

    def __call__(self, *arguments: str | Path) -> Result:
        """Run a command."""
        self._capture.readouterr()
        code = run_command([str(one) for one in arguments])
        printed = self._capture.readouterr()
        return Result(code, printed.out, printed.err)

    @property
    def config(self) -> Path:
        """Their config file, which does not exist at first."""
        return self.home / "config" / "nightcare" / "config.toml"

    @property
    def state(self) -> Path:
        """The folder of their journal, which does not exist at first."""
        return self.home / "state" / "nightcare"

    def write(self, text: str, path: Path | None = None) -> Path:
        """Write a config file: theirs, or another."""
        path = path or self.config
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def at(self, clock: str, day: date = TODAY) -> datetime:
        """Return an instant by their clock."""
        return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), ZONE)  # noqa: DTZ007 - a clock time alone

    def look_at_the_clock(self, clock: str, day: date = TODAY) -> None:
        """Let it be that time."""
        self.now = self.at(clock, day)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Open their journal."""
        journal = Journal.open(self.state)
        try:
            yield journal
        finally:
            journal.close()

    def delivery(self, clock: str = "14:00", name: str = "water", slot: str = "21600") -> Delivery:
        """Return an occurrence of today that is due."""
        key = Key(name, TODAY, slot)
        return begin(Occurrence(key, self.at(clock)), Topic.HYDRATION)

    def have(self, delivery: Delivery, state: State) -> Delivery:
        """Let an occurrence stand so, and be remembered."""
        seen, showings = not isinstance(state, Held), int(isinstance(state, Active))
        global_state = replace(delivery, state=state, seen=seen, showings=showings)
        if isinstance(state, Snoozed):
            global_state = replace(global_state, fresh_from=state.until)
        with self.journal() as journal:
            journal.save(global_state)
        return global_state

    def have_open(self, clock: str = "14:00", name: str = "water", slot: str = "21600") -> Delivery:
        """Let an occurrence be on the screen."""
        shown = self.at(clock)
        state = Active(shown, shown + timedelta(minutes=10), delivery=DeliveryStatus.SHOWN)
        return self.have(self.delivery(clock, name, slot), state)

    def remembered(self, delivery: Delivery) -> State:
        """Return the state of an occurrence now."""
        with self.journal() as journal:
            now = journal.delivery(delivery.key)
        assert now is not None
        return now.state
