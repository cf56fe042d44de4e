"""The tray icon on real panels, pressed by a real pointer; docs/tray.md has the table of them.

What a panel does that nightcare leaves to it is compared with that table, so that a change of
behaviour is seen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import cast

import pytest
from jeepney import DBusAddress, new_method_call

from nightcare.domain.delivery import Closed
from nightcare.domain.diary import Answer
from nightcare.journal.store import Journal
from parts.bus import Monitor, PrivateBus, private_bus
from parts.display import WIDTH, Box, Display, Picture, virtual_display
from parts.home import Home, private_home
from parts.panels import Panel, StartPanel, lxqt_panel, right_of, rows, waybar, xfce4_panel
from parts.processes import HANG_SECONDS, NotInTimeError, eventually
from parts.program import LATER, Nightcare, Service, soon
from parts.server_table import ServerTable, read_table, write_table
from parts.tray_host import MENU, MENU_PATH

pytestmark = pytest.mark.real

DOCUMENT = Path(__file__).parents[2] / "docs" / "tray.md"
PICTURES = DOCUMENT.parent / "screenshots" / "tray"
PANELS: MappingProxyType[str, StartPanel] = MappingProxyType(
    {"LXQt": lxqt_panel, "waybar": waybar, "Xfce": xfce4_panel}
)
GLANCE_SECONDS = 3.0
"""For how long one looks whether something is drawn that perhaps never is."""

LEFT, MIDDLE, RIGHT, WHEEL = 1, 2, 3, (4, 5)
ICON_NAME = "org.kde.StatusNotifierItem"
TERMINAL = '[notify]\nbackend = "terminal"\n'
"""Notifications would cover the menu."""


@dataclass(frozen=True, slots=True)
class Tray:
    """A panel that shows the icon of a running service.

    Attributes:
        name: the panel's, in the table.
    """

    name: str
    panel: Panel
    display: Display
    bus: PrivateBus
    monitor: Monitor
    home: Home
    person: Nightcare
    service: Service
    table: ServerTable
    writing: bool

    def labels(self, *path: str) -> list[str]:
        """Return the labels of the menu, or of a submenu, as the program lays it out now."""
        icon = DBusAddress(
            MENU_PATH, bus_name=f"{ICON_NAME}-{self.service.program.pid}-1", interface=MENU
        )
        call = new_method_call(icon, "GetLayout", "iias", (0, -1, []))
        with self.bus.connection() as connection:
            node = connection.send_and_get_reply(call, timeout=HANG_SECONDS).body[1]
        for label in path:
            node = next(one for _, one in node[2] if one[1].get("label") == ("s", label))
        return [one[1]["label"][1] for _, one in node[2] if "label" in one[1]]

    def open_menu(self) -> tuple[Picture, Box]:
        """Open the menu; return the display before it, and where the menu is."""
        self.display.point(WIDTH - 1, 700)
        before = self.at_rest()
        self.display.click(*self.panel.icon().center, button=RIGHT)
        return before, self.panel.settled(before)

    def press(self, *path: str) -> None:
        """Open the menu, and click on an item, given by the labels that lead to it."""
        before, box = self.open_menu()
        labels = self.labels()
        for depth, label in enumerate(path):
            row = self.rows(labels, box)[labels.index(label)]
            shown = self.at_rest()
            self.display.point(*row.center)
            self.display.click_here()
            if label != path[-1]:
                box = self.submenu(shown, box.x + box.width)
                labels = self.labels(*path[: depth + 1])
        eventually(lambda: self.changed(before) is None, HANG_SECONDS, "the menu to close")

    def rows(self, labels: list[str], box: Box) -> list[Box]:
        """Wait until each label of a menu has a line of text; return where they are."""

        def found() -> list[Box] | None:
            lines = rows(self.display.picture(), box)
            return lines if len(lines) == len(labels) else None

        what = f"lines for {labels}"
        return cast("list[Box]", eventually(found, HANG_SECONDS, what, self.panel.program))

    def submenu(self, before: Picture, left: int) -> Box:
        """Wait until a submenu was drawn to the right of the menu; return where."""
        old, top = right_of(before, left), self.panel.top

        def drawn() -> Box | None:
            one = right_of(self.display.picture(), left).changed(old, top)
            two = right_of(self.display.picture(), left).changed(old, top)
            return one if one == two else None

        box = cast("Box", eventually(drawn, HANG_SECONDS, "a submenu", self.panel.program))
        return Box(box.x + left, box.y, box.width, box.height)

    def changed(self, before: Picture) -> Box | None:
        """Return what is different below the panel, if anything is."""
        return self.display.picture().changed(before, below=self.panel.top)

    def at_rest(self) -> Picture:
        """Return the display once two pictures of it are the same."""

        def same() -> Picture | None:
            picture = self.display.picture()
            return picture if picture.pixels == self.display.picture().pixels else None

        what = "the display to be at rest"
        return cast("Picture", eventually(same, HANG_SECONDS, what, self.panel.program))

    def close_menu(self) -> None:
        """Close the menu by the keyboard, and wait until it has gone."""
        shown = self.at_rest()
        self.display.key("Escape")
        eventually(lambda: self.changed(shown), HANG_SECONDS, "the menu to close")

    def glance(self, condition: Callable[[], object]) -> bool:
        """Return whether a condition is met within a moment."""
        try:
            eventually(condition, GLANCE_SECONDS, "it")
        except NotInTimeError:
            return False
        return True

    def until(self, condition: Callable[[Journal], object], what: str) -> None:
        """Wait until the journal meets a condition."""
        journal = Journal.open(self.person.state)
        try:
            eventually(lambda: condition(journal), HANG_SECONDS, what, self.service.program)
        finally:
            journal.close()

    def sees(self, row: str, seen: str) -> None:
        """Compare what is to be seen with the table, or write it there."""
        if self.writing:
            self.table.put(row, self.name, seen)
        assert seen == self.table.cell(row, self.name), f"{self.name}, {row}"

    def picture(self, name: str) -> None:
        """Keep a picture for the document, where the table is written."""
        if self.writing:
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.display.screenshot(PICTURES / f"{self.name.lower()}-{name}.png")


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[ServerTable]:
    """Read the table in the document; with --write-table, write the observations at the end."""
    own = read_table(DOCUMENT)
    yield own
    if request.config.getoption("--write-table"):
        write_table(own, DOCUMENT)


@pytest.fixture(scope="module", params=["LXQt", "Xfce"])
def tray(request: pytest.FixtureRequest, table: ServerTable) -> Iterator[Tray]:
    """Run one panel after another, with a service and a reminder that falls due soon."""
    with tray_on(request.param, table, writing=request.config.getoption("--write-table")) as own:
        yield own


@contextlib.contextmanager
def tray_on(name: str, table: ServerTable, *, writing: bool) -> Iterator[Tray]:
    """Run a panel and a service with a reminder that falls due soon."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home, services=True))
        display = stack.enter_context(virtual_display(home))
        panel = stack.enter_context(PANELS[name](display, bus, home))
        monitor = stack.enter_context(bus.monitor())
        person = Nightcare(home, {"DBUS_SESSION_BUS_ADDRESS": bus.address})
        due = soon(timedelta(seconds=3))
        sip = person.reminder("sip", due, 'stays = "2h"', 'fresh = "2h"', topic="stretching")
        person.configure(sip, LATER, TERMINAL)
        service = stack.enter_context(person.service())
        yield Tray(name, panel, display, bus, monitor, home, person, service, table, writing)


