"""Led through a stretch by real notification servers, with real clicks, and killed in the middle.

The pictures in docs/screenshots/stretch are taken anew with `--write-table`.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from nightcare.desktop import desktop_entry
from parts.bus import Monitor, Seen, private_bus
from parts.display import Box, Display, virtual_display
from parts.home import Home, private_home
from parts.processes import HANG_SECONDS, eventually, find_program, run_tool
from parts.program import LATER, Nightcare, Service, now, soon
from parts.servers import (
    SERVERS,
    RealServer,
    Start,
)
from parts.servers.real_server import open_notifications

pytestmark = pytest.mark.real

PICTURED = ("dunst", "Xfce")
PICTURES = Path(__file__).parents[2] / "docs" / "screenshots" / "stretch"
MARGIN = 12
DRAW_SECONDS = HANG_SECONDS
SETTLED = 3
"""Looks in a row that must be the same."""

REMINDER = "Time for a gentle stretch"
AGAIN = f"Once more: {REMINDER}"
NAME = "Both calves"
FLEX = "Draw your foot gently up towards you, and feel the calf stretch."
CLOSING = "Well done"
A_SECOND = timedelta(seconds=1)

SENDER = "nightcare: "
"""The beginning of the title of a step on dunst and mako, which draw no sender."""

_OURS = {REMINDER, AGAIN, NAME, CLOSING}


def titles_of(history: Iterable[Seen]) -> list[str]:
    """Return the titles of what is open after these messages, without the name of the sender."""
    return [one.title.removeprefix(SENDER) for one in open_notifications(history)]


def routine(*seconds: int) -> str:
    """Return a routine with steps of so many seconds."""
    steps = ", ".join(
        f'{{ text = "{FLEX}", seconds = {one}, side = "{("left", "right")[number % 2]}" }}'
        for number, one in enumerate(seconds)
    )
    return f'[routines.both]\nname = "{NAME}"\nsteps = [{steps}]\n'


@dataclass(frozen=True, slots=True)
class Desktop:
    """A desktop with one server, and nightcare on it.

    Attributes:
        server: The server.
        display: Where it draws.
        blank: What the display is like with nothing on it.
        night: nightcare.
        monitor: Sees what the bus carries.
        home: Whose it is.
        start: Starts a server of this kind.
    """

    server: RealServer
    display: Display
    blank: Any
    night: Nightcare
    monitor: Monitor
    home: Home
    start: Start

    def have_on_screen(self, service: Service, made: str) -> None:
        """Let a stretch fall due that leads through a routine."""
        due = soon(A_SECOND)
        due_now = self.night.reminder("stretch", due, 'routine = "both"', topic="stretching")
        self.night.configure(due_now, LATER, made)
        service.reload()
        self.night.wait_until("stretch", state="open")

    def asked(self) -> list[Seen]:
        """Return the messages of the stretch sent to the server, in order."""
        return [
            seen
            for seen in self.monitor.history()
            if seen.member == "Notify" and str(seen.body[3]).removeprefix(SENDER) in _OURS
        ]

    def steps(self) -> list[tuple[str, int]]:
        """Return the step count of each step that was sent, and the id that it replaced."""
        return [
            (str(seen.body[4]).splitlines()[1], cast("int", seen.body[1]))
            for seen in self.asked()
            if str(seen.body[3]).removeprefix(SENDER) == NAME
        ]

    def wait_for_steps(self, count: int) -> list[tuple[str, int]]:
        """Wait until so many steps were sent."""
        return eventually(
            lambda: found if len(found := self.steps()) >= count else [],
            HANG_SECONDS,
            f"{count} steps",
        )

    def wait_for_title(self, title: str) -> None:
        """Wait until this, and nothing else of the stretch, is open."""

        def alone() -> bool:
            titles = [one.title.removeprefix(SENDER) for one in self.server.shown()]
            return [one for one in titles if one in _OURS] == [title]

        eventually(alone, HANG_SECONDS, f"{title!r} alone, but there is: {self.server.shown()}")

    def wait_until_shown(self, title: str, since: int = 0) -> None:
        """Wait until this, and nothing else of the stretch, is open, or was open for a while.

        Args:
            title: The title of what may close before a busy machine looks at it.
            since: How many messages the bus had carried before.
        """

        def was_alone() -> bool:
            history = self.monitor.history()
            return any(
                [one for one in titles_of(history[:end]) if one in _OURS] == [title]
                for end in range(since + 1, len(history) + 1)
            )

        eventually(was_alone, HANG_SECONDS, f"{title!r} to be shown alone", self.server.program)

    def another(self, *, plain: bool) -> AbstractContextManager[RealServer]:
        """Run another server of the kind in place of a killed one."""
        return self.start(self.display, self.server.bus, self.home, plain=plain)

    def picture(self, name: str) -> None:
        """Take a picture of what is drawn."""

        def settled() -> Box | None:
            looks = [self.display.picture() for _ in range(SETTLED)]
            same = len({look.pixels for look in looks}) == 1
            return looks[0].changed(self.blank) if same else None

        box = cast("Box", eventually(settled, DRAW_SECONDS, "a window", self.server.program))
        whole = self.home.aside / "display.png"
        self.display.screenshot(whole)
        size = f"{box.width + 2 * MARGIN}x{box.height + 2 * MARGIN}"
        place = f"+{max(box.x - MARGIN, 0)}+{max(box.y - MARGIN, 0)}"
        PICTURES.mkdir(parents=True, exist_ok=True)
        tool = find_program("convert", "imagemagick")
        crop = ["-crop", size + place, "+repage", "-strip"]
        run_tool([tool, str(whole), *crop, str(PICTURES / name)], self.home.environment())


@contextlib.contextmanager
def a_desktop(start: Start, *, plain: bool = False) -> Iterator[Desktop]:
    """Run a desktop of the test's own."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home))
        display = stack.enter_context(virtual_display(home))
        server = stack.enter_context(start(display, bus, home, plain=plain))
        monitor = stack.enter_context(bus.monitor())
        night = Nightcare(home, {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name})
        night.configure(LATER)
        yield Desktop(server, display, display.picture(), night, monitor, home, start)


