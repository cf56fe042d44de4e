"""Errors, diagnostics of the config file and troubles of the bridge as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from nightcare.errors import ConfigError, Diagnostic, Location, NightcareError
from nightcare.i18n.translator import Translator
from nightcare.ownership import command_to_own
from nightcare.toml_writer import path_text

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


def diagnostic_text(problem: Diagnostic, translator: Translator) -> str:
    """Return one line: `file:line:column: key: what is wrong and what is allowed; see line 3`."""
    weekdays = {
        name: translator.weekdays[day]
        for name in ("weekday", "following")
        if isinstance(day := problem.values.get(name), int)
    }
    sentence = translator.text(f"config_{problem.key}", **{**problem.values, **weekdays})
    other = _other_place(problem, translator)
    if other is not None:
        sentence = translator.text("see_also", problem=sentence, place=other)
    parts = (place_text(problem, translator), path_text(problem.where), _printable(sentence))
    return ": ".join(part for part in parts if part)


def without_folder(problem: Diagnostic) -> Diagnostic:
    """Return a diagnostic that names its file without the folder."""
    also = problem.also and _without_folder(problem.also)
    return replace(problem, place=_without_folder(problem.place), also=also)


def _without_folder(place: Location) -> Location:
    return replace(place, origin=PurePath(place.origin).name)


def place_text(problem: Diagnostic, translator: Translator) -> str:
    """Return the start of a diagnostic's line: `file:line:column`."""
    place = problem.place.origin or translator.text("built_in")
    if problem.place.mark is not None:
        place += f":{problem.place.mark.line}:{problem.place.mark.column}"
    return _printable(place)


def _other_place(problem: Diagnostic, translator: Translator) -> str | None:
    """Return the second place of a contradiction; None where it is on the same line."""
    here, other = problem.place, problem.also
    if other is None or other == here:
        return None
    if other.mark is None:
        return other.origin or translator.text("built_in")
    if other.origin != here.origin:
        return f"{other.origin}:{other.mark.line}"
    if here.mark is not None and here.mark.line == other.mark.line:
        return None
    return translator.text("see_line", line=other.mark.line)


def _printable(text: str) -> str:
    """Replace characters that would break the line or control the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def trouble_key(trouble: str) -> str:
    """Return the key of the text about a `Trouble`, the reason why the bridge has no connection."""
    return f"mqtt_trouble_{trouble}"


def trouble_text(trouble: str, reason: str, translator: Translator) -> str:
    """Return the text about a bridge without a connection, and its fix.

    Args:
        trouble: The key of a `Trouble`.
        reason: What a library or the broker said, or the path of the file.
        translator: The language.
    """
    return translator.text(trouble_key(trouble), reason=reason)
