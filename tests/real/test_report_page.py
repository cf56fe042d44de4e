"""The page of the report in a real browser: looked at, measured, printed, and opened for real.

The program that writes it goes by a date of the test's, so that nothing here depends on the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from nightcare.domain.diary import DiaryMoment, Severity
from nightcare.i18n.translator import read_words
from nightcare.journal.store import Journal
from parts.browser import PHONE, SMALLEST, Scheme, browsing, opened
from parts.chosen_browser import await_window, chosen_browser
from parts.display import virtual_display
from parts.home import Home, private_home
from parts.invented_diary import cramp, live
from parts.processes import (
    children_cpu_seconds,
    find_program,
    run_tool,
)
from parts.program import Nightcare
from parts.wall_clock import WallClock

pytestmark = pytest.mark.real

NIGHTS = {"empty": 0, "one": 1, "month": 30, "ten years": 3650}
LONGEST = {"empty": 1, "one": 2, "month": 3, "ten years": 14}
"""Sheets of A4, on any day of the year."""

ZONE = ZoneInfo("Europe/Copenhagen")
TODAY = date(2026, 11, 22)
LARGEST_CALENDARS = (date(2026, 3, 2), date(2026, 3, 31), date(2026, 11, 28))
"""Days on which the last thirty nights take most room: three months with a February between them,
six weeks of one month, and five weeks of two. See tests/report_html/test_render.py."""

TEN_YEARS_BYTES = 1_000_000
TEN_YEARS_SECONDS = 15.0
"""CPU time of the command; it takes less than one."""

MARGIN = 12
"""Pixels to the right of everything, also in the smallest window."""

HOSTILE = (
    "</li><script>document.title='taken'</script><img src=https://example.org/x.png> & \u202eend "
    + "x" * 400
)
WHITE = b"\xff\xff\xff"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for all of these tests."""
    with private_home() as home, browsing(home) as own:
        yield own


@pytest.fixture
def person() -> Iterator[Nightcare]:
    """Return a person with an empty diary, about noon of TODAY."""
    with private_home() as home:
        yield on(TODAY, Nightcare(home, zone=ZONE))


def on(today: date, person: Nightcare) -> Nightcare:
    """Return the same person about noon of another date."""
    clock = WallClock(person.home.aside / "clock")
    clock.start_at(datetime.combine(today, time(12)))
    return replace(person, session=clock.variables())


def written(person: Nightcare, nights: int, language: str = "en", today: date = TODAY) -> Path:
    """Return the page of a person who recorded so many nights; over a month, or all of them."""
    person.config.parent.mkdir(parents=True, exist_ok=True)
    person.config.write_text(
        f'language = "{language}"\ntimezone = "{person.zone}"\n', encoding="utf-8"
    )
    if nights:
        live(person.state, person.zone, today - timedelta(days=1), nights)
    file = person.home.path / "report.html"
    on(today, person).command(
        "report", "--days", str(max(30, nights)), "--html", str(file), "--yes"
    )
    return file


def text_of(printed: Path, home: Home) -> str:
    """Return the text of a PDF, as on paper."""
    tool = find_program("pdftotext", "poppler-utils")
    text = run_tool([tool, "-layout", str(printed), "-"], home.environment()).decode()
    return " ".join(text.split())


def sheets_of(printed: Path, home: Home) -> tuple[int, str]:
    """Return the number of sheets of a PDF, and their size."""
    tool = find_program("pdfinfo", "poppler-utils")
    said = run_tool([tool, str(printed)], home.environment()).decode()
    found = re.search(r"^Pages: +(\d+)$.*^Page size: .*\((\w+)\)$", said, re.MULTILINE | re.DOTALL)
    assert found is not None, said
    return int(found[1]), found[2]


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("diary", NIGHTS)
def test_the_page_stands_alone_and_fits(
    browser: Browser, person: Nightcare, diary: str, language: str
) -> None:
    """It asks for nothing but itself, nobody complains, and it never scrolls sideways."""
    file = written(person, NIGHTS[diary], language)
    for width in (SMALLEST, PHONE, 768):
        with opened(browser, file, width=width) as seen:
            assert seen.page.title() == read_words(language).text("page_title")
            assert seen.width() <= width
            assert seen.reaches() <= width - MARGIN
            assert seen.requests == [file.as_uri()]
            assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("diary", ["empty", "one", "month"])
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, person: Nightcare, diary: str, scheme: Scheme
) -> None:
    """In both colour schemes, at a desk and on a phone."""
    file = written(person, NIGHTS[diary], "da" if scheme == "dark" else "en")
    with opened(browser, file, scheme=scheme) as seen:
        assert seen.unfit() == []
        paper = seen.colour("document.documentElement")
        assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    with opened(browser, file, width=PHONE, scheme=scheme) as seen:
        assert seen.unfit() == []


