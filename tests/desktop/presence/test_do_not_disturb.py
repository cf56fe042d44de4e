"""Sources of do not disturb."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nightcare.desktop.presence.do_not_disturb import setting_in_use
from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.bus import NOTIFICATIONS, PrivateBus
from parts.named_service import PROPERTIES, Answer, NamedService
from parts.notification_server import DO_NOT_QUEUE
from parts.presence_watch import (
    DCONF,
    HERE,
    LIMIT,
    QUIET,
    SECONDS,
    SHORT,
    SWAYNC,
    XFCONF,
    changed,
    run,
    watching,
)
from parts.processes import LIMITS, is_written
from parts.processes import Identity as Process
from parts.scripts import shell_program

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

# Do not disturb


@pytest.mark.parametrize(
    ("interface", "name", "by"),
    [
        (NOTIFICATIONS, "Inhibited", NOTIFICATIONS),
        ("org.dunstproject.cmd0", "paused", "dunst"),
    ],
)
def test_a_server_tells_of_do_not_disturb(
    bus: PrivateBus, interface: str, name: str, by: str
) -> None:
    """By its property, as it changes."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            server.switch(interface, name, on=False)
            async with watching(bus.address) as watch:
                for on in (True, False):
                    server.switch(interface, name, on=on)
                    await changed(server, interface, name, on=on)
                    await watch.until(Presence({Condition.DO_NOT_DISTURB} if on else ()))
                    known = watch.monitor.known()[Condition.DO_NOT_DISTURB]
                    assert known == ConditionState(on, (by,))

    run(story())


def test_mako_of_old_is_asked_when_it_matters(bus: PrivateBus) -> None:
    """It has modes, and did not tell of them."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS) as server,
            watching(bus.address) as watch,
        ):
            modes = ["default", "do-not-disturb"]
            server.answers["fr.emersion.Mako", "ListModes"] = ("as", (modes,))
            await watch.monitor.refresh()
            assert watch.monitor.presence == QUIET

    run(story())


def test_swaync_tells_of_do_not_disturb(bus: PrivateBus) -> None:
    """With a signal that carries more than that."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS, SWAYNC) as server:
            server.answers[SWAYNC, "GetDnd"] = ("b", (False,))
            async with watching(bus.address) as watch:
                server.answers[SWAYNC, "GetDnd"] = ("b", (True,))
                await server.emit("Subscribe", "ubb", (0, True, False), interface=SWAYNC)
                await watch.until(QUIET)
                server.answers[SWAYNC, "GetDnd"] = ("b", (False,))
                for inhibited in (False, True, False):
                    server.answers[SWAYNC, "IsInhibited"] = ("b", (inhibited,))
                    values = (0, False, False, inhibited)
                    await server.emit("SubscribeV2", "ubbb", values, interface=SWAYNC)
                    await watch.until(QUIET if inhibited else HERE)

    run(story())


