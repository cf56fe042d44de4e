"""The menu of the tray icon: what it shows is what its items act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.history import UserAction
from nightcare.domain.notification import NotificationClosed
from nightcare.domain.outlook import Outlook
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import UserActions
from nightcare.i18n.translator import read_words
from nightcare.service.tray_menu import TrayFacts, menu_items
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
        desk.service.handle_event(NotificationClosed(token, by_itself=True), desk.now)
    return desk


def open_in(desk: Desk) -> str | None:
    """Return the reminder that the menu shows as open."""
    outlook = read_outlook(desk.schedule, desk.zone, desk.journal, desk.now)
    facts = facts_of(outlook, None)
    return None if facts.open is None else facts.open.key.reminder


def facts_of(outlook: Outlook, last: UserAction | None) -> TrayFacts:
    """Return the facts for a menu after an action, with another computer, "Laptop"."""
    night, names = date(2026, 11, 5), {"0a1b2c3d4e": "Laptop"}
    return TrayFacts(outlook, read_words("en"), last, night, None, "", False, names)  # noqa: FBT003 - fields


def undo_items(desk: Desk) -> list[str]:
    """Return the labels in the menu that begin with "Undo"."""
    outlook = read_outlook(desk.schedule, desk.zone, desk.journal, desk.now)
    items = menu_items(facts_of(outlook, desk.journal.last_action()))
    return [one.label for one in items if one.label.startswith("Undo")]


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


def test_the_menu_names_a_later_answer_on_another_computer_beside_undo() -> None:
    """As `undo` does: it takes back what was done here alone."""
    desk = both_left_the_screen()
    feet, calves = (desk.journal.unsettled()[one] for one in (1, 0))
    actions = UserActions(desk.schedule, desk.zone, desk.journal)

    def answer_on_laptop(outcome: Outcome) -> None:
        state = Closed(outcome, desk.now, computer="0a1b2c3d4e")
        desk.journal.save(replace(feet, state=state))

    answer_on_laptop(Outcome.MISSED)
    assert undo_items(desk) == []
    answer_on_laptop(Outcome.DONE)
    elsewhere = "Undo on Laptop: your answer to the 10:30 stretching"
    assert undo_items(desk) == [elsewhere]
    desk.now += timedelta(minutes=1)
    actions.done(desk.now, calves.key.reminder)
    here = 'Undo: "done" for the 10:00 stretching'
    assert undo_items(desk) == [here]
    desk.now += timedelta(minutes=1)
    answer_on_laptop(Outcome.SKIPPED)
    assert undo_items(desk) == [here, elsewhere]