def test_these_tests_would_notice(browser: Browser, tmp_path: Path) -> None:
    """A picture from elsewhere, a script that fails, grey on grey, a page that is too wide."""
    file = tmp_path / "bad.html"
    file.write_text(
        "<!DOCTYPE html><title>bad</title><img src=https://example.org/x.png>"
        "<p style='color:#bbb;background:#aaa;width:2000px'>grey</p><script>nothing()</script>",
        encoding="utf-8",
    )
    with opened(browser, file) as seen:
        assert seen.requests == [file.as_uri(), "https://example.org/x.png"]
        assert any("nothing is not defined" in one for one in seen.complaints)
        assert any("ERR_" in one for one in seen.complaints)
        assert {one.split(":")[0] for one in seen.unfit()} >= {
            "color-contrast", "html-has-lang", "image-alt"
        }  # fmt: skip
        assert seen.width() > 1000


def test_what_a_person_wrote_does_nothing(browser: Browser, person: Nightcare) -> None:
    """A note with a script and a picture is a note, without the policy as well; a long one wraps.

    The cramp is severe, so that this is also the page that says to see a professional first.
    """
    at = datetime.combine(TODAY - timedelta(days=1), time(3), ZONE)
    place = DiaryMoment(at.date() - timedelta(days=1), by_night=True)
    journal = Journal.open(person.state)
    journal.diary.add(cramp(at, place, severity=Severity.SEVERE, note=HOSTILE))
    journal.close()
    file = written(person, 0)
    bare = file.with_name("bare.html")
    html = file.read_text(encoding="utf-8")
    bare.write_text(re.sub(r'<meta http-equiv="Content-[^>]*>', "", html), encoding="utf-8")
    assert "Content-Security-Policy" not in bare.read_text(encoding="utf-8")
    for one in (file, bare):
        with opened(browser, one, width=PHONE) as seen:
            assert seen.page.title() == "Leg cramps at night"
            assert seen.page.locator("bdi").inner_text() == HOSTILE.replace("\u202e", "")
            assert seen.page.locator("h2").first.inner_text() == (
                "When to see a health professional"
            )
            assert seen.width() <= PHONE
            assert seen.unfit() == []
            assert seen.requests == [one.as_uri()]
            assert seen.complaints == []


@pytest.mark.parametrize("diary", NIGHTS)
def test_it_prints_on_a4(browser: Browser, person: Nightcare, diary: str) -> None:
    """All of it, on as few sheets as it takes; always dark on white."""
    file = written(person, NIGHTS[diary])
    with opened(browser, file, scheme="dark") as seen:
        printed = seen.printed(person.home.aside / "report.pdf")
    sheets, size = sheets_of(printed, person.home)
    assert size == "A4"
    assert sheets <= LONGEST[diary]
    text = text_of(printed, person.home)
    told = person.json("report", "--days", str(max(30, NIGHTS[diary])))
    translator = read_words("en")
    assert text.startswith("Leg cramps at night Diary from ")
    counted = (told["nights_with_cramps"], told["nights_without"], told["nights_not_recorded"])
    assert " ".join(map(str, counted)) in text
    assert "kropklog.dk" in text
    assert translator.text("page_professional") in text
    assert f"{sheets}/{sheets}" in text.replace(" ", "")
    assert ("it is too early to say anything" in text) == (diary in ("empty", "one"))
    assert (translator.text("page_weeks") in text) == (diary == "month")
    assert (translator.text("page_months") in text) == (diary == "ten years")
    tool = find_program("pdftoppm", "poppler-utils")
    picture = run_tool([tool, "-r", "20", "-l", "1", str(printed)], person.home.environment())
    pixels = picture.split(b"255\n", 1)[1]
    white = sum(pixels[at : at + 3] == WHITE for at in range(0, len(pixels), 3))
    assert white > len(pixels) / 3 * 0.6


@pytest.mark.parametrize("diary", ["empty", "one", "month"])
@pytest.mark.parametrize("today", LARGEST_CALENDARS, ids=str)
def test_it_takes_no_more_sheets_where_the_calendar_is_largest(
    browser: Browser, person: Nightcare, diary: str, today: date
) -> None:
    """In Danish, which takes more room than English."""
    file = written(person, NIGHTS[diary], "da", today)
    with opened(browser, file) as seen:
        printed = seen.printed(person.home.aside / "report.pdf")
    sheets, size = sheets_of(printed, person.home)
    assert size == "A4"
    assert sheets <= LONGEST[diary]


def test_ten_years_are_written_and_shown_at_once(browser: Browser, person: Nightcare) -> None:
    """The page stays small, and has every night of them."""
    written(person, 3650)
    file = person.home.path / "timed.html"
    before = children_cpu_seconds()
    person.command("report", "--days", "3650", "--html", str(file), "--yes")
    assert children_cpu_seconds() - before < TEN_YEARS_SECONDS
    assert file.stat().st_size < TEN_YEARS_BYTES
    with opened(browser, file) as seen:
        assert seen.page.locator(".month td:not(.outside)").count() == 3650


def test_open_shows_it_in_the_persons_browser(home: Home) -> None:
    """xdg-open starts the browser that they chose, and the page is in its window.

    By the real clock: the browser inherits the command's, and this test asks for no date.
    """
    person = Nightcare(home)
    person.configure()
    find_program("xdg-open", "xdg-utils")
    with virtual_display(person.home) as display, chosen_browser(person.home):
        said = person.command("report", "--open", DISPLAY=display.name)
        assert f"Wrote {person.state / 'report.html'};" in said.out
        await_window(display, "Leg cramps at night")
