"""Answers to one occurrence by its key, as the tray and the bridge give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nightcare.domain.delivery import Closed, Delivery, Outcome, Snoozed
from nightcare.domain.moments import parse_length
from nightcare.domain.reminders import Key
from nightcare.engine.user_actions import DONE, SKIP, SNOOZE, UserActions
from nightcare.errors import NothingToDo, ValueRefused

if TYPE_CHECKING:
    from simulation.world import World

BEFORE_KEYS = range(400_000, 420_000)
"""Seeds without such answers: some of them found faults, and still run the same days."""

_OUTCOMES = {DONE: Outcome.DONE, SKIP: Outcome.SKIPPED}


def some_press(world: World) -> tuple[str, Callable[[UserActions], object]]:
    """Return a press for any occurrence of today, answered or not, and a description of it."""
    action = world.random.choice((DONE, SKIP, f"{SNOOZE}10m", f"{SNOOZE}90m", SNOOZE))
    unsettled = [one.key for one in world.by_command.unsettled()]
    today = world.by_command.of_care_day(world.calendar().at(world.now).date)
    settled = [one.key for one in today if one.settled]
    known = settled if not unsettled or world.random.random() < 0.1 else unsettled
    key = world.random.choice(known) if known else None
    return f"press {action} for {key}", lambda actions: press(world, actions, key, action)


def press(world: World, actions: UserActions, key: Key | None, action: str) -> None:
    """Answer the occurrence of a key, and check that this one alone has changed.

    Raises:
        NothingToDo: It has its outcome, or cannot be snoozed any more.
        ValueRefused: The snooze would end in the night.
    """
    journal = world.by_command
    before = {one.key: one for one in journal.unsettled()}
    pressed = None if key is None else before.get(key)
    try:
        actions.answer(key, action, world.now)
    except (NothingToDo, ValueRefused) as refused:
        if _unsettled_or_given(world, before) != before:
            world.fail(f"{action} for {key} was refused, and changed something")
        if pressed is not None and not action.startswith(SNOOZE):
            world.fail(f"{action} for {pressed} was refused: {refused}")
        raise
    if pressed is None:
        world.fail(f"{action} counted for {key}, which is not unsettled")
        return
    after = _unsettled_or_given(world, before)
    if not _is_right(world, pressed, after.pop(pressed.key), action):
        world.fail(f"{action} made {pressed} {world.journal.delivery(pressed.key)}")
    if after != {one: had for one, had in before.items() if one != pressed.key}:
        world.fail(f"{action} for {key} changed another occurrence: {before} became {after}")
    if action in _OUTCOMES:
        world.promises.ahead.answered(world, [pressed], _OUTCOMES[action], today=False)


def _unsettled_or_given(world: World, given: dict[Key, Delivery]) -> dict[Key, Delivery | None]:
    """Return all that is unsettled or given, as it stands now."""
    keys = given.keys() | {one.key for one in world.by_command.unsettled()}
    return {key: world.by_command.delivery(key) for key in keys}


def _is_right(world: World, before: Delivery, after: Delivery | None, action: str) -> bool:
    if after is None:
        return False
    if action in _OUTCOMES:
        return after.state == Closed(_OUTCOMES[action], world.now)
    reminder = world.schedule.reminder(before.key.reminder)
    own = () if reminder is None else reminder.snooze
    lengths, length = own or world.schedule.snooze.lengths, action.removeprefix(SNOOZE)
    until = world.now + (parse_length(length) if length else lengths[0])
    return (after.state, after.snoozes) == (Snoozed(until), before.snoozes + 1)
