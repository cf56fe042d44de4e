"""Output of the commands in Danish: neither it nor the written pages and files have English."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from cli.terminal import Terminal
from parts.english import english_in

PRINTED = [
    "status", "next", "today", "preview --days 2", "why", "causes", "tips", "relief", "report",
    "stretch --list", "config show", "config check", "cramp list", "cramp none", "cramp add",
    "cramp change 1 --leg left", "cramp remove 1", "done", "undo", "skip", "snooze 10m",
    "pause 2h", "resume", "good-night", "tonight 23:30", "tonight 10:30", "try water",
    "done xyzzy", "snooze soon", "pause soon", "preview --from soon", "report --days x",
    "config set sleep.bedtime 25:00", "config unset sleep.xyzzy", "xyzzy", "--xyzzy",
    "cramp add --leg third", "cramp change 7 --leg left", "stretch xyzzy", "tips xyzzy",
    "export --format csv", "erase", "uninstall --purge", "setup", "report --json --open",
]  # fmt: skip
"""Commands with something to print, and mistakes in them."""


@pytest.mark.parametrize("command", PRINTED)
def test_a_command_prints_no_english(terminal: Terminal, command: str) -> None:
    """Neither its result nor its error; what the operating system reports is not ours."""
    terminal.write('language = "da"')
    terminal.have_open("14:00")
    result = terminal(*command.split())
    assert result.out or result.err
    assert english_in(f"{result.out}\n{result.err}") == []


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        ("done vand", "Godt gået: vand."),
        ("snooze vand 10m", "Udsat"),
        ("skip vand i dag", "Sprunget over"),
        ("why vand", "endnu ikke været tid"),
    ],
)
def test_a_dane_types_the_title_that_the_output_shows(
    terminal: Terminal, command: str, printed: str
) -> None:
    """The reminder is called water in the config, and vand on the screen."""
    terminal.write('language = "da"')
    terminal.have_open("14:00")
    result = terminal(*command.split())
    assert result.code == 0, result.err
    assert printed in result.out


def test_english_output_is_found(terminal: Terminal) -> None:
    """Each of these prints an English sentence, which would be found."""
    terminal.have_open("14:00")
    for command in ("status", "causes", "report", "try water", "tips xyzzy", "export --format csv"):
        result = terminal(*command.split())
        assert english_in(f"{result.out}\n{result.err}"), command


@pytest.mark.parametrize("page", ["nightcare.1", "nightcare.toml.5"])
def test_a_manual_page_has_no_english(page: str) -> None:
    """The examples of the config have their comments in Danish, too."""
    folder = Path(__file__).parents[2] / "share" / "man" / "da"
    (path,) = folder.rglob(page)
    text = path.read_text(encoding="utf-8").replace("\\-", "-")
    rest = "\n".join(line for line in text.splitlines() if not line.startswith((".TH", '.\\"')))
    assert len(rest) > 1000
    assert english_in(rest) == []


def test_pages_have_no_english(terminal: Terminal) -> None:
    """The report, the page of today, and the relief card as a page."""
    terminal.write('language = "da"')
    terminal("cramp", "add", "--at", "03:10", "--severity", "severe")
    for command in ("report --html", "page --html", "page --relief --html"):
        path = terminal.home / f"{command.split()[1].strip('-')}.html"
        assert terminal(*command.split(), path, "--yes").code == 0
        page = path.read_text(encoding="utf-8")
        body = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]*>", " ", page, flags=re.DOTALL)
        assert len(body) > 200
        assert english_in(unescape(body)) == [], command


def test_a_written_config_has_no_english(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its comments are in the language of the desktop."""
    monkeypatch.setenv("LANG", "da_DK.UTF-8")
    assert terminal("config", "init").code == 0
    text = terminal.config.read_text(encoding="utf-8")
    comments = "\n".join(re.findall(r"# (?![\w\[\]-]+ *=)(.*)", text))
    assert len(comments) > 500
    assert english_in(comments) == []
