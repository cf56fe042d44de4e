"""Messages on notification servers of all manners, over a real bus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise, repeat
from typing import Any

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageFlag,
    MessageType,
    Parser,
    new_method_call,
    new_method_return,
    new_signal,
)

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier, Waits
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Capability,
    Message,
    NotificationClosed,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
)
from nightcare.domain.reminders import Urgency
from parts.bus import DRIVER, NOTIFICATIONS, PrivateBus, private_bus
from parts.home import Home
from parts.memory_screen import Ear, heard_from
from parts.notification_server import (
    ALL_CAPABILITIES,
    PATH,
    How,
    Notification,
    NotificationServer,
    Peer,
    To,
)
from parts.processes import eventually

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

AT_ONCE = (0.001,)
NOT_IN_THIS_TEST = (3600.0,)
SHORT = 0.05

MESSAGE = Message(
    "t1",
    "Time for a glass of water",
    "Small sips through the day.",
    (Button("done", "Done"), Button("snooze-10m", "In 10 minutes")),
    "nightcare done water",
)
OTHER = replace(MESSAGE, token="t2", title="Stretch a little")  # noqa: S106 - no password
LAST = replace(MESSAGE, token="t3", title="Loosen the bedding")  # noqa: S106 - no password

Story = Coroutine[Any, Any, None]


def a_screen(
    bus: PrivateBus, *, limit: float = 5.0, delays: tuple[float, ...] = AT_ONCE
) -> FreedesktopNotifier:
    """Return a notifier on a bus that retries quickly."""
    return FreedesktopNotifier(
        BusClient(bus.address, limit=limit, delays=delays),
        icon="nightcare-drop",
        waits=Waits(rest=0.0),
    )


@contextlib.asynccontextmanager
async def on_a_server(
    bus: PrivateBus, *, limit: float = 5.0, delays: tuple[float, ...] = AT_ONCE
) -> AsyncIterator[tuple[NotificationServer, FreedesktopNotifier, Ear]]:
    """Run a server, and a screen that finds it there."""
    screen = a_screen(bus, limit=limit, delays=delays)
    async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
        yield server, screen, ear


async def shown(ear: Ear, message: Message) -> str:
    """Wait until a message is reported as shown, and return its handle."""
    heard = await ear.until(
        lambda heard: any(
            isinstance(e, NotificationShown) and e.token == message.token for e in heard
        )
    )
    handles = [
        e.handle for e in heard if isinstance(e, NotificationShown) and e.token == message.token
    ]
    assert handles[-1] is not None
    return handles[-1]


async def and_nothing_more(screen: FreedesktopNotifier, ear: Ear, *expected: object) -> None:
    """Hold what was reported to be just this, after all that is on its way has come."""
    screen.show(LAST)
    await shown(ear, LAST)
    assert [event for event in ear.heard if event.token != LAST.token] == list(expected)


def number_of(server: NotificationServer, message: Message) -> int:
    """Return the id of a message on a server's screen."""
    (number,) = [n for n, seen in server.on_screen.items() if seen.title == message.title]
    return number


# What is sent


