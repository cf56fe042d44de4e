"""Texts from outside without what commands a screen."""

from __future__ import annotations

import json

from nightcare.domain.safe_text import escape_unsafe, one_line

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def test_blanks_and_line_ends_become_one_blank() -> None:
    """A title has one line, however it was written."""
    assert one_line("  Drink\t a\r\n\n glass\u2028now ") == "Drink a glass now"


def test_control_characters_are_removed() -> None:
    """Escape sequences lose what makes them one, and NUL and lone surrogates are not sent."""
    assert one_line("a\x1b[31mb\x00c\x7fd\x9be\ud83df") == "a[31mbcdef"


def test_json_keeps_its_values_without_a_character_that_controls_a_terminal() -> None:
    """An old journal may have a C1 control or an override of the writing direction in a note."""
    values = ["a\x9b2J\u202eb\u2066", "c\ud800\x7f\n", f"æ {FAMILY}"]
    text = escape_unsafe(json.dumps(values, ensure_ascii=False, indent=2))
    assert json.loads(text) == values
    assert text.splitlines()[3] == f'  "æ {FAMILY}"'
    assert set("\x9b\u202e\u2066\ud800\x7f").isdisjoint(text)


def test_letters_of_other_scripts_and_their_marks_stay() -> None:
    """Characters that make text run from right to left, or join an emoji, are kept."""
    text = f"\N{RIGHT-TO-LEFT MARK}שתה מים — æøå {FAMILY}"
    assert one_line(text) == text
