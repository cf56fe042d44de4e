"""One service a user."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nightcare.desktop import instance_lock
from nightcare.desktop.instance_lock import (
    FileLock,
    InstanceLock,
    ServiceRecord,
    home_folder,
    running_service,
    runtime_folder,
    service_runs,
)


def test_a_second_service_does_not_get_the_lock(tmp_path: Path) -> None:
    """It gets the lock once the first has released it."""
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
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
    lock = InstanceLock(tmp_path)
    lock.take()
    assert list(tmp_path.iterdir()) == []
    lock.release()


def test_without_a_folder_the_service_still_runs(tmp_path: Path) -> None:
    """It cannot be locked, and nobody is kept from being reminded."""
    lock = InstanceLock(tmp_path / "missing")
    assert lock.take()
    lock.release()
    assert not service_runs(tmp_path / "missing")


RECORD = ServiceRecord(4711, Path("/home/søren/state"), Path("/home/søren/c.toml"), {"A": "1"})


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """Make a runtime folder."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


def test_commands_find_a_running_service(tmp_path: Path, runtime: Path) -> None:
    """By its record, which counts as long as it runs, and which nobody else can read."""
    variables = {"XDG_RUNTIME_DIR": str(runtime)}
    assert running_service(variables) is None
    lock = InstanceLock(tmp_path, runtime)
    assert lock.take()
    assert running_service(variables) is None
    lock.publish(RECORD)
    assert running_service(variables) == RECORD
    assert (runtime / "nightcare.json").stat().st_mode & 0o777 == 0o600
    shorter = replace(RECORD, state=Path("/s"))
    lock.publish(shorter)
    assert running_service(variables) == shorter
    lock.release()
    assert running_service(variables) is None


def test_a_second_service_with_other_folders_is_refused(tmp_path: Path, runtime: Path) -> None:
    """One service per person, whatever their shells export."""
    first, second = InstanceLock(tmp_path / "one", runtime), InstanceLock(tmp_path / "two", runtime)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_the_state_folder_alone_is_enough_to_refuse(tmp_path: Path, runtime: Path) -> None:
    """As where the runtime folder was made anew; then the record is not held either."""
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path, runtime)
    assert first.take()
    assert not second.take()
    assert running_service({"XDG_RUNTIME_DIR": str(runtime)}) is None
    first.release()
    assert InstanceLock(tmp_path / "other", runtime).take()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "state": "s", "config": "c", "variables": {}}',
     '{"pid": 1, "state": "/s", "config": "/c", "variables": 3}'],
)  # fmt: skip
def test_a_record_that_makes_no_sense_counts_for_nothing(
    tmp_path: Path, runtime: Path, text: str
) -> None:
    """Commands then go by what else they know."""
    lock = InstanceLock(tmp_path, runtime)
    assert lock.take()
    (runtime / "nightcare.json").write_text(text, encoding="utf-8")
    assert running_service({"XDG_RUNTIME_DIR": str(runtime)}) is None
    lock.release()


def test_a_lock_whose_file_is_a_pipe_is_not_held(tmp_path: Path) -> None:
    """It is not waited for."""
    os.mkfifo(tmp_path / "bridge.lock")
    assert not FileLock(tmp_path / "bridge.lock").is_held()


def test_a_pipe_or_a_link_in_its_place_keeps_nobody_waiting(tmp_path: Path, runtime: Path) -> None:
    """The service starts without a record."""
    variables = {"XDG_RUNTIME_DIR": str(runtime)}
    os.mkfifo(runtime / "nightcare.json")
    assert running_service(variables) is None
    lock = InstanceLock(tmp_path, runtime)
    assert lock.take()
    lock.publish(RECORD)
    lock.release()
    (runtime / "nightcare.json").unlink()
    (runtime / "nightcare.json").symlink_to(tmp_path / "target")
    assert lock.take()
    lock.publish(RECORD)
    assert not (tmp_path / "target").exists()
    lock.release()


def test_the_runtime_folder_is_the_persons_own(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's does not count, as under su; nor is one looked for that is named and gone."""
    usual = tmp_path / "user"
    monkeypatch.setattr(instance_lock, "_USUAL", usual)
    assert runtime_folder({"XDG_RUNTIME_DIR": str(runtime)}) == runtime
    assert runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path / "gone")}) is None
    assert runtime_folder({}) is None
    own = usual / str(os.geteuid())
    own.mkdir(parents=True)
    assert runtime_folder({}) == own
    assert runtime_folder({"XDG_RUNTIME_DIR": "relative"}) == own
    monkeypatch.setattr(instance_lock, "_is_foreign", lambda folder: folder == runtime)
    assert runtime_folder({"XDG_RUNTIME_DIR": str(runtime)}) == own


def test_the_home_folder_is_locked_as_well(tmp_path: Path) -> None:
    """A state folder can be removed or replaced under a running service; a home cannot."""
    states = [tmp_path / "one", tmp_path / "two"]
    for state in states:
        state.mkdir()
    first, second = (InstanceLock(state, None, tmp_path) for state in states)
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


BEFORE = """
import os, sys
from pathlib import Path
from nightcare.desktop.instance_lock import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
assert lock.take()
lock.hand_over()
os.execv(sys.executable, [sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""
AFTER = """
import os, sys
from pathlib import Path
from nightcare.desktop.instance_lock import InstanceLock, service_runs
folder = Path(sys.argv[1])
assert service_runs(folder)
before = len(os.listdir("/proc/self/fd"))
first, second = InstanceLock(folder), InstanceLock(folder)
assert first.take()
assert len(os.listdir("/proc/self/fd")) == before
assert not second.take()
first.release()
assert not service_runs(folder)
assert second.take()
"""
"""The program before a restart, and after it."""


def test_a_restart_keeps_the_locks_until_the_new_program_takes_them(tmp_path: Path) -> None:
    """No service can start between them, and nobody sees that none runs."""
    words = [sys.executable, "-c", BEFORE, str(tmp_path), AFTER]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_home_folder_of_another_user_is_not_used() -> None:
    """As under sudo, which may keep HOME."""
    assert home_folder({"HOME": "/nonexistent"}) in {None, Path("/nonexistent")}
    assert home_folder({"HOME": "relative"}) is None
    assert home_folder({}) is None


def test_a_restart_never_lets_go_of_a_lock(tmp_path: Path) -> None:
    """The new program takes over the open files; a second handle shows that it locks none anew."""
    before, after = InstanceLock(tmp_path), InstanceLock(tmp_path)
    assert before.take()
    before.hand_over()
    second = os.dup(int(os.environ["_NIGHTCARE_LOCKS"]))
    assert after.take()
    os.close(second)
    assert service_runs(tmp_path)
    after.release()
    assert not service_runs(tmp_path)
