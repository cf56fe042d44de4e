"""Files that change."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncinotify
import pytest

from nightcare.desktop import file_watch
from nightcare.desktop.file_watch import watch

SECONDS = 60.0


class Ear:
    """Hears what a watch tells."""

    def __init__(self, path: Path) -> None:
        self._heard = asyncio.Event()
        self._task = asyncio.create_task(watch(path, self._heard.set))

    async def hears(self) -> None:
        """Wait until something is told."""
        async with asyncio.timeout(SECONDS):
            await self._heard.wait()
        self._heard.clear()

    def has_heard_nothing(self) -> bool:
        """Return whether no change was reported since."""
        return not self._heard.is_set()


def story(path: Path, tell: Callable[[Ear], object]) -> None:
    """Tell a story to a watch that stands: it is called once when it does."""

    async def run() -> None:
        ear = Ear(path)
        await ear.hears()
        await tell(ear)  # type: ignore[misc] # a coroutine function is passed in
        ear._task.cancel()

    asyncio.run(run())


def replace(path: Path, text: str) -> None:
    """Write a file as careful editors do: beside it, and renamed."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def test_a_write_is_told_at_once(tmp_path: Path) -> None:
    """Each, and also where the time alone is another, which is how the journal rings."""
    file = tmp_path / "journal"
    file.write_text("one")

    async def tell(ear: Ear) -> None:
        file.write_text("two")
        await ear.hears()
        os.utime(file)
        await ear.hears()
        replace(file, "three")
        await ear.hears()
        file.write_text("four")
        await ear.hears()

    story(file, tell)


def test_only_the_file_that_was_named_is_told_of(tmp_path: Path) -> None:
    """Its neighbours come and go."""
    file = tmp_path / "config.toml"
    file.write_text("one")

    async def tell(ear: Ear) -> None:
        other = Ear(tmp_path / "noise")
        await other.hears()
        (tmp_path / "noise").write_text("noise")
        await other.hears()
        assert ear.has_heard_nothing()
        other._task.cancel()

    story(file, tell)


def test_a_file_that_appears_later_is_told_of(tmp_path: Path) -> None:
    """Together with its folders, one after the other, and once more after it was taken away."""
    file = tmp_path / "config" / "nightcare" / "config.toml"

    async def tell(ear: Ear) -> None:
        for _ in range(2):
            file.parent.parent.mkdir()
            await ear.hears()
            file.parent.mkdir()
            await ear.hears()
            file.write_text("one")
            await ear.hears()
            file.write_text("two")
            await ear.hears()
            file.unlink()
            await ear.hears()
            file.parent.rmdir()
            await ear.hears()
            file.parent.parent.rmdir()
            await ear.hears()

    story(file, tell)


def test_a_file_that_somebody_begins_to_write_is_told_of_when_they_end(tmp_path: Path) -> None:
    """An empty file would be another schedule."""
    file = tmp_path / "config.toml"

    async def tell(ear: Ear) -> None:
        with file.open("w") as writing:
            for _ in range(20):
                await asyncio.sleep(0)
            assert ear.has_heard_nothing()
            writing.write("one")
        await ear.hears()

    story(file, tell)


@pytest.mark.parametrize("folder", [False, True])
def test_a_link_is_followed(tmp_path: Path, *, folder: bool) -> None:
    """To where the person keeps such files, whether the file or its folder is the link."""
    kept = tmp_path / "dotfiles" / "nightcare"
    kept.mkdir(parents=True)
    (kept / "config.toml").write_text("one")
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text("other")
    config = tmp_path / "config"
    if folder:
        config.symlink_to(kept)
        link, target, elsewhere = config, kept, other
    else:
        config.mkdir()
        link, target, elsewhere = (
            one / "config.toml" for one in (config, Path("../dotfiles/nightcare"), other)
        )
        link.symlink_to(target)

    async def tell(ear: Ear) -> None:
        (kept / "config.toml").write_text("two")
        await ear.hears()
        replace(kept / "config.toml", "three")
        await ear.hears()
        new = link.with_name("new")
        new.symlink_to(elsewhere)
        new.replace(link)
        await ear.hears()
        (other / "config.toml").write_text("four")
        await ear.hears()

    story(config / "config.toml", tell)


def test_links_in_a_circle_are_followed_no_further_than_the_kernel_does(tmp_path: Path) -> None:
    """They lead nowhere, until one of them is mended."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.symlink_to(two)
    two.symlink_to(one)

    async def tell(ear: Ear) -> None:
        two.unlink()
        await ear.hears()
        two.write_text("two")
        await ear.hears()

    story(one, tell)


def test_a_folder_that_is_replaced_is_told_of(tmp_path: Path) -> None:
    """As one that is restored from a backup."""
    folder, new = tmp_path / "nightcare", tmp_path / "new"
    for each in (folder, new):
        each.mkdir()
        (each / "config.toml").write_text("one")

    async def tell(ear: Ear) -> None:
        folder.rename(tmp_path / "old")
        await ear.hears()
        new.rename(folder)
        await ear.hears()
        (folder / "config.toml").write_text("two")
        await ear.hears()

    story(folder / "config.toml", tell)


@contextmanager
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the kernel refuse further watches to this user."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(asyncinotify.Inotify, "add_watch", refuse)
        patched.setattr(file_watch, "_LOOK_EVERY", 0.001)
        yield


def test_where_the_kernel_refuses_it_looks_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every five seconds, so that nothing is missed for ever."""

    async def tell(ear: Ear) -> None:
        await ear.hears()
        await ear.hears()

    with refused(monkeypatch):
        story(tmp_path / "journal", tell)


def test_a_socket_that_appears_is_told_of(tmp_path: Path) -> None:
    """It is always empty; that of a session bus may come long after the service has begun."""
    place = tmp_path / "run" / "bus"
    place.parent.mkdir()

    async def tell(ear: Ear) -> None:
        with socket.socket(socket.AF_UNIX) as bus:
            bus.bind(os.fspath(place))
            await ear.hears()

    story(place, tell)
