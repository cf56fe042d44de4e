"""Facts of an installation without faults, which the cases of the doctor vary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import nightcare
from nightcare.config.load import load
from nightcare.desktop.time_zone import TimeZone, ZoneSource
from nightcare.doctor.check import Finding
from nightcare.doctor.checks.notification_server import ServerFacts, ServerIdentity
from nightcare.doctor.checks.running_service import CommandEnvironment, judge_service
from nightcare.doctor.checks.service_unit import SessionFacts, UnitFacts
from nightcare.doctor.checks.session_bus import BusFacts
from nightcare.doctor.checks.system_clock import Comparison
from nightcare.errors import Diagnostic, Location, Span
from nightcare.journal.inspection import Content, Inspection
from nightcare.journal.migrations import VERSION
from nightcare.journal.service_status import PublishedEnvironment, parse_status
from parts.probes import NOW, context_of

LIMIT = timedelta(seconds=2)
COSMIC = ServerIdentity("cosmic-notifications", "System76", "0.1.0", "1.2")
DUNST = ServerIdentity("dunst", "knopwob", "1.9.0", "1.2")
ALL = frozenset({"actions", "body", "body-markup", "persistence", "sound", "x-own"})
SERVER = ServerFacts(owned=True, process="dunst", identity=DUNST, capabilities=ALL)
WAYLAND, NO_SCREEN = SessionFacts("wayland", lingering=False), SessionFacts("", lingering=False)
UNIT = UnitFacts(
    load="loaded",
    file="enabled",
    active="active",
    sub="running",
    path="/home/mette/.config/systemd/user/nightcare.service",
    wanted_by=("graphical-session.target",),
    graphical=True,
)
WITH_LOGIN = replace(UNIT, wanted_by=("default.target",))
FOLDER = Path("/home/mette/.local/state/nightcare")
JOURNAL = Inspection(
    folder=FOLDER,
    path=FOLDER / "journal.sqlite",
    folder_mode=0o700,
    file_mode=0o600,
    foreign=None,
    writable=True,
    free=5 * 2**30,
    content=Content(sound=True, version=VERSION),
)
CONFIG = Path("/home/mette/.config/nightcare/config.toml")
NOTE: dict[str, object] = {
    "pid": 4711,
    "version": nightcare.__version__,
    "screen": "freedesktop",
    "notifier": "dunst 1.9.0 (knopwob)",
    "config": str(CONFIG),
}
PROGRAM = Path(nightcare.__file__).parent
SERVICE = PublishedEnvironment(
    bus="unix:path=/b",
    desktop="sway",
    display="wayland-1",
    language="en",
    path="/usr/bin:/bin",
    state="/home/mette/.local/state/nightcare",
    managed=True,
    watched=False,
)
BUS = BusFacts("unix:path=/b", server=ServerFacts(owned=False), id="1")
OTHER = BusFacts("unix:path=/tmp/other", id="2")
ME = CommandEnvironment(
    variables={"PATH": "/usr/bin:/bin", "XDG_CURRENT_DESKTOP": "sway"},
    language="en",
    state=SERVICE.state,
    settings=(),
    program="sh",
)


def judged(
    note: Mapping[str, object] | None, config: Path | None, *, desktop: bool
) -> list[Finding]:
    """Return the findings on a service that has written a note."""
    status = None if note is None else parse_status(note)
    return judge_service(status, config, desktop=desktop)


def in_terminal(*, watched: bool) -> dict[str, object]:
    """Return the note of a service that shows reminders in its terminal or its log."""
    environment = {"bus": None, "watched": watched}
    return NOTE | {"screen": "terminal", "why": "no_session_bus", "environment": environment}


PROBLEM = Diagnostic(
    ("sleep", "wake"),
    "clock_not_understood",
    {"found": 7},
    place=Location("config.toml", Span(2, 8, 9, "wake = 7")),
)


LOADED = load(None, {})
EMPTY = replace(LOADED, schedule=replace(LOADED.schedule, reminders=()))
NOWHERE, OVERRIDING = context_of({}), context_of({"NIGHTCARE_LANGUAGE": "da"})


HERE = TimeZone("UTC", ZoneSource.LINK, b"", understood=True, zone=UTC)
SAME = (Comparison(NOW, timedelta(), timedelta()),)
DIFFERENT = (*SAME, Comparison(NOW, -timedelta(hours=3, minutes=30), timedelta(seconds=75)))
