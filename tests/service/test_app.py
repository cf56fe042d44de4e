"""The daemon put together, on a loop of the test's own, with the terminal as its screen."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nightcare.config.cache import load_cached
from nightcare.config.load import load
from nightcare.config.source import ConfigSource, Load, LoadResult
from nightcare.desktop.clock import now
from nightcare.desktop.dbus.connection import ConnectionLost
from nightcare.desktop.notify.factory import choose_screen, chosen_backend, same_bus, session_bus
from nightcare.desktop.time_zone import chosen
from nightcare.domain.policy import Presence
from nightcare.domain.reminders import Condition, Key
from nightcare.errors import DesktopError, StateError
from nightcare.journal.journal_file import FILE_NAME
from nightcare.journal.store import BUTTONS_NOTE, SERVICE_NOTE, Journal
from nightcare.service.active_config import ReloadResult
from nightcare.service.app import ServiceApp, ServiceContext, ended
from nightcare.service.last_plan import PLAN_NOTE, plan_note, read_plan_note
from parts.bus import PrivateBus, private_bus
from parts.desk import schedule_of
from parts.home import NO_BUS, TIME_ZONES, private_home
from parts.named_service import NamedService
from parts.notification_server import NotificationServer

SECONDS = 60.0

CONFIG = """
timezone = "Etc/UTC"
[sleep]
wake = "00:00"
bedtime = "23:59"
[reminders.sip]
topic = "hydration"
every = "1h"
from = "wake"
until = "bedtime"
[notify]
backend = "terminal"
"""


class Bench:
    """A daemon on the bench, with what it says."""

    def __init__(self, folder: Path, config: str = CONFIG, **more: str) -> None:
        self.file = folder / "config.toml"
        self.file.write_text(config, encoding="utf-8")
        self.state = folder / "state"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.out = io.StringIO()
        self.err = io.StringIO()
        variables = {
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            "XDG_RUNTIME_DIR": str(folder / "run"),
            **more,
        }
        setting = ServiceContext(self.file, self.state, variables, self.out, self.err)
        self.daemon = ServiceApp(setting, load(self.file, {}))

    def run(self, test: Callable[[Bench], Awaitable[None]]) -> None:
        """Run a coroutine function beside the running daemon, and stop the daemon after it."""

        async def main() -> None:
            serving = asyncio.create_task(self.daemon.run())
            await self.until(lambda: self.daemon_started or serving.done())
            try:
                await test(self)
            finally:
                self.daemon._end()
                await serving

        asyncio.run(main())

    @property
    def daemon_started(self) -> bool:
        """True if the service is ready."""
        return self.daemon._serving and self.daemon._journal.read_note(SERVICE_NOTE) != {}

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.005)

    def ask(self) -> int:
        """Ask in the daemon's own journal to see the reminder; returns the trial's number."""
        return self.daemon._journal.request_trial("sip", now())


async def _nothing(_: Bench) -> None:
    """Let it start, and end."""


def test_a_journal_that_cannot_be_written_does_not_stop_the_reminders(tmp_path: Path) -> None:
    """It says so, goes on in memory, and writes it all down as soon as it can again."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        hidden = tmp_path / "hidden"
        bench.state.rename(hidden)
        bench.state.write_text("a file in the way")
        # SQLite's own way to run out of room: not a page more.
        bench.daemon._journal._db.execute("PRAGMA max_page_count = 1")
        key = Key("sip", now().date(), "probe")
        bench.daemon._journal._db.execute("PRAGMA query_only = 1")
        await bench.daemon._due()
        assert "was removed or replaced" in bench.out.getvalue()
        assert "nothing is remembered" in bench.out.getvalue()
        course = bench.daemon._journal.delivery(key)
        assert course is None
        number = bench.ask()
        await bench.daemon._due()
        await bench.until(lambda: bench.daemon._journal.trial_answer(number))
        reckoned = bench.daemon._journal.global_state().reckoned
        bench.state.unlink()
        hidden.rename(bench.state)
        await bench.daemon._due()
        assert "can be written again" in bench.out.getvalue()
        disk = Journal.open(bench.state)
        standing = disk.global_state()
        disk.close()
        assert standing.reckoned is not None
        assert reckoned is not None
        assert standing.reckoned >= reckoned

    bench.run(test)


