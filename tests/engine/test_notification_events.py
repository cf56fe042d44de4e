"""Events of servers that have their own expiry, or show what they were told to close."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jeepney import Message as BusMessage

from nightcare.domain.notification import ButtonPressed
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.engine.messages import token as token_of
from parts.bus import PrivateBus
from parts.desk import Desk
from parts.evening import Evening, plain
from parts.notification_server import How, NotificationServer
from parts.steered_loop import steered

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

STRETCH = """
[reminders.stretch]
topic = "stretching"
at = "10:00"
routine = "mine"

[routines.mine]
name = "My stretch"
steps = [{ text = "Sit down.", seconds = 20, repeats = 3 }]
"""

Lifetime = Callable[[int], float | None]


def six_seconds(_: int) -> float:
    """Return the expiry of a server that closes everything after 6 s."""
    return 6.0


def at_most_twelve(milliseconds: int) -> float:
    """Return the expiry of a server that takes 0 for 6 s and limits it to 12 s."""
    return min(milliseconds / 1000, 12.0) or 6.0


def ten_for_0(milliseconds: int) -> float:
    """Return the expiry of a server that takes 0 for its own 10 s."""
    return milliseconds / 1000 or 10.0


OWN_TIME = [six_seconds, at_most_twelve, ten_for_0]


@pytest.mark.parametrize("lifetime", OWN_TIME)
def test_a_server_never_ends_a_reminder(bus: PrivateBus, lifetime: Lifetime) -> None:
    """It is open until its time is over, can be answered, and is not posted again at once."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = lifetime
            async with Evening(bus, plain("walk", "10:00"), "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:09:59")
                assert evening.state("walk").startswith("open")
                assert evening.titles == ["walk"]
                evening.answers().snooze(evening.now)
                evening.service.handle_journal(evening.now)
                await evening.until("2026-11-23 10:20:30")
                assert evening.titles == ["walk", "Once more: walk"]
                evening.answers().done(evening.now)
                assert evening.state("walk") == "done"

    steered(story())


@pytest.mark.parametrize("lifetime", OWN_TIME)
def test_what_nobody_answers_is_recorded_as_not_answered(
    bus: PrivateBus, lifetime: Lifetime
) -> None:
    """Not as closed by the person, and not before its time is over."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = lifetime
            async with Evening(bus, plain("walk", "10:00"), "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:10:01")
                assert evening.state("walk") == "expired"
                assert evening.titles == ["walk"]

    steered(story())


def test_it_comes_again_by_its_repeat_alone(bus: PrivateBus) -> None:
    """At the time of that, as if it had stayed."""
    repeated = plain("walk", "10:00", 'repeat = { every = "5m", times = 1 }')

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = six_seconds
            async with Evening(bus, repeated, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:04:59")
                assert evening.titles == ["walk"]
                await evening.until("2026-11-23 10:05:03")
                assert evening.titles == ["walk", "Once more: walk"]
                await evening.until("2026-11-23 10:05:20")
                assert evening.state("walk") == "open, off the screen"
                assert evening.told.count("log_taken_off") == 2

    steered(story())


@pytest.mark.parametrize("lifetime", OWN_TIME)
def test_of_two_due_together_both_are_drawn(bus: PrivateBus, lifetime: Lifetime) -> None:
    """The second follows the first, late enough for a server on which popups fade."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = lifetime
            server.fades = 0.2
            both = plain("walk", "10:00") + plain("swim", "10:00")
            async with Evening(bus, both, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:00:02")
                assert len(server.drawn) == 1
                await evening.press(server.asked[0], "done")
                await evening.until("2026-11-23 10:00:04")
                assert sorted(server.drawn) == ["swim", "walk"]

    steered(story())


@pytest.mark.parametrize("lifetime", [six_seconds, at_most_twelve])
def test_a_stretch_goes_on_with_its_next_step(bus: PrivateBus, lifetime: Lifetime) -> None:
    """To its end, which is done."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = lifetime
            server.fades = 0.2
            async with Evening(bus, STRETCH, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:00:03")
                await evening.press(server.asked[0], "start")
                await evening.until("2026-11-23 10:01:00")
                bodies = [asked.body.splitlines()[1] for asked in server.asked[1:]]
                assert [body[:11] for body in bodies] == [f"Step {n} of 3" for n in (1, 2, 3)]
                assert len(server.drawn) == 4
                await evening.until("2026-11-23 10:01:20")
                assert evening.state("stretch") == "done"

    steered(story())


def test_a_step_stays_until_the_next_one_takes_its_place(bus: PrivateBus) -> None:
    """On a server that keeps to the time it is given, it never goes too early."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = ten_for_0
            server.fades = 0.2
            async with Evening(bus, STRETCH, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:00:03")
                await evening.press(server.asked[0], "start")
                await evening.until("2026-11-23 10:00:58")
                assert [asked.replaces for asked in server.asked[2:]] == [2, 2]
                assert all(25_000 <= asked.expires <= 25_600 for asked in server.asked[1:])
                assert "log_taken_off" not in evening.told

    steered(story())


def test_what_goes_by_itself_under_do_not_disturb_comes_when_that_ends(bus: PrivateBus) -> None:
    """Nobody has seen it: it comes once more, for what is left of its time."""
    through = plain("walk", "10:00", 'quiet = { do_not_disturb = "show" }')

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, through, "2026-11-23 09:59", server) as evening,
        ):
            server.lifetime = at_most_twelve
            await evening.there(Presence({Condition.DO_NOT_DISTURB}))
            await evening.until("2026-11-23 10:03")
            assert evening.titles == ["walk"]
            assert evening.state("walk") == "open"
            await evening.there(Presence())
            await evening.until("2026-11-23 10:03:02")
            assert evening.titles == ["walk", "walk"]
            assert server.drawn == ["walk", "walk"]
            assert server.asked[1].expires < 426_000
            await evening.until("2026-11-23 10:04")
            assert evening.titles == ["walk", "walk"]
            await evening.until("2026-11-23 10:10:01")
            assert evening.state("walk") == "expired"

    steered(story())


