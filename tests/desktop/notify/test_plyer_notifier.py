"""Messages through plyer, which can show and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from nightcare.desktop.notify.plyer_notifier import PlyerNotifier, obstacle_on_linux
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    Button,
    Capability,
    Message,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
)
from parts.memory_screen import Ear, heard_from
from parts.processes import HANG_SECONDS

MESSAGE = Message(
    "t1",
    "Time for a glass of water",
    "Small sips.",
    (Button("done", "Done"),),
    spoken="nightcare done water",
)


class FakePlyer:
    """Notes what it is asked to show, and does what the test says meanwhile.

    Attributes:
        shown: Title and text of each call, in order.
        fails: Whether a call with this title raises.
        free: Calls hang while this is not set.
    """

    def __init__(self, fails: Callable[[str], bool] = lambda _: False) -> None:
        self.shown: list[tuple[str, str]] = []
        self.fails = fails
        self.free = threading.Event()
        self.free.set()
        self._calls = threading.Semaphore(0)

    def notify(self, *, title: str, message: str, app_name: str, app_icon: str) -> None:
        """Show a notification."""
        assert app_name == "nightcare"
        assert app_icon == ""
        self.shown.append((title, message))
        self._calls.release()
        assert self.free.wait(HANG_SECONDS)
        if self.fails(title):
            raise NotImplementedError

    async def called(self, times: int = 1) -> None:
        """Wait until it was called so many times more."""
        for _ in range(times):
            assert await asyncio.to_thread(self._calls.acquire, timeout=HANG_SECONDS)


def test_the_words_are_handed_over_with_how_to_answer() -> None:
    """There are no buttons, so the text ends with the command."""
    plyer = FakePlyer()
    screen = PlyerNotifier(plyer)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            assert await ear.until_heard(1) == [NotificationShown("t1", None)]

    asyncio.run(story())
    assert plyer.shown == [("Time for a glass of water", "Small sips.\nnightcare done water")]
    assert screen.capabilities == {Capability.BODY}


def test_titles_are_as_short_as_windows_wants_them() -> None:
    """Windows refuses a title of more than 63 units."""
    plyer = FakePlyer()
    screen = PlyerNotifier(plyer)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(Message("t1", "water " * 30, ""))
            await ear.until_heard(1)

    asyncio.run(story())
    assert len(plyer.shown[0][0]) <= 60


def test_a_dash_at_the_start_is_not_taken_for_an_option() -> None:
    """On Linux plyer hands the words to notify-send as they are, and ignores that it fails."""
    plyer = FakePlyer()
    screen = PlyerNotifier(plyer)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(Message("t1", "--help", "- drink", spoken="To answer: nightcare done"))
            await ear.until_heard(1)

    asyncio.run(story())
    answer = "To answer: nightcare done"
    assert plyer.shown == [("\N{EN DASH}-help", f"\N{EN DASH} drink\n{answer}")]


def test_a_message_without_a_command_names_the_program_in_its_title() -> None:
    """Few platforms draw the name that plyer is given."""
    plyer = FakePlyer()
    screen = PlyerNotifier(plyer)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(Message("t1", "Your new schedule is active", "Next: water"))
            await ear.until_heard(1)

    asyncio.run(story())
    assert plyer.shown == [("nightcare: Your new schedule is active", "Next: water")]


def test_a_failure_is_tried_again_and_only_success_is_shown() -> None:
    """The message is sent again after any exception of plyer.

    As it broke elsewhere: notify-send ignored.
    """
    plyer = FakePlyer(fails=lambda _: len(plyer.shown) < 3)
    screen = PlyerNotifier(plyer, delays=(0.001, 0.001))

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            assert await ear.until_heard(1) == [NotificationShown("t1", None)]
            tried = [("t1", DeliveryStatus.SENT), ("t1", DeliveryStatus.FAILED)]
            assert ear.deliveries == [*tried, *tried, ("t1", DeliveryStatus.SENT)]

    asyncio.run(story())
    assert len(plyer.shown) == 3


def test_what_fails_is_told_of_and_so_is_its_end() -> None:
    """The log and `status` say what went wrong, and when it is right again."""
    plyer = FakePlyer(fails=lambda _: len(plyer.shown) < 3)
    screen = PlyerNotifier(plyer, delays=(0.001, 0.001))
    told: list[str] = []

    async def story() -> None:
        ear = Ear()

        def hear(event: NotifierEvent) -> None:
            if isinstance(event, NotifierChanged):
                told.append(screen.describe())
            ear(event)

        task = asyncio.create_task(screen.run(hear))
        screen.show(MESSAGE)
        await ear.until_heard(1)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(story())
    assert told == ["plyer, which cannot show anything: NotImplementedError", "plyer"]


def test_what_is_known_to_fail_unseen_is_never_shown() -> None:
    """Plyer ignores that notify-send has failed, so it is not asked to where it would.

    As it broke elsewhere: notify-send ignored.
    """
    plyer = FakePlyer()
    obstacles = ["there is no session bus", ""]
    screen = PlyerNotifier(plyer, obstacle=lambda: obstacles.pop(0), delays=(0.001,))

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            assert await ear.until_heard(1) == [NotificationShown("t1", None)]

    asyncio.run(story())
    assert (len(plyer.shown), obstacles) == (1, [])


def test_on_linux_it_needs_a_bus_and_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is looked for before it is relied on."""
    variables = {"PATH": str(tmp_path)}
    monkeypatch.setattr("nightcare.desktop.notify.plyer_notifier.find_spec", lambda _: None)
    assert obstacle_on_linux(None, variables) == "there is no session bus"
    assert obstacle_on_linux("unix:path=x", variables) == "notify-send is not installed"
    program = tmp_path / "notify-send"
    program.touch(mode=0o755)
    assert obstacle_on_linux("unix:path=x", variables) == ""


