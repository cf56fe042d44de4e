"""The notice that the diary is a reason to see a professional: once a week, never in the way."""

from __future__ import annotations

import pytest

from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import Answer, Severity
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.diary_actions import Details, DiaryActions
from nightcare.i18n.translator import read_words
from parts.desk import ZONE, Desk, local

QUIET = "\n[diary]\nmorning_question = false\n"
ASKED = '\n[diary]\nmorning_question = "wake + 30m"\n'
WALK = '[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n'
TITLE = "Consider talking to a health professional"


def desk_at(begins: str = "2026-11-23 12:00", diary: str = QUIET) -> Desk:
    """Return the desk, with one reminder in the late afternoon."""
    return Desk(WALK + diary, begins)


def note(desk: Desk, at: str, severity: Severity | None = Severity.SEVERE) -> None:
    """Note a cramp by a command, which the service sees."""
    calendar = Calendar(desk.schedule.sleep, ZONE)
    DiaryActions(desk.journal.diary, calendar).add(local(at), Details(severity=severity), desk.now)
    desk.written()


def notices(desk: Desk) -> int:
    """Return how many times the notice was on the screen so far."""
    return sum(one.title == TITLE for one in desk.screen.shown)


def on_screen(desk: Desk) -> list[str]:
    """Return the titles on the screen."""
    return [one.title for one in desk.screen.on_screen.values()]


def test_a_severe_cramp_is_said_by_day_in_the_words_of_the_guidance() -> None:
    """It goes away by itself after half an hour, and takes no answer."""
    desk = desk_at()
    assert notices(desk) == 0
    note(desk, "2026-11-23 03:10")
    assert on_screen(desk) == [TITLE]
    (message,) = desk.screen.on_screen.values()
    advice = {one.id: one.text for one in read_words("en").guidance.professional}
    assert message.body.startswith(advice["persistent-or-severe"])
    assert "nightcare report" in message.body
    assert message.buttons == ()
    desk.until("2026-11-23 12:29")
    assert on_screen(desk) == [TITLE]
    desk.until("2026-11-23 12:30")
    assert on_screen(desk) == []


def test_it_comes_once_a_week_while_the_reason_lasts() -> None:
    """Entries in between make no difference."""
    desk = desk_at()
    note(desk, "2026-11-23 03:10")
    desk.until("2026-11-29 12:00")
    note(desk, "2026-11-29 03:10")
    assert notices(desk) == 1
    desk.until("2026-11-30 12:00")
    assert notices(desk) == 2
    desk.until("2026-12-20 12:00")
    assert notices(desk) == 2


def test_a_mild_cramp_is_no_reason_and_three_nights_are() -> None:
    """By the rule, whose numbers are settings."""
    desk = desk_at()
    for at in ("2026-11-21 03:10", "2026-11-22 03:10", "2026-11-22 04:10"):
        note(desk, at, Severity.MILD)
    assert notices(desk) == 0
    note(desk, "2026-11-23 03:10", None)
    assert notices(desk) == 1


def test_what_is_noted_in_the_night_is_said_by_day() -> None:
    """Nobody is told at ten past three."""
    desk = desk_at("2026-11-23 03:12")
    note(desk, "2026-11-23 03:10")
    assert notices(desk) == 0
    desk.until("2026-11-23 06:59")
    assert notices(desk) == 0
    desk.until("2026-11-23 07:00")
    assert on_screen(desk) == [TITLE]


def test_after_a_good_night_it_comes_with_the_morning() -> None:
    """Though nothing else happens then."""
    desk = desk_at("2026-11-23 21:00")
    desk.answers().good_night(desk.now)
    note(desk, "2026-11-23 03:10")
    assert notices(desk) == 0
    desk.until("2026-11-24 06:59")
    assert notices(desk) == 0
    desk.until("2026-11-24 07:00")
    assert on_screen(desk) == [TITLE]


def test_it_can_be_turned_off() -> None:
    """The report says it all the same."""
    desk = desk_at(diary=QUIET + "professional_notice = false\n")
    note(desk, "2026-11-23 03:10")
    desk.until("2026-11-30 12:00")
    assert notices(desk) == 0


def test_it_gives_way_to_a_reminder() -> None:
    """It does not return for what was shown."""
    desk = desk_at("2026-11-23 16:50")
    note(desk, "2026-11-23 03:10")
    assert on_screen(desk) == [TITLE]
    desk.until("2026-11-23 17:00")
    assert on_screen(desk) == ["Time to move a little"]
    desk.press("done")
    assert on_screen(desk) == []


