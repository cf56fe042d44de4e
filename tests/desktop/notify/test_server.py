"""Notification servers that keep their own time, or leave on the screen what they were to close."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    ButtonPressed,
    NotificationClosed,
    NotificationShown,
)
from parts.bus import PrivateBus
from parts.memory_screen import heard_from
from parts.notification_server import How, NotificationServer
from parts.steered_loop import advance, steered
from parts.steered_screen import (
    MESSAGE,
    NEXT_STEP,
    OTHER,
    STEP,
    on_a_server,
    rejected,
    settled,
    show,
)

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

# expire_timeout


@pytest.mark.parametrize(
    ("stays", "milliseconds"),
    [
        # nightcare closes it 5 s before the server would: at one instant the two hang mako.
        (timedelta(minutes=10), 605_000),
        (timedelta(seconds=20, microseconds=1), 25_000),
        (timedelta(microseconds=1), 5_000),
        (timedelta(seconds=-5), 1_000),
        (timedelta(days=400), 2**31 - 1),
        (None, 86_400_000),
    ],
)
def test_the_time_on_the_screen_is_sent_and_never_0(
    bus: PrivateBus, stays: timedelta | None, milliseconds: int
) -> None:
    """By 0 some servers mean a time of their own, or a modal dialog."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.dialog_for_0 = True
            await show(screen, ear, replace(MESSAGE, stays=stays))
            assert (server.asked[0].expires, server.dialogs) == (milliseconds, 0)

    steered(story())


@pytest.mark.parametrize("again", ["another server", "do not disturb"])
def test_what_is_sent_anew_has_what_is_left_of_its_time(bus: PrivateBus, again: str) -> None:
    """After a restart of the server, and at the end of do not disturb."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.quiet(on=True)
            await show(screen, ear, MESSAGE)
            advance(240)
            if again == "another server":
                await server.restart()
            else:
                screen.quiet(on=False)
                advance(1)
            await ear.until_heard(2)
            assert 360_000 <= server.asked[1].expires <= 364_999

    steered(story())


def test_what_differs_in_its_time_alone_is_not_sent_again(bus: PrivateBus) -> None:
    """It is on the screen already."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, MESSAGE)
            screen.show(replace(MESSAGE, stays=timedelta(minutes=3)))
            await show(screen, ear, OTHER)
            assert [asked.title for asked in server.asked] == [MESSAGE.title, OTHER.title]

    steered(story())


# NotificationClosed


@pytest.mark.parametrize(("reason", "by_itself"), [(1, True), (2, False), (3, False), (4, True)])
def test_only_some_reasons_stand_for_the_person(
    bus: PrivateBus, reason: int, *, by_itself: bool
) -> None:
    """1 is "expired" and 4 "undefined"; some servers give 3 for a click."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, MESSAGE)
            await server.dismiss(1, reason)
            assert (await ear.until_heard(2))[1] == NotificationClosed("t1", by_itself)

    steered(story())


@pytest.mark.parametrize("reason", [1, 2])
def test_a_step_that_ends_while_the_next_is_on_its_way_gives_way_to_it(
    bus: PrivateBus, reason: int
) -> None:
    """Unless the person closed it."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, STEP)
            server.script.append(How.LATER)
            screen.show(NEXT_STEP)
            await server.until_asked(2)
            await server.dismiss(1, reason)
            server.on_screen[2] = server.asked[1]
            await server.reply_late()
            await show(screen, ear, OTHER)
            kinds = [type(event) for event in ear.heard if event.token == STEP.token]
            assert kinds == (
                [NotificationShown, NotificationShown]
                if reason == 1
                else [NotificationShown, NotificationClosed]
            )

    steered(story())


# A press on what has left the screen


