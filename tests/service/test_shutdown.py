"""The end of the service."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nightcare.desktop.dbus.connection import ConnectionLost
from nightcare.service.shutdown import cancel_all
from service.bench import Bench


def test_a_failure_in_a_callback_ends_the_service(tmp_path: Path) -> None:
    """The loop would only log it; systemd can start a service that has ended.

    As it broke elsewhere: Ianny.
    """
    bench = Bench(tmp_path)

    def broken() -> None:
        raise RuntimeError("broken")

    async def test(_: Bench) -> None:
        asyncio.get_running_loop().call_soon(broken)
        await asyncio.sleep(0.05)

    with pytest.raises(RuntimeError, match="broken"):
        bench.run(test)


def test_a_bus_that_dies_as_the_service_ends_does_not_keep_it() -> None:
    """The error of the one takes the place of the cancellation, which is then told once more."""

    async def test() -> None:
        dying, gone = asyncio.Event(), asyncio.Event()

        async def bus() -> None:
            raise ConnectionLost

        async def slow_to_clear_up() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                dying.set()
                await gone.wait()

        async def connect() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(slow_to_clear_up())
                await asyncio.sleep(0)
                tasks.create_task(bus())

        async def listen() -> None:
            try:
                await asyncio.create_task(connect())
            except* ConnectionLost:
                pass
            await asyncio.Event().wait()

        listening = asyncio.create_task(listen())
        await dying.wait()
        asyncio.get_running_loop().call_later(0.01, gone.set)
        async with asyncio.timeout(10):
            await cancel_all([listening])
        assert listening.cancelled()

    asyncio.run(test())
