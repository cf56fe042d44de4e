"""Acts on their way between the journals of several computers."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from nightcare.bridge.act_exchange import SHARED_DAYS, ActExchange, SharedMessage
from nightcare.bridge.topics import MOST_BYTES
from nightcare.domain.delivery import Active, Closed, Outcome, Snoozed, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from parts.desk import local
from parts.sharing_desk import STRETCH, SharingDesk, two

NAME = "acts/2026-11-23/1"
MINUTE = timedelta(minutes=1)


def test_done_on_one_takes_it_off_the_other() -> None:
    """It counts there as done, and is not that computer's own act."""
    desk, laptop = two()
    desk.press("done")
    laptop.hear(desk)
    assert laptop.title() is None
    assert laptop.outcomes("stretch") == ["done"]
    (delivery,) = laptop.deliveries("stretch")
    assert delivery.state == Closed(Outcome.DONE, desk.now, computer="desk")
    assert laptop.publish() == []
    # Nothing is left to do, and nothing is written, which would wake the service.
    assert not laptop.exchange.sync(laptop.now)
    assert not laptop.exchange.receive(desk.publish(), laptop.now)


def test_an_answer_that_is_not_recorded_yet_is_not_replaced_by_a_weaker_one() -> None:
    """The bridge may have been away when it was given."""
    desk, laptop = two()
    laptop.press("done")
    laptop.exchange.receive([message("desk", what="dismissed")], laptop.now)
    assert laptop.outcomes("stretch") == ["done"]
    desk.hear(laptop)
    assert desk.outcomes("stretch") == ["done"]


def test_undo_on_one_brings_it_back_on_the_other() -> None:
    """While it is fresh."""
    desk, laptop = two()
    desk.press("done")
    laptop.hear(desk)
    desk.answers().undo(desk.now)
    desk.written()
    laptop.hear(desk)
    assert [str(one.title()).removeprefix("Once more: ") for one in (desk, laptop)] == [
        "Stretch",
        "Stretch",
    ]


def test_an_answer_ahead_keeps_it_from_coming_on_the_other() -> None:
    """The other knows of it by the message alone."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    desk.answers().skip(desk.now)
    laptop.hear(desk)
    laptop.until("2026-11-23 22:10")
    assert laptop.title() is None
    assert laptop.outcomes("stretch") == ["skipped"]


def test_a_snooze_on_one_puts_it_off_on_the_other() -> None:
    """It returns on both when the later one is over."""
    desk, laptop = two()
    laptop.answers().snooze(laptop.now, until=5 * MINUTE)
    laptop.written()
    desk.answers().snooze(desk.now)
    desk.written()
    laptop.hear(desk)
    (delivery,) = laptop.deliveries("stretch")
    assert delivery.state == Snoozed(desk.now + 10 * MINUTE, "desk")
    laptop.until("2026-11-23 22:10")
    assert laptop.title() is None
    laptop.until("2026-11-23 22:12")
    assert laptop.title() == "Once more: Stretch"


def test_what_nobody_answered_on_one_stays_on_the_other() -> None:
    """Afterwards both agree on the stronger outcome."""
    desk, laptop = two()
    laptop.exchange.receive([message("desk", what="missed")], laptop.now)
    laptop.written()
    assert laptop.title() == "Stretch"
    for one in (desk, laptop):
        one.until("2026-11-23 23:30")
    desk.hear(laptop)
    laptop.hear(desk)
    assert laptop.outcomes("stretch") == desk.outcomes("stretch") == ["expired"]


def test_an_undo_of_an_own_act_does_not_bring_back_what_was_answered_elsewhere() -> None:
    """The service looks at what others did before it shows anything."""
    desk, laptop = two()
    laptop.press("done")
    laptop.hear(desk)
    desk.press("done")
    laptop.hear(desk)
    laptop.answers().undo(laptop.now)
    laptop.written()
    assert laptop.title() is None
    assert laptop.outcomes("stretch") == ["done"]


def test_an_undo_of_an_own_act_counts_when_the_other_one_is_undone_as_well() -> None:
    """Though the reminder was done elsewhere when it was undone here, and stayed so."""
    desk, laptop = two()
    laptop.press("done")
    desk.press("done")
    exchange_both = ((laptop, desk), (desk, laptop))
    for one, other in exchange_both:
        one.hear(other)
    laptop.undo()
    assert laptop.outcomes("stretch") == ["done"]
    desk.undo()
    for one, other in exchange_both:
        one.hear(other)
    assert desk.outcomes("stretch") == laptop.outcomes("stretch") == ["open"]


def test_a_moment_that_a_later_bedtime_moves_comes_again_though_it_was_missed_on_both() -> None:
    """That another computer missed it does not stand in its way."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    laptop.exchange.receive([message("desk", what="missed")], laptop.now)
    laptop.until("2026-11-23 22:01")
    assert laptop.title() == "Stretch"
    assert desk.publish() == []


