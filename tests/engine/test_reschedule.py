"""A plan that changes, and a change that is undone, lose no reminder and show none twice."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.user_actions import UserActions
from parts.desk import SLEEP, ZONE, Desk, local, schedule_of

EVENING = """
[reminders.stretch]
topic = "stretching"
text = "Stretch"
at = "bedtime - 30m"

[reminders.blanket]
topic = "blanket"
text = "Blanket"
at = "bedtime - 5m"
"""


def desk(at: str = "21:00", config: str = EVENING) -> Desk:
    """Return a desk of Monday, 23 November 2026, where the service first ran at noon."""
    made = Desk(config, "2026-11-23 12:00")
    made.until(f"2026-11-23 {at}")
    return made


def at(made: Desk, clock: str) -> None:
    """Let time go by until a time of that Monday evening."""
    made.until(f"2026-11-23 {clock}")


def tonight(made: Desk, bedtime: str) -> None:
    """Name another bedtime."""
    made.answers().tonight(made.now, time.fromisoformat(bedtime))
    made.written()


def undo(made: Desk) -> None:
    """Undo the last act."""
    made.answers().undo(made.now)
    made.written()


def good_night(made: Desk) -> None:
    """Close the evening."""
    made.answers().good_night(made.now)
    made.written()


def edit(made: Desk, config: str) -> None:
    """Save another config, which is in force at once."""
    made.schedule = schedule_of(config)
    made.service.reload(made.schedule, made.translator, made.now, meant_since=made.now)
    made._deliver()


def test_undo_of_a_later_bedtime_shows_what_was_due_meanwhile() -> None:
    """22:00 has gone by under a bedtime that is taken back; it is fresh, and comes."""
    made = desk("21:50")
    tonight(made, "00:30")
    at(made, "22:03")
    made.service.update(made.now)
    at(made, "22:05")
    undo(made)
    assert made.title() == "Stretch"


def test_undo_of_a_later_bedtime_keeps_what_was_held() -> None:
    """A reminder that was held until the person's return is held again."""
    made = desk("21:50")
    made.there(Presence({Condition.IDLE}))
    at(made, "22:05")
    tonight(made, "23:30")
    at(made, "22:08")
    undo(made)
    at(made, "22:10")
    made.there(Presence())
    assert made.title() == "Stretch"


def test_undo_of_a_later_bedtime_when_it_is_too_late_is_a_miss() -> None:
    """A reminder that nobody can see any more is recorded as missed."""
    made = desk("21:50")
    tonight(made, "00:30")
    made.until("2026-11-23 23:20")
    undo(made)
    assert made.outcomes("stretch") == ["missed: too late"]


def test_undo_of_a_slip_lets_the_evening_come_at_its_time() -> None:
    """A reminder that an early bedtime brought forward comes again, though it was seen."""
    made = desk("20:10")
    tonight(made, "20:11")
    assert made.title() is not None
    at(made, "20:12")
    undo(made)
    assert made.title() is None
    at(made, "22:00")
    assert made.title() == "Stretch"
    at(made, "22:25")
    assert made.title() == "Blanket"


def test_undo_of_a_slip_takes_back_what_was_closed_as_well() -> None:
    """Closing the notification answers it for the early bedtime alone."""
    made = desk("20:10")
    tonight(made, "20:11")
    made.close()
    at(made, "20:12")
    undo(made)
    at(made, "22:26")
    assert made.title() == "Blanket"


def test_undo_of_a_slip_after_the_real_time_still_shows_it() -> None:
    """The blanket of 22:25 is fresh at 22:27."""
    made = desk("20:10")
    tonight(made, "20:11")
    at(made, "22:27")
    undo(made)
    assert made.title() == "Blanket"


def test_undo_leaves_done_what_was_done_before() -> None:
    """A reminder that the restored plan has shown is not shown again."""
    made = desk("22:01")
    made.press("done")
    at(made, "22:10")
    tonight(made, "00:30")
    undo(made)
    at(made, "22:20")
    assert made.outcomes("stretch") == ["done"]
    assert [one.title for one in made.screen.shown] == ["Stretch"]


