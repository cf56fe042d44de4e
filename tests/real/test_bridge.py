"""The bridge beside a real service and a real mosquitto, with TLS, passwords and rights."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

import nightcare
from parts.bridge_program import bridge, end, is_complete, status
from parts.broker import PASSWORD, Broker, make_authority, phone
from parts.bus import DRIVER, PrivateBus
from parts.home import Home
from parts.processes import HANG_SECONDS, Program, eventually
from parts.program import LATER, Nightcare, soon
from parts.sockets import free_port
from parts.wall_clock import WallClock

pytestmark = pytest.mark.real


def test_a_press_ends_in_the_journal_and_what_is_stale_answers_nothing(
    broker: Broker, anna: Nightcare
) -> None:
    """A press counts if it is fresh and means what is open; a reminder says no more than asked."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one, anna.service() as service, bridge(anna) as program:
        anna.configure(anna.reminder("water", soon()), LATER, broker.config())
        service.reload()
        shown = one.opened()
        assert (shown["title"], shown["message"]) == ("nightcare", "A reminder")
        assert b"water" not in b"".join(one.retained.values())
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", program)
        key = json.dumps({"key": shown["key"]})

        # Retained: it is cleared, and answers nothing.
        one.press("done", key, retain=True)
        eventually(lambda: one.read("set/done") is None, HANG_SECONDS, "it to be cleared", program)
        # Meant for another: it answers nothing either.
        one.press("done", json.dumps({"key": "0123456789abcdef"}))
        # Queued while the bridge was away.
        assert end(program, signal.SIGKILL) == -signal.SIGKILL
        eventually(lambda: one.read("alive") == "offline", HANG_SECONDS, "the last will")
        one.press("done", key)
        with bridge(anna) as again:
            eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", again)
            one.press("pause", "ON")
            eventually(lambda: one.read("state")["paused"], HANG_SECONDS, "a pause", again)
            one.press("pause", "OFF")
            eventually(lambda: not one.read("state")["paused"], HANG_SECONDS, "no pause", again)
            shown = one.opened()
            assert anna.today("water")["state"] != "settled"

            one.press("done", json.dumps({"key": shown["key"]}))
            anna.wait_until("water", outcome="done")
            eventually(
                lambda: any(b'"done"' in payload for _, payload in one.live),
                HANG_SECONDS,
                "the event",
                again,
            )
            # The service is gone: nobody reminds.
            service.end(signal.SIGKILL)
            eventually(lambda: one.read("alive") == "offline", HANG_SECONDS, "offline", again)
            assert end(again) == 0
    assert "Traceback" not in anna.home.log("bridge").read_text(encoding="utf-8")


@pytest.mark.parametrize("kill", [False, True], ids=["TERM", "KILL"])
def test_the_journal_fills_a_broker_that_was_restarted_or_wiped(
    broker: Broker, anna: Nightcare, *, kill: bool
) -> None:
    """The bridge publishes missing topics, and clears those that should not be there."""
    anna.configure(LATER, broker.config())
    with anna.service(), bridge(anna) as program:
        with phone(broker) as one:
            eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
            before = one.retained
        broker.stop(kill=kill)
        broker.wipe()
        broker.start()
        with phone(broker, "another") as one:
            one.publish(f"{root_of(before)}/evening/9", b"left by another version", retain=True)
            # By the clock it would try again after seconds; so it does when it is started anew.
            assert end(program, signal.SIGINT) == 0
        with bridge(anna) as again, phone(broker, "third") as one:
            eventually(lambda: one.retained.keys() == before.keys(), HANG_SECONDS, "all", again)
            eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", again)


def root_of(retained: dict[str, bytes]) -> str:
    """Return the topic above all others of the bridge."""
    state = next(one for one in retained if one.endswith("/state"))
    return state.rpartition("/")[0]


def test_a_broker_that_comes_back_is_found_again(broker: Broker, anna: Nightcare) -> None:
    """The bridge goes on by itself when the broker dies, and says so meanwhile."""
    anna.configure(LATER, broker.config())
    with bridge(anna) as program:
        with phone(broker) as one:
            eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        broker.stop(kill=True)
        eventually(lambda: not status(anna).connected, HANG_SECONDS, "a report", program)
        broker.start()
        eventually(lambda: status(anna).connected, HANG_SECONDS, "a connection", program)
        assert program.is_running()


def prepare_for_sleep(connection: DBusConnection, *, asleep: bool) -> None:
    """Send the signal of logind before suspend, or after it."""
    manager = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
    connection.send(new_signal(manager, "PrepareForSleep", "b", (asleep,)))


