"""The states decided, sent, shown and refused, in the journal and in the log."""

from __future__ import annotations

import asyncio

import pytest

from nightcare.domain.delivery import Active, DeliveryStatus
from nightcare.domain.history import NOT_SHOWN
from parts.bus import PrivateBus
from parts.evening import Evening, plain
from parts.notification_server import How, NotificationServer
from parts.steered_loop import advance, steered

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

WALK = plain("walk", "10:00", 'fresh = "30m"')


def delivery(evening: Evening) -> DeliveryStatus:
    """Return the state of the walk, which its delivery and its decision share."""
    state = evening.delivery("walk").state
    assert isinstance(state, Active)
    (decision,) = evening.journal.last_decisions("walk")
    assert decision.delivery is state.delivery
    return state.delivery


def outcome(evening: Evening) -> str:
    """Return the outcome of the walk, with the reason."""
    state = evening.delivery("walk").state
    return f"{evening.state('walk')}: {getattr(state, 'reason', None)}"


def test_what_a_server_has_taken_is_shown(bus: PrivateBus) -> None:
    """The log says so once."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            await evening.until("2026-11-23 10:00:02")
            assert delivery(evening) is DeliveryStatus.SHOWN
            assert evening.told.count("log_shown") == 1
            assert "log_rejected" not in evening.told

    steered(story())


def test_what_is_not_answered_was_sent(bus: PrivateBus) -> None:
    """Then the server is known not to answer."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            server.how = How.NEVER
            await evening.until("2026-11-23 10:00:03")
            assert delivery(evening) is DeliveryStatus.SENT
            await evening.until("2026-11-23 10:00:08")
            assert delivery(evening) is DeliveryStatus.NO_REPLY
            assert "log_shown" not in evening.told
            await evening.until("2026-11-23 10:31")
            assert outcome(evening) == "missed: refused"

    steered(story())


@pytest.mark.parametrize(
    ("how", "expected"), [(How.ZERO, DeliveryStatus.NO_ID), (How.ERROR, DeliveryStatus.ERROR)]
)
def test_what_is_refused_while_a_server_is_paused_is_never_said_to_be_shown(
    bus: PrivateBus, how: How, expected: DeliveryStatus
) -> None:
    """The reason is told once, and what nobody has seen is recorded as missed."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            server.how = how
            await evening.until("2026-11-23 10:20")
            assert delivery(evening) is expected
            assert evening.told.count("log_rejected") == 1
            await evening.until("2026-11-23 10:31")
            assert outcome(evening) == "missed: refused"
            assert "log_shown" not in evening.told
            assert not evening.delivery("walk").seen

    steered(story())


def test_what_was_refused_comes_with_its_repeat(bus: PrivateBus) -> None:
    """For the first time, and so not once more."""
    repeated = plain("walk", "10:00", 'repeat = { every = "10m", times = 2 }')

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, repeated, "2026-11-23 09:59", server) as evening,
        ):
            server.how = How.ZERO
            await evening.until("2026-11-23 10:05")
            server.how = How.ID
            await evening.until("2026-11-23 10:10:05")
            assert delivery(evening) is DeliveryStatus.SHOWN
            assert evening.titles == ["walk"] * 3

    steered(story())


def test_what_a_server_refused_once_is_shown_when_it_takes_it(bus: PrivateBus) -> None:
    """A minute later, from when it stays as long as always."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            server.script.append(How.ZERO)
            await evening.until("2026-11-23 10:01:02")
            assert delivery(evening) is DeliveryStatus.SHOWN
            assert server.asked[1].expires == 605_000
            await server.restart()
            await evening.until("2026-11-23 10:01:20")
            assert evening.told == ["log_rejected", "log_shown"] * 2
            await evening.until("2026-11-23 10:11:02")
            assert outcome(evening) == "expired: None"

    steered(story())


def test_without_a_server_nothing_is_shown(bus: PrivateBus) -> None:
    """It waits for one, and is shown when that comes."""

    async def story() -> None:
        server = NotificationServer(bus.address)
        async with Evening(bus, WALK, "2026-11-23 09:59", server) as evening:
            await evening.until("2026-11-23 10:05")
            assert delivery(evening) is DeliveryStatus.NO_SERVER
            assert evening.told == ["log_rejected"]
            async with server:
                await evening.settle()
                advance(1)
                await evening.settle()
                assert delivery(evening) is DeliveryStatus.SHOWN
            await evening.until("2026-11-23 10:06")
            assert delivery(evening) is DeliveryStatus.NO_SERVER

    steered(story())


def test_without_a_server_to_the_end_it_is_missed(bus: PrivateBus) -> None:
    """For that reason."""

    async def story() -> None:
        async with Evening(bus, WALK, "2026-11-23 09:59") as evening:
            await evening.until("2026-11-23 10:31")
            assert outcome(evening) == "missed: not shown"

    steered(story())


def test_a_refused_trial_is_over_at_once(bus: PrivateBus) -> None:
    """The reminder that it replaced returns, and the journal says why it was not shown."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            await evening.until("2026-11-23 10:00:05")
            server.script.append(How.ZERO)
            number = evening.journal.request_trial("walk", evening.now)
            evening.service.handle_journal(evening.now)
            await evening.until("2026-11-23 10:00:08")
            assert evening.journal.trial_answer(number) == NOT_SHOWN
            assert evening.journal.trial_status(number) is DeliveryStatus.NO_ID
            assert [one.title for one in server.on_screen.values()] == ["Once more: walk"]
            assert delivery(evening) is DeliveryStatus.SHOWN

    steered(story())


def test_a_step_that_is_refused_is_not_said_to_be_shown(bus: PrivateBus) -> None:
    """The stretch goes on, and its next step is."""
    stretch = """
[reminders.walk]
topic = "stretching"
at = "10:00"
routine = "mine"

[routines.mine]
name = "My stretch"
steps = [{ text = "Sit down.", seconds = 20, repeats = 3 }]
"""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, stretch, "2026-11-23 09:59", server) as evening,
        ):
            await evening.until("2026-11-23 10:00:05")
            server.script.append(How.ZERO)
            await evening.press(server.asked[0], "start")
            await evening.until("2026-11-23 10:00:10")
            assert delivery(evening) is DeliveryStatus.NO_ID
            await evening.until("2026-11-23 10:00:30")
            assert delivery(evening) is DeliveryStatus.SHOWN
            assert len(server.asked) == 3

    steered(story())


def test_replies_late_and_signals_of_nothing_change_nothing(bus: PrivateBus) -> None:
    """A Closed for what is not open, and a reply that comes after the patience for it."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, WALK, "2026-11-23 09:59", server) as evening,
        ):
            server.script.append(How.LATER)
            await evening.until("2026-11-23 10:00:05.500")
            assert delivery(evening) is DeliveryStatus.NO_REPLY
            await server.emit("NotificationClosed", "uu", (4711, 1))
            await server.emit("NotificationClosed", "uu", (4711, 2))
            await server.reply_late()
            await evening.settle()
            assert delivery(evening) is DeliveryStatus.SHOWN
            await asyncio.sleep(0)
            assert evening.state("walk") == "open"

    steered(story())
