"""The unit of the bridge in a real `systemd --user`: installed with the service, and taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nightcare.desktop.systemd.unit_file import BRIDGE, NAME
from parts.broker import Broker, phone
from parts.home import Home
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare
from parts.user_manager import UserManager, count_starts, starts, user_manager

pytestmark = pytest.mark.real


@pytest.fixture
def manager(home: Home) -> Iterator[UserManager]:
    """Run the user manager of one person, which counts the starts of the bridge."""
    count_starts(home, BRIDGE)
    with user_manager(home) as own:
        yield own


def test_the_bridge_comes_and_goes_with_the_table(broker: Broker, manager: UserManager) -> None:
    """`install` starts it beside the service; uninstalling leaves nothing at the broker."""
    anna = Nightcare(broker.home)
    anna.configure(LATER)
    anna.command("install")
    units = broker.home.config / "systemd" / "user"
    assert not (units / BRIDGE).exists()
    anna.configure(LATER, broker.config())
    with phone(broker) as one:
        assert str(units / BRIDGE) in anna.command("install").out
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "the bridge")
        assert manager.show(BRIDGE, "ActiveState") == "active"
        assert manager.show(BRIDGE, "RestrictAddressFamilies") == "AF_INET AF_INET6 AF_UNIX"
        assert anna.json("status")["mqtt"]["running"] is True
        assert starts(broker.home, BRIDGE) == 1

        anna.command("install")
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "the bridge")
        assert starts(broker.home, BRIDGE) == 2  # once more, beside the service

        anna.command("uninstall")
        eventually(lambda: not one.retained, HANG_SECONDS, "nothing")
    assert manager.show(BRIDGE, "ActiveState") == "inactive"
    assert manager.show(NAME, "ActiveState") == "inactive"
    assert not (units / BRIDGE).exists()
    assert not list(units.rglob(BRIDGE))