@dataclass
class SleepingLogind:
    """A logind that hands out inhibitors, and waits for them.

    Attributes:
        connection: Its connection to the bus.
        asked: The arguments of each inhibitor.
    """

    connection: DBusConnection
    asked: list[tuple[str, ...]] = field(default_factory=list)
    _held: list[int] = field(default_factory=list)

    def answer(self) -> None:
        """Answer one call of Inhibit: the caller gets the end of a pipe to hold."""
        with self.connection.filter(MatchRule(type="method_call", member="Inhibit")) as calls:
            call = self.connection.recv_until_filtered(calls, timeout=HANG_SECONDS)
            held, handed = os.pipe()
            self.asked.append(call.body)
            self.connection.send(new_method_return(call, "h", (handed,)))
            os.close(handed)
            self._held.append(held)
        # It is asked for on a connection of its own, which is closed then.
        asker = str(call.header.fields[HeaderFields.sender])
        owned = new_method_call(DRIVER, "NameHasOwner", "s", (asker,))
        eventually(
            lambda: self.connection.send_and_get_reply(owned).body == (False,),
            HANG_SECONDS,
            "the call to end",
        )

    def suspend(self) -> None:
        """Announce suspend, and wait until nobody holds the last inhibitor."""
        prepare_for_sleep(self.connection, asleep=True)
        held = self._held.pop()
        found, _, _ = select.select([held], [], [], HANG_SECONDS)
        os.close(held)
        assert found, "nobody delays suspend for so long"

    def is_held(self) -> bool:
        """Return whether the last inhibitor is held."""
        return not select.select([self._held[-1]], [], [], 0)[0]


@contextlib.contextmanager
def sleeping_logind(system: PrivateBus) -> Iterator[SleepingLogind]:
    """Own the name of logind on what serves as the system bus."""
    name = new_method_call(DRIVER, "RequestName", "su", ("org.freedesktop.login1", 0))
    with open_dbus_connection(system.address, enable_fds=True) as connection:
        assert connection.send_and_get_reply(name).body == (1,)
        yield SleepingLogind(connection)


def test_suspend_waits_until_it_is_announced(
    broker: Broker, anna: Nightcare, system: PrivateBus
) -> None:
    """Home Assistant learns that nobody reminds any more, and afterwards that somebody does."""
    anna.configure(LATER, broker.config())
    with (
        sleeping_logind(system) as logind,
        system.connection() as other,
        phone(broker) as one,
        anna.service(),
        bridge(anna, DBUS_SYSTEM_BUS_ADDRESS=system.address) as program,
    ):
        logind.answer()
        assert logind.asked[0][:2] == ("sleep", "nightcare")
        assert logind.asked[0][3] == "delay"
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", program)
        prepare_for_sleep(other, asleep=True)
        one.press("pause", "ON")
        eventually(lambda: one.read("state")["paused"], HANG_SECONDS, "a pause", program)
        assert one.read("alive") == "online", "only logind is believed"
        assert logind.is_held()

        logind.suspend()
        # The broker has acknowledged it; so a client that comes now gets it.
        with phone(broker, "late") as late:
            late.wait_for("alive", be="offline")
        prepare_for_sleep(logind.connection, asleep=False)
        logind.answer()
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", program)

        # A broker that hangs delays suspend no longer than two seconds.
        broker.program.process.send_signal(signal.SIGSTOP)
        try:
            logind.suspend()
        finally:
            broker.program.process.send_signal(signal.SIGCONT)
        assert end(program) == 0


