"""Undo of a changed plan and of other actions, and what comes by it."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.user_actions import UserActions
from parts.desk import EVENING, SLEEP, Desk, desk_until


def test_undo_of_a_later_bedtime_shows_what_was_due_meanwhile() -> None:
    """22:00 has gone by under a bedtime that is taken back; it is fresh, and comes."""
    made = desk_until("21:50", EVENING)
    made.tonight("00:30")
    made.until("22:03")
    made.service.update(made.now)
    made.until("22:05")
    made.undo()
    assert made.title() == "Stretch"


def test_undo_of_a_later_bedtime_keeps_what_was_held() -> None:
    """A reminder that was held until the person's return is held again."""
    made = desk_until("21:50", EVENING)
    made.there(Presence({Condition.IDLE}))
    made.until("22:05")
    made.tonight("23:30")
    made.until("22:08")
    made.undo()
    made.until("22:10")
    made.there(Presence())
    assert made.title() == "Stretch"


def test_undo_of_a_later_bedtime_when_it_is_too_late_is_a_miss() -> None:
    """A reminder that nobody can see any more is recorded as missed."""
    made = desk_until("21:50", EVENING)
    made.tonight("00:30")
    made.until("23:20")
    made.undo()
    assert made.outcomes("stretch") == ["missed: too late"]


def test_undo_of_a_slip_lets_the_evening_come_at_its_time() -> None:
    """A reminder that an early bedtime brought forward comes again, though it was seen."""
    made = desk_until("20:10", EVENING)
    made.tonight("20:11")
    assert made.title() is not None
    made.until("20:12")
    made.undo()
    assert made.title() is None
    made.until("22:00")
    assert made.title() == "Stretch"
    made.until("22:25")
    assert made.title() == "Blanket"


def test_undo_of_a_slip_takes_back_what_was_closed_as_well() -> None:
    """Closing the notification answers it for the early bedtime alone."""
    made = desk_until("20:10", EVENING)
    made.tonight("20:11")
    made.close()
    made.until("20:12")
    made.undo()
    made.until("22:26")
    assert made.title() == "Blanket"


def test_undo_of_a_slip_after_the_real_time_still_shows_it() -> None:
    """The blanket of 22:25 is fresh at 22:27."""
    made = desk_until("20:10", EVENING)
    made.tonight("20:11")
    made.until("22:27")
    made.undo()
    assert made.title() == "Blanket"


def test_undo_leaves_done_what_was_done_before() -> None:
    """A reminder that the restored plan has shown is not shown again."""
    made = desk_until("22:01", EVENING)
    made.press("done")
    made.until("22:10")
    made.tonight("00:30")
    made.undo()
    made.until("22:20")
    assert made.outcomes("stretch") == ["done"]
    assert [one.title for one in made.screen.shown] == ["Stretch"]


def test_undo_restores_what_another_bedtime_forgot() -> None:
    """A missed reminder is missed again, for its own reason."""
    made = desk_until("21:50", EVENING)
    made.there(Presence({Condition.LOCKED}))
    made.until("22:50")
    made.there(Presence({Condition.LOCKED, Condition.IDLE}))
    before = made.outcomes("stretch")
    made.tonight("23:50")
    assert made.outcomes("stretch") == []
    made.undo()
    assert made.outcomes("stretch") == before == ["missed: locked"]


def test_undo_of_a_resume_closes_the_evening_again() -> None:
    """A reminder shown in between goes, and a missed one is missed."""
    made = desk_until("21:58", EVENING)
    made.good_night()
    made.until("22:02")
    made.answers().resume(made.now)
    made.written()
    made.until("22:04")
    made.undo()
    assert made.title() is None
    assert made.outcomes("stretch") == ["expired: good night"]


def test_an_answer_and_its_undo_before_the_service_looks_leave_it_on_the_screen() -> None:
    """It is there all the time, and the journal knows that it is."""
    made = desk_until("22:01", EVENING)
    made.answers().done(made.now)
    made.answers().undo(made.now)
    made.written()
    (delivery,) = made.deliveries("stretch")
    assert made.title() == "Stretch"
    assert delivery.state.shown == made.now  # type: ignore[union-attr] # it is open
    made.until("22:32")
    assert made.outcomes("blanket") == ["open"]


