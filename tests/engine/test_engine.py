"""The effect of time on reminders, seen on a screen."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from nightcare.domain.guidance import PartOfDay
from nightcare.domain.history import NOT_SHOWN
from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import SLEEP, ZONE, Desk, local, schedule_of

WATER = """
[reminders.water]
topic = "hydration"
every = "2h"
from = "wake + 1h"
until = "bedtime - 1h"
"""

STRETCH = """
[reminders.stretch]
topic = "stretching"
at = "bedtime - 30m"
repeat = { every = "10m", times = 2 }
"""

BLANKET = """
[reminders.blanket]
topic = "blanket"
at = "bedtime - 5m"
"""


def plain(name: str, at: str, more: str = "") -> str:
    """Return a reminder with its own text at a clock time."""
    return f'\n[reminders.{name}]\ntopic = "exercise"\ntext = "{name}"\nat = "{at}"\n{more}\n'


# Falling due, staying, leaving


def test_a_reminder_is_shown_at_its_moment_and_not_before() -> None:
    """Nothing a second early, and then the notification."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 09:59:59")
    assert desk.title() is None
    desk.until("2026-11-23 10:00")
    assert desk.title() == "walk"


def test_nothing_fires_for_a_time_before_the_service_first_ran() -> None:
    """A first start at noon knows nothing of the morning."""
    desk = Desk(WATER, "2026-11-23 12:00:01")
    assert desk.title() is None
    assert desk.outcomes("water") == []


def test_an_unanswered_one_is_closed_by_us_and_recorded_as_expired() -> None:
    """After `stays` it leaves the screen, whatever the server does."""
    desk = Desk(plain("walk", "10:00", 'stays = "7m"'), "2026-11-23 08:00")
    desk.until("2026-11-23 10:06:59")
    assert desk.title() == "walk"
    desk.until("2026-11-23 10:07")
    assert desk.title() is None
    assert desk.outcomes("walk") == ["expired"]


def test_done_is_recorded_once_and_takes_it_off() -> None:
    """The first press acts; a late one does nothing."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    (token,) = desk.screen.on_screen
    desk.press("done")
    assert desk.title() is None
    desk.service.event(ButtonPressed(token, "snooze-10m"), desk.now)
    desk.service.event(NotificationClosed(token), desk.now)
    assert desk.outcomes("walk") == ["done"]


def test_closing_without_an_answer_is_dismissed_and_never_done() -> None:
    """A close proves nothing."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.close()
    assert desk.outcomes("walk") == ["dismissed"]


def test_the_next_reminder_closes_the_one_still_open() -> None:
    """One at a time; the earlier is recorded as expired (stretchly#966)."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "10:05"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:05")
    assert desk.title() == "swim"
    assert desk.outcomes("walk") == ["expired: another"]


def test_two_that_are_due_together_come_one_after_the_other() -> None:
    """The second waits until the first is answered, and is not lost."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    first = desk.title()
    desk.press("done")
    assert {first, desk.title()} == {"walk", "swim"}
    desk.press("done")
    assert desk.outcomes("walk") == desk.outcomes("swim") == ["done"]


def test_three_that_are_due_together_all_get_their_turn() -> None:
    """Those that wait do not push each other out."""
    desk = Desk(
        plain("walk", "10:00") + plain("swim", "10:00") + plain("row", "10:00"),
        "2026-11-23 08:00",
    )
    desk.until("2026-11-23 10:05")
    seen = set()
    while desk.title() is not None:
        seen.add(desk.title())
        desk.press("done")
    assert seen == {"row", "swim", "walk"}