@pytest.mark.parametrize("sharing", [True, False])
def test_what_was_erased_does_not_come_back_from_the_broker(*, sharing: bool) -> None:
    """Neither do own acts that the broker still has, also of a computer that did not share then."""
    desk, _ = two()
    desk.press("done")
    desk.values.sync(desk.now)
    held = desk.publish()
    desk.journal.erase(desk.now, desk.name if sharing else None)
    assert not desk.receive(held)
    assert desk.exchange.published(desk.now) == {}


def test_a_computer_that_lost_its_journal_gets_its_acts_back_from_the_broker() -> None:
    """Its answers count again, also the one that was undone; no number is given out twice."""
    desk, laptop = two()
    desk.press("done")
    desk.publish()
    desk.undo()
    desk.now += MINUTE
    desk.press("done")
    held = desk.publish()
    laptop.hear(desk)
    key = Key("stretch", date(2026, 11, 23), "1")
    before = {one.id for one in desk.journal.shared.acts_on(key)}
    assert len(before) == 3
    new = SharingDesk("desk")
    new.until("2026-11-23 22:05")
    assert new.title() == "Stretch"
    new.receive(held)
    new.written()
    assert new.title() is None
    assert new.outcomes("stretch") == ["done"]
    # The broker then has what it had, and the others what they had.
    assert new.publish() == held
    assert not new.receive(held)
    assert not laptop.receive(held)
    new.answers().skip(new.now)
    laptop.hear(new)
    acts = laptop.journal.shared.acts(key.care_day)
    assert before < {one.id for one in acts}
    (later,) = (one.id for one in acts if one.id not in before)
    assert later > max(before)


def test_a_reminder_that_was_answered_before_the_journal_was_lost_does_not_come() -> None:
    """Its moment is over, or still to come, when the journal begins."""
    desk = SharingDesk("desk")
    desk.answers().skip(desk.now)
    held = desk.publish()
    new = SharingDesk("desk")
    new.receive(held)
    new.until("2026-11-23 22:01")
    assert new.title() is None
    assert new.outcomes("stretch") == ["skipped"]
    assert new.publish() == held


def test_another_schedule_and_a_later_version_harm_nothing() -> None:
    """An unknown reminder is recorded; an unknown act, or reason of an answer, is left out."""
    laptop = SharingDesk("laptop", STRETCH.replace("stretch]", "walk]"))
    known = {"n": 1, "what": "done", "at": "2026-11-23T11:00:00+00:00", "reason": ["full moon"]}
    laptop.exchange.receive(
        [message("desk", acts=[{"n": 2, "what": "postponed", "where": [1]}, known])], laptop.now
    )
    laptop.until("2026-11-23 23:30")
    assert laptop.outcomes("stretch") == ["done"]
    assert laptop.outcomes("walk") == ["expired"]


