"""Undo restores the records as they were before the action, whatever else has changed since."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.delivery import Delivery, Outcome, begin
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.recurrence import between
from nightcare.engine.user_actions import UserActions
from parts.desk import STRETCH, Desk, desk_until, local

EVERY = """
[reminders.sip]
topic = "hydration"
text = "Sip"
every = "30m"
from = "bedtime - 2h"
fresh = "10m"
stays = "5m"
"""

BY_DAY = EVERY.replace('from = "bedtime - 2h"', 'from = "19:00"\nuntil = "bedtime - 1h"')

EVENING = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = ["bedtime - 1h35m", "bedtime - 30m", "bedtime"]
"""

BOTH = """
[reminders.walk]
topic = "exercise"
text = "Walk"
at = ["22:00", "bedtime - 30m"]
[reminders.read]
topic = "sleep"
text = "Read"
at = ["22:00", "bedtime - 30m"]
[reminders.note]
topic = "pacing"
text = "Note"
at = "bedtime - 3h"
"""

BEDTIMES = ("22:26", "22:36", "22:40", "23:00", "23:45", "00:30", "02:00")


def tonight(made: Desk, bedtime: str) -> None:
    """Set another bedtime for tonight."""
    made.answers().tonight(made.now, time.fromisoformat(bedtime))


def records(made: Desk) -> dict[str, tuple[str, object]]:
    """Return the state of every record, and the moment it is for."""
    names = {one.name for one in made.schedule.reminders}
    return {
        f"{name} {one.key.slot}": (state, one.occurrence.due)
        for name in sorted(names)
        for one, state in zip(made.deliveries(name), made.outcomes(name), strict=True)
    }


@pytest.mark.parametrize("broken", [False, True], ids=["drawn", "not drawn"])
@pytest.mark.parametrize("first", ["20:40", "22:20", "22:30", "23:50"])
@pytest.mark.parametrize("config", [EVERY, BY_DAY, EVENING, BOTH, EVERY + BOTH])
def test_undo_of_another_bedtime_restores_every_record(
    config: str, first: str, *, broken: bool
) -> None:
    """Records are expired, missed, open or waiting again, at the same moments."""
    made = desk_until("20:35", config)
    tonight(made, first)
    made.written()
    made.until("21:50")
    made.screen.broken = broken
    made.until("22:25")
    before, title = records(made), made.title()
    for bedtime in BEDTIMES:
        for told in (False, True):
            tonight(made, bedtime)
            if told:
                made.written()
            made.undo()
            after = records(made)
            for name, stood in before.items():
                # What was missed, and the other bedtime has shown again, was seen.
                expected = {stood, (stood[0].replace("missed", "expired"), stood[1])}
                assert after[name] in expected, (bedtime, told, name)
            before = after
            assert (made.title() or "").removeprefix("Once more: ") == (title or "")


@pytest.mark.parametrize("bedtime", BEDTIMES)
def test_undo_of_two_bedtimes_restores_what_was_before_both(bedtime: str) -> None:
    """One after the other, the last one first."""
    made = desk_until("22:05", EVERY + EVENING)
    before = records(made)
    tonight(made, "23:20")
    made.written()
    tonight(made, bedtime)
    made.written()
    made.undo()
    made.undo()
    assert records(made) == before


def test_undo_in_a_pause_restores_what_the_pause_holds() -> None:
    """The occurrence that the other bedtime puts in its place is not the one that was held."""
    made = desk_until("20:50", EVENING + 'fresh = "119m"\n')
    made.answers().pause(made.now, made.now + timedelta(hours=6))
    made.until("22:34")
    before = records(made)
    assert before["stretch bedtime"][0] == "held"
    tonight(made, "22:35")
    made.written()
    made.undo()
    assert records(made) == before


def test_undo_keeps_open_in_the_night_what_no_server_has_drawn() -> None:
    """An earlier occurrence that the other bedtime brought again leaves the screen for it."""
    made = desk_until("20:50", EVENING + 'fresh = "119m"\n')
    made.screen.broken = True
    made.until("23:10")
    before = records(made)
    assert before["stretch bedtime"][0] == "open"
    tonight(made, "23:50")
    made.written()
    made.undo()
    assert records(made) == before


