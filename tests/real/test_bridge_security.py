"""The bridge against strange commands and hostile brokers, and its secrets."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parts.bridge_program import bridge, end, is_complete, status
from parts.broker import PASSWORD, Broker, phone
from parts.processes import HANG_SECONDS, eventually, find_program
from parts.program import ALL_WELL, LATER, Nightcare

pytestmark = pytest.mark.real


def test_ten_thousand_strange_commands_have_no_effect(broker: Broker, anna: Nightcare) -> None:
    """Any bytes on any command, also ten megabytes, leave the journal as it was."""
    anna.configure(LATER, broker.config())
    chance = random.Random(18)  # noqa: S311 - the same in each run
    names = ["done", "snooze", "skip", "good_night", "pause", "", "x/y", "D\u00f8ne", "done/"]
    with phone(broker) as one, bridge(anna) as program:
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        root = one.root
        before = one.read("state")
        for number in range(10_000):
            name = chance.choice(names)
            payload = strange(chance)
            one.send(f"{root}/set/{name}" if number % 10 else f"{root}/{name or 'z'}/a", payload)
        one.press("done", b"x" * 10_000_000)
        one.press("pause", "ON")
        eventually(lambda: one.read("state")["paused"], HANG_SECONDS, "the pause", program)
        assert {**one.read("state"), **dict.fromkeys(("paused", "paused_until"))} == {
            **before,
            **dict.fromkeys(("paused", "paused_until")),
        }
        assert end(program) == 0
    assert anna.json("status", code=69)["undo"]["action"] == "pause"
    assert "Traceback" not in anna.home.log("bridge").read_text(encoding="utf-8")


def strange(chance: random.Random) -> bytes:
    """Return a payload that is no command."""
    kinds: list[Callable[[], bytes]] = [
        lambda: chance.randbytes(chance.randrange(200)),
        lambda: b'{"key":' + str(chance.randrange(10**9)).encode() + b"}",
        lambda: json.dumps({"key": f"{chance.getrandbits(64):016x}"}).encode(),
        lambda: b"[" * chance.randrange(3000),
        lambda: b"press" + b" " * chance.randrange(3),
        lambda: json.dumps({"key": ["a"], "word": "PRESS"}).encode(),
        lambda: b"",
    ]
    return chance.choice(kinds)()


@contextlib.contextmanager
def hostile(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on loopback, and do this to whoever connects; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()
        links: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    link, _ = server.accept()
                    links.append(link)
                    threading.Thread(target=attempt, args=(link,), daemon=True).start()

        def attempt(link: socket.socket) -> None:
            with contextlib.suppress(OSError):
                behave(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)
            for link in links:
                link.close()
            thread.join(HANG_SECONDS)


CONNACK = b"\x20\x03\x00\x00\x00"
PUBLISH = b"\x30"


def garbage(link: socket.socket) -> None:
    """Answer with bytes that are no MQTT."""
    link.sendall(random.Random(5).randbytes(4096))  # noqa: S311 - likewise
    link.recv(1)


def giant(link: socket.socket) -> None:
    """Accept, then send a message of ten megabytes on a topic that is no UTF-8, and leave."""
    link.recv(4096)
    body = b"\x00\x02\xff\xfe\x00" + b"x" * 10_000_000
    link.sendall(CONNACK + b"\x30" + length_of(len(body)) + body)
    link.close()


def length_of(number: int) -> bytes:
    """Return the length of a packet as MQTT writes it."""
    found = bytearray()
    while True:
        number, low = divmod(number, 128)
        found.append(low | (128 if number else 0))
        if not number:
            return bytes(found)


class Flood:
    """A broker that accepts, then sends small messages without an end.

    Attributes:
        sent: The messages that were taken.
    """

    def __init__(self) -> None:
        self.sent = 0

    def __call__(self, link: socket.socket) -> None:
        """Do it to whoever has connected."""
        link.recv(4096)
        link.sendall(CONNACK)
        while True:
            link.sendall(PUBLISH + length_of(1004) + b"\x00\x01a\x00" + b"x" * 1000)
            self.sent += 1


@pytest.mark.parametrize("behave", [garbage, giant])
def test_a_hostile_broker_is_left_and_the_service_never_notices(
    behave: Callable[[socket.socket], None], anna: Nightcare
) -> None:
    """The bridge goes on, says so, and tries again later."""
    with hostile(behave) as port:
        anna.configure(LATER, f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\ninsecure = true\n')
        with anna.service() as service, bridge(anna) as program:
            eventually(
                lambda: status(anna).trouble, HANG_SECONDS, "a report", program, service.program
            )
            assert status(anna).trouble in {"garbage", "left", "lost"}
            assert end(program) == 0
    assert "Traceback" not in anna.home.log("bridge").read_text(encoding="utf-8")
    assert "Traceback" not in service.log()


def test_a_flood_keeps_the_bridge_busy_and_not_stuck(anna: Nightcare) -> None:
    """It still ends when it is asked to, and the journal is as it was."""
    flood = Flood()
    with hostile(flood) as port:
        anna.configure(LATER, f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\ninsecure = true\n')
        with bridge(anna) as program:
            # More than all buffers on the way hold.
            eventually(lambda: flood.sent > 20_000, HANG_SECONDS, "it to read", program)
            assert end(program) == 0
    assert "Traceback" not in anna.home.log("bridge").read_text(encoding="utf-8")


def test_without_the_table_only_sockets_of_this_computer_are_opened(
    anna: Nightcare, tmp_path: Path
) -> None:
    """Neither the service nor the bridge opens any other, and no library for MQTT is loaded."""
    anna.configure(LATER)
    traced = tmp_path / "trace"
    tool = find_program("strace", "strace")
    strace = (tool, "-D", "-f", "-qq", "-e", "trace=socket", "-o", str(traced))
    with Nightcare(anna.home, within=strace).service() as service:
        assert "paho" not in Path(f"/proc/{service.program.pid}/maps").read_text(encoding="utf-8")
        service.end()
    anna_bridge = Nightcare(anna.home)
    with bridge(anna_bridge, *strace[:-1], f"{traced}.bridge") as program:
        assert program.process.wait(HANG_SECONDS) == 78
    for path in (traced, Path(f"{traced}.bridge")):
        calls = [one for one in path.read_text(encoding="utf-8").splitlines() if "socket(" in one]
        assert [one for one in calls if "AF_UNIX" not in one] == []
    assert "socket(AF_UNIX" in traced.read_text(encoding="utf-8")


def test_the_password_is_nowhere_but_in_its_file(broker: Broker, anna: Nightcare) -> None:
    """It is in no log, no export, no `config show`, no environment and no process list."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one, anna.service() as service, bridge(anna) as program:
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        said = [
            anna.command("config", "show").out,
            anna.command("export").out,
            anna.command("status", "--json").out,
            anna.command("doctor", "--json", code=ALL_WELL).out,
            service.log(),
        ]
        said += [
            Path(f"/proc/{program.pid}/{name}").read_text(encoding="utf-8")
            for name in ("cmdline", "environ")
        ]
        assert end(program) == 0
    said.append(anna.home.log("bridge").read_text(encoding="utf-8"))
    for text in said:
        assert PASSWORD not in text
    for path in anna.state.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
