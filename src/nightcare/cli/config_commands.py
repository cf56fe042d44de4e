"""The config file: init, check, show, schema, path; and the group of all its commands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import click

from nightcare.atomic_write import file_lock
from nightcare.cli.command_context import PATH, CommandContext, json_option, pass_context
from nightcare.cli.command_group import LazyGroup
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.config_save import config_translator, content_of, example_for, write_all
from nightcare.cli.output import echo, echo_text, fitted, print_diagnostics, print_json
from nightcare.config.config_file import parsed, read_file
from nightcare.config.layers import EffectiveValue, Layers, Origin, effective_values
from nightcare.config.load import load, load_file
from nightcare.config.locations import Path as KeyPath
from nightcare.errors import ConfigError, Diagnostic, StateError
from nightcare.i18n.error_text import diagnostic_text
from nightcare.i18n.translator import Translator, words_for
from nightcare.paths import schema_file
from nightcare.toml_writer import path_text, value_text

_COMMANDS = {
    "show": "config_commands.show_command",
    "check": "config_commands.check_command",
    "edit": "config_edit.edit_command",
    "set": "config_set.set_command",
    "unset": "config_set.unset_command",
    "init": "config_commands.init_command",
    "schema": "config_commands.schema_command",
    "path": "config_commands.path_command",
}

_SCHEMA_COMMENT = "#:schema "
"""The comment by which Taplo, and with it Even Better TOML, finds a file's schema.

Source: https://taplo.tamasfe.dev/configuration/directives.html, "The schema Directive".
"""

_WIDEST = 44
"""Columns up to which the comments behind values are aligned."""


@click.group("config", cls=LazyGroup, lazy_subcommands={"": _COMMANDS})
def config_group() -> None:
    """Manage your config file: init, check, show, set, unset, edit, schema, path."""


@click.command("init", cls=LocalisedCommand)
@pass_context
def init_command(context: CommandContext) -> None:
    """Write the commented example as your config file."""
    path = context.config_place
    if path.exists() or path.is_symlink():
        raise StateError("config_exists", path=path)
    write_all({path: example_for(config_translator(context))})
    context.lenient().print("did_init", path=path)


@click.command("check", cls=LocalisedCommand)
@click.argument("file", required=False, type=PATH)
@json_option
@pass_context
def check_command(context: CommandContext, *, file: Path | None, as_json: bool) -> int:
    """Check a config file and show its errors."""
    path = file or context.config_file
    errors: tuple[Diagnostic, ...] = ()
    language = None
    try:
        loaded = load(path, context.variables)
        warnings, language = loaded.warnings, loaded.schedule.language
    except ConfigError as error:
        errors, warnings = error.problems, error.warnings
    translator = words_for(language, os.environ)
    if as_json:
        values = [_diagnostic_value("error", one, translator) for one in errors]
        print_json(values + [_diagnostic_value("warning", one, translator) for one in warnings])
    else:
        print_diagnostics(errors, translator)
        print_diagnostics(warnings, translator, warning=True)
        if not errors:
            echo_text(translator.text("config_right", path=path or translator.text("built_in")))
    return ConfigError.exit_code if errors else 0


def _diagnostic_value(severity: str, one: Diagnostic, translator: Translator) -> dict[str, object]:
    return {
        "severity": severity,
        "file": one.place.origin or None,
        "line": one.line,
        "column": one.column,
        "end_column": None if one.place.mark is None else one.place.mark.end,
        "key": path_text(one.where),
        "message": diagnostic_text(one, translator),
    }


@click.command("show", cls=LocalisedCommand)
@json_option
@pass_context
def show_command(context: CommandContext, *, as_json: bool) -> None:
    """Print the config in use, and where each value comes from."""
    file = None if context.config_file is None else read_file(context.config_file)
    loaded = load_file(file, context.variables)
    values = effective_values(loaded.schedule, Layers.of(file, context.variables))
    if as_json:
        print_json(
            {
                path_text(one.where): {"value": one.value, "origin": _origin_value(one.origin)}
                for one in values
            }
        )
    else:
        translator = words_for(loaded.schedule.language, os.environ)
        for line in shown_lines(values, context.config_file, translator):
            echo(_fitted_line(line))


def _fitted_line(line: str) -> str:
    """Return a line of a config file; its comment comes before it if both do not fit."""
    if line.startswith("# "):
        return fitted(line.removeprefix("# "), "# ")
    code, _, origin = line.rpartition("# ")
    return line if fitted(line) == line or not code else f"# {origin}\n{code.rstrip()}"


def shown_lines(
    values: Iterable[EffectiveValue], path: Path | None, translator: Translator
) -> Iterator[str]:
    """Yield the lines of an equivalent config file, with the origin of each value as a comment."""
    if path is None:
        yield f"# {translator.text('shown_built_in')}"
    else:
        yield f"# {translator.text('shown_file', path=_printable(str(path)))}"
    for header, group in groupby(values, key=lambda one: _header(one.where)):
        yield ""
        if header:
            yield f"[{path_text(header)}]"
        pairs = [
            (f"{path_text(one.where[len(header) :])} = {value_text(one.value)}", one.origin)
            for one in group
        ]
        width = max((len(text) for text, _ in pairs if len(text) <= _WIDEST), default=0)
        for text, origin in pairs:
            yield f"{text:<{width}}  # {_origin_text(origin, translator)}"


def _header(where: KeyPath) -> KeyPath:
    """Return the table that a key is written in; a reminder's own tables are written inline."""
    return where[:2] if where[0] == "reminders" else where[:-1]


def _origin_text(origin: Origin, translator: Translator) -> str:
    if origin.variable is not None:
        return _printable(origin.variable)
    if origin.line is not None:
        return translator.text("from_line", line=origin.line)
    return translator.text("from_default")


def _printable(name: str) -> str:
    """Return a name without characters that end a comment or control the terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _origin_value(origin: Origin) -> dict[str, object]:
    kind = "environment" if origin.variable else "file" if origin.file else "default"
    return {"kind": kind, **asdict(origin)}


@click.command("schema", cls=LocalisedCommand)
@click.option("--write", is_flag=True)
@pass_context
def schema_command(context: CommandContext, *, write: bool) -> None:
    """Print the JSON Schema of the config file, for editors that support it."""
    from nightcare.config.json_schema import config_schema  # noqa: PLC0415 - only this command

    schema = config_schema()
    if not write:
        print_json(schema)
        return
    from nightcare.config.edit import with_first_line  # noqa: PLC0415 - loads tomlkit

    translator = config_translator(context)
    path = context.config_place
    schema_path = schema_file(path)
    with file_lock(path):
        raw, exists = content_of(path, context)
        parsed(str(path), raw)
        new = with_first_line(raw, f"{_SCHEMA_COMMENT}./{schema_path.name}", _SCHEMA_COMMENT)
        contents = {schema_path: (json.dumps(schema, indent=2) + "\n").encode()}
        if new != raw or not exists:
            contents[path] = new
        write_all(contents)
    if not exists:
        echo_text(translator.text("made_from_example", path=path))
    echo_text(translator.text("did_schema", path=path, schema=schema_path))


@click.command("path", cls=LocalisedCommand)
@pass_context
def path_command(context: CommandContext) -> None:
    """Print where your config file is, or would be."""
    echo(str(context.config_place))
