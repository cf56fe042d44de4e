"""Edits of one value of a config file, which leave the rest of the file unchanged.

tomlkit changes and removes existing keys. New keys and tables are inserted by `insert`, because
tomlkit puts them at the end of a table, behind comments on the next one. The result of every edit
is parsed: it must equal the old values but for the one change, or the edit is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import tomli
import tomlkit
from tomlkit.container import Container, OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item

from nightcare.config.config_file import built_in, example_text, parsed
from nightcare.config.insert import (
    has_header,
    is_inline,
    sections,
    with_lines,
    with_pair,
    with_section,
    without_sections,
)
from nightcare.config.layers import toml_value
from nightcare.config.values import Table
from nightcare.errors import StateError, ValueRefused, with_nearest
from nightcare.toml_writer import path_text, value_text

Keys = tuple[str, ...]
"""The path of a value."""

SLEEP_MADE = "sleep_made"
REMINDERS_MADE = "reminders_made"
REMINDERS_BACK = "reminders_back"
"""Side effects of an edit, as keys of the catalogue."""

_BOM = b"\xef\xbb\xbf"
_PARTS_REPLACE = ("sleep", "reminders")
"""The tables that replace the built-in ones as a whole."""


@dataclass(frozen=True)
class Edited:
    """A config file after an edit.

    Attributes:
        raw: Its content.
        side_effects: Side effects of the edit.
    """

    raw: bytes
    side_effects: tuple[str, ...] = ()


def path_of(text: str) -> Keys:
    """Parse a path as a person types it, such as `sleep.friday.bedtime`.

    Raises:
        ValueRefused: The text is not a path.
    """
    try:
        table = tomli.loads(f"{text} = 0" if "\n" not in text else "")
    except tomli.TOMLDecodeError:
        # A reminder's name may have letters that TOML wants in quotes.
        parts = [part.strip() for part in text.split(".")]
        if not all(part.replace("-", "").replace("_", "").isalnum() for part in parts):
            raise ValueRefused("key_not_understood", found=text) from None
        return tuple(parts)
    path: Keys = ()
    inner: Any = table
    while isinstance(inner, dict) and inner:
        ((key, inner),) = inner.items()
        path = (*path, key)
    if not path:
        raise ValueRefused("key_not_understood", found=text)
    return path


def readings(text: str) -> tuple[Any, ...]:
    """Return the possible values of a text that a person typed: as TOML, then as plain text.

    A clock time is text either way, as in the example.
    """
    try:
        value = toml_value(text)
    except (ValueError, RecursionError):
        return (text,)
    if isinstance(value, str):
        return (value,)
    return (text,) if not isinstance(value, bool | int | list | dict) else (value, text)


def with_value(raw: bytes, where: Keys, value: Any) -> Edited:
    """Set one key, or add it.

    A file without `[sleep]` gets the whole built-in table, and one without reminders all built-in
    ones, because a part of either would silently replace the whole.

    Raises:
        ConfigError: The file is not TOML.
        ValueRefused: There is no such reminder.
        StateError: The file is written in a way that this cannot change.
    """
    text = _Text.of(raw)
    with _refused_where_it_fails(where):
        body, side_effects = _completed(text.body, where)
    expected = tomli.loads(body)
    _expect_reminder(expected, where)
    _table(expected, where[:-1])[where[-1]] = value
    body = _verified(lambda: _set(body, where, value), expected, where)
    return Edited(text.around(body), side_effects)


def without(raw: bytes, where: Keys) -> Edited | None:
    """Remove one key; None where it is not in the file.

    Raises:
        ConfigError: The file is not TOML.
        StateError: The file is written in a way that this cannot change.
    """
    text = _Text.of(raw)
    values, expected = tomli.loads(text.body), tomli.loads(text.body)
    if not _has(values, where):
        return None
    del _table(expected, where[:-1])[where[-1]]
    body = _verified(lambda: _removed(text.body, values, where), expected, where)
    back = where[0] == "reminders" and not expected.get("reminders")
    return Edited(text.around(body), (REMINDERS_BACK,) if back else ())


def with_first_line(raw: bytes, line: str, beginning: str) -> bytes:
    """Put a line at the top of a file, in place of a first line with the given beginning.

    Raises:
        ConfigError: The file is not TOML.
    """
    text = _Text.of(raw)
    first, _, rest = text.body.partition("\n")
    body = rest if first.startswith(beginning) else text.body
    return text.around(f"{line}\n{body}")


# The text


@dataclass(frozen=True)
class _Text:
    """A config file's text in one normal form, and how the original differs from that."""

    body: str
    marked: bool
    crlf: bool
    ended: bool

    @classmethod
    def of(cls, raw: bytes) -> _Text:
        parsed("", raw)
        marked = raw.startswith(_BOM)
        text = raw.removeprefix(_BOM).decode()
        crlf = "\r\n" in text and "\n" not in text.replace("\r\n", "")
        body = text.replace("\r\n", "\n") if crlf else text
        ended = not body or body.endswith("\n")
        return cls(body if ended else body + "\n", marked, crlf, ended)

    def around(self, body: str) -> bytes:
        """Return the content of a file with another body in the original's form."""
        if not self.ended:
            body = body.removesuffix("\n")
        raw = (body.replace("\n", "\r\n") if self.crlf else body).encode()
        return _BOM + raw if self.marked else raw


