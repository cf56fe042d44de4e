"""Groups of commands that import what a command needs only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for.

    Args:
        modules: For each command the module of `nightcare.cli` with its function, which is called
            after it: `good_night_command` is `good-night`.
        summaries: For each command the help that it gives, so that the list of them all needs
            none; one without is imported for it.
    """

    def __init__(
        self,
        *arguments: Any,
        modules: Mapping[str, str],
        summaries: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self._modules = modules
        self._summaries = summaries or {}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands, each with its help."""
        listed = _Listed()
        for name in self._modules:
            summary = self._summaries.get(name)
            command = click.Command(name, help=summary) if summary else self.get_command(ctx, name)
            assert command is not None
            listed.add_command(command, name)
        listed.format_commands(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """The names of all of them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The one of that name, imported; None where there is none."""
        module = self._modules.get(cmd_name)
        if module is None:
            return None
        name = cmd_name.replace("-", "_") + "_command"
        command: click.Command = getattr(importlib.import_module(f"nightcare.cli.{module}"), name)
        return command


class _Listed(click.Group):
    """Commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return list(self.commands)
