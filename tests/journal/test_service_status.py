"""Reading and writing the status of the service."""

from __future__ import annotations

from contextlib import closing

import pytest

from nightcare.journal.service_status import (
    PublishedCondition,
    PublishedEnvironment,
    PublishedZone,
    ServiceStatus,
    parse_status,
    read_status,
    write_status,
)
from nightcare.journal.store import SERVICE_NOTE, Journal

STATUS = ServiceStatus(
    pid=4711,
    version="0.1.0",
    screen="freedesktop",
    notifier="mako 1.10",
    capabilities=("actions", "body"),
    why="bus",
    config="/home/user/.config/nightcare/config.toml",
    values={"sleep": {"wake": "07:00"}},
    mistakes=("config.toml:3: reminders",),
    zone=PublishedZone("Europe/Copenhagen", "link", known=True, lost=False),
    environment=PublishedEnvironment(bus="unix:path=/run/bus", variables=("NIGHTCARE_X",)),
    presence={"idle": PublishedCondition(on=True, by=("a saver",)), "locked": PublishedCondition()},
)


def test_a_status_is_read_as_it_was_written() -> None:
    """Nothing of it is lost on the way through the journal."""
    with closing(Journal.in_memory()) as journal:
        assert read_status(journal) == ServiceStatus()
        write_status(journal, STATUS)
        assert read_status(journal) == STATUS
        write_status(journal, ServiceStatus(pid=1))
        assert read_status(journal) == ServiceStatus(pid=1)


@pytest.mark.parametrize(
    "note",
    [
        {},
        {"zone": None, "presence": [], "environment": "text", "capabilities": None},
        {"future": 1, "mistakes": 3, "presence": 7},
    ],
)
def test_a_note_of_another_version_is_read_as_far_as_it_is_understood(
    note: dict[str, object],
) -> None:
    """An unknown or damaged part of it counts as not published."""
    assert parse_status(note) == ServiceStatus()
    assert parse_status({**note, "pid": 7}).pid == 7


def test_a_damaged_condition_is_left_out() -> None:
    """The other conditions can still be read."""
    presence = {"idle": 3, "locked": {"on": False, "by": ["a saver"]}}
    with closing(Journal.in_memory()) as journal:
        journal.write_note(SERVICE_NOTE, {"presence": presence})
        read = read_status(journal).presence
        assert read == {"locked": PublishedCondition(on=False, by=("a saver",))}