def test_the_broker_drops_what_is_over(broker: Broker, anna: Nightcare, tmp_path: Path) -> None:
    """A computer that never comes back leaves no moment and no open reminder to ring late."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one, bridge(anna) as program:
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        eventually(lambda: one.read("evening/1"), HANG_SECONDS, "the evening", program)
        topics = set(one.retained)
        assert end(program) == 0
    broker.stop()
    clock = WallClock(tmp_path / "clock")
    clock.offset(timedelta(days=9))
    broker.start(**clock.variables())
    with phone(broker, "later") as one:
        one.wait_for("alive", be="offline")
        # What the broker holds comes first.
        one.publish("arrived", "")
        eventually(lambda: ("arrived", b"") in one.live, HANG_SECONDS, "what the broker holds")
        names = {topic.rpartition("/")[2] for topic in topics - set(one.retained)}
        assert names == {"state", "next", "1"}


def test_it_starts_the_new_version_after_an_upgrade(
    broker: Broker, anna: Nightcare, tmp_path: Path
) -> None:
    """Nobody sees it go: the process stays, and nightcare stays online."""
    package = tmp_path / "site" / "nightcare"
    shutil.copytree(Path(nightcare.__file__).parent, package)
    anna.configure(LATER, broker.config())
    with (
        phone(broker) as one,
        anna.service(),
        bridge(anna, PYTHONPATH=str(package.parent)) as program,
    ):
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        eventually(lambda: one.read("alive") == "online", HANG_SECONDS, "online", program)
        one.live.clear()
        later = package / "__init__.py"
        text = later.read_text(encoding="utf-8").replace(nightcare.__version__, "9.9.9")
        replacement = tmp_path / "new"
        replacement.write_text(text, encoding="utf-8")
        replacement.replace(later)

        def versions() -> set[str]:
            configs = [
                json.loads(one.retained[topic]) for topic in one.retained if "config" in topic
            ]
            return {config["device"]["sw_version"] for config in configs}

        eventually(lambda: versions() == {"9.9.9"}, HANG_SECONDS, "the new version", program)
        assert program.is_running()
        assert one.read("alive") == "online"
        assert end(program) == 0


def stranger(broker: Broker) -> str:
    """Return a certificate of an authority that the broker is not signed by."""
    make_authority(broker.folder, "stranger")
    return str(broker.folder / "stranger.crt")


def open_password(broker: Broker, person: Nightcare) -> str:
    """Make a file with the password that others can read."""
    path = person.home.path / "open-password"
    path.write_text(PASSWORD, encoding="utf-8")
    path.chmod(0o644)
    return str(broker and path)


def wrong_password(broker: Broker, person: Nightcare) -> str:
    """Make a file with another password."""
    path = person.home.path / "wrong-password"
    path.touch(mode=0o600)
    path.write_text("wrong", encoding="utf-8")
    return str(broker and path)


def test_the_reason_of_a_failure_is_said(broker: Broker, anna: Nightcare) -> None:
    """`status` and the doctor say what is wrong, and the log never has the password."""
    usual = broker.config()
    wrong: list[tuple[str, str]] = [
        ("certificate", usual.replace(str(broker.authority), stranger(broker))),
        ("ca", usual.replace(str(broker.authority), "/nonexistent/ca.crt")),
        ("password_for_others", usual.replace("~/mqtt-password", open_password(broker, anna))),
        ("login", usual.replace("~/mqtt-password", wrong_password(broker, anna))),
        ("closed", usual.replace(f"port = {broker.port}", f"port = {free_port()}")),
    ]
    for key, table in wrong:
        anna.configure(LATER, table)
        with bridge(anna) as program:
            wait_for_trouble(anna, key, program)
            if key == "login":
                findings = {one["check"]: one for one in json.loads(doctor(anna))}
                assert findings["mqtt"]["state"] == "warning"
                assert anna.json("status", code=69)["mqtt"]["trouble"] == key
            assert end(program) == 0
    log = anna.home.log("bridge").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert PASSWORD not in log


def wait_for_trouble(person: Nightcare, key: str, program: Program) -> None:
    """Wait until `status` reports a trouble."""
    eventually(lambda: status(person).trouble == key, HANG_SECONDS, key, program)


def doctor(person: Nightcare) -> str:
    """Return the findings of the doctor, which finds something in a bare home."""
    return person.command("doctor", "--json", code=1).out


def test_topics_that_are_refused_are_named(home: Home, anna: Nightcare) -> None:
    """A broker that gives no right to Home Assistant's topics gets all others."""
    own = Broker(
        home,
        free_port(),
        acl="user nightcare\ntopic readwrite nightcare/#\n\nuser phone\ntopic readwrite #\n",
    )
    own.prepare()
    try:
        own.start()
        anna.configure(LATER, own.config())
        with bridge(anna) as program:
            eventually(lambda: status(anna).refused, HANG_SECONDS, "a refusal", program)
            found = status(anna)
            assert found.connected
            assert all(one.startswith("homeassistant/") for one in found.refused)
            assert end(program) == 0
    finally:
        own.close()


def test_forget_leaves_nothing_at_the_broker(broker: Broker, anna: Nightcare) -> None:
    """The command clears all topics of the computer, also those that others have left there."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one:
        with bridge(anna) as program:
            eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
            said = anna.command("bridge", "--forget", code=1)
            assert "runs already" in said.err
            assert end(program) == 0
        eventually(lambda: one.read("alive") == "offline", HANG_SECONDS, "offline")
        count = len(one.retained)
        assert f"cleared: {count}." in anna.command("bridge", "--forget").out
        eventually(lambda: not one.retained, HANG_SECONDS, "nothing")


def test_the_topics_go_when_the_table_leaves_the_config(broker: Broker, anna: Nightcare) -> None:
    """The bridge follows the config of the running service."""
    anna.configure(LATER, broker.config())
    with phone(broker) as one, anna.service() as service, bridge(anna) as program:
        eventually(lambda: is_complete(one, anna), HANG_SECONDS, "everything", program)
        anna.configure(LATER)
        service.reload()
        assert program.process.wait(HANG_SECONDS) == 0
        eventually(lambda: not one.retained, HANG_SECONDS, "nothing")
    said = anna.command("bridge", code=78)
    assert "[mqtt]" in said.err
