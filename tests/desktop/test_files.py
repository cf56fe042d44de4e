"""Files that change."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nightcare.desktop.files import watch

SECONDS = 10.0


def test_a_write_is_told_at_once(tmp_path: Path) -> None:
    """To a file that is there, and to a new one."""

    async def test() -> None:
        heard = asyncio.Event()
        file = tmp_path / "journal"
        file.write_text("one")
        task = asyncio.create_task(watch(tmp_path, heard.set))
        await asyncio.sleep(0)
        for name in ("journal", "journal-wal"):
            # The watch may not stand yet at the first write.
            async with asyncio.timeout(SECONDS):
                while not heard.is_set():
                    (tmp_path / name).write_text("two")
                    await asyncio.sleep(0.01)
            heard.clear()
        task.cancel()

    asyncio.run(test())
