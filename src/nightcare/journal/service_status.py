"""The status that the running service publishes in the journal for commands and the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nightcare.journal.store import SERVICE_NOTE, Journal


@dataclass(frozen=True)
class PublishedEnvironment:
    """The environment of the service.

    Attributes:
        bus: The address of its session bus; None without one.
        config: The path of its config file, which may be missing.
        desktop: The value of XDG_CURRENT_DESKTOP.
        display: The name of its Wayland or X display.
        language: The language of its texts.
        managed: Whether systemd started it.
        path: The value of PATH.
        since: The instant of its start, in ISO format (UTC).
        state: The folder of its journal.
        variables: The names of its `NIGHTCARE_*` variables.
        watched: Whether it runs in a terminal.
    """

    bus: str | None = None
    config: str = ""
    desktop: str = ""
    display: str = ""
    language: str = ""
    managed: bool = False
    path: str = ""
    since: str = ""
    state: str = ""
    variables: tuple[str, ...] = ()
    watched: bool = False


@dataclass(frozen=True)
class PublishedZone:
    """The time zone of the service.

    Attributes:
        name: The name of the zone.
        source: The origin of the name, a `ZoneSource`.
        known: Whether the system names a zone that can be understood.
        lost: Whether the system names none any more; the service keeps the last one.
    """

    name: str = ""
    source: str = ""
    known: bool = True
    lost: bool = False


@dataclass(frozen=True)
class PublishedCondition:
    """One condition of presence.

    Attributes:
        on: Whether it holds; None where it is unknown.
        by: The programs that said so.
    """

    on: bool | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceStatus:
    """The status of a running service; a field is empty or None where it was not published.

    Attributes:
        pid: The process.
        version: The version of nightcare.
        screen: The notification backend in use.
        notifier: The name and version of the notification server; empty without one.
        notifier_startable: Whether the bus can start a server on demand.
        capabilities: The capabilities of the server.
        why: The reason for the backend.
        config: The config file in force; None for the defaults.
        program: The folder of the package.
        upgrade: "missing", "waiting" or "unusable" if the program's files have changed.
        values: The values of the config in force.
        mistakes: The errors in what was saved since.
        zone: The time zone.
        environment: The environment.
        presence: The conditions of presence, by name.
    """

    pid: int | None = None
    version: str | None = None
    screen: str = ""
    notifier: str = ""
    notifier_startable: bool = False
    capabilities: tuple[str, ...] = ()
    why: str = ""
    config: str | None = None
    program: str | None = None
    upgrade: str | None = None
    values: dict[str, Any] | None = None
    mistakes: tuple[str, ...] = ()
    zone: PublishedZone | None = None
    environment: PublishedEnvironment | None = None
    presence: Mapping[str, PublishedCondition] | None = None


def read_status(journal: Journal) -> ServiceStatus:
    """Return the last published status; an empty one where there is none."""
    return parse_status(journal.read_note(SERVICE_NOTE))


def write_status(journal: Journal, status: ServiceStatus) -> None:
    """Publish a status, unless it is the present one."""
    journal.write_note(SERVICE_NOTE, asdict(status))


def parse_status(note: Mapping[str, Any]) -> ServiceStatus:
    """Return the status in a note, which another version may have written or a disk damaged."""
    environment, zone, presence = (
        one if isinstance(one := note.get(name), Mapping) else None
        for name in ("environment", "zone", "presence")
    )
    return ServiceStatus(
        pid=note.get("pid"),
        version=_optional(note, "version"),
        screen=_text(note, "screen"),
        notifier=_text(note, "notifier"),
        notifier_startable=note.get("notifier_startable") is True,
        capabilities=_texts(note, "capabilities"),
        why=_text(note, "why"),
        config=_optional(note, "config"),
        program=_optional(note, "program"),
        upgrade=_optional(note, "upgrade"),
        values=note.get("values"),
        mistakes=_texts(note, "mistakes"),
        zone=None if zone is None else _parse_zone(zone),
        environment=None if environment is None else _parse_environment(environment),
        presence=None if presence is None else _parse_presence(presence),
    )


def _parse_zone(zone: Mapping[str, Any]) -> PublishedZone:
    known, lost = zone.get("known") is True, zone.get("lost") is True
    return PublishedZone(_text(zone, "name"), _text(zone, "source"), known=known, lost=lost)


def _parse_presence(presence: Mapping[str, Any]) -> dict[str, PublishedCondition]:
    return {
        name: PublishedCondition(one.get("on"), _texts(one, "by"))
        for name, one in presence.items()
        if isinstance(one, Mapping)
    }


def _parse_environment(environment: Mapping[str, Any]) -> PublishedEnvironment:
    texts = {
        name: _text(environment, name)
        for name in ("config", "desktop", "display", "language", "path", "since", "state")
    }
    return PublishedEnvironment(
        bus=_optional(environment, "bus"),
        managed=environment.get("managed") is True,
        variables=_texts(environment, "variables"),
        watched=environment.get("watched") is True,
        **texts,
    )


def _optional(note: Mapping[str, Any], name: str) -> str | None:
    value = note.get(name)
    return None if value is None else str(value)


def _text(note: Mapping[str, Any], name: str) -> str:
    return str(note.get(name) or "")


def _texts(note: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = note.get(name)
    return tuple(map(str, values)) if isinstance(values, list | tuple) else ()
