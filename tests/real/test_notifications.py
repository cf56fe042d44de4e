"""The whole program on a real bus, with real notification servers, answered by real clicks."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from parts.bus import Monitor, PrivateBus, Seen, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, ONE_SECOND, PROMPTLY, Nightcare, Service, moment, now, soon
from parts.servers import Dunst, Shown, XfceNotifyd, dunst, xfce4_notifyd

pytestmark = pytest.mark.real

FROM_THE_START = timedelta(seconds=2)
"""The shortest time until a reminder that is configured before the service starts."""

BRIEFLY = 'snooze = ["3s", "10m"]'
SNOOZED = timedelta(seconds=3)
"""The shortest snooze during which the service is started again."""
REPEATED = 'repeat = { every = "1m", times = 1 }'
REPEATED_AFTER = timedelta(minutes=1)

WATER, WATER_AGAIN = "Time for some water", "Once more: Time for some water"
STRETCH = "Time for a gentle stretch"
APPLIED = "Your new schedule is active"
NAMED_APPLIED = f"nightcare: {APPLIED}"
"""Its title on dunst, which draws neither the name nor the icon of the sender."""


@dataclass(frozen=True, slots=True)
class Desktop:
    """A desktop of the test's own, without a notification server yet."""

    home: Home
    bus: PrivateBus
    display: Display

    def nightcare(self) -> Nightcare:
        """Return the program of the person at this desktop."""
        session = {"DBUS_SESSION_BUS_ADDRESS": self.bus.address, "DISPLAY": self.display.name}
        return Nightcare(self.home, session)

    def dunst(self) -> AbstractContextManager[Dunst]:
        """Run a server that draws no buttons."""
        return dunst(self.display, self.bus, self.home)

    def xfce4_notifyd(self) -> AbstractContextManager[XfceNotifyd]:
        """Run a server that draws buttons."""
        return xfce4_notifyd(self.display, self.bus, self.home)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A notification that has reached the server.

    Attributes:
        at: When (UTC).
        number: The id that the server gave it.
        arguments: Those of its Notify.
    """

    at: datetime
    number: int
    arguments: tuple[Any, ...]

    @property
    def title(self) -> str:
        """Its summary."""
        return cast("str", self.arguments[3])

    @property
    def keys(self) -> list[str]:
        """Those of its buttons, in their order."""
        return cast("list[str]", self.arguments[5][::2])


@contextlib.contextmanager
def a_desktop() -> Iterator[Desktop]:
    """Run a desktop until the context ends."""
    with private_home() as home, private_bus(home) as bus, virtual_display(home) as display:
        yield Desktop(home, bus, display)


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """Run a desktop of the test's own."""
    with a_desktop() as own:
        yield own


@pytest.fixture
def night(desktop: Desktop) -> Nightcare:
    """Return the program on that desktop, with nothing due soon."""
    own = desktop.nightcare()
    own.configure(LATER)
    return own


@pytest.fixture
def server(desktop: Desktop) -> Iterator[Dunst]:
    """Run a notification server for tests that do not depend on its kind."""
    with desktop.dunst() as own:
        yield own


