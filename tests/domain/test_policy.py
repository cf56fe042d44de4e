"""The cascade: what is shown, held or dropped, and which reason counts where several apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from domain_builders import at, calendar, day, delivery, reminder, utc
from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    DeliveryStatus,
    Held,
    Outcome,
    Snoozed,
)
from nightcare.domain.policy import (
    Drop,
    Hold,
    Presence,
    Show,
    Situation,
    Verdict,
    decide,
    first_to_show,
    review,
    shown_at_latest,
    waits_its_turn,
)
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.reminders import Reminder, WhenBusy
from nightcare.domain.snooze import chosen_for_night

NOW = utc("2026-11-06 19:00")
FRIDAY = calendar().day(day("2026-11-06"))
BEDTIME = FRIDAY.bedtime
FRESH = timedelta(minutes=45)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

HOLD_ALL = dict.fromkeys(Condition, WhenBusy.HOLD)
SHOW_ALL = dict.fromkeys(Condition, WhenBusy.SHOW)


@dataclass(frozen=True, slots=True)
class Case:
    """The subject of a decision."""

    delivery: Delivery
    reminder: Reminder | None
    situation: Situation

    def decide(self) -> Verdict:
        """Return the verdict."""
        return decide(self.delivery, self.reminder, self.situation)


def present(case: Case, *conditions: Condition) -> Case:
    """Return the case while these conditions hold as well."""
    presence = case.situation.presence.union(conditions)
    return replace(case, situation=replace(case.situation, presence=presence))


def an_early_bedtime(case: Case) -> Case:
    """Return the same case 31 minutes after bedtime."""
    now = case.situation.now
    early = replace(case.situation.day, bedtime=now - 31 * MINUTE)
    return replace(case, situation=replace(case.situation, day=early))


PLAIN = Case(
    delivery(NOW - 40 * MINUTE, care_day="2026-11-06"),
    reminder(at("19:20"), quiet=HOLD_ALL),
    Situation(NOW, FRIDAY),
)

# The steps in the order of the design, each with what makes it apply.
STEPS: list[tuple[Verdict, Callable[[Case], Case]]] = [
    (
        Drop(Reason.ANSWERED),
        lambda case: replace(case, delivery=case.delivery.settle(Outcome.DONE, NOW)),
    ),
    (
        Drop(Reason.GOOD_NIGHT),
        lambda case: replace(case, situation=replace(case.situation, good_night=True)),
    ),
    (
        Drop(Reason.DISABLED),
        lambda case: replace(case, reminder=reminder(at("19:20"), enabled=False)),
    ),
    (
        Drop(Reason.TOO_LATE),
        lambda case: replace(
            case, delivery=replace(case.delivery, fresh_from=NOW - FRESH - SECOND)
        ),
    ),
    (
        Hold(Reason.PAUSED),
        lambda case: replace(
            case, situation=replace(case.situation, paused_until=NOW + timedelta(hours=1))
        ),
    ),
    (Drop(Reason.ASLEEP), an_early_bedtime),
    (Hold(Reason.LOCKED), lambda case: present(case, Condition.LOCKED)),
    (Hold(Reason.IDLE), lambda case: present(case, Condition.IDLE)),
    (Hold(Reason.DO_NOT_DISTURB), lambda case: present(case, Condition.DO_NOT_DISTURB)),
    (Hold(Reason.PRESENTING), lambda case: present(case, Condition.PRESENTING)),
    (
        Hold(Reason.ROUTINE),
        lambda case: replace(case, situation=replace(case.situation, routine_under_way=True)),
    ),
]


def name(step: tuple[Verdict, Callable[[Case], Case]]) -> str:
    """Return the name of a reason in the list of tests."""
    return step[0].step


# The steps


def test_where_nothing_speaks_against_it_it_is_shown() -> None:
    """That is the end of the cascade."""
    assert PLAIN.decide() == Show()
    assert Show().step is Reason.SHOW


@pytest.mark.parametrize("step", STEPS, ids=name)
def test_each_step_decides_where_it_alone_applies(
    step: tuple[Verdict, Callable[[Case], Case]],
) -> None:
    """With its own reason."""
    verdict, apply = step
    assert apply(PLAIN).decide() == verdict


@pytest.mark.parametrize(
    ("earlier", "later"),
    list(combinations(STEPS, 2)),
    ids=name,
)
def test_the_earlier_of_two_steps_decides(
    earlier: tuple[Verdict, Callable[[Case], Case]], later: tuple[Verdict, Callable[[Case], Case]]
) -> None:
    """In whichever order the two came about."""
    verdict, apply = earlier
    assert apply(later[1](PLAIN)).decide() == verdict
    assert later[1](apply(PLAIN)).decide() == verdict


def test_a_reminder_that_is_configured_no_more_is_dropped() -> None:
    """As one that is not enabled."""
    assert replace(PLAIN, reminder=None).decide() == Drop(Reason.DISABLED)


def test_a_pause_ends_at_its_end() -> None:
    """At that instant itself nothing is held any more."""

    def paused(until: datetime) -> Verdict:
        return replace(PLAIN, situation=replace(PLAIN.situation, paused_until=until)).decide()

    assert paused(NOW + SECOND) == Hold(Reason.PAUSED)
    assert paused(NOW) == Show()


def test_freshness_is_used_up_after_its_last_instant() -> None:
    """45 minutes after the moment it is still worth showing."""
    fresh_from = NOW - FRESH
    assert (
        replace(PLAIN, delivery=replace(PLAIN.delivery, fresh_from=fresh_from)).decide() == Show()
    )


def test_a_snooze_makes_it_fresh_again() -> None:
    """It counts from the end of the snooze, however long ago its moment was."""
    old = delivery(NOW - 3 * FRESH).snoozed(NOW - FRESH)
    assert replace(PLAIN, delivery=old).decide() == Show()


def test_last_nights_prompt_is_not_shown_in_the_morning() -> None:
    """entracte#61: the bedtime prompt of the evening before came with the coffee."""
    stretch = delivery(BEDTIME - 30 * MINUTE).held(Reason.LOCKED)
    saturday = calendar().day(day("2026-11-07"))
    morning = replace(
        PLAIN, delivery=stretch, situation=Situation(saturday.wake + 5 * MINUTE, saturday)
    )
    assert morning.decide() == Drop(Reason.TOO_LATE)


