"""Queries of the desktop and the system, and the facts read from their answers."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import tomli

from nightcare.desktop.clock_probe import find_synchronised
from nightcare.desktop.dbus.connection import Connection, ConnectionLost
from nightcare.desktop.dbus.transport import open_connection
from nightcare.desktop.notifier_probe import find_notifier
from nightcare.desktop.probe_results import (
    DoNotDisturbFacts,
    Fault,
    Identity,
    NoManager,
    NotifierFacts,
    SessionFacts,
    UnitFacts,
)
from nightcare.desktop.programs import output
from nightcare.desktop.quiet_probe import find_quiet, setting_of_desktop
from nightcare.desktop.unit_probe import find_session, find_systemd, find_unit
from nightcare.desktop.versions_probe import LIBRARIES, ON_LINUX, find_versions
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.home import Home
from parts.named_service import NamedService
from parts.notification_server import ALL_CAPABILITIES, NotificationServer
from parts.processes import Identity as Process
from parts.processes import eventually
from parts.scripts import shell_program

SHORT = 0.1
LONG = 10.0

PROJECT = Path(__file__).parents[2]

Told = TypeVar("Told")


async def asked(
    bus: PrivateBus, question: Callable[[Connection], Awaitable[Told]], limit: float = LONG
) -> Told:
    """Return the answer to a query."""
    async with open_connection(bus.address, limit) as connection:
        return await question(connection)


# The notification server


def test_a_server_says_who_it_is_and_what_it_can_do(bus: PrivateBus) -> None:
    """In its own words, with the process that it is."""

    async def story() -> NotifierFacts:
        async with NotificationServer(bus.address):
            return await asked(bus, find_notifier)

    found = asyncio.run(story())
    assert found.owned
    assert found.identity == Identity("Scripted", "nobody", "2.5", "1.2")
    assert found.capabilities == frozenset(ALL_CAPABILITIES)
    assert found.process == Path(f"/proc/{os.getpid()}/comm").read_text(encoding="utf-8").strip()


def test_no_server_and_none_to_start(bus: PrivateBus) -> None:
    """The query starts none."""
    assert asyncio.run(asked(bus, find_notifier)) == NotifierFacts(owned=False)


def test_a_server_that_can_be_started_is_not_started(home: Home) -> None:
    """The first reminder will."""
    services = home.data / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "server.service").write_text(
        f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/false\n", encoding="utf-8"
    )
    with private_bus(home, services=True) as bus:
        assert asyncio.run(asked(bus, find_notifier)) == NotifierFacts(owned=False, startable=True)
        assert bus.owner(NOTIFICATIONS) is None


def test_a_server_that_hangs_is_told_from_one_that_refuses(bus: PrivateBus) -> None:
    """Each question by itself."""

    async def story() -> NotifierFacts:
        async with NotificationServer(bus.address) as server:
            server.silent.add("GetCapabilities")
            server.refused.add("GetServerInformation")
            return await asked(bus, find_notifier, SHORT)

    found = asyncio.run(story())
    assert (found.capabilities, found.identity) == (Fault.LATE, Fault.REFUSED)


def test_a_bus_that_is_not_there_is_no_bus(home: Home) -> None:
    """This holds for any address."""

    async def story(address: str) -> None:
        async with open_connection(address, LONG):
            pass

    for address in (f"unix:path={home.runtime}/bus", "autolaunch:", "nonsense"):
        with pytest.raises(ConnectionLost):
            asyncio.run(story(address))


# Do not disturb

_MAKO, _SWAYNC, _XFCONF = "fr.emersion.Mako", "org.erikreider.swaync.cc", "org.xfce.Xfconf"
_SETTING = ("xfce4-notifyd", "/do-not-disturb")


def inhibited(service: NamedService, *, on: bool) -> None:
    """Set do not disturb as KDE Plasma does."""
    service.switch(NOTIFICATIONS, "Inhibited", on=on)


def dunst(service: NamedService, *, on: bool) -> None:
    """Set do not disturb as dunst does."""
    service.switch("org.dunstproject.cmd0", "paused", on=on)


def mako(service: NamedService, *, on: bool) -> None:
    """Set do not disturb as mako does: by its manual, a mode has this name."""
    modes = ["default", "do-not-disturb"] if on else ["default"]
    service.answers[_MAKO, "ListModes"] = ("as", (modes,))


def swaync(service: NamedService, *, on: bool) -> None:
    """Set do not disturb as SwayNotificationCenter does."""
    service.answers[_SWAYNC, "GetDnd"] = ("b", (on,))


def xfce(service: NamedService, *, on: bool) -> None:
    """Set do not disturb in Xfce's settings, which count while its server is in use."""
    service.answers[NOTIFICATIONS, "GetServerInformation"] = (
        "ssss",
        ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2"),
    )
    service.answers[_XFCONF, "PropertyExists", *_SETTING] = ("b", (True,))
    service.answers[_XFCONF, "GetProperty", *_SETTING] = ("v", (("b", on),))