# A press on what has left the screen


def test_a_press_on_what_was_closed_and_is_still_there_counts(bus: PrivateBus) -> None:
    """After its time, while it is fresh and was the last."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.closes = False
            async with Evening(bus, plain("walk", "10:00"), "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:11")
                assert evening.state("walk") == "expired"
                await evening.press(server.asked[0], "done")
                assert evening.state("walk") == "done"
                assert evening.told[-1] == "log_done"

    steered(story())


def test_a_press_on_what_was_brought_back_counts(bus: PrivateBus) -> None:
    """As by `makoctl restore`, and as a snooze as well."""

    async def story() -> None:
        async with (
            NotificationServer(bus.address) as server,
            Evening(bus, plain("walk", "10:00"), "2026-11-23 09:59", server) as evening,
        ):
            await evening.until("2026-11-23 10:01")
            await server.dismiss(1, 2)
            await evening.settle()
            assert evening.state("walk") == "dismissed"
            await evening.press(server.asked[0], "snooze-10m")
            assert evening.state("walk") == "snoozed"
            await evening.until("2026-11-23 10:11:05")
            assert evening.titles == ["walk", "Once more: walk"]

    steered(story())


def test_start_counts_as_well(bus: PrivateBus) -> None:
    """The stretch begins."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.lifetime = six_seconds
            async with Evening(bus, STRETCH, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:02")
                await evening.press(server.asked[0], "start")
                await evening.until("2026-11-23 10:02:01")
                assert "Step 1 of 3" in server.asked[-1].body

    steered(story())


def test_a_press_that_cannot_count_is_answered_by_a_message(bus: PrivateBus) -> None:
    """Another reminder has come since; both stay as they are, and the message says what to do."""

    async def story() -> None:
        async with NotificationServer(bus.address) as server:
            server.closes = False
            both = plain("walk", "10:00") + plain("swim", "10:05")
            async with Evening(bus, both, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:06")
                await evening.press(server.asked[0], "done")
                await evening.until("2026-11-23 10:06:01")
                assert (evening.state("walk"), evening.state("swim")) == ("expired", "open")
                said = server.asked[-1]
                assert said.title == "That answer did not count"
                assert "walk (10:00)" in said.body
                assert "nightcare done walk" in said.body
                evening.answers().done(evening.now, "walk")
                assert evening.state("walk") == "done"

    steered(story())


class CrossingServer(NotificationServer):
    """A server on which somebody presses Done just before a notification is closed."""

    async def _handle(self, member: str, message: BusMessage) -> list[BusMessage]:
        if member == "CloseNotification":
            await self.press(message.body[0], "done")
        return await super()._handle(member, message)


@pytest.mark.parametrize(
    ("how", "states", "told"),
    [(How.ID, ("expired", "open"), True), (How.LATER, ("done", "open"), False)],
    ids=["it has its outcome", "it waits again"],
)
def test_a_press_that_crosses_the_closing_counts_or_is_answered(
    bus: PrivateBus, how: How, states: tuple[str, str], *, told: bool
) -> None:
    """Swim takes the screen at 10:05, and walk is done or a message says that it did not count."""

    async def story() -> None:
        async with CrossingServer(bus.address) as server:
            server.script.append(how)
            both = plain("walk", "10:00") + plain("swim", "10:00:01")
            async with Evening(bus, both, "2026-11-23 09:59", server) as evening:
                await evening.until("2026-11-23 10:00:02")
                await server.reply_late()
                await evening.until("2026-11-23 10:00:04")
                assert (evening.state("walk"), evening.state("swim")) == states
                assert ("That answer did not count" in evening.titles) == told
                await evening.until("2026-11-23 10:20")
                assert evening.titles.count("walk") == 1

    steered(story())


def test_a_press_on_what_waits_for_the_screen_counts_beside_another() -> None:
    """Done and a snooze are clear; Start would interrupt what is on the screen."""
    both = plain("walk", "10:00") + plain("swim", "10:00")
    for key, states in (("done", ["done"]), ("snooze-10m", ["snoozed"]), ("start", ["held"])):
        desk = Desk(both, "2026-11-23 09:00")
        desk.until("2026-11-23 10:01")
        waits = next(one for one in desk.journal.unsettled() if one.displayed is None)
        said = late(desk, token_of(waits), key)
        assert desk.outcomes(waits.key.reminder) == states
        assert bool(said) == (key == "start")


def test_a_press_during_a_stretch_is_answered() -> None:
    """A reminder that is over does not interrupt the stretch, and the message says so."""
    desk = Desk(STRETCH + plain("walk", "09:30"), "2026-11-23 09:00")
    desk.until("2026-11-23 09:31")
    (token,) = desk.screen.on_screen
    desk.until("2026-11-23 10:00")
    desk.press("start")
    (said,) = late(desk, token, "done")
    assert said.startswith("walk (09:30)")
    assert desk.outcomes("walk") == ["expired"]


def late(desk: Desk, token: str, key: str) -> list[str]:
    """Press a button of what has gone; returns what is said of it."""
    desk.service.handle_event(ButtonPressed(token, key), desk.now)
    desk._deliver()
    return [one.body for one in desk.screen.shown if one.token.startswith("notice")]


def test_a_press_after_its_freshness_does_not_count() -> None:
    """It is over, and the message says so."""
    desk = Desk(plain("walk", "10:00", 'fresh = "30m"'), "2026-11-23 09:00")
    desk.until("2026-11-23 10:00")
    (token,) = desk.screen.on_screen
    desk.until("2026-11-23 10:31")
    (said,) = late(desk, token, "done")
    assert said.startswith("walk (10:00) is over")
    assert desk.outcomes("walk") == ["expired"]


def test_a_snooze_that_is_pressed_twice_counts_once() -> None:
    """A server that tells twice does not put it off further, nor use up a second snooze."""
    desk = Desk('[reminders.walk]\ntopic = "exercise"\nat = "10:00"\n', "2026-11-23 09:00")
    desk.until("2026-11-23 10:01")
    (token,) = desk.screen.on_screen
    for _ in range(2):
        desk.service.handle_event(ButtonPressed(token, "snooze-10m"), desk.now)
    (delivery,) = desk.deliveries("walk")
    assert delivery.snoozes == 1


def test_a_press_brings_back_nothing_beside_the_next_one_of_its_reminder() -> None:
    """Press what was replaced by an occurrence that waits for the person."""
    twice = plain("walk", "10:00").replace('"10:00"', '["10:00", "10:20"]')
    desk = Desk(twice, "2026-11-23 09:00")
    desk.until("2026-11-23 10:01")
    (token,) = desk.screen.on_screen
    desk.there(Presence({Condition.IDLE}))
    desk.until("2026-11-23 10:21")
    late(desk, token, "snooze-10m")
    assert desk.outcomes("walk") == ["expired", "held"]
    late(desk, token, "done")
    assert desk.outcomes("walk") == ["done", "held"]


def test_a_press_on_what_is_done_changes_nothing() -> None:
    """A second Done is no matter; any other button is told of."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 09:00")
    desk.until("2026-11-23 10:00")
    (token,) = desk.screen.on_screen
    desk.press("done")
    assert late(desk, token, "done") == []
    assert late(desk, token, "snooze-10m") == ["walk (10:00) is already done."]
    assert desk.outcomes("walk") == ["done"]


@pytest.mark.parametrize("token", ["walk/2026-11-22/1/0.1", "trial/7", "notice/3", "question/x/0"])
def test_a_press_on_what_nobody_knows_is_ignored(token: str) -> None:
    """There is nothing that it could belong to."""
    desk = Desk(plain("walk", "10:00"), "2026-11-23 09:00")
    assert late(desk, token, "done") == []


def test_a_press_on_a_question_that_was_brought_back_counts() -> None:
    """As long as nothing was noted of that night."""
    desk = Desk('[diary]\nmorning_question = "wake + 30m"\n', "2026-11-22 09:00")
    desk.until("2026-11-23 09:00")
    tokens = [one.token for one in desk.screen.shown if one.token.startswith("question")]
    desk.until("2026-11-23 12:00")
    desk.service.handle_event(ButtonPressed(tokens[-1], "none"), desk.now)
    assert [one for one, _ in desk.told].count("log_answered") == 1


@pytest.mark.parametrize(("button", "later"), [("snooze-10m", ""), ("start", STRETCH)])
def test_who_presses_a_button_has_seen_the_reminder(button: str, later: str) -> None:
    """This holds if the screen has not reported it as shown; it is not missed."""
    made = Desk(later or plain("stretch", "10:00") + plain("walk", "18:00"), "2026-11-23 09:00")
    made.screen.broken = True
    made.until("2026-11-23 10:00")
    made.press(button)
    made.sleep_until("2026-11-23 12:00")
    assert made.outcomes("stretch") == ["expired: too late"]


def test_good_night_pressed_before_the_screen_has_told_answers_the_reminder() -> None:
    """The last one of the evening says good night, which is its answer."""
    made = Desk('[reminders.blanket]\ntopic = "blanket"\nat = "22:25"\n', "2026-11-23 20:00")
    made.screen.broken = True
    made.until("2026-11-23 22:25")
    made.press("good-night")
    assert made.outcomes("blanket") == ["done"]


def test_who_closes_a_reminder_has_seen_it() -> None:
    """It is on record as closed, and as shown."""
    made = Desk(STRETCH, "2026-11-23 09:00")
    made.screen.broken = True
    made.until("2026-11-23 10:00")
    made.close()
    (delivery,) = made.deliveries("stretch")
    assert delivery.seen


@pytest.mark.parametrize("before", ["locked", "snoozed", "skipped"])
def test_a_start_that_a_lock_cuts_short_keeps_the_reminder(before: str) -> None:
    """It was pressed on what had left the screen, and comes back when the screen is unlocked."""
    made = Desk(STRETCH, "2026-11-23 09:00")
    made.until("2026-11-23 10:00:30")
    (token,) = made.screen.on_screen
    locked = Presence({Condition.LOCKED})
    if before == "snoozed":
        made.answers().snooze(made.now, "stretch")
    else:
        made.there(locked)
    if before == "skipped":
        made.answers().skip(made.now, "stretch")
    made.written()
    made.service.handle_event(ButtonPressed(token, "start"), made.now)
    made.there(locked)
    assert made.outcomes("stretch") == ["held"]
    made.there(Presence())
    assert made.title() is not None
    made.press("done")
    assert made.outcomes("stretch") == ["done"]
