"""Other programs: their output, and their end if they take too long."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from nightcare.desktop.programs import output, printed
from parts.probes import LONG
from parts.processes import LIMITS, Identity, eventually, is_written
from parts.scripts import only_program

Make = Callable[[str, str], dict[str, str]]


@pytest.fixture
def programs(tmp_path: Path) -> Make:
    """Make a program that does as a script says; return an environment that has it alone."""
    return partial(only_program, tmp_path / "bin")


def test_a_program_that_hangs_is_ended_with_what_it_started(programs: Make, tmp_path: Path) -> None:
    """No process is left behind."""
    pid = tmp_path / "pid"
    script = f"/bin/sleep 600 &\necho $! >{pid}\nwait"
    for limit in LIMITS:
        before = time.monotonic()
        with pytest.raises(TimeoutError):
            output(("slow",), programs("slow", script), limit)
        assert time.monotonic() - before < limit + LONG
        if is_written(pid):
            break
    child = Identity.of(int(pid.read_text(encoding="utf-8")))
    eventually(lambda: child is None or not child.is_alive(), LONG, "its child to be gone")


def test_what_a_program_prints_is_taken(programs: Make) -> None:
    """Both streams, also what is no text, and how it ended."""
    said = output(("odd",), programs("odd", r"printf 'a\377'; echo b >&2; exit 3"), LONG)
    assert (said.out, said.err, said.status) == ("a\ufffd", "b\n", 3)


def test_output_is_taken_beside_everything_else(programs: Make) -> None:
    """Bytes that are no text are replaced, and errors are left out."""
    variables = programs("odd", r"printf 'a\377'; echo b >&2; exit 3")
    assert asyncio.run(printed(("odd",), variables)) == "a\ufffd"


@pytest.mark.parametrize("before", range(8))
@pytest.mark.parametrize("between", range(4))
def test_a_program_whose_caller_is_cancelled_twice_is_ended(
    programs: Make, before: int, between: int
) -> None:
    """A listener ends its queries when its bus is lost, and again when it ends itself.

    A program that is left behind warns when its object is deleted, which fails the test.
    """
    variables = programs("slow", "exec /bin/sleep 600")

    async def story() -> None:
        task = asyncio.create_task(printed(("slow",), variables))
        for steps in (before, between):
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(story())
    gc.collect()
