"""Files that change."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nightcare.desktop.files import watch

SECONDS = 60.0


def test_a_write_is_told_at_once(tmp_path: Path) -> None:
    """To a file that is there, and to a new one."""

    async def test() -> None:
        heard = asyncio.Event()
        file = tmp_path / "journal"
        file.write_text("one")
        task = asyncio.create_task(watch(tmp_path, None, heard.set))
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


def test_only_the_file_that_was_named_is_told_of(tmp_path: Path) -> None:
    """A link that is replaced counts, as `timedatectl set-timezone` does it; others do not."""

    async def test() -> None:
        heard = asyncio.Event()
        calls: list[str] = []

        def changed() -> None:
            calls.append((tmp_path / "localtime").readlink().name)
            heard.set()

        task = asyncio.create_task(watch(tmp_path, "localtime", changed))
        async with asyncio.timeout(SECONDS):
            number = 0
            while not heard.is_set():
                number += 1
                (tmp_path / "other").write_text("noise")
                (tmp_path / "new").symlink_to(f"zone{number}")
                (tmp_path / "new").replace(tmp_path / "localtime")
                await asyncio.sleep(0.01)
        assert set(calls) <= {f"zone{one}" for one in range(1, number + 1)}
        task.cancel()

    asyncio.run(test())
