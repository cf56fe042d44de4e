"""One person at three computers with networks of their own, which are cut and healed."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator

import pytest

from parts.broker import Broker, make_certificate
from parts.home import Home
from parts.networks import HUB, Network, network
from parts.processes import HANG_SECONDS, eventually, find_program, running
from parts.program import now, soon
from real.test_sharing import Computer, computer

pytestmark = [pytest.mark.real, pytest.mark.privileged]

COMPUTERS = 3
ROUNDS = 15
HEAL_SECONDS = 300.0
"""TCP sends again after twice the time of before, up to two minutes."""


@pytest.fixture
def computers(home: Home) -> Iterator[tuple[Network, list[Computer]]]:
    """Run a broker and three computers, all of which know each other."""
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(network(COMPUTERS))
        broker = Broker(home, 8883)
        broker.prepare()
        make_certificate(broker.folder, "ca", "server", address=HUB)
        config = broker.folder / "mosquitto.conf"
        text = config.read_text(encoding="utf-8").replace("127.0.0.1", HUB)
        config.write_text(text, encoding="utf-8")
        command = [*own.inside(0), find_program("mosquitto", "mosquitto"), "-c", str(config)]
        stack.enter_context(running(command, home.environment(), home.log("mosquitto")))
        found = [
            stack.enter_context(computer(broker, number, HUB, own.inside(number)))
            for number in range(1, COMPUTERS + 1)
        ]
        for one in found:
            eventually(lambda one=one: _knows_all(one), HANG_SECONDS, "all", one.service.program)  # type: ignore[misc] # bound
        yield own, found


def _knows_all(one: Computer) -> bool:
    known = one.nightcare.json("computers")
    return len(known) == COMPUTERS and all(each["online"] for each in known)


def test_an_answer_crosses_networks_that_are_cut_and_healed(
    computers: tuple[Network, list[Computer]],
) -> None:
    """A click takes the reminder off the others, in the end also where the cable was out."""
    own, found = computers
    due = soon(found[0].nightcare.unhurried(now() - now()))
    for one in found:
        config = one.nightcare.config.read_text(encoding="utf-8")
        water = one.nightcare.reminder("water", due)
        one.nightcare.config.write_text(config + water, encoding="utf-8")
        one.service.reload()
    _wait_for_all(found)

    delays = []
    for number in range(ROUNDS):
        delays += _click(found, number % COMPUTERS)
        found[number % COMPUTERS].nightcare.command("undo")
        _wait_for_all(found)
    print(f"seconds: median {statistics.median(delays):.3f}, worst {max(delays):.3f}")  # noqa: T201 - a figure

    own.cut(1)
    found[1].server.press("Done")
    eventually(found[2].is_clear, HANG_SECONDS, "the connected one")
    assert found[0].shows()
    own.heal(1)
    eventually(found[0].is_clear, HEAL_SECONDS, "the healed one", found[0].service.program)
    found[1].nightcare.command("undo")
    _wait_for_all(found)

    own.cut(1)
    for one in found[:2]:
        one.server.press("Done")
    own.heal(1)
    for one in found:
        eventually(one.is_clear, HEAL_SECONDS, "it to leave", one.service.program)
        one.nightcare.wait_until("water", outcome="done")


def _wait_for_all(found: list[Computer]) -> None:
    for one in found:
        eventually(one.shows, HEAL_SECONDS, "the reminder", one.service.program)


def _click(found: list[Computer], number: int) -> list[float]:
    """Press Done on one; return the seconds until it has left each of the others, from there."""
    found[number].server.press("Done")
    pressed, left = time.monotonic(), dict[int, float]()
    while len(left) < COMPUTERS:
        assert time.monotonic() - pressed < HANG_SECONDS
        for each, one in enumerate(found):
            if each not in left and one.is_clear():
                left[each] = time.monotonic()
        time.sleep(0.01)
    return [at - left[number] for each, at in left.items() if each != number]
