"""The queue for the screen: each evening reminder is shown while it is fresh."""

from __future__ import annotations

from datetime import time, timedelta

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import Desk

STRETCH = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 30m"
"""

BLANKET = """
[reminders.blanket]
topic = "blanket"
text = "Blanket"
at = "bedtime"
"""


def shown(made: Desk) -> list[str]:
    """Return the titles that were shown, in order, without repeats."""
    return list(dict.fromkeys(one.title.removesuffix(" (again)") for one in made.screen.shown))


def evening(config: str) -> Desk:
    """Run a whole evening on which nobody answers."""
    made = Desk(config, "2026-11-23 20:00")
    made.until("2026-11-23 23:59")
    return made


def test_a_first_asking_comes_before_a_further_one() -> None:
    """The blanket is due at the moment at which the stretch asks again."""
    made = evening(STRETCH + 'repeat = { every = "30m", times = 2 }\n' + BLANKET)
    assert [one.token.split("/")[0] for one in made.screen.shown] == [
        "stretch",
        "blanket",
        "stretch",
    ]


def test_a_first_asking_that_waits_comes_before_a_further_one_of_what_is_open() -> None:
    """A repeat shorter than it stays on the screen does not keep the screen."""
    made = evening(
        STRETCH
        + 'repeat = { every = "10m", times = 5 }\n'
        + BLANKET.replace('"bedtime"', '"bedtime - 30m"')
    )
    tokens = [one.token.split("/")[0] for one in made.screen.shown]
    assert sorted(tokens[:2]) == ["blanket", "stretch"]


def test_three_evening_reminders_at_one_moment_share_the_time() -> None:
    """All defaults: each is shown while it is fresh, and closed for the next."""
    third = BLANKET.replace("blanket]", "third]").replace('"Blanket"', '"Third"')
    same = (STRETCH + BLANKET + third).replace('"bedtime"', '"bedtime - 30m"')
    assert len(shown(evening(same))) == 3


def test_what_an_undo_leaves_on_the_screen_shares_the_time_again() -> None:
    """An undo before the service saw the "Good night" leaves the notification where it is."""
    third = BLANKET.replace("blanket]", "third]").replace('"Blanket"', '"Third"')
    same = (STRETCH + BLANKET + third).replace('"bedtime - 30m"', '"bedtime"\nstays = "30m"')
    made = Desk(same, "2026-11-23 20:00")
    made.until("2026-11-23 22:32")
    made.answers().good_night(made.now)
    made.answers().undo(made.now)
    made.written()
    made.until("2026-11-23 23:59")
    assert len(shown(made)) == 3


def test_what_shares_the_screen_with_nothing_any_more_stays_its_whole_time() -> None:
    """Two reminders of one moment; the one that waits is done before its turn."""
    same = STRETCH + 'stays = "50m"\n' + BLANKET.replace('"bedtime"', '"bedtime - 30m"')
    made = Desk(same + 'stays = "50m"\n', "2026-11-23 20:00")
    made.until("2026-11-23 22:05")
    (there,) = made.screen.on_screen
    other = {"stretch": "blanket", "blanket": "stretch"}[there.split("/")[0]]
    made.answers().done(made.now, other)
    made.written()
    made.until("2026-11-23 22:49")
    assert list(made.screen.on_screen) == [there]
    made.until("2026-11-23 22:51")
    assert not made.screen.on_screen


def test_what_waits_for_a_person_who_is_back_gets_its_share() -> None:
    """A reminder that was shown to nobody gives the screen to an evening reminder in time."""
    meal = """
[reminders.meal]
topic = "nutrition"
text = "Meal"
at = "22:20"
stays = "1h"
quiet = { idle = "show" }
"""
    made = Desk(STRETCH + meal, "2026-11-23 20:00")
    made.there(Presence({Condition.IDLE}))
    made.until("2026-11-23 22:25")
    made.there(Presence())
    made.until("2026-11-23 22:45")
    assert shown(made) == ["Meal", "Stretch"]


def test_what_the_screen_did_not_take_waits_for_it() -> None:
    """A server that comes back while both are fresh shows both."""
    made = Desk(STRETCH + BLANKET.replace('"bedtime"', '"bedtime - 5m"'), "2026-11-23 20:00")
    made.screen.broken = True
    made.until("2026-11-23 22:26")
    made.screen.broken = False
    for message in list(made.screen.on_screen.values()):
        made.screen.take(message)
    made._deliver()
    made.until("2026-11-23 22:45")
    assert shown(made) == ["Blanket", "Stretch"]


def test_a_snooze_that_was_not_drawn_yet_comes_after_what_took_its_place() -> None:
    """It is not given up for having been seen before it was put off."""
    tea, cake = (
        f'[reminders.{name}]\ntopic = "hydration"\ntext = "{name}"\nat = "{at}"\n'
        for name, at in (("tea", "14:00"), ("cake", "14:11"))
    )
    made = Desk(tea + cake, "2026-11-23 13:00")
    made.until("2026-11-23 14:00")
    made.answers().snooze(made.now, "tea", timedelta(minutes=10))
    made.written()
    made.screen.broken = True
    made.until("2026-11-23 14:10")
    assert made.title() == "Once more: tea"
    made.screen.broken = False
    made.until("2026-11-23 14:11")
    assert made.outcomes("tea") == ["held"]
    made.close()
    assert made.title() == "Once more: tea"


def test_what_waits_does_not_take_the_screen_when_what_comes_is_dropped() -> None:
    """The other bedtime puts the third one to 22:00, which is too long ago for it."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "22:10"\n'
    read = walk.replace("walk", "read").replace("Walk", "Read")
    late = walk.replace("walk", "late").replace('"22:10"', '"bedtime - 20m"\nfresh = "10m"')
    made = Desk(walk + read + late, "2026-11-23 21:59")
    made.answers().tonight(made.now, time(23, 0))
    made.until("2026-11-23 22:12")
    first = made.title()
    assert first is not None
    made.answers().tonight(made.now, time(22, 20))
    made.written()
    assert made.outcomes("late") == ["missed: too late"]
    assert made.title() == first


def test_what_waits_comes_as_announced_when_what_falls_due_is_held() -> None:
    """Walk is held by do not disturb at 22:05, and the evening reminder in line comes then."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "22:05"\n'
    made = Desk(
        STRETCH + BLANKET.replace('"bedtime"', '"bedtime - 30m"') + walk, "2026-11-23 21:00"
    )
    made.there(Presence({Condition.DO_NOT_DISTURB}))
    made.until("2026-11-23 22:01")
    announced = made.service.following(made.now)
    assert announced is not None
    first = made.title()
    made.until("2026-11-23 22:05")
    assert made.outcomes(announced.key.reminder) == ["open"]
    assert made.outcomes("walk") == ["held"]
    assert made.title() != first
