"""Answers to one occurrence, as the tray and the bridge give them."""

from __future__ import annotations

from datetime import datetime

from nightcare.domain.moments import parse_length
from nightcare.domain.reminders import Key
from nightcare.engine.ports import JournalPort
from nightcare.engine.user_actions import SKIP, SNOOZE, UserActions
from nightcare.errors import NothingToDo


def answer(
    journal: JournalPort, actions: UserActions, key: Key | None, action: str, now: datetime
) -> None:
    """Answer the unsettled occurrence of a key.

    Args:
        journal: The journal.
        actions: The actions of the person, on that journal.
        key: The occurrence.
        action: The key of a button: "done", "skip" or "snooze-10m"; "snooze-" is the first length.
        now: The instant (UTC).

    Raises:
        NothingToDo: It was answered already, or cannot be snoozed any more.
        ValueRefused: The snooze would end in the night.
    """
    with journal.transaction():
        found = next((one for one in journal.unsettled() if one.key == key), None)
        if found is None:
            raise NothingToDo("no_longer_open")
        if action == SKIP:
            actions.skip(now, found)
        elif action.startswith(SNOOZE):
            length = action.removeprefix(SNOOZE)
            actions.snooze(now, found, parse_length(length) if length else None)
        else:
            actions.button(found, action, now)