def test_undo_brings_back_what_its_act_pushed_aside() -> None:
    """An open reminder that gave way to an earlier bedtime was not answered, and returns."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "20:05"\n'
    made = desk_until("20:10", EVENING + walk)
    made.tonight("20:11")
    assert made.outcomes("walk") == ["expired: another"]
    made.undo()
    assert made.title() == "Once more: Walk"


def test_undo_of_a_pause_brings_back_what_waited_in_line() -> None:
    """Two of one moment: the one on the screen, and the one after it."""
    made = desk_until("21:59", EVENING.replace("bedtime - 5m", "bedtime - 30m"))
    made.until("22:05")
    made.answers().pause(made.now, made.now + timedelta(hours=1))
    made.written()
    made.undo()
    assert sorted(made.outcomes("stretch") + made.outcomes("blanket")) == ["held", "open"]
    made.until("22:45")
    assert {one.title for one in made.screen.shown} >= {"Stretch", "Blanket"}


def test_undo_brings_back_what_was_on_the_screen_after_bedtime() -> None:
    """It was there, so it is there again, although nothing begins at that hour."""
    made = desk_until("22:29", EVENING.replace('- 5m"', '- 1m"\nstays = "50m"\nfresh = "55m"'))
    made.until("23:10")
    assert made.title() == "Blanket"
    made.press("done")
    made.undo()
    assert made.title() == "Once more: Blanket"


def test_undo_of_an_answer_puts_back_in_line_what_came_after_it() -> None:
    """The reminder that was on the screen returns there, and the other waits for it again."""
    made = desk_until("22:05", EVENING.replace("bedtime - 5m", "bedtime - 30m"))
    first = made.title()
    made.press("done")
    second = made.title()
    assert {first, second} == {"Stretch", "Blanket"}
    made.undo()
    assert made.title() == f"Once more: {first}"
    made.until("22:45")
    assert made.screen.shown[-1].title == f"Once more: {second}"


def test_undo_leaves_closed_what_was_closed() -> None:
    """A reminder that is repeated later is not repeated at once."""
    made = desk_until(
        "22:05", EVENING.replace('- 30m"', '- 30m"\nrepeat = { every = "20m", times = 1 }')
    )
    made.close()
    made.answers().pause(made.now, made.now + timedelta(hours=1))
    made.written()
    made.undo()
    assert made.title() is None
    made.until("22:20")
    assert made.title() == "Once more: Stretch"


NEW = '\n[reminders.new]\ntopic = "exercise"\ntext = "New"\nat = "bedtime - 2h"\n'


def test_undo_does_not_show_a_reminder_that_was_added_after_its_moment() -> None:
    """It was not to come this evening before `tonight`, and so it is not after `undo`."""
    made = desk_until("21:00", EVENING)
    made.edit(SLEEP + EVENING + NEW)
    assert made.outcomes("new") == []
    made.tonight("23:30")
    made.until("21:05")
    made.undo()
    assert made.title() is None
    assert made.outcomes("new") == []
    made.until("22:40")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


def test_undo_does_not_show_a_reminder_that_was_added_under_the_other_bedtime() -> None:
    """By the bedtime that is restored its moment was before anybody asked for it."""
    made = desk_until("21:00", EVENING)
    made.tonight("23:30")
    made.until("21:05")
    made.edit(SLEEP + EVENING + NEW)
    made.until("21:10")
    made.undo()
    assert made.title() is None
    assert made.outcomes("new") == []


def test_undo_takes_back_what_only_the_later_bedtime_had() -> None:
    """Of an `every` that ends with the evening; what was on the screen stays there."""
    water = """
[reminders.water]
topic = "hydration"
text = "Water"
every = "50m"
from = "20:00"
until = "bedtime - 10m"
"""
    made = desk_until("22:35", water + EVENING.replace("bedtime - 5m", "bedtime"))
    assert made.title() == "Blanket"
    made.answers().tonight(made.now, time(22, 50))
    assert made.outcomes("water")[-1] == "due"
    made.undo()
    assert made.title() == "Blanket"
    assert len(made.outcomes("water")) == 3


def test_undo_takes_back_what_the_usual_bedtime_had_before_the_first_run() -> None:
    """A later bedtime has it come; by the usual one it was over when nightcare first ran."""
    made = Desk(EVENING, "22:10")
    made.until("22:35")
    assert made.title() == "Blanket"
    made.tonight("22:50")
    assert made.outcomes("stretch") == ["open"]
    made.undo()
    assert made.outcomes("stretch") == []
    assert made.title() == "Once more: Blanket"


def test_undo_brings_back_what_an_occurrence_of_the_later_bedtime_replaced() -> None:
    """Undo a bedtime by which a further occurrence of the same `every` was due already."""
    water = """
[reminders.water]
topic = "hydration"
text = "Water"
every = "30m"
from = "20:00"
until = "bedtime - 30m"
stays = "45m"
"""
    made = desk_until("22:35", water)
    assert made.title() == "Water"
    made.tonight("23:00")
    assert made.outcomes("water")[-2:] == ["expired: superseded", "open"]
    made.undo()
    assert made.outcomes("water")[-1:] == ["open"]
    assert made.title() == "Once more: Water"


def test_undo_restores_nothing_beside_what_has_taken_its_place() -> None:
    """Undo a pause after a flight that has brought another occurrence of the same reminder."""
    made = desk_until(
        "22:05",
        '[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\nfresh = "119m"\n'
        'at = ["wake + 2h", "bedtime - 30m"]\n',
    )
    made.answers().pause(made.now, made.now + timedelta(hours=2))
    made.written()
    auckland = ZoneInfo("Pacific/Auckland")
    made.service.change_zone(auckland, made.now)
    UserActions(made.schedule, auckland, made.journal).undo(made.now)
    made.written()
    (delivery,) = made.journal.unsettled()
    assert delivery.key.slot == "wake + 2h"


def test_undo_puts_back_in_line_what_an_earlier_bedtime_let_come() -> None:
    """Undo a bedtime by which the reminder that waited took the screen."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "bedtime - 20m"\n'
    made = desk_until("22:02", EVENING.replace("bedtime - 5m", "bedtime - 30m") + walk)
    first = made.title()
    made.tonight("22:19")
    assert made.title() != first
    made.undo()
    assert made.title() == f"Once more: {first}"


@pytest.mark.parametrize(
    ("seen", "outcomes"),
    [(False, ["missed: too late"]), (True, ["expired: too late"])],
    ids=["before it is shown", "after it is shown"],
)
def test_undo_restores_the_record_of_what_another_bedtime_brought_again(
    *, seen: bool, outcomes: list[str]
) -> None:
    """It was missed while the machine slept, and is fresh again by the bedtime that is undone."""
    made = desk_until("21:50", EVENING)
    made.sleep_until("23:20")
    assert made.outcomes("stretch") == ["missed: too late"]
    made.answers().tonight(made.now, time(23, 45))
    if seen:
        made.written()
        assert made.title() == "Stretch"
    made.undo()
    assert made.title() is None
    assert made.outcomes("stretch") == outcomes
