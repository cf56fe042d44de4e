"""Notification servers that keep their own time, or leave on the screen what they were to close."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from nightcare.desktop.freedesktop import FreedesktopScreen
from nightcare.domain.message import Answered, Button, Closed, Message, Shown
from parts.bus import PrivateBus
from parts.memory_screen import Ear, heard_from
from parts.notification_server import How, NotificationServer
from parts.steered_loop import advance, steered

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

BUTTONS = (Button("done", "Done"), Button("snooze-10m", "In 10 minutes"))
MESSAGE = Message("t1", "Time for some water", "", BUTTONS, stays=timedelta(minutes=10))
OTHER = Message("t2", "Stretch a little", "", BUTTONS, stays=timedelta(minutes=10))
STEP = Message("r", "A stretch", "Step 1", BUTTONS, progress=10, stays=timedelta(seconds=20))
NEXT_STEP = replace(STEP, body="Step 2", progress=20)


@contextlib.asynccontextmanager
async def on_a_server(
    bus: PrivateBus,
) -> AsyncIterator[tuple[NotificationServer, FreedesktopScreen, Ear]]:
    """Run a server, and a screen as the service has it."""
    screen = FreedesktopScreen(bus.address, icon="nightcare-drop")
    async with NotificationServer(bus.address) as server, heard_from(screen) as ear:
        yield server, screen, ear


async def show(screen: FreedesktopScreen, ear: Ear, message: Message) -> None:
    """Show a message, and wait until the server has it."""
    before = len([one for one in ear.heard if isinstance(one, Shown)])
    screen.show(message)
    # What has just left the screen has time to fade.
    advance(1)
    await ear.until(lambda heard: len([one for one in heard if isinstance(one, Shown)]) > before)


# expire_timeout


@pytest.mark.parametrize(
    ("stays", "milliseconds"),
    [
        (timedelta(minutes=10), 600_000),
        (timedelta(seconds=20, microseconds=1), 20_000),
        (timedelta(microseconds=1), 1_000),
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
            assert 355_000 <= server.asked[1].expires <= 359_999

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
            assert (await ear.until_heard(2))[1] == Closed("t1", by_itself)

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
            assert kinds == ([Shown, Shown] if reason == 1 else [Shown, Closed])

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
            heard = await ear.until(lambda heard: Answered("t2", "done") in heard)
            assert [one for one in heard if isinstance(one, Answered)] == [
                Answered("t1", "done"),
                Answered("t2", "done"),
            ]

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
            assert [type(one) for one in ear.heard] == [Shown, Shown]

    steered(story())


def test_a_press_on_an_earlier_step_counts_for_the_present_one(bus: PrivateBus) -> None:
    """And a second one on the present step is no other."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.replaces_in_place = server.closes = False
            await show(screen, ear, STEP)
            await show(screen, ear, NEXT_STEP)
            await server.until(lambda: "CloseNotification" in server.calls, "the closing")
            await server.press(1, "done")
            await server.press(2, "done")
            await show(screen, ear, OTHER)
            presses = [one for one in ear.heard if isinstance(one, Answered)]
            assert presses == [Answered("r", "done")]

    steered(story())


def test_only_the_last_few_that_have_gone_are_remembered(bus: PrivateBus) -> None:
    """What can still be pressed is bounded."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            for number in range(20):
                one = replace(MESSAGE, token=f"t{number}")
                await show(screen, ear, one)
                screen.close(one.token)
            assert screen._server is not None
            assert len(screen._server._late) == 8
            await server.press(20, "done")
            await ear.until(lambda heard: Answered("t19", "done") in heard)

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
            await ear.until(lambda heard: isinstance(heard[-1], Shown))
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