@pytest.mark.parametrize("end", ["closed by us", "expired", "closed by the person"])
def test_a_press_on_what_has_gone_is_reported_once(bus: PrivateBus, end: str) -> None:
    """Some servers leave there what they were to close, others bring back what has gone."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.closes = False
            await show(screen, ear, MESSAGE)
            if end == "closed by us":
                screen.close("t1")
                await server.until(lambda: "CloseNotification" in server.calls, "the closing")
                assert list(server.on_screen) == [1]
            else:
                await server.dismiss(1, 1 if end == "expired" else 2)
            await show(screen, ear, OTHER)
            for key in ("default", "done", "snooze-10m"):
                await server.press(1, key)
            await server.press(2, "done")
            heard = await ear.until(lambda heard: ButtonPressed("t2", "done") in heard)
            assert [one for one in heard if isinstance(one, ButtonPressed)] == [
                ButtonPressed("t1", "done"),
                ButtonPressed("t2", "done"),
            ]

    steered(story())


@pytest.mark.parametrize("early", [True, False], ids=["before the reply", "after it"])
def test_a_press_on_what_was_closed_before_its_id_was_known_is_reported(
    bus: PrivateBus, *, early: bool
) -> None:
    """It was on the screen until the closing came, so somebody may have pressed it."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.script.append(How.LATER)
            screen.show(MESSAGE)
            advance(1)
            await server.until_asked(1)
            screen.close("t1")
            if early:
                await server.press(1, "done")
            await server.reply_late()
            await server.until(lambda: "CloseNotification" in server.calls, "the closing")
            if not early:
                await server.press(1, "done")
            await show(screen, ear, OTHER)
            presses = [one for one in ear.heard if isinstance(one, ButtonPressed)]
            assert presses == [ButtonPressed("t1", "done")]

    steered(story())


def test_a_press_on_what_another_server_had_does_not_count(bus: PrivateBus) -> None:
    """Its ids mean something else by now."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, MESSAGE)
            screen.close("t1")
            await server.until(lambda: not server.on_screen, "the closing")
            await server.restart()
            await server.press_unasked(1, "done")
            await show(screen, ear, OTHER)
            assert [type(one) for one in ear.heard] == [NotificationShown, NotificationShown]

    steered(story())


def test_a_press_on_an_earlier_step_counts_for_the_present_one(bus: PrivateBus) -> None:
    """A second press on the present step is the same answer."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.replaces_in_place = server.closes = False
            await show(screen, ear, STEP)
            await show(screen, ear, NEXT_STEP)
            await server.until(lambda: "CloseNotification" in server.calls, "the closing")
            await server.press(1, "done")
            await server.press(2, "done")
            await show(screen, ear, OTHER)
            presses = [one for one in ear.heard if isinstance(one, ButtonPressed)]
            assert presses == [ButtonPressed("r", "done")]

    steered(story())


def test_only_the_last_few_that_have_gone_are_remembered(bus: PrivateBus) -> None:
    """The number of notifications that can still be pressed is bounded."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            for number in range(20):
                one = replace(MESSAGE, token=f"t{number}")
                await show(screen, ear, one)
                screen.close(one.token)
            assert screen._server is not None
            assert len(screen._server._ids._late) == 8
            await server.press(20, "done")
            await ear.until(lambda heard: ButtonPressed("t19", "done") in heard)

    steered(story())


# A server on which nothing comes up just after another has gone


@pytest.mark.parametrize("end", ["answered", "closed by us", "expired"])
def test_what_follows_another_is_sent_late_enough_to_be_drawn(bus: PrivateBus, end: str) -> None:
    """SwayNotificationCenter draws nothing for about 0.2 s after its last popup has gone."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.fades = 0.2
            screen.show(MESSAGE)
            await ear.until_heard(1)
            if end == "answered":
                await server.press(1, "done")
                await server.dismiss(1)
                await ear.until_heard(2)
            elif end == "expired":
                await server.dismiss(1, 1)
                await ear.until_heard(2)
            else:
                screen.close("t1")
                await server.until(lambda: not server.on_screen, "the closing")
            screen.show(OTHER)
            for _ in range(20):
                advance(0.03)
                await server.settle()
            await ear.until(lambda heard: isinstance(heard[-1], NotificationShown))
            assert server.drawn == [MESSAGE.title, OTHER.title]

    steered(story())


def test_nothing_waits_where_nothing_has_gone(bus: PrivateBus) -> None:
    """The first one is sent at once, and so is a step that takes the place of another."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            loop = asyncio.get_running_loop()
            screen.close("nothing")
            screen.show(STEP)
            await ear.until_heard(1)
            screen.show(NEXT_STEP)
            timers: list[asyncio.TimerHandle] = loop._scheduled  # type: ignore[attr-defined]
            await asyncio.sleep(0)
            assert [t for t in timers if not t.cancelled() and t.when() < loop.time() + 2] == []
            await ear.until_heard(2)
            assert server.drawn == ["A stretch", "A stretch"]

    steered(story())


# A server that refuses


@pytest.mark.parametrize("how", [How.ZERO, How.EMPTY, How.GARBAGE])
def test_a_reply_without_an_id_is_not_answered_by_a_pile(bus: PrivateBus, how: How) -> None:
    """It may stand for a modal dialog: one more attempt after a minute, and no third."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.how = how
            screen.show(MESSAGE)
            await server.until_asked(1)
            await rejected(ear, DeliveryStatus.NO_ID)
            for seconds, asked in ((30, 1), (29, 1), (2, 2), (600, 2), (3600, 2)):
                advance(seconds)
                await settled(server, screen)
                assert len(server.asked) == asked
            assert waits_for_nothing()

    steered(story())


