"""Startup of the bridge, and removal of its retained topics from the broker."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nightcare.atomic_write import private_folder
from nightcare.bridge.settings import BridgeSettings, bridge_settings, computer_id
from nightcare.config.cache import load_cached
from nightcare.config.config_source import LoadResult
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.desktop.instance_lock import FileLock
from nightcare.desktop.own_process import restart
from nightcare.errors import DesktopError, ExtraMissing, NotConfigured, StateError
from nightcare.i18n.error_text import trouble_text
from nightcare.i18n.translator import Translator
from nightcare.ownership import refuse_as_root
from nightcare.paths import (
    bridge_lock,
    config_source,
    service_places,
    state_folder,
    written_paths,
)

if TYPE_CHECKING:
    from nightcare.bridge.broker_answers import Trouble

_FORGET_SECONDS = 30.0


def run_bridge(named: Path | None, variables: Mapping[str, str]) -> None:
    """Run the bridge until it is stopped.

    Args:
        named: The config file that `--config` names, if any.
        variables: The environment.

    Raises:
        ConfigError: The config is invalid.
        NotConfigured: It has no table `[mqtt]`.
        ExtraMissing: The library for MQTT is missing.
        StateError: The bridge runs already, or the journal cannot be used.
        NotAllowed: The user is root, and the folders are another user's.
    """
    refuse_as_root(written_paths(named, variables))
    state, loaded = _load(named, variables)
    settings = bridge_settings(loaded.values)
    if settings is None:
        raise NotConfigured("mqtt_not_configured")
    expect_library()
    private_folder(state)
    lock = _take_lock(state)
    from nightcare.bridge.bridge_app import BridgeApp, BridgeContext  # noqa: PLC0415 - only with [mqtt]
    from nightcare.bridge.reader import JournalReader  # noqa: PLC0415 - likewise

    reader = JournalReader(state, variables, loaded)
    place = None if named is None else named.absolute()
    app = BridgeApp(BridgeContext(place, state, variables, sys.stdout), reader, settings)
    try:
        asyncio.run(app.run())
    finally:
        lock.release()
    if app.shutdown.restarts:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        restart()


def expect_library() -> None:
    """Import the library for MQTT.

    Raises:
        ExtraMissing: It is missing.
    """
    try:
        import paho.mqtt.client  # noqa: F401, PLC0415 - only with [mqtt]
    except ImportError as error:
        raise ExtraMissing("mqtt_needs_paho") from error


def forget(
    settings: BridgeSettings, state: Path, variables: Mapping[str, str], translator: Translator
) -> int:
    """Clear every retained topic of this computer, and its session; return how many there were.

    Raises:
        ExtraMissing: The library for MQTT is missing.
        StateError: The bridge runs.
        DesktopError: The broker cannot be reached, or does not let this user write.
    """
    expect_library()
    lock = _take_lock(state)
    try:
        return _cleared(settings, computer_id(), variables, translator)
    finally:
        lock.release()


def forget_computer(
    settings: BridgeSettings, computer: str, variables: Mapping[str, str], translator: Translator
) -> int:
    """Clear every retained topic of another computer that is gone; return how many there were.

    Raises:
        ExtraMissing: The library for MQTT is missing.
        DesktopError: The broker cannot be reached, or does not let this user write.
    """
    expect_library()
    return _cleared(settings, computer, variables, translator)


def _cleared(
    settings: BridgeSettings, computer: str, variables: Mapping[str, str], translator: Translator
) -> int:
    outcome = asyncio.run(_forget(settings, computer, variables))
    if isinstance(outcome, int):
        return outcome
    text = trouble_text(outcome.key, outcome.reason, translator)
    raise DesktopError("mqtt_not_forgotten", address=settings.address, trouble=text)


async def _forget(
    settings: BridgeSettings, computer: str, variables: Mapping[str, str]
) -> int | Trouble:
    from nightcare.bridge.broker_answers import Trouble  # noqa: PLC0415 - as above
    from nightcare.bridge.broker_connection import BrokerConnection  # noqa: PLC0415 - likewise
    from nightcare.bridge.publisher import Publisher, PublisherCalls, settle  # noqa: PLC0415 - likewise
    from nightcare.bridge.topics import Topics  # noqa: PLC0415 - likewise

    # The session of that computer ends with this connection.
    topics = Topics(settings.person, computer)
    connection = BrokerConnection(settings, variables, topics.node, None)
    cleared: list[str] = []
    calls = PublisherCalls(lambda *_: None, lambda topic: cleared.append(topic or ""))
    publisher = Publisher(connection, topics, {}, calls)
    serving = asyncio.create_task(connection.serve(publisher))
    settling = asyncio.create_task(settle(publisher, _FORGET_SECONDS))
    await asyncio.wait({serving, settling}, return_when=asyncio.FIRST_COMPLETED)
    publisher.close()
    if serving.done():
        settling.cancel()
        return serving.result()
    connection.disconnect(keep_session=False)
    await serving
    if not settling.result():
        return Trouble("silent")
    if publisher.refused:
        return Trouble("acl", ", ".join(sorted(publisher.refused)))
    return len(set(cleared) - {"", topics.sync, topics.commands})


def _take_lock(state: Path) -> FileLock:
    """Take the lock of the bridge; two clients of one name would disconnect each other.

    Raises:
        StateError: Another process holds it.
    """
    lock = bridge_lock(state)
    if not lock.take():
        raise StateError("bridge_runs")
    return lock


def _load(named: Path | None, variables: Mapping[str, str]) -> tuple[Path, LoadResult]:
    installed = service_places(variables)
    state = state_folder(installed)
    source = config_source(named, variables, installed)
    return state, load_cached(source, state, load_in_subprocess)
