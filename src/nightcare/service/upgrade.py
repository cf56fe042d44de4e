"""Restarting the service after its program was upgraded, once nothing is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from nightcare.desktop.file_watch import watch
from nightcare.desktop.program_files import FilesState, ProgramFiles
from nightcare.threads import run_in_thread

SETTLED_SECONDS = 2.0
"""An installer writes many files; the checks begin when it has been quiet for so long."""

_AGAIN_SECONDS = (5.0, 20.0, 60.0)
"""When files that cannot be started yet are checked again, after each other."""


class UpgradeRestart:
    """Follows the program's files while the service runs.

    Args:
        files: The files that this process was started from.
        config: The file that `--config` names, if any.
        changed: Called when `state` or `ready` has changed.

    Attributes:
        state: What became of the files.
        ready: Whether new files are there that can be started.
    """

    def __init__(
        self, files: ProgramFiles, config: Path | None, changed: Callable[[], None]
    ) -> None:
        self.files = files
        self.state = FilesState.UNCHANGED
        self.ready = False
        self._config = config
        self._changed = changed
        self._settling: asyncio.TimerHandle | None = None
        self._checking: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    async def run(self) -> None:
        """Follow the files; for ever."""
        while True:
            following = asyncio.create_task(watch(self.files.marker, self.touched))
            try:
                await self._moved.wait()
                self._moved.clear()
            finally:
                following.cancel()

    def look_again(self) -> None:
        """Follow the files anew: the kernel does not report that a folder above them was moved."""
        self._moved.set()

    def touched(self) -> None:
        """Check the files soon: one of them may have changed."""
        if self.files.state() is not self.state or self._settling is not None:
            self._later(SETTLED_SECONDS, 0)

    def stop(self) -> None:
        """Check no more."""
        if self._settling is not None:
            self._settling.cancel()

    def running(self) -> list[asyncio.Task[None]]:
        """Return the check under way, to be waited for."""
        return [] if self._checking is None else [self._checking]

    def _later(self, seconds: float, tries: int) -> None:
        self.stop()
        loop = asyncio.get_running_loop()
        self._settling = loop.call_later(seconds, self._begin, tries)

    def _begin(self, tries: int) -> None:
        self._settling = None
        self._checking = asyncio.create_task(self._check(tries))

    async def _check(self, tries: int) -> None:
        before = (self.state, self.ready)
        self.state = self.files.state()
        self.ready = self.state is FilesState.REPLACED and await run_in_thread(
            lambda: self.files.can_start(self._config)
        )
        if self.state is FilesState.REPLACED and not self.ready and tries < len(_AGAIN_SECONDS):
            self._later(_AGAIN_SECONDS[tries], tries + 1)
        if (self.state, self.ready) != before:
            self._changed()
