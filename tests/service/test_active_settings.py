"""The time zone in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.config.load import load
from nightcare.desktop.clock import now
from nightcare.desktop.time_zone import chosen
from nightcare.journal.store import SERVICE_NOTE
from nightcare.service.active_settings import PLAN_NOTE, plan_note, read_plan_note
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


async def _nothing(_: Bench) -> None:
    """Let it start, and end."""


@pytest.mark.parametrize("rule", ["America/New_York", "EST5"])
def test_another_time_zone_while_it_was_off_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    """The zone of the last run is known to the next one, whatever named it."""
    config = CONFIG.replace('timezone = "Etc/UTC"', "")
    monkeypatch.setenv("TZ", rule)
    first = Bench(tmp_path, config)
    schedule, zone = first.app.settings.loaded.schedule, first.app.settings.zone.zone
    first.run(_nothing)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    second = Bench(tmp_path, config)
    noted = read_plan_note(second.app.journal.read_note(PLAN_NOTE))
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
