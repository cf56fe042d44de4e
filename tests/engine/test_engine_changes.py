"""Clock steps, travel, edits, restarts and other bedtimes, seen on a screen."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import BLANKET, SLEEP, STRETCH, WATER, ZONE, Desk, local, plain, schedule_of


def test_a_clock_set_back_shows_nothing_twice() -> None:
    """An answered reminder stays answered when its time comes again."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("done")
    desk.sleep_until("2026-11-23 09:00")
    desk.until("2026-11-23 10:30")
    assert len(desk.screen.shown) == 1


def test_a_clock_that_was_years_ahead_does_not_silence_the_service() -> None:
    """After it is put right reminders come as before."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.sleep_until("2027-11-23 08:00")
    desk.sleep_until("2026-11-24 08:00")
    desk.until("2026-11-24 10:00")
    assert desk.title() == "walk"


@pytest.mark.parametrize("ahead", ["2026-11-23", "2026-11-24", "2106-02-07"])
@pytest.mark.parametrize("snoozed", [False, True])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_a_clock_that_ran_ahead_has_shown_comes_again_in_its_time(
    ahead: str, *, snoozed: bool, restarts: bool
) -> None:
    """Nobody answered it; nor does it take the place of what comes first."""
    desk = Desk(plain("walk", "20:30") + plain("read", "21:00") + WATER, f"{ahead} 20:10")
    desk.until(f"{ahead} 20:31")
    assert desk.title() == "walk"
    if snoozed:
        desk.press("snooze-10m")
    (desk.restart if restarts else desk.sleep_until)("2026-11-23 12:00")
    assert desk.title() is None
    shown = len(desk.screen.shown)
    desk.until("2026-11-23 21:10")
    titles = [one.title for one in desk.screen.shown[shown:]]
    assert titles == [*["Time for some water"] * 4, "walk", "read"]


def test_what_has_expired_by_a_clock_that_ran_ahead_takes_the_place_of_nothing() -> None:
    """It keeps its outcome, but of another day it comes again."""
    desk = Desk(WATER, "2026-11-23 19:30")
    desk.until("2026-11-23 20:50")
    assert desk.outcomes("water")[-1].startswith("expired")
    desk.sleep_until("2026-11-23 12:30")
    shown = len(desk.screen.shown)
    desk.until("2026-11-23 20:10")
    assert len(desk.screen.shown) - shown == 3
    desk = Desk(WATER, "2026-11-24 19:30")
    desk.until("2026-11-24 20:50")
    desk.sleep_until("2026-11-23 12:30")
    desk.until("2026-11-24 20:01")
    assert desk.title() == "Time for some water"


def test_a_stretch_under_way_while_a_clock_that_ran_ahead_is_put_right_comes_again() -> None:
    """In its time."""
    desk = Desk(STRETCH, "2026-11-24 21:30")
    desk.until("2026-11-24 22:01")
    desk.press("start")
    desk.sleep_until("2026-11-23 12:00")
    desk.until("2026-11-23 22:01")
    assert desk.outcomes("stretch")[-1:] == ["open"]
    desk.press("done")
    desk.until("2026-11-24 22:01")
    assert desk.outcomes("stretch")[-1:] == ["open"]


def test_a_pause_is_left_as_long_as_it_was_when_a_clock_that_ran_ahead_is_put_right() -> None:
    """It would last for years; two hours more or less are no other clock."""
    desk = Desk(plain("walk", "14:00"), "2106-02-07 12:00")
    desk.answers().pause(desk.now, desk.now + timedelta(hours=1))
    desk.written()
    desk.sleep_until("2026-11-23 12:00")
    assert desk.journal.global_state().paused_until == local("13:00")
    desk.sleep_until("2026-11-23 11:30")
    assert desk.journal.global_state().paused_until == local("13:00")
    desk.until("2026-11-23 14:00")
    assert desk.title() == "walk"


def test_travel_shows_nothing_twice() -> None:
    """Flying west after ten o'clock, ten o'clock comes again, and the reminder does not."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("done")
    desk.service.change_zone(ZoneInfo("America/New_York"), desk.now)
    desk.until("2026-11-23 17:00")
    assert len(desk.screen.shown) == 1