def test_undo_keeps_what_time_has_done_since() -> None:
    """A reminder that closed by itself after the action was not closed by it."""
    made = desk_until("22:02", EVERY)
    tonight(made, "23:00")
    made.until("22:20")
    made.undo()
    assert made.title() is None
    assert set(made.outcomes("sip")) == {"expired"}


def answered_ahead(made: Desk) -> Delivery:
    """Answer the stretch of 22:00 before it is due, and store the action as a command does."""
    (ahead,) = between(
        made.schedule.enabled,
        made.answers().calendar(),
        local("21:59"),
        local("22:00"),
    )
    delivery = begin(ahead, made.schedule.named("stretch").topic)
    made.journal.record_action(made.now, "done", [delivery], made.journal.global_state())
    made.journal.save(delivery.settle(Outcome.DONE, made.now))
    return delivery


@pytest.mark.parametrize(
    ("later", "outcomes"), [("21:50", ["expired"]), ("22:03", ["expired", "open"])]
)
def test_undo_of_an_answer_ahead_lets_the_reminder_come(later: str, outcomes: list[str]) -> None:
    """It comes at its moment, or at once if that has passed meanwhile."""
    made = desk_until("21:45", EVENING)
    answered_ahead(made)
    made.written()
    made.until(f"2026-11-23 {later}")
    made.undo()
    assert made.outcomes("stretch") == outcomes
    made.until("22:04")
    assert made.title() == "Stretch"


def test_an_answer_ahead_does_not_take_the_place_of_what_an_undo_restores() -> None:
    """The reminder of 20:55 was answered, and the one of 22:00 ahead of its time."""
    made = desk_until("20:56", EVENING)
    made.press("done")
    delivery = answered_ahead(made)
    action = made.journal.last_action()
    assert action is not None
    made.journal.forget_action(action)
    made.undo()
    assert made.title() == "Once more: Stretch"
    assert made.outcomes("stretch") == ["open", "done"]
    assert made.deliveries("stretch")[1].key == delivery.key


def test_what_was_answered_before_the_action_has_replaced_nothing_since() -> None:
    """By an earlier bedtime the stretch of 21:20 comes after the one of 21:30, which was done."""
    made = desk_until("21:31", EVENING.replace("1h35m", "1h") + 'fresh = "119m"\n')
    made.press("done")
    made.until("21:35")
    tonight(made, "21:50")
    made.written()
    assert made.title() == "Stretch"
    before = records(made)
    made.answers().skip(made.now)
    made.written()
    made.undo()
    assert records(made) == before


