"""The status that the running service publishes in the journal for commands and the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

from nightcare.journal.store import SERVICE_NOTE, Journal

_Part = TypeVar("_Part")


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
        lost: Whether the system no longer names a zone; the service keeps the last one.
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
        by: The programs that reported it.
    """

    on: bool | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedTray:
    """The tray icon of the service.

    Attributes:
        shown: Whether the config allows it and there is a session bus.
        watcher: Whether the desktop has a watcher of tray icons.
        host: The name of the program that shows it; empty if none has read it.
    """

    shown: bool = False
    watcher: bool = False
    host: str = ""


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
        mistakes: The errors in a config that was saved since, or the reason why it was not read.
        unread: Whether that config was not read, so that it may be valid.
        zone: The time zone.
        environment: The environment.
        presence: The conditions of presence, by name.
        tray: The tray icon.
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
    unread: bool = False
    zone: PublishedZone | None = None
    environment: PublishedEnvironment | None = None
    presence: Mapping[str, PublishedCondition] | None = None
    tray: PublishedTray | None = None

    @property
    def kept_zone(self) -> str | None:
        """The name of the zone that the service still uses though the system has lost it."""
        return self.zone.name if self.zone is not None and self.zone.lost else None


def read_status(journal: Journal) -> ServiceStatus:
    """Return the last published status; an empty one if there is none."""
    return parse_status(journal.read_note(SERVICE_NOTE))


def write_status(journal: Journal, status: ServiceStatus) -> None:
    """Publish a status, unless it is unchanged."""
    journal.write_note(SERVICE_NOTE, asdict(status))


def parse_status(note: Mapping[str, Any]) -> ServiceStatus:
    """Return the status in a note, which may be damaged or of another version."""
    presence = note.get("presence")
    conditions = presence.items() if isinstance(presence, Mapping) else ()
    parsed = {name: parse_part(PublishedCondition, one) for name, one in conditions}
    return replace(
        parse_part(ServiceStatus, note) or ServiceStatus(),
        zone=parse_part(PublishedZone, note.get("zone")),
        environment=parse_part(PublishedEnvironment, note.get("environment")),
        tray=parse_part(PublishedTray, note.get("tray")),
        presence={name: one for name, one in parsed.items() if one is not None}
        if isinstance(presence, Mapping)
        else None,
    )


def parse_part(kind: type[_Part], data: object) -> _Part | None:
    """Return the part of a status in data; a value unlike its default in type is left out."""
    if not isinstance(data, Mapping):
        return None
    values: dict[str, Any] = {}
    for one in fields(kind):  # type: ignore[arg-type] # each kind is a dataclass
        value = data.get(one.name)
        if isinstance(one.default, tuple) and isinstance(value, list):
            values[one.name] = tuple(map(str, value))
        elif one.default is None or type(value) is type(one.default):
            values[one.name] = value
    return kind(**values)
