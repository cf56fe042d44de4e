"""Changes of the program's files under a running service."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.journal.migrations import VERSION


@pytest.fixture
def files(tmp_path: Path) -> ProgramFiles:
    """Make a program of two files."""
    marker, interpreter = tmp_path / "__init__.py", tmp_path / "python"
    marker.write_text("old", encoding="utf-8")
    interpreter.symlink_to(sys.executable)
    found = marker.stat()
    stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    return ProgramFiles(marker, interpreter, stamp)


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
