"""Where what is in force comes from: a default, a line of the file, a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nightcare.config.layers import ConfigFile, EnvironmentValues, built_in, environment, merged
from nightcare.config.load_result import Table
from nightcare.config.locations import Path


@dataclass(frozen=True)
class FromDefaults:
    """Nobody said otherwise."""


@dataclass(frozen=True)
class FromFile:
    """The person's file says so.

    Attributes:
        file: Its name.
        line: The line of the key, from 1.
    """

    file: str
    line: int


@dataclass(frozen=True)
class FromEnvironment:
    """A variable says so, over whatever the file says.

    Attributes:
        variable: Its name.
    """

    variable: str


Origin = FromDefaults | FromFile | FromEnvironment


@dataclass(frozen=True)
class Origins:
    """The layers that a configuration was made of.

    Attributes:
        file: The person's file, if there is one.
        tables: That file over the defaults.
        said: The environment, which is laid over them.
    """

    file: ConfigFile | None
    tables: Table
    said: EnvironmentValues

    def of(self, where: Path) -> Origin:
        """Where the value at a path comes from."""
        variable = self.said.variable(where, self.tables)
        if variable is not None:
            return FromEnvironment(variable)
        place = None if self.file is None else self.file.positions.key(where)
        if self.file is None or place is None:
            return FromDefaults()
        return FromFile(self.file.name, place.line)


def origins_of(file: ConfigFile | None, variables: Mapping[str, str]) -> Origins:
    """Where what comes of a file comes from.

    Args:
        file: The person's file, if there is one.
        variables: The environment, of which `NIGHTCARE_*` is laid over it.
    """
    tables = merged(built_in().values, {} if file is None else file.values)
    return Origins(file, tables, environment(variables, tables))
