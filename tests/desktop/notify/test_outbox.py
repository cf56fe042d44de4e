"""Messages on servers that fail, hang, come and go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count, pairwise, repeat

import pytest

from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
)
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.home import Home
from parts.memory_screen import heard_from
from parts.notification_server import (
    How,
    Notification,
    NotificationServer,
    Peer,
)
from parts.notifier_bench import (
    MESSAGE,
    OTHER,
    SHORT,
    a_screen,
    and_nothing_more,
    on_a_server,
    shown,
)
from parts.processes import HANG_SECONDS, eventually

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

NOT_IN_THIS_TEST = (3600.0,)


# Failures of the server


@pytest.mark.parametrize("failed", [[How.ERROR, How.ERROR], [How.NEVER], [How.LATER]])
def test_a_failure_is_tried_again_until_it_works(bus: PrivateBus, failed: list[How]) -> None:
    """A message that the server did not take is not given up, and reported once it is shown.

    As it broke elsewhere: vorta#1815, Ianny.
    """

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            server.script.extend(failed)
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            assert handle.split()[1] == str(len(failed) + 1)
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


def test_each_attempt_is_later_than_the_one_before(bus: PrivateBus) -> None:
    """The delays grow as told, and the last of them holds for all that follow."""

    async def story() -> None:
        delays = (0.01, 0.04, 0.08)
        screen = a_screen(bus, delays=delays)
        times: list[float] = []
        server = NotificationServer(bus.address)

        async def note(_: Notification) -> None:
            times.append(asyncio.get_running_loop().time())

        server.on_notify = note
        server.script.extend([How.ERROR] * 5)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
        waits = [later - earlier for earlier, later in pairwise(times)]
        expected = [0.01, 0.04, 0.08, 0.08, 0.08]
        assert all(wait >= least for wait, least in zip(waits, expected, strict=True))

    asyncio.run(story())


def test_a_failing_message_does_not_keep_others_from_the_screen(bus: PrivateBus) -> None:
    """Each message has its own patience."""

    async def story() -> None:
        async with on_a_server(bus, delays=NOT_IN_THIS_TEST) as (server, screen, ear):
            server.script.append(How.ERROR)
            screen.show(MESSAGE)
            await server.until_asked(1)
            screen.show(OTHER)
            await shown(ear, OTHER)
            assert [event.token for event in ear.heard] == ["t2"]

    asyncio.run(story())


def test_a_late_reply_counts(bus: PrivateBus) -> None:
    """A server slower than our patience has shown the message: it is that one, not another."""

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT, delays=NOT_IN_THIS_TEST) as (server, screen, ear):
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            await server.until_asked(1)
            screen.show(OTHER)
            await shown(ear, OTHER)  # the first has had its time
            await server.reply_late()
            await shown(ear, MESSAGE)
            await server.press(1, "done")
            assert (await ear.until_heard(3))[-1] == ButtonPressed("t1", "done")
            assert len(server.asked) == 2

    asyncio.run(story())


def test_never_two_of_the_same(bus: PrivateBus) -> None:
    """If the late reply comes after a successful retry, the older notification is closed."""

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            assert set(server.on_screen) == {1, 2}
            await server.reply_late()
            await server.until(lambda: set(server.on_screen) == {2}, "the older to be taken off")
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


def test_a_late_reply_with_an_id_in_use_takes_nothing_off(bus: PrivateBus) -> None:
    """A server that gives both attempts the same id shows one message, and goes on showing it."""

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            server.numbers = repeat(1)
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.reply_late()
            await server.press(1, "done")
            await ear.until_heard(2)
            server.numbers = count(2)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "done")
            )
            assert "CloseNotification" not in server.calls

    asyncio.run(story())


@pytest.mark.parametrize("end", ["closed by us", "closed", "answered", "gone"])
def test_a_late_reply_to_what_is_over_is_taken_off(bus: PrivateBus, end: str) -> None:
    """A late notification whose twin was answered or closed does not stay."""

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            if end == "closed by us":
                screen.close("t1")
                await server.until(lambda: set(server.on_screen) == {1}, "it to be taken off")
            elif end == "closed":
                await server.dismiss(2)
                await ear.until_heard(2)
            else:
                await server.press(2, "done")
                await ear.until_heard(2)
                if end == "answered":
                    screen.close("t1")
                else:
                    await server.dismiss(2)
            heard = list(ear.heard)
            await server.reply_late()
            await server.until(lambda: not server.on_screen, "the late one to be taken off")
            await and_nothing_more(screen, ear, *heard)

    asyncio.run(story())


def test_a_server_that_hangs_does_not_find_many_when_it_wakes(bus: PrivateBus) -> None:
    """While nothing is answered, the message is not sent again: the first may be waiting.

    As it broke elsewhere: needrestart#76.
    """

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            screen.show(OTHER)
            await shown(ear, OTHER)
            server.freeze()
            screen.show(MESSAGE)
            await server.until(lambda: len(server.waiting) > 3, "more questions")
            await server.thaw()
            await shown(ear, MESSAGE)
            assert [asked.title for asked in server.asked] == [OTHER.title, MESSAGE.title]

    asyncio.run(story())


def test_replies_that_never_come_are_not_waited_for_in_number(bus: PrivateBus) -> None:
    """A server that never answers Notify costs no more with every attempt."""

    async def story() -> None:
        screen = a_screen(bus, limit=0.005)
        async with NotificationServer(bus.address) as server, heard_from(screen):
            server.how = How.NEVER
            for number in range(20):
                screen.show(replace(MESSAGE, token=f"t{number}"))
            await server.until_asked(40)
            assert screen._server is not None
            assert len(screen._server._unanswered) <= 32
            assert len(screen._server._bus._pending) <= 33

    asyncio.run(story())


def test_questions_that_are_never_answered_are_not_kept(bus: PrivateBus) -> None:
    """A server that never answers uses no more memory."""

    async def story() -> None:
        screen = a_screen(bus, limit=0.005)
        server = NotificationServer(bus.address)
        server.silent |= {"GetCapabilities", "GetServerInformation"}
        async with server, heard_from(screen):
            screen.show(MESSAGE)
            await server.until(lambda: len(server.calls) > 20, "many questions")
            assert screen._server is not None
            assert len(screen._server._bus._pending) <= 2

    asyncio.run(story())


def test_a_message_closed_while_the_server_is_asked_is_not_sent(bus: PrivateBus) -> None:
    """It is looked at again after every wait whether the message is still wanted."""

    async def story() -> None:
        screen = a_screen(bus, limit=SHORT)
        server = NotificationServer(bus.address)
        server.freeze()
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await server.until(lambda: len(server.waiting) > 1, "a second question")
            screen.close("t1")
            await server.thaw()
            await and_nothing_more(screen, ear)
            assert len(server.asked) == 1

    asyncio.run(story())


# The server comes and goes


def test_a_server_that_comes_later_is_sent_what_is_wanted(bus: PrivateBus) -> None:
    """Without waiting for the next attempt.

    As it broke elsewhere: udiskie#118.
    """

    async def story() -> None:
        screen = a_screen(bus, delays=NOT_IN_THIS_TEST)
        async with heard_from(screen) as ear:
            assert screen.describe() == ""
            assert screen.capabilities == frozenset()
            screen.show(MESSAGE)
            async with Peer(bus.address) as peer:
                await peer.settle()
            async with NotificationServer(bus.address):
                await shown(ear, MESSAGE)
                assert screen.describe() == "Scripted 2.5 (nobody)"
                assert screen.capabilities == set(Capability) - {Capability.MENU}

    asyncio.run(story())


@pytest.mark.parametrize("startable", [True, False])
def test_without_a_server_it_is_told_whether_one_can_be_started(
    home: Home, *, startable: bool
) -> None:
    """As soon as the bus has said so, and again when a server has gone."""
    if startable:
        services = home.data / "dbus-1" / "services"
        services.mkdir(parents=True)
        (services / "server.service").write_text(
            f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/true\n", encoding="ascii"
        )

    async def story(bus: PrivateBus) -> None:
        events: asyncio.Queue[NotifierEvent] = asyncio.Queue()
        serving = asyncio.create_task(a_screen(bus).run(events.put_nowait))
        assert await events.get() == NotifierChanged(startable=startable)
        async with NotificationServer(bus.address):
            assert await events.get() == NotifierChanged()
        assert await events.get() == NotifierChanged(startable=startable)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    with private_bus(home, services=startable) as own:
        asyncio.run(story(own))


def test_a_server_that_can_be_started_is(home: Home) -> None:
    """If there is none, the bus is asked to start one, as for any other program's message."""
    asked = home.aside / "started"
    services = home.data / "dbus-1" / "services"
    services.mkdir(parents=True)
    (services / "server.service").write_text(
        f"[D-BUS Service]\nName={NOTIFICATIONS}\nExec=/bin/touch {asked}\n", encoding="ascii"
    )

    async def story(bus: PrivateBus) -> None:
        screen = a_screen(bus)
        async with heard_from(screen) as ear:
            await asyncio.to_thread(lambda: None)
            assert not asked.exists()
            screen.show(MESSAGE)
            await asyncio.to_thread(
                eventually, asked.exists, HANG_SECONDS, "the server to be started"
            )
            async with NotificationServer(bus.address):
                await shown(ear, MESSAGE)

    with private_bus(home, services=True) as bus:
        asyncio.run(story(bus))


