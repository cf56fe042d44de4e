"""The report as a page, from the command line: where it goes, who may read it, what is shown."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.talk import answered, left_loaded
from cli.terminal import Result, Terminal
from nightcare.domain.delivery import Closed, Outcome
from nightcare.i18n.translator import read_words
from nightcare.languages import languages
from nightcare.paths import PAGES, own_page
from parts.scripts import shell_program

Desktop = Callable[[str], Path]


@pytest.fixture
def desktop(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """Return a screen, and a program that opens files and records its first argument."""

    def install(ending: str) -> Path:
        opened = terminal.home / "opened"
        script = f'printf "%s" "$1" > "{opened}"\n{ending}'
        program = shell_program(terminal.home / "bin" / "xdg-open", script)
        monkeypatch.setenv("PATH", str(program.parent))
        monkeypatch.setenv("DISPLAY", ":77")
        return opened

    return install


def mode(path: Path) -> int:
    """Return the mode of a file or folder."""
    return path.stat().st_mode & 0o777


def printed(result: Result) -> list[list[str]]:
    """Return the words of each line of the terminal's report."""
    return [line.split() for line in result.out.splitlines()]


# Where it goes


def test_the_page_is_written_where_the_person_wants_it(terminal: Terminal) -> None:
    """They alone can read it, and it says where it is."""
    place = terminal.home / "report.html"
    result = terminal("report", "--html", place)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Wrote {place}; only you can read it.\n"
    assert mode(place) == 0o600
    text = place.read_text(encoding="utf-8")
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert text.endswith("</html>")


def test_a_file_that_is_there_is_replaced_whole_and_closed_to_others(terminal: Terminal) -> None:
    """Nothing is left beside it, and who has the old one open keeps the old one."""
    place = terminal.home / "report.html"
    place.write_text("x" * 1_000_000, encoding="utf-8")
    place.chmod(0o644)
    before = set(terminal.home.iterdir())
    with place.open(encoding="utf-8") as old:
        assert terminal("report", "--html", place, "--yes").code == 0
        assert old.read(3) == "xxx"
    assert mode(place) == 0o600
    assert "x" * 9 not in place.read_text(encoding="utf-8")
    assert set(terminal.home.iterdir()) - before == {terminal.state.parent}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("command", ["report", "page"])
