"""Pause, "Good night", another bedtime and the diary, on their way between computers."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from nightcare.bridge.act_exchange import SharedMessage
from nightcare.domain.diary import Answer, Severity
from nightcare.domain.referral import Referral, ReferralReason, concern
from nightcare.domain.schedule import ReferralRule
from nightcare.engine.diary_actions import Details
from parts.desk import local
from parts.sharing_desk import SharingDesk, two

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = date(2026, 11, 22)


def exchange(*desks: SharingDesk) -> None:
    """Let all computers hear all others, in turn."""
    for one in desks:
        one.hear(*(other for other in desks if other is not one))


def test_a_pause_holds_on_all_and_ends_on_all() -> None:
    """The reminders leave the screens, and return."""
    desk, laptop = two()
    desk.pause(HOUR)
    laptop.hear(desk)
    assert laptop.title() is None
    assert laptop.outcomes("stretch") == ["held"]
    assert laptop.publish() == []
    laptop.answers().resume(laptop.now)
    laptop.written()
    desk.hear(laptop)
    assert [one.title() for one in (desk, laptop)] == ["Once more: Stretch"] * 2
    # It is nobody's change any more, and nothing is written, which would wake the services.
    for one in (desk, laptop):
        assert not one.values.sync(one.now)
    assert not desk.receive(laptop.publish())


def test_a_pause_that_is_over_is_no_change() -> None:
    """Each computer ends it by its own clock."""
    desk, laptop = two()
    desk.pause(10 * MINUTE)
    laptop.hear(desk)
    laptop.until("2026-11-23 22:12")
    assert laptop.title() == "Once more: Stretch"
    assert laptop.publish() == []
    desk.hear(laptop)
    assert desk.title() is None
    desk.until("2026-11-23 22:12")
    assert not desk.values.sync(desk.now)


def test_of_two_pauses_the_later_one_counts() -> None:
    """It does so on a computer whose clock is behind, if that knows of the earlier one."""
    desk, laptop = two()
    desk.now += 10 * MINUTE
    desk.pause(3 * HOUR)
    laptop.hear(desk)
    laptop.pause(HOUR)
    desk.hear(laptop)
    until = laptop.now + HOUR
    assert [one.journal.global_state().paused_until for one in (desk, laptop)] == [until, until]


def test_good_night_closes_the_evening_on_all() -> None:
    """A reminder that both show is done on both."""
    desk, laptop = two()
    desk.answers().good_night(desk.now)
    desk.written()
    laptop.hear(desk)
    assert laptop.title() is None
    exchange(desk, laptop)
    assert laptop.outcomes("stretch") == desk.outcomes("stretch") == ["done"]


def test_good_night_elsewhere_answers_nothing_by_itself() -> None:
    """It is not made done, and comes back with an undo there, while it is fresh."""
    desk, laptop = two()
    desk.values.sync(desk.now)
    desk.answers().skip(desk.now)
    desk.answers().good_night(desk.now)
    # The values arrive without the acts.
    values = [one for one in desk.publish() if one.name.startswith("values/")]
    assert desk.value_names() == ["good-night/2026-11-23"]
    laptop.receive(values)
    laptop.written()
    assert laptop.title() is None
    assert laptop.outcomes("stretch") == ["expired: good night"]
    desk.undo()
    desk.undo()
    laptop.hear(desk)
    # The laptop has shown it before, as the desk has.
    assert [one.title() for one in (desk, laptop)] == ["Once more: Stretch"] * 2


def test_a_new_evening_withdraws_nothing() -> None:
    """The last one stays closed in the journals, and nothing is published about it."""
    desk, laptop = two()
    desk.good_night()
    laptop.hear(desk)
    for one in (desk, laptop):
        one.until("2026-11-24 22:10")
    laptop.good_night()
    exchange(desk, laptop)
    assert [one.journal.global_state().good_night for one in (desk, laptop)] == [
        date(2026, 11, 24)
    ] * 2
    assert laptop.value_names() == ["good-night/2026-11-24"]


def test_another_bedtime_moves_the_evening_on_all() -> None:
    """Its undo moves it back."""
    desk, laptop = two()
    desk.tonight("23:30")
    laptop.hear(desk)
    assert [one.title() for one in (desk, laptop)] == [None, None]
    laptop.until("2026-11-23 23:01")
    assert laptop.title() == "Stretch"
    desk.now = laptop.now
    desk.undo()
    laptop.hear(desk)
    assert laptop.journal.global_state().tonight == {}
    assert laptop.title() == "Stretch"


def test_undo_of_an_answer_keeps_what_came_from_another_computer_since() -> None:
    """It restores only what its own action has changed."""
    desk, laptop = two()
    laptop.press("done")
    desk.pause(HOUR)
    desk.tonight("23:30")
    laptop.hear(desk)
    laptop.undo()
    state = laptop.journal.global_state()
    assert state.paused_until == desk.now + HOUR
    assert state.tonight == desk.journal.global_state().tonight
    desk.hear(laptop)
    assert desk.journal.global_state().paused_until == desk.now + HOUR


def test_a_change_that_is_not_recorded_yet_is_not_lost() -> None:
    """The bridge may have been away when it was made, and hear of an older one first."""
    desk, laptop = two()
    desk.pause(HOUR)
    messages = desk.publish()
    laptop.now += MINUTE
    laptop.pause(2 * HOUR)
    laptop.receive(messages)
    desk.hear(laptop)
    until = laptop.now + 2 * HOUR
    assert [one.journal.global_state().paused_until for one in (desk, laptop)] == [until, until]


def test_a_value_from_an_old_backup_of_the_broker_is_ignored() -> None:
    """The journal knows a later one of the same computer."""
    desk, laptop = two()
    desk.pause(HOUR)
    backup = desk.publish()
    laptop.receive(backup)
    desk.now += MINUTE
    desk.answers().resume(desk.now)
    laptop.hear(desk)
    assert not laptop.receive(backup)
    assert laptop.journal.global_state().paused_until is None


# The diary


def test_the_diary_is_the_union_of_all() -> None:
    """Each cramp once, whatever its number; notes stay where they were typed."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    at = local("2026-11-23 03:10")
    desk.diary.add(at, Details(severity=Severity.SEVERE, minutes=5, note="left calf"), desk.now)
    laptop.diary.add(at - HOUR, Details(), laptop.now)
    laptop.diary.answer(date(2026, 11, 21), Answer.MILD, laptop.now)
    for _ in range(2):
        exchange(desk, laptop)
    for one in (desk, laptop):
        diary = one.journal.diary
        assert [cramp.at for cramp in diary.cramps()] == [at - HOUR, at]
        assert [cramp.severity for cramp in diary.cramps()] == [None, Severity.SEVERE]
        assert [morning.answer for morning in diary.mornings()] == [Answer.MILD]
        assert not one.values.sync(one.now)
    assert [cramp.note for cramp in desk.journal.diary.cramps()] == ["", "left calf"]
    assert [cramp.note for cramp in laptop.journal.diary.cramps()] == ["", ""]
    assert all(b"calf" not in one.payload for one in desk.publish())
    rule = ReferralRule(nights=2, days=7, notice=True)
    diary = desk.journal.diary
    first = date(2026, 11, 17)
    found = concern(first, rule, diary.cramps(first), diary.mornings(first))
    assert found == Referral(ReferralReason.MANY_AND_SEVERE, 2)


