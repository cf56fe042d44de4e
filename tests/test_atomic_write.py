"""Replacing a file whole."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nightcare
from nightcare.atomic_write import file_lock, replace_entry, replace_file

SOURCE = Path(nightcare.__file__).parents[1]


def names(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return sorted(one.name for one in folder.iterdir())


def mode(path: Path) -> int:
    """Return the mode of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Its folders are created."""
    path = tmp_path / "deep" / "er" / "file"
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert names(path.parent) == ["file"]


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o664, 0o400])
def test_the_mode_stays(tmp_path: Path, wanted: int) -> None:
    """The umask of the process makes no difference."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(wanted)
    replace_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", wanted)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind it, through another link, is replaced."""
    target, link, way = tmp_path / "dotfiles" / "file", tmp_path / "link", tmp_path / "way"
    target.parent.mkdir()
    target.write_bytes(b"old")
    way.symlink_to(Path("dotfiles", "file"))
    link.symlink_to(way)
    replace_file(link, b"new")
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert way.is_symlink()
    assert names(target.parent) == ["file"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    """The target of a link, such as /dev/null, is not replaced either."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link, tmp_path):
        with pytest.raises(PermissionError):
            replace_file(path, b"new")
    assert pipe.is_fifo()
    assert names(tmp_path) == ["link", "pipe"]


def test_a_disk_that_is_full_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left beside it."""
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_kill_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    """At whatever step it comes."""
    path = tmp_path / "file"
    for step in ("write", "fsync", "replace"):
        path.write_bytes(b"old")
        script = (
            "import os, pathlib, signal, sys\n"
            "from nightcare.atomic_write import replace_file\n"
            "def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
            f"if {step!r} == 'write': os.fdopen = die\n"
            f"if {step!r} == 'fsync': os.fsync = die\n"
            f"if {step!r} == 'replace': pathlib.Path.replace = die\n"
            "replace_file(pathlib.Path(sys.argv[1]), b'new')\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", script, str(path)],
            env={"PYTHONPATH": str(SOURCE)},
            timeout=60,
            check=False,
        )
        assert result.returncode == -9
        assert path.read_bytes() == b"old"


@pytest.mark.parametrize("write", [replace_file, replace_entry])
def test_the_next_write_removes_what_a_kill_left_behind(
    tmp_path: Path, write: Callable[[Path, Any], None]
) -> None:
    """Not the file of a writer at work, nor one with a name of another form."""
    names_there = [".file.0123456789ab", ".file.ba9876543210", ".file.swp", ".other.0123456789ab"]
    for name in names_there:
        (tmp_path / name).write_bytes(b"")
    for name in names_there[1:]:
        os.utime(tmp_path / name, (0, 0))
    write(tmp_path / "file", b"new" if write is replace_file else "new")
    assert names(tmp_path) == [".file.0123456789ab", ".file.swp", ".other.0123456789ab", "file"]


def test_whoever_asks_is_alone_with_a_file(tmp_path: Path) -> None:
    """Concurrent writes, one after another, are all there in the end."""
    path = tmp_path / "file"
    path.write_bytes(b"")
    script = (
        "import pathlib, sys\n"
        "from nightcare.atomic_write import file_lock, replace_file\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "for _ in range(20):\n"
        "    with file_lock(path):\n"
        "        replace_file(path, path.read_bytes() + b'.')\n"
    )
    them = [
        subprocess.Popen([sys.executable, "-c", script, str(path)], env={"PYTHONPATH": str(SOURCE)})
        for _ in range(3)
    ]
    assert [one.wait(60) for one in them] == [0, 0, 0]
    assert path.read_bytes() == b"." * 60


def test_nobody_is_kept_from_a_file_that_is_not_there(tmp_path: Path) -> None:
    """For there is nothing to read."""
    with file_lock(tmp_path / "file"):
        assert names(tmp_path) == []


def test_an_entry_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder has its name."""
    (tmp_path / "nightcare.service").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_entry(tmp_path / "nightcare.service", "[Unit]")
    assert [one.name for one in tmp_path.iterdir()] == ["nightcare.service"]


def test_an_entry_is_never_written_through_a_link(tmp_path: Path) -> None:
    """Neither through one in its own place nor through one that looks like its new content."""
    precious, unit = tmp_path / "precious", tmp_path / "nightcare.service"
    precious.write_text("precious")
    for link in (unit, tmp_path / "nightcare.new"):
        link.symlink_to(precious)
    replace_entry(unit, "[Unit]")
    assert precious.read_text() == "precious"
    assert (unit.is_symlink(), unit.read_text()) == (False, "[Unit]")
