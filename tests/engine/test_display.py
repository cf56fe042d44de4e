"""Notifications that a killed service left on the screen: the next run closes all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain_builders import day
from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import Answer as DiaryAnswer
from nightcare.domain.diary import Severity
from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.engine.display import SCREEN_NOTE
from nightcare.engine.notices import Subject
from parts.desk import ZONE, Desk, local

WALK = '\n[reminders.walk]\ntopic = "exercise"\nat = "10:00"\n'
STRETCH = '\n[reminders.stretch]\ntopic = "stretching"\nat = "10:00"\nroutine = "calf"\n'
QUIET = "\n[diary]\nprofessional_notice = false\n"
ASKED = '\n[diary]\nmorning_question = "wake + 30m"\nprofessional_notice = false\n'


def announce() -> Desk:
    """Show a notice that closes by itself."""
    desk = Desk(WALK + QUIET, "2026-11-23 08:00")
    desk.service.notices.announce("A title", "", desk.now)
    return desk


def announce_until_closed() -> Desk:
    """Show a notice that stays."""
    desk = Desk(WALK + QUIET, "2026-11-23 08:00")
    desk.service.notices.announce_until_closed(Subject.CONFIG, "A title", "")
    return desk


def trial() -> Desk:
    """Show a trial of a reminder."""
    desk = Desk(WALK + QUIET, "2026-11-23 08:00")
    desk.journal.request_trial("walk", desk.now)
    desk.written()
    return desk


def question() -> Desk:
    """Show the morning question."""
    desk = Desk(WALK + ASKED, "2026-11-22 20:00")
    desk.until("2026-11-23 07:30")
    return desk


def professional() -> Desk:
    """Show the advice to see a professional."""
    desk = Desk(WALK + "\n[diary]\nmorning_question = false\n", "2026-11-23 08:00")
    diary = DiaryActions(desk.journal.diary, Calendar(desk.schedule.sleep, ZONE))
    diary.add(local("2026-11-23 03:10"), Details(severity=Severity.SEVERE), desk.now)
    desk.written()
    return desk


def reminder() -> Desk:
    """Show a reminder."""
    desk = Desk(WALK + QUIET, "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    return desk


def step() -> Desk:
    """Show a step of a stretch."""
    desk = Desk(STRETCH + QUIET, "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    desk.press("start")
    return desk


SHOWN = [announce, announce_until_closed, trial, question, professional, reminder, step]


@pytest.mark.parametrize("show", SHOWN)
def test_whatever_a_killed_service_has_left_is_taken_off(show: Callable[[], Desk]) -> None:
    """By the handle that it was given last."""
    desk = show()
    desk._deliver()
    assert len(desk.screen.on_screen) == 1
    handle = f"handle {len(desk.screen.shown)}"
    desk.restart()
    assert desk.screen.forgotten == [handle]


@pytest.mark.parametrize("show", SHOWN)
def test_a_service_that_is_stopped_leaves_nothing_to_take_off(show: Callable[[], Desk]) -> None:
    """It takes everything off by itself."""
    desk = show()
    desk._deliver()
    desk.service.stop()
    assert not desk.screen.on_screen
    desk.restart()
    assert desk.screen.forgotten == []


@pytest.mark.parametrize("show", SHOWN)
def test_what_has_left_the_screen_is_not_taken_off_again(show: Callable[[], Desk]) -> None:
    """Closed by the person, it is written down no more."""
    desk = show()
    desk._deliver()
    (token,) = desk.screen.on_screen
    desk.screen.close(token)
    desk.service.handle_event(NotificationClosed(token), desk.now)
    desk.service.update(desk.now)
    desk.restart()
    assert desk.screen.forgotten == []


def test_a_reminder_that_was_answered_while_the_service_was_down_is_taken_off() -> None:
    """A command answered it, so it is not open any more; its notification is still there."""
    desk = reminder()
    desk.answers().done(desk.now)
    desk.restart()
    assert desk.screen.forgotten == ["handle 1"]
    assert desk.title() is None


def test_a_second_kill_before_the_screen_is_there_forgets_nothing() -> None:
    """Handles stay in the journal until the screen has shown something."""
    desk = announce_until_closed()
    desk._deliver()
    desk.restart()
    desk.restart()
    assert desk.screen.forgotten == ["handle 1"]
    desk.until("2026-11-23 10:00")
    desk.restart()
    assert desk.screen.forgotten == ["handle 1"]
    assert list(desk.journal.read_note(SCREEN_NOTE)) == [*desk.screen.on_screen]


def test_what_was_erased_meanwhile_is_written_down_again() -> None:
    """The note is gone with all others; what is on the screen is still there."""
    desk = announce_until_closed()
    desk._deliver()
    desk.journal.erase(desk.now)
    desk.written()
    desk.restart()
    assert desk.screen.forgotten == ["handle 1"]


def test_a_note_that_makes_no_sense_is_ignored() -> None:
    """A damaged journal stops nothing."""
    desk = Desk(WALK, "2026-11-23 08:00")
    desk.journal.write_note(
        SCREEN_NOTE, {"one": 1, "two": None, "three": ["x"], "walk/x/1/1": "handle 4"}
    )
    desk.restart()
    assert desk.screen.forgotten == ["handle 4"]


def test_waiting_writes_nothing_down() -> None:
    """The note is written when something comes, and by the next reckoning after it has gone."""
    desk = announce()
    desk._deliver()
    before = desk.journal.read_note(SCREEN_NOTE)
    desk.until("2026-11-23 08:00:09")
    assert desk.journal.read_note(SCREEN_NOTE) == before
    desk.until("2026-11-23 10:00")
    assert "notice/1" not in desk.journal.read_note(SCREEN_NOTE)


@pytest.mark.parametrize(
    ("key", "became"),
    [("done", "done"), ("snooze-10m", "snoozed"), ("snooze-x", "open"), ("x", "open")],
)
def test_a_press_on_what_an_earlier_run_left_counts(key: str, became: str) -> None:
    """The reminder is open anew by then; a button that no notification of it had is ignored."""
    desk = reminder()
    desk.restart()
    (token,) = desk.screen.left_behind
    desk.service.handle_event(ButtonPressed(token, key), desk.now)
    assert desk.outcomes("walk") == [became]


def test_start_on_what_an_earlier_run_left_starts_the_stretch() -> None:
    """As it does on the one that is shown now."""
    desk = Desk(STRETCH + QUIET, "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    desk.restart()
    desk.service.handle_event(ButtonPressed(desk.screen.left_behind[0], "start"), desk.now)
    desk._deliver()
    assert desk.journal.routine_session() is not None
    assert desk.buttons == ["stop", "done"]


def test_done_on_a_step_that_an_earlier_run_left_is_done() -> None:
    """This holds if nobody has been guided since."""
    desk = step()
    desk.restart("2026-11-23 10:02")
    assert desk.journal.routine_session() is None
    desk.service.handle_event(ButtonPressed(desk.screen.left_behind[0], "done"), desk.now)
    assert desk.outcomes("stretch") == ["done"]


SWIM = '\n[reminders.swim]\ntopic = "exercise"\nat = "10:20"\n'


def test_a_press_on_what_an_earlier_run_left_counts_while_it_waits() -> None:
    """Swim is on the screen; walk waits for it to be free, and would be shown again."""
    desk = Desk(WALK + SWIM + QUIET, "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    desk.restart("2026-11-23 10:20")
    assert desk.outcomes("walk") == ["held"]
    desk.service.handle_event(ButtonPressed(desk.screen.left_behind[0], "done"), desk.now)
    assert desk.outcomes("walk") == ["done"]
    assert desk.outcomes("swim") == ["open"]


def test_a_press_on_what_an_earlier_run_left_does_not_count_once_another_was_shown() -> None:
    """Walk is too late by then, and a notice says so."""
    desk = Desk(WALK + SWIM + QUIET, "2026-11-23 08:00")
    desk.until("2026-11-23 10:00")
    desk.restart("2026-11-23 10:50")
    desk.service.handle_event(ButtonPressed(desk.screen.left_behind[0], "done"), desk.now)
    assert desk.outcomes("walk") == ["expired: too late"]
    assert "notice/1" in desk.screen.on_screen


def test_an_answer_to_the_question_that_an_earlier_run_left_is_in_the_diary() -> None:
    """It is asked anew by then, and is not any more."""
    desk = question()
    desk._deliver()
    desk.restart()
    desk.service.handle_event(ButtonPressed(desk.screen.left_behind[0], "mild"), desk.now)
    morning = desk.journal.diary.morning(day("2026-11-22"))
    assert morning is not None
    assert morning.answer is DiaryAnswer.MILD
    desk.until("2026-11-23 09:59")
    assert not desk.screen.on_screen
