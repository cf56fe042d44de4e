"""A service that watches the folder sees the writes of commands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightcare.desktop.file_watch import watch
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal

SECONDS = 60.0
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_every_commit_is_told_when_it_can_be_read(tmp_path: Path) -> None:
    """Told while SQLite still writes, the service would look too early and never again."""
    service = Journal.open(tmp_path)

    def pause(number: int) -> None:
        command = Journal.open(tmp_path)
        until = NOON + timedelta(minutes=number)
        command.save_global_state(replace(command.global_state(), paused_until=until))
        command.close()

    async def test() -> None:
        heard = asyncio.Event()
        assert not service.changed_by_others()

        def look() -> None:
            if service.changed_by_others():
                heard.set()

        task = asyncio.create_task(watch(tmp_path / FILE_NAME, look))
        await asyncio.sleep(0)
        for number in range(30):
            await asyncio.to_thread(pause, number)
            async with asyncio.timeout(SECONDS):
                await heard.wait()
            heard.clear()
            assert service.global_state().paused_until == NOON + timedelta(minutes=number)
        task.cancel()

    asyncio.run(test())
    service.close()
