"""Other programs: run one, take what it prints, and end it where it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """The output of a program, and its exit status."""

    status: int
    out: str
    err: str


def output(command: Sequence[str], variables: Mapping[str, str], limit: float) -> Output:
    """Run a program to its end.

    Args:
        command: The program, found as the person finds it, and its arguments.
        variables: Its environment.
        limit: Seconds after which it is ended, with all that it started.

    Raises:
        OSError: It is not there, or cannot be run.
        TimeoutError: It took too long.
    """
    with subprocess.Popen(  # noqa: S603 - fixed words
        command,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as program:
        try:
            out, err = program.communicate(timeout=limit)
        except subprocess.TimeoutExpired as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            raise TimeoutError(command[0]) from error
    return Output(program.returncode, out, err)


async def printed(command: Sequence[str], variables: Mapping[str, str]) -> str:
    """Run a program to its end beside everything else, and take what it prints.

    Whoever waits no longer, by a time limit or by being cancelled, ends it with all it started.

    Args:
        command: The program, found as the person finds it, and its arguments.
        variables: Its environment.

    Raises:
        OSError: It is not there, or cannot be run.
    """
    program = await asyncio.create_subprocess_exec(
        *command,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        out, _ = await program.communicate()
    finally:
        if program.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            await program.wait()
    return out.decode("utf-8", "replace")
