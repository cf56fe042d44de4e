"""Nobody there: the whole program with a real notification server, as screens lock and unlock."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from jeepney import new_method_call
from jeepney.bus_messages import message_bus

from parts.bus import NOTIFICATIONS, Monitor, PrivateBus, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.mock_desktop import GNOME_SAVER, Logind, Mock, gnome_screen_saver, logind
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare, Service, now, soon
from parts.scripts import shell_program
from parts.servers import Dunst, dunst
from parts.servers.xfce import SETTINGS, xfce4_notifyd

pytestmark = pytest.mark.real

WATER = "Time for some water"
"""The end of the title, which begins with "Once more" after it was seen."""
SECONDS = HANG_SECONDS
A_WHILE = 3.0
STEADY = 20
"""Looks in a row that find the same; a tenth of what is looked at then, or more."""
"""Seconds in which nothing happens."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """A desktop of the test's own, with a notification server, and what locks it.

    Attributes:
        night: The program, for the person who sits there.
        home: Theirs.
        bus: Of their session.
        system: The system bus.
        display: Their screen.
        server: Shows notifications.
        monitor: Sees what the session's bus carries.
    """

    night: Nightcare
    home: Home
    bus: PrivateBus
    system: PrivateBus
    display: Display
    server: Dunst
    monitor: Monitor

    def reminders(self) -> list[str]:
        """Return the titles of the reminders on the screen."""
        return [one.title for one in self.server.shown() if one.title.endswith(WATER)]

    def times_shown(self) -> int:
        """Return how often the reminder was sent to the server until now."""
        asked = [str(one.body[3]) for one in self.monitor.history() if one.member == "Notify"]
        return sum(title.endswith(WATER) for title in asked)

    def shows(self, *, times: int) -> None:
        """Wait until the reminder is on the screen, sent so many times in all."""
        self.night.wait_until("water", state="open")
        eventually(lambda: len(self.reminders()) == 1, SECONDS, "the reminder on the screen")
        assert self.times_shown() == times

    def holds(self, reason: str) -> None:
        """Wait until the reminder is held, and off the screen."""
        self.night.wait_until("water", state="held", reason=reason)
        eventually(lambda: not self.reminders(), SECONDS, "the reminder to leave the screen")

    def remind(self, service: Service) -> None:
        """Have the reminder fall due."""
        self.night.configure(self.night.reminder("water", soon()), LATER)
        service.reload()

    def knows(self, matter: str, **wanted: object) -> None:
        """Wait until the service says so of a matter."""
        eventually(
            lambda: self.night.json("status")["presence"][matter] == wanted,
            SECONDS,
            f"{matter} to be known as {wanted}",
        )


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """Run a desktop until the test ends."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        private_bus(home, name="system") as system,
        virtual_display(home) as display,
        dunst(display, bus, home) as server,
        bus.monitor() as monitor,
    ):
        session = {
            "DBUS_SESSION_BUS_ADDRESS": bus.address,
            "DBUS_SYSTEM_BUS_ADDRESS": system.address,
            "DISPLAY": display.name,
            "XDG_SESSION_ID": "1",
        }
        night = Nightcare(home, session)
        night.configure(LATER)
        yield Desktop(night, home, bus, system, display, server, monitor)


@pytest.fixture
def login(desktop: Desktop) -> Iterator[Logind]:
    """Run a logind that knows whether the session is locked."""
    with logind(desktop.system, desktop.home) as own:
        yield own


@pytest.fixture
def saver(desktop: Desktop) -> Iterator[Mock]:
    """Run the screen saver of GNOME."""
    with gnome_screen_saver(desktop.bus, desktop.home) as own:
        yield own


