"""The reference in each language: the help of the commands, and the words of the config file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class ConfigTexts:
    """The words of one language by the English ones, which are in the example and the model.

    Attributes:
        comments: The comments of the example, line by line.
        example_texts: The texts in the example that a person reads, such as a step of a routine.
        keys: The descriptions of keys and tables.
    """

    comments: Mapping[str, str] = field(default_factory=dict)
    example_texts: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    def translated(self, example: str) -> str:
        """Return the example with its comments and texts in this language."""
        lines = example.split("\n")
        for number, line in enumerate(lines):
            for english, other in self.comments.items():
                if line.endswith(f"# {english}"):
                    lines[number] = line.removesuffix(english) + other
                    break
        example = "\n".join(lines)
        for english, other in self.example_texts.items():
            example = example.replace(f'"{english}"', f'"{other}"')
        return example


@cache
def config_texts(language: str) -> ConfigTexts:
    """Return the words of a language; English, which has no file, changes nothing."""
    try:
        return ConfigTexts(**read_catalogue(f"config/{language}"))
    except FileNotFoundError:
        return ConfigTexts()
