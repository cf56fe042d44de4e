"""The page that the menu entry opens, in a real browser and from a real desktop entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from nightcare.desktop import desktop_entry
from nightcare.desktop.systemd import user_unit
from nightcare.i18n.translator import read_words
from parts.browser import PHONE, SMALLEST, Scheme, browsing, opened
from parts.chosen_browser import await_window, chosen_browser
from parts.display import virtual_display
from parts.home import Home, private_home
from parts.invented_diary import live
from parts.processes import find_program, run_tool
from parts.program import Nightcare
from parts.wall_clock import WallClock

pytestmark = pytest.mark.real

ZONE = ZoneInfo("Europe/Copenhagen")
TODAY = date(2026, 11, 22)
MARGIN = 12
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


def test_the_entry_in_the_menu_opens_it(home: Home) -> None:
    """As a desktop starts it, without a terminal; by the real clock, as the browser inherits it."""
    person = Nightcare(home)
    person.configure()
    environment = home.environment()
    desktop_entry.install(user_unit.own_command(person.config), environment)
    entry = home.data / desktop_entry.MENU_ENTRY
    with virtual_display(home) as display, chosen_browser(home):
        tool = find_program("gio", "libglib2.0-bin")
        run_tool([tool, "launch", str(entry)], display.environment())
        await_window(display, "nightcare")
