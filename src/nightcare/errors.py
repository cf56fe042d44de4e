"""The errors that a user is told about, with the exit codes of commands.

An error carries a key of the catalogue's `errors` and values for its text, so that it is reported
in the user's language.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


class NightcareError(Exception):
    """An error that the user is told about and can fix.

    Args:
        key: A key of the catalogue's `errors`.
        values: The values for the text under that key.
    """

    exit_code = 1

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


class ValueRefused(NightcareError):
    """A time, length, date or name that is invalid or not allowed."""

    exit_code = 2


class NothingToDo(NightcareError):
    """A command that found nothing to act on."""


class NotRunning(NightcareError):
    """A command that needs the service, while none runs."""

    exit_code = 69


class NotConfigured(NightcareError):
    """A program that the config does not ask for."""

    exit_code = 78


class NotAllowed(NightcareError):
    """A command that would change another user's files."""

    exit_code = 77


class StateError(NightcareError):
    """A state folder or journal that cannot be used."""


class ExtraMissing(NightcareError):
    """A missing library that only some commands need."""


class DesktopError(NightcareError):
    """A failure of the desktop or the operating system."""


@contextmanager
def install_errors(path: Path) -> Iterator[None]:
    """Raise the error of an installed file that cannot be changed as `DesktopError`."""
    try:
        yield
    except OSError as error:
        refuse_obstacle(path)
        raise DesktopError("unit_not_written", path=path, reason=error.strerror) from error


def refuse_obstacle(path: Path) -> None:
    """Raise the error of a folder in the place of a file, or of a file in the place of a folder."""
    if path.is_dir() and not path.is_symlink():
        raise DesktopError("folder_in_the_way", path=path)
    for folder in path.parents:
        if os.path.lexists(folder):
            if not folder.is_dir():
                raise DesktopError("file_in_the_way", path=folder)
            return


@dataclass(frozen=True)
class Span:
    """A part of a line of the config file.

    Attributes:
        line: The line in the file, from 1.
        column: The column of its first character, from 1, in characters; a tab is one.
        end: The column after its last character, or after the end of the line if it continues on
            the next one; always greater than `column`, also behind the end of the line.
        text: The line as it was read, without its end.
    """

    line: int
    column: int
    end: int
    text: str


@dataclass(frozen=True)
class Location:
    """The origin of a part of the config.

    Attributes:
        origin: The file's name, or the environment variable's; empty for the built-in defaults.
        mark: The part of that file; None if the origin is no file, or no part of it.
    """

    origin: str = ""
    mark: Span | None = None

    def whole(self) -> Location:
        """Return the same file or variable without a line."""
        return Location(self.origin)


@dataclass(frozen=True)
class Diagnostic:
    """An error in the config, or a warning about it.

    Attributes:
        where: The key's path, such as ("reminders", "water", "every"); empty for the file itself.
        key: A key of the catalogue's `config`.
        values: The values for the text under that key.
        against: The path of the other key, if two contradict each other.
        place: The location of its key or value.
        also: The location of the other key.
    """

    where: tuple[str | int, ...]
    key: str
    values: dict[str, object] = field(default_factory=dict)
    against: tuple[str | int, ...] | None = None
    place: Location = Location()
    also: Location | None = None

    @property
    def line(self) -> int | None:
        """The line in the file, from 1; None if it is not about a line of the file."""
        return None if self.place.mark is None else self.place.mark.line

    @property
    def column(self) -> int | None:
        """The column in that line, from 1."""
        return None if self.place.mark is None else self.place.mark.column


class ConfigError(NightcareError):
    """A configuration that is invalid, with all its errors.

    Args:
        problems: The errors.
        warnings: The warnings, as far as they could be determined beside the errors.
        key: A key of the catalogue's `errors`, for the sentence after them.
    """

    exit_code = 78

    def __init__(
        self,
        problems: tuple[Diagnostic, ...],
        warnings: tuple[Diagnostic, ...] = (),
        key: str = "config_wrong",
    ) -> None:
        super().__init__(key, count=len(problems))
        self.problems = problems
        self.warnings = warnings


def with_nearest(
    key: str,
    found: str,
    known: Collection[str],
    values: Mapping[str, object],
    similarity: float = 0.6,
) -> tuple[str, dict[str, object]]:
    """Return the key of the text about an unknown name, and the text's values.

    Args:
        key: The text for a name that resembles no known one; `{key}_but` names the nearest.
        found: The unknown name.
        known: The names that exist.
        values: Values for either text; `nearest` is added.
        similarity: The least similarity, from 0 to 1, of a name to suggest.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - 1 ms, and only after a mistake

    close = get_close_matches(found.lower(), known, n=1, cutoff=similarity)
    if not close:
        return key, dict(values)
    return f"{key}_but", {**values, "nearest": close[0]}
