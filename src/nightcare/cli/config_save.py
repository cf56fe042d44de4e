"""Writing the config file, and telling the person and the service about what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from nightcare.atomic_write import replace_files
from nightcare.cli.command_context import CommandContext
from nightcare.cli.output import echo, problem_lines
from nightcare.config.layers import example_text, read_raw
from nightcare.errors import Diagnostic, StateError
from nightcare.i18n.translator import Translator

WHEN_STARTED = "notify"
"""The table that a service heeds when it starts, and not while it runs."""


def content_of(path: Path) -> tuple[bytes, bool]:
    """What a config file holds, or would begin with; and whether it is there.

    Raises:
        ConfigError: It is there and cannot be read.
    """
    if path.exists():
        return read_raw(path), True
    return example_text().encode(), False


def spoken(person: CommandContext) -> Translator:
    """The person's language, also where their config is wrong.

    It is asked of another, for who asks it of a wrong config is told that something else is in
    force, and that is of no use to whoever is about to mend it.
    """
    return CommandContext(person.named).any_words


def write(path: Path, raw: bytes) -> None:
    """Write a config file.

    Raises:
        StateError: It cannot be written; what was there is as it was.
    """
    write_all({path: raw})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write a config file and what belongs beside it: all of it or nothing.

    Raises:
        StateError: One cannot be written; all are as they were.
    """
    try:
        replace_files(contents)
    except OSError as error:
        path = error.filename
        raise StateError("config_not_written", path=path, reason=error.strerror) from error


def tell_warnings(warnings: Iterable[Diagnostic], words: Translator) -> None:
    """Say what is allowed but may be a slip; every command that looks at a config does."""
    for one in warnings:
        echo("\n".join(problem_lines(one, words, warning=True)), err=True)


def tell_service(person: CommandContext, words: Translator, *, restart: bool = False) -> bool:
    """Say that a service knows of a change, if one runs; whether one does.

    Args:
        person: Whose service it is.
        words: Their language.
        restart: Whether the change is one that a service takes up when it starts.
    """
    runs = person.service_runs()
    if runs:
        echo(words.say("service_later" if restart else "service_knows"))
    return runs
