"""Looking at everything: where nothing is there, where everything hangs, where all is well."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightcare import __version__
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.doctor.check import Check, CheckContext, Finding, Limits, State, fix_of, message_of
from nightcare.doctor.run_checks import run_checks
from nightcare.domain.delivery import Active, DeliveryStatus, begin
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.i18n.translator import read_words
from nightcare.journal.store import SERVICE_NOTE, Journal
from nightcare.threads import run_in_thread
from parts.bus import NOTIFICATIONS, PrivateBus
from parts.home import Home
from parts.named_service import NamedService
from parts.notification_server import NotificationServer
from parts.processes import HANG_SECONDS
from parts.scripts import shell_program

ENGLISH = read_words("en")
NOW = datetime(2037, 11, 22, 13, 10, tzinfo=UTC)
"""A Sunday, later than the release of any version that is tested."""
HOUR = timedelta(hours=1)
IN_GOOD_TIME = Limits(call=60.0, service=60.0, probe=60.0)
AT_ONCE = Limits(call=1.0, service=8.0, probe=10.0)
"""For what never answers. A busy machine has the rest of `probe` to start the question."""
ANSWERED = Limits(call=8.0, service=30.0, probe=30.0)
"""For what answers beside something that never does."""
GOOD, WARNING, BAD, UNKNOWN = State.GOOD, State.WARNING, State.BAD, State.UNKNOWN


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckContext:
    """Provide a machine with nothing: no bus, no systemd, no programs, no config, no state."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    variables = {
        "PATH": str(tmp_path / "bin"),
        "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere",
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
    }
    return CheckContext(None, tmp_path / "state" / "nightcare", variables, NOW)


@dataclass(frozen=True, slots=True)
class Seen:
    """Findings by check."""

    findings: tuple[Finding, ...]

    def __getitem__(self, check: Check) -> list[tuple[str, State]]:
        """Return the findings of a check with their states."""
        return [
            (one.key.removeprefix("doctor_"), one.state)
            for one in self.findings
            if one.check is check
        ]


def look(place: CheckContext, limits: Limits = IN_GOOD_TIME) -> Seen:
    """Look at everything; every finding must read as a sentence."""
    findings = asyncio.run(run_checks(replace(place, limits=limits))).findings
    for one in findings:
        assert message_of(one, ENGLISH)
        assert (fix_of(one, ENGLISH) is None) is (one.state in {GOOD, UNKNOWN})
    return Seen(findings)


def bad(seen: Seen) -> set[Check]:
    """Return the checks that failed."""
    return {one.check for one in seen.findings if one.state is BAD}


# Nothing there


def test_where_nothing_is_there_each_thing_is_told(nowhere: CheckContext, tmp_path: Path) -> None:
    """As a line, never an error; and nothing is made."""
    seen = look(nowhere)
    assert {one.check for one in seen.findings} == set(Check) - {Check.MQTT, Check.TRIAL}
    assert seen[Check.BUS] == [("bus_none", BAD)]
    assert seen[Check.SERVER] == [("server_unknown", UNKNOWN)]
    assert seen[Check.QUIET] == [("server_unknown", UNKNOWN)]
    assert seen[Check.UNIT] == [("unit_no_systemd", WARNING)]
    assert seen[Check.SESSION][0] == ("session_none", WARNING)
    assert seen[Check.SERVICE] == [("service_stopped", BAD)]
    assert seen[Check.TRAY] == [("tray_unknown", UNKNOWN)]
    assert seen[Check.CONFIG] == [("config_good", GOOD)]
    assert seen[Check.JOURNAL] == [("journal_not_yet", GOOD)]
    assert ("clock_sync_unknown", UNKNOWN) in seen[Check.CLOCK]
    assert seen[Check.VERSIONS] == [("versions", GOOD), ("libraries", GOOD)]
    assert list(tmp_path.iterdir()) == []


def test_where_nobody_has_a_home_there_is_no_journal(nowhere: CheckContext) -> None:
    """As for a user of a container that is in no list of users."""
    seen = look(replace(nowhere, state=None))
    assert seen[Check.JOURNAL] == [("journal_nowhere", BAD)]
    assert seen[Check.SERVICE] == [("service_stopped", BAD)]


