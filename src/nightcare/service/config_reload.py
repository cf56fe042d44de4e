"""Reloading of the config: after it was saved, and on SIGHUP.

If the file is invalid, the last valid config stays active and a notification repeats the error
until it is fixed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path

from nightcare.config.cache import load_cached
from nightcare.config.config_source import LoadResult, source_of
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.desktop.clock import now
from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.errors import ConfigError, Diagnostic, Location
from nightcare.paths import chosen_config, place_of_config
from nightcare.service.active_settings import ActiveSettings, ServiceContext
from nightcare.threads import run_in_thread

_SETTLE_SECONDS = 0.2
"""The time that an editor gets to finish writing."""

_UNREAD = "unread"
"""The stamp of a file that is read in any case."""


class ReloadResult(Enum):
    """The result of a reload."""

    UNCHANGED = auto()
    APPLIED = auto()
    INVALID = auto()


@dataclass(frozen=True)
class _Request:
    """A request to reload, made at an instant (UTC)."""

    at: datetime
    load: Callable[[], Awaitable[ReloadResult]]


class ConfigReload:
    """The config file, which is reloaded by one request after the other.

    Args:
        context: The surroundings of the service.
        settings: Receives each valid config.
        files: The program's files; the config is not read while they are replaced or missing.
        reloading: Called when a requested reload begins.

    Attributes:
        named: The file that `--config` names, if any.
        mistakes: The errors in what was saved since the config in force.
    """

    def __init__(
        self,
        context: ServiceContext,
        settings: ActiveSettings,
        files: ProgramFiles,
        reloading: Callable[[], None],
    ) -> None:
        self.named = context.config
        self.mistakes: tuple[Diagnostic, ...] = ()
        self._context = context
        self._settings = settings
        self._files = files
        self._reloading = reloading
        self._stamp: object = _UNREAD
        self._requests: asyncio.Queue[_Request] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def path(self) -> Path:
        """The path of the file, which may be missing."""
        return place_of_config(self._context.config, self._context.variables)

    # Requests

    def saved(self) -> None:
        """Reload soon if the file has changed; its writer may not be finished."""
        self.stop()
        request = _Request(now(), self.load_if_changed)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_SETTLE_SECONDS, self._requests.put_nowait, request)

    def request(self) -> None:
        """Reload, whether or not the file has changed."""
        self._requests.put_nowait(_Request(now(), self._load_on_request))

    def stop(self) -> None:
        """Drop a reload that waits for the file to settle."""
        if self._timer is not None:
            self._timer.cancel()

    async def run(self, loaded: Callable[[ReloadResult, datetime], None]) -> None:
        """Serve requests until cancelled.

        Args:
            loaded: Called with the result of each, and with the instant of its request (UTC).
        """
        while True:
            request = await self._requests.get()
            loaded(await request.load(), request.at)

    async def _load_on_request(self) -> ReloadResult:
        self._reloading()
        return await self.load()

    # Loading

    async def load_if_changed(self) -> ReloadResult:
        """Load the file if it has changed; return whether schedule or errors have."""
        stamp = self._present_stamp()
        if stamp == self._stamp:
            return ReloadResult.UNCHANGED
        self._stamp = stamp
        before = (self._settings.schedule, self.mistakes)
        if self._settings.loaded.path is not None and stamp is None:
            # An editor may be replacing it, or its disk is not mounted; nobody wants the defaults.
            self.mistakes = (Diagnostic((), "gone", place=Location(str(self.path))),)
        else:
            self.mistakes = await self._load()
        if (self._settings.schedule, self.mistakes) == before:
            return ReloadResult.UNCHANGED
        return ReloadResult.INVALID if self.mistakes else ReloadResult.APPLIED

    async def load(self) -> ReloadResult:
        """Load the file, or the defaults if there is none."""
        self._stamp = self._present_stamp()
        self.mistakes = await self._load()
        return ReloadResult.INVALID if self.mistakes else ReloadResult.APPLIED

    async def _load(self) -> tuple[Diagnostic, ...]:
        if self._files.state() is FilesState.UNCHANGED:
            try:
                # It takes a quarter of a second, in which a reminder may be due.
                self._settings.loaded = await run_in_thread(self._load_here)
            except ConfigError as error:
                return error.problems
            except (OSError, ImportError):
                # A file of the program was removed meanwhile.
                pass
            else:
                return ()
        # The config is read again when the program's files are complete.
        self._stamp = _UNREAD
        place = Location(str(self._files.marker.parent))
        return (Diagnostic((), "program_changed", place=place),)

    def _load_here(self) -> LoadResult:
        context = self._context
        path = chosen_config(context.config, context.variables)
        source = source_of(path, context.variables)
        return load_cached(source, context.state, load_in_subprocess)

    def _present_stamp(self) -> object:
        try:
            found = os.stat(self.path)  # noqa: PTH116 - as short
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