def message(computer: str, what: str = "done", **changes: object) -> SharedMessage:
    """Return a message of another computer about the stretch."""
    at = "2026-11-23T21:00:30+00:00"
    entry = {
        "reminder": "stretch",
        "slot": "1",
        "due": "2026-11-23T21:00:00+00:00",
        "topic": "stretching",
        "acts": [{"n": 1, "what": what, "at": at}],
        **changes,
    }
    return SharedMessage(computer, NAME, json.dumps([entry]).encode())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"x" * 100_000,
        b"[1, null, {}, []]",
        message("desk", reminder="").payload,
        message("desk", reminder="\n").payload,
        message("desk", slot="\x1b").payload,
        message("desk", acts=7).payload,
        message("desk", acts={}).payload,
        message("desk", acts=[1, None, {}, {"n": "1", "what": "done"}]).payload,
        message("desk", acts=[{"n": 0, "what": "done", "at": "2026-11-23T21:00:30Z"}]).payload,
        message("desk", acts=[{"n": 2**60, "what": "done", "at": "2026-11-23T21:00Z"}]).payload,
        message("desk", acts=[{"n": 1, "undoes": ["../x", 1]}]).payload,
        message("desk", acts=[{"n": 1, "undoes": ["desk"]}]).payload,
        message("desk", acts=[{"n": 1, "what": "undone"}]).payload,
        message("desk", topic="news").payload,
        message("desk", due="yesterday").payload,
        message("desk", due="2026-11-23T21:00:00").payload,
    ],
)
def test_what_is_no_message_is_ignored(payload: bytes) -> None:
    """A broker may send anything."""
    laptop = SharingDesk("laptop")
    assert not laptop.exchange.receive([SharedMessage("desk", NAME, payload)], laptop.now)
    assert laptop.journal.shared.acts(laptop.now.date()) == []


@pytest.mark.parametrize(
    "name",
    [
        "acts", "state", "acts/2026-11-23", "acts/2026-11-23/1/2", "acts/x/1",
        "acts/2026-01-01/1", "acts/2027-11-23/1", "other/2026-11-23/1",
    ],
)  # fmt: skip
def test_what_is_no_topic_with_acts_is_ignored(name: str) -> None:
    """Neither are care days that are long past or far ahead."""
    laptop = SharingDesk("laptop")
    found = SharedMessage("desk", name, message("desk").payload)
    assert not laptop.exchange.receive([found], laptop.now)


def test_any_name_of_a_reminder_is_shared() -> None:
    """It is in no topic, where a level or a wildcard would have a meaning."""
    name = "a/b +#é"
    laptop = SharingDesk("laptop")
    found = message("desk", reminder=name, slot="10:30")
    laptop.exchange.receive([found], laptop.now)
    key = Key(name, local("2026-11-23 12:00").date(), "10:30")
    assert laptop.journal.delivery(key) is not None


def test_many_acts_of_a_day_are_published_in_parts() -> None:
    """None is larger than a bridge takes from a broker."""
    desk, laptop = SharingDesk("desk"), SharingDesk("laptop")
    for number in range(400):
        key = Key(f"reminder {number} {'x' * 60}", desk.now.date(), "1")
        one = begin(Occurrence(key, desk.now), Topic.HYDRATION)
        desk.journal.save(one.settle(Outcome.DONE, desk.now))
    messages = desk.publish()
    assert len(messages) > 1
    assert max(len(one.payload) for one in messages) < MOST_BYTES
    laptop.receive(messages)
    assert len(laptop.journal.since(desk.now)) == 400


def test_acts_are_published_for_some_weeks() -> None:
    """A computer that was away for as long misses none."""
    desk, _ = two()
    desk.press("done")
    assert [one.name for one in desk.publish()] == [NAME]
    desk.now += timedelta(days=SHARED_DAYS)
    assert desk.publish() != []
    desk.now += timedelta(days=1)
    assert desk.publish() == []


def test_the_stretch_that_is_open_elsewhere_is_no_act() -> None:
    """Only what a computer ended or put off is published."""
    desk, _ = two()
    (delivery,) = desk.deliveries("stretch")
    assert isinstance(delivery.state, Active)
    assert desk.publish() == []


def test_acts_under_an_earlier_id_of_this_computer_are_not_published() -> None:
    """A new id is a new writer; the others know the acts from the old one."""
    desk, _ = two()
    desk.press("done")
    assert desk.publish() != []
    desk.exchange = ActExchange(desk.journal, "desk2")
    assert desk.exchange.published(desk.now) == {}
