"""The presence of the user, by the answers of the desktop and the system.

A condition counts as false if no source answers in time. The sources are queried shortly before a
decision needs the presence, and after a clock step.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.schedule import Schedule

if TYPE_CHECKING:
    from nightcare.desktop.dbus.client import BusClient
    from nightcare.desktop.presence.source import PresenceSource, Query, SourceListener

LIMIT = 2.0
"""Seconds within which each source must answer; a reminder does not wait longer."""


@dataclass(frozen=True)
class ConditionState:
    """The state of a condition by its sources.

    Attributes:
        on: Whether it holds; None if no source knows.
        by: The names of the sources that reported it.
    """

    on: bool | None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Interest:
    """The conditions that a schedule depends on."""

    conditions: frozenset[Condition]
    idle_after: timedelta

    @classmethod
    def of(cls, schedule: Schedule) -> _Interest:
        conditions = {
            condition
            for condition in Condition
            if any(one.held_while(condition) for one in schedule.enabled)
        }
        if schedule.enabled:
            # A message shown under it is sent without its sound, and sent again when it ends,
            # because some servers never draw it.
            conditions.add(Condition.DO_NOT_DISTURB)
        return cls(frozenset(conditions), schedule.idle_after)


class PresenceMonitor:
    """The conditions that hold now, kept up to date by the sources.

    Args:
        session: The client of the session bus, if any.
        system: The client of the system bus, if any.
        variables: The environment, which names the desktop and the session.
        schedule: The schedule, which decides what is queried.
        limit: Seconds within which each source must answer.
    """

    def __init__(
        self,
        session: BusClient | None,
        system: BusClient | None,
        variables: Mapping[str, str],
        schedule: Schedule,
        limit: float = LIMIT,
    ) -> None:
        self._buses = ((session, False), (system, True))
        self._variables = variables
        self._limit = limit
        self._interest = _Interest.of(schedule)
        self._listeners: list[SourceListener] = []
        self._queries: Sequence[Query] = ()
        self._restart = asyncio.Event()
        self._looked = asyncio.Event()
        self._changed: Callable[[], None] = lambda: None

    @property
    def presence(self) -> Presence:
        """The conditions that hold, as far as is known now."""
        return frozenset(condition for condition, state in self.known().items() if state.on)

    def known(self) -> dict[Condition, ConditionState]:
        """Return the state of each condition that the schedule depends on."""
        return {one: self._known(one) for one in Condition if one in self._interest.conditions}

    @property
    def may_end_unnoticed(self) -> bool:
        """True if a condition holds by a source that may change without a signal."""
        return any(one.source.when_needed and one.answer is True for one in self._queries)

    def apply(self, schedule: Schedule) -> None:
        """Follow the sources that this schedule depends on."""
        interest = _Interest.of(schedule)
        if interest != self._interest:
            self._interest = interest
            self._restart.set()

    def restart(self) -> None:
        """Query all sources again, because the desktop has changed.

        Call it before the session bus client moves: the answers of the former bus apply until the
        new ones arrive.
        """
        for listener in self._listeners:
            listener.freeze()
        self._restart.set()

    async def run(self, changed: Callable[[], None]) -> None:
        """Keep the presence up to date until cancelled.

        Args:
            changed: Called when `presence` or `known` may have changed.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `changed` raised.
        """
        self._changed = changed
        async with asyncio.TaskGroup() as tasks:
            running: list[asyncio.Task[None]] = []
            while True:
                self._restart.clear()
                listeners = self._new_listeners()
                before = running
                running = [tasks.create_task(one.run()) for one in listeners]
                # The answers of the former listeners apply until the first new ones arrive.
                await self._refresh(listeners)
                self._listeners = listeners
                self._queries = [one for listener in listeners for one in listener.queries]
                for task in before:
                    task.cancel()
                self._looked.set()
                self._changed()
                await self._restart.wait()

    async def refresh(self, *, everything: bool = False) -> None:
        """Query, within the limit, the sources that may have changed without a signal.

        Args:
            everything: Whether to query all sources: a signal may be on its way.
        """
        if self._looked.is_set():
            await self._refresh(self._listeners, everything=everything)
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limit):
                    await self._looked.wait()

    def query_again(self) -> None:
        """Query the sources that may have changed without a signal; do not wait for them."""
        for listener in self._listeners:
            listener.query_again()

    def _known(self, condition: Condition) -> ConditionState:
        answered = [
            one
            for one in self._queries
            if one.source.condition is condition and isinstance(one.answer, bool)
        ]
        answered = [one for one in answered if one.source.alone] or answered
        for on in (True, False):
            by = dict.fromkeys(
                one.source.by or one.source.name for one in answered if one.answer is on
            )
            if by:
                return ConditionState(on, tuple(by))
        return ConditionState(None)

    def _new_listeners(self) -> list[SourceListener]:
        buses = [(bus, system) for bus, system in self._buses if bus and bus.address is not None]
        if not buses:
            return []
        from nightcare.desktop.presence.source import SourceListener  # noqa: PLC0415 - needs a bus

        sources = self._sources()
        listeners = []
        for bus, on_system_bus in buses:
            here = [one for one in sources if one.on_system_bus is on_system_bus]
            if bus and here:
                listeners.append(SourceListener(bus, here, self._report, limit=self._limit))
        return listeners

    def _sources(self) -> list[PresenceSource]:
        from nightcare.desktop.presence import do_not_disturb, session  # noqa: PLC0415 - needs a bus

        session_id = self._variables.get("XDG_SESSION_ID", "")
        sources = (
            *session.sources(session_id, self._interest.idle_after),
            *do_not_disturb.sources(self._variables),
        )
        return [one for one in sources if one.condition in self._interest.conditions]

    def _report(self) -> None:
        # Sources whose first answers are not complete do not count yet.
        if self._looked.is_set():
            self._changed()

    async def _refresh(
        self, listeners: Sequence[SourceListener], *, everything: bool = False
    ) -> None:
        if not listeners:
            return
        refreshing = [
            asyncio.ensure_future(one.refresh(everything=everything)) for one in listeners
        ]
        try:
            await asyncio.wait(refreshing, timeout=self._limit)
        finally:
            for one in refreshing:
                one.cancel()


_RECENT = 1.0
"""Seconds for which an answer counts as current."""


class PresencePrefetch:
    """The queries that a monitor was asked to make, and that may still run."""

    def __init__(self, monitor: PresenceMonitor) -> None:
        self._monitor = monitor
        self._full: asyncio.Task[None] | None = None
        self._ahead: asyncio.Task[None] | None = None
        self._began_ahead = 0.0

    @property
    def querying_all(self) -> bool:
        """True while all sources are queried, so that the answers so far are incomplete."""
        return self._full is not None

    def running(self) -> list[asyncio.Task[None]]:
        """Return the tasks that may still run."""
        return [one for one in (self._full, self._ahead) if one]

    def start(self) -> None:
        """Start a query shortly before the presence is needed, so that no reminder waits for it."""
        loop = asyncio.get_running_loop()
        self._began_ahead = loop.time()
        self._ahead = loop.create_task(self._monitor.refresh())

    async def finish(self) -> None:
        """Wait until the presence is current; query it, unless that has just been done."""
        ahead, self._ahead = self._ahead, None
        recent = asyncio.get_running_loop().time() - self._began_ahead < _RECENT
        if self._full is not None:
            await asyncio.wait({self._full})
        elif ahead is not None and recent:
            await ahead
        else:
            await self._monitor.refresh()

    def query_all(self, then: Callable[[], None], failed: Callable[[BaseException], None]) -> None:
        """Query all sources, also those with signals, unless that is under way.

        Args:
            then: Called when the answers are there.
            failed: Called with an error of the query or of `then`.
        """
        if self._full is None:
            self._full = asyncio.create_task(self._query_all(then, failed))

    async def _query_all(
        self, then: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        try:
            # The screen may have been locked meanwhile, and the signal be on its way.
            await self._monitor.refresh(everything=True)
            self._full = None
            then()
        except Exception as error:  # noqa: BLE001 - the service ends with any error
            failed(error)
