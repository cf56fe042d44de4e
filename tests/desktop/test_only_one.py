"""One service a user."""

from __future__ import annotations

from pathlib import Path

from nightcare.desktop.only_one import OnlyOne, service_runs


def test_a_second_service_does_not_get_the_lock(tmp_path: Path) -> None:
    """And gets it as soon as the first has let go."""
    first, second = OnlyOne(tmp_path), OnlyOne(tmp_path)
    assert first.take()
    assert service_runs(tmp_path)
    assert not second.take()
    first.release()
    assert not service_runs(tmp_path)
    assert second.take()
    second.release()
    second.release()


def test_it_leaves_no_file_behind(tmp_path: Path) -> None:
    """The lock is on the folder itself."""
    lock = OnlyOne(tmp_path)
    lock.take()
    assert list(tmp_path.iterdir()) == []
    lock.release()


def test_without_a_folder_the_service_still_runs(tmp_path: Path) -> None:
    """It cannot be locked, and nobody is kept from being reminded."""
    lock = OnlyOne(tmp_path / "missing")
    assert lock.take()
    lock.release()
    assert not service_runs(tmp_path / "missing")
