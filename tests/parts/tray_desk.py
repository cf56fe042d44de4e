"""A service with a tray icon on a real panel, pressed by a real pointer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from jeepney import DBusAddress, new_method_call

from nightcare.journal.store import Journal
from parts.bus import Monitor, PrivateBus, private_bus
from parts.display import HEIGHT, WIDTH, Box, Display, Picture, virtual_display
from parts.home import Home, private_home
from parts.panels import HEIGHT as PANEL_HEIGHT
from parts.panels import (
    Panel,
    StartPanel,
    gnome_panel,
    lxqt_panel,
    mate_panel,
    plasma_panel,
    right_of,
    rows,
    waybar,
    xfce4_panel,
)
from parts.processes import HANG_SECONDS, NotInTimeError, eventually
from parts.program import LATER, Nightcare, Service, soon
from parts.server_table import ServerTable
from parts.tray_host import MENU, MENU_PATH

DOCUMENT = Path(__file__).parents[2] / "docs" / "tray.md"
PICTURES = DOCUMENT.parent / "screenshots" / "tray"
PANELS: MappingProxyType[str, StartPanel] = MappingProxyType(
    {
        "GNOME": gnome_panel,
        "LXQt": lxqt_panel,
        "MATE": mate_panel,
        "Plasma": plasma_panel,
        "waybar": waybar,
        "Xfce": xfce4_panel,
    }
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
    pressed: set[str] = field(default_factory=set)
    """The leaves of the menu that were pressed; see `leaf`."""

    def layout(self) -> dict[str, bool]:
        """Return the paths of all leaves of the menu now, and whether each can be pressed."""
        found: dict[str, bool] = {}

        def walk(node: Any, above: tuple[str, ...]) -> None:
            for _, one in node[2]:
                label = one[1].get("label", ("s", ""))[1]
                if one[2]:
                    walk(one, (*above, label))
                elif label:
                    found[leaf(*above, label)] = one[1]["enabled"][1]

        walk(self.root(), ())
        return found

    def labels(self, *path: str) -> list[str]:
        """Return the labels of the menu, or of a submenu, as the program lays it out now."""
        node = self.root()
        for label in path:
            node = next(one for _, one in node[2] if one[1].get("label") == ("s", label))
        return [one[1]["label"][1] for _, one in node[2] if "label" in one[1]]

    def root(self) -> Any:
        """Return the root of the menu as the program lays it out now."""
        icon = DBusAddress(
            MENU_PATH, bus_name=f"{ICON_NAME}-{self.service.program.pid}-1", interface=MENU
        )
        call = new_method_call(icon, "GetLayout", "iias", (0, -1, []))
        with self.bus.connection() as connection:
            return connection.send_and_get_reply(call, timeout=HANG_SECONDS).body[1]

    def press_at(self, beginning: str, *path: str) -> None:
        """Click on an item, or one of its submenu, given by how its label begins."""
        (label,) = (one for one in self.labels() if one.startswith(beginning))
        self.press(label, *path)

    def open_menu(self) -> tuple[Picture, Box]:
        """Open the menu; return the display before it, and where the menu is."""
        self.display.point(WIDTH - 1, 700)
        before = self.at_rest()
        self.display.click(*self.panel.icon().center, button=RIGHT)
        return before, self.panel.settled(before)

    def press(self, *path: str) -> None:
        """Open the menu, and click on an item, given by the labels that lead to it."""
        self.pressed.add(leaf(*path))
        before, box = self.open_menu()
        labels, rows_of = self.labels(), slice(0, None)
        for depth, label in enumerate(path):
            row = self.rows(labels, box)[rows_of][labels[rows_of].index(label)]
            shown = self.at_rest()
            self.display.point(*row.center)
            self.display.click_here()
            if label == path[-1]:
                break
            below = self.labels(*path[: depth + 1])
            if self.panel.unfolds:
                first = labels.index(label) + 1
                labels[first:first] = below
                rows_of = slice(first, first + len(below))
                box = self.unfolded(before, labels)
            else:
                labels, box = below, self.submenu(shown, box.x + box.width)

        def closed() -> bool:
            # The icon may have changed, which the menu of waybar overlaps.
            return self.display.picture().changed(before, below=PANEL_HEIGHT) is None

        eventually(closed, HANG_SECONDS, "the menu to close", self.panel.program)

    def unfolded(self, before: Picture, labels: list[str]) -> Box:
        """Wait until a submenu has unfolded within the menu; return where the menu is."""

        def drawn() -> Box | None:
            box, again = self.changed(before), self.changed(before)
            at_rest = box if box == again else None
            return at_rest if at_rest and self.shows(labels, at_rest) else None

        what = f"lines for {labels}"
        return cast("Box", eventually(drawn, HANG_SECONDS, what, self.panel.program))

    def shows(self, labels: list[str], box: Box) -> bool:
        """Return whether a menu has as many lines of text as there are labels."""
        return len(rows(self.display.picture(), box)) == len(labels)

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
        """Close the menu by the keyboard, or by a click beside it, and wait until it has gone."""
        shown = self.at_rest()
        if self.panel.takes_keys:
            self.display.key("Escape")
        else:
            self.display.click(WIDTH - 1, 700)
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

    def reports(self) -> str:
        """Return the methods by which the panel has told of clicks."""
        seen = {one.member for one in self.monitor.history()} & {"Event", "EventGroup"}
        return ", ".join(sorted(seen))

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


@contextlib.contextmanager
def tray_on(name: str, table: ServerTable, *, writing: bool) -> Iterator[Tray]:
    """Run a panel and a service with a reminder that falls due soon."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home, services=True))
        # The menu of GNOME, with a submenu unfolded, is higher than the usual display.
        display = stack.enter_context(
            virtual_display(home, 2 * HEIGHT if name == "GNOME" else HEIGHT)
        )
        panel = stack.enter_context(PANELS[name](display, bus, home))
        monitor = stack.enter_context(bus.monitor())
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        person = Nightcare(home, session)
        due = soon(timedelta(seconds=3))
        sip = person.reminder("sip", due, 'stays = "2h"', 'fresh = "2h"', topic="stretching")
        person.configure(sip, LATER, TERMINAL)
        service = stack.enter_context(person.service())
        yield Tray(name, panel, display, bus, monitor, home, person, service, table, writing)


def leaf(*path: str) -> str:
    """Return the name of an item by the labels that lead to it, without what changes in them."""
    words = [re.sub(r"^(Undo|Next|Snoozed): .*", r"\1", label) for label in path]
    return re.sub(r"\d\d:\d\d", "TIME", "/".join(words))
