"""The service put together, on a loop of the test, with the terminal as its notifier."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

from nightcare.config.load import load
from nightcare.desktop.clock import now
from nightcare.journal.store import SERVICE_NOTE
from nightcare.service.active_settings import ServiceContext
from nightcare.service.app import ServiceApp
from parts.home import NO_BUS

SECONDS = 60.0


CONFIG = """
timezone = "Etc/UTC"
[sleep]
wake = "00:00"
bedtime = "23:59"
[reminders.sip]
topic = "hydration"
every = "1h"
from = "wake"
until = "bedtime"
[notify]
backend = "terminal"
"""


class Bench:
    """A service on a loop of the test, with its output."""

    def __init__(self, folder: Path, config: str = CONFIG, **more: str) -> None:
        self.file = folder / "config.toml"
        self.file.write_text(config, encoding="utf-8")
        self.state = folder / "state"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.out = io.StringIO()
        self.err = io.StringIO()
        variables = {
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            "XDG_RUNTIME_DIR": str(folder / "run"),
            **more,
        }
        setting = ServiceContext(self.file, self.state, variables, self.out, self.err)
        self.app = ServiceApp(setting, load(self.file, {}))

    def run(self, test: Callable[[Bench], Awaitable[None]]) -> None:
        """Run a coroutine function beside the running service, and stop the service after it."""

        async def main() -> None:
            serving = asyncio.create_task(self.app.run())
            await self.until(lambda: self.started or serving.done())
            try:
                await test(self)
            finally:
                self.app.shutdown.request()
                await serving

        asyncio.run(main())

    @property
    def started(self) -> bool:
        """True if the service is ready."""
        return self.app.runtime.serving and self.app.journal.read_note(SERVICE_NOTE) != {}

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.005)

    def ask(self) -> int:
        """Ask in the service's own journal to see the reminder; returns the trial's number."""
        return self.app.journal.request_trial("sip", now())
