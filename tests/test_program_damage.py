"""Commands and the service beside program files that are missing or damaged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nightcare
from nightcare import program_damage
from nightcare.i18n.translator import read_words
from parts.scripts import shell_program

PACKAGE = Path(nightcare.__file__).parent
REMINDERS = "domain/reminders.py"


def cut_off(file: Path) -> None:
    """Leave half a statement, as a full disk does."""
    file.write_text("from nightcare.d", encoding="utf-8")


def fill_with_zeros(file: Path) -> None:
    """Leave no text, as a power loss does on some file systems."""
    file.write_bytes(bytes(512))


def use_another_version(file: Path) -> None:
    """Use a name that an older version does not have."""
    file.write_text("from nightcare import errors\nerrors.Unheard\n", encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Make a copy of the package, which a test may damage."""
    folder = tmp_path / "program" / "nightcare"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the copy, with a home of its own."""
    home = copy.parents[1]
    return subprocess.run(
        [sys.executable, "-P", "-m", *words],
        env={
            "PYTHONPATH": str(copy.parent),
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PATH": f"{home}/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("program", ["nightcare next", "nightcare.service", "nightcare.bridge"])
@pytest.mark.parametrize(
    ("file", "damage"),
    [
        (REMINDERS, Path.unlink),
        (REMINDERS, Path.touch),
        (REMINDERS, cut_off),
        (REMINDERS, fill_with_zeros),
        (REMINDERS, use_another_version),
        ("config.example.toml", Path.unlink),
    ],
)
def test_damaged_files_have_a_sentence(
    copy: Path, file: str, damage: Callable[[Path], None], program: str
) -> None:
    """There is no traceback, and the sentence says what to do."""
    if damage is Path.touch:
        (copy / file).unlink()
    damage(copy / file)
    result = run(copy, *program.split())
    assert (result.returncode, result.stdout) == (1, "")
    assert "missing or damaged" in result.stderr
    assert "pipx reinstall" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_module_of_a_command_is_damaged(copy: Path) -> None:
    """Click finds no command there."""
    (copy / "cli" / "status.py").write_text("", encoding="utf-8")
    result = run(copy, "nightcare", "status")
    assert result.returncode == 1
    assert "status has no status_command" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_module_of_the_service_is_damaged(copy: Path) -> None:
    """Such a program is not restarted after an upgrade either."""
    (copy / "service" / "app.py").write_text("", encoding="utf-8")
    code = "from nightcare.service.startup import load_code; load_code()"
    assert "cannot import name 'ServiceApp'" in run(copy, "timeit", "-n1", "-r1", code).stderr


@pytest.mark.parametrize("file", ["nightcare.service", "nightcare.svg"])
def test_a_template_that_is_missing_is_no_fault_of_the_place_it_is_for(
    copy: Path, file: str
) -> None:
    """`install` changes nothing."""
    shell_program(copy.parents[1] / "bin" / "systemctl", "")
    (copy / file).unlink()
    before = sorted(copy.parents[1].glob(".*"))
    result = run(copy, "nightcare", "install")
    assert (result.returncode, result.stdout) == (1, "")
    assert "missing or damaged" in result.stderr
    assert str(copy / file) in result.stderr
    assert sorted(copy.parents[1].glob(".*")) == before


def test_damage_is_reported_in_english_without_the_texts(copy: Path) -> None:
    """The catalogue is one of the files."""
    shutil.rmtree(copy / "i18n")
    result = run(copy, "nightcare", "next")
    assert result.returncode == 1
    assert result.stderr.startswith("A file of nightcare or of its libraries is missing or damaged")
    assert "Traceback" not in result.stderr


def test_the_sentence_for_a_damaged_catalogue_is_that_of_the_catalogue() -> None:
    """Without the catalogue it is printed in English."""
    assert read_words("en").texts["error_program_damaged"] == program_damage._ENGLISH
