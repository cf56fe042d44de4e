"""Calls that may take long or never return, each in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


async def run_in_thread(call: Callable[[], Made], limit: float | None = None) -> Made:
    """Return the result of a call in a daemon thread.

    A hanging disk cannot be interrupted. The thread is therefore abandoned after the limit, and
    does not keep the program from ending.

    Args:
        call: The call; its exception is raised here.
        limit: The time limit in seconds; None for none.

    Raises:
        TimeoutError: The call takes longer.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Made] = loop.create_future()

    def settle(made: Made | None, error: Exception | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(made)  # type: ignore[arg-type] # a Made if there is no error

    def work() -> None:
        try:
            made, error = call(), None
        except Exception as raised:  # noqa: BLE001 - raised where the result is awaited
            made, error = None, raised
        # The loop may have ended.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, made, error)

    threading.Thread(target=work, daemon=True, name="call").start()
    async with asyncio.timeout(limit):
        return await result