def test_one_more_attempt_may_be_the_one_that_works(bus: PrivateBus) -> None:
    """As where a server was paused for half a minute."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.script.append(How.ZERO)
            screen.show(MESSAGE)
            await rejected(ear, DeliveryStatus.NO_ID)
            advance(61)
            assert [type(one) for one in await ear.until_heard(1)] == [NotificationShown]

    steered(story())


@pytest.mark.parametrize("change", ["another server", "do not disturb ends", "it is asked again"])
def test_what_was_refused_is_sent_again_when_something_has_changed(
    bus: PrivateBus, change: str
) -> None:
    """At once, however often it was refused."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.quiet(on=True)
            server.how = How.ZERO
            screen.show(MESSAGE)
            await rejected(ear, DeliveryStatus.NO_ID)
            advance(61)
            await server.until_asked(2)
            await settled(server, screen)
            server.how = How.ID
            if change == "another server":
                await server.restart()
            elif change == "do not disturb ends":
                screen.quiet(on=False)
            else:
                screen.close("t1")
                screen.show(replace(MESSAGE, token="t1-again"))  # noqa: S106 - no password
            await ear.until_heard(1)
            assert len(server.asked) == 3

    steered(story())


@pytest.mark.parametrize(
    ("how", "delivery"), [(How.ERROR, DeliveryStatus.ERROR), (How.NEVER, DeliveryStatus.NO_REPLY)]
)
def test_why_it_is_not_on_the_screen_is_reported(
    bus: PrivateBus, how: How, delivery: DeliveryStatus
) -> None:
    """After it was sent; and when it is shown in the end, that is."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.script.append(how)
            screen.show(MESSAGE)
            await server.until_asked(1)
            if how is How.NEVER:
                advance(6)
            await rejected(ear, delivery)
            advance(2 if how is How.ERROR else 155)
            await ear.until_heard(1)
            sent = ("t1", DeliveryStatus.SENT)
            assert ear.deliveries == [sent, ("t1", delivery), sent]

    steered(story())


def test_what_a_server_had_that_has_gone_is_reported(bus: PrivateBus) -> None:
    """Nothing is on a screen without a server."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, MESSAGE)
            await server.stop()
            await rejected(ear, DeliveryStatus.NO_SERVER)

    steered(story())


def test_without_a_bus_it_is_reported_at_once(bus: PrivateBus) -> None:
    """Of what was wanted before, and of what is wanted meanwhile."""

    async def story() -> None:
        bus.stop()
        screen = FreedesktopNotifier(BusClient(bus.address), icon="nightcare-drop")
        screen.show(MESSAGE)
        async with heard_from(screen) as ear:
            await rejected(ear, DeliveryStatus.NO_SERVER)
            screen.show(OTHER)
            await ear.until(lambda _: ("t2", DeliveryStatus.NO_SERVER) in ear.deliveries)

    steered(story())


def test_on_its_way_from_bus_to_bus_nothing_is_on_the_screen(bus: PrivateBus) -> None:
    """Before the first bus, and after the last."""

    async def story() -> None:
        screen = FreedesktopNotifier(BusClient(None), icon="nightcare-drop")
        screen.show(MESSAGE)
        async with NotificationServer(bus.address), heard_from(screen) as ear:
            await rejected(ear, DeliveryStatus.NO_SERVER)
            screen._client.move(bus.address)
            await ear.until_heard(1)
            screen._client.move(None)
            await ear.until(lambda _: ear.deliveries[-1] == ("t1", DeliveryStatus.NO_SERVER))
            screen.show(OTHER)
            await ear.until(lambda _: ear.deliveries[-1] == ("t2", DeliveryStatus.NO_SERVER))

    steered(story())


def waits_for_nothing() -> bool:
    """Return whether no timer is set."""
    timers: list[asyncio.TimerHandle] = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined] # no other way to see them
    return all(timer.cancelled() for timer in timers)


def test_servers_that_come_and_go_are_not_sent_the_same_without_end(bus: PrivateBus) -> None:
    """Another program may have them started, and nobody draws anything."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            await show(screen, ear, MESSAGE)
            for _ in range(12):
                await server.restart()
                advance(61)
                await settled(server, screen)
            assert 2 <= len(server.asked) <= 5

    steered(story())
