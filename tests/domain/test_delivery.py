"""The states of an occurrence from its moment to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain_builders import at, delivery, reminder, utc
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
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Repeat, Topic

DUE = utc("2026-11-06 11:00")
LATER = utc("2026-11-06 11:20")
MINUTE = timedelta(minutes=1)

PLAIN = reminder(at("12:00"))
REPEATED = reminder(at("12:00"), repeat=Repeat(10 * MINUTE, 2), stays=30 * MINUTE)


def test_a_delivery_begins_with_its_moment() -> None:
    """It is due, fresh from its moment, and nothing has happened to it."""
    occurrence = delivery(DUE).occurrence
    begun = begin(occurrence, Topic.EXERCISE)
    assert begun == Delivery(occurrence, Topic.EXERCISE, Due(), fresh_from=DUE)
    assert begun.key == occurrence.key
    assert (begun.showings, begun.snoozes, begun.seen, begun.tip) == (0, 0, False, None)
    assert not begun.settled


def test_what_is_held_knows_why() -> None:
    """Nothing else changes."""
    before = delivery(DUE)
    assert before.held(Reason.LOCKED) == replace(before, state=Held(Reason.LOCKED))


def test_what_is_given_to_the_screen_may_be_shown_while_it_is_fresh() -> None:
    """It has not been seen by that."""
    given_to_screen = delivery(DUE).given(PLAIN, "drink-through-the-day")
    assert given_to_screen.state == Active(shown=None, closes=DUE + PLAIN.fresh)
    assert given_to_screen.showings == 1
    assert given_to_screen.tip == "drink-through-the-day"
    assert not given_to_screen.seen


def test_what_is_asked_again_counts_as_fresh_from_then() -> None:
    """It is taken off the screen until then, and is otherwise what it was."""
    opened = delivery(DUE).given(REPEATED, None).shown(REPEATED, DUE)
    state = opened.state
    assert isinstance(state, Active)
    again = opened.repeated(state, LATER)
    assert again == replace(opened, state=replace(state, away=True), fresh_from=LATER)


def test_what_is_shown_stays_from_when_a_notifier_took_it() -> None:
    """Not from its moment, and it has been seen from then on."""
    shown = delivery(DUE).given(PLAIN, None).shown(PLAIN, LATER)
    assert shown.state == Active(
        LATER, LATER + PLAIN.stays, again=None, delivery=DeliveryStatus.SHOWN
    )
    assert shown.seen
    assert shown.showings == 1


def test_what_is_repeated_is_asked_again_after_its_interval() -> None:
    """Counted from when it was shown."""
    shown = delivery(DUE).given(REPEATED, None).shown(REPEATED, LATER)
    assert shown.state == Active(
        LATER, LATER + 30 * MINUTE, again=LATER + 10 * MINUTE, delivery=DeliveryStatus.SHOWN
    )


@pytest.mark.parametrize("times", [0, 1, 2, 5])
def test_a_repeat_asks_so_many_times_more(times: int) -> None:
    """Two times more are three in all."""
    what = reminder(at("12:00"), repeat=Repeat(10 * MINUTE, times))
    one, now, shown = delivery(DUE), DUE, 0
    while True:
        one, shown = one.given(what, None).shown(what, now), shown + 1
        assert isinstance(one.state, Active)
        if one.state.again is None:
            break
        now = one.state.again
    assert shown == 1 + times
    assert now == DUE + times * 10 * MINUTE


def test_a_snooze_counts_freshness_and_repeats_anew() -> None:
    """It is the same occurrence, which comes back as if it were due then."""
    shown = delivery(DUE).given(REPEATED, "tip").shown(REPEATED, DUE)
    until = LATER + 10 * MINUTE
    put_off = shown.snoozed(until)
    assert put_off.state == Snoozed(until)
    assert (put_off.fresh_from, put_off.showings, put_off.snoozes) == (until, 0, 1)
    assert (put_off.occurrence, put_off.seen, put_off.tip) == (shown.occurrence, True, "tip")
    assert put_off.snoozed(until + MINUTE).snoozes == 2
    again = put_off.given(REPEATED, "tip")
    assert again.state == Active(None, until + REPEATED.fresh)
    assert again.shown(REPEATED, until).state == Active(
        until, until + 30 * MINUTE, until + 10 * MINUTE, delivery=DeliveryStatus.SHOWN
    )


def test_coming_back_from_having_been_taken_off_is_no_further_asking() -> None:
    """Locking the screen in between does not cost a repeat."""
    shown = delivery(DUE).given(REPEATED, None).shown(REPEATED, DUE)
    back = shown.held(Reason.LOCKED).given(REPEATED, None).shown(REPEATED, LATER)
    assert (shown.showings, back.showings) == (1, 1)
    assert back.state == Active(
        LATER, LATER + 30 * MINUTE, LATER + 10 * MINUTE, delivery=DeliveryStatus.SHOWN
    )


def test_what_was_held_before_it_was_seen_is_asked_for_the_first_time() -> None:
    """The same holds for a snoozed one that was held at the end of the snooze."""
    assert delivery(DUE).held(Reason.LOCKED).given(REPEATED, None).showings == 1
    seen = delivery(DUE).given(REPEATED, None).shown(REPEATED, DUE)
    assert seen.snoozed(LATER).held(Reason.LOCKED).given(REPEATED, None).showings == 1


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_settled_has_one_outcome(outcome: Outcome) -> None:
    """With the instant, and a reason where there is one."""
    settled = delivery(DUE).settle(outcome, LATER)
    assert settled.settled
    assert settled.state == Closed(outcome, LATER, None)
    assert delivery(DUE).settle(outcome, LATER, Reason.GOOD_NIGHT).state == Closed(
        outcome, LATER, Reason.GOOD_NIGHT
    )


@pytest.mark.parametrize("reason", Reason)
def test_what_was_seen_and_is_given_up_has_expired(reason: Reason) -> None:
    """It makes no difference whether it is open, was put off, or was held again."""
    seen = delivery(DUE).given(PLAIN, None).shown(PLAIN, DUE)
    for one in (seen, seen.snoozed(LATER), seen.held(Reason.LOCKED)):
        assert one.give_up(LATER, reason).state == Closed(Outcome.EXPIRED, LATER, reason)


@pytest.mark.parametrize("reason", Reason)
def test_what_was_never_seen_and_is_given_up_was_missed(reason: Reason) -> None:
    """The same holds if it was given to a screen that never showed it."""
    for one in (delivery(DUE), delivery(DUE).given(PLAIN, None), delivery(DUE).snoozed(LATER)):
        assert one.give_up(LATER, reason).state == Closed(Outcome.MISSED, LATER, reason)


@pytest.mark.parametrize("reason", [Reason.TOO_LATE, Reason.SUPERSEDED, Reason.ANOTHER])
@pytest.mark.parametrize(
    "cause", [Reason.LOCKED, Reason.IDLE, Reason.DO_NOT_DISTURB, Reason.PAUSED]
)
def test_what_was_held_until_too_late_was_missed_for_what_held_it(
    cause: Reason, reason: Reason
) -> None:
    """That it was too late in the end would not tell the person why."""
    missed = delivery(DUE).held(cause).give_up(LATER, reason)
    assert missed.state == Closed(Outcome.MISSED, LATER, cause)


@pytest.mark.parametrize(
    "reason", [Reason.GOOD_NIGHT, Reason.DISABLED, Reason.ASLEEP, Reason.NOT_SHOWN]
)
def test_a_reason_of_its_own_says_more_than_what_held_it(reason: Reason) -> None:
    """The person went to bed, or changed the config: that is why it never came."""
    missed = delivery(DUE).held(Reason.LOCKED).give_up(LATER, reason)
    assert missed.state == Closed(Outcome.MISSED, LATER, reason)


STEPS = ["hold", "give", "show", "snooze"]


@given(st.lists(st.sampled_from(STEPS)), st.integers(0, 3))
def test_whatever_happens_to_it_a_delivery_keeps_count(steps: list[str], times: int) -> None:
    """It stays the same occurrence, knows its snoozes, and whether it was ever seen."""
    what = reminder(at("12:00"), repeat=Repeat(10 * MINUTE, times))
    one, now = delivery(DUE), DUE
    for step in steps:
        now += MINUTE
        match step:
            case "hold":
                one = one.held(Reason.IDLE)
            case "give":
                one = one.given(what, None)
            case "show":
                one = one.shown(what, now)
            case _:
                one = one.snoozed(now + 10 * MINUTE)
        assert not one.settled
    assert one.occurrence == delivery(DUE).occurrence
    assert one.snoozes == steps.count("snooze")
    assert one.seen == ("show" in steps)
    ended = one.give_up(now, Reason.DISABLED).state
    assert isinstance(ended, Closed)
    assert ended.outcome is (Outcome.EXPIRED if one.seen else Outcome.MISSED)


def test_who_is_led_is_asked_nothing_meanwhile() -> None:
    """It is as fresh as at the start of the stretch."""
    shown = replace(delivery(DUE).given(REPEATED, "a-tip"), seen=True)
    led = shown.start_routine(LATER, LATER + 3 * MINUTE)
    assert led.state == Active(LATER, LATER + 3 * MINUTE)
    assert led == replace(shown, state=led.state, fresh_from=LATER)


@pytest.mark.parametrize("showings", [0, 1])
@pytest.mark.parametrize("waits", [Held(Reason.LOCKED), Snoozed(LATER)])
def test_what_waits_is_given_to_the_screen_by_its_routine(waits: State, showings: int) -> None:
    """A lock that cuts the routine short costs no showing, and takes none back."""
    waiting = replace(delivery(DUE), state=waits, showings=showings, seen=True)
    led = waiting.start_routine(LATER, LATER + 3 * MINUTE)
    assert (led.showings, led.held(Reason.LOCKED).showings) == (showings + 1, showings)


def test_what_was_answered_before_it_was_given_is_given_by_its_routine() -> None:
    """It can be held from there on."""
    skipped = delivery(DUE).settle(Outcome.SKIPPED, DUE)
    led = skipped.start_routine(LATER, LATER + 3 * MINUTE)
    assert (led.showings, led.held(Reason.LOCKED).showings) == (1, 0)


# On its way to the screen


def opened(delivery: Delivery) -> Active:
    """Return the state of a delivery that is open."""
    assert isinstance(delivery.state, Active)
    return delivery.state


def test_what_was_refused_without_an_id_is_sent_again_by_its_repeat() -> None:
    """As often as that says; without one it is not."""
    given = delivery(DUE).given(REPEATED, None)
    refused = given.rejected(REPEATED, DUE, DeliveryStatus.NO_ID)
    assert refused.state == replace(
        opened(given), delivery=DeliveryStatus.NO_ID, again=DUE + 10 * MINUTE
    )
    assert opened(given.rejected(PLAIN, DUE, DeliveryStatus.NO_ID)).again is None
    last = replace(given, showings=9)
    assert opened(last.rejected(REPEATED, DUE, DeliveryStatus.NO_ID)).again is None


@pytest.mark.parametrize(
    "why", [DeliveryStatus.NO_SERVER, DeliveryStatus.NO_REPLY, DeliveryStatus.ERROR]
)
def test_what_is_tried_again_anyway_does_not_wait_for_its_repeat(why: DeliveryStatus) -> None:
    """The screen sees to it."""
    given = delivery(DUE).given(REPEATED, None)
    assert given.rejected(REPEATED, DUE, why).state == replace(opened(given), delivery=why)


def test_what_was_shown_and_lost_keeps_its_time_and_its_repeat() -> None:
    """Only where it is now has changed."""
    shown = delivery(DUE).given(REPEATED, None).shown(REPEATED, DUE)
    lost = shown.rejected(REPEATED, LATER, DeliveryStatus.NO_ID)
    assert lost.state == replace(opened(shown), delivery=DeliveryStatus.NO_ID)
    assert (opened(shown).on_screen, opened(lost).on_screen) == (True, False)
    assert not replace(opened(shown), away=True).on_screen


def test_what_is_not_open_cannot_be_rejected() -> None:
    """An answer may have come before."""
    held = delivery(DUE).held(Reason.LOCKED)
    assert held.rejected(PLAIN, DUE, DeliveryStatus.ERROR) == held


@pytest.mark.parametrize("delivery", DeliveryStatus)
def test_a_delivery_has_one_of_four_stages(delivery: DeliveryStatus) -> None:
    """A refused one has a reason."""
    assert delivery.stage in {"decided", "sent", "shown", "refused"}
    assert delivery.refusal == (str(delivery) if delivery.stage == "refused" else None)


@pytest.mark.parametrize(
    ("state", "deadline"),
    [
        (Active(DUE, closes=LATER), LATER),
        (Active(DUE, closes=LATER, again=DUE + MINUTE), DUE + MINUTE),
        (Active(DUE, closes=LATER, again=LATER + MINUTE), LATER),
        (Active(DUE, closes=LATER, again=LATER + MINUTE, away=True), LATER + MINUTE),
        (Active(DUE, closes=LATER, away=True), LATER),
        (Snoozed(LATER), LATER),
        (Due(), None),
        (Held(Reason.LOCKED), None),
        (Closed(Outcome.DONE, LATER), None),
    ],
)
def test_only_what_is_open_or_snoozed_has_a_deadline(
    state: State, deadline: datetime | None
) -> None:
    """It is closed or asked again, whichever comes first; off the screen it is asked again."""
    assert replace(delivery(DUE), state=state).deadline == deadline
