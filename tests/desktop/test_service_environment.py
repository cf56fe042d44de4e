"""Variables that arrive late, told by a systemctl of the test's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nightcare.desktop.service_environment import ServiceEnvironment
from parts.scripts import shell_program

SECONDS = 60.0


class Manager:
    """A user manager that says what a file holds."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        shell_program(folder / "bin" / "systemctl", f'test -e "{self._said}" && cat "{self._said}"')
        self.variables = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}

    def says(self, **variables: str) -> None:
        """Give services these from now on."""
        lines = [f"{name}={value}\n" for name, value in variables.items()]
        self._said.write_text("".join(lines), encoding="utf-8")


def test_what_is_missing_or_changes_is_taken_over(tmp_path: Path) -> None:
    """Variables that the unit sets stay, and so do those that are not followed."""
    manager = Manager(tmp_path)
    manager.says(LANG="da_DK.UTF-8", XDG_CURRENT_DESKTOP="sway", HOME="/elsewhere")

    async def story() -> None:
        changes: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        started = {**manager.variables, "LANG": "en_GB.UTF-8"}
        own = ServiceEnvironment(started, managed=True)
        incomplete = [own.incomplete]
        following = asyncio.create_task(own.run(changes.put_nowait))
        async with asyncio.timeout(SECONDS):
            assert await changes.get() == {"XDG_CURRENT_DESKTOP"}
            incomplete.append(own.incomplete)
            assert incomplete == [True, False]
            assert own.variables["LANG"] == "en_GB.UTF-8"
            await own.settled()
            manager.says(LANG="da_DK.UTF-8", XDG_CURRENT_DESKTOP="KDE", HOME="/elsewhere")
            own.look()
            assert await changes.get() == {"XDG_CURRENT_DESKTOP"}
            manager.says(LANG="sv_SE.UTF-8")
            own.look()
            assert await changes.get() == {"LANG"}
            assert own.variables["XDG_CURRENT_DESKTOP"] == "KDE"
            assert "HOME" not in own.variables
        following.cancel()

    asyncio.run(story())


def test_a_manager_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    """It is asked again at the next event."""
    manager = Manager(tmp_path)

    async def story() -> None:
        changes: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        own = ServiceEnvironment(manager.variables, managed=True)
        following = asyncio.create_task(own.run(changes.put_nowait))
        own.look()
        async with asyncio.timeout(SECONDS):
            await own.settled()
            assert own.variables == manager.variables
            manager.says(LANG="da_DK.UTF-8")
            own.look()
            assert await changes.get() == {"LANG"}
        following.cancel()

    asyncio.run(story())


def test_a_service_of_a_terminal_asks_nobody(tmp_path: Path) -> None:
    """Its environment is that of the person who started it."""
    manager = Manager(tmp_path)
    manager.says(LANG="da_DK.UTF-8")

    async def story() -> None:
        own = ServiceEnvironment(manager.variables, managed=False)
        own.look()
        await own.run(lambda _: None)
        await own.settled()
        assert own.variables == manager.variables

    asyncio.run(story())
