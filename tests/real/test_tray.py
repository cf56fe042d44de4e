"""The tray icon on real panels, pressed by a real pointer; docs/tray.md has the table of them.

What a panel does that nightcare leaves to it is compared with that table, so that a change of
behaviour is seen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from nightcare.domain.delivery import Closed
from nightcare.domain.diary import Answer
from nightcare.journal.store import Journal
from parts.bus import Monitor, private_bus
from parts.display import virtual_display
from parts.home import private_home
from parts.panels import Panel, xfce4_panel
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare
from parts.server_table import ServerTable, read_table, write_table
from parts.tray_desk import DOCUMENT, LEFT, MIDDLE, PANELS, TERMINAL, WHEEL, Tray, tray_on

pytestmark = pytest.mark.real

USUAL = ("Xfce",)
"""The panels that are tested without --desktops all."""


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[ServerTable]:
    """Read the table in the document; with --write-table, write the observations at the end."""
    own = read_table(DOCUMENT)
    yield own
    if request.config.getoption("--write-table"):
        write_table(own, DOCUMENT)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on each panel that is tested."""
    every = metafunc.config.getoption("--desktops") == "all"
    if "tray" in metafunc.fixturenames:
        metafunc.parametrize(
            "tray", tuple(PANELS) if every else USUAL, indirect=True, scope="module"
        )


@pytest.fixture(scope="module")
def tray(request: pytest.FixtureRequest, table: ServerTable) -> Iterator[Tray]:
    """Run one panel after another, with a service and a reminder that falls due soon."""
    with tray_on(request.param, table, writing=request.config.getoption("--write-table")) as own:
        yield own


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
    tray.sees("tells of clicks by", tray.reports())


def test_the_program_is_named_by_status(tray: Tray) -> None:
    """It is the panel's own name, also where a plugin draws the icon."""
    eventually(
        lambda: tray.panel.name in tray.person.command("status").out, HANG_SECONDS, "its name"
    )
    tray.sees("named by `status`", tray.panel.name)


def test_other_clicks_do_no_harm(tray: Tray) -> None:
    """A tooltip may be drawn under the pointer; a middle click and the wheel do nothing."""
    tray.display.point(1000, 700)
    # Under the pointer, the icon may have other colours.
    place = tray.panel.icon().center
    before = tray.at_rest()
    tray.display.point(*place)
    tooltip = tray.glance(lambda: tray.changed(before))
    tray.sees("tooltip", "drawn" if tooltip else "not drawn")
    for button in (MIDDLE, *WHEEL):
        tray.display.click(*place, button=button)
    tray.display.point(1000, 700)
    eventually(lambda: not tray.changed(before), HANG_SECONDS, "the tooltip to go")
    tray.display.click(*place, button=LEFT)
    menu = tray.glance(lambda: tray.changed(before))
    tray.sees("a left click with nothing open", "the menu" if menu else "what comes next")
    assert tray.service.program.is_running()


def test_the_icon_comes_back_after_a_panel_and_a_bus_that_end(table: ServerTable) -> None:
    """A panel that comes late, one that is killed with its menu open, and a bus that is killed."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home, services=True))
        display = stack.enter_context(virtual_display(home))
        person = Nightcare(home, {"DBUS_SESSION_BUS_ADDRESS": bus.address})
        person.configure(LATER, TERMINAL)
        service = stack.enter_context(person.service())

        def tray_beside(panel: Panel, monitor: Monitor) -> Tray:
            return Tray(
                "Xfce", panel, display, bus, monitor, home, person, service, table, writing=False
            )

        with bus.monitor() as monitor:
            with xfce4_panel(display, bus, home) as panel:
                tray_beside(panel, monitor).open_menu()
            with xfce4_panel(display, bus, home) as panel:
                tray = tray_beside(panel, monitor)
                tray.press("Good night")
                tray.until(lambda journal: journal.global_state().good_night, "a closed evening")
        bus.stop(abruptly=True)
        bus.start()
        with xfce4_panel(display, bus, home) as panel:
            panel.icon()
            eventually(lambda: panel.name in person.command("status").out, HANG_SECONDS, "its name")
