"""The harness itself: its parts are real, private, and gone afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from jeepney import DBusAddress, MessageType, new_method_call

from parts.bus import DRIVER, NOTIFICATIONS, PrivateBus, private_bus
from parts.display import Display, virtual_display
from parts.home import ANOTHER_DATE, NO_BUS, Home, private_home
from parts.processes import (
    HANG_SECONDS,
    Identity,
    MissingProgramError,
    NotInTimeError,
    eventually,
    family,
    find_program,
    running,
    start,
    stop,
)
from parts.servers import dunst, xfce4_notifyd
from parts.user_manager import SESSION_TARGET, user_manager
from parts.wall_clock import WallClock

if TYPE_CHECKING:
    from pathlib import Path

    from jeepney.io.blocking import DBusConnection

pytestmark = pytest.mark.real

SERVER = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface=NOTIFICATIONS
)
ACTIONS = ["done", "Færdig", "snooze-10m", "Om 10 minutter", "snooze-30m", "Om 30 minutter"]
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def notify(connection: DBusConnection, actions: list[str]) -> int:
    """Show a notification and return its id."""
    hints: dict[str, tuple[str, object]] = {}
    body = (
        "nightcare",
        0,
        "",
        "Stræk læggene før du går i seng",
        "Stå med hænderne mod væggen, og hold strækket et øjeblik.",
        actions,
        hints,
        600_000,
    )
    message = new_method_call(SERVER, "Notify", "susssasa{sv}i", body)
    answer = connection.send_and_get_reply(message, timeout=HANG_SECONDS)
    assert answer.header.message_type is MessageType.method_return, answer.body
    return cast("int", answer.body[0])


def test_environment_takes_nothing_from_outside(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs see the private folders, and no variable of who runs the tests but another date."""
    monkeypatch.setenv("NIGHTCARE_CONFIG", "/somewhere")
    monkeypatch.setenv("DISPLAY", ":0")
    environment = home.environment(NO_COLOR="1")
    folders = {name: path for name, path in environment.items() if "HOME" in name}
    assert all(path.startswith(str(home.path)) for path in folders.values())
    assert set(environment) == {
        *("PATH", "LANG", "TZ", "NO_COLOR", "TZDIR", "HOME", "XDG_RUNTIME_DIR"),
        *("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"),
        "DBUS_SYSTEM_BUS_ADDRESS",
        *(name for name in ANOTHER_DATE if name in os.environ),
    }
    assert environment["DBUS_SYSTEM_BUS_ADDRESS"] == NO_BUS
    assert home.runtime.stat().st_mode & 0o777 == 0o700
    assert list(home.path.iterdir()) == []


def test_missing_program_names_its_package() -> None:
    """A missing program fails a test, which names the package to install."""
    with pytest.raises(MissingProgramError, match="apt-get install some-package"):
        find_program("no-such-program-anywhere", "some-package")


def test_waiting_in_vain_shows_the_log(home: Home) -> None:
    """The error names the missing event, and has the end of the program's log."""
    command = ["/bin/sh", "-c", "echo cannot open the frobnicator; exit 3"]
    with (
        running(command, home.environment(), home.log("sh")) as program,
        pytest.raises(NotInTimeError, match=r"(?s)for a miracle.*ended with 3.*frobnicator"),
    ):
        eventually(lambda: False, HANG_SECONDS, "a miracle", program)


def test_stubborn_programs_are_killed_with_what_they_started(home: Home) -> None:
    """A program that ignores a request to end goes, and so does its child in another session."""
    script = "trap '' TERM; setsid sleep 600 & while :; do sleep 600; done"
    with contextlib.ExitStack() as stack:
        program = start(["/bin/sh", "-c", script], home.environment(), home.log("sh"))
        stack.callback(stop, program, seconds=0.2)
        eventually(lambda: len(family(program.identity)) == 2, HANG_SECONDS, "both sleeps", program)
        started = family(program.identity)
    assert not program.is_running()
    assert not any(identity.is_alive() for identity in started)


def test_bus_answers_and_starts_no_installed_server(bus: PrivateBus) -> None:
    """The bus is real, and a server exists on it only when a test starts one."""
    with bus.connection() as connection:
        question = new_method_call(DRIVER, "ListActivatableNames")
        answer = connection.send_and_get_reply(question, timeout=HANG_SECONDS)
        assert answer.body == (["org.freedesktop.DBus"],)
    assert bus.owner(NOTIFICATIONS) is None
    assert bus.owner("org.freedesktop.DBus") == "org.freedesktop.DBus"