# The night


def in_the_night(what: Delivery, after_bedtime: timedelta, fresh: timedelta = FRESH) -> Verdict:
    """Return the verdict so long after bedtime."""
    situation = Situation(BEDTIME + after_bedtime, FRIDAY)
    return decide(what, reminder(at("bedtime"), fresh=fresh), situation)


def test_half_an_hour_after_bedtime_a_sleeper_is_not_woken() -> None:
    """Something due before bedtime may still be shown in that half hour, and then no more."""
    what = delivery(BEDTIME - 5 * MINUTE).held(Reason.IDLE)
    assert in_the_night(what, 30 * MINUTE) == Show()
    assert in_the_night(what, 30 * MINUTE + SECOND) == Drop(Reason.ASLEEP)


def test_a_moment_at_bedtime_itself_is_not_in_the_night() -> None:
    """Nobody put it there."""
    assert in_the_night(delivery(BEDTIME), 31 * MINUTE) == Drop(Reason.ASLEEP)


def test_a_moment_that_the_person_put_into_the_night_is_shown() -> None:
    """Caught up with too, while fresh."""
    what = delivery(BEDTIME + 20 * MINUTE)
    assert in_the_night(what, 20 * MINUTE) == Show()
    assert in_the_night(what, 60 * MINUTE) == Show()
    assert in_the_night(what, 66 * MINUTE) == Drop(Reason.TOO_LATE)


def test_it_may_be_shown_until_it_is_stale_or_the_person_sleeps() -> None:
    """A sleeper is woken only by what the person put into the night."""
    water = reminder(at("bedtime"), fresh=FRESH)
    for due, latest in (
        (BEDTIME - 60 * MINUTE, BEDTIME - 15 * MINUTE),
        (BEDTIME - 5 * MINUTE, BEDTIME + 30 * MINUTE),
        (BEDTIME + 20 * MINUTE, BEDTIME + 65 * MINUTE),
    ):
        assert shown_at_latest(delivery(due), water, FRIDAY) == latest


def test_a_moment_in_an_earlier_night_was_not_put_into_this_one() -> None:
    """However fresh it may be."""
    what = delivery(FRIDAY.wake - MINUTE)
    assert in_the_night(what, 31 * MINUTE, timedelta(days=2)) == Drop(Reason.ASLEEP)


