"""Serving: run and rehearse."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

from nightcare.cli.command_context import CommandContext
from nightcare.cli.declaring import command, number, option
from nightcare.cli.output import echo, write_no_more
from nightcare.cli.status import plan_lines
from nightcare.errors import ValueRefused
from nightcare.import_stubs import import_with_stubs
from nightcare.paths import place_of_config

_LONGEST_REHEARSAL = 3600


@command("run", help="Run the service here, until Ctrl-C; the user service runs this.")
def run_command(person: CommandContext) -> None:
    """Run the service in the foreground."""
    from nightcare.config.subprocess_loader import load_in_subprocess  # noqa: PLC0415 - other commands need none

    with contextlib.suppress(OSError):
        # Before anything is loaded, so that the very first start keeps what was validated for it.
        person.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    # What validates would stay in memory as long as the service runs.
    person = CommandContext(
        person.named, functools.partial(load_in_subprocess, meanwhile=_load_the_service)
    )
    loaded = person.loaded
    _load_the_service()
    from nightcare.service.app import ServiceApp, ServiceContext  # noqa: PLC0415 - loaded just now

    setting = ServiceContext(_named(person), person.state, os.environ, sys.stdout, sys.stderr)
    daemon = ServiceApp(setting, loaded)
    echo(person.words.say("plan_ahead"))
    for line in _day_ahead(person):
        echo(line)
    sys.stdout.flush()
    _asyncio().run(daemon.run())
    if daemon.restarts:
        from nightcare.desktop.program_files import restart  # noqa: PLC0415 - loaded already

        with contextlib.suppress(OSError):
            sys.stdout.flush()
        restart()
    try:
        sys.stdout.flush()
    except OSError:
        # Whoever closes the terminal ends the service, and that is no failure of it.
        write_no_more(sys.stdout)


@command("rehearse", help="Show a whole day's reminders in a minute; nothing is recorded.")
@option(
    "--seconds", type=number(), default=60, show_default=True, help="How long the day shall take."
)
def rehearse_command(person: CommandContext, *, seconds: int) -> None:
    """A whole day's reminders in a minute."""
    from nightcare.desktop.notify.factory import choose_screen  # noqa: PLC0415 - likewise
    from nightcare.i18n.event_log import event_log  # noqa: PLC0415 - other commands tell nothing
    from nightcare.service.rehearsal import rehearse  # noqa: PLC0415 - likewise

    if not 1 <= seconds <= _LONGEST_REHEARSAL:
        raise ValueRefused("seconds_out_of_range", found=seconds, most=_LONGEST_REHEARSAL)
    echo(person.words.say("rehearsal", seconds=seconds))
    _asyncio().run(
        rehearse(
            schedule=person.schedule,
            zone=person.zone,
            day=person.calendar.at(person.now),
            words=person.words,
            screen=choose_screen(person.schedule, os.environ, sys.stdout),
            seconds=float(seconds),
            tell=event_log(person.words, person.zone, sys.stdout),
        )
    )
    echo(person.words.say("rehearsal_over"))


def _named(person: CommandContext) -> Path | None:
    """Return the config file that the service must be told; None where it finds it by itself."""
    place = person.config_place
    return None if place == place_of_config(None, os.environ) else place


def _load_the_service() -> None:
    """Load what the service is made of: 60 ms, which pass while another process validates."""
    _asyncio()
    importlib.import_module("nightcare.service.app")


def _asyncio() -> ModuleType:
    """Return asyncio without TLS: nothing here speaks to a network, and it takes 5 MiB less."""
    return import_with_stubs("asyncio", stubs={"ssl": None})


def _day_ahead(person: CommandContext) -> list[str]:
    """Return the rest of the care day as lines to read, or the next one if nothing is left."""
    outlook = person.outlook(person.schedule)
    return list(plan_lines(outlook.ahead(), person, outlook))
