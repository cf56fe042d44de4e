"""Signals and replies of servers and strangers, floods of them, and events before the reply."""

from __future__ import annotations

import asyncio

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageFlag,
    MessageType,
    new_method_call,
    new_method_return,
    new_signal,
)

from nightcare.domain.notification import (
    ButtonPressed,
    NotificationClosed,
    NotificationShown,
)
from parts.bus import DRIVER, NOTIFICATIONS, PrivateBus
from parts.memory_screen import heard_from
from parts.notification_server import (
    PATH,
    How,
    Notification,
    NotificationServer,
    Peer,
    To,
)
from parts.notifier_bench import MESSAGE, OTHER, a_screen, and_nothing_more, on_a_server, shown

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

# Who is believed


async def forge(stranger: Peer, *, to: str | None) -> None:
    """Say what only the server may say, and what only the bus may say."""
    await stranger.emit("ActionInvoked", "us", (1, "done"), to=to)
    await stranger.emit("NotificationClosed", "uu", (1, 2), to=to)
    change = (NOTIFICATIONS, "", stranger.unique_name)
    await stranger.emit("NameOwnerChanged", "sss", change, to=to, interface="org.freedesktop.DBus")
    await stranger.emit("NameOwnerChanged", "sss", change, to=to)
    await stranger.settle()


@pytest.mark.parametrize("directly", [False, True])
def test_signals_of_others_are_not_believed(bus: PrivateBus, *, directly: bool) -> None:
    """Only the present server presses buttons, and only the bus says who that is."""

    async def story() -> None:
        screen = a_screen(bus)
        async with (
            NotificationServer(bus.address) as server,
            Peer(bus.address) as stranger,
            heard_from(screen) as ear,
        ):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await forge(stranger, to=server.asked[0].sender if directly else None)
            await server.press(1, "snooze-10m")
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "snooze-10m")
            )

    asyncio.run(story())


def test_replies_of_others_are_not_believed(bus: PrivateBus) -> None:
    """A program that guesses the number of our call cannot give it an id."""

    async def story() -> None:
        screen = a_screen(bus)
        async with (
            NotificationServer(bus.address) as server,
            Peer(bus.address) as stranger,
            heard_from(screen) as ear,
        ):
            server.how = How.LATER
            screen.show(MESSAGE)
            await server.until_asked(1)
            for serial in range(1, 40):
                call = new_method_call(DRIVER, "Any")
                call.header.serial = serial
                call.header.fields[HeaderFields.sender] = server.asked[0].sender
                await stranger.send(new_method_return(call, "u", (77,)))
            await stranger.settle()
            await server.reply_late()
            assert (await shown(ear, MESSAGE)).split()[1] == "1"

    asyncio.run(story())


def test_notifications_of_other_programs_are_not_ours(bus: PrivateBus) -> None:
    """Signals that the server broadcasts about other programs' notifications are ignored.

    As it broke elsewhere: another program's clicks.
    """

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.press(2, "done")
            await server.dismiss(7)
            await server.dismiss(0)
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("member", "signature", "body"),
    [
        ("ActionInvoked", "su", ("1", 1)),
        ("ActionInvoked", "is", (1, "done")),
        ("ActionInvoked", "u", (1,)),
        ("ActionInvoked", None, ()),
        ("ActionInvoked", "uss", (1, "done", "done")),
        ("ActionInvoked", "a(us)", ([(1, "done")],)),
        ("ActionInvoked", "uv", (1, ("s", "done"))),
        ("NotificationClosed", "u", (1,)),
        ("NotificationClosed", "us", (1, "2")),
        ("NotificationClosed", "xx", (1, 2)),
        ("NotificationClosed", "a{sv}", ({"id": ("u", 1)},)),
        ("ActivationToken", "us", (1, "done")),
        ("Unheard", "us", (1, "done")),
    ],
)
def test_a_signal_of_the_wrong_kind_is_ignored(
    bus: PrivateBus, member: str, signature: str | None, body: tuple[object, ...]
) -> None:
    """A signal that violates the specification is ignored."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.emit(member, signature, body)
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


def test_a_message_that_cannot_be_read_is_ignored(bus: PrivateBus) -> None:
    """The bus lets through a signal with a file descriptor that is not there."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            signal = new_signal(
                DBusAddress(PATH, interface=NOTIFICATIONS), "ActionInvoked", "uu", (1, 5)
            )
            raw = signal.serialise(900).replace(b"\x02uu\x00", b"\x02uh\x00")
            server._open_connection.writer.write(raw)
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))
            assert server.asked[0].sender == server.asked[1].sender

    asyncio.run(story())


