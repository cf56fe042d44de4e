"""Which configuration is in force, and what is wrong with what was saved since."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path

from nightcare.config.cache import load_kept
from nightcare.config.load_result import Loaded, source_of
from nightcare.config.subprocess_loader import load_apart
from nightcare.desktop.program_files import FilesState, ProgramFiles
from nightcare.errors import ConfigError, Place, Problem
from nightcare.paths import chosen_config, place_of_config
from nightcare.threads import aside


class Look(Enum):
    """What a look at the config file has found."""

    NOTHING_NEW = auto()
    TAKEN_UP = auto()
    WRONG = auto()


class InForce:
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
        loaded: Loaded,
        folder: Path,
        files: ProgramFiles,
    ) -> None:
        self._files = files
        self.loaded = loaded
        self.mistakes: tuple[Problem, ...] = ()
        self._named = named
        self._variables = variables
        self._folder = folder
        self._stamp: object = "not looked at yet"

    @property
    def place(self) -> Path:
        """Where the file is, or would be."""
        return place_of_config(self._named, self._variables)

    async def look(self) -> Look:
        """Look whether the file says something else now."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return Look.NOTHING_NEW
        self._stamp = stamp
        before = (self.loaded.schedule, self.mistakes)
        if self.loaded.path is not None and stamp is None:
            # An editor may be at it, or a disk is away; the built-in schedule is not meant by it.
            self.mistakes = (Problem((), "gone", place=Place(str(self.place))),)
        else:
            self.mistakes = await self._read()
        if (self.loaded.schedule, self.mistakes) == before:
            return Look.NOTHING_NEW
        return Look.WRONG if self.mistakes else Look.TAKEN_UP

    async def read(self) -> Look:
        """Read the file whether or not it says something else; none means the defaults."""
        self._stamp = self._stamp_now()
        self.mistakes = await self._read()
        return Look.WRONG if self.mistakes else Look.TAKEN_UP

    async def _read(self) -> tuple[Problem, ...]:
        if self._files.state() is FilesState.UNCHANGED:
            try:
                # A quarter of a second, in which something may fall due or be answered.
                self.loaded = await aside(self._load)
            except ConfigError as error:
                return error.problems
            except (OSError, ImportError):
                # A file of the program went while it was being read.
                pass
            else:
                return ()
        # The file is read when the program is whole again.
        self._stamp = "not looked at yet"
        return (Problem((), "program_changed", place=Place(str(self._files.marker.parent))),)

    def _load(self) -> Loaded:
        source = source_of(chosen_config(self._named, self._variables), self._variables)
        return load_kept(source, self._folder, load_apart)

    def _stamp_now(self) -> object:
        """What tells one state of the file from another; None where there is none."""
        try:
            found = os.stat(self.place)  # noqa: PTH116 - as short
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