Desktop = Callable[..., None]


def quiet_of(
    bus: PrivateBus,
    *script: Callable[[NamedService], None],
    wait: float = LONG,
    variables: dict[str, str] | None = None,
) -> DoNotDisturbFacts:
    """Return the facts of a desktop with that script."""

    async def story() -> DoNotDisturbFacts:
        async with NamedService(bus.address, NOTIFICATIONS, _SWAYNC, _XFCONF) as service:
            for one in script:
                one(service)
            return await asked(bus, partial(find_quiet, variables=variables or {}), wait)

    return asyncio.run(story())


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    ("desktop", "by"),
    [(inhibited, ""), (dunst, "dunst"), (mako, "mako"), (swaync, "swaync"), (xfce, "Xfce")],
)
def test_each_desktop_is_asked_in_its_own_way(
    bus: PrivateBus, desktop: Desktop, by: str, *, on: bool
) -> None:
    """The answer is believed."""
    assert quiet_of(bus, lambda service: desktop(service, on=on)) == DoNotDisturbFacts(on, by)


def lxqt(service: NamedService) -> None:
    """Serve the name of LXQt's server, which reports nothing more."""
    information = ("lxqt-notificationd", "lxqt.org", "1.2.0", "1.2")
    service.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("[General]\n__userfile__=true\ndoNotDisturb=true\n", True),
        ("[General]\ndoNotDisturb=false\n", False),
        ("[General]\nspacing=6\n", False),
        (None, False),
    ],
)
@pytest.mark.parametrize("by_home", [True, False])
def test_the_file_of_lxqt_is_read(
    bus: PrivateBus, tmp_path: Path, text: str | None, *, on: bool, by_home: bool
) -> None:
    """It counts while LXQt's server is in use; a missing key means off, as for the server."""
    file = tmp_path / ".config" / "lxqt" / "notifications.conf"
    file.parent.mkdir(parents=True)
    if text is not None:
        file.write_text(text, encoding="utf-8")
    config = {"XDG_CONFIG_HOME": str(tmp_path / ".config")}
    variables = {"HOME": str(tmp_path)} if by_home else {"HOME": "/nowhere", **config}
    assert quiet_of(bus, lxqt, variables=variables) == DoNotDisturbFacts(on, "LXQt")


def test_the_file_of_lxqt_means_nothing_to_another_server(bus: PrivateBus, tmp_path: Path) -> None:
    """An unreadable file gives no answer either."""
    file = tmp_path / "lxqt" / "notifications.conf"
    file.parent.mkdir()
    file.write_text("[General]\ndoNotDisturb=true\n", encoding="utf-8")
    variables = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert quiet_of(bus, variables=variables) == DoNotDisturbFacts(None)
    file.write_bytes(b"\xff")
    assert quiet_of(bus, lxqt, variables=variables) == DoNotDisturbFacts(None)


