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

from parts.bus import Monitor, PrivateBus, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.processes import eventually
from parts.program import LATER, ONE_SECOND, Nightcare, Service, moment, now, soon
from parts.servers import Dunst, XfceNotifyd, dunst, xfce4_notifyd

pytestmark = pytest.mark.real

FROM_THE_START = timedelta(seconds=3)
"""Until a reminder that is configured before the service starts; it must run by then."""

BRIEFLY = 'snooze = ["3s", "10m"]'
REPEATED = 'repeat = { every = "1m", times = 1 }'
REPEATED_AFTER = timedelta(minutes=1)

WATER, WATER_AGAIN = "Time for some water", "Once more: Time for some water"
STRETCH = "Time for a gentle stretch"


@dataclass(frozen=True, slots=True)
class Desktop:
    """A desktop of the test's own, without a notification server yet."""

    home: Home
    bus: PrivateBus
    display: Display

    def nightcare(self) -> Nightcare:
        """nightcare of the person who sits there."""
        session = {"DBUS_SESSION_BUS_ADDRESS": self.bus.address, "DISPLAY": self.display.name}
        return Nightcare(self.home, session)

    def dunst(self) -> AbstractContextManager[Dunst]:
        """A server that draws no buttons."""
        return dunst(self.display, self.bus, self.home)

    def xfce4_notifyd(self) -> AbstractContextManager[XfceNotifyd]:
        """A server that draws buttons."""
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
    """A desktop, gone on leaving."""
    with private_home() as home, private_bus(home) as bus, virtual_display(home) as display:
        yield Desktop(home, bus, display)


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A desktop of the test's own."""
    with a_desktop() as own:
        yield own


@pytest.fixture
def night(desktop: Desktop) -> Nightcare:
    """nightcare on that desktop, with nothing that is due soon."""
    own = desktop.nightcare()
    own.configure(LATER)
    return own


@pytest.fixture
def server(desktop: Desktop) -> Iterator[Dunst]:
    """The notification server of tests to which it does not matter which one it is."""
    with desktop.dunst() as own:
        yield own


@pytest.fixture
def monitor(desktop: Desktop) -> Iterator[Monitor]:
    """Sees what the bus of the desktop carries."""
    with desktop.bus.monitor() as own:
        yield own


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What has been due a while, and nobody answers."""

    night: Nightcare
    server: Dunst
    monitor: Monitor


@pytest.fixture(scope="module")
def unanswered() -> Iterator[Unanswered]:
    """A reminder that is asked again after a minute, which the other tests fill."""
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
    """Wait for the next notification."""
    asked = monitor.wait_for("Notify")
    at = now()
    number = monitor.wait_for_answer(asked).body[0]
    return Arrived(at, cast("int", number), asked.body)


def open_water(night: Nightcare, service: Service, monitor: Monitor) -> Arrived:
    """Have the reminder to drink on the screen."""
    due = soon()
    remind(night, service, night.reminder("water", due, BRIEFLY))
    arrived = arrival(monitor)
    assert arrived.title == WATER
    night.wait_until("water", state="open")
    return arrived


def wait_for_close(monitor: Monitor, arrived: Arrived) -> None:
    """Wait until nightcare takes a notification off the screen."""
    monitor.wait_for("CloseNotification", matching=lambda seen: seen.body == (arrived.number,))


def titles(monitor: Monitor) -> list[str]:
    """Of every notification until now."""
    return [str(seen.body[3]) for seen in monitor.history() if seen.member == "Notify"]


# One that is asked again after a minute is begun here, and looked at again in the last test


def test_closing_what_is_asked_again_is_no_answer(unanswered: Unanswered) -> None:
    """A reminder with a repeat that the person closes is unanswered still."""
    assert arrival(unanswered.monitor).title == WATER
    unanswered.night.wait_until("water", state="open")
    unanswered.server.close()
    unanswered.monitor.wait_for("NotificationClosed")
    assert unanswered.night.today("water")["state"] == "open"


# From the moment to the answer


def of_dunst(desktop: Desktop) -> AbstractContextManager[Callable[[str], object]]:
    """Runs dunst; gives what picks an answer from its menu."""
    return _picking(desktop.dunst(), lambda server: server.choose_action)


def of_xfce(desktop: Desktop) -> AbstractContextManager[Callable[[str], object]]:
    """Runs xfce4-notifyd; gives what clicks on one of its buttons."""
    return _picking(desktop.xfce4_notifyd(), lambda server: server.click_button)


@contextlib.contextmanager
def _picking[S](
    server: AbstractContextManager[S], how: Callable[[S], Callable[[str], object]]
) -> Iterator[Callable[[str], object]]:
    with server as own:
        yield how(own)