def test_a_correction_and_a_removal_count_on_all() -> None:
    """On whichever computer; the note is kept."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    at = local("2026-11-23 03:10")
    number = desk.diary.add(at, Details(note="left calf"), desk.now).cramp.id
    laptop.hear(desk)
    (copy,) = laptop.journal.diary.cramps()
    laptop.now += MINUTE
    laptop.diary.change(copy.id, at - HOUR, lambda one: one, laptop.now)
    desk.hear(laptop)
    (cramp,) = desk.journal.diary.cramps()
    assert (cramp.id, cramp.at, cramp.note) == (number, at - HOUR, "left calf")
    desk.diary.remove(number)
    laptop.hear(desk)
    assert laptop.journal.diary.cramps() == []
    exchange(desk, laptop)
    assert desk.journal.diary.cramps() == []


def test_an_answer_that_was_taken_out_is_gone_on_all() -> None:
    """As the desk has it last."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.diary.answer(NIGHT, Answer.NONE, desk.now)
    laptop.hear(desk)
    assert [one.answer for one in laptop.journal.diary.mornings()] == [Answer.NONE]
    desk.diary.remove_answer(NIGHT)
    laptop.hear(desk)
    assert laptop.journal.diary.mornings() == []


def test_the_diary_is_shared_only_if_both_want_it() -> None:
    """Neither is it sent without, nor taken in."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop", diary=False)
    desk.diary.add(local("2026-11-23 03:10"), Details(), desk.now)
    laptop.diary.answer(NIGHT, Answer.SEVERE, laptop.now)
    exchange(desk, laptop)
    assert laptop.publish() == []
    assert laptop.journal.diary.cramps() == []
    assert desk.journal.diary.mornings() == []
    # Which is made up for when it does.
    laptop.shares_diary = True
    for _ in range(2):
        exchange(desk, laptop)
    assert len(laptop.journal.diary.cramps()) == len(desk.journal.diary.mornings()) == 1


def test_a_long_diary_is_shared_for_a_year() -> None:
    """Older entries stay on their computer, and count as no removal."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.diary.add(desk.now - timedelta(days=500), Details(), desk.now)
    desk.diary.add(desk.now - timedelta(days=390), Details(), desk.now)
    for _ in range(2):
        exchange(desk, laptop)
    assert len(laptop.journal.diary.cramps()) == 1
    for one in (desk, laptop):
        one.now += timedelta(days=20)
    for _ in range(2):
        exchange(desk, laptop)
    assert len(desk.journal.diary.cramps()) == 2
    assert len(laptop.journal.diary.cramps()) == 1
    assert desk.value_names() == []