def test_a_slip_that_is_corrected_by_another_bedtime_loses_nothing() -> None:
    """A reminder that the first bedtime made miss unseen is shown by the second."""
    made = desk("20:10")
    made.there(Presence({Condition.LOCKED}))
    tonight(made, "20:11")
    at(made, "21:30")
    made.there(Presence())
    tonight(made, "22:30")
    at(made, "22:01")
    assert made.title() == "Stretch"


def test_undo_restores_what_another_bedtime_forgot() -> None:
    """A missed reminder is missed again, for its own reason."""
    made = desk("21:50")
    made.there(Presence({Condition.LOCKED}))
    at(made, "22:50")
    made.there(Presence({Condition.LOCKED, Condition.IDLE}))
    before = made.outcomes("stretch")
    tonight(made, "23:50")
    assert made.outcomes("stretch") == []
    undo(made)
    assert made.outcomes("stretch") == before == ["missed: locked"]


@pytest.mark.parametrize("restoring_act", ["undo", "resume"])
def test_what_a_good_night_kept_away_comes_when_it_is_taken_back(restoring_act: str) -> None:
    """As after a pause, while it is fresh."""
    made = desk("21:58")
    good_night(made)
    at(made, "22:02")
    assert made.outcomes("stretch") == ["missed: good night"]
    getattr(made.answers(), restoring_act)(made.now)
    made.written()
    assert made.title() == "Stretch"


def test_what_a_good_night_kept_away_and_is_stale_stays_missed() -> None:
    """Nothing is shown that is too late, and the record stays as it was."""
    made = desk("21:58")
    good_night(made)
    made.until("2026-11-24 06:00")
    undo(made)
    assert made.outcomes("stretch") == ["missed: good night"]
    assert made.title() is None


def test_undo_of_a_resume_closes_the_evening_again() -> None:
    """A reminder shown in between goes, and a missed one is missed."""
    made = desk("21:58")
    good_night(made)
    at(made, "22:02")
    made.answers().resume(made.now)
    made.written()
    at(made, "22:04")
    undo(made)
    assert made.title() is None
    assert made.outcomes("stretch") == ["expired: good night"]


def test_an_answer_and_its_undo_before_the_service_looks_leave_it_on_the_screen() -> None:
    """It is there all the time, and the journal knows that it is."""
    made = desk("22:01")
    made.answers().done(made.now)
    made.answers().undo(made.now)
    made.written()
    (delivery,) = made.deliveries("stretch")
    assert made.title() == "Stretch"
    assert delivery.state.shown == made.now  # type: ignore[union-attr] # it is open
    at(made, "22:32")
    assert made.outcomes("blanket") == ["open"]


@pytest.mark.parametrize("away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_zone_there_and_back_loses_nothing(away: str) -> None:
    """A VPN for two minutes: the evening comes at its time, once."""
    made = desk("20:10")
    made.service.change_zone(ZoneInfo(away), made.now)
    made._deliver()
    made.now += timedelta(minutes=2)
    made.service.change_zone(ZONE, made.now)
    made._deliver()
    at(made, "22:45")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


@pytest.mark.parametrize(
    "away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/London"]
)
def test_a_zone_there_and_back_over_a_moment_loses_nothing(away: str) -> None:
    """A VPN from 21:58 to 22:03: what was due meanwhile is fresh, and comes then."""
    made = desk("21:58")
    made.service.change_zone(ZoneInfo(away), made.now)
    made._deliver()
    at(made, "22:03")
    made.service.change_zone(ZONE, made.now)
    made._deliver()
    assert made.title() == "Stretch"
    at(made, "22:45")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


