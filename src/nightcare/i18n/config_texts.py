"""The words about the config file: the comments of the example, and the meaning of the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from nightcare.languages import read_catalogue


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
