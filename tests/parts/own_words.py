"""Whether a text is in our own words: its runs of eight words against those of the guidance."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_GUIDANCE = Path(__file__).parents[1] / "i18n" / "guidance-8-grams.txt"


def windows(text: str) -> set[str]:
    """The hashes of all runs of eight words, with case and punctuation left out."""
    words = re.findall(r"[^\W_]+", text.casefold())
    runs = (" ".join(words[start : start + 8]) for start in range(len(words) - 7))
    return {hashlib.sha256(run.encode()).hexdigest()[:16] for run in runs}


def guidance_windows() -> list[str]:
    """The hashes of the guidance's own runs of eight words, as they stand in the file."""
    lines = _GUIDANCE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
