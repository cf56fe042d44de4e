"""The program without a desktop: in a terminal, and with its output to another program."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from parts.home import Home
from parts.processes import HANG_SECONDS, NotInTimeError, find_program
from parts.program import LATER, PROGRAM, PROMPTLY, Nightcare, now, soon

pytestmark = pytest.mark.real

WAIT_SECONDS = HANG_SECONDS
FROM_THE_START = timedelta(seconds=3)
"""The shortest time until a reminder that is configured before the program starts."""
CONTROL_C = b"\x03"

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PLAN = re.compile(r"^The day ahead:\n.+\n(?P<lines>(?:  .+\n)*?  .+ \(later\)\n)", re.MULTILINE)
"""The last reminder of the day is always LATER."""

RULE = "─" * 64
CARD = re.compile(rf"^{RULE}\n(?P<title>.+)\n(?:.+\n)+?{RULE}\n", re.MULTILINE)

WATER, STRETCH = "Time for some water", "Time for a gentle stretch"
BLANKET, BED = "Loosen the bedding", "Getting ready for the night"


@dataclass(slots=True)
class Talk:
    """A program that runs, and what it has printed so far.

    Attributes:
        process: Its process.
    """

    process: subprocess.Popen[bytes]
    _output: int
    _printed: bytes = b""

    @property
    def text(self) -> str:
        """The text that was read, with plain line ends."""
        return self._printed.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Wait until it has printed this; colours are passed over.

        Raises:
            NotInTimeError: It did not in time, or has ended without it.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while (found := pattern.search(COLOUR.sub("", self.text))) is None:
            if not self._read(deadline):
                raise NotInTimeError(f"{pattern} was not printed, but:\n{self.text}")
        return found

    def wait_for_end(self) -> int:
        """Wait until it has ended and all that it printed is read; returns its exit code."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(WAIT_SECONDS)

    def stop_reading(self) -> None:
        """Stop reading the output."""
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, self._output)
        os.close(nowhere)

    def close(self) -> None:
        """Close the terminal; nothing of it is left."""
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, self._output)
        os.close(nowhere)

    def _read(self, deadline: float) -> bool:
        left = max(0, deadline - time.monotonic())
        ready, _, _ = select.select([self._output], [], [], left)
        try:
            more = os.read(self._output, 65536) if ready else b""
        except OSError:
            # So ends a terminal that nobody has open any more.
            more = b""
        self._printed += more
        return bool(more)


@contextmanager
def in_a_pipe(night: Nightcare, *words: str) -> Iterator[Talk]:
    """Run a command whose output another program reads; it is interrupted by a signal."""
    reading, writing = os.pipe()
    command = [*PROGRAM, *words]
    with _talking(command, night.home.environment(), reading, writing) as talk:
        yield talk


@contextmanager
def in_a_terminal(night: Nightcare, *words: str) -> Iterator[tuple[Talk, int]]:
    """Run a command in a terminal of its own; gives also where its keys are pressed."""
    screen, terminal = pty.openpty()
    command = [
        *(find_program("setsid", "util-linux"), "--ctty"),
        # Where the tests run in the background, they and what they start would not heed Ctrl-C.
        *(find_program("env", "coreutils"), "--default-signal"),
        *(*PROGRAM, *words),
    ]
    environment = night.home.environment(TERM="xterm-256color")
    with _talking(command, environment, screen, terminal) as talk:
        yield talk, screen


@contextmanager
def _talking(
    command: list[str], environment: dict[str, str], ours: int, theirs: int
) -> Iterator[Talk]:
    try:
        process = subprocess.Popen(
            command, env=environment, cwd="/", stdin=theirs, stdout=theirs, stderr=theirs
        )
    finally:
        os.close(theirs)
    try:
        yield Talk(process, ours)
    finally:
        os.close(ours)
        process.kill()
        process.wait()


def card_with(title: str) -> re.Pattern[str]:
    """Return a pattern for a card with this title and the commands to answer it."""
    answer = "To answer: nightcare done, or nightcare .+"
    return re.compile(rf"^{RULE}\n{title}\n(?:.+\n)*?{answer}\n{RULE}\n", re.MULTILINE)


