"""A service whose environment differs from the shell's: a real user manager, real buses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from nightcare.i18n.translator import read_words
from parts.bus import Monitor, PrivateBus, private_bus
from parts.home import Home
from parts.notification_server import NotificationServer
from parts.processes import HANG_SECONDS, eventually, find_program, run_tool
from parts.program import ALL_WELL, LATER, ONE_SECOND, Nightcare, soon
from parts.user_manager import SESSION_TARGET, UserManager, user_manager

pytestmark = pytest.mark.real

UNIT = "nightcare.service"


@pytest.fixture
def night(home: Home) -> Nightcare:
    """Return the program for that person, with a config and not installed."""
    made = Nightcare(home)
    made.configure(LATER)
    return made


def elsewhere(night: Nightcare, name: str) -> Path:
    """Return a folder that only a shell's variable names."""
    return night.home.path / "elsewhere" / name


def tree(*folders: Path) -> dict[str, object]:
    """Return all files and links below some folders, with their content."""
    return {
        str(path): path.readlink() if path.is_symlink() else path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def all_but_the_journal(night: Nightcare) -> dict[str, object]:
    """Return all files of the person, except those that a running service writes."""
    found = tree(night.home.path)
    return {path: one for path, one in found.items() if not Path(path).is_relative_to(night.state)}


@pytest.mark.usefixtures("manager")
def test_commands_use_the_state_folder_of_the_service(night: Nightcare) -> None:
    """XDG_STATE_HOME that a shell alone exports makes no second journal and no second service.

    As it broke elsewhere: home-manager#5542.
    """
    night.command("install")
    other = elsewhere(night, "state")
    shell = replace(night, session={"XDG_STATE_HOME": str(other)})
    shell.command("pause", "2h")
    assert night.json("status")["paused_until"] is not None
    assert shell.command("status").out.startswith("nightcare is running")
    shell.command("resume")
    assert night.json("status")["paused_until"] is None
    shell.command("cramp", "add")
    assert len(night.json("cramp", "list")["cramps"]) == 1
    assert "already running" in shell.command("run", code=1).err
    shell.command("uninstall", "--purge", "--yes")
    assert not other.exists()
    assert not night.state.exists()
    assert not night.config.exists()


def test_the_service_uses_the_state_folder_that_install_found(
    night: Nightcare, manager: UserManager
) -> None:
    """The unit records it; so commands find it while the service is stopped, too."""
    shell = replace(night, session={"XDG_STATE_HOME": str(elsewhere(night, "state"))})
    shell.command("install")
    night.command("pause", "2h")
    manager.systemctl("stop", UNIT)
    assert "Paused" in night.command("status", code=69).out
    assert "Paused" in shell.command("status", code=69).out
    assert not night.state.exists()
    night.command("cramp", "add")
    manager.systemctl("start", UNIT)
    assert len(night.json("cramp", "list")["cramps"]) == 1
    assert elsewhere(night, "state/nightcare/journal.sqlite").is_file()


def test_a_config_folder_of_the_shell_is_the_services_too(
    night: Nightcare, manager: UserManager
) -> None:
    """The unit goes where systemd looks, and names the config; uninstall leaves nothing.

    As it broke elsewhere: home-manager#5510.
    """
    before = tree(night.home.path)
    other = elsewhere(night, "config")
    own = other / "nightcare" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_bytes(
        night.config.read_bytes() + b'[reminders.more]\ntopic = "sleep"\nat = "12:00"\n'
    )
    shell = replace(night, session={"XDG_CONFIG_HOME": str(other)})
    shell.command("install")
    assert (night.home.config / "systemd" / "user" / UNIT).is_file()
    assert not (other / "systemd").exists()
    assert manager.show(UNIT, "StatusText") == "Active reminders: 2"
    assert night.command("config", "path").out.strip() == str(own)
    manager.systemctl("stop", UNIT)
    assert night.command("config", "path").out.strip() == str(own)
    night.command("uninstall", "--purge", "--yes")
    assert not own.exists()
    night.command("uninstall", "--purge", "--yes")
    assert not night.config.exists()
    del before[str(night.config)]
    assert tree(night.home.path) == before


@pytest.mark.usefixtures("manager")
def test_an_icon_goes_where_the_desktop_looks(night: Nightcare) -> None:
    """XDG_DATA_HOME of the shell alone is not the desktop's."""
    other = elsewhere(night, "data")
    night.command("install", XDG_DATA_HOME=str(other))
    assert not other.exists()
    assert (night.home.data / "icons/hicolor/scalable/apps/nightcare.svg").is_file()
    night.command("uninstall", XDG_DATA_HOME=str(other))
    assert tree(night.home.data) == {}


@pytest.mark.parametrize("installed", [False, True])
def test_an_install_that_fails_leaves_everything_as_it_was(
    night: Nightcare, manager: UserManager, *, installed: bool
) -> None:
    """Config, unit, links, entry and icon; and a service that ran runs again."""
    night.config.unlink()
    if installed:
        night.command("install")
    before = all_but_the_journal(night)
    # It fails once; the service that ran before starts again.
    fault = night.home.aside / "fault"
    fault.touch()
    spoiled = night.home.runtime / "systemd" / "user" / f"{UNIT}.d" / "spoiled.conf"
    spoiled.parent.mkdir(parents=True)
    fails = f"/bin/sh -c 'test ! -e {fault} || {{ rm {fault}; false; }}'"
    spoiled.write_text(f"[Service]\nExecStartPre={fails}\nRestart=no\n", encoding="utf-8")
    manager.systemctl("daemon-reload")
    said = night.command("install", code=1)
    assert "did not start (exit-code" in said.err
    assert all_but_the_journal(night) == before
    assert (manager.show(UNIT, "ActiveState") == "active") is installed
    assert night.state.exists() is installed


@pytest.mark.usefixtures("manager")
def test_a_setting_of_the_shell_alone_is_told(night: Nightcare) -> None:
    """It counts in the command, and that the service goes by another is said."""
    night.command("install")
    shell = replace(night, session={"NIGHTCARE_SLEEP__BEDTIME": "21:00"})
    said = shell.command("next")
    assert "NIGHTCARE_SLEEP__BEDTIME" in said.err
    assert night.command("next").err == ""
    other = night.home.path / "other.toml"
    other.write_bytes(night.config.read_bytes())
    said = night.command("next", NIGHTCARE_CONFIG=str(other))
    assert f"Your service uses {night.config}" in said.err


def test_a_setting_of_the_service_alone_counts_for_commands(
    night: Nightcare, manager: UserManager
) -> None:
    """They announce what will be shown."""
    manager.systemctl("set-environment", "NIGHTCARE_SLEEP__BEDTIME=21:00")
    night.command("install")
    assert night.json("next")["due"][11:16] == "20:55"


@pytest.mark.usefixtures("manager")
def test_without_a_runtime_folder_commands_find_the_service(night: Nightcare) -> None:
    """As under cron, where little more than HOME is set: the unit says where its journal is."""
    night.command("install", XDG_STATE_HOME=str(elsewhere(night, "state")))
    assert elsewhere(night, "state/nightcare/journal.sqlite").is_file()
    cron = replace(night, session={"XDG_RUNTIME_DIR": "/nonexistent"})
    cron.command("pause", "2h")
    assert night.json("status")["paused_until"] is not None
    assert cron.command("status").out.startswith("nightcare is running")
    assert "already running" in cron.command("run", code=1).err


# Late: variables and buses that come about while the service runs

AUTOMATIC = 'language = "auto"\ntimezone = "{zone}"\n[sleep]\nwake = "07:00"\nbedtime = "22:30"\n'


@pytest.fixture
def early(home: Home) -> Iterator[UserManager]:
    """Run a user manager without a language, a bus or a display of a desktop."""
    aside = home.runtime / "systemd" / "user" / f"{UNIT}.d" / "log.conf"
    aside.parent.mkdir(parents=True)
    to = f"append:{home.log('nightcare')}"
    aside.write_text(f"[Service]\nStandardOutput={to}\nStandardError={to}\n", encoding="utf-8")
    with user_manager(home) as own:
        own.systemctl("unset-environment", "LANG")
        yield own


@contextlib.contextmanager
def notification_server(bus: PrivateBus) -> Iterator[None]:
    """Run a notification server on a bus, in its own thread."""
    loop = asyncio.new_event_loop()
    begun, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with NotificationServer(bus.address):
            begun.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert begun.wait(HANG_SECONDS)
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(HANG_SECONDS)
        loop.close()


def automatic(night: Nightcare, *reminders: str) -> None:
    """Write a config without a language or a notifier."""
    text = AUTOMATIC.format(zone=night.zone) + "\n".join(reminders)
    night.config.write_text(text, encoding="utf-8")


def environment(night: Nightcare) -> dict[str, Any]:
    """Return the environment that the service publishes."""
    told = night.json("status")["environment"]
    assert isinstance(told, dict)
    return told


def title_of_reminder(monitor: Monitor) -> str:
    """Return the title of the next reminder, without the welcome and the notice of a schedule."""
    keys = ("notice_taken_up", "welcome_title")
    notices = {read_words(language).text(key) for language in ("en", "da") for key in keys}
    seen = monitor.wait_for("Notify", matching=lambda seen: seen.body[3] not in notices)
    return str(seen.body[3])


def printed(night: Nightcare) -> str:
    """Return the output of the service."""
    return night.home.log("nightcare").read_text(encoding="utf-8")


def test_a_bus_that_comes_late_is_found(night: Nightcare, early: UserManager) -> None:
    """Until then nothing counts as shown in a log that nobody reads; then reminders come there."""
    automatic(night, LATER)
    night.command("install")
    automatic(night, LATER, night.reminder("water", soon(ONE_SECOND)))
    night.wait_until("water", state="open")
    assert "no session bus yet" in printed(night)
    assert "water: shown" not in printed(night)
    (decided,) = night.json("why", "water")
    assert (decided["delivery"], decided["refusal"]) != ("shown", None)
    assert "bad" in night.command("doctor", code=1).out
    with private_bus(night.home) as bus, bus.monitor() as monitor:
        eventually(
            lambda: environment(night)["bus"] == bus.address, HANG_SECONDS, "the bus", early.program
        )
        with notification_server(bus):
            assert monitor.wait_for("Notify").body[0] == "nightcare"


def test_variables_that_come_late_are_taken_up(night: Nightcare, early: UserManager) -> None:
    """With the desktop's notification server the service asks what the desktop has told.

    As it broke elsewhere: systemd#42960, nixpkgs#279434.
    """
    automatic(night, LATER)
    with private_bus(night.home) as bus, bus.monitor() as monitor:
        night.command("install")
        assert (environment(night)["desktop"], environment(night)["language"]) == ("", "en")
        early.systemctl(
            "set-environment", "LANG=da_DK.UTF-8", "XDG_CURRENT_DESKTOP=sway", "DISPLAY=:9"
        )
        with notification_server(bus):
            eventually(
                lambda: environment(night)["desktop"] == "sway",
                HANG_SECONDS,
                "the desktop",
                early.program,
            )
            assert environment(night)["language"] == "da"
            assert environment(night)["display"] == ":9"
            automatic(night, LATER, night.reminder("water", soon()))
            assert title_of_reminder(monitor) == read_words("da").text("title_hydration")


def test_variables_are_asked_for_just_before_a_reminder(
    night: Nightcare, early: UserManager
) -> None:
    """The server was there before the desktop was known."""
    automatic(night, LATER)
    with private_bus(night.home) as bus, bus.monitor() as monitor, notification_server(bus):
        night.command("install")
        eventually(
            lambda: night.json("status")["notifier"], HANG_SECONDS, "the server", early.program
        )
        early.systemctl("set-environment", "LANG=da_DK.UTF-8", "XDG_CURRENT_DESKTOP=sway")
        assert environment(night)["language"] == "en"
        # What is due when the config is read is shown at once.
        due = soon(night.unhurried(2 * ONE_SECOND))
        automatic(night, LATER, night.reminder("water", due))
        assert title_of_reminder(monitor) == read_words("da").text("title_hydration")
        assert environment(night)["desktop"] == "sway"


def test_what_the_unit_sets_itself_stays(night: Nightcare, early: UserManager) -> None:
    """As where somebody wants another language for it than for the desktop."""
    automatic(night, LATER)
    drop_in = night.home.runtime / "systemd" / "user" / f"{UNIT}.d" / "language.conf"
    drop_in.write_text("[Service]\nEnvironment=LANG=en_GB.UTF-8\n", encoding="utf-8")
    early.systemctl("daemon-reload")
    early.systemctl("set-environment", "LANG=da_DK.UTF-8")
    with private_bus(night.home) as bus:
        night.command("install")
        early.systemctl("set-environment", "XDG_CURRENT_DESKTOP=sway")
        with notification_server(bus):
            eventually(
                lambda: environment(night)["desktop"] == "sway",
                HANG_SECONDS,
                "the desktop",
                early.program,
            )
        assert environment(night)["language"] == "en"


# Two buses: the desktop has another than the service, as with `dbus-run-session sway`


@dataclass(frozen=True)
class TwoBuses:
    """A desktop whose session bus, with its notification server, is not that of the service."""

    shell: Nightcare
    own: PrivateBus
    desktop: PrivateBus

    def follow(self, advice: str) -> None:
        """Run the commands of systemctl that are named, in the desktop's terminal."""
        tool = find_program("systemctl", "systemd")
        commands = re.findall(r"`systemctl (.*?)`", advice)
        assert commands
        for command in commands:
            run_tool([tool, *command.split()], self.shell.home.environment(**self.shell.session))


@pytest.fixture
def two(night: Nightcare) -> Iterator[TwoBuses]:
    """Run two buses, with a notification server on the desktop's only."""
    with (
        private_bus(night.home) as own,
        private_bus(night.home, name="desktop") as desktop,
        notification_server(desktop),
    ):
        session = {"DBUS_SESSION_BUS_ADDRESS": desktop.address, "WAYLAND_DISPLAY": "wayland-9"}
        yield TwoBuses(replace(night, session=session), own, desktop)


def mends(said: str) -> str:
    """Return the advice for all failed checks."""
    return " ".join(one["mend"] for one in json.loads(said) if one["state"] == "bad")


def test_another_bus_is_told_with_the_commands_that_help(
    night: Nightcare, early: UserManager, two: TwoBuses
) -> None:
    """By the doctor and by status, which fail until what they say was done.

    As it broke elsewhere: labwc#2632, cinnamon-session#212.
    """
    automatic(night, LATER)
    night.command("install")
    assert environment(night)["bus"] == two.own.address
    shell = two.shell
    said = shell.command("status", code=1)
    assert "reminders do not come up here" in said.err
    found = shell.command("doctor", "--json", code=1).out
    assert f"another one at {two.desktop.address}" in found
    assert said.err.count("systemctl --user") == 2
    two.follow(mends(found))
    eventually(lambda: shell.json("status")["notifier"], HANG_SECONDS, "the server", early.program)
    assert shell.command("status").err == ""
    assert shell.command("doctor", code=ALL_WELL).out
    with two.desktop.monitor() as monitor:
        automatic(night, LATER, night.reminder("water", soon(ONE_SECOND)))
        assert monitor.wait_for("Notify")


def test_another_bus_is_taken_up_with_the_next_reminder(
    night: Nightcare, early: UserManager, two: TwoBuses
) -> None:
    """Once the user manager is told of it, no restart is needed for what is due then."""
    automatic(night, LATER)
    night.command("install")
    two.follow("`systemctl --user import-environment DBUS_SESSION_BUS_ADDRESS`")
    with two.desktop.monitor() as monitor:
        due = soon(night.unhurried(2 * ONE_SECOND))
        automatic(night, LATER, night.reminder("water", due))
        assert monitor.wait_for("Notify")
    assert environment(night)["bus"] == two.desktop.address
    eventually(lambda: night.json("status")["notifier"], HANG_SECONDS, "the server", early.program)


def test_a_service_of_a_terminal_is_told_likewise(night: Nightcare, two: TwoBuses) -> None:
    """No user manager has a part in it: it is to be started on the desktop."""
    automatic(night, LATER)
    with replace(night, session={"DBUS_SESSION_BUS_ADDRESS": two.own.address}).service():
        said = two.shell.command("status", code=1)
        assert "Stop that `nightcare run`" in said.err
        assert "Stop the `nightcare run`" in mends(
            two.shell.command("doctor", "--json", code=1).out
        )
    with two.shell.service():
        eventually(lambda: two.shell.json("status")["notifier"], HANG_SECONDS, "the server")
        assert two.shell.command("status").err == ""


def test_what_differs_is_told_with_what_mends_it(night: Nightcare, early: UserManager) -> None:
    """Language, desktop and settings: each a warning of the doctor."""
    automatic(night, LATER)
    with private_bus(night.home):
        night.command("install")
        session = {
            "LANG": "da_DK.UTF-8",
            "XDG_CURRENT_DESKTOP": "sway",
            "WAYLAND_DISPLAY": "wayland-9",
            "NIGHTCARE_SLEEP__BEDTIME": "21:00",
            "XDG_STATE_HOME": str(elsewhere(night, "state")),
        }
        shell = replace(night, session=session)
        found = json.loads(shell.command("doctor", "--json", code=1).out)
        told = [one["mend"] or one["message"] for one in found if one["check"] == "service"]
        assert any("nightcare config set language da" in one for one in told)
        assert any("import-environment XDG_CURRENT_DESKTOP" in one for one in told)
        assert any("`nightcare config set`" in one for one in told)
        assert any(str(elsewhere(night, "state")) in one for one in told)
        assert early.show(UNIT, "ActiveState") == "active"


def test_an_install_over_ssh_comes_with_the_desktop(night: Nightcare, early: UserManager) -> None:
    """No display and no bus then; it runs at once, and starts with a graphical session too."""
    automatic(night, LATER)
    night.command("install")
    assert early.show(UNIT, "ActiveState") == "active"
    found = night.command("doctor", "--json", code=1).out
    assert '"good"' not in json.dumps([one for one in json.loads(found) if one["check"] == "bus"])
    early.systemctl("stop", UNIT)
    early.systemctl("start", SESSION_TARGET)
    early.wait_until(UNIT, "active")
