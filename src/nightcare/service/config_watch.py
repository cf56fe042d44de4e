"""When the config is looked at: after it was saved, and when somebody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from nightcare.desktop.clock import now
from nightcare.service.active_config import ActiveConfig, ReloadResult

_SETTLED_SECONDS = 0.2
"""Editors are done with a file by then, and the person does not wait."""


@dataclass(frozen=True)
class _Asked:
    """A look that is to be taken, since an instant (UTC)."""

    at: datetime
    look: Callable[[], Awaitable[ReloadResult]]


class ConfigWatch:
    """Has what is in force looked at anew, one look after the other.

    Args:
        in_force: What is in force.
        reloading: Called when somebody asked, and it begins.
    """

    def __init__(self, in_force: ActiveConfig, reloading: Callable[[], None]) -> None:
        self._in_force = in_force
        self._reloading = reloading
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue()
        self._settling: asyncio.TimerHandle | None = None

    def saved(self) -> None:
        """Look soon whether the file says something else: whoever writes it may write more."""
        self.stop()
        asked = _Asked(now(), self._in_force.look)
        loop = asyncio.get_running_loop()
        self._settling = loop.call_later(_SETTLED_SECONDS, self._asked.put_nowait, asked)

    def reload(self) -> None:
        """Read it again, whether or not it says something else."""
        self._asked.put_nowait(_Asked(now(), self._read))

    def stop(self) -> None:
        """Look no more at what was saved a moment ago."""
        if self._settling is not None:
            self._settling.cancel()

    async def run(self, found: Callable[[ReloadResult, datetime], None]) -> None:
        """Look whenever it is asked for; for ever.

        Args:
            found: Called with what each look has found, and since when (UTC) it was asked for.
        """
        while True:
            asked = await self._asked.get()
            found(await asked.look(), asked.at)

    async def _read(self) -> ReloadResult:
        self._reloading()
        return await self._in_force.read()