def cosmic(service: NamedService) -> None:
    """Serve the name of COSMIC's server, which reports nothing more."""
    information = ("cosmic-notifications", "System76", "1.0.0", "1.2")
    service.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)


@pytest.mark.parametrize(("text", "on"), [("true", True), ("false", False), (None, False)])
def test_the_file_of_cosmic_is_read(
    bus: PrivateBus, tmp_path: Path, text: str | None, *, on: bool
) -> None:
    """Each setting has a file of its own, written when it was changed for the first time."""
    folder = tmp_path / "cosmic" / "com.system76.CosmicNotifications" / "v1"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "do_not_disturb").write_text(text, encoding="utf-8")
    variables = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert quiet_of(bus, cosmic, variables=variables) == DoNotDisturbFacts(on, "COSMIC")


def test_a_setting_of_xfce_that_was_never_made_is_off(bus: PrivateBus) -> None:
    """As its server takes it."""

    def never(service: NamedService) -> None:
        xfce(service, on=True)
        service.answers[_XFCONF, "PropertyExists", *_SETTING] = ("b", (False,))

    assert quiet_of(bus, never) == DoNotDisturbFacts(on=False, by="Xfce")


def test_a_setting_of_xfce_means_nothing_to_another_server(bus: PrivateBus) -> None:
    """It may be left over from another desktop."""

    def other(service: NamedService) -> None:
        xfce(service, on=True)
        service.answers[NOTIFICATIONS, "GetServerInformation"] = (
            "ssss",
            ("dunst", "knopwob", "1.9.0", "1.2"),
        )

    assert quiet_of(bus, other) == DoNotDisturbFacts(None)


def test_who_says_that_it_is_on_goes_first(bus: PrivateBus) -> None:
    """Better a warning too many than a reminder that is never seen."""
    script = (lambda one: inhibited(one, on=False), lambda one: dunst(one, on=True))
    assert quiet_of(bus, *script) == DoNotDisturbFacts(on=True, by="dunst")


def test_modes_of_other_names_say_nothing(bus: PrivateBus) -> None:
    """Their owner alone knows what they are for."""

    def away(service: NamedService) -> None:
        service.answers[_MAKO, "ListModes"] = ("as", (["away"],))

    assert quiet_of(bus, away) == DoNotDisturbFacts(None)


def test_what_is_neither_on_nor_off_says_nothing(bus: PrivateBus) -> None:
    """An error and a missing reply give no answer either."""

    def odd(service: NamedService) -> None:
        get = "org.freedesktop.DBus.Properties", "Get"
        service.answers[*get, NOTIFICATIONS, "Inhibited"] = ("v", (("s", "yes"),))
        service.answers[*get, "org.dunstproject.cmd0", "paused"] = None

    assert quiet_of(bus, odd, wait=SHORT) == DoNotDisturbFacts(None)


def test_without_a_server_nobody_says(bus: PrivateBus) -> None:
    """There is nobody to ask."""
    assert asyncio.run(asked(bus, partial(find_quiet, variables={}))) == DoNotDisturbFacts(None)


# Other programs


