"""The menu of the tray icon: what it shows is what its items act on."""

from __future__ import annotations

from datetime import date

from nightcare.domain.notification import NotificationClosed
from nightcare.engine.outlook_reader import read_outlook
from nightcare.i18n.translator import read_words
from nightcare.service.tray_menu import TrayFacts
from parts.desk import Desk

TWO_STRETCHES = """
[reminders.calves]
topic = "stretching"
at = "10:00"
stays = "4h"
[reminders.feet]
topic = "stretching"
at = "10:30"
stays = "4h"
"""


def both_left_the_screen() -> Desk:
    """Return a desk with two stretches that the server took off the screen."""
    desk = Desk(TWO_STRETCHES, "2026-11-06 09:00")
    for clock in ("10:00", "10:30"):
        desk.until(f"2026-11-06 {clock}")
        (token,) = desk.screen.on_screen
        desk.screen.close(token)
        desk.service.event(NotificationClosed(token, by_itself=True), desk.now)
    return desk


def open_in(desk: Desk) -> str | None:
    """Return the reminder that the menu shows as open."""
    outlook = read_outlook(desk.schedule, desk.zone, desk.journal, desk.now)
    facts = TrayFacts(outlook, read_words("en"), None, date(2026, 11, 5), None, False, False)  # noqa: FBT003 - fields
    return None if facts.open is None else facts.open.key.reminder


def test_show_again_shows_the_reminder_that_the_menu_has_as_open() -> None:
    """The latest, where none of them is on the screen."""
    desk = both_left_the_screen()
    shown = open_in(desk)
    assert desk.service.show_again(desk.now)
    (displayed,) = (one for one in desk.journal.unsettled() if one.displayed is not None)
    assert (shown, displayed.key.reminder) == ("feet", "feet")


def test_stretch_now_starts_the_stretch_of_the_reminder_that_the_menu_has_as_open() -> None:
    """The latest, where none of them is on the screen."""
    desk = both_left_the_screen()
    desk.service.start_stretch(desk.now)
    session = desk.journal.routine_session()
    assert session is not None
    assert session.key.reminder == open_in(desk) == "feet"