def test_it_waits_for_a_reminder_that_is_on_the_screen() -> None:
    """It is shown when that is answered."""
    desk = desk_at("2026-11-23 16:50")
    desk.until("2026-11-23 17:01")
    note(desk, "2026-11-23 03:10")
    assert on_screen(desk) == ["Time to move a little"]
    desk.press("done")
    assert on_screen(desk) == [TITLE]


def test_it_gives_way_to_the_morning_question() -> None:
    """The answer may be the reason."""
    desk = desk_at("2026-11-23 20:00", ASKED)
    desk.until("2026-11-24 07:30")
    assert on_screen(desk) == ["Any leg cramps last night?"]
    desk.press(Answer.SEVERE)
    assert on_screen(desk) == [TITLE]


@pytest.mark.parametrize(
    "presence",
    [
        Presence({Condition.LOCKED}),
        Presence({Condition.IDLE}),
        Presence({Condition.DO_NOT_DISTURB}),
    ],
)
def test_it_waits_until_somebody_is_there(presence: Presence) -> None:
    """It is no alarm."""
    desk = desk_at()
    desk.there(presence)
    note(desk, "2026-11-23 03:10")
    desk.until("2026-11-23 13:00")
    assert notices(desk) == 0
    desk.there(Presence())
    assert notices(desk) == 1


def test_what_nobody_could_see_does_not_count() -> None:
    """Without a notification server it comes when there is one."""
    desk = desk_at()
    desk.screen.broken = True
    note(desk, "2026-11-23 03:10")
    desk.until("2026-11-24 12:00")
    assert notices(desk) == 0
    desk.screen.broken = False
    (message,) = desk.screen.on_screen.values()
    desk.screen.take(message)
    desk.written()
    assert notices(desk) == 1
    desk.until("2026-11-24 12:30")
    assert on_screen(desk) == []


def test_taking_the_cramp_out_takes_it_off() -> None:
    """It was no reason then."""
    desk = desk_at()
    note(desk, "2026-11-23 03:10")
    DiaryActions(desk.journal.diary, Calendar(desk.schedule.sleep, ZONE)).remove(1)
    desk.written()
    assert on_screen(desk) == []


def test_closing_it_is_enough() -> None:
    """Until a week later."""
    desk = desk_at()
    note(desk, "2026-11-23 03:10")
    desk.close()
    assert on_screen(desk) == []
    desk.until("2026-11-29 16:00")
    assert notices(desk) == 1


def test_a_restart_does_not_say_it_again() -> None:
    """The journal knows when it was shown."""
    desk = desk_at()
    note(desk, "2026-11-23 03:10")
    desk.restart()
    desk.until("2026-11-23 16:00")
    assert notices(desk) == 0
    desk.until("2026-11-30 11:59")
    note(desk, "2026-11-29 03:10")
    assert notices(desk) == 0
    desk.until("2026-11-30 12:00")
    assert notices(desk) == 1


def test_closing_it_before_the_screen_has_told_is_enough() -> None:
    """A person who closes it has read it."""
    desk = desk_at()
    desk.screen.broken = True
    note(desk, "2026-11-23 03:10")
    desk.close()
    desk.screen.broken = False
    desk.until("2026-11-24 12:00")
    assert notices(desk) == 0


def test_what_is_reported_after_it_gave_way_to_a_reminder_was_shown() -> None:
    """As by a slow screen: the person may have read it, and it waits a week."""
    desk = desk_at("2026-11-23 16:59")
    desk.screen.broken = True
    note(desk, "2026-11-23 03:10")
    (message,) = desk.screen.on_screen.values()
    desk.screen.broken = False
    desk.until("2026-11-23 17:00")
    assert on_screen(desk) == ["Time to move a little"]
    desk.screen.take(message)
    desk.written()
    desk.press("done")
    assert on_screen(desk) == []
    desk.until("2026-11-30 16:59")
    assert notices(desk) == 1


def test_what_is_not_drawn_by_the_evening_comes_with_the_next_day() -> None:
    """A screen that comes back in the night does not bring it."""
    desk = desk_at()
    desk.screen.broken = True
    note(desk, "2026-11-23 03:10")
    assert on_screen(desk) == [TITLE]
    desk.until("2026-11-23 23:00")
    assert on_screen(desk) == []
    desk.screen.broken = False
    desk.until("2026-11-24 07:00")
    assert notices(desk) == 1
