"""The stage of a routine after so long, and the end of guidance when nobody follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import utc
from nightcare.domain.guidance import Routine, RoutineStep, Side
from nightcare.domain.reminders import Key
from nightcare.domain.routine import (
    Finished,
    RoutineSession,
    Stage,
    current_stage,
    length_of,
    routine_named,
    routines,
    stage_at,
    stages,
)
from nightcare.domain.schedule import RoutineRule
from nightcare.domain.suppression import CLOSING, UNATTENDED

SECOND = timedelta(seconds=1)
BOTH = (Side.LEFT, Side.RIGHT)
SETTLE = RoutineStep("settle", "Settle.", 10)
FLEX = RoutineStep("flex", "Flex.", 20, BOTH, 2)
ROUTINE = Routine("mine", "Mine", None, (SETTLE, FLEX))
BEGAN = utc("2026-11-23 20:00")
KEY = Key("stretch", date(2026, 11, 23), "1")

steps = st.builds(
    RoutineStep,
    id=st.text("abc", min_size=1, max_size=3),
    text=st.just("Stretch."),
    seconds=st.integers(1, 60),
    sides=st.sampled_from([(), (Side.LEFT,), (Side.RIGHT,), BOTH]),
    repeats=st.integers(1, 3),
)
some_routines = st.builds(
    Routine,
    id=st.just("mine"),
    name=st.just("Mine"),
    section=st.none(),
    steps=st.lists(steps, min_size=1, max_size=5).map(tuple),
    repeats=st.integers(1, 3),
)


def test_each_side_comes_in_turn_and_each_step_as_often_as_it_says() -> None:
    """Left, right, left, right; each knows which time it is."""
    assert [(one.step.id, one.side, one.time, one.times) for one in stages(ROUTINE)] == [
        ("settle", None, 1, 1),
        ("flex", Side.LEFT, 1, 2),
        ("flex", Side.RIGHT, 1, 2),
        ("flex", Side.LEFT, 2, 2),
        ("flex", Side.RIGHT, 2, 2),
    ]


def test_how_much_lies_behind() -> None:
    """By time, not by steps."""
    assert [one.progress for one in stages(ROUTINE)] == [0, 11, 33, 56, 78]
    assert length_of(ROUTINE) == 90 * SECOND


@given(some_routines, st.integers(-10, 20_000))
def test_at_every_instant_there_is_one_stage_or_it_is_over(routine: Routine, seconds: int) -> None:
    """Stages follow each other without a gap, from the start to the whole length."""
    found = stage_at(routine, seconds * SECOND)
    made = stages(routine)
    if seconds * SECOND >= length_of(routine):
        assert found is None
    elif seconds < 0:
        assert found == made[0]
    else:
        assert found is not None
        assert found.begins <= seconds * SECOND < found.ends
    assert [one.begins for one in made] == [timedelta(), *(one.ends for one in made[:-1])]
    assert [one.number for one in made] == list(range(1, len(made) + 1))
    assert {one.of for one in made} == {len(made)}
    progress = [one.progress for one in made]
    assert progress == sorted(progress)
    assert 0 <= progress[0] <= progress[-1] <= 100


@given(some_routines)
def test_it_is_as_long_as_all_that_comes(routine: Routine) -> None:
    """Both sides and every repeat count."""
    once = sum(one.seconds * one.repeats * max(len(one.sides), 1) for one in routine.steps)
    assert length_of(routine) == once * routine.repeats * SECOND


def test_a_person_has_ours_as_they_want_them_and_their_own() -> None:
    """A routine that they do not mention stays as it is."""
    other = Routine("other", "Other", "A section", (SETTLE,))
    own = RoutineRule("own", None, None, 2, (FLEX,))
    longer = RoutineRule("mine", "Longer", 60, 3)
    found = routines([ROUTINE, other], [own, longer])
    assert [one.id for one in found] == ["mine", "other", "own"]
    assert [one.name for one in found] == ["Longer", "Other", "own"]
    assert {step.seconds for step in found[0].steps} == {60}
    assert found[0].repeats == 3
    assert found[1] == other
    assert (found[2].section, found[2].steps, found[2].repeats) == (None, (FLEX,), 2)
    assert routine_named(found, "own") == found[2]
    assert routine_named(found, "none") is None


def test_own_steps_take_the_place_of_ours() -> None:
    """The source in the guidance does not count for them."""
    (found,) = routines([ROUTINE], [RoutineRule("mine", None, None, 2, (FLEX,))])
    assert found == Routine("mine", "mine", None, (FLEX,), 2)


def led(seen: int = 0) -> RoutineSession:
    """Return a session that was guided up to so many seconds after its start."""
    return RoutineSession(KEY, "mine", BEGAN, BEGAN + seen * SECOND)


@pytest.mark.parametrize(
    ("seen", "now", "number"),
    [
        (0, 0, 1),
        (0, 9, 1),
        (0, 10, 2),
        (10, 40, 3),  # ten seconds late
        (10, 60, 4),  # thirty seconds late: a change was left out
        (10, 61, None),  # later than that nobody was led
        (60, 45, 3),  # the clock was set back a little
        (60, 29, None),  # and by more
        (80, -40, None),
    ],
)
def test_it_goes_by_the_clock_unless_nobody_can_have_been_led(
    seen: int, now: int, number: int | None
) -> None:
    """The lateness of the next change decides."""
    found = current_stage(led(seen), ROUTINE, BEGAN + now * SECOND)
    assert (found.number if isinstance(found, Stage) else found) == number


@pytest.mark.parametrize(
    ("seen", "now", "over"), [(75, 90, True), (75, 120, True), (75, 121, False)]
)
def test_the_end_too_may_be_late_but_not_by_much(seen: int, now: int, over: bool) -> None:  # noqa: FBT001 - a case
    """The closing words stay until a little after the end."""
    found = current_stage(led(seen), ROUTINE, BEGAN + now * SECOND)
    assert found == (Finished(BEGAN + 90 * SECOND + CLOSING) if over else None)


@pytest.mark.parametrize(("now", "there"), [(97, True), (128, True), (129, False)])
def test_the_closing_words_may_be_late_too(now: int, there: bool) -> None:  # noqa: FBT001 - a case
    """A person who was guided to the end has seen them, or left only recently."""
    found = current_stage(led(95), ROUTINE, BEGAN + now * SECOND)
    assert found == (Finished(BEGAN + 90 * SECOND + CLOSING) if there else None)


def test_a_clock_that_is_set_back_a_little_leads_on() -> None:
    """By more than that, nobody knows where they were."""
    assert isinstance(current_stage(led(40), ROUTINE, BEGAN + 10 * SECOND), Stage)
    assert current_stage(led(40), ROUTINE, BEGAN + 9 * SECOND) is None


@given(some_routines, st.data())
def test_who_looks_at_every_change_is_led_to_the_end(routine: Routine, data: st.DataObject) -> None:
    """However late each look is, as long as it is not too late."""
    now = BEGAN
    one = RoutineSession(KEY, "mine", BEGAN, BEGAN)
    numbers = []
    while isinstance(here := current_stage(one, routine, now), Stage):
        numbers.append(here.number)
        one = RoutineSession(KEY, "mine", BEGAN, now)
        late = data.draw(st.integers(0, int(UNATTENDED.total_seconds())))
        now = max(now, BEGAN + here.ends) + late * SECOND
    assert isinstance(here, Finished)
    assert numbers == sorted(set(numbers))
