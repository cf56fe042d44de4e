"""The command line as click has it: for what only a parser understands, and for help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nightcare import __version__
from nightcare.cli import BROKEN_OFF
from nightcare.cli.commands import ALL
from nightcare.cli.lazy import LazyGroup


class _Commands(LazyGroup):
    """All commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for; an output that nobody reads any more is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            from nightcare.cli.output import let_go_of_the_output  # noqa: PLC0415 - rarely

            let_go_of_the_output()
            return 0


@click.group(
    ALL.name,
    cls=_Commands,
    declared=ALL,
    help=ALL.help,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="nightcare")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Use this config file instead of yours."
)
@click.pass_context
def app(context: click.Context, config: Path | None) -> None:
    """All commands."""
    context.obj = config


def parsed(arguments: Sequence[str]) -> Any:
    """Parse, and run the command that is asked for; returns what it returns, or an exit code."""
    try:
        return app.main(list(arguments), prog_name="nightcare", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _complain(error, arguments)
    except click.Abort:
        return BROKEN_OFF


def _complain(error: click.ClickException, arguments: Sequence[str]) -> int:
    """Say in the person's language what is wrong with a command line; return the exit code."""
    from nightcare.cli.command_context import CommandContext  # noqa: PLC0415 - only for a slip
    from nightcare.cli.output import complain  # noqa: PLC0415 - likewise
    from nightcare.cli.usage_errors import usage_error  # noqa: PLC0415 - likewise

    found = usage_error(error, arguments)
    complain(found, CommandContext(None).any_words)
    return found.exit_code
