"""Messages on a bus that comes and goes, and notifications of an earlier run."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from jeepney import (
    HeaderFields,
    Parser,
    new_method_return,
    new_signal,
)

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.notification import (
    ButtonPressed,
    Message,
    NotificationShown,
)
from parts.bus import DRIVER, NOTIFICATIONS, PrivateBus
from parts.home import Home
from parts.memory_screen import Ear, heard_from
from parts.notification_server import (
    NotificationServer,
)
from parts.notifier_bench import (
    AT_ONCE,
    LAST,
    MESSAGE,
    OTHER,
    SHORT,
    a_screen,
    and_nothing_more,
    on_a_server,
    shown,
)
from parts.steered_loop import advance, steered

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

Story = Coroutine[Any, Any, None]


def number_of(server: NotificationServer, message: Message) -> int:
    """Return the id of a message on a server's screen."""
    (number,) = [n for n, seen in server.on_screen.items() if seen.title == message.title]
    return number


# The bus comes and goes


def test_a_bus_that_comes_later_is_found(bus: PrivateBus) -> None:
    """There may be none when we start."""
    bus.stop()

    async def story() -> None:
        screen = a_screen(bus)
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await asyncio.to_thread(bus.start)
            async with NotificationServer(bus.address):
                await shown(ear, MESSAGE)

    asyncio.run(story())


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "tcp:host=localhost,port=1", "unix:path", "unix:path=/nowhere/bus", "unix:"],
)
def test_an_address_without_a_bus_is_no_error(address: str) -> None:
    """The screen waits for better times, and can be told everything meanwhile."""

    async def story() -> None:
        screen = FreedesktopNotifier(BusClient(address, delays=AT_ONCE), icon="")
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            screen.forget(":1.1 1 x", "t0")
            for _ in range(20):
                await asyncio.sleep(0)
            screen.close("t1")
            assert ear.heard == []
            assert screen.describe() == ""

    asyncio.run(story())


def test_of_several_addresses_the_first_that_answers_is_used(bus: PrivateBus) -> None:
    """An address may name more than one place."""

    async def story() -> None:
        screen = FreedesktopNotifier(
            BusClient(f"tcp:host=localhost;unix:path=/nowhere/bus;{bus.address}", delays=AT_ONCE),
            icon="",
        )
        async with NotificationServer(bus.address), heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)

    asyncio.run(story())


def test_after_the_death_of_the_bus_all_begins_anew(bus: PrivateBus) -> None:
    """The connection is made again, and what is wanted is sent again, and answers count."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            old = await shown(ear, MESSAGE)
            await asyncio.to_thread(bus.stop, abruptly=True)
            await asyncio.to_thread(bus.start)
            await server.restart()
            await ear.until_heard(2)
            new = await shown(ear, MESSAGE)
            assert new.split()[2] != old.split()[2]
            await server.press(1, "done")
            assert (await ear.until_heard(3))[-1] == ButtonPressed("t1", "done")

    asyncio.run(story())


def test_after_a_lost_connection_there_are_not_two_of_the_same(bus: PrivateBus) -> None:
    """The server still shows what came over the old connection: that is taken off first.

    As it broke elsewhere: desktop-notifier#236.
    """

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert screen._session is not None
            screen._session.bus._writer.transport.abort()
            await ear.until_heard(2)
            assert [seen.title for seen in server.on_screen.values()] == [MESSAGE.title]
            await server.press(number_of(server, MESSAGE), "done")
            assert (await ear.until_heard(3))[-1] == ButtonPressed("t1", "done")

    asyncio.run(story())


async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Do as a bus does until the client says Hello."""
    await reader.readuntil(b"\r\n")
    writer.write(b"OK 0123456789abcdef0123456789abcdef\r\n")
    await reader.readuntil(b"BEGIN\r\n")
    await reader.readexactly(16)