def test_what_a_zone_there_and_back_replaced_comes_again() -> None:
    """In Auckland the stretch of 10:02 replaces the one of 22:00, which waits for the screen."""
    blanket = '[reminders.blanket]\ntopic = "blanket"\nat = "bedtime - 30m"\nfresh = "20m"\n'
    stretch = '[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\n'
    made = desk("22:03", blanket + stretch + 'at = ["bedtime - 30m", "10:02"]\n')
    assert made.outcomes("stretch") == ["held"]
    made.service.change_zone(ZoneInfo("Pacific/Auckland"), made.now)
    made._deliver()
    assert made.title() == "Stretch"
    at(made, "22:05")
    made.service.change_zone(ZONE, made.now)
    made._deliver()
    assert made.title() == "Stretch"
    assert made.outcomes("stretch") == ["open"]


@pytest.mark.parametrize(("until", "title"), [("22:20", "Stretch"), ("22:32", None)])
def test_a_journey_repeats_nothing_that_a_later_moment_replaced(
    until: str, title: str | None
) -> None:
    """The stretch of 22:25 replaces the one of 22:00, which waits; it alone may come again."""
    moments = 'at = ["bedtime - 30m", "bedtime - 5m"]\n'
    stretch = f'[reminders.stretch]\ntopic = "stretching"\ntext = "Stretch"\n{moments}'
    made = desk("21:59", stretch)
    made.there(Presence({Condition.LOCKED}))
    at(made, until)
    made.there(Presence())
    assert made.title() == "Stretch"
    made.answers().done(made.now)
    made.written()
    for zone in (ZoneInfo("Pacific/Auckland"), ZONE):
        made.service.change_zone(zone, made.now)
        made._deliver()
    assert made.title() is None
    at(made, "22:33")
    assert made.title() == title


def test_a_bedtime_edited_to_an_earlier_one_shows_what_is_fresh() -> None:
    """21:30 has gone by when the config says so."""
    made = desk("21:45")
    edit(made, SLEEP.replace("22:30", "22:00") + EVENING)
    assert made.title() == "Stretch"


def test_a_new_reminder_does_not_come_for_what_was_before_it() -> None:
    """It was never planned for then."""
    made = desk("21:45", EVENING)
    edit(made, SLEEP + EVENING + '[reminders.new]\ntopic = "sleep"\nat = "bedtime - 50m"\n')
    assert made.title() is None
    tonight(made, "22:28")
    assert made.title() is None


def test_every_moved_by_the_bedtime_does_not_come_twice() -> None:
    """Its moments stand for each other; one later than a moved one has come already."""
    every = '[reminders.sip]\ntopic = "hydration"\nevery = "30m"\nfrom = "bedtime - 2h"\n'
    made = desk("21:45", every)
    shown = len(made.screen.shown)
    tonight(made, "22:00")
    assert len(made.screen.shown) == shown


def test_an_earlier_bedtime_at_the_first_start_looks_not_before_it() -> None:
    """Nothing that was due before the service first ran is shown or missed."""
    made = Desk(EVENING, "2026-11-23 21:58")
    tonight(made, "22:05")
    assert made.outcomes("stretch") == []
    assert made.now == local("2026-11-23 21:58")


