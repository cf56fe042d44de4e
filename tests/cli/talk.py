"""Somebody who reads and types: in a terminal of its own, or with all answers given beforehand."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import nightcare
from cli.terminal import Result, Terminal

SOURCE = Path(nightcare.__file__).parents[1]

CONTROL_C, CONTROL_D = "\x03", "\x04"

_WIDE = "1000"
"""Columns of a terminal that breaks no line."""

_LONG = 30.0
"""Seconds that a busy machine may take for anything."""


class _Keys(io.StringIO):
    """The typed text in a terminal; then nothing more, as after Ctrl-D."""

    def isatty(self) -> bool:
        return True


def answered(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    script: Sequence[tuple[str, str]],
    *arguments: str | Path,
) -> Result:
    """Run a command in this process, as in a terminal where these questions get these answers.

    Raises:
        AssertionError: A question did not come, or not in this order.
    """
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", _Keys("".join(f"{answer}\n" for _, answer in script)))
        patch.setattr(sys.stdout, "isatty", lambda: True)
        patch.setenv("COLUMNS", os.environ.get("COLUMNS", _WIDE))
        result = terminal(*arguments)
    said = result.out + result.err
    at = 0
    for question, _ in script:
        at = said.find(question, at) + len(question)
        assert at >= len(question), f"{question!r} did not come, but: {said}"
    return result


@dataclass(slots=True)
class Talk:
    """The conversation so far.

    Attributes:
        said: All that the terminal showed, also what was typed.
    """

    _process: subprocess.Popen[bytes]
    _screen: int
    said: str = ""
    _read: int = 0

    def expect(self, text: str) -> None:
        """Wait until it shows a text that it had not shown before the last one.

        Raises:
            AssertionError: It ended, or took far too long.
        """
        deadline = time.monotonic() + _LONG
        while (at := self.said.find(text, self._read)) < 0:
            assert self._more(deadline), f"{text!r} was not said, but: {self.said}"
        self._read = at + len(text)

    def answer(self, question: str, keys: str = "\n") -> None:
        """Wait for a question, and type; Enter alone where nothing else is named."""
        self.expect(question)
        self._wait_until_it_reads()
        os.write(self._screen, keys.encode())

    def end(self) -> int:
        """Wait until it has ended; returns its exit code."""
        deadline = time.monotonic() + _LONG
        while self._more(deadline):
            pass
        return self._process.wait(_LONG)

    def _wait_until_it_reads(self) -> None:
        """Python does not hear a Ctrl-C that comes between a question and the reading of it."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        deadline = time.monotonic() + _LONG
        while stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "S":
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def _more(self, deadline: float) -> bool:
        left = max(0.0, deadline - time.monotonic())
        if not select.select([self._screen], [], [], left)[0]:
            return False
        try:
            more = os.read(self._screen, 65536)
        except OSError:
            # So ends a terminal that nobody has open any more.
            return False
        self.said += more.decode(errors="replace").replace("\r\n", "\n")
        return bool(more)


@contextmanager
def talking(environment: Mapping[str, str], *arguments: str | Path) -> Iterator[Talk]:
    """Run nightcare with these arguments in a terminal; on leaving it has ended."""
    screen, terminal = pty.openpty()
    # A session of its own, whose terminal this is, so that Ctrl-C reaches it and nobody else.
    start = (
        "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "os.execv(sys.executable, [sys.executable, '-m', 'nightcare', *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start, *map(str, arguments)],
        env={"COLUMNS": _WIDE, "TERM": "xterm", **environment},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        yield Talk(process, screen)
    finally:
        process.kill()
        process.wait(_LONG)
        os.close(screen)


def left_loaded(environment: Mapping[str, str], *commands: str) -> set[str]:
    """Return the modules that commands in one process leave loaded."""
    script = (
        "import sys; from nightcare.cli.main import run_command as run\n"
        "for command in sys.argv[1:]: run(command.split())\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *commands],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_LONG,
        check=True,
    )
    (line,) = done.stderr.splitlines()
    return set(line.split())
