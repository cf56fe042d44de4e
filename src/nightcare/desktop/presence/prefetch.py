"""Queries of the presence at the right time: a moment before it counts, and after a clock step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nightcare.desktop.presence.monitor import PresenceMonitor

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
        """Start a query a moment before the presence counts, so that nothing waits for it."""
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
