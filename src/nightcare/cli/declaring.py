"""How a command says what it is called with: in the words of click, which is loaded to parse.

A command that is called with plain words, such as `snooze 10m` or `status --json`, needs no parser,
and click is a fifth of what such a command may take. So a declaration is kept as it is written; one
that is called plainly is called at once, and of any other click makes what it does with it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

Kind = Callable[[], "click.ParamType[Any]"]
"""Makes the type of a value; a value without one is any text."""

Function = Callable[..., Any]


@dataclass(frozen=True)
class Parameter:
    """An argument or an option.

    Attributes:
        names: As click takes them: "--from", "first"; a name that is no option's is the keyword.
        settings: What else is said of it, as click takes it; `type` is a Kind.
    """

    names: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def is_option(self) -> bool:
        """Whether it is named when it is given."""
        return self.names[0].startswith("-")

    @property
    def is_flag(self) -> bool:
        """Whether it is given without a value."""
        return bool(self.settings.get("is_flag"))

    @property
    def keyword(self) -> str:
        """What the function calls it."""
        plain = [name for name in self.names if not name.startswith("-")]
        return plain[0] if plain else self.names[0].lstrip("-").replace("-", "_")

    @property
    def unsaid(self) -> Any:
        """What the function gets where it is not given."""
        return self.settings.get("default", False if self.is_flag else None)

    def decorator(self) -> Callable[[Function], Function]:
        """The same for click."""
        import click  # noqa: PLC0415 - see above

        kind: Kind | None = self.settings.get("type")
        settings = dict(self.settings) if kind is None else {**self.settings, "type": kind()}
        return (click.option if self.is_option else click.argument)(*self.names, **settings)


class Command:
    """A command as it is declared.

    Args:
        name: What it is called.
        call: Called with the config file that is named, if any, and with each parameter.
        parameters: What it takes, in their order.
        settings: What else is said of it, as click takes it.
    """

    def __init__(
        self,
        name: str,
        call: Function,
        parameters: Sequence[Parameter],
        settings: Mapping[str, Any],
    ) -> None:
        self.name = name
        self.call = call
        self._parameters = parameters
        self._settings = settings

    def plainly(self, words: Sequence[str]) -> Callable[[], Any] | None:
        """The call that these words ask for; None where only a parser can tell."""
        values = {one.keyword: one.unsaid for one in self._parameters}
        flags = {name: one.keyword for one in self._parameters if one.is_flag for name in one.names}
        given = [word for word in words if word not in flags]
        if any(word.startswith("-") for word in given):
            return None
        for one in self._parameters:
            if one.is_option:
                continue
            if one.settings.get("nargs") == -1:
                if one.settings.get("required") and not given:
                    return None
                values[one.keyword], given = tuple(given), []
            elif given and "type" not in one.settings:
                values[one.keyword] = given.pop(0)
            elif given or one.settings.get("required", True):
                return None
        if given:
            return None
        values |= {flags[word]: True for word in words if word in flags}
        return functools.partial(self.call, None, **values)

    def built(self) -> click.Command:
        """The same for click."""
        import click  # noqa: PLC0415 - see above

        from nightcare.cli.lazy import LeafCommand  # noqa: PLC0415 - it is click's

        def call(config: Any, **values: Any) -> Any:
            named = config or click.get_current_context().find_root().obj
            return self.call(named, **values)

        function: Function = functools.update_wrapper(call, self.call)
        for one in reversed(self._parameters):
            function = one.decorator()(function)
        named = Parameter(("--config",), {"type": a_path, "hidden": True})
        return click.command(self.name, LeafCommand, **self._settings)(named.decorator()(function))


class Group:
    """Commands that have their first word in common.

    Args:
        name: That word.
        modules: For each command the module of `nightcare.cli` with its function, which is called
            after it: `good_night_command` is `good-night`.
        summaries: For each command the help that it gives, so that the list of them all needs
            none; one without is imported for it.
        help: What they are for.
    """

    def __init__(
        self,
        name: str,
        modules: Mapping[str, str],
        *,
        summaries: Mapping[str, str] | None = None,
        help: str,  # noqa: A002 - as click has it
    ) -> None:
        self.name = name
        self.modules = modules
        self.summaries = summaries or {}
        self.help = help

    def find(self, name: str) -> Command | Group | None:
        """The one of that name, imported; None where there is none."""
        module = self.modules.get(name)
        if module is None:
            return None
        function = name.replace("-", "_") + "_command"
        found: Command | Group = getattr(import_module(f"nightcare.cli.{module}"), function)
        return found

    def plainly(self, words: Sequence[str]) -> Callable[[], Any] | None:
        """The call that these words ask for; None where only a parser can tell."""
        found = self.find(words[0]) if words else None
        return None if found is None else found.plainly(words[1:])

    def built(self) -> click.Command:
        """The same for click."""
        from nightcare.cli.lazy import LazyGroup  # noqa: PLC0415 - it is click's

        return LazyGroup(self.name, declared=self)


def command(name: str, **settings: Any) -> Callable[[Function], Command]:
    """A command that is given the person, and takes `--config` behind its name too.

    Args:
        name: What it is called.
        settings: As click takes them.
    """

    def decorate(function: Function) -> Command:
        from nightcare.cli.command_context import as_person  # noqa: PLC0415 - a group needs none of it

        parameters: list[Parameter] = getattr(function, "parameters", [])
        return Command(name, as_person(function), parameters, settings)

    return decorate


def argument(name: str, **settings: Any) -> Callable[[Function], Function]:
    """An argument: what it is called, and what click is told of it."""
    return _taking((name,), settings)


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """An option: what it is called, and what click is told of it."""
    return _taking(names, settings)


def _taking(names: tuple[str, ...], settings: dict[str, Any]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        # The decorator that stands first is applied last.
        vars(function).setdefault("parameters", []).insert(0, Parameter(names, settings))
        return function

    return decorate


def one_of(values: Sequence[str]) -> Kind:
    """One of these words."""

    def kind() -> click.ParamType[Any]:
        import click  # noqa: PLC0415 - see above

        return click.Choice(list(values), case_sensitive=False)

    return kind


def number(least: int | None = None, most: int | None = None) -> Kind:
    """A whole number, within these where they are said."""

    def kind() -> click.ParamType[Any]:
        import click  # noqa: PLC0415 - see above

        return click.IntRange(least, most) if (least, most) != (None, None) else click.INT

    return kind


def a_path() -> click.ParamType[Any]:
    """A file."""
    from pathlib import Path  # noqa: PLC0415 - see above

    import click  # noqa: PLC0415 - see above

    return click.Path(path_type=Path)


as_json = option("--json", "for_program", is_flag=True, help="Print JSON for a program.")