def test_after_the_last_attempt_a_message_is_given_up() -> None:
    """A message that always fails is never reported as shown and does not block others."""
    plyer = FakePlyer(fails=lambda title: title == MESSAGE.title)
    screen = PlyerNotifier(plyer, delays=(0.001,))

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await plyer.called(2)
            await asyncio.wait({screen._presented["t1"]}, timeout=HANG_SECONDS)
            screen.show(Message("t2", "Stretch", ""))
            assert await ear.until_heard(1) == [NotificationShown("t2", None)]

    asyncio.run(story())
    assert [title for title, _ in plyer.shown].count(MESSAGE.title) == 2


def test_a_call_that_takes_too_long_may_end_well_yet() -> None:
    """It is not made a second time, and counts as shown when it returns at last."""
    plyer = FakePlyer()
    plyer.free.clear()
    screen = PlyerNotifier(plyer, limit=0.001, delays=(0.001,) * 5000)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await plyer.called()
            assert ear.heard == []
            plyer.free.set()
            assert await ear.until_heard(1) == [NotificationShown("t1", None)]

    asyncio.run(story())
    assert len(plyer.shown) == 1


def test_a_call_that_never_ends_was_never_shown() -> None:
    """The attempts come to an end, and so could the program."""
    plyer = FakePlyer()
    plyer.free.clear()
    screen = PlyerNotifier(plyer, limit=0.001, delays=(0.001,) * 5)

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await plyer.called()
            await asyncio.wait({screen._presented["t1"]}, timeout=HANG_SECONDS)
            assert screen._presented["t1"].done()
            assert ear.heard == []

    asyncio.run(story())
    plyer.free.set()
    assert len(plyer.shown) == 1


def test_calls_that_never_end_do_not_become_many() -> None:
    """With four that hang nothing more is begun until one of them ends."""
    plyer = FakePlyer()
    plyer.free.clear()
    screen = PlyerNotifier(plyer, limit=0.001, delays=(0.001,) * 5000)

    async def story() -> None:
        async with heard_from(screen) as ear:
            for number in range(6):
                screen.show(Message(f"t{number}", "Water", ""))
            await plyer.called(4)
            assert len(screen._calls) == 4
            plyer.free.set()
            await ear.until_heard(6)

    asyncio.run(story())
    assert len(plyer.shown) == 6


def test_closing_ends_the_attempts() -> None:
    """A message that is no longer wanted is not tried again."""
    plyer = FakePlyer(fails=lambda _: True)
    screen = PlyerNotifier(plyer, delays=(3600.0,))

    async def story() -> None:
        async with heard_from(screen):
            screen.show(MESSAGE)
            await plyer.called()
            attempts = screen._presented["t1"]
            screen.close("t1")
            await asyncio.wait({attempts}, timeout=HANG_SECONDS)
            assert attempts.cancelled()

    asyncio.run(story())
    assert len(plyer.shown) == 1


def test_plyer_is_imported_only_when_it_is_used() -> None:
    """A person with another notifier does not pay for plyer."""
    program = (
        "import sys; from nightcare.desktop.notify import plyer_notifier as it; it.PlyerNotifier();"
        "print([name for name in sys.modules if name == 'plyer'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_plyer_itself_is_used_where_nothing_else_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message goes through the library's own notification."""
    library = ModuleType("plyer")
    plyer = FakePlyer()
    vars(library)["notification"] = plyer
    monkeypatch.setitem(sys.modules, "plyer", library)
    screen = PlyerNotifier()

    async def story() -> None:
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await ear.until_heard(1)

    asyncio.run(story())
    assert len(plyer.shown) == 1


def test_the_real_plyer_has_what_is_used_of_it() -> None:
    """The library takes the arguments that it is given."""
    facade = import_module("plyer.facades").Notification
    parameters = inspect.signature(facade.notify).parameters
    assert {"title", "message", "app_name", "app_icon"} <= set(parameters)
