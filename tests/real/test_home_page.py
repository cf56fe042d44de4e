"""The page that the menu entry opens, in a real browser and from a real desktop entry."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from nightcare.desktop import desktop_entry
from nightcare.desktop.systemd import user_unit
from nightcare.i18n.translator import read_words
from parts.browser import PHONE, SMALLEST, Scheme, browsing, opened
from parts.bus import private_bus
from parts.chosen_browser import await_window, chosen_browser
from parts.display import HEIGHT, WIDTH, Box, Display, Picture, virtual_display
from parts.home import Home, private_home
from parts.invented_diary import live
from parts.panels import GROUNDS, Panel, area, rows, xfce4_menu
from parts.processes import HANG_SECONDS, NotInTimeError, eventually, find_program, run_tool
from parts.program import Nightcare
from parts.tray_desk import GLANCE_SECONDS
from parts.wall_clock import WallClock

pytestmark = pytest.mark.real

ZONE = ZoneInfo("Europe/Copenhagen")
TODAY = date(2026, 11, 22)
MARGIN = 12
BLACK = bytes(3)
"""The colour of a display without windows."""

EDGE = 8
"""Pixels that a panel is perhaps higher than it was asked to be."""

T = TypeVar("T")
HOSTILE = "</td><script>document.title='taken'</script><img src=https://example.org/x.png> " + (
    "x" * 20
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for all of these tests."""
    with private_home() as home, browsing(home) as own:
        yield own


@pytest.fixture
def person() -> Iterator[Nightcare]:
    """Return a person with a diary of a month, about noon of TODAY."""
    with private_home() as home:
        clock = WallClock(home.aside / "clock")
        clock.start_at(datetime.combine(TODAY, time(12)))
        yield Nightcare(home, clock.variables(), ZONE)


def written(person: Nightcare, language: str, *arguments: str, text: str = "Calves") -> Path:
    """Return the page of a person with other hours at the weekend and a text of their own."""
    person.config.parent.mkdir(parents=True, exist_ok=True)
    person.config.write_text(
        f'language = "{language}"\ntimezone = "{ZONE}"\n[sleep]\nwake = "07:00"\n'
        'bedtime = "22:30"\nsaturday = { wake = "09:00", bedtime = "00:15" }\n'
        '[reminders.water]\ntopic = "hydration"\nevery = "1h"\nfrom = "wake"\nuntil = "bedtime"\n'
        '[reminders.desk]\ntopic = "stretching"\nat = ["10:30", "bedtime - 10m"]\n'
        f'text = "{text}"\n',
        encoding="utf-8",
    )
    live(person.state, ZONE, TODAY - timedelta(days=1), 30)
    file = person.home.path / "page.html"
    person.command("page", "--html", str(file), "--yes", *arguments)
    return file


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("arguments", [(), ("--relief",)], ids=["today", "relief"])
def test_it_stands_alone_and_fits(
    browser: Browser, person: Nightcare, language: str, arguments: tuple[str, ...]
) -> None:
    """It loads nothing, the browser has no complaint, and it never scrolls sideways."""
    file = written(person, language, *arguments)
    for width in (SMALLEST, PHONE, 768):
        with opened(browser, file, width=width) as seen:
            key = "relief_title" if arguments else "home_title"
            assert seen.page.title() == read_words(language).text(key)
            assert seen.width() <= width
            assert seen.reaches() <= width - MARGIN
            assert seen.requests == [file.as_uri()]
            assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("arguments", [(), ("--relief",)], ids=["today", "relief"])
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, person: Nightcare, scheme: Scheme, arguments: tuple[str, ...]
) -> None:
    """In both colour schemes, at a desk and on a phone."""
    file = written(person, "da" if scheme == "dark" else "en", *arguments)
    for width in (1000, PHONE):
        with opened(browser, file, width=width, scheme=scheme) as seen:
            assert seen.unfit() == []


def test_what_a_person_wrote_does_nothing(browser: Browser, person: Nightcare) -> None:
    """Markup in the text of a reminder is text, without the policy as well."""
    file = written(person, "en", text=HOSTILE)
    bare = file.with_name("bare.html")
    html = file.read_text(encoding="utf-8")
    bare.write_text(re.sub(r'<meta http-equiv="Content-[^>]*>', "", html), encoding="utf-8")
    for one in (file, bare):
        with opened(browser, one, width=PHONE) as seen:
            assert seen.page.title() == "nightcare"
            assert seen.page.locator("#today ~ table bdi", has_text="document.title").count() > 0
            assert seen.requests == [one.as_uri()]
            assert seen.width() <= PHONE


def entry_of(home: Home) -> Path:
    """Install the entry in the menu for a person with a config; return its file."""
    person = Nightcare(home)
    person.configure()
    desktop_entry.install(user_unit.own_command(person.config), home.environment())
    return home.data / desktop_entry.MENU_ENTRY


def test_a_click_in_the_menu_of_xfce_opens_it(home: Home) -> None:
    """A person opens the menu, finds the entry with its icon in a category, and clicks on it."""
    entry_of(home)
    with (
        virtual_display(home) as display,
        private_bus(home, services=True) as bus,
        chosen_browser(home),
        xfce4_menu(display, bus, home) as panel,
    ):
        place = icon_in_menu(display, panel)
        display.click(*place.center)
        await_window(display, "nightcare")


def icon_in_menu(display: Display, panel: Panel) -> Box:
    """Open the menu, and one category after the other until our icon is seen; return where."""
    display.point(WIDTH - 1, HEIGHT - 1)
    below = panel.top + EDGE

    def drawn() -> Picture | None:
        picture = display.picture()
        alone = picture.is_plain(BLACK, below=below) and not picture.is_plain(BLACK)
        return picture if alone else None

    before = cast("Picture", eventually(drawn, HANG_SECONDS, "the panel", panel.program))

    def lines() -> list[Box] | None:
        box = display.picture().changed(before, below=below)
        return rows(display.picture(), box) if box else None

    def opened_menu() -> list[Box] | None:
        # A click on a button that is not drawn yet does nothing.
        display.click(panel.top, panel.top // 2)
        return glance(lines)

    found = eventually(opened_menu, HANG_SECONDS, "the menu", panel.program)
    categories = cycle(cast("list[Box]", found))

    def next_category() -> Box | None:
        display.point(*next(categories).center)
        display.click_here()
        return glance(lambda: area(display.picture(), GROUNDS[0], HEIGHT))

    return cast("Box", eventually(next_category, HANG_SECONDS, "our icon", panel.program))


def glance(look: Callable[[], T | None]) -> T | None:
    """Return what is seen within a moment, if anything is."""
    with contextlib.suppress(NotInTimeError):
        return eventually(look, GLANCE_SECONDS, "it")
    return None


def test_the_entry_in_the_menu_opens_it(home: Home) -> None:
    """As a desktop starts it, without a terminal; by the real clock, as the browser inherits it."""
    entry = entry_of(home)
    with virtual_display(home) as display, chosen_browser(home):
        tool = find_program("gio", "libglib2.0-bin")
        run_tool([tool, "launch", str(entry)], display.environment())
        await_window(display, "nightcare")
