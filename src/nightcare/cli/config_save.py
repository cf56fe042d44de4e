"""Reading and writing the config file for the commands that change it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nightcare.atomic_write import replace_files
from nightcare.cli.command_context import CommandContext
from nightcare.cli.output import echo_text
from nightcare.config.config_file import example_text, read_raw
from nightcare.errors import StateError
from nightcare.i18n.reference_texts import config_texts
from nightcare.i18n.translator import Translator

READ_AT_START = "notify"
"""The table that the service reads only when it starts."""


def example_for(translator: Translator) -> bytes:
    """Return the example file, with its comments in the person's language."""
    return config_texts(translator.language).translated(example_text()).encode()


def content_of(path: Path, context: CommandContext) -> tuple[bytes, bool]:
    """Return the content of a config file, or the example; and whether the file exists.

    Raises:
        ConfigError: It exists and cannot be read.
    """
    if path.exists():
        return read_raw(path), True
    return example_for(config_translator(context)), False


def config_translator(context: CommandContext) -> Translator:
    """Return the user's language, also if their config is invalid.

    It uses a separate context, because the warning that the service uses another config does not
    help a person who is about to fix theirs.
    """
    return CommandContext(context.named).lenient().translator


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write a config file and the files that belong to it: all of them or none.

    Raises:
        StateError: One cannot be written; all are then unchanged.
    """
    try:
        replace_files(contents)
    except OSError as error:
        path = error.filename
        raise StateError("config_not_written", path=path, reason=error.strerror) from error


def report_to_service(
    context: CommandContext, translator: Translator, *, needs_restart: bool = False
) -> bool:
    """Print when the service applies a change, and return whether a service runs.

    Args:
        context: The context of the command.
        translator: The user's language.
        needs_restart: Whether the change is to a table that the service reads only at its start.
    """
    runs = context.service_runs()
    if runs and needs_restart:
        echo_text(translator.text("service_later"))
    elif runs:
        keeps = context.service_keeps_schedule()
        echo_text(translator.text("service_reads_later" if keeps else "service_knows"))
    return runs
