"""The effects of time on occurrences where the clock or the plan does not go straight on."""

from __future__ import annotations

from datetime import time

import pytest

from parts.desk import SLEEP, Desk, schedule_of

EVENING = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 95m"
fresh = "50m"
"""


WALK = '[reminders.walk]\ntopic = "exercise"\nat = "12:30"\n'


@pytest.mark.parametrize(
    ("set_to", "title"),
    [("21:00", None), ("21:30", "Stretch"), ("22:05", "Stretch"), ("22:16", None)],
)
def test_what_a_clock_that_ran_ahead_put_too_far_behind_comes(
    set_to: str, title: str | None
) -> None:
    """At 22:20 by that clock the stretch of 20:55 is new, and then moves to 21:25: too long ago."""
    made = Desk(WALK, "2026-11-23 12:00")
    made.until("2026-11-23 22:20")
    made.schedule = schedule_of(SLEEP + WALK + EVENING)
    made.service.reload(made.schedule, made.translator, made.now, meant_since=made.now)
    made.answers().tonight(made.now, time(23, 0))
    made.written()
    assert made.title() is None
    made.sleep_until(f"2026-11-23 {set_to}")
    assert made.title() == title


def test_a_clock_that_is_set_back_shows_nothing_that_the_plan_had_not() -> None:
    """A reminder that was added after its moment is not shown by a step of a minute."""
    made = Desk(WALK, "2026-11-23 12:00")
    made.until("2026-11-23 21:10")
    made.schedule = schedule_of(SLEEP + WALK + EVENING)
    made.service.reload(made.schedule, made.translator, made.now, meant_since=made.now)
    made.sleep_until("2026-11-23 21:09")
    assert made.title() is None
