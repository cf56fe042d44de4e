"""Routines in the config: lengths and repeats of ours, and routines of one's own."""

from __future__ import annotations

import pytest

from config.written import schedule
from nightcare.domain.guidance import RoutineStep, Side
from nightcare.domain.routine import BUILT_IN, routine_named, routines
from nightcare.domain.schedule import RoutineRule
from nightcare.i18n.translator import read_words
from nightcare.languages import languages

STRETCH = """
[reminders.stretch]
topic = "stretching"
at = "bedtime - 30m"
"""

OWN = """
[routines.desk]
name = "At the desk"
seconds = 15
steps = [
    { text = "Draw both feet gently up." },
    { text = "Stand on one leg.", seconds = 5, side = "each", repeats = 2 },
]
"""


@pytest.mark.parametrize(
    ("more", "routine"),
    [
        ("", "calf"),
        ('routine = "quick"', "quick"),
        ("routine = false", None),
        ('routine = "desk"\n' + OWN, "desk"),
        ('[stretch]\nroutine = "resting"', "resting"),
        ("[stretch]\nroutine = false", None),
        ('routine = "calf"\n[stretch]\nroutine = false', "calf"),
    ],
)
def test_what_a_stretching_reminder_leads_through(more: str, routine: str | None) -> None:
    """Its own routine, else that of [stretch]; false is none."""
    assert schedule(STRETCH + more).named("stretch").routine == routine


def test_no_other_reminder_leads_through_anything() -> None:
    """Water is drunk without steps."""
    assert (
        schedule('[reminders.water]\ntopic = "hydration"\nat = "12:00"').reminders[0].routine
        is None
    )


def test_a_routine_of_ones_own() -> None:
    """Its steps take what the routine says, unless they say it themselves."""
    assert schedule(OWN).routines == (
        RoutineRule(
            "desk",
            "At the desk",
            15,
            1,
            (
                RoutineStep("1", "Draw both feet gently up.", 15),
                RoutineStep("2", "Stand on one leg.", 5, (Side.LEFT, Side.RIGHT), 2),
            ),
        ),
    )


def test_a_step_that_says_no_length_takes_twenty_seconds() -> None:
    """It is done once, for no particular leg."""
    (rule,) = schedule('[routines.up]\nsteps = [{ text = "Stand up." }]').routines
    assert rule.steps == (RoutineStep("1", "Stand up.", 20),)


@pytest.mark.parametrize("language", languages())
def test_lengths_and_repeats_of_ours_are_settings(language: str) -> None:
    """Each language has the same steps, as long as the person wants them."""
    ours = read_words(language).guidance.routines
    rules = schedule("[routines.calf]\nseconds = 45\nrepeats = 3").routines
    changed = routine_named(routines(ours, rules), "calf")
    before = routine_named(ours, "calf")
    assert changed is not None
    assert before is not None
    assert {step.seconds for step in changed.steps} == {45}
    assert changed.repeats == 3
    assert [step.text for step in changed.steps] == [step.text for step in before.steps]
    assert (changed.name, changed.section) == (before.name, before.section)


@pytest.mark.parametrize("language", languages())
def test_the_built_in_ones_are_those_of_the_catalogue(language: str) -> None:
    """Else a config could name what there is not."""
    assert tuple(one.id for one in read_words(language).guidance.routines) == BUILT_IN


def test_a_variable_sets_a_length() -> None:
    """As it does any other value."""
    variables = {"NIGHTCARE_ROUTINES__CALF__SECONDS": "40"}
    (rule,) = schedule("", variables).routines
    assert (rule.id, rule.seconds) == ("calf", 40)
