"""Leading through a routine in the terminal: which words are there when, and what shows them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TextIO

from nightcare.domain.guidance import Routine
from nightcare.domain.routine import Stage, stage_at
from nightcare.engine.guided_routine import stage_words
from nightcare.i18n.translator import Translator


class RoutineClock(Protocol):
    """Time as it goes by, in seconds."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds go by."""
        ...


class Ticking:
    """The clock of this machine."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds go by."""
        time.sleep(seconds)


class RoutineDisplay(Protocol):
    """Where a routine is shown.

    Attributes:
        every: Seconds after which it wants to show how far a step has come; None for never.
    """

    every: float | None

    def at(self, stage: Stage, elapsed: timedelta) -> None:
        """Show where one is, so long after the start."""
        ...


@dataclass(slots=True)
class Lines:
    """A line for each step, as it comes: for a pipe, or a terminal that can do no more.

    Attributes:
        stream: Where they go.
        words: The person's language.
    """

    stream: TextIO
    words: Translator
    every: float | None = None
    _number: int = 0

    def at(self, stage: Stage, elapsed: timedelta) -> None:  # noqa: ARG002 - nothing moves
        """Print a step when it begins."""
        if stage.number != self._number:
            self._number = stage.number
            print(f"{stage_words(stage, self.words)}: {stage.step.text}", file=self.stream)
            self.stream.flush()


def lead(routine: Routine, display: RoutineDisplay, clock: RoutineClock) -> timedelta:
    """Show a routine from its beginning to its end; returns how long that took.

    Raises:
        KeyboardInterrupt: The person broke it off.
    """
    began = clock.now()
    elapsed = timedelta()
    while (stage := stage_at(routine, elapsed)) is not None:
        display.at(stage, elapsed)
        left = (stage.ends - elapsed).total_seconds()
        clock.sleep(left if display.every is None else min(left, display.every))
        elapsed = timedelta(seconds=clock.now() - began)
    return elapsed


@contextmanager
def display_for(
    stream: TextIO, words: Translator, *, dim: bool, plain: bool
) -> Iterator[RoutineDisplay]:
    """Bars where the stream is a terminal that can move its cursor, else lines.

    Args:
        stream: Where to show it.
        words: The person's language.
        dim: Whether it is for the dark.
        plain: Whether no colour and no brightness is wanted.
    """
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines(stream, words)
        return
    from nightcare.cli.progress_bars import bars  # noqa: PLC0415 - rich is for this alone

    with bars(stream, words, dim=dim, plain=plain) as display:
        yield display
