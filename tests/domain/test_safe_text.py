"""Texts from outside without what commands a screen."""

from __future__ import annotations

from nightcare.domain.safe_text import one_line

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def test_blanks_and_line_ends_become_one_blank() -> None:
    """A title has one line, however it was written."""
    assert one_line("  Drink\t a\r\n\n glass\u2028now ") == "Drink a glass now"


def test_control_characters_are_removed() -> None:
    """Escape sequences lose what makes them one, and NUL and lone surrogates are not sent."""
    assert one_line("a\x1b[31mb\x00c\x7fd\x9be\ud83df") == "a[31mbcdef"


def test_letters_of_other_scripts_and_their_marks_stay() -> None:
    """Characters that make text run from right to left, or join an emoji, are kept."""
    text = f"\N{RIGHT-TO-LEFT MARK}שתה מים — æøå {FAMILY}"
    assert one_line(text) == text
