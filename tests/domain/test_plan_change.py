"""The moments that a change of the plan moves, to the past or the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from domain_builders import at, calendar, day, every, reminder, utc
from nightcare.domain.plan_change import Plan, PlanChange

FRIDAY = day("2026-11-06")
STRETCH = replace(reminder(at("bedtime - 30m"), "stretch"), fresh=timedelta(minutes=45))
SIP = replace(reminder(every("30m", "bedtime - 2h", "bedtime"), "sip"), fresh=timedelta(minutes=20))
USUAL = Plan([STRETCH, SIP], calendar())
"""Bedtime at 22:30 in Copenhagen, 21:30 UTC."""

BEGAN = utc("2026-11-01 12:00")


def bedtime(clock: str, plan: Plan = USUAL) -> Plan:
    """Return the same plan with another bedtime on Friday."""
    tonight = {FRIDAY: time.fromisoformat(clock)}
    return replace(plan, calendar=replace(plan.calendar, tonight=tonight))


def names(found: list) -> list[str]:  # type: ignore[type-arg] # occurrences
    """Return short names of occurrences."""
    return [f"{one.key.reminder} {one.due:%H:%M}" for one in found]


def test_what_moves_behind_the_reckoning_is_overtaken() -> None:
    """22:00 becomes 21:30 at 21:45."""
    now = utc("2026-11-06 20:45")
    change = PlanChange(USUAL, bedtime("22:00"))
    assert names(change.overtaken(BEGAN, now, now)) == ["stretch 20:30", "sip 20:30"]


def test_an_every_counts_only_while_fresh_and_an_at_always() -> None:
    """Its moments stand for each other, so a stale one is no loss."""
    now = utc("2026-11-06 20:45")
    later = utc("2026-11-06 22:45")
    change = PlanChange(USUAL, bedtime("22:00"))
    assert names(change.overtaken(BEGAN, now, later)) == ["stretch 20:30"]


def test_what_was_due_by_the_old_plan_is_not_overtaken() -> None:
    """It has come up already."""
    now = utc("2026-11-06 21:05")
    change = PlanChange(USUAL, bedtime("22:10"))
    assert "stretch 20:40" not in names(change.overtaken(BEGAN, now, now))


def test_a_moment_only_the_new_plan_has_counts_for_the_same_reminder() -> None:
    """By an early bedtime it had none at that time; a reminder that is new never was to come."""
    now = utc("2026-11-06 20:05")
    late = replace(reminder(at("wake + 14h"), "late"), fresh=timedelta(minutes=45))
    with_late = replace(USUAL, reminders=[*USUAL.reminders, late])
    early = bedtime("20:30", with_late)
    assert "late 20:00" in names(PlanChange(early, with_late).overtaken(BEGAN, now, now))
    assert "late 20:00" not in names(PlanChange(USUAL, with_late).overtaken(BEGAN, now, now))
    hours_later = now + timedelta(hours=5)
    assert "late 20:00" not in names(
        PlanChange(early, with_late).overtaken(BEGAN, now, hours_later)
    )


def test_what_a_change_leaves_to_come_is_postponed() -> None:
    """In the two days after the instant."""
    change = PlanChange(USUAL, bedtime("23:30"))
    found = names(change.postponed(utc("2026-11-06 21:15")))
    assert found[:5] == ["sip 21:30", "stretch 22:00", "sip 22:00", "sip 22:30", "sip 19:30"]


def test_what_came_early_is_put_back_while_it_is_to_come_or_fresh() -> None:
    """By the slip it was due at 19:41, by the usual hours at 22:00; not what stays or moves up."""
    change = PlanChange(bedtime("20:11"), USUAL)
    for now, found in (("19:12", True), ("21:40", True), ("21:50", False)):
        pairs = change.rescheduled(utc(f"2026-11-06 {now}"))
        stretch = [
            (old.due, new.due) for old, new in pairs if new and old.key.reminder == "stretch"
        ]
        times = [(f"{old:%H:%M}", f"{new:%H:%M}") for old, new in stretch]
        assert times == [("18:41", "21:00")] * found
    assert PlanChange(USUAL, USUAL).rescheduled(utc("2026-11-06 21:40")) == []


def test_what_came_late_or_by_the_old_plan_alone_is_put_back() -> None:
    """These are occurrences that the new plan has earlier or not at all."""
    usual = replace(USUAL, reminders=[STRETCH, reminder(every("45m", "21:00", "bedtime"), "sip")])
    pairs = PlanChange(bedtime("23:30", usual), usual).rescheduled(utc("2026-11-06 22:40"))
    assert [(names([old]), names([new] if new else [])) for old, new in pairs] == [
        (["stretch 22:00"], ["stretch 21:00"]),
        (["sip 22:15"], []),
    ]


def test_a_reminder_that_is_no_more_is_neither() -> None:
    """An edit has taken it away."""
    now = utc("2026-11-06 21:10")
    gone = replace(bedtime("20:30"), reminders=[SIP])
    change = PlanChange(bedtime("20:30"), gone)
    assert change.after.reminder("stretch") is None
    assert "stretch" not in " ".join(names(change.overtaken(BEGAN, now, now)))


def test_a_zone_moves_everything() -> None:
    """From Copenhagen to Tokyo the evening lies eight hours back."""
    now = utc("2026-11-06 19:10")
    tokyo = replace(USUAL, calendar=replace(USUAL.calendar, zone=ZoneInfo("Asia/Tokyo")))
    assert names(PlanChange(USUAL, tokyo).overtaken(BEGAN, now, now)) == ["stretch 13:00"]
    back = PlanChange(tokyo, USUAL)
    assert "stretch 21:00" in names(back.postponed(now))


def test_what_was_due_before_the_first_run_has_not_come_up() -> None:
    """An occurrence that a journey moves to a time after that is shown."""
    began, now = utc("2026-11-06 21:02"), utc("2026-11-06 21:05")
    london = replace(USUAL, calendar=replace(USUAL.calendar, zone=ZoneInfo("Europe/London")))
    later = utc("2026-11-06 22:05")
    assert names(PlanChange(USUAL, london).overtaken(began, later, later))[0] == "stretch 22:00"
    assert PlanChange(london, USUAL).overtaken(began, now, now) == []


def test_what_one_plan_has_at_another_moment_or_not_at_all_is_moved() -> None:
    """Pills of the clock stay; the sips of another hour have other moments."""
    pills = reminder(at("12:00"), "pills")
    plan = replace(USUAL, reminders=[*USUAL.reminders, pills])
    change = PlanChange(plan, bedtime("23:30", plan))
    moved = change.moved(utc("2026-11-06 20:45"))
    assert {key.reminder for key in moved} == {"stretch", "sip"}
    assert {key.care_day for key in moved} == {FRIDAY}
    assert PlanChange(plan, plan).moved(utc("2026-11-06 20:45")) == frozenset()