def test_a_corrupt_journal_is_kept_under_another_name_and_replaced(tmp_path: Path) -> None:
    """Nothing is thrown away, and the service starts."""
    state = tmp_path / "state"
    state.mkdir()
    (state / FILE_NAME).write_bytes(b"this is no database at all, whatever its name says" * 50)
    bench = Bench(tmp_path)
    assert "is kept as" in bench.out.getvalue()
    (aside,) = state.glob("journal-corrupt-*.sqlite")
    assert aside.read_bytes().startswith(b"this is no database")

    async def test(bench: Bench) -> None:
        await bench.daemon._due()
        disk = Journal.open(bench.state)
        assert disk.global_state().began is not None
        disk.close()

    bench.run(test)


@pytest.mark.parametrize("folder", [False, True])
def test_a_journal_that_is_taken_away_is_written_anew(tmp_path: Path, *, folder: bool) -> None:
    """Open, snoozed and paused reminders stay so when it is removed under the service."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        until = now() + timedelta(hours=1)
        standing = replace(bench.daemon._journal.global_state(), paused_until=until)
        bench.daemon._journal.save_global_state(standing)
        if folder:
            shutil.rmtree(bench.state)
        else:
            (bench.state / FILE_NAME).unlink()
        await bench.until(lambda: "can be written again" in bench.out.getvalue())
        assert "was removed or replaced" in bench.out.getvalue()
        disk = Journal.open(bench.state)
        assert disk.global_state().paused_until == until
        disk.save_global_state(replace(disk.global_state(), paused_until=None))
        disk.close()
        await bench.until(lambda: bench.daemon._journal.global_state().paused_until is None)

    bench.run(test)


def test_a_second_daemon_is_told_that_one_runs(tmp_path: Path) -> None:
    """There is one service a user."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        with pytest.raises(StateError) as caught:
            ServiceApp(bench.daemon._setting, load(bench.file, {}))
        assert caught.value.key == "already_running"

    bench.run(test)


def test_a_failure_in_a_callback_ends_the_service(tmp_path: Path) -> None:
    """The loop would only log it; systemd can start a service that has ended.

    As it broke elsewhere: Ianny.
    """
    bench = Bench(tmp_path)

    def broken() -> None:
        raise RuntimeError("broken")

    async def test(_: Bench) -> None:
        asyncio.get_running_loop().call_soon(broken)
        await asyncio.sleep(0.05)

    with pytest.raises(RuntimeError, match="broken"):
        bench.run(test)


def test_another_time_zone_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the system moves to it, all times follow."""
    bench = Bench(tmp_path, CONFIG.replace('timezone = "Etc/UTC"', ""))

    async def test(bench: Bench) -> None:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        bench.daemon._jumped()
        assert "The time zone is Asia/Tokyo now." in bench.out.getvalue()
        assert bench.daemon._zone.name == "Asia/Tokyo"

    bench.run(test)


@pytest.mark.parametrize("rule", ["America/New_York", "EST5"])
def test_another_time_zone_while_it_was_off_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    """The zone of the last run is known to the next one, whatever named it."""
    config = CONFIG.replace('timezone = "Etc/UTC"', "")
    monkeypatch.setenv("TZ", rule)
    first = Bench(tmp_path, config)
    schedule, zone = first.daemon._in_force.loaded.schedule, first.daemon._zone.zone
    first.run(_nothing)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    second = Bench(tmp_path, config)
    noted = read_plan_note(second.daemon._journal.read_note(PLAN_NOTE))
    assert noted is not None
    assert noted[0] == schedule
    at = now()
    assert at.astimezone(noted[1]).utcoffset() == at.astimezone(zone).utcoffset()
    second.run(_nothing)


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"values": None},
        {"values": []},
        {"values": {"sleep": {"wake": "soon"}}},
        {"zone": {"name": "Nowhere/Town", "source": "config", "rules": ""}},
        {"zone": {"name": "UTC", "source": "nowhere", "rules": ""}},
        {"zone": {"name": "UTC", "source": "link", "rules": "x"}},
        {"zone": {"name": "UTC", "source": "link", "rules": "eHg="}},
    ],
)
def test_a_note_of_the_plan_that_makes_no_sense_is_ignored(damage: dict[str, object]) -> None:
    """A damaged journal stops nothing."""
    whole = plan_note(load(None, {}).values, chosen("Europe/Copenhagen"))
    assert read_plan_note(whole) is not None
    assert read_plan_note({**whole, **damage} if damage else {}) is None


def test_a_zone_that_goes_missing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said once, noted for commands, and over when there is one again."""
    link = tmp_path / "localtime"
    link.symlink_to(f"{TIME_ZONES}/Asia/Tokyo")
    monkeypatch.delenv("TZ")
    monkeypatch.setattr("nightcare.desktop.time_zone.LOCAL_TIME", link)
    bench = Bench(tmp_path, CONFIG.replace('timezone = "Etc/UTC"', ""))

    async def test(bench: Bench) -> None:
        link.unlink()
        bench.daemon._jumped()
        bench.daemon._jumped()
        assert bench.daemon._zone.name == "Asia/Tokyo"
        assert bench.out.getvalue().count("reminders still go by Asia/Tokyo") == 1
        assert bench.daemon._journal.read_note(SERVICE_NOTE)["zone"] == {
            "name": "Asia/Tokyo", "source": "link", "known": True, "lost": True,
        }  # fmt: skip
        link.symlink_to(f"{TIME_ZONES}/Europe/Copenhagen")
        bench.daemon._jumped()
        assert "The time zone is Europe/Copenhagen now." in bench.out.getvalue()
        assert bench.daemon._journal.read_note(SERVICE_NOTE)["zone"] == {
            "name": "Europe/Copenhagen", "source": "link", "known": True, "lost": False,
        }  # fmt: skip

    bench.run(test)


