"""The config that commands use beside a service that has not read the saved one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.terminal import Terminal
from nightcare.config.load import load
from nightcare.desktop.instance_lock import InstanceLock, ServiceRecord
from nightcare.desktop.time_zone import chosen
from nightcare.journal.store import SERVICE_NOTE
from parts.scripts import shell_program

SAVED = '[reminders.lamp]\ntopic = "sleep"\nat = "18:00"\n'
NOT_READ = "has not read the saved config yet"


@pytest.fixture(params=[True, False], ids=["record", "note"])
def lock(
    terminal: Terminal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[InstanceLock]:
    """Take the locks of a running service, on a system with or without a runtime folder."""
    runtime = tmp_path / "runtime"
    if request.param:
        runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    terminal.state.mkdir(parents=True, mode=0o700)
    lock = InstanceLock(terminal.state, runtime if request.param else None)
    assert lock.take()
    yield lock
    lock.release()


def keep(terminal: Terminal, lock: InstanceLock, **status: Any) -> None:
    """Publish what a service publishes that keeps a walk at 17:00."""
    values = json.loads(json.dumps(load(None, {}).values, default=str))
    values["reminders"] = {"walk": {"topic": "exercise", "at": "17:00"}}
    with terminal.journal() as journal:
        note = {"pid": os.getpid(), "config": str(terminal.config), "values": values, **status}
        journal.write_note(SERVICE_NOTE, note)
    lock.publish(ServiceRecord(os.getpid(), terminal.state, terminal.config, {}, bool(status)))


@pytest.mark.parametrize("saved", [SAVED, None])
@pytest.mark.parametrize("status", [{"unread": True}, {"upgrade": "waiting"}])
def test_plan_views_announce_what_the_service_keeps(
    terminal: Terminal, lock: InstanceLock, status: dict[str, Any], saved: str | None
) -> None:
    """The saved config is valid or gone, and the service has not read it."""
    if saved is not None:
        terminal.write(saved)
    keep(terminal, lock, **status)
    following = terminal("next")
    assert following.out == "Next: exercise, 17:00.\n"
    assert NOT_READ in following.err
    for view in (("today",), ("preview", "--days", "1"), ("status",)):
        result = terminal(*view)
        assert "17:00" in result.out
        assert "18:00" not in result.out
        assert "16:00" not in result.out
        assert NOT_READ in result.err


def test_a_change_is_said_to_wait_while_the_service_reads_no_config(
    terminal: Terminal, lock: InstanceLock
) -> None:
    """As while an upgrade waits for the answer to a reminder."""
    terminal.write(SAVED)
    for status, said in (({}, "uses it at once"), ({"upgrade": "waiting"}, "once it can read it")):
        keep(terminal, lock, **status)
        assert said in terminal("config", "set", "sleep.wake", "07:10").out


def test_a_service_that_reads_the_config_changes_nothing(
    terminal: Terminal, lock: InstanceLock
) -> None:
    """A config that was saved a moment ago is announced at once."""
    terminal.write(SAVED)
    keep(terminal, lock)
    result = terminal("next")
    assert "18:00" in result.out
    assert result.err == ""


def test_a_kept_schedule_that_is_the_saved_one_is_not_mentioned(
    terminal: Terminal, lock: InstanceLock
) -> None:
    """As during an upgrade."""
    terminal.write('[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n')
    keep(terminal, lock, upgrade="waiting")
    result = terminal("next")
    assert "17:00" in result.out
    assert result.err == ""


def test_a_kept_schedule_of_a_version_that_cannot_be_read_counts_for_nothing(
    terminal: Terminal, lock: InstanceLock
) -> None:
    """The saved config is all that is known then."""
    terminal.write(SAVED)
    keep(terminal, lock, upgrade="waiting", values={"reminders": {"walk": {"at": "17:00"}}})
    assert "18:00" in terminal("next").out


def test_status_says_that_the_config_was_not_read(terminal: Terminal, lock: InstanceLock) -> None:
    """It has no errors."""
    terminal.write(SAVED)
    keep(terminal, lock, unread=True, mistakes=["config.toml: files of the program are missing"])
    result = terminal("status")
    assert "The saved config was not read; the previous schedule stays active:\n" in result.out
    assert "has errors" not in result.out + result.err
    assert terminal("status", "--json").json["unread"] is True


def test_a_named_config_is_not_replaced_by_the_kept_one(
    terminal: Terminal, lock: InstanceLock
) -> None:
    """It is another than the service's, and a warning says so."""
    named = terminal.write(SAVED, terminal.home / "named.toml")
    keep(terminal, lock, unread=True)
    result = terminal("next", "--config", named)
    assert "18:00" in result.out
    assert NOT_READ not in result.err


def test_a_named_config_that_is_the_one_of_the_service_is_no_other(
    terminal: Terminal, lock: InstanceLock, tmp_path: Path
) -> None:
    """Its path may be written in another way."""
    terminal.write(SAVED)
    (tmp_path / "link").symlink_to(terminal.config.parent)
    keep(terminal, lock)
    for folder in (tmp_path / "link", terminal.config.parent / ".." / terminal.config.parent.name):
        result = terminal("next", "--config", folder / terminal.config.name)
        assert "18:00" in result.out
        assert result.err == ""


@pytest.mark.parametrize("lock", [True], indirect=True)
def test_another_time_zone_than_the_service_has_is_mentioned(
    terminal: Terminal, lock: InstanceLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell may export TZ; a name of the same rules is no other zone."""
    terminal.write(SAVED)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    here = chosen(None)
    record = ServiceRecord(os.getpid(), terminal.state, terminal.config, {})
    with terminal.journal():
        pass
    for theirs in (record, replace(record, zone="Asia/Tokyo"),
                   replace(record, zone="/etc/localtime", zone_rules=here.checksum)):  # fmt: skip
        lock.publish(theirs)
        assert terminal("next").err == ""
    lock.publish(replace(record, zone="Etc/UTC", zone_rules=1))
    result = terminal("next")
    assert result.err.startswith("Your service uses the time zone Etc/UTC; this answer uses Asia/T")
    terminal.write(f'timezone = "Etc/UTC"\n{SAVED}')
    assert terminal("next").err == ""


def test_install_goes_by_the_saved_config(
    terminal: Terminal, lock: InstanceLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service starts with it; an invalid one would end the service that still runs."""
    program = shell_program(terminal.home / "bin" / "systemctl", "exit 0")
    monkeypatch.setenv("PATH", str(program.parent))
    terminal.write("[sleep]\nwake = 7\n")
    keep(terminal, lock)
    assert terminal("install").code == 78
    assert not list(terminal.home.rglob("nightcare.service"))