@pytest.fixture
def programs(tmp_path: Path) -> Callable[[str, str], dict[str, str]]:
    """Make a program that does as a script says; returns an environment that has it alone."""

    def make(name: str, script: str) -> dict[str, str]:
        path = shell_program(tmp_path / "bin" / name, script)
        return {"PATH": str(path.parent), "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}

    return make


Make = Callable[[str, str], dict[str, str]]


@pytest.mark.parametrize(
    ("said", "quiet"),
    [
        ("echo false", DoNotDisturbFacts(on=True, by="GNOME")),
        ("echo true", DoNotDisturbFacts(on=False, by="GNOME")),
        ("echo perhaps", DoNotDisturbFacts(None)),
        ("exit 1", DoNotDisturbFacts(None)),
        ("exec /bin/sleep 600", DoNotDisturbFacts(None)),
    ],
)
def test_gnome_keeps_it_in_its_settings(
    programs: Make, said: str, quiet: DoNotDisturbFacts
) -> None:
    """Banners that are not shown are reminders that are not seen."""
    wait = SHORT if "sleep" in said else LONG
    assert setting_of_desktop(programs("gsettings", said), wait) == quiet


def test_only_desktops_that_keep_it_there_are_asked(programs: Make) -> None:
    """Without the program there is no answer."""
    variables = programs("gsettings", "echo false")
    for desktop in ("KDE", ""):
        said = setting_of_desktop(variables | {"XDG_CURRENT_DESKTOP": desktop}, LONG)
        assert said == DoNotDisturbFacts(None)
    assert setting_of_desktop(variables | {"PATH": ""}, LONG) == DoNotDisturbFacts(None)


def test_a_program_that_hangs_is_ended_with_what_it_started(programs: Make, tmp_path: Path) -> None:
    """No process is left behind."""
    pid = tmp_path / "pid"
    script = f"/bin/sleep 600 &\necho $! >{pid}\nwait"
    before = time.monotonic()
    with pytest.raises(TimeoutError):
        output(("slow",), programs("slow", script), 1.0)
    assert time.monotonic() - before < LONG
    child = Process.of(int(pid.read_text(encoding="utf-8")))
    eventually(lambda: child is None or not child.is_alive(), LONG, "its child to be gone")


def test_what_a_program_prints_is_taken(programs: Make) -> None:
    """Both streams, also what is no text, and how it ended."""
    said = output(("odd",), programs("odd", r"printf 'a\377'; echo b >&2; exit 3"), LONG)
    assert (said.out, said.err, said.status) == ("a\ufffd", "b\n", 3)


# The unit

_LOADED = """Id=nightcare.service
LoadState=loaded
UnitFileState=enabled
ActiveState=failed
SubState=failed
Result=exit-code
ExecMainStatus=78
FragmentPath=/home/mette/.config/systemd/user/nightcare.service
ExecStart={ path=PROGRAM ; argv[]=PROGRAM run ; ignore_errors=no ; pid=0 ; status=0/0 }
WantedBy=graphical-session.target default.target
NeedDaemonReload=yes

Id=graphical-session.target
LoadState=loaded
ActiveState=active
"""


def unit_of(programs: Make, script: str, wait: float = LONG) -> UnitFacts | NoManager:
    """Return the facts read from the output of systemctl."""
    return find_unit(programs("systemctl", script), wait)


def test_the_unit_as_systemd_has_it(programs: Make) -> None:
    """All that matters of it, and whether there is a graphical session."""
    text = _LOADED.replace("PROGRAM", sys.executable)
    unit = unit_of(programs, f"/bin/cat <<'END'\n{text}END")
    assert unit == UnitFacts(
        load="loaded",
        file="enabled",
        active="failed",
        sub="failed",
        result="exit-code",
        status="78",
        path="/home/mette/.config/systemd/user/nightcare.service",
        program="",
        wanted_by=("graphical-session.target", "default.target"),
        stale=True,
        graphical=True,
    )


def test_a_unit_whose_program_has_gone(programs: Make) -> None:
    """As after the folder of a virtual environment was removed."""
    text = _LOADED.replace("PROGRAM", "/gone with spaces/bin/nightcare")
    unit = unit_of(programs, f"/bin/cat <<'END'\n{text}END")
    assert isinstance(unit, UnitFacts)
    assert unit.program == "/gone with spaces/bin/nightcare"


def test_output_that_makes_no_sense_is_no_unit(programs: Make) -> None:
    """It is not an error either."""
    unit = unit_of(programs, "echo hello")
    assert isinstance(unit, UnitFacts)
    assert unit.load == "not-found"


def test_no_manager(programs: Make) -> None:
    """None that can be reached, none that answers, none at all."""
    refused = unit_of(programs, "echo 'Failed to connect: No\n medium' >&2; exit 1")
    assert refused == NoManager(Fault.REFUSED, "Failed to connect: No medium")
    assert unit_of(programs, "exit 1") == NoManager(Fault.REFUSED, "1")
    assert unit_of(programs, "exec /bin/sleep 600", SHORT) == NoManager(Fault.LATE)
    assert find_unit({"PATH": ""}, LONG) == NoManager(Fault.ABSENT)


def test_the_version_of_systemd(programs: Make) -> None:
    """As it prints it first."""
    said = "echo 'systemd 252 (252.39-1~deb12u1)'; echo '+PAM +AUDIT'"
    assert find_systemd(programs("systemctl", said), LONG) == "252"
    assert find_systemd(programs("systemctl", "echo what"), LONG) == ""
    assert find_systemd({"PATH": ""}, LONG) == ""


# The session


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({}, ""),
        ({"XDG_SESSION_TYPE": "tty"}, ""),
        ({"XDG_SESSION_TYPE": "wayland"}, "wayland"),
        ({"XDG_SESSION_TYPE": "tty", "DISPLAY": "localhost:10.0"}, "x11"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
    ],
)
def test_what_a_session_draws_with(variables: dict[str, str], kind: str, tmp_path: Path) -> None:
    """By what programs go by themselves."""
    assert find_session(variables, tmp_path / "none" / "linger") == SessionFacts(kind, None)


