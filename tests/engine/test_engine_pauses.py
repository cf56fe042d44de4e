"""A pause, a closed evening and an absence, and the return from them."""

from __future__ import annotations

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import BLANKET, STRETCH, WATER, Desk, local, plain


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
