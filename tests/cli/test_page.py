"""The page of today, the schedule and the report: what it says, who may read it, what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.i18n.translator import read_words
from parts.scripts import shell_program

Desktop = Callable[[], Path]


@pytest.fixture
def desktop(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """Return a screen, and a program that opens files and records its first argument."""

    def install() -> Path:
        opened = terminal.home / "opened"
        program = shell_program(
            terminal.home / "bin" / "xdg-open", f'printf "%s" "$1" > "{opened}"'
        )
        monkeypatch.setenv("PATH", str(program.parent))
        monkeypatch.setenv("DISPLAY", ":77")
        return opened

    return install


def text_of(html: str) -> str:
    """Return the words of a page, without tags."""
    body = html.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def written(terminal: Terminal, *arguments: str) -> str:
    """Return the page as it is written to a file."""
    place = terminal.home / "page.html"
    result = terminal("page", "--html", place, "--yes", *arguments)
    assert (result.code, result.err) == (0, "")
    assert place.stat().st_mode & 0o777 == 0o600
    return place.read_text(encoding="utf-8")


def test_it_is_opened_in_the_browser_from_a_private_file(
    terminal: Terminal, desktop: Desktop
) -> None:
    """As the entry in the menu does it, also for somebody who has no journal yet."""
    opened = desktop()
    assert terminal("page").code == 0
    page = terminal.state / "page.html"
    assert opened.read_text(encoding="utf-8") == page.as_uri()
    assert (page.stat().st_mode & 0o777, page.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not (terminal.state / "report.html").exists()


def test_it_has_the_plan_of_today_with_what_became_of_it(terminal: Terminal) -> None:
    """List what is over, what is open and what is to come."""
    terminal.have_open("14:00")
    terminal("done")
    text = text_of(written(terminal))
    assert "Sunday 22 November, 14:10." in text
    assert "14:00 water done" in text
    assert "16:00 water 18:00 water 20:00 water 21:45 stretching 22:20 bedding" in text
    assert "Next: water, 16:00." in text


def test_the_commands_suit_what_is_open(terminal: Terminal) -> None:
    """Offer an answer to the open reminder, or else one ahead of the next."""
    assert "nightcare done --next" in text_of(written(terminal))
    terminal.have_open("14:00")
    text = text_of(written(terminal))
    assert "nightcare done You have done it." in text
    assert "nightcare snooze 10m" in text
    terminal("pause", "2h")
    text = text_of(written(terminal))
    assert "nightcare resume" in text
    assert "nightcare pause" not in text


def test_every_command_on_it_is_one(terminal: Terminal) -> None:
    """Each can be typed as it stands there."""
    html = written(terminal)
    terminal.have_open("14:00")
    html += written(terminal)
    commands = set(re.findall(r"<code>nightcare ([^<]*)</code>", html))
    assert len(commands) > 10
    for one in commands:
        name, *rest = one.split()
        command = [name, rest[0]] if name in ("config", "cramp") else [name]
        assert terminal(*command, "--help").code == 0, one


def test_it_has_the_schedule_of_a_whole_week(terminal: Terminal) -> None:
    """Days that are alike are together, and the times follow the hours of each."""
    terminal.write(
        '[sleep]\nwake = "07:00"\nbedtime = "22:30"\nsaturday = { wake = "09:00", '
        'bedtime = "00:15" }\n[reminders.bed]\ntopic = "blanket"\nat = "bedtime - 10m"\n'
    )
    text = text_of(written(terminal))
    assert "Monday, Tuesday, Wednesday, Thursday, Friday, Sunday, 07:00 to 22:30" in text
    assert "Saturday, 09:00 to 00:15 Reminder Time bedding 00:05 (after midnight)" in text
    assert "That is 1 reminder a day." in text
    assert "nightcare config edit" in text


def test_tonight_does_not_change_the_schedule(terminal: Terminal) -> None:
    """Another bedtime of one evening is part of today alone."""
    terminal("tonight", "23:30")
    text = text_of(written(terminal))
    today, _, schedule = text.partition("Your schedule")
    assert "23:20 bedding" in today
    assert "bedding 22:20" in schedule


def test_it_has_the_report(terminal: Terminal) -> None:
    """The same as `report --html`, with the notes."""
    terminal("cramp", "add", "--at", "03:10", "--note", "<after> a walk")
    html = written(terminal)
    assert "&lt;after&gt; a walk" in html
    terminal("report", "--html", terminal.home / "report.html")
    report = text_of((terminal.home / "report.html").read_text(encoding="utf-8"))
    for part in ("Nights with cramps", "Night by night", "When to see a health professional"):
        assert part in report
        assert part in text_of(html)


def test_a_text_of_ones_own_is_shown_as_it_is_written(terminal: Terminal) -> None:
    """It is no markup."""
    terminal.write('[reminders.desk]\ntopic = "stretching"\nat = "15:00"\ntext = "<b>Calves</b>"\n')
    html = written(terminal)
    assert "<b>" not in html
    assert "15:00 <b>Calves</b>" in text_of(html)


def test_it_says_when_the_service_does_not_run(terminal: Terminal) -> None:
    """Otherwise everybody would wait for reminders."""
    assert "nightcare is not running" in text_of(written(terminal))


def test_in_danish_it_is_danish(terminal: Terminal) -> None:
    """The language of the page is named for screen readers."""
    terminal("config", "set", "language", "da")
    html = written(terminal)
    assert '<html lang="da">' in html
    text = text_of(html)
    for key in ("home_today", "home_answers", "home_schedule", "page_title"):
        assert read_words("da").text(key) in text
    assert "Søndag 22. november" in text or "søndag den 22. november" in text.lower()


def test_help_with_a_cramp_is_a_page_of_its_own(terminal: Terminal) -> None:
    """All steps of the guidance, in their order, and no plan."""
    text = text_of(written(terminal, "--relief"))
    at = [text.index(one.text) for one in read_words("en").guidance.relief]
    assert at == sorted(at)
    assert "This is general information, not medical advice." in text
    assert "Your schedule" not in text


def test_what_goes_wrong_is_shown_in_the_browser(terminal: Terminal, desktop: Desktop) -> None:
    """The menu of a desktop shows no output of a command."""
    opened = desktop()
    terminal.write('[sleep]\nwake = "<7>"\nbedtime = "22:30"\n')
    result = terminal("page")
    assert result.code == 78
    page = terminal.state / "page.html"
    assert opened.read_text(encoding="utf-8") == page.as_uri()
    html = page.read_text(encoding="utf-8")
    assert "&lt;7&gt;" in html
    assert "sleep.wake" in text_of(html)
    assert page.stat().st_mode & 0o777 == 0o600


def test_it_is_erased_with_the_diary_that_it_shows(terminal: Terminal, desktop: Desktop) -> None:
    """The page of the report is erased as well."""
    desktop()
    terminal("page")
    terminal("report", "--open")
    result = terminal("erase", "--yes")
    assert result.code == 0
    assert list(terminal.state.glob("*.html")) == []
    assert result.out.count("Erased: ") >= 2


def test_the_date_is_that_of_the_care_day(terminal: Terminal) -> None:
    """After midnight the plan is still that of the evening before."""
    terminal.write(
        '[sleep]\nwake = "07:00"\nbedtime = "01:30"\n[reminders.bed]\ntopic = "blanket"\n'
        'at = "bedtime - 10m"\n'
    )
    terminal.now = terminal.at("00:30", TODAY)
    assert "01:20 bedding" in text_of(written(terminal))
