"""What goes to the output, and what is done where it takes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TextIO

import click

from nightcare.catalogue.problems import problem_text
from nightcare.catalogue.reading import Words
from nightcare.errors import ConfigError, NightcareError


def say_json(value: object) -> None:
    """Print a value for a program to read; a TOML time as text."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def complain(error: NightcareError, words: Words) -> None:
    """Print what went wrong; of a config, all its mistakes."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    lines = [problem_text(problem, words) for problem in problems]
    lines.append(words.say(f"error_{error.key}", **error.values))
    try:
        click.echo("\n".join(lines), err=True)
    except OSError:
        # Nobody reads it; the exit code tells it all the same.
        write_no_more(sys.stderr)


def write_no_more(stream: TextIO) -> None:
    """Let go of a stream that takes nothing, or Python would try once more when it exits."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
