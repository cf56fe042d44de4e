"""A notification that is tried out: clicked, closed, unanswered, never shown."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.desktop.notify.plyer_notifier import PlyerNotifier
from nightcare.desktop.notify.terminal import TerminalNotifier
from nightcare.doctor.check import Finding, State, message_of
from nightcare.doctor.notification_test import try_notifier
from nightcare.domain.notification import Message, NotifierEvent
from nightcare.i18n.translator import read_words
from parts.bus import PrivateBus
from parts.notification_server import ALL_CAPABILITIES, How, Notification, NotificationServer

ENGLISH, DANISH = read_words("en"), read_words("da")
NOW = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
LONG, SHORT = 60.0, 0.2

Person = Callable[[NotificationServer], Awaitable[None]]


def tried(
    bus: PrivateBus,
    person: Person,
    seconds: float = LONG,
    patience: float = LONG,
    capabilities: tuple[str, ...] = ALL_CAPABILITIES,
) -> tuple[Finding, NotificationServer]:
    """Show a test notification to a person; return the finding and the server."""

    async def story() -> tuple[Finding, NotificationServer]:
        async with NotificationServer(bus.address) as server:
            server.capabilities = capabilities
            screen = FreedesktopNotifier(BusClient(bus.address), icon="")
            trial = asyncio.create_task(try_notifier(screen, ENGLISH, NOW, seconds, patience))
            await person(server)
            finding = (await trial).finding
            await server.until(
                lambda: not server.on_screen or "CloseNotification" in server.calls,
                "it to be taken off",
            )
            return finding, server

    return asyncio.run(story())


async def shown(server: NotificationServer) -> Notification:
    """Wait until it is on the screen."""
    await server.until_asked(1)
    (notification,) = server.asked
    return notification


async def nobody(server: NotificationServer) -> None:
    """Do nothing, as a person who is away."""


def test_a_click_that_comes_back(bus: PrivateBus) -> None:
    """All is well, and it is taken off."""

    async def clicks(server: NotificationServer) -> None:
        notification = await shown(server)
        assert notification.actions == {"it-works": "It works"}
        # On dunst it would otherwise take the place of a reminder.
        assert notification.hints["x-dunst-stack-tag"] == "nightcare doctor"
        await server.press(notification.number, "it-works")

    finding, server = tried(bus, clicks)
    assert (finding.key, finding.state) == ("doctor_trial_clicked", State.GOOD)
    assert "Scripted 2.5 (nobody)" in message_of(finding, ENGLISH)
    assert server.on_screen == {}


def test_closed_without_a_click(bus: PrivateBus) -> None:
    """It came up; but perhaps the server does not pass clicks on."""

    async def closes(server: NotificationServer) -> None:
        await server.dismiss((await shown(server)).number)

    finding, _ = tried(bus, closes)
    assert (finding.key, finding.state) == ("doctor_trial_closed", State.WARNING)


def test_shown_and_left_alone(bus: PrivateBus) -> None:
    """It may not have come up for the person; it is taken off."""
    finding, server = tried(bus, nobody, SHORT)
    assert (finding.key, finding.state) == ("doctor_trial_unanswered", State.WARNING)
    assert server.on_screen == {}


def test_without_buttons_only_the_person_knows(bus: PrivateBus) -> None:
    """Closed or left alone, there was nothing to click."""

    async def closes(server: NotificationServer) -> None:
        notification = await shown(server)
        assert notification.actions == {}
        assert "You read it, so it works." in notification.body
        await server.dismiss(notification.number)

    for person, seconds in ((closes, LONG), (nobody, SHORT)):
        finding, _ = tried(bus, person, seconds, capabilities=("body",))
        assert (finding.key, finding.state) == ("doctor_trial_shown", State.GOOD)


def test_nothing_is_shown(bus: PrivateBus) -> None:
    """By a server that shows nothing, and without one."""

    async def refuses(server: NotificationServer) -> None:
        server.how = How.ERROR

    async def story() -> Finding:
        screen = FreedesktopNotifier(BusClient(bus.address), icon="")
        return (await try_notifier(screen, ENGLISH, NOW, LONG, SHORT)).finding

    finding, _ = tried(bus, refuses, patience=SHORT)
    assert (finding.key, finding.state) == ("doctor_trial_nothing", State.BAD)
    finding = asyncio.run(story())
    assert (finding.key, finding.state) == ("doctor_trial_nothing", State.BAD)


def test_in_a_terminal_it_is_printed() -> None:
    """The test does not wait for a click there."""
    out = io.StringIO()
    finding = asyncio.run(try_notifier(TerminalNotifier(out), DANISH, NOW, LONG)).finding
    assert (finding.key, finding.state) == ("doctor_trial_printed", State.GOOD)
    assert "En notifikation fra nightcare" in out.getvalue()


def test_where_nothing_is_ever_heard_again_nobody_waits() -> None:
    """As with plyer; only the person knows whether it came up."""

    class Deaf:
        def notify(self, **_: str) -> None:
            """Take it, and say nothing more."""

    finding = asyncio.run(try_notifier(PlyerNotifier(Deaf()), DANISH, NOW, LONG)).finding
    assert (finding.key, finding.state) == ("doctor_trial_shown", State.GOOD)
    assert message_of(finding, DANISH).startswith("den blev givet til plyer.")


class Broken(TerminalNotifier):
    """A screen that ends with an error."""

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:  # noqa: ARG002 - unused
        """End with an error."""
        raise ZeroDivisionError

    def show(self, message: Message) -> None:
        """Take it."""


def test_a_screen_that_fails_is_not_waited_for() -> None:
    """Its error is passed on at once."""
    with pytest.raises(ZeroDivisionError):
        asyncio.run(try_notifier(Broken(io.StringIO()), ENGLISH, NOW, LONG))
