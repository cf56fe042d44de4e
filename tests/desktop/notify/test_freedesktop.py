"""Messages on a notification server, and the events that are reported of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import repeat

import pytest

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Message,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)
from parts.bus import PrivateBus, private_bus
from parts.home import Home
from parts.memory_screen import Ear, heard_from
from parts.notification_server import (
    How,
    NotificationServer,
    To,
)
from parts.notifier_bench import (
    AT_ONCE,
    LAST,
    MESSAGE,
    OTHER,
    a_screen,
    and_nothing_more,
    asked_for,
    on_a_server,
    shown,
)

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

# What is reported


def test_a_press_is_reported_once(bus: PrivateBus) -> None:
    """A server can send the signal to everybody and to us, and then close the notification."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.to = To.BOTH
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.press(1, "snooze-10m")
            await server.press(1, "done")
            await server.dismiss(1)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "snooze-10m")
            )

    asyncio.run(story())


@pytest.mark.parametrize("to", To)
def test_a_press_is_heard_however_it_is_told(bus: PrivateBus, to: To) -> None:
    """Some servers tell everybody, some only who sent the message."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.to = to
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            await server.press(1, "done")
            assert (await ear.until_heard(2))[1] == ButtonPressed("t1", "done")

    asyncio.run(story())


@pytest.mark.parametrize("key", ["0", ""])
def test_a_key_that_looks_like_nothing_is_an_answer(bus: PrivateBus, key: str) -> None:
    """It is compared, and never asked whether it is something.

    As it broke elsewhere: desktop-notifier#18.
    """

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(replace(MESSAGE, buttons=(Button(key, "Done"),)))
            await shown(ear, MESSAGE)
            await server.press(1, key)
            assert (await ear.until_heard(2))[1] == ButtonPressed("t1", key)

    asyncio.run(story())


def test_a_key_that_was_not_offered_is_no_answer(bus: PrivateBus) -> None:
    """Some servers invent "default" for a click on the body; then the message is just closed.

    As it broke elsewhere: elementary/notifications#141.
    """

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            for key in ("default", "", "Done", "d" * 10_000):
                await server.press(1, key)
            await server.dismiss(1)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), NotificationClosed("t1")
            )

    asyncio.run(story())


def test_no_key_was_offered_where_there_are_no_buttons(bus: PrivateBus) -> None:
    """A server that says it has no buttons cannot have had one pressed."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)
        server.capabilities = ("body",)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.press(1, "done")
            await and_nothing_more(screen, ear, NotificationShown("t1", handle))

    asyncio.run(story())


@pytest.mark.parametrize("reason", [0, 1, 2, 3, 4, 2**32 - 1])
def test_a_message_that_has_gone_is_reported_once(bus: PrivateBus, reason: int) -> None:
    """Any reason, any number of times, counts once; the message is not sent again.

    As it broke elsewhere: MATE.
    """

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.to = To.BOTH
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.dismiss(1, reason)
            await server.dismiss(1, reason)
            by_itself = reason not in {2, 3}
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), NotificationClosed("t1", by_itself)
            )
            assert [asked.title for asked in server.asked] == [MESSAGE.title, LAST.title]

    asyncio.run(story())


def test_of_what_we_closed_only_a_press_is_reported(bus: PrivateBus) -> None:
    """Once: a server may have left it on the screen."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            screen.close("t1")
            await server.until(lambda: not server.on_screen, "the message to be taken off")
            await server.press(1, "snooze-10m")
            await server.press(1, "done")
            await server.dismiss(1)
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "snooze-10m")
            )

    asyncio.run(story())


def test_an_answered_message_can_be_taken_off(bus: PrivateBus) -> None:
    """On some servers a press leaves it on the screen; nothing is reported of the rest."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            await server.press(1, "done")
            await ear.until_heard(2)
            screen.close("t1")
            await server.until(lambda: not server.on_screen, "the message to be taken off")
            await and_nothing_more(
                screen, ear, NotificationShown("t1", handle), ButtonPressed("t1", "done")
            )

    asyncio.run(story())


def test_who_is_reported_to_may_show_and_close_at_once(bus: PrivateBus) -> None:
    """An answer is followed by the next message from within the report itself."""

    async def story() -> None:
        screen = a_screen(bus)
        ear = Ear()

        def hear(event: NotifierEvent) -> None:
            ear(event)
            if isinstance(event, ButtonPressed):
                screen.close(event.token)
                screen.show(OTHER)

        async with NotificationServer(bus.address) as server:
            task = asyncio.create_task(screen.run(hear))
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            await server.press(1, "done")
            await shown(ear, OTHER)
            assert [seen.title for seen in server.on_screen.values()] == [OTHER.title]
            assert server.calls[-2:] == ["CloseNotification", "Notify"]
            task.cancel()
            await asyncio.wait({task})

    asyncio.run(story())