def test_undo_brings_back_what_its_act_pushed_aside() -> None:
    """An open reminder that gave way to an earlier bedtime was not answered, and returns."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "20:05"\n'
    made = desk("20:10", EVENING + walk)
    tonight(made, "20:11")
    assert made.outcomes("walk") == ["expired: another"]
    undo(made)
    assert made.title() == "Once more: Walk"


def test_undo_of_a_pause_brings_back_what_waited_in_line() -> None:
    """Two of one moment: the one on the screen, and the one after it."""
    made = desk("21:59", EVENING.replace("bedtime - 5m", "bedtime - 30m"))
    at(made, "22:05")
    made.answers().pause(made.now, made.now + timedelta(hours=1))
    made.written()
    undo(made)
    assert sorted(made.outcomes("stretch") + made.outcomes("blanket")) == ["held", "open"]
    at(made, "22:45")
    assert {one.title for one in made.screen.shown} >= {"Stretch", "Blanket"}


def test_a_snooze_that_ends_after_the_evening_moved_comes_and_stays() -> None:
    """It comes back when the person said, and not again at the new moment."""
    made = desk("22:01")
    made.press("snooze-10m")
    tonight(made, "00:30")
    at(made, "22:12")
    assert made.title() == "Once more: Stretch"
    at(made, "22:20")
    assert made.outcomes("stretch") == ["open"]


def test_an_earlier_bedtime_shows_all_that_is_fresh_one_after_the_other() -> None:
    """The person is there, so nothing of their evening gives way."""
    made = desk("21:40")
    tonight(made, "21:45")
    at(made, "22:10")
    assert {one.title for one in made.screen.shown} == {"Stretch", "Blanket"}


def test_an_edited_bedtime_shows_all_that_is_fresh_one_after_the_other() -> None:
    """As another bedtime for tonight does."""
    made = desk("21:40")
    edit(made, SLEEP.replace("22:30", "21:45") + EVENING)
    at(made, "22:10")
    assert {one.title for one in made.screen.shown} == {"Stretch", "Blanket"}


def test_a_flight_shows_one_of_what_it_has_moved() -> None:
    """A traveller does not see all that was missed on arrival."""
    made = desk("21:35")
    made.service.change_zone(ZoneInfo("Europe/Helsinki"), made.now)
    made._deliver()
    at(made, "22:30")
    assert {one.title for one in made.screen.shown} == {"Blanket"}
    assert made.outcomes("stretch") == ["missed: another"]


def test_what_came_by_the_plan_before_is_no_later_one() -> None:
    """The last moment before an earlier bedtime comes, right after the one before it."""
    made = desk("21:30", EVENING.replace('"bedtime - 5m"', '["bedtime - 1h", "bedtime - 5m"]'))
    at(made, "21:34")
    tonight(made, "21:35")
    at(made, "21:50")
    shown = [one.token.split("/")[2] for one in made.screen.shown if one.title.endswith("Blanket")]
    assert shown == ["bedtime - 1h", "bedtime - 5m"]


def test_what_an_edit_takes_away_before_it_is_drawn_does_not_come() -> None:
    """Nobody has seen it, so it is as if it were held."""
    both = EVENING.replace('"bedtime - 30m"', '["bedtime - 30m", "bedtime - 15m"]')
    made = desk("21:50", both)
    made.screen.broken = True
    at(made, "22:01")
    edit(made, SLEEP + EVENING.replace('"bedtime - 30m"', '["bedtime - 15m"]'))
    assert made.outcomes("stretch") == ["missed: disabled"]


def test_undo_brings_back_what_was_on_the_screen_after_bedtime() -> None:
    """It was there, so it is there again, although nothing begins at that hour."""
    made = desk("22:29", EVENING.replace('- 5m"', '- 1m"\nstays = "50m"\nfresh = "55m"'))
    at(made, "23:10")
    assert made.title() == "Blanket"
    made.press("done")
    undo(made)
    assert made.title() == "Once more: Blanket"


def test_undo_of_an_answer_puts_back_in_line_what_came_after_it() -> None:
    """The reminder that was on the screen returns there, and the other waits for it again."""
    made = desk("22:05", EVENING.replace("bedtime - 5m", "bedtime - 30m"))
    first = made.title()
    made.press("done")
    second = made.title()
    assert {first, second} == {"Stretch", "Blanket"}
    undo(made)
    assert made.title() == f"Once more: {first}"
    at(made, "22:45")
    assert made.screen.shown[-1].title == f"Once more: {second}"


def test_undo_leaves_closed_what_was_closed() -> None:
    """A reminder that is repeated later is not repeated at once."""
    made = desk("22:05", EVENING.replace('- 30m"', '- 30m"\nrepeat = { every = "20m", times = 1 }'))
    made.close()
    made.answers().pause(made.now, made.now + timedelta(hours=1))
    made.written()
    undo(made)
    assert made.title() is None
    at(made, "22:20")
    assert made.title() == "Once more: Stretch"


# A reminder that is added while a change of the plan holds

NEW = '\n[reminders.new]\ntopic = "exercise"\ntext = "New"\nat = "bedtime - 2h"\n'


def test_undo_does_not_show_a_reminder_that_was_added_after_its_moment() -> None:
    """It was not to come this evening before `tonight`, and so it is not after `undo`."""
    made = desk("21:00")
    edit(made, SLEEP + EVENING + NEW)
    assert made.outcomes("new") == []
    tonight(made, "23:30")
    at(made, "21:05")
    undo(made)
    assert made.title() is None
    assert made.outcomes("new") == []
    at(made, "22:40")
    assert [one.title for one in made.screen.shown] == ["Stretch", "Blanket"]


def test_undo_does_not_show_a_reminder_that_was_added_under_the_other_bedtime() -> None:
    """By the bedtime that is restored its moment was before anybody asked for it."""
    made = desk("21:00")
    tonight(made, "23:30")
    at(made, "21:05")
    edit(made, SLEEP + EVENING + NEW)
    at(made, "21:10")
    undo(made)
    assert made.title() is None
    assert made.outcomes("new") == []


def test_a_reminder_that_was_added_under_the_other_bedtime_comes_if_it_still_can() -> None:
    """20:00 had gone by when it was added; by the bedtime that is restored it is 20:30."""
    made = desk("20:05")
    tonight(made, "22:00")
    at(made, "20:10")
    edit(made, SLEEP + EVENING + NEW)
    assert made.title() is None
    at(made, "20:15")
    undo(made)
    at(made, "20:30")
    assert made.title() == "New"


# What changed while the service was off


def test_a_zone_that_changed_while_the_service_was_off_loses_nothing() -> None:
    """East: by the clock there 22:00 was before it was stopped, so the evening comes at once."""
    made = desk("14:10")
    made.service.update(made.now)
    made.restart_elsewhere("2026-11-23 14:20", ZoneInfo("Asia/Tokyo"))
    assert made.title() == "Stretch"
    at(made, "14:25")
    assert made.title() == "Blanket"


def test_a_zone_that_changed_while_the_service_was_off_repeats_nothing() -> None:
    """West: what was shown and closed in the evening is over; what was missed comes there."""
    made = desk("22:01")
    made.answers().done(made.now)
    made.written()
    at(made, "22:10")
    made.restart_elsewhere("2026-11-24 01:00", ZoneInfo("America/New_York"))
    assert made.title() is None
    made.until("2026-11-24 05:00")
    assert [one.title for one in made.screen.shown] == ["Blanket"]
    assert made.outcomes("stretch") == ["done"]


def test_what_was_open_when_the_service_ended_comes_at_its_new_time() -> None:
    """It was not answered, and 22:00 is still to come there."""
    made = desk("22:01")
    made.restart_elsewhere("2026-11-23 23:00", ZoneInfo("America/New_York"))
    assert made.title() is None
    made.until("2026-11-24 04:00")
    assert made.title() == "Stretch"


@pytest.mark.parametrize("away", ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_zone_there_and_back_over_restarts_loses_nothing(away: str) -> None:
    """Each run in another zone."""
    made = desk("20:10")
    made.restart_elsewhere("2026-11-23 20:11", ZoneInfo(away))
    made.restart_elsewhere("2026-11-23 20:12")
    at(made, "22:00")
    assert made.title() == "Stretch"
    at(made, "22:40")
    assert made.title() == "Blanket"


def test_a_bedtime_that_was_edited_while_the_service_was_off_shows_what_is_fresh() -> None:
    """21:30 was before it was stopped, and is looked back at."""
    made = desk("21:45")
    made.service.update(made.now)
    made.restart_elsewhere("2026-11-23 21:50", config=SLEEP.replace("22:30", "22:00") + EVENING)
    assert made.title() == "Stretch"


def test_a_reminder_that_was_added_while_the_service_was_off_does_not_come_for_before() -> None:
    """Its moment was before the service was stopped, when nobody had asked for it."""
    made = desk("21:45")
    made.service.update(made.now)
    new = '\n[reminders.new]\ntopic = "exercise"\nat = "21:30"\n'
    made.restart_elsewhere("2026-11-23 21:50", config=EVENING + new)
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
    made = desk("22:35", water + EVENING.replace("bedtime - 5m", "bedtime"))
    assert made.title() == "Blanket"
    made.answers().tonight(made.now, time(22, 50))
    assert made.outcomes("water")[-1] == "due"
    undo(made)
    assert made.title() == "Blanket"
    assert len(made.outcomes("water")) == 3


def test_undo_takes_back_what_the_usual_bedtime_had_before_the_first_run() -> None:
    """A later bedtime has it come; by the usual one it was over when nightcare first ran."""
    made = Desk(EVENING, "2026-11-23 22:10")
    at(made, "22:35")
    assert made.title() == "Blanket"
    tonight(made, "22:50")
    assert made.outcomes("stretch") == ["open"]
    undo(made)
    assert made.outcomes("stretch") == []
    assert made.title() == "Once more: Blanket"


def test_resume_brings_back_a_clock_time_outside_its_care_day() -> None:
    """It counts to the care day of its date, but "Good night" closed it in the one before."""
    shifts = '[sleep]\nwake = "15:00"\nbedtime = "07:00"\n[sleep.wednesday]\nwake = "17:00"\n'
    tea = '[reminders.tea]\ntopic = "hydration"\ntext = "Tea"\nat = "15:30"\nfresh = "1h"\n'
    made = Desk(shifts + tea, "2026-11-24 20:00")
    made.until("2026-11-25 06:00")
    good_night(made)
    made.until("2026-11-25 15:45")
    assert made.title() is None
    made.answers().resume(made.now)
    made.written()
    assert made.title() == "Tea"


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
    made = desk("22:35", water)
    assert made.title() == "Water"
    tonight(made, "23:00")
    assert made.outcomes("water")[-2:] == ["expired: superseded", "open"]
    undo(made)
    assert made.outcomes("water")[-1:] == ["open"]
    assert made.title() == "Once more: Water"


def test_undo_restores_nothing_beside_what_has_taken_its_place() -> None:
    """Undo a pause after a flight that has brought another occurrence of the same reminder."""
    made = desk(
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


def test_what_a_clock_that_ran_ahead_has_missed_comes_once_it_is_right() -> None:
    """Start by a clock that is two hours ahead, which is set right just after."""
    made = Desk(EVENING, "2026-11-23 12:00")
    made.restart("2026-11-24 00:05")
    assert made.outcomes("stretch") == ["missed: too late"]
    made.sleep_until("2026-11-23 22:05")
    assert made.title() == "Stretch"
    at(made, "22:25")
    assert made.title() == "Blanket"


def test_undo_puts_back_in_line_what_an_earlier_bedtime_let_come() -> None:
    """Undo a bedtime by which the reminder that waited took the screen."""
    walk = '[reminders.walk]\ntopic = "exercise"\ntext = "Walk"\nat = "bedtime - 20m"\n'
    made = desk("22:02", EVENING.replace("bedtime - 5m", "bedtime - 30m") + walk)
    first = made.title()
    tonight(made, "22:19")
    assert made.title() != first
    undo(made)
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
    made = desk("21:50")
    made.sleep_until("2026-11-23 23:20")
    assert made.outcomes("stretch") == ["missed: too late"]
    made.answers().tonight(made.now, time(23, 45))
    if seen:
        made.written()
        assert made.title() == "Stretch"
    undo(made)
    assert made.title() is None
    assert made.outcomes("stretch") == outcomes


def test_another_bedtime_shows_what_a_journey_had_put_too_far_behind() -> None:
    """Back home at 22:10 the stretch of 21:00 is long over, and fresh by a bedtime of 23:45."""
    made = Desk(EVENING.replace("bedtime - 30m", "bedtime - 90m"), "2026-11-23 20:30")
    made.service.change_zone(ZoneInfo("Asia/Tokyo"), made.now)
    made.now = local("2026-11-23 22:10")
    made.service.change_zone(ZONE, made.now)
    made._deliver()
    made.now = local("2026-11-23 22:20")
    made.service.update(made.now)
    assert made.title() is None
    tonight(made, "23:45")
    assert made.title() == "Stretch"
