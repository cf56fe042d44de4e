"""Reloads of the config."""

from __future__ import annotations

import asyncio
import importlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from nightcare.config.cache import load_cached
from nightcare.config.config_source import ConfigSource, Load, LoadResult
from nightcare.desktop.clock import now
from nightcare.desktop.instance_lock import running_service
from nightcare.domain.reminders import Key
from nightcare.journal.service_status import read_status
from nightcare.service.config_reload import ReloadResult
from service.bench import CONFIG, SECONDS, Bench


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
        read = bench.app.config.load

        async def slowly() -> ReloadResult:
            nonlocal ahead
            ahead = timedelta(seconds=3)
            return await read()

        monkeypatch.setattr(bench.app.config, "load", slowly)
        bench.app.reload()
        key = Key("new", due.date(), "1")
        await bench.until(lambda: bench.app.journal.delivery(key))

    monkeypatch.setattr("nightcare.service.runtime.now", lambda: now() + ahead)
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
        monkeypatch.setattr("nightcare.service.config_reload.load_cached", disk.load_cached)
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'), encoding="utf-8")
        bench.app.reload()
        await bench.until(disk.asked.is_set)
        number = bench.ask()
        await bench.app.runtime.handle_due()
        await bench.until(lambda: bench.app.journal.trial_answer(number))
        bench.file.write_text(CONFIG.replace('"1h"', '"3h"'), encoding="utf-8")
        bench.app.reload()
        assert "is active" not in bench.out.getvalue()
        disk.back.set()
        settings = bench.app.settings
        await bench.until(lambda: settings.loaded.values["reminders"]["sip"]["every"] == "3h")
        assert bench.out.getvalue().count("is active") >= 2

    bench.run(test)


def test_it_ends_while_a_schedule_is_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a disk that hangs."""
    bench = Bench(tmp_path)
    disk = HangingDisk()

    async def test(bench: Bench) -> None:
        monkeypatch.setattr("nightcare.service.config_reload.load_cached", disk.load_cached)
        bench.app.reload()
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
        before = bench.app.settings.loaded.schedule
        bench.file.unlink()
        await bench.until(lambda: "the file is gone" in bench.err.getvalue())
        assert bench.app.settings.loaded.schedule is before
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'))
        await bench.until(lambda: "The new schedule is active." in bench.out.getvalue())
        assert bench.app.config.mistakes == ()

    bench.run(test)


def test_a_config_that_is_a_link_to_itself_is_not_called_gone(tmp_path: Path) -> None:
    """The error is the one that commands report."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.file.unlink()
        bench.file.symlink_to(bench.file.name)
        await bench.until(lambda: "symbolic links" in bench.err.getvalue())
        assert not bench.app.config.unread

    bench.run(test)


