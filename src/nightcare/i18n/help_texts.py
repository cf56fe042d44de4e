"""The help of the commands and their options, one file a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nightcare.languages import FALLBACK, read_catalogue


@dataclass(frozen=True)
class HelpTexts:
    """The help texts of one language.

    A path is the name of a command without "nightcare": "" or "cramp add".

    Attributes:
        labels: The words between the texts, such as "Options".
        sections: The titles of the sections of the list of commands.
        values: Placeholders in the usage, by the English ones of click.
        about: A sentence about each command, by its path.
        details: Further sentences about a command.
        arguments: The placeholders of a command's arguments, in brackets if they are optional.
        options: A sentence about each option; see `of_option`.
        metavars: The placeholder of an option's value, in the same way.
        examples: Example command lines with their meaning, by the path of the command.
    """

    labels: Mapping[str, str]
    sections: Mapping[str, str]
    values: Mapping[str, str]
    about: Mapping[str, str]
    details: Mapping[str, str]
    arguments: Mapping[str, Sequence[str]]
    options: Mapping[str, str]
    metavars: Mapping[str, str]
    examples: Mapping[str, Mapping[str, str]]


def of_option(texts: Mapping[str, str], path: str, option: str) -> str | None:
    """Return the text about an option of a command, of its group, or of all commands."""
    keys = (f"{path} {option}", f"{path.partition(' ')[0]} {option}", option)
    return next((texts[key] for key in keys if key in texts), None)


@cache
def read_help(language: str) -> HelpTexts:
    """Return the help texts of a language; in English if it has none."""
    try:
        return HelpTexts(**read_catalogue(f"help/{language}"))
    except FileNotFoundError:
        return HelpTexts(**read_catalogue(f"help/{FALLBACK}"))