def test_a_moment_at_the_next_wake_up_is_not_in_the_night() -> None:
    """It belongs to the day that begins."""
    assert not chosen_for_night(delivery(FRIDAY.ends), FRIDAY)
    assert chosen_for_night(delivery(FRIDAY.ends - SECOND), FRIDAY)


def test_a_snooze_that_ends_half_an_hour_after_bedtime_is_not_lost() -> None:
    """It was offered, and its alarm comes a moment after its end, never before."""
    what = delivery(BEDTIME - 5 * MINUTE).snoozed(BEDTIME + 30 * MINUTE)
    assert in_the_night(what, 30 * MINUTE) == Show()
    assert in_the_night(what, 30 * MINUTE + timedelta(milliseconds=83)) == Show()
    assert in_the_night(what, 31 * MINUTE) == Show()


def test_a_snooze_caught_up_with_in_the_night_does_not_wake_a_sleeper() -> None:
    """It ended while the person might have seen it, but was not there."""
    what = delivery(BEDTIME - 5 * MINUTE).snoozed(BEDTIME + 29 * MINUTE)
    assert in_the_night(what, 31 * MINUTE) == Drop(Reason.ASLEEP)
    assert in_the_night(what.held(Reason.LOCKED), 31 * MINUTE) == Drop(Reason.ASLEEP)


def test_a_snooze_that_the_person_put_into_the_night_is_shown() -> None:
    """This holds if it was held there for a while."""
    what = delivery(BEDTIME - 5 * MINUTE).snoozed(BEDTIME + 31 * MINUTE)
    assert in_the_night(what, 35 * MINUTE) == Show()
    assert in_the_night(what.held(Reason.LOCKED), 50 * MINUTE) == Show()


def test_a_stretch_that_was_begun_late_was_not_put_into_the_night() -> None:
    """It was to be over before long."""
    begun = delivery(BEDTIME - 5 * MINUTE).start_routine(
        BEDTIME + 35 * MINUTE, BEDTIME + 38 * MINUTE
    )
    assert not chosen_for_night(begun.held(Reason.LOCKED), FRIDAY)


def test_a_repeat_does_not_wake_a_sleeper() -> None:
    """Nobody chose that it is asked again so late, though it was snoozed before."""
    what = delivery(BEDTIME - 5 * MINUTE).snoozed(BEDTIME + 20 * MINUTE)
    again = BEDTIME + 31 * MINUTE
    asked = replace(
        what, state=Active(BEDTIME + 20 * MINUTE, again + FRESH, again), fresh_from=again
    )
    assert in_the_night(asked, 31 * MINUTE) == Drop(Reason.ASLEEP)


def test_a_repeat_of_what_the_person_put_into_the_night_is_shown() -> None:
    """They asked to be asked there."""
    again = BEDTIME + 50 * MINUTE
    what = delivery(BEDTIME + 40 * MINUTE)
    asked = replace(what, state=Active(what.fresh_from, again + FRESH, again), fresh_from=again)
    assert in_the_night(asked, 50 * MINUTE) == Show()


# Presence


@pytest.mark.parametrize("condition", Condition)
def test_each_condition_holds_a_reminder_and_gives_its_own_reason(condition: Condition) -> None:
    """A new condition needs a reason of the same name."""
    what = replace(PLAIN, reminder=reminder(at("19:20"), quiet=HOLD_ALL))
    held = present(what, condition).decide()
    assert isinstance(held, Hold)
    assert held == Hold(Reason[condition.name])


@pytest.mark.parametrize("condition", Condition)
def test_a_reminder_may_be_shown_all_the_same(condition: Condition) -> None:
    """A condition that the reminder ignores does not count."""
    heedless = replace(PLAIN, reminder=reminder(at("19:20"), quiet=SHOW_ALL))
    assert present(heedless, condition).decide() == Show()


def test_a_reason_that_is_not_heeded_gives_way_to_the_next() -> None:
    """Locked does not matter to it, being idle does."""
    own = HOLD_ALL | {Condition.LOCKED: WhenBusy.SHOW}
    what = replace(PLAIN, reminder=reminder(at("19:20"), quiet=own))
    assert present(what, Condition.LOCKED, Condition.IDLE).decide() == Hold(Reason.IDLE)


def test_what_cannot_be_told_counts_as_here_and_undisturbed() -> None:
    """entracte#67: a probe that did not answer was taken for do-not-disturb."""
    assert Situation(NOW, FRIDAY).presence == Presence()


# Which of several


