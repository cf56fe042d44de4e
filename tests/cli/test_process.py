"""Commands as programs of their own: what a shell and a pipe see of them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from cli.talk import left_loaded

Run = Callable[..., subprocess.CompletedProcess[bytes]]

LONG = 60.0


@pytest.fixture
def program(environment: Mapping[str, str]) -> Run:
    """Run `python -m nightcare` with these arguments."""

    def run(
        *arguments: str | bytes, out: int = subprocess.PIPE, err: int = subprocess.PIPE, **more: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "nightcare", *arguments],
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            timeout=LONG,
            check=False,
        )

    return run


@pytest.fixture
def closed_pipe() -> int:
    """Return a pipe without a reader."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    return write_end


def test_a_command_as_a_program(program: Run) -> None:
    """The result on the output, the problem where problems go, the exit code to the shell."""
    result = program("status")
    assert result.returncode == 69
    assert result.stdout.startswith(b"nightcare is not running.\nNext: ")
    assert result.stderr.startswith(b"Start it with `nightcare install`")
    result = program("next", "--json")
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize(
    "command",
    ["run", "today", "config check", "config show", "config set language da", "config edit"],
)
def test_nothing_waits_for_a_named_pipe(program: Run, tmp_path: Path, command: str) -> None:
    """It is refused as a config file, also where it would be changed."""
    pipe = tmp_path / "config.toml"
    os.mkfifo(pipe)
    result = program("--config", str(pipe), *command.split())
    assert (result.returncode, result.stdout) == (78, b"")
    assert result.stderr.startswith(b"%s: this is not a file, but a named pipe" % bytes(pipe))
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [("loop", "next", 78), ("loop", "preview --nonsense", 2), ("x" * 300, "preview --nonsense", 2)],
)
def test_a_config_folder_that_cannot_be_searched_is_a_mistake_in_the_config(
    program: Run, tmp_path: Path, name: str, words: str, code: int
) -> None:
    """As one is that root has made: no traceback, and not the defaults without a word."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    config = tmp_path / name / "nightcare" / "config.toml"
    result = program(*words.split(), XDG_CONFIG_HOME=str(tmp_path / name))
    assert (result.returncode, result.stdout) == (code, b"")
    assert b"Traceback" not in result.stderr
    assert (bytes(config) in result.stderr) is (code == 78)


INTERRUPTED = """
import sys
from nightcare.cli.main import main

class Interrupt:
    def find_spec(self, name, *_):
        if name == at:
            raise KeyboardInterrupt

at = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupt())
main()
"""


@pytest.mark.parametrize(
    "line",
    ["nightcare.cli.command_group next", "sqlite3 next", "click next --from 12:00", "asyncio run"],
)
def test_ctrl_c_while_something_is_still_being_loaded(
    environment: Mapping[str, str], line: str
) -> None:
    """It is no error to explain either."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *line.split()],
        env=dict(environment),
        capture_output=True,
        timeout=LONG,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"\n")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("next >&-", 0), ("undo 2>&-", 1), ("--version >&-", 0), ("--version >/dev/full", 1),
        ("setup <&-", 2), ("erase <&-", 2), ("relief <&-", 0),
    ],
)  # fmt: skip
def test_a_stream_that_was_closed_is_no_error(
    environment: Mapping[str, str], line: str, code: int
) -> None:
    """Nobody wants to read it; one that is full is told by the exit code."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.quote(sys.executable)} -m nightcare {line}"],
        env=dict(environment),
        capture_output=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr + done.stdout


def test_letters_that_the_output_cannot_carry_are_no_error(program: Run) -> None:
    """A question mark is better than nothing."""
    result = program("tips", "--language", "da", PYTHONIOENCODING="iso8859-1")
    assert (result.returncode, result.stderr) == (0, b"")
    assert "mælkeprodukter".encode("iso8859-1") in result.stdout
    assert b"Kilde: " in result.stdout


def test_the_usual_encoding_carries_all_of_them(program: Run) -> None:
    """This holds for any locale."""
    for locale in ("C", "C.UTF-8", "da_DK.UTF-8"):
        result = program("relief", "--language", "da", LANG=locale)
        assert (result.returncode, result.stderr) == (0, b"")
        assert "håndklæde" in result.stdout.decode()


def test_an_argument_that_is_no_text_is_no_error_of_ours(program: Run) -> None:
    """The same holds for a file name and a variable."""
    result = program("done", b"\xff")
    assert result.returncode == 2
    assert result.stderr.startswith(b'There is no reminder "')
    result = program("--config", b"/nowhere/\xff.toml", "config", "path")
    assert (result.returncode, result.stderr) == (0, b"")
    result = program("--config", b"/nowhere/\xff.toml", "next")
    assert result.returncode == 78
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [("tips",), ("preview", "--days", "400"), ("status",), ("next", "--json")]
)
def test_an_output_that_nobody_reads_ends_the_command_quietly(
    program: Run, closed_pipe: int, arguments: tuple[str, ...]
) -> None:
    """The reader has seen enough."""
    result = program(*arguments, out=closed_pipe)
    os.close(closed_pipe)
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_complaint_that_nobody_reads_keeps_its_exit_code(program: Run, closed_pipe: int) -> None:
    """The output is as it always is."""
    result = program("status", err=closed_pipe)
    assert result.returncode == 69
    assert result.stdout.startswith(b"nightcare is not running.\n")
    result = program("--config", "/nowhere", "next", err=closed_pipe)
    os.close(closed_pipe)
    assert (result.returncode, result.stdout) == (78, b"")


def test_the_first_line_is_enough_for_head(environment: dict[str, str]) -> None:
    """The pipeline prints no error."""
    command = shlex.join([sys.executable, "-m", "nightcare", "tips"])
    result = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -n 1"],
        env=environment,
        capture_output=True,
        timeout=LONG,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"water\n", b"")


def test_an_output_that_is_full_is_told(program: Run) -> None:
    """In a sentence, and the command has failed."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with Path("/dev/full").open("wb") as full:
        result = program("tips", out=full.fileno())
    assert result.returncode == 1
    assert result.stderr == (
        b"The system refused something that nightcare needs: [Errno 28] No space left on device.\n"
    )


def test_a_command_does_not_import_what_it_does_not_need(environment: dict[str, str]) -> None:
    """Tips come without a service, a bus or a scheduler."""
    unwanted = {"apscheduler", "jeepney", "plyer", "asyncinotify"}
    assert left_loaded(environment, "tips") & unwanted == set()
