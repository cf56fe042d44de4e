"""Starting a notification server where none runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from jeepney import new_method_call

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.delivery import DeliveryStatus
from parts.bus import DRIVER, NOTIFICATIONS, PrivateBus, private_bus
from parts.home import Home
from parts.memory_screen import Ear, heard_from
from parts.notification_server import NotificationServer
from parts.processes import HANG_SECONDS, eventually
from parts.steered_loop import advance, steered
from parts.steered_screen import (
    MESSAGE,
    OTHER,
    rejected,
    show,
)

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")


@dataclass
class Starter:
    """A server that the bus starts on demand: the test itself.

    Attributes:
        asked: For how many servers it has been asked.
    """

    folder: Path

    @property
    def asked(self) -> int:
        """The number of requests to start a server."""
        return len(list(self.folder.iterdir()))


@pytest.fixture
def starting(home: Home) -> Iterator[tuple[PrivateBus, Starter]]:
    """Run a bus that can start a server, by a program that notes its start and ends."""
    starter = Starter(home.aside / "started")
    starter.folder.mkdir()
    services = home.data / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "server.service").write_text(
        f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/mktemp {starter.folder}/XXXXXXXX\n",
        encoding="ascii",
    )
    with private_bus(home, services=True) as bus:
        yield bus, starter


@asynccontextmanager
async def waiting(bus: PrivateBus) -> AsyncIterator[tuple[FreedesktopNotifier, Ear]]:
    """Show a message while the session begins, where no server runs yet."""
    screen = FreedesktopNotifier(BusClient(bus.address), icon="", patience=60.0)
    async with heard_from(screen) as ear:
        screen.show(MESSAGE)
        await rejected(ear, DeliveryStatus.NO_SERVER)
        yield screen, ear


async def none_started_within(seconds: float, starter: Starter) -> None:
    """Check that no server is started in this time of the loop."""
    advance(seconds)
    for _ in range(20):
        await asyncio.sleep(0)
    assert starter.asked == 0


async def asked_to_start(screen: FreedesktopNotifier, starter: Starter, times: int) -> None:
    """Wait until the bus has been asked to start a server so many times, and has done so."""
    await asyncio.to_thread(
        lambda: eventually(lambda: starter.asked >= times, HANG_SECONDS, "a start")
    )
    assert screen._session is not None
    await screen._session.bus.ask(new_method_call(DRIVER, "GetId"))


def test_while_the_session_begins_none_is_started(
    starting: tuple[PrivateBus, Starter],
) -> None:
    """The desktop's own comes by itself, and would not get the name any more; then one is."""
    bus, starter = starting

    async def story() -> None:
        async with waiting(bus) as (screen, _):
            await none_started_within(58, starter)
            advance(3)
            await asked_to_start(screen, starter, 1)

    steered(story())


def test_where_the_desktop_turns_out_to_have_none_the_wait_is_over(
    starting: tuple[PrivateBus, Starter],
) -> None:
    """Its name arrived after the service had begun, and with it that nothing comes by itself."""
    bus, starter = starting

    async def story() -> None:
        async with waiting(bus) as (screen, _):
            screen.set_patience(5.0)
            await none_started_within(4, starter)
            advance(2)
            await asked_to_start(screen, starter, 1)

    steered(story())


def test_the_desktops_own_server_is_sent_what_waited_for_it(
    starting: tuple[PrivateBus, Starter],
) -> None:
    """At once, when it takes the name."""
    bus, starter = starting

    async def story() -> None:
        async with waiting(bus) as (_, ear):
            async with NotificationServer(bus.address) as server:
                await ear.until_heard(1)
                assert [asked.title for asked in server.asked] == [MESSAGE.title]
            assert starter.asked == 0

    steered(story())


@pytest.mark.parametrize("why", ["the person waits for it", "the session has had one"])
def test_there_one_is_started_at_once(starting: tuple[PrivateBus, Starter], why: str) -> None:
    """This holds once the session is known to have begun."""
    bus, starter = starting

    async def story() -> None:
        screen = FreedesktopNotifier(BusClient(bus.address), icon="", patience=60.0)
        async with heard_from(screen) as ear:
            if why == "the person waits for it":
                screen.show(replace(MESSAGE, asked_for=True))
            else:
                async with NotificationServer(bus.address):
                    screen.show(OTHER)
                    await ear.until_heard(1)
                screen.close(OTHER.token)
                screen.show(MESSAGE)
            await asked_to_start(screen, starter, 1)

    steered(story())


@pytest.mark.parametrize(("quiet", "starts"), [(True, 0), (False, 1)])
def test_a_server_that_leaves_by_itself_is_not_started_in_a_circle(
    starting: tuple[PrivateBus, Starter], *, quiet: bool, starts: int
) -> None:
    """MATE's does so after 30 s without a bubble: at most one more, and none under do not disturb.

    As it broke elsewhere: dunst#165.
    """
    bus, starter = starting

    async def story() -> None:
        screen = FreedesktopNotifier(BusClient(bus.address), icon="")
        async with heard_from(screen) as ear:
            screen.quiet(on=quiet)
            server = NotificationServer(bus.address)
            await server.start()
            await show(screen, ear, MESSAGE)
            for times in range(1, 4):
                await server.stop()
                before = len(ear.heard)
                for _ in range(10):
                    advance(20)
                    await asyncio.sleep(0.001)
                if times <= starts:
                    await asked_to_start(screen, starter, times)
                    await server.start()
                    await ear.until_heard(before + 1)
            assert starter.asked == starts
            assert len(server.asked) == 1 + starts
            if quiet:
                screen.quiet(on=False)
                await asked_to_start(screen, starter, 1)
                await server.start()
                await ear.until_heard(2)
            await server.stop()

    steered(story())
