"""Calls that may take long, or never return: they have a thread, and everything else goes on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


async def run_in_thread(call: Callable[[], Made], limit: float | None = None) -> Made:
    """What a call returns, or raises; within so many seconds, where there is a limit.

    It has a thread of its own, which is left to itself where it takes longer: a disk that hangs
    cannot be interrupted, and must keep neither the others waiting nor the program from ending.

    Raises:
        TimeoutError: It takes longer.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Made] = loop.create_future()

    def settle(made: Made | None, error: Exception | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(made)  # type: ignore[arg-type] # a Made, where there is no error

    def work() -> None:
        try:
            made, error = call(), None
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is told where it is awaited
            made, error = None, raised
        # The loop may have ended long ago.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, made, error)

    threading.Thread(target=work, daemon=True, name="aside").start()
    async with asyncio.timeout(limit):
        return await result