def test_the_settings_of_xfce_tell_of_do_not_disturb(bus: PrivateBus) -> None:
    """Another program than the server, which tells of all settings."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS) as server,
            NamedService(bus.address, XFCONF) as settings,
        ):
            information = ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
            server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
            setting = ("xfce4-notifyd", "/do-not-disturb")
            settings.answers[XFCONF, "PropertyExists", *setting] = ("b", (True,))
            settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", False),))
            async with watching(bus.address) as watch:
                settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", True),))
                body = (*setting, ("b", True))
                await settings.emit("PropertyChanged", "ssv", body, interface=XFCONF)
                await watch.until(QUIET)

    run(story())


def test_settings_hold_after_their_keeper_has_ended(bus: PrivateBus) -> None:
    """The one of Xfce ends when it is idle, and is started again for the next change."""
    setting = ("xfce4-notifyd", "/do-not-disturb")

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            information = ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
            server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
            async with watching(bus.address) as watch:
                for on, presence in ((True, QUIET), (False, HERE)):
                    async with NamedService(bus.address) as settings:
                        settings.answers[XFCONF, "PropertyExists", *setting] = ("b", (True,))
                        settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", on),))
                        await settings.ask_bus("RequestName", "su", XFCONF, DO_NOT_QUEUE)
                        body = (*setting, ("b", on))
                        await settings.emit("PropertyChanged", "ssv", body, interface=XFCONF)
                        await watch.until(presence)
                assert watch.reported[watch.reported.index(QUIET) :] == [QUIET, HERE]
                await watch.monitor.refresh()
                assert watch.monitor.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)

    run(story())


@pytest.mark.parametrize(("desktop", "on"), [("XFCE", True), ("sway", None)])
def test_the_setting_of_xfce_counts_before_the_bus_has_started_its_server(
    bus: PrivateBus, desktop: str, *, on: bool | None
) -> None:
    """It is kept from one login to the next; elsewhere another server will be started."""
    setting = ("xfce4-notifyd", "/do-not-disturb")

    async def story() -> None:
        async with NamedService(bus.address, XFCONF) as settings:
            settings.answers[XFCONF, "PropertyExists", *setting] = ("b", (True,))
            settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", True),))
            variables = {"XDG_CURRENT_DESKTOP": desktop}
            async with watching(bus.address, variables=variables) as watch:
                known = watch.monitor.known()[Condition.DO_NOT_DISTURB]
                assert known.on is on
                async with NamedService(bus.address) as server:
                    information = ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
                    server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
                    await server.ask_bus("RequestName", "su", NOTIFICATIONS, DO_NOT_QUEUE)
                    await watch.until(QUIET)

    run(story())


def test_swaync_that_keeps_only_the_servers_name_is_unknown(bus: PrivateBus) -> None:
    """Its own name has gone, and with it what it said."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS), watching(bus.address) as watch:
            async with NamedService(bus.address) as server:
                server.answers[SWAYNC, "GetDnd"] = ("b", (True,))
                await server.ask_bus("RequestName", "su", SWAYNC, DO_NOT_QUEUE)
                await watch.until(QUIET)
            await watch.until(HERE)

    run(story())


BUDGIE = "org.budgie_desktop.Notifications"
DISPATCHER = "org.buddiesofbudgie.budgie.Dispatcher"


def test_budgie_tells_of_do_not_disturb(bus: PrivateBus, programs: Programs) -> None:
    """The setting of GNOME, which its session also names, has no say."""

    async def story() -> None:
        programs.text("echo false")
        variables = {**programs.variables, "XDG_CURRENT_DESKTOP": "Budgie:GNOME"}
        async with (
            NamedService(bus.address, NOTIFICATIONS, BUDGIE) as server,
            watching(bus.address, variables=variables) as watch,
        ):
            assert watch.monitor.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)
            for on in (False, True, False, True):
                server.answers[DISPATCHER, "GetDoNotDisturb"] = ("b", (on,))
                await server.emit("DoNotDisturbChanged", "b", (on,), interface=DISPATCHER)
                await watch.until_it_holds(
                    lambda on=on: (
                        watch.monitor.known()[Condition.DO_NOT_DISTURB]  # type: ignore[misc] # mypy cannot infer a lambda with a default
                        == ConditionState(on, ("Budgie",))
                    )
                )
        assert not programs.was_asked

    run(story())


DEEPIN = "org.deepin.dde.Notification1"


