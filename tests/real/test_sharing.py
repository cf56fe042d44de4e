"""One person at several computers: real services, bridges and notification servers, one broker."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nightcare.journal.journal_files import journal_files
from parts.broker import Broker, Phone, phone, private_broker
from parts.bus import private_bus
from parts.display import virtual_display
from parts.home import Home, private_home
from parts.mounts import with_mounts
from parts.processes import HANG_SECONDS, Program, eventually, running
from parts.program import LATER, PROGRAM, Nightcare, Service, now, soon
from parts.servers import Dunst, dunst

pytestmark = [pytest.mark.real, pytest.mark.privileged]

COMPUTERS = 2


@dataclass(frozen=True)
class Computer:
    """A computer of the person, with a session, a service and a bridge of its own."""

    nightcare: Nightcare
    server: Dunst
    service: Service

    def shows(self) -> bool:
        """Return whether the reminder is on the screen."""
        return any("water" in one.title for one in self.server.shown())

    def is_clear(self) -> bool:
        """Return whether the reminder is not on the screen."""
        return not self.shows()


@pytest.fixture
def broker(home: Home) -> Iterator[Broker]:
    """Run a broker of the test's own."""
    with private_broker(home) as own:
        yield own


@contextlib.contextmanager
def bridge(person: Nightcare, number: int, inside: tuple[str, ...] = ()) -> Iterator[Program]:
    """Run a bridge that takes this machine for another one, `inside` another network."""
    identity = person.home.aside / "machine-id"
    identity.write_text(f"{number:032x}\n", encoding="utf-8")
    alone = with_mounts(f'mount --bind "{identity}" /etc/machine-id')
    command = [*inside, *alone, PROGRAM[0], "-m", "nightcare.bridge"]
    with running(command, person.home.environment(), person.home.log("bridge")) as program:
        yield program


