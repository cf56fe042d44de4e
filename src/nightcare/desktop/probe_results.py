"""What the probes found here: plain facts, which the checkup judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why something did not answer."""

    ABSENT = "absent"
    """It is not there."""
    LATE = "late"
    """It did not answer in time."""
    REFUSED = "refused"
    """It answered with an error, or with something other than was asked for."""


@dataclass(frozen=True)
class Identity:
    """Who a notification server says it is."""

    name: str
    vendor: str
    version: str
    specification: str


@dataclass(frozen=True)
class NotifierFacts:
    """The notification server of a session.

    Attributes:
        owned: Whether somebody owns its name.
        startable: Whether the bus can start one; only asked where nobody owns the name.
        process: The name of the process that owns it, as far as that can be seen.
        identity: Who it says it is.
        capabilities: What it says it can do, in the words of the specification.
    """

    owned: bool
    startable: bool = False
    process: str = ""
    identity: Identity | Fault = Fault.ABSENT
    capabilities: frozenset[str] | Fault = Fault.ABSENT


@dataclass(frozen=True)
class DoNotDisturbFacts:
    """Do not disturb, as far as it can be asked.

    Attributes:
        on: Whether it is on; None where nobody says.
        by: Who says so; empty for the notification server by its specification.
    """

    on: bool | None
    by: str = ""


@dataclass(frozen=True)
class UnitFacts:
    """The user unit, in the words of systemd's D-Bus API (org.freedesktop.systemd1(5)).

    Attributes:
        load: LoadState, such as "loaded" or "not-found".
        file: UnitFileState, such as "enabled".
        active: ActiveState.
        sub: SubState.
        result: Result of the last run, such as "success" or "exit-code".
        status: The exit status of the last run.
        path: The unit's file.
        program: What it starts, if that is not there; else empty.
        wanted_by: The targets that start it.
        stale: Whether its file was changed since the manager read it.
        graphical: Whether the manager knows of a graphical session.
    """

    load: str
    file: str = ""
    active: str = "inactive"
    sub: str = "dead"
    result: str = "success"
    status: str = "0"
    path: str = ""
    program: str = ""
    wanted_by: tuple[str, ...] = ()
    stale: bool = False
    graphical: bool = False


@dataclass(frozen=True)
class NoManager:
    """Why nothing is known of the unit: there is no user manager, or it does not answer."""

    fault: Fault
    reason: str = ""


@dataclass(frozen=True)
class SessionFacts:
    """The login session of who asks.

    Attributes:
        kind: What it draws with, such as "wayland" or "x11"; empty where it has no display.
        lingering: Whether the user manager also runs while nobody is logged in; None where that
            cannot be seen.
    """

    kind: str
    lingering: bool | None


@dataclass(frozen=True)
class VersionFacts:
    """What runs here, by version.

    Attributes:
        python: Python's.
        system: The operating system's name and version.
        systemd: systemd's; empty where there is none.
        libraries: Each library that is needed; None for one that is not installed.
    """

    python: str
    system: str
    systemd: str
    libraries: Mapping[str, str | None]
