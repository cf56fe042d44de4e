"""Notification servers that do not say what they can do, or take long to answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import repeat

import pytest
from jeepney import Message as BusMessage
from jeepney import new_method_return

from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    ButtonPressed,
    Capability,
    NotificationClosed,
    NotificationShown,
)
from parts.bus import PrivateBus, private_bus
from parts.home import Home
from parts.memory_screen import heard_from
from parts.notification_server import How, NotificationServer
from parts.steered_loop import advance, steered
from parts.steered_screen import MESSAGE, OTHER, a_screen, on_a_server, rejected, settled, show

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

WITH_COMMAND = replace(MESSAGE, body="1 < 2 & >", command="Answer with nightcare done")


class OddServer(NotificationServer):
    """A server that replies to some queries with other values.

    Attributes:
        odd: The types and values of those replies, by method.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.odd: dict[str, tuple[str, tuple[object, ...]]] = {}

    async def _handle(self, member: str, message: BusMessage) -> list[BusMessage]:
        if member in self.odd:
            return [new_method_return(message, *self.odd[member])]
        return await super()._handle(member, message)


@pytest.mark.parametrize("way", ["refuses", "is silent", "answers with other types"])
def test_a_server_that_lists_no_capabilities_is_sent_the_answers_and_the_command(
    bus: PrivateBus, way: str
) -> None:
    """At once: it may draw buttons or none, and read markup or not; it is not queried each time."""

    async def story() -> None:
        server, screen = OddServer(bus.address), a_screen(bus)
        if way == "refuses":
            server.refused = {"GetCapabilities"}
        elif way == "is silent":
            server.silent = {"GetCapabilities"}
        else:
            server.odd = {"GetCapabilities": ("av", ([("s", "body")],))}
        async with server, heard_from(screen) as ear:
            await server.until(lambda: "GetServerInformation" in server.calls, "the queries")
            await settled(server, screen)
            if way == "is silent":
                advance(6)
            await show(screen, ear, WITH_COMMAND)
            await show(screen, ear, OTHER)
            asked = server.asked[0]
            assert asked.body.splitlines() == [
                "Answer with nightcare done",
                "1 \uff1c 2 \uff06 \uff1e",
            ]
            assert list(asked.actions) == ["done", "snooze-10m"]
            assert screen.capabilities == {Capability.BODY, Capability.MENU}
            await server.press(1, "done")
            await ear.until(lambda heard: ButtonPressed("t1", "done") in heard)
            assert server.calls.count("GetCapabilities") == 1

    steered(story())


def test_a_server_that_lists_its_capabilities_late_is_queried_after_some_minutes(
    bus: PrivateBus,
) -> None:
    """With the next message; and at once after it has refused one, as it may be starting."""

    async def story() -> None:
        server, screen = NotificationServer(bus.address), a_screen(bus)
        server.refused = {"GetCapabilities"}
        async with server, heard_from(screen) as ear:
            await show(screen, ear, MESSAGE)
            advance(601)
            await show(screen, ear, OTHER)
            await server.until(lambda: server.calls.count("GetCapabilities") == 2, "a query")
            server.refused.clear()
            server.script.append(How.ERROR)
            screen.show(replace(WITH_COMMAND, token="t3"))  # noqa: S106 - no password
            advance(1)
            await server.until_asked(3)
            await settled(server, screen)
            advance(2)
            await server.until_asked(4)
            assert server.asked[3].body == "1 &lt; 2 &amp; &gt;"

    steered(story())


@pytest.mark.parametrize(
    ("reply", "description"),
    [
        (("sss", ("Old", "somebody", "0.3")), "Old 0.3 (somebody)"),
        (("ssss", ("", "", "", "")), "a notification server without a name"),
        (("su", ("Odd", 1)), "a notification server without a name"),
    ],
)
def test_what_a_server_says_of_itself_may_be_short(
    bus: PrivateBus, reply: tuple[str, tuple[object, ...]], description: str
) -> None:
    """Early versions of the specification have no version of it in the reply."""

    async def story() -> None:
        server, screen = OddServer(bus.address), a_screen(bus)
        server.odd = {"GetServerInformation": reply}
        async with server, heard_from(screen) as ear:
            await show(screen, ear, MESSAGE)
            assert screen.describe() == description
            assert Capability.BUTTONS in screen.capabilities

    steered(story())


@pytest.mark.parametrize("seconds", [4, 30, 120])
def test_a_server_that_draws_at_once_and_answers_late_draws_one(
    bus: PrivateBus, seconds: int
) -> None:
    """It answers everything else meanwhile; a press before the reply counts as well."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.how = How.LATER
            screen.show(MESSAGE)
            await server.until_asked(1)
            for _ in range(seconds):
                advance(1)
                await settled(server, screen)
            assert len(server.asked) == 1
            await server.press(1, "done")
            await server.reply_late()
            heard = await ear.until_heard(2)
            assert [type(one) for one in heard] == [NotificationShown, ButtonPressed]
            assert ("t1", DeliveryStatus.NO_REPLY) in ear.deliveries or seconds < 5

    steered(story())


def test_a_call_without_a_reply_is_repeated_once(bus: PrivateBus) -> None:
    """It may be lost, or drawn without a word; another server is sent it again."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.how = How.NEVER
            screen.show(MESSAGE)
            await server.until_asked(1)
            for minute in range(60):
                advance(6)
                await settled(server, screen)
                advance(54)
                await settled(server, screen)
                assert len(server.asked) == (1 if minute < 2 else 2)
            await rejected(ear, DeliveryStatus.NO_REPLY)
            server.how = How.ID
            await server.restart()
            await ear.until_heard(1)
            assert len(server.asked) == 3

    steered(story())


def test_a_bus_that_forbids_the_calls_is_reported_as_an_error_at_once(home: Home) -> None:
    """Not as a server that does not answer; the bus replies in its place."""

    async def story(bus: PrivateBus) -> None:
        async with on_a_server(bus) as (server, screen, ear):
            screen.show(MESSAGE)
            await rejected(ear, DeliveryStatus.ERROR)
            assert not server.calls

    forbidden = '<deny send_destination="org.freedesktop.Notifications" send_type="method_call"/>'
    with private_bus(home, policy=forbidden) as bus:
        steered(story(bus))


def test_a_close_that_is_told_after_a_fade_does_not_close_what_has_the_id_by_then(
    bus: PrivateBus,
) -> None:
    """As on a server that gives the same id each time; later, the person has closed it."""

    async def story() -> None:
        async with on_a_server(bus) as (server, screen, ear):
            server.numbers, server.silent = repeat(7), {"CloseNotification"}
            await show(screen, ear, MESSAGE)
            screen.close("t1")
            await show(screen, ear, OTHER)
            await server.dismiss(7, reason=3)
            await server.press(7, "done")
            await ear.until(lambda heard: ButtonPressed("t2", "done") in heard)
            screen.close("t2")
            await show(screen, ear, MESSAGE)
            advance(6)
            await server.dismiss(7, reason=3)
            await ear.until(lambda heard: heard[-1] == NotificationClosed("t1"))
            assert NotificationClosed("t2") not in ear.heard

    steered(story())
