"""The contract of all notifiers."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from nightcare.desktop.dbus.client import BusClient
from nightcare.desktop.notify.freedesktop import FreedesktopNotifier
from nightcare.desktop.notify.plyer_notifier import PlyerNotifier
from nightcare.desktop.notify.terminal import TerminalNotifier
from nightcare.domain.notification import Button, Capability, Message, NotificationShown
from nightcare.engine.ports import Notifier
from parts.bus import PrivateBus, private_bus
from parts.home import private_home
from parts.memory_screen import Ear, MemoryScreen, heard_from
from parts.notification_server import NotificationServer
from parts.steered_loop import advance, steered

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")

BUTTONS = (Button("done", "Done"), Button("snooze-10m", "In 10 minutes"))
MESSAGE = Message(
    "t1",
    "Time for a glass of water",
    "Small sips through the day.",
    BUTTONS,
    "nightcare done water",
)
OTHER = Message(
    "t2", "Stretch a little", "Both calves, slowly.", BUTTONS, "nightcare done evening-stretch"
)

MORE = Message("t3", "Loosen the blanket", "So that it lies loosely.", BUTTONS, "nightcare done")


@dataclass(frozen=True, slots=True)
class Stage:
    """A screen that runs, what it reports, and what a person has seen on it.

    Attributes:
        screen: the screen.
        ear: what it reports.
        seen: the words of each message that has ever come up, in order.
    """

    screen: Notifier
    ear: Ear
    seen: Callable[[], list[str]]

    async def shows(self, message: Message) -> str:
        """Show a message, wait until it is reported, and return its words as seen."""
        before = len(self.ear.heard)
        self.screen.show(message)
        heard = await self.ear.until_heard(before + 1)
        event = heard[before]
        assert isinstance(event, NotificationShown)
        assert event.token == message.token
        return self.seen()[-1]


@contextlib.asynccontextmanager
async def running(screen: Notifier, seen: Callable[[], list[str]]) -> AsyncIterator[Stage]:
    """Run a screen; nothing of it is left over afterwards."""
    before = asyncio.all_tasks()
    try:
        async with heard_from(screen) as ear:
            yield Stage(screen, ear, seen)
    finally:
        assert asyncio.all_tasks() == before


@contextlib.asynccontextmanager
async def freedesktop(bus: PrivateBus) -> AsyncIterator[Stage]:
    """Run the notifier of a free desktop on a scripted server."""
    async with NotificationServer(bus.address) as server:
        screen = FreedesktopNotifier(BusClient(bus.address, delays=(0.01,)), icon="nightcare")
        async with running(screen, lambda: [f"{n.title}\n{n.body}" for n in server.asked]) as stage:
            yield stage


@contextlib.asynccontextmanager
async def plyer(_: PrivateBus) -> AsyncIterator[Stage]:
    """Run the notifier of other platforms with a substitute for plyer."""

    class Fake:
        seen: list[str] = []  # noqa: RUF012 - made anew with each class

        def notify(self, *, title: str, message: str, app_name: str, app_icon: str) -> None:
            del app_name, app_icon
            self.seen.append(f"{title}\n{message}")

    async with running(PlyerNotifier(Fake()), lambda: Fake.seen) as stage:
        yield stage


@contextlib.asynccontextmanager
async def terminal(_: PrivateBus) -> AsyncIterator[Stage]:
    """Run the terminal notifier with a stream in memory."""
    stream = io.StringIO()
    rule = "─" * 64 + "\n"

    def seen() -> list[str]:
        return [card.strip("\n") for card in stream.getvalue().split(rule) if card]

    async with running(TerminalNotifier(stream), seen) as stage:
        yield stage


@contextlib.asynccontextmanager
async def memory(_: PrivateBus) -> AsyncIterator[Stage]:
    """Run the notifier of other tests."""
    screen = MemoryScreen()
    async with running(screen, lambda: [f"{m.title}\n{m.body}" for m in screen.shown]) as stage:
        yield stage


Staging = Callable[[PrivateBus], contextlib.AbstractAsyncContextManager[Stage]]
Play = Callable[[Callable[[Stage], Awaitable[None]]], None]
REAL: tuple[Staging, ...] = (freedesktop, plyer, terminal)


@pytest.fixture(scope="module")
def bus() -> Iterator[PrivateBus]:
    """Run a private bus."""
    with private_home() as home, private_bus(home) as private:
        yield private


@pytest.fixture(params=[*REAL, memory])
def play(request: pytest.FixtureRequest, bus: PrivateBus) -> Play:
    """Play a story on a screen, once for each kind."""
    staging: Staging = request.param

    def on_stage(story: Callable[[Stage], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with staging(bus) as stage:
                await story(stage)

        steered(whole())

    return on_stage


def test_a_message_is_shown_and_reported_once(play: Play) -> None:
    """The title and the body are seen, and Shown is reported for that token alone."""

    async def story(stage: Stage) -> None:
        words = await stage.shows(MESSAGE)
        assert MESSAGE.title in words
        assert MESSAGE.body in words
        await stage.shows(OTHER)
        assert len(stage.ear.heard) == 2

    play(story)


def test_a_message_wanted_before_the_screen_runs_is_shown(play: Play) -> None:
    """A message from before appears once the notifier runs."""

    async def story(stage: Stage) -> None:
        stage.screen.show(MESSAGE)
        stage.screen.show(OTHER)
        heard = await stage.ear.until_heard(2)
        assert {event.token for event in heard} == {"t1", "t2"}

    play(story)


def test_the_same_message_twice_is_shown_once(play: Play) -> None:
    """To want what is wanted already changes nothing."""

    async def story(stage: Stage) -> None:
        stage.screen.show(MESSAGE)
        await stage.shows(MESSAGE)
        stage.screen.show(MESSAGE)
        await stage.shows(OTHER)
        assert len(stage.seen()) == 2

    play(story)


def test_closing_twice_is_no_matter(play: Play) -> None:
    """A message that has gone can be closed again; nothing is reported of it."""

    async def story(stage: Stage) -> None:
        await stage.shows(MESSAGE)
        stage.screen.close("t1")
        stage.screen.close("t1")
        await stage.shows(OTHER)

    play(story)


def test_what_was_never_shown_can_be_closed_and_forgotten(play: Play) -> None:
    """Tokens and handles that mean nothing do no harm."""

    async def story(stage: Stage) -> None:
        for nonsense in ("", "t0", ":1.1 1 x", ":1.1 99999999999 x", "a b c d", "\x1b"):
            stage.screen.close(nonsense)
            stage.screen.forget(nonsense, "t0")
        await stage.shows(MESSAGE)
        stage.screen.close("t0")
        stage.screen.forget("nonsense", "t0")
        await stage.shows(OTHER)

    play(story)


def test_a_message_can_be_shown_again_after_it_was_closed(play: Play) -> None:
    """Closing leaves nothing behind that would keep the same token from the screen."""

    async def story(stage: Stage) -> None:
        await stage.shows(MESSAGE)
        stage.screen.close("t1")
        await stage.shows(MESSAGE)
        assert len(stage.seen()) == 2

    play(story)


def test_what_was_there_before_do_not_disturb_is_not_shown_again(play: Play) -> None:
    """Later messages are not shown twice either."""

    async def story(stage: Stage) -> None:
        await stage.shows(MESSAGE)
        advance(2.0)
        stage.screen.quiet(on=True)
        stage.screen.quiet(on=False)
        await stage.shows(OTHER)
        stage.screen.quiet(on=False)
        await stage.shows(MORE)
        assert len(stage.seen()) == 3

    play(story)


@pytest.mark.parametrize(("staging", "times"), [(freedesktop, 2), (plyer, 1), (terminal, 1)])
def test_what_came_under_do_not_disturb_comes_anew_where_the_old_one_can_be_taken_off(
    staging: Staging, bus: PrivateBus, times: int
) -> None:
    """Elsewhere it would be there twice."""

    async def story() -> None:
        async with staging(bus) as stage:
            stage.screen.quiet(on=True)
            await stage.shows(MESSAGE)
            stage.screen.quiet(on=False)
            await stage.ear.until_heard(times)
            stage.screen.show(OTHER)
            await stage.ear.until(lambda heard: heard[-1].token == OTHER.token)
            assert sum(MESSAGE.title in words for words in stage.seen()) == times

    asyncio.run(story())


@pytest.mark.parametrize(
    "text",
    [
        "Vand < te & kaffe > <b>nu</b>",
        "Løs dynen på sengen: æøå ÆØÅ",
        "שתה כוס מים \N{RIGHT-TO-LEFT MARK}עכשיו",
        "👩\N{ZERO WIDTH JOINER}⚕\N{VARIATION SELECTOR-16} 🇩🇰 👍🏿",
    ],
)
def test_words_of_all_kinds_are_seen_as_written(play: Play, text: str) -> None:
    """Marks of any script, emoji and angle brackets are for the reader, not for the machine."""

    async def story(stage: Stage) -> None:
        words = await stage.shows(Message("t1", text, text))
        assert text in words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    play(story)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x" * 10_000,
        "word " * 2_000,
        "\x00\x1b[2J\x9b\n\r",
        "a\ud800b",
        "e" + "\u0301" * 9999,
    ],
    ids=["empty", "blank", "long word", "many words", "controls", "surrogate", "accents"],
)
def test_words_that_no_screen_can_show_do_no_harm(play: Play, text: str) -> None:
    """The message appears with any text."""

    async def story(stage: Stage) -> None:
        await stage.shows(Message("t1", text, text, (Button("done", text),), text))

    play(story)


@pytest.mark.parametrize("staging", REAL)
def test_what_is_seen_is_short_and_plain(staging: Staging, bus: PrivateBus) -> None:
    """No screen shows a whole essay, or what would command a terminal."""

    async def story() -> None:
        async with staging(bus) as stage:
            words = await stage.shows(Message("t1", "word " * 2_000, "\x1b[2J" + "text " * 2_000))
            assert len(words) < 300
            assert words.replace("\n", "").isprintable()

    asyncio.run(story())


def test_running_ends_when_it_is_cancelled(play: Play) -> None:
    """Nothing goes on when a screen has ended, also with a message on it."""

    async def story(stage: Stage) -> None:
        await stage.shows(MESSAGE)
        stage.screen.show(OTHER)

    play(story)


@pytest.mark.parametrize("staging", REAL)
def test_an_error_of_who_is_reported_to_is_not_swallowed(staging: Staging, bus: PrivateBus) -> None:
    """A failure ends the run, so that nothing is dead in silence."""

    class Failure(Exception):
        """Something unexpected."""

    def fail(_: object) -> None:
        raise Failure

    async def story() -> None:
        async with staging(bus) as stage:
            await stage.shows(MESSAGE)
            screen = stage.screen
        screen.show(OTHER)
        async with NotificationServer(bus.address), asyncio.timeout(10):
            await screen.run(fail)

    with pytest.raises((Failure, ExceptionGroup)) as caught:
        asyncio.run(story())
    error = caught.value
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Failure)


def test_every_screen_says_what_it_is(play: Play) -> None:
    """Logs and `status` can name what is in use; all can carry a body."""

    async def story(stage: Stage) -> None:
        await stage.shows(MESSAGE)
        assert stage.screen.name
        assert Capability.BODY in stage.screen.capabilities
        assert stage.screen.describe()

    play(story)
