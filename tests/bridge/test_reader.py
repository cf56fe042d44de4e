"""The facts that the bridge reads: by the config, the language and the zone of the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightcare.bridge.reader import JournalReader
from nightcare.bridge.topics import Topics
from nightcare.config.load import load
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.journal.store import SERVICE_NOTE

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_zone_that_the_system_has_lost_is_that_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan on the phone has the times of the reminders on the screen."""
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr("nightcare.desktop.time_zone.LOCAL_TIME", tmp_path / "none")
    config = tmp_path / "config.toml"
    config.write_text('[mqtt]\nhost = "127.0.0.1"\n', encoding="utf-8")
    reader = JournalReader(tmp_path, {}, load(config, {}))
    settings, lock = reader.settings, InstanceLock(tmp_path)
    assert settings is not None
    assert lock.take()

    def ahead() -> timedelta | None:
        outlook = reader.facts(Topics("anna", "0123456789"), settings, NOON).outlook
        return outlook.calendar.local(NOON).utcoffset()

    try:
        assert ahead() == timedelta()
        zone = {"name": "Asia/Tokyo", "source": "link", "known": True, "lost": True}
        reader.journal.write_note(SERVICE_NOTE, {"zone": zone})
        assert ahead() == timedelta(hours=9)
        reader.forget_zone()
        assert reader.zone.utcoffset(NOON) == timedelta(hours=9)
        reader.journal.write_note(SERVICE_NOTE, {"zone": zone | {"lost": False}})
        assert ahead() == timedelta()
    finally:
        lock.release()
        reader.close()
