"""Files restored as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.desktop.systemd.file_rollback import FileRollback


def test_everything_is_as_it_was(tmp_path: Path) -> None:
    """Content, mode and links; what was missing is missing, with the folders made for it."""
    file, link, fresh = tmp_path / "file", tmp_path / "link", tmp_path / "a" / "b" / "fresh"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to("file")
    folder = tmp_path / "c" / "state"
    rollback = FileRollback()
    for path in (file, link, fresh):
        rollback.keep(path)
    rollback.keep_folder(folder)
    rollback.keep_folder(tmp_path)
    file.unlink()
    file.write_text("new")
    link.unlink()
    link.write_text("no link")
    fresh.parent.mkdir(parents=True)
    fresh.write_text("fresh")
    folder.mkdir(parents=True)
    (folder / "journal").write_text("")
    rollback.restore()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("old", 0o640)
    assert link.readlink() == Path("file")


def test_what_others_put_there_stays(tmp_path: Path) -> None:
    """A folder that was missing goes only if it is empty."""
    rollback = FileRollback()
    rollback.keep(tmp_path / "folder" / "ours")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "theirs").touch()
    rollback.restore()
    assert (tmp_path / "folder" / "theirs").exists()


def test_a_folder_in_the_place_of_a_file_is_not_removed(tmp_path: Path) -> None:
    """It is somebody's, and could not be restored."""
    (tmp_path / "unit").mkdir()
    rollback = FileRollback()
    with pytest.raises(IsADirectoryError):
        rollback.keep(tmp_path / "unit")
    rollback.restore()
    assert (tmp_path / "unit").is_dir()
