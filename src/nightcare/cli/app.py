"""The command line as a whole: which command is where, and what happens to errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from nightcare import __version__
from nightcare.catalogue.reading import words_for
from nightcare.cli.lazy import LazyGroup
from nightcare.cli.output import complain, write_no_more
from nightcare.errors import StateError

_COMMANDS = {
    "run": "serving",
    "rehearse": "serving",
    "install": "installing",
    "uninstall": "installing",
    "status": "looking",
    "next": "looking",
    "today": "looking",
    "preview": "looking",
    "why": "looking",
    "snooze": "answering",
    "pause": "answering",
    "resume": "answering",
    "done": "answering",
    "good-night": "answering",
    "undo": "answering",
    "tonight": "answering",
    "try": "answering",
    "cramp": "cramps",
    "report": "reporting",
    "tips": "guidance",
    "relief": "relieving",
    "stretch": "stretching",
    "causes": "guidance",
    "config": "configuring",
    "setup": "setting_up",
    "doctor": "doctor",
    "export": "keeping",
    "erase": "keeping",
}


class _Commands(LazyGroup):
    """All commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for; an output that nobody reads any more ends it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            write_no_more(sys.stdout)
            return 0


@click.group(
    cls=_Commands, modules=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="nightcare")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Use this config file instead of yours."
)
@click.pass_context
def app(context: click.Context, config: Path | None) -> None:
    """Reminders to drink, stretch and loosen the bedding, against leg cramps at night."""
    context.obj = config


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns its exit code."""
    try:
        result = app.main(list(arguments), prog_name="nightcare", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except BrokenPipeError:
        write_no_more(sys.stdout)
        return 0
    except OSError as error:
        write_no_more(sys.stdout)
        complain(StateError("system_refused", reason=error), words_for(None, os.environ))
        return StateError.exit_code
    return result if isinstance(result, int) else 0