async def hang_up(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Let nobody in."""


async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear a client out, and close the door."""
    await reader.readuntil(b"\r\n")
    writer.close()
    await writer.wait_closed()


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept no way of authentication."""
    await reader.readuntil(b"\r\n")
    writer.write(b"REJECTED ANONYMOUS\r\n")
    await reader.read()


async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Send no reply."""
    await reader.read()


async def never_answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let a client in, and leave it alone."""
    await let_in(reader, writer)
    await reader.read()


async def answer_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send what is no D-Bus at all."""
    await let_in(reader, writer)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read()


async def announce_too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announce a message longer than any may be."""
    await let_in(reader, writer)
    writer.write(b"l\x04\x00\x01" + b"\xff\xff\xff\x7f" + b"\x01\x00\x00\x00" + b"\x00" * 4)
    await reader.read()


@pytest.mark.parametrize(
    ("behave", "limit"),
    [
        (hang_up, 60.0),
        (leave, 60.0),
        (refuse, 60.0),
        (answer_nonsense, 60.0),
        (announce_too_much, 60.0),
        (say_nothing, SHORT),
        (never_answer_hello, SHORT),
    ],
)
def test_what_is_no_proper_bus_is_left_and_tried_again(
    home: Home,
    behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Story],
    limit: float,
) -> None:
    """However the other end fails, the connection is given up and made anew."""
    path = home.runtime / "bus"

    async def story() -> None:
        visits: asyncio.Queue[None] = asyncio.Queue()

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visits.put_nowait(None)
            with contextlib.suppress(OSError, EOFError):
                await behave(reader, writer)
            writer.transport.abort()

        screen = FreedesktopNotifier(
            BusClient(f"unix:path={path}", limit=limit, delays=AT_ONCE), icon=""
        )
        async with await asyncio.start_unix_server(visit, path), heard_from(screen):
            async with asyncio.timeout(10):
                await visits.get()
                await visits.get()
                await visits.get()

    asyncio.run(story())


def test_each_connection_is_tried_later_than_the_one_before(home: Home) -> None:
    """A bus that lets nobody in is not knocked at without end."""
    path = home.runtime / "bus"

    async def story() -> None:
        visits: asyncio.Queue[float] = asyncio.Queue()

        async def visit(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visits.put_nowait(asyncio.get_running_loop().time())
            writer.transport.abort()

        delays = (0.02, 0.06, 0.12)
        screen = FreedesktopNotifier(BusClient(f"unix:path={path}", delays=delays), icon="")
        start = asyncio.get_running_loop().time()
        server = await asyncio.start_unix_server(visit, path)
        async with server, heard_from(screen), asyncio.timeout(10):
            times = [await visits.get() - start for _ in range(5)]
        assert all(
            time >= least for time, least in zip(times, [0, 0.02, 0.08, 0.2, 0.32], strict=True)
        )

    asyncio.run(story())


async def bus_that_is_slow(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, called: asyncio.Queue[str]
) -> None:
    """Be a bus whose name changes hands just after it has said who has it.

    Tells which peers are called.
    """
    await reader.readuntil(b"\r\n")
    writer.write(b"OK 0123456789abcdef0123456789abcdef\r\n")
    await reader.readuntil(b"BEGIN\r\n")
    parser = Parser()
    while data := await reader.read(4096):
        for call in parser.feed(data):
            fields = call.header.fields
            body = (":1.1",) if fields[HeaderFields.member] != "AddMatch" else ()
            reply = new_method_return(call, "s" if body else None, body)
            reply.header.fields[HeaderFields.sender] = DRIVER.bus_name
            answer = reply.serialise(1)
            if fields[HeaderFields.member] == "GetNameOwner":
                change = new_signal(
                    DRIVER, "NameOwnerChanged", "sss", (NOTIFICATIONS, ":1.1", ":1.2")
                )
                change.header.fields[HeaderFields.sender] = DRIVER.bus_name
                answer += change.serialise(1)
            if fields[HeaderFields.destination] == DRIVER.bus_name:
                writer.write(answer)
            else:
                called.put_nowait(fields[HeaderFields.destination])


@pytest.mark.parametrize("crossing", [False, True])
def test_what_came_under_do_not_disturb_is_sent_once_more(
    bus: PrivateBus, *, crossing: bool
) -> None:
    """The old notification is closed and a new one is shown, if it is still open at the end.

    So is one that a server got just before it answered that do not disturb is on.
    """

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            screen = a_screen(bus)
            async with heard_from(screen) as ear:
                screen.show(OTHER)
                await shown(ear, OTHER)
                advance(2.0)
                screen.quiet(on=not crossing)
                screen.show(MESSAGE)
                await shown(ear, MESSAGE)
                screen.quiet(on=True)
                for _ in range(2):
                    screen.quiet(on=False)
                await ear.until_heard(3)
                await and_nothing_more(
                    screen,
                    ear,
                    *(NotificationShown(one.token, one.handle) for one in shown_of(ear)),
                )
                titles = [one.title for one in server.asked]
                assert titles == [OTHER.title, MESSAGE.title, MESSAGE.title, LAST.title]
                assert sorted(one.title for one in server.on_screen.values()) == sorted(
                    {OTHER.title, MESSAGE.title, LAST.title}
                )

    steered(story())


def test_nothing_is_heard_under_do_not_disturb_unless_it_was_asked_for(bus: PrivateBus) -> None:
    """A server is told to be silent as well; when do not disturb ends, the sound comes too."""
    usual = replace(MESSAGE, sound="message")
    asked = replace(OTHER, sound="bell", heard_always=True)

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            screen = a_screen(bus)
            async with heard_from(screen) as ear:
                screen.quiet(on=True)
                for message in (usual, asked):
                    screen.show(message)
                    await shown(ear, message)
                screen.quiet(on=False)
                await ear.until_heard(4)
                sounds = [
                    (
                        one.title,
                        {name: value for name, value in one.hints.items() if "sound" in name},
                    )
                    for one in server.asked
                ]
                assert sounds[:2] == [
                    (usual.title, {"suppress-sound": True}),
                    (asked.title, {"sound-name": "bell"}),
                ]
                assert (usual.title, {"sound-name": "message"}) in sounds[2:]

    asyncio.run(story())


def shown_of(ear: Ear) -> list[NotificationShown]:
    """Return the events "shown" without that of the last message."""
    return [
        one for one in ear.heard if isinstance(one, NotificationShown) and one.token != LAST.token
    ]


@pytest.mark.parametrize("end", ["answered", "closed by us", "closed by the person"])
def test_what_has_an_end_does_not_come_back_after_do_not_disturb(bus: PrivateBus, end: str) -> None:
    """Only what is still wanted does."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            screen = a_screen(bus)
            async with heard_from(screen) as ear:
                screen.quiet(on=True)
                screen.show(MESSAGE)
                await shown(ear, MESSAGE)
                number = number_of(server, MESSAGE)
                if end == "answered":
                    await server.press(number, MESSAGE.buttons[0].key)
                    await ear.until_heard(2)
                elif end == "closed by us":
                    screen.close(MESSAGE.token)
                else:
                    await server.dismiss(number)
                    await ear.until_heard(2)
                screen.quiet(on=False)
                screen.show(LAST)
                await shown(ear, LAST)
                assert [one.title for one in server.asked] == [MESSAGE.title, LAST.title]

    asyncio.run(story())


def test_what_could_not_be_sent_under_do_not_disturb_is_sent_once(bus: PrivateBus) -> None:
    """A server that came after it ended has drawn it: there is no reason for another."""

    async def story() -> None:
        screen = a_screen(bus)
        async with heard_from(screen) as ear:
            screen.quiet(on=True)
            screen.show(MESSAGE)
            screen.quiet(on=False)
            async with NotificationServer(bus.address) as server:
                handle = await shown(ear, MESSAGE)
                advance(2.0)
                screen.quiet(on=True)
                screen.quiet(on=False)
                await and_nothing_more(screen, ear, NotificationShown(MESSAGE.token, handle))
                assert [one.title for one in server.asked] == [MESSAGE.title, LAST.title]

    steered(story())


def test_a_change_of_server_outruns_the_answer_who_it_is(home: Home) -> None:
    """The bus says who the server is, and in the same breath that it is another by now."""
    path = home.runtime / "bus"

    async def story() -> None:
        called: asyncio.Queue[str] = asyncio.Queue()

        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await bus_that_is_slow(reader, writer, called)
            writer.transport.abort()

        screen = FreedesktopNotifier(
            BusClient(f"unix:path={path}", limit=SHORT, delays=AT_ONCE), icon=""
        )
        server = await asyncio.start_unix_server(visit, path)
        async with server, heard_from(screen), asyncio.timeout(10):
            screen.show(MESSAGE)
            assert [await called.get() for _ in range(5)] == [":1.2"] * 5

    asyncio.run(story())


# What an earlier run left


async def left_by_an_earlier_run(bus: PrivateBus) -> str:
    """Show MESSAGE by a notifier that ends then, and return the handle."""
    earlier = a_screen(bus)
    async with heard_from(earlier) as ear:
        earlier.show(MESSAGE)
        return await shown(ear, MESSAGE)


def test_what_an_earlier_run_left_is_taken_off(bus: PrivateBus) -> None:
    """The handle finds it, on the same server on the same bus, before anything new is shown."""

    async def story() -> None:
        screen = a_screen(bus)
        async with NotificationServer(bus.address) as server:
            handle = await left_by_an_earlier_run(bus)
            screen.forget(handle, MESSAGE.token)
            screen.show(OTHER)
            async with heard_from(screen) as ear:
                await shown(ear, OTHER)
                assert [seen.title for seen in server.on_screen.values()] == [OTHER.title]
                assert [call for call in server.calls if not call.startswith("Get")] == [
                    "Notify",
                    "CloseNotification",
                    "Notify",
                ]

    asyncio.run(story())


def test_what_was_left_can_be_forgotten_at_any_time(bus: PrivateBus) -> None:
    """This holds when the notifier has run for long."""

    async def story() -> None:
        screen = a_screen(bus)
        async with NotificationServer(bus.address) as server:
            handle = await left_by_an_earlier_run(bus)
            async with heard_from(screen) as ear:
                screen.show(OTHER)
                await shown(ear, OTHER)
                screen.forget(handle, MESSAGE.token)
                await server.until(lambda: set(server.on_screen) == {2}, "it to be taken off")

    asyncio.run(story())


def test_a_press_on_what_an_earlier_run_left_is_reported_once(bus: PrivateBus) -> None:
    """Some servers leave there what they are told to close; its buttons are not known any more."""

    async def story() -> None:
        screen = a_screen(bus)
        async with NotificationServer(bus.address) as server:
            handle = await left_by_an_earlier_run(bus)
            screen.forget(handle, MESSAGE.token)
            async with heard_from(screen) as ear:
                await server.until(lambda: not server.on_screen, "it to be taken off")
                for number, key in ((1, "default"), (1, ""), (2, "done"), (1, "snooze-10m")):
                    await server.press(number, key)
                await server.press(1, "done")
                await ear.until_heard(1)
                screen.show(OTHER)
                await shown(ear, OTHER)
                assert [one for one in ear.heard if isinstance(one, ButtonPressed)] == [
                    ButtonPressed(MESSAGE.token, "snooze-10m")
                ]

    asyncio.run(story())


def test_a_press_after_the_connection_broke_is_reported(bus: PrivateBus) -> None:
    """The message is shown anew, and the one of the earlier connection is still that message."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert screen._session is not None
            screen._session.bus._writer.transport.abort()
            await server.until(lambda: len(server.asked) == 2, "it to be sent anew")
            await server.press(1, "done")
            await ear.until(lambda heard: ButtonPressed(MESSAGE.token, "done") in heard)

    asyncio.run(story())


def test_what_an_earlier_run_left_is_replaced_where_closing_leaves_it_drawn(
    bus: PrivateBus,
) -> None:
    """notification-daemon (3.20) draws no other bubble until that one has gone."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = ("Notification Daemon", "GNOME", "3.20.0", "1.2")
        screen = a_screen(bus)
        async with server:
            handle = await left_by_an_earlier_run(bus)
            screen.forget(handle, MESSAGE.token)
            async with heard_from(screen):
                await server.until(lambda: not server.on_screen, "it to be closed")
                assert [(one.replaces, one.expires) for one in server.asked[1:]] == [(1, 1)]

    asyncio.run(story())


@pytest.mark.parametrize(
    "handle",
    [
        "{owner} 1 0123456789abcdef0123456789abcdef",
        ":1.999 1 {bus}",
        "{owner} -1 {bus}",
        "{owner} 0 {bus}",
        "{owner} 4294967297 {bus}",
        "{owner} one {bus}",
        "{owner} 1",
        "{owner} 1 {bus} 1",
        "",
    ],
)
def test_another_server_is_left_alone(bus: PrivateBus, handle: str) -> None:
    """A handle of another bus or server, or one that makes no sense, takes nothing off."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            owner, _, bus_id = (await shown(ear, MESSAGE)).split()
            screen.forget(handle.format(owner=owner, bus=bus_id), "t0")
            await and_nothing_more(screen, ear, *ear.heard)
            assert "CloseNotification" not in server.calls

    asyncio.run(story())


def test_what_was_left_on_a_server_that_has_gone_is_gone(bus: PrivateBus) -> None:
    """Without a server there is nothing to take off, and nothing is kept for the next."""

    async def story() -> None:
        screen = a_screen(bus)
        async with heard_from(screen) as ear, NotificationServer(bus.address) as server:
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.stop()
            async with asyncio.timeout(10):
                while screen.describe():  # noqa: ASYNC110
                    await asyncio.sleep(0)
            screen.forget(handle, MESSAGE.token)
            await server.start()
            await ear.until_heard(2)
            await and_nothing_more(screen, ear, *ear.heard)
            assert "CloseNotification" not in server.calls

    asyncio.run(story())
