"""The commands: parse, call, print."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

from nightcare import __version__

BROKEN_OFF = 130
"""The exit code of what was broken off with Ctrl-C, as of every program that ends so."""


def main() -> NoReturn:
    """Run a command as a program of its own, and end the process with its exit code."""
    # What a command makes is gone when it ends; to look for cycles until then takes 5 ms.
    gc.disable()
    _have_outputs()
    code = run_command(sys.argv[1:])
    with suppress(OSError):
        sys.stderr.flush()
    # So does Python's own end, 10 ms, in which it takes itself apart piece by piece. Nothing waits
    # for that: what a command opens it closes, and `run_command` has handed over the output.
    os._exit(code)


def run_command(arguments: list[str]) -> int:
    """Run a command; returns its exit code."""
    try:
        return _run_command(arguments)
    except KeyboardInterrupt:
        # At whatever moment, also while something is still being loaded. The line on which the
        # terminal shows "^C" ends here.
        with suppress(OSError):
            sys.stderr.write("\n")
        return BROKEN_OFF


def _run_command(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        # A question so small should not wait for all that can be asked.
        return _say_version()
    from nightcare.cli.calling import run  # noqa: PLC0415 - importing the package does nothing

    if isinstance(sys.stdout, TextIOWrapper):
        # Where the output cannot carry a letter, a question mark is better than an error.
        sys.stdout.reconfigure(errors="replace")
    return run(arguments)


def _say_version() -> int:
    try:
        sys.stdout.write(f"nightcare, version {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return 0
    except OSError:
        return 1
    return 0


def _have_outputs() -> None:
    """What was closed before the start, as by `>&-`, takes what nobody wants to read."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nobody = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - to the end
            setattr(sys, name, nobody)
