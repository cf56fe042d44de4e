"""The past and the future of a care day, from the schedule and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from domain_builders import at, calendar, day, every, reminder, sleep, utc, wall
from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Due,
    Held,
    Outcome,
    Snoozed,
    State,
    begin,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.outlook import Outlook
from nightcare.domain.reasons import Reason
from nightcare.domain.recurrence import postponed
from nightcare.domain.reminders import Key, Occurrence, Reminder, Repeat
from nightcare.domain.schedule import ReferralRule, Schedule, SnoozeRule, StretchRule
from nightcare.domain.suppression import CLOSING, UNATTENDED

TODAY = "2026-11-22"
WATER = reminder(every("2h", "wake + 1h", "bedtime - 1h"))
STRETCH = reminder(at("bedtime - 30m"), "stretch")
PILLS = reminder(at("wake", "12:00"), "pills")
MINUTES = timedelta(minutes=1)

OWN = calendar()


def local(clock: str, on: str = TODAY) -> datetime:
    """Return the instant (UTC) of a clock time of today, or of another date."""
    return OWN.instant(wall(f"{on} {clock}"))


def schedule(*reminders: Reminder) -> Schedule:
    """Return a schedule of these reminders."""
    return Schedule(
        language=None,
        zone=None,
        sleep=sleep(),
        reminders=reminders,
        snooze=SnoozeRule((10 * MINUTES,), 3),
        stretch=StretchRule("calf", None),
        routines=(),
        idle_after=5 * MINUTES,
        morning_question=None,
        professional=ReferralRule(),
        notify=None,
    )


def delivery(name: str, slot: str, clock: str, state: State) -> Delivery:
    """Return an occurrence of today that was due at a clock time."""
    made = begin(Occurrence(Key(name, day(TODAY), slot), local(clock)), WATER.topic)
    made = replace(made, state=state, showings=int(isinstance(state, Active)))
    return replace(made, fresh_from=state.until) if isinstance(state, Snoozed) else made


def outlook(
    now: str,
    *reminders: Reminder,
    deliveries: Sequence[Delivery] = (),
    tonight: time | None = None,
    routine_key: Key | None = None,
    **global_state: object,
) -> Outlook:
    """Return the outlook at a clock time, with the service running."""
    held: GlobalState = replace(
        GlobalState(began=local(now, "2026-11-01"), updated=local(now)),
        **global_state,  # type: ignore[arg-type] # fields of Standing, as the tests name them
    )
    own = calendar(tonight=None if tonight is None else {day(TODAY): tonight})
    return Outlook(schedule(*reminders), own, held, deliveries, routine_key, local(now))


def clock_of(one: Occurrence | None) -> tuple[str, str] | None:
    """Return a reminder and its time on the clock."""
    return None if one is None else (one.key.reminder, f"{OWN.local(one.due):%d %H:%M}")


def clocks(made: Sequence[Occurrence]) -> list[str]:
    """Return the times of occurrences on the clock."""
    return [f"{one.key.reminder} {OWN.local(one.due):%H:%M}" for one in made]


def of_day(made: Outlook) -> list[tuple[str, str, bool]]:
    """Return the care day: reminder, clock time, and whether it is on record."""
    return [
        (one.occurrence.key.reminder, f"{OWN.local(one.occurrence.due):%H:%M}", bool(one.delivery))
        for one in made.day(made.calendar.at(made.now))
    ]


DONE = Closed(Outcome.DONE, local("22:01"))
OPEN = Active(local("22:00"), local("22:30"))


# What moves


@pytest.mark.parametrize("state", [Due(), Held(Reason.LOCKED), OPEN, replace(OPEN, away=True)])
def test_what_is_unanswered_moves_with_its_moment(state: State) -> None:
    """Its new moment is ahead."""
    one = delivery("stretch", "1", "22:00", state)
    late = calendar(tonight={day(TODAY): time(0, 30)})
    moved = postponed(one, STRETCH, late, local("22:05"), None)
    assert moved == Occurrence(one.key, local("00:00", "2026-11-23"))


@pytest.mark.parametrize("state", [Snoozed(local("22:20")), DONE])
def test_what_was_answered_does_not_move(state: State) -> None:
    """A snooze ends when the person said, and what is done is done."""
    one = delivery("stretch", "1", "22:00", state)
    late = calendar(tonight={day(TODAY): time(0, 30)})
    assert postponed(one, STRETCH, late, local("22:05"), None) is None


def test_nothing_moves_without_a_later_moment_of_the_same_reminder() -> None:
    """Under way, not configured any more, disabled, without that moment, or moved into the past."""
    one = delivery("stretch", "1", "22:00", OPEN)
    late = calendar(tonight={day(TODAY): time(0, 30)})
    early = calendar(tonight={day(TODAY): time(22, 20)})
    now = local("22:05")
    assert postponed(one, STRETCH, late, now, one.key) is None
    assert postponed(one, None, late, now, None) is None
    assert postponed(one, replace(STRETCH, enabled=False), late, now, None) is None
    assert postponed(one, replace(STRETCH, days=frozenset()), late, now, None) is None
    assert postponed(one, STRETCH, early, now, None) is None


def test_a_clock_that_was_set_back_moves_nothing() -> None:
    """The moment is ahead again, and is the same."""
    one = delivery("stretch", "1", "22:00", OPEN)
    assert postponed(one, STRETCH, OWN, local("21:55"), None) is None


# What comes


def test_what_is_on_record_is_not_announced() -> None:
    """Done at 22:01; with another bedtime its moment is ahead once more."""
    done = delivery("stretch", "1", "22:00", DONE)
    made = outlook("22:10", STRETCH, deliveries=[done], tonight=time(0, 30))
    assert clock_of(made.next()) == ("stretch", "23 22:00")
    assert of_day(made) == [("stretch", "22:00", True)]


def test_what_moves_is_announced_once_at_its_new_time() -> None:
    """It is no longer announced as open."""
    opened = delivery("stretch", "1", "22:00", OPEN)
    made = outlook("22:05", STRETCH, deliveries=[opened], tonight=time(0, 30))
    assert clock_of(made.next()) == ("stretch", "23 00:00")
    assert of_day(made) == [("stretch", "00:00", False)]
    assert made.unsettled() == []


def test_what_is_on_the_screen_is_not_to_come() -> None:
    """This holds if it repeats while it is there."""
    opened = delivery("stretch", "1", "22:00", replace(OPEN, again=local("22:10")))
    made = outlook("22:05", STRETCH, deliveries=[opened])
    assert made.unsettled() == [opened]
    assert clock_of(made.next()) == ("stretch", "23 22:00")


def test_what_left_the_screen_unanswered_comes_when_it_is_asked_again() -> None:
    """Closed with repeats left."""
    away = delivery("stretch", "1", "22:00", replace(OPEN, again=local("22:10"), away=True))
    assert clock_of(outlook("22:05", STRETCH, deliveries=[away]).next()) == ("stretch", "22 22:10")


def test_a_snooze_comes_at_its_end() -> None:
    """It waits for a pause while it is fresh."""
    snoozed = delivery("stretch", "1", "22:00", Snoozed(local("22:20")))
    made = outlook("22:05", STRETCH, deliveries=[snoozed])
    assert clock_of(made.next()) == ("stretch", "22 22:20")
    assert made.comes_at(snoozed) == local("22:20")
    paused = outlook("22:05", STRETCH, deliveries=[snoozed], paused_until=local("22:50"))
    assert paused.comes_at(snoozed) == local("22:50")
    for_long = outlook("22:05", STRETCH, deliveries=[snoozed], paused_until=local("23:30"))
    assert for_long.comes_at(snoozed) is None
    assert clock_of(for_long.next()) == ("stretch", "23 22:00")


def test_a_snooze_that_the_next_occurrence_replaces_does_not_come() -> None:
    """Water of 14:00 until 21:00; that of 16:00 takes its place."""
    snoozed = delivery("water", "21600", "14:00", Snoozed(local("21:00")))
    made = outlook("14:10", WATER, deliveries=[snoozed])
    assert made.comes_at(snoozed) is None
    assert clocks(made.until(local("21:30"))) == ["water 16:00", "water 18:00", "water 20:00"]


def test_a_snooze_of_a_reminder_that_is_gone_does_not_come() -> None:
    """It was taken out of the config, or disabled."""
    snoozed = delivery("water", "21600", "14:00", Snoozed(local("14:30")))
    assert outlook("14:10", STRETCH, deliveries=[snoozed]).comes_at(snoozed) is None
    off = replace(WATER, enabled=False)
    assert outlook("14:10", off, deliveries=[snoozed]).next() is None


def test_what_is_due_in_a_pause_comes_at_its_end_while_fresh() -> None:
    """18:00 with 45 minutes; the last one of a reminder counts."""
    made = outlook("15:00", WATER, paused_until=local("18:30"))
    assert clock_of(made.next()) == ("water", "22 18:30")
    assert clocks(made.until(local("20:00"))) == ["water 18:30", "water 20:00"]
    later = outlook("15:00", WATER, paused_until=local("18:46"))
    assert clocks(later.until(local("20:00"))) == ["water 20:00"]
    often = reminder(every("10m", "wake", "bedtime"), "often")
    (only,) = outlook("15:00", often, paused_until=local("15:35")).until(local("15:39"))
    assert only.key.slot == str(int(timedelta(hours=8.5).total_seconds()))


def test_of_those_that_return_together_one_comes() -> None:
    """Both were due in the pause; the freshest is shown and the other gives way."""
    walk = reminder(at("18:10"), "walk")
    made = outlook("17:00", WATER, walk, paused_until=local("18:30"))
    assert clocks(made.until(local("19:00"))) == ["walk 18:30"]


def test_two_that_are_due_together_both_come() -> None:
    """In the order in which the service shows them: the one that is stale first is first."""
    walk = reminder(at("18:00"), "walk", fresh=10 * MINUTES)
    made = outlook("17:00", WATER, walk)
    assert clocks(made.until(local("19:00"))) == ["walk 18:00", "water 18:00"]


@pytest.mark.parametrize("cause", [Reason.PAUSED, Reason.LOCKED])
def test_what_is_held_in_a_pause_comes_at_its_end(cause: Reason) -> None:
    """The reason for which it was held before makes no difference."""
    held = delivery("stretch", "1", "22:00", Held(cause))
    made = outlook("22:05", STRETCH, deliveries=[held], paused_until=local("22:20"))
    assert clock_of(made.next()) == ("stretch", "22 22:20")


def test_what_a_pause_of_millennia_holds_is_replaced_by_the_next_one() -> None:
    """The days up to its end are not computed."""
    held = delivery("water", "1", "18:00", Held(Reason.PAUSED))
    end = local("12:00", "9998-12-30")
    made = outlook("18:05", WATER, deliveries=[held], paused_until=end)
    assert made.comes_at(held) is None


def test_nobody_knows_when_an_absence_ends() -> None:
    """It is told as waiting, and not announced."""
    held = delivery("stretch", "1", "22:00", Held(Reason.LOCKED))
    made = outlook("22:05", STRETCH, deliveries=[held])
    assert clock_of(made.next()) == ("stretch", "23 22:00")
    assert made.unsettled() == [held]
    assert made.comes_at(held) is None


def test_what_comes_at_once_is_not_to_come() -> None:
    """Nothing keeps it: it is there a moment later."""
    for state in (Due(), Held(Reason.RESTARTED), Snoozed(local("22:05"))):
        made = outlook("22:05", STRETCH, deliveries=[delivery("stretch", "1", "22:00", state)])
        assert clock_of(made.next()) == ("stretch", "23 22:00")


def test_what_waits_in_line_comes_when_the_screen_is_free() -> None:
    """The stretch closes at 22:30, if nobody answers it before."""
    blanket = reminder(at("bedtime - 25m"), "blanket")
    deliveries = [
        delivery("stretch", "1", "22:00", OPEN),
        delivery("blanket", "1", "22:05", Held(Reason.ANOTHER)),
    ]
    made = outlook("22:06", STRETCH, blanket, deliveries=deliveries)
    assert clock_of(made.next()) == ("blanket", "22 22:30")


@pytest.mark.parametrize(
    ("status", "clock"),
    [(DeliveryStatus.DECIDED, "22 22:13"), (DeliveryStatus.NO_SERVER, "22 22:18")],
)
def test_what_is_being_sent_counts_as_shown_at_once(status: DeliveryStatus, clock: str) -> None:
    """It shares the time with what waits; what no server takes is given up when it is stale."""
    blanket = reminder(at("bedtime - 25m"), "blanket", fresh=15 * MINUTES)
    given = Active(None, local("22:18"), delivery=status)
    deliveries = [
        delivery("stretch", "1", "22:00", given),
        delivery("blanket", "1", "22:05", Held(Reason.ANOTHER)),
    ]
    made = outlook("22:06", STRETCH, blanket, deliveries=deliveries)
    assert clock_of(made.next()) == ("blanket", clock)


def test_what_is_being_sent_stays_its_whole_time_for_what_was_seen_before() -> None:
    """A reminder that was on the screen before waits until it is free."""
    blanket = reminder(at("bedtime - 25m"), "blanket")
    seen = replace(delivery("blanket", "1", "22:05", Held(Reason.RESTARTED)), showings=1, seen=True)
    deliveries = [delivery("stretch", "1", "22:00", Active(None, local("22:40"))), seen]
    made = outlook("22:06", STRETCH, blanket, deliveries=deliveries)
    assert clock_of(made.next()) == ("blanket", "22 22:16")


@pytest.mark.parametrize("cause", [Reason.RESTARTED, Reason.ROUTINE, Reason.ANOTHER])
def test_of_those_that_wait_the_first_in_line_is_next(cause: Reason) -> None:
    """The one that nobody has seen yet comes first, however it left the screen."""
    blanket, walk = reminder(at("bedtime - 25m"), "blanket"), reminder(at("22:05"), "walk")
    seen = replace(delivery("walk", "1", "22:05", Held(Reason.ANOTHER)), showings=1, seen=True)
    deliveries = [
        delivery("stretch", "1", "22:00", OPEN),
        seen,
        delivery("blanket", "1", "22:05", Held(cause)),
    ]
    made = outlook("22:06", STRETCH, blanket, walk, deliveries=deliveries)
    assert clock_of(made.next()) == ("blanket", "22 22:30")


def repeating(times: int, fresh: int = 60) -> Reminder:
    """Return the stretch, asked again every ten minutes."""
    return reminder(
        at("bedtime - 30m"),
        "stretch",
        fresh=fresh * MINUTES,
        repeat=Repeat(10 * MINUTES, times),
        stays=10 * MINUTES,
    )


@pytest.mark.parametrize(("times", "clock"), [(1, "22 22:20"), (2, "22 22:30"), (3, "22 22:40")])
def test_what_was_seen_waits_for_the_repeats_of_what_is_on_the_screen(
    times: int, clock: str
) -> None:
    """A repeat at 22:10 ranks higher than what gave way before, and so do those after it."""
    walk = reminder(at("21:50"), "walk", fresh=60 * MINUTES)
    seen = replace(delivery("walk", "1", "21:50", Held(Reason.ANOTHER)), showings=1, seen=True)
    shown = Active(local("22:00"), local("22:10"), again=local("22:10"))
    deliveries = [delivery("stretch", "1", "22:00", shown), seen]
    made = outlook("22:01", repeating(times), walk, deliveries=deliveries)
    assert clock_of(made.next()) == ("walk", clock)


def test_what_nobody_has_seen_comes_before_a_repeat() -> None:
    """The screen is not free at 22:10, but the blanket ranks higher."""
    blanket = reminder(at("22:05"), "blanket")
    shown = Active(local("22:00"), local("22:10"), again=local("22:10"))
    deliveries = [
        delivery("stretch", "1", "22:00", shown),
        delivery("blanket", "1", "22:05", Held(Reason.ANOTHER)),
    ]
    made = outlook("22:06", repeating(3), blanket, deliveries=deliveries)
    assert clock_of(made.next()) == ("blanket", "22 22:10")


def test_a_repeat_of_a_reminder_that_is_gone_keeps_nothing_waiting() -> None:
    """It was taken out of the config while it is on the screen."""
    walk = reminder(at("21:50"), "walk", fresh=60 * MINUTES)
    seen = replace(delivery("walk", "1", "21:50", Held(Reason.ANOTHER)), showings=1, seen=True)
    shown = Active(local("22:00"), local("22:10"), again=local("22:10"))
    for state in (shown, Active(None, local("22:10"))):
        made = outlook("22:01", walk, deliveries=[delivery("stretch", "1", "22:00", state), seen])
        assert clock_of(made.next()) == ("walk", "22 22:10")


def test_what_waits_and_is_gone_from_the_config_does_not_come() -> None:
    """Neither when the screen is free, nor at a repeat of what is on it."""
    shown = Active(local("22:00"), local("22:10"), again=local("22:10"))
    deliveries = [
        delivery("stretch", "1", "22:00", shown),
        delivery("gone", "1", "22:05", Held(Reason.ANOTHER)),
    ]
    made = outlook("22:06", repeating(3), deliveries=deliveries)
    assert made.until(local("23:00")) == []


@pytest.mark.parametrize(("moment", "first"), [("bedtime - 25m", "blanket"), ("22:05", "walk")])
def test_what_waits_comes_with_what_takes_the_screen_if_it_ranks_higher(
    moment: str, first: str
) -> None:
    """An evening reminder comes before one of the clock that falls due while it waits."""
    blanket, walk = reminder(at(moment), "blanket"), reminder(at("22:20"), "walk")
    deliveries = [
        delivery("stretch", "1", "22:00", OPEN),
        delivery("blanket", "1", "22:05", Held(Reason.ANOTHER)),
    ]
    made = outlook("22:06", STRETCH, blanket, walk, deliveries=deliveries)
    assert clock_of(made.next()) == (first, "22 22:20")


def test_what_waits_for_a_stretch_comes_after_its_closing_words() -> None:
    """The reminder of the stretch does not repeat meanwhile."""
    ends = local("22:10")
    leads = delivery("stretch", "1", "22:00", Active(local("22:01"), ends + CLOSING + UNATTENDED))
    often = replace(STRETCH, timing=at("bedtime - 30m", "bedtime - 25m"))
    blanket = reminder(at("bedtime - 26m"), "blanket")
    made = outlook("22:03", often, blanket, deliveries=[leads], routine_key=leads.key)
    assert clocks(made.until(local("22:30"))) == ["blanket 22:10"]
    first = made.next()
    assert first is not None
    assert first.due == ends + CLOSING


def test_closing_words_keep_what_is_due_waiting_for_seconds() -> None:
    """The stretch is done, and its last words are still there."""
    ended = local("22:04")
    leads = delivery("stretch", "1", "22:00", Closed(Outcome.DONE, ended))
    walk = reminder(at("22:04:05"), "walk")
    made = outlook("22:04", walk, STRETCH, deliveries=[leads], routine_key=leads.key)
    first = made.next()
    assert first is not None
    assert first.due == ended + CLOSING


def test_a_stretch_that_waits_to_be_asked_again_keeps_nothing_waiting() -> None:
    """It is not on the screen."""
    away = replace(OPEN, again=local("22:20"), away=True)
    leads = delivery("stretch", "1", "22:00", away)
    blanket = reminder(at("bedtime - 20m"), "blanket")
    made = outlook("22:05", STRETCH, blanket, deliveries=[leads], routine_key=leads.key)
    assert clock_of(made.next()) == ("blanket", "22 22:10")


def test_after_good_night_nothing_comes_before_the_wake_up() -> None:
    """In no view, and from no snooze."""
    snoozed = delivery("water", "1", "21:30", Snoozed(local("22:10")))
    made = outlook("21:50", STRETCH, WATER, deliveries=[snoozed], good_night=day(TODAY))
    assert clock_of(made.next()) == ("water", "23 08:00")
    assert made.until(local("06:59", "2026-11-23")) == []
    assert clocks(made.coming_day())[0] == "water 08:00"


def test_nothing_is_to_come_of_no_reminders() -> None:
    """A reminder without days has none either."""
    for made in (outlook("12:00"), outlook("12:00", replace(WATER, days=frozenset()))):
        assert made.next() is None
        assert of_day(made) == []


# Care days


def test_a_care_day_is_what_was_and_what_is_to_come() -> None:
    """Passed by the service without a record, it is neither."""
    done = delivery("water", "0", "08:00", Closed(Outcome.DONE, local("08:02")))
    made = outlook("17:00", WATER, deliveries=[done])
    assert of_day(made) == [
        ("water", "08:00", True),
        ("water", "18:00", False),
        ("water", "20:00", False),
    ]


def test_what_no_service_has_got_to_is_part_of_the_day() -> None:
    """It does not run, or has never run."""
    down = outlook("17:00", WATER, updated=local("13:00"))
    assert [clock for _, clock, _ in of_day(down)] == ["14:00", "16:00", "18:00", "20:00"]
    never = outlook("17:00", WATER, updated=None)
    assert len(of_day(never)) == 7


def test_what_was_in_the_hours_of_a_care_day_belongs_to_it() -> None:
    """At 06:40 the wake-up is moved from 06:30 to 07:30: that of 06:30 was in yesterday's hours."""
    taken = delivery("pills", "wake", "06:30", Closed(Outcome.DONE, local("06:31")))
    made = outlook("06:40", PILLS, deliveries=[taken])
    assert made.calendar.at(made.now).date == day("2026-11-21")
    assert of_day(made) == [("pills", "06:30", True)]
    assert clock_of(made.next()) == ("pills", "22 12:00")


