"""The programs that the steps of a release run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]


class StepFailedError(Exception):
    """A step of the release failed; its text is what to show."""


def run(command: Sequence[object], **variables: str) -> str:
    """Run a command in the project and return its standard output.

    Raises:
        StepFailedError: The command failed, or is not installed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - programs of this project, by fixed names
            [str(one) for one in command],
            cwd=PROJECT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
    except FileNotFoundError:
        raise StepFailedError(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise StepFailedError(f"{' '.join(map(str, command))}\n{done.stdout.strip()}")
    return done.stdout
