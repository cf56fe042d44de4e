"""The end of the service: signals, failures, and the restart after an upgrade."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable
from typing import Any

_CANCEL_AGAIN_SECONDS = 0.2


class Shutdown:
    """The request to end the service, with its reason.

    Attributes:
        restarts: Whether the service ends in order to start a new version of the program.
    """

    def __init__(self) -> None:
        self.restarts = False

    def listen(self, hang_up: Callable[[], None]) -> None:
        """Begin to listen to signals and to errors that only the event loop sees.

        Args:
            hang_up: Called on SIGHUP.
        """
        loop = asyncio.get_running_loop()
        self._stop: asyncio.Future[None] = loop.create_future()
        loop.set_exception_handler(lambda _, context: self.fail(_error_of(context)))
        handlers = {"SIGTERM": self.request, "SIGINT": self.request, "SIGHUP": hang_up}
        for name, handler in handlers.items():
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(number, handler)

    def request(self, *, restart: bool = False) -> None:
        """End the service."""
        if not self._stop.done():
            self.restarts = restart
            self._stop.set_result(None)

    def fail(self, error: BaseException) -> None:
        """End the service with an error; it does not go on without one of its parts."""
        if not self._stop.done():
            self._stop.set_exception(error)

    async def wait(self, tasks: list[asyncio.Task[None]]) -> None:
        """Wait until the end is requested or a task fails; some tasks end by themselves."""
        waiting: set[asyncio.Future[None]] = {self._stop, *tasks}
        while not self._stop.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()


async def cancel_all(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks, and wait until they have ended."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        # If a bus disconnects at this moment, its error replaces the cancellation.
        _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


def _error_of(context: dict[str, Any]) -> BaseException:
    """Return the error in a context of the event loop's exception handler."""
    error = context.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(context["message"])
