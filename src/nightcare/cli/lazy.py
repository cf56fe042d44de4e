"""Groups of commands as click has them, which import a command only when it is asked for."""

from __future__ import annotations

from typing import Any

import click

from nightcare.cli.declaring import Group


class LazyGroup(click.Group):
    """A group that imports a command only when it is asked for.

    Args:
        declared: Its commands.
    """

    def __init__(self, *arguments: Any, declared: Group, **more: Any) -> None:
        super().__init__(*arguments, **{"help": declared.help, **more})
        self._declared = declared

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands, each with its help, whole."""
        rows = []
        for name in self._declared.modules:
            summary = self._declared.summaries.get(name)
            if summary is None:
                command = self.get_command(ctx, name)
                assert command is not None
                summary = (command.help or "").partition("\n\n")[0]
            rows.append((name, summary))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """The names of all of them."""
        return list(self._declared.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The one of that name, imported; None where there is none."""
        found = self._declared.find(cmd_name)
        return None if found is None else found.built()
