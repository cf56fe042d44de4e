"""Snoozes and repeats of a reminder, seen on a screen."""

from __future__ import annotations

from datetime import timedelta

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import BLANKET, STRETCH, WATER, Desk, plain


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
