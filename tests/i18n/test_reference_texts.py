"""The words about the config file: complete in every language, and changing no value."""

from __future__ import annotations

import re

import pytest
import tomli

from generating.keys import tables
from nightcare.config.config_file import example_text
from nightcare.i18n.reference_texts import config_texts
from nightcare.languages import languages

OTHERS = [one for one in languages() if one != "en"]


def comments() -> list[str]:
    """Return the comments of the example, without the keys that are commented out."""
    found = []
    for line in example_text().splitlines():
        whole = re.match(r"# (?!\[|\w+ *=)(.*)$", line)
        behind = re.search(r"[^#]\s+# ([^#]*)$", line)
        found += [one[1] for one in (behind or whole,) if one]
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_each_comment_of_the_example_is_in_the_language(language: str) -> None:
    """None is left in English, and none is translated that is not there."""
    texts = config_texts(language)
    assert set(texts.comments) == set(comments())
    written = texts.translated(example_text())
    for english, other in texts.comments.items():
        assert f"# {other}" in written
        assert english == other or f"# {english}\n" not in written
    for english, other in texts.example_texts.items():
        assert f'"{english}"' not in written
        assert f'"{other}"' in written


@pytest.mark.parametrize("language", languages())
def test_the_language_of_the_comments_changes_no_value(language: str) -> None:
    """English is as the file is."""
    written = config_texts(language).translated(example_text())
    assert tomli.loads(written) == tomli.loads(example_text())
    assert language != "en" or written == example_text()


@pytest.mark.parametrize("language", OTHERS)
def test_each_key_has_a_description_in_the_language(language: str) -> None:
    """Those of the model, word by word, and no others."""
    found = set()
    for table in tables():
        found |= {table.meaning, table.all_of_them}
        found |= {key.field["description"] for key in table.keys}
    assert set(config_texts(language).keys) == found - {""}
