"""Commands from the broker: their parsing, their targets, and the rules for ignoring them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.delivery import Delivery
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import BARE_PAUSE
from nightcare.engine.user_actions import DONE, SKIP, SNOOZE, UserActions
from nightcare.errors import NothingToDo
from nightcare.journal.store import Journal

PRESS = "PRESS"
_ON, _OFF = "ON", "OFF"
_ANSWERS: Mapping[str, str] = {"done": DONE, "snooze": SNOOZE, "skip": SKIP}
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*_ANSWERS, "good_night"), (PRESS,)),
    "pause": (_ON, _OFF),
}
_WITH_KEY = frozenset({*_ANSWERS, "good_night"})
_MOST_BYTES = 1024

SEEN_FIRST = timedelta(seconds=2)
"""The time for which a reminder must be published before a press without a key answers it."""


@dataclass(frozen=True)
class Command:
    """A command as it was sent.

    Attributes:
        name: One of done, snooze, skip, good_night and pause.
        word: PRESS, ON or OFF; empty for a command with a key.
        key: The token of the occurrence; None if the command names none.
    """

    name: str
    word: str
    key: str | None = None


def parse(name: str, payload: bytes) -> Command | None:
    """Return the command of a name; None if the payload, which may be anything, is invalid."""
    if len(payload) > _MOST_BYTES:
        return None
    try:
        text = payload.decode()
        if text in _WORDS.get(name, ()):
            return Command(name, text)
        value = json.loads(text) if name in _WITH_KEY else None
    except (ValueError, RecursionError):
        return None
    match value:
        case {"key": str(key), **rest} if key and not rest:
            return Command(name, "", key)
    return None


@dataclass(frozen=True)
class Published:
    """The open reminder as the broker knows it.

    Attributes:
        key: Its occurrence.
        since: When the broker acknowledged it (UTC).
    """

    key: Key
    since: datetime


def target_key(
    command: Command,
    published: Published | None,
    token: Callable[[Key], str],
    unsettled: list[Delivery],
    now: datetime,
) -> Key | None:
    """Return the occurrence that a command answers; None if it answers none.

    Args:
        command: The command.
        published: The open reminder as the broker knows it.
        token: Returns the token of an occurrence.
        unsettled: The deliveries without an outcome.
        now: The instant (UTC).
    """
    if command.key is not None:
        return next((one.key for one in unsettled if token(one.key) == command.key), None)
    if published is None or now - published.since < SEEN_FIRST:
        return None
    return published.key


def act(
    command: Command, key: Key | None, actions: UserActions, journal: Journal, now: datetime
) -> None:
    """Run a command (now in UTC), with the functions of nightcare's own commands.

    Raises:
        NightcareError: There is nothing to do, or the journal cannot be used.
    """
    state = journal.global_state()
    if command.name in _ANSWERS:
        actions.answer(key, _ANSWERS[command.name], now)
    elif command.name == "good_night":
        gone = command.key is not None and key is None
        if gone or state.good_night == actions.calendar().at(now).date:
            raise NothingToDo("no_longer_open")
        actions.good_night(now)
    elif command.word == _ON:
        actions.pause(now, now + BARE_PAUSE, may_shorten=False)
    elif state.paused(now):
        # "Good night" stays in force.
        actions.resume(now)
    else:
        raise NothingToDo("nothing_to_resume")