@pytest.mark.parametrize("answer", ["", "n", "y", "ja"])
def test_another_file_is_overwritten_only_after_asking(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    language: str,
    answer: str,
) -> None:
    """Enter alone keeps it."""
    translator = read_words(language)
    terminal.write(f'language = "{language}"')
    place = terminal.home / "letter.html"
    place.write_text("a letter", encoding="utf-8")
    question = translator.text("page_exists", path=place)
    result = answered(terminal, monkeypatch, [(question, answer)], command, "--html", place)
    overwritten = answer in ("y", "ja")
    key = "did_export" if overwritten else "page_kept"
    assert result.out.endswith(f"{translator.text(key, path=place)}\n")
    assert result.code == (0 if overwritten else 1)
    assert (place.read_text(encoding="utf-8") == "a letter") is not overwritten


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("command", ["report", "page"])
def test_another_file_is_kept_where_nobody_can_be_asked(
    terminal: Terminal, command: str, language: str
) -> None:
    """The error names the option that overwrites it."""
    terminal.write(f'language = "{language}"')
    place = terminal.home / "letter.html"
    place.write_text("a letter", encoding="utf-8")
    result = terminal(command, "--html", place)
    said = read_words(language).text("error_page_would_overwrite", path=place)
    assert (result.code, result.out, result.err) == (2, "", f"{said}\n")
    assert "--yes" in said
    assert place.read_text(encoding="utf-8") == "a letter"
    assert terminal(command, "--html", place, "--yes").code == 0
    assert place.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_that_is_kept_is_not_opened(
    terminal: Terminal, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another file."""
    opened = desktop("exit 0")
    place = terminal.home / "letter.html"
    place.write_text("a letter", encoding="utf-8")
    script = [("Overwrite it?", "n")]
    assert answered(terminal, monkeypatch, script, "report", "--html", place, "--open").code == 1
    assert not opened.exists()


@pytest.mark.parametrize("name", PAGES)
def test_nightcares_own_page_is_overwritten_unasked(terminal: Terminal, name: str) -> None:
    """Naming it changes nothing."""
    terminal("report")
    place = own_page(terminal.state, name)
    place.write_text("the last page", encoding="utf-8")
    assert terminal(name, "--html", place).code == 0
    assert place.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_name_alone_is_a_file_of_this_folder(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output names the folder."""
    monkeypatch.chdir(terminal.home)
    result = terminal("report", "--html", "mine.html")
    assert result.out == f"Wrote {terminal.home / 'mine.html'}; only you can read it.\n"


def test_the_page_in_danish(terminal: Terminal) -> None:
    """The messages about it are in Danish too."""
    terminal.write('language = "da"')
    place = terminal.home / "rapport.html"
    assert terminal("report", "--html", place).out == f"{place} er skrevet; kun du kan læse den.\n"
    assert '<html lang="da">' in place.read_text(encoding="utf-8")


def test_so_many_nights(terminal: Terminal) -> None:
    """As in the terminal."""
    place = terminal.home / "report.html"
    assert terminal("report", "--html", place, "--days", "3").code == 0
    text = place.read_text(encoding="utf-8")
    assert "Diary from Thursday 19 November 2026 to Saturday 21 November 2026" in text
    assert text[text.index('class="months') :].count('<span class="number">') == 3


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("place", ["nowhere/report.html", "a-file/report.html"])
def test_a_folder_that_is_missing_is_told(terminal: Terminal, place: str, language: str) -> None:
    """In a sentence, and none is made."""
    terminal.write(f'language = "{language}"')
    (terminal.home / "a-file").touch()
    path = terminal.home / place
    result = terminal("report", "--html", path)
    said = read_words(language).text(
        "error_page_folder_missing", folder=path.parent, option="--html"
    )
    assert (result.code, result.out, result.err) == (1, "", f"{said}\n")
    assert not (terminal.home / "nowhere").exists()


@pytest.mark.parametrize("place", [".", "/proc/report.html"])
def test_a_place_that_cannot_be_written_is_told(terminal: Terminal, place: str) -> None:
    """A folder is not replaced, and where the system refuses, it says why."""
    path = terminal.home / place
    result = terminal("report", "--html", path)
    assert (result.code, result.out) == (1, "")
    assert re.fullmatch(
        rf"{re.escape(str(path))} cannot be written: [A-Z].+\. "
        r"Choose another place with --html\.\n",
        result.err,
    )


def test_a_report_is_a_page_or_json(terminal: Terminal) -> None:
    """A mistake in the usage; nothing is written."""
    place = terminal.home / "report.html"
    for arguments in (("--html", place), ("--open",)):
        result = terminal("report", "--json", *arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("A report is either a page or JSON.")
    assert not place.exists()


# The extra


@pytest.mark.parametrize("missing", ["jinja2", "markupsafe"])
def test_without_the_extra_it_says_how_to_add_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The report in the terminal works without it."""
    monkeypatch.setitem(sys.modules, missing, None)
    place = terminal.home / "report.html"
    result = terminal("report", "--html", place)
    assert (result.code, result.out) == (1, "")
    assert "`pipx inject nightcare jinja2`" in result.err
    assert "`pip install 'nightcare[report]'`" in result.err
    assert not place.exists()
    assert terminal("report").code == 0


def test_the_terminal_does_not_import_the_extra(environment: dict[str, str]) -> None:
    """The code of the page is not imported either."""
    found = left_loaded(environment, "report", "report --json")
    unwanted = ("jinja2", "markupsafe", "nightcare.report_html", "webbrowser")
    assert [one for one in found if one.startswith(unwanted)] == []


# Opening


def test_open_shows_it_from_a_private_place(terminal: Terminal, desktop: Desktop) -> None:
    """In the folder of the journal, which nobody else may look into."""
    opened = desktop("exit 0")
    result = terminal("report", "--open")
    page = terminal.state / "report.html"
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"Wrote {page}; only you can read it.\n"
        "Opened it in your browser. If your browser cannot read that folder, choose another "
        "file with --html.\n"
    )
    assert opened.read_text(encoding="utf-8") == page.as_uri()
    assert (mode(page), mode(terminal.state)) == (0o600, 0o700)


def test_open_shows_the_file_that_is_named(terminal: Terminal, desktop: Desktop) -> None:
    """A browser that may not read every folder can read there."""
    opened = desktop("exit 0")
    place = terminal.home / "my report.html"
    assert terminal("report", "--html", place, "--open").code == 0
    assert opened.read_text(encoding="utf-8") == place.as_uri()
    assert not (terminal.state / "report.html").exists()


@pytest.mark.parametrize("language", ["en", "da"])
def test_without_a_browser_it_says_where_the_page_is(
    terminal: Terminal, desktop: Desktop, language: str
) -> None:
    """The page exists without a screen or a browser."""
    terminal.write(f'language = "{language}"')
    page = terminal.state / "report.html"
    said = read_words(language).text("error_no_browser", path=page)
    result = terminal("report", "--open")
    assert (result.code, result.err) == (1, f"{said}\n")
    assert page.exists()
    desktop("exit 3")
    assert terminal("report", "--open").err == f"{said}\n"


def test_erasing_everything_erases_that_page(terminal: Terminal) -> None:
    """It is made of the diary; a file that the person named is theirs to keep."""
    own = terminal.home / "own.html"
    terminal("report", "--html", own)
    terminal("report", "--open")
    page = terminal.state / "report.html"
    result = terminal("erase", "--yes")
    assert result.code == 0
    assert f"Erased: {page}, the page of your last report.\n" in result.out
    assert not page.exists()
    assert own.exists()
    assert "the page" not in terminal("erase", "--yes").out


# The same as the terminal


def test_the_page_says_what_the_terminal_says(terminal: Terminal) -> None:
    """Every figure that the terminal prints stands on the page, under the same words."""
    for number in (1, 2, 9, 10, 11, 12):
        terminal("cramp", "none", "--night", f"2026-11-{number:02}")
    terminal("cramp", "add", "--at", "2026-11-14T03:10", "--severity", "mild")
    terminal("cramp", "add", "--at", "2026-11-13T23:50", "--severity", "severe")
    terminal("cramp", "add", "--at", "2026-11-20T12:00")
    terminal.have(terminal.delivery(), Closed(Outcome.DONE, terminal.now))
    place = terminal.home / "report.html"
    # With today's reminder: its care day is only in the report once tonight is.
    terminal("cramp", "add", "--at", "2026-11-22T14:00")
    assert terminal("report", "--html", place).code == 0
    html = place.read_text(encoding="utf-8")
    body = html[html.index("<body>") :]
    flat = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    told = terminal("report", "--json").json
    for name, label in (
        ("nights_with_cramps", "Nights with cramps"),
        ("nights_without", "Nights without cramps"),
        ("nights_not_recorded", "Nights with nothing recorded"),
        ("cramps_by_day", "Cramps by day"),
    ):
        assert f"{label} {told[name]}" in flat
    for severity, count in told["worst"].items():
        assert f"{severity} {count}" in flat
    for hours in told["hours"]:
        assert f"{hours['from']}\N{EN DASH}{hours['to']} {hours['cramps']}" in flat
    lines = printed(terminal("report"))
    (head,) = (at for at, line in enumerate(lines) if line[:2] == ["Week", "from"])
    weeks = lines[head + 1 : lines.index([], head)]
    assert len(weeks) == len(told["weeks"]) == 5
    for day, month, *figures in weeks:
        assert re.search(rf"{day} {month} \d {' '.join(figures)}", flat)
