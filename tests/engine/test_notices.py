"""The notices of nightcare itself, besides the reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import Urgency
from nightcare.engine.notices import Subject
from parts.desk import Desk

WALK = '[reminders.walk]\ntopic = "exercise"\ntext = "walk"\nat = "10:00"\n'


def a_desk() -> Desk:
    """Return a desk in the morning with nothing on the screen."""
    return Desk(WALK, "2026-11-23 08:00")


def test_a_mention_goes_away_by_itself() -> None:
    """It is quiet, takes no answer, and leaves after ten seconds."""
    desk = a_desk()
    desk.service.notices.announce("A title", "A body", desk.now)
    (message,) = desk.screen.on_screen.values()
    assert (message.title, message.body, message.buttons) == ("A title", "A body", ())
    assert (message.urgency, message.sound) == (Urgency.LOW, None)
    desk.until("2026-11-23 08:00:09")
    assert desk.title() == "A title"
    desk.until("2026-11-23 08:00:10")
    assert desk.title() is None


def test_what_is_insisted_on_stays_until_it_is_taken_back() -> None:
    """Through the reminders of the day, which it neither closes nor keeps away."""
    desk = a_desk()
    desk.service.notices.announce_until_closed(Subject.CONFIG, "A title", "A body")
    desk.until("2026-11-23 10:00")
    assert [one.title for one in desk.screen.on_screen.values()] == ["A title", "walk"]
    desk.until("2026-11-23 18:00")
    assert desk.title() == "A title"
    desk.service.notices.withdraw()
    assert desk.title() is None


def titles(desk: Desk) -> list[str]:
    """Return the titles on the screen, in the order of their arrival."""
    return [one.title for one in desk.screen.on_screen.values()]


def test_a_notice_replaces_one_of_the_same_subject_alone() -> None:
    """One about an event closes after its own time and leaves the others alone."""
    desk = a_desk()
    notices = desk.service.notices
    notices.announce_until_closed(Subject.CONFIG, "A mistake", "")
    notices.announce("That did not work", "", desk.now)
    notices.announce_until_closed(Subject.RELIEF, "A cramp right now", "")
    notices.announce("Nor did that", "", desk.now)
    assert titles(desk) == ["A mistake", "A cramp right now", "Nor did that"]
    assert len({one.place for one in desk.screen.on_screen.values()}) == 3
    notices.announce_until_closed(Subject.CONFIG, "Another mistake", "")
    assert titles(desk) == ["A cramp right now", "Nor did that", "Another mistake"]
    assert notices.closes == desk.now + timedelta(seconds=10)
    desk.until("2026-11-23 08:00:10")
    assert titles(desk) == ["A cramp right now", "Another mistake"]
    notices.withdraw(Subject.CONFIG)
    assert titles(desk) == ["A cramp right now"]


def test_a_notice_that_is_closed_is_gone() -> None:
    """Later events of an earlier notice have no effect."""
    desk = a_desk()
    desk.service.notices.announce_until_closed(Subject.CONFIG, "One", "")
    desk.service.notices.announce_until_closed(Subject.CONFIG, "Two", "")
    (token,) = desk.screen.on_screen
    desk.service.handle_event(NotificationClosed("notice/1"), desk.now)
    assert desk.title() == "Two"
    desk.service.handle_event(NotificationClosed(token), desk.now)
    assert desk.title() is None
    desk.service.handle_event(ButtonPressed(token, "done"), desk.now)
    assert desk.outcomes("walk") == []


def test_stopping_takes_the_notice_along() -> None:
    """Nobody would take it off afterwards."""
    desk = a_desk()
    desk.service.notices.announce_until_closed(Subject.CONFIG, "One", "")
    desk.service.stop()
    assert desk.title() is None


AWAY = Presence({Condition.LOCKED})


@pytest.mark.parametrize(
    "presence", [AWAY, Presence({Condition.IDLE}), Presence({Condition.DO_NOT_DISTURB})]
)
def test_a_notice_waits_until_somebody_is_there(presence: Presence) -> None:
    """Its time starts then."""
    desk = a_desk()
    desk.there(presence)
    desk.service.notices.announce("One", "", desk.now)
    desk.until("2026-11-23 08:05")
    assert desk.title() is None
    desk.there(Presence())
    assert desk.title() == "One"
    desk.until("2026-11-23 08:05:09")
    assert desk.title() == "One"
    desk.until("2026-11-23 08:05:10")
    assert desk.title() is None


def test_of_notices_that_wait_the_newest_of_each_subject_comes() -> None:
    """One that was withdrawn does not come; one that stays does."""
    desk = a_desk()
    desk.there(AWAY)
    notices = desk.service.notices
    notices.announce_until_closed(Subject.CONFIG, "One", "")
    notices.announce("Two", "", desk.now)
    notices.announce_until_closed(Subject.CONFIG, "Three", "")
    desk.there(Presence())
    assert sorted(titles(desk)) == ["Three", "Two"]
    desk.until("2026-11-23 09:00")
    assert titles(desk) == ["Three"]
    desk.there(AWAY)
    notices.announce_until_closed(Subject.CONFIG, "Four", "")
    notices.withdraw()
    desk.there(Presence())
    assert titles(desk) == []
