"""Usage errors of click as errors with a text in each language."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nightcare.cli.command_group import app
from nightcare.errors import ValueRefused
from nightcare.nearest import with_nearest

_SIMILARITY = 0.7
"""The least similarity, from 0 to 1, of a name to suggest."""


def usage_error(error: click.ClickException, arguments: Sequence[str]) -> ValueRefused:
    """Return an error of click as one of ours.

    Args:
        error: The error. Its class tells its kind; its English message is not used.
        arguments: The arguments of the command line.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = _path(arguments) if context is None else context.command_path
    found = _described(error, arguments)
    found.values["help"] = f"{path} --help"
    return found


def unknown_command(name: str, known: Sequence[str], context: click.Context) -> ValueRefused:
    """Return the error about a command that a group does not have."""
    known_values = {"found": name, "help": f"{context.command_path} --help"}
    key, values = with_nearest("usage_command_unknown", name, known, known_values, _SIMILARITY)
    return ValueRefused(key, **values)


def _described(error: click.ClickException, arguments: Sequence[str]) -> ValueRefused:
    match error:
        case click.NoSuchOption(option_name=name, ctx=context):
            parameters = [] if context is None else context.command.get_params(context)
            known = [option for one in parameters for option in one.opts]
            key, values = with_nearest(
                "usage_option_unknown", name, known, {"found": name}, _SIMILARITY
            )
            return ValueRefused(key, **values)
        case click.BadOptionUsage(option_name=name):
            given = any(one.startswith(f"{name}=") for one in arguments)
            return ValueRefused("usage_no_value" if given else "usage_needs_value", name=name)
        case click.MissingParameter(param=click.Parameter() as parameter):
            return ValueRefused("usage_missing", name=_name(parameter))
        case click.BadParameter(param=click.Parameter() as parameter):
            return _refused(parameter)
        case click.UsageError(ctx=click.Context(command=click.Group())):
            return ValueRefused("usage_no_command")
        case _:
            return ValueRefused("usage_other")


def _path(arguments: Sequence[str]) -> str:
    """Return the command that the first arguments name, with the groups before it."""
    context = click.Context(app, info_name="nightcare")
    for word in arguments:
        group = context.command
        found = group.get_command(context, word) if isinstance(group, click.Group) else None
        if found is None:
            break
        context = click.Context(found, context, info_name=word)
    return context.command_path


def _refused(parameter: click.Parameter) -> ValueRefused:
    """Return the error about an invalid value: it says what the parameter takes."""
    name = _name(parameter)
    match parameter.type:
        case click.Choice(choices=choices):
            return ValueRefused("usage_choice", name=name, known=", ".join(map(str, choices)))
        case click.IntRange(min=least, max=most) if least is not None and most is not None:
            return ValueRefused("usage_number_between", name=name, least=least, most=most)
        case click.IntRange(min=least) if least is not None:
            return ValueRefused("usage_number_from", name=name, least=least)
        case kind if kind is click.INT:
            return ValueRefused("usage_number", name=name)
        case _:
            return ValueRefused("usage_value", name=name)


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        # The default form lists what a choice takes.
        return (parameter.metavar or parameter.name or "").upper()
    return parameter.opts[-1]
