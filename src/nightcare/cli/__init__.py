"""The commands: parse, call, print."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from nightcare import __version__


def main() -> None:
    """Run a command and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        # A question so small should not wait for all that can be asked.
        sys.stdout.write(f"nightcare, version {__version__}\n")
        return
    from nightcare.cli.app import run  # noqa: PLC0415 - importing the package does nothing

    if isinstance(sys.stdout, TextIOWrapper):
        # Where the output cannot carry a letter, a question mark is better than an error.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
