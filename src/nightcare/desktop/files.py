"""Files that change: another program has written to the journal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY = 5.0


async def watch(folder: Path, changed: Callable[[], None]) -> None:
    """Call whenever something in a folder is written; for ever.

    On Linux the kernel tells (inotify(7)); elsewhere it is called every five seconds.
    """
    if sys.platform != "linux":
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            changed()
    from asyncinotify import Inotify, Mask  # noqa: PLC0415 - Linux only

    with Inotify() as inotify:
        inotify.add_watch(folder, Mask.MODIFY | Mask.CREATE | Mask.MOVED_TO)
        async for _ in inotify:
            changed()