def test_an_evening_reminder_goes_before_another_due_at_the_same_moment() -> None:
    """Bedtime matters most."""
    desk = Desk(plain("walk", "22:25") + BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:25")
    assert desk.title() == "Loosen the bedding"


def test_the_same_reminder_is_shown_each_day_with_another_tip() -> None:
    """A tip does not come again before the others of its topic and moment were shown."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    bodies = []
    for day in range(23, 28):
        desk.until(f"2026-11-{day} 22:25")
        (message,) = desk.screen.on_screen.values()
        bodies.append(message.body)
        desk.press("done")
    assert len(set(bodies)) == len(bodies)


def test_tips_go_on_where_they_were_after_a_restart() -> None:
    """The journal remembers which tips were shown."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:25")
    first = desk.screen.shown[-1].body
    desk.press("done")
    desk.restart("2026-11-24 20:00")
    desk.until("2026-11-24 22:25")
    assert desk.screen.shown[-1].body != first


# Snoozing


def test_a_snooze_comes_back_on_time_with_the_same_tip() -> None:
    """Ten minutes are ten minutes, and the text says that it is there once more."""
    desk = Desk(WATER, "2026-11-23 07:30")
    desk.until("2026-11-23 08:01")
    body = desk.screen.shown[-1].body
    desk.press("snooze-10m")
    assert desk.title() is None
    desk.until("2026-11-23 08:10:59")
    assert desk.title() is None
    desk.until("2026-11-23 08:11")
    assert desk.title() == "Once more: Time for some water"
    assert desk.screen.shown[-1].body == body
    desk.press("done")
    assert desk.outcomes("water") == ["done"]


def test_a_snooze_survives_a_restart_and_comes_back_once() -> None:
    """A reminder that was snoozed before a crash returns in time (stretchly#139, #259)."""
    desk = Desk(WATER, "2026-11-23 07:30")
    desk.until("2026-11-23 08:01")
    desk.press("snooze-30m")
    desk.restart("2026-11-23 08:20")
    assert desk.title() is None
    desk.until("2026-11-23 08:31")
    assert desk.title() is not None
    desk.press("done")
    desk.until("2026-11-23 09:59")
    assert len(desk.screen.shown) == 1


def test_the_buttons_offer_no_snooze_once_the_limit_is_reached() -> None:
    """Three times by default, then only done."""
    desk = Desk(WATER, "2026-11-23 07:30")
    desk.until("2026-11-23 08:00")
    for number in range(3):
        assert desk.buttons == ["done", "snooze-10m", "snooze-30m"], number
        desk.press("snooze-10m")
        desk.until(f"2026-11-23 08:{10 * number + 10}")
    assert desk.buttons == ["done"]


def test_no_snooze_is_offered_that_would_end_in_the_night() -> None:
    """Bedtime 22:30, so after 22:40 twenty minutes are too long."""
    desk = Desk(plain("read", "22:35"), "2026-11-23 20:00")
    desk.until("2026-11-23 22:35")
    assert "snooze-10m" in desk.buttons
    late = Desk(plain("walk", "22:20", 'snooze = ["10m", "50m"]'), "2026-11-23 20:00")
    late.until("2026-11-23 22:20")
    assert [key for key in late.buttons if key.startswith("snooze")] == ["snooze-10m"]


