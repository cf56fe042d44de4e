"""Reloading of the config: after it was saved, and on SIGHUP.

If the file is invalid, the last valid config stays active and a notification repeats the error
until it is fixed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import TextIO

from nightcare.config.cache import load_cached
from nightcare.config.config_source import LoadResult
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.desktop.clock import now
from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.engine.notices import Subject
from nightcare.errors import ConfigError, Diagnostic, Location
from nightcare.i18n.error_text import diagnostic_text, without_folder
from nightcare.paths import config_source, place_of_config
from nightcare.program_damage import is_damage
from nightcare.service.active_settings import ActiveSettings, ServiceContext
from nightcare.service.runtime import Runtime
from nightcare.service.upgrade import AGAIN_SECONDS, SETTLED_SECONDS, UpgradeRestart
from nightcare.threads import run_in_thread

_SETTLE_SECONDS = 0.2
"""The time that an editor gets to finish writing."""

_UNREAD = "unread"
"""The stamp of a file that is read in any case."""

_GONE = "gone"
_PROGRAM_CHANGED = "program_changed"


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
        mistakes: The errors in what was saved since the config in force, or the reason why it was
            not read.
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
        self._failures = 0

    @property
    def path(self) -> Path:
        """The path of the file, which may be missing."""
        return place_of_config(self._context.config, self._context.variables)

    @property
    def unread(self) -> bool:
        """True if the saved config was not read, so that it may be valid."""
        return any(one.key in {_GONE, _PROGRAM_CHANGED} for one in self.mistakes)

    # Requests

    def saved(self) -> None:
        """Reload soon if the file has changed; its writer may not be finished."""
        self._failures = 0
        self._load_later(_SETTLE_SECONDS)

    def read_again(self) -> None:
        """Reload soon what damaged files could not read: the program or a library has changed."""
        if self._failures:
            self._failures = 1
            self._load_later(SETTLED_SECONDS)

    def _load_later(self, seconds: float) -> None:
        self.stop()
        request = _Request(now(), self.load_if_changed)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._requests.put_nowait, request)

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
            # An editor may be replacing it, or its disk is not mounted; the defaults would be wrong
            # then.
            self.mistakes = (Diagnostic((), _GONE, place=Location(str(self.path))),)
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
            failures, self._failures = self._failures, 0
            try:
                # It takes a quarter of a second, in which a reminder may be due.
                self._settings.loaded = await run_in_thread(self._load_here)
            except ConfigError as error:
                return error.problems
            except Exception as error:
                # A file of the program was removed, cut short or mixed with another version.
                if not isinstance(error, OSError) and not is_damage(error):
                    raise
                if failures < len(AGAIN_SECONDS):
                    # The reason may be another one than a file, which no event reports.
                    self._load_later(AGAIN_SECONDS[failures])
                self._failures = failures + 1
            else:
                return ()
        # The config is read again when the program's files are complete.
        self._stamp = _UNREAD
        place = Location(str(self._files.marker.parent))
        return (Diagnostic((), _PROGRAM_CHANGED, place=place),)

    def _load_here(self) -> LoadResult:
        context = self._context
        source = config_source(context.config, context.variables)
        return load_cached(source, context.state, load_in_subprocess)

    def _present_stamp(self) -> object:
        try:
            found = os.stat(self.path)  # noqa: PTH116 - as short
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            # The loader reports it.
            return error.errno
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class ReloadHandler:
    """The handler of reloads of the config and of changes of the environment."""

    def __init__(
        self, runtime: Runtime, config: ConfigReload, upgrade: UpgradeRestart, err: TextIO
    ) -> None:
        self._settings = runtime.settings
        self._desktop = runtime.desktop
        self._runtime = runtime
        self._config = config
        self._upgrade = upgrade
        self._err = err

    def handle_result(self, result: ReloadResult, meant_since: datetime) -> None:
        """Act on the result of a reload that was requested at an instant (UTC)."""
        self._upgrade.check_again()
        match result:
            case ReloadResult.APPLIED:
                self._settings.update_language(self._desktop.environment.variables)
                self._runtime.reload(meant_since)
                self._settings.log("log_reloaded")
                backend, _ = self._desktop.choose_backend()
                if backend != self._desktop.notifier.name:
                    self._settings.log("log_backend_later", backend=backend)
                self._runtime.run_step(self._notify_applied)
            case ReloadResult.INVALID if self._upgrade.files_changed:
                # The config may be valid; it is read when the program's files are complete.
                self._upgrade.follow_again()
                self._runtime.run_sync()
            case ReloadResult.INVALID:
                unread = self._config.unread
                self._settings.log("log_config_unread" if unread else "log_config_kept")
                for diagnostic in self._config.mistakes:
                    with contextlib.suppress(OSError, ValueError):
                        text = diagnostic_text(diagnostic, self._settings.translator)
                        print(text, file=self._err, flush=True)
                self._runtime.run_step(self._notify_invalid)
            case ReloadResult.UNCHANGED:
                pass

    def handle_environment(self, names: frozenset[str]) -> None:
        """Use variables that have arrived late."""
        self._settings.log("log_environment", names=", ".join(sorted(names)))
        if self._settings.update_language(self._desktop.environment.variables):
            self._runtime.reload(now())
        self._desktop.reconnect()
        self._runtime.run_sync()

    def _notify_applied(self) -> None:
        """Log and show the next reminder by the new config."""
        engine, settings, moment = self._runtime.engine, self._settings, now()
        words, zone, coming = settings.translator, settings.zone.zone, engine.following(moment)
        if coming is None:
            line = words.text("next_nothing")
            settings.log("next_nothing")
        else:
            name = coming.key.reminder
            when = words.when(coming.due.astimezone(zone), moment.astimezone(zone))
            title = settings.loaded.schedule.title(name, words.text)
            line = words.text("next_line", reminder=title, due=when)
            settings.log("next_line", reminder=name, due=coming.due)
        engine.notices.withdraw(Subject.CONFIG)
        if self._desktop.notifier.name != "terminal":
            engine.notices.announce(words.text("notice_taken_up"), line, moment)
        self._runtime.sync()

    def _notify_invalid(self) -> None:
        """Show the first error until it is fixed."""
        words, mistakes = self._settings.translator, self._config.mistakes
        title = words.text("notice_unread" if self._config.unread else "notice_mistake")
        line = diagnostic_text(without_folder(mistakes[0]), words)
        if len(mistakes) > 1:
            line = words.text("notice_more", first=line, count=len(mistakes))
        if self._desktop.notifier.name != "terminal":
            notices = self._runtime.engine.notices
            notices.announce_until_closed(Subject.CONFIG, title, line)
        self._runtime.sync()
