"""The doctor with real parts: notification servers, clicks, a user manager, the service."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping

import pytest

from parts.bus import private_bus
from parts.display import Display
from parts.home import Home
from parts.processes import HANG_SECONDS, ToolFailedError, eventually, run_tool
from parts.program import ALL_WELL, COMMAND_SECONDS, LATER, PROGRAM, Nightcare
from parts.servers import dunst, xfce4_notifyd
from parts.user_manager import UserManager

pytestmark = pytest.mark.real

UNIT = "nightcare.service"
NO_SYSTEM_BUS = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"}

TERMINAL = '[notify]\nbackend = "terminal"\n'

Said = dict[str, str | None]


def examined(night: Nightcare, code: int, *words: str, **variables: str) -> dict[str, list[Said]]:
    """Return the findings of the doctor by check."""
    said = night.command("doctor", "--json", *words, code=code, **NO_SYSTEM_BUS, **variables)
    return by_check(said.out)


def by_check(out: str) -> dict[str, list[Said]]:
    """Return findings by check."""
    found: dict[str, list[Said]] = {}
    for one in json.loads(out):
        found.setdefault(one["check"], []).append(one)
    return found


def states(found: Mapping[str, list[Said]], check: str) -> list[str | None]:
    """Return the states of the findings of a check."""
    return [one["state"] for one in found[check]]


def messages(found: Mapping[str, list[Said]], check: str) -> str:
    """Return the texts of the findings of a check."""
    return " ".join(str(one["message"]) for one in found[check])


@contextlib.contextmanager
def trial(night: Nightcare) -> Iterator[list[dict[str, list[Said]]]]:
    """Run `doctor --notify` while the person acts; what it said is there afterwards."""
    said: list[dict[str, list[Said]]] = []
    with subprocess.Popen(
        [*PROGRAM, "doctor", "--json", "--notify"],
        env=night.home.environment(**night.session, **NO_SYSTEM_BUS),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        try:
            yield said
            out, _ = program.communicate(timeout=COMMAND_SECONDS)
        except BaseException:
            program.kill()
            raise
    said.append(by_check(out.decode()))


def test_a_desktop_with_dunst(home: Home, display: Display) -> None:
    """It has no do not disturb until it is paused; a pick from its menu is a click."""
    with private_bus(home) as bus, dunst(display, bus, home) as server:
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        night = Nightcare(home, session)
        found = examined(night, 1)
        assert states(found, "bus") == ["good"]
        assert states(found, "server") == ["good", "good"]
        assert messages(found, "server").startswith("Notification server: dunst 1.")
        assert "draws no buttons" in messages(found, "server")
        assert messages(found, "do-not-disturb") == "Do not disturb: off, according to dunst."
        assert states(found, "session")[0] == "good"
        server.do_not_disturb(on=True)
        found = examined(night, 1)
        assert states(found, "do-not-disturb") == ["warning"]
        server.do_not_disturb(on=False)

        with trial(night) as said:
            server.press("It works")
        (click,) = said[0]["notify"]
        assert click["state"] == "good"
        assert "your click came back" in str(click["message"])
        eventually(lambda: not server.shown(), HANG_SECONDS, "it to be taken off", server.program)
        assert list(home.path.rglob("nightcare*")) == []


def test_a_desktop_with_xfce(home: Home, display: Display) -> None:
    """Its do not disturb is a setting of the desktop; a click on its button comes back."""
    with private_bus(home, services=True) as bus, xfce4_notifyd(display, bus, home) as server:
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        night = Nightcare(home, session)
        found = examined(night, 1)
        assert messages(found, "server").startswith("Notification server: Xfce Notify Daemon 0.")
        assert messages(found, "do-not-disturb") == "Do not disturb: off, according to Xfce."

        with trial(night) as said:
            server.press("It works")
        assert states(said[0], "notify") == ["good"]

        setting = ["-c", "xfce4-notifyd", "-p", "/do-not-disturb", "-n", "-t", "bool", "-s", "true"]
        run_tool(["xfconf-query", *setting], home.environment(**session))
        found = examined(night, 1)
        assert states(found, "do-not-disturb") == ["warning"]
        assert "on, according to Xfce" in messages(found, "do-not-disturb")


@pytest.fixture
def night(home: Home) -> Nightcare:
    """Return the program for that person, who wants no desktop for it."""
    made = Nightcare(home)
    made.configure(LATER, TERMINAL)
    return made


def test_a_unit_that_is_installed_runs_and_is_stopped(
    night: Nightcare, manager: UserManager
) -> None:
    """Each is told with what is to be done next."""
    found = examined(night, 1)
    assert states(found, "unit") == ["warning"]
    assert found["unit"][0]["mend"] == "Run `nightcare install`."

    night.command("install")
    found = examined(night, ALL_WELL)
    assert states(found, "unit") == ["good"]
    assert str(night.home.config / "systemd" / "user" / UNIT) in messages(found, "unit")
    # Of a service's log nobody reads what their config wants there.
    assert states(found, "service") == ["good", "warning"]
    assert f"process {manager.show(UNIT, 'MainPID')}" in messages(found, "service")
    assert str(night.config) in messages(found, "service")
    assert states(found, "journal") == ["good"]

    manager.systemctl("stop", UNIT)
    manager.systemctl("disable", UNIT)
    found = examined(night, 1)
    assert states(found, "unit") == ["warning", "warning"]
    assert states(found, "service") == ["bad"]


def test_a_unit_that_failed_by_its_config(night: Nightcare, manager: UserManager) -> None:
    """With the exit status, and the mend for that."""
    night.command("install")
    night.configure("[reminders.later]\ntopic = 3", TERMINAL)
    with pytest.raises(ToolFailedError):
        manager.systemctl("restart", UNIT)
    found = examined(night, 1)
    assert states(found, "unit") == ["bad"]
    assert "(exit-code, exit status 78)" in messages(found, "unit")
    assert "nightcare config check" in str(found["unit"][0]["mend"])
    assert set(states(found, "config")) == {"bad"}


def test_a_unit_whose_program_has_gone_and_one_that_is_masked(
    night: Nightcare, manager: UserManager
) -> None:
    """This holds while systemd has not read the change yet."""
    night.command("install")
    path = night.home.config / "systemd" / "user" / UNIT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ExecStart=", "ExecStart=/gone"), encoding="utf-8")
    found = examined(night, ALL_WELL)
    assert states(found, "unit") == ["warning"]
    assert "has not read it since" in messages(found, "unit")
    manager.systemctl("daemon-reload")
    found = examined(night, 1)
    assert states(found, "unit") == ["bad"]
    assert "/gone/" in messages(found, "unit")

    path.unlink()
    path.symlink_to("/dev/null")
    manager.systemctl("daemon-reload")
    found = examined(night, 1)
    assert states(found, "unit") == ["bad"]
    assert "masked" in messages(found, "unit")
