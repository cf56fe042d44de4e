"""The standard streams of the process, which may be closed, full or read by nobody."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TextIO


def open_missing_streams() -> None:
    """Open the null device for a stream that was closed before the start, as by `<&-` or `>&-`."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 - kept to the end
            setattr(sys, name, null)


def discard_output(stream: TextIO) -> None:
    """Redirect a stream that cannot be written to the null device, so that Python exits quietly."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as null:
        os.dup2(null.fileno(), stream.fileno())


def coloured(stream: TextIO) -> bool:
    """Return whether to print colours: on a terminal that is not asked for plain text.

    Source: https://no-color.org.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
