"""Errors as lines of text: every diagnostic of a config, the error itself and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nightcare.errors import ConfigError, Diagnostic, NightcareError
from nightcare.i18n.diagnostics_text import diagnostic_text, place_text
from nightcare.i18n.translator import Translator
from nightcare.ownership import command_to_own

Style = Callable[[str], str]


def error_lines(
    error: NightcareError, translator: Translator, place_style: Style = str, mark_style: Style = str
) -> Iterator[str]:
    """Yield an error as lines; the styles highlight places in files and the markers below them."""
    diagnostics = error.problems if isinstance(error, ConfigError) else ()
    for diagnostic in diagnostics:
        yield from diagnostic_lines(diagnostic, translator, place_style, mark_style)
    yield translator.text(f"error_{error.key}", **error.values)
    paths = [error.values[key] for key in ("path", "folder") if key in error.values]
    paths += [one.place.origin for one in diagnostics if one.key == "file_not_allowed"]
    for command in {command_to_own(Path(str(path))) for path in paths} - {None}:
        yield translator.text("own_it_again", command=command)


def diagnostic_lines(
    diagnostic: Diagnostic,
    translator: Translator,
    place_style: Style = str,
    mark_style: Style = str,
    *,
    warning: bool = False,
) -> Iterator[str]:
    """Yield a diagnostic of the config as lines: the sentence and the lines of the file."""
    from nightcare.i18n.snippets import snippet  # noqa: PLC0415 - the service prints none

    place = place_text(diagnostic, translator)
    line = place_style(place) + diagnostic_text(diagnostic, translator).removeprefix(place)
    yield translator.text("warning", problem=line) if warning else line
    yield from snippet(diagnostic, mark_style)
