"""The title and the body of a message as short plain text, for every notifier."""

from __future__ import annotations

import unicodedata

from nightcare.domain.notification import BODY_LENGTH, TITLE_LENGTH, Message
from nightcare.domain.safe_text import one_line, plain_text

APPLICATION = "nightcare"
"""The name of the program on a screen, and of its desktop entry."""

ANSWER_LENGTH = 120
"""Characters of the line that says how to answer."""

_ELLIPSIS = "…"
_JOINER = "\N{ZERO WIDTH JOINER}"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


def title_of(message: Message, *, named: bool = False) -> str:
    """Return the title: plain, on one line, short and never empty.

    Args:
        message: The message.
        named: Whether it begins with the name of the program.
    """
    text = one_line(message.title) or one_line(message.body) or APPLICATION
    if named and text != APPLICATION:
        text = f"{APPLICATION}: {text}"
    return shortened(text, TITLE_LENGTH)


def body_with_command(message: Message) -> str:
    """Return the body for a server that accepts answers but draws no buttons.

    The command comes first: mako draws three lines of a body by default. The body of
    a routine's step comes first, because it begins with the instruction.
    """
    if not message.command:
        return body_of(message, spoken=True)
    parts = [one_line(message.command), body_of(message, spoken=False)]
    return "\n".join(part for part in parts if part)


def body_of(message: Message, *, spoken: bool, length: int | None = None) -> str:
    """Return the body: plain and short; may be empty.

    Args:
        message: The message.
        spoken: Whether it ends with how to answer without buttons, on a separate line, so that
            right-to-left text does not reorder it.
        length: The maximum number of characters, if the notifier has its own limit.
    """
    answer = shortened(one_line(message.spoken), ANSWER_LENGTH) if spoken else ""
    room = BODY_LENGTH
    if length is not None:
        room = min(room, length - len(answer) - 1)
    text = shortened(plain_text(message.body), room)
    return "\n".join(part for part in (text, answer) if part)


def shortened(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut after a whole word and ended with "…".

    A word too long to be left out is cut between two characters as the reader sees them: an emoji
    or a letter keeps all its parts.
    """
    if len(text) <= length:
        return text
    if length < 1:
        return ""
    end = length - len(_ELLIPSIS)
    at_word = max(text.rfind(blank, 0, end + 1) for blank in " \n")
    cut = at_word if at_word > end // 2 else _before_joined(text, end)
    return text[:cut].rstrip() + _ELLIPSIS


def _before_joined(text: str, end: int) -> int:
    start = end
    while start > 0 and _joined(text, start):
        start -= 1
    return start or end


def _joined(text: str, index: int) -> bool:
    """Return whether the character at `index` is drawn as one with the character before it.

    The cases that matter of https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries.
    """
    character = text[index]
    code = ord(character)
    if code in _FLAG_LETTERS:
        before = index
        while before > 0 and ord(text[before - 1]) in _FLAG_LETTERS:
            before -= 1
        return (index - before) % 2 == 1
    return (
        character == _JOINER
        or text[index - 1] == _JOINER
        or code in _SKIN_TONES
        or code in _TAGS
        or unicodedata.category(character).startswith("M")
    )
