"""The effects of time on occurrences where the clock or the plan does not go straight on."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
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


TWICE = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = ["21:00", "bedtime - 65m"]
fresh = "{fresh}"
"""


@pytest.mark.parametrize("paused", [False, True], ids=["awake", "paused"])
def test_a_moment_that_comes_up_too_late_replaces_nothing(*, paused: bool) -> None:
    """The machine sleeps over 21:25, which is stale when it wakes; the snooze until 22:05 stays."""
    made = Desk(TWICE.format(fresh="20m"), "2026-11-23 20:00")
    made.until("2026-11-23 21:05")
    made.answers().snooze(made.now, None, timedelta(hours=1))
    if paused:
        made.answers().pause(made.now, made.now + timedelta(minutes=50))
    made.written()
    made.sleep_until("2026-11-23 21:50")
    assert made.outcomes("stretch") == ["snoozed", "missed: too late"]
    made.until("2026-11-23 22:06")
    assert made.title() == "Once more: Stretch"


def test_a_moment_that_comes_up_in_the_night_replaces_nothing() -> None:
    """A snooze ends when the machine wakes, too late in the night for the moment of 21:25."""
    made = Desk(TWICE.format(fresh="119m"), "2026-11-23 20:00")
    made.until("2026-11-23 21:05")
    made.answers().snooze(made.now, None, timedelta(minutes=115))
    made.written()
    made.sleep_until("2026-11-23 23:00:30")
    assert made.title() == "Once more: Stretch"
    assert made.outcomes("stretch") == ["open", "missed: asleep"]


def test_a_moment_that_an_edit_put_behind_a_clock_that_ran_ahead_comes_once_it_is_right() -> None:
    """The stretch of 22:25 was missed; its moment by the later bedtime is 23:25."""
    stretch = EVENING.replace('"bedtime - 95m"', '["bedtime - 5m", "bedtime"]')
    made = Desk(stretch, "2026-11-23 22:20")
    made.there(Presence({Condition.LOCKED}))
    made.until("2026-11-23 23:35")
    made.there(Presence())
    made.schedule = schedule_of(SLEEP.replace("22:30", "23:30") + stretch)
    made.service.reload(made.schedule, made.translator, made.now, meant_since=made.now)
    made.sleep_until("2026-11-23 22:50")
    assert made.outcomes("stretch")[:1] != ["missed: locked"]
    shown = len(made.screen.shown)
    made.until("2026-11-23 23:26")
    assert (made.title(), len(made.screen.shown) - shown) == ("Stretch", 1)


@pytest.mark.parametrize("ahead", ["2026-11-24 20:00", "2026-11-30 20:00"])
def test_good_night_and_a_bedtime_given_by_a_clock_that_ran_ahead_end_once_it_is_right(
    ahead: str,
) -> None:
    """They would silence or move the evening when its date comes."""
    made = Desk(EVENING.replace("95m", "30m"), ahead)
    made.answers().tonight(made.now, time(23, 30))
    made.answers().good_night(made.now)
    made.written()
    made.sleep_until("2026-11-23 12:00")
    made.sleep_until(f"{ahead[:10]} 21:00")
    made.until(f"{ahead[:10]} 22:01")
    assert made.title() == "Stretch"


def test_good_night_and_a_bedtime_stay_when_the_clock_is_set_back_on_their_day() -> None:
    """They are of this evening by either clock."""
    made = Desk(EVENING.replace("95m", "30m"), "2026-11-23 12:00")
    made.sleep_until("2026-11-23 20:00")
    made.answers().tonight(made.now, time(23, 30))
    made.answers().good_night(made.now)
    made.written()
    made.sleep_until("2026-11-23 12:00")
    state, today = made.journal.global_state(), date(2026, 11, 23)
    assert (state.good_night, state.tonight) == (today, {today: time(23, 30)})
