"""The question after the night on the screen: asked when nothing else is there, answered once."""

from __future__ import annotations

import pytest

from domain_builders import day
from nightcare.domain.diary import Answer, Morning
from nightcare.domain.notification import ButtonPressed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.diary_actions import Details, DiaryActions
from parts.desk import Desk, local

ASKED = '\n[diary]\nmorning_question = "wake + 30m"\nprofessional_notice = false\n'
WALK = '[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n'
EARLY = '[reminders.early]\ntopic = "exercise"\nat = "07:35"\n'
TITLE = "Any leg cramps last night?"
NIGHT = day("2026-11-23")


def asked(reminders: str = WALK, until: str = "2026-11-24 07:30") -> Desk:
    """Return the desk on the morning after the first night."""
    desk = Desk(reminders + ASKED, "2026-11-23 20:00")
    desk.until(until)
    return desk


def questions(desk: Desk) -> list[str]:
    """Return the titles of the questions so far."""
    return [one.title for one in desk.screen.shown if one.token.startswith("question/")]


def answer(desk: Desk) -> Answer | None:
    """Return the answer that the diary has for the night."""
    said = desk.journal.diary.morning(NIGHT)
    return None if said is None else said.answer


def test_it_is_asked_half_an_hour_after_the_wake_up() -> None:
    """With three answers, of which none is more urgent than another."""
    desk = asked(until="2026-11-24 07:29")
    assert questions(desk) == []
    desk.until("2026-11-24 07:30")
    assert desk.title() == TITLE
    assert desk.buttons == ["none", "mild", "severe"]
    assert [one.title for one in desk.screen.shown] == [TITLE]


@pytest.mark.parametrize("said", [Answer.NONE, Answer.MILD, Answer.SEVERE])
def test_an_answer_is_in_the_diary_and_nothing_is_asked_again(said: Answer) -> None:
    """Once a morning."""
    desk = asked()
    desk.press(said)
    assert answer(desk) is said
    assert not desk.screen.on_screen
    desk.until("2026-11-24 16:00")
    assert questions(desk) == [TITLE]
    assert [key for key, _ in desk.told] == ["log_asked", "log_answered"]
    desk.until("2026-11-25 07:30")
    assert questions(desk) == [TITLE, TITLE]


def test_a_question_left_alone_comes_back_once() -> None:
    """It goes after ten minutes, and comes an hour after it was first asked."""
    desk = asked()
    desk.until("2026-11-24 07:40")
    assert not desk.screen.on_screen
    desk.until("2026-11-24 08:30")
    assert desk.title() == f"Once more: {TITLE}"
    desk.until("2026-11-24 16:00")
    assert len(questions(desk)) == 2
    assert answer(desk) is None


def test_a_question_that_is_closed_comes_back_once() -> None:
    """Closing is no answer."""
    desk = asked()
    desk.close()
    assert not desk.screen.on_screen
    desk.until("2026-11-24 08:30")
    assert len(questions(desk)) == 2


def test_a_reminder_takes_its_place() -> None:
    """The question returns in its time."""
    desk = asked(EARLY)
    desk.until("2026-11-24 07:35")
    assert desk.title() == "Time to move a little"
    assert len(desk.screen.on_screen) == 1
    desk.until("2026-11-24 08:30")
    assert questions(desk) == [TITLE, f"Once more: {TITLE}"]


def test_it_waits_for_a_reminder_that_is_on_the_screen() -> None:
    """It is asked as soon as that is answered."""
    desk = asked('[reminders.early]\ntopic = "exercise"\nat = "07:25"\n')
    assert questions(desk) == []
    desk.press("done")
    assert desk.title() == TITLE


@pytest.mark.parametrize(
    "presence",
    [
        Presence({Condition.LOCKED}),
        Presence({Condition.IDLE}),
        Presence({Condition.DO_NOT_DISTURB}),
        Presence({Condition.PRESENTING}),
    ],
)
def test_nobody_is_asked_who_is_away_or_busy(presence: Presence) -> None:
    """It waits until they are back, within the morning."""
    desk = asked(until="2026-11-24 07:00")
    desk.there(presence)
    desk.until("2026-11-24 09:00")
    assert questions(desk) == []
    desk.there(Presence())
    assert desk.title() == TITLE


