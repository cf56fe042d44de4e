"""Characters that must not reach a screen or a message bus."""

from __future__ import annotations

import re
import unicodedata

_REORDERING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def is_unsafe(character: str) -> bool:
    """Return whether a character may control a screen, or cannot be sent to one.

    Control characters are commands to a terminal, NUL ends a D-Bus string, a lone surrogate is no
    text, and an unclosed override of the writing direction reverses all text after it
    (https://www.unicode.org/reports/tr9/).
    """
    category = unicodedata.category(character)
    return category in {"Cc", "Cs"} or unicodedata.bidirectional(character) in _REORDERING


def escape_unsafe(text: str) -> str:
    """Return JSON with each unsafe character in its strings as an escape, which means the same."""
    return re.sub(
        r"[^\n -~]", lambda one: f"\\u{ord(one[0]):04x}" if is_unsafe(one[0]) else one[0], text
    )


def one_line(text: str) -> str:
    """Return a text without control characters, with one blank for each run of white space."""
    return " ".join(plain_text(text).split())


def plain_text(text: str) -> str:
    """Return a text without control characters, blank lines, and blanks around its lines."""
    lines = (
        "".join(letter for letter in line if not is_unsafe(letter))
        for line in text.replace("\t", " ").splitlines()
    )
    return "\n".join(line.strip() for line in lines if line.strip())
