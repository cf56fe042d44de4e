"""The limits that a broker sets, and the reasons that it gives for the end of a connection."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from paho.mqtt import client

from parts.bridge_bench import Bench, tell
from parts.scripted_broker import PINGREQ, ScriptedBroker, connack, disconnect
from parts.steered_loop import advance


def test_a_broker_is_heard_from_as_often_as_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends a connection that was idle for one and a half times its own keepalive."""
    keepalive = 10
    broker = ScriptedBroker(greeting=connack(properties=b"\x13" + keepalive.to_bytes(2)))

    async def story(bench: Bench) -> None:
        monkeypatch.setattr(client, "time_func", asyncio.get_running_loop().time)
        await bench.until_connected()
        for _ in range(3):
            broker.seen.clear()
            advance(keepalive * 0.7)
            await bench.turns()
            advance(keepalive * 0.7)
            await bench.until(lambda: PINGREQ in broker.seen, "a ping")
        assert bench.status.connected

    tell(story, tmp_path, monkeypatch, broker=broker)


@pytest.mark.parametrize(
    ("answer", "key", "said"),
    [
        (connack(0x86), "login", "password_file"),
        (connack(0x87), "login", "password_file"),
        (connack(0x84), "old", "MQTT 5"),
        # A broker that knows MQTT 3.1.1 alone.
        (b"\x20\x02\x00\x01", "old", "MQTT 5"),
        (connack(0x9A), "unsuitable", "Retain not supported"),
        (connack(0x9B), "unsuitable", "QoS not supported"),
        (connack(0x88), "refused", "Server unavailable"),
        (connack(0x8A), "refused", "Banned"),
        (connack(0x97), "refused", "Quota exceeded"),
        (connack(0x9C), "refused", "Use another server"),
        (connack() + disconnect(0x8B), "ended_by_broker", "Server shutting down"),
        (connack() + disconnect(0x95), "ended_by_broker", "Packet too large"),
        (connack() + disconnect(0x97), "ended_by_broker", "Quota exceeded"),
        (connack() + disconnect(0x98), "ended_by_broker", "Administrative action"),
        (connack() + disconnect(0x8D), "silent", "does not answer"),
        (connack() + disconnect(0x8E), "taken_over", "machine id"),
        (b"HTTP/1.1 400 Bad Request\r\n" * 9, "garbage", "no MQTT broker"),
        (b"\x20\x03\x00\x00\x05", "garbage", "no MQTT broker"),
    ],
)
def test_the_reason_that_a_broker_gives_is_told(
    answer: bytes, key: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `status` and the doctor; the bridge tries again later."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert (bench.status.trouble, bench.status.connected) == (key, False)
        assert said in bench.found()
        assert bench.due is not None
        assert bench.due > bench.now()

    tell(story, tmp_path, monkeypatch, broker=ScriptedBroker(greeting=answer))


def test_a_broker_that_leaves_at_once_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that expects TLS does so, too."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert bench.status.trouble == "left"
        assert "TLS" in bench.found()

    tell(story, tmp_path, monkeypatch, broker=ScriptedBroker(dying=True))


def test_two_clients_of_one_name_take_turns_rarely_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of a system has its machine id; neither shall throw the other out at once."""

    async def story(bench: Bench) -> None:
        for _ in range(2):
            await bench.until_connected()
            advance(120)
            bench.broker.send(disconnect(0x8E))
            await bench.until(lambda: not bench.status.connected, "the loss")
            assert bench.status.trouble == "taken_over"
            assert bench.due is not None
            assert bench.due - bench.now() >= timedelta(minutes=5)
            bench.advance_to_alarm()
        await bench.until_connected()
        assert "same name" in bench.found()
        assert "docs/mqtt.md" in bench.mended()
        for _ in range(10):
            if not bench.status.rival:
                break
            bench.advance_to_alarm()
            await bench.turns()
        found = bench.status
        assert (found.connected, found.rival) == (True, False)

    tell(story, tmp_path, monkeypatch)


def test_a_takeover_is_noticed_where_the_broker_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mosquitto 2.0.11 only ends the older connection; the other bridge has published meanwhile."""
    broker = ScriptedBroker(remembers=True)

    async def story(bench: Bench) -> None:
        await bench.until_connected()
        state = f"{broker.root}/state"
        await bench.lose()
        assert bench.status.trouble == "lost"
        bench.advance_to_alarm()
        await bench.until(lambda: bench.status.connected, "a connection")
        assert not bench.status.rival, "its own state is no other's"

        await bench.lose()
        broker.retained[state] = b'{"bridge":"01234567"}'
        bench.advance_to_alarm()
        await bench.until(lambda: bench.status.rival, "a report")
        assert "same name" in bench.found()
        await bench.until(lambda: b"01234567" not in broker.retained[state], "its own state")
        await bench.lose()
        assert bench.status.trouble == "taken_over"
        assert bench.due is not None
        assert bench.due - bench.now() >= timedelta(minutes=5)

    tell(story, tmp_path, monkeypatch, broker=broker)
