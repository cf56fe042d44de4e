"""In Danish a person reads no English: neither in the catalogue nor in what the commands print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli

from nightcare.i18n import translator
from parts.english import english_in

CATALOGUE = Path(translator.__file__).parent


def strings(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield each string of a table with its place; keys are no text."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from strings(below, f"{where}.{key}")
    elif isinstance(value, list):
        for one in value:
            yield from strings(one, where)


@pytest.mark.parametrize("name", ["da.toml", "help/da.toml", "config/da.toml"])
def test_the_catalogue_has_no_english(name: str) -> None:
    """Neither the texts, nor the help, nor the comments of the config."""
    found = tomli.loads((CATALOGUE / name).read_text(encoding="utf-8"))
    # What people may type; English is accepted in every language.
    found.pop("input", None)
    texts = list(strings(found))
    assert len(texts) > 50
    assert [(where, english_in(text)) for where, text in texts if english_in(text)] == []


@pytest.mark.parametrize("name", ["en.toml", "help/en.toml"])
def test_an_english_sentence_is_found(name: str) -> None:
    """Of those of the English catalogue that are a sentence, at most a few would be missed."""
    found = tomli.loads((CATALOGUE / name).read_text(encoding="utf-8"))
    found.pop("input", None)
    sentences = [text for _, text in strings(found) if len(text.split()) > 7]
    missed = [text for text in sentences if not english_in(text)]
    assert len(missed) < len(sentences) / 10, missed


def test_quotation_marks_are_the_same_everywhere() -> None:
    """” on both sides, also around the title of the guidance."""
    read = translator.read_words("da")
    for name in ("da.toml", "help/da.toml", "config/da.toml"):
        found = tomli.loads((CATALOGUE / name).read_text(encoding="utf-8"))
        marked = [text for _, text in strings(found) if set(text) & set("\u201c\u201e\u00ab\u00bb")]
        assert marked == []
    assert read.guidance.source.count("\u201d") == 2
    assert "\u201c" not in read.guidance.source
