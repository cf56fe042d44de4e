"""Reads of regular files that never wait."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path
from socket import AF_UNIX, socket

import pytest

from nightcare.regular_file import read_regular


def test_content_is_read_up_to_a_length(tmp_path: Path) -> None:
    """The content may need several reads, and the path may be a link."""
    file, link = tmp_path / "file", tmp_path / "link"
    content = os.urandom(600_000)
    file.write_bytes(content)
    link.symlink_to(file)
    assert read_regular(file) == content
    assert read_regular(str(link), 500_000) == content[:500_000]
    assert read_regular(link, 700_000) == content


def special(folder: Path, kind: str) -> Path:
    """Make a link to what is no regular file."""
    path, link = folder / "special", folder / "link"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with closing(socket(AF_UNIX)) as bound:
                bound.bind(str(path))
        case _:
            path = Path(kind)
    link.symlink_to(path)
    return link


@pytest.mark.parametrize(
    "kind", ["pipe", "socket", "/dev/zero", "/dev/null", "/dev/random", "/proc/self/environ",
             "/proc/self/mem", "/proc/kmsg", "/sys/kernel/mm/transparent_hugepage/enabled"],
)  # fmt: skip
def test_what_may_block_or_never_end_is_refused(tmp_path: Path, kind: str) -> None:
    """Nothing of it is read."""
    path = special(tmp_path, kind)
    if not path.exists():
        pytest.skip(f"no {kind} here")
    with pytest.raises(OSError, match="No such device or address") as caught:
        read_regular(path, 1)
    assert caught.value.errno == errno.ENXIO


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    """Each has the system's own error."""
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "missing")


def test_a_file_that_has_nothing_to_read_yet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a file system of the kernel that is mounted elsewhere: reading it would wait."""
    file, (ours, theirs) = tmp_path / "file", os.pipe()
    file.write_bytes(b"")
    os.set_blocking(ours, False)
    regular = file.stat()
    monkeypatch.setattr(os, "open", lambda *_: ours)
    monkeypatch.setattr(os, "fstat", lambda _: regular)
    try:
        with pytest.raises(OSError, match="No such device or address"):
            read_regular(file)
    finally:
        os.close(theirs)
