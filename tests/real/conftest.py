"""Fixtures of several tests with real programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parts.broker import Broker, private_broker
from parts.home import Home
from parts.program import Nightcare
from parts.user_manager import UserManager, user_manager


@pytest.fixture
def broker(home: Home) -> Iterator[Broker]:
    """Run a broker of the test's own."""
    with private_broker(home) as own:
        yield own


@pytest.fixture
def anna(home: Home) -> Nightcare:
    """Return nightcare for one person, without a desktop."""
    return Nightcare(home)


@pytest.fixture
def manager(home: Home) -> Iterator[UserManager]:
    """Run the user manager of one person; its log has the output of the service."""
    with user_manager(home) as own:
        yield own