def test_who_calls_us_need_not_wait(bus: PrivateBus) -> None:
    """Nothing is offered on the bus, and that is what everybody is told who asks."""

    async def story() -> None:
        screen = a_screen(bus)
        async with (
            NotificationServer(bus.address) as server,
            Peer(bus.address) as stranger,
            heard_from(screen) as ear,
        ):
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            us = DBusAddress("/", bus_name=server.asked[0].sender)
            answer = await stranger.ask(new_method_call(us, "Introspect"))
            assert answer.header.message_type is MessageType.error
            quiet = new_method_call(us, "Introspect")
            quiet.header.flags = MessageFlag.no_reply_expected
            await stranger.send(quiet)
            await stranger.settle()
            await server.press(1, "done")
            assert (await ear.until_heard(2))[1] == ButtonPressed("t1", "done")

    asyncio.run(story())


# Floods


def test_nothing_is_lost_in_a_flood(bus: PrivateBus) -> None:
    """Ten thousand signals of a stranger and of the server hide neither replies nor a press."""

    async def story() -> None:
        screen = a_screen(bus)
        async with (
            NotificationServer(bus.address) as server,
            Peer(bus.address) as stranger,
            heard_from(screen) as ear,
        ):
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            async with asyncio.TaskGroup() as flood:
                forged = stranger.emit("ActionInvoked", "us", (1, "done"), times=10_000)
                foreign = server.emit("NotificationClosed", "uu", (99, 2), times=10_000)
                flood.create_task(forged)
                flood.create_task(foreign)
                screen.show(OTHER)
                await shown(ear, OTHER)
            await server.press(1, "snooze-10m")
            await server.press(2, "done")
            heard = await ear.until_heard(4)
            assert heard[2:] == [ButtonPressed("t1", "snooze-10m"), ButtonPressed("t2", "done")]

    asyncio.run(story())


def test_what_is_held_back_in_a_flood_is_bounded(bus: PrivateBus) -> None:
    """While an id is awaited, ten thousand unknown ones do not fill the memory."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(OTHER)
            await shown(ear, OTHER)
            server.how = How.LATER
            screen.show(MESSAGE)
            await server.until_asked(2)
            for number in range(3, 10_003):
                await server.emit("ActionInvoked", "us", (number, "done"))
            await server.emit("ActionInvoked", "us", (number, "x" * 1_000_000))
            await server.press(2, "done")
            await server.press(1, "done")
            assert (await ear.until_heard(2))[1] == ButtonPressed("t2", "done")
            assert screen._server is not None
            assert len(screen._server._ids._early) == 1024
            await server.reply_late()
            assert (await ear.until_heard(4))[3] == ButtonPressed("t1", "done")
            assert screen._server._ids._early == {}

    asyncio.run(story())


# Before the reply


def test_a_press_before_the_reply_is_not_lost(bus: PrivateBus) -> None:
    """The id is not known yet when the press is heard; it is reported after Shown, once."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)

        async def press(asked: Notification) -> None:
            server.on_notify = None
            await server.press(asked.number, "default")
            await server.press(asked.number, "done")
            await server.press(asked.number, "done")
            await server.dismiss(asked.number)

        server.on_notify = press
        server.to = To.BOTH
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "done")
            )

    asyncio.run(story())


def test_a_message_that_goes_before_the_reply_is_reported(bus: PrivateBus) -> None:
    """Some servers drop a message at once; it is shown and then closed, and not sent again."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)

        async def drop(asked: Notification) -> None:
            server.on_notify = None
            await server.dismiss(asked.number)

        server.on_notify = drop
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), NotificationClosed("t1")
            )
            assert len(server.asked) == 2

    asyncio.run(story())
