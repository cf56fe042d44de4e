"""Usage errors of click as errors with a text in each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from nightcare.cli.command_group import app
from nightcare.cli.command_help import help_texts, localised_parameters
from nightcare.errors import ValueRefused, with_nearest

_SIMILARITY = 0.7
"""The least similarity, from 0 to 1, of a name to suggest."""

_ELSEWHERE = 0.8
"""The least similarity of a command in another group."""


def usage_error(error: click.ClickException, arguments: Sequence[str]) -> ValueRefused:
    """Return an error of click as one of ours.

    Args:
        error: The error. Its class gives its kind; its English message is not used.
        arguments: The arguments of the command line.
    """
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = _path(arguments) if context is None else context.command_path
    found = _described(error, arguments)
    found.values["help"] = f"{path} --help"
    return found


def unknown_command(name: str, context: click.Context) -> ValueRefused:
    """Return the error about an unknown command; it may suggest one of another group."""
    group = context.command
    assert isinstance(group, click.Group)
    below = {one: f"{context.command_path} {one}" for one in group.list_commands(context)}
    anywhere = dict(_commands(app, context.find_root()))
    values: dict[str, object] = {"found": name, "help": f"{context.command_path} --help"}
    for known, similarity in ((below, _SIMILARITY), (anywhere, _ELSEWHERE)):
        begun = [one for one in known if len(name) > 1 and one.startswith(name.lower())]
        close = begun[0] if len(begun) == 1 else name
        key, given = with_nearest("usage_command_unknown", close, known, values, similarity)
        if "nearest" in given:
            return ValueRefused(key, **{**given, "nearest": f"`{known[str(given['nearest'])]}`"})
    return ValueRefused("usage_command_unknown", **values)


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield each command of a group and of the groups in it, with its path."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, context, info_name=name)
        yield name, below.command_path
        if isinstance(command, click.Group):
            yield from _commands(command, below)


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
            return ValueRefused("usage_missing", name=_name(parameter, error.ctx))
        case click.BadParameter(param=click.Parameter() as parameter):
            return _refused(parameter, _name(parameter, error.ctx))
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


def _refused(parameter: click.Parameter, name: str) -> ValueRefused:
    """Return the error about an invalid value, with the values that the parameter accepts."""
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


def _name(parameter: click.Parameter, context: click.Context | None) -> str:
    """Return an option, or the placeholder of an argument in the person's language."""
    if not isinstance(parameter, click.Argument) or context is None:
        return parameter.opts[-1]
    arguments, _ = localised_parameters(context.command, context, help_texts(context))
    placeholders = {one.name: str(one.metavar).strip("[]") for one in arguments}
    return placeholders[parameter.name]