@pytest.mark.parametrize("name", SERVERS)
def test_started_by_a_click_and_led_to_the_end(name: str) -> None:
    """One notification changes in place, step after step; then it is done, and goes by itself."""
    with a_desktop(SERVERS[name]) as desk, desk.night.service() as service:
        desk.have_on_screen(service, routine(2, 2, 2))
        desk.server.press("Start")
        began = now()
        desk.wait_for_steps(3)
        assert "routine" in desk.night.json("status")
        ended = desk.night.wait_until("stretch", state="settled")
        assert (ended["outcome"], ended["reason"]) == ("done", None)
        assert now() - began > timedelta(seconds=5)
        desk.wait_until_shown(CLOSING)
        first, *others = desk.steps()
        assert [words for words, _ in (first, *others)] == [
            "Step 1 of 3 · left leg · 2 s",
            "Step 2 of 3 · right leg · 2 s",
            "Step 3 of 3 · left leg · 2 s",
        ]
        assert first[1] == 0
        assert len({number for _, number in others} - {0}) == 1
        eventually(lambda: desk.server.shown() == (), HANG_SECONDS, "the closing words to go")
        assert desk.night.json("status")["unsettled"] == []


@pytest.mark.parametrize("name", SERVERS)
def test_the_first_step_is_drawn_after_start(name: str) -> None:
    """SwayNotificationCenter draws nothing that it is sent while its last popup fades out."""
    with a_desktop(SERVERS[name]) as desk, desk.night.service() as service:
        desk.have_on_screen(service, routine(600))
        eventually(
            lambda: len(desk.server.shown()) == 1, HANG_SECONDS, "the notice of the schedule to go"
        )
        desk.server.press("Start")
        desk.wait_for_steps(1)
        if desk.server.draws_buttons:
            assert len(desk.server.buttons(2)) == 2
        eventually(lambda: desk.display.picture().changed(desk.blank), DRAW_SECONDS, "the step")
        desk.server.press("Done")
        assert desk.night.wait_until("stretch", state="settled")["outcome"] == "done"


@pytest.mark.parametrize("name", SERVERS)
def test_stopped_in_the_middle_by_a_click(name: str) -> None:
    """The buttons work on what was replaced in place, and the reminder is back with its own."""
    with a_desktop(SERVERS[name]) as desk, desk.night.service() as service:
        desk.have_on_screen(service, routine(1, 600))
        desk.server.press("Start")
        desk.wait_for_steps(2)
        assert desk.night.json("status")["routine"]["step"] == 2
        desk.server.press("Stop")
        desk.wait_for_title(AGAIN)
        assert desk.night.json("status")["routine"] is None
        assert desk.night.today("stretch")["state"] == "open"
        desk.server.press("Done")
        assert desk.night.wait_until("stretch", state="settled")["outcome"] == "done"


