"""The time zone in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.journal.store import SERVICE_NOTE
from parts.home import TIME_ZONES
from service.bench import CONFIG, Bench


def test_a_zone_that_goes_missing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said once, noted for commands, and over when there is one again."""
    link = tmp_path / "localtime"
    link.symlink_to(f"{TIME_ZONES}/Asia/Tokyo")
    monkeypatch.delenv("TZ")
    monkeypatch.setattr("nightcare.desktop.time_zone.LOCAL_TIME", link)
    bench = Bench(tmp_path, CONFIG.replace('timezone = "Etc/UTC"', ""))

    async def test(bench: Bench) -> None:
        link.unlink()
        bench.app.runtime.handle_clock()
        bench.app.runtime.handle_clock()
        assert bench.app.settings.zone.name == "Asia/Tokyo"
        assert bench.out.getvalue().count("reminders still use Asia/Tokyo") == 1
        assert bench.app.journal.read_note(SERVICE_NOTE)["zone"] == {
            "name": "Asia/Tokyo", "source": "link", "known": True, "lost": True,
        }  # fmt: skip
        link.symlink_to(f"{TIME_ZONES}/Europe/Copenhagen")
        bench.app.runtime.handle_clock()
        assert "The time zone is Europe/Copenhagen now." in bench.out.getvalue()
        assert bench.app.journal.read_note(SERVICE_NOTE)["zone"] == {
            "name": "Europe/Copenhagen", "source": "link", "known": True, "lost": False,
        }  # fmt: skip

    bench.run(test)
