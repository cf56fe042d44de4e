"""The effect of time on reminders, seen on a screen."""

from __future__ import annotations

from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import BLANKET, WATER, Desk, plain

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
    desk.service.handle_event(ButtonPressed(token, "snooze-10m"), desk.now)
    desk.service.handle_event(NotificationClosed(token), desk.now)
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
    desk.service.handle_event(desk.screen.reports.pop(), desk.now)
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
    desk.service.handle_event(desk.screen.reports.pop(), desk.now)
    desk.until("2026-11-23 10:10")
    assert desk.outcomes("walk") == ["expired"]


def test_the_screen_is_told_of_do_not_disturb() -> None:
    """It has to show anew what came meanwhile."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 08:00")
    for on in (True, False):
        desk.there(Presence({Condition.DO_NOT_DISTURB} if on else ()))
    assert desk.screen.told_quiet == [False, True, False]


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
