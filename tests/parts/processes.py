"""Programs that a test starts: each in a session of its own, and ended by its id."""

from __future__ import annotations

import contextlib
import glob
import os
import resource
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The search path for programs: the system's folders, none of the caller's."""

HANG_SECONDS = 300.0
"""Longer than anything takes on a busy machine: what is not there by then never comes."""

LIMITS = (1.0, 10.0, 60.0)
"""Limits of time for a program that hangs, each tried if a slow machine needs more to start it."""

POLL_SECONDS = 0.02
TAIL_LINES = 30

T = TypeVar("T")


def is_written(file: Path) -> bool:
    """Return whether a program has written something to a file."""
    return file.exists() and file.stat().st_size > 0


class MissingProgramError(Exception):
    """A program that a real test needs is not installed."""


class ToolFailedError(Exception):
    """A short-lived helper program failed, or did not end in time."""


class NotInTimeError(AssertionError):
    """Something that was waited for did not happen."""


@dataclass(frozen=True, slots=True)
class Program:
    """A started program. It leads a session of its own, named by its process id.

    Attributes:
        process: the program's process, a child of the caller.
        identity: the same process, told from a later one with its id.
        log: the file that takes its standard output and standard error.
    """

    process: subprocess.Popen[bytes]
    identity: Identity
    log: Path

    @property
    def pid(self) -> int:
        """The id of the process, and of its session."""
        return self.process.pid

    def is_running(self) -> bool:
        """Tell whether the program has not ended yet."""
        return self.process.poll() is None

    def describe(self) -> str:
        """Say what was started, whether it still runs, and the last lines of its log."""
        state = "running" if self.is_running() else f"ended with {self.process.returncode}"
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = "\n".join(f"    {line}" for line in text.splitlines()[-TAIL_LINES:])
        return f"{self.process.args!r} ({state}), end of its log:\n{lines or '    (empty)'}"


def find_program(name: str, package: str) -> str:
    """Find a program's path.

    Args:
        name: the program's name, or an absolute pattern for one kept outside the search path.
        package: the Debian package that brings it.

    Raises:
        MissingProgramError: it is not installed. The message names the package.
    """
    # Path.glob would need the fixed part of the pattern taken apart first.
    matches = glob.glob(name) if name.startswith("/") else []  # noqa: PTH207
    found = matches[0] if matches else shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise MissingProgramError(
            f"{name} is not installed; real tests need it. On Debian: apt-get install {package}"
        )
    return found


def eventually(predicate: Callable[[], T], seconds: float, what: str, *programs: Program) -> T:
    """Wait until a predicate gives something true, and return that.

    Args:
        predicate: asked again and again, and always once more at the end.
        seconds: how long to wait at most.
        what: what is waited for, in words that complete "waited for".
        programs: those that take part; the wait ends early when one has ended, and a failure
            shows the end of each log.

    Raises:
        NotInTimeError: it did not happen.
    """
    started = time.monotonic()
    while True:
        last_chance = time.monotonic() - started >= seconds or any(
            not program.is_running() for program in programs
        )
        result = predicate()
        if result:
            return result
        if last_chance:
            waited = time.monotonic() - started
            logs = [program.describe() for program in programs]
            raise NotInTimeError("\n".join([f"waited {waited:.1f} s in vain for {what}", *logs]))
        time.sleep(POLL_SECONDS)


def run_tool(
    command: Sequence[str], environment: Mapping[str, str], seconds: float = HANG_SECONDS
) -> bytes:
    """Run a short-lived program to its end and return its standard output.

    Raises:
        ToolFailedError: it failed, or had not ended after so many seconds.
    """
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolFailedError(f"{list(command)} had not ended after {seconds} s") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise ToolFailedError(f"{list(command)} ended with {done.returncode}: {said}")
    return done.stdout


def children_cpu_seconds() -> float:
    """Return the CPU time that the ended children of this process have taken.

    Unlike the time on the wall it hardly depends on what else the machine does.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    pass_fds: Sequence[int] = (),
) -> Program:
    """Start a program with exactly this environment; its log is appended to."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    identity = Identity.of(process.pid)
    assert identity is not None, "a child is there until it was waited for"
    return Program(process=process, identity=identity, log=log)


def stop(program: Program, seconds: float = 10) -> None:
    """End a program and all that it started: asked first, then, after so many seconds, killed."""
    relatives = family(program.identity)
    if program.is_running():
        # A leader that nobody else waits for keeps its id, so this reaches no other group.
        os.killpg(program.pid, signal.SIGTERM)
        try:
            program.process.wait(seconds)
        except subprocess.TimeoutExpired:
            relatives |= family(program.identity)
            program.process.kill()
            program.process.wait()
    for relative in relatives | family(program.identity):
        relative.kill()


@contextlib.contextmanager
def running(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    pass_fds: Sequence[int] = (),
) -> Iterator[Program]:
    """Start a program, and end it with all that it started on leaving."""
    program = start(command, environment, log, pass_fds=pass_fds)
    try:
        yield program
    finally:
        stop(program)


@dataclass(frozen=True, slots=True)
class Identity:
    """One process, told from a later one with the same id by when it started.

    Attributes:
        pid: the process id.
        started: clock ticks from boot to its start, field 22 of proc_pid_stat(5).
    """

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Return the identity of the process with this id now, if there is one."""
        entry = _read_entry(pid)
        return None if entry is None else entry.identity

    def is_alive(self) -> bool:
        """Tell whether this very process has not ended yet."""
        entry = _read_entry(self.pid)
        return entry is not None and entry.identity == self and entry.state not in "ZX"

    def kill(self, seconds: float = 10) -> None:
        """Kill this very process, if it still runs, and wait until it has ended."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            # Looked at after the handle was taken: from here on the id cannot mean another.
            if self.is_alive():
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], seconds)
        except ProcessLookupError:
            return
        finally:
            os.close(handle)


def family(leader: Identity) -> frozenset[Identity]:
    """List the running descendants of a process and the members of the session that it leads.

    Of one that ended, only the session is still known.
    """
    entries = {
        entry.identity.pid: entry
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal() and (entry := _read_entry(int(folder.name))) is not None
    }
    if leader.pid in entries and entries[leader.pid].identity != leader:
        # The system gives an id to another only when nobody is left in the session of that name.
        return frozenset()
    found = {leader.pid}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {
            pid
            for pid, entry in entries.items()
            if entry.parent in found or entry.session == leader.pid
        }
    relatives = {entries[pid].identity for pid in found - {leader.pid}}
    return frozenset(relative for relative in relatives if relative.is_alive())


@dataclass(frozen=True, slots=True)
class _Entry:
    identity: Identity
    state: str
    parent: int
    session: int


def _read_entry(pid: int) -> _Entry | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may hold blanks and brackets itself.
    fields = text.rpartition(")")[2].split()
    return _Entry(
        identity=Identity(pid=pid, started=int(fields[19])),
        state=fields[0],
        parent=int(fields[1]),
        session=int(fields[3]),
    )
