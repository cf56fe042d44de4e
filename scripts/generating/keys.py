"""The keys of the config file, table by table, as its JSON Schema has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nightcare.config.json_schema import config_schema

Path = tuple[str, ...]
Schema = dict[str, Any]

NAME = "NAME"
"""Stands in a path for a name that the person gives."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key with a value.

    Attributes:
        path: The names of the tables that it is in, and its own.
        needed: Whether it has to be there.
        field: What the schema says of it.
    """

    path: Path
    needed: bool
    field: Schema


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        path: The names of those that it is in, and its own; of the whole file it is empty.
        meaning: What it is for.
        all_of_them: What those of its kind are for; empty where there is but one.
        listed: Whether it is one of a list.
        alike: Whether there are others just like it beside it, as the weekdays are.
        keys: Those of its keys that are no tables.
    """

    path: Path
    meaning: str
    all_of_them: str
    listed: bool
    alike: bool
    keys: tuple[Key, ...]


def tables() -> Iterator[Table]:
    """Every table that a file may have, before those that are in it; of those alike, the first."""
    schema = config_schema()
    yield from _tables(_Found((), schema), schema["$defs"])


@dataclass(frozen=True, slots=True)
class _Found:
    """A table as the schema has it."""

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
    """The table that a key holds, or each of those that it holds; None where it holds a value."""
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
    """A field with what it refers to; what it says itself comes first."""
    name = str(field.get("$ref", "")).rpartition("/")[2]
    own = {key: value for key, value in field.items() if key != "$ref"}
    return {**known.get(name, {}), **own}
