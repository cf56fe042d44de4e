"""What was found in one place, or why it was not: plain facts, before they are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nightcare.config.load_result import LoadResult
from nightcare.desktop.probe_results import (
    DoNotDisturbFacts,
    Fault,
    NoManager,
    NotifierFacts,
    SessionFacts,
    UnitFacts,
    VersionFacts,
)
from nightcare.desktop.time_zone import Comparison, TimeZone
from nightcare.errors import ConfigError
from nightcare.journal.inspection import Content, Inspection
from nightcare.paths import NO_SERVICE, ServicePlaces


@dataclass(frozen=True)
class CheckedFolder:
    """Where and for whom everything is looked at.

    Attributes:
        named: The config file that `--config` names, if any.
        state: The folder of the journal; None where nobody says where the person's home is.
        variables: The environment.
        now: The instant (UTC).
        service: The places that the person's service uses.
    """

    named: Path | None
    state: Path | None
    variables: Mapping[str, str]
    now: datetime
    service: ServicePlaces = NO_SERVICE


@dataclass(frozen=True)
class Limits:
    """How long to wait.

    Attributes:
        question: Seconds for one question to a bus, or one other program.
        service: Seconds for all questions to one service on a bus.
        probe: Seconds for each thing that is looked at, and so for everything.
    """

    question: float = 2.0
    service: float = 2.2
    probe: float = 3.2


@dataclass(frozen=True)
class Failure:
    """Why looking at something came to nothing; without a reason, for it took too long."""

    reason: str = ""


@dataclass(frozen=True)
class SessionBus:
    """The session bus.

    Attributes:
        address: Where it is; None where there is none.
        fault: Why it does not answer; None if it does.
        id: Its own identifier, whatever the address is.
        notifier: The notification server on it; None where the bus does not answer.
        quiet: What is said there of do not disturb; likewise.
    """

    address: str | None
    fault: Fault | None = None
    notifier: NotifierFacts | Failure | None = None
    quiet: DoNotDisturbFacts | Failure | None = None
    id: str = ""


@dataclass(frozen=True)
class ReadConfig:
    """The config: the file, None for the built-in defaults, and what came of reading it."""

    path: Path | None
    result: LoadResult | ConfigError


@dataclass(frozen=True)
class LocalTime:
    """The time zone of this process, and its offsets beside those of the C library."""

    here: TimeZone
    compared: tuple[Comparison, ...]


@dataclass(frozen=True)
class Facts:
    """What was found, or why it was not.

    Attributes:
        service_bus: The session bus of the running service; None where it does not say which.
        manager: The environment that the user manager gives its services.
    """

    bus: SessionBus | Failure
    service_bus: SessionBus | Failure | None
    manager: Mapping[str, str] | Failure
    setting: DoNotDisturbFacts | Failure
    unit: UnitFacts | NoManager | Failure
    session: SessionFacts | Failure
    runs: bool | Failure
    config: ReadConfig | Failure
    journal: Inspection | Failure | None
    synchronised: bool | Failure | None
    local_time: LocalTime | Failure
    alarm: bool | Failure
    versions: VersionFacts | Failure

    @property
    def loaded(self) -> LoadResult | None:
        """The configuration; None where it is wrong or cannot be read."""
        result = self.config.result if isinstance(self.config, ReadConfig) else None
        return result if isinstance(result, LoadResult) else None

    @property
    def content(self) -> Content:
        """What is in the journal, as far as it can be read."""
        if isinstance(self.journal, Inspection) and isinstance(self.journal.content, Content):
            return self.journal.content
        return Content(sound=True, version=0)

    @property
    def backend(self) -> str | None:
        """What the config says that reminders are shown with, if it says so."""
        return None if self.loaded is None else self.loaded.schedule.notify
