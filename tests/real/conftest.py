"""Fixtures of tests on the bridge with a real broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parts.broker import Broker, private_broker
from parts.home import Home
from parts.program import Nightcare


@pytest.fixture
def broker(home: Home) -> Iterator[Broker]:
    """Run a broker of the test's own."""
    with private_broker(home) as own:
        yield own


@pytest.fixture
def anna(home: Home) -> Nightcare:
    """Return nightcare for one person, without a desktop."""
    return Nightcare(home)
