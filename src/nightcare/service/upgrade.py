"""Restart of the service after an upgrade of the program, once nothing is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from nightcare.desktop.file_watch import watch
from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.journal.migrations import VERSION
from nightcare.journal.store import Journal
from nightcare.threads import run_in_thread

SETTLED_SECONDS = 2.0
"""The time without a change after which an installer counts as finished."""

AGAIN_SECONDS = (5.0, 20.0, 60.0)
"""The delays before each further attempt to use files that cannot be used yet."""


class UpgradeRestart:
    """The program's files, which are followed while the service runs.

    Args:
        files: The files that this process was started from.
        config: The file that `--config` names, if any.
        changed: Called when `state` or `ready` has changed.

    Attributes:
        state: The state of the files.
        ready: Whether new files can be started.
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
        self._checked = files.stamp
        self._reported = (self.state, self.ready)

    async def run(self, event: Callable[[], None] = lambda: None) -> None:
        """Follow the files until cancelled.

        Args:
            event: Called whenever one of them, or a library, may have changed.
        """

        def touched() -> None:
            self.touched()
            event()

        while True:
            following = asyncio.create_task(
                watch(self.files.marker, touched, folders=self.files.folders)
            )
            try:
                await self._moved.wait()
                self._moved.clear()
            finally:
                following.cancel()

    def follow_again(self) -> None:
        """Follow the files anew: the kernel does not report a move of a folder above them."""
        self._moved.set()

    def touched(self) -> None:
        """Check the files soon, because one of them may have changed."""
        if self._settling is not None or self.files.identity() != self._checked:
            # An installer may be in the middle of its work.
            self.ready = False
            self._later(SETTLED_SECONDS, 0)

    def check_again(self) -> None:
        """Check files again that could not be started; the config may have been the reason."""
        if self.state is FilesState.REPLACED and not self.ready:
            self._later(SETTLED_SECONDS, 0)

    @property
    def files_changed(self) -> bool:
        """True if the files are others than at the start, or missing."""
        return self.files.state() is not FilesState.UNCHANGED

    @property
    def published_state(self) -> str | None:
        """The state in the published status: "missing", "waiting", "unusable" or None."""
        match self.state:
            case FilesState.UNCHANGED:
                return None
            case FilesState.MISSING:
                return "missing"
            case FilesState.REPLACED:
                return "waiting" if self.ready else "unusable"

    def is_due(self, journal: Journal) -> bool:
        """Return whether the service shall restart now: nothing is on the screen."""
        return (self.ready and self._settling is None) and not (
            journal.routine_session() or any(one.open for one in journal.unsettled())
        )

    def stop(self) -> None:
        """Drop a check that waits."""
        if self._settling is not None:
            self._settling.cancel()

    def running(self) -> list[asyncio.Task[None]]:
        """Return the check under way, if any."""
        return [] if self._checking is None else [self._checking]

    def _later(self, seconds: float, tries: int) -> None:
        self.stop()
        loop = asyncio.get_running_loop()
        self._settling = loop.call_later(seconds, self._begin, tries)

    def _begin(self, tries: int) -> None:
        self._settling = None
        self._checking = asyncio.create_task(self._check(tries))

    async def _check(self, tries: int) -> None:
        self._checked = self.files.identity()
        self.state = self.files.state_of(self._checked)
        self.ready = self.state is FilesState.REPLACED and await run_in_thread(
            lambda: self.files.can_start(self._config, VERSION)
        )
        if self._settling is not None:
            # The files have changed again meanwhile.
            self.ready = False
        elif self.state is FilesState.REPLACED and not self.ready and tries < len(AGAIN_SECONDS):
            self._later(AGAIN_SECONDS[tries], tries + 1)
        found = (self.state, self.ready)
        if found != self._reported or self.ready:
            # Files that were ready before may have waited for this check.
            self._reported = found
            self._changed()
