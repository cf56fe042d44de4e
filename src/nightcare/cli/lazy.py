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
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._modules = modules

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
