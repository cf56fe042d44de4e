"""Characters that must not reach a screen or a message bus."""

from __future__ import annotations

import unicodedata

_REORDERING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def is_unsafe(character: str) -> bool:
    """Return whether a character may command a screen, or cannot be sent to one.

    Control characters are commands to a terminal, NUL ends a D-Bus string, a lone surrogate is no
    text, and an unclosed override of the writing direction turns round all that follows
    (https://www.unicode.org/reports/tr9/).
    """
    category = unicodedata.category(character)
    return category in {"Cc", "Cs"} or unicodedata.bidirectional(character) in _REORDERING
