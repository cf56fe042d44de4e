"""The command line as a whole: which command is where, and what happens to errors."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nightcare import __version__
from nightcare.errors import ConfigError, NightcareError

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
    "tips": "guidance",
    "relief": "guidance",
    "config": "configuring",
}


class _Lazy(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        name = cmd_name.replace("-", "_") + "_command"
        command: click.Command = getattr(importlib.import_module(f"nightcare.cli.{module}"), name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
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
    except NightcareError as error:
        _complain(error)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more is to be written, at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def _complain(error: NightcareError) -> None:
    from nightcare.catalogue.problems import problem_text  # noqa: PLC0415 - errors alone need it
    from nightcare.catalogue.reading import words_for  # noqa: PLC0415 - likewise

    words = words_for(None, os.environ)
    problems = error.problems if isinstance(error, ConfigError) else ()
    for problem in problems:
        click.echo(problem_text(problem, words), err=True)
    click.echo(words.say(f"error_{error.key}", **error.values), err=True)