def test_deepin_tells_of_do_not_disturb(bus: PrivateBus) -> None:
    """By the setting with the number 0 of its notification server."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS, DEEPIN) as server,
            watching(bus.address, variables={"XDG_CURRENT_DESKTOP": "DDE"}) as watch,
        ):
            for on in (True, False):
                server.answers[DEEPIN, "GetSystemInfo", 0] = ("v", (("b", on),))  # type: ignore[index] # a number among the arguments
                await server.emit("SystemInfoChanged", "uv", (0, ("b", on)), interface=DEEPIN)
                await watch.until(Presence({Condition.DO_NOT_DISTURB} if on else ()))

    run(story())


@pytest.mark.parametrize("end", ["leaves", "answers with another type", "refuses", "is silent"])
@pytest.mark.parametrize(
    ("name", "asked", "on"),
    [
        (NOTIFICATIONS, ("Get", NOTIFICATIONS, "Inhibited"), ("v", (("b", True),))),
        (NOTIFICATIONS, ("Get", "org.dunstproject.cmd0", "paused"), ("v", (("b", True),))),
        (NOTIFICATIONS, ("fr.emersion.Mako", "ListModes"), ("as", (["do-not-disturb"],))),
        (SWAYNC, (SWAYNC, "GetDnd"), ("b", (True,))),
        (BUDGIE, (DISPATCHER, "GetDoNotDisturb"), ("b", (True,))),
        (DEEPIN, (DEEPIN, "GetSystemInfo", 0), ("v", (("b", True),))),
    ],
    ids=["KDE", "dunst", "mako", "swaync", "Budgie", "Deepin"],
)
def test_what_was_on_is_unknown_once_its_source_does_not_say(
    bus: PrivateBus, name: str, asked: tuple[str, ...], on: Answer, end: str
) -> None:
    """Unknown holds nothing back."""

    async def story() -> None:
        call = (PROPERTIES, *asked) if asked[0] == "Get" else asked
        source = NamedService(bus.address, *{name, NOTIFICATIONS})
        source.answers[call] = on
        limit = 1.0 if end == "is silent" else LIMIT
        async with source, watching(bus.address, limit=limit) as watch:
            await watch.until_it_holds(lambda: watch.monitor.presence == QUIET)
            if end == "leaves":
                await source.stop()
            elif end == "refuses":
                del source.answers[call]
            else:
                source.answers[call] = ("t", (1,)) if end == "answers with another type" else None
            if end != "leaves":
                await watch.monitor.refresh(everything=True)
            await watch.until_it_holds(
                lambda: watch.monitor.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)
            )

    run(story())


@pytest.mark.parametrize(
    ("desktops", "asked"),
    [
        ("GNOME", "GNOME"),
        ("ubuntu:GNOME", "GNOME"),
        ("pop:GNOME", "GNOME"),
        ("GNOME-Classic:GNOME", "GNOME"),
        ("X-Cinnamon", "X-Cinnamon"),
        ("X-Cinnamon:GNOME", "X-Cinnamon"),
        ("x-cinnamon", "X-Cinnamon"),
        ("MATE:GNOME", "MATE"),
        ("Pantheon", "Pantheon"),
        ("Pantheon:GNOME", "Pantheon"),
        ("Budgie:GNOME", None),
        ("Unity:Unity7:ubuntu", None),
        ("Unity:Unity7:ubuntu:GNOME", None),
        ("GNOME-Flashback:GNOME", None),
        ("XFCE:GNOME", None),
        ("KDE", None),
        ("sway:GNOME", None),
        ("COSMIC:GNOME", None),
        ("Deepin:GNOME", None),
        ("LXQt:GNOME", None),
        ("X-LXQt:GNOME", None),
        ("bspwm:GNOME", None),
        ("awesome:GNOME", None),
        ("Cinnamon", "X-Cinnamon"),
        (" ubuntu : GNOME ", "GNOME"),
        ("GNOME;", "GNOME"),
        ("pop;GNOME", "GNOME"),
        ("Budgie;GNOME;", None),
        (":GNOME:", "GNOME"),
        (" ; ", None),
        ("", None),
    ],
)
def test_the_most_specific_desktop_has_its_own_setting_asked(
    desktops: str, asked: str | None
) -> None:
    """A desktop that only builds on GNOME does not use GNOME's."""
    setting = setting_in_use({"XDG_CURRENT_DESKTOP": desktops})
    assert (setting and setting.desktop) == asked


