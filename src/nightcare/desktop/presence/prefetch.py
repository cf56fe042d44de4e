"""Who is there is known in time: asked a moment before it counts, and anew after a jump."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nightcare.desktop.presence.monitor import PresenceMonitor

_MOMENTS_AGO = 1.0
"""Seconds; who was there then is there now."""


class PresencePrefetch:
    """Has an attendant ask at the right time, and knows what is still being asked."""

    def __init__(self, attendant: PresenceMonitor) -> None:
        self._attendant = attendant
        self._looking: asyncio.Task[None] | None = None
        self._ahead: asyncio.Task[None] | None = None
        self._began_ahead = 0.0

    @property
    def looking(self) -> bool:
        """Whether all are being asked: what some have said is not the whole of it."""
        return self._looking is not None

    def running(self) -> list[asyncio.Task[None]]:
        """What has been begun here, and may still run."""
        return [one for one in (self._looking, self._ahead) if one]

    def ahead(self) -> None:
        """Ask who is there a moment before it counts, so that nobody waits for the answers."""
        loop = asyncio.get_running_loop()
        self._began_ahead = loop.time()
        self._ahead = loop.create_task(self._attendant.refresh())

    async def known(self) -> None:
        """Wait until it is known who is there now; ask, unless somebody has just done so."""
        ahead, self._ahead = self._ahead, None
        if self._looking is not None:
            await asyncio.wait({self._looking})
        elif ahead is not None and self._ahead_counts():
            await ahead
        else:
            await self._attendant.refresh()

    def _ahead_counts(self) -> bool:
        """Whether what was asked ahead was asked for this moment."""
        return asyncio.get_running_loop().time() - self._began_ahead < _MOMENTS_AGO

    def around(self, then: Callable[[], None], failed: Callable[[BaseException], None]) -> None:
        """Ask all, also who tells by signals, unless that is being done.

        Args:
            then: Called when it is known who is there.
            failed: Called with what went wrong, in that as well.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_around(then, failed))

    async def _look_around(
        self, then: Callable[[], None], failed: Callable[[BaseException], None]
    ) -> None:
        try:
            # A screen may have been locked meanwhile, and the signal of it be on its way.
            await self._attendant.refresh(everything=True)
            self._looking = None
            then()
        except Exception as error:  # noqa: BLE001 - whatever it is, the service ends with it
            failed(error)