def test_bus_with_services_knows_those_of_the_person(home: Home) -> None:
    """If asked, the bus starts installed services, as the bus of a real session does."""
    services = home.data / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "org.example.Own.service").write_text(
        "[D-BUS Service]\nName=org.example.Own\nExec=/bin/false\n", encoding="utf-8"
    )
    with private_bus(home, services=True) as bus, bus.connection() as connection:
        question = new_method_call(DRIVER, "ListActivatableNames")
        answer = connection.send_and_get_reply(question, timeout=HANG_SECONDS)
        assert "org.example.Own" in answer.body[0]


@pytest.mark.parametrize("abruptly", [False, True])
def test_bus_dies_and_comes_back_at_its_address(bus: PrivateBus, *, abruptly: bool) -> None:
    """A connection breaks when the bus dies; the next one, to the same address, works."""
    with bus.connection() as connection:
        assert connection.receive(timeout=HANG_SECONDS).body == (connection.unique_name,)
        bus.stop(abruptly=abruptly)
        with pytest.raises(ConnectionError):
            connection.receive(timeout=HANG_SECONDS)
    bus.start()
    assert bus.owner("org.freedesktop.DBus") == "org.freedesktop.DBus"


def test_screenshot_is_a_picture_of_the_display(display: Display, tmp_path: Path) -> None:
    """A screenshot is a PNG as large as the display."""
    path = tmp_path / "display.png"
    display.screenshot(path)
    content = path.read_bytes()
    assert content.startswith(PNG_SIGNATURE)
    # IHDR holds width and height first, https://www.w3.org/TR/png-3/#11IHDR.
    size = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    picture = display.picture()
    assert size == (picture.width, picture.height) == (1280, 720)


@pytest.mark.parametrize(("label", "key"), [("Færdig", "done"), ("Om 30 minutter", "snooze-30m")])
def test_answer_picked_from_the_menu_of_dunst(
    home: Home, bus: PrivateBus, display: Display, label: str, key: str
) -> None:
    """A middle click on dunst and a pick from its menu give the answer with that label."""
    with (
        dunst(display, bus, home) as server,
        bus.monitor() as monitor,
        bus.connection() as connection,
    ):
        number = notify(connection, ACTIONS)
        asked = monitor.wait_for("Notify")
        assert monitor.wait_for_answer(asked).body == (number,)
        assert server.count() == 1
        server.press(label)
        invoked = monitor.wait_for("ActionInvoked")
        assert invoked.body == (number, key)
        assert invoked.destination == connection.unique_name
        eventually(lambda: not server.shown(), HANG_SECONDS, "dunst to close it", server.program)
        assert server.count() == 0


def test_the_only_answer_of_dunst_needs_no_menu(
    home: Home, bus: PrivateBus, display: Display
) -> None:
    """With one action, a middle click on dunst is the answer."""
    with dunst(display, bus, home) as server, bus.connection() as connection:
        number = notify(connection, ACTIONS[:2])
        assert server.press("Færdig").body == (number, "done")


def test_dunst_is_told_to_close(home: Home, bus: PrivateBus, display: Display) -> None:
    """A closed notification is in the history, and is no answer."""
    with (
        dunst(display, bus, home) as server,
        bus.monitor() as monitor,
        bus.connection() as connection,
    ):
        number = notify(connection, ACTIONS)
        server.close()
        assert monitor.wait_for("NotificationClosed").body[0] == number
        assert server.history() == ("Stræk læggene før du går i seng",)
        assert "ActionInvoked" not in {seen.member for seen in monitor.history()}


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_button_of_xfce_is_clicked(
    home: Home, bus: PrivateBus, display: Display, chosen: int
) -> None:
    """A click on a button drawn by xfce4-notifyd gives the key of that button."""
    with (
        xfce4_notifyd(display, bus, home) as server,
        bus.monitor() as monitor,
        bus.connection() as connection,
    ):
        number = notify(connection, ACTIONS)
        key, label = ACTIONS[2 * chosen : 2 * chosen + 2]
        server.press(label)
        assert monitor.wait_for("ActionInvoked").body == (number, key)
        assert monitor.wait_for("NotificationClosed").body == (number, 2)
        assert server.shown() == ()


