"""The findings of each check on given facts, with the states and texts that they should have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doctor.facts import (
    BUS,
    CONFIG,
    COSMIC,
    DIFFERENT,
    DUNST,
    EMPTY,
    FOLDER,
    HERE,
    JOURNAL,
    LIMIT,
    LOADED,
    ME,
    NO_SCREEN,
    NOTE,
    NOWHERE,
    OTHER,
    OVERRIDING,
    PROBLEM,
    PROGRAM,
    SAME,
    SERVER,
    SERVICE,
    UNIT,
    WAYLAND,
    WITH_LOGIN,
    in_terminal,
    judged,
)
from nightcare.desktop.dbus import Fault
from nightcare.desktop.time_zone import ZoneSource
from nightcare.doctor.check import Failure, Finding, State
from nightcare.doctor.checks.files import ConfigFacts, judge_config, judge_journal
from nightcare.doctor.checks.notification_server import (
    DoNotDisturbFacts,
    ServerFacts,
    judge_do_not_disturb,
    judge_server,
)
from nightcare.doctor.checks.running_service import (
    judge_environment,
    judge_home,
    judge_refusal,
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
from nightcare.domain.delivery import DeliveryStatus
from nightcare.errors import ConfigError
from nightcare.journal.inspection import Content
from nightcare.journal.migrations import VERSION
from nightcare.journal.service_status import (
    PublishedEnvironment,
    PublishedTray,
    PublishedZone,
    ServiceStatus,
)
from parts.probes import NOW

GOOD, WARNING, BAD, UNKNOWN = State.GOOD, State.WARNING, State.BAD, State.UNKNOWN

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
        judge_server(
            replace(SERVER, capabilities=Fault.LATE, identity=Fault.LATE), LIMIT, has_screen=True
        ),
        [("server_late", BAD)],
    ),
    (
        judge_server(replace(SERVER, capabilities=Fault.LATE), LIMIT, has_screen=True),
        [("server_refused", WARNING)],
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
    (judge_unit(replace(UNIT, foreign="/bin/true"), WAYLAND, LIMIT), [("unit_foreign", BAD)]),
    (
        judge_unit(replace(UNIT, unusable="/opt/python", reason="Gone"), WAYLAND, LIMIT),
        [("unit_unusable", BAD)],
    ),
    (
        judge_unit(replace(UNIT, overrides=("/home/mette/own.conf",)), WAYLAND, LIMIT),
        [("unit_overridden", WARNING)],
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
    # What it could not show
    (judge_refusal(None), []),
    (judge_refusal(DeliveryStatus.NO_ID), [("not_shown", WARNING)]),
    (judge_refusal(DeliveryStatus.NO_SERVER), [("not_shown", BAD)]),
    (judge_refusal(DeliveryStatus.ERROR), [("not_shown", BAD)]),
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
