"""Output of commands: results to standard output, errors and warnings to standard error."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

import click

from nightcare.domain.safe_text import escape_unsafe
from nightcare.errors import Diagnostic, NightcareError, StateError
from nightcare.i18n.translator import Translator, words_for
from nightcare.streams import coloured, discard_output

if TYPE_CHECKING:
    from nightcare.i18n.error_text import Style


_NARROWEST = 20
"""Columns of a text on the narrowest terminal that it is fitted to."""


def echo(line: str = "", *, end: str = "\n", err: bool = False) -> None:
    """Print a line to standard output, or to standard error."""
    print(line, end=end, file=sys.stderr if err else sys.stdout, flush=True)


def echo_text(text: str, *, err: bool = False) -> None:
    """Print a sentence or a row of a list, in lines that fit the terminal."""
    stream = sys.stderr if err else sys.stdout
    indent = text[: len(text) - len(text.lstrip(" "))]
    echo(fitted(text.lstrip(" "), indent and f"{indent}  ", first=indent, stream=stream), err=err)


def fitted(
    text: str,
    indent: str = "",
    *,
    first: str | None = None,
    widest: int | None = None,
    stream: TextIO | None = None,
) -> str:
    """Return a text in lines that break between words and fit the terminal.

    Args:
        text: One paragraph.
        indent: The prefix of each line.
        first: The prefix of the first line instead.
        widest: The maximum number of columns of a line, also without a terminal. If it is not set,
            the text is one line there.
        stream: The terminal; standard output by default.
    """
    first = indent if first is None else first
    if widest is None and not (stream or sys.stdout).isatty():
        return first + text
    import shutil  # noqa: PLC0415 - only for a terminal
    import textwrap  # noqa: PLC0415 - likewise

    columns = shutil.get_terminal_size((widest or 80, 24)).columns
    return textwrap.fill(
        text,
        max(min(columns, widest or columns), len(indent) + _NARROWEST),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def scrolls(text: str) -> bool:
    """Return whether standard output is a terminal on which the first line of a text scrolls away.

    Args:
        text: Lines that fit the width of the terminal.
    """
    if not sys.stdout.isatty():
        return False
    import shutil  # noqa: PLC0415 - only for a terminal

    # The last row is that of the cursor.
    return text.count("\n") + 1 >= shutil.get_terminal_size((80, 24)).lines


def json_text(value: object) -> str:
    """Return a value as lines of JSON; types that it lacks, such as a TOML time, become text."""
    return escape_unsafe(json.dumps(value, ensure_ascii=False, indent=2, default=str)) + "\n"


def print_json(value: object) -> None:
    """Print a value as JSON."""
    echo(json_text(value), end="")


def print_error(error: NightcareError, translator: Translator) -> int:
    """Print an error and return its exit code."""
    from nightcare.i18n.error_text import error_lines  # noqa: PLC0415 - only after an error

    try:
        for line in error_lines(error, translator, *_styles("red")):
            _echo_error(line)
    except OSError:
        # The output has no reader; the exit code still reports the error.
        discard_output(sys.stderr)
    return error.exit_code


def print_os_error(error: OSError) -> int:
    """Print an error of the operating system and return the exit code."""
    discard_output(sys.stdout)
    return print_error(StateError("system_refused", reason=error), words_for(None, os.environ))


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], translator: Translator, *, warning: bool = False
) -> None:
    """Print diagnostics of a config as errors, or as warnings."""
    from nightcare.i18n.error_text import diagnostic_lines  # noqa: PLC0415 - as above

    for one in diagnostics:
        styles = _styles("yellow" if warning else "red")
        for line in diagnostic_lines(one, translator, *styles, warning=warning):
            _echo_error(line)


def _echo_error(line: str) -> None:
    """Print a line of an error or a warning; one of an excerpt stays as it is."""
    # The markers must stay below the text that they mark.
    excerpt = line.partition("|")[0].strip().isdecimal() or line.lstrip().startswith("|")
    (echo if excerpt else echo_text)(line, err=True)


def use_plain_output() -> None:
    """Print without colours, bars and boxes from now on, as on a terminal that cannot draw them."""
    os.environ["TERM"] = "dumb"


def _styles(colour: str) -> tuple[Style, Style]:
    """Return the styles of places and markers."""
    if not coloured(sys.stderr):
        return str, str
    return functools.partial(click.style, fg=colour), functools.partial(click.style, bold=True)
