"""A bridge beside a scripted broker on the loop of a test; time goes by as the test says."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nightcare.bridge import bridge_app
from nightcare.bridge.bridge_app import BridgeApp, BridgeContext
from nightcare.bridge.reader import JournalReader
from nightcare.config.load import load
from nightcare.doctor.check import Finding, State, fix_of, message_of
from nightcare.doctor.checks.running_service import judge_bridge
from nightcare.engine.user_actions import UserActions
from nightcare.journal.bridge_status import BridgeStatus, read_bridge_status
from nightcare.journal.store import Journal
from parts.home import NO_BUS
from parts.processes import HANG_SECONDS
from parts.scripted_broker import ScriptedBroker, scripted_broker
from parts.steered_loop import advance, steered

CONFIG = """
timezone = "Etc/UTC"
[sleep]
wake = "07:00"
bedtime = "22:30"
[reminders.stretch]
topic = "stretching"
at = "bedtime - 5m"
[mqtt]
port = {port}
person = "anna"
"""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = 'host = "127.0.0.1"\n'
UNCLOSED = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

MARKER = 11.0
"""Longer than the bridge waits for its own marker, in seconds."""

SILENT = 31.0
"""Longer than the bridge waits for an answer, in seconds."""

LONGEST_DELAY = timedelta(minutes=10)
"""The longest wait of the bridge before another attempt."""


class Bench:
    """A bridge on the loop of the test, and the clock that it goes by."""

    def __init__(self, folder: Path, broker: ScriptedBroker, more: str) -> None:
        path = folder / "config.toml"
        path.write_text(
            CONFIG.format(port=broker.port) + (more if more.startswith("host") else HERE + more),
            encoding="utf-8",
        )
        state = folder / "state"
        state.mkdir(mode=0o700)
        variables = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            "XDG_RUNTIME_DIR": str(folder / "run"),
        }
        loaded = load(path, {})
        self.broker = broker
        self.reader = JournalReader(state, variables, loaded)
        settings = self.reader.settings
        assert settings is not None
        self.out = io.StringIO()
        self.journal = Journal.open(state)
        context = BridgeContext(path, state, variables, self.out)
        self.app = BridgeApp(context, self.reader, settings)
        self.due: datetime | None = None
        self.delay = 0.0
        self._started = asyncio.get_running_loop().time()
        self._ring: Callable[[], None] = lambda: None
        self.jump: Callable[[], None] = lambda: None
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> datetime:
        """Return the current instant (UTC)."""
        passed = asyncio.get_running_loop().time() - self._started
        return NOON + timedelta(seconds=passed)

    def alarm(self, _loop: object, due: Callable[[], None], jumped: Callable[[], None]) -> Bench:
        """Be the alarm of the bridge; `jump` tells it of a clock step."""
        self._ring, self.jump = due, jumped
        return self

    def set(self, due: datetime | None) -> None:
        """Ring at an instant (UTC)."""
        self.close()
        if due is not None:
            seconds = (due - self.now()).total_seconds()
            if due != self.due:
                self.delay = seconds
            self._timer = asyncio.get_running_loop().call_later(seconds, self._ring)
        self.due = due

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()

    def advance_to_alarm(self) -> float:
        """Let time go by until the alarm rings; return for how many seconds it was set."""
        assert self.due is not None
        advance((self.due - self.now()).total_seconds())
        return self.delay

    @property
    def status(self) -> BridgeStatus:
        """The published status."""
        return read_bridge_status(self.reader.journal)

    def found(self) -> str:
        """Return what the doctor says about the bridge."""
        return message_of(self._finding(), self.reader.translator)

    def mended(self) -> str:
        """Return what the doctor advises."""
        return fix_of(self._finding(), self.reader.translator) or ""

    def _finding(self) -> Finding:
        (finding,) = judge_bridge(self.status, wanted=True, runs=True)
        assert finding.state is State.WARNING
        return finding

    def actions(self) -> UserActions:
        """Return the commands of nightcare, which have a connection of their own."""
        return UserActions(self.reader.schedule, self.reader.zone, self.journal)

    @property
    def paused(self) -> bool:
        """True during a pause."""
        return self.reader.journal.global_state().paused(self.now())

    async def until(self, predicate: Callable[[], object], what: str) -> None:
        """Wait until something is true, in real time."""
        for _ in range(int(HANG_SECONDS * 100)):
            if predicate():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited in vain for {what}; {self.status}")

    async def until_connected(self) -> None:
        """Wait until everything is published."""
        await self.until(lambda: self.status.connected, "a connection")
        await self.until(self.is_complete, "everything")
        await self.turns()

    async def lose(self) -> None:
        """Cut the connection, and wait until that is reported."""
        self.broker.cut()
        await self.until(lambda: not self.status.connected, "the loss")

    async def turns(self) -> None:
        """Let the bridge read and do what is there to be read and done."""
        for _ in range(20):
            await asyncio.sleep(0.005)

    def is_complete(self) -> bool:
        """Return whether every topic of the status was published."""
        return set(self.status.topics) <= {topic for topic, _ in self.broker.published}

    def has_tried(self, attempts: int, due: datetime | None) -> bool:
        """Return whether another attempt has failed, after so many and a wait until then.

        While an attempt lasts, the alarm is set for the next change of the plan, hours later.
        """
        if self.due is None or self.due == due:
            return False
        return self.broker.attempts > attempts and self.due - self.now() <= LONGEST_DELAY


Story = Callable[[Bench], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(app: BridgeApp) -> AsyncIterator[None]:
    """Run a bridge, and end it."""
    task = asyncio.create_task(app.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        app.shutdown.request()
        # It says goodbye for three seconds at most, to a broker that may hang.
        advance(10)
        async with asyncio.timeout(HANG_SECONDS):
            await task


def tell(
    story: Story,
    folder: Path,
    patch: pytest.MonkeyPatch,
    more: str = "insecure = true\n",
    broker: ScriptedBroker | None = None,
    certificate: Path | None = None,
) -> None:
    """Run a bridge beside a broker, by default one that answers everything, for a story."""

    async def main() -> None:
        async with scripted_broker(broker or ScriptedBroker(), certificate) as listening:
            bench = Bench(folder, listening, more)
            patch.setattr(bridge_app, "now", bench.now)
            patch.setattr(bridge_app, "alarm", bench.alarm)
            with contextlib.closing(bench.journal):
                async with serving(bench.app):
                    await story(bench)

    steered(main())
    # paho leaves the socket of a failed handshake to the garbage collector.
    for thread in threading.enumerate():
        if thread.name == "call":
            thread.join(HANG_SECONDS)
    gc.collect()
