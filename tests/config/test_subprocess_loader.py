"""The process that validates: nobody hears of it, whatever becomes of the one that asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nightcare.config.config_source import source_of
from nightcare.config.subprocess_loader import source_to_json
from parts.home import Home

LONG = 60.0

INTERRUPTED = """
import os, signal, sys, time
from pathlib import Path

from nightcare.config.subprocess_loader import load_in_subprocess
from nightcare.config.config_source import source_of

heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))

def interrupt():
    me = os.getpid()
    other, = Path(f"/proc/{me}/task/{me}/children").read_text().split()
    deadline = time.monotonic() + 30
    while "pydantic_core" not in Path(f"/proc/{other}/maps").read_text():
        assert time.monotonic() < deadline
    os.killpg(0, signal.SIGINT)

path = Path(sys.argv[1])
loaded = load_in_subprocess(source_of(path, {}), interrupt)
print(len(heard), "pydantic" in sys.modules, [one.name for one in loaded.schedule.reminders])
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a config that was never validated."""
    path = tmp_path / "config.toml"
    path.write_text('[reminders.sip]\nat = "12:00"\ntopic = "hydration"\n', encoding="utf-8")
    return path


def other(home: Home, asked: str, out: int) -> subprocess.CompletedProcess[str]:
    """Run the process that validates."""
    return subprocess.run(
        [sys.executable, "-m", "nightcare.config.subprocess_loader"],
        env=home.environment(),
        input=asked,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=LONG,
        check=False,
    )


def test_who_asked_was_killed_before_the_answer(home: Home, config: Path) -> None:
    """Nobody reads it any more, and that is no error."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = other(home, json.dumps(source_to_json(source_of(config, {}))), write_end)
    finally:
        os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


def test_who_wanted_to_ask_was_killed_before_it_could(home: Home) -> None:
    """Likewise."""
    done = other(home, "", subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_ctrl_c_is_for_the_one_that_asked(home: Home, config: Path) -> None:
    """A terminal interrupts all in the foreground, and the other process is not among them."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(config)],
        env=home.environment(),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
        start_new_session=True,
    )
    assert (done.stdout, done.stderr) == ("1 False ['sip']\n", "")
