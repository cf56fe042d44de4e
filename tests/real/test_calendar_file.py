"""The calendar file in real calendar programs: a year, with both clock changes."""

from __future__ import annotations

import pytest

from parts.calendars import Khal, caldav_server, events, synchronise, year_of
from parts.home import Home

pytestmark = pytest.mark.real

MANY = 3_000
"""Fewer moments than a year with reminders to drink has."""


def test_a_zone_without_a_name_is_understood(home: Home) -> None:
    """The file describes it."""
    year = year_of(home, time_zone="CET-1CEST,M3.5.0,M10.5.0/3")
    assert "TZID=nightcare-local-time" in year.file.read_text(encoding="utf-8")
    khal = Khal(home)
    khal.read(year.file)
    assert khal.times() == year.planned


def test_a_server_takes_every_event_and_a_phone_gets_it(home: Home) -> None:
    """Each moment is there once, also in the hours that are skipped or occur twice."""
    year = year_of(home, "--hydration")
    assert len(year.planned) > MANY
    khal = Khal(home)
    with caldav_server(home) as url:
        synchronise(home, year.file, url, khal.folder)
    assert events(list(khal.folder.glob("*.ics"))) == events([year.file])
    assert khal.times() == year.planned
