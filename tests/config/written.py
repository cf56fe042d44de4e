"""Config files that are written for one test, and what comes of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from nightcare.config.config_source import LoadResult
from nightcare.config.load import load
from nightcare.domain.reminders import Reminder
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError, Diagnostic
from nightcare.i18n.error_text import diagnostic_text, without_folder
from nightcare.i18n.translator import read_words

FILE = "config.toml"

SLEEP = '[sleep]\nwake = "07:00"\nbedtime = "22:30"\n'


def loaded(text: str | bytes, variables: Mapping[str, str] | None = None) -> LoadResult:
    """Return the result of loading a file with this text, with these variables.

    Raises:
        ConfigError: It is wrong.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, FILE)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path, variables or {})


def schedule(text: str | bytes, variables: Mapping[str, str] | None = None) -> Schedule:
    """Return the schedule of a file with this text."""
    return loaded(text, variables).schedule


def reminder(lines: str) -> Reminder:
    """Return the only reminder of a file, with these lines under its header."""
    return schedule(f'[reminders.one]\ntopic = "sleep"\n{lines}\n').named("one")


def mistakes(
    text: str | bytes, variables: Mapping[str, str] | None = None
) -> tuple[Diagnostic, ...]:
    """Return the errors in a file with this text; empty for a valid one."""
    try:
        loaded(text, variables)
    except ConfigError as error:
        return error.problems
    return ()


def told(
    text: str | bytes, variables: Mapping[str, str] | None = None, language: str = "en"
) -> list[str]:
    """Return the errors as the person reads them, without the folder of the file."""
    return lines(mistakes(text, variables), language)


def warned(text: str | bytes, language: str = "en") -> list[str]:
    """Return the warnings as the person reads them."""
    return lines(loaded(text).warnings, language)


def lines(problems: Iterable[Diagnostic], language: str) -> list[str]:
    """Problems as the person reads them, without the folder of the file."""
    translator = read_words(language)
    return [diagnostic_text(without_folder(one), translator) for one in problems]
