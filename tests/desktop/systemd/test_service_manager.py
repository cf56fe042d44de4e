"""Notifications to systemd."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nightcare.desktop.systemd.service_manager import ServiceManager
from parts.processes import HANG_SECONDS


@pytest.fixture
def manager_socket() -> Iterator[tuple[str, socket.socket]]:
    """Make a datagram socket like systemd's, and return its address."""
    with (
        TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
    ):
        address = str(Path(folder) / "notify")
        ear.bind(address)
        ear.settimeout(HANG_SECONDS)
        yield address, ear


def test_it_tells_what_happens(manager_socket: tuple[str, socket.socket]) -> None:
    """Ready with a status, reloading with its instant, stopping."""
    address, ear = manager_socket
    manager = ServiceManager({"NOTIFY_SOCKET": address})
    manager.ready("3 reminders")
    assert ear.recv(200) == b"READY=1\nSTATUS=3 reminders"
    manager.reloading()
    assert ear.recv(200).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    manager.stopping()
    assert ear.recv(200) == b"STOPPING=1"


def test_an_abstract_address_is_understood() -> None:
    """It begins with @ in the environment, and with NUL in the kernel."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        name = f"nightcare-test-{os.getpid()}"
        ear.bind("\0" + name)
        ear.settimeout(HANG_SECONDS)
        ServiceManager({"NOTIFY_SOCKET": "@" + name}).stopping()
        assert ear.recv(200) == b"STOPPING=1"


def test_without_a_manager_nothing_is_told_and_nothing_fails(tmp_path: Path) -> None:
    """In a terminal, and where the socket has gone."""
    ServiceManager({}).ready("")
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("")


def test_the_watchdog_is_fed_from_the_loop(manager_socket: tuple[str, socket.socket]) -> None:
    """Twice in each interval, and only while the loop turns."""
    address, ear = manager_socket

    async def feed() -> None:
        manager = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"})
        task = asyncio.create_task(manager.feed_watchdog())
        for _ in range(3):
            assert await asyncio.to_thread(ear.recv, 200) == b"WATCHDOG=1"
        task.cancel()

    asyncio.run(feed())


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": "much"},
        {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid() + 1)},
    ],
)
def test_no_watchdog_no_beat(variables: dict[str, str]) -> None:
    """None asked for, none understood, or one that is meant for another process."""

    async def feed() -> None:
        async with asyncio.timeout(10):
            await ServiceManager(variables).feed_watchdog()

    asyncio.run(feed())
