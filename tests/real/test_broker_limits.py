"""The bridge beside a real mosquitto with narrow limits, and when it leaves one."""

from __future__ import annotations

import pytest

from parts.bridge_program import bridge, end, is_complete, status
from parts.broker import Broker, phone
from parts.home import Home, private_home
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare
from parts.sockets import free_port

pytestmark = pytest.mark.real

NARROW = """
max_inflight_messages 1
max_keepalive 10
max_packet_size 600
"""


def test_what_a_broker_with_narrow_limits_takes_is_published(home: Home, anna: Nightcare) -> None:
    """The bridge stays connected, names what is too large, and takes commands."""
    narrow = Broker(home, free_port())
    narrow.prepare()
    with (narrow.folder / "mosquitto.conf").open("a", encoding="utf-8") as stream:
        stream.write(NARROW)
    try:
        narrow.start()
        anna.configure(LATER, narrow.config())
        with phone(narrow) as one, bridge(anna) as program:
            eventually(lambda: status(anna).refused, HANG_SECONDS, "a report", program)
            wanted = set(status(anna).topics) - set(status(anna).refused)
            eventually(lambda: wanted <= set(one.retained), HANG_SECONDS, "the others", program)
            one.press("pause", "ON")
            eventually(lambda: one.read("state")["paused"], HANG_SECONDS, "a pause", program)
            assert status(anna).connected
            assert end(program) == 0
        log = home.log("bridge").read_text(encoding="utf-8")
        assert log.count("Connected to the MQTT broker") == 1, log
    finally:
        narrow.close()


def test_a_copy_of_this_system_is_reported(broker: Broker, anna: Nightcare) -> None:
    """Two machines with one machine id have one name, and the broker keeps the newer one."""
    anna.configure(LATER, broker.config())
    with private_home() as other:
        copy = Nightcare(other)
        secret = other.path / "mqtt-password"
        secret.touch(mode=0o600)
        secret.write_bytes((broker.home.path / "mqtt-password").read_bytes())
        copy.configure(LATER, broker.config())
        with bridge(anna) as first:
            eventually(lambda: status(anna).connected, HANG_SECONDS, "the first", first)
            with bridge(copy) as second:
                eventually(
                    lambda: status(anna).trouble == "taken_over", HANG_SECONDS, "a report", first
                )
                eventually(lambda: status(copy).connected, HANG_SECONDS, "the second", second)
                # mosquitto 2.0.11 tells neither; each has noticed it when it came back.
                said = anna.command("status", code=69).out
                assert "machine id" in said
                assert "docs/mqtt.md" in said
                assert end(second) == 0
            assert end(first) == 0


@pytest.mark.parametrize("moved", ["person", "address"])
def test_the_topics_of_another_person_or_broker_go(
    broker: Broker, anna: Nightcare, moved: str
) -> None:
    """The bridge clears them at once, and no last will comes back."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one, anna.service() as service, bridge(anna) as program:
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        before = set(one.retained)
        again = broker.config()
        if moved == "person":
            again = again.replace('person = "anna"', 'person = "bo"')
        else:
            again = again.replace(f"port = {broker.port}", f"port = {free_port()}")
        anna.configure(LATER, again)
        service.reload()
        eventually(lambda: not before & set(one.retained), HANG_SECONDS, "them to go", program)
        if moved == "person":
            eventually(lambda: is_complete(one, anna), HANG_SECONDS, "the others", program)
            assert all("bo" in topic for topic in one.retained)
        else:
            eventually(lambda: status(anna).trouble == "closed", HANG_SECONDS, "a try", program)
            assert not one.retained
        assert end(program) == 0
