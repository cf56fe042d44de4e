"""Networks of the tests' own: a hub and computers, each in a network namespace (ip-netns(8))."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

import pytest

from parts.processes import find_program

HUB = "10.77.0.1"
"""The address of the hub, which only the computers of the same network reach."""


class Network:
    """A hub with computers, whose cables can be cut.

    Args:
        computers: Their number.
    """

    def __init__(self, computers: int) -> None:
        self._ip = find_program("ip", "iproute2")
        self._names = [f"nightcare{os.getpid()}-{number}" for number in range(computers + 1)]

    def inside(self, number: int) -> tuple[str, ...]:
        """Return what starts a program on a computer; on the hub for 0."""
        return (self._ip, "netns", "exec", self._names[number])

    def cut(self, number: int) -> None:
        """Pull the cable of a computer out of the hub."""
        self._on(0, "link", "set", f"cable{number}", "down")

    def heal(self, number: int) -> None:
        """Plug it in again."""
        self._on(0, "link", "set", f"cable{number}", "up")

    def build(self) -> None:
        """Make the namespaces and the cables."""
        for number, name in enumerate(self._names):
            self._run("netns", "add", name)
            self._on(number, "link", "set", "lo", "up")
        self._on(0, "link", "add", "hub", "type", "bridge")
        self._on(0, "addr", "add", f"{HUB}/24", "dev", "hub")
        self._on(0, "link", "set", "hub", "up")
        for number, name in enumerate(self._names[1:], 1):
            cable = f"cable{number}"
            ends = ("type", "veth", "peer", "name", "cable", "netns", name)
            self._on(0, "link", "add", cable, *ends)
            self._on(0, "link", "set", cable, "master", "hub")
            self._on(0, "link", "set", cable, "up")
            self._on(number, "addr", "add", f"10.77.0.{number + 1}/24", "dev", "cable")
            self._on(number, "link", "set", "cable", "up")

    def remove(self) -> None:
        """Remove the namespaces, with all that is in them."""
        for name in self._names:
            subprocess.run([self._ip, "netns", "del", name], check=False, capture_output=True)

    def _on(self, number: int, *words: str) -> None:
        self._run("-n", self._names[number], *words)

    def _run(self, *words: str) -> None:
        subprocess.run([self._ip, *words], check=True, capture_output=True)


@contextlib.contextmanager
def network(computers: int) -> Iterator[Network]:
    """Make a network of so many computers; skip the test where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces")
    own = Network(computers)
    try:
        own.build()
        yield own
    finally:
        own.remove()
