"""The blueprints for Home Assistant: one in each language, with the same automation."""

from __future__ import annotations

import re
from pathlib import Path

from nightcare.languages import languages

BLUEPRINTS = Path(__file__).parents[2] / "share" / "nightcare" / "homeassistant"
TEXT = re.compile(r"^ +(name|description): .*(\n {4,}[^\s:]+ .*)*", re.MULTILINE)


def test_there_is_one_in_every_language() -> None:
    """English is the one without a language in its name."""
    found = {one.name for one in BLUEPRINTS.iterdir()}
    assert found == {
        "nightcare.yaml" if one == "en" else f"nightcare.{one}.yaml" for one in languages()
    }


def test_they_differ_in_their_texts_alone() -> None:
    """Inputs, triggers and actions are the same."""
    english, *others = sorted(BLUEPRINTS.iterdir(), key=lambda one: len(one.name))
    assert english.name == "nightcare.yaml"
    for one in others:
        assert _without_texts(one) == _without_texts(english)
        assert one.read_text(encoding="utf-8") != english.read_text(encoding="utf-8")


def _without_texts(path: Path) -> list[str]:
    """Return the lines of a blueprint without comments, names and descriptions."""
    text = TEXT.sub("", path.read_text(encoding="utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
