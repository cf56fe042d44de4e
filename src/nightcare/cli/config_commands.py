"""The config file: init, check, show, path; and where its other commands are."""

from __future__ import annotations

import os
from pathlib import Path

from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_save import tell_warnings, write
from nightcare.cli.config_show import shown_for_a_program, shown_lines
from nightcare.cli.declaring import Group, a_path, argument, as_json, command
from nightcare.cli.output import echo, problem_lines, say_json
from nightcare.config.effective_values import entries
from nightcare.config.layers import example_text, read_file
from nightcare.config.load import load, load_file
from nightcare.config.origins import origins_of
from nightcare.errors import ConfigError, Diagnostic, StateError
from nightcare.i18n.diagnostics_text import diagnostic_text
from nightcare.i18n.translator import words_for
from nightcare.toml_writer import path_text

_COMMANDS = {
    "init": "config_commands",
    "check": "config_commands",
    "show": "config_commands",
    "set": "config_set",
    "unset": "config_set",
    "edit": "config_edit",
    "schema": "config_schema",
    "path": "config_commands",
}


config_command = Group(
    "config",
    _COMMANDS,
    help="Your config file: init, check, show, set, unset, edit, schema, path.",
)
"""Your config file: init, check, show, set, unset, edit, schema, path."""


@command("init", help="Write the commented example as your config file.")
def init_command(person: CommandContext) -> None:
    """Write the commented example as the person's config file."""
    path = person.config_place
    if path.exists() or path.is_symlink():
        raise StateError("config_exists", path=path)
    echo(person.any_words.say("did_init", path=write_example(path)))


@command("check", help="Say whether a config file is right, and where it is not.")
@argument("file", required=False, type=a_path)
@as_json
def check_command(person: CommandContext, *, file: Path | None, for_program: bool) -> int:
    """Whether a config file is right, and where it is not."""
    path = file or person.config
    mistakes: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    language = None
    try:
        loaded = load(path, person.variables)
        warnings = loaded.warnings
        language = loaded.schedule.language
    except ConfigError as error:
        mistakes, warnings = error.problems, error.warnings
    words = words_for(language, os.environ)
    if for_program:
        found = [("error", one) for one in mistakes] + [("warning", one) for one in warnings]
        say_json(
            [
                {
                    "severity": severity,
                    "file": one.place.origin or None,
                    "line": one.line,
                    "column": one.column,
                    "end_column": None if one.place.mark is None else one.place.mark.end,
                    "key": path_text(one.where),
                    "message": diagnostic_text(one, words),
                }
                for severity, one in found
            ]
        )
    else:
        for one in mistakes:
            echo("\n".join(problem_lines(one, words)), err=True)
        tell_warnings(warnings, words)
        if not mistakes:
            name = words.say("built_in") if path is None else str(path)
            echo(words.say("config_right", path=name))
    return ConfigError.exit_code if mistakes else 0


@command("show", help="Print what is in force, and where each value comes from.")
@as_json
def show_command(person: CommandContext, *, for_program: bool) -> None:
    """What is in force."""
    file = None if person.config is None else read_file(person.config)
    loaded = load_file(file, person.variables)
    shown = entries(loaded, origins_of(file, person.variables))
    if for_program:
        say_json(shown_for_a_program(shown))
    else:
        words = words_for(loaded.schedule.language, os.environ)
        for line in shown_lines(shown, person.config, words):
            echo(line)


@command("path", help="Print where your config file is, or would be.")
def path_command(person: CommandContext) -> None:
    """Where the config file is, or would be."""
    echo(str(person.config_place))


def write_example(path: Path) -> Path:
    """Write the commented example; returns the file.

    Raises:
        StateError: It cannot be written.
    """
    write(path, example_text().encode())
    return path