def test_an_open_reminder_is_marked_and_done_by_a_click(tray: Tray) -> None:
    """The rows of the menu are those that the program lays out, and the journal has the answer."""
    tray.until(lambda journal: any(one.seen for one in journal.unsettled()), "an open reminder")
    tray.panel.icon()
    tray.sees("a reminder is open", "a mark" if tray.glance(tray.panel.marked) else "no mark")
    _, box = tray.open_menu()
    assert len(tray.rows(tray.labels(), box)) == len(tray.labels())
    tray.picture("menu")
    tray.close_menu()
    tray.press("Done")
    tray.until(lambda journal: "done" in _outcomes(journal), "an answer in the journal")
    eventually(lambda: not tray.panel.marked(), HANG_SECONDS, "the mark to go", tray.panel.program)


def _outcomes(journal: Journal) -> list[str]:
    found = journal.since(datetime.now(UTC) - timedelta(days=1))
    return [str(one.state.outcome) for one in found if isinstance(one.state, Closed)]


def test_items_of_submenus_end_in_the_journal(tray: Tray) -> None:
    """A pause, its end, an answer about the night, "Good night" and its undo."""
    tray.press("Pause", "For 1 h")
    tray.until(lambda journal: journal.global_state().paused_until, "a pause")
    tray.press("Resume")
    tray.until(lambda journal: not journal.global_state().paused_until, "the end of the pause")
    tray.press("Record a cramp", "Moderate")
    tray.until(
        lambda journal: [one.answer for one in journal.diary.mornings()] == [Answer.MODERATE],
        "an answer in the diary",
    )
    tray.press("Good night")
    tray.until(lambda journal: journal.global_state().good_night, "a closed evening")
    (undo,) = (one for one in tray.labels() if one.startswith("Undo: "))
    tray.press(undo)
    tray.until(lambda journal: not journal.global_state().good_night, "an open evening")
    events = {one.member for one in tray.monitor.history() if one.member in {"Event", "EventGroup"}}
    tray.sees("tells of clicks by", ", ".join(sorted(events)))


