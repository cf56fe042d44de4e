"""Changes of the program's files under a running service."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nightcare
from nightcare.desktop import own_process
from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.journal.migrations import VERSION


@pytest.fixture
def files(tmp_path: Path) -> ProgramFiles:
    """Make a program with a module in a package, and its interpreter."""
    marker, interpreter = tmp_path / "program" / "__init__.py", tmp_path / "python"
    module = marker.parent / "engine" / "undo.py"
    module.parent.mkdir(parents=True)
    marker.write_text("old", encoding="utf-8")
    module.write_text("old", encoding="utf-8")
    interpreter.symlink_to(sys.executable)
    return ProgramFiles.found(marker, interpreter)


def test_files_that_stay_are_unchanged(files: ProgramFiles) -> None:
    """This holds after they were moved away and back."""
    assert files.state() is FilesState.UNCHANGED
    files.marker.rename(files.marker.with_name("away"))
    assert files.state() is FilesState.MISSING
    files.marker.with_name("away").rename(files.marker)
    assert files.state() is FilesState.UNCHANGED


def test_other_files_in_their_place_are_replaced(files: ProgramFiles) -> None:
    """As an installer does it."""
    files.marker.unlink()
    files.marker.write_text("new one", encoding="utf-8")
    assert files.state() is FilesState.REPLACED


def rewrite(module: Path) -> None:
    """Write a file as `git pull` does, with the length that it had."""
    later = module.stat().st_mtime_ns + 1
    module.unlink()
    module.write_text("new", encoding="utf-8")
    os.utime(module, ns=(later, later))


@pytest.mark.parametrize(
    "change",
    [rewrite, lambda module: module.unlink(), lambda module: shutil.rmtree(module.parent),
     lambda module: module.with_name("redo.py").touch()],
)  # fmt: skip
def test_a_change_of_any_module_counts(
    files: ProgramFiles, change: Callable[[Path], object]
) -> None:
    """`git pull` leaves the marker alone where the version is the same."""
    change(files.marker.parent / "engine" / "undo.py")
    assert files.state() is FilesState.REPLACED


def test_compiled_code_and_files_of_an_editor_count_for_nothing(files: ProgramFiles) -> None:
    """Python writes the first of them by itself."""
    for name in ("__pycache__/undo.pyc", "engine/__pycache__/undo.pyc", ".undo.py.swp", "undo.py~"):
        path = files.marker.parent / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert files.state() is FilesState.UNCHANGED
    names = [one.name for one in files.folders() if one.is_relative_to(files.marker.parent)]
    assert sorted(names) == ["engine", "program"]


def test_a_dead_interpreter_counts_as_missing(files: ProgramFiles) -> None:
    """As after an upgrade of the system's Python."""
    files.interpreter.unlink()
    files.interpreter.symlink_to("/nonexistent/python3")
    assert files.state() is FilesState.MISSING


def test_the_files_of_this_process_are_unchanged() -> None:
    """They are what the tests run."""
    files = ProgramFiles.of_this_process()
    assert files.state() is FilesState.UNCHANGED
    assert files.marker.name == "__init__.py"


def test_only_a_program_that_accepts_the_config_can_start(tmp_path: Path) -> None:
    """A restart with a wrong config would end the service."""
    files = ProgramFiles.of_this_process()
    config = tmp_path / "config.toml"
    config.write_text('language = "en"\n', encoding="utf-8")
    assert files.can_start(config, VERSION)
    config.write_text("language = 1\n", encoding="utf-8")
    assert not files.can_start(config, VERSION)


def test_only_a_complete_program_can_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some modules are loaded long after the start, such as the one for undo."""
    package = tmp_path / "nightcare"
    shutil.copytree(
        Path(nightcare.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(own_process, "_PACKAGE", package)
    monkeypatch.setenv("HOME", str(tmp_path))
    files, module = ProgramFiles.of_this_process(), package / "engine" / "undo.py"
    assert files.can_start(None, VERSION)
    text = module.read_text(encoding="utf-8")
    module.write_text(text[: text.index("(")], encoding="utf-8")
    assert not files.can_start(None, VERSION)
    module.unlink()
    assert not files.can_start(None, VERSION)


def test_a_program_that_is_too_old_for_the_journal_cannot_start() -> None:
    """After a downgrade under the running service, a restart would end it."""
    files = ProgramFiles.of_this_process()
    assert files.can_start(None, VERSION)
    assert not files.can_start(None, VERSION + 1)


def test_a_program_without_an_interpreter_cannot_start(tmp_path: Path) -> None:
    """Nothing is raised."""
    files = ProgramFiles(tmp_path / "__init__.py", tmp_path / "python", None)
    assert files.state() is FilesState.MISSING
    assert not files.can_start(None, VERSION)
    assert not os.path.lexists(tmp_path / "python")
