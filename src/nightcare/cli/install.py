"""The user service: install, uninstall."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.config_save import example_for, write_all
from nightcare.cli.export import recorded_counts
from nightcare.cli.output import echo_text, print_error
from nightcare.cli.questions import confirm_erasure
from nightcare.cli.run import forget_topics
from nightcare.desktop import desktop_entry
from nightcare.desktop.instance_lock import service_runs
from nightcare.desktop.systemd import user_unit
from nightcare.desktop.systemd.file_rollback import FileRollback
from nightcare.desktop.systemd.unit_file import NAME
from nightcare.engine.welcome import request_welcome
from nightcare.errors import DesktopError, NightcareError, ValueRefused
from nightcare.i18n.plan_text import next_line
from nightcare.i18n.translator import Translator
from nightcare.paths import config_file, schema_file


@click.command("install", cls=LocalisedCommand)
@pass_context
def install_command(context: CommandContext) -> None:
    """Install and start nightcare as your user service."""
    install(context)


def install(context: CommandContext) -> None:
    """Write the config if missing, install and start the service, and print the next reminder.

    Raises:
        ConfigError: The config is invalid.
        DesktopError: There is no user manager, nightcare runs without it, or the service did not
            start. Files that were written until then are removed again.
        StateError: The config cannot be written, or the journal cannot be used; likewise.
    """
    # The service starts with the saved config, whatever a running one still uses.
    context = CommandContext(context.named, context.loaded)
    translator = context.translator
    # Write nothing if nothing can be installed.
    user_unit.reach()
    if context.service_runs() and not user_unit.is_active():
        raise DesktopError("runs_elsewhere")
    rollback = FileRollback()
    try:
        lines = list(_install(context, translator, rollback))
    except BaseException:
        rollback.restore()
        raise
    for line in lines:
        echo_text(line)


def welcome(context: CommandContext) -> None:
    """Ask the service to welcome the user with a notification, and print that it will.

    Raises:
        StateError: The journal cannot be used.
    """
    with context.journal() as journal:
        request_welcome(journal, context.now)
    context.print("did_ask_welcome")


def _install(
    context: CommandContext, translator: Translator, rollback: FileRollback
) -> Iterator[str]:
    """Install everything, and yield a line about each step."""
    config, variables = context.config_place, user_unit.environment()
    rollback.keep_folder(context.state)
    if context.config_file is None:
        rollback.keep(config)
        write_all({config: example_for(translator)})
        yield translator.text("did_init", path=config)
    for file in desktop_entry.files(variables):
        if file.is_dir():
            raise DesktopError("folder_in_the_way", path=file)
        rollback.keep(file)
    # The service uses the icon from its start on.
    desktop_entry.install(user_unit.own_command(config), variables)
    outlook = context.outlook()
    # The service reads the request when it starts, so that it receives the press of the button.
    with context.journal() as journal:
        request_welcome(journal, context.now)
    bridge = _prepare_bridge(context, rollback)
    path = user_unit.install(user_unit.service_command(config), context.state.absolute().parent)
    yield translator.text("did_install", path=path)
    overrides = user_unit.overrides()
    if overrides:
        yield translator.text("install_overridden", paths=", ".join(overrides))
    if context.active.values.get("mqtt") is not None:
        user_unit.start_bridge()
    if bridge:
        yield bridge
    coming = outlook.next()
    if coming is not None:
        yield next_line(coming, outlook, translator)
    yield translator.text("install_hint", path=config)
    yield translator.text("did_ask_welcome")


def _prepare_bridge(context: CommandContext, rollback: FileRollback) -> str:
    """Write the unit of the bridge if the config names a broker, else remove it.

    The service is restarted afterwards, and the bridge with it, once.

    Returns:
        The line to print when both run; empty for none.
    """
    if context.active.values.get("mqtt") is None:
        removed = user_unit.uninstall_bridge(os.environ)
        return context.translator.text("did_uninstall_bridge") if removed else ""
    from nightcare.bridge.bridge_startup import expect_library  # noqa: PLC0415 - only with [mqtt]

    expect_library()
    command = user_unit.bridge_command(context.config_place)
    path, link = user_unit.bridge_files(os.environ)
    for file in (path, link):
        rollback.keep(file)
    user_unit.write_bridge(command, context.state.absolute().parent)
    return context.translator.text("did_install_bridge", path=path)


def _uninstall_bridge(context: CommandContext) -> None:
    """Remove the bridge and its topics at the broker; report a broker that cannot be reached."""
    existed = user_unit.uninstall_bridge(os.environ)
    if context.active.values.get("mqtt") is None or not existed:
        return
    context.print("did_uninstall_bridge")
    try:
        forget_topics(context)
    except NightcareError as error:
        print_error(error, context.translator)


@click.command("uninstall", cls=LocalisedCommand)
@click.option("--purge", is_flag=True)
@click.option("--yes", is_flag=True)
@pass_context
def uninstall_command(context: CommandContext, *, purge: bool, yes: bool) -> int:
    """Remove the user service; keep your config and journal."""
    context = context.lenient()
    # The files that are removed below record these paths.
    configs, state = _configs(context), context.state
    exist = any(one.exists() for one in (*configs, state))
    if purge and exist and not yes:
        confirmed = confirm_erasure(
            context.translator,
            _losses(context, configs),
            context.translator.text("purge_sure"),
            context.translator.text("purge_nothing"),
            ValueRefused("purge_wants_yes"),
        )
        if not confirmed:
            return 1
    variables = user_unit.environment()
    _uninstall_bridge(context)
    existed = user_unit.uninstall(os.environ)
    for one in (variables, os.environ):
        desktop_entry.uninstall(one)
    context.print("did_uninstall" if existed else "nothing_installed")
    if existed and user_unit.comes_back():
        context.print("uninstall_for_you_alone", unit=NAME)
    if not purge:
        _report_kept(context, configs[0], state)
        return 0
    if service_runs(state):
        # A running service would write the diary to the disk again.
        raise DesktopError("purge_while_running")
    for config in configs:
        config.unlink(missing_ok=True)
        schema_file(config).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Only an empty folder can be removed.
            config.parent.rmdir()
    shutil.rmtree(state, ignore_errors=True)
    context.print("did_purge")
    return 0


def _losses(context: CommandContext, configs: Sequence[Path]) -> Iterator[str]:
    """Yield lines about the files and records that a purge removes."""
    found = [str(one) for one in configs if one.exists()] or [str(configs[0])]
    yield context.translator.text("purge_what", config=", ".join(found), state=context.state)
    yield from recorded_counts(context)


def _configs(context: CommandContext) -> list[Path]:
    """Return the user's config files: the service's and, if it is another, the shell's.

    A file with another name belongs to the user, and is not removed.
    """
    usual = config_file()
    service = context.service.config
    ours = service is not None and service.parts[-2:] == usual.parts[-2:]
    return list(dict.fromkeys([service, usual] if ours and service else [usual]))


def _report_kept(context: CommandContext, config: Path, state: Path) -> None:
    match config.exists(), state.exists():
        case True, True:
            context.print("data_kept", config=config, state=state)
        case True, False:
            context.print("kept_config", path=config)
        case False, True:
            context.print("kept_journal", path=state)