def test_a_lock_takes_it_off_and_an_unlock_brings_it_back_once(
    desktop: Desktop, login: Logind
) -> None:
    """As often as the screen is locked; and it is answered as ever."""
    with desktop.night.service() as service:
        desktop.knows("locked", on=False, by=["logind"])
        desktop.remind(service)
        desktop.shows(times=1)
        for times in (2, 3):
            login.hint("1", "LockedHint", on=True)
            desktop.holds("locked")
            desktop.knows("locked", on=True, by=["logind"])
            assert "the screen is locked (logind)" in desktop.night.command("status").out
            login.hint("1", "LockedHint", on=False)
            desktop.shows(times=times)
        desktop.server.press("Done")
        assert desktop.night.wait_until("water", state="settled")["outcome"] == "done"
        login.hint("1", "LockedHint", on=True)
        desktop.knows("locked", on=True, by=["logind"])
        login.hint("1", "LockedHint", on=False)
        desktop.knows("locked", on=False, by=["logind"])
        assert desktop.times_shown() == 3


def test_a_session_of_an_earlier_login_that_is_closing_holds_nothing(
    desktop: Desktop, login: Logind
) -> None:
    """It stays locked for ever; the session that came after it counts, by its own lock.

    As it broke elsewhere: mate-session-manager#303.
    """
    login.hint("1", "LockedHint", on=True)
    with desktop.night.service() as service:
        desktop.knows("locked", on=True, by=["logind"])
        desktop.remind(service)
        desktop.holds("locked")
        login.turn("1", "closing")
        desktop.shows(times=1)
        desktop.knows("locked", on=None, by=[])
        login.add_session("2")
        desktop.knows("locked", on=False, by=["logind"])
        login.hint("2", "LockedHint", on=True)
        desktop.holds("locked")
        login.hint("2", "LockedHint", on=False)
        desktop.shows(times=2)


def test_the_script_of_the_guide_tells_of_a_locker_that_tells_nobody(
    desktop: Desktop, login: Logind
) -> None:
    """As it stands there, around a locker that runs until it is ended, and ends with a failure."""
    guide = Path(__file__).parents[2] / "docs" / "guide.md"
    script = desktop.home.path / "lock-screen"
    script.write_text(guide.read_text("utf-8").split("```bash\n")[1].split("```")[0], "utf-8")
    script.chmod(0o700)
    # What is called "auto" there is the caller's session.
    login.add_session("auto")
    login.turn("1", "closing")
    environment = desktop.home.environment(DBUS_SYSTEM_BUS_ADDRESS=desktop.system.address)
    locker = shell_program(
        desktop.home.path / "locker", f"read -r _ <{desktop.home.path}/key\nexit 3"
    )
    key = desktop.home.path / "key"
    os.mkfifo(key)
    with desktop.night.service():
        desktop.knows("locked", on=False, by=["logind"])
        with subprocess.Popen([script, locker], env=environment) as locked:
            desktop.knows("locked", on=True, by=["logind"])
            key.write_text("open\n", encoding="utf-8")
            assert locked.wait(SECONDS) == 3
        desktop.knows("locked", on=False, by=["logind"])


def test_an_inactive_session_holds_nothing(desktop: Desktop, login: Logind) -> None:
    """While the person works in another; back in the first, its lock counts."""
    login.add_session("2")
    login.hint("1", "LockedHint", on=True)
    login.turn("1", "online")
    with desktop.night.service() as service:
        desktop.knows("locked", on=False, by=["logind"])
        desktop.remind(service)
        desktop.shows(times=1)
        login.turn("2", "online")
        login.turn("1", "active")
        desktop.holds("locked")


def test_it_waits_until_the_screen_is_unlocked(desktop: Desktop, saver: Mock) -> None:
    """Of a screen that was locked before the service started, and is by a screen saver alone."""
    saver.call(GNOME_SAVER, "SetActive", "b", 1)
    # Not before the service has begun, which knows nothing of an earlier time.
    due = soon(desktop.night.unhurried(timedelta(seconds=3)))
    desktop.night.configure(desktop.night.reminder("water", due), LATER)
    with desktop.night.service():
        desktop.holds("locked")
        assert "the screen was locked" in desktop.night.command("why", "water").out
        assert desktop.times_shown() == 0
        saver.call(GNOME_SAVER, "SetActive", "b", 0)
        desktop.shows(times=1)


