"""The meaning of facts for the person: the state of each finding, and its text by language."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

import nightcare
from nightcare.config.load import load
from nightcare.desktop.dbus import Fault
from nightcare.desktop.time_zone import Comparison, TimeZone, ZoneSource
from nightcare.doctor.check import Check, Failure, Finding, State, fix_of, good, message_of
from nightcare.doctor.checks.files import (
    ConfigFacts,
    judge_config,
    judge_journal,
)
from nightcare.doctor.checks.notification_server import (
    DoNotDisturbFacts,
    ServerFacts,
    ServerIdentity,
    judge_do_not_disturb,
    judge_server,
)
from nightcare.doctor.checks.running_service import (
    CommandEnvironment,
    judge_environment,
    judge_home,
    judge_service,
    judge_tray,
)
from nightcare.doctor.checks.service_unit import (
    NoManager,
    SessionFacts,
    UnitFacts,
    judge_session,
    judge_unit,
)
from nightcare.doctor.checks.session_bus import BusFacts, judge_bus, judge_buses, judge_plyer
from nightcare.doctor.checks.system_clock import (
    RELEASED,
    ZoneFacts,
    judge_alarm,
    judge_clock,
    judge_zone,
    judge_zone_of_service,
)
from nightcare.doctor.checks.versions import VersionFacts, judge_versions
from nightcare.errors import ConfigError, Diagnostic, Location, Span
from nightcare.i18n.translator import read_words
from nightcare.journal.inspection import Content, Inspection
from nightcare.journal.migrations import VERSION
from nightcare.journal.service_status import (
    PublishedEnvironment,
    PublishedTray,
    PublishedZone,
    ServiceStatus,
    parse_status,
)
from parts.probes import NOW, context_of

ENGLISH, DANISH = read_words("en"), read_words("da")

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


def states(findings: Iterable[Finding]) -> list[tuple[str, State]]:
    """Return the texts of findings with their states."""
    return [(one.key.removeprefix("doctor_"), one.state) for one in findings]


GOOD, WARNING, BAD, UNKNOWN = State.GOOD, State.WARNING, State.BAD, State.UNKNOWN

HERE = TimeZone("UTC", ZoneSource.LINK, b"", understood=True, zone=UTC)
SAME = (Comparison(NOW, timedelta(), timedelta()),)
DIFFERENT = (*SAME, Comparison(NOW, -timedelta(hours=3, minutes=30), timedelta(seconds=75)))

CASES: list[tuple[list[Finding], list[tuple[str, State]]]] = [
    # The bus
    ([judge_bus(BusFacts(None), LIMIT)], [("bus_none", BAD)]),
    ([judge_bus(BusFacts("unix:path=/b"), LIMIT)], [("bus_good", GOOD)]),
    ([judge_bus(BusFacts("unix:path=/b", Fault.LATE), LIMIT)], [("bus_late", BAD)]),
    ([judge_bus(BusFacts("unix:path=/b", Fault.REFUSED), LIMIT)], [("bus_gone", BAD)]),
    ([judge_plyer("there is no session bus")], [("plyer", BAD)]),
    ([judge_plyer("")], [("bus_not_needed", GOOD)]),
    # The notification server
    (judge_server(ServerFacts(owned=False), LIMIT, has_screen=True), [("server_none", BAD)]),
    (
        judge_server(ServerFacts(owned=False, startable=True), LIMIT, has_screen=True),
        [("server_startable", GOOD)],
    ),
    (judge_server(SERVER, LIMIT, has_screen=True), [("server_good", GOOD), ("server_menu", GOOD)]),
    (
        judge_server(
            replace(SERVER, identity=replace(DUNST, name="Plasma")), LIMIT, has_screen=True
        ),
        [("server_good", GOOD)],
    ),
    (
        judge_server(ServerFacts(owned=False, startable=True), LIMIT, has_screen=True),
        [("server_startable", GOOD)],
    ),
    (
        judge_server(ServerFacts(owned=False, startable=True), LIMIT, has_screen=False),
        [("server_no_screen", BAD)],
    ),
    (
        judge_server(replace(SERVER, capabilities=frozenset({"body"})), LIMIT, has_screen=True),
        [("server_good", GOOD), ("server_no_buttons", WARNING)],
    ),
    (
        judge_server(replace(SERVER, identity=COSMIC), LIMIT, has_screen=True),
        [("server_good", GOOD), ("server_no_buttons", WARNING)],
    ),
    (
        judge_server(replace(SERVER, capabilities=frozenset()), LIMIT, has_screen=True),
        [("server_good", GOOD), ("server_no_buttons", WARNING), ("server_no_body", WARNING)],
    ),
    (
        judge_server(replace(SERVER, identity=Fault.REFUSED), LIMIT, has_screen=True),
        [("server_nameless", WARNING)],
    ),
    (
        judge_server(replace(SERVER, capabilities=Fault.LATE), LIMIT, has_screen=True),
        [("server_late", BAD)],
    ),
    (
        judge_server(replace(SERVER, capabilities=Fault.REFUSED), LIMIT, has_screen=True),
        [("server_refused", WARNING)],
    ),
    # Do not disturb
    ([judge_do_not_disturb(DoNotDisturbFacts(None))], [("quiet_unknown", UNKNOWN)]),
    ([judge_do_not_disturb(DoNotDisturbFacts(on=False, by="dunst"))], [("quiet_off", GOOD)]),
    ([judge_do_not_disturb(DoNotDisturbFacts(on=True))], [("quiet_on", WARNING)]),
    # The unit
    (judge_unit(NoManager(Fault.ABSENT), WAYLAND, LIMIT), [("unit_no_systemd", WARNING)]),
    (judge_unit(NoManager(Fault.LATE), WAYLAND, LIMIT), [("unit_late", WARNING)]),
    (
        judge_unit(NoManager(Fault.REFUSED, "No medium found"), WAYLAND, LIMIT),
        [("unit_unreachable", WARNING)],
    ),
    (judge_unit(UnitFacts("not-found"), WAYLAND, LIMIT), [("unit_missing", WARNING)]),
    (judge_unit(replace(UNIT, load="masked"), WAYLAND, LIMIT), [("unit_masked", BAD)]),
    (judge_unit(replace(UNIT, load="bad-setting"), WAYLAND, LIMIT), [("unit_not_understood", BAD)]),
    (judge_unit(UNIT, WAYLAND, LIMIT), [("unit_good", GOOD)]),
    (judge_unit(replace(UNIT, active="reloading"), WAYLAND, LIMIT), [("unit_good", GOOD)]),
    (judge_unit(replace(UNIT, file="disabled"), WAYLAND, LIMIT), [("unit_disabled", WARNING)]),
    (judge_unit(replace(UNIT, file="enabled-runtime"), WAYLAND, LIMIT), [("unit_good", GOOD)]),
    (
        judge_unit(replace(UNIT, wanted_by=("default.target",), graphical=True), WAYLAND, LIMIT),
        [("unit_early", WARNING)],
    ),
    (judge_unit(replace(UNIT, stale=True), WAYLAND, LIMIT), [("unit_stale", WARNING)]),
    (judge_unit(replace(UNIT, active="inactive"), WAYLAND, LIMIT), [("unit_inactive", WARNING)]),
    (
        judge_unit(replace(UNIT, active="failed", result="signal"), WAYLAND, LIMIT),
        [("unit_failed", BAD)],
    ),
    (
        judge_unit(replace(UNIT, active="failed", result="exit-code", status="78"), WAYLAND, LIMIT),
        [("unit_failed", BAD)],
    ),
    (
        judge_unit(replace(UNIT, active="activating", sub="auto-restart"), WAYLAND, LIMIT),
        [("unit_failed", BAD)],
    ),
    (
        judge_unit(replace(UNIT, program="/gone/bin/nightcare"), WAYLAND, LIMIT),
        [("unit_program_gone", BAD)],
    ),
    (judge_unit(replace(UNIT, graphical=False), WAYLAND, LIMIT), [("unit_target", WARNING)]),
    (judge_unit(replace(UNIT, graphical=False), NO_SCREEN, LIMIT), [("unit_good", GOOD)]),
    (
        judge_unit(replace(UNIT, graphical=False, wanted_by=("default.target",)), WAYLAND, LIMIT),
        [("unit_good", GOOD)],
    ),
    # The session
    (judge_session(WAYLAND, UNIT), [("session_good", GOOD), ("linger_screen", GOOD)]),
    (
        judge_session(SessionFacts("x11", lingering=True), UNIT),
        [("session_good", GOOD), ("linger_screen", GOOD)],
    ),
    (judge_session(WAYLAND, WITH_LOGIN), [("session_good", GOOD), ("linger_off", GOOD)]),
    (judge_session(NO_SCREEN, WITH_LOGIN), [("session_elsewhere", GOOD), ("linger_off", GOOD)]),
    (
        judge_session(NO_SCREEN, replace(WITH_LOGIN, graphical=False)),
        [("session_none", WARNING), ("linger_off", GOOD)],
    ),
    (
        judge_session(SessionFacts("", lingering=True), NoManager(Fault.REFUSED)),
        [("session_none", WARNING), ("linger_unseen", WARNING)],
    ),
    (
        judge_session(SessionFacts("", lingering=True), replace(WITH_LOGIN, graphical=False)),
        [("session_none", WARNING), ("linger_unseen", WARNING)],
    ),
    (
        judge_session(SessionFacts("x11", lingering=True), WITH_LOGIN),
        [("session_good", GOOD), ("linger_on", GOOD)],
    ),
    (
        judge_session(SessionFacts("", lingering=True), WITH_LOGIN),
        [("session_elsewhere", GOOD), ("linger_on", GOOD)],
    ),
    (judge_session(SessionFacts("x11", lingering=None), WITH_LOGIN), [("session_good", GOOD)]),
    # The running service
    (judged(None, CONFIG, desktop=True), [("service_stopped", BAD)]),
    (judged({}, CONFIG, desktop=True), [("service_mute", WARNING)]),
    (judged(NOTE, CONFIG, desktop=True), [("service_good", GOOD)]),
    (
        judged(NOTE | {"version": "0.0.1"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_older", WARNING)],
    ),
    (
        judged({k: v for k, v in NOTE.items() if k != "version"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_older", WARNING)],
    ),
    (
        judged(NOTE, None, desktop=True),
        [("service_good", GOOD), ("service_other_config", WARNING)],
    ),
    (
        judged(NOTE | {"config": None}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_other_config", WARNING)],
    ),
    (judged(NOTE | {"config": "own.toml"}, CONFIG, desktop=True), [("service_good", GOOD)]),
    (
        judged(NOTE | {"program": str(PROGRAM)}, CONFIG, desktop=True),
        [("service_good", GOOD)],
    ),
    (
        judged(NOTE | {"program": "/opt/nightcare"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_elsewhere", WARNING)],
    ),
    (
        judged(NOTE | {"upgrade": "missing"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("program_missing", BAD)],
    ),
    (
        judged(NOTE | {"upgrade": "unusable"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("program_unusable", WARNING)],
    ),
    (
        judged(NOTE | {"upgrade": "waiting"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("program_waiting", WARNING)],
    ),
    (
        judged(NOTE | {"screen": "terminal"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_terminal", BAD)],
    ),
    (
        judged(NOTE | {"screen": "terminal"}, CONFIG, desktop=False),
        [("service_good", GOOD)],
    ),
    (
        judged(in_terminal(watched=True), CONFIG, desktop=True),
        [("service_good", GOOD), ("service_terminal", WARNING)],
    ),
    (
        judged(in_terminal(watched=True), CONFIG, desktop=False),
        [("service_good", GOOD)],
    ),
    (
        judged(in_terminal(watched=False), CONFIG, desktop=False),
        [("service_good", GOOD), ("service_terminal", BAD)],
    ),
    (
        judged(in_terminal(watched=False) | {"why": "configured"}, CONFIG, desktop=True),
        [("service_good", GOOD), ("service_log", WARNING)],
    ),
    (
        judged(in_terminal(watched=True) | {"why": "configured"}, CONFIG, desktop=True),
        [("service_good", GOOD)],
    ),
    # Its environment
    (judge_buses(SERVICE, BUS, BUS), []),
    (judge_buses(SERVICE, BUS, BusFacts(None)), []),
    (judge_buses(SERVICE, BUS, replace(OTHER, fault=Fault.LATE)), []),
    (judge_buses(SERVICE, Failure(LIMIT), OTHER), []),
    (judge_buses(SERVICE, replace(BUS, fault=Fault.REFUSED), OTHER), []),
    (judge_buses(SERVICE, BUS, OTHER), [("bus_other", BAD)]),
    (judge_buses(SERVICE, replace(BUS, server=SERVER), OTHER), [("bus_other", WARNING)]),
    (judge_buses(SERVICE, BusFacts(None), OTHER), [("bus_other_none", BAD)]),
    (judge_buses(replace(SERVICE, managed=False), BUS, OTHER), [("bus_other", BAD)]),
    (list(judge_environment(SERVICE, ME, has_screen=True)), []),
    (
        list(judge_environment(SERVICE, replace(ME, state="/elsewhere"), has_screen=True)),
        [("service_state", GOOD)],
    ),
    (
        list(judge_environment(SERVICE, replace(ME, settings=("NIGHTCARE_X",)), has_screen=True)),
        [("service_settings", WARNING)],
    ),
    (
        list(judge_environment(SERVICE, replace(ME, language="da"), has_screen=True)),
        [("service_language", WARNING)],
    ),
    (list(judge_environment(SERVICE, replace(ME, language=None), has_screen=True)), []),
    (
        list(judge_environment(replace(SERVICE, desktop=""), ME, has_screen=True)),
        [("service_desktop", WARNING)],
    ),
    (list(judge_environment(replace(SERVICE, desktop=""), ME, has_screen=False)), []),
    (
        list(judge_environment(replace(SERVICE, path="/nowhere"), ME, has_screen=True)),
        [("service_program", WARNING)],
    ),
    ([judge_home("/home/mette")], [("home", BAD)]),
    # The config
    (
        judge_config(ConfigFacts(CONFIG, LOADED), NOWHERE, service_runs=False),
        [("config_good", GOOD)],
    ),
    (judge_config(ConfigFacts(None, LOADED), NOWHERE, service_runs=False), [("config_good", GOOD)]),
    (
        judge_config(ConfigFacts(CONFIG, EMPTY), NOWHERE, service_runs=False),
        [("config_empty", WARNING)],
    ),
    (
        judge_config(
            ConfigFacts(CONFIG, replace(LOADED, warnings=(PROBLEM,))),
            OVERRIDING,
            service_runs=False,
        ),
        [("config_good", GOOD), ("config_problem", WARNING), ("config_variables", GOOD)],
    ),
    (
        judge_config(ConfigFacts(CONFIG, ConfigError((PROBLEM,))), OVERRIDING, service_runs=True),
        [("config_problem", BAD)],
    ),
    (
        judge_config(
            ConfigFacts(CONFIG, ConfigError((PROBLEM,) * 7)), OVERRIDING, service_runs=False
        ),
        [*[("config_problem", BAD)] * 5, ("config_more", BAD), ("config_variables", GOOD)],
    ),
    # The journal
    (judge_journal(JOURNAL, FOLDER), [("journal_good", GOOD)]),
    (
        judge_journal(replace(JOURNAL, file_mode=None, content=None), FOLDER),
        [("journal_not_yet", GOOD)],
    ),
    (judge_journal(replace(JOURNAL, free=None), FOLDER), [("journal_good", GOOD)]),
    (
        judge_journal(replace(JOURNAL, folder_mode=0o755, file_mode=0o644), FOLDER),
        [("journal_open", WARNING), ("journal_open", WARNING)],
    ),
    (
        judge_journal(replace(JOURNAL, foreign=FOLDER), FOLDER),
        [("journal_foreign", WARNING)],
    ),
    (
        judge_journal(replace(JOURNAL, writable=False), FOLDER),
        [("journal_not_writable", BAD)],
    ),
    (judge_journal(replace(JOURNAL, free=0), FOLDER), [("disk_full", BAD)]),
    (judge_journal(replace(JOURNAL, free=9 * 2**20), FOLDER), [("disk_low", WARNING)]),
    (
        judge_journal(replace(JOURNAL, content=Content(sound=False, version=VERSION)), FOLDER),
        [("journal_damaged", BAD)],
    ),
    (
        judge_journal(replace(JOURNAL, in_the_way=True, content=None), FOLDER),
        [("journal_in_the_way", BAD)],
    ),
    (
        judge_journal(
            replace(JOURNAL, content=Content(sound=True, version=0, foreign=True)), FOLDER
        ),
        [("journal_of_another", BAD)],
    ),
    (
        judge_journal(
            replace(JOURNAL, content=Content(sound=True, version=VERSION, unreadable=2)), FOLDER
        ),
        [("journal_entries", WARNING)],
    ),
    (
        judge_journal(replace(JOURNAL, content="unable to open"), FOLDER),
        [("journal_unreadable", BAD)],
    ),
    (
        judge_journal(replace(JOURNAL, content=Content(sound=True, version=VERSION + 1)), FOLDER),
        [("journal_newer", BAD)],
    ),
    # The clock
    ([judge_zone(ZoneFacts(HERE, SAME), None)], [("zone_link", GOOD)]),
    (
        [judge_zone(ZoneFacts(replace(HERE, source=ZoneSource.COPY), SAME), None)],
        [("zone_copy", GOOD)],
    ),
    (
        [judge_zone(ZoneFacts(replace(HERE, source=ZoneSource.VARIABLE), SAME), "X")],
        [("zone_variable", GOOD)],
    ),
    (
        [judge_zone(ZoneFacts(replace(HERE, source=ZoneSource.CONFIG), SAME), None)],
        [("zone_config", GOOD)],
    ),
    (
        [judge_zone(ZoneFacts(replace(HERE, source=ZoneSource.CONFIG), DIFFERENT), None)],
        [("zone_config_differs", GOOD)],
    ),
    (
        [judge_zone(ZoneFacts(replace(HERE, source=ZoneSource.DEFAULT), SAME), None)],
        [("zone_none", WARNING)],
    ),
    (
        [judge_zone(ZoneFacts(replace(HERE, understood=False), SAME), "Nowhere")],
        [("zone_not_understood", WARNING)],
    ),
    ([judge_zone(ZoneFacts(HERE, DIFFERENT), None)], [("zone_differs", BAD)]),
    (
        judge_zone_of_service(HERE, PublishedZone("JST-9", "variable")),
        [("zone_of_service", WARNING)],
    ),
    (judge_zone_of_service(HERE, PublishedZone(HERE.name, "variable")), []),
    (judge_zone_of_service(HERE, PublishedZone("Asia/Tokyo", "config")), []),
    (judge_zone_of_service(HERE, None), []),
    (judge_clock(NOW, None, synchronised=True), [("clock_synchronised", GOOD)]),
    (judge_clock(NOW, NOW, synchronised=False), [("clock_alone", WARNING)]),
    (
        judge_clock(NOW, NOW + timedelta(minutes=1), synchronised=None),
        [("clock_sync_unknown", UNKNOWN)],
    ),
    (
        judge_clock(NOW, NOW + timedelta(hours=1), synchronised=True),
        [("clock_back", BAD), ("clock_synchronised", GOOD)],
    ),
    (
        judge_clock(RELEASED - timedelta(days=1), NOW, synchronised=None),
        [("clock_early", BAD), ("clock_sync_unknown", UNKNOWN)],
    ),
    # The tray icon
    (judge_tray(None), [("tray_unknown", UNKNOWN)]),
    (judge_tray(ServiceStatus()), [("tray_unknown", UNKNOWN)]),
    (judge_tray(ServiceStatus(tray=PublishedTray())), [("tray_off", GOOD)]),
    (judge_tray(ServiceStatus(tray=PublishedTray(shown=True))), [("tray_none", GOOD)]),
    (
        judge_tray(ServiceStatus(tray=PublishedTray(shown=True, watcher=True))),
        [("tray_waits", UNKNOWN)],
    ),
    (
        judge_tray(ServiceStatus(tray=PublishedTray(shown=True, watcher=True, host="waybar"))),
        [("tray_shown", GOOD)],
    ),
    (
        judge_tray(
            ServiceStatus(
                tray=PublishedTray(shown=True),
                environment=PublishedEnvironment(desktop="ubuntu:GNOME"),
            )
        ),
        [("tray_gnome", GOOD)],
    ),
    # The alarm
    ([judge_alarm(True)], [("alarm_kernel", GOOD)]),  # noqa: FBT003 - a fact
    ([judge_alarm(False)], [("alarm_bounded", GOOD)]),  # noqa: FBT003 - a fact
    ([judge_alarm(Failure(LIMIT, "Operation not permitted"))], [("alarm_refused", BAD)]),
    # Versions
    (
        judge_versions(VersionFacts("3.11.7", "Debian", "252", {"click": "8.1"})),
        [("versions", GOOD), ("libraries", GOOD)],
    ),
    (
        judge_versions(VersionFacts("3.11.7", "Debian", "", {"jeepney": None})),
        [("versions", GOOD), ("libraries_missing", BAD)],
    ),
]


@pytest.mark.parametrize(("findings", "expected"), CASES)
def test_what_facts_mean(findings: list[Finding], expected: list[tuple[str, State]]) -> None:
    """Each state of each thing is told, and is as grave as it is for the person."""
    assert states(findings) == expected


@pytest.mark.parametrize("findings", [findings for findings, _ in CASES])
def test_each_reads_as_a_sentence_in_every_language(findings: list[Finding]) -> None:
    """It is filled in, ends, and says how to mend what is not good."""
    for one in findings:
        for translator in (ENGLISH, DANISH):
            message, fix = message_of(one, translator), fix_of(one, translator)
            assert message.endswith("."), message
            assert not {"{", "}"} & set(message + (fix or "")), message
            assert message.isprintable()
            if one.state in {WARNING, BAD}:
                assert fix, message
                assert fix[0].isupper() or fix[0] == "`", fix
            else:
                assert fix is None


def test_every_judgement_is_provoked_here() -> None:
    """A sentence that no facts lead to would never have been read."""
    met = {one.key for findings, _ in CASES for one in findings}
    met |= {one.fix for findings, _ in CASES for one in findings if one.fix}
    elsewhere = (
        "mark_",
        "verdict_",
        "check_",
        "can_",
        "trial_",
        "screen_",
        "late",
        "failed",
        "mend",
        "none",
    )
    judged = {
        key
        for key in ENGLISH.texts
        if key.startswith("doctor_") and not key.removeprefix("doctor_").startswith(elsewhere)
    }
    parts = {
        "doctor_server_unknown", "doctor_server_unnamed",
        "doctor_quiet_server", "doctor_service_some_version", "doctor_journal_nowhere",
        "doctor_journal_nowhere_mend", "doctor_config_unreadable_mend",
    }  # fmt: skip
    assert judged - met == parts


def test_what_a_server_can_do_is_told_in_words() -> None:
    """Not in those of the specification; what does not matter here is left out."""
    (one,) = judge_server(
        replace(SERVER, identity=replace(DUNST, name="Plasma")), LIMIT, has_screen=True
    )
    assert message_of(one, ENGLISH) == (
        "Plasma 1.9.0 (knopwob), specification 1.2; it supports: buttons, body text, markup, "
        "a list of what you missed, sound."
    )
    assert "den understøtter: knapper, brødtekst, formatering" in message_of(one, DANISH)
    first, second = judge_server(SERVER, LIMIT, has_screen=True)
    assert "it supports: answers from a menu or a key" in message_of(first, ENGLISH)
    assert "buttons, body" not in message_of(first, ENGLISH).replace("without buttons", "")
    assert message_of(second, ENGLISH).startswith("dunst 1.9.0 (knopwob) draws no buttons")
    first, *_ = judge_server(replace(SERVER, capabilities=frozenset()), LIMIT, has_screen=True)
    assert "only a title" in message_of(first, ENGLISH)


def test_a_server_that_does_not_say_its_name_goes_by_its_process() -> None:
    """If the process is unknown as well, it has no name."""
    late = replace(SERVER, identity=Fault.LATE, capabilities=Fault.LATE)
    (one,) = judge_server(late, LIMIT, has_screen=True)
    assert message_of(one, ENGLISH).startswith("dunst does not answer within 2 s")
    (one,) = judge_server(replace(late, process=""), LIMIT, has_screen=True)
    assert message_of(one, DANISH).startswith("en uden navn svarer ikke inden for 2 sek")
    (one,) = judge_server(
        replace(SERVER, identity=ServerIdentity("", "", "", "")), LIMIT, has_screen=True
    )
    assert message_of(one, ENGLISH).startswith("dunst, specification -;")


def test_a_wrong_config_has_its_own_mend() -> None:
    """A service that ended with 78 will not start again before it is corrected."""
    failed = replace(UNIT, active="failed", result="exit-code", status="78")
    (one,) = judge_unit(failed, WAYLAND, LIMIT)
    assert "exit status 78" in message_of(one, ENGLISH)
    assert "nightcare config check" in str(fix_of(one, ENGLISH))
    (one,) = judge_unit(replace(failed, status="1"), WAYLAND, LIMIT)
    assert "systemctl --user status" in str(fix_of(one, ENGLISH))


@pytest.mark.parametrize(
    ("screen", "told"),
    [
        ("freedesktop", "on your desktop"),
        ("terminal", "in its terminal or log"),
        ("plyer", "through plyer"),
    ],
)
def test_where_a_running_service_shows_reminders_is_told_in_words(screen: str, told: str) -> None:
    """With its process, and the config that it reads."""
    first, *_ = judged(NOTE | {"screen": screen}, CONFIG, desktop=True)
    assert message_of(first, ENGLISH) == (
        f"it is running (process 4711), shows reminders {told}, and reads {CONFIG}."
    )


def test_a_mend_can_be_typed_as_it_stands() -> None:
    """With the very path, and the mode that it should have."""
    folder, file = judge_journal(replace(JOURNAL, folder_mode=0o755, file_mode=0o644), FOLDER)
    assert "(mode 0755)" in message_of(folder, ENGLISH)
    assert str(fix_of(folder, ENGLISH)).endswith(f"chmod 0700 {FOLDER}")
    assert str(fix_of(file, DANISH)).endswith(f"chmod 0600 {JOURNAL.path}")


def test_permissions_mean_nothing_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file modes are made up."""
    monkeypatch.setattr(sys, "platform", "win32")
    findings = judge_journal(replace(JOURNAL, folder_mode=0o777), FOLDER)
    assert states(findings) == [("journal_good", GOOD)]


def test_free_space_is_told_in_a_size_that_can_be_grasped() -> None:
    """Large in GiB, small in MiB."""
    (one,) = judge_journal(JOURNAL, FOLDER)
    assert "5 GiB" in message_of(one, ENGLISH)
    (one,) = judge_journal(replace(JOURNAL, free=9 * 2**20), FOLDER)
    assert "free: 9 MiB" in message_of(one, ENGLISH)


def test_names_of_others_cannot_command_the_terminal() -> None:
    """A server may call itself what it likes, and a folder be called anything."""
    one = good(Check.BUS, "doctor_bus_good", address="unix:path=/a\x1b[31m\n\udcff")
    assert message_of(one, ENGLISH) == "it answers at unix:path=/a\ufffd[31m\ufffd\ufffd."