def test_after_a_restart_what_is_wanted_is_sent_once(bus: PrivateBus) -> None:
    """The old ids are void, and the new server's are its own, though they begin anew."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(OTHER)
            await shown(ear, OTHER)
            screen.show(MESSAGE)
            old = await shown(ear, MESSAGE)
            await server.press(1, "done")
            await ear.until_heard(3)
            await server.restart()
            await ear.until_heard(4)
            assert [seen.title for seen in server.on_screen.values()] == [MESSAGE.title]
            new = await shown(ear, MESSAGE)
            assert new != old
            assert new.split()[1:] == ["1", old.split()[2]]
            await server.press(2, "done")
            await server.press(1, "snooze-10m")
            assert (await ear.until_heard(5))[-1] == ButtonPressed("t1", "snooze-10m")
            await and_nothing_more(screen, ear, *ear.heard)

    asyncio.run(story())


def test_a_server_that_was_replaced_has_no_say(bus: PrivateBus) -> None:
    """It can stay on the bus; its successor is asked for its capabilities."""

    async def story() -> None:
        screen = a_screen(bus)
        old, new = NotificationServer(bus.address), Peer(bus.address)
        successor = NotificationServer(bus.address)
        successor.capabilities = ("body",)
        successor.information = ("plain", "", "", "1.2")
        async with old, new, heard_from(screen) as ear:
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await old.give_up_name()
            async with successor:
                await ear.until_heard(2)
                assert screen.describe() == "plain"
                assert screen.capabilities == {Capability.BODY}
                assert successor.asked[0].actions == {}
                await old.press(1, "done")
                await old.dismiss(1)
                await old.settle()
                again = await shown(ear, MESSAGE)
                await and_nothing_more(
                    screen, ear, NotificationShown("t1", handle), NotificationShown("t1", again)
                )
                assert len(old.asked) == 1

    asyncio.run(story())


def test_a_reply_of_a_server_that_was_replaced_does_not_count(bus: PrivateBus) -> None:
    """The notification that it shows late is closed, because its successor shows it now."""

    async def story() -> None:
        screen = a_screen(bus)
        old = NotificationServer(bus.address)
        old.how = How.LATER
        async with old, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await old.until_asked(1)
            await old.give_up_name()
            async with NotificationServer(bus.address):
                handle = await shown(ear, MESSAGE)
                await old.reply_late()
                await old.until(lambda: not old.on_screen, "the late one to be taken off")
                await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


def test_a_server_that_dies_of_a_message_is_not_killed_in_a_circle(bus: PrivateBus) -> None:
    """However quickly it comes back, after a few times the message waits."""

    async def story() -> None:
        screen = a_screen(bus, delays=NOT_IN_THIS_TEST)
        server = NotificationServer(bus.address)
        server.how = How.CRASH
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await server.start()
            for restart in (1, 2, 3):
                await server.until_asked(restart)
                await server.restart()
            await server.until(lambda: server.calls[-1] == "GetServerInformation", "a visit")
            server.how = How.ID
            screen.show(OTHER)
            await shown(ear, OTHER)
            assert len(server.asked) == 4
            await server.stop()

    asyncio.run(story())


def test_a_server_may_have_an_empty_name(bus: PrivateBus) -> None:
    """Its description is never empty."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)
        server.information = ("", "\x1b", " ", "1.2")
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert screen.describe() == "a notification server without a name"

    asyncio.run(story())


@pytest.mark.parametrize("silent", [False, True])
def test_a_server_without_a_name_is_used_all_the_same(bus: PrivateBus, *, silent: bool) -> None:
    """It need not say who it is."""

    async def story() -> None:
        screen = a_screen(bus, limit=SHORT)
        server = NotificationServer(bus.address)
        (server.silent if silent else server.refused).add("GetServerInformation")
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert screen.describe() == "a notification server without a name"

    asyncio.run(story())
