"""docs/configuration.md and docs/commands.md: what they list is written from the code.

The part between the two marks is made here; the rest is by hand. `./scripts/references` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import click
import tomli

from nightcare.cli.app import app
from nightcare.settings import spelling
from nightcare.settings.layers import example_text
from nightcare.settings.schema import config_schema
from nightcare.settings.values import WEEKDAYS

Path = tuple[str, ...]
Schema = dict[str, Any]

DOCS = File(__file__).parents[2] / "docs"
BEGIN = "<!-- made by ./scripts/references: begin -->"
END = "<!-- made by ./scripts/references: end -->"

UNCOMMENTED = re.sub(r"^# (?=\[|\w+ *=)", "", example_text(), flags=re.MULTILINE)
"""The commented example with all that it only mentions."""

_NAME = "NAME"
_ANNOTATIONS = {"description", "default", "examples"}
_IN_WORDS = (
    (spelling.CLOCK, 'a clock time, such as `"07:00"`'),
    (spelling.LENGTH, 'a length, such as `"10m"` or `"1h30m"`'),
    (spelling.MOMENT, 'a moment, such as `"21:45"` or `"wake + 1h"`'),
    (spelling.CRON, "five cron fields"),
    (spelling.TEXT, "text"),
    (spelling.ZONE, 'the name of a time zone, or `"auto"`'),
    ({"const": False}, "`false`"),
    ({"type": "boolean"}, "`true` or `false`"),
    ({"type": "string"}, "text"),
)


def references() -> dict[File, str]:
    """What each of the files lists, as Markdown."""
    return {
        DOCS / "configuration.md": "\n".join(_configuration()),
        DOCS / "commands.md": "\n".join(_commands()),
    }


def between_the_marks(text: str) -> str:
    """What a file lists now.

    Raises:
        ValueError: It has no marks.
    """
    _, rest = text.split(BEGIN)
    return rest.split(END, maxsplit=1)[0].strip()


def write(file: File, listed: str) -> None:
    """Put what a file lists in place of what is there."""
    before, rest = file.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    file.write_text(f"{before}{BEGIN}\n{listed}\n{END}{after}", encoding="utf-8")


# The config file


def examples() -> Iterator[tuple[Path, Any]]:
    """An example of each key: its path and a value."""
    for path, _, field in _keys():
        yield path, _example(path, field)


def _configuration() -> Iterator[str]:
    tables = dict(_tables((), config_schema()))
    shown: Path | None = None
    for path, needed, field in _keys():
        if path[:-1] != shown:
            shown = path[:-1]
            if shown:
                name = f"[{'.'.join(shown)}]"
                header = f"[{name}]" if "listed" in tables[shown] else name
                yield f"\n## `{header}`\n\n{tables[shown]['description']}\n"
            yield "| key | meaning | allowed | default | example |"
            yield "| --- | --- | --- | --- | --- |"
        default = f"`{_as_toml(field['default'])}`" if "default" in field else "not set"
        cells = (
            f"`{path[-1]}`",
            field["description"],
            _allowed(field),
            "has to be there" if needed else default,
            f"`{path[-1]} = {_as_toml(_example(path, field))}`",
        )
        yield "| " + " | ".join(cells) + " |"


def _keys() -> Iterator[tuple[Path, bool, Schema]]:
    """Each key that a file may have: its path, whether it has to be there, its schema."""
    for path, table in _tables((), config_schema()):
        for key, field in table["properties"].items():
            if not _is_table(_resolved(field)) and _listed(field) is None:
                yield (*path, key), key in table.get("required", ()), _resolved(field)


def _tables(path: Path, table: Schema) -> Iterator[tuple[Path, Schema]]:
    """A table and those in it; of tables that are alike, such as the weekdays, the first."""
    yield path, table
    seen = []
    for key, field in table["properties"].items():
        inner, where = _resolved(field), (*path, key)
        if isinstance(inner.get("additionalProperties"), dict):
            inner, where = _resolved(inner["additionalProperties"]), (*where, _NAME)
        inner = _listed(field) or inner
        if _is_table(inner) and inner not in seen:
            seen.append(inner)
            yield from _tables(where, inner)


def _listed(field: Schema) -> Schema | None:
    """The table of which a key is a list; None where it is none."""
    items = _resolved(field.get("items", {}))
    return {**items, "listed": True} if _is_table(items) else None


def _is_table(schema: Schema) -> bool:
    return schema.get("type") == "object"


def _resolved(schema: Schema) -> Schema:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    inner = config_schema()["$defs"][name] if name else {}
    return {**inner, **{key: value for key, value in schema.items() if key != "$ref"}}


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
        # A word in small letters; the pattern beside it accepts capitals as well.
        case {"anyOf": [{"enum": list(values)}, {"pattern": _}]}:
            return _allowed({"enum": values})
        case {"anyOf": list(choices)}:
            return ", or ".join(_allowed(one) for one in choices)
    raise LookupError(f"no words for {plain}")


def _example(path: Path, field: Schema) -> Any:
    """As config.example.toml has it; else what the schema offers."""
    places: list[Any] = [tomli.loads(UNCOMMENTED)]
    for name in path:
        within = [place for place in places if isinstance(place, dict)]
        places = [place[name] for place in within if name in place]
        places = [one for place in places for one in (place if _of_tables(place) else [place])]
        if not places and name in (_NAME, WEEKDAYS[0]):
            places = [one for place in within for one in place.values()]
    return places[0] if places else (field.get("examples") or field["enum"][::-1])[0]


def _of_tables(place: Any) -> bool:
    return isinstance(place, list) and all(isinstance(one, dict) for one in place)


def _as_toml(value: Any) -> str:
    # TOML and JSON write these alike, but not a time, which none of them is.
    return json.dumps(value, ensure_ascii=False)


# The commands


def _commands() -> Iterator[str]:
    settings = app.context_settings
    yield from _command(app, click.Context(app, info_name="nightcare", **settings))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(
        [context.command_path, *(one for one in command.collect_usage_pieces(context) if one)]
    )
    parameters = [
        one for one in command.get_params(context) if one.name != _help_name(command, context)
    ]
    options = [record for one in parameters if (record := one.get_help_record(context))]
    options = [(spelt, said) for spelt, said in options if spelt.startswith("-")]
    usage = usage if options else usage.replace(" [OPTIONS]", "")
    level = "##" if context.parent is None or isinstance(command, click.Group) else "###"
    yield f"{level} `{context.command_path}`\n\n```text\n{usage}\n```\n"
    yield " ".join((command.help or "").split()) + "\n"
    for spelt, said in options:
        yield f"- `{spelt}`: {said}"
    if options:
        yield ""
    if isinstance(command, click.Group):
        inner = [
            (name, command.get_command(context, name)) for name in command.list_commands(context)
        ]
        # Groups come last, or what follows them would seem to belong to them.
        for name, one in sorted(inner, key=lambda pair: isinstance(pair[1], click.Group)):
            assert one is not None
            yield from _command(one, click.Context(one, info_name=name, parent=context))


def _help_name(command: click.Command, context: click.Context) -> str | None:
    option = command.get_help_option(context)
    return None if option is None else option.name


if __name__ == "__main__":
    for document, listing in references().items():
        write(document, listing.strip())