def test_the_program_is_named_by_status(tray: Tray) -> None:
    """It is the panel's own name, also where a plugin draws the icon."""
    eventually(
        lambda: tray.panel.name in tray.person.command("status").out, HANG_SECONDS, "its name"
    )
    tray.sees("named by `status`", tray.panel.name)


def test_other_clicks_do_no_harm(tray: Tray) -> None:
    """A tooltip may be drawn under the pointer; a middle click and the wheel do nothing."""
    tray.display.point(1000, 700)
    before = tray.at_rest()
    tray.display.point(*tray.panel.icon().center)
    tooltip = tray.glance(lambda: tray.changed(before))
    tray.sees("tooltip", "drawn" if tooltip else "not drawn")
    for button in (MIDDLE, *WHEEL):
        tray.display.click(*tray.panel.icon().center, button=button)
    tray.display.point(1000, 700)
    eventually(lambda: not tray.changed(before), HANG_SECONDS, "the tooltip to go")
    tray.display.click(*tray.panel.icon().center, button=LEFT)
    menu = tray.glance(lambda: tray.changed(before))
    tray.sees("a left click with nothing open", "the menu" if menu else "what comes next")
    assert tray.service.program.is_running()


def test_waybar_draws_the_icon_and_a_left_click_opens_the_menu(
    request: pytest.FixtureRequest, table: ServerTable
) -> None:
    """Its menu takes no keys, so that nothing is pressed in it here."""
    with tray_on("waybar", table, writing=request.config.getoption("--write-table")) as tray:
        tray.until(lambda journal: any(one.seen for one in journal.unsettled()), "a reminder")
        tray.panel.icon()
        tray.sees("a reminder is open", "a mark" if tray.glance(tray.panel.marked) else "no mark")
        eventually(
            lambda: tray.panel.name in tray.person.command("status").out, HANG_SECONDS, "its name"
        )
        tray.sees("named by `status`", tray.panel.name)
        _, box = tray.open_menu()
        assert len(tray.rows(tray.labels(), box)) == len(tray.labels())
        tray.picture("menu")