@pytest.mark.parametrize("name", PICTURED)
def test_closed_in_the_middle_by_the_person(name: str) -> None:
    """That stops it, and is no answer."""
    with a_desktop(SERVERS[name]) as desk, desk.night.service() as service:
        desk.have_on_screen(service, routine(1, 600))
        desk.server.press("Start")
        desk.wait_for_steps(2)
        eventually(
            lambda: len(desk.server.shown()) == 1, HANG_SECONDS, "the notice of the schedule to go"
        )
        desk.server.close()
        assert desk.night.wait_until("stretch", state="settled")["outcome"] == "dismissed"
        assert desk.server.shown() == ()


@pytest.mark.parametrize("name", PICTURED)
def test_killed_in_the_middle_it_goes_on_where_the_clock_is(name: str) -> None:
    """A service that is back at once leads on, with one notification, and to the end."""
    with a_desktop(SERVERS[name]) as desk:
        with desk.night.service() as service:
            desk.have_on_screen(service, routine(1, 20, 1))
            desk.server.press("Start")
            desk.wait_for_steps(2)
            service.end(signal.SIGKILL)
        assert desk.night.json("status", code=69)["routine"]["step"] == 2
        before = len(desk.monitor.history())
        with desk.night.service():
            again = desk.wait_for_steps(3)
            assert again[2][0].startswith("Step 2 of 3")
            desk.wait_until_shown(NAME, before)
            desk.wait_for_steps(4)
            desk.wait_until_shown(CLOSING)
            assert desk.night.today("stretch")["outcome"] == "done"


@pytest.mark.parametrize("name", PICTURED)
def test_a_server_that_is_killed_in_the_middle_is_led_on_when_it_is_back(name: str) -> None:
    """The next server shows the step that is current by then."""
    with a_desktop(SERVERS[name]) as desk, desk.night.service() as service:
        desk.have_on_screen(service, routine(1, 600))
        desk.server.press("Start")
        desk.wait_for_steps(2)
        kill(desk.server)
        with desk.another(plain=False) as another:
            desk.wait_for_steps(3)
            another.press("Stop")
            assert eventually(
                lambda: desk.night.json("status")["routine"] is None,
                HANG_SECONDS,
                "it to be stopped",
            )


@pytest.mark.parametrize("name", PICTURED)
def test_how_it_looks(name: str, request: pytest.FixtureRequest) -> None:
    """Reminder, start, middle and end are drawn, by a server as it is when it is new.

    Its buttons cannot be found then, so that Start is pressed on another one in its place.
    """
    writing = request.config.getoption("--write-table")

    def look(what: str) -> None:
        eventually(lambda: desk.display.picture().changed(desk.blank), DRAW_SECONDS, what)
        if writing:
            desk.picture(f"{name}-{what}.png")

    with a_desktop(SERVERS[name], plain=True) as first, contextlib.ExitStack() as stack:
        # As `install` does, so that it is drawn with the icon that people see.
        for folder in (first.home.data, first.server.folder / ".local" / "share"):
            desktop_entry.install(["nightcare"], {"XDG_DATA_HOME": str(folder)})
        kill(first.server)
        desk = replace(first, server=stack.enter_context(first.another(plain=True)))
        service = stack.enter_context(desk.night.service())
        desk.have_on_screen(service, routine(20, 10, 1))
        eventually(
            lambda: len(desk.server.shown()) == 1, HANG_SECONDS, "the notice of the schedule to go"
        )
        look("reminder")
        kill(desk.server)
        with desk.another(plain=False) as server:
            server.press("Start")
            desk.wait_for_steps(1)
            kill(server)
        with desk.another(plain=True):
            desk.wait_for_steps(2)
            look("start")
            eventually(
                lambda: desk.steps()[-1][0].startswith("Step 2"), HANG_SECONDS, "the second step"
            )
            look("middle")
            eventually(
                lambda: str(desk.asked()[-1].body[3]).removeprefix(SENDER) == CLOSING,
                HANG_SECONDS,
                "the closing words",
            )
            look("end")
            assert desk.night.today("stretch")["outcome"] == "done"
            eventually(
                lambda: desk.display.picture().changed(desk.blank) is None,
                HANG_SECONDS,
                "nothing to be left",
            )


def kill(server: RealServer) -> None:
    """Kill a server."""
    server.program.process.kill()
    server.program.process.wait()
