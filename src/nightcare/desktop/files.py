"""Files that change: another program has written to the journal, or the time zone is another."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY = 5.0


async def watch(folder: Path, name: str | None, changed: Callable[[], None]) -> None:
    """Call whenever something of that name, or anything, in a folder is written; for ever.

    Also once at the beginning, for what was written before anybody was watching. On Linux the
    kernel tells (inotify(7)); elsewhere it is called every five seconds.
    """
    if sys.platform != "linux":
        while True:
            changed()
            await asyncio.sleep(_LOOK_EVERY)
    from asyncinotify import Inotify, Mask  # noqa: PLC0415 - Linux only

    with Inotify() as inotify:
        inotify.add_watch(folder, Mask.ATTRIB | Mask.CLOSE_WRITE | Mask.CREATE | Mask.MOVED_TO)
        changed()
        async for event in inotify:
            if name is None or event.name == Path(name):
                changed()
