"""The keys of the config file by table, from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nightcare.config.json_schema import config_schema

Path = tuple[str, ...]
Schema = dict[str, Any]

NAME = "NAME"
"""A placeholder in a path for a name of the person's choice."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key with a value.

    Attributes:
        path: The names of its tables, and its own name.
        needed: Whether it is required.
        field: Its schema.
    """

    path: Path
    needed: bool
    field: Schema


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        path: The names of its outer tables, and its own name; empty for the whole file.
        meaning: Its description.
        all_of_them: The description of all tables of its kind; empty for a single table.
        listed: Whether it is an item of a list.
        alike: Whether other tables have the same keys, such as the weekdays.
        keys: Its keys that are not tables.
    """

    path: Path
    meaning: str
    all_of_them: str
    listed: bool
    alike: bool
    keys: tuple[Key, ...]


def tables() -> Iterator[Table]:
    """Yield each table before its inner tables; of tables with the same keys, the first."""
    schema = config_schema()
    yield from _tables(_Found((), schema), schema["$defs"])


@dataclass(frozen=True, slots=True)
class _Found:
    """A table in the schema."""

    path: Path
    schema: Schema
    all_of_them: str = ""
    listed: bool = False


def _tables(found: _Found, known: Mapping[str, Schema], *, alike: bool = False) -> Iterator[Table]:
    keys: list[Key] = []
    inner: list[_Found] = []
    for name, field in found.schema["properties"].items():
        path, meant = (*found.path, name), _resolved(field, known)
        table = _table(path, meant, known)
        if table is None:
            keys.append(Key(path, name in found.schema.get("required", ()), meant))
        else:
            inner.append(table)
    meaning = found.schema.get("description", "")
    yield Table(found.path, meaning, found.all_of_them, found.listed, alike, tuple(keys))
    for number, one in enumerate(inner):
        same = [other.schema == one.schema for other in inner]
        if not any(same[:number]):
            yield from _tables(one, known, alike=sum(same) > 1)


def _table(path: Path, field: Schema, known: Mapping[str, Schema]) -> _Found | None:
    """Return the table, or the kind of tables, that a key holds; None for a value."""
    each = _resolved(field.get("additionalProperties") or {}, known)
    if _is_table(each):
        return _Found((*path, NAME), each, field["description"])
    each = _resolved(field.get("items", {}), known)
    if _is_table(each):
        return _Found(path, each, field["description"], listed=True)
    return _Found(path, field) if _is_table(field) else None


def _is_table(schema: Schema) -> bool:
    return schema.get("type") == "object" and "properties" in schema


def _resolved(field: Schema, known: Mapping[str, Schema]) -> Schema:
    """Return a field merged with its reference; the field's own entries win."""
    name = str(field.get("$ref", "")).rpartition("/")[2]
    own = {key: value for key, value in field.items() if key != "$ref"}
    return {**known.get(name, {}), **own}