def test_a_label_that_is_not_offered_is_never_clicked(
    home: Home, bus: PrivateBus, display: Display
) -> None:
    """Asked for a button that is not there, the harness fails and clicks no other."""
    with xfce4_notifyd(display, bus, home) as server, bus.connection() as connection:
        notify(connection, ACTIONS)
        with pytest.raises(NotInTimeError, match="'Udsæt'"):
            server.press("Udsæt", seconds=0.2)
        assert len(server.shown()) == 1
        assert "ActionInvoked" not in {seen.member for seen in server.monitor.history()}


def test_user_manager_starts_and_restarts_a_service(home: Home) -> None:
    """A service of the person becomes active when it says so, and again after it was killed."""
    script = home.path / "ready.py"
    script.write_text(
        "import os, socket, time\n"
        "with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:\n"
        "    manager.connect(os.environ['NOTIFY_SOCKET'])\n"
        "    manager.send(b'READY=1')\n"
        "print('at home in', os.environ['HOME'], os.environ['DISPLAY'], flush=True)\n"
        "time.sleep(600)\n",
        encoding="utf-8",
    )
    unit = home.config / "systemd" / "user" / "ready.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(
        f"[Service]\nType=notify\nExecStart={sys.executable} {script}\n"
        "Restart=on-failure\nRestartSec=100ms\n",
        encoding="utf-8",
    )
    with user_manager(home, DISPLAY=":99") as manager:
        manager.systemctl("start", "ready.service")
        assert manager.systemctl("is-active", "ready.service") == "active\n"
        first = int(manager.show("ready.service", "MainPID"))
        os.kill(first, signal.SIGKILL)
        eventually(
            lambda: manager.show("ready.service", "NRestarts") == "1",
            HANG_SECONDS,
            "a restart",
            manager.program,
        )
        manager.wait_until("ready.service", "active")
        second = Identity.of(int(manager.show("ready.service", "MainPID")))
        assert second is not None
        assert second.pid != first
        eventually(
            lambda: (
                manager.log.read_text(encoding="utf-8").count(f"at home in {home.path} :99") == 2
            ),
            HANG_SECONDS,
            "both to have said where they are",
            manager.program,
        )
    assert not second.is_alive()


def test_graphical_session_begins_and_ends(home: Home) -> None:
    """Units of the graphical session can be tested without a desktop."""
    with user_manager(home) as manager:
        assert manager.show("graphical-session.target", "ActiveState") == "inactive"
        manager.systemctl("start", SESSION_TARGET)
        manager.wait_until("graphical-session.target", "active")
        manager.systemctl("stop", SESSION_TARGET)
        manager.wait_until("graphical-session.target", "inactive")


_WAITS = """
import ctypes, os, struct, threading, time
library = ctypes.CDLL(None, use_errno=True)
timer = library.timerfd_create(time.CLOCK_MONOTONIC, 0)
until = struct.pack("=qqqq", 0, 0, int(time.monotonic()), 1)
assert library.timerfd_settime(timer, 1, until, None) == 0, ctypes.get_errno()
assert struct.unpack("=Q", os.read(timer, 8)) == (1,)
time.sleep(0.01)

def count():
    for _ in range(2_000_000):
        pass

def cpu_seconds(call):
    begun = time.process_time()
    call()
    return time.process_time() - begun

def count_in_threads():
    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

print(time.strftime("%Y"), cpu_seconds(count_in_threads) / (4 * cpu_seconds(count)))
"""


def test_another_date_changes_no_wait_on_the_monotonic_clock(home: Home) -> None:
    """A user manager starts at any date, and threads take no more CPU time than without one."""
    clock = WallClock(home.aside / "clock")
    clock.offset(timedelta(days=36_525))
    done = subprocess.run(
        [sys.executable, "-c", _WAITS],
        env=home.environment(**clock.variables()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    year, times_as_long = done.stdout.split()
    assert int(year) > 2100
    assert float(times_as_long) < 4
    with user_manager(home, **clock.variables()) as manager:
        assert manager.show("default.target", "ActiveState") == "active"


def test_nothing_of_the_harness_survives() -> None:
    """On leaving, processes, files and control groups of all parts are gone."""
    tests = Identity.of(os.getpid())
    assert tests is not None
    before = family(tests)
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home))
        display = stack.enter_context(virtual_display(home))
        manager = stack.enter_context(user_manager(home))
        stack.enter_context(xfce4_notifyd(display, bus, home))
        programs = [bus.daemon, display.server, manager.program]
        started = family(tests) - before
        assert {program.pid for program in programs} < {identity.pid for identity in started}
        assert manager.group.is_dir()
    assert not any(identity.is_alive() for identity in started)
    assert family(tests) == before
    assert not home.path.exists()
    assert not manager.group.exists()
