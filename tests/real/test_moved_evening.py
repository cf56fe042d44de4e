"""The running program while the evening is moved, and while a clock time occurs twice.

What the clock shows is libfaketime's; see `test_time_that_jumps`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from parts.home import Home
from parts.jumping_clock import Evening, evening_of, shown
from parts.processes import HANG_SECONDS, eventually
from parts.program import Nightcare, now
from parts.wall_clock import WallClock

pytestmark = [pytest.mark.real, pytest.mark.privileged]

CONFIG = """language = "en"
timezone = "{zone}"
[sleep]
wake = "07:00"
bedtime = "22:30"
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
[diary]
morning_question = false
[notify]
backend = "terminal"
"""

BRIEFLY = HANG_SECONDS
"""Seconds within which the service takes up a command or a jump of the clock."""


@pytest.fixture
def evening(home: Home) -> Evening:
    """Return their program, not running yet; the stretch is due at 22:00."""
    return evening_of(home, CONFIG)


def clock(evening: Evening, *words: str) -> str:
    """Return the time of day that a command announces."""
    return str(evening.night.json(*words)["due"])[11:16]


def test_what_is_open_when_the_evening_moves_comes_at_its_new_time(evening: Evening) -> None:
    """As it broke elsewhere: mudita/MuditaOS#4878, Futsch1/medTimer#1026."""
    evening.wall.jump(evening.after(9.9))
    with evening.night.service() as service:
        evening.wall.jump(evening.after(10.02))
        eventually(
            lambda: shown(service) == ["evening-stretch"], BRIEFLY, "the stretch", service.program
        )
        said = evening.night.command("tonight", "00:30").out
        assert said.endswith("The evening's reminders move with it.\n")
        assert clock(evening, "next") == "00:00"
        (entry,) = evening.night.json("today")
        assert (entry["state"], entry["due"][11:16]) == ("planned", "00:00")
        evening.wall.jump(evening.after(12.02))
        eventually(
            lambda: shown(service) == ["evening-stretch"] * 2,
            BRIEFLY,
            "the stretch at its new time",
            service.program,
        )
        evening.night.command("done")
        assert evening.outcomes("evening-stretch") == ["done"]
        service.end()


def test_what_is_done_when_the_evening_moves_is_announced_nowhere(evening: Evening) -> None:
    """It is shown at its old time."""
    evening.wall.jump(evening.after(9.9))
    with evening.night.service() as service:
        evening.wall.jump(evening.after(10.02))
        eventually(
            lambda: shown(service) == ["evening-stretch"], BRIEFLY, "the stretch", service.program
        )
        evening.night.command("done")
        said = evening.night.command("tonight", "00:30").out
        assert "No reminders are left to move" in said
        assert clock(evening, "next") == "22:00"
        (entry,) = evening.night.json("today")
        assert (entry["outcome"], entry["due"][11:16]) == ("done", "22:00")
        evening.wall.jump(evening.after(12.6))
        evening.night.command("status")
        assert shown(service) == ["evening-stretch"]
        service.end()


def test_a_clock_time_that_occurs_twice_is_the_next_one(home: Home) -> None:
    """Beirut at 23:05 for the second time. As it broke elsewhere: dbader/schedule#649."""
    wall = WallClock(home.aside / "offset")
    wall.offset(datetime(2026, 10, 24, 21, 5, tzinfo=UTC) - now())
    night = Nightcare(home, wall.variables(), zone=ZoneInfo("Asia/Beirut"))
    night.configure(bedtime="01:00")
    assert night.command("pause", "until", "23:30").out.startswith("Paused until 23:30.")
    assert night.json("status", code=69)["paused_until"] == "2026-10-24T23:30:00+02:00"
    night.command("resume")
    assert night.command("tonight", "23:45").out.startswith("New bedtime: 23:45")
