"""Comparison of a text with the guidance by runs of eight words."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_GUIDANCE = Path(__file__).parents[1] / "i18n" / "guidance-8-grams.txt"


def windows(text: str) -> set[str]:
    """Return the hashes of all runs of eight words, without case and punctuation."""
    words = re.findall(r"[^\W_]+", text.casefold())
    runs = (" ".join(words[start : start + 8]) for start in range(len(words) - 7))
    return {hashlib.sha256(run.encode()).hexdigest()[:16] for run in runs}


def guidance_windows() -> list[str]:
    """Return the hashes of the guidance's own runs of eight words, as they are in the file."""
    lines = _GUIDANCE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