def test_a_reload_takes_up_the_file_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    """The mistake is told with its place.

    As it broke elsewhere: entracte#212.
    """
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'))
        bench.daemon.reload()
        await bench.until(lambda: "Next: sip, " in bench.out.getvalue())
        assert "The new schedule is in force." in bench.out.getvalue()
        before = bench.daemon._in_force.loaded.schedule
        bench.file.write_text(CONFIG.replace('"1h"', '"soon"'))
        bench.daemon.reload()
        await bench.until(lambda: "reminders.sip.every" in bench.err.getvalue())
        assert f"{bench.file}:8:9: reminders.sip.every" in bench.err.getvalue()
        assert bench.daemon._in_force.loaded.schedule is before

    bench.run(test)


def test_what_falls_due_while_a_new_schedule_is_validated_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Validating takes a moment, in which the new schedule is meant already."""
    bench = Bench(tmp_path)
    ahead = timedelta()

    async def test(bench: Bench) -> None:
        due = (now() + timedelta(seconds=2)).replace(microsecond=0)
        text = CONFIG.partition("[reminders")[0] + (
            f'[reminders.new]\ntopic = "sleep"\nat = "{due:%H:%M:%S}"\n'
            '[notify]\nbackend = "terminal"\n'
        )
        bench.file.write_text(text, encoding="utf-8")
        read = bench.daemon._in_force.read

        async def slowly() -> ReloadResult:
            nonlocal ahead
            ahead = timedelta(seconds=3)
            return await read()

        monkeypatch.setattr(bench.daemon._in_force, "read", slowly)
        bench.daemon.reload()
        key = Key("new", due.date(), "1")
        await bench.until(lambda: bench.daemon._journal.delivery(key))

    monkeypatch.setattr("nightcare.service.app.now", lambda: now() + ahead)
    bench.run(test)


class HangingDisk:
    """A disk with a config on it that hangs until it is back."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.back = threading.Event()

    def load_cached(self, source: ConfigSource, folder: Path, load: Load) -> LoadResult:
        """Load a configuration from it."""
        self.asked.set()
        assert self.back.wait(SECONDS)
        return load_cached(source, folder, load)


def test_while_a_schedule_is_validated_the_one_in_force_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that takes; and of what is saved meanwhile the last holds."""
    bench = Bench(tmp_path)
    disk = HangingDisk()

    async def test(bench: Bench) -> None:
        monkeypatch.setattr("nightcare.service.active_config.load_cached", disk.load_cached)
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'), encoding="utf-8")
        bench.daemon.reload()
        await bench.until(disk.asked.is_set)
        number = bench.ask()
        await bench.daemon._due()
        await bench.until(lambda: bench.daemon._journal.trial_answer(number))
        bench.file.write_text(CONFIG.replace('"1h"', '"3h"'), encoding="utf-8")
        bench.daemon.reload()
        assert "in force" not in bench.out.getvalue()
        disk.back.set()
        in_force = bench.daemon._in_force
        await bench.until(lambda: in_force.loaded.values["reminders"]["sip"]["every"] == "3h")
        assert bench.out.getvalue().count("in force") >= 2

    bench.run(test)


def test_it_ends_while_a_schedule_is_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a disk that hangs."""
    bench = Bench(tmp_path)
    disk = HangingDisk()

    async def test(bench: Bench) -> None:
        monkeypatch.setattr("nightcare.service.active_config.load_cached", disk.load_cached)
        bench.daemon.reload()
        await bench.until(disk.asked.is_set)

    try:
        bench.run(test)
    finally:
        disk.back.set()
    assert "Stopped." in bench.out.getvalue()


