"""Publications within the limits that a broker sets, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from nightcare.bridge.settings import computer_id
from nightcare.bridge.topics import Topics
from nightcare.domain.delivery import Active, Closed, Outcome, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from parts.bridge_bench import MARKER, NOON, Bench, tell
from parts.broker import make_authority, make_certificate
from parts.scripted_broker import (
    ANSWERED,
    PUBLISH,
    ScriptedBroker,
    connack,
    publication,
)
from parts.steered_loop import advance

QUOTA = 0x97
AT_NOON = NOON.isoformat(timespec="microseconds")
LARGEST = 500
"""Bytes; smaller than the configs of most entities."""


def test_no_more_is_on_its_way_than_the_broker_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker ends the connection of a client that sends more than its receive maximum."""
    broker = ScriptedBroker(ANSWERED - {PUBLISH}, greeting=connack(properties=b"\x21\x00\x02"))

    async def story(bench: Bench) -> None:
        most = 0
        async with asyncio.timeout(30):
            while not (bench.status.connected and bench.is_complete()):
                await asyncio.sleep(0.005)
                most = max(most, len(broker.unanswered))
                if broker.unanswered:
                    broker.answer()
        assert most == 2
        broker.answered = ANSWERED
        bench.actions().pause(bench.now(), bench.now() + timedelta(hours=1))
        await bench.until(
            lambda: b'"paused":true' in broker.published_last(f"{broker.root}/state"), "the pause"
        )

    tell(story, tmp_path, monkeypatch, broker=broker)


def test_what_is_too_large_for_the_broker_is_not_sent_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker would end the connection; all that is smaller is published."""
    limit = b"\x27" + LARGEST.to_bytes(4)
    broker = ScriptedBroker(greeting=connack(properties=limit))

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.refused, "a report")
        await bench.turns()
        status = bench.status
        assert status.connected
        assert all(one.startswith("homeassistant/") for one in status.refused)
        published = {topic for topic, _ in broker.published}
        assert not published & set(status.refused)
        assert set(status.topics) <= published | set(status.refused)
        assert all(len(payload) + len(topic) < LARGEST for topic, payload in broker.published)
        assert "64 KiB" in bench.mended()

    tell(story, tmp_path, monkeypatch, broker=broker)


def test_what_was_refused_is_tried_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quota may last for a while only."""
    broker = ScriptedBroker(refusing={"state": QUOTA})

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.refused, "a report")
        state = f"{broker.root}/state"
        assert (bench.status.connected, bench.status.refused) == (True, (state,))
        assert state in bench.found()
        await bench.turns()
        assert [topic for topic, _ in broker.published].count(state) == 1, "it is not repeated"
        broker.refusing.clear()
        bench.actions().pause(bench.now(), bench.now() + timedelta(hours=1))
        await bench.until(lambda: not bench.status.refused, "another report")
        assert b'"paused":true' in broker.published_last(state)

    tell(story, tmp_path, monkeypatch, broker=broker)


