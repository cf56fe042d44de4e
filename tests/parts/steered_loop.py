"""An event loop whose clock a test puts forward."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Made = TypeVar("Made")


class SteeredLoop(asyncio.SelectorEventLoop):
    """An event loop that believes it is later than it is; what it waits for on sockets is real."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = 0.0

    def time(self) -> float:
        """Return the time by which timers go."""
        return super().time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time go by at once."""
        self._ahead += seconds
        self.call_soon(lambda: None)


def steered(story: Coroutine[Any, Any, Made]) -> Made:
    """Run a story on such a loop."""
    with asyncio.Runner(loop_factory=SteeredLoop) as runner:
        return runner.run(story)


def advance(seconds: float) -> None:
    """Let time go by at once, on the loop that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteeredLoop)
    loop.advance(seconds)