def test_a_snooze_until_tomorrow_comes_with_the_wake_up() -> None:
    """The person asked for the morning, and gets it then, whatever the night in between."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:26")
    answers = desk.answers()
    answers.snooze(desk.now, None, answers.calendar().at(desk.now).ends)
    desk.written()
    desk.until("2026-11-24 06:59:59")
    assert desk.title() is None
    desk.until("2026-11-24 07:00")
    assert desk.title() == "Once more: Loosen the bedding"


def test_the_next_occurrence_takes_the_place_of_a_snoozed_one() -> None:
    """The earlier is recorded as expired, and only the new one is shown."""
    desk = Desk(
        '[reminders.water]\ntopic = "hydration"\nevery = "20m"\nsnooze = ["30m"]\n',
        "2026-11-23 07:30:01",
    )
    desk.until("2026-11-23 07:51")
    desk.press("snooze-30m")
    desk.until("2026-11-23 08:30")
    assert desk.outcomes("water")[0] == "expired: superseded"


def test_snooze_by_a_command_is_seen_at_once() -> None:
    """The service takes it off the screen and brings it back."""
    desk = Desk(WATER, "2026-11-23 07:30")
    desk.until("2026-11-23 08:01")
    desk.answers().snooze(desk.now, None, timedelta(minutes=5))
    desk.written()
    assert desk.title() is None
    assert desk.told[-1][0] == "log_snoozed"
    desk.until("2026-11-23 08:06")
    assert desk.title() is not None


# Asking again


def test_it_asks_again_while_unanswered_and_then_expires() -> None:
    """Every ten minutes, twice more (breaktimer-app#106)."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 23:30")
    assert [message.title for message in desk.screen.shown] == [
        "Time for a gentle stretch",
        "Once more: Time for a gentle stretch",
        "Once more: Time for a gentle stretch",
    ]
    assert desk.outcomes("stretch") == ["expired"]


def test_closing_is_no_answer_while_it_is_asked_again() -> None:
    """Closed at once, it comes again at its time; closed the last time, it is dismissed."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.close()
    assert desk.title() is None
    desk.until("2026-11-23 22:09:59")
    assert desk.title() is None
    desk.until("2026-11-23 22:10")
    desk.close()
    desk.until("2026-11-23 22:20")
    desk.close()
    desk.until("2026-11-23 23:30")
    assert len(desk.screen.shown) == 3
    assert desk.outcomes("stretch") == ["dismissed"]


def test_an_answer_ends_the_asking() -> None:
    """Done the second time, it is not asked a third time."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:11")
    desk.press("done")
    desk.until("2026-11-23 23:30")
    assert len(desk.screen.shown) == 2
    assert desk.outcomes("stretch") == ["done"]