def returned(
    *deliveries: Delivery, evening: frozenset[str] = frozenset()
) -> tuple[list[str], list[str]]:
    """Return the names of those that are shown or wait, and of those that give way."""
    waiting, giving_way = first_to_show(deliveries, evening, NOW)
    return (
        [one.key.reminder for one in waiting],
        [one.key.reminder for one in giving_way],
    )


def held(name: str, minutes_ago: float) -> Delivery:
    """Return a delivery held at its moment, so long ago."""
    return delivery(NOW - minutes_ago * MINUTE, name).held(Reason.LOCKED)


def snoozed(name: str, minutes_ago: float) -> Delivery:
    """Return a delivery after a snooze that ended so long ago."""
    back = NOW - minutes_ago * MINUTE
    return replace(delivery(back - FRESH, name), state=Snoozed(back), fresh_from=back, snoozes=1)


def test_of_what_was_held_only_one_is_shown() -> None:
    """entracte#134: everything that had been held came at once."""
    assert returned(held("a", 30), held("b", 20), held("c", 25)) == (["b"], ["c", "a"])


def test_evening_reminders_come_before_fresher_ones() -> None:
    """Water can be drunk tomorrow."""
    shown = returned(
        held("water", 5), held("evening-stretch", 40), evening=frozenset({"evening-stretch"})
    )
    assert shown == (["evening-stretch"], ["water"])


def test_of_two_evening_reminders_the_freshest_comes_first() -> None:
    """Being an evening reminder alone decides nothing between them."""
    evening = frozenset({"stretch", "blanket"})
    assert returned(held("stretch", 30), held("blanket", 5), evening=evening)[0] == ["blanket"]


def test_a_snooze_comes_before_what_is_fresher() -> None:
    """The person asked for it."""
    assert returned(held("fresh", 2), snoozed("asked-for", 9)) == (["asked-for"], ["fresh"])


def test_an_evening_reminder_comes_before_a_snooze() -> None:
    """Before bed there is no later."""
    shown = returned(snoozed("water", 2), held("stretch", 9), evening=frozenset({"stretch"}))
    assert shown == (["stretch"], ["water"])


def test_what_is_due_together_waits_its_turn() -> None:
    """Within a minute it is the moment itself, not a return to it."""
    assert returned(held("a", 0), held("b", 1), held("c", 1.02)) == (["a", "b"], ["c"])


def test_what_has_been_waiting_its_turn_goes_on_waiting() -> None:
    """It was due together with one that came first, and nobody was away."""
    in_line = delivery(NOW - 5 * MINUTE, "b").held(Reason.ANOTHER)
    assert returned(held("a", 0), in_line, held("c", 5)) == (["a", "b"], ["c"])


def test_a_snooze_that_ends_with_another_moment_waits_its_turn() -> None:
    """It does not give way to what is shown first."""
    shown = returned(snoozed("water", 0.5), held("stretch", 0), evening=frozenset({"stretch"}))
    assert shown == (["stretch", "water"], [])


def test_what_ties_stays_in_its_order() -> None:
    """The order of the journal decides, each time alike."""
    assert returned(held("b", 9), held("a", 9)) == (["b"], ["a"])


def test_nothing_to_show_is_nothing_to_order() -> None:
    """An empty return shows nothing."""
    assert returned() == ([], [])


def test_the_day_of_the_situation_is_the_one_that_counts() -> None:
    """A night that has ended is no night any more."""
    saturday = calendar().day(day("2026-11-07"))
    what = delivery(saturday.wake - 10 * MINUTE).held(Reason.LOCKED)
    situation = Situation(saturday.wake + MINUTE, saturday)
    assert decide(what, reminder(at("06:50")), situation) == Show()


# What is open is reviewed by the same policy

OPEN = Active(shown=NOW - 5 * MINUTE, closes=NOW + 5 * MINUTE)
OVER = replace(OPEN, closes=NOW)
AWAY = replace(OPEN, away=True)


def reviewed(state: Active, case: Case = PLAIN) -> Delivery:
    """Return what becomes of an occurrence that is open in this state."""
    return review(replace(PLAIN.delivery, state=state), case.reminder, case.situation)


@pytest.mark.parametrize(
    "state",
    [OPEN, AWAY, replace(AWAY, closes=NOW, again=NOW + MINUTE), replace(OPEN, shown=None)],
)
def test_what_is_open_stays_so_until_its_time_is_over(state: Active) -> None:
    """A server that takes it off the screen, or a repeat that is to come, does not end it."""
    assert reviewed(state).state == state