def asked_for(
    bus: PrivateBus,
    message: Message,
    capabilities: tuple[str, ...] = ALL_CAPABILITIES,
    name: str = "Scripted",
) -> Notification:
    """Return the call for a message to a server with these capabilities and this name."""

    async def story() -> Notification:
        server = NotificationServer(bus.address)
        server.capabilities = capabilities
        server.information = (name, "nobody", "2.5", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(message)
            await shown(ear, message)
            return server.asked[0]

    return asyncio.run(story())


@pytest.mark.parametrize("vendor", ["GNOME", "MATE"])
def test_what_a_server_would_leave_drawn_is_replaced_by_what_is_over(
    bus: PrivateBus, vendor: str
) -> None:
    """notification-daemon (3.20) draws a closed bubble on, in front of all later ones."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = ("Notification Daemon", vendor, "3.20.0", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            screen.close("t1")
            await server.until(lambda: not server.on_screen, "it to be closed")
            over = [(one.replaces, one.expires) for one in server.asked[1:]]
            assert over == ([(1, 1)] if vendor == "GNOME" else [])

    asyncio.run(story())


def test_what_was_answered_is_not_replaced_on_a_server_that_leaves_it_drawn(
    bus: PrivateBus,
) -> None:
    """It is gone from there, and the replacement would be a new notification."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = ("Notification Daemon", "GNOME", "3.20.0", "1.2")
        screen = a_screen(bus)
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            await server.press(1, "done")
            await ear.until(lambda heard: ButtonPressed("t1", "done") in heard)
            screen.close("t1")
            screen.show(LAST)
            await shown(ear, LAST)
            assert [one.title for one in server.asked] == [MESSAGE.title, LAST.title]

    asyncio.run(story())


@pytest.mark.parametrize("name", ["dunst", "fnott", "mako"])
def test_where_no_buttons_are_drawn_the_text_names_the_command(bus: PrivateBus, name: str) -> None:
    """The answers are sent all the same, for the server's own menu."""
    asked = asked_for(bus, replace(MESSAGE, command="Answer: nightcare done"), name=name)
    # mako cuts off what comes after three lines.
    assert asked.body == f"Answer: nightcare done\n{MESSAGE.body}"
    assert set(asked.actions) == {"done", "snooze-10m"}


def test_where_any_click_is_the_first_answer_none_is_sent(bus: PrivateBus) -> None:
    """On COSMIC a click that closes a reminder would start its stretch, or count as done."""
    asked = asked_for(bus, MESSAGE, name="cosmic-notifications")
    assert asked.actions == {}
    assert MESSAGE.spoken in asked.body


@pytest.mark.parametrize(
    ("name", "said", "named"),
    [("Scripted", False, True), ("Scripted", None, False), ("dunst", True, False)],
)
def test_what_the_person_said_of_buttons_counts(
    bus: PrivateBus, name: str, *, said: bool | None, named: bool
) -> None:
    """It is kept by name and version, and goes before what is known of the name."""
    told: list[str] = []

    def remembered(description: str) -> bool | None:
        told.append(description)
        return said

    async def story() -> None:
        server = NotificationServer(bus.address)
        server.information = (name, "nobody", "2.5", "1.2")
        screen = FreedesktopNotifier(
            BusClient(bus.address), icon="", waits=Waits(rest=0), remembered=remembered
        )
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await shown(ear, MESSAGE)
            assert (MESSAGE.spoken in server.asked[0].body) is named
            assert (Capability.BUTTONS in screen.capabilities) is not named
            assert told[-1] == f"{name} 2.5 (nobody)"

    asyncio.run(story())


def test_a_message_arrives_with_all_that_it_carries(bus: PrivateBus) -> None:
    """Everything is where the specification wants it.

    As it broke elsewhere: earlyoom#139.
    """
    message = replace(MESSAGE, urgency=Urgency.CRITICAL, stays=timedelta(minutes=10))
    asked = asked_for(bus, message)
    assert asked == Notification(
        number=1,
        sender=asked.sender,
        application="nightcare",
        replaces=0,
        icon="nightcare-drop",
        title="Time for a glass of water",
        body="Small sips through the day.",
        actions={"done": "Done", "snooze-10m": "In 10 minutes"},
        hints={
            "urgency": 2,
            "category": "x-nightcare.reminder.due",
            "desktop-entry": "nightcare",
            "x-dunst-stack-tag": "nightcare reminder",
        },
        types={"urgency": "y", "category": "s", "desktop-entry": "s", "x-dunst-stack-tag": "s"},
        expires=600_000,
    )


@pytest.mark.parametrize(
    ("urgency", "level"), [(Urgency.LOW, 0), (Urgency.NORMAL, 1), (Urgency.CRITICAL, 2)]
)
def test_urgency_has_the_levels_of_the_specification(
    bus: PrivateBus, urgency: Urgency, level: int
) -> None:
    """Low, normal and critical are the bytes 0, 1 and 2."""
    assert asked_for(bus, replace(MESSAGE, urgency=urgency)).hints["urgency"] == level


def test_progress_is_sent_only_to_who_draws_it_beside_the_words(bus: PrivateBus) -> None:
    """Those that know of places do, whatever they are called; others may draw the bar alone."""
    message = replace(MESSAGE, progress=40)
    draws = (*ALL_CAPABILITIES, "x-dunst-stack-tag")
    asked = asked_for(bus, message, draws)
    assert (asked.hints["value"], asked.types["value"]) == (40, "i")
    assert "value" not in asked_for(bus, MESSAGE, draws).hints
    assert "value" not in asked_for(bus, message).hints
    assert "value" not in asked_for(bus, message, name="dunst").hints


@pytest.mark.parametrize(
    ("sound", "hint"),
    [("message-new-instant", "sound-name"), ("/usr/share/sounds/drop.oga", "sound-file")],
)
def test_a_sound_is_sent_to_who_can_play_it(bus: PrivateBus, sound: str, hint: str) -> None:
    """A path and a name have hints of their own, and neither goes where there is no sound."""
    message = replace(MESSAGE, sound=sound)
    hints = asked_for(bus, message).hints
    assert {name: hints[name] for name in hints if "sound" in name} == {hint: sound}
    silent = asked_for(bus, message, ("actions", "body")).hints
    assert [name for name in silent if "sound" in name] == []


def test_a_server_without_buttons_is_sent_none(bus: PrivateBus) -> None:
    """The body ends with how to answer instead."""
    asked = asked_for(bus, MESSAGE, ("body",))
    assert asked.actions == {}
    assert asked.body == "Small sips through the day.\nnightcare done water"


def test_a_server_that_reads_markup_is_sent_none(bus: PrivateBus) -> None:
    """Markup is escaped in the body only; other texts are sent unchanged."""
    message = replace(MESSAGE, title="a < b", body='1 < 2 & 3 > 2 "so"')
    assert asked_for(bus, message).body == '1 &lt; 2 &amp; 3 &gt; 2 "so"'
    assert asked_for(bus, message).title == "a < b"
    assert asked_for(bus, message, ("actions", "body")).body == message.body


def test_a_server_without_bodies_is_sent_the_title_alone(bus: PrivateBus) -> None:
    """The title carries the whole message."""
    asked = asked_for(bus, MESSAGE, ())
    assert (asked.title, asked.body) == (MESSAGE.title, "")


def test_long_words_are_cut_before_they_are_escaped(bus: PrivateBus) -> None:
    """No escape is cut in two, and what is read is as long as it may be."""
    asked = asked_for(bus, replace(MESSAGE, title="& " * 100, body="&" * 500))
    assert len(asked.title) <= 80
    assert asked.body == "&amp;" * 198 + "…"


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


# Failures of the server


@pytest.mark.parametrize("how", [How.ERROR, How.NEVER, How.LATER])
def test_a_failure_is_tried_again_until_it_works(bus: PrivateBus, how: How) -> None:
    """A message that the server did not take is not given up, and reported once it is shown.

    As it broke elsewhere: vorta#1815, Ianny.
    """

    async def story() -> None:
        async with on_a_server(bus, limit=SHORT) as (server, screen, ear):
            server.script.extend([how, how])
            screen.show(MESSAGE)
            handle = await shown(ear, MESSAGE)
            assert handle.split()[1] == "3"
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
            screen.show(MESSAGE)
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
        server.silent.add("GetCapabilities")
        async with server, heard_from(screen):
            screen.show(MESSAGE)
            await server.until(lambda: len(server.calls) > 20, "many questions")
            assert screen._server is not None
            assert len(screen._server._bus._pending) <= 1

    asyncio.run(story())


def test_a_server_that_does_not_say_what_it_can_do_is_asked_again(bus: PrivateBus) -> None:
    """Some take the name before they are ready to answer."""

    async def story() -> None:
        screen = a_screen(bus)
        server = NotificationServer(bus.address)
        server.refused.add("GetCapabilities")
        async with server, heard_from(screen) as ear:
            screen.show(MESSAGE)
            await server.until(lambda: len(server.calls) > 3, "some questions")
            assert server.asked == []
            assert screen.capabilities == frozenset()
            assert screen.describe() == "a notification server that has not answered yet"
            server.refused.clear()
            await shown(ear, MESSAGE)

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
            await asyncio.to_thread(eventually, asked.exists, 10, "the server to be started")
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


def test_what_came_under_do_not_disturb_is_sent_once_more(bus: PrivateBus) -> None:
    """The old notification is closed and a new one is shown, if it is still open at the end."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            screen = a_screen(bus)
            async with heard_from(screen) as ear:
                screen.show(OTHER)
                await shown(ear, OTHER)
                screen.quiet(on=True)
                screen.show(MESSAGE)
                await shown(ear, MESSAGE)
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

    asyncio.run(story())


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
                screen.quiet(on=True)
                screen.quiet(on=False)
                await and_nothing_more(screen, ear, NotificationShown(MESSAGE.token, handle))
                assert [one.title for one in server.asked] == [MESSAGE.title, LAST.title]

    asyncio.run(story())


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


def test_what_an_earlier_run_left_is_taken_off(bus: PrivateBus) -> None:
    """The handle finds it, on the same server on the same bus, before anything new is shown."""

    async def story() -> None:
        earlier, screen = a_screen(bus), a_screen(bus)
        async with NotificationServer(bus.address) as server:
            async with heard_from(earlier) as ear:
                earlier.show(MESSAGE)
                handle = await shown(ear, MESSAGE)
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
        earlier, screen = a_screen(bus), a_screen(bus)
        async with NotificationServer(bus.address) as server:
            async with heard_from(earlier) as ear:
                earlier.show(MESSAGE)
                handle = await shown(ear, MESSAGE)
            async with heard_from(screen) as ear:
                screen.show(OTHER)
                await shown(ear, OTHER)
                screen.forget(handle, MESSAGE.token)
                await server.until(lambda: set(server.on_screen) == {2}, "it to be taken off")

    asyncio.run(story())


def test_a_press_on_what_an_earlier_run_left_is_reported_once(bus: PrivateBus) -> None:
    """Some servers leave there what they are told to close; its buttons are not known any more."""

    async def story() -> None:
        earlier, screen = a_screen(bus), a_screen(bus)
        async with NotificationServer(bus.address) as server:
            async with heard_from(earlier) as ear:
                earlier.show(MESSAGE)
                handle = await shown(ear, MESSAGE)
            screen.forget(handle, MESSAGE.token)
            async with heard_from(screen) as ear:
                await server.until(lambda: not server.on_screen, "it to be taken off")
                await server.press(1, "default")
                await server.press(2, "done")
                await server.press(1, "snooze-10m")
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
        earlier, screen = a_screen(bus), a_screen(bus)
        async with server:
            async with heard_from(earlier) as ear:
                earlier.show(MESSAGE)
                handle = await shown(ear, MESSAGE)
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
            BusClient(None, delays=AT_ONCE), icon="nightcare-drop", waits=Waits(rest=0.0)
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