# What is wanted


def test_one_is_closed_before_the_next_is_shown(bus: PrivateBus) -> None:
    """There is never more than one on the screen, not even for a moment."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            screen.close("t1")
            screen.show(OTHER)
            await shown(ear, OTHER)
            assert server.calls[-3:] == ["Notify", "CloseNotification", "Notify"]

    asyncio.run(story())


def test_a_message_closed_on_its_way_is_taken_off(bus: PrivateBus) -> None:
    """It is not reported as shown, and not left on the screen when the reply comes."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            await server.until_asked(1)
            screen.close("t1")
            await server.reply_late()
            await server.until(lambda: not server.on_screen, "the message to be taken off")
            await and_nothing_more(screen, ear)

    asyncio.run(story())


def test_a_message_closed_before_it_could_be_sent_never_is(bus: PrivateBus) -> None:
    """A message from a time without a server that was closed since is not shown late."""

    async def story() -> None:
        screen = a_screen(bus)
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            screen.show(OTHER)
            screen.close("t1")
            async with NotificationServer(bus.address) as server:
                await shown(ear, OTHER)
                assert [asked.title for asked in server.asked] == [OTHER.title]

    asyncio.run(story())


def test_a_changed_message_takes_the_place_of_the_old(bus: PrivateBus) -> None:
    """In-place replacement is not to be relied on: the old one is closed, a new one sent."""

    async def story() -> None:
        screen = a_screen(bus)
        changed = replace(MESSAGE, title="Another glass")
        async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            screen.show(changed)
            await ear.until_heard(2)
            assert [seen.title for seen in server.on_screen.values()] == [changed.title]
            assert server.asked[1].replaces == 0

    asyncio.run(story())


def step(number: int) -> Message:
    """Return a step of a routine."""
    buttons = (Button("stop", "Stop"), Button("done", "Done"))
    return Message("r", "A stretch", f"Step {number}", buttons, progress=10 * number)


def test_the_steps_of_a_routine_replace_each_other_in_place(bus: PrivateBus) -> None:
    """Their buttons stay the same, so that servers may keep them; nothing is closed."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(step(1))
            handle = await shown(ear, step(1))
            screen.show(step(2))
            await ear.until_heard(2)
            screen.show(step(3))
            assert await ear.until_heard(3) == [NotificationShown("r", handle)] * 3
            assert [seen.replaces for seen in server.asked] == [0, 1, 1]
            # A server that heeds both would replace a notification by itself.
            assert ["x-dunst-stack-tag" in seen.hints for seen in server.asked] == [
                True,
                False,
                False,
            ]
            assert [seen.body for seen in server.on_screen.values()] == ["Step 3"]
            assert "CloseNotification" not in server.calls
            await server.press(1, "stop")
            assert (await ear.until_heard(4))[3] == ButtonPressed("r", "stop")

    asyncio.run(story())


@pytest.mark.parametrize("name", ["gnome-shell", ""])
def test_where_what_is_replaced_loses_its_buttons_each_step_is_sent_anew(
    bus: PrivateBus, name: str
) -> None:
    """The same holds on a server without a name; one notification is open at a time."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)
        server.information = (name, "", "", "1.2")
        async with server, heard_from(screen) as ear:
            screen.show(step(1))
            await shown(ear, step(1))
            screen.show(step(2))
            await ear.until_heard(2)
            assert [seen.replaces for seen in server.asked] == [0, 0]
            assert [seen.body for seen in server.on_screen.values()] == ["Step 2"]
            assert server.calls[-2:] == ["CloseNotification", "Notify"]

    asyncio.run(story())


def test_the_closing_words_have_no_buttons_and_are_sent_anew(bus: PrivateBus) -> None:
    """A server that keeps those of the last step would offer what there is not any more."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(step(1))
            await shown(ear, step(1))
            screen.show(replace(step(10), buttons=()))
            await ear.until_heard(2)
            assert [seen.replaces for seen in server.asked] == [0, 0]
            assert [seen.actions for seen in server.on_screen.values()] == [{}]

    asyncio.run(story())


def test_a_server_that_shows_the_next_step_beside_the_last_has_that_taken_off(
    bus: PrivateBus,
) -> None:
    """Some give a new id; there are never two."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.replaces_in_place = False
            screen.show(step(1))
            await shown(ear, step(1))
            screen.show(step(2))
            await ear.until_heard(2)
            await server.until(lambda: "CloseNotification" in server.calls, "a close")
            assert [seen.body for seen in server.on_screen.values()] == ["Step 2"]
            await server.press(2, "done")
            assert (await ear.until_heard(3))[2] == ButtonPressed("r", "done")

    asyncio.run(story())


