"""The group of all commands, each of which is imported when it is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nightcare import __version__
from nightcare.cli.command_help import LocalisedCommand, path_of
from nightcare.cli.main import INTERRUPTED
from nightcare.errors import NightcareError

if TYPE_CHECKING:
    from nightcare.i18n.reference_texts import HelpTexts

COMMANDS = {
    "start": {
        "setup": "setup.setup_command",
        "install": "install.install_command",
        "try": "actions.try_command",
        "rehearse": "run.rehearse_command",
        "doctor": "doctor_command.doctor_command",
    },
    "day": {
        "status": "status.status_command",
        "next": "plan_views.next_command",
        "today": "plan_views.today_command",
        "done": "actions.done_command",
        "skip": "actions.skip_command",
        "snooze": "actions.snooze_command",
        "pause": "actions.pause_command",
        "resume": "actions.resume_command",
        "tonight": "actions.tonight_command",
        "good-night": "actions.good_night_command",
        "undo": "actions.undo_command",
    },
    "night": {
        "relief": "relief.relief_command",
        "cramp": "cramps.cramp_group",
        "report": "report_command.report_command",
    },
    "guidance": {
        "stretch": "stretch.stretch_command",
        "tips": "tips.tips_command",
        "causes": "tips.causes_command",
    },
    "plan": {
        "page": "page.page_command",
        "preview": "plan_views.preview_command",
        "why": "why.why_command",
        "config": "config_commands.config_group",
    },
    "service": {
        "run": "run.run_command",
        "bridge": "run.bridge_command",
        "computers": "computers.computers_command",
        "export": "export.export_command",
        "erase": "export.erase_command",
        "uninstall": "install.uninstall_command",
        "help": "command_help.help_command",
    },
}
"""For each section of the help the commands, with their functions in modules of this package."""


class LazyGroup(LocalisedCommand, click.Group):
    """A group that imports a command when it is used.

    Source: click's documentation, "Lazily Loading Subcommands".

    Args:
        lazy_subcommands: For each section of the help the commands, with their functions in
            `nightcare.cli`. A section without a title is called "".
    """

    command_class = LocalisedCommand

    def __init__(
        self, *args: Any, lazy_subcommands: Mapping[str, Mapping[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lazy_subcommands = lazy_subcommands

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; a group without a command shows its help."""
        # `no_args_is_help` would end with an error since click 8.2.
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names, with the words after it.

        Raises:
            ValueRefused: There is no command of that name.
        """
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from nightcare.cli.usage_errors import unknown_command  # noqa: PLC0415 - after an error

            raise unknown_command(args[0], ctx)
        return super().resolve_command(ctx, args)

    def sections(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each section of the help with the names of its commands."""
        for title, commands in self.lazy_subcommands.items():
            yield title, list(commands)
        if self.commands:
            yield "", list(self.commands)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the names of all commands, in their order."""
        return [name for _, names in self.sections() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported if need be; None if there is none of that name."""
        for commands in self.lazy_subcommands.values():
            if cmd_name in commands:
                module, _, function = commands[cmd_name].partition(".")
                loaded = importlib.import_module(f"nightcare.cli.{module}")
                found: click.Command | None = getattr(loaded, function, None)
                if found is None:
                    raise ImportError(f"{module} has no {function}", path=loaded.__file__)
                return found
        return super().get_command(ctx, cmd_name)

    def placeholders(self, ctx: click.Context, texts: HelpTexts) -> Iterator[str]:
        """Yield the placeholders of options and of the command."""
        yield from super().placeholders(ctx, texts)
        yield texts.values["COMMAND"]

    def write_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter, texts: HelpTexts
    ) -> None:
        """Write the commands by section, each with a sentence."""
        width = max(map(len, self.list_commands(ctx)))
        for title, names in self.sections():
            with formatter.section(texts.sections[title]):
                formatter.write_dl(
                    [
                        (name.ljust(width), texts.about[f"{path_of(ctx)} {name}".strip()])
                        for name in names
                    ]
                )


@click.group(
    "nightcare",
    cls=LazyGroup,
    lazy_subcommands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", prog_name="nightcare")
@click.option("--config", type=click.Path(path_type=Path))
@click.option("--plain", is_flag=True)
def app(config: Path | None, *, plain: bool) -> None:
    """Reminders to drink, stretch and loosen the bedding, for people with leg cramps at night."""


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        code = app.main(list(arguments), "nightcare", standalone_mode=False)
        sys.stdout.flush()
    except (click.ClickException, NightcareError) as error:
        return _print_usage_error(error, arguments)
    except click.Abort:
        return INTERRUPTED
    except SystemExit:
        # click raises this when the reader of the output has ended, which is not an error.
        return 0
    except OSError as error:
        from nightcare.program_damage import is_damage  # noqa: PLC0415 - rarely

        if is_damage(error):
            raise
        from nightcare.cli.output import print_os_error  # noqa: PLC0415 - rarely

        return print_os_error(error)
    return code if isinstance(code, int) else 0


def _print_usage_error(
    error: click.ClickException | NightcareError, arguments: Sequence[str]
) -> int:
    """Print a usage error in the user's language and return its exit code."""
    from nightcare.cli.command_context import CommandContext  # noqa: PLC0415 - after an error
    from nightcare.cli.output import print_error  # noqa: PLC0415 - likewise
    from nightcare.cli.usage_errors import usage_error  # noqa: PLC0415 - likewise

    found = usage_error(error, arguments) if isinstance(error, click.ClickException) else error
    return print_error(found, CommandContext().lenient().translator)
