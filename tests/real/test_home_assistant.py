"""nightcare with a real mosquitto and a real Home Assistant, by `./scripts/test --home-assistant`.

Everything is on loopback. The phone is a stand-in for the app of Home Assistant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from paho.mqtt import publish

from nightcare.bridge.settings import computer_id
from nightcare.bridge.topics import Topics
from parts.bus import private_bus
from parts.home import Home, private_home
from parts.home_assistant import HomeAssistant, Phone, home_assistant, phone
from parts.mock_desktop import Logind, logind
from parts.processes import HANG_SECONDS, eventually, find_program, run_tool, running
from parts.program import PROGRAM, PROMPTLY, Nightcare, Service, moment, now, soon, zone_where_it_is
from parts.sockets import free_port

pytestmark = pytest.mark.real

EVENING = 21
USER, PASSWORD = "nightcare", "a password"
BROKER = """user root
listener {port} 127.0.0.1
password_file {passwords}
"""
MQTT = """[mqtt]
host = "127.0.0.1"
port = {port}
user = "nightcare"
password_file = "{secret}"
person = "anna"
detail = true
insecure = true
"""
ENTITIES = {
    "binary_sensor.nightcare_alive", "binary_sensor.nightcare_open",
    "binary_sensor.nightcare_present", "button.nightcare_done", "button.nightcare_good_night",
    "button.nightcare_skip", "button.nightcare_snooze", "event.nightcare_reminder",
    "sensor.nightcare_bedtime", "sensor.nightcare_evening_1", "sensor.nightcare_next",
    "switch.nightcare_pause",
}  # fmt: skip
OPEN, ALIVE = "binary_sensor.nightcare_open", "binary_sensor.nightcare_alive"
PRESENT = "binary_sensor.nightcare_present"
LONG_BEFORE = timedelta(hours=1)
TO_STOP = timedelta(seconds=25)
"""The time to publish a moment, and to stop everything before it."""


@dataclass
class Household:
    """A person with a computer, a broker, Home Assistant and a phone.

    Attributes:
        anna: Her nightcare.
        assistant: Her Home Assistant.
        phone: Her phone.
        port: The port of her broker.
        login: Her login session, which knows whether she is at the computer.
    """

    anna: Nightcare
    assistant: HomeAssistant
    phone: Phone
    port: int
    login: Logind
    _running: ExitStack = field(default_factory=ExitStack)
    _service: Service | None = None

    def configure(self, *reminders: str, bedtime: datetime) -> None:
        """Write the config, with the table of the broker, these reminders and this bedtime."""
        table = MQTT.format(port=self.port, secret=self.anna.home.path / "secret")
        evening = '[reminders.stretch]\ntopic = "stretching"\nat = "bedtime - 5m"\n'
        local = bedtime.astimezone(self.anna.zone)
        self.anna.configure(*reminders, evening, table, bedtime=f"{local:%H:%M:%S}")

    def switch_on(self) -> Service:
        """Start the service and the bridge, unless they run."""
        if self._service is None:
            anna = self.anna
            self._service = self._running.enter_context(anna.service())
            command, environment = [*PROGRAM, "bridge"], anna.home.environment(**anna.session)
            log = anna.home.log("bridge")
            bridge = self._running.enter_context(running(command, environment, log))
            self.assistant.wait_for(ALIVE, "on", bridge)
        return self._service

    def switch_off(self) -> None:
        """End the service and the bridge."""
        self._running.close()
        self._service = None
        self.assistant.wait_for(ALIVE, "off")

    def open_reminder(self, name: str) -> datetime:
        """Let a reminder fall due, until Home Assistant has it; returns its moment (UTC)."""
        service = self.switch_on()
        self.assistant.wait_for(OPEN, "off")
        later = now() + LONG_BEFORE
        due = soon(timedelta(seconds=3))
        self.configure(self.anna.reminder(name, due, topic="exercise"), bedtime=later)
        service.reload()
        template = f"{{{{ state_attr('{OPEN}', 'due') or '' }}}}"

        def shown() -> bool:
            text = self.assistant.render(template)
            return bool(text) and moment(text) == due

        eventually(shown, HANG_SECONDS, f"{name} in Home Assistant", self.assistant.program)
        return due

    def press(self, act: str) -> tuple[str, datetime]:
        """Press a button in Home Assistant once a reminder is on the phone.

        Returns the name of the reminder, and when (UTC) it was pressed.
        """
        name = f"press-{act.replace('_', '-')}"
        self.open_reminder(name)
        self.phone.next_push(self.assistant.program)
        pressed = now()
        self.assistant.call("button/press", entity_id=f"button.nightcare_{act}")
        return name, pressed

    def is_cleared(self) -> None:
        """Wait until the reminder is neither in Home Assistant nor on the phone any more."""
        self.assistant.wait_for(OPEN, "off")
        self.phone.next_push(self.assistant.program, cleared=True)

    def be_there(self, *, there: bool) -> None:
        """Sit down at the computer, or leave it."""
        self.login.hint("1", "IdleHint", on=not there)
        self.assistant.wait_for(PRESENT, "on" if there else "off")

    def is_paused(self, *, wanted: bool) -> bool:
        """Return whether reminders are paused, or not, as wanted."""
        return (self.anna.json("status")["paused_until"] is not None) is wanted

    def answered(self, name: str, outcome: str) -> datetime:
        """Wait until the journal has an outcome; returns the instant (UTC) that it has."""
        return moment(self.anna.wait_until(name, outcome=outcome)["at"])


def measure(what: str, since: datetime, until: datetime) -> None:
    """Print how long something took, and check that nobody would notice."""
    took = until - since
    print(f"{what}: {took / timedelta(milliseconds=1):.0f} ms")  # noqa: T201 - a figure
    assert timedelta() <= took < PROMPTLY


@pytest.fixture(scope="module")
def household(request: pytest.FixtureRequest) -> Iterator[Household]:
    """Set up a household from nothing: a broker, Home Assistant, and the phone with its app."""
    program = Path(request.config.getoption("--home-assistant"))
    with ExitStack() as stack:
        home: Home = stack.enter_context(private_home())
        port = free_port()
        passwords, config = home.aside / "passwords", home.aside / "mosquitto.conf"
        secret = home.path / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o600)
        accounts = f"{USER}:{PASSWORD}\nhomeassistant:{PASSWORD}\n"
        passwords.write_text(accounts, encoding="utf-8")
        hashing = find_program("mosquitto_passwd", "mosquitto")
        run_tool([hashing, "-U", str(passwords)], home.environment())
        config.write_text(BROKER.format(port=port, passwords=passwords), encoding="utf-8")
        mosquitto = [find_program("/usr/sbin/mosquitto", "mosquitto"), "-c", str(config)]
        stack.enter_context(running(mosquitto, home.environment(), home.log("mosquitto")))
        system = stack.enter_context(private_bus(home, name="system"))
        login = stack.enter_context(logind(system, home))
        login.hint("1", "IdleHint", on=True)
        session = {"DBUS_SYSTEM_BUS_ADDRESS": system.address, "XDG_SESSION_ID": "1"}
        anna = Nightcare(home, session, zone_where_it_is(EVENING))
        assistant = stack.enter_context(home_assistant(program, home, str(anna.zone)))
        assistant.add_broker(port, "homeassistant", PASSWORD)
        own = stack.enter_context(phone())
        own.register(assistant)
        assistant.add_automation("nightcare.yaml", phone=own.device)
        household = Household(anna, assistant, own, port, login)
        household.configure(bedtime=now() + LONG_BEFORE)
        yield household
        household.switch_off()


def test_home_assistant_finds_the_entities(household: Household) -> None:
    """They belong to one device, and their states are those of the plan."""
    household.switch_on()
    states = household.assistant.states()
    assert states.keys() >= ENTITIES
    listed = "{{ device_entities(device_id('binary_sensor.nightcare_open')) | sort | join(' ') }}"
    assert set(household.assistant.render(listed).split()) == ENTITIES
    (stretch,) = [one for one in household.anna.json("today") if one["reminder"] == "stretch"]
    assert moment(states["sensor.nightcare_evening_1"]["state"]) == moment(stretch["due"])
    assert states["switch.nightcare_pause"]["state"] == "off"


@pytest.mark.parametrize(("act", "outcome"), [("done", "done"), ("skip", "skipped")])
def test_a_button_answers(household: Household, act: str, outcome: str) -> None:
    """The press ends in the journal."""
    name, pressed = household.press(act)
    measure("a press in Home Assistant to the journal", pressed, household.answered(name, outcome))
    household.is_cleared()


def test_the_button_snoozes(household: Household) -> None:
    """The reminder comes again later, and is off the phone until then."""
    name, pressed = household.press("snooze")
    snoozed = household.anna.wait_until(name, state="snoozed")
    measure("a press of snooze in Home Assistant to the journal", pressed, now())
    assert moment(snoozed["until"]) > pressed
    household.is_cleared()


def test_the_button_says_good_night(household: Household) -> None:
    """Nothing more comes this evening, until it is taken back on the computer."""
    name, pressed = household.press("good_night")
    closed = household.anna.wait_until(name, reason="good night")
    measure("good night in Home Assistant to the journal", pressed, moment(closed["at"]))
    assert household.anna.json("status")["good_night"] is True
    household.is_cleared()
    household.anna.command("resume")
    # It is open again, so that the phone is asked again.
    household.phone.next_push(household.assistant.program)
    household.anna.command("skip", "press-good-night")
    household.answered("press-good-night", "skipped")
    household.phone.next_push(household.assistant.program, cleared=True)


def test_the_switch_pauses(household: Household) -> None:
    """It follows a pause of the computer too."""
    household.switch_on()
    anna, assistant = household.anna, household.assistant
    for turn, paused in (("turn_on", True), ("turn_off", False)):
        assistant.call(f"switch/{turn}", entity_id="switch.nightcare_pause")
        eventually(partial(household.is_paused, wanted=paused), HANG_SECONDS, turn)
    anna.command("pause", "1h")
    assistant.wait_for("switch.nightcare_pause", "on")
    anna.command("resume")
    assistant.wait_for("switch.nightcare_pause", "off")


def test_the_phone_answers(household: Household) -> None:
    """Nobody is at the computer, so the phone is asked; its answer ends in the journal."""
    due = household.open_reminder("walk")
    push = household.phone.next_push(household.assistant.program)
    measure("a reminder to the push", due, push.at)
    assert list(push.buttons) == ["Done", "In 10 min", "Skip"]
    assert push.content["title"] == "Time to move a little"
    pressed = now()
    household.phone.press(household.assistant, push.buttons["Done"])
    measure("a press on the phone to the journal", pressed, household.answered("walk", "done"))
    cleared = household.phone.next_push(household.assistant.program, cleared=True)
    assert cleared.tag == push.tag


def test_who_is_at_the_computer_is_asked_there(household: Household) -> None:
    """The phone is asked when they leave it."""
    household.switch_on()
    household.be_there(there=True)
    household.open_reminder("window")
    assert household.anna.today("window")["state"] == "open"
    assert household.phone.unseen == []
    household.be_there(there=False)
    push = household.phone.next_push(household.assistant.program)
    household.phone.press(household.assistant, push.buttons["Skip"])
    household.answered("window", "skipped")
    household.phone.next_push(household.assistant.program, cleared=True)


def test_an_answer_elsewhere_takes_it_off_the_phone(household: Household) -> None:
    """A later press of its button answers nothing."""
    household.open_reminder("garden")
    push = household.phone.next_push(household.assistant.program)
    household.anna.command("done")
    answered = household.answered("garden", "done")
    cleared = household.phone.next_push(household.assistant.program, cleared=True)
    measure("an answer on the computer to the phone", answered, cleared.at)
    household.open_reminder("stairs")
    later = household.phone.next_push(household.assistant.program)
    household.phone.press(household.assistant, push.buttons["Skip"])
    household.phone.press(household.assistant, later.buttons["Done"])
    household.answered("stairs", "done")
    household.phone.next_push(household.assistant.program, cleared=True)
    assert household.anna.today("garden")["outcome"] == "done"


def test_home_assistant_reminds_while_every_computer_is_off(household: Household) -> None:
    """The evening's moment comes although no nightcare runs."""
    before_bed = timedelta(minutes=5)
    household.switch_off()
    household.assistant.add_automation("nightcare.da.yaml", phone=household.phone.device)
    due = soon(TO_STOP)
    household.configure(bedtime=due + before_bed)
    household.switch_on()
    seen = "{{ states('sensor.nightcare_evening_1') }}"
    eventually(
        lambda: moment(household.assistant.render(seen)) == due,
        HANG_SECONDS,
        "the moment in Home Assistant",
        household.assistant.program,
    )
    household.switch_off()
    assert now() < due, "the machine was too busy to stop before the moment"
    push = household.phone.next_push(household.assistant.program)
    measure("the evening's moment to the push", due, push.at)
    assert push.content["title"] == "Time for a gentle stretch"
    assert not push.buttons
    log = household.assistant.log()
    assert "ERROR" not in log
    assert "nightcare" not in log


def test_it_also_reminds_on_the_evenings_after(household: Household) -> None:
    """A computer that stays off for days has left the moments of a week."""
    household.switch_off()
    moment_to_come = (now() + timedelta(seconds=70)).replace(second=0, microsecond=0)
    evening = {
        "at": (moment_to_come - timedelta(days=1)).isoformat(),
        "title": "Time to stretch",
        "message": "For a good night",
        "later": [moment_to_come.isoformat()],
    }
    publish.single(
        Topics("anna", computer_id()).of("evening/1"),
        json.dumps(evening),
        qos=1,
        retain=True,
        port=household.port,
        auth={"username": USER, "password": PASSWORD},
    )
    push = household.phone.next_push(household.assistant.program)
    measure("a later evening's minute to the push", moment_to_come, push.at)
    assert push.content["title"] == "Time to stretch"
    assert household.phone.unseen == []
