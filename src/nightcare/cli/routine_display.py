"""The display of a guided routine in the terminal: lines, or bars."""

from __future__ import annotations

import os
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
    """A clock in seconds, such as the module `time`."""

    def monotonic(self) -> float:
        """Return the seconds since some moment."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait for so many seconds."""
        ...


class RoutineDisplay(Protocol):
    """A display of a routine.

    Attributes:
        every: Seconds between its updates within a step; None for none.
    """

    every: float | None

    def at(self, stage: Stage, elapsed: timedelta) -> None:
        """Show the present stage, at a time since the start."""
        ...


@dataclass
class Lines:
    """A line for each step: for a pipe, or a terminal that cannot move its cursor.

    Attributes:
        stream: The stream to print to.
        translator: The user's language.
    """

    stream: TextIO
    translator: Translator
    every: float | None = None
    _number: int = 0

    def at(self, stage: Stage, elapsed: timedelta) -> None:  # noqa: ARG002 - lines do not move
        """Print a step when it begins."""
        if stage.number != self._number:
            self._number = stage.number
            print(f"{stage_words(stage, self.translator)}: {stage.step.text}", file=self.stream)
            self.stream.flush()


def show_routine(routine: Routine, display: RoutineDisplay, clock: RoutineClock) -> timedelta:
    """Show a routine from its beginning to its end, and return the elapsed time.

    Raises:
        KeyboardInterrupt: The user stopped it.
    """
    began = clock.monotonic()
    elapsed = timedelta()
    while (stage := stage_at(routine, elapsed)) is not None:
        display.at(stage, elapsed)
        left = (stage.ends - elapsed).total_seconds()
        clock.sleep(left if display.every is None else min(left, display.every))
        elapsed = timedelta(seconds=clock.monotonic() - began)
    return elapsed


@contextmanager
def display_for(
    stream: TextIO, translator: Translator, *, dim: bool, plain: bool
) -> Iterator[RoutineDisplay]:
    """Return bars if the stream is a terminal that can move its cursor, else lines.

    Args:
        stream: The stream to print to.
        translator: The user's language.
        dim: Whether to print dim, for the dark.
        plain: Whether to use no colour and no brightness.
    """
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines(stream, translator)
        return
    from nightcare.cli.progress_bars import bars  # noqa: PLC0415 - rich is for this alone

    with bars(stream, translator, dim=dim, plain=plain) as display:
        yield display