def test_who_wants_no_desktop_needs_no_bus(nowhere: CheckContext, tmp_path: Path) -> None:
    """The config can name another notifier."""
    config = tmp_path / "own.toml"
    config.write_text('[notify]\nbackend = "terminal"\n', encoding="utf-8")
    seen = look(replace(nowhere, named=config))
    assert seen[Check.BUS] == [("bus_not_needed", GOOD)]
    assert (seen[Check.SERVER], seen[Check.QUIET]) == ([], [])


def test_a_probe_that_fails_is_told_as_a_line(
    nowhere: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for every probe and every error."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("out of the blue")

    for probe in (
        "files.inspect", "files.load", "running_service.service_runs", "service_unit.probe_unit",
        "service_unit.probe_session", "session_bus.session_bus", "system_clock.local",
        "versions.probe_versions",
    ):  # fmt: skip
        monkeypatch.setattr(f"nightcare.doctor.checks.{probe}", fail)
    seen = look(nowhere)
    failed = ("failed", WARNING)
    assert seen[Check.BUS] == [failed]
    assert seen[Check.UNIT] == [("unit_late", WARNING)]
    assert seen[Check.SESSION] == [failed]
    assert seen[Check.SERVICE] == [failed]
    assert seen[Check.CONFIG] == [("failed", BAD)]
    assert seen[Check.JOURNAL] == [("journal_unreadable", BAD)]
    assert failed in seen[Check.CLOCK]
    assert seen[Check.VERSIONS] == [failed]
    told = next(one for one in seen.findings if one.key == "doctor_failed")
    assert "ZeroDivisionError: out of the blue" in message_of(told, ENGLISH)


def test_a_judgement_that_fails_is_told_as_a_line(
    nowhere: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure that nobody foresaw is reported in one line."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("out of the blue")

    for judge in (
        "files.judge_config", "running_service.judge_service", "service_unit.judge_unit",
        "session_bus.judge_bus", "system_clock.judge_alarm", "versions.judge_versions",
    ):  # fmt: skip
        monkeypatch.setattr(f"nightcare.doctor.checks.{judge}", fail)
    seen = look(nowhere)
    for check in (Check.BUS, Check.UNIT, Check.SERVICE, Check.CLOCK, Check.VERSIONS):
        assert seen[check] == [("failed", WARNING)]
    assert seen[Check.CONFIG] == [("failed", BAD)]


def test_a_kernel_without_the_alarm_is_told(
    nowhere: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a sandbox that forbids it."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("nightcare.doctor.checks.system_clock.alarm", refuse)
    assert look(nowhere)[Check.CLOCK][-1] == ("alarm_refused", BAD)


# Everything hangs


@contextmanager
def silence(path: Path) -> Iterator[str]:
    """Serve a socket that accepts connections and never answers; return its address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield f"unix:path={path}"


def test_where_everything_hangs_it_ends_by_its_own_limits(
    home: Home, nowhere: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both buses, systemd, the settings, the config and the disk, all at the same time."""
    never = threading.Event()
    monkeypatch.setattr("nightcare.doctor.checks.files.inspect", lambda _: never.wait())
    monkeypatch.setattr(
        "nightcare.doctor.checks.running_service.service_runs", lambda _: never.wait()
    )
    monkeypatch.setattr("nightcare.doctor.checks.system_clock.local", never.wait)
    # As of a file on a disk that is far away.
    monkeypatch.setattr("nightcare.doctor.checks.files.chosen_config", lambda *_: never.wait())
    programs = home.path / "bin"
    for name in ("systemctl", "gsettings"):
        shell_program(programs / name, "/bin/sleep 600")
    with silence(home.runtime / "one") as session, silence(home.runtime / "two") as system:
        variables = {
            "PATH": str(programs),
            "DBUS_SESSION_BUS_ADDRESS": session,
            "DBUS_SYSTEM_BUS_ADDRESS": system,
            "XDG_CURRENT_DESKTOP": "GNOME",
        }
        begun = time.monotonic()
        seen = look(replace(nowhere, variables=variables), AT_ONCE)
        taken = time.monotonic() - begun
    never.set()
    # Were they waited for one after the other it would take far longer; the rest is a busy machine.
    assert taken < 4 * AT_ONCE.probe
    assert seen[Check.BUS] == [("bus_late", BAD)]
    assert seen[Check.UNIT] == [("unit_late", WARNING)]
    assert seen[Check.SERVICE] == [("late", WARNING)]
    assert seen[Check.CONFIG] == [("late", BAD)]
    assert seen[Check.JOURNAL] == [("late", BAD)]
    assert ("late", WARNING) in seen[Check.CLOCK]
    assert ("clock_sync_unknown", UNKNOWN) in seen[Check.CLOCK]


def test_the_usual_limits_keep_what_is_promised() -> None:
    """Less than five seconds in all, also where everything takes its whole time."""
    usual = Limits()
    assert usual.call == 2.0
    assert usual.call < usual.service < usual.probe < 4.0


def test_a_server_that_hangs_does_not_hold_up_the_bus(
    nowhere: CheckContext, bus: PrivateBus
) -> None:
    """Answers are reported, and so are missing ones."""

    async def story() -> Seen:
        async with NotificationServer(bus.address) as server:
            server.freeze()
            variables = {**nowhere.variables, "DBUS_SESSION_BUS_ADDRESS": bus.address}
            place = replace(nowhere, variables=variables, limits=ANSWERED)
            return Seen((await run_checks(place)).findings)

    seen = asyncio.run(story())
    assert seen[Check.BUS] == [("bus_good", GOOD)]
    assert seen[Check.SERVER] == [("server_late", BAD)]
    assert seen[Check.QUIET] == [("quiet_unknown", UNKNOWN)]


def test_a_call_aside_brings_its_result_and_its_error() -> None:
    """It can also be abandoned and end unnoticed."""

    def fail() -> int:
        raise ValueError("no")

    release = threading.Event()
    ended = threading.Event()

    def slow() -> None:
        release.wait()
        ended.set()

    assert asyncio.run(run_in_thread(lambda: 7, 10)) == 7
    with pytest.raises(ValueError, match="no"):
        asyncio.run(run_in_thread(fail, 10))
    with pytest.raises(TimeoutError):
        asyncio.run(run_in_thread(slow, 0.01))
    release.set()
    assert ended.wait(HANG_SECONDS)


# All is well, and what is not


def test_a_bus_that_is_gone_is_told(nowhere: CheckContext) -> None:
    """An address alone is no bus."""
    variables = {**nowhere.variables, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}
    seen = look(replace(nowhere, variables=variables))
    assert seen[Check.BUS] == [("bus_gone", BAD)]


def test_settings_are_asked_where_the_server_says_nothing(
    nowhere: CheckContext, bus: PrivateBus, tmp_path: Path
) -> None:
    """As on GNOME; and on a bus that the session variable does not name."""
    shell_program(tmp_path / "bin" / "gsettings", "echo false")

    async def story() -> Seen:
        async with NotificationServer(bus.address):
            variables = {
                **nowhere.variables,
                "XDG_RUNTIME_DIR": bus.address.removeprefix("unix:path=").removesuffix("/bus"),
                "XDG_CURRENT_DESKTOP": "GNOME",
            }
            place = replace(nowhere, variables=variables, limits=IN_GOOD_TIME)
            return Seen((await run_checks(place)).findings)

    seen = asyncio.run(story())
    assert seen[Check.BUS] == [("bus_good", GOOD)]
    assert seen[Check.SERVER] == [("server_good", GOOD)]
    assert seen[Check.QUIET] == [("quiet_on", WARNING)]


def test_the_server_goes_before_the_settings(
    nowhere: CheckContext, bus: PrivateBus, tmp_path: Path
) -> None:
    """It knows best what it shows."""
    shell_program(tmp_path / "bin" / "gsettings", "echo false")

    async def story() -> Seen:
        async with NamedService(bus.address, NOTIFICATIONS) as service:
            service.switch(NOTIFICATIONS, "Inhibited", on=False)
            variables = {
                **nowhere.variables,
                "DBUS_SESSION_BUS_ADDRESS": bus.address,
                "XDG_CURRENT_DESKTOP": "GNOME",
            }
            place = replace(nowhere, variables=variables, limits=IN_GOOD_TIME)
            return Seen((await run_checks(place)).findings)

    assert asyncio.run(story())[Check.QUIET] == [("quiet_off", GOOD)]


def test_a_running_service_is_known_by_its_lock_and_its_note(nowhere: CheckContext) -> None:
    """They name the notifier, the config and the version; a note alone may be old.

    What the service could not show is told, whatever the notification server says of itself.
    """
    assert nowhere.state is not None
    journal = Journal.open(nowhere.state)
    note: dict[str, object] = {"pid": 1, "screen": "terminal", "notifier": "terminal"}
    note |= {"config": None, "version": __version__}
    journal.write_note(SERVICE_NOTE, note)
    assert look(nowhere)[Check.SERVICE] == [("service_stopped", BAD)]
    lock = InstanceLock(nowhere.state)
    assert lock.take()
    try:
        assert look(nowhere)[Check.SERVICE] == [("service_good", GOOD)]
        journal.write_note(SERVICE_NOTE, note | {"version": "0.0.1"})
        assert look(nowhere)[Check.SERVICE][1:] == [("service_older", WARNING)]
        refused = Active(None, NOW + HOUR, delivery=DeliveryStatus.ERROR)
        walk = begin(Occurrence(Key("walk", NOW.date(), "20:00"), NOW), Topic.EXERCISE)
        journal.save(replace(walk, state=refused))
        assert look(nowhere)[Check.SERVICE][2:] == [("not_shown", BAD)]
    finally:
        lock.release()
        journal.close()


def test_a_clock_that_is_behind_the_journal_is_told(nowhere: CheckContext) -> None:
    """It was set back, or is wrong."""
    assert nowhere.state is not None
    journal = Journal.open(nowhere.state)
    journal.save_global_state(replace(journal.global_state(), updated=NOW + timedelta(days=1)))
    journal.close()
    assert ("clock_back", BAD) in look(nowhere)[Check.CLOCK]
    early = replace(nowhere, now=datetime(1970, 1, 1, tzinfo=UTC))
    assert ("clock_early", BAD) in look(early)[Check.CLOCK]


def test_a_config_is_told_with_its_mistakes_and_its_variables(
    nowhere: CheckContext, tmp_path: Path
) -> None:
    """The time zone is reported with its source."""
    config = tmp_path / "own.toml"
    config.write_text('timezone = "Asia/Tokyo"\n', encoding="utf-8")
    variables = {**nowhere.variables, "NIGHTCARE_LANGUAGE": "da", "NIGHTCARE_CONFIG": ""}
    seen = look(replace(nowhere, named=config, variables=variables))
    assert seen[Check.CONFIG] == [("config_good", GOOD), ("config_variables", GOOD)]
    (named,) = (one for one in seen.findings if one.key == "doctor_config_variables")
    assert named.values["names"] == ("NIGHTCARE_LANGUAGE",)
    (zone,) = (one for one in seen.findings if one.key == "doctor_zone_config_differs")
    assert message_of(zone, ENGLISH).startswith(
        "the time zone is Asia/Tokyo (UTC+09:00 now), as `timezone` in your config says; "
    )

    config.write_text("timezone = 7\n[sleep]\nwake = 3\n", encoding="utf-8")
    seen = look(replace(nowhere, named=config, variables={**variables, "TZ": "Europe/Paris"}))
    assert [state for _, state in seen[Check.CONFIG]] == [BAD, BAD, BAD, GOOD]
    (zone,) = (one for one in seen.findings if one.key == "doctor_zone_variable")
    assert message_of(zone, ENGLISH).endswith("as the variable TZ says (TZ=Europe/Paris).")


def test_what_may_not_even_be_looked_for_is_told(
    nowhere: CheckContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the folders belong to somebody else."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/home/mette/.config")

    monkeypatch.setattr("nightcare.doctor.checks.files.chosen_config", refuse)
    monkeypatch.setattr("nightcare.doctor.checks.files.inspect", refuse)
    seen = look(nowhere)
    assert seen[Check.CONFIG] == [("failed", BAD)]
    (journal,) = (one for one in seen.findings if one.check is Check.JOURNAL)
    assert message_of(journal, ENGLISH) == f"{nowhere.state} cannot be read: Permission denied."
    assert bad(seen) == {Check.BUS, Check.SERVICE, Check.CONFIG, Check.JOURNAL}
