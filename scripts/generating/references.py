"""Lists for docs/configuration.md and docs/commands.md, as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click
import tomli

from generating.keys import NAME, Key, Path, Schema, tables
from nightcare.cli.command_group import app
from nightcare.cli.command_help import LocalisedCommand, localised_parameters, path_of
from nightcare.config import types
from nightcare.config.config_file import example_text
from nightcare.config.values import WEEKDAYS
from nightcare.i18n.reference_texts import read_help

UNCOMMENTED = re.sub(r"^# (?=\[|\w+ *=)", "", example_text(), flags=re.MULTILINE)
"""The example with its commented keys."""

_ANNOTATIONS = {"description", "default", "examples"}
_IN_WORDS = (
    (types.CLOCK, 'a clock time, such as `"07:00"`'),
    (types.LENGTH, 'a length, such as `"10m"` or `"1h30m"`'),
    (types.MOMENT, 'a moment, such as `"21:45"` or `"wake + 1h"`'),
    (types.CRON, "five cron fields"),
    (types.TEXT, "text"),
    (types.ZONE, 'the name of a time zone, or `"auto"`'),
    (types.HOST, 'a name or an address, such as `"192.168.1.10"`'),
    (types.PERSON, "small letters from a to z, digits, `-` and `_`"),
    (types.FILE, "a path that begins with `/` or `~/`"),
    ({"const": False}, "`false`"),
    ({"type": "boolean"}, "`true` or `false`"),
    ({"type": "string"}, "text"),
)


# The config file


def examples() -> Iterator[tuple[Path, Any]]:
    """Yield the path and an example value of each key."""
    for table in tables():
        for key in table.keys:
            yield key.path, _example(key)


def listed_keys() -> Iterator[str]:
    """Yield the keys of the config file as tables."""
    for table in tables():
        if table.path:
            name = f"[{'.'.join(table.path)}]"
            header = f"[{name}]" if table.listed else name
            yield f"\n## `{header}`\n\n{table.meaning}\n"
        yield "| key | meaning | allowed | default | example |"
        yield "| --- | --- | --- | --- | --- |"
        for key in table.keys:
            yield f"| {' | '.join(_cells(key))} |"


def _cells(key: Key) -> Iterator[str]:
    field = key.field
    default = f"`{_as_toml(field['default'])}`" if "default" in field else "not set"
    yield f"`{key.path[-1]}`"
    yield field["description"]
    yield _allowed(field)
    yield "required" if key.needed else default
    yield f"`{key.path[-1]} = {_as_toml(_example(key))}`"


def _allowed(field: Schema) -> str:
    plain = {key: value for key, value in field.items() if key not in _ANNOTATIONS}
    for known, words in _IN_WORDS:
        if plain == {key: value for key, value in known.items() if key not in _ANNOTATIONS}:
            return words
    match plain:
        case {"enum": list(values)}:
            return ", ".join(f"`{_as_toml(one)}`" for one in values)
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"{least} to {most}"
        case {"type": "array", "items": dict(items)}:
            return f"a list; each {_allowed(items)}"
        case {"anyOf": [*one, {"type": "array", "items": dict(items)}]}:
            assert items == (one[0] if len(one) == 1 else {"anyOf": one})
            return f"{_allowed(items)}, or a list of them"
        # A lower-case word; the pattern accepts capitals as well.
        case {"anyOf": [{"enum": list(values)}, {"pattern": _}]}:
            return _allowed({"enum": values})
        case {"anyOf": list(choices)}:
            return ", or ".join(_allowed(one) for one in choices)
    raise LookupError(f"no words for {plain}")


def _example(key: Key) -> Any:
    """Return the value in config.example.toml, or else an example of the schema."""
    places: list[Any] = [tomli.loads(UNCOMMENTED)]
    for name in key.path:
        within = [place for place in places if isinstance(place, dict)]
        places = [place[name] for place in within if name in place]
        places = [one for place in places for one in (place if _of_tables(place) else [place])]
        if not places and name in (NAME, WEEKDAYS[0]):
            places = [one for place in within for one in place.values()]
    return places[0] if places else (key.field.get("examples") or key.field["enum"][::-1])[0]


def _of_tables(place: Any) -> bool:
    return isinstance(place, list) and all(isinstance(one, dict) for one in place)


def _as_toml(value: Any) -> str:
    # TOML and JSON write these values alike. Only a time differs, and there is none.
    return json.dumps(value, ensure_ascii=False)


# The commands


def listed_commands() -> Iterator[str]:
    """Yield each command with its options, groups last."""
    settings = app.context_settings
    yield from _command(app, click.Context(app, info_name="nightcare", **settings))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    assert isinstance(command, LocalisedCommand)
    texts, path = read_help("en"), path_of(context)
    _, options = localised_parameters(command, context, texts)
    records = [one.get_help_record(context) for one in options if "--help" not in one.opts]
    level = "##" if context.parent is None or isinstance(command, click.Group) else "###"
    usage = command.usage_line(context, texts)
    yield f"{level} `{context.command_path}`\n\n```text\n{usage}\n```\n"
    yield f"{texts.about[path]} {texts.details.get(path, '')}".strip() + "\n"
    for record in records:
        assert record is not None
        yield f"- `{record[0]}`: {record[1]}"
    if records:
        yield ""
    if isinstance(command, click.Group):
        inner = [
            (name, command.get_command(context, name)) for name in command.list_commands(context)
        ]
        # Groups come last, so that later commands do not seem to belong to them.
        for name, one in sorted(inner, key=lambda pair: isinstance(pair[1], click.Group)):
            assert one is not None
            yield from _command(one, click.Context(one, info_name=name, parent=context))