class Programs:
    """A folder of programs that print what a file says."""

    def __init__(self, folder: Path) -> None:
        self._says = folder / "says"
        script = f'echo x >>{folder}/asked\nread -r said <{self._says}\neval "$said"'
        path = shell_program(folder / "bin" / "gsettings", script)
        self._asked = folder / "asked"
        self.variables = {"PATH": str(path.parent), "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}

    def text(self, script: str) -> None:
        """Have it do so from now on."""
        self._says.write_text(f"{script}\n", encoding="utf-8")

    @property
    def was_asked(self) -> bool:
        """True if the program was ever run."""
        return self._asked.exists()

    @property
    def asked(self) -> int:
        """The number of runs."""
        return len(self._asked.read_text(encoding="utf-8").split())


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Install a `gsettings` of the test's own."""
    return Programs(tmp_path)


def test_the_settings_of_gnome_tell_of_do_not_disturb(bus: PrivateBus, programs: Programs) -> None:
    """They are only read when dconf tells of a change to them, not of any other."""

    async def story() -> None:
        programs.text("echo true")
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            watching(bus.address, variables=programs.variables) as watch,
        ):
            assert watch.monitor.known()[Condition.DO_NOT_DISTURB] == ConditionState(
                on=False, by=("GNOME",)
            )
            programs.text("echo false")
            async with NamedService(bus.address, DCONF) as dconf:
                for path in ("/org/gnome/desktop/interface/clock-format", "/org/gnome/"):
                    assert programs.asked == 1
                    await dconf.emit(
                        "Notify", "sass", (path, [""], "tag"), interface=f"{DCONF}.Writer"
                    )
                await watch.until(QUIET)
                programs.text("echo true")
                body = ("/org/gnome/desktop/notifications/show-banners", [""], "tag")
                await dconf.emit("Notify", "sass", body, interface=f"{DCONF}.Writer")
                await watch.until(HERE)

    run(story())


@pytest.mark.parametrize(
    ("desktop", "path", "quiet"),
    [
        ("X-Cinnamon", "/org/cinnamon/desktop/notifications/display-notifications", "false"),
        ("MATE", "/org/mate/notification-daemon/do-not-disturb", "true"),
        ("Pantheon", "/io/elementary/notifications/do-not-disturb", "true"),
    ],
)
def test_a_change_of_a_desktops_setting_is_noticed_where_dconf_stores_it(
    bus: PrivateBus, programs: Programs, desktop: str, path: str, quiet: str
) -> None:
    """The path is not always the name of the schema."""

    async def story() -> None:
        programs.text(f"echo {'true' if quiet == 'false' else 'false'}")
        variables = programs.variables | {"XDG_CURRENT_DESKTOP": desktop}
        async with (
            NamedService(bus.address, DCONF) as dconf,
            watching(bus.address, variables=variables) as watch,
        ):
            assert watch.monitor.presence == HERE
            programs.text(f"echo {quiet}")
            await dconf.emit("Notify", "sass", (path, [""], "tag"), interface=f"{DCONF}.Writer")
            await watch.until(QUIET)

    run(story())


def test_the_settings_of_a_desktop_count_while_its_server_is_not_running(
    bus: PrivateBus, programs: Programs
) -> None:
    """The one of MATE ends after 30 s without a notification, and is started for the next one."""

    async def story() -> None:
        programs.text("echo true")
        variables = programs.variables | {"XDG_CURRENT_DESKTOP": "MATE"}
        async with watching(bus.address, variables=variables) as watch:
            assert watch.monitor.presence == QUIET
            async with NamedService(bus.address, NOTIFICATIONS):
                pass
            await watch.monitor.refresh()
            assert set(watch.reported) == {QUIET}

    run(story())