def test_a_step_closed_while_the_next_is_on_its_way_is_reported_and_stays_away(
    bus: PrivateBus,
) -> None:
    """The notification that the server shows for the next one is closed."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(step(1))
            handle = await shown(ear, step(1))
            server.script.append(How.LATER)
            screen.show(step(2))
            await server.until_asked(2)
            await server.dismiss(1)
            assert await ear.until_heard(2) == [
                NotificationShown("r", handle),
                NotificationClosed("r"),
            ]
            await server.reply_late()
            await and_nothing_more(
                screen, ear, NotificationShown("r", handle), NotificationClosed("r")
            )

    asyncio.run(story())


def test_a_step_that_comes_while_the_last_is_on_its_way_is_the_one_shown(bus: PrivateBus) -> None:
    """A slow server is not left with an old step."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(step(1))
            await shown(ear, step(1))
            server.script.append(How.LATER)
            screen.show(step(2))
            await server.until_asked(2)
            screen.show(step(3))
            await server.reply_late()
            await server.until_asked(3)
            await ear.until_heard(2)
            await server.until(lambda: len(server.on_screen) == 1, "one to be left")
            assert [seen.body for seen in server.on_screen.values()] == ["Step 3"]

    asyncio.run(story())


def test_who_can_play_sounds_is_asked_to_be_silent(bus: PrivateBus) -> None:
    """By the specification's own hint, and only where it means something."""
    message = replace(MESSAGE, silent=True)
    assert asked_for(bus, message).hints["suppress-sound"] is True
    assert "suppress-sound" not in asked_for(bus, message, ("actions", "body")).hints


def test_a_server_may_give_the_same_id_again(bus: PrivateBus) -> None:
    """Signals about the message that had the id before do not affect the new one."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.numbers = repeat(1)
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            screen.close("t1")
            screen.show(OTHER)
            assert await shown(ear, OTHER) == handle
            await server.press(1, "done")
            expected = [
                NotificationShown("t1", handle),
                NotificationShown("t2", handle),
                ButtonPressed("t2", "done"),
            ]
            assert await ear.until_heard(3) == expected

    asyncio.run(story())


# Running


def test_waiting_costs_nothing(bus: PrivateBus) -> None:
    """With a message on the screen and with none, no timer is set.

    As it broke elsewhere: stretchly#1393.
    """

    async def story() -> None:
        screen = a_screen(bus)
        loop = asyncio.get_running_loop()

        def timers() -> list[asyncio.TimerHandle]:
            scheduled: list[asyncio.TimerHandle] = loop._scheduled  # type: ignore[attr-defined]
            return [timer for timer in scheduled if not timer.cancelled()]

        async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            await server.settle()
            assert timers() == []
            await server.dismiss(1)
            await ear.until_heard(2)
            assert timers() == []

    asyncio.run(story())


def test_a_screen_can_run_again(bus: PrivateBus) -> None:
    """Open messages are shown again, and the notifications of the old connection are closed."""

    async def story() -> None:
        screen = a_screen(bus)
        async with NotificationServer(bus.address) as server:
            async with heard_from(screen) as ear:
                screen.show(MESSAGE)
                await shown(ear, MESSAGE)
                screen.show(OTHER)
                await shown(ear, OTHER)
            screen.close("t2")
            async with heard_from(screen) as ear:
                await shown(ear, MESSAGE)
                assert set(server.on_screen) == {3}
                assert server.on_screen[3].title == MESSAGE.title

    asyncio.run(story())


def test_a_screen_without_a_bus_waits_for_one_and_goes_on_to_another(
    home: Home, bus: PrivateBus
) -> None:
    """Open messages are shown on each bus in turn."""

    async def story(other: PrivateBus) -> None:
        screen = FreedesktopNotifier(
            BusClient(None, delays=AT_ONCE), icon="nightcare-drop", rest=0.0
        )
        screen.show(MESSAGE)
        async with (
            NotificationServer(bus.address) as first,
            NotificationServer(other.address) as second,
            heard_from(screen) as ear,
        ):
            assert screen.describe() == ""
            screen._client.move(bus.address)
            await shown(ear, MESSAGE)
            assert len(first.on_screen) == 1
            ear.heard.clear()
            screen._client.move(other.address)
            screen._client.move(other.address)
            await shown(ear, MESSAGE)
            assert [one.title for one in second.on_screen.values()] == [MESSAGE.title]

    with private_bus(home, name="other") as other:
        asyncio.run(story(other))
