"""Installing: the user service, and taking it back."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from nightcare.catalogue.reading import Words
from nightcare.cli.asking import confirms
from nightcare.cli.configuring import write_example
from nightcare.cli.declaring import command, option
from nightcare.cli.keeping import recorded_counts
from nightcare.cli.looking import next_occurrence
from nightcare.cli.output import echo
from nightcare.cli.person import Person
from nightcare.desktop import desktop_entry, user_unit
from nightcare.desktop.only_one import service_runs
from nightcare.errors import DesktopError, ValueRefused
from nightcare.places import config_file, schema_file


@command("install", help="Install nightcare as your user service, and start it.")
def install_command(person: Person) -> None:
    """Write the config if there is none, then write, enable and start the unit."""
    install(person)


def install(person: Person) -> None:
    """Write the config if there is none, install and start the service, and say what comes next.

    Raises:
        ConfigError: The config is wrong.
        DesktopError: There is no user manager, nightcare runs without it, or the service did not
            start.
        StateError: The config cannot be written, or the journal cannot be used.
    """
    words = person.words
    # Nothing is written where nothing can be installed.
    user_unit.reach()
    if service_runs(person.state) and not user_unit.is_active():
        raise DesktopError("runs_elsewhere")
    if person.config is None:
        echo(words.say("did_init", path=write_example(config_file())))
    named = person.config if person.config not in (None, config_file()) else None
    # Before the service starts, which then uses the icon.
    desktop_entry.install(user_unit.own_command(named, "status"), os.environ)
    path = user_unit.install(user_unit.own_command(named, "run"), os.environ)
    echo(words.say("did_install", path=path))
    with person.journal() as journal:
        following = next_occurrence(person, journal, person.calendar)
    if following is not None:
        echo(
            words.say("next_line", reminder=following.key.reminder, due=person.clock(following.due))
        )
    echo(words.say("install_hint", path=person.config or config_file()))


@command("uninstall", help="Take the user service back; your config and journal stay.")
@option("--purge", is_flag=True, help="Remove your config and journal as well, after a question.")
@option("--yes", is_flag=True, help="Do not ask.")
def uninstall_command(person: Person, *, purge: bool, yes: bool) -> int:
    """Remove the user service; with `purge` the config and the journal too."""
    words = person.any_words
    owned = config_file().exists() or person.state.exists()
    if (
        purge
        and owned
        and not yes
        and not confirms(
            words,
            _what_goes(person, words),
            words.say("purge_sure"),
            words.say("purge_nothing"),
            ValueRefused("purge_wants_yes"),
        )
    ):
        return 1
    there = user_unit.uninstall(os.environ)
    desktop_entry.uninstall(os.environ)
    echo(words.say("did_uninstall" if there else "nothing_installed"))
    if there and user_unit.comes_back():
        echo(words.say("uninstall_for_you_alone", unit=user_unit.NAME))
    if purge:
        config_file().unlink(missing_ok=True)
        schema_file(config_file()).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            # Only if nothing else is in it.
            config_file().parent.rmdir()
        shutil.rmtree(person.state, ignore_errors=True)
        echo(words.say("did_purge"))
    else:
        _tell_what_stays(words, config_file(), person.state)
    return 0


def _what_goes(person: Person, words: Words) -> Iterator[str]:
    yield words.say("purge_what", config=config_file(), state=person.state)
    yield from recorded_counts(person, words)


def _tell_what_stays(words: Words, config: Path, state: Path) -> None:
    match config.exists(), state.exists():
        case True, True:
            echo(words.say("data_kept", config=config, state=state))
        case True, False:
            echo(words.say("kept_config", path=config))
        case False, True:
            echo(words.say("kept_journal", path=state))
