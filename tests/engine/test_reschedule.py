"""A plan that changes loses no reminder and shows none twice."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.desk import EVENING, SLEEP, ZONE, Desk, desk_until, local


def test_a_slip_that_is_corrected_by_another_bedtime_loses_nothing() -> None:
    """A reminder that the first bedtime made miss unseen is shown by the second."""
    made = desk_until("20:10", EVENING)
    made.there(Presence({Condition.LOCKED}))
    made.tonight("20:11")
    made.until("21:30")
    made.there(Presence())
    made.tonight("22:30")
    made.until("22:01")
    assert made.title() == "Stretch"


@pytest.mark.parametrize("restoring_act", ["undo", "resume"])
def test_what_a_good_night_kept_away_comes_when_it_is_taken_back(restoring_act: str) -> None:
    """As after a pause, while it is fresh."""
    made = desk_until("21:58", EVENING)
    made.good_night()
    made.until("22:02")
    assert made.outcomes("stretch") == ["missed: good night"]
    getattr(made.answers(), restoring_act)(made.now)
    made.written()
    assert made.title() == "Stretch"


def test_what_a_good_night_kept_away_and_is_stale_stays_missed() -> None:
    """Nothing is shown that is too late, and the record stays as it was."""
    made = desk_until("21:58", EVENING)
    made.good_night()
    made.until("2026-11-24 06:00")
    made.undo()
    assert made.outcomes("stretch") == ["missed: good night"]
    assert made.title() is None


@pytest.mark.parametrize("away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_zone_there_and_back_loses_nothing(away: str) -> None:
    """A VPN for two minutes: the evening comes at its time, once."""
    made = desk_until("20:10", EVENING)
    made.travel(away)
    made.now += timedelta(minutes=2)
    made.travel(ZONE)
    made.until("22:45")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


@pytest.mark.parametrize(
    "away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/London"]
)
def test_a_zone_there_and_back_over_a_moment_loses_nothing(away: str) -> None:
    """A VPN from 21:58 to 22:03: what was due meanwhile is fresh, and comes then."""
    made = desk_until("21:58", EVENING)
    made.travel(away)
    made.until("22:03")
    made.travel(ZONE)
    assert made.title() == "Stretch"
    made.until("22:45")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


def test_what_a_zone_there_and_back_replaced_comes_again() -> None:
    """In Auckland the stretch of 10:02 replaces the one of 22:00, which waits for the screen."""
    blanket = '[reminders.blanket]\ntopic = "blanket"\nat = "bedtime - 30m"\nfresh = "20m"\n'
    stretch = '[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\n'
    made = desk_until("22:03", blanket + stretch + 'at = ["bedtime - 30m", "10:02"]\n')
    assert made.outcomes("stretch") == ["held"]
    made.travel("Pacific/Auckland")
    assert made.title() == "Stretch"
    made.until("22:05")
    made.travel(ZONE)
    assert made.title() == "Stretch"
    assert made.outcomes("stretch") == ["open"]


@pytest.mark.parametrize(("until", "title"), [("22:20", "Stretch"), ("22:32", None)])
def test_a_journey_repeats_nothing_that_a_later_moment_replaced(
    until: str, title: str | None
) -> None:
    """The stretch of 22:25 replaces the one of 22:00, which waits; it alone may come again."""
    moments = 'at = ["bedtime - 30m", "bedtime - 5m"]\n'
    stretch = f'[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\n{moments}'
    made = desk_until("21:59", stretch)
    made.there(Presence({Condition.LOCKED}))
    made.until(until)
    made.there(Presence())
    assert made.title() == "Stretch"
    made.answers().done(made.now)
    made.written()
    for zone in (ZoneInfo("Pacific/Auckland"), ZONE):
        made.travel(zone)
    assert made.title() is None
    made.until("22:33")
    assert made.title() == title


def test_a_bedtime_edited_to_an_earlier_one_shows_what_is_fresh() -> None:
    """21:30 has gone by when the config says so."""
    made = desk_until("21:45", EVENING)
    made.edit(SLEEP.replace("22:30", "22:00") + EVENING)
    assert made.title() == "Stretch"


def test_a_new_reminder_does_not_come_for_what_was_before_it() -> None:
    """It was never planned for then."""
    made = desk_until("21:45", EVENING)
    made.edit(SLEEP + EVENING + '[reminders.new]\ntopic = "sleep"\nat = "bedtime - 50m"\n')
    assert made.title() is None
    made.tonight("22:28")
    assert made.title() is None


def test_every_moved_by_the_bedtime_does_not_come_twice() -> None:
    """Its moments stand for each other; one later than a moved one has come already."""
    every = '[reminders.sip]\ntopic = "hydration"\nevery = "30m"\nfrom = "bedtime - 2h"\n'
    made = desk_until("21:45", every)
    shown = len(made.screen.shown)
    made.tonight("22:00")
    assert len(made.screen.shown) == shown


def test_an_earlier_bedtime_at_the_first_start_looks_not_before_it() -> None:
    """Nothing that was due before the service first ran is shown or missed."""
    made = Desk(EVENING, "21:58")
    made.tonight("22:05")
    assert made.outcomes("stretch") == []
    assert made.now == local("21:58")


def test_a_snooze_that_ends_after_the_evening_moved_comes_and_stays() -> None:
    """It comes back when the person said, and not again at the new moment."""
    made = desk_until("22:01", EVENING)
    made.press("snooze-10m")
    made.tonight("00:30")
    made.until("22:12")
    assert made.title() == "Once more: Stretch"
    made.until("22:20")
    assert made.outcomes("stretch") == ["open"]


def test_an_earlier_bedtime_shows_all_that_is_fresh_one_after_the_other() -> None:
    """The person is there, so nothing of their evening gives way."""
    made = desk_until("21:40", EVENING)
    made.tonight("21:45")
    made.until("22:10")
    assert {one.title for one in made.screen.shown} == {"Stretch", "Blanket"}


def test_an_edited_bedtime_shows_all_that_is_fresh_one_after_the_other() -> None:
    """As another bedtime for tonight does."""
    made = desk_until("21:40", EVENING)
    made.edit(SLEEP.replace("22:30", "21:45") + EVENING)
    made.until("22:10")
    assert {one.title for one in made.screen.shown} == {"Stretch", "Blanket"}


def test_a_flight_shows_one_of_what_it_has_moved() -> None:
    """A traveller does not see all that was missed on arrival."""
    made = desk_until("21:35", EVENING)
    made.travel("Europe/Helsinki")
    made.until("22:30")
    assert {one.title for one in made.screen.shown} == {"Blanket"}
    assert made.outcomes("stretch") == ["missed: another"]


def test_what_came_by_the_plan_before_is_no_later_one() -> None:
    """The last moment before an earlier bedtime comes, right after the one before it."""
    made = desk_until(
        "21:30", EVENING.replace('"bedtime - 5m"', '["bedtime - 1h", "bedtime - 5m"]')
    )
    made.until("21:34")
    made.tonight("21:35")
    made.until("21:50")
    shown = [one.token.split("/")[2] for one in made.screen.shown if one.title.endswith("Blanket")]
    assert shown == ["bedtime - 1h", "bedtime - 5m"]


def test_what_an_edit_takes_away_before_it_is_drawn_does_not_come() -> None:
    """Nobody has seen it, so it is as if it were held."""
    both = EVENING.replace('"bedtime - 30m"', '["bedtime - 30m", "bedtime - 15m"]')
    made = desk_until("21:50", both)
    made.screen.broken = True
    made.until("22:01")
    made.edit(SLEEP + EVENING.replace('"bedtime - 30m"', '["bedtime - 15m"]'))
    assert made.outcomes("stretch") == ["missed: disabled"]


# A reminder that is added while a change of the plan holds

NEW = '\n[reminders.new]\ntopic = "exercise"\ntext = "New"\nat = "bedtime - 2h"\n'


def test_a_reminder_that_was_added_under_the_other_bedtime_comes_if_it_still_can() -> None:
    """20:00 had gone by when it was added; by the bedtime that is restored it is 20:30."""
    made = desk_until("20:05", EVENING)
    made.tonight("22:00")
    made.until("20:10")
    made.edit(SLEEP + EVENING + NEW)
    assert made.title() is None
    made.until("20:15")
    made.undo()
    made.until("20:30")
    assert made.title() == "New"


# What changed while the service was off


def test_a_zone_that_changed_while_the_service_was_off_loses_nothing() -> None:
    """East: by the clock there 22:00 was before it was stopped, so the evening comes at once."""
    made = desk_until("14:10", EVENING)
    made.service.update(made.now)
    made.restart_elsewhere("14:20", ZoneInfo("Asia/Tokyo"))
    assert made.title() == "Stretch"
    made.until("14:25")
    assert made.title() == "Blanket"


def test_a_zone_that_changed_while_the_service_was_off_repeats_nothing() -> None:
    """West: what was shown and closed in the evening is over; what was missed comes there."""
    made = desk_until("22:01", EVENING)
    made.answers().done(made.now)
    made.written()
    made.until("22:10")
    made.restart_elsewhere("2026-11-24 01:00", ZoneInfo("America/New_York"))
    assert made.title() is None
    made.until("2026-11-24 05:00")
    assert [one.title for one in made.screen.shown] == ["Blanket"]
    assert made.outcomes("stretch") == ["done"]


def test_what_was_open_when_the_service_ended_comes_at_its_new_time() -> None:
    """It was not answered, and 22:00 is still to come there."""
    made = desk_until("22:01", EVENING)
    made.restart_elsewhere("23:00", ZoneInfo("America/New_York"))
    assert made.title() is None
    made.until("2026-11-24 04:00")
    assert made.title() == "Stretch"


@pytest.mark.parametrize("away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_zone_there_and_back_over_restarts_loses_nothing(away: str) -> None:
    """Each run in another zone."""
    made = desk_until("20:10", EVENING)
    made.restart_elsewhere("20:11", ZoneInfo(away))
    made.restart_elsewhere("20:12")
    made.until("22:00")
    assert made.title() == "Stretch"
    made.until("22:40")
    assert made.title() == "Blanket"


def test_a_bedtime_that_was_edited_while_the_service_was_off_shows_what_is_fresh() -> None:
    """21:30 was before it was stopped, and is looked back at."""
    made = desk_until("21:45", EVENING)
    made.service.update(made.now)
    made.restart_elsewhere("21:50", config=SLEEP.replace("22:30", "22:00") + EVENING)
    assert made.title() == "Stretch"


def test_a_reminder_that_was_added_while_the_service_was_off_does_not_come_for_before() -> None:
    """Its moment was before the service was stopped, when nobody had asked for it."""
    made = desk_until("21:45", EVENING)
    made.service.update(made.now)
    new = '\n[reminders.new]\ntopic = "exercise"\nat = "21:30"\n'
    made.restart_elsewhere("21:50", config=EVENING + new)
    assert made.title() is None
    assert made.outcomes("new") == []


def test_resume_brings_back_a_clock_time_outside_its_care_day() -> None:
    """It counts to the care day of its date, but "Good night" closed it in the one before."""
    shifts = '[sleep]\nwake = "15:00"\nbedtime = "07:00"\n[sleep.wednesday]\nwake = "17:00"\n'
    tea = '[reminders.tea]\ntopic = "hydration"\ntext = "Tea"\nat = "15:30"\nfresh = "1h"\n'
    made = Desk(shifts + tea, "2026-11-24 20:00")
    made.until("2026-11-25 06:00")
    made.good_night()
    made.until("2026-11-25 15:45")
    assert made.title() is None
    made.answers().resume(made.now)
    made.written()
    assert made.title() == "Tea"


def test_what_a_clock_that_ran_ahead_has_missed_comes_once_it_is_right() -> None:
    """Start by a clock that is two hours ahead, which is set right just after."""
    made = Desk(EVENING, "12:00")
    made.restart("2026-11-24 00:05")
    assert made.outcomes("stretch") == ["missed: too late"]
    made.sleep_until("22:05")
    assert made.title() == "Stretch"
    made.until("22:25")
    assert made.title() == "Blanket"


def test_another_bedtime_shows_what_a_journey_had_put_too_far_behind() -> None:
    """Back home at 22:10 the stretch of 21:00 is long over, and fresh by a bedtime of 23:45."""
    made = Desk(EVENING.replace("bedtime - 30m", "bedtime - 90m"), "20:30")
    made.service.change_zone(ZoneInfo("Asia/Tokyo"), made.now)
    made.now = local("22:10")
    made.travel(ZONE)
    made.now = local("22:20")
    made.service.update(made.now)
    assert made.title() is None
    made.tonight("23:45")
    assert made.title() == "Stretch"
