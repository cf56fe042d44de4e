"""Starting the service: load its config, its code and its journal, and run it."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from nightcare.atomic_write import private_folder
from nightcare.config.cache import load_cached
from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.desktop.clock import now
from nightcare.desktop.time_zone import chosen
from nightcare.domain.outlook import Outlook
from nightcare.domain.schedule import Schedule
from nightcare.engine.outlook_reader import outlook_without_journal, read_outlook
from nightcare.errors import StateError
from nightcare.i18n.plan_text import plan_lines
from nightcare.import_stubs import import_with_stubs
from nightcare.journal.store import Journal
from nightcare.ownership import refuse_as_root
from nightcare.paths import (
    config_source,
    place_of_config,
    service_places,
    state_folder,
    written_paths,
)
from nightcare.streams import discard_output


def run_service(named: Path | None, variables: Mapping[str, str]) -> None:
    """Print the coming reminders, and run the service until it is stopped.

    Args:
        named: The config file that `--config` names, if any.
        variables: The environment.

    Raises:
        ConfigError: The config is invalid.
        StateError: A service runs already, or its folders cannot be used.
        DesktopError: There is nothing to show notifications with.
        NotAllowed: The user is root, and the folders are another user's.
    """
    refuse_as_root(written_paths(named, variables))
    installed = service_places(variables)
    state = state_folder(installed)
    with contextlib.suppress(OSError):
        # The cache of the config, which is written first, is in this folder.
        private_folder(state)
    source = config_source(named, variables, installed)
    # Validation in this process would stay in memory as long as the service runs.
    loaded = load_cached(source, state, functools.partial(load_in_subprocess, meanwhile=load_code))
    load_code()
    from nightcare.service.active_settings import ServiceContext  # noqa: PLC0415 - loaded just now
    from nightcare.service.app import ServiceApp  # noqa: PLC0415 - loaded just now

    # A config that the service finds by itself is not named to it.
    # The folder of a relative path may be removed while the service runs.
    place = place_of_config(named, variables, installed).absolute()
    named = None if place == place_of_config(None, variables) else place
    app = ServiceApp(ServiceContext(named, state, variables, sys.stdout, sys.stderr), loaded)
    translator = app.settings.translator
    coming = plan_lines(_outlook(loaded.schedule, state), translator)
    sys.stdout.writelines(f"{line}\n" for line in (translator.text("plan_ahead"), *coming))
    sys.stdout.flush()
    asyncio().run(app.run())
    if app.shutdown.restarts:
        from nightcare.desktop.own_process import restart  # noqa: PLC0415 - loaded already

        with contextlib.suppress(OSError):
            sys.stdout.flush()
        restart()
    try:
        sys.stdout.flush()
    except OSError:
        # The terminal was closed, which ends the service and is no error.
        discard_output(sys.stdout)


def load_code() -> None:
    """Load the code of the service: 60 ms, which pass while another process validates."""
    asyncio()
    # A name, because a module that an installer left empty can be loaded.
    from nightcare.service.app import ServiceApp  # noqa: F401, PLC0415 - in its own time


def asyncio() -> ModuleType:
    """Return asyncio without TLS, which saves 5 MiB; nothing here uses a network."""
    return import_with_stubs("asyncio", stubs={"ssl": None, "asyncio.sslproto": {}})


def _outlook(schedule: Schedule, state: Path) -> Outlook:
    """Return the plan, by the schedule alone if the journal cannot be used."""
    moment, zone = now(), chosen(schedule.zone).zone
    try:
        journal = Journal.open(state)
    except StateError:
        return outlook_without_journal(schedule, zone, moment)
    try:
        return read_outlook(schedule, zone, journal, moment)
    finally:
        journal.close()