# What arrives


CRAMP = {
    "at": "2026-11-23T02:10:00+00:00", "ahead": 3600, "care_day": "2026-11-22", "by_night": True,
    "leg": None, "severity": "mild", "minutes": 3, "recorded": "2026-11-23T06:10:00+00:00",
}  # fmt: skip
"""A cramp as it is published."""


def message(name: str, value: object, **changes: object) -> SharedMessage:
    """Return a message of another computer with a value."""
    entry = {"name": name, "at": "2026-11-23T10:00:00+00:00", "value": value, **changes}
    return SharedMessage("desk", "values/settings/1", json.dumps([entry]).encode())


def test_of_values_that_arrive_at_the_same_time_the_last_counts() -> None:
    """The copies of the broker and later messages may come in any order."""
    laptop = SharingDesk("laptop")
    removed = message("cramp/desk/1-1", None, at="2026-11-23T11:00:00+00:00")
    laptop.receive([removed, message("cramp/desk/1-1", CRAMP)])
    assert laptop.journal.diary.cramps() == []


def test_a_later_version_may_say_more_of_a_cramp() -> None:
    """The unknown part is left out, and not taken for a change here."""
    laptop = SharingDesk("laptop")
    laptop.receive([message("cramp/desk/1-1", {**CRAMP, "mood": "fine"})])
    assert len(laptop.journal.diary.cramps()) == 1
    assert laptop.publish() == []


@pytest.mark.parametrize(
    "found",
    [
        message("pause", "tomorrow"),
        message("pause", 5),
        message("pause", value=True),
        message("pause", "2026-11-23T21:00:00"),
        message("pause", "2026-11-23T21:00:00Z", at="now"),
        message("pause/x", "2026-11-23T21:00:00Z"),
        message("good-night", value=True),
        message("good-night/2026-11-23", value=False),
        message("good-night/2027-11-23", value=True),
        message("good-night/23", value=True),
        message("tonight/2026-11-23", "late"),
        message("tonight/2026-11-23", None, at=None),
        message("morning/2026-11-22", "awful"),
        message("morning/2026-11-22/x", "mild"),
        message("cramp/desk/1-1", {}),
        message("cramp/desk/1-1", {**CRAMP, "minutes": -1}),
        message("cramp/desk/../1", CRAMP),
        message("cramp/desk", CRAMP),
        message("mood/2026-11-22", "fine"),
        SharedMessage("desk", "values", message("pause", None).payload),
        SharedMessage("desk", "acts/2026-11-23/1", message("pause", None).payload),
        SharedMessage("desk", "values/settings/1", b"1"),
        SharedMessage("desk", "values/settings/1", b"[1, null, {}, []]"),
        SharedMessage("desk", "values/settings/1", b"\xff"),
        SharedMessage("desk", "values/settings/1", b"[" * 30_000),
        SharedMessage("desk", "values/settings/1", b" " * 100_000),
        SharedMessage("de/sk", "values/settings/1", message("pause", None).payload),
    ],
)
def test_what_is_no_value_is_ignored(found: SharedMessage) -> None:
    """A broker may send anything, and a later version things of its own."""
    laptop = SharingDesk("laptop")
    before = laptop.journal.shared.values(), laptop.journal.global_state()
    assert not laptop.receive([found])
    assert (laptop.journal.shared.values(), laptop.journal.global_state()) == before


def test_of_two_that_act_unknown_to_each_other_the_later_action_counts() -> None:
    """Not the later look of a bridge at its journal."""
    desk, laptop = two()
    desk.pause(HOUR)
    laptop.now += MINUTE
    laptop.pause(2 * HOUR)
    messages = laptop.publish()
    desk.now += 2 * MINUTE
    desk.receive(messages)
    laptop.hear(desk)
    until = laptop.now + 2 * HOUR
    assert [one.journal.global_state().paused_until for one in (desk, laptop)] == [until, until]


def test_a_computer_that_lost_its_journal_gets_its_values_back_from_the_broker() -> None:
    """Its pause and its diary, each cramp once; what it had erased stays away."""
    desk = SharingDesk("desk")
    desk.diary.add(desk.now - 10 * HOUR, Details(), desk.now)
    old = desk.publish()
    desk.now += MINUTE
    desk.erase()
    desk.now += MINUTE
    desk.diary.add(desk.now - 9 * HOUR, Details(severity=Severity.SEVERE), desk.now)
    desk.diary.answer(NIGHT, Answer.MILD, desk.now)
    desk.pause(3 * HOUR)
    held = desk.publish()
    new = SharingDesk("desk")
    new.now = desk.now + HOUR
    new.journal.shared.sharing_since("desk", new.now)
    new.receive([*old, *held])
    new.receive(old)
    assert [one.severity for one in new.journal.diary.cramps()] == [Severity.SEVERE]
    assert len(new.journal.diary.mornings()) == 1
    assert new.journal.global_state().paused_until == desk.now + 3 * HOUR
    assert new.publish() == held
    assert not new.receive(held)
