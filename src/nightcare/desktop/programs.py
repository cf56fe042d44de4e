"""Other programs: running one with a time limit, its output, and the browser."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


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
        OSError: The program is missing, or cannot be run.
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
    """Run a program without blocking the event loop, and return its output.

    When its output has ended, or the caller is cancelled, the program is killed with all that it
    started. asyncio's own subprocesses are not used: two cancellations in a row leave one behind.

    Args:
        command: The program, found as the person finds it, and its arguments.
        variables: Its environment.

    Raises:
        OSError: It is not there, or cannot be run.
    """
    with subprocess.Popen(  # noqa: ASYNC220, S603 - asyncio forks no faster; fixed words
        command,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        try:
            assert program.stdout is not None
            out = await _read_to_end(program.stdout)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
    return out.decode("utf-8", "replace")


async def _read_to_end(pipe: IO[bytes]) -> bytes:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    try:
        return await reader.read()
    finally:
        transport.close()


_OPENERS = (("xdg-open",), ("gio", "open"))
"""Commands that open the user's browser; a failure is in the exit status.

Source: xdg-open(1) and gio(1). Python's webbrowser starts the first of these too, but does not wait
for its exit status, and without a screen it starts a text browser in the terminal.
"""


def open_in_browser(page: Path, variables: Mapping[str, str], limit: float = 2.0) -> bool:
    """Show a file in the person's browser.

    Args:
        page: The file.
        variables: The environment, which names the screen.
        limit: Seconds to wait for a failure; a command that runs longer is the browser itself.

    Returns:
        Whether a browser opened it; False without a screen.
    """
    address = page.absolute().as_uri()
    if sys.platform != "linux":
        import webbrowser  # noqa: PLC0415 - other platforms only

        return webbrowser.open(address)
    if not (variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")):
        return False
    return any(_opens([*words, address], variables, limit) for words in _OPENERS)


def _opens(command: list[str], variables: Mapping[str, str], limit: float) -> bool:
    try:
        program = subprocess.Popen(  # noqa: S603 - fixed words
            command,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return program.wait(limit) == 0
    except subprocess.TimeoutExpired:
        return True
