"""Fixtures of tests: a home, buses and a display of their own."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from parts.bus import PrivateBus, private_bus
from parts.display import Display, virtual_display
from parts.home import Home, private_home
from parts.journals import close_journals


@pytest.fixture
def home() -> Iterator[Home]:
    """Make a home of the test's own, without a bus or a display."""
    with private_home() as own:
        yield own


@pytest.fixture
def bus(home: Home) -> Iterator[PrivateBus]:
    """Run a session bus of the test's own."""
    with private_bus(home) as own:
        yield own


@pytest.fixture
def system(home: Home) -> Iterator[PrivateBus]:
    """Run a system bus of the test's own."""
    with private_bus(home, name="system") as own:
        yield own


@pytest.fixture
def display(home: Home) -> Iterator[Display]:
    """Run a display of the test's own."""
    with virtual_display(home) as own:
        yield own


@pytest.fixture(autouse=True)
def no_journal_stays_open() -> Iterator[None]:
    """Close the journals in memory that a test made in passing."""
    yield
    close_journals()


@pytest.fixture
def nothing_goes_wrong_unseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if a task dies alone, which asyncio reports only in its log."""
    yield
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