def test_undo_lets_wait_again_what_was_held_by_an_absence() -> None:
    """The walk came during a lock, and gets the screen when the stretch is skipped."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "21:10"\n'
    stretch = EVENING.replace("1h35m", "65m") + 'quiet = { locked = "show" }\n'
    made = desk_until("21:05", walk + stretch)
    made.there(Presence({Condition.LOCKED}))
    made.until("21:26")
    made.there(Presence())
    assert (made.title(), made.outcomes("walk")) == ("Stretch", ["held"])
    before = records(made)
    made.answers().skip(made.now)
    made.written()
    assert made.title() == "Walk"
    made.undo()
    assert (made.title(), records(made)) == ("Once more: Stretch", before)


@pytest.mark.parametrize("missed", [False, True], ids=["held", "missed"])
def test_undo_lets_come_what_a_journey_since_has_put_ahead(*, missed: bool) -> None:
    """The stretch of 22:00 that nobody saw is still to come in New York, whatever is undone."""
    stretch = '[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\nat = "bedtime - 30m"\n'
    made = desk_until("21:55", stretch)
    made.there(Presence({Condition.LOCKED}))
    made.until("22:50" if missed else "22:05")
    if missed:
        made.there(Presence())
    tonight(made, "23:59")
    made.written()
    made.travel("America/New_York")
    made.zone = ZoneInfo("America/New_York")
    UserActions(made.schedule, made.zone, made.journal).undo(made.now)
    made.written()
    assert made.outcomes("stretch") == []


def test_undo_of_an_answer_lets_come_what_a_journey_has_put_ahead() -> None:
    """Nobody saw the one of 14:00, and no other one may take its place meanwhile."""
    made = Desk(
        '[reminders.water]\ntopic = "hydration"\nevery = "2h"\nfrom = "08:00"\nuntil = "20:00"\n',
        "07:30",
    )
    made.there(Presence({Condition.LOCKED}))
    made.until("14:05")
    answered = made.answers().done(made.now, "water")
    made.written()
    made.travel("America/New_York")
    made.zone = ZoneInfo("America/New_York")
    UserActions(made.schedule, made.zone, made.journal).undo(made.now)
    assert made.journal.delivery(answered.key) is None


def test_undo_leaves_a_stretch_that_was_ended_at_its_moment_after_a_journey() -> None:
    """The stretch of 22:00 goes on after a flight west; a pause ends it, as Stop does."""
    made = Desk(STRETCH, "2026-11-23 21:55")
    made.until("2026-11-23 22:00:05")
    made.press("start")
    made.travel("America/New_York")
    assert made.outcomes("stretch") == ["open"]
    actions = UserActions(made.schedule, ZoneInfo("America/New_York"), made.journal)
    actions.pause(made.now, made.now + timedelta(hours=1))
    made.written()
    actions.undo(made.now)
    made.written()
    assert (made.outcomes("stretch"), made.title()) == ([], None)
    made.until("2026-11-24 03:59")
    assert made.title() is None
    made.until("2026-11-24 04:00")
    assert made.outcomes("stretch") == ["open"]


def test_undo_of_good_night_leaves_what_an_earlier_one_kept_away() -> None:
    """That of the night before closed what was due shortly before the wake-up."""
    early = '[reminders.sip]\ntopic = "hydration"\ntext = "Sip"\nat = "06:50"\nfresh = "1h"\n'
    made = desk_until("22:00", early)
    made.until("2026-11-24 06:30")
    made.good_night()
    made.until("2026-11-24 07:05")
    before = records(made)
    assert "missed: good night" in [state for state, _ in before.values()]
    made.good_night()
    made.undo()
    assert records(made) == before


def test_undo_of_resume_ends_nothing_that_was_open_after_good_night() -> None:
    """A clock that ran ahead had brought the walk of the next morning, which stays open."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "wake + 10m"\n'
    made = desk_until("22:00", walk)
    made.answers().good_night(made.now)
    made.written()
    made.sleep_until("2026-11-24 07:00")
    made.until("2026-11-24 07:15")
    made.sleep_until("2026-11-24 06:40")
    made.answers().resume(made.now)
    made.written()
    made.undo()
    assert made.title() == "Walk"


def test_undo_of_resume_ends_what_has_come_on_the_screen_since() -> None:
    """A journey west repeats the evening that was closed, with a snooze of the next morning."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "08:00"\n'
    made = desk_until("22:00", walk)
    made.answers().good_night(made.now)
    made.written()
    made.until("2026-11-24 08:05")
    made.press("snooze-10m")
    made.travel("Pacific/Honolulu")
    actions = UserActions(made.schedule, ZoneInfo("Pacific/Honolulu"), made.journal)
    actions.resume(made.now)
    made.until("2026-11-24 08:16")
    assert made.title() == "Once more: Walk"
    actions.undo(made.now)
    made.written()
    assert (made.title(), made.outcomes("walk")) == (None, ["expired: good night"])


def test_what_was_answered_by_a_clock_that_ran_ahead_takes_the_place_of_nothing() -> None:
    """A pause is undone while an earlier moment of the reminder is open again."""
    config = '[reminders.water]\ntopic = "hydration"\nat = ["13:45", "14:00"]\n'
    made = Desk(config, "2026-11-23 12:00")
    made.there(Presence({Condition.IDLE}))
    made.until("2026-11-23 14:10")
    made.there(Presence())
    made.answers().skip(made.now)
    made.written()
    made.sleep_until("2026-11-23 13:40")
    made.until("2026-11-23 13:50")
    (there,) = made.screen.on_screen
    made.answers().pause(made.now, local("2026-11-23 15:00"))
    made.written()
    made.undo()
    assert [token.split("/")[2] for token in made.screen.on_screen] == [there.split("/")[2]]
