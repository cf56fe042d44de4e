"""Manual pages of the commands and of the config file.

Source: man(7) and man-pages(7).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import click

from generating.keys import Table, tables
from nightcare import __released__, __version__
from nightcare.cli.command_group import app
from nightcare.toml_writer import value_text

EXAMPLE = """\
[sleep]
wake = "07:00"
bedtime = "22:30"

[reminders.water]
topic = "hydration"
every = "2h"

[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
"""
"""A short config file, which a test validates."""

_WIDEST = 76
_BY_PATTERN = {"pattern", "type"}
"""Keys of a choice that only describes another spelling."""

_AROUND_COMMANDS = r"""
.SH EXIT STATUS
.TP
.B 0
Success; also if
.B nightcare config check
has only warnings.
.TP
.B 1
The command failed, or there was nothing to act on.
.TP
.B 2
The command is invalid: an unknown command or reminder, a wrong length or date.
.TP
.B 69
The command needs the service, which is not running.
.TP
.B 77
The command runs as root in another user's home.
.TP
.B 78
The config is invalid.
.TP
.B 130
The command was interrupted.
.SH ENVIRONMENT
.TP
.B NIGHTCARE_CONFIG
The config file to use instead of yours.
.TP
.B NIGHTCARE_*
Values of the config; see
.BR nightcare.toml (5).
.TP
.BR XDG_CONFIG_HOME ,\  XDG_STATE_HOME ,\  XDG_RUNTIME_DIR
The folders of the config, the journal and the lock; see the XDG Base Directory
Specification.
.TP
.B NO_COLOR
If it is set, output has no colours.
.SH FILES
.TP
.I \(ti/.config/nightcare/config.toml
Your config. Without one, the built-in schedule is active.
.TP
.I \(ti/.local/state/nightcare/
Your journal and diary. They stay on this machine.
.SH NOTES
nightcare is not medical advice. See a health professional when cramps are
severe, persistent or come with other symptoms;
.B nightcare causes
says more.
.SH SEE ALSO
.BR nightcare.toml (5),
.BR systemctl (1)
"""

_AROUND_KEYS = r"""
.SH ENVIRONMENT
Each value can also be set as a variable, with two underscores between the
parts of its key, such as
.BR NIGHTCARE_SLEEP__BEDTIME=23:00 .
A variable overrides the file.
.SH FILES
.I \(ti/.config/nightcare/config.toml
.SH SEE ALSO
.BR nightcare (1)
"""

_BEFORE_KEYS = (
    "The config file is TOML. Keys that it leaves out have their built-in values; but [sleep] "
    "replaces the whole built-in table, and a file that defines a reminder replaces all built-in "
    'reminders. A clock time is a string, such as "07:00", or a TOML time, such as 07:00. A moment '
    'is a clock time, or a time relative to wake-up or bedtime, such as "bedtime - 30m". A length '
    'has days, hours, minutes and seconds, such as "1h30m".'
)


# The page of the program


def program_page() -> Iterator[str]:
    """Yield the lines of nightcare(1)."""
    yield _head("nightcare", 1)
    yield from (".SH NAME", r"nightcare \- reminders for people with leg cramps at night")
    yield from (".SH SYNOPSIS", ".B nightcare", r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGS\fR]...")
    yield from (".SH DESCRIPTION", *_prose(app.help or ""))
    yield from _prose(
        "A service in your login session shows desktop notifications by a schedule in one file. "
        "The commands also work without the service. Most of them accept --config after their name "
        "too."
    )
    context = app.make_context("nightcare", [], resilient_parsing=True)
    yield from (".SH OPTIONS", *_options(app, context))
    names = ", ".join(rf"\fB{_plain(name)}\fR" for name in context.help_option_names)
    yield from (".TP", names, "Show help for nightcare, or for the command before it.")
    yield ".SH COMMANDS"
    yield from _commands(app, context)
    yield from _as_it_stands(_AROUND_COMMANDS)


def _commands(group: click.Group, above: click.Context) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from _commands(command, context)
            continue
        arguments = [
            one.make_metavar(context)
            for one in command.get_params(context)
            if isinstance(one, click.Argument)
        ]
        usage = rf"\fB{_plain(context.command_path)}\fR"
        yield from (".TP", " ".join([usage, *(rf"\fI{_plain(one)}\fR" for one in arguments)]))
        yield from _prose(command.help or "")
        options = list(_options(command, context))
        if options:
            yield from (".RS", *options, ".RE")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for one in command.get_params(context):
        record = one.get_help_record(context)
        if record is None or "--help" in one.opts:
            continue
        usage, said = record
        value = usage.removeprefix(", ".join(one.opts)).strip()
        names = ", ".join(rf"\fB{_plain(name)}\fR" for name in one.opts)
        yield from (".TP", f"{names} \\fI{_plain(value)}\\fR" if value else names, *_prose(said))


# The page of the config file


def config_page() -> Iterator[str]:
    """Yield the lines of nightcare.toml(5)."""
    yield _head("nightcare.toml", 5)
    yield from (".SH NAME", r"nightcare.toml \- the config file of nightcare")
    yield from (".SH DESCRIPTION", *_prose(_BEFORE_KEYS))
    yield ".SH KEYS"
    for table in tables():
        if table.path:
            yield f'.SS "{_plain(_title(table))}"'
            yield from _prose(f"{table.all_of_them} {table.meaning}")
        for key in table.keys:
            yield from (".TP", rf"\fB{_plain(key.path[-1])}\fR", *_prose(key.field["description"]))
            yield from (".br", *_prose(f"Allowed: {_allowed(key.field)}."))
            if "default" in key.field:
                yield from (".br", *_prose(f"Default: {value_text(key.field['default'])}"))
            elif key.needed:
                yield from (".br", "Required.")
    yield from (".SH EXAMPLES", ".EX", *map(_plain, EXAMPLE.splitlines()), ".EE")
    yield from _as_it_stands(_AROUND_KEYS)


def _title(table: Table) -> str:
    path = (*table.path[:-1], "WEEKDAY") if table.alike else table.path
    name = f"[{'.'.join(path)}]"
    return f"[{name}]" if table.listed else name


def _allowed(field: Mapping[str, Any]) -> str:
    match field:
        case {"enum": list(values)}:
            return _either([value_text(one) for one in values])
        case {"const": value}:
            return value_text(value)
        case {"anyOf": list(choices)}:
            plain = [one for one in choices if "items" not in one]
            alike = (plain[0], {"anyOf": plain})
            lists = [one for one in choices if one.get("items") in alike]
            others = [one for one in choices if one not in lists]
            said = dict.fromkeys(_allowed(one) for one in others if one.keys() != _BY_PATTERN)
            return ", or ".join([*said, *("a list of them" for _ in lists)])
        case {"type": "array", "items": dict(items)}:
            return f"a list; in it {_allowed(items)}"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"a whole number from {least} to {most}"
        case {"type": "string", "examples": list(examples)}:
            return "text such as " + _either([value_text(one) for one in examples])
        case _:
            return "text"


def _either(values: list[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


# roff


def _head(name: str, section: int) -> str:
    return f'.TH {name.upper()} {section} "{__released__}" "nightcare {__version__}"'


def _prose(text: str) -> Iterator[str]:
    """Yield a text as short lines without roff requests."""
    for line in textwrap.wrap(" ".join(text.split()), _WIDEST, break_on_hyphens=False):
        yield _plain(line)


def _plain(text: str) -> str:
    """Return a text with roff's special characters escaped; a hyphen is the typed one."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    return re.sub(r"^([.'])", r"\\&\1", escaped)


def _as_it_stands(text: str) -> list[str]:
    return [*text.strip("\n").split("\n"), ""]