def test_day_and_reminders_in_a_terminal(home: Home) -> None:
    """The plan comes first, then, on time, what falls due, as a card; Ctrl-C is a good end."""
    night = Nightcare(home)
    due = soon(night.unhurried(FROM_THE_START))
    night.configure(night.reminder("water", due), LATER)
    with in_a_terminal(night, "run") as (talk, keys):
        plan = talk.wait_for(PLAN)
        assert now() < due, "the plan was not there before the reminder was due"
        assert [line.split()[1] for line in plan["lines"].splitlines()] == ["water", "sleep"]
        card = talk.wait_for(card_with(WATER))
        assert due <= now() < due + PROMPTLY
        assert card.start() >= plan.end()
        assert f"\x1b[1m{WATER}\x1b[0m\n" in talk.text
        os.write(keys, CONTROL_C)
        assert talk.wait_for_end() == 0
        assert "Traceback" not in talk.text


def test_day_and_reminders_go_into_a_pipe(home: Home) -> None:
    """Another program can read all of it at once, plain; SIGINT is a good end.

    Of a day whose first reminder is far off, the first run shows at once how it will look.
    """
    night = Nightcare(home)
    night.configure(LATER)
    with in_a_pipe(night, "run") as talk:
        talk.wait_for(PLAN)
        talk.wait_for(card_with(BED))
        night.configure(night.reminder("water", soon()), LATER)
        talk.process.send_signal(signal.SIGHUP)
        talk.wait_for(card_with(WATER))
        talk.wait_for(re.compile(r"^\d\d:\d\d:\d\d water: ", re.MULTILINE))
        talk.process.send_signal(signal.SIGINT)
        assert talk.wait_for_end() == 0
        assert "Traceback" not in talk.text
        assert "\x1b" not in talk.text
    assert night.today("later")["state"] == "planned"


def test_reader_that_goes_away_ends_no_service(home: Home) -> None:
    """With nobody to read it the service lives on, and takes nothing for shown."""
    night = Nightcare(home)
    night.configure(LATER)
    with in_a_pipe(night, "run") as talk:
        talk.wait_for(card_with(BED))
        talk.stop_reading()
        night.configure(night.reminder("water", soon()), LATER)
        talk.process.send_signal(signal.SIGHUP)
        night.wait_until("water", state="open", shown=None)
        night.command("status")
        talk.process.send_signal(signal.SIGTERM)
        assert talk.process.wait(WAIT_SECONDS) == 0


def test_a_terminal_that_is_closed_ends_what_runs_in_it(home: Home) -> None:
    """While the terminal is open, the same signal reloads the config."""
    night = Nightcare(home)
    night.configure(LATER)
    with in_a_terminal(night, "run") as (talk, _):
        talk.wait_for(card_with(BED))
        night.configure(night.reminder("water", soon()), LATER)
        talk.process.send_signal(signal.SIGHUP)
        talk.wait_for(card_with(WATER))
        talk.close()
        assert talk.process.wait(WAIT_SECONDS) == 0


def test_rehearsal_shows_every_reminder_of_the_day(home: Home) -> None:
    """A whole day passes in the time it was given, each asking a card; nothing is recorded."""
    night = Nightcare(home)
    began = time.monotonic()
    with in_a_pipe(night, "rehearse", "--seconds", "5") as talk:
        assert talk.wait_for_end() == 0
    assert 5 <= time.monotonic() - began < 60
    assert [card["title"] for card in CARD.finditer(talk.text)] == [
        *[WATER] * 7,
        STRETCH,
        f"Once more: {STRETCH}",
        BLANKET,
    ]
    assert "Traceback" not in talk.text
    assert {entry["state"] for entry in night.json("today")} == {"planned"}


def test_rehearsal_can_be_broken_off(home: Home) -> None:
    """Ctrl-C ends a rehearsal without a traceback."""
    with in_a_terminal(Nightcare(home), "rehearse") as (talk, keys):
        talk.wait_for(CARD)
        os.write(keys, CONTROL_C)
        assert talk.wait_for_end() == 130
        assert "Traceback" not in talk.text
