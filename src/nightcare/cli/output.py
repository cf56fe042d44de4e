"""What goes to the output, and what is done where it takes nothing."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from nightcare.errors import ConfigError, Diagnostic, NightcareError
from nightcare.i18n.diagnostics_text import diagnostic_text, place_text
from nightcare.i18n.snippets import snippet
from nightcare.i18n.translator import Translator
from nightcare.ownership import command_to_own


def echo(line: str = "", *, end: str = "\n", err: bool = False) -> None:
    """Print a line: a result, or a problem, which goes where problems go."""
    print(line, end=end, file=sys.stderr if err else sys.stdout, flush=True)


def say_json(value: object) -> None:
    """Print a value for a program to read; a TOML time as text."""
    echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def complain(error: NightcareError, words: Translator) -> None:
    """Print what went wrong; of a config, all its mistakes."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    lines = [line for problem in problems for line in problem_lines(problem, words)]
    lines.append(words.say(f"error_{error.key}", **error.values))
    named = [error.values[key] for key in ("path", "folder") if key in error.values]
    named += [problem.place.origin for problem in problems if problem.key == "file_not_allowed"]
    commands = {command_to_own(Path(str(path))) for path in named} - {None}
    lines += [words.say("own_it_again", command=command) for command in commands]
    try:
        echo("\n".join(lines), err=True)
    except OSError:
        # Nobody reads it; the exit code tells it all the same.
        write_no_more(sys.stderr)


def problem_lines(problem: Diagnostic, words: Translator, *, warning: bool = False) -> list[str]:
    """What is wrong with a config, the lines of the file that it is about, and what is meant there.

    Coloured where problems go to a terminal, unless NO_COLOR is set (https://no-color.org).
    """
    loud: Callable[[str], str] = str
    bold: Callable[[str], str] = str
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        from click import style  # noqa: PLC0415 - see nightcare.cli.declaring

        loud = functools.partial(style, fg="yellow" if warning else "red")
        bold = functools.partial(style, bold=True)
    place = place_text(problem, words)
    line = loud(place) + diagnostic_text(problem, words).removeprefix(place)
    said = words.say("warning", problem=line) if warning else line
    return [said, *snippet(problem, bold)]


def let_go_of_the_output() -> None:
    """Nobody reads the output any more, or it is full."""
    write_no_more(sys.stdout)


def write_no_more(stream: TextIO) -> None:
    """Let go of a stream that takes nothing, or Python would try once more when it exits."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
