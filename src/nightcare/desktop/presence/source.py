"""The sources of presence, and their queries: at the start, on their signals, and on demand.

There is no polling. A source that may change without a signal is queried when its answer is needed,
and a bus that has gone for good is tried again then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from jeepney import MatchRule

from nightcare.desktop.dbus import Fault
from nightcare.desktop.dbus.client import BusClient, BusSession, or_fault
from nightcare.desktop.dbus.connection import PROPERTIES, Connection, Signal
from nightcare.domain.reasons import Condition


@dataclass(frozen=True)
class ChangeSignal:
    """A signal after which an answer may have changed.

    Attributes:
        name: The name that its sender must own.
        interface: The interface it belongs to.
        member: Its name.
        first: The value of its first argument; empty for any.
        below: A path that its first argument must lead to or come from; empty for any.
        on_demand: Whether its sender is started when it is needed and ends by itself, as xfconfd
            does after five minutes. That changes no answer, so its owner is not followed.
    """

    name: str
    interface: str
    member: str
    first: str = ""
    below: str = ""
    on_demand: bool = False

    def rule(self) -> str:
        """Return the match rule for the bus."""
        rule = MatchRule(
            type="signal", sender=self.name, interface=self.interface, member=self.member
        )
        if self.first:
            rule.add_arg_condition(0, self.first)
        if self.below:
            rule.add_arg_condition(0, self.below, "path")
        return str(rule.serialise())

    def matches(self, signal: Signal) -> bool:
        """Return whether a signal is this one, from any sender."""
        if (signal.interface, signal.member) != (self.interface, self.member):
            return False
        first = signal.body[0] if signal.body else None
        if self.first:
            return first == self.first
        if self.below:
            return isinstance(first, str) and (
                first.startswith(self.below) or self.below.startswith(first)
            )
        return True


@dataclass(frozen=True)
class PresenceSource:
    """A service on a bus that says whether a condition holds.

    Attributes:
        condition: The condition.
        by: The name of the source for the user; empty for the notification server by its
            specification.
        name: The name that it owns on the bus; without an owner there is no answer.
        ask: Queries the owner with this unique name; raises CallError without an answer.
        signals: The signals after which it is queried again.
        on_system_bus: Whether it is on the system bus, not on the session bus.
        when_needed: Whether its answer may change without a signal.
        alone: Whether its answer overrides those of all sources without this flag.
        concerns: Returns whether a signal that is one of `signals` is meant for us.
        release: Removes what `ask` has set up on a connection, once the source is no longer
            queried.
    """

    condition: Condition
    by: str
    name: str
    ask: Callable[[Connection, str], Awaitable[bool]]
    signals: tuple[ChangeSignal, ...] = ()
    on_system_bus: bool = False
    when_needed: bool = False
    alone: bool = False
    concerns: Callable[[Signal], bool] = lambda _: True
    release: Callable[[Connection], None] = lambda _: None


def property_changed(name: str, interface: str) -> ChangeSignal:
    """Return the signal with which the owner of a name reports a change of a property."""
    return ChangeSignal(name, PROPERTIES, "PropertiesChanged", first=interface)


Answer = bool | Fault
"""The answer of a source, or the reason why there is none."""


@dataclass(slots=True, eq=False)
class Query:
    """The query of one source.

    Attributes:
        source: The source.
        answer: Its last answer.
        task: The query that is under way.
        again: Whether to repeat the query after that.
    """

    source: PresenceSource
    answer: Answer = Fault.ABSENT
    task: asyncio.Task[None] | None = None
    again: bool = False


class SourceListener:
    """The answers of the sources on one bus.

    Args:
        bus: The client of the bus.
        sources: The sources.
        changed: Called when an answer differs from the one before.
        limit: Seconds within which each source must answer.
    """

    def __init__(
        self,
        bus: BusClient,
        sources: Iterable[PresenceSource],
        changed: Callable[[], None],
        *,
        limit: float,
    ) -> None:
        self.queries = tuple(Query(source) for source in sources)
        signals = {one for query in self.queries for one in query.source.signals}
        self.rules = sorted(one.rule() for one in signals)
        names = {one.name for one in signals if not one.on_demand}
        names |= {query.source.name for query in self.queries}
        self.names = sorted(names)
        self._bus = bus
        self._changed = changed
        self._limit = limit
        self._session: BusSession | None = None
        self._hung = False
        self._frozen = False
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Keep the answers up to date until cancelled.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `changed` raised.
        """
        try:
            await self._bus.serve(self)
        finally:
            for query in self.queries:
                if query.task is not None:
                    query.task.cancel()
                if self._session is not None:
                    query.source.release(self._session.bus)

    async def refresh(self, *, everything: bool = False) -> None:
        """Query the sources that may change without a signal, and wait for the slowest answer.

        A source that timed out is queried as well, and not waited for again.

        Args:
            everything: Whether all sources are queried: a signal may be on its way.
        """
        if self._session is not None:
            started = self._start_queries(everything=everything)
            await _finished(one for one in started if one.answer is not Fault.LATE)
            return
        if self._looked.is_set():
            self._looked.clear()
            self._bus.connect_now()
        if not self._hung:
            try:
                await self._looked.wait()
            except asyncio.CancelledError:
                # A bus that hangs is not waited for again.
                self._hung = True
                raise

    def query_again(self) -> None:
        """Query the sources that may have changed without a signal; do not wait for them."""
        if self._session is not None:
            self._start_queries()

    def freeze(self) -> None:
        """Keep the answers when the bus is left, until another listener has taken over."""
        self._frozen = True

    # Called by the bus client

    def connected(self, session: BusSession) -> None:
        """Query all sources."""
        self._session = session
        self._hung = False
        for query in self.queries:
            self._start(query)
        session.spawn(self._first_look())

    async def _first_look(self) -> None:
        await _finished(self.queries)
        self._looked.set()

    def disconnected(self) -> None:
        """Forget the answers: their sources cannot be reached."""
        self._session = None
        self._looked.set()
        if self._frozen:
            return
        known = any(isinstance(query.answer, bool) for query in self.queries)
        for query in self.queries:
            query.answer, query.task, query.again = Fault.ABSENT, None, False
        if known:
            self._changed()

    def owner_changed(self, name: str, owner: str) -> None:
        """Query the new owner of a name; without an owner there is no answer."""
        for query in self.queries:
            if query.source.name != name:
                if any(one.name == name for one in query.source.signals):
                    # The answer depends on the owner of that name, and may have changed with it.
                    self._start(query)
                continue
            if query.task is not None:
                query.task.cancel()
                query.task = None
            if owner:
                # The answer of the former owner applies until this one has answered or timed out.
                self._start(query)
            else:
                self._set_answer(query, Fault.ABSENT)

    def handle_signal(self, signal: Signal) -> None:
        """Query the sources that a signal concerns, if its sender owns the name."""
        owners = self._session.owners if self._session is not None else {}
        for query in self.queries:
            source = query.source
            if any(
                (one.on_demand or owners.get(one.name) == signal.sender) and one.matches(signal)
                for one in source.signals
            ) and source.concerns(signal):
                self._start(query)

    # Queries

    def _start_queries(self, *, everything: bool = False) -> list[Query]:
        """Query the sources that may change without a signal; return all queries under way."""
        for query in self.queries:
            # A source that failed may only just have started.
            if everything or query.source.when_needed or isinstance(query.answer, Fault):
                self._start(query)
        return [one for one in self.queries if one.task is not None]

    def _start(self, query: Query) -> None:
        """Start a query, or repeat it after the one that is under way."""
        session = self._session
        owner = session.owners.get(query.source.name) if session is not None else None
        if session is None or not owner:
            return
        query.again = True
        if query.task is None:
            query.task = session.spawn(self._ask(query, session, owner))

    async def _ask(self, query: Query, session: BusSession, owner: str) -> None:
        while query.again:
            query.again = False
            question = query.source.ask(session.bus, owner)
            self._set_answer(query, await or_fault(asyncio.wait_for(question, self._limit)))
        query.task = None

    def _set_answer(self, query: Query, answer: Answer) -> None:
        before, query.answer = query.answer, answer
        known = isinstance(before, bool) or isinstance(answer, bool)
        if known and before is not answer:
            self._changed()


async def _finished(queries: Iterable[Query]) -> None:
    running = [one.task for one in queries if one.task is not None]
    if running:
        await asyncio.wait(running)
