"""The bridge application, which connects its parts and runs them until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from nightcare.bridge.act_exchange import SharedMessage
from nightcare.bridge.broker_answers import Trouble
from nightcare.bridge.broker_connection import BrokerConnection, RetryDelays, Will
from nightcare.bridge.commands import Published, act, parse, target_key
from nightcare.bridge.publication import BridgeFacts, changes_at, events, expiries, retained
from nightcare.bridge.publisher import Publisher, PublisherCalls, expiry_of, settle
from nightcare.bridge.reader import JournalReader
from nightcare.bridge.settings import BridgeSettings, computer_id
from nightcare.bridge.sharing import Shared, Sharing
from nightcare.bridge.sleep_watch import SleepWatch
from nightcare.bridge.status_reporter import StatusReporter
from nightcare.bridge.topics import OFFLINE, Topics
from nightcare.desktop.clock import alarm, now
from nightcare.desktop.file_watch import watch
from nightcare.desktop.instance_lock import RECORD, runtime_folder
from nightcare.desktop.own_process import ProgramFiles
from nightcare.desktop.systemd.service_manager import ServiceManager
from nightcare.desktop.time_zone import LOCAL_TIME
from nightcare.domain.delivery import Delivery
from nightcare.domain.reminders import Key
from nightcare.engine.user_actions import UserActions
from nightcare.errors import NightcareError, StateError
from nightcare.journal.bridge_status import BridgeStatus
from nightcare.journal.journal_files import FILE_NAME
from nightcare.service.shutdown import Shutdown, cancel_all
from nightcare.service.upgrade import UpgradeRestart

_SOON = 0.5
"""Seconds to wait until the locks of an ended service are free, and all refusals are known."""

_END_SECONDS = 3.0
_SUSPEND_SECONDS = 2.0
"""The longest time that suspend waits for the broker."""


@dataclass(frozen=True)
class BridgeContext:
    """The surroundings of the bridge.

    Attributes:
        config: The file that `--config` names, if any.
        state: The folder of the journal.
        variables: The environment at the start.
        out: The stream for the log.
    """

    config: Path | None
    state: Path
    variables: Mapping[str, str]
    out: TextIO


class BridgeApp:
    """The running bridge.

    Args:
        context: Its surroundings.
        reader: Reads the config in force and the journal.
        settings: The table `[mqtt]` at the start.

    Attributes:
        shutdown: The request to end.
    """

    def __init__(
        self, context: BridgeContext, reader: JournalReader, settings: BridgeSettings
    ) -> None:
        self._context = context
        self._reader = reader
        self._settings = settings
        self._topics = Topics(settings.person, computer_id())
        self.shutdown = Shutdown()
        self._manager = ServiceManager(context.variables)
        files = ProgramFiles.of_this_process()
        self._upgrade = UpgradeRestart(files, context.config, self._restart_if_ready)
        self._facts: BridgeFacts | None = None
        self._known: dict[Key, Delivery] | None = None
        self._connection: BrokerConnection | None = None
        self._publisher: Publisher | None = None
        self._published: Published | None = None
        self._delays = RetryDelays()
        self._retry_at: datetime | None = None
        self._leaving: list[asyncio.Task[None]] = []
        self._retry = asyncio.Event()
        self._asleep = self._forgotten = self._refresh_due = self._live = False
        self._reporter = StatusReporter(reader, context.out)
        self._received: list[SharedMessage] = []
        self._connected_at = now()

    async def run(self) -> None:
        """Serve until a signal ends the bridge, or the config has no table `[mqtt]` any more."""
        loop, variables = asyncio.get_running_loop(), self._context.variables
        self.shutdown.listen(self.refresh)
        self._alarm = alarm(loop, self._due, self._jumped)
        reader, journal = self._reader, self._context.state / FILE_NAME
        parts = [
            watch(journal, lambda: reader.call_if_written(self.refresh)),
            watch(LOCAL_TIME, self._change_zone),
            SleepWatch(variables, self._reader.translator, self._sleeps).run(),
            self._manager.feed_watchdog(),
            self._upgrade.run(),
        ]
        runtime = runtime_folder(variables)
        if runtime is not None:
            parts.append(watch(runtime / RECORD, self._refresh_soon))
        self.refresh()
        connecting = asyncio.create_task(self._connect())
        tasks = [connecting, *(asyncio.create_task(one) for one in parts)]
        self._manager.ready(self._settings.address)
        try:
            await self.shutdown.wait(tasks)
        finally:
            if self.shutdown.restarts:
                self._manager.reloading()
            else:
                self._manager.stopping()
            self._upgrade.stop()
            await self._say_goodbye()
            self._alarm.close()
            await cancel_all([*tasks, *self._leaving, *self._upgrade.running()])
            self._reader.close()

    # Publishing

    def refresh(self) -> None:
        """Publish the changes in the journal, the config and the plan."""
        self._refresh_due = False
        try:
            facts = self._read()
        except StateError as error:
            self._reporter.log_error(error, now())
            self._reader.forget_version()
            return
        if self._reader.settings != self._settings:
            self._change_settings(self._reader.settings)
            return
        self._facts = replace(facts, running=facts.running and not self._asleep)
        if self._publisher is not None:
            if self._known is not None:
                for payload in events(self._known, facts.outlook.deliveries, facts):
                    self._publisher.announce(payload)
            self._publisher.want(retained(self._facts))
        self._known = {one.key: one for one in facts.outlook.deliveries}
        self._set_alarm()

    def _read(self) -> BridgeFacts:
        """Exchange shared records with other computers, and return the facts.

        Raises:
            StateError: The journal cannot be used.
        """
        shared = Shared({})
        if self._settings.share:
            computer, since = self._topics.computer, self._connected_at
            sharing = Sharing(self._reader, self._settings, computer, since)
            shared = sharing.exchange(self._received, now(), live=self._live)
            # Keep the messages if the journal cannot be written at present.
            self._received.clear()
            self._live = self._publisher is not None and self._publisher.compared
        self._reporter.report_computers(shared.differing, shared.awaited)
        facts = self._reader.facts(self._topics, self._settings, now())
        return replace(facts, shared=shared.payloads)

    def _receive(self, messages: Sequence[SharedMessage]) -> None:
        """Receive shared messages, together with those that arrive at the same time."""
        self._received += messages
        if not self._refresh_due:
            self._refresh_due = True
            asyncio.get_running_loop().call_soon(self.refresh)

    def _refresh_soon(self) -> None:
        asyncio.get_running_loop().call_later(_SOON, self.refresh)

    def _change_settings(self, settings: BridgeSettings | None) -> None:
        if settings is None:
            self._forgotten = True
            self.shutdown.request()
            return
        before, self._settings = self._settings, settings
        self._topics = Topics(settings.person, self._topics.computer)
        publisher, connection = self._publisher, self._connection
        moved = (settings.address, settings.person) != (before.address, before.person)
        if moved and publisher is not None and connection is not None and publisher.compared:
            # No computer writes these topics from now on.
            self._publisher = None
            self._leaving.append(asyncio.create_task(self._leave(publisher, connection, {})))
        else:
            self._reconnect()
        self.refresh()

    def _change_zone(self) -> None:
        self._reader.forget_zone()
        self.refresh()

    # The connection

    async def _connect(self) -> None:
        while True:
            self._retry.clear()
            began = self._connected_at = now()
            settings, topics = self._settings, self._topics
            will = Will(topics.alive, OFFLINE.encode())
            connection = BrokerConnection(settings, self._context.variables, topics.node, will)
            wanted = {} if self._facts is None else retained(self._facts)
            shared = self._receive if settings.share else None
            calls = PublisherCalls(self._command, self._changed, self._lifetime, shared)
            publisher = Publisher(connection, topics, wanted, calls)
            self._connection, self._publisher, self._published = connection, publisher, None
            self._live = False
            try:
                trouble = self._reporter.explained(await connection.serve(publisher))
            finally:
                publisher.close()
                self._connection = self._publisher = None
            self._report(replace(self._reporter.status, connected=False), trouble)
            if not self._retry.is_set():
                lasted = now() - began if publisher.compared else timedelta()
                self._retry_at = now() + self._delays.after(trouble, lasted)
                self._set_alarm()
                await self._retry.wait()
            self._retry_at = None

    def _reconnect(self) -> None:
        """Reconnect at once: to another broker, or after a time in which all may have changed.

        Commands that were sent in that time are older than the new connection, and are ignored.
        """
        self._retry.set()
        if self._connection is not None:
            self._connection.disconnect()

    async def _say_goodbye(self) -> None:
        publisher, connection, facts = self._publisher, self._connection, self._facts
        if publisher is None or connection is None or facts is None:
            return
        wanted = {} if self._forgotten else retained(replace(facts, running=False))
        # After a restart the new program continues at once.
        await self._leave(publisher, connection, None if self.shutdown.restarts else wanted)

    async def _leave(
        self,
        publisher: Publisher,
        connection: BrokerConnection,
        wanted: Mapping[str, bytes] | None,
    ) -> None:
        """Disconnect from the broker, which keeps these topics; None for those that it has."""
        if publisher.compared and wanted is not None:
            publisher.want(wanted)
            await settle(publisher, _END_SECONDS)
        self._retry.set()
        connection.disconnect(keep_session=wanted != {})

    def _lifetime(self, topic: str) -> timedelta | None:
        """Return how long the broker is to keep the payload of a topic; None for ever."""
        shared = self._topics.shared(topic)
        if shared is not None:
            return expiry_of(shared)
        until = None if self._facts is None else expiries(self._facts).get(topic)
        return None if until is None else until - now()

    def _changed(self, topic: str | None) -> None:
        """Handle an acknowledged publication, or a change of the refused topics."""
        facts, publisher = self._facts, self._publisher
        if facts is None or publisher is None:
            return
        state = self._topics.of("state")
        self._reporter.compare(state, publisher.held(state), facts.bridge, now())
        if topic == state:
            key = None if facts.open is None else facts.open.key
            if key is None or self._published is None or self._published.key != key:
                self._published = None if key is None else Published(key, now())
        elif topic is None and not publisher.refused:
            self._report_connected()
        elif topic is None:
            asyncio.get_running_loop().call_later(_SOON, self._report_connected)

    def _report_connected(self) -> None:
        if self._facts is not None and self._publisher is not None and self._publisher.compared:
            status = replace(
                self._reporter.status,
                connected=True,
                topics=tuple(sorted(retained(self._facts))),
                refused=tuple(sorted(self._publisher.refused)),
            )
            self._report(status, Trouble(""))

    def _report(self, status: BridgeStatus, trouble: Trouble) -> None:
        address, root = self._settings.address, self._topics.root
        self._reporter.report(replace(status, address=address, root=root), trouble, now())

    # Commands

    def _command(self, name: str, payload: bytes) -> None:
        command, reader = parse(name, payload), self._reader
        if command is None:
            return
        try:
            with reader.journal.transaction():
                key = target_key(
                    command, self._published, self._topics.token, reader.journal.unsettled(), now()
                )
                actions = UserActions(reader.schedule, reader.zone, reader.journal)
                act(command, key, actions, reader.journal, now())
        except StateError as error:
            self._reporter.log_error(error, now())
        except NightcareError:
            # The reminder was answered elsewhere meanwhile, which the state already shows.
            return
        self.refresh()

    # Time

    def _set_alarm(self) -> None:
        instants = [self._retry_at, self._reporter.next_change(now())]
        instants.append(None if self._facts is None else changes_at(self._facts))
        self._alarm.set(min((one for one in instants if one is not None), default=None))

    def _due(self) -> None:
        if self._retry_at is not None and self._retry_at <= now():
            self._retry.set()
        self.refresh()
        self._report_connected()

    def _jumped(self) -> None:
        """Reconnect after suspend or a clock step: the connection may be dead without an error."""
        self._delays = RetryDelays()
        self._reconnect()
        self.refresh()

    async def _sleeps(self, asleep: bool) -> None:  # noqa: FBT001 - a callback
        self._asleep = asleep
        self.refresh()
        if asleep and self._publisher is not None and self._publisher.compared:
            await settle(self._publisher, _SUSPEND_SECONDS)

    def _restart_if_ready(self) -> None:
        """Start the new version of the program after an upgrade."""
        if self._upgrade.ready:
            self.shutdown.request(restart=True)
