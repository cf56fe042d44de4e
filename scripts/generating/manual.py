"""Manual pages of the commands and of the config file.

Source: man(7) and man-pages(7).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import tomli

from generating.keys import Table, tables
from nightcare import __released__, __version__
from nightcare.cli.command_group import app
from nightcare.cli.command_help import LocalisedCommand, localised_parameters, path_of
from nightcare.i18n.reference_texts import HelpTexts, config_texts, read_help
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

PROSE: dict[str, dict[str, str]] = tomli.loads(
    Path(__file__).with_name("manual_prose.toml").read_text(encoding="utf-8")
)

_WIDEST = 76
_BY_PATTERN = {"pattern", "type"}
"""Keys of a choice that only describes another spelling."""

# The page of the program


def program_page(language: str = "en") -> Iterator[str]:
    """Yield the lines of nightcare(1) in a language."""
    prose, texts = PROSE[language], read_help(language)
    context = app.make_context("nightcare", [], resilient_parsing=True)
    yield _head("nightcare", 1)
    yield from (f".SH {prose['name']}", rf"nightcare \- {_plain(prose['nightcare'])}")
    usage = " ".join(app.placeholders(context, texts))
    yield from (f".SH {prose['synopsis']}", ".B nightcare", rf"\fI{_plain(usage)}\fR")
    yield from (f".SH {prose['description']}", *_prose(texts.about[""]), *_prose(prose["service"]))
    yield from (f".SH {prose['options']}", *_options(app, context, texts))
    yield f".SH {prose['commands']}"
    yield from _commands(app, context, texts)
    yield from _as_it_stands(prose["around_commands"])


def _commands(group: click.Group, above: click.Context, texts: HelpTexts) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert isinstance(command, LocalisedCommand)
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from _commands(command, context, texts)
            continue
        arguments, _ = localised_parameters(command, context, texts)
        usage = rf"\fB{_plain(context.command_path)}\fR"
        yield from (
            ".TP",
            " ".join([usage, *(rf"\fI{_plain(str(one.metavar))}\fR" for one in arguments)]),
        )
        path = path_of(context)
        yield from _prose(f"{texts.about[path]} {texts.details.get(path, '')}")
        options = list(_options(command, context, texts))
        if options:
            yield from (".RS", *options, ".RE")


def _options(command: click.Command, context: click.Context, texts: HelpTexts) -> Iterator[str]:
    _, options = localised_parameters(command, context, texts)
    for one in options:
        record = one.get_help_record(context)
        # The options of nightcare itself have that of help, which all commands share.
        if record is None or ("--help" in one.opts and context.parent is not None):
            continue
        usage, text = record
        value = usage.removeprefix(", ".join(one.opts)).strip()
        names = ", ".join(rf"\fB{_plain(name)}\fR" for name in one.opts)
        yield from (".TP", f"{names} \\fI{_plain(value)}\\fR" if value else names, *_prose(text))


# The page of the config file


def config_page(language: str = "en") -> Iterator[str]:
    """Yield the lines of nightcare.toml(5) in a language."""
    prose, known = PROSE[language], config_texts(language)

    def said(description: str) -> str:
        return known.keys.get(description, description)

    yield _head("nightcare.toml", 5)
    yield from (f".SH {prose['name']}", rf"nightcare.toml \- {_plain(prose['nightcare.toml'])}")
    yield from (f".SH {prose['description']}", *_prose(prose["before_keys"]))
    yield f".SH {prose['keys']}"
    for table in tables():
        if table.path:
            yield f'.SS "{_plain(_title(table))}"'
            yield from _prose(f"{said(table.all_of_them)} {said(table.meaning)}")
        for key in table.keys:
            meaning = said(key.field["description"])
            yield from (".TP", rf"\fB{_plain(key.path[-1])}\fR", *_prose(meaning))
            yield from (".br", *_prose(f"{prose['allowed']}: {_allowed(key.field, prose)}."))
            if "default" in key.field:
                default = value_text(key.field["default"])
                yield from (".br", *_prose(f"{prose['default']}: {default}"))
            elif key.needed:
                yield from (".br", f"{prose['required']}.")
    yield from (f".SH {prose['examples']}", ".EX", *map(_plain, EXAMPLE.splitlines()), ".EE")
    yield from _as_it_stands(prose["around_keys"])


def _title(table: Table) -> str:
    path = (*table.path[:-1], "WEEKDAY") if table.alike else table.path
    name = f"[{'.'.join(path)}]"
    return f"[{name}]" if table.listed else name


def _allowed(field: Mapping[str, Any], prose: Mapping[str, str]) -> str:
    match field:
        case {"enum": list(values)}:
            return _either([value_text(one) for one in values], prose)
        case {"const": value}:
            return value_text(value)
        case {"anyOf": list(choices)}:
            plain = [one for one in choices if "items" not in one]
            alike = (plain[0], {"anyOf": plain})
            lists = [one for one in choices if one.get("items") in alike]
            others = [one for one in choices if one not in lists]
            found = dict.fromkeys(
                _allowed(one, prose) for one in others if one.keys() != _BY_PATTERN
            )
            return f", {prose['or']} ".join([*found, *(prose["a list of them"] for _ in lists)])
        case {"type": "array", "items": dict(items)}:
            return f"{prose['a list; in it']} {_allowed(items, prose)}"
        case {"type": "boolean"}:
            return f"true {prose['or']} false"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return prose["a whole number"].format(least=least, most=most)
        case {"type": "string", "examples": list(examples)}:
            return (
                f"{prose['text such as']} {_either([value_text(one) for one in examples], prose)}"
            )
        case _:
            return prose["text"]


def _either(values: list[str], prose: Mapping[str, str]) -> str:
    *others, last = values
    return f"{', '.join(others)} {prose['or']} {last}" if others else last


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
