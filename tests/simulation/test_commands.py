"""The check of the simulation that undo restores what was before an action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.notification import ButtonPressed
from nightcare.engine.answer_targets import SkipSpan
from parts.desk import SLEEP, STRETCH, ZONE, local, schedule_of
from simulation.commands import Standing
from simulation.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a world with a stretch under way, begun before a journey that puts it ahead."""
    one = World(0)
    one.schedule, one.zone = schedule_of(SLEEP + STRETCH), ZONE
    one.now = local("21:59")
    with one.opened(tmp_path):
        one.go_on(65)
        (token,) = one.screen.visible
        one.event(ButtonPressed(token, "start"))
        one.change_zone(ZoneInfo("America/New_York"))
        yield one


def paused_and_undone(world: World, *, noticed: bool) -> None:
    """Pause and undo, perhaps with the service noticing the pause meanwhile."""
    world.answers().pause(world.now, world.now + timedelta(hours=1))
    if noticed:
        world.step("written", lambda: world.service.handle_journal(world.now))
    world.answers().undo(world.now)
    world.step("written", lambda: world.service.handle_journal(world.now))


@pytest.mark.parametrize("noticed", [True, False])
def test_a_stretch_that_the_action_ended_may_move_with_a_journey(
    world: World, *, noticed: bool
) -> None:
    """It goes on if the service has not noticed the action."""
    before = Standing.of(world)
    paused_and_undone(world, noticed=noticed)
    assert (world.journal.routine_session() is None) is noticed
    assert before.differs(world) is None


def test_a_stretch_that_the_action_ended_may_not_be_lost(world: World) -> None:
    """It is skipped, and the skip is not undone."""
    before = Standing.of(world)
    paused_and_undone(world, noticed=True)
    world.answers().skip(world.now, "stretch", SkipSpan.NEXT)
    assert "to come was" in str(before.differs(world))