def test_nothing_is_asked_during_a_pause() -> None:
    """After it, if it is still morning."""
    desk = asked(until="2026-11-24 07:00")
    desk.answers().pause(desk.now, local("2026-11-24 09:00"))
    desk.written()
    desk.until("2026-11-24 08:59")
    assert questions(desk) == []
    desk.until("2026-11-24 09:00")
    assert questions(desk) == [TITLE]


def test_what_is_noted_by_a_command_takes_the_question_off() -> None:
    """The diary knows the night then."""
    desk = asked()
    desk.journal.diary.save_morning(Morning(NIGHT, Answer.NONE, desk.now))
    desk.written()
    assert not desk.screen.on_screen
    desk.until("2026-11-24 16:00")
    assert len(questions(desk)) == 1


def test_a_cramp_that_was_noted_a_moment_before_goes_over_a_no() -> None:
    """The service had not heard of it yet."""
    desk = asked()
    calendar = desk.answers().calendar()
    DiaryActions(desk.journal.diary, calendar).add(local("2026-11-24 03:10"), Details(), desk.now)
    desk.press("none")
    assert answer(desk) is None
    assert not desk.screen.on_screen
    assert [key for key, _ in desk.told] == ["log_asked"]


def test_a_button_that_is_none_of_the_questions_does_nothing() -> None:
    """As from a version that had others."""
    desk = asked()
    (token,) = desk.screen.on_screen
    desk.service.handle_event(ButtonPressed(token, "unsure"), desk.now)
    assert answer(desk) is None
    assert desk.title() == TITLE


def test_the_first_morning_is_not_asked_after_a_night_that_was_not_covered() -> None:
    """The service came after that bedtime."""
    desk = Desk(WALK + ASKED, "2026-11-23 22:31")
    desk.until("2026-11-24 16:00")
    assert questions(desk) == []
    desk.until("2026-11-25 07:30")
    assert questions(desk) == [TITLE]


def test_a_screen_that_takes_nothing_counts_as_not_asked() -> None:
    """It is asked when there is one again, and given up when the morning is over."""
    desk = asked(until="2026-11-24 07:00")
    desk.screen.broken = True
    desk.until("2026-11-24 09:00")
    assert list(desk.screen.on_screen) == ["question/2026-11-23/0"]
    assert desk.journal.diary.questions(NIGHT) == ()
    desk.until("2026-11-24 12:00")
    assert not desk.screen.on_screen


def test_stopping_takes_the_question_off() -> None:
    """A button that nobody hears would be a lie."""
    desk = asked()
    desk.service.stop()
    assert not desk.screen.on_screen


def test_a_question_that_is_closed_before_the_screen_has_told_was_asked() -> None:
    """It comes back once, and not twice."""
    desk = asked(until="2026-11-24 07:00")
    desk.screen.broken = True
    desk.until("2026-11-24 07:30")
    desk.close()
    assert len(desk.journal.diary.questions(NIGHT)) == 1


def test_a_question_that_is_reported_after_it_gave_way_was_asked() -> None:
    """As by a slow screen: it comes back once, and not twice."""
    desk = asked(until="2026-11-24 07:00")
    desk.screen.broken = True
    desk.until("2026-11-24 07:30")
    (message,) = desk.screen.on_screen.values()
    desk.screen.broken = False
    desk.journal.request_trial("walk", desk.now)
    desk.written()
    assert desk.title() == "Time to move a little"
    desk.screen.take(message)
    desk.written()
    assert len(desk.journal.diary.questions(NIGHT)) == 1
    desk.until("2026-11-24 08:29")
    assert desk.title() is None
    desk.until("2026-11-24 08:30")
    assert desk.title() == f"Once more: {TITLE}"


def test_a_trial_that_ends_by_itself_makes_room() -> None:
    """The question that fell due meanwhile comes just then."""
    desk = asked(until="2026-11-24 07:29:30")
    desk.journal.request_trial("walk", desk.now)
    desk.written()
    desk.until("2026-11-24 07:30:29")
    assert questions(desk) == []
    desk.until("2026-11-24 07:30:31")
    assert desk.title() == TITLE


def test_a_journey_moves_the_end_of_a_question_that_the_screen_has_not_taken() -> None:
    """At 11:00 of Copenhagen it is 13:00 in Moscow, six hours after the wake-up there."""
    desk = asked(until="2026-11-24 07:29")
    desk.screen.broken = True
    desk.until("2026-11-24 07:31")
    desk.travel("Europe/Moscow")
    desk.until("2026-11-24 09:59")
    assert desk.title() == TITLE
    desk.until("2026-11-24 10:01")
    assert desk.title() is None
