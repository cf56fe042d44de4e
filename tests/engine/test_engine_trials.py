"""Trials of a reminder, and what is on the screen beside them."""

from __future__ import annotations

from nightcare.domain.guidance import PartOfDay
from nightcare.domain.history import NOT_SHOWN
from parts.desk import STRETCH, WATER, Desk, plain


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