def test_days_are_the_plan_of_what_is_over_and_the_outlook_of_what_is_not() -> None:
    """Over three care days, of which the second goes on; before it and after it alone as well."""
    done = delivery("stretch", "1", "22:00", DONE)
    made = outlook("22:10", STRETCH, deliveries=[done], tonight=time(0, 30))

    def listed(first: str, count: int) -> list[tuple[str, bool]]:
        return [
            (f"{OWN.local(one.occurrence.due):%d %H:%M}", bool(one.delivery))
            for one in made.days(day(first), count)
        ]

    whole = [("21 22:00", False), ("22 22:00", True), ("23 22:00", False)]
    assert listed("2026-11-21", 3) == whole
    assert listed("2026-11-21", 1) == whole[:1]
    assert listed("2026-11-22", 1) == whole[1:2]
    assert listed("2026-11-23", 1) == whole[2:]


def test_a_distant_day_has_what_a_pause_leaves_of_it() -> None:
    """Nothing before it is computed: eight thousand years would take minutes."""
    end = local("18:10", "9998-12-30")
    made = outlook("12:00", WATER, paused_until=end)
    due = [one.occurrence.due for one in made.days(day("9998-12-30"), 1)]
    assert due == [end, local("20:00", "9998-12-30")]
    assert made.days(day("9998-12-28"), 2) == []