def test_a_config_that_vanishes_changes_nothing_until_it_is_back(tmp_path: Path) -> None:
    """A disk may be away, or an editor at work; the built-in schedule is not meant by that."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        before = bench.daemon._in_force.loaded.schedule
        bench.file.unlink()
        await bench.until(lambda: "the file is gone" in bench.err.getvalue())
        assert bench.daemon._in_force.loaded.schedule is before
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'))
        await bench.until(lambda: "The new schedule is in force." in bench.out.getvalue())
        assert bench.daemon._in_force.mistakes == ()

    bench.run(test)


def test_saving_the_same_again_is_no_news(tmp_path: Path) -> None:
    """A change that leaves the schedule the same is none either; the next real one is."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        before = bench.daemon._in_force.loaded
        bench.file.write_text(f"# My schedule\n{CONFIG}")
        await bench.until(lambda: bench.daemon._in_force.loaded is not before)
        bench.file.write_text(CONFIG.replace('"1h"', '"3h"'))
        await bench.until(lambda: "The new schedule is in force." in bench.out.getvalue())
        assert bench.out.getvalue().count("in force") == 1

    bench.run(test)


def test_what_the_person_says_of_buttons_is_taken_up_at_once(tmp_path: Path) -> None:
    """Of a server without buttons the next reminder names the command."""

    async def said(bus: PrivateBus) -> None:
        config = CONFIG.replace("terminal", "freedesktop")
        bench = Bench(tmp_path, config, DBUS_SESSION_BUS_ADDRESS=bus.address)
        async with NotificationServer(bus.address) as server:
            serving = asyncio.create_task(bench.daemon.run())
            await bench.until(lambda: "Scripted 2.5 (nobody)" in bench.out.getvalue())
            await bench.until(lambda: bench.daemon_started)
            other = Journal.open(bench.state)
            other.request_trial("sip", now())
            await server.until_asked(1)
            other.write_note(BUTTONS_NOTE, {"Scripted 2.5 (nobody)": False})
            other.request_trial("sip", now())
            await server.until_asked(2)
            other.close()
            bench.daemon._end()
            await serving
            named = [one.body.startswith("Answer: nightcare done") for one in server.asked]
            assert named == [False, True]

    with private_home() as home, private_bus(home) as own:
        asyncio.run(said(own))


def test_without_a_bus_the_terminal_serves() -> None:
    """With a bus the desktop's server or the configured notifier serves."""
    schedule = schedule_of("")
    assert choose_screen(schedule, {}, io.StringIO()).name == "terminal"
    bus = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    assert choose_screen(schedule, bus, io.StringIO()).name == "freedesktop"
    named = schedule_of('[notify]\nbackend = "plyer"\n')
    assert choose_screen(named, bus, io.StringIO()).name == "plyer"
    with pytest.raises(DesktopError):
        choose_screen(schedule_of('[notify]\nbackend = "freedesktop"\n'), {}, io.StringIO())
    awaited = choose_screen(schedule, {}, io.StringIO(), watched=False)
    assert (awaited.name, awaited.describe()) == ("freedesktop", "")
    assert chosen_backend(schedule, {}, watched=False) == ("freedesktop", "awaited_bus")


def test_one_bus_may_have_several_addresses(tmp_path: Path) -> None:
    """With its identifier or without, and through a link."""
    place = tmp_path / "bus"
    (tmp_path / "link").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(os.fspath(place))
        address = f"unix:path={place}"
        assert same_bus(address, address)
        assert same_bus(address, f"{address},guid=0123")
        assert same_bus(address, f"unix:path={tmp_path}/link/bus")
        assert not same_bus(address, "unix:path=/nowhere")
        assert not same_bus(address, "unix:abstract=/tmp/dbus-x,guid=01")


def test_the_bus_is_found_where_a_login_session_has_it(tmp_path: Path) -> None:
    """By its address, or at its usual place."""
    assert session_bus({}) is None
    assert session_bus({"XDG_RUNTIME_DIR": str(tmp_path)}) is None
    place = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(place))
        assert session_bus({"XDG_RUNTIME_DIR": str(tmp_path)}) == f"unix:path={place}"
    assert session_bus({"DBUS_SESSION_BUS_ADDRESS": "unix:abstract=x"}) == "unix:abstract=x"


