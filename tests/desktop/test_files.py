"""Files that change."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nightcare.desktop.files import watch

SECONDS = 60.0


async def watching(folder: Path, name: str | None, heard: asyncio.Event) -> asyncio.Task[None]:
    """A watch that stands: it is called once when it does."""
    task = asyncio.create_task(watch(folder, name, heard.set))
    await wait_for(heard)
    return task


async def wait_for(heard: asyncio.Event) -> None:
    """Wait for the next call."""
    async with asyncio.timeout(SECONDS):
        await heard.wait()
    heard.clear()


def test_a_write_is_told_at_once(tmp_path: Path) -> None:
    """To a file that is there, and to a new one."""

    async def test() -> None:
        heard = asyncio.Event()
        (tmp_path / "journal").write_text("one")
        task = await watching(tmp_path, None, heard)
        for name in ("journal", "journal-wal"):
            (tmp_path / name).write_text("two")
            await wait_for(heard)
        task.cancel()

    asyncio.run(test())


def test_only_the_file_that_was_named_is_told_of(tmp_path: Path) -> None:
    """A link that is replaced counts, as `timedatectl set-timezone` does it; others do not."""

    async def test() -> None:
        heard = asyncio.Event()
        other = asyncio.Event()
        tasks = [
            await watching(tmp_path, "localtime", heard),
            await watching(tmp_path, None, other),
        ]
        (tmp_path / "noise").write_text("noise")
        await wait_for(other)
        assert not heard.is_set()
        (tmp_path / "new").symlink_to("zone")
        (tmp_path / "new").replace(tmp_path / "localtime")
        await wait_for(heard)
        for task in tasks:
            task.cancel()

    asyncio.run(test())
