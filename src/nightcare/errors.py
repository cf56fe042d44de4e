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


class StateError(NightcareError):
    """The state folder or the journal in it cannot be used."""


class DesktopError(NightcareError):
    """Something of the desktop or the operating system did not do its part."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration.

    Attributes:
        where: The key's path, such as ("reminders", "water", "every"); empty for the file itself.
        key: A key of the catalogue's `config`.
        values: What the sentence under that key is filled in with.
        line: The line in the file, from 1; None where it does not come from the file.
        column: The column in that line, from 1.
        origin: The file's name, or the environment variable's.
    """

    where: tuple[str | int, ...]
    key: str
    values: dict[str, object] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None
    origin: str = ""


class ConfigError(NightcareError):
    """The configuration cannot be put in force; all its mistakes together.

    Args:
        problems: The mistakes.
        key: A key of the catalogue's `errors`, for the sentence that follows on them.
    """

    exit_code = 78

    def __init__(self, problems: tuple[Problem, ...], key: str = "config_wrong") -> None:
        super().__init__(key, count=len(problems))
        self.problems = problems
