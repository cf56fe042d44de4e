"""Groups of commands as click has them, which import a command only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from nightcare.cli.declaring import Group


class UnknownCommandError(click.UsageError):
    """A group has no command of that name.

    Args:
        name: The name.
        known: The names of its commands.
        context: The group's context.
    """

    def __init__(self, name: str, known: Sequence[str], context: click.Context) -> None:
        super().__init__(name, context)
        self.name = name
        self.known = known


class TooManyArgumentsError(click.UsageError):
    """A command takes fewer arguments.

    Args:
        found: The arguments that are too many.
        context: The command's context.
    """

    def __init__(self, found: Sequence[str], context: click.Context) -> None:
        super().__init__(" ".join(found), context)
        self.found = found


class LeafCommand(click.Command):
    """A command that says which of its arguments are too many."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises:
            TooManyArgumentsError: There are more than the command takes.
        """
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise TooManyArgumentsError(rest, ctx)
        return rest


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names, with the words after it.

        Raises:
            UnknownCommandError: There is none of that name.
        """
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UnknownCommandError(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The one of that name, imported; None where there is none."""
        found = self._declared.find(cmd_name)
        return None if found is None else found.built()
