"""The restart of the service after an upgrade."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from nightcare.desktop.own_process import FilesState
from nightcare.journal.migrations import VERSION
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

    def state(self) -> FilesState:
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
    monkeypatch.setattr(upgrade, "_AGAIN_SECONDS", (0.0, 0.0))


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
        assert await told.get() == (FilesState.REPLACED, False)
        while files.checks < 3:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
        await asyncio.gather(*one.running())
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
        assert await told.get() == (FilesState.REPLACED, False)
        while files.checks < 3:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
        await asyncio.gather(*one.running())
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
