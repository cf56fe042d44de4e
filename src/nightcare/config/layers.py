"""The layers of the configuration: built-in file, the person's file, environment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import tomli

from nightcare.config.config_file import MAX_DEPTH, ConfigFile, built_in, too_deep
from nightcare.config.config_source import PREFIX, settings_of
from nightcare.config.locations import Path
from nightcare.config.values import Table
from nightcare.domain.moments import length_text
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import Every, Reminder, Topic
from nightcare.domain.schedule import Schedule
from nightcare.errors import Location

_DELIMITER = "__"


@dataclass(frozen=True)
class Origin:
    """The origin of a value: a line of a file, a variable, or, with neither, a default.

    Attributes:
        file: The file's name.
        line: The line of the key in it, from 1.
        variable: The variable's name.
    """

    file: str | None = None
    line: int | None = None
    variable: str | None = None


@dataclass(frozen=True)
class Layers:
    """The layers that a configuration is made of.

    Attributes:
        file: The person's file, if there is one.
        tables: That file over the defaults.
        environment: The tables that variables define, which override those.
        variables: The path of keys that each variable sets.
    """

    file: ConfigFile | None
    tables: Table
    environment: Table
    variables: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, file: ConfigFile | None, variables: Mapping[str, str]) -> Layers:
        """Return the layers of a file and the `NIGHTCARE_*` of an environment."""
        tables = merged(built_in().values, {} if file is None else file.values)
        return cls(file, tables, *_environment(variables, tables))

    @property
    def values(self) -> Table:
        """The tables of all layers."""
        return _laid_over(self.environment, self.tables)

    def origin(self, where: Path) -> Origin:
        """Return the origin of the value at a path."""
        variable = self._variable(where)
        key = None if self.file is None else self.file.positions.key(where)
        if variable is not None or self.file is None or key is None:
            return Origin(variable=variable)
        return Origin(self.file.name, key.line)

    def location(self, where: Path, *, of_key: bool) -> Location:
        """Return the location of the value at a path, or of its key, for a diagnostic."""
        variable = self._variable(where)
        if variable is not None or self.file is None:
            return Location(variable or "")
        positions = self.file.positions
        position = (positions.key(where) if of_key else None) or positions.nearest(where)
        # A table that is not in the file is the built-in one.
        return Location() if where and position is None else Location(self.file.name, position)

    def _variable(self, where: Path) -> str | None:
        """Return the variable that sets the value at a path; None if a lower layer sets it."""
        depth = _table_depth(where, self.tables)
        for variable, path in self.variables.items():
            pairs = zip(path, where, strict=False)
            shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
            if shared == len(path) or shared > depth:
                return variable
        return None


def _table_depth(where: Path, table: Any) -> int:
    """Return how many of the keys of a path lead to tables."""
    for number, key in enumerate(where):
        table = table.get(key)
        if not isinstance(table, dict):
            return number
    return len(where)


def merged(defaults: Table, file: Table) -> Table:
    """Return the person's file over the defaults.

    A file that has `[sleep]` replaces that table whole, and one that defines any reminder
    replaces all the built-in ones; every other table is laid over the defaults key by key.
    """
    result = dict(defaults)
    for key, value in file.items():
        below = result.get(key)
        whole = key == "sleep" or (key == "reminders" and value)
        if isinstance(value, dict) and isinstance(below, dict) and not whole:
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def _laid_over(upper: Table, lower: Table) -> Table:
    """Return one layer over another, key by key at every depth, as pydantic-settings does it."""
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            value = _laid_over(value, below)  # noqa: PLW2901 - the same value, complete
        result[key] = value
    return result


# The environment


def _environment(
    variables: Mapping[str, str], below: Table
) -> tuple[Table, dict[str, tuple[str, ...]]]:
    """Return the tables that `NIGHTCARE_*` makes, and the path that each variable sets.

    `NIGHTCARE_SLEEP__WAKE=06:30` is `wake` of `[sleep]`. A value is TOML ("5", "true", a list), or
    JSON, or else plain text. A variable's name can have no hyphen, so that in the name of a
    reminder or routine an underscore stands for it.

    Args:
        variables: The environment.
        below: The tables of the layers below, in which such names are looked up.
    """
    tables: Table = {}
    paths: dict[str, tuple[str, ...]] = {}
    for variable, value in sorted(settings_of(variables).items()):
        name = _valid_utf8(variable)
        keys = name.removeprefix(PREFIX).lower().split(_DELIMITER, MAX_DEPTH)
        if keys[0] in {"reminders", "routines"} and len(keys) > 1:
            keys[1] = _hyphenated(keys[1], below.get(keys[0]))
        paths[name] = tuple(keys)
        _put(tables, keys, _value(_valid_utf8(value)))
    return tables, paths


def _valid_utf8(text: str) -> str:
    """Return a text with question marks for bytes that are no UTF-8."""
    return text.encode(errors="replace").decode()


def _hyphenated(name: str, known: object) -> str:
    names = known if isinstance(known, dict) else {}
    return next((one for one in names if one.lower().replace("-", "_") == name), name)


def _put(table: Table, keys: Sequence[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            # The variables contradict each other. No table has the key "", so validation fails.
            inner = table[key] = {"": inner}
        table = inner
    table[keys[-1]] = value


def _value(text: str) -> Any:
    for read in (toml_value, _json):
        try:
            value = read(text)
        except (ValueError, RecursionError):
            continue
        # No key takes a float, but 22.30 is a clock time, whose last digit a float would lose.
        if too_deep(value) is None and not isinstance(value, float):
            return value
    return text


def toml_value(text: str) -> Any:
    """Return the value of a TOML text of one line.

    Raises:
        ValueError: It is not TOML.
        RecursionError: It is nested too deeply.
    """
    if "\n" in text:
        raise ValueError(text)
    return tomli.loads(f"value = {text}")["value"]


def _json(text: str) -> Any:
    value = json.loads(text)
    # JSON can escape lone surrogates, which are no text.
    json.dumps(value, ensure_ascii=False).encode()
    return value


# The values of all layers


@dataclass(frozen=True)
class EffectiveValue:
    """One value of the active configuration.

    Attributes:
        where: The path of its key.
        value: As it was written, or would be.
        origin: Its origin.
    """

    where: Path
    value: Any
    origin: Origin


def effective_values(schedule: Schedule, layers: Layers) -> Iterator[EffectiveValue]:
    """Yield every value of a configuration, in the order of the config file.

    A value that a reminder takes from `[snooze]`, `[quiet]` or `[stretch]` has the origin of that.
    Unset texts, sounds and repeats are left out.
    """
    for key, value in layers.values.items():
        if key != "reminders":
            yield from _written((key,), value, layers)
            continue
        for name, table in value.items():
            written = list(_written((key, name), table, layers))
            yield from written
            own = {one.where[2:] for one in written}
            for rest, default, general in _unwritten(schedule.named(name)):
                if rest not in own:
                    origin = layers.origin(general) if general else Origin()
                    yield EffectiveValue((key, name, *rest), default, origin)


def _written(where: Path, value: Any, layers: Layers) -> Iterator[EffectiveValue]:
    """Yield the values that the layers have at a path, tables last, as in TOML."""
    if isinstance(value, dict):
        for key, one in sorted(value.items(), key=lambda pair: isinstance(pair[1], dict)):
            yield from _written((*where, key), one, layers)
    elif value is not None:
        yield EffectiveValue(where, value, layers.origin(where))


def _unwritten(reminder: Reminder) -> Iterator[tuple[Path, Any, Path]]:
    """Yield key, value and general key of each default of a reminder."""
    if isinstance(reminder.timing, Every):
        yield ("from",), str(reminder.timing.first), ()
        yield ("until",), str(reminder.timing.until), ()
    yield ("days",), "daily", ()
    yield ("enabled",), True, ()
    yield ("snooze",), [length_text(one) for one in reminder.snooze], ("snooze", "lengths")
    yield ("fresh",), length_text(reminder.fresh), ()
    yield ("stays",), length_text(reminder.stays), ()
    yield ("urgency",), str(reminder.urgency), ()
    if reminder.topic is Topic.STRETCHING:
        yield ("routine",), reminder.routine or False, ("stretch", "routine")
    for condition in Condition:
        # Evening reminders are shown under do not disturb regardless of [quiet].
        own = condition is Condition.DO_NOT_DISTURB and reminder.evening
        key = ("quiet", str(condition))
        yield key, str(reminder.quiet[condition]), () if own else key