@pytest.mark.parametrize("script", ["exec /bin/sleep 600", "exit 3", "echo perhaps", "kill -9 $$"])
def test_settings_that_cannot_be_read_say_nothing(
    bus: PrivateBus, programs: Programs, script: str
) -> None:
    """No process is left running."""

    async def story() -> None:
        programs.text(script)
        limit = SHORT if "sleep" in script else SECONDS
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            watching(bus.address, variables=programs.variables, limit=limit) as watch,
        ):
            await watch.monitor.refresh()
            assert watch.monitor.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)

    run(story())


def test_a_program_that_hangs_is_ended_with_what_it_started(
    bus: PrivateBus, programs: Programs, tmp_path: Path
) -> None:
    """Within the limit, whether anybody waits for it or not."""
    pid = tmp_path / "pid"

    async def story(limit: float) -> None:
        programs.text(f"/bin/sleep 600 & echo $! >{pid}; wait")
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            watching(bus.address, variables=programs.variables, limit=limit),
        ):
            if not is_written(pid):
                return
            child = Process.of(int(pid.read_text(encoding="utf-8")))
            async with asyncio.timeout(SECONDS):
                while child is not None and child.is_alive():  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.01)

    for limit in LIMITS:
        run(story(limit))
        if is_written(pid):
            return
    pytest.fail("the program was never started")


def test_without_the_program_its_settings_say_nothing(bus: PrivateBus) -> None:
    """GNOME without gsettings."""

    async def story() -> None:
        variables = {"PATH": "/nonexistent", "XDG_CURRENT_DESKTOP": "GNOME"}
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            watching(bus.address, variables=variables) as watch,
        ):
            assert watch.monitor.presence == HERE

    run(story())


def _make_pipe(file: Path) -> None:
    os.mkfifo(file)


def _link_to_itself(file: Path) -> None:
    file.symlink_to(file)


def _link_to_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _write_too_much(file: Path) -> None:
    with file.open("wb") as stream:
        stream.write(b"[General]\ndoNotDisturb=true\n")
        stream.truncate(2**31)


def _write_binary(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, _make_pipe, _link_to_itself, _link_to_device, _write_too_much, _write_binary],
)
def test_a_settings_file_that_is_no_text_says_nothing_and_blocks_nothing(
    bus: PrivateBus, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """As soon as it is one again it counts."""
    file = tmp_path / "lxqt" / "notifications.conf"
    file.parent.mkdir()

    async def story() -> None:
        make(file)
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            information = ("lxqt-notificationd", "lxqt.org", "1.2.0", "1.2")
            server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
            variables = {"XDG_CONFIG_HOME": str(tmp_path)}
            async with watching(bus.address, variables=variables) as watch:
                known = watch.monitor.known()[Condition.DO_NOT_DISTURB]
                assert known == ConditionState(None)
                file.rename(file.with_name("odd"))
                file.write_text("[General]\ndoNotDisturb=true\n", encoding="utf-8")
                await watch.monitor.refresh()
                assert watch.monitor.presence == QUIET

    run(story())


@pytest.mark.parametrize("on", [True, False])
def test_a_server_that_answers_has_precedence_over_the_setting_of_the_desktop(
    bus: PrivateBus, programs: Programs, *, on: bool
) -> None:
    """A server other than the desktop's own does not know that setting."""

    async def story() -> None:
        programs.text(f"echo {'true' if on else 'false'}")
        async with watching(bus.address, variables=programs.variables) as watch:
            assert watch.monitor.presence == (HERE if on else QUIET)
            async with NamedService(bus.address) as server:
                server.switch("org.dunstproject.cmd0", "paused", on=on)
                await server.ask_bus("RequestName", "su", NOTIFICATIONS, DO_NOT_QUEUE)
                by_dunst = ConditionState(on, ("dunst",))
                await watch.until_it_holds(
                    lambda: watch.monitor.known()[Condition.DO_NOT_DISTURB] == by_dunst
                )
            await watch.until(HERE if on else QUIET)

    run(story())
