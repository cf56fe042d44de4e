"""Installing and removing the user service."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from nightcare.cli.command_context import CommandContext
from nightcare.cli.config_commands import write_example
from nightcare.cli.declaring import command, option
from nightcare.cli.export import recorded_counts
from nightcare.cli.output import echo
from nightcare.cli.prompts import confirms
from nightcare.cli.status import outlook_of
from nightcare.desktop import desktop_entry, user_unit
from nightcare.desktop.file_rollback import FileRollback
from nightcare.desktop.instance_lock import service_runs
from nightcare.desktop.unit_file import NAME
from nightcare.errors import DesktopError, ValueRefused
from nightcare.i18n.translator import Translator
from nightcare.paths import config_file, schema_file


@command("install", help="Install nightcare as your user service, and start it.")
def install_command(person: CommandContext) -> None:
    """Write the config if there is none, then write, enable and start the unit."""
    install(person)


def install(person: CommandContext) -> None:
    """Write the config if there is none, install and start the service, and say what comes next.

    Raises:
        ConfigError: The config is wrong.
        DesktopError: There is no user manager, nightcare runs without it, or the service did not
            start. What was written until then is taken back.
        StateError: The config cannot be written, or the journal cannot be used; likewise.
    """
    words = person.words
    # Nothing is written where nothing can be installed.
    user_unit.reach()
    if person.service_runs() and not user_unit.is_active():
        raise DesktopError("runs_elsewhere")
    rollback = FileRollback()
    try:
        lines = list(_installed(person, words, rollback))
    except BaseException:
        rollback.restore()
        raise
    for line in lines:
        echo(line)


def _installed(person: CommandContext, words: Translator, rollback: FileRollback) -> Iterator[str]:
    """Install everything; yield what was done."""
    config, data = person.config_place, user_unit.environment()
    rollback.keep_folder(person.state)
    if person.config is None:
        rollback.keep(config)
        yield words.say("did_init", path=write_example(config))
    for file in desktop_entry.files(data):
        rollback.keep(file)
    # Before the service starts, which then uses the icon.
    desktop_entry.install(user_unit.own_command(config, "status"), data)
    with person.journal() as journal:
        following = outlook_of(person, journal, person.calendar).next()
    run = user_unit.own_command(config, "run")
    path = user_unit.install(run, person.state.absolute().parent)
    yield words.say("did_install", path=path)
    if following is not None:
        due = person.clock(following.due)
        yield words.say("next_line", reminder=following.key.reminder, due=due)
    yield words.say("install_hint", path=config)


@command("uninstall", help="Remove the user service; keep your config and journal.")
@option("--purge", is_flag=True, help="Remove your config and journal as well, after a question.")
@option("--yes", is_flag=True, help="Do not ask.")
def uninstall_command(person: CommandContext, *, purge: bool, yes: bool) -> int:
    """Remove the user service; with `purge` the config and the journal too."""
    words = person.any_words
    # Where they are is recorded in what is removed now.
    configs, state = _configs(person), person.state
    owned = any(one.exists() for one in (*configs, state))
    if (
        purge
        and owned
        and not yes
        and not confirms(
            words,
            _what_goes(person, words, configs),
            words.say("purge_sure"),
            words.say("purge_nothing"),
            ValueRefused("purge_wants_yes"),
        )
    ):
        return 1
    data = user_unit.environment()
    there = user_unit.uninstall(os.environ)
    for variables in (data, os.environ):
        desktop_entry.uninstall(variables)
    echo(words.say("did_uninstall" if there else "nothing_installed"))
    if there and user_unit.comes_back():
        echo(words.say("uninstall_for_you_alone", unit=NAME))
    if purge and service_runs(state):
        # It would write the diary to the disk again.
        raise DesktopError("purge_while_running")
    if purge:
        for config in configs:
            config.unlink(missing_ok=True)
            schema_file(config).unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                # Only if nothing else is in it.
                config.parent.rmdir()
        shutil.rmtree(state, ignore_errors=True)
        echo(words.say("did_purge"))
    else:
        _tell_what_stays(words, configs[0], state)
    return 0


def _what_goes(person: CommandContext, words: Translator, configs: Sequence[Path]) -> Iterator[str]:
    there = [str(one) for one in configs if one.exists()] or [str(configs[0])]
    yield words.say("purge_what", config=", ".join(there), state=person.state)
    yield from recorded_counts(person, words)


def _configs(person: CommandContext) -> list[Path]:
    """Return the person's config file: the service's and, if it is another, the shell's.

    One that they named by another name is theirs, and not ours to remove.
    """
    usual = config_file()
    service = person.service.config
    ours = service is not None and service.parts[-2:] == usual.parts[-2:]
    return list(dict.fromkeys([service, usual] if ours and service else [usual]))


def _tell_what_stays(words: Translator, config: Path, state: Path) -> None:
    match config.exists(), state.exists():
        case True, True:
            echo(words.say("data_kept", config=config, state=state))
        case True, False:
            echo(words.say("kept_config", path=config))
        case False, True:
            echo(words.say("kept_journal", path=state))
