"""The restart of the service after an upgrade."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.journal.migrations import VERSION
from nightcare.journal.store import Journal
from nightcare.service import upgrade
from nightcare.service.upgrade import UpgradeRestart

SECONDS = 30.0


class Files:
    """Program files in whatever state a test says.

    Attributes:
        now: What became of them.
        startable: Whether each check finds that they can be started, in order.
    """

    def __init__(self) -> None:
        self.marker = Path("/program/__init__.py")
        self.now = FilesState.UNCHANGED
        self.startable = [True]
        self.checks = 0
        self.edition = 0
        self.stamp = self.identity()

    def identity(self) -> tuple[int, ...] | None:
        """Return a number for each edition of them."""
        return None if self.now is FilesState.MISSING else (self.now.value, self.edition)

    def state_of(self, _: object) -> FilesState:
        """Return what became of them."""
        return self.now

    def can_start(self, _: Path | None, journal: int) -> bool:
        """Return whether they can be started."""
        assert journal == VERSION
        self.checks += 1
        return self.startable.pop(0) if len(self.startable) > 1 else self.startable[0]


Told = asyncio.Queue[tuple[FilesState, bool]]
Story = Callable[[UpgradeRestart, Files, Told], Awaitable[None]]


def follow(story: Story) -> None:
    """Follow program files through a story."""

    async def main() -> None:
        files = Files()
        told: Told = asyncio.Queue()
        one = UpgradeRestart(files, None, lambda: told.put_nowait((one.state, one.ready)))  # type: ignore[arg-type] # the same methods
        async with asyncio.timeout(SECONDS):
            await story(one, files, told)
        one.stop()

    asyncio.run(main())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(upgrade, "AGAIN_SECONDS", (0.0, 0.0))


async def given_up(one: UpgradeRestart, files: Files, told: Told) -> None:
    """Wait until files that cannot be started were checked for the last time."""
    assert await told.get() == (FilesState.REPLACED, False)
    while files.checks < 3:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    await asyncio.gather(*one.running())


def test_new_files_that_can_be_started_are_ready() -> None:
    """After the installer has been quiet."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now = FilesState.REPLACED
        one.touched()
        assert await told.get() == (FilesState.REPLACED, True)
        assert files.checks == 1

    follow(story)


def test_files_that_cannot_be_started_yet_are_checked_again() -> None:
    """The installer may be at it still."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now, files.startable = FilesState.REPLACED, [False, True]
        one.touched()
        assert await told.get() == (FilesState.REPLACED, False)
        assert await told.get() == (FilesState.REPLACED, True)

    follow(story)


def test_files_that_never_can_are_given_up() -> None:
    """Until the next change of a file: nothing wakes up for them."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now, files.startable = FilesState.REPLACED, [False]
        one.touched()
        await given_up(one, files, told)
        assert one._settling is None
        assert told.empty()

    follow(story)


def test_files_that_were_given_up_are_checked_after_the_config_was_saved() -> None:
    """The new version may have refused it; before an upgrade nothing is checked."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        one.check_again()
        files.now = FilesState.REPLACED
        files.startable = [False, False, False, True]
        one.touched()
        await given_up(one, files, told)
        one.check_again()
        assert await told.get() == (FilesState.REPLACED, True)
        one.check_again()
        assert files.checks == 4

    follow(story)


def test_files_that_come_back_are_told() -> None:
    """A config saved meanwhile is then read."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now = FilesState.MISSING
        one.touched()
        assert await told.get() == (FilesState.MISSING, False)
        files.now = FilesState.UNCHANGED
        one.touched()
        assert await told.get() == (FilesState.UNCHANGED, False)

    follow(story)


def test_a_change_that_is_none_checks_nothing() -> None:
    """As when a file is only looked at."""

    async def story(one: UpgradeRestart, files: Files, _: object) -> None:
        one.touched()
        assert one._settling is None
        assert files.checks == 0

    follow(story)


def test_files_that_were_given_up_are_checked_at_their_next_change() -> None:
    """As after a second `git pull`, which mends the first."""

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now, files.startable = FilesState.REPLACED, [False]
        one.touched()
        await given_up(one, files, told)
        files.edition, files.startable = 1, [True]
        one.touched()
        assert await told.get() == (FilesState.REPLACED, True)

    follow(story)


def test_a_change_of_any_module_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In new and in old folders, by events alone; a library is reported as well."""
    marker, library = tmp_path / "nightcare" / "__init__.py", tmp_path / "site-packages"
    (marker.parent / "engine").mkdir(parents=True)
    library.mkdir()
    marker.touch()
    monkeypatch.syspath_prepend(library)
    monkeypatch.setattr(ProgramFiles, "can_start", lambda *_: True)

    async def story() -> None:
        events: asyncio.Queue[None] = asyncio.Queue()
        told: asyncio.Queue[FilesState] = asyncio.Queue()
        files = ProgramFiles.found(marker, Path(sys.executable))
        one = UpgradeRestart(files, None, lambda: told.put_nowait(one.state))
        following = asyncio.create_task(one.run(lambda: events.put_nowait(None)))
        await events.get()
        (library / "pydantic.py").touch()
        await events.get()
        assert told.empty()
        for folder in ("engine", "engine", "new", "new/inner"):
            (marker.parent / folder).mkdir(exist_ok=True)
            (marker.parent / folder / "module.py").write_text(f"{folder}", encoding="utf-8")
            assert await told.get() is FilesState.REPLACED
        following.cancel()
        one.stop()
        await asyncio.gather(*one.running())

    async def main() -> None:
        async with asyncio.timeout(SECONDS):
            await story()

    asyncio.run(main())


def test_an_interpreter_that_comes_back_is_noticed(tmp_path: Path) -> None:
    """As where a virtual environment is made anew beside a clone."""
    marker, interpreter = (
        tmp_path / "nightcare" / "__init__.py",
        tmp_path / "venv" / "bin" / "python",
    )
    for path in (marker, interpreter):
        path.parent.mkdir(parents=True)
    marker.touch()
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    interpreter.symlink_to(sys.executable)

    async def main() -> None:
        events: asyncio.Queue[None] = asyncio.Queue()
        told: asyncio.Queue[FilesState] = asyncio.Queue()
        files = ProgramFiles.found(marker, interpreter)
        one = UpgradeRestart(files, None, lambda: told.put_nowait(one.state))
        following = asyncio.create_task(one.run(lambda: events.put_nowait(None)))
        async with asyncio.timeout(SECONDS):
            await events.get()
            interpreter.unlink()
            assert await told.get() is FilesState.MISSING
            interpreter.symlink_to(sys.executable)
            assert await told.get() is FilesState.UNCHANGED
        following.cancel()
        one.stop()

    asyncio.run(main())


def test_nothing_restarts_while_the_files_change_again(tmp_path: Path) -> None:
    """They were ready, and half of the next edition is there."""
    journal = Journal.open(tmp_path)

    async def story(one: UpgradeRestart, files: Files, told: Told) -> None:
        files.now = FilesState.REPLACED
        one.touched()
        assert await told.get() == (FilesState.REPLACED, True)
        assert one.is_due(journal)
        files.edition, files.startable = 1, [False]
        one.touched()
        assert not one.is_due(journal)
        assert await told.get() == (FilesState.REPLACED, False)
        assert not one.is_due(journal)

    follow(story)
    journal.close()