def test_another_reminder_ends_the_asking() -> None:
    """The blanket takes the stretch's place."""
    desk = Desk(STRETCH.replace("10m", "20m") + BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:45")
    assert desk.title() == "Loosen the bedding"
    assert desk.outcomes("stretch") == ["expired: another"]


def test_a_restart_uses_up_no_asking() -> None:
    """It is put back on the screen, which is no further asking."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    for _ in range(5):
        desk.restart()
    assert desk.title() is not None
    desk.until("2026-11-23 22:12")
    assert desk.outcomes("stretch") == ["open"]


def test_an_asking_that_was_held_counts_when_it_comes() -> None:
    """Shown at 22:00 and, held while locked, on return: with two times more, once is left."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.close()
    desk.there(Presence({Condition.LOCKED}))
    desk.until("2026-11-23 22:12")
    desk.there(Presence())
    assert len(desk.screen.shown) == 2
    desk.until("2026-11-23 23:30")
    assert len(desk.screen.shown) == 3
    assert desk.outcomes("stretch") == ["expired"]


def test_what_was_closed_is_asked_again_at_its_time_after_a_restart() -> None:
    """A restart is no reason to ask before that."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:01")
    desk.close()
    desk.restart("2026-11-23 22:02")
    desk.until("2026-11-23 22:09:59")
    assert desk.title() is None
    desk.until("2026-11-23 22:10")
    assert desk.title() is not None


def test_undo_does_not_forget_that_it_was_shown() -> None:
    """Snoozed before any notifier took it, shown at the end of the snooze, then taken back."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    desk.until("2026-11-23 10:01")
    desk.answers().snooze(desk.now, None, timedelta(minutes=5))
    desk.written()
    desk.screen.broken = False
    desk.until("2026-11-23 10:07")
    desk.answers().undo(desk.now)
    desk.written()
    (delivery,) = desk.deliveries("walk")
    assert delivery.seen


# Good night


def test_the_last_one_before_bed_says_good_night() -> None:
    """In the last place, and not on the ones before it."""
    desk = Desk(STRETCH + BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:00")
    assert desk.buttons == ["start", "done", "snooze-10m"]
    desk.until("2026-11-23 22:25")
    assert desk.buttons == ["done", "snooze-10m", "good-night"]


def test_good_night_closes_everything_until_the_wake_up() -> None:
    """The open reminder is done, later ones are dropped, and the morning starts again."""
    desk = Desk(BLANKET + plain("late", "23:00") + WATER, "2026-11-23 20:30")
    desk.until("2026-11-23 22:25")
    desk.press("good-night")
    desk.until("2026-11-24 07:59")
    assert desk.outcomes("blanket") == ["done"]
    assert desk.outcomes("late") == ["missed: good night"]
    assert len(desk.screen.shown) == 1
    desk.until("2026-11-24 08:00")
    assert desk.title() == "Time for some water"


# Pausing


def test_a_pause_is_silent_and_its_end_shows_at_most_one() -> None:
    """Held while paused; on return the freshest, the others missed (entracte#134)."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "10:20"), "2026-11-23 08:00")
    desk.answers().pause(desk.now, local("2026-11-23 10:30"))
    desk.written()
    desk.until("2026-11-23 10:29:59")
    assert desk.screen.shown == []
    desk.until("2026-11-23 10:30")
    assert desk.title() == "swim"
    assert desk.outcomes("walk") == ["missed: paused"]


def test_a_pause_survives_a_restart() -> None:
    """A pause is in the journal at once (stretchly#139, entracte#218)."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.answers().pause(desk.now, local("2026-11-23 12:00"))
    desk.restart("2026-11-23 09:00")
    desk.until("2026-11-23 11:00")
    assert desk.screen.shown == []


def test_what_is_open_when_a_pause_begins_is_held() -> None:
    """It leaves the screen, and comes back if it is still fresh."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.answers().pause(desk.now, local("2026-11-23 10:20"))
    desk.written()
    assert desk.title() is None
    desk.until("2026-11-23 10:20")
    assert desk.title() == "Once more: walk"


def test_resume_ends_a_pause_at_once() -> None:
    """Held reminders that are fresh are shown."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.answers().pause(desk.now, local("2026-11-23 18:00"))
    desk.written()
    desk.until("2026-11-23 10:10")
    desk.answers().resume(desk.now)
    desk.written()
    assert desk.title() == "walk"


def test_a_snooze_that_ends_during_a_pause_waits_for_its_end() -> None:
    """It is not lost, and not shown during the pause."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("snooze-10m")
    desk.answers().pause(desk.now, local("2026-11-23 10:40"))
    desk.written()
    desk.until("2026-11-23 10:39")
    assert desk.title() is None
    desk.until("2026-11-23 10:40")
    assert desk.title() == "Once more: walk"


# Suspend, lock and absence


def test_after_suspend_the_freshest_is_shown_and_the_rest_is_missed() -> None:
    """One notification on return, and every other in the journal with its reason."""
    desk = Desk(WATER + plain("walk", "14:10"), "2026-11-23 07:30")
    desk.until("2026-11-23 08:05")
    desk.press("done")
    desk.sleep_until("2026-11-23 14:20")
    assert desk.title() == "walk"
    assert desk.outcomes("water") == ["done", "missed: too late", "missed: too late",
                                      "missed: another"]  # fmt: skip


def test_last_nights_bedtime_reminder_never_shows_in_the_morning() -> None:
    """Suspended before it, resumed at breakfast (entracte#61)."""
    desk = Desk(STRETCH + BLANKET, "2026-11-23 20:00")
    desk.sleep_until("2026-11-24 07:10")
    assert desk.screen.shown == []
    assert desk.outcomes("stretch") == desk.outcomes("blanket") == ["missed: too late"]


def test_a_reminder_caught_up_deep_in_the_night_wakes_nobody() -> None:
    """More than half an hour after bedtime it is dropped."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.sleep_until("2026-11-23 23:05")
    assert desk.screen.shown == []
    assert desk.outcomes("blanket") == ["missed: asleep"]


def test_a_moment_that_the_person_put_into_the_night_is_shown() -> None:
    """At three, if they say so."""
    desk = Desk(plain("pill-free", "03:00"), "2026-11-23 20:00")
    desk.until("2026-11-24 03:00")
    assert desk.title() == "pill-free"


def test_nothing_is_shown_to_a_locked_screen_and_it_comes_on_return() -> None:
    """Held while locked; on unlock one, if fresh (safeeyes#324, stretchly#1724)."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "10:20"), "2026-11-23 08:00")
    desk.there(Presence({Condition.LOCKED}))
    desk.until("2026-11-23 10:25")
    assert desk.screen.shown == []
    desk.there(Presence())
    assert desk.title() == "swim"
    assert desk.outcomes("walk") == ["missed: locked"]


def test_locking_takes_off_what_is_open_and_holds_it() -> None:
    """It is not left on the lock screen."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.there(Presence({Condition.LOCKED}))
    assert desk.title() is None
    desk.until("2026-11-23 10:30")
    desk.there(Presence())
    assert desk.title() == "Once more: walk"


def test_what_was_held_too_long_is_missed_on_return() -> None:
    """After an hour away nobody wants the old reminder (safeeyes#658)."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.there(Presence({Condition.IDLE}))
    desk.until("2026-11-23 11:00")
    desk.there(Presence())
    assert desk.title() is None
    assert desk.outcomes("walk") == ["missed: idle"]


def test_do_not_disturb_holds_the_day_but_not_the_evening() -> None:
    """Held, then delivered (stretchly#1039, #1313); evening reminders come all the same."""
    desk = Desk(plain("walk", "20:00") + BLANKET, "2026-11-23 19:00")
    desk.there(Presence({Condition.DO_NOT_DISTURB}))
    desk.until("2026-11-23 20:10")
    assert desk.title() is None
    desk.there(Presence())
    assert desk.title() == "walk"
    desk.press("done")
    desk.there(Presence({Condition.DO_NOT_DISTURB}))
    desk.until("2026-11-23 22:25")
    assert desk.title() == "Loosen the bedding"


# Clock steps, travel, reloads, restarts


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


def test_travel_shows_nothing_twice() -> None:
    """Flying west after ten o'clock, ten o'clock comes again, and the reminder does not."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("done")
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - this test alone travels

    desk.service.change_zone(ZoneInfo("America/New_York"), desk.now)
    desk.until("2026-11-23 17:00")
    assert len(desk.screen.shown) == 1


def test_what_travel_moves_into_the_past_is_looked_at_once_more() -> None:
    """Flying east over bedtime, the evening reminder still comes while fresh."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - this test alone travels

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
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
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


# A notifier that does not do its part


def test_what_no_notifier_takes_is_missed_with_its_reason() -> None:
    """It is tried as long as it is fresh, and never counted as shown."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    desk.until("2026-11-23 10:44")
    assert desk.outcomes("walk") == ["open"]
    desk.until("2026-11-23 10:46")
    assert desk.outcomes("walk") == ["missed: not shown"]


def test_its_time_on_the_screen_counts_from_when_it_was_shown() -> None:
    """A notifier that comes twenty minutes late gets its ten minutes."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    desk.until("2026-11-23 10:20")
    (message,) = desk.screen.on_screen.values()
    desk.screen.take(message)
    desk.service.event(desk.screen.reports.pop(), desk.now)
    desk.until("2026-11-23 10:29:59")
    assert desk.title() == "walk"
    desk.until("2026-11-23 10:30")
    assert desk.outcomes("walk") == ["expired"]


def test_a_notifier_that_shows_it_again_does_not_prolong_its_time() -> None:
    """After a restart of the server the deadline stays."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:08")
    (message,) = desk.screen.on_screen.values()
    desk.screen.take(message)
    desk.service.event(desk.screen.reports.pop(), desk.now)
    desk.until("2026-11-23 10:10")
    assert desk.outcomes("walk") == ["expired"]


# Trying, tonight, undo, stopping


def test_a_trial_shows_the_reminder_and_leaves_no_outcome() -> None:
    """`nightcare try` is answered with the notifier that showed it."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    number = desk.journal.request_trial("walk", desk.now)
    desk.written()
    assert desk.title() == "walk"
    assert desk.journal.trial_answer(number) == "memory"
    desk.press("done")
    assert desk.title() is None
    assert desk.outcomes("walk") == []


def test_a_trial_has_a_tip_that_suits_the_reminders_own_time() -> None:
    """At night, water at 08:00 has none for before bed; in the morning, a stretch at night has."""
    for reminder, name, tried_at, suits in (
        (WATER, "water", "2026-11-23 23:00", PartOfDay.MORNING),
        (STRETCH, "stretch", "2026-11-23 08:00", PartOfDay.EVENING),
    ):
        desk = Desk(reminder, tried_at)
        desk.journal.request_trial(name, desk.now)
        desk.written()
        (message,) = desk.screen.on_screen.values()
        (tip,) = (one for one in desk.translator.guidance.tips if one.text == message.body)
        assert tip.moment in {suits, PartOfDay.ANY}
        tips = [one for one in desk.translator.guidance.tips if one.topic is tip.topic]
        assert tip == next(one for one in tips if one.moment in {suits, PartOfDay.ANY})


def test_a_trial_of_an_unknown_reminder_is_answered_too() -> None:
    """The config may have changed between the command and the service."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    number = desk.journal.request_trial("swim", desk.now)
    desk.written()
    assert desk.journal.trial_answer(number) == NOT_SHOWN


def test_a_trial_takes_the_place_of_what_is_open_and_gives_it_back() -> None:
    """One at a time; the open one comes back after it with what is left of its time."""
    desk = Desk(
        plain("walk", "10:00", 'stays = "10m"') + plain("swim", "15:00"), "2026-11-23 08:00"
    )
    desk.until("2026-11-23 10:05")
    desk.journal.request_trial("swim", desk.now)
    desk.written()
    assert desk.title() == "swim"
    assert desk.outcomes("walk") == ["open"]
    desk.press("done")
    assert desk.title() == "Once more: walk"
    desk.until("2026-11-23 10:09:59")
    assert desk.title() == "Once more: walk"
    desk.until("2026-11-23 10:10")
    assert (desk.title(), desk.outcomes("walk")) == (None, ["expired"])
    assert desk.outcomes("swim") == []


def test_a_trial_that_waits_at_the_start_comes_before_what_was_open() -> None:
    """One notification comes on a start; the reminder comes after the trial."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "15:00"), "2026-11-23 09:59")
    desk.until("2026-11-23 10:00")
    desk.journal.request_trial("swim", desk.now)
    desk.restart("2026-11-23 10:02")
    assert [one.title for one in desk.screen.shown] == ["swim"]
    desk.press("done")
    assert desk.title() == "Once more: walk"


def test_a_trial_that_nobody_answers_leaves_after_a_minute() -> None:
    """The reminder that it replaced returns."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "15:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.journal.request_trial("swim", desk.now)
    desk.written()
    desk.until("2026-11-23 10:01:59")
    assert desk.title() == "swim"
    desk.until("2026-11-23 10:02")
    assert desk.title() == "Once more: walk"


def test_what_falls_due_takes_the_place_of_a_trial() -> None:
    """The reminder itself is more than its trial, and is the only one there."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 09:59:30")
    number = desk.journal.request_trial("walk", desk.now)
    desk.written()
    assert desk.journal.trial_answer(number) == "memory"
    desk.until("2026-11-23 10:00")
    assert desk.title() == "walk"
    desk.press("done")
    assert (desk.title(), desk.outcomes("walk")) == (None, ["done"])


def test_a_command_answers_what_a_trial_has_taken_the_place_of() -> None:
    """It is open all the time, and does not come back then."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "15:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.journal.request_trial("swim", desk.now)
    desk.written()
    desk.answers().done(desk.now, "walk")
    desk.written()
    assert desk.title() == "swim"
    desk.close()
    assert (desk.title(), desk.outcomes("walk")) == (None, ["done"])


def test_who_answers_a_trial_has_seen_it() -> None:
    """Answer a trial that the screen has not reported as shown yet."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    number = desk.journal.request_trial("walk", desk.now)
    desk.written()
    desk.press("done")
    assert desk.journal.trial_answer(number) == "memory"


def test_of_two_trials_the_later_is_shown() -> None:
    """Each takes the place of the one before, also of one that no notifier has taken."""
    desk = Desk(plain("walk", "10:00") + plain("swim", "15:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    first = desk.journal.request_trial("walk", desk.now)
    desk.written()
    desk.journal.request_trial("swim", desk.now)
    desk.written()
    desk.written()
    assert desk.title() == "swim"
    assert desk.journal.trial_answer(first) == NOT_SHOWN


def test_a_trial_that_no_notifier_takes_is_given_up() -> None:
    """A reminder that falls due meanwhile waits for it no longer than that."""
    desk = Desk(plain("walk", "08:00:30") + plain("swim", "15:00"), "2026-11-23 08:00")
    desk.screen.broken = True
    number = desk.journal.request_trial("swim", desk.now)
    desk.written()
    desk.until("2026-11-23 08:00:59")
    assert desk.title() == "swim"
    desk.until("2026-11-23 08:01")
    assert desk.title() == "walk"
    assert desk.journal.trial_answer(number) == NOT_SHOWN


def test_the_screen_is_told_of_do_not_disturb() -> None:
    """It has to show anew what came meanwhile."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    for on in (True, False):
        desk.there(Presence({Condition.DO_NOT_DISTURB} if on else ()))
    assert desk.screen.told_quiet == [False, True, False]


def test_another_bedtime_moves_the_evening_with_it() -> None:
    """`nightcare tonight 00:30`: the blanket comes five minutes before that."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
    desk.until("2026-11-23 23:59")
    assert desk.title() is None
    desk.until("2026-11-24 00:25")
    assert desk.title() == "Loosen the bedding"


def test_an_earlier_bedtime_still_brings_what_it_moved_into_the_past() -> None:
    """At 21:40 to bed at 22:00: the stretch of 21:30 is shown now."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 21:40")
    desk.answers().tonight(desk.now, time(22, 0))
    desk.written()
    assert desk.title() == "Time for a gentle stretch"


def test_undo_brings_back_what_was_answered_by_mistake() -> None:
    """A wrong click on Done is taken back."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.press("done")
    assert desk.answers().undo(desk.now).what == "done"
    desk.written()
    assert desk.title() == "Once more: walk"


def test_stopping_clears_the_screen_and_keeps_the_state() -> None:
    """An open reminder is still open at the next start."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    desk.until("2026-11-23 10:01")
    desk.service.stop()
    assert desk.title() is None
    assert desk.outcomes("walk") == ["open"]


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


# A plan that moves under what is on the screen


def test_another_bedtime_moves_what_is_open_and_unanswered() -> None:
    """Shown at 22:00, moved at 22:05: it leaves the screen and comes at 00:00."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    assert desk.title() == "Time for a gentle stretch"
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
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
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
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
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
    desk.until("2026-11-23 23:59")
    assert len(desk.screen.shown) == 1
    desk.until("2026-11-24 00:00")
    assert desk.title() == "Time for a gentle stretch"


def test_a_closed_reminder_without_repeats_does_not_come_again_when_the_evening_moves() -> None:
    """To close it was an answer."""
    desk = Desk(BLANKET, "2026-11-23 20:00")
    desk.until("2026-11-23 22:26")
    desk.close()
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
    desk.until("2026-11-24 07:00")
    assert len(desk.screen.shown) == 1
    assert desk.outcomes("blanket") == ["dismissed"]


def test_undo_brings_back_what_another_bedtime_had_moved() -> None:
    """Moved at 22:05 and taken back at 22:08: it is on the screen again, and not at 00:00."""
    desk = Desk(STRETCH, "2026-11-23 20:00")
    desk.until("2026-11-23 22:05")
    desk.answers().tonight(desk.now, time(0, 30))
    desk.written()
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
    desk.answers().tonight(desk.now, time(23, 30))
    desk.written()
    desk.until("2026-11-23 22:40")
    assert desk.title() == "read"
    assert "good-night" in desk.buttons
