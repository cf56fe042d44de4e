"""The tray icon on a real bus, with a watcher that does as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.tray.menu import Appearance, MenuItem, TrayState
from nightcare.desktop.tray.tray_icon import TrayIcon
from parts.bus import Monitor, PrivateBus, private_bus
from parts.home import Home
from parts.named_service import PROPERTIES
from parts.notification_server import Peer
from parts.tray_host import ITEM, ITEM_PATH, MENU, MENU_PATH, WATCHER, Registering, TrayHost

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

SECONDS = 60.0
ITEMS = (
    MenuItem("done", "Done", pressable=True),
    MenuItem("separator"),
    MenuItem("pause", "Pause", children=(MenuItem("pause/1h", "For 1 h", pressable=True),)),
)
QUIET = Appearance(TrayState.QUIET, "Next: water at 14:00", "more")
CALLS = 10_000


@dataclass
class Model:
    """A model of the icon that a test sets."""

    look: Appearance = QUIET
    items: tuple[MenuItem, ...] = ITEMS
    pressed: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    icon: TrayIcon | None = None

    def appearance(self) -> Appearance:
        """Return the look."""
        return self.look

    def menu(self) -> tuple[MenuItem, ...]:
        """Return the items."""
        return self.items

    def press(self, name: str) -> None:
        """Note a press."""
        self.pressed.append(name)

    def activate(self) -> None:
        """Note a click on the icon."""
        self.pressed.append("icon")

    def host_changed(self) -> None:
        """Note the host."""
        if self.icon is not None:
            self.hosts.append(self.icon.host)

    async def until(self, condition: Callable[[Model], object]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(SECONDS):
            while not condition(self):  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def shown(address: str) -> AsyncIterator[Model]:
    """Show an icon on a bus."""
    model = Model()
    model.icon = TrayIcon(BusClient(address, delays=(0.001,)), model)
    serving = asyncio.create_task(model.icon.run())
    try:
        yield model
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def run(story: Awaitable[None]) -> None:
    """Run a coroutine."""

    async def main() -> None:
        async with asyncio.timeout(4 * SECONDS):
            await story

    asyncio.run(main())


def test_a_host_finds_the_icon_and_presses_an_item(bus: PrivateBus) -> None:
    """With the properties that hosts read, and the signals that they listen to."""

    async def story() -> None:
        async with TrayHost(bus.address) as host, shown(bus.address) as model:
            icon = await host.icon()
            assert icon.startswith("org.kde.StatusNotifierItem-")
            seen = await host.look(icon)
            assert (seen["Title"], seen["Status"]) == ("Next: water at 14:00", "Active")
            assert seen["ToolTip"] == ("", [], "Next: water at 14:00", "more")
            assert (seen["Menu"], seen["ItemIsMenu"]) == (MENU_PATH, True)
            ((width, height, pixels),) = seen["IconPixmap"]
            assert len(pixels) == 4 * width * height
            await host.press(icon, "Pause/For 1 h")
            await host.of_item(icon, "Activate", "ii", 0, 0)
            await host.of_item(icon, "SecondaryActivate", "ii", 0, 0)
            await host.of_item(icon, "Scroll", "is", -1, "vertical")
            await host.of_item(icon, "ContextMenu", "ii", 0, 0)
            await model.until(lambda one: one.pressed == ["pause/1h", "icon"])
            assert model.icon is not None
            await model.until(lambda one: one.icon is not None and one.icon.host)
            assert model.hosts[-1] == model.icon.host
            model.look = Appearance(TrayState.OPEN, "Water, since 14:00")
            model.items = (*ITEMS, MenuItem("about", "About", pressable=True))
            model.icon.refresh()
            seen = await host.look(icon)
            assert (seen["Status"], seen["ItemIsMenu"]) == ("NeedsAttention", False)
            assert seen["AttentionIconName"].endswith("open")
            assert "About" in await host.layout(icon)

    run(story())


def test_a_watcher_may_be_absent_late_replaced_and_killed(bus: PrivateBus) -> None:
    """The icon is registered with each, and nothing is asked while there is none."""

    async def story() -> None:
        async with shown(bus.address) as model:
            async with Peer(bus.address) as peer:
                await peer.settle()
            assert model.icon is not None
            for _ in range(3):
                async with TrayHost(bus.address) as host:
                    icon = await host.icon()
                    assert (await host.look(icon))["Id"] == "nightcare"
                    assert model.icon.watched
                await model.until(lambda one: one.icon is not None and not one.icon.watched)
                assert model.icon.host == ""

    run(story())


@pytest.mark.parametrize("how", [Registering.NEVER, Registering.ERROR, Registering.CRASH])
def test_a_watcher_that_fails_is_left_alone(bus: PrivateBus, how: Registering) -> None:
    """The next one is registered with all the same."""

    async def story() -> None:
        async with shown(bus.address):
            async with TrayHost(bus.address, how) as host:
                await host.icon()
            async with TrayHost(bus.address) as host:
                icon = await host.icon()
                assert "Done" in await host.layout(icon)

    run(story())


def test_the_icon_comes_back_with_the_bus(home: Home) -> None:
    """It is registered anew on the new bus."""

    async def story(bus: PrivateBus) -> None:
        async with shown(bus.address) as model:
            for _ in range(2):
                async with TrayHost(bus.address) as host:
                    icon = await host.icon()
                    await host.layout(icon)
                    await asyncio.to_thread(bus.stop, abruptly=True)
                    await model.until(lambda one: one.icon is not None and not one.icon.watched)
                await asyncio.to_thread(bus.start)

    with private_bus(home) as bus:
        run(story(bus))


def test_gnome_gets_the_path_of_the_icon(bus: PrivateBus) -> None:
    """Its extension may lose an icon that is registered by a name."""
    name = Path("/proc/self/comm")
    before = name.read_text(encoding="utf-8")

    async def story() -> None:
        async with TrayHost(bus.address) as host, shown(bus.address):
            assert await host.icon() == ITEM_PATH

    name.write_text("gnome-shell", encoding="utf-8")
    try:
        run(story())
    finally:
        name.write_text(before, encoding="utf-8")


def test_the_icon_goes_when_it_is_not_wanted_any_more(bus: PrivateBus) -> None:
    """It says that it is passive, and its name is released, while the connection is still used."""

    async def story(monitor: Monitor) -> None:
        client = BusClient(bus.address)
        model = Model()
        other = asyncio.create_task(client.serve(_Silent()))
        icon = TrayIcon(client, model)
        serving = asyncio.create_task(icon.run())
        async with TrayHost(bus.address) as host:
            name = await host.icon()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            while (await host.ask_bus("NameHasOwner", "s", name)).body[0]:
                await host.settle()
            assert client.objects == {}
            passive = await asyncio.to_thread(monitor.wait_for, "NewStatus", interface=ITEM)
            assert passive.body == ("Passive",)
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)

    with bus.monitor() as monitor:
        run(story(monitor))


class _Silent:
    """A user of a client that wants nothing."""

    rules = ()
    names = ()

    def connected(self, session: object) -> None:
        """Ignore it."""

    def disconnected(self) -> None:
        """Ignore it."""

    def owner_changed(self, name: str, owner: str) -> None:
        """Ignore it."""

    def handle_signal(self, signal: object) -> None:
        """Ignore it."""


def test_one_match_rule_and_nothing_else_without_a_watcher(home: Home) -> None:
    """The bus sees a Hello, and the questions for the owner of one name."""
    with private_bus(home) as bus, bus.monitor() as monitor:

        async def story() -> None:
            async with shown(bus.address) as model:
                await model.until(lambda one: one.hosts)

        run(story())
        sent = [one.member for one in monitor.history() if one.kind == "call"]
        assert sent.count("AddMatch") == 1
        assert set(sent) <= {"Hello", "GetId", "AddMatch", "GetNameOwner", "BecomeMonitor"}


def test_calls_of_a_hostile_host_get_errors_and_nothing_grows(bus: PrivateBus) -> None:
    """Unknown ids, wrong types, any depth, floods: each call is answered, and none ends it."""
    chance = random.Random(17)  # noqa: S311 - the same calls each time

    async def story() -> None:
        async with TrayHost(bus.address) as host, shown(bus.address) as model:
            icon = await host.icon()
            known = list((await host.layout(icon)).values())
            kinds = {MessageType.method_return: 0, MessageType.error: 0}
            for _ in range(CALLS // 100):
                calls = [host.ask(_odd_call(icon, known, chance)) for _ in range(100)]
                for reply in await asyncio.gather(*calls):
                    kinds[reply.header.message_type] += 1
                    name = reply.header.fields.get(HeaderFields.error_name, "org.freedesktop.DBus.")
                    assert name.startswith("org.freedesktop.DBus.")
            assert sum(kinds.values()) == CALLS
            assert min(kinds.values()) > CALLS / 20
            assert set(model.pressed) <= {"done", "pause/1h", "icon"}
            assert "Done" in await host.layout(icon)

    run(story())


METHODS: dict[str, tuple[str, str]] = {
    "GetLayout": (MENU, "iias"),
    "GetGroupProperties": (MENU, "aias"),
    "GetProperty": (MENU, "is"),
    "Event": (MENU, "isvu"),
    "EventGroup": (MENU, "a(isvu)"),
    "AboutToShow": (MENU, "i"),
    "AboutToShowGroup": (MENU, "ai"),
    "Activate": (ITEM, "ii"),
    "SecondaryActivate": (ITEM, "ii"),
    "ContextMenu": (ITEM, "ii"),
    "Scroll": (ITEM, "is"),
    "Get": (PROPERTIES, "ss"),
    "GetAll": (PROPERTIES, "s"),
    "Set": (PROPERTIES, "ssv"),
    "Introspect": ("org.freedesktop.DBus.Introspectable", ""),
    "Ping": ("org.freedesktop.DBus.Peer", ""),
    "Nonsense": (MENU, "v"),
}
WORDS = (
    "", "clicked", "label", "Title", "Menu", "done", "å\n😀", "x" * 300,
    ITEM, MENU, PROPERTIES, WATCHER,
)  # fmt: skip


def _odd_call(icon: str, known: list[int], chance: random.Random) -> Any:
    """Return a call that a host should not make, or only rarely."""
    method = chance.choice(list(METHODS))
    interface, kinds = METHODS[method]
    if chance.random() < 0.2:
        kinds = chance.choice([kinds for _, kinds in METHODS.values()])
    if chance.random() < 0.1:
        interface = chance.choice([MENU, ITEM, PROPERTIES, "x.Nothing"])
    path = ITEM_PATH if interface == ITEM else MENU_PATH
    if chance.random() < 0.1 or interface == PROPERTIES:
        path = chance.choice([ITEM_PATH, MENU_PATH, "/", "/nothing"])
    at = DBusAddress(path, bus_name=icon, interface=None if chance.random() < 0.1 else interface)
    return new_method_call(at, method, kinds or None, _values(kinds, known, chance))


def _values(kinds: str, known: list[int], chance: random.Random) -> tuple[Any, ...]:
    values: list[Any] = []
    rest = kinds
    while rest:
        for kind, make in _MAKERS.items():
            if rest.startswith(kind):
                values.append(make(known, chance))
                rest = rest.removeprefix(kind)
                break
    return tuple(values)


def _number(known: list[int], chance: random.Random) -> int:
    return chance.choice([*known, 0, -1, 2**31 - 1, -(2**31), chance.randrange(-100, 100)])


def _word(known: list[int], chance: random.Random) -> str:
    del known
    return chance.choice(WORDS)


def _variant(known: list[int], chance: random.Random) -> tuple[str, Any]:
    if chance.random() < 0.2:
        return "v", _variant(known, chance)
    return chance.choice([("s", "x"), ("ai", [1] * chance.randrange(50)), ("i", 0), ("b", False)])


def _event(known: list[int], chance: random.Random) -> tuple[int, str, Any, int]:
    return _number(known, chance), _word(known, chance), _variant(known, chance), 2**32 - 1


def _many(make: Callable[[list[int], random.Random], Any]) -> Callable[..., list[Any]]:
    return lambda known, chance: [make(known, chance) for _ in range(chance.randrange(20))]


_MAKERS: dict[str, Callable[[list[int], random.Random], Any]] = {
    "a(isvu)": _many(_event),
    "ai": _many(_number),
    "as": _many(_word),
    "i": _number,
    "u": lambda known, chance: abs(_number(known, chance)),
    "s": _word,
    "v": _variant,
}


def test_a_message_of_many_megabytes_is_passed_over(bus: PrivateBus) -> None:
    """To parse it would take seconds; the calls after it are answered."""

    async def story() -> None:
        async with TrayHost(bus.address) as host, shown(bus.address):
            icon = await host.icon()
            at = DBusAddress(MENU_PATH, bus_name=icon, interface=MENU)
            await host.send(new_method_call(at, "AboutToShowGroup", "ay", (b"\1" * 2**24,)))
            assert "Done" in await host.layout(icon)

    run(story())
