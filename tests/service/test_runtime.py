"""The engine at run time: the journal, the clock and presence."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nightcare.desktop.clock import now
from nightcare.domain.delivery import Active, begin
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import SERVICE_NOTE, Journal
from nightcare.service import runtime
from parts.bus import private_bus
from parts.home import private_home
from parts.named_service import NamedService
from service.bench import CONFIG, Bench


def test_a_journal_that_cannot_be_written_does_not_stop_the_reminders(tmp_path: Path) -> None:
    """It says so, goes on in memory, and writes it all down as soon as it can again."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        hidden = tmp_path / "hidden"
        bench.state.rename(hidden)
        bench.state.write_text("a file in the way")
        # SQLite's own way to run out of room: not a page more.
        bench.app.journal._db.execute("PRAGMA max_page_count = 1")
        key = Key("sip", now().date(), "probe")
        bench.app.journal._db.execute("PRAGMA query_only = 1")
        await bench.app.runtime.handle_due()
        assert "was removed or replaced" in bench.out.getvalue()
        assert "nothing is saved" in bench.out.getvalue()
        delivery = bench.app.journal.delivery(key)
        assert delivery is None
        number = bench.ask()
        await bench.app.runtime.handle_due()
        await bench.until(lambda: bench.app.journal.trial_answer(number))
        updated = bench.app.journal.global_state().updated
        bench.state.unlink()
        hidden.rename(bench.state)
        await bench.app.runtime.handle_due()
        assert "can be written again" in bench.out.getvalue()
        disk = Journal.open(bench.state)
        global_state = disk.global_state()
        disk.close()
        assert global_state.updated is not None
        assert updated is not None
        assert global_state.updated >= updated

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
        await bench.app.runtime.handle_due()
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
        global_state = replace(bench.app.journal.global_state(), paused_until=until)
        bench.app.journal.save_global_state(global_state)
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
        await bench.until(lambda: bench.app.journal.global_state().paused_until is None)

    bench.run(test)


def test_another_time_zone_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the system moves to it, all times follow."""
    bench = Bench(tmp_path, CONFIG.replace('timezone = "Etc/UTC"', ""))

    async def test(bench: Bench) -> None:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        bench.app.runtime.handle_clock()
        assert "The time zone is Asia/Tokyo now." in bench.out.getvalue()
        assert bench.app.settings.zone.name == "Asia/Tokyo"

    bench.run(test)


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
                    await bench.app.runtime.handle_due()
                    conditions = {Condition.IDLE} if idle else set()
                    assert bench.app.runtime.engine.presence == conditions
                    presence = bench.app.journal.read_note(SERVICE_NOTE)["presence"]
                    assert isinstance(presence, dict)
                    assert presence["idle"] == {"on": idle, "by": [SAVER]}

        bench.run(test)


def test_who_returns_without_a_signal_is_shown_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desktop that tells nothing by itself is asked again while a reminder is held."""
    monkeypatch.setattr(runtime, "_QUERY_AGAIN", timedelta(milliseconds=20))
    with private_home() as home, private_bus(home) as bus:
        bench = Bench(tmp_path, DBUS_SESSION_BUS_ADDRESS=bus.address)

        async def test(bench: Bench) -> None:
            async with NamedService(bus.address, SAVER) as saver:
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (3_600_000,))
                await bench.app.runtime.handle_due()
                occurrence = Occurrence(Key("sip", now().date(), "probe"), now())
                # Seen, so that it stays although the schedule has no such moment.
                due = replace(begin(occurrence, Topic("hydration")), seen=True)
                bench.app.journal.save(due)
                await bench.app.runtime.handle_due()
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (0,))

                def shown() -> bool:
                    found = bench.app.journal.delivery(occurrence.key)
                    return found is not None and isinstance(found.state, Active)

                assert not shown()
                # After a minute the welcome looks for the person.
                async with asyncio.timeout(30):
                    await bench.until(shown)

        bench.run(test)


GNOME_SAVER = "org.gnome.ScreenSaver"


def test_after_a_sleep_it_looks_before_it_shows(tmp_path: Path) -> None:
    """A screen that was locked meanwhile, and has not told of it yet, is shown nothing."""
    with private_home() as home, private_bus(home) as bus:
        bench = Bench(tmp_path, DBUS_SESSION_BUS_ADDRESS=bus.address)

        async def test(bench: Bench) -> None:
            async with NamedService(bus.address, GNOME_SAVER) as saver:
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
                await bench.app.runtime.handle_due()
                assert bench.app.runtime.engine.presence == Presence()
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                seen: list[Presence] = []
                update = bench.app.runtime.engine.update

                def look(now: datetime) -> None:
                    seen.append(bench.app.runtime.engine.presence)
                    update(now)

                bench.app.runtime.engine.update = look  # type: ignore[method-assign]
                bench.app.runtime.handle_resume()
                # What falls due at the same moment waits for it.
                await bench.app.runtime.handle_due()
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
        bench.app.runtime.handle_clock = fail  # type: ignore[method-assign]
        bench.app.runtime.handle_resume()
        await bench.until(bench.app.shutdown._stop.done)

    with pytest.raises(Failure):
        bench.run(test)