def test_what_was_open_does_not_come_back_on_a_locked_screen(
    desktop: Desktop, login: Logind
) -> None:
    """A restart shows nothing before it has looked."""
    with desktop.night.service() as service:
        desktop.remind(service)
        desktop.shows(times=1)
        service.end(signal.SIGKILL)
    login.hint("1", "LockedHint", on=True)
    with desktop.night.service():
        desktop.holds("locked")
        assert desktop.times_shown() == 1
        login.hint("1", "LockedHint", on=False)
        desktop.shows(times=2)


def test_nobody_at_the_screen_and_then_somebody(desktop: Desktop, login: Logind) -> None:
    """It comes when they are back; what is open stays open while they are away."""
    login.hint("1", "IdleHint", on=True)
    with desktop.night.service() as service:
        desktop.remind(service)
        desktop.holds("idle")
        assert desktop.times_shown() == 0
        login.hint("1", "IdleHint", on=False)
        desktop.shows(times=1)
        login.hint("1", "IdleHint", on=True)
        desktop.knows("idle", on=True, by=["logind"])
        desktop.shows(times=1)


def test_do_not_disturb_holds_after_its_keeper_has_ended() -> None:
    """The real xfconfd ends when it is idle; the bus starts it again for a change."""
    with (
        private_home() as home,
        private_bus(home, services=True) as bus,
        virtual_display(home) as display,
        xfce4_notifyd(display, bus, home) as server,
    ):
        server.do_not_disturb(on=True)
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        night = Nightcare(home, {**session, "XDG_CURRENT_DESKTOP": "XFCE"})
        night.configure(LATER)
        with night.service() as service:
            eventually(lambda: _do_not_disturb(night), SECONDS, "do not disturb to be known")
            _end_keeper(bus, server.folder / ".config")
            night.configure(night.reminder("water", soon()), LATER)
            service.reload()
            night.wait_until("water", state="held")
            assert _do_not_disturb(night)
            server.do_not_disturb(on=False)
            night.wait_until("water", state="open")


def _do_not_disturb(night: Nightcare) -> object:
    return night.json("status")["presence"]["do_not_disturb"]["on"]


def _end_keeper(bus: PrivateBus, settings: Path) -> None:
    """End the program that keeps the settings of Xfce, and wait until it has gone.

    The next one, which the bus starts, reads the same folder.
    """
    with bus.connection() as connection:
        folder = ({"XDG_CONFIG_HOME": str(settings)},)
        call = new_method_call(message_bus, "UpdateActivationEnvironment", "a{ss}", folder)
        connection.send_and_get_reply(call, timeout=SECONDS)
        call = new_method_call(message_bus, "GetConnectionUnixProcessID", "s", (SETTINGS,))
        answer = connection.send_and_get_reply(call, timeout=SECONDS)
    os.kill(answer.body[0], signal.SIGTERM)
    eventually(lambda: bus.owner(SETTINGS) is None, SECONDS, "the end of xfconfd")


def test_do_not_disturb_of_the_real_server(desktop: Desktop) -> None:
    """It is held while the server is paused, and comes once when it is not any more."""
    desktop.server.do_not_disturb(on=True)
    with desktop.night.service() as service:
        desktop.remind(service)
        desktop.knows("do_not_disturb", on=True, by=["dunst"])
        desktop.holds("do not disturb")
        assert desktop.times_shown() == 0
        desktop.server.do_not_disturb(on=False)
        desktop.shows(times=1)


