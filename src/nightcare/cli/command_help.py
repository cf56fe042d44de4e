"""The help of the commands, from the catalogue in the language of the person.

Source: click's documentation, "Help Pages", and the docstrings of `click.HelpFormatter`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nightcare.i18n.reference_texts import HelpTexts

_WIDEST = 80
"""Columns up to which help uses the width of the terminal."""


def path_of(context: click.Context) -> str:
    """Return the name of a command without "nightcare"."""
    return context.command_path.partition(" ")[2]


def help_texts(context: click.Context) -> HelpTexts:
    """Return the help texts in the language of the person's config, or of the desktop."""
    # Most commands print no help.
    from nightcare.cli.command_context import CommandContext  # noqa: PLC0415
    from nightcare.i18n.reference_texts import read_help  # noqa: PLC0415
    from nightcare.languages import chosen_language  # noqa: PLC0415

    named = context.find_root().params.get("config")
    configured = CommandContext(named).lenient().schedule.language
    return read_help(chosen_language(configured, os.environ))


def localised_parameters(
    command: click.Command, context: click.Context, texts: HelpTexts
) -> tuple[list[click.Argument], list[click.Option]]:
    """Return the arguments and the visible options of a command, with texts of the language."""
    from nightcare.i18n.reference_texts import of_option  # noqa: PLC0415 - as above

    path = path_of(context)
    arguments: list[click.Argument] = []
    options: list[click.Option] = []
    for one in map(copy.copy, command.get_params(context)):
        if isinstance(one, click.Argument):
            one.metavar = texts.arguments[path][len(arguments)]
            arguments.append(one)
        elif isinstance(one, click.Option) and not one.hidden:
            one.help = of_option(texts.options, path, one.opts[-1])
            own = of_option(texts.metavars, path, one.opts[-1])
            usual = one.metavar or one.type.name.upper()
            if own or not isinstance(one.type, click.Choice):
                one.metavar = own or texts.values.get(usual, usual)
            options.append(one)
    return arguments, options


class LocalisedCommand(click.Command):
    """A command whose help is read from the catalogue when it is shown."""

    # `pass_context` reports them in the person's language.
    allow_extra_args = True

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, as wide as the terminal."""
        from shutil import get_terminal_size  # noqa: PLC0415 - only for help

        columns = get_terminal_size((_WIDEST, 24)).columns
        formatter = click.HelpFormatter(width=min(columns, _WIDEST))
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        from nightcare.cli.output import fitted  # noqa: PLC0415 - most commands print no help

        texts, path, width = help_texts(ctx), path_of(ctx), formatter.width
        usage = f"{texts.labels['usage']} {self.usage_line(ctx, texts)}"
        formatter.write(f"{fitted(usage, '  ', first='', widest=width)}\n")
        for paragraph in (texts.about[path], texts.details.get(path)):
            if paragraph:
                formatter.write_paragraph()
                formatter.write(f"{fitted(paragraph, widest=width)}\n")
        self.write_commands(ctx, formatter, texts)
        _, options = localised_parameters(self, ctx, texts)
        with formatter.section(texts.labels["options"]):
            records = [record for one in options if (record := one.get_help_record(ctx))]
            formatter.write_dl(records, col_max=width * 3 // 8)
        if path in texts.examples:
            with formatter.section(texts.labels["examples"]):
                formatter.write_dl(list(texts.examples[path].items()), col_max=width * 2 // 3)
        if ctx.parent is None:
            formatter.write_paragraph()
            formatter.write(f"{fitted(texts.labels['hint'], widest=width)}\n")

    def usage_line(self, ctx: click.Context, texts: HelpTexts) -> str:
        """Return the command with the placeholders of its parameters."""
        return " ".join([ctx.command_path, *self.placeholders(ctx, texts)])

    def placeholders(self, ctx: click.Context, texts: HelpTexts) -> Iterator[str]:
        """Yield the placeholders; that of options only if there are more than --help."""
        arguments, options = localised_parameters(self, ctx, texts)
        if len(options) > 1:
            yield texts.values["OPTIONS"]
        for one in arguments:
            yield str(one.metavar)

    def write_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter, texts: HelpTexts
    ) -> None:
        """Write nothing, because a command has no subcommands."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Return the possible completions, each with its help."""
        from nightcare.i18n.reference_texts import of_option  # noqa: PLC0415 - as above

        items = super().shell_complete(ctx, incomplete)
        texts, path = help_texts(ctx), path_of(ctx)
        for one in items:
            if one.value.startswith("-"):
                one.help = of_option(texts.options, path, one.value)
            else:
                one.help = texts.about.get(f"{path} {one.value}".strip())
        return items


@click.command("help", cls=LocalisedCommand)
@click.argument("words", nargs=-1)
def help_command(words: tuple[str, ...]) -> int:
    """Show help for a command."""
    from nightcare.cli.command_group import run  # noqa: PLC0415 - it lists this command

    return run([*words, "--help"])
