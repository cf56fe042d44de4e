"""The entry point of the command line: run a command and end with its exit code.

It imports only modules that Python has already loaded, so that the handler of Ctrl-C is set early.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

INTERRUPTED = 130
"""The exit code after Ctrl-C, by the convention of shells."""


def main() -> NoReturn:
    """Run the command of `sys.argv` and end the process with its exit code."""
    _exit(run_command(sys.argv[1:]))


def _exit(code: int) -> NoReturn:
    """End the process without the teardown of the interpreter.

    The teardown takes 1.2 times `python -c pass`; with it `status` takes more than 10 times that.
    Python's own exit is used if an output cannot be flushed.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


def run_command(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    try:
        # Ctrl-C may also come while modules are loaded. Python 3.14 does not start with `io`.
        from io import TextIOWrapper  # noqa: PLC0415

        from nightcare.streams import open_missing_streams  # noqa: PLC0415

        open_missing_streams()
        from nightcare.cli.command_group import run  # noqa: PLC0415

        if isinstance(sys.stdout, TextIOWrapper):
            # Print a question mark for a character that the encoding of the output lacks.
            sys.stdout.reconfigure(errors="replace")
        return run(arguments)
    except KeyboardInterrupt:
        try:  # noqa: SIM105 - contextlib may not be loaded yet
            # End the line on which the terminal shows "^C".
            sys.stderr.write("\n")
        except (OSError, AttributeError):
            pass
        return INTERRUPTED
    except Exception as error:
        from nightcare.program_damage import is_damage, print_damage  # noqa: PLC0415

        if not is_damage(error):
            raise
        return print_damage(error)