def test_what_is_shown_through_do_not_disturb_is_there_once_when_it_ends(desktop: Desktop) -> None:
    """Sent anew, in the place of the old one, with what is left of its time."""
    desktop.server.do_not_disturb(on=True)
    with desktop.night.service() as service:
        desktop.knows("do_not_disturb", on=True, by=["dunst"])
        through = 'quiet = { do_not_disturb = "show" }'
        desktop.night.configure(desktop.night.reminder("water", soon(), through), LATER)
        service.reload()
        desktop.shows(times=1)
        assert desktop.server.withholds()
        desktop.server.do_not_disturb(on=False)
        eventually(lambda: desktop.times_shown() == 2, SECONDS, "the reminder to be sent anew")
        desktop.shows(times=2)
        eventually(lambda: desktop.server.count() == 1, SECONDS, "one on the display")
        desktop.server.press("Done")
        assert desktop.night.wait_until("water", state="settled")["outcome"] == "done"
        eventually(lambda: desktop.server.count() == 0, SECONDS, "an empty display")
        assert desktop.times_shown() == 2


def test_a_trial_is_never_beside_what_is_open(desktop: Desktop) -> None:
    """It takes the place of the reminder, which comes back after it."""
    with desktop.night.service() as service:
        desktop.remind(service)
        desktop.shows(times=1)
        desktop.night.command("try", "later")
        # The notice of a new schedule has no buttons, and leaves by itself.
        (trial,) = [one for one in desktop.server.shown() if one.actions]
        assert not trial.title.endswith(WATER)
        assert desktop.night.today("water")["state"] == "open"
        desktop.server.press("Done")
        desktop.shows(times=2)
        desktop.server.press("Done")
        assert desktop.night.wait_until("water", state="settled")["outcome"] == "done"


def test_what_hangs_or_ends_keeps_nothing_back(desktop: Desktop, login: Logind) -> None:
    """Its last word counts no more when it ends; while it hangs, nobody waits for it for long."""
    with desktop.night.service() as service:
        login.hint("1", "LockedHint", on=True)
        desktop.knows("locked", on=True, by=["logind"])
        desktop.remind(service)
        desktop.holds("locked")
        login.program.process.kill()
        login.program.process.wait()
        desktop.shows(times=1)
        with logind(desktop.system, desktop.home) as again:
            again.hint("1", "LockedHint", on=True)
            desktop.holds("locked")
            again.hint("1", "LockedHint", on=False)
            desktop.shows(times=2)


def test_a_service_that_starts_beside_something_hung(desktop: Desktop, login: Logind) -> None:
    """It starts, and reminds; what it was told late counts from then on."""
    login.freeze()
    try:
        with desktop.night.service() as service:
            begun = now()
            desktop.remind(service)
            desktop.shows(times=1)
            assert (now() - begun).total_seconds() < SECONDS
            desktop.knows("locked", on=None, by=[])
            login.thaw()
            login.hint("1", "LockedHint", on=True)
            desktop.holds("locked")
    finally:
        login.thaw()


def test_nothing_happens_and_nobody_wakes_up(desktop: Desktop, login: Logind, saver: Mock) -> None:
    """However much there is to listen to, also after all of it has changed once."""
    with desktop.night.service() as service:
        for on in (1, 0):
            login.hint("1", "LockedHint", on=bool(on))
            saver.call(GNOME_SAVER, "SetActive", "b", on)
            desktop.knows("locked", on=bool(on), by=["org.gnome.ScreenSaver", "logind"])
        assert desktop.bus.owner(NOTIFICATIONS)
        before = settled(service)
        with contextlib.suppress(AssertionError):
            # The wait is what is looked at.
            eventually(lambda: False, A_WHILE, "nothing", service.program)
        assert wake_ups(service) == before


def settled(service: Service) -> int:
    """Return the wake-ups at rest: the service's own writing wakes it once."""
    counts = [wake_ups(service)]

    def same_for_long() -> bool:
        counts.append(wake_ups(service))
        return len(counts) > STEADY and len(set(counts[-STEADY:])) == 1

    eventually(same_for_long, SECONDS, "no wake-ups", service.program)
    return counts[-1]


def wake_ups(service: Service) -> int:
    """Return how often all threads of a process slept and woke, proc_pid_status(5)."""
    return sum(
        int(line.split()[1])
        for task in Path(f"/proc/{service.program.pid}/task").iterdir()
        for line in (task / "status").read_text(encoding="utf-8").splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )
