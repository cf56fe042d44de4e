"""The schedule as a whole, and what holds for all reminders at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain_builders import at, day, reminder, sleep, utc
from nightcare.domain.global_state import GlobalState
from nightcare.domain.schedule import ReferralRule, Schedule, SnoozeRule, StretchRule

WATER = reminder(at("12:00"))
WALK = reminder(at("17:00"), "walk", enabled=False)
SCHEDULE = Schedule(
    language=None,
    zone=None,
    sleep=sleep(),
    reminders=(WALK, WATER),
    snooze=SnoozeRule((timedelta(minutes=10),), 3),
    stretch=StretchRule("calf", None),
    routines=(),
    idle_after=timedelta(minutes=5),
    morning_question=None,
    professional=ReferralRule(),
    notify=None,
)


def test_a_reminder_is_found_by_its_name() -> None:
    """It makes no difference whether it is enabled."""
    assert SCHEDULE.reminder("water") == SCHEDULE.named("water") == WATER
    assert SCHEDULE.reminder("walk") == SCHEDULE.named("walk") == WALK


def test_a_name_that_is_not_configured_has_no_reminder() -> None:
    """A caller that expects it to be configured gets an error."""
    assert SCHEDULE.reminder("stretch") is None
    with pytest.raises(KeyError, match="stretch"):
        SCHEDULE.named("stretch")


def test_only_the_enabled_reminders_are_in_force() -> None:
    """The others stay in the config."""
    assert SCHEDULE.enabled == (WATER,)


def test_a_pause_is_in_force_until_its_end() -> None:
    """At its end it is over, and without one there is none."""
    now, second = utc("2026-11-06 12:00"), timedelta(seconds=1)
    assert GlobalState(paused_until=now + second).paused(now)
    assert not GlobalState(paused_until=now).paused(now)
    assert not GlobalState().paused(now)


BEGAN = utc("2026-11-06 08:00")
NOON = utc("2026-11-06 12:00")


@pytest.mark.parametrize(
    ("to", "updated"),
    [
        (utc("2026-11-06 11:00"), utc("2026-11-06 11:00")),
        (utc("2026-11-06 07:00"), BEGAN),
        (utc("2026-11-06 13:00"), NOON),
    ],
)
def test_looking_back_is_never_to_before_the_service_first_ran(
    to: datetime, updated: datetime
) -> None:
    """Nothing that was not looked at yet is left out."""
    global_state = GlobalState(began=BEGAN, updated=NOON, good_night=day("2026-11-05"))
    assert global_state.looking_back(to) == replace(global_state, updated=updated)


def test_looking_back_needs_no_record_of_the_first_run() -> None:
    """As where the commands alone have written; and without any run there is nothing to see."""
    assert GlobalState(updated=NOON).looking_back(BEGAN) == GlobalState(updated=BEGAN)
    assert GlobalState().looking_back(BEGAN) == GlobalState()


def test_a_person_reads_the_title_of_a_reminder() -> None:
    """Its own text if that is short, else its topic; a name that is not configured stays."""
    said = {"topic_hydration": "water"}
    long, short = replace(WATER, text="x" * 61), replace(WATER, text="Take the pills.")
    assert SCHEDULE.title("water", said.__getitem__) == "water"
    assert replace(SCHEDULE, reminders=(long,)).title("water", said.__getitem__) == "water"
    assert replace(SCHEDULE, reminders=(short,)).title("water", str) == "Take the pills"
    assert SCHEDULE.title("gone", said.__getitem__) == "gone"


def test_a_label_has_the_name_beside_another_title() -> None:
    """A person types the name."""
    said = {"topic_hydration": "water"}
    assert SCHEDULE.label("water", said.__getitem__) == "water"
    named = replace(SCHEDULE, reminders=(replace(WATER, name="morning"),))
    assert named.label("morning", said.__getitem__) == "water (morning)"


def test_a_person_types_a_name_or_the_only_title() -> None:
    """A title that two reminders share, and a word that means none, stay as they are."""
    said = {"topic_hydration": "water"}.__getitem__
    morning, noon = replace(WATER, name="morning"), replace(WATER, name="noon")
    one = replace(SCHEDULE, reminders=(morning,))
    both = replace(SCHEDULE, reminders=(morning, noon))
    assert one.typed_name("morning", said) == "morning"
    assert one.typed_name("Water", said) == "morning"
    assert both.typed_name("water", said) == "water"
    assert one.typed_name("tea", said) == "tea"


def test_a_calendar_is_that_of_the_state_and_the_zone() -> None:
    """Another bedtime tonight, or another zone, gives another calendar."""
    zone, today = ZoneInfo("Europe/Copenhagen"), day("2026-11-22")
    usual = SCHEDULE.calendar(zone, GlobalState())
    late = SCHEDULE.calendar(zone, GlobalState(tonight={today: time(23, 30)}))
    assert SCHEDULE.calendar(zone, GlobalState(updated=datetime(2026, 11, 22, tzinfo=UTC))) is usual
    assert late.day(today).bedtime - usual.day(today).bedtime == timedelta(hours=1)
    again = [GlobalState(tonight={day("2026-10-24"): time(2, 30, fold=fold)}) for fold in (0, 1)]
    first, second = (SCHEDULE.calendar(zone, one).day(day("2026-10-24")) for one in again)
    assert second.bedtime - first.bedtime == timedelta(hours=1)
    assert SCHEDULE.calendar(ZoneInfo("UTC"), GlobalState()).zone == ZoneInfo("UTC")