@pytest.fixture
def monitor(desktop: Desktop) -> Iterator[Monitor]:
    """Sees what the bus of the desktop carries."""
    with desktop.bus.monitor() as own:
        yield own


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A reminder that has been due a while and is not answered."""

    night: Nightcare
    server: Dunst
    monitor: Monitor


@pytest.fixture(scope="module")
def unanswered() -> Iterator[Unanswered]:
    """Start a reminder that repeats after a minute, while the other tests run."""
    with a_desktop() as desktop, desktop.dunst() as server, desktop.bus.monitor() as monitor:
        night = desktop.nightcare()
        night.configure(LATER)
        with night.service() as service:
            remind(night, service, night.reminder("water", soon(), REPEATED))
            yield Unanswered(night, server, monitor)


def remind(night: Nightcare, service: Service, *reminders: str) -> None:
    """Put other reminders in force, and none that is the last of the evening."""
    night.configure(*reminders, LATER)
    service.reload()


def arrival(monitor: Monitor) -> Arrived:
    """Wait for the next reminder."""
    asked = monitor.wait_for("Notify", matching=lambda seen: not is_notice(seen))
    at = now()
    number = monitor.wait_for_answer(asked).body[0]
    return Arrived(at, cast("int", number), asked.body)


def open_water(
    night: Nightcare, service: Service, monitor: Monitor, *, snooze: timedelta = SNOOZED
) -> Arrived:
    """Have the reminder to drink on the screen, with a short snooze."""
    choices = f'snooze = ["{snooze.seconds}s", "10m"]'
    remind(night, service, night.reminder("water", soon(), choices))
    arrived = arrival(monitor)
    assert arrived.title == WATER
    return arrived


def wait_for_close(monitor: Monitor, arrived: Arrived) -> None:
    """Wait until nightcare takes a notification off the screen."""
    monitor.wait_for("CloseNotification", matching=lambda seen: seen.body == (arrived.number,))


def is_notice(seen: Seen) -> bool:
    """Return whether it is a notice of nightcare and not a reminder."""
    hints = cast("dict[str, tuple[str, str]]", seen.body[6])
    return hints["x-dunst-stack-tag"][1].startswith("nightcare notice")


def titles(monitor: Monitor) -> list[str]:
    """Return the titles of all reminders until now."""
    return [
        str(seen.body[3])
        for seen in monitor.history()
        if seen.member == "Notify" and not is_notice(seen)
    ]


def reminders(server: Dunst) -> list[Shown]:
    """Return the reminders on the screen."""
    return [one for one in server.shown() if not one.title.endswith(APPLIED)]


# One that is asked again after a minute is begun here, and looked at again in the last test


def test_closing_what_is_asked_again_is_no_answer(unanswered: Unanswered) -> None:
    """A reminder with a repeat that the person closes is unanswered still."""
    assert arrival(unanswered.monitor).title == WATER
    unanswered.night.wait_until("water", state="open")
    unanswered.server.close()
    unanswered.monitor.wait_for("NotificationClosed")
    assert unanswered.night.today("water")["state"] == "open"


# From the moment to the answer


@pytest.fixture(params=["dunst", "xfce4-notifyd"])
def choose(request: pytest.FixtureRequest, desktop: Desktop) -> Iterator[Callable[[str], object]]:
    """Return a function that chooses an answer by hand, on one server after another."""
    if request.param == "dunst":
        with desktop.dunst() as server:
            yield server.press
    else:
        with desktop.xfce4_notifyd() as server:
            yield server.press


def test_reminder_is_snoozed_by_a_click_and_done_by_another(
    night: Nightcare, monitor: Monitor, choose: Callable[[str], object]
) -> None:
    """A snoozed reminder comes back when it was told to, and ends with Done."""
    with night.service() as service:
        snooze = night.unhurried(SNOOZED)
        open_water(night, service, monitor, snooze=snooze)
        choose(f"In {snooze.seconds} s")
        snoozed = night.wait_until("water", state="snoozed", snoozes=1)
        assert night.json("status")["unsettled"] == [snoozed]
        until = moment(snoozed["until"])
        second = arrival(monitor)
        assert second.title == WATER_AGAIN
        assert until <= second.at < until + PROMPTLY
        choose("Done")
        ended = night.wait_until("water", state="settled")
        assert (ended["outcome"], ended["reason"]) == ("done", None)
        assert night.json("status")["unsettled"] == []


@pytest.mark.usefixtures("server")
def test_notification_carries_what_the_specification_asks_for(
    night: Nightcare, monitor: Monitor
) -> None:
    """On time come name, words, keys, hints and expiry as servers want them, and plain labels."""
    due = soon(night.unhurried(FROM_THE_START))
    keys = ('snooze = ["3s", "1h30m"]', 'urgency = "critical"')
    night.configure(night.reminder("water", due, *keys), LATER)
    with night.service():
        assert now() < due, "the service was not up before the reminder was due"
        arrived = arrival(monitor)
    assert due <= arrived.at < due + PROMPTLY
    name, replaces, icon, title, body, actions, hints, expires = arrived.arguments
    assert (name, replaces, title) == ("nightcare", 0, WATER)
    assert icon
    assert "water" in body
    assert len(body) < 200
    assert actions == [
        *("done", "Done"),
        *("snooze-3s", "In 3 s"),
        *("snooze-1h30m", "In 1 h 30 min"),
    ]
    assert hints["urgency"] == ("y", 2)
    assert hints["desktop-entry"] == ("s", "nightcare")
    assert expires == 605_000


def test_next_reminder_takes_the_place_of_the_one_before(
    night: Nightcare, monitor: Monitor, server: Dunst
) -> None:
    """Only one is on the screen; the earlier is closed first, and recorded as expired."""
    with night.service() as service:
        lead = night.unhurried(ONE_SECOND)
        due = soon(lead)
        water = night.reminder("water", due)
        stretch = night.reminder("stretch", due + lead, topic="stretching")
        remind(night, service, water, stretch)
        first = arrival(monitor)
        wait_for_close(monitor, first)
        second = arrival(monitor)
        assert (first.title, second.title) == (WATER, STRETCH)
        night.wait_until("stretch", state="open")
        assert [one.title for one in reminders(server)] == [STRETCH]
    ended = night.today("water")
    assert (ended["outcome"], ended["reason"]) == ("expired", "another")


def test_good_night_on_the_last_reminder_closes_the_evening(
    desktop: Desktop, night: Nightcare, monitor: Monitor
) -> None:
    """Good night is the last button of the last reminder; after it nothing more is shown."""
    with desktop.xfce4_notifyd() as xfce, night.service() as service:
        night.configure(night.reminder("water", soon(), BRIEFLY))
        service.reload()
        assert arrival(monitor).keys == ["done", "snooze-3s", "good-night"]
        xfce.press("Good night")
        assert night.wait_until("water", state="settled")["outcome"] == "done"
        assert night.json("status")["good_night"]
        remind(night, service, night.reminder("stretch", soon(), topic="stretching"))
        missed = night.wait_until("stretch", state="settled")
        assert (missed["outcome"], missed["reason"]) == ("missed", "good night")
        assert titles(monitor) == [WATER]


@pytest.mark.usefixtures("server")
def test_nobody_answers_and_it_leaves_the_screen(night: Nightcare, monitor: Monitor) -> None:
    """A reminder stays as long as configured; then the server or nightcare closes it.

    Both know when: the server by the expiry time, which GNOME ignores.
    """
    with night.service() as service:
        remind(night, service, night.reminder("water", soon(), 'stays = "1s"'))
        number = arrival(monitor).number
        monitor.wait_for("NotificationClosed", matching=lambda seen: seen.body[0] == number)
        ended = night.wait_until("water", state="settled")
        assert (ended["outcome"], ended["reason"]) == ("expired", None)


def test_closing_a_reminder_is_not_doing_it(
    night: Nightcare, monitor: Monitor, server: Dunst
) -> None:
    """A notification that the person closes was dismissed, and stays away."""
    with night.service() as service:
        open_water(night, service, monitor)
        server.close()
        assert night.wait_until("water", state="settled")["outcome"] == "dismissed"
    assert titles(monitor) == [WATER]


# Commands, while the service runs and while it does not


@pytest.mark.usefixtures("server")
def test_snooze_by_command_while_the_service_is_down(night: Nightcare, monitor: Monitor) -> None:
    """A snooze in the journal applies when the service starts again."""
    with night.service() as service:
        open_water(night, service, monitor)
    snoozed = night.unhurried(SNOOZED)
    earliest = now() + snoozed
    night.command("snooze", "water", f"{snoozed.seconds}s")
    latest = now() + snoozed
    with night.service():
        assert now() < earliest, "the service was not up before the snooze was over"
        assert earliest <= arrival(monitor).at < latest + PROMPTLY
        assert night.today("water")["snoozes"] == 1
    assert titles(monitor) == [WATER, WATER_AGAIN]


@pytest.mark.usefixtures("server")
def test_commands_are_seen_by_the_running_service(night: Nightcare, monitor: Monitor) -> None:
    """Snooze, pause, resume, done and undo change the screen at once.

    As it broke elsewhere: omarchy#9715.
    """
    with night.service() as service:
        first = open_water(night, service, monitor)
        snooze = night.unhurried(2 * ONE_SECOND)
        night.command("snooze", f"{snooze.seconds}s")
        wait_for_close(monitor, first)
        until = moment(night.today("water")["until"])
        second = arrival(monitor)
        assert second.title == WATER_AGAIN
        assert until <= second.at < until + PROMPTLY
        night.command("pause", "1h")
        wait_for_close(monitor, second)
        assert night.today("water")["reason"] == "paused"
        night.command("resume")
        third = arrival(monitor)
        assert third.title == WATER_AGAIN
        night.command("done")
        wait_for_close(monitor, third)
        assert night.today("water")["outcome"] == "done"
        night.command("undo")
        assert arrival(monitor).title == WATER_AGAIN
        night.wait_until("water", state="open")


@pytest.mark.usefixtures("server")
def test_pause_ends_by_itself(night: Nightcare, monitor: Monitor) -> None:
    """A reminder that falls due in a pause is held, and shown at its end."""
    with night.service() as service:
        until = soon(night.unhurried(3 * ONE_SECOND))
        due = until - ONE_SECOND
        night.command("pause", "until", f"{until.astimezone(night.zone):%H:%M:%S}")
        remind(night, service, night.reminder("water", due))
        assert now() < due, "the pause had not begun before the reminder was due"
        assert until <= arrival(monitor).at < until + PROMPTLY


def test_trial_shows_a_reminder_and_leaves_no_trace(
    night: Nightcare, monitor: Monitor, server: Dunst
) -> None:
    """`try` says by what the reminder was shown; its buttons work, and nothing is recorded."""
    with night.service():
        said = night.command("try", "later")
        assert "dunst" in said.out
        arrived = arrival(monitor)
        server.press("Done")
        wait_for_close(monitor, arrived)
        assert night.json("status")["unsettled"] == []
        assert night.today("later")["state"] == "planned"


# Ends and new beginnings


@pytest.mark.usefixtures("server")
def test_snooze_survives_kill_9(night: Nightcare, monitor: Monitor) -> None:
    """A service that was killed comes back with the snooze: on time, and once."""
    with night.service() as service:
        first = open_water(night, service, monitor)
        snoozed = night.unhurried(SNOOZED)
        earliest = now() + snoozed
        night.command("snooze", f"{snoozed.seconds}s")
        latest = now() + snoozed
        wait_for_close(monitor, first)
        service.end(signal.SIGKILL)
    with night.service() as service:
        assert now() < earliest, "the service was not up before the snooze was over"
        assert earliest <= arrival(monitor).at < latest + PROMPTLY
        assert night.wait_until("water", state="open")["snoozes"] == 1
        service.end()
    assert titles(monitor) == [WATER, WATER_AGAIN]


def test_what_is_open_survives_kill_9(night: Nightcare, monitor: Monitor, server: Dunst) -> None:
    """The next service takes the old notification off the screen and shows it anew.

    As it broke elsewhere: notify-send.sh#13.
    """
    with night.service() as service:
        first = open_water(night, service, monitor)
        night.wait_until("water", state="open")
        service.end(signal.SIGKILL)
    assert [one.title for one in reminders(server)] == [WATER]
    with night.service():
        wait_for_close(monitor, first)
        second = arrival(monitor)
        assert second.title == WATER_AGAIN
        eventually(
            lambda: [one.number for one in reminders(server)] == [second.number],
            HANG_SECONDS,
            "the new one alone to be on the screen",
            server.program,
        )
        server.press("Done")
        assert night.wait_until("water", state="settled")["outcome"] == "done"


def test_end_takes_the_notification_along(
    night: Nightcare, monitor: Monitor, server: Dunst
) -> None:
    """Asked to end, the service does so within a second; what was open comes back at the start.

    A busy machine takes longer for the same work.
    """
    with night.service() as service:
        first = open_water(night, service, monitor)
        in_good_time = night.unhurried(ONE_SECOND, times=2)
        assert service.end() < in_good_time.total_seconds()
        assert service.program.process.returncode == 0
        assert "Traceback" not in service.log()
        wait_for_close(monitor, first)
        eventually(lambda: not reminders(server), HANG_SECONDS, "an empty screen", server.program)
        night.command("status", code=69)
    with night.service():
        assert arrival(monitor).title == WATER_AGAIN
        night.wait_until("water", state="open")


def test_server_that_comes_later_is_used(
    desktop: Desktop, night: Nightcare, monitor: Monitor
) -> None:
    """Without a server a reminder waits; the first one to come shows it, and can answer it."""
    with night.service() as service:
        remind(night, service, night.reminder("water", soon()))
        night.wait_until("water", state="open", shown=None)
        assert "there is no notification server" in night.command("status").out
        with desktop.dunst() as server:
            assert arrival(monitor).title == WATER
            night.wait_until("water", state="open")
            assert night.today("water")["shown"] is not None
            eventually(
                lambda: "dunst" in night.command("status").out, HANG_SECONDS, "dunst to be named"
            )
            server.press("Done")
            assert night.wait_until("water", state="settled")["outcome"] == "done"


def test_server_that_is_replaced_shows_what_was_open(
    desktop: Desktop, night: Nightcare, monitor: Monitor
) -> None:
    """After another server replaces the first, an open reminder is on the screen again."""
    with night.service() as service:
        with desktop.dunst():
            open_water(night, service, monitor)
        with desktop.xfce4_notifyd() as other:
            assert arrival(monitor).title == WATER
            other.press("Done")
            assert night.wait_until("water", state="settled")["outcome"] == "done"


@pytest.mark.usefixtures("server")
def test_wrong_config_keeps_the_old_schedule(night: Nightcare, monitor: Monitor) -> None:
    """A mistake is told with its place, and changes nothing; mended, the new schedule holds."""
    with night.service() as service:
        due = soon(night.unhurried(ONE_SECOND))
        remind(night, service, night.reminder("water", due))
        right = night.config.read_text(encoding="utf-8")
        wrong = right.replace('topic = "hydration"', 'topic = "hydratation"')
        night.config.write_text(wrong, encoding="utf-8")
        service.reload()
        line = wrong.splitlines().index('topic = "hydratation"') + 1
        assert f"{night.config}:{line}:" in service.log()
        assert now() < due, "the wrong config was not read before the reminder was due"
        assert arrival(monitor).title == WATER
        remind(night, service, night.reminder("stretch", soon(), topic="stretching"))
        assert arrival(monitor).title == STRETCH


@pytest.mark.usefixtures("server")
def test_saved_schedule_is_taken_up_by_itself(night: Nightcare, monitor: Monitor) -> None:
    """However it is saved: a quiet notice says what comes, and the reminder does."""
    with night.service():
        due = soon(night.unhurried(ONE_SECOND))
        night.configure(night.reminder("water", due), LATER)
        notice = monitor.wait_for("Notify", matching=is_notice)
        assert notice.body[3] == NAMED_APPLIED
        assert cast("str", notice.body[4]).startswith("Next: water, ")
        assert arrival(monitor).title == WATER
        text = night.config.read_text(encoding="utf-8")
        beside = night.config.with_suffix(".new")
        due = soon(night.unhurried(ONE_SECOND))
        stretch = night.reminder("stretch", due, topic="stretching")
        beside.write_text(text + stretch, encoding="utf-8")
        beside.replace(night.config)
        assert monitor.wait_for("Notify", matching=is_notice).body[3] == NAMED_APPLIED
        assert arrival(monitor).title == STRETCH


def test_mistake_in_a_saved_schedule_is_told_until_it_is_mended(
    night: Nightcare, monitor: Monitor, server: Dunst
) -> None:
    """The notice says where; it goes when the file is right. Meanwhile all goes on as before."""
    with night.service() as service:
        open_water(night, service, monitor)
        monitor.wait_for("Notify", matching=is_notice)
        right = night.config.read_text(encoding="utf-8")
        wrong = right.replace('topic = "hydration"', 'topic = "hydratation"')
        line = wrong.splitlines().index('topic = "hydratation"') + 1
        night.config.write_text(wrong, encoding="utf-8")
        notice = monitor.wait_for("Notify", matching=is_notice)
        assert notice.body[3] == "nightcare: Your schedule has an error; the old one stays active"
        assert cast("str", notice.body[4]).startswith(f"config.toml:{line}:")
        number = monitor.wait_for_answer(notice).body[0]
        status = night.command("status")
        assert f"{night.config}:{line}:" in status.out
        assert len(night.json("status")["mistakes"]) == 1
        # The commands go by what is in force.
        assert "uses the schedule that is still active" in night.command("snooze", "10m").err
        assert night.wait_until("water", state="snoozed")
        assert night.command("preview", code=78).out == ""
        night.config.write_text(right, encoding="utf-8")
        closed = monitor.wait_for("CloseNotification", matching=lambda seen: seen.body == (number,))
        assert closed
        assert monitor.wait_for("Notify", matching=is_notice).body[3] == NAMED_APPLIED
        assert night.json("status")["mistakes"] == []
        eventually(
            lambda: [one.title for one in server.shown()] in ([NAMED_APPLIED], []),
            HANG_SECONDS,
            "the mistake to leave the screen",
            server.program,
        )


def test_only_one_service_runs(night: Nightcare) -> None:
    """A second one says so and ends; the first goes on."""
    with night.service() as service:
        said = night.command("run", code=1)
        assert said.out == ""
        assert "already running" in said.err
        assert service.program.is_running()
        night.command("status")


# What was begun with the first test


def test_unanswered_it_is_asked_again(unanswered: Unanswered) -> None:
    """After a minute the reminder is back, and stays unanswered until it is answered."""
    again = unanswered.monitor.wait_for(
        "Notify",
        matching=lambda seen: not is_notice(seen),
        seconds=REPEATED_AFTER.total_seconds() + 10,
    )
    assert again.body[3] == WATER_AGAIN
    shown = moment(unanswered.night.wait_until("water", state="open")["shown"])
    due = moment(unanswered.night.today("water")["due"])
    assert REPEATED_AFTER <= shown - due < REPEATED_AFTER + 2 * ONE_SECOND
    unanswered.server.press("Done")
    assert unanswered.night.wait_until("water", state="settled")["outcome"] == "done"
