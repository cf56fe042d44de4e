"""What can go wrong, each kind with the exit code it ends a command with.

An error carries a key of the catalogue's `errors` and the values that fill it in, so that the
person reads it in their own language; nothing here is a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class NightcareError(Exception):
    """Something the person can be told about, and can mend.

    Args:
        key: A key of the catalogue's `errors`.
        values: What the sentence under that key is filled in with.
    """

    exit_code = 1

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values


class ValueRefused(NightcareError):
    """A moment, length, date or name that cannot be understood or allowed."""

    exit_code = 2


class NothingToDo(NightcareError):
    """A command that found nothing it could act on."""


class NotRunning(NightcareError):
    """A command that needs the service, while none runs."""

    exit_code = 69


class NotAllowed(NightcareError):
    """A command that would harm somebody else's files."""

    exit_code = 77


class StateError(NightcareError):
    """The state folder or the journal in it cannot be used."""


class ExtraMissing(NightcareError):
    """A library that only some commands need is not installed."""


class DesktopError(NightcareError):
    """Something of the desktop or the operating system did not do its part."""


@dataclass(frozen=True)
class Span:
    """What is meant in a line of the config file.

    Attributes:
        line: The line in the file, from 1.
        column: The column of its first character, from 1, in characters; a tab is one.
        end: The column after its last character, or, where it goes on in further lines, after
            that of the line; greater than `column`, also where it stands behind the line's end.
        text: The line as it was read, without its end.
    """

    line: int
    column: int
    end: int
    text: str


@dataclass(frozen=True)
class Location:
    """Where something in the configuration comes from.

    Attributes:
        origin: The file's name, or the environment variable's; empty for the built-in defaults.
        mark: What is meant in that file; None where it is no file, or nothing in it is meant.
    """

    origin: str = ""
    mark: Span | None = None

    def whole(self) -> Location:
        """Return the same file or variable without a line."""
        return Location(self.origin)


@dataclass(frozen=True)
class Diagnostic:
    """One mistake in the configuration, or something in it that may be one.

    Attributes:
        where: The key's path, such as ("reminders", "water", "every"); empty for the file itself.
        key: A key of the catalogue's `config`.
        values: What the sentence under that key is filled in with.
        against: The path of the other key, where two contradict each other.
        place: Where it comes from.
        also: Where the other comes from.
    """

    where: tuple[str | int, ...]
    key: str
    values: dict[str, object] = field(default_factory=dict)
    against: tuple[str | int, ...] | None = None
    place: Location = Location()
    also: Location | None = None

    @property
    def line(self) -> int | None:
        """The line in the file, from 1; None where it does not come from the file."""
        return None if self.place.mark is None else self.place.mark.line

    @property
    def column(self) -> int | None:
        """The column in that line, from 1."""
        return None if self.place.mark is None else self.place.mark.column


class ConfigError(NightcareError):
    """The configuration cannot be put in force; all its mistakes together.

    Args:
        problems: The mistakes.
        warnings: What is allowed but may be a slip, as far as it can be told beside them.
        key: A key of the catalogue's `errors`, for the sentence that follows on them.
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
