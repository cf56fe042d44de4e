"""Whether somebody is there: what the desktop and the system say, put together.

What nobody says, or nobody says in time, counts as here and undisturbed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from nightcare.domain.policy import Presence
from nightcare.domain.reminders import Condition
from nightcare.domain.schedule import Schedule

if TYPE_CHECKING:
    from nightcare.desktop.presence.query import Inquiry, SourceListener
    from nightcare.desktop.presence.sources import PresenceSource

LIMIT = 2.0
"""Seconds within which each must say it; a reminder is not kept waiting for longer."""


@dataclass(frozen=True)
class SourceState:
    """What is known of a matter.

    Attributes:
        on: Whether it is so; None where nobody says.
        by: Who says so.
    """

    on: bool | None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Heeded:
    """What a schedule wants to know."""

    matters: frozenset[Condition]
    idle_after: timedelta

    @classmethod
    def of(cls, schedule: Schedule) -> _Heeded:
        matters = {
            matter
            for matter in Condition
            if any(one.held_while(matter) for one in schedule.enabled)
        }
        if matters:
            # What is shown through it comes anew when it ends, for some servers never drew it.
            matters.add(Condition.DO_NOT_DISTURB)
        return cls(frozenset(matters), schedule.idle_after)


class PresenceMonitor:
    """Knows whether somebody is there, by what others tell.

    Args:
        session: The address of the session bus; None where there is none.
        system: The address of the system bus; None where there is none.
        variables: The environment, which names the desktop and the session.
        schedule: What is asked is what it heeds.
        limit: Seconds within which each source must have answered.
    """

    def __init__(
        self,
        session: str | None,
        system: str | None,
        variables: Mapping[str, str],
        schedule: Schedule,
        limit: float = LIMIT,
    ) -> None:
        self._session = session
        self._system = system
        self._variables = variables
        self._limit = limit
        self._heeded = _Heeded.of(schedule)
        self._listeners: list[SourceListener] = []
        self._inquiries: Sequence[Inquiry] = ()
        self._renew = asyncio.Event()
        self._looked = asyncio.Event()
        self._changed: Callable[[], None] = _nothing

    @property
    def presence(self) -> Presence:
        """Whether somebody is there, as far as is known now."""
        return frozenset(matter for matter, known in self.known().items() if known.on)

    def known(self) -> dict[Condition, SourceState]:
        """What is known of each matter that is heeded, and by whom."""
        return {
            matter: self._known(matter) for matter in Condition if matter in self._heeded.matters
        }

    def heed(self, schedule: Schedule) -> None:
        """Ask from now on what this schedule heeds."""
        heeded = _Heeded.of(schedule)
        if heeded != self._heeded:
            self._heeded = heeded
            self._renew.set()

    def renew(self, session: str | None) -> None:
        """Ask anew, on this session bus; the desktop or its bus is another than before."""
        self._session = session
        self._renew.set()

    async def run(self, changed: Callable[[], None]) -> None:
        """Listen until cancelled.

        Args:
            changed: Called when `presence` or `known` may be others than before.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `changed` raised.
        """
        self._changed = changed
        async with asyncio.TaskGroup() as tasks:
            serving: list[asyncio.Task[None]] = []
            while True:
                self._renew.clear()
                listeners = self._new_listeners() if self._session or self._system else []
                before = serving
                serving = [tasks.create_task(one.run()) for one in listeners]
                # Until they have looked, what the others said still holds.
                await self._within_limit(listeners)
                self._listeners = listeners
                self._inquiries = [one for listener in listeners for one in listener.inquiries]
                for task in before:
                    task.cancel()
                self._looked.set()
                self._changed()
                await self._renew.wait()

    async def refresh(self, *, everything: bool = False) -> None:
        """Have asked, within the limit, what may have changed unseen; at the moment of need.

        Args:
            everything: Whether all are asked, also who tells of changes by themselves.
        """
        if not self._looked.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limit):
                    await self._looked.wait()
        else:
            await self._within_limit(self._listeners, everything=everything)

    def look_again(self) -> None:
        """Ask what may have changed unseen, without waiting for it."""
        for listener in self._listeners:
            listener.look_again()

    def _known(self, matter: Condition) -> SourceState:
        said = [
            one
            for one in self._inquiries
            if one.source.matter is matter and isinstance(one.answer, bool)
        ]
        said = [one for one in said if one.source.alone] or said
        for on in (True, False):
            by = dict.fromkeys(one.source.by or one.source.name for one in said if one.answer is on)
            if by:
                return SourceState(on, tuple(by))
        return SourceState(None)

    def _new_listeners(self) -> list[SourceListener]:
        from nightcare.desktop.presence.query import SourceListener  # noqa: PLC0415 - where there is a bus

        listeners = []
        sources = self._sources()
        for address, on_system_bus in ((self._session, False), (self._system, True)):
            here = [one for one in sources if one.on_system_bus is on_system_bus]
            if address is not None and here:
                listeners.append(SourceListener(address, here, self._told, limit=self._limit))
        return listeners

    def _sources(self) -> list[PresenceSource]:
        from nightcare.desktop.presence.do_not_disturb import servers, setting_source  # noqa: PLC0415
        from nightcare.desktop.presence.session import (  # noqa: PLC0415 - where there is a bus
            idle_sources,
            lock_sources,
            presenting_sources,
        )

        session = self._variables.get("XDG_SESSION_ID", "")
        setting = setting_source(self._variables)
        sources = (
            *lock_sources(session),
            *idle_sources(session, self._heeded.idle_after),
            *servers(self._variables),
            *(() if setting is None else (setting,)),
            *presenting_sources(),
        )
        return [one for one in sources if one.matter in self._heeded.matters]

    def _told(self) -> None:
        # Those who have not looked at everything yet are not heeded yet.
        if self._looked.is_set():
            self._changed()

    async def _within_limit(
        self, listeners: Sequence[SourceListener], *, everything: bool = False
    ) -> None:
        if not listeners:
            return
        asking = [asyncio.ensure_future(one.refresh(everything=everything)) for one in listeners]
        try:
            await asyncio.wait(asking, timeout=self._limit)
        finally:
            for one in asking:
                one.cancel()


def _nothing() -> None:
    """Nobody listens yet."""