def test_saving_the_same_again_is_no_news(tmp_path: Path) -> None:
    """A change that leaves the schedule the same is none either; the next real one is."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        before = bench.app.settings.loaded
        bench.file.write_text(f"# My schedule\n{CONFIG}")
        await bench.until(lambda: bench.app.settings.loaded is not before)
        bench.file.write_text(CONFIG.replace('"1h"', '"3h"'))
        await bench.until(lambda: "The new schedule is active." in bench.out.getvalue())
        assert bench.out.getvalue().count("is active") == 1

    bench.run(test)


def test_a_reload_takes_up_the_file_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    """The mistake is told with its place.

    As it broke elsewhere: entracte#212.
    """
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'))
        bench.app.reload()
        await bench.until(lambda: "Next: water (sip), " in bench.out.getvalue())
        assert "The new schedule is active." in bench.out.getvalue()
        before = bench.app.settings.loaded.schedule
        bench.file.write_text(CONFIG.replace('"1h"', '"soon"'))
        bench.app.reload()
        await bench.until(lambda: "reminders.sip.every" in bench.err.getvalue())
        assert f"{bench.file}:8:9: reminders.sip.every" in bench.err.getvalue()
        assert bench.app.settings.loaded.schedule is before

    bench.run(test)


def test_the_texts_are_read_again_only_for_another_language(tmp_path: Path) -> None:
    """They take 0.2 MiB, which a reload would hold twice."""
    bench = Bench(tmp_path)

    async def reload(config: str, line: str) -> None:
        bench.file.write_text(config, encoding="utf-8")
        bench.app.reload()
        await bench.until(lambda: line in bench.out.getvalue())

    async def test(bench: Bench) -> None:
        settings = bench.app.settings
        english = settings.translator
        await reload(CONFIG.replace('"1h"', '"2h"'), "The new schedule is active.")
        assert settings.translator is english
        await reload(f'language = "da"\n{CONFIG}', "Den nye plan gælder nu.")
        assert settings.translator.language == "da"

    bench.run(test)


def test_another_backend_in_the_config_is_said_to_come_later(tmp_path: Path) -> None:
    """The screen in use stays until the next start, and the log says so."""
    bench = Bench(tmp_path)

    async def test(bench: Bench) -> None:
        bench.app.reload()
        await bench.until(lambda: "is active" in bench.out.getvalue())
        assert "next start" not in bench.out.getvalue()
        bench.file.write_text(CONFIG.replace('"terminal"', '"plyer"'), encoding="utf-8")
        bench.app.reload()
        await bench.until(lambda: "next start" in bench.out.getvalue())
        assert (
            '[notify] backend = "plyer" takes effect with the next start.' in bench.out.getvalue()
        )
        assert bench.app.desktop.notifier.name == "terminal"

    bench.run(test)


def test_refused_files_of_an_upgrade_are_checked_again_after_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new version may have refused the config of before."""
    bench = Bench(tmp_path)
    checks: list[bool] = []

    async def test(bench: Bench) -> None:
        monkeypatch.setattr(bench.app.upgrade, "check_again", lambda: checks.append(True))
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'), encoding="utf-8")
        bench.app.reload()
        await bench.until(lambda: checks)

    bench.run(test)


def keeps_schedule(bench: Bench) -> bool:
    """Return what the record of the service says to commands."""
    record = running_service({"XDG_RUNTIME_DIR": str(bench.state.with_name("run"))})
    assert record is not None
    return record.keeps_schedule


@pytest.mark.parametrize("file", ["import nightcare.d +", "raise KeyError"])
def test_a_config_that_a_damaged_module_could_not_read_is_read_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """An installer or a full disk left half a file; the active schedule stays until then.

    After a few attempts nothing wakes up for it until an installer writes something.
    """
    (tmp_path / "run").mkdir(mode=0o700)
    bench = Bench(tmp_path)
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "half_a_module.py").write_text(file, encoding="utf-8")
    monkeypatch.syspath_prepend(library)
    monkeypatch.setattr("nightcare.service.config_reload.AGAIN_SECONDS", (0.01, 0.01))
    monkeypatch.setattr("nightcare.service.config_reload.SETTLED_SECONDS", 0.01)
    attempts: list[bool] = []

    def load(*_: object) -> LoadResult:
        attempts.append(True)
        importlib.import_module("half_a_module")
        raise AssertionError

    async def test(bench: Bench) -> None:
        before = bench.app.settings.loaded.schedule
        monkeypatch.setattr("nightcare.service.config_reload.load_cached", load)
        bench.file.write_text(CONFIG.replace('"1h"', '"2h"'), encoding="utf-8")
        await bench.until(lambda: "missing, damaged or being replaced" in bench.err.getvalue())
        assert bench.app.settings.loaded.schedule is before
        assert "The saved config was not read" in bench.out.getvalue()
        assert "errors" not in bench.out.getvalue()
        await bench.until(lambda: keeps_schedule(bench))
        assert read_status(bench.app.journal).unread
        config, loop = bench.app.config, asyncio.get_running_loop()
        await bench.until(lambda: config._failures == 3)
        assert config._timer is not None
        assert config._timer.when() <= loop.time()
        assert len(attempts) == 3
        monkeypatch.setattr("nightcare.service.config_reload.load_cached", load_cached)
        (library / "whole_module.py").touch()
        await bench.until(lambda: "The new schedule is active." in bench.out.getvalue())
        assert bench.app.config.mistakes == ()
        assert not keeps_schedule(bench)
        assert not read_status(bench.app.journal).unread

    bench.run(test)