@pytest.mark.parametrize("state", [OPEN, AWAY])
@pytest.mark.parametrize("now", [None, replace(reminder(at("19:20")), enabled=False)])
def test_what_is_open_and_configured_no_more_is_given_up(
    state: Active, now: Reminder | None
) -> None:
    """A disabled reminder leaves the screen, and so does a removed one."""
    closed = reviewed(state, replace(PLAIN, reminder=now)).state
    assert isinstance(closed, Closed)
    assert closed.reason is Reason.DISABLED


def test_a_pause_and_a_lock_hold_what_is_open() -> None:
    """A lock counts for a reminder that waits for it; no other condition takes anything off."""
    paused = replace(PLAIN.situation, paused_until=NOW + MINUTE)
    assert reviewed(OPEN, replace(PLAIN, situation=paused)).state == Held(Reason.PAUSED)
    locked = present(PLAIN, Condition.LOCKED)
    assert reviewed(OPEN, locked).state == Held(Reason.LOCKED)
    heedless = replace(locked, reminder=reminder(at("19:20"), quiet=SHOW_ALL))
    assert reviewed(OPEN, heedless).state == OPEN
    others = present(PLAIN, *(set(Condition) - {Condition.LOCKED}))
    assert reviewed(OPEN, others).state == OPEN


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        (OVER, Outcome.EXPIRED, None),
        (replace(AWAY, closes=NOW), Outcome.EXPIRED, None),
        (replace(OVER, shown=None), Outcome.MISSED, Reason.NOT_SHOWN),
        (
            replace(OVER, shown=None, delivery=DeliveryStatus.NO_SERVER),
            Outcome.MISSED,
            Reason.NOT_SHOWN,
        ),
        (
            replace(OVER, shown=None, delivery=DeliveryStatus.NO_ID),
            Outcome.MISSED,
            Reason.REFUSED,
        ),
    ],
)
def test_what_is_open_is_settled_when_its_time_is_over(
    state: Active, outcome: Outcome, reason: Reason | None
) -> None:
    """It expires where it was on the screen; else it is missed, with the reason."""
    assert reviewed(state).state == Closed(outcome, NOW, reason)


def test_what_is_asked_again_leaves_the_screen_when_its_time_is_over() -> None:
    """It stays open until then."""
    asked_again = replace(OVER, again=NOW + 10 * MINUTE)
    assert reviewed(asked_again).state == replace(asked_again, away=True)


def test_only_what_is_open_is_reviewed() -> None:
    """A snooze goes on."""
    snoozed = PLAIN.delivery.snoozed(NOW + MINUTE)
    assert review(snoozed, None, PLAIN.situation) is snoozed


@pytest.mark.parametrize(
    ("cause", "moment", "waits"),
    [
        (Reason.ANOTHER, "19:00", True),
        (Reason.LOCKED, "19:00", False),
        (Reason.LOCKED, "bedtime - 2h", True),
        (Reason.ROUTINE, "19:00", False),
    ],
)
def test_what_waits_its_turn_shares_the_screen(cause: Reason, moment: str, *, waits: bool) -> None:
    """An evening reminder that was held for an absence gets its share; others were in line."""
    waiting = delivery(NOW - 5 * MINUTE, "walk").held(cause)
    walk = reminder(at(moment), "walk")
    situation = Situation(now=NOW, day=FRIDAY)
    assert waits_its_turn(waiting, walk, situation) is waits
    assert not waits_its_turn(waiting, None, situation)
    assert not waits_its_turn(replace(waiting, seen=True), walk, situation)
    assert not waits_its_turn(waiting, walk, replace(situation, paused_until=NOW + MINUTE))


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ({}, False),
        ({"good_night": True}, True),
        ({"paused_until": NOW + MINUTE}, True),
        ({"presence": Presence({Condition.LOCKED})}, True),
        ({"presence": Presence(set(Condition) - {Condition.LOCKED})}, False),
    ],
    ids=["nothing", "good night", "a pause", "a lock", "all other conditions"],
)
def test_no_routine_is_led_through_in_a_silent_situation(
    changes: dict[str, Any], *, silent: bool
) -> None:
    """Idleness does not stop a stretch."""
    assert replace(PLAIN.situation, **changes).silent is silent
