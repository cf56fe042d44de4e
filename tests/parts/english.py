"""English words in a text of another language."""

from __future__ import annotations

import re

WORDS = set(
    """
    an and are be because been before but cannot does has if it its not nothing of only or some
    than that the their then there they this was were when which while who will with would you your
    """.split()  # noqa: SIM905 - a list of strings would be a screen long
)
"""Words that almost every English sentence has, and that are not Danish."""

LEFT_OUT = re.compile(
    r"`[^`]*`"  # commands
    r'|"[^"\n]*"|\'[^\'\n]*\''  # values of TOML and words to type
    r"|\{[^}]*\}"  # places
    r"|https?://\S+|[\w.~-]*/[\w./~-]+"  # addresses and paths
    r"|(?<!\w)--?[a-z][\w-]*"  # options
    r"|\b\w+_\w+\b"  # keys of the config
)

ALLOWED = {
    # The title of the guidance, which is its name.
    "What Can I Do To Relieve or Prevent Leg Cramps at Night?",
}


def english_in(text: str) -> list[str]:
    """Return the English words of a text that are not a command, a value or a name."""
    for name in ALLOWED:
        # It may be broken into lines.
        text = re.sub(r"\s+".join(map(re.escape, name.split())), "", text)
    rest = LEFT_OUT.sub(" ", text)
    return [one for one in re.findall(r"[^\W\d_]+(?:'\w+)?", rest) if one.lower() in WORDS]
