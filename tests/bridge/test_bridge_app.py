"""The bridge beside brokers that hang, repeat and go away; time goes by as the test says."""

from __future__ import annotations

import asyncio
import errno
import os
import struct
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client

from nightcare.bridge.broker_answers import KEEPALIVE
from nightcare.bridge.sharing import Shared, Sharing
from parts.bridge_bench import MARKER, SILENT, UNCLOSED, Bench, tell
from parts.broker import make_authority, make_certificate
from parts.scripted_broker import (
    ANSWERED,
    CONNECT,
    DISCONNECT,
    PINGREQ,
    PUBLISH,
    SUBSCRIBE,
    ScriptedBroker,
    publication,
)
from parts.steered_loop import advance
from parts.wall_clock import WallClock

HOUR = 3600.0
FORTNIGHT = 14 * 24 * 3600


async def is_left_alone(bench: Bench) -> None:
    """Check that the bridge reports the silence, and waits before the next attempt."""
    await bench.until(lambda: bench.status.trouble == "silent", "a report")
    assert not bench.status.connected
    assert bench.due is not None
    assert timedelta() < bench.due - bench.now() <= timedelta(seconds=5)


@pytest.mark.parametrize(
    ("answered", "last"),
    [
        (frozenset(), CONNECT),
        (frozenset({CONNECT}), SUBSCRIBE),
        (frozenset({CONNECT, SUBSCRIBE}), PUBLISH),
    ],
    ids=["CONNECT", "SUBSCRIBE", "PUBLISH"],
)
def test_a_broker_that_accepts_and_stays_silent_is_left(
    answered: frozenset[int], last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`status` says so, and the bridge tries again later."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: last in bench.broker.seen, "a packet")
        if last != PUBLISH:
            advance(MARKER)
            await bench.turns()
            assert not bench.status.connected
        advance(SILENT)
        await is_left_alone(bench)
        bench.broker.answered = ANSWERED
        bench.advance_to_alarm()
        await bench.until_connected()

    tell(story, tmp_path, monkeypatch, broker=ScriptedBroker(answered))


def test_a_command_is_followed_by_one_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bridge is not woken once more by its own records."""
    rounds = []
    exchange = Sharing.exchange

    def counted(sharing: Sharing, *messages: Any, **more: Any) -> Shared:
        rounds.append(sharing)
        return exchange(sharing, *messages, **more)

    monkeypatch.setattr(Sharing, "exchange", counted)

    async def story(bench: Bench) -> None:
        await bench.until_connected()
        rounds.clear()
        with bench.journal.transaction():
            bench.actions().pause(bench.now(), bench.now() + timedelta(hours=1))
        values = f"{bench.broker.root}/values/settings/1"
        await bench.until(lambda: values in dict(bench.broker.published), "the pause")
        await bench.turns()
        assert len(rounds) == 1

    tell(story, tmp_path, monkeypatch, "insecure = true\nshare = true\n")


@UNCLOSED
def test_a_broker_that_says_nothing_to_tls_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handshake waits in a thread, which is given up."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.broker.heard, "the first message of TLS")
        advance(SILENT)
        await is_left_alone(bench)

    tell(story, tmp_path, monkeypatch, more="", broker=ScriptedBroker(frozenset()))


def test_a_broker_that_falls_silent_is_left_at_the_next_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not reported as connected for as long as TCP keeps the connection."""

    async def story(bench: Bench) -> None:
        await bench.until_connected()
        bench.broker.answered = frozenset()
        before = len(bench.broker.published)
        bench.actions().pause(bench.now(), bench.now() + timedelta(hours=1))
        await bench.until(lambda: len(bench.broker.published) > before, "the pause")
        advance(SILENT)
        await is_left_alone(bench)

    tell(story, tmp_path, monkeypatch)


def test_a_broker_that_answers_no_ping_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to publish, only a ping finds out."""

    async def story(bench: Bench) -> None:
        monkeypatch.setattr(client, "time_func", asyncio.get_running_loop().time)
        await bench.until_connected()
        bench.broker.answered = frozenset()
        # One ping after the first two, which has had as long again after the others.
        for _ in range(4):
            advance(KEEPALIVE * 0.56)
            await asyncio.sleep(0.05)
        await is_left_alone(bench)
        assert PINGREQ in bench.broker.seen

    tell(story, tmp_path, monkeypatch)


def test_a_clock_step_does_not_look_like_the_loss_of_the_bridge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It connects anew, and says goodbye before: else the broker would publish the last will."""

    async def story(bench: Bench) -> None:
        await bench.until_connected()
        before = len(bench.broker.seen)
        bench.jump()
        await bench.until(lambda: len(bench.broker.connects) == 2, "another connection")
        await bench.until_connected()
        seen = bench.broker.seen[before:]
        assert seen.count(DISCONNECT) == 1
        assert seen.index(DISCONNECT) < seen.index(CONNECT)

    tell(story, tmp_path, monkeypatch)


def test_a_redelivered_command_acts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that has lost the acknowledgement sends it again, also after the marker."""

    async def story(bench: Bench) -> None:
        broker = bench.broker
        await bench.until_connected()
        topic = f"{broker.root}/set/pause"
        broker.send(publication(topic, b"ON", 7))
        await bench.until(lambda: bench.paused, "the pause")
        await bench.until(lambda: 7 in broker.acknowledged, "its acknowledgement")
        bench.actions().resume(bench.now())

        again = publication(topic, b"ON", 7, again=True)
        broker.redelivered = again + publication(topic, b"ON", 8)
        broker.send(again)
        await bench.until(lambda: broker.acknowledged.count(7) > 1, "its acknowledgement")
        broker.cut()
        await bench.until(lambda: not bench.status.connected, "the loss")
        bench.advance_to_alarm()
        await bench.until_connected()
        broker.send(again)
        broker.send(publication(f"{broker.root}/set/good_night", b"PRESS", 9))
        await bench.until(lambda: bench.reader.journal.global_state().good_night, "a fresh one")
        await bench.until(lambda: {7, 8, 9} <= set(broker.acknowledged), "all to be acknowledged")
        assert not bench.paused
        assert [one.what for one in bench.reader.journal.actions()].count("pause") == 1

    tell(story, tmp_path, monkeypatch)


def test_a_broker_that_is_away_for_an_hour_is_found_again_and_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attempts become rarer, at random, and nothing happens between them."""

    async def story(bench: Bench) -> None:
        broker = bench.broker
        await bench.until_connected()
        topics = set(bench.status.topics)
        flags = broker.connects[0][7]
        assert not flags & 2, "clean start is off"
        assert b"\x11" + struct.pack(">I", FORTNIGHT) in broker.connects[0]

        broker.dying = True
        broker.attempts = 0
        broker.cut()
        await bench.until(lambda: bench.status.trouble == "lost", "the loss")
        delays: list[float] = []
        while sum(delays) < HOUR:
            before = broker.attempts
            due = bench.due
            await asyncio.sleep(0.02)
            assert broker.attempts == before, "it does not wait"
            delays.append(bench.advance_to_alarm())
            tried = partial(bench.has_tried, before, due)
            await bench.until(tried, "the next attempt")
        for number, seconds in enumerate(delays):
            longest = min(5 * 2**number, 600)
            assert longest / 2 - 0.1 < seconds <= longest, delays
        assert len(delays) <= 20, delays
        assert any(delay < min(5 * 2**n, 600) * 0.99 for n, delay in enumerate(delays)), delays

        broker.published.clear()
        broker.dying = False
        bench.advance_to_alarm()
        await bench.until_connected()
        await bench.until(lambda: topics <= {one for one, _ in broker.published}, "everything")
        counts = Counter(topic for topic, _ in broker.published)
        assert {topic: counts[topic] for topic in topics} == dict.fromkeys(topics, 1)

    tell(story, tmp_path, monkeypatch)


@dataclass(frozen=True)
class Authority:
    """An authority for certificates, and those that it has signed.

    Attributes:
        folder: Their folder.
    """

    folder: Path

    def certificate(self, name: str) -> Path:
        """Return the file of a certificate."""
        return self.folder / f"{name}.crt"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make certificates that are not valid now, or not for 127.0.0.1, and one that is."""
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder, "ca")
    make_certificate(folder, "ca", "right")
    make_certificate(folder, "ca", "elsewhere", address="192.0.2.1")
    clock = WallClock(folder / "clock")
    for name, ahead in (("expired", -2), ("to-come", 2)):
        clock.offset(timedelta(days=ahead))
        make_certificate(folder, "ca", name, days=1, variables=clock.variables())
    return Authority(folder)


@UNCLOSED
@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "key", "reason"),
    [
        ("expired", "clock", "certificate has expired"),
        ("to-come", "clock", "certificate is not yet valid"),
        ("elsewhere", "another_name", "IP address mismatch"),
    ],
)
def test_a_certificate_that_is_not_valid_is_named(
    name: str,
    key: str,
    reason: str,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In `status` and by the doctor, with what is wrong with it; nothing is sent."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert (bench.status.trouble, bench.broker.connects) == (key, [])
        assert reason in bench.status.reason
        assert reason in bench.found()

    more = f'ca = "{authority.certificate("ca")}"\n'
    certificate = authority.certificate(name)
    tell(story, tmp_path, monkeypatch, more=more, certificate=certificate)


@pytest.mark.real
def test_a_certificate_that_is_valid_is_trusted(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are refused for what is wrong with them."""
    more = f'ca = "{authority.certificate("ca")}"\n'
    certificate = authority.certificate("right")
    tell(Bench.until_connected, tmp_path, monkeypatch, more=more, certificate=certificate)


@pytest.mark.parametrize("host", ["1:2", "a..b"])
def test_a_name_that_leads_nowhere_is_named(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These two are refused by the resolver, and by Python, without a question to a server."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert bench.status.trouble == "host"
        assert bench.status.reason in bench.found()

    tell(story, tmp_path, monkeypatch, more=f'host = "{host}"\n')


@pytest.mark.parametrize("text", [None, "", "no certificate"])
def test_a_file_of_an_authority_that_cannot_be_used_is_named(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is missing, empty, or something else; the broker is not blamed."""
    path = tmp_path / "ca.crt"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert (bench.status.trouble, bench.status.reason) == ("ca", str(path))
        assert str(path) in bench.found()

    tell(story, tmp_path, monkeypatch, more=f'ca = "{path}"\n')


def password_file(folder: Path, key: str) -> Path:
    """Make the file, or what is in its place, for a trouble of the password."""
    path = folder / "mqtt-password"
    if key == "not_file":
        os.mkfifo(path, 0o600)
    elif key != "unread":
        path.write_text("" if key == "empty" else "secret", encoding="utf-8")
        path.chmod(0o644 if key == "for_others" else 0o600)
    return path


@pytest.mark.parametrize("key", ["unread", "not_file", "for_others", "empty"])
def test_a_password_file_that_cannot_be_used_is_named(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is missing, a pipe that nobody writes to, readable by others, or empty."""
    path = password_file(tmp_path, key)

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert (bench.status.trouble, bench.status.reason) == (f"password_{key}", str(path))
        assert str(path) in bench.found()
        assert bench.broker.attempts == 0

    more = f'user = "anna"\npassword_file = "{path}"\ninsecure = true\n'
    tell(story, tmp_path, monkeypatch, more=more)


def test_a_network_that_does_not_lead_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux refuses a connection to a multicast address by itself, and sends nothing."""

    async def story(bench: Bench) -> None:
        await bench.until(lambda: bench.status.trouble, "a report")
        assert bench.status.trouble == "network"
        assert bench.status.reason == os.strerror(errno.ENETUNREACH)
        assert bench.status.reason in bench.found()

    tell(story, tmp_path, monkeypatch, more='host = "224.0.0.1"\ninsecure = true\n')
