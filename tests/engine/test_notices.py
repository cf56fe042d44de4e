"""The notices of nightcare itself, besides the reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nightcare.domain.notification import ButtonPressed, NotificationClosed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import Urgency
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
    desk.service.notices.announce_until_closed("A title", "A body")
    desk.until("2026-11-23 10:00")
    assert [one.title for one in desk.screen.on_screen.values()] == ["A title", "walk"]
    desk.until("2026-11-23 18:00")
    assert desk.title() == "A title"
    desk.service.notices.withdraw()
    assert desk.title() is None


def test_there_is_one_notice_at_a_time() -> None:
    """The newest; and a mention that takes its place has its own time."""
    desk = a_desk()
    desk.service.notices.announce("One", "", desk.now)
    desk.service.notices.announce_until_closed("Two", "")
    assert desk.title() == "Two"
    assert desk.service.notices.closes is None
    desk.service.notices.announce("Three", "", desk.now)
    assert desk.title() == "Three"
    assert desk.service.notices.closes == desk.now + timedelta(seconds=10)


def test_a_notice_that_is_closed_is_gone() -> None:
    """Later events of an earlier notice have no effect."""
    desk = a_desk()
    desk.service.notices.announce_until_closed("One", "")
    desk.service.notices.announce_until_closed("Two", "")
    (token,) = desk.screen.on_screen
    desk.service.event(NotificationClosed("notice/1"), desk.now)
    assert desk.title() == "Two"
    desk.service.event(NotificationClosed(token), desk.now)
    assert desk.title() is None
    desk.service.event(ButtonPressed(token, "done"), desk.now)
    assert desk.outcomes("walk") == []


def test_stopping_takes_the_notice_along() -> None:
    """Nobody would take it off afterwards."""
    desk = a_desk()
    desk.service.notices.announce_until_closed("One", "")
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


def test_of_notices_that_wait_the_newest_comes() -> None:
    """One that was taken back does not come; one that is insisted on stays."""
    desk = a_desk()
    desk.there(AWAY)
    desk.service.notices.announce("One", "", desk.now)
    desk.service.notices.announce_until_closed("Two", "")
    desk.there(Presence())
    assert desk.title() == "Two"
    desk.until("2026-11-23 09:00")
    assert desk.title() == "Two"
    desk.there(AWAY)
    desk.service.notices.announce_until_closed("Three", "")
    desk.service.notices.withdraw()
    desk.there(Presence())
    assert desk.title() is None