SAVER = "org.freedesktop.ScreenSaver"


def test_what_is_due_is_decided_by_who_is_there_at_that_moment(tmp_path: Path) -> None:
    """A desktop that tells nothing by itself is asked just before."""
    with private_home() as home, private_bus(home) as bus:
        bench = Bench(tmp_path, DBUS_SESSION_BUS_ADDRESS=bus.address)

        async def test(bench: Bench) -> None:
            async with NamedService(bus.address, SAVER) as saver:
                for idle in (True, False):
                    length = 3_600_000 if idle else 0
                    saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (length,))
                    await bench.daemon._due()
                    conditions = {Condition.IDLE} if idle else set()
                    assert bench.daemon._service.presence == conditions
                    presence = bench.daemon._journal.read_note(SERVICE_NOTE)["presence"]
                    assert isinstance(presence, dict)
                    assert presence["idle"] == {"on": idle, "by": [SAVER]}

        bench.run(test)


GNOME_SAVER = "org.gnome.ScreenSaver"


def test_after_a_sleep_it_looks_before_it_shows(tmp_path: Path) -> None:
    """A screen that was locked meanwhile, and has not told of it yet, is shown nothing."""
    with private_home() as home, private_bus(home) as bus:
        bench = Bench(tmp_path, DBUS_SESSION_BUS_ADDRESS=bus.address)

        async def test(bench: Bench) -> None:
            async with NamedService(bus.address, GNOME_SAVER) as saver:
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
                await bench.daemon._due()
                assert bench.daemon._service.presence == Presence()
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                seen: list[Presence] = []
                update = bench.daemon._service.update

                def look(now: datetime) -> None:
                    seen.append(bench.daemon._service.presence)
                    update(now)

                bench.daemon._service.update = look  # type: ignore[method-assign]
                bench.daemon._resumed()
                # What falls due at the same moment waits for it.
                await bench.daemon._due()
                assert seen
                assert set(seen) == {Presence({Condition.LOCKED})}

        bench.run(test)


def test_a_failure_after_a_sleep_ends_the_service(tmp_path: Path) -> None:
    """As in any other callback: nothing goes on half dead."""

    class Failure(Exception):
        """Something unexpected."""

    bench = Bench(tmp_path)

    def fail() -> None:
        raise Failure

    async def test(bench: Bench) -> None:
        # Only now, for the watch on the time zone has the real one.
        bench.daemon._jumped = fail  # type: ignore[method-assign]
        bench.daemon._resumed()
        await bench.until(bench.daemon._stop.done)

    with pytest.raises(Failure):
        bench.run(test)


def test_another_backend_in_the_config_is_said_to_come_later(tmp_path: Path) -> None:
    """The screen in use stays until the next start, and the log says so."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.daemon.reload()
        await bench.until(lambda: "is in force" in bench.out.getvalue())
        assert "next start" not in bench.out.getvalue()
        bench.file.write_text(CONFIG.replace('"terminal"', '"plyer"'), encoding="utf-8")
        bench.daemon.reload()
        await bench.until(lambda: "next start" in bench.out.getvalue())
        assert (
            '[notify] backend = "plyer" takes effect with the next start.' in bench.out.getvalue()
        )
        assert bench.daemon._screen.name == "terminal"

    bench.run(test)


def test_nothing_is_reckoned_before_the_start(tmp_path: Path) -> None:
    """A reload does not start the service while it is still preparing."""
    bench = Bench(tmp_path)
    bench.daemon._came_or_went()
    bench.daemon.reload()
    assert bench.daemon._journal.global_state().reckoned is None
    bench.daemon._journal.close()
    bench.daemon._lock.release()


def test_a_bus_that_dies_as_the_service_ends_does_not_keep_it() -> None:
    """The error of the one takes the place of the cancellation, which is then told once more."""

    async def test() -> None:
        dying, gone = asyncio.Event(), asyncio.Event()

        async def bus() -> None:
            raise ConnectionLost

        async def slow_to_clear_up() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                dying.set()
                await gone.wait()

        async def connect() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(slow_to_clear_up())
                await asyncio.sleep(0)
                tasks.create_task(bus())

        async def listen() -> None:
            try:
                await asyncio.create_task(connect())
            except* ConnectionLost:
                pass
            await asyncio.Event().wait()

        listening = asyncio.create_task(listen())
        await dying.wait()
        asyncio.get_running_loop().call_later(0.01, gone.set)
        async with asyncio.timeout(10):
            await ended([listening])
        assert listening.cancelled()

    asyncio.run(test())
