"""The choice of the next tip, and the part of the care day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import calendar, day
from nightcare.domain.guidance import Guidance, PartOfDay, Tip, next_tip, part_of_day
from nightcare.domain.reminders import Topic

FRIDAY = calendar().day(day("2026-11-06"))
SHORT = calendar("Europe/Copenhagen", "07:00-12:00").day(day("2026-11-06"))
MINUTE = timedelta(minutes=1)


def tip(name: str, moment: PartOfDay = PartOfDay.ANY, topic: Topic = Topic.HYDRATION) -> Tip:
    """Return a tip."""
    return Tip(name, topic, moment, "Prevention", f"The text of {name}")


def shown(tips: list[Tip], moment: PartOfDay, times: int) -> list[str]:
    """Return the tips that are shown one after another at one part of the day."""
    last_shown: dict[str, int] = {}
    names = []
    for number in range(times):
        chosen = next_tip(tips, Topic.HYDRATION, moment, last_shown)
        assert chosen is not None
        last_shown[chosen.id] = number
        names.append(chosen.id)
    return names


@pytest.mark.parametrize(
    ("now", "part"),
    [
        (FRIDAY.wake, PartOfDay.MORNING),
        (FRIDAY.wake + 239 * MINUTE, PartOfDay.MORNING),
        (FRIDAY.wake + 240 * MINUTE, PartOfDay.DAY),
        (FRIDAY.bedtime - 181 * MINUTE, PartOfDay.DAY),
        (FRIDAY.bedtime - 180 * MINUTE, PartOfDay.EVENING),
        (FRIDAY.bedtime, PartOfDay.EVENING),
        (FRIDAY.ends - MINUTE, PartOfDay.EVENING),
    ],
)
def test_the_parts_of_a_care_day(now: datetime, part: PartOfDay) -> None:
    """The first four hours, the last three with the night, and what is between."""
    assert part_of_day(now, FRIDAY) is part


def test_on_a_short_day_the_evening_counts() -> None:
    """Of five waking hours the last three are the evening, though in the first four."""
    assert part_of_day(SHORT.wake + 119 * MINUTE, SHORT) is PartOfDay.MORNING
    assert part_of_day(SHORT.wake + 120 * MINUTE, SHORT) is PartOfDay.EVENING


def test_what_was_never_shown_comes_first() -> None:
    """In the order of the catalogue."""
    tips = [tip("a"), tip("b"), tip("c")]
    assert next_tip(tips, Topic.HYDRATION, PartOfDay.DAY, {"a": 0, "c": 1}) == tips[1]
    assert next_tip(tips, Topic.HYDRATION, PartOfDay.DAY, {}) == tips[0]


def test_then_comes_what_was_shown_longest_ago() -> None:
    """Not what was shown least often."""
    tips = [tip("a"), tip("b"), tip("c")]
    assert next_tip(tips, Topic.HYDRATION, PartOfDay.DAY, {"a": 9, "b": 7, "c": 8}) == tips[1]


def test_a_tip_suits_its_moment_or_any() -> None:
    """In the morning no tip of the evening is shown."""
    tips = [
        tip("evening", PartOfDay.EVENING),
        tip("morning", PartOfDay.MORNING),
        tip("any"),
        tip("day", PartOfDay.DAY),
    ]
    assert shown(tips, PartOfDay.MORNING, 4) == ["morning", "any", "morning", "any"]


def test_a_topic_without_a_tip_for_the_moment_shows_another_of_its_own() -> None:
    """Better a tip of the evening at noon than none, and never one of another topic."""
    tips = [tip("walk", topic=Topic.EXERCISE), tip("evening", PartOfDay.EVENING)]
    assert next_tip(tips, Topic.HYDRATION, PartOfDay.DAY, {"evening": 4}) == tips[1]


def test_a_topic_without_tips_has_none_to_show() -> None:
    """The catalogue may know nothing about it."""
    assert next_tip([tip("walk", topic=Topic.EXERCISE)], Topic.SLEEP, PartOfDay.DAY, {}) is None


@given(st.lists(st.sampled_from(PartOfDay), min_size=1, max_size=8), st.sampled_from(PartOfDay))
def test_no_tip_comes_again_before_all_others_of_its_moment(
    moments: list[PartOfDay], moment: PartOfDay
) -> None:
    """Each round shows every tip that suits once."""
    tips = [tip(f"tip-{number}", part) for number, part in enumerate(moments)]
    suited = {one.id for one in tips if one.moment in (moment, PartOfDay.ANY)}
    suited = suited or {one.id for one in tips}
    names = shown(tips, moment, 3 * len(suited))
    rounds = [names[start : start + len(suited)] for start in range(0, len(names), len(suited))]
    assert [set(one) for one in rounds] == [suited] * 3


def test_a_tip_is_found_by_its_id() -> None:
    """A tip that a later version does not know is not found."""
    guidance = Guidance("a guidance", (tip("a"), tip("b")), (), (), (), ())
    assert guidance.tip("b") == tip("b")
    assert guidance.tip("c") is None
