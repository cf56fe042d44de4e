"""The welcome after an installation: shown once, on a free screen, with a reminder to try."""

from __future__ import annotations

import pytest

from nightcare.domain.notification import ButtonPressed, Message
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.welcome import TRY, request_welcome
from nightcare.i18n.translator import read_words
from nightcare.journal.store import Journal
from parts.desk import Desk, local
from parts.journals import journal_in_memory

WALK = '[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n'
TITLE = read_words("en").text("welcome_title")
NOON = "2026-11-23 12:00"


def journal_with_request() -> Journal:
    """Return a journal in which an installation has asked for a welcome."""
    journal = journal_in_memory()
    request_welcome(journal, local(NOON))
    return journal


def desk_at(start: str = NOON, config: str = WALK) -> Desk:
    """Return a desk whose service starts for the first time after an installation."""
    return Desk(config, start, journal_with_request())


def welcomes(desk: Desk) -> int:
    """Return how many times the welcome has been on the screen."""
    return sum(one.title == TITLE for one in desk.screen.shown)


def on_screen(desk: Desk) -> list[Message]:
    """Return what is on the screen."""
    return list(desk.screen.on_screen.values())


def test_it_names_what_comes_next_and_when() -> None:
    """It takes one button, and goes by itself after ten minutes."""
    desk = desk_at()
    (message,) = on_screen(desk)
    assert message.title == TITLE
    assert message.body.startswith("Next: exercise, 17:00.")
    assert desk.buttons == [TRY]
    assert "nightcare try walk" in message.command
    assert "nightcare try walk" in message.spoken
    desk.until("2026-11-23 12:09")
    assert welcomes(desk) == len(on_screen(desk)) == 1
    desk.until("2026-11-23 12:10")
    assert on_screen(desk) == []


def test_a_service_that_was_not_installed_just_now_says_nothing() -> None:
    """Nobody is welcomed with every login."""
    assert welcomes(Desk(WALK, NOON)) == 0
    desk = desk_at()
    desk.restart("2026-11-23 13:00")
    assert (welcomes(desk), on_screen(desk)) == (0, [])


def test_its_button_shows_the_reminder_that_comes_next() -> None:
    """As `nightcare try` does; the trial is answered in the journal, and changes no reminder."""
    desk = desk_at()
    desk.press(TRY)
    (message,) = on_screen(desk)
    assert message.title == "Time to move a little"
    assert message.buttons[0].key == "done"
    assert desk.journal.trials() == []
    desk.press("done")
    assert on_screen(desk) == []
    assert desk.outcomes("walk") == []
    desk.until("2026-11-23 17:01")
    assert desk.title() == "Time to move a little"


def test_a_press_counts_after_it_has_left_the_screen() -> None:
    """Some servers keep drawing what was closed, and so does a service that was killed."""
    desk = desk_at()
    (message,) = on_screen(desk)
    desk.restart("2026-11-23 12:01")
    assert on_screen(desk) == []
    desk.service.handle_event(ButtonPressed(message.token, TRY), desk.now)
    assert desk.title() == "Time to move a little"


def test_closing_it_is_the_end_of_it() -> None:
    """It does not come back."""
    desk = desk_at()
    desk.close()
    desk.until("2026-11-23 16:59")
    assert (welcomes(desk), on_screen(desk)) == (1, [])


@pytest.mark.parametrize("condition", list(Condition))
def test_it_waits_until_the_person_is_there(condition: Condition) -> None:
    """A welcome under do not disturb or on a locked screen would be lost."""
    desk = Desk(WALK, NOON)
    desk.there(Presence({condition}))
    request_welcome(desk.journal, desk.now)
    desk.written()
    assert welcomes(desk) == 0
    desk.there(Presence())
    assert welcomes(desk) == 1


def test_it_gives_way_to_a_reminder_and_waits_for_one() -> None:
    """One notification at a time."""
    desk = desk_at("2026-11-23 16:55")
    desk.until("2026-11-23 17:00")
    assert desk.title() == "Time to move a little"
    request_welcome(desk.journal, desk.now)
    desk.written()
    assert desk.title() == "Time to move a little"
    desk.press("done")
    assert desk.title() == TITLE


def test_it_waits_for_a_notice_to_go() -> None:
    """As after `setup` with a service that runs: the new schedule is announced first."""
    desk = Desk(WALK, NOON)
    desk.service.notices.announce("Your new schedule is active", "Next: walk", desk.now)
    request_welcome(desk.journal, desk.now)
    desk.written()
    assert desk.title() == "Your new schedule is active"
    desk.until("2026-11-23 12:01")
    assert desk.title() == TITLE


def test_a_notice_does_not_end_it() -> None:
    """A notice takes no answer and may stand beside it."""
    desk = desk_at()
    desk.service.notices.announce("Your new schedule is active", "Next: walk", desk.now)
    desk.service.update(desk.now)
    assert {one.title for one in on_screen(desk)} == {TITLE, "Your new schedule is active"}


def test_it_is_shown_as_soon_as_there_is_a_server() -> None:
    """Only a notifier that has taken it makes it shown."""
    desk = Desk(WALK, NOON)
    desk.screen.broken = True
    request_welcome(desk.journal, desk.now)
    desk.written()
    desk.until("2026-11-23 13:00")
    assert welcomes(desk) == 0
    desk.restart()
    assert welcomes(desk) == 1


def test_what_is_reported_after_it_gave_way_to_a_reminder_was_shown() -> None:
    """As by a slow screen: the person may have read it."""
    desk = Desk(WALK, "2026-11-23 16:59")
    desk.screen.broken = True
    request_welcome(desk.journal, desk.now)
    desk.written()
    (message,) = on_screen(desk)
    desk.screen.broken = False
    desk.until("2026-11-23 17:00")
    desk.screen.take(message)
    desk.written()
    desk.press("done")
    assert (welcomes(desk), on_screen(desk)) == (1, [])


def test_without_a_reminder_it_says_how_to_choose_some() -> None:
    """It has no button then."""
    (message,) = on_screen(desk_at(config=WALK + "enabled = false\n"))
    assert "nightcare setup" in message.body
    assert message.buttons == ()
