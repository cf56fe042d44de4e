"""Answers ahead of time, skips, several undos, and pauses and bedtimes given late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from nightcare.domain.delivery import Closed, Outcome
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import UserActions
from nightcare.errors import NothingToDo, ValueRefused
from parts.desk import Desk, desk_until, local, schedule_of

DAY = """
[reminders.water]
topic = "hydration"
text = "Water"
every = "2h"
from = "08:00"
until = "bedtime - 30m"
stays = "20m"

[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 30m"

[reminders.blanket]
topic = "blanket"
text = "Blanket"
at = "bedtime - 5m"
"""


def desk(at: str = "13:30", config: str = DAY) -> Desk:
    """Return a desk of Monday, 23 November 2026, where the service first ran at noon."""
    return desk_until(at, config, start="11:30")


def act(made: Desk, action: Callable[[UserActions], object]) -> None:
    """Give a command, and let the service read it."""
    action(made.answers())
    made.written()


def done(made: Desk, name: str | None = None, *, ahead: bool = False) -> None:
    """Say that a reminder is done."""
    act(made, lambda actions: actions.done(made.now, name, ahead=ahead))


def skip(made: Desk, name: str | None = None, span: SkipSpan = SkipSpan.ONE) -> list[str]:
    """Skip, and return the names of what was skipped, with their times."""
    skipped = made.answers().skip(made.now, name, span)
    made.written()
    return [clock(made, one.occurrence.due) + f" {one.key.reminder}" for one in skipped]


def clock(made: Desk, instant: object) -> str:
    """Return an instant as the clock shows it."""
    return f"{made.answers().calendar().local(instant):%H:%M}"  # type: ignore[arg-type] # any


def coming(made: Desk) -> str:
    """Return what is announced as the next reminder, and when."""
    outlook = read_outlook(made.schedule, made.zone, made.journal, made.now)
    found = outlook.next()
    return "nothing" if found is None else f"{clock(made, found.due)} {found.key.reminder}"


# Done before it is due


def test_done_shortly_before_it_is_due_answers_the_next_one() -> None:
    """It does not come, and nothing announces it."""
    made = desk("13:10")
    assert coming(made) == "14:00 water"
    done(made, "water")
    assert coming(made) == "16:00 water"
    made.until("15:59")
    assert made.title() is None
    assert made.outcomes("water") == ["expired", "done"]
    made.until("16:00")
    assert made.title() == "Water"


def test_done_answers_what_is_on_the_screen_first() -> None:
    """The next one comes as planned."""
    made = desk("14:05")
    done(made, "water")
    assert (made.title(), coming(made)) == (None, "16:00 water")


def test_done_after_it_closed_means_the_nearer_one() -> None:
    """Up to the middle of two it is the one that was left unanswered, then the next one."""
    made = desk("14:50")
    done(made, "water")
    assert (made.outcomes("water")[-1], coming(made)) == ("done", "16:00 water")
    made.until("15:05")
    done(made, "water")
    assert coming(made) == "18:00 water"


def test_done_too_early_is_refused_and_says_from_when() -> None:
    """Only where nothing was left unanswered that it could mean."""
    made = desk("14:05")
    done(made, "water")
    with pytest.raises(NothingToDo) as caught:
        made.answers().done(made.now, "water")
    assert caught.value.key == "done_too_early"
    values = {**caught.value.values}
    assert values.pop("reminder") == "water"
    assert {name: clock(made, one) for name, one in values.items()} == {
        "due": "16:00",
        "early": "15:00",
    }
    assert coming(made) == "16:00 water"


def test_done_ahead_is_never_too_early() -> None:
    """Without a name it is what comes next."""
    made = desk("14:05")
    done(made, "water")
    done(made, "water", ahead=True)
    assert coming(made) == "18:00 water"
    done(made, ahead=True)
    assert coming(made) == "20:00 water"
    done(made, "blanket", ahead=True)
    made.until("22:29")
    assert made.outcomes("blanket") == ["done"]
    assert "Blanket" not in [one.title for one in made.screen.shown]


def test_done_of_an_evening_reminder_counts_from_the_late_afternoon_on() -> None:
    """Four hours before; not in the morning."""
    made = desk("17:30")
    with pytest.raises(NothingToDo):
        made.answers().done(made.now, "stretch")
    made.until("18:00")
    done(made, "stretch")
    made.until("22:20")
    assert made.outcomes("stretch") == ["done"]
    assert "Stretch" not in [one.title for one in made.screen.shown]


def test_done_without_a_name_answers_nothing_ahead() -> None:
    """Nobody knows which one it would be."""
    made = desk("14:05")
    done(made)
    with pytest.raises(NothingToDo) as caught:
        made.answers().done(made.now)
    assert caught.value.key == "nothing_to_answer"


def test_nothing_comes_of_a_reminder_that_is_switched_off() -> None:
    """There is nothing to answer ahead of time, or to skip."""
    made = desk("13:30", DAY.replace('text = "Stretch"', 'text = "Stretch"\nenabled = false'))
    for ahead in (False, True):
        with pytest.raises(NothingToDo) as caught:
            made.answers().done(made.now, "stretch", ahead=ahead)
        assert caught.value.key == "nothing_to_answer"
    with pytest.raises(NothingToDo) as caught:
        made.answers().skip(made.now, "stretch")
    assert caught.value.key == "nothing_to_skip"


def test_an_answer_ahead_survives_a_restart_and_a_later_bedtime() -> None:
    """The stretch was done; it does not come at its new time either."""
    made = desk("21:40")
    done(made, "stretch")
    made.restart()
    act(made, lambda actions: actions.tonight(made.now, time(0, 30)))
    made.until("2026-11-24 00:20")
    assert "Stretch" not in [one.title for one in made.screen.shown]
    assert made.outcomes("stretch") == ["done"]


def test_an_answer_ahead_takes_no_place_of_an_earlier_one() -> None:
    """The machine slept through 14:00; it is fresh, and comes, although 16:00 is skipped."""
    made = desk("13:59")
    made.now = local("14:10")
    made.answers().skip(made.now, "water")
    made.service.update(made.now)
    made.written()
    assert made.title() == "Water"
    assert made.outcomes("water") == ["expired", "open", "skipped"]


# Skip


def test_skip_closes_what_is_open() -> None:
    """It leaves the screen as skipped, and the next one comes."""
    made = desk("14:05")
    assert skip(made) == ["14:00 water"]
    assert (made.title(), coming(made)) == (None, "16:00 water")
    assert made.outcomes("water")[-1] == "skipped"


def test_skip_without_anything_open_means_the_next_one() -> None:
    """As `nightcare next` announces it."""
    made = desk("14:30")
    assert skip(made) == ["16:00 water"]
    assert skip(made) == ["18:00 water"]
    made.until("19:59")
    assert "Water" not in [one.title for one in made.screen.shown[2:]]
    made.until("20:00")
    assert made.title() == "Water"


def test_skip_next_leaves_what_is_open() -> None:
    """The next one is skipped beside it."""
    made = desk("14:05")
    assert skip(made, "water", SkipSpan.NEXT) == ["16:00 water"]
    assert made.title() == "Water"
    assert coming(made) == "18:00 water"


def test_skip_of_a_reminder_that_is_snoozed_or_held() -> None:
    """It is under way, and closed as skipped."""
    made = desk("14:05")
    act(made, lambda actions: actions.snooze(made.now, None, timedelta(minutes=30)))
    assert skip(made, "water") == ["14:00 water"]
    made.there(Presence({Condition.LOCKED}))
    made.until("16:10")
    assert skip(made, "water") == ["16:00 water"]
    made.there(Presence())
    assert made.title() is None


def test_skip_without_a_name_means_what_comes_before_what_is_snoozed() -> None:
    """The reminder that `next` announces is skipped, whether it is new or comes back."""
    made = desk("14:05")
    act(made, lambda actions: actions.snooze(made.now, None, timedelta(minutes=30)))
    assert coming(made) == "14:35 water"
    assert skip(made) == ["14:00 water"]
    assert coming(made) == "16:00 water"


def test_skip_of_what_is_held_where_nothing_else_comes() -> None:
    """Nothing is announced, and it is the only one that could be meant."""
    made = desk("13:30", '[reminders.walk]\ntopic = "exercise"\nat = "14:00"\ndays = ["mon"]')
    made.there(Presence({Condition.IDLE}))
    made.until("14:10")
    done(made, "walk", ahead=True)
    assert skip(made) == ["14:00 walk"]


def test_skip_today_skips_all_that_is_left_of_the_day() -> None:
    """Tomorrow's come."""
    made = desk("19:30")
    assert skip(made, None, SkipSpan.TODAY) == [
        "20:00 water",
        "22:00 water",
        "22:00 stretch",
        "22:25 blanket",
    ]
    assert coming(made) == "08:00 water"
    shown = len(made.screen.shown)
    made.until("2026-11-24 07:59")
    assert len(made.screen.shown) == shown
    made.until("2026-11-24 08:00")
    assert made.title() == "Water"


def test_skip_today_of_one_reminder_leaves_the_others() -> None:
    """Its open one is closed too."""
    made = desk("20:05")
    assert skip(made, "water", SkipSpan.TODAY) == ["20:00 water", "22:00 water"]
    made.until("22:00")
    assert made.title() == "Stretch"
    assert made.outcomes("water")[-2:] == ["skipped: skipped today", "skipped: skipped today"]


def test_skip_today_holds_for_moments_that_the_day_gets_later() -> None:
    """A later bedtime adds one at 00:00; it is skipped as well, and announced nowhere."""
    made = desk("20:30")
    skip(made, "water", SkipSpan.TODAY)
    act(made, lambda actions: actions.tonight(made.now, time(1, 30)))
    assert coming(made) == "01:00 stretch"
    made.until("2026-11-24 00:50")
    assert made.title() is None
    assert made.outcomes("water")[-1] == "skipped: skipped today"
    made.until("2026-11-24 08:00")
    assert made.title() == "Water"


def test_nothing_is_left_to_skip_after_good_night() -> None:
    """The evening is closed already."""
    made = desk("21:30")
    act(made, lambda actions: actions.good_night(made.now))
    with pytest.raises(NothingToDo) as caught:
        made.answers().skip(made.now, None, SkipSpan.TODAY)
    assert caught.value.key == "nothing_to_skip"


def test_skip_of_an_unknown_reminder() -> None:
    """It says which there are."""
    with pytest.raises(ValueRefused) as caught:
        desk().answers().skip(local("13:30"), "watr")
    assert caught.value.key.startswith("reminder_unknown")


# Undo, several steps


def test_undo_goes_back_step_by_step() -> None:
    """Each undo takes back the action before, and restores what was there before it."""
    made = desk("21:59")
    done(made, "blanket", ahead=True)
    made.until("22:01")
    assert made.title() == "Stretch"
    act(made, lambda actions: actions.pause(made.now, made.now + timedelta(hours=5)))
    act(made, lambda actions: actions.tonight(made.now, time(0, 30)))
    skip(made, "water", SkipSpan.TODAY)
    act(made, lambda actions: actions.resume(made.now))
    assert [made.undo() for _ in range(4)] == ["resume", "skip", "tonight", "pause"]
    assert "Stretch" in str(made.title())
    assert made.undo() == "done"
    with pytest.raises(NothingToDo):
        made.answers().undo(made.now)
    made.until("22:25")
    assert made.title() == "Blanket"


def test_undo_of_an_answer_ahead_lets_it_come() -> None:
    """At its time, and it is announced for then."""
    made = desk("13:10")
    done(made, "water")
    assert made.undo() == "done"
    assert coming(made) == "14:00 water"
    made.until("14:00")
    assert made.title() == "Water"


def test_undo_after_its_moment_shows_it_while_it_is_fresh() -> None:
    """Else it is missed."""
    made = desk("13:10")
    done(made, "water")
    made.until("14:10")
    made.undo()
    assert made.title() == "Water"
    made = desk("18:10")
    done(made, "stretch")
    made.until("2026-11-24 10:00")
    made.undo()
    assert made.title() != "Stretch"
    state = made.deliveries("stretch")[0].state
    assert isinstance(state, Closed)
    assert state.outcome is Outcome.MISSED


def test_undo_of_skip_today_restores_what_was_open() -> None:
    """It is on the screen again, and the others come."""
    made = desk("20:05")
    skip(made, "water", SkipSpan.TODAY)
    made.undo()
    assert "Water" in str(made.title())
    assert coming(made) == "22:00 stretch"


def test_undo_of_skip_today_restores_a_moment_that_an_edit_added() -> None:
    """It was skipped with the others, and comes while it is fresh."""
    made = desk("20:30")
    skip(made, "water", SkipSpan.TODAY)
    made.schedule = schedule_of(
        '[sleep]\nwake = "07:00"\nbedtime = "22:30"\n' + DAY.replace('"2h"', '"30m"')
    )
    made.service.reload(made.schedule, made.translator, made.now, meant_since=made.now)
    made.until("21:05")
    assert made.title() is None
    made.undo()
    assert made.title() == "Water"


def test_the_next_undo_says_what_it_takes_back() -> None:
    """As data, without changing anything."""
    made = desk("14:05")
    assert made.journal.last_action() is None
    done(made, "water")
    act(made, lambda actions: actions.pause(made.now, made.now + timedelta(hours=1)))
    first = made.journal.last_action()
    assert first is not None
    assert first.what == "pause"
    made.undo()
    second = made.journal.last_action()
    assert second is not None
    assert (second.what, [one.key.reminder for one in second.deliveries]) == ("done", ["water"])


# A pause that is shorter than the one in force


def test_a_shorter_pause_changes_nothing_unless_it_is_meant() -> None:
    """It returns the end of the longer one."""
    made = desk()
    longer = made.now + timedelta(hours=5)
    assert made.answers().pause(made.now, longer) is None
    shorter = made.now + timedelta(hours=1)
    assert made.answers().pause(made.now, shorter, may_shorten=False) == longer
    assert made.journal.global_state().paused_until == longer
    assert len(made.journal.actions()) == 1
    assert made.answers().pause(made.now, shorter) is None
    assert made.journal.global_state().paused_until == shorter
    assert made.answers().pause(made.now, longer, may_shorten=False) is None


def test_a_pause_that_is_over_is_not_shortened() -> None:
    """The service has not read the clock since."""
    made = desk()
    made.answers().pause(made.now, made.now + timedelta(hours=1))
    now = made.now + timedelta(hours=2)
    assert made.answers().pause(now, now + timedelta(minutes=5), may_shorten=False) is None


# Tonight, after midnight


@pytest.mark.parametrize(
    ("now", "bedtime", "stretch"), [("00:10", "01:30", "01:00"), ("00:10", "00:45", "00:15")]
)
def test_tonight_after_midnight_is_the_evening_that_is_going_on(
    now: str, bedtime: str, stretch: str
) -> None:
    """Not the evening of the new date."""
    made = desk("21:00")
    act(made, lambda actions: actions.tonight(made.now, time(2, 30)))
    made.until(f"2026-11-24 {now}")
    act(made, lambda actions: actions.tonight(made.now, time.fromisoformat(bedtime)))
    assert coming(made) == f"{stretch} stretch"
    made.until(f"2026-11-24 {stretch}")
    assert made.title() == "Stretch"
    made.until("2026-11-24 20:00")
    assert made.answers().calendar().at(made.now).bedtime == local("2026-11-24 22:30")


def test_tonight_after_midnight_refuses_a_time_that_has_passed() -> None:
    """23:00 was yesterday; the evening of the new date has not begun."""
    made = desk("21:00")
    made.until("2026-11-24 00:30")
    with pytest.raises(ValueRefused) as caught:
        made.answers().tonight(made.now, time(23, 0))
    assert caught.value.key == "tonight_out_of_reach"