def test_lingering_is_a_file_with_the_name_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As loginctl makes it; where systemd does not run, it means nothing."""
    monkeypatch.setattr("nightcare.desktop.unit_probe.BOOTED", tmp_path)
    folder = tmp_path / "linger"
    assert find_session({}, folder).lingering is False
    folder.mkdir()
    (folder / Path("/proc/self").owner()).touch()
    assert find_session({}, folder).lingering is True
    monkeypatch.setattr("nightcare.desktop.unit_probe.BOOTED", tmp_path / "not")
    assert find_session({}, folder).lingering is None


# The clock

_TIMEDATE = "org.freedesktop.timedate1"


@pytest.mark.parametrize("on", [True, False])
def test_whether_the_clock_is_kept_right(bus: PrivateBus, *, on: bool) -> None:
    """As systemd's timedated says it, on the system bus."""

    async def story() -> bool | None:
        async with NamedService(bus.address, _TIMEDATE) as service:
            service.switch(_TIMEDATE, "NTPSynchronized", on=on)
            return await find_synchronised({"DBUS_SYSTEM_BUS_ADDRESS": bus.address}, LONG)

    assert asyncio.run(story()) is on


def test_whether_the_clock_is_kept_right_may_not_be_known(bus: PrivateBus) -> None:
    """Without who could say, where they say nothing, and without a bus."""

    async def story() -> list[bool | None]:
        here = {"DBUS_SYSTEM_BUS_ADDRESS": bus.address}
        said = [await find_synchronised(here, LONG)]
        async with NamedService(bus.address, _TIMEDATE):
            said.append(await find_synchronised(here, LONG))
        return [*said, await find_synchronised({"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/no"}, LONG)]

    assert asyncio.run(story()) == [None, None, None]


# Versions


def test_every_library_that_is_needed_is_looked_for() -> None:
    """Those that the project names."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    needed = {one.split(">=")[0] for one in tomli.loads(text)["project"]["dependencies"]}
    assert needed == set(LIBRARIES + ON_LINUX)
    found = find_versions("252")
    assert set(found.libraries) == needed
    assert all(found.libraries.values())
    assert (found.python, found.systemd) == (sys.version.split()[0], "252")
    assert "Linux" in found.system


def test_a_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By having no version."""
    monkeypatch.setattr("nightcare.desktop.versions_probe.ON_LINUX", ("no-such-library",))
    assert find_versions("").libraries["no-such-library"] is None
