"""The content of the topics, by the journal and the plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from nightcare.bridge.publication import BridgeFacts, changes_at, events, retained
from nightcare.bridge.topics import Topics
from nightcare.domain.reasons import Condition
from nightcare.domain.report import Nights
from nightcare.engine.outlook_reader import read_outlook
from nightcare.i18n.translator import read_words
from nightcare.journal.service_status import PublishedCondition
from parts.desk import Desk, local

TOPICS = Topics("anna", "0123456789")
ROOT = "nightcare/anna/0123456789"
DAY = """
[reminders.water]
topic = "hydration"
text = "A glass of water"
at = "12:00"

[reminders.stretch]
topic = "stretching"
at = ["bedtime - 60m", "bedtime - 30m"]

[reminders.blanket]
topic = "blanket"
at = "bedtime - 10m"
"""
HERE = {"locked": PublishedCondition(on=False), "idle": PublishedCondition(on=False)}
AWAY = {"locked": PublishedCondition(on=True), "idle": PublishedCondition(on=None)}


def desk(at: str = "11:30") -> Desk:
    """Return a desk of Monday, 23 November 2026."""
    made = Desk(DAY, "2026-11-23 11:00")
    made.until(f"2026-11-23 {at}")
    return made


def facts(made: Desk, language: str = "en", **more: Any) -> BridgeFacts:
    """Return the facts at a desk."""
    outlook = read_outlook(made.schedule, made.zone, made.journal, made.now)
    known = {"presence": HERE, "running": True, **more}
    return BridgeFacts(TOPICS, outlook, read_words(language), **known)


def read(published: Mapping[str, bytes], name: str) -> Any:
    """Return the value of a topic of the bridge."""
    return json.loads(published[f"{ROOT}/{name}"])


def test_the_next_reminder_and_the_evening_have_times_with_a_zone() -> None:
    """Each moment of an evening reminder has a topic of its own, and those of a week."""
    found = retained(facts(desk()))
    assert read(found, "next")["at"] == "2026-11-23T12:00:00+01:00"
    assert [read(found, f"evening/{number}")["at"] for number in (1, 2, 3)] == [
        "2026-11-23T21:30:00+01:00",
        "2026-11-23T22:00:00+01:00",
        "2026-11-23T22:20:00+01:00",
    ]
    assert read(found, "evening/3")["later"] == [
        f"2026-11-{day}T22:20:00+01:00" for day in range(24, 30)
    ]
    assert f"{ROOT}/evening/4" not in found
    assert read(found, "state")["bedtime"] == "2026-11-23T22:30:00+01:00"
    assert found[f"{ROOT}/alive"] == b"online"


def test_what_is_answered_ahead_rings_the_next_evening() -> None:
    """Nothing rings on a phone that the person has done or skipped."""
    made = desk()
    made.answers().skip(made.now, "blanket")
    made.written()
    found = retained(facts(made))
    assert read(found, "evening/3")["at"] == "2026-11-24T22:20:00+01:00"


def test_good_night_and_another_bedtime_move_the_evening() -> None:
    """The topics follow what `nightcare next` announces."""
    made = desk()
    made.answers().tonight(made.now, local("2026-11-23 23:30").astimezone(made.zone).time())
    made.written()
    assert read(retained(facts(made)), "evening/1")["at"] == "2026-11-23T22:30:00+01:00"
    made.answers().good_night(made.now)
    made.written()
    found = retained(facts(made))
    assert read(found, "evening/1")["at"] == "2026-11-24T21:30:00+01:00"
    assert read(found, "state")["good_night"] is True


def test_an_open_reminder_says_no_more_than_it_may() -> None:
    """Without `detail` neither name, topic nor tip of a reminder is published anywhere."""
    made = desk("12:01")
    published = retained(facts(made))
    shown = read(published, "state")["open"]
    assert (shown["title"], shown["message"]) == ("nightcare", "A reminder")
    assert shown["commands"] == f"{ROOT}/set"
    assert shown["labels"]["snooze"] == "In 10 min"
    everything = b" ".join(published.values()) + " ".join(published).encode()
    for word in (b"water", b"stretch", b"blanket", b"hydration"):
        assert word not in everything.lower()
    detailed = read(retained(facts(made, detail=True)), "state")["open"]
    assert detailed["title"] == "A glass of water"
    danish = read(retained(facts(made, "da")), "state")["open"]
    assert danish["message"] == "En påmindelse"


def test_what_waits_for_somebody_is_open_and_for_a_pause_is_not() -> None:
    """A phone is to ring while nobody is there, as long as the reminder is fresh."""
    made = desk()
    made.there(frozenset({Condition.LOCKED}))
    made.until("2026-11-23 12:10")
    state = read(retained(facts(made, presence=AWAY)), "state")
    assert state["open"] is not None
    assert state["present"] is False
    made.until("2026-11-23 12:46")
    assert read(retained(facts(made, presence=AWAY)), "state")["open"] is None
    again = desk()
    again.answers().pause(again.now, again.now + timedelta(hours=2))
    again.written()
    again.until("2026-11-23 12:10")
    state = read(retained(facts(again)), "state")
    assert (state["open"], state["paused"]) == (None, True)
    assert state["paused_until"] == "2026-11-23T13:30:00+01:00"


@pytest.mark.parametrize(
    ("presence", "present"),
    [(HERE, True), (AWAY, False), ({}, None), ({"idle": PublishedCondition(on=None)}, None)],
)
def test_presence_is_unknown_where_nothing_tells(
    presence: Mapping[str, PublishedCondition], present: object
) -> None:
    """Not known is neither there nor away."""
    found = retained(facts(desk(), presence=presence))
    assert read(found, "state")["present"] is present


def test_the_diary_is_published_only_if_asked_for() -> None:
    """Its entity comes and goes with it."""
    without = retained(facts(desk()))
    assert not [one for one in without if "diary" in one or "cramps" in one]
    nights = Nights(all=30, cramps=3, free=20, severe=1)
    found = retained(facts(desk(), nights=nights))
    assert read(found, "diary") == {"with": 3, "without": 20, "days": 30}
    assert [one for one in found if one.endswith("/cramps/config")]


def test_home_assistant_finds_one_device_in_the_language_of_the_person() -> None:
    """All have an availability but those that ring with every computer off."""
    configs = {
        topic: json.loads(payload)
        for topic, payload in retained(facts(desk(), "da")).items()
        if topic.startswith("homeassistant/")
    }
    names = {topic.split("/")[3]: config for topic, config in configs.items()}
    always = {"alive", "evening_1", "evening_2", "evening_3"}
    for name, config in names.items():
        assert config["device"]["identifiers"] == ["nightcare_anna_0123456789"]
        assert ("availability_topic" in config) is (name not in always)
        assert config["unique_id"] == f"nightcare_anna_0123456789_{name}"
    assert {*names} == {
        "next", "open", "present", "reminder", "done", "snooze", "skip", "good_night", "pause",
        "bedtime", *always,
    }  # fmt: skip
    assert names["pause"]["name"] == "Pause"
    assert names["next"]["name"] == "Næste påmindelse"
    assert names["evening_2"]["name"] == "Aftenpåmindelse 2"
    assert not [
        one for one in retained(facts(desk(), discovery=False)) if one.startswith("homeassistant/")
    ]


def test_a_service_that_does_not_run_is_offline() -> None:
    """Then nobody reminds, though the bridge is connected."""
    assert retained(facts(desk(), running=False))[f"{ROOT}/alive"] == b"offline"


def test_events_follow_a_reminder_from_its_showing_to_its_outcome() -> None:
    """Each change is an event once; the same state again is none."""
    made = desk()
    kinds: list[str] = []
    before = facts(made)
    for step in ("12:00", "12:01", "snooze", "12:12", "done"):
        if step == "snooze":
            made.answers().snooze(made.now)
            made.written()
        elif step == "done":
            made.answers().done(made.now)
            made.written()
        else:
            made.until(f"2026-11-23 {step}")
        after = facts(made)
        known = {one.key: one for one in before.outlook.deliveries}
        found = events(known, after.outlook.deliveries, after)
        kinds += [json.loads(payload)["event_type"] for payload in found]
        before = after
    assert kinds == ["shown", "snoozed", "shown", "done"]


def test_time_alone_changes_the_plan_at_the_next_moment() -> None:
    """The next reminder, the end of a pause, and what is open until it is stale."""
    made = desk()
    assert changes_at(facts(made)) == local("2026-11-23 12:00")
    made.answers().pause(made.now, local("2026-11-23 11:45"))
    made.written()
    assert changes_at(facts(made)) == local("2026-11-23 11:45")
    made.until("2026-11-23 12:01")
    assert changes_at(facts(made)) == local("2026-11-23 12:45")


def test_a_key_says_nothing_about_the_reminder() -> None:
    """Sixteen hexadecimal digits, other ones on another computer."""
    made = desk("12:01")
    (delivery,) = made.journal.unsettled()
    token = TOPICS.token(delivery.key)
    assert len(token) == 16
    int(token, 16)
    assert token != Topics("anna", "9876543210").token(delivery.key)
