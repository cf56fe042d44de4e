"""The notification server and do not disturb, as the probes find them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from nightcare.desktop.dbus import Fault
from nightcare.doctor.checks.notification_server import (
    DoNotDisturbFacts,
    ServerFacts,
    ServerIdentity,
    probe_desktop_setting,
    probe_do_not_disturb,
    probe_server,
)
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.home import Home
from parts.named_service import NamedService
from parts.notification_server import ALL_CAPABILITIES, NotificationServer
from parts.probes import LONG, SHORT, ask, context_of
from parts.scripts import only_program


def test_a_server_says_who_it_is_and_what_it_can_do(bus: PrivateBus) -> None:
    """In its own words, with the process that it is."""

    async def story() -> ServerFacts:
        async with NotificationServer(bus.address):
            return await ask(bus, probe_server)

    found = asyncio.run(story())
    assert found.owned
    assert found.identity == ServerIdentity("Scripted", "nobody", "2.5", "1.2")
    assert found.capabilities == frozenset(ALL_CAPABILITIES)
    assert found.process == Path(f"/proc/{os.getpid()}/comm").read_text(encoding="utf-8").strip()


def test_no_server_and_none_to_start(bus: PrivateBus) -> None:
    """The query starts none."""
    assert asyncio.run(ask(bus, probe_server)) == ServerFacts(owned=False)


def test_a_server_that_can_be_started_is_not_started(home: Home) -> None:
    """The first reminder will."""
    services = home.data / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "server.service").write_text(
        f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/false\n", encoding="utf-8"
    )
    with private_bus(home, services=True) as bus:
        assert asyncio.run(ask(bus, probe_server)) == ServerFacts(owned=False, startable=True)
        assert bus.owner(NOTIFICATIONS) is None


def test_a_server_that_hangs_is_told_from_one_that_refuses(bus: PrivateBus) -> None:
    """Each question by itself."""

    async def story() -> ServerFacts:
        async with NotificationServer(bus.address) as server:
            server.silent.add("GetCapabilities")
            server.refused.add("GetServerInformation")
            return await ask(bus, probe_server, SHORT)

    found = asyncio.run(story())
    assert (found.capabilities, found.identity) == (Fault.LATE, Fault.REFUSED)


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
            return await ask(bus, partial(probe_do_not_disturb, variables=variables or {}), wait)

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
    assert asyncio.run(ask(bus, partial(probe_do_not_disturb, variables={}))) == DoNotDisturbFacts(
        None
    )


# Settings of the desktop

Make = Callable[[str, str], dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Make:
    """Make a program that does as a script says; return an environment that has it alone."""
    return partial(only_program, tmp_path / "bin")


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
    assert probe_desktop_setting(context_of(programs("gsettings", said), wait)) == quiet


def test_only_desktops_that_keep_it_there_are_ask(programs: Make) -> None:
    """Without the program there is no answer."""
    variables = programs("gsettings", "echo false")
    for desktop in ("KDE", ""):
        said = probe_desktop_setting(context_of(variables | {"XDG_CURRENT_DESKTOP": desktop}, LONG))
        assert said == DoNotDisturbFacts(None)
    assert probe_desktop_setting(context_of(variables | {"PATH": ""}, LONG)) == DoNotDisturbFacts(
        None
    )
