"""Starting the bridge in this process, and clearing what it has left at a broker on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from nightcare.bridge.bridge_startup import forget, forget_computer, run_bridge
from nightcare.bridge.settings import BridgeSettings, bridge_settings, computer_id
from nightcare.bridge.topics import OFFLINE, Topics
from nightcare.config.load import load
from nightcare.errors import DesktopError, ExtraMissing, NotConfigured, StateError
from nightcare.i18n.error_text import trouble_text
from nightcare.i18n.translator import read_words
from nightcare.paths import bridge_lock
from parts.processes import HANG_SECONDS
from parts.scripted_broker import ScriptedBroker, publication

TOPICS = Topics("anna", computer_id())
ENGLISH = read_words("en")


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Give this process the home of a person who has no desktop; return its environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return os.environ


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return the folder of their journal."""
    folder = tmp_path / "state" / "nightcare"
    folder.mkdir(parents=True, mode=0o700)
    return folder


@contextmanager
def broker_aside(wait: Callable[[ScriptedBroker], bool] | None = None) -> Iterator[ScriptedBroker]:
    """Run a broker in a thread; send this process SIGTERM as soon as a condition holds.

    Args:
        wait: The condition; None to send nothing.
    """
    started, done, broker = threading.Event(), threading.Event(), ScriptedBroker()

    async def serve() -> None:
        await broker.start()
        started.set()
        waiting = wait
        while not done.is_set():
            await asyncio.sleep(0.01)
            if waiting is not None and waiting(broker):
                waiting = None
                os.kill(os.getpid(), signal.SIGTERM)
        await broker.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(HANG_SECONDS)
        yield broker
    finally:
        done.set()
        thread.join()


def config(folder: Path, port: int) -> Path:
    """Return a config file with a broker on loopback."""
    path = folder / "config.toml"
    text = f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\nperson = "anna"\ninsecure = true\n'
    path.write_text(text, encoding="utf-8")
    return path


def settings(folder: Path, port: int) -> BridgeSettings:
    """Return the table `[mqtt]` of that config."""
    found = bridge_settings(load(config(folder, port), {}).values)
    assert found is not None
    return found


def start(command: str, folder: Path, state: Path, variables: Mapping[str, str]) -> None:
    """Run the bridge, or clear what it has left."""
    if command == "run":
        run_bridge(config(folder, 1883), variables)
    else:
        forget(settings(folder, 1883), state, variables, ENGLISH)


def retained(topic: str, payload: bytes) -> bytes:
    """Return a PUBLISH of what the broker has retained."""
    first, *rest = publication(topic, payload, 7)
    return bytes([first | 1, *rest])


def payloads(broker: ScriptedBroker, topic: str) -> list[bytes]:
    """Return what was published on a topic."""
    return [payload for one, payload in broker.published if one == topic]


def test_without_a_broker_in_the_config_there_is_nothing_to_run(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    """It writes nothing."""
    path = tmp_path / "config.toml"
    path.write_text('[sleep]\nwake = "07:00"\nbedtime = "22:30"\n', encoding="utf-8")
    with pytest.raises(NotConfigured) as caught:
        run_bridge(path, variables)
    assert caught.value.key == "mqtt_not_configured"


@pytest.mark.parametrize("command", ["run", "forget"])
def test_without_the_library_an_error_says_so(
    tmp_path: Path, variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """It is no dependency of the program without a bridge."""
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(ExtraMissing):
        start(command, tmp_path, tmp_path, variables)


@pytest.mark.parametrize("command", ["run", "forget"])
def test_two_bridges_do_not_run_at_once(
    tmp_path: Path, state: Path, variables: Mapping[str, str], command: str
) -> None:
    """They would throw each other out; `--forget` would be undone by the other."""
    lock = bridge_lock(state)
    assert lock.take()
    try:
        with pytest.raises(StateError) as caught:
            start(command, tmp_path, state, variables)
    finally:
        lock.release()
    assert caught.value.key == "bridge_runs"


def test_it_runs_until_a_signal_and_says_goodbye(
    tmp_path: Path, state: Path, variables: Mapping[str, str]
) -> None:
    """It has published everything by then, and another bridge may begin."""

    def published(broker: ScriptedBroker) -> bool:
        return bool(payloads(broker, TOPICS.alive))

    with broker_aside(published) as broker:
        run_bridge(config(tmp_path, broker.port), variables)
    assert payloads(broker, TOPICS.alive) == [OFFLINE.encode()]
    lock = bridge_lock(state)
    assert lock.take()
    lock.release()


def test_forget_clears_all_that_is_left_and_counts_it(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    """Topics that this version does not know are cleared as well."""
    left = [TOPICS.alive, TOPICS.of("next"), TOPICS.of("of/an/older/version")]
    with broker_aside() as broker:
        broker.redelivered = b"".join(retained(one, b"left") for one in left)
        count = forget(settings(tmp_path, broker.port), tmp_path, variables, ENGLISH)
    assert count == len(left)
    assert {topic for topic, payload in broker.published if not payload} == set(left)


def test_another_computer_that_is_gone_is_forgotten(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    """The bridge of this one may run meanwhile."""
    gone = Topics("anna", "0123456789")
    with broker_aside() as broker:
        broker.redelivered = retained(gone.alive, b"offline")
        here = settings(tmp_path, broker.port)
        assert forget_computer(here, gone.computer, variables, ENGLISH) == 1
    assert (gone.alive, b"") in broker.published


def test_forget_without_a_broker_says_why(
    tmp_path: Path, state: Path, variables: Mapping[str, str]
) -> None:
    """The lock is free again."""
    with broker_aside() as broker:
        pass
    with pytest.raises(DesktopError) as caught:
        forget(settings(tmp_path, broker.port), state, variables, ENGLISH)
    assert caught.value.key == "mqtt_not_forgotten"
    assert caught.value.values["address"] == f"127.0.0.1:{broker.port}"
    assert caught.value.values["trouble"]
    lock = bridge_lock(state)
    assert lock.take()
    lock.release()


def test_forget_says_what_the_broker_does_not_let_it_clear(
    tmp_path: Path, state: Path, variables: Mapping[str, str]
) -> None:
    """With the topics, in both languages."""
    with broker_aside() as broker:
        broker.redelivered = retained(TOPICS.alive, b"left")
        broker.refusing = {"alive": 0x87}
        for language in ("en", "da"):
            with pytest.raises(DesktopError) as caught:
                forget(settings(tmp_path, broker.port), state, variables, read_words(language))
            assert caught.value.key == "mqtt_not_forgotten"
            assert caught.value.values["trouble"] == trouble_text(
                "acl", TOPICS.alive, read_words(language)
            )
