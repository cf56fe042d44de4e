"""Files that change: another program has written to the journal, the config or the time zone."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from nightcare.import_stubs import import_with_stubs

_LOOK_EVERY = 5.0
_MOST_LINKS = 40
"""The kernel's own limit of symbolic links to follow, path_resolution(7)."""

_Places = dict[Path, set[Path] | None]
"""The names to watch in each folder; None for all."""

_Folders = Callable[[], Iterable[Path]]


async def watch(path: Path, changed: Callable[[], None], folders: _Folders = tuple) -> None:
    """Call `changed` at the start and whenever a file may have changed, until cancelled.

    The file may be replaced, may be a link, and may be missing together with its folder. On Linux
    the kernel reports changes, inotify(7). Elsewhere, or if inotify fails, `changed` is called
    every five seconds.

    Args:
        path: The file.
        changed: The function to call.
        folders: Returns folders in which every file is watched as well.
    """
    async for _ in _changes(path, folders):
        changed()


async def _changes(path: Path, folders: _Folders) -> AsyncIterator[None]:
    if sys.platform == "linux":
        # The kernel limits the number of inotify instances and watches of a user.
        with suppress(OSError):
            async for change in _kernel_events(path, folders):
                yield change
    while True:
        yield
        await asyncio.sleep(_LOOK_EVERY)


async def _kernel_events(path: Path, folders: _Folders) -> AsyncIterator[None]:
    # asyncinotify would run a program to find the C library, which is already loaded.
    import_with_stubs("asyncinotify", stubs={"ctypes.util": {"find_library": lambda _: None}})
    from asyncinotify import Inotify, Mask  # noqa: PLC0415 - Linux only

    written = Mask.CLOSE_WRITE | Mask.ATTRIB
    moved = Mask.CREATE | Mask.MOVED_TO | Mask.MOVED_FROM | Mask.DELETE
    itself = Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.ONLYDIR
    # Among files of any name only another folder needs another watch.
    folder = Mask.ISDIR | Mask.DELETE_SELF | Mask.MOVE_SELF
    begun = False
    while True:
        with Inotify() as inotify:
            places = _places(path, folders())
            try:
                watches = {inotify.add_watch(one, written | moved | itself): one for one in places}
            except (FileNotFoundError, NotADirectoryError):
                # The folder was removed meanwhile.
                await asyncio.sleep(0)
                continue
            # Ignore an empty file that is still being written; closing it is another event.
            if not (begun and _is_empty(path)):
                yield
            async for event in inotify:
                names = places[watches[event.watch]] if event.watch in watches else set()
                if event.name is not None and names is not None and event.name not in names:
                    continue
                if not event.mask & written and (names is not None or event.mask & folder):
                    begun = names is not None and bool(event.mask & Mask.CREATE)
                    break
                yield


def _places(path: Path, folders: Iterable[Path]) -> _Places:
    """Return the folders to watch, with the names in them that a path depends on."""
    names: dict[Path, set[Path]] = {}
    for folder, name in _steps(path.absolute()):
        names.setdefault(folder, set()).add(Path(name))
    return {**names, **{one: None for one in folders if one.is_dir()}}


def _steps(path: Path) -> Iterator[tuple[Path, str]]:
    for _ in range(_MOST_LINKS):
        folder = path.parent
        if not folder.is_dir():
            while not folder.is_dir():
                path, folder = folder, folder.parent
            yield folder, path.name
            return
        yield folder, path.name
        if folder.is_symlink():
            yield folder.parent, folder.name
        if not path.is_symlink():
            return
        path = folder / path.readlink()


def _is_empty(path: Path) -> bool:
    try:
        found = path.stat()
        # A socket always has size 0.
        return stat.S_ISREG(found.st_mode) and found.st_size == 0
    except OSError:
        return False