@contextmanager
def _refused_where_it_fails(where: Keys) -> Iterator[None]:
    """Refuse an edit on which the library fails."""
    try:
        yield
    except (TOMLKitError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise _not_editable(where) from error


def _verified(change: Callable[[], str], expected: Table, where: Keys) -> str:
    """Return the text after a change.

    Raises:
        StateError: Its values are not the expected ones.
    """
    with _refused_where_it_fails(where):
        body = change()
        result = tomli.loads(body)
    if _canonical(result) != _canonical(expected):
        raise _not_editable(where)
    return body


def _not_editable(where: Keys) -> StateError:
    return StateError("config_not_editable", key=path_text(where))


def _canonical(value: Any) -> object:
    """Return a comparable value, with its types and without empty tables, which have no meaning."""
    match value:
        case dict():
            inner = {key: _canonical(one) for key, one in value.items()}
            return {key: one for key, one in inner.items() if one != {}}
        case list():
            return [_canonical(one) for one in value]
        case _:
            # Compare floats as text, because NaN does not equal itself.
            return type(value), repr(value)


# Preconditions


def _completed(body: str, where: Keys) -> tuple[str, tuple[str, ...]]:
    """Return a text with the complete built-in table, which a change would otherwise cut short."""
    values = tomli.loads(body)
    if len(where) == 1 or values.get(where[0]) or where[0] not in _PARTS_REPLACE:
        return body, ()
    if where[0] in values:
        body = _removed(body, values, where[:1])
    if where[0] == "sleep":
        return with_section(body, ("sleep",), built_in().values["sleep"]), (SLEEP_MADE,)
    return with_lines(body, ("reminders",), _example_reminders()), (REMINDERS_MADE,)


def _example_reminders() -> list[str]:
    """Return the reminders of the example, with its comments."""
    text = example_text()
    found = [one for one in sections(text) if one.path[:1] == ("reminders",)]
    return text.split("\n")[found[0].start : found[-1].end]


def _expect_reminder(values: Table, where: Keys) -> None:
    """Refuse a key of a reminder that does not exist: its name is probably misspelt."""
    names = values.get("reminders")
    inside = where[0] == "reminders" and len(where) > 2  # noqa: PLR2004 - more than its path
    if not inside or not isinstance(names, dict) or where[1] in names:
        return
    given: dict[str, object] = {"found": where[1], "known": ", ".join(names)}
    key, values = with_nearest("reminder_unknown", where[1], names, given)
    if "nearest" in values:
        raise ValueRefused(key, **values)
    raise ValueRefused("reminder_to_make", **values)


# Edits


def _set(body: str, where: Keys, value: Any) -> str:
    values = tomli.loads(body)
    if not _has(values, where):
        return _added(body, values, where, value)
    if isinstance(value, dict) or isinstance(_table(values, where[:-1])[where[-1]], dict):
        body = _removed(body, values, where)
        return _added(body, tomli.loads(body), where, value)
    document = tomlkit.parse(body)
    holder = _holder(document, where[:-1])
    fresh = tomlkit.value(value_text(value))
    if not isinstance(holder, OutOfOrderTableProxy):
        container = holder if isinstance(holder, Container) else holder.value
        _keep_the_column(container.item(where[-1]), fresh)
    holder[where[-1]] = fresh
    return tomlkit.dumps(document)


def _keep_the_column(old: Any, fresh: Item) -> None:
    """Keep the comment behind a value in its column, where there is room."""
    longer = len(fresh.as_string()) - len(old.as_string().rpartition("\n")[2])
    before = old.trivia.comment_ws
    if old.trivia.comment and not before.strip(" "):
        fresh.trivia.comment_ws = " " * max(len(before) - longer, min(len(before), 1))
        fresh.trivia.comment = old.trivia.comment


def _added(body: str, values: Table, where: Keys, value: Any) -> str:
    """Return a text with a key that is not in it yet."""
    table = where[:-1]
    if where == ("reminders",) and all(isinstance(one, dict) for one in value.values()):
        for name, one in value.items():
            body = _added(body, tomli.loads(body), (*where, name), one)
        return body
    inline = is_inline(body, table)
    if isinstance(value, dict) and has_header(where) and not inline:
        return with_section(body, where, value)
    if table and not _has(values, table):
        return _added(body, values, table, {where[-1]: value})
    if not inline and (added := with_pair(body, table, where[-1], value)) is not None:
        return added
    document = tomlkit.parse(body)
    _holder(document, table)[where[-1]] = tomlkit.value(value_text(value))
    return tomlkit.dumps(document)


def _removed(body: str, values: Table, where: Keys) -> str:
    """Return a text without a key that is in it; comments behind a table stay."""
    if isinstance(_table(values, where[:-1])[where[-1]], dict):
        body = without_sections(body, where)
        if not _has(tomli.loads(body), where):
            return body
    document = tomlkit.parse(body)
    del _holder(document, where[:-1])[where[-1]]
    return tomlkit.dumps(document)


def _holder(document: tomlkit.TOMLDocument, table: Keys) -> Any:
    holder: Any = document
    for key in table:
        holder = holder[key]
    return holder


def _has(values: Table, where: Keys) -> bool:
    inner: Any = values
    for key in where:
        if not isinstance(inner, dict) or key not in inner:
            return False
        inner = inner[key]
    return True


def _table(values: Table, where: Keys) -> Table:
    """Return the table at a path, created if it does not exist.

    Raises:
        StateError: There is another value in its place.
    """
    inner = values
    for key in where:
        inner = inner.setdefault(key, {})
        if not isinstance(inner, dict):
            raise _not_editable(where)
    return inner
