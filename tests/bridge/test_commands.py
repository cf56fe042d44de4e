"""The meaning of a command, and those that have no effect."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightcare.bridge.commands import SEEN_FIRST, Command, Published, act, parse, target_key
from nightcare.bridge.topics import Topics
from nightcare.domain.delivery import Closed, Outcome, Snoozed
from nightcare.errors import NightcareError, NothingToDo
from parts.desk import Desk

TOPICS = Topics("anna", "0123456789")
NAMES = ("done", "snooze", "skip", "good_night", "pause")
DAY = """
[reminders.water]
topic = "hydration"
at = "12:00"
"""


def desk() -> Desk:
    """Return a desk on which a reminder is open."""
    made = Desk(DAY, "2026-11-23 11:00")
    made.until("2026-11-23 12:01")
    return made


def published(made: Desk, ago: timedelta = SEEN_FIRST) -> Published:
    """Return the open reminder, published some time ago."""
    (delivery,) = made.journal.unsettled()
    return Published(delivery.key, made.now - ago)


def give(made: Desk, name: str, payload: bytes, known: Published | None = None) -> None:
    """Give a command.

    Raises:
        NightcareError: It has no effect.
    """
    command = parse(name, payload)
    if command is None:
        raise NothingToDo("nothing_to_answer")
    key = target_key(command, known, TOPICS.token, made.journal.unsettled(), made.now)
    act(command, key, made.answers(), made.journal, made.now)


def keyed(made: Desk) -> bytes:
    """Return a payload that means the open reminder."""
    (delivery,) = made.journal.unsettled()
    return json.dumps({"key": TOPICS.token(delivery.key)}).encode()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("done", Outcome.DONE), ("skip", Outcome.SKIPPED), ("good_night", Outcome.DONE)],
)
def test_a_command_with_the_key_answers_once(name: str, outcome: Outcome) -> None:
    """The same again, as a duplicate delivery brings it, has no effect."""
    made = desk()
    payload = keyed(made)
    give(made, name, payload)
    (delivery,) = made.journal.of_care_day(made.answers().calendar().at(made.now).date)
    assert isinstance(delivery.state, Closed)
    assert delivery.state.outcome is outcome
    with pytest.raises(NothingToDo):
        give(made, name, payload)
    assert len(made.journal.actions()) == 1


def test_a_snooze_takes_the_first_length() -> None:
    """As the button of the notification does."""
    made = desk()
    give(made, "snooze", keyed(made))
    (delivery,) = made.journal.unsettled()
    assert delivery.state == Snoozed(made.now + timedelta(minutes=10))


def test_a_bare_press_means_what_has_been_published_for_two_seconds() -> None:
    """One that comes earlier was meant for the reminder before, or for none."""
    made = desk()
    early = published(made, SEEN_FIRST - timedelta(milliseconds=1))
    for known in (None, early):
        with pytest.raises(NothingToDo):
            give(made, "done", b"PRESS", known)
    assert made.journal.actions() == []
    give(made, "done", b"PRESS", published(made))
    assert [one.what for one in made.journal.actions()] == ["done"]


def test_a_key_of_another_reminder_answers_nothing() -> None:
    """Another one may be open by now."""
    made = desk()
    for name in ("done", "snooze", "skip", "good_night"):
        with pytest.raises(NothingToDo):
            give(made, name, b'{"key": "0123456789abcdef"}', published(made))
    assert made.journal.actions() == []


def test_a_pause_is_switched_on_and_off_and_leaves_good_night_alone() -> None:
    """OFF ends a pause, and nothing else."""
    made = desk()
    give(made, "pause", b"ON")
    assert made.journal.global_state().paused_until == made.now + timedelta(hours=1)
    give(made, "pause", b"OFF")
    assert not made.journal.global_state().paused(made.now)
    give(made, "good_night", b"PRESS")
    for name, payload in (("pause", b"OFF"), ("good_night", b"PRESS")):
        with pytest.raises(NothingToDo):
            give(made, name, payload)
    assert made.journal.global_state().good_night is not None


def test_a_longer_pause_stays() -> None:
    """A switch that is turned on again shortens nothing."""
    made = desk()
    end = made.now + timedelta(hours=3)
    made.answers().pause(made.now, end)
    give(made, "pause", b"ON")
    assert made.journal.global_state().paused_until == end


@given(st.sampled_from([*NAMES, "", "other"]), st.binary(max_size=2000))
def test_any_bytes_are_no_command(name: str, payload: bytes) -> None:
    """Only the few payloads that docs/mqtt.md lists are."""
    command = parse(name, payload)
    if command is not None:
        assert payload.strip() in {b"PRESS", b"ON", b"OFF"} or command.key


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"press", b" PRESS", b"PRESS\n", b"null", b"[]", b"{}", b'{"key": ""}', b'{"key": 5}',
        b'{"key": null}', b'{"key": "a", "more": 1}', b'{"key": ["a"]}', b"\xff\xfe", b"[" * 1000,
        b'{"key": "' + b"a" * 2000 + b'"}', b"9" * 1000, b"NaN", b'"PRESS"',
    ],
)  # fmt: skip
def test_what_is_nearly_a_command_is_none(payload: bytes) -> None:
    """No white space, no other type, no more keys, nothing long."""
    assert [parse(name, payload) for name in NAMES] == [None] * len(NAMES)


def test_words_belong_to_their_commands() -> None:
    """ON is no press, and PRESS switches no pause."""
    assert parse("pause", b"PRESS") is None
    assert parse("done", b"ON") is None
    assert parse("pause", b'{"key": "a"}') is None
    assert parse("done", b"PRESS") == Command("done", "PRESS")


def test_ten_thousand_strange_commands_have_no_effect() -> None:
    """The journal is as it was, and nothing but refusals is raised."""
    made = desk()
    before = (made.journal.unsettled(), made.journal.global_state())
    chance = random.Random(18)  # noqa: S311 - the same in each run
    makers = [
        lambda: chance.randbytes(chance.randrange(200)),
        lambda: json.dumps({"key": f"{chance.getrandbits(64):016x}"}).encode(),
        lambda: json.dumps([chance.random()] * 3).encode(),
        lambda: b"{" * chance.randrange(900),
    ]
    for _ in range(10_000):
        with pytest.raises(NightcareError):
            give(made, chance.choice(NAMES), chance.choice(makers)(), published(made))
    assert (made.journal.unsettled(), made.journal.global_state()) == before