def test_what_travel_moves_into_the_past_is_looked_at_once_more() -> None:
    """Flying east over bedtime, the evening reminder still comes while fresh."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 21:30")
    desk.service.change_zone(ZoneInfo("Europe/Helsinki"), desk.now)
    assert desk.title() == "Loosen the bedding"


def test_a_reload_does_not_fire_for_a_moment_that_has_passed() -> None:
    """A reminder added at noon for ten o'clock comes tomorrow."""
    desk = Desk(plain("walk", "18:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:20")
    desk.schedule = schedule_of(plain("walk", "18:00") + plain("swim", "10:00"))
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    assert desk.title() is None
    desk.until("2026-11-24 10:00")
    assert desk.title() == "swim"


def test_what_fell_due_while_a_schedule_was_validated_is_due() -> None:
    """Since the person saved it, and not before."""
    desk = Desk(plain("walk", "18:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    saved = desk.now
    desk.until("2026-11-23 10:00:06")
    desk.schedule = schedule_of(plain("swim", "10:00:03") + plain("run", "10:00"))
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=saved)
    desk.press("done")
    assert [message.title for message in desk.screen.shown] == ["swim"]


def test_what_came_while_a_schedule_was_validated_comes_once() -> None:
    """It can be the second of its reminder by the new schedule, and the first by the old."""
    desk = Desk(plain("walk", "10:00:05"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    saved = desk.now
    desk.until("2026-11-23 10:00:06")
    desk.press("done")
    changed = plain("walk", "").replace('""', '["09:00", "10:00:05", "10:00:06"]')
    desk.schedule = schedule_of(changed)
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=saved)
    assert [message.title for message in desk.screen.shown] == ["walk", "walk"]
    assert desk.outcomes("walk") == ["done", "open"]


def test_a_reload_keeps_what_is_open_snoozed_and_paused() -> None:
    """Only the schedule changes."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("snooze-10m")
    desk.schedule = schedule_of(plain("walk", "09:00") + plain("swim", "15:00"))
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    desk.until("2026-11-23 10:11")
    assert desk.title() == "Once more: walk"


def test_a_moment_that_an_edit_takes_away_does_not_come_on_return() -> None:
    """Held while locked, and not in the file any more on return."""
    at = '["10:00", "15:00"]'
    desk = Desk(plain("walk", "10:00").replace('"10:00"', at), "2026-11-23 08:00")
    desk.there(Presence({Condition.LOCKED}))
    desk.until("2026-11-23 10:05")
    changed = SLEEP + plain("walk", "").replace('""', '["10:30", "15:00"]')
    desk.schedule = schedule_of(changed)
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    desk.there(Presence())
    assert desk.title() is None
    assert desk.outcomes("walk") == ["missed: disabled"]
    desk.until("2026-11-23 10:30")
    assert desk.title() == "walk"


def test_a_moment_that_is_moved_ahead_while_held_comes_then() -> None:
    """The evening grew longer during a pause: the stretch belongs before the new bedtime."""
    desk = Desk(STRETCH + BLANKET, "2026-11-23 21:50")
    desk.answers().pause(desk.now, local("2026-11-23 22:40"))
    desk.written()
    desk.until("2026-11-23 22:35")
    desk.tonight("00:30")
    desk.until("2026-11-23 23:59")
    assert desk.screen.shown == []
    desk.until("2026-11-24 00:00")
    assert desk.title() == "Time for a gentle stretch"


def test_what_nobody_has_seen_yet_comes_after_what_takes_its_place() -> None:
    """The notifier hung for a moment, and meanwhile another fell due."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "10:00:30"), "2026-11-23 08:00")
    desk.screen.broken = True
    desk.until("2026-11-23 10:00:30")
    assert desk.outcomes("walk") == ["held"]
    desk.screen.broken = False
    desk.screen.take(next(iter(desk.screen.on_screen.values())))
    desk.there(Presence())
    desk.until("2026-11-23 10:11")
    assert [message.title for message in desk.screen.shown] == ["swim", "walk"]


def test_what_is_no_longer_configured_leaves_the_screen() -> None:
    """Removed or disabled meanwhile, it is dropped."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.schedule = schedule_of(plain("swim", "15:00"))
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    assert desk.title() is None
    assert desk.outcomes("walk") == ["expired: disabled"]


def test_after_a_restart_what_was_open_is_shown_anew_and_the_old_one_taken_off() -> None:
    """The handle of the earlier run is given back to the screen."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.restart("2026-11-23 10:05")
    assert desk.screen.forgotten == ["handle 1"]
    assert desk.title() == "Once more: walk"


def test_a_restart_shows_at_most_one_of_what_was_missed() -> None:
    """Down from eight to two: the freshest, and the rest is missed."""
    desk = Desk(WATER, "2026-11-23 07:30")
    desk.restart("2026-11-23 14:10")
    assert len(desk.screen.on_screen) == 1
    assert desk.outcomes("water") == ["missed: too late"] * 3 + ["open"]


def test_another_bedtime_moves_what_is_open_and_unanswered() -> None:
    """Shown at 22:00, moved at 22:05: it leaves the screen and comes at 00:00."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    assert desk.title() == "Time for a gentle stretch"
    desk.tonight("00:30")
    assert desk.title() is None
    coming = desk.service.following(desk.now)
    assert coming is not None
    assert coming.due == local("2026-11-24 00:00")
    desk.until("2026-11-23 23:59")
    assert len(desk.screen.shown) == 1
    desk.until("2026-11-24 00:00")
    assert desk.title() == "Time for a gentle stretch"
    desk.press("done")
    assert desk.outcomes("stretch") == ["done"]


def test_what_moved_while_the_service_slept_is_shown_anew() -> None:
    """Suspended right after the command: that of 22:00 does not count as the new one."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    desk.answers().tonight(desk.now, time(0, 30))
    desk.sleep_until("2026-11-24 00:01")
    assert desk.title() == "Time for a gentle stretch"
    assert len(desk.screen.shown) == 2


def test_another_bedtime_announces_nothing_that_is_done() -> None:
    """Done at 22:01 stays done; the next one is tomorrow's."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.press("done")
    desk.tonight("00:30")
    coming = desk.service.following(desk.now)
    assert coming is not None
    assert coming.due == local("2026-11-24 22:00")
    desk.until("2026-11-24 07:00")
    assert len(desk.screen.shown) == 1
    (delivery,) = desk.deliveries("stretch")[:1]
    assert delivery.occurrence.due == local("2026-11-23 22:00")


def test_another_bedtime_moves_what_waits_to_be_asked_again() -> None:
    """Closed by the person with repeats left: that was no answer yet."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    desk.close()
    desk.tonight("00:30")
    desk.until("2026-11-23 23:59")
    assert len(desk.screen.shown) == 1
    desk.until("2026-11-24 00:00")
    assert desk.title() == "Time for a gentle stretch"


def test_a_closed_reminder_without_repeats_does_not_come_again_when_the_evening_moves() -> None:
    """To close it was an answer."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:26")
    desk.close()
    desk.tonight("00:30")
    desk.until("2026-11-24 07:00")
    assert len(desk.screen.shown) == 1
    assert desk.outcomes("blanket") == ["dismissed"]


def test_undo_brings_back_what_another_bedtime_had_moved() -> None:
    """Moved at 22:05 and taken back at 22:08: it is on the screen again, and not at 00:00."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    desk.tonight("00:30")
    desk.until("2026-11-23 22:08")
    assert desk.title() is None
    desk.answers().undo(desk.now)
    desk.written()
    assert desk.title() == "Once more: Time for a gentle stretch"
    desk.press("done")
    desk.until("2026-11-24 07:00")
    assert len(desk.screen.shown) == 2
    assert desk.outcomes("stretch") == ["done"]


def test_a_later_wake_up_moves_what_is_open() -> None:
    """Shown at 06:30 and unanswered; the wake-up is saved as 07:30."""
    sleep = '[sleep]\nwake = "06:30"\nbedtime = "22:30"\n'
    pills = plain("pills", "wake").replace('at = "wake"', 'at = ["wake", "12:00"]')
    desk = Desk(sleep + pills, "2026-11-23 05:00")
    desk.until("2026-11-23 06:35")
    assert desk.title() == "pills"
    desk.schedule = schedule_of(sleep.replace("06:30", "07:30") + pills)
    desk.service.reload(desk.schedule, desk.translator, desk.now, meant_since=desk.now)
    assert desk.title() is None
    desk.until("2026-11-23 07:30")
    assert desk.title() == "pills"


def test_flying_west_moves_what_is_open() -> None:
    """Open at 22:01 in Copenhagen; by New York's clock it is 16:01, and it comes at 22:00 there."""
    desk = Desk(BLANKET.replace("5m", "30m"), "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.service.change_zone(ZoneInfo("America/New_York"), desk.now)
    assert desk.title() is None
    coming = desk.service.following(desk.now)
    assert coming is not None
    assert coming.due == local("2026-11-24 04:00")
    desk.until("2026-11-24 04:00")
    assert desk.title() == "Loosen the bedding"


def test_a_clock_that_is_set_back_moves_nothing_that_was_seen() -> None:
    """Its moment is ahead again, but no plan has moved it."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:05")
    desk.sleep_until("2026-11-23 09:55")
    assert desk.title() == "walk"
    desk.press("done")
    desk.until("2026-11-23 10:30")
    assert len(desk.screen.shown) == 1


def test_the_last_of_the_evening_says_good_night_though_the_evening_was_moved() -> None:
    """The stretch is done, and does not come again at 23:00: reading at 22:40 is the last."""
    desk = Desk(STRETCH + plain("read", "22:40"), "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.press("done")
    desk.tonight("23:30")
    desk.until("2026-11-23 22:40")
    assert desk.title() == "read"
    assert "good-night" in desk.buttons


def test_another_bedtime_moves_the_evening_with_it() -> None:
    """`nightcare tonight 00:30`: the blanket comes five minutes before that."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.tonight("00:30")
    desk.until("2026-11-23 23:59")
    assert desk.title() is None
    desk.until("2026-11-24 00:25")
    assert desk.title() == "Loosen the bedding"


def test_an_earlier_bedtime_still_brings_what_it_moved_into_the_past() -> None:
    """At 21:40 to bed at 22:00: the stretch of 21:30 is shown now."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 21:40")
    desk.tonight("22:00")
    assert desk.title() == "Time for a gentle stretch"


def test_evenings_past_midnight_belong_to_the_day_before() -> None:
    """Bedtime 00:15 on Saturday is still Saturday's evening (entracte#204, breaktimer-app#297)."""
    desk = Desk(
        '[sleep]\nwake = "07:00"\nbedtime = "22:30"\n[sleep.saturday]\nbedtime = "00:15"\n'
        + BLANKET,
        "2026-11-28 20:00",
    )
    desk.until("2026-11-29 00:10")
    assert desk.title() == "Loosen the bedding"
    assert desk.deliveries("blanket")[0].key.care_day.isoformat() == "2026-11-28"
    assert ZONE.key == "Europe/Copenhagen"
