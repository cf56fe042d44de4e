"""What the service's environment means, held against the one of who asks.

A service has the environment of the user manager, and a shell has another
(docs/decisions.md, "The service and the shell").
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nightcare.desktop.probe_results import NotifierFacts
from nightcare.doctor.facts import Failure, SessionBus
from nightcare.doctor.finding import Check, Finding, Said, bad, good, warning


@dataclass(frozen=True)
class Published:
    """What a running service says of its own environment; each is empty where it says nothing.

    Attributes:
        bus: The address of its session bus.
        desktop: XDG_CURRENT_DESKTOP.
        display: WAYLAND_DISPLAY or DISPLAY.
        language: The language of its texts.
        path: PATH.
        state: The folder of its journal.
        managed: Whether the user manager started it.
        watched: Whether it was started in a terminal, which somebody reads.
    """

    bus: str
    desktop: str
    display: str
    language: str
    path: str
    state: str
    managed: bool
    watched: bool


def published(note: Mapping[str, object] | None) -> Published | None:
    """Return what a service has published; None where none runs, or it is an earlier version."""
    told = (note or {}).get("environment")
    if not isinstance(told, Mapping):
        return None

    def text(name: str) -> str:
        return str(told.get(name) or "")

    return Published(
        bus=text("bus"),
        desktop=text("desktop"),
        display=text("display"),
        language=text("language"),
        path=text("path"),
        state=text("state"),
        managed=told.get("managed") is True,
        watched=told.get("watched") is True,
    )


@dataclass(frozen=True)
class Here:
    """The environment of who asks.

    Attributes:
        variables: Its variables.
        language: The language that its commands speak; None where the config names it.
        state: The folder of the journal by its variables alone; empty where they name none.
        settings: Its `NIGHTCARE_*` variables that the service has otherwise.
        program: The program that must be asked for do not disturb on this desktop, if any.
    """

    variables: Mapping[str, str]
    language: str | None
    state: str
    settings: tuple[str, ...]
    program: str


def judge_buses(
    service: Published, theirs: SessionBus | Failure, ours: SessionBus
) -> list[Finding]:
    """Judge whether the service is on the session bus of this desktop.

    Args:
        service: The service.
        theirs: Its session bus.
        ours: The session bus of who asks, which may be in no session at all.
    """
    if ours.address is None or ours.fault is not None or isinstance(theirs, Failure):
        return []
    mend = "doctor_bus_other_mend" if service.managed else "doctor_bus_other_run_mend"
    if theirs.address is None:
        return [bad(Check.BUS, "doctor_bus_other_none", mend, ours=ours.address)]
    if theirs.id == ours.id or theirs.fault is not None:
        return []
    served = isinstance(theirs.notifier, NotifierFacts) and theirs.notifier.owned
    judge = warning if served else bad
    return [judge(Check.BUS, "doctor_bus_other", mend, theirs=theirs.address, ours=ours.address)]


def judge_environment(service: Published, here: Here, *, drawn: bool) -> Iterable[Finding]:
    """Judge what differs between the service and who asks.

    Args:
        service: The service.
        here: Who asks.
        drawn: Whether who asks sits at a screen; else its variables say nothing of a desktop.
    """
    if here.state and service.state and here.state != service.state:
        yield good(Check.SERVICE, "doctor_service_state", theirs=service.state, ours=here.state)
    if here.settings:
        yield warning(
            Check.SERVICE,
            "doctor_service_settings",
            "doctor_service_settings_mend",
            names=here.settings,
        )
    if here.language is not None and service.language not in {"", here.language}:
        yield warning(
            Check.SERVICE,
            "doctor_service_language",
            "doctor_service_language_mend",
            theirs=service.language,
            ours=here.language,
        )
    restart = "doctor_import_mend" if service.managed else "doctor_bus_other_run_mend"
    desktop = here.variables.get("XDG_CURRENT_DESKTOP", "")
    if drawn and desktop and desktop != service.desktop:
        yield warning(
            Check.SERVICE,
            "doctor_service_desktop",
            restart,
            theirs=service.desktop or Said("doctor_none"),
            ours=desktop,
            names="XDG_CURRENT_DESKTOP",
        )
    if (
        here.program
        and _found(here.program, here.variables.get("PATH", ""))
        and not _found(here.program, service.path)
    ):
        yield warning(
            Check.SERVICE, "doctor_service_program", restart, program=here.program, names="PATH"
        )


def judge_home(home: object) -> Finding:
    """Judge a home folder that belongs to another user."""
    return bad(Check.SERVICE, "doctor_home", "doctor_home_mend", home=home)


def _found(program: str, path: str) -> bool:
    return bool(path) and shutil.which(program, path=path) is not None
