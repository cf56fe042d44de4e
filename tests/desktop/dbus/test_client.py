"""One connection to a bus, shared by notifications and presence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from jeepney import MatchRule

from nightcare.desktop.dbus.client import BusClient, BusSession
from nightcare.desktop.dbus.connection import ConnectionLost, Signal
from nightcare.desktop.dbus.transport import open_connection
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.desktop.presence.monitor import PresenceMonitor
from nightcare.domain.notification import Message, NotificationShown
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.desk import SLEEP, schedule_of
from parts.home import Home
from parts.memory_screen import heard_from
from parts.named_service import NamedService
from parts.notification_server import NotificationServer, Peer
from parts.presence_watch import GNOME_SAVER, HERE, LOCKED, Watch, run

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

MESSAGE = Message("t1", "Time for a glass of water", "", (), "")
SECONDS = 30.0
AT_ONCE = (0.001,)


async def connections(peer: Peer) -> int:
    """Return the number of connections to the bus beside that of a peer."""
    reply = await peer.ask_bus("ListNames", None)
    return sum(name.startswith(":") and name != peer.unique_name for name in reply.body[0])


@dataclass(eq=False)
class User:
    """A user of a client that counts what it is called with."""

    rules: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    session: BusSession | None = None
    calls: asyncio.Queue[tuple[str, object]] = field(default_factory=asyncio.Queue)

    def connected(self, session: BusSession) -> None:
        """Note the session."""
        self.session = session
        self.calls.put_nowait(("connected", dict(session.owners)))

    def disconnected(self) -> None:
        """Note that there is no session."""
        self.session = None
        self.calls.put_nowait(("disconnected", None))

    def owner_changed(self, name: str, owner: str) -> None:
        """Note the owner."""
        self.calls.put_nowait((name, owner))

    def handle_signal(self, signal: Signal) -> None:
        """Note the signal."""
        self.calls.put_nowait((signal.member, signal.body))

    async def next(self) -> tuple[str, object]:
        """Return the next call."""
        async with asyncio.timeout(SECONDS):
            return await self.calls.get()


@contextlib.asynccontextmanager
async def serving(client: BusClient, user: User) -> AsyncIterator[User]:
    """Let a client serve a user."""
    task = asyncio.create_task(client.serve(user))
    try:
        yield user
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_notifications_and_presence_share_a_connection_and_come_back_together(home: Home) -> None:
    """The bus sees one client, also after its restart."""

    async def story(bus: PrivateBus) -> None:
        client = BusClient(bus.address, delays=AT_ONCE)
        notifier = FreedesktopNotifier(client, icon="", rest=0.0)
        monitor = PresenceMonitor(client, None, {}, schedule_of(SLEEP))
        watch = Watch(monitor)
        server, saver = NotificationServer(bus.address), NamedService(bus.address, GNOME_SAVER)
        saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
        monitoring = asyncio.create_task(monitor.run(watch))
        async with heard_from(notifier) as ear:
            for _ in range(2):
                async with server, saver, Peer(bus.address) as peer:
                    notifier.show(MESSAGE)
                    await ear.until(
                        lambda heard: any(isinstance(one, NotificationShown) for one in heard)
                    )
                    await watch.until(LOCKED)
                    assert await connections(peer) == 3
                    ear.heard.clear()
                    await asyncio.to_thread(bus.stop, abruptly=True)
                    await watch.until(HERE)
                await asyncio.to_thread(bus.start)
            monitoring.cancel()
            await asyncio.gather(monitoring, return_exceptions=True)

    with private_bus(home) as bus:
        run(story(bus))


def test_a_user_that_leaves_takes_its_rules_with_it(bus: PrivateBus) -> None:
    """The others stay connected, and so does the bus until the last one leaves."""
    rule = MatchRule(type="signal", interface="x.First").serialise()
    other_rule = MatchRule(type="signal", interface="x.Second").serialise()

    async def story() -> None:
        client = BusClient(bus.address)
        async with Peer(bus.address) as peer, serving(client, User((other_rule,))) as other:
            assert await other.next() == ("connected", {})
            async with serving(client, User((rule,))) as user:
                assert await user.next() == ("connected", {})
                await peer.emit("Hello", None, (), interface="x.First")
                assert (await user.next(), await other.next()) == (("Hello", ()),) * 2
            assert other.session is not None
            # With this reply the bus has also handled what the client sent before.
            await other.session.bus.get_id()
            await peer.emit("Hello", None, (), interface="x.First")
            await peer.emit("Bye", None, (), interface="x.Second")
            assert await other.next() == ("Bye", ())
            assert user.calls.empty()
            assert await connections(peer) == 1

    run(story())


def test_a_name_is_followed_for_each_user_that_names_it(bus: PrivateBus) -> None:
    """A user that comes later is told the owner that is known by then."""

    async def story() -> None:
        client = BusClient(bus.address)
        async with serving(client, User(names=(NOTIFICATIONS,))) as user:
            assert await user.next() == ("connected", {NOTIFICATIONS: ""})
            async with NamedService(bus.address, NOTIFICATIONS) as service:
                owner = service.unique_name
                assert await user.next() == (NOTIFICATIONS, owner)
                async with serving(client, User(names=(NOTIFICATIONS,))) as late:
                    assert await late.next() == ("connected", {NOTIFICATIONS: owner})
                    await service.stop()
                    assert await late.next() == (NOTIFICATIONS, "")
                assert await user.next() == (NOTIFICATIONS, "")

    run(story())


def test_a_client_on_demand_connects_when_it_is_needed(home: Home) -> None:
    """A bus that was never there is tried once, and then on demand alone."""

    async def story(bus: PrivateBus) -> None:
        bus.stop()
        client = BusClient(bus.address, delays=AT_ONCE, on_demand=True)
        async with serving(client, User()) as user:
            assert await user.next() == ("disconnected", None)
            await asyncio.to_thread(bus.start)
            for _ in range(20):
                await asyncio.sleep(0)
            assert user.calls.empty()
            client.connect_now()
            assert await user.next() == ("connected", {})
            bus.stop(abruptly=True)
            assert await user.next() == ("disconnected", None)

    with private_bus(home) as bus:
        run(story(bus))


def test_a_client_moves_to_another_bus_at_once(home: Home, bus: PrivateBus) -> None:
    """A move from no bus, to another and to none does not wait for the delay."""

    async def story(other: PrivateBus) -> None:
        client = BusClient(None, delays=(3600.0,))
        async with serving(client, User()) as user:
            assert await user.next() == ("disconnected", None)
            ids = []
            for address in (bus.address, other.address):
                client.move(address)
                while (await user.next())[0] != "connected":
                    pass
                assert user.session is not None
                ids.append(user.session.bus_id)
            assert len(set(ids)) == 2
            client.move(None)
            assert await user.next() == ("disconnected", None)

    with private_bus(home, name="other") as other:
        run(story(other))


def test_an_error_of_a_user_ends_every_service(bus: PrivateBus) -> None:
    """No part goes on as if nothing had happened."""

    class Failing(User):
        def handle_signal(self, signal: Signal) -> None:
            """Fail."""
            raise ZeroDivisionError(signal)

    async def story() -> None:
        client = BusClient(bus.address)
        rule = MatchRule(type="signal", interface="x.First").serialise()
        users = User(), Failing((rule,))
        tasks = [asyncio.create_task(client.serve(user)) for user in users]
        assert [(await user.next())[0] for user in users] == ["connected"] * 2
        async with Peer(bus.address) as peer:
            await peer.emit("Hello", None, (), interface="x.First")
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            assert isinstance(result, ExceptionGroup)
            assert result.subgroup(ZeroDivisionError) is not None

    run(story())


def test_a_bus_that_is_not_there_is_no_bus(home: Home) -> None:
    """This holds for any address."""

    async def story(address: str) -> None:
        async with open_connection(address, SECONDS):
            pass

    for address in (f"unix:path={home.runtime}/bus", "autolaunch:", "nonsense"):
        with pytest.raises(ConnectionLost):
            asyncio.run(story(address))
