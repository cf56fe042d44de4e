"""The bars of a guided routine in a terminal: one for the step, one for the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nightcare.domain.routine import Stage
from nightcare.engine.guided_routine import stage_words
from nightcare.i18n.translator import Translator

_WIDEST = 72
_NARROWEST = 10
_BESIDE = 24
"""Columns for the label before a bar and the time behind it."""

_EVERY = 0.2
_A_SECOND = timedelta(seconds=1)
_DIM, _CALM, _NONE = "dim", "cyan", "none"


class ProgressBars:
    """The display of a routine as bars that move."""

    every: float | None = _EVERY

    def __init__(self, live: Live, translator: Translator, style: str) -> None:
        self._live = live
        self._words = translator
        self._style = style

    def at(self, stage: Stage, elapsed: timedelta) -> None:
        """Show the present stage, at a time since the start."""
        translator, style = self._words, self._style
        bars = Table.grid(padding=(0, 1))
        whole_step = stage.ends - stage.begins
        for label, done, whole in (
            (translator.text("stretch_this"), elapsed - stage.begins, whole_step),
            (translator.text("stretch_whole"), elapsed, stage.whole),
        ):
            bar = Text(self._bar(done / whole), style)
            bars.add_row(Text(label, style), bar, Text(_clock(whole - done), style))
        said = Text(stage_words(stage, translator), _DIM)
        self._live.update(Group(said, Text(stage.step.text, style), Text(), bars), refresh=True)

    def _bar(self, share: float) -> str:
        """Return a bar filled to a share, which is readable without colour."""
        console = self._live.console
        width = max(_NARROWEST, console.width - _BESIDE)
        done = min(width, max(0, round(share * width)))
        full, empty = ("━", "─") if console.encoding.startswith("utf") else ("=", "-")
        return full * done + empty * (width - done)


@contextmanager
def bars(
    stream: TextIO, translator: Translator, *, dim: bool, plain: bool
) -> Iterator[ProgressBars]:
    """Show bars on a terminal, which is restored on leaving.

    Args:
        stream: The terminal.
        translator: The user's language.
        dim: Whether to print dim, for the dark.
        plain: Whether to use no colour and no brightness.
    """
    console = Console(file=stream, highlight=False, color_system=None if plain else "auto")
    console.width = min(console.width, _WIDEST)
    style = _NONE if plain else _DIM if dim else _CALM
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield ProgressBars(live, translator, style)


def _clock(left: timedelta) -> str:
    """Return the remaining time as "1:05", rounded up to a second."""
    minutes, seconds = divmod(-(-max(left, timedelta()) // _A_SECOND), 60)
    return f"{minutes}:{seconds:02}"
