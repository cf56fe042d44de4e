"""A third language is one file, and nothing else."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nightcare import errors
from parts.processes import HANG_SECONDS

PACKAGE = Path(inspect.getfile(errors)).parent
POLISH = 'plural = "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of nightcare with one more language, which has plural forms of its own."""
    shutil.copytree(PACKAGE, tmp_path / "nightcare", ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = tmp_path / "nightcare" / "i18n"
    english = (catalogue / "en.toml").read_text(encoding="utf-8")
    other = english.replace('plural = "n != 1"', POLISH)
    other = other.replace('"{count} day"', '"{count} dzień"')
    other = other.replace('"{count} days"', '"{count} dni", "{count} dni"')
    other = other.replace('title_hydration = "', 'title_hydration = "Woda: ')
    assert other.count('dni"') == 2
    (catalogue / "pl.toml").write_text(other, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run that nightcare, as somebody who has nothing yet."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", "from nightcare.cli.main import main; main()", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        cwd=folder,
        env={
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(folder),
            "TZ": "Europe/Warsaw",
            "LANG": "C.UTF-8",
            **variables,
        },
    )


def test_it_is_spoken_on_a_desktop_that_speaks_it(folder: Path) -> None:
    """Without a word in the config."""
    config = folder / "config.toml"
    config.write_text('[reminders.water]\ntopic = "hydration"\nevery = "2h"\n', encoding="utf-8")
    said = run(folder, "--config", str(config), "report", "--days", "5", LANG="pl_PL.UTF-8")
    assert (said.returncode, said.stderr) == (0, "")
    program = "from nightcare.i18n.translator import words_for as w; import datetime, os;"
    program += "print([w(None, os.environ).length(datetime.timedelta(n)) for n in (1, 3, 5)])"
    spoken = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        env={"PYTHONPATH": str(folder), "LANG": "pl_PL.UTF-8", "PYTHONUTF8": "1"},
    )
    assert spoken.stdout.strip() == "['1 dzień', '3 dni', '5 dni']"


def test_it_can_be_chosen(folder: Path) -> None:
    """In the config, and for one command; what is no language is refused, and it is offered."""
    config = folder / "config.toml"
    config.write_text('language = "pl"\n', encoding="utf-8")
    assert run(folder, "--config", str(config), "config", "check").returncode == 0
    tips = run(folder, "tips", "hydration", "--language", "pl", "--json")
    assert json.loads(tips.stdout)
    config.write_text('language = "pö"\n', encoding="utf-8")
    refused = run(folder, "--config", str(config), "config", "check")
    assert refused.returncode == 78
    assert '"pl"' in refused.stderr


def test_editors_offer_it(folder: Path) -> None:
    """The schema of the config knows it."""
    schema = json.loads(run(folder, "config", "schema").stdout)
    assert schema["properties"]["language"]["enum"] == ["auto", "en", "da", "pl"]


def test_the_page_of_the_report_speaks_it(folder: Path) -> None:
    """The page names the language for screen readers."""
    page = folder / "report.html"
    said = run(folder, "report", "--html", str(page), LANG="pl_PL.UTF-8")
    assert (said.returncode, said.stderr) == (0, "")
    assert '<html lang="pl">' in page.read_text(encoding="utf-8")
