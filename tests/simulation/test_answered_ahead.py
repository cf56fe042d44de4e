"""The check of the simulation that what was answered ahead does not come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nightcare.domain.notification import ButtonPressed
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.messages import key_of
from parts.desk import SLEEP, ZONE, local, plain, schedule_of
from simulation.commands import skip
from simulation.happenings import late_event
from simulation.promises import BrokenPromise
from simulation.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a world with one reminder on the screen, a minute after its moment."""
    one = World(0)
    one.schedule, one.zone = schedule_of(SLEEP + plain("walk", "15:00")), ZONE
    one.now = local("14:59")
    with one.opened(tmp_path):
        one.go_on(120)
        yield one


@pytest.mark.parametrize("span", [SkipSpan.ONE, SkipSpan.TODAY])
def test_the_person_may_recall_what_was_skipped_ahead_by_a_late_press(
    world: World, span: SkipSpan
) -> None:
    """A clock that ran ahead had it on the screen; its notification is still there."""
    (token,) = world.screen.visible
    world.jump(local("14:30"), "clock set back")
    skip(world, world.answers(), "walk", span)
    world.step("written", lambda: world.service.handle_journal(world.now))

    late_event(world, ButtonPressed(token, "snooze-10m"))
    world.go_on(15 * 60)

    (again,) = world.screen.visible
    assert key_of(again) == key_of(token)


def test_what_was_skipped_ahead_does_not_come_without_a_press(world: World) -> None:
    """The record of the skip is lost, and the service shows it again."""
    (token,) = world.screen.visible
    skipped = key_of(token)
    assert skipped is not None
    world.jump(local("14:30"), "clock set back")
    skip(world, world.answers(), "walk", SkipSpan.ONE)
    world.step("written", lambda: world.service.handle_journal(world.now))
    world.journal.forget(skipped)

    with pytest.raises(BrokenPromise, match="answered ahead"):
        world.go_on(60 * 60)