def test_a_user_who_may_not_read_is_told_that_no_command_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mosquitto grants the subscription, and delivers nothing."""
    broker = ScriptedBroker(echoes=False)

    async def story(bench: Bench) -> None:
        await bench.until(lambda: PUBLISH in broker.seen, "the marker")
        await bench.turns()
        advance(MARKER)
        await bench.until(lambda: bench.status.refused, "a report")
        assert bench.status.refused == (f"{broker.root}/set",)
        await bench.until(bench.is_complete, "everything")
        broker.send(publication(broker.sync, broker.published_last(broker.sync), 1))
        await bench.until(lambda: not bench.status.refused, "another report")

    tell(story, tmp_path, monkeypatch, broker=broker)


def test_a_bare_press_counts_after_another_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker has the open reminder from before, so that nothing is published anew."""
    broker = ScriptedBroker(remembers=True)
    more = 'insecure = true\n[reminders.water]\ntopic = "hydration"\nat = "12:00"\n'
    key = Key("water", date(2026, 11, 23), "1")
    shown = begin(Occurrence(key, NOON), Topic.HYDRATION)
    state = Active(shown=NOON, closes=NOON + timedelta(hours=2))

    async def story(bench: Bench) -> None:
        bench.reader.journal.save(replace(shown, state=state))
        bench.app.refresh()
        await bench.until_connected()
        topic = f"{broker.root}/state"
        await bench.until(lambda: json.loads(broker.retained[topic])["open"], "it to be open")
        broker.cut()
        await bench.until(lambda: not bench.status.connected, "the loss")
        broker.published.clear()
        bench.advance_to_alarm()
        await bench.until(lambda: bench.status.connected, "a connection")
        await bench.turns()
        assert topic not in {one for one, _ in broker.published}
        advance(3)
        await bench.turns()
        broker.send(publication(f"{broker.root}/set/done", b"PRESS", 7))
        await bench.until(lambda: not bench.reader.journal.unsettled(), "an answer")
        settled = bench.reader.journal.delivery(key)
        assert settled is not None
        assert isinstance(settled.state, Closed)
        assert settled.state.outcome is Outcome.DONE

    tell(story, tmp_path, monkeypatch, more, broker=broker)


def entries(*values: dict[str, object]) -> bytes:
    """Return the payload of a topic with values."""
    return json.dumps(values, separators=(",", ":")).encode()


@pytest.mark.real
def test_what_the_broker_holds_of_a_lost_journal_is_taken_in_before_anything_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker is never without it; with TLS it arrives at once with the marker."""
    make_authority(tmp_path, "ca")
    make_certificate(tmp_path, "ca", "right")
    topic = Topics("anna", computer_id()).of("values/settings/1")
    until = (NOON + timedelta(hours=1)).isoformat(timespec="microseconds")
    held = entries({"name": "pause", "at": AT_NOON, "value": until})
    broker = ScriptedBroker(echoes=False)

    async def story(bench: Bench) -> None:
        await bench.until(lambda: PUBLISH in broker.seen, "the marker")
        marker = publication(broker.sync, broker.published_last(broker.sync), 2)
        broker.send(publication(topic, held, 1, retain=True) + marker)
        await bench.until(lambda: bench.paused, "the pause")
        await bench.until(lambda: bench.status.connected, "a connection")
        await bench.turns()
        assert f"{broker.root}/computer" in {one for one, _ in broker.published}
        assert topic not in {one for one, _ in broker.published}

    more = f'ca = "{tmp_path / "ca.crt"}"\nshare = true\n'
    tell(story, tmp_path, monkeypatch, more, broker=broker, certificate=tmp_path / "right.crt")


def test_what_was_erased_elsewhere_is_not_taken_in_before_the_erasure_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker has what a computer that was away since shared before, and sends it in any order."""
    before = (NOON - timedelta(hours=1)).isoformat(timespec="microseconds")
    held = entries({"name": "morning/2026-11-22", "at": before, "value": "mild"})
    erased = entries({"name": "erased", "at": AT_NOON, "value": True})
    broker = ScriptedBroker(echoes=False)

    async def story(bench: Bench) -> None:
        await bench.until(lambda: PUBLISH in broker.seen, "the marker")
        person = broker.root.rpartition("/")[0]
        broker.send(publication(f"{person}/away/values/2026-11/1", held, 1, retain=True))
        await bench.turns()
        broker.send(publication(f"{person}/other/values/settings/1", erased, 2, retain=True))
        broker.send(publication(broker.sync, broker.published_last(broker.sync), 3))
        shared = bench.reader.journal.shared
        own = broker.root.rpartition("/")[2]
        await bench.until(lambda: shared.erased_at(own, bench.now()), "the erasure")
        assert bench.reader.journal.diary.mornings() == []

    more = "insecure = true\nshare = true\ndiary = true\n"
    tell(story, tmp_path, monkeypatch, more, broker=broker)