@contextlib.contextmanager
def computer(
    broker: Broker, number: int, host: str = "127.0.0.1", inside: tuple[str, ...] = ()
) -> Iterator[Computer]:
    """Run one computer of the person; its bridge `inside` a network where the broker is `host`."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        dunst(display, bus, home) as server,
    ):
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        person = Nightcare(home, session)
        # The config names the file with the password in the home of the broker.
        shared = broker.config("share = true", "discovery = false")
        shared = shared.replace("~/mqtt-password", f"{broker.home.path}/mqtt-password")
        person.configure(LATER, shared.replace("127.0.0.1", host))
        with person.service() as service, bridge(person, number, inside):
            yield Computer(person, server, service)


def test_an_answer_on_one_computer_counts_on_all(broker: Broker) -> None:
    """Done, by a click, takes the reminder off the others; undo brings it back there."""
    with contextlib.ExitStack() as stack:
        computers = [
            stack.enter_context(computer(broker, number)) for number in range(1, COMPUTERS + 1)
        ]
        one = stack.enter_context(phone(broker))
        eventually(
            lambda: sum(topic.endswith("/alive") for topic in one.retained) == COMPUTERS,
            HANG_SECONDS,
            "all bridges",
        )
        due = soon(computers[0].nightcare.unhurried(now() - now()))
        for each in computers:
            config = each.nightcare.config.read_text(encoding="utf-8")
            water = each.nightcare.reminder("water", due)
            each.nightcare.config.write_text(config + water, encoding="utf-8")
            each.service.reload()
        for each in computers:
            eventually(each.shows, HANG_SECONDS, "the reminder", each.service.program)

        computers[0].server.press("Done")
        for each in computers[1:]:
            eventually(each.is_clear, HANG_SECONDS, "it to leave", each.service.program)
        for each in computers:
            assert each.nightcare.today("water")["outcome"] == "done"

        computers[0].nightcare.command("undo")
        for each in computers:
            eventually(each.shows, HANG_SECONDS, "it to come back", each.service.program)

        # An answer without the broker counts when it is back.
        broker.stop(kill=True)
        computers[1].server.press("Done")
        computers[1].nightcare.wait_until("water", outcome="done")
        broker.start()
        for each in computers:
            each.nightcare.wait_until("water", outcome="done")


def sharing(home: Home, broker: Broker, name: str, *, share: bool = True) -> Nightcare:
    """Return nightcare on a computer without a desktop, which shares the diary as well."""
    person = Nightcare(home)
    keys = ["share = true", f'computer = "{name}"'] if share else []
    shared = broker.config("diary = true", "discovery = false", *keys)
    shared = shared.replace("~/mqtt-password", f"{broker.home.path}/mqtt-password")
    person.configure(LATER, shared)
    return person


def cramps(person: Nightcare) -> int:
    """Return the number of cramps in the diary on a computer."""
    return len(person.json("cramp", "list")["cramps"])


def listed(person: Nightcare) -> dict[str, str]:
    """Return the ids of the computers that one knows of, by name."""
    return {one["name"]: one["id"] for one in person.json("computers")}


def shared_by(one: Phone, computer: str) -> set[str]:
    """Return the first levels of what a computer shares."""
    root = f"nightcare/anna/{computer}/"
    found = {topic.removeprefix(root).split("/")[0] for topic in one.retained if root in topic}
    return found & {"acts", "values", "computer"}


def test_what_a_computer_has_shared_goes_with_it(broker: Broker) -> None:
    """A pause and the diary are on both; who leaves, or is forgotten, leaves no topic behind."""
    with private_home() as first, private_home() as second, phone(broker) as one:
        desk, laptop = sharing(first, broker, "Desk"), sharing(second, broker, "Laptop")
        with bridge(laptop, 2) as there:
            with bridge(desk, 1):
                desk.command("cramp", "add", "--severity", "severe", "--note", "secret")
                desk.command("pause")
                eventually(lambda: cramps(laptop) == 1, HANG_SECONDS, "the cramp", there)
                paused = laptop.json("status", code=69)["paused_until"]
                assert paused == desk.json("status", code=69)["paused_until"] is not None
                eventually(lambda: len(listed(laptop)) == 2, HANG_SECONDS, "both", there)
                names = listed(laptop)
                assert shared_by(one, names["Desk"]) == {"values", "computer"}
                assert all(b"secret" not in payload for payload in one.retained.values())
            sharing(first, broker, "Desk", share=False)
            with bridge(desk, 1) as here:
                eventually(lambda: not shared_by(one, names["Desk"]), HANG_SECONDS, "less", here)
                eventually(lambda: "Desk" not in listed(laptop), HANG_SECONDS, "one", there)
        # The laptop is lost, and the person forgets it at the desk.
        sharing(first, broker, "Desk")
        with bridge(desk, 1) as here:
            eventually(lambda: "Laptop" in listed(desk), HANG_SECONDS, "the laptop", here)
            assert "cleared" in desk.command("computers", "--forget", names["Laptop"]).out
            assert "Laptop" not in listed(desk)
            lost = names["Laptop"]
            eventually(
                lambda: not any(lost in topic for topic in one.retained), HANG_SECONDS, "no topic"
            )
            assert cramps(desk) == 1


def paused(person: Nightcare) -> object:
    """Return until when nightcare is paused on a computer."""
    return person.json("status", code=69)["paused_until"]


def in_format_of(version: str, cramp: dict[str, object]) -> dict[str, bytes]:
    """Return what a computer shares in the format of a later version, by the name of the topic."""
    at = now().isoformat()
    ahead = {"name": "Tablet", "version": version, "at": at, "schedule": {}, "format": 9}
    acts = [
        {
            "reminder": "walk",
            "slot": "1",
            "due": at,
            "topic": "walking",
            "acts": [{"n": 1, "what": "done"}],
        },
        {"reminder": "water", "slot": {"of": 2}, "acts": "packed"},
    ]
    values = [
        {"name": "mood/2026", "at": at, "value": {"colour": 3}, "signed": True},
        {"name": "cramp/tablet/1-1", "at": at, "value": {**cramp, "pain": 7}, "signed": True},
        {"name": "pause", "at": at, "value": {"until": at, "of": "water"}},
    ]
    day = now().date().isoformat()
    named = {"computer": ahead, f"acts/{day}/1": acts, "values/settings/1": values}
    whole = {f"acts/{day}/2": {"format": 9, "of": acts}, "values/2026-11/1/2": 9, "acts/plan": []}
    return {name: json.dumps(one).encode() for name, one in {**named, **whole}.items()}


def test_a_lost_journal_returns_and_a_later_version_does_no_harm(broker: Broker) -> None:
    """The diary comes back, and of a later format what can be read is used."""
    with private_home() as first, private_home() as second, phone(broker) as one:
        desk, laptop = sharing(first, broker, "Desk"), sharing(second, broker, "Laptop")
        with bridge(laptop, 2) as there:
            with bridge(desk, 1) as here:
                desk.command("cramp", "add", "--severity", "severe")
                desk.command("pause")
                eventually(lambda: cramps(laptop) == 1, HANG_SECONDS, "the cramp", there)
                eventually(lambda: paused(laptop) == paused(desk), HANG_SECONDS, "the pause", there)
                until = paused(desk)
                (known,) = (
                    each["value"]
                    for topic, payload in one.retained.items()
                    if f"/{listed(desk)['Desk']}/values/" in topic
                    for each in json.loads(payload)
                    if each["name"].startswith("cramp/")
                )
                root = "nightcare/anna/fffffffff0"
                for name, payload in in_format_of("99.0", known).items():
                    one.publish(f"{root}/{name}", payload, retain=True)
                for person, program in ((desk, here), (laptop, there)):
                    eventually(lambda: cramps(person) == 2, HANG_SECONDS, "both", program)  # noqa: B023 - called at once
                    assert paused(person) == until
                    assert "It has nightcare 99.0, not" in person.command("computers").out
            for path in journal_files(desk.state):
                path.unlink(missing_ok=True)
            with bridge(desk, 1) as here:
                eventually(lambda: cramps(desk) == 2, HANG_SECONDS, "the diary", here)
                eventually(lambda: paused(desk) == until, HANG_SECONDS, "the pause", here)
                assert cramps(laptop) == 2
                for program in (here, there):
                    assert "Traceback" not in program.log.read_text(encoding="utf-8")
        assert {topic for topic in one.retained if root in topic} == {
            f"{root}/{name}" for name in in_format_of("99.0", known)
        }


def test_what_is_erased_while_not_sharing_does_not_come_back_from_the_broker(
    broker: Broker,
) -> None:
    """The broker was out of reach when this computer left and erased, and still holds it."""
    with private_home() as first:
        desk = sharing(first, broker, "Desk")
        with phone(broker) as one, bridge(desk, 1) as here:
            desk.command("cramp", "add", "--severity", "severe")
            eventually(lambda: held(one, "cramp/"), HANG_SECONDS, "the cramp", here)
            broker.stop()
        sharing(first, broker, "Desk", share=False)
        desk.command("erase", "--yes")
        broker.start()
        sharing(first, broker, "Desk")
        with phone(broker) as one:
            eventually(lambda: held(one, "cramp/"), HANG_SECONDS, "what the broker has kept")
            with bridge(desk, 1) as here:
                eventually(lambda: not held(one, "cramp/"), HANG_SECONDS, "less", here)
                assert cramps(desk) == 0
                desk.command("cramp", "add", "--severity", "mild")
                eventually(lambda: held(one, "cramp/"), HANG_SECONDS, "the new one", here)
                assert cramps(desk) == 1


def held(one: Phone, name: str) -> bool:
    """Return whether the broker holds a value whose name begins so."""
    payloads = [payload for topic, payload in one.retained.items() if "/values/" in topic]
    return any(f'"name":"{name}'.encode() in payload for payload in payloads)
