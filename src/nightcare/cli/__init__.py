"""The commands: parse, call, print."""

from __future__ import annotations

import sys


def main() -> None:
    """Run a command and exit with its code."""
    from nightcare.cli.app import run  # noqa: PLC0415 - importing the package does nothing

    sys.exit(run(sys.argv[1:]))
