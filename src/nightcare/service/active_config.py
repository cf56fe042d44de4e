"""Which configuration is in force, and what is wrong with what was saved since."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path

from nightcare.config.cache import load_cached
from nightcare.config.source import LoadResult, source_of
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.desktop.program_files import FilesState, ProgramFiles
from nightcare.errors import ConfigError, Diagnostic, Location
from nightcare.paths import chosen_config, place_of_config
from nightcare.threads import run_in_thread


class ReloadResult(Enum):
    """What a look at the config file has found."""

    UNCHANGED = auto()
    APPLIED = auto()
    INVALID = auto()


class ActiveConfig:
    """The configuration that the service goes by; a mistake in a saved file changes nothing.

    Args:
        named: The file that `--config` names, if any.
        variables: The environment.
        loaded: The one to begin with.
        folder: That of the journal.
        files: The program's files; the config is not read while they are replaced or missing.

    Attributes:
        loaded: The last one that was right.
        mistakes: What is wrong with what was saved since.
    """

    def __init__(
        self,
        named: Path | None,
        variables: Mapping[str, str],
        loaded: LoadResult,
        folder: Path,
        files: ProgramFiles,
    ) -> None:
        self._files = files
        self.loaded = loaded
        self.mistakes: tuple[Diagnostic, ...] = ()
        self._named = named
        self._variables = variables
        self._folder = folder
        self._stamp: object = "not looked at yet"

    @property
    def place(self) -> Path:
        """Where the file is, or would be."""
        return place_of_config(self._named, self._variables)

    async def look(self) -> ReloadResult:
        """Look whether the file says something else now."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return ReloadResult.UNCHANGED
        self._stamp = stamp
        before = (self.loaded.schedule, self.mistakes)
        if self.loaded.path is not None and stamp is None:
            # An editor may be at it, or a disk is away; the built-in schedule is not meant by it.
            self.mistakes = (Diagnostic((), "gone", place=Location(str(self.place))),)
        else:
            self.mistakes = await self._read()
        if (self.loaded.schedule, self.mistakes) == before:
            return ReloadResult.UNCHANGED
        return ReloadResult.INVALID if self.mistakes else ReloadResult.APPLIED

    async def read(self) -> ReloadResult:
        """Read the file whether or not it says something else; none means the defaults."""
        self._stamp = self._stamp_now()
        self.mistakes = await self._read()
        return ReloadResult.INVALID if self.mistakes else ReloadResult.APPLIED

    async def _read(self) -> tuple[Diagnostic, ...]:
        if self._files.state() is FilesState.UNCHANGED:
            try:
                # A quarter of a second, in which something may fall due or be answered.
                self.loaded = await run_in_thread(self._load)
            except ConfigError as error:
                return error.problems
            except (OSError, ImportError):
                # A file of the program went while it was being read.
                pass
            else:
                return ()
        # The file is read when the program is whole again.
        self._stamp = "not looked at yet"
        return (Diagnostic((), "program_changed", place=Location(str(self._files.marker.parent))),)

    def _load(self) -> LoadResult:
        source = source_of(chosen_config(self._named, self._variables), self._variables)
        return load_cached(source, self._folder, load_in_subprocess)

    def _stamp_now(self) -> object:
        """What tells one state of the file from another; None where there is none."""
        try:
            found = os.stat(self.place)  # noqa: PTH116 - as short
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
