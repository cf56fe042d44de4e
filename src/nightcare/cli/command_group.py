"""The group of all commands, each of which is imported when it is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from nightcare import __version__
from nightcare.cli.main import INTERRUPTED
from nightcare.errors import NightcareError

COMMANDS = {
    "run": ("run.run_command", "Run the service here until Ctrl-C."),
    "rehearse": (
        "run.rehearse_command",
        "Show a whole day's reminders in a minute; record nothing.",
    ),
    "install": ("install.install_command", "Install and start nightcare as your user service."),
    "uninstall": (
        "install.uninstall_command",
        "Remove the user service; keep your config and journal.",
    ),
    "status": (
        "status.status_command",
        "Show whether the service runs, what is open and what comes next.",
    ),
    "next": ("plan_views.next_command", "Show what comes next."),
    "today": ("plan_views.today_command", "Show this care day: what was and what is to come."),
    "preview": ("plan_views.preview_command", "Show what is due over the coming care days."),
    "why": (
        "why.why_command",
        "Show why each reminder, or one of them, was last shown, held back or dropped.",
    ),
    "snooze": (
        "actions.snooze_command",
        "Show an open reminder again later: for 10m, 1h30m, or until 21:00.",
    ),
    "pause": (
        "actions.pause_command",
        "Show nothing for 2h, until 18:00, until tomorrow or until monday 08:00.",
    ),
    "resume": (
        "actions.resume_command",
        "End a pause, or an evening closed with good-night.",
    ),
    "done": (
        "actions.done_command",
        "Mark the reminder that is open, or was shown last, as done; shortly before, the next one.",
    ),
    "skip": (
        "actions.skip_command",
        "Skip the open reminder, the next one, or all that are left today.",
    ),
    "good-night": (
        "actions.good_night_command",
        "Mark open reminders as done and show nothing more until you wake up.",
    ),
    "undo": ("actions.undo_command", "Undo your last action."),
    "tonight": (
        "actions.tonight_command",
        "Go to bed at another time this evening, such as 00:30.",
    ),
    "try": (
        "actions.try_command",
        "Show a reminder now, to see how it looks. Needs the running service.",
    ),
    "cramp": (
        "cramps.cramp_group",
        "Keep your cramp diary: add, none, list, change, remove, export.",
    ),
    "report": ("report_command.report_command", "Show what your diary adds up to, week by week."),
    "page": (
        "page.page_command",
        "Open today's plan, your schedule and your report in your browser.",
    ),
    "tips": (
        "tips.tips_command",
        "Show the tips, of one topic or all, with the guidance they rest on.",
    ),
    "relief": (
        "relief.relief_command",
        "Show a calm card for a cramp in the night: what to do now.",
    ),
    "stretch": ("stretch.stretch_command", "Guide you through a stretch; Ctrl-C stops it."),
    "causes": (
        "tips.causes_command",
        "Show what can lie behind cramps, and when to see a professional.",
    ),
    "config": (
        "config_commands.config_group",
        "Manage your config file: init, check, show, set, unset, edit, schema, path.",
    ),
    "setup": (
        "setup.setup_command",
        "Answer a few questions; write your config and offer to install the service.",
    ),
    "doctor": (
        "doctor_command.doctor_command",
        "Find what is wrong here and how to fix it; change nothing.",
    ),
    "export": (
        "export.export_command",
        "Export everything that is recorded: diary, reminders, actions, settings.",
    ),
    "erase": ("export.erase_command", "Erase everything that is recorded; keep your config."),
}
"""For each command its function in a module of this package, and its help for the list of them."""


class LazyGroup(click.Group):
    """A group that imports a command when it is used.

    Source: click's documentation, "Lazily Loading Subcommands".

    Args:
        lazy_subcommands: For each command its function in `nightcare.cli`, and its help, so that
            listing them all imports none.
    """

    def __init__(
        self, *args: Any, lazy_subcommands: Mapping[str, tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lazy_subcommands = lazy_subcommands

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names, with the words after it.

        Raises:
            ValueRefused: There is none of that name.
        """
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from nightcare.cli.usage_errors import unknown_command  # noqa: PLC0415 - after an error

            raise unknown_command(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the names of all commands, in their order."""
        return [*self.lazy_subcommands, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported if need be; None if there is none of that name."""
        command = super().get_command(ctx, cmd_name)
        if cmd_name in self.lazy_subcommands:
            module, _, function = self.lazy_subcommands[cmd_name][0].partition(".")
            command = getattr(importlib.import_module(f"nightcare.cli.{module}"), function)
        if command is not None:
            # `pass_context` reports them in the user's language.
            command.allow_extra_args = True
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - likewise
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the list of commands, each with its whole help."""
        rows = [(name, help_text) for name, (_, help_text) in self.lazy_subcommands.items()]
        for name, command in self.commands.items():
            rows.append((name, (command.help or "").partition("\n\n")[0]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    "nightcare",
    cls=LazyGroup,
    lazy_subcommands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="nightcare")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Use this config file instead of yours."
)
def app(config: Path | None) -> None:
    """Reminders to drink, stretch and loosen the bedding, for people with leg cramps at night."""


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        code = app.main(list(arguments), "nightcare", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except (click.ClickException, NightcareError) as error:
        return _print_usage_error(error, arguments)
    except click.Abort:
        return INTERRUPTED
    except SystemExit:
        # click ends so when nobody reads the output any more, which is no error.
        return 0
    except OSError as error:
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