def test_the_rest_of_the_day_is_ahead_and_else_the_next_day() -> None:
    """As long as anything of it is left."""
    assert clocks(outlook("19:00", WATER).coming_day()) == ["water 20:00"]
    assert len(outlook("20:00", WATER).coming_day()) == 7


def test_another_zone_neither_doubles_nor_renames_what_was() -> None:
    """Done at 06:30 in Copenhagen, which is 00:30 in New York, where the wake-up is ahead."""
    own = calendar("America/New_York", "06:30-22:30")
    shown = utc("2026-11-22 05:30")
    taken = begin(Occurrence(Key("pills", day(TODAY), "wake"), shown), PILLS.topic)
    taken = taken.settle(Outcome.DONE, shown + MINUTES)
    global_state = GlobalState(began=utc("2026-11-01 00:00"), updated=utc("2026-11-22 10:00"))
    made = Outlook(schedule(PILLS), own, global_state, [taken], None, utc("2026-11-22 10:00"))
    first = made.next()
    assert first is not None
    assert first.due == utc("2026-11-22 17:00")
    at_noon = replace(made, now=utc("2026-11-22 13:00"))
    entries = at_noon.day(own.at(at_noon.now))
    assert [one.occurrence.due for one in entries] == [shown, utc("2026-11-22 17:00")]
